-- @generated from `athena.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

-- Tables of a server from before InnoDB.
-- The guilds.
CREATE TABLE guild (
    guild_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL DEFAULT '' CHECK (length(name) <= 24),
    master TEXT NOT NULL DEFAULT '' UNIQUE CHECK (length(master) <= 24),
    -- raw
    emblem BLOB,
    exp INTEGER CHECK (exp BETWEEN 0 AND 4294967295),
    skill INTEGER NOT NULL DEFAULT 0 CHECK (skill BETWEEN -128 AND 127)
) STRICT;
CREATE INDEX guild_name ON guild (name);

CREATE TABLE members (
    title TEXT NOT NULL DEFAULT 'none' CHECK (length(title) <= 16),
    guild_id INTEGER NOT NULL REFERENCES guild (guild_id) ON DELETE CASCADE,
    rank TEXT NOT NULL DEFAULT 'high' CHECK (rank IN ('low', 'high')),
    char_id INTEGER PRIMARY KEY,
    score REAL NOT NULL,
    joined TEXT DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (char_id, guild_id)
) STRICT;
CREATE INDEX members_by_points ON members (score, title);
CREATE INDEX members_start ON members (title);

CREATE TABLE copy (
    title TEXT NOT NULL DEFAULT 'none' CHECK (length(title) <= 16),
    guild_id INTEGER NOT NULL CHECK (guild_id BETWEEN 0 AND 4294967295),
    rank TEXT NOT NULL DEFAULT 'high' CHECK (rank IN ('low', 'high')),
    char_id INTEGER PRIMARY KEY,
    score REAL NOT NULL,
    joined TEXT DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (char_id, guild_id)
) STRICT;
CREATE INDEX copy_by_points ON copy (score, title);
CREATE INDEX copy_start ON copy (title);

CREATE TABLE odd (
    id INTEGER PRIMARY KEY,
    a INTEGER CHECK (a BETWEEN -2147483648 AND 2147483647),
    b INTEGER CHECK (b BETWEEN -2147483648 AND 2147483647)
) STRICT;

CREATE TABLE last (
    id INTEGER PRIMARY KEY,
    a TEXT DEFAULT '2001-01-01',
    b INTEGER CHECK (b BETWEEN -2147483648 AND 2147483647),
    c TEXT
) STRICT;
