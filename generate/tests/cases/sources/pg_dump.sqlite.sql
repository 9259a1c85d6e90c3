-- @generated from `pg_dump.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

-- Who plays.
-- On two lines.
CREATE TABLE players (
    id INTEGER PRIMARY KEY,
    Name TEXT NOT NULL UNIQUE CHECK (length(Name) <= 40),
    email TEXT UNIQUE,
    level INTEGER NOT NULL DEFAULT 1 CHECK (level BETWEEN -2147483648 AND 2147483647),
    mood TEXT DEFAULT 'sad' CHECK (mood IN ('glad', 'sad', 'it''s fine')),
    home TEXT,
    tags TEXT NOT NULL DEFAULT '{}',
    gold TEXT NOT NULL DEFAULT '0.50',
    "position" TEXT,
    -- What is left; it's a number
    hp INTEGER NOT NULL DEFAULT 100 CHECK (hp BETWEEN -32768 AND 32767),
    ratio REAL DEFAULT 1.5,
    token TEXT NOT NULL,
    seen TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%S+00', 'now')),
    born TEXT DEFAULT '2001-01-01 00:00:00',
    played TEXT,
    data TEXT DEFAULT '{"a": 1}',
    raw BLOB DEFAULT x'00ff',
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    flag TEXT CHECK (length(flag) <= 1),
    full_name TEXT,
    role TEXT NOT NULL DEFAULT 'user',
    player_id INTEGER,
    item_id INTEGER,
    CHECK (hp >= 0),
    CHECK (role IN ('user', 'admin')),
    CHECK ((player_id IS NOT NULL) + (item_id IS NOT NULL) = 1),
    CHECK (level >= 1 AND level <= 60)
) STRICT;
CREATE INDEX players_active ON players (role);

CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    owner_id INTEGER REFERENCES players (id) ON DELETE SET NULL,
    name TEXT
) STRICT;
CREATE INDEX items_name ON items (name);

CREATE TABLE events (
    -- Given by gamedb: the source has no primary key.
    gamedb_id INTEGER PRIMARY KEY,
    id INTEGER NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE TABLE swords (
    -- Given by gamedb: the source has no primary key.
    gamedb_id INTEGER PRIMARY KEY,
    id INTEGER NOT NULL CHECK (id BETWEEN -2147483648 AND 2147483647),
    owner_id INTEGER,
    name TEXT,
    damage INTEGER CHECK (damage BETWEEN -2147483648 AND 2147483647)
) STRICT;

CREATE TABLE "Odd Name" (
    -- Given by gamedb: the source has no primary key.
    gamedb_id INTEGER PRIMARY KEY,
    "select" INTEGER CHECK ("select" BETWEEN -2147483648 AND 2147483647),
    A TEXT,
    a_2 TEXT
) STRICT;
