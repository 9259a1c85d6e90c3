-- The game's own world. This file is all there is to say about it: `gamedb generate` makes
-- src/models from it, and a new world file is created with these very statements.

-- A person with an account.
CREATE TABLE players (
    id               INTEGER PRIMARY KEY,
    full_name        TEXT    NOT NULL,
    what_we_call_you TEXT    NOT NULL, -- The name that other players see.
    security_token   TEXT    NOT NULL,
    over_13          INTEGER NOT NULL CHECK (over_13 IN (0, 1)),
    year_of_birth    INTEGER NOT NULL,
    email            TEXT    NOT NULL UNIQUE
) STRICT;
CREATE INDEX players_what_we_call_you ON players (what_we_call_you);

-- Anything that moves: a player's avatar, or a character that the server plays.
--
-- Its owner is a player or another mobile; the columns for items and assets are there, and stay
-- empty. A player has one avatar at most.
CREATE TABLE mobiles (
    id               INTEGER PRIMARY KEY,
    mobile_type      TEXT    NOT NULL CHECK (mobile_type IN ('PLAYER', 'NPC')),
    owner_mobile_id  INTEGER REFERENCES mobiles (id) ON DELETE CASCADE,
    owner_item_id    INTEGER REFERENCES items (id) CHECK (owner_item_id IS NULL),
    owner_asset_id   INTEGER CHECK (owner_asset_id IS NULL),
    owner_player_id  INTEGER UNIQUE REFERENCES players (id) ON DELETE CASCADE,
    what_we_call_you TEXT    NOT NULL, -- The name that players see.
    CHECK ((owner_mobile_id IS NOT NULL) + (owner_item_id IS NOT NULL)
         + (owner_asset_id IS NOT NULL) + (owner_player_id IS NOT NULL) <= 1)
) STRICT;
CREATE INDEX mobiles_owner_mobile_id ON mobiles (owner_mobile_id) WHERE owner_mobile_id IS NOT NULL;

