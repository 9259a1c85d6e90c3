-- @generated from `django.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

CREATE TABLE accounts_account (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL CHECK (length(username) <= 150),
    is_staff INTEGER NOT NULL CHECK (is_staff IN (0, 1)),
    last_login TEXT
) STRICT;

CREATE TABLE objects_object (
    id INTEGER PRIMARY KEY,
    db_key TEXT CHECK (length(db_key) <= 255),
    locks TEXT NOT NULL,
    db_location_id INTEGER REFERENCES objects_object (id),
    db_account_id INTEGER REFERENCES accounts_account (id),
    uuid TEXT NOT NULL UNIQUE,
    weight TEXT NOT NULL,
    slots INTEGER NOT NULL DEFAULT 3 CHECK (slots BETWEEN -2147483648 AND 2147483647),
    sight INTEGER NOT NULL CHECK (sight BETWEEN -2147483648 AND 2147483647),
    CHECK (slots >= 0)
) STRICT;
CREATE INDEX object_key ON objects_object (db_key);

CREATE TABLE objects_object_tags (
    id INTEGER PRIMARY KEY,
    object_id INTEGER NOT NULL REFERENCES objects_object (id),
    tag_id INTEGER NOT NULL REFERENCES tags_label (id),
    UNIQUE (object_id, tag_id)
) STRICT;

CREATE TABLE tags_label (
    id INTEGER PRIMARY KEY,
    key TEXT CHECK (length(key) <= 255)
) STRICT;

CREATE TABLE rooms_room (
    -- Given by gamedb: `object_ptr_id` is the id of its row in objects_object, and this id in an import.
    gamedb_id INTEGER PRIMARY KEY,
    object_ptr_id INTEGER NOT NULL UNIQUE REFERENCES objects_object (id) ON DELETE CASCADE,
    dark INTEGER NOT NULL DEFAULT 0 CHECK (dark IN (0, 1))
) STRICT;

CREATE TABLE rooms_exit (
    id INTEGER PRIMARY KEY,
    room_id INTEGER NOT NULL REFERENCES rooms_room (gamedb_id)
) STRICT;
