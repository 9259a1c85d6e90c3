-- @generated from `admin.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) <= 32),
    premium_ends_at INTEGER NOT NULL DEFAULT 0 CHECK (premium_ends_at BETWEEN 0 AND 4294967295),
    email TEXT NOT NULL DEFAULT '' CHECK (length(email) <= 255)
) STRICT;

CREATE TABLE players (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) <= 255),
    account_id INTEGER NOT NULL DEFAULT 0 REFERENCES accounts (id) ON DELETE CASCADE,
    sex INTEGER NOT NULL DEFAULT 0 CHECK (sex BETWEEN -2147483648 AND 2147483647),
    conditions BLOB NOT NULL
) STRICT;
CREATE INDEX account_id ON players (account_id);

CREATE TABLE player_deaths (
    -- Given by gamedb: the source has no primary key.
    gamedb_id INTEGER PRIMARY KEY,
    player_id INTEGER NOT NULL REFERENCES players (id),
    "time" INTEGER NOT NULL DEFAULT 0 CHECK ("time" >= 0),
    killed_by TEXT NOT NULL CHECK (length(killed_by) <= 255)
) STRICT;
CREATE INDEX player_id ON player_deaths (player_id);