-- A kind of thing in the catalogue: what an inventory entry is a quantity of.
CREATE TABLE items (
    id             INTEGER PRIMARY KEY,
    internal_name  TEXT    NOT NULL UNIQUE,
    max_stack_size INTEGER CHECK (max_stack_size > 0), -- Units in one full stack; unlimited without a value.
    item_type      TEXT    NOT NULL CHECK (item_type IN
        ('VIRTUAL', 'CONTAINER', 'WEAPON', 'RAWMATERIAL', 'REFINEDMATERIAL', 'BLUEPRINT')),
    blueprint_id   INTEGER REFERENCES item_blueprints (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX items_blueprint_id ON items (blueprint_id) WHERE blueprint_id IS NOT NULL;

-- A named property of a player, a mobile, an item or an asset.
CREATE TABLE attributes (
    id             INTEGER PRIMARY KEY,
    internal_name  TEXT    NOT NULL,
    visible        INTEGER NOT NULL CHECK (visible IN (0, 1)),
    attribute_type TEXT    NOT NULL CHECK (attribute_type IN
        ('TRANSLATED_NAME', 'TRANSLATED_SHORT_DESCRIPTION', 'TRANSLATED_LONG_DESCRIPTION',
         'TRANSLATED_ASSET', 'UNTRANSLATED_ASSET', 'QUANTITY', 'GALACTIC_POSITION',
         'SOLAR_POSITION', 'GLOBAL_POSITION', 'LOCAL_POSITION', 'SIZE', 'ITEM', 'PURITY',
         'VOLUME', 'STRENGTH', 'LUCK', 'CONSTITUTION', 'DEXTERITY', 'ARCANA', 'OPERATIONS',
         'BLUEPRINT_ITEM_ID')),
    bool_value     INTEGER CHECK (bool_value IN (0, 1)),
    double_value   REAL,
    vector3_x      REAL,
    vector3_y      REAL,
    vector3_z      REAL,
    asset_id       INTEGER,
    CHECK ((bool_value IS NOT NULL) + (double_value IS NOT NULL) + (vector3_x IS NOT NULL)
         + (asset_id IS NOT NULL) = 1),
    CHECK ((vector3_x IS NULL) = (vector3_y IS NULL) AND (vector3_y IS NULL) = (vector3_z IS NULL))
) STRICT;

-- Says who owns an attribute: exactly one mobile, item, asset or player.
CREATE TABLE attribute_owners (
    id           INTEGER PRIMARY KEY,
    attribute_id INTEGER NOT NULL UNIQUE REFERENCES attributes (id) ON DELETE CASCADE,
    mobile_id    INTEGER REFERENCES mobiles (id) ON DELETE CASCADE,
    item_id      INTEGER REFERENCES items (id) ON DELETE CASCADE,
    asset_id     INTEGER, -- Assets live outside of the database.
    player_id    INTEGER REFERENCES players (id) ON DELETE CASCADE,
    CHECK ((mobile_id IS NOT NULL) + (item_id IS NOT NULL) + (asset_id IS NOT NULL)
         + (player_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX attribute_owners_mobile_id ON attribute_owners (mobile_id) WHERE mobile_id IS NOT NULL;
CREATE INDEX attribute_owners_item_id ON attribute_owners (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX attribute_owners_asset_id ON attribute_owners (asset_id) WHERE asset_id IS NOT NULL;
CREATE INDEX attribute_owners_player_id ON attribute_owners (player_id) WHERE player_id IS NOT NULL;

-- A bag, a hold, a chest: a place for entries, with limits.
CREATE TABLE inventories (
    id                     INTEGER PRIMARY KEY,
    owner_id               INTEGER NOT NULL, -- Id of the owner it was made for; whose it is now stands in inventory_owners.
    owner_type             TEXT, -- Table of the owner it was made for.
    max_entries            INTEGER NOT NULL CHECK (max_entries >= 0),
    max_volume             REAL    NOT NULL CHECK (max_volume >= 0),
    last_calculated_volume REAL    DEFAULT 0.0
) STRICT;

-- A quantity of one item in an inventory: one stack.
CREATE TABLE inventory_entries (
    id             INTEGER PRIMARY KEY,
    inventory_id   INTEGER NOT NULL REFERENCES inventories (id) ON DELETE CASCADE,
    item_id        INTEGER NOT NULL REFERENCES items (id),
    quantity       REAL    NOT NULL CHECK (quantity >= 0),
    is_max_stacked INTEGER NOT NULL DEFAULT 0 CHECK (is_max_stacked IN (0, 1)),
    mobile_item_id INTEGER REFERENCES mobile_items (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX inventory_entries_inventory_id ON inventory_entries (inventory_id);
CREATE INDEX inventory_entries_item_id ON inventory_entries (item_id);
CREATE INDEX inventory_entries_mobile_item_id ON inventory_entries (mobile_item_id) WHERE mobile_item_id IS NOT NULL;

-- Says who owns an inventory: exactly one mobile, item or player.
CREATE TABLE inventory_owners (
    id           INTEGER PRIMARY KEY,
    inventory_id INTEGER NOT NULL UNIQUE REFERENCES inventories (id) ON DELETE CASCADE,
    mobile_id    INTEGER REFERENCES mobiles (id) ON DELETE CASCADE,
    item_id      INTEGER REFERENCES items (id) ON DELETE CASCADE,
    asset_id     INTEGER CHECK (asset_id IS NULL),
    player_id    INTEGER REFERENCES players (id) ON DELETE CASCADE,
    CHECK ((mobile_id IS NOT NULL) + (item_id IS NOT NULL) + (asset_id IS NOT NULL)
         + (player_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX inventory_owners_mobile_id ON inventory_owners (mobile_id) WHERE mobile_id IS NOT NULL;
CREATE INDEX inventory_owners_item_id ON inventory_owners (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX inventory_owners_player_id ON inventory_owners (player_id) WHERE player_id IS NOT NULL;

-- How an item is made: a time in the oven, and components.
CREATE TABLE item_blueprints (
    id           INTEGER PRIMARY KEY,
    bake_time_ms INTEGER NOT NULL CHECK (bake_time_ms >= 0)
) STRICT;

-- One ingredient of a blueprint.
CREATE TABLE item_blueprint_components (
    id                INTEGER PRIMARY KEY,
    item_blueprint_id INTEGER NOT NULL REFERENCES item_blueprints (id) ON DELETE CASCADE,
    component_item_id INTEGER NOT NULL REFERENCES items (id),
    ratio             REAL    NOT NULL CHECK (ratio >= 0) -- Units of the component in one unit of the product.
) STRICT;
CREATE INDEX item_blueprint_components_item_blueprint_id ON item_blueprint_components (item_blueprint_id);
CREATE INDEX item_blueprint_components_component_item_id ON item_blueprint_components (component_item_id);

-- An item that a mobile has made its own: renamed, engraved, improved.
CREATE TABLE mobile_items (
    id             INTEGER PRIMARY KEY,
    mobile_id      INTEGER NOT NULL REFERENCES mobiles (id) ON DELETE CASCADE,
    internal_name  TEXT    NOT NULL,
    max_stack_size INTEGER,
    item_type      TEXT    NOT NULL CHECK (item_type IN
        ('VIRTUAL', 'CONTAINER', 'WEAPON', 'RAWMATERIAL', 'REFINEDMATERIAL', 'BLUEPRINT')),
    blueprint_id   INTEGER REFERENCES mobile_item_blueprints (id) ON DELETE SET NULL,
    item_id        INTEGER NOT NULL REFERENCES items (id)
) STRICT;
CREATE INDEX mobile_items_mobile_id ON mobile_items (mobile_id);
CREATE INDEX mobile_items_blueprint_id ON mobile_items (blueprint_id) WHERE blueprint_id IS NOT NULL;
CREATE INDEX mobile_items_item_id ON mobile_items (item_id);

-- A named property of a mobile's own item.
CREATE TABLE mobile_item_attributes (
    id             INTEGER PRIMARY KEY,
    mobile_item_id INTEGER NOT NULL REFERENCES mobile_items (id) ON DELETE CASCADE,
    internal_name  TEXT    NOT NULL,
    visible        INTEGER NOT NULL CHECK (visible IN (0, 1)),
    attribute_type TEXT    NOT NULL CHECK (attribute_type IN
        ('TRANSLATED_NAME', 'TRANSLATED_SHORT_DESCRIPTION', 'TRANSLATED_LONG_DESCRIPTION',
         'TRANSLATED_ASSET', 'UNTRANSLATED_ASSET', 'QUANTITY', 'GALACTIC_POSITION',
         'SOLAR_POSITION', 'GLOBAL_POSITION', 'LOCAL_POSITION', 'SIZE', 'ITEM', 'PURITY',
         'VOLUME', 'STRENGTH', 'LUCK', 'CONSTITUTION', 'DEXTERITY', 'ARCANA', 'OPERATIONS',
         'BLUEPRINT_ITEM_ID')),
    bool_value     INTEGER CHECK (bool_value IN (0, 1)),
    double_value   REAL,
    vector3_x      REAL,
    vector3_y      REAL,
    vector3_z      REAL,
    asset_id       INTEGER,
    CHECK ((bool_value IS NOT NULL) + (double_value IS NOT NULL) + (vector3_x IS NOT NULL)
         + (asset_id IS NOT NULL) = 1),
    CHECK ((vector3_x IS NULL) = (vector3_y IS NULL) AND (vector3_y IS NULL) = (vector3_z IS NULL))
) STRICT;
CREATE INDEX mobile_item_attributes_mobile_item_id ON mobile_item_attributes (mobile_item_id);

-- How a mobile's own item is made.
CREATE TABLE mobile_item_blueprints (
    id           INTEGER PRIMARY KEY,
    bake_time_ms INTEGER NOT NULL CHECK (bake_time_ms >= 0)
) STRICT;

-- One ingredient of a mobile's own blueprint.
CREATE TABLE mobile_item_blueprint_components (
    id                INTEGER PRIMARY KEY,
    item_blueprint_id INTEGER NOT NULL REFERENCES mobile_item_blueprints (id) ON DELETE CASCADE,
    component_item_id INTEGER NOT NULL REFERENCES items (id),
    ratio             REAL    NOT NULL CHECK (ratio >= 0) -- Units of the component in one unit of the product.
) STRICT;
CREATE INDEX mobile_item_blueprint_components_item_blueprint_id ON mobile_item_blueprint_components (item_blueprint_id);
CREATE INDEX mobile_item_blueprint_components_component_item_id ON mobile_item_blueprint_components (component_item_id);
