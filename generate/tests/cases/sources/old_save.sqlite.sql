-- @generated from `old_save.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

-- The heroes.
CREATE TABLE heroes (
    id INTEGER PRIMARY KEY,
    -- shown above the head
    name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    gold TEXT DEFAULT '12.50',
    stuff TEXT,
    born TEXT DEFAULT CURRENT_TIMESTAMP,
    alive INTEGER NOT NULL DEFAULT 1 CHECK (alive IN (0, 1)),
    small INTEGER DEFAULT 0 CHECK (small IN (0, 1)),
    level INTEGER NOT NULL DEFAULT 1,
    title TEXT DEFAULT 'none',
    doubled INTEGER,
    CHECK (level BETWEEN 1 AND 60)
) STRICT;
CREATE INDEX living ON heroes (title);
CREATE INDEX by_level ON heroes (level);

CREATE TABLE kv (
    -- Given by gamedb: the source's key is (k).
    gamedb_id INTEGER PRIMARY KEY,
    k TEXT NOT NULL UNIQUE,
    v BLOB
) STRICT;

CREATE TABLE grid (
    -- Given by gamedb: the source's key is (x, y).
    gamedb_id INTEGER PRIMARY KEY,
    x INTEGER NOT NULL,
    y INTEGER NOT NULL,
    tile INTEGER,
    UNIQUE (x, y)
) STRICT;

CREATE TABLE slots (
    -- Given by gamedb: the source has no primary key.
    gamedb_id INTEGER PRIMARY KEY,
    hero_id INTEGER NOT NULL REFERENCES heroes (id) ON DELETE CASCADE,
    n INTEGER,
    item TEXT,
    UNIQUE (hero_id, n)
) STRICT;

CREATE TABLE big (
    id INTEGER PRIMARY KEY,
    at_x INTEGER,
    at_y INTEGER,
    FOREIGN KEY (at_x, at_y) REFERENCES grid (x, y)
) STRICT;
