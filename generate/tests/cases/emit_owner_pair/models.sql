-- @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

-- Owners in two columns, an id and a kind, as web frameworks and many game servers have them.
CREATE TABLE players (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (length(name) <= 20)
) STRICT;

CREATE TABLE guilds (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (length(name) <= 20)
) STRICT;

CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    -- owner_id where owner_type is player
    owner_player_id INTEGER REFERENCES players (id),
    -- owner_id where owner_type is guild
    owner_guild_id INTEGER REFERENCES guilds (id),
    slot INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 255),
    -- holder_id where holder_kind is 1
    holder_player_id INTEGER REFERENCES players (id),
    -- holder_id where holder_kind is 2
    holder_item_id INTEGER REFERENCES items (id),
    CHECK (((holder_player_id IS NOT NULL) + (holder_item_id IS NOT NULL)) <= 1),
    CHECK (((owner_player_id IS NOT NULL) + (owner_guild_id IS NOT NULL)) = 1)
) STRICT;

CREATE TABLE shares (
    -- Given by gamedb: the source has no primary key.
    gamedb_id INTEGER PRIMARY KEY,
    -- owner_id where owner_type is 1
    owner_player_id INTEGER REFERENCES players (id),
    -- owner_id where owner_type is 2
    owner_guild_id INTEGER REFERENCES guilds (id),
    day TEXT NOT NULL,
    seal BLOB CHECK (length(seal) <= 16),
    CHECK (((owner_player_id IS NOT NULL) + (owner_guild_id IS NOT NULL)) <= 1)
) STRICT;
