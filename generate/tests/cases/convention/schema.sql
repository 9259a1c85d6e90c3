-- Shaped as the original's database: foreign keys by name, save one.
CREATE TABLE players (id INTEGER PRIMARY KEY, full_name VARCHAR(255) NOT NULL, over_13 TINYINT(1) NOT NULL);
CREATE TABLE mobiles (
    id INTEGER PRIMARY KEY,
    owner_mobile_id BIGINT DEFAULT NULL,
    owner_item_id BIGINT DEFAULT NULL,
    owner_asset_id BIGINT DEFAULT NULL,
    owner_player_id BIGINT DEFAULT NULL,
    what_we_call_you VARCHAR(255) NOT NULL
);
CREATE TABLE items (id INTEGER PRIMARY KEY, internal_name VARCHAR(255) NOT NULL, blueprint_id BIGINT DEFAULT NULL);
CREATE TABLE attributes (id INTEGER PRIMARY KEY, double_value DOUBLE DEFAULT '0', asset_id BIGINT);
CREATE TABLE attribute_owners (
    id INTEGER PRIMARY KEY,
    attribute_id BIGINT NOT NULL REFERENCES attributes (id),
    mobile_id BIGINT DEFAULT NULL,
    item_id BIGINT DEFAULT NULL,
    asset_id BIGINT DEFAULT NULL,
    player_id BIGINT DEFAULT NULL
);
CREATE TABLE mobile_items (id INTEGER PRIMARY KEY, mobile_id BIGINT NOT NULL, item_id BIGINT NOT NULL, asset_id BIGINT);
CREATE TABLE inventory_entries (
    id INTEGER PRIMARY KEY, item_id BIGINT NOT NULL, quantity DOUBLE NOT NULL, mobile_item_id BIGINT
);
