-- @generated from `databases.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (length(name) <= 32)
) STRICT;

CREATE TABLE auth_updates (
    -- Given by gamedb: the source's key is (name).
    gamedb_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) <= 200)
) STRICT;

CREATE TABLE world_updates (
    -- Given by gamedb: the source's key is (name).
    gamedb_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) <= 200),
    at TEXT
) STRICT;

CREATE TABLE world_guild (
    id INTEGER PRIMARY KEY,
    leader INTEGER REFERENCES account (id)
) STRICT;

CREATE TABLE world_Guild_2 (
    id INTEGER PRIMARY KEY,
    ID_2 INTEGER CHECK (ID_2 BETWEEN -2147483648 AND 2147483647)
) STRICT;

CREATE TABLE _sqlite_like (
    -- Given by gamedb: the source has no primary key.
    gamedb_id INTEGER PRIMARY KEY,
    "order" INTEGER CHECK ("order" BETWEEN -2147483648 AND 2147483647),
    "it's" INTEGER CHECK ("it's" BETWEEN -2147483648 AND 2147483647),
    "a""b" INTEGER CHECK ("a""b" BETWEEN -2147483648 AND 2147483647)
) STRICT;
CREATE INDEX updates ON _sqlite_like ("order");
