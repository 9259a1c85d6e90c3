-- models/schema.sql, as MySQL and MariaDB write it.
CREATE TABLE players (
    id               BIGINT AUTO_INCREMENT PRIMARY KEY,
    full_name        TEXT NOT NULL,
    what_we_call_you VARCHAR(100) NOT NULL,
    security_token   TEXT NOT NULL,
    over_13          BOOLEAN NOT NULL,
    year_of_birth    SMALLINT NOT NULL,
    email            VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL UNIQUE,
    KEY players_what_we_call_you (what_we_call_you)
);
CREATE TABLE item_blueprints (
    id           BIGINT AUTO_INCREMENT PRIMARY KEY,
    bake_time_ms BIGINT NOT NULL CHECK (bake_time_ms >= 0)
);
CREATE TABLE items (
    id             BIGINT AUTO_INCREMENT PRIMARY KEY,
    internal_name  VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL UNIQUE,
    max_stack_size BIGINT CHECK (max_stack_size > 0),
    item_type      ENUM('VIRTUAL', 'CONTAINER', 'WEAPON', 'RAWMATERIAL', 'REFINEDMATERIAL', 'BLUEPRINT') NOT NULL,
    blueprint_id   BIGINT,
    FOREIGN KEY (blueprint_id) REFERENCES item_blueprints (id) ON DELETE SET NULL
);
CREATE TABLE mobiles (
    id               BIGINT AUTO_INCREMENT PRIMARY KEY,
    mobile_type      ENUM('PLAYER', 'NPC') NOT NULL,
    owner_mobile_id  BIGINT,
    owner_item_id    BIGINT,
    owner_asset_id   BIGINT,
    owner_player_id  BIGINT UNIQUE,
    what_we_call_you TEXT NOT NULL,
    FOREIGN KEY (owner_mobile_id) REFERENCES mobiles (id) ON DELETE CASCADE,
    FOREIGN KEY (owner_item_id) REFERENCES items (id),
    FOREIGN KEY (owner_player_id) REFERENCES players (id) ON DELETE CASCADE,
    CHECK ((owner_mobile_id IS NOT NULL) + (owner_item_id IS NOT NULL)
         + (owner_asset_id IS NOT NULL) + (owner_player_id IS NOT NULL) <= 1)
);
CREATE TABLE attributes (
    id             BIGINT AUTO_INCREMENT PRIMARY KEY,
    internal_name  TEXT NOT NULL,
    visible        BOOLEAN NOT NULL,
    attribute_type VARCHAR(40) NOT NULL,
    bool_value     BOOLEAN,
    double_value   DOUBLE,
    vector3_x      DOUBLE,
    vector3_y      DOUBLE,
    vector3_z      DOUBLE,
    asset_id       BIGINT
);
CREATE TABLE attribute_owners (
    id           BIGINT AUTO_INCREMENT PRIMARY KEY,
    attribute_id BIGINT NOT NULL UNIQUE,
    mobile_id    BIGINT,
    item_id      BIGINT,
    asset_id     BIGINT,
    player_id    BIGINT,
    FOREIGN KEY (attribute_id) REFERENCES attributes (id) ON DELETE CASCADE,
    FOREIGN KEY (mobile_id) REFERENCES mobiles (id) ON DELETE CASCADE,
    FOREIGN KEY (item_id) REFERENCES items (id) ON DELETE CASCADE,
    FOREIGN KEY (player_id) REFERENCES players (id) ON DELETE CASCADE
);
CREATE TABLE inventories (
    id                     BIGINT AUTO_INCREMENT PRIMARY KEY,
    owner_id               BIGINT NOT NULL,
    owner_type             TEXT,
    max_entries            BIGINT NOT NULL CHECK (max_entries >= 0),
    max_volume             DOUBLE NOT NULL CHECK (max_volume >= 0),
    last_calculated_volume DOUBLE DEFAULT 0.0
);
CREATE TABLE inventory_owners (
    id           BIGINT AUTO_INCREMENT PRIMARY KEY,
    inventory_id BIGINT NOT NULL UNIQUE,
    mobile_id    BIGINT,
    item_id      BIGINT,
    asset_id     BIGINT,
    player_id    BIGINT,
    FOREIGN KEY (inventory_id) REFERENCES inventories (id) ON DELETE CASCADE,
    FOREIGN KEY (mobile_id) REFERENCES mobiles (id) ON DELETE CASCADE,
    FOREIGN KEY (item_id) REFERENCES items (id) ON DELETE CASCADE,
    FOREIGN KEY (player_id) REFERENCES players (id) ON DELETE CASCADE
);
CREATE TABLE item_blueprint_components (
    id                BIGINT AUTO_INCREMENT PRIMARY KEY,
    item_blueprint_id BIGINT NOT NULL,
    component_item_id BIGINT NOT NULL,
    ratio             DOUBLE NOT NULL CHECK (ratio >= 0),
    FOREIGN KEY (item_blueprint_id) REFERENCES item_blueprints (id) ON DELETE CASCADE,
    FOREIGN KEY (component_item_id) REFERENCES items (id)
);
CREATE TABLE mobile_item_blueprints (
    id           BIGINT AUTO_INCREMENT PRIMARY KEY,
    bake_time_ms BIGINT NOT NULL CHECK (bake_time_ms >= 0)
);
CREATE TABLE mobile_items (
    id             BIGINT AUTO_INCREMENT PRIMARY KEY,
    mobile_id      BIGINT NOT NULL,
    internal_name  TEXT NOT NULL,
    max_stack_size BIGINT,
    item_type      ENUM('VIRTUAL', 'CONTAINER', 'WEAPON', 'RAWMATERIAL', 'REFINEDMATERIAL', 'BLUEPRINT') NOT NULL,
    blueprint_id   BIGINT,
    item_id        BIGINT NOT NULL,
    FOREIGN KEY (mobile_id) REFERENCES mobiles (id) ON DELETE CASCADE,
    FOREIGN KEY (blueprint_id) REFERENCES mobile_item_blueprints (id) ON DELETE SET NULL,
    FOREIGN KEY (item_id) REFERENCES items (id)
);
CREATE TABLE mobile_item_attributes (
    id             BIGINT AUTO_INCREMENT PRIMARY KEY,
    mobile_item_id BIGINT NOT NULL,
    internal_name  TEXT NOT NULL,
    visible        BOOLEAN NOT NULL,
    attribute_type VARCHAR(40) NOT NULL,
    bool_value     BOOLEAN,
    double_value   DOUBLE,
    vector3_x      DOUBLE,
    vector3_y      DOUBLE,
    vector3_z      DOUBLE,
    asset_id       BIGINT,
    FOREIGN KEY (mobile_item_id) REFERENCES mobile_items (id) ON DELETE CASCADE
);
CREATE TABLE mobile_item_blueprint_components (
    id                BIGINT AUTO_INCREMENT PRIMARY KEY,
    item_blueprint_id BIGINT NOT NULL,
    component_item_id BIGINT NOT NULL,
    ratio             DOUBLE NOT NULL CHECK (ratio >= 0),
    FOREIGN KEY (item_blueprint_id) REFERENCES mobile_item_blueprints (id) ON DELETE CASCADE,
    FOREIGN KEY (component_item_id) REFERENCES items (id)
);
CREATE TABLE inventory_entries (
    id             BIGINT AUTO_INCREMENT PRIMARY KEY,
    inventory_id   BIGINT NOT NULL,
    item_id        BIGINT NOT NULL,
    quantity       DOUBLE NOT NULL CHECK (quantity >= 0),
    is_max_stacked BOOLEAN NOT NULL DEFAULT FALSE,
    mobile_item_id BIGINT,
    FOREIGN KEY (inventory_id) REFERENCES inventories (id) ON DELETE CASCADE,
    FOREIGN KEY (item_id) REFERENCES items (id),
    FOREIGN KEY (mobile_item_id) REFERENCES mobile_items (id) ON DELETE SET NULL
);
