-- @generated from `mangos.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

-- Creature System
CREATE TABLE creature (
    -- Global Unique Identifier
    guid INTEGER PRIMARY KEY,
    -- Creature Identifier
    id INTEGER NOT NULL DEFAULT 0 CHECK (id BETWEEN 0 AND 16777215),
    map INTEGER NOT NULL DEFAULT 0 CHECK (map BETWEEN 0 AND 65535),
    -- Zone; it's a "cache"
    zoneId INTEGER NOT NULL DEFAULT 0 CHECK (zoneId BETWEEN 0 AND 4294967295),
    spawnMask INTEGER NOT NULL DEFAULT 1 CHECK (spawnMask BETWEEN 0 AND 255),
    phaseGroup INTEGER NOT NULL DEFAULT -1 CHECK (phaseGroup BETWEEN -2147483648 AND 2147483647),
    position_x REAL NOT NULL DEFAULT 0.0,
    orientation REAL NOT NULL DEFAULT 1.5 CHECK (orientation >= 0),
    MovementType INTEGER NOT NULL DEFAULT -1 CHECK (MovementType BETWEEN -128 AND 127),
    npcflag INTEGER NOT NULL DEFAULT 0 CHECK (npcflag >= 0),
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    teamId INTEGER NOT NULL DEFAULT 2 CHECK (teamId BETWEEN 0 AND 255),
    ScriptName TEXT DEFAULT '' UNIQUE CHECK (length(ScriptName) <= 64),
    VerifiedBuild INTEGER DEFAULT 0 CHECK (VerifiedBuild BETWEEN -2147483648 AND 2147483647)
) STRICT;
CREATE INDEX creature_idx_map ON creature (map);
CREATE INDEX idx_id ON creature (id);

CREATE TABLE creature_addon (
    guid INTEGER PRIMARY KEY,
    path_id INTEGER NOT NULL DEFAULT 0 CHECK (path_id BETWEEN 0 AND 4294967295),
    auras TEXT,
    bytes BLOB CHECK (length(bytes) <= 16),
    "when" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%S.000000', 'now'))
) STRICT;
CREATE INDEX creature_addon_idx_map ON creature_addon (path_id);

CREATE TABLE character_queststatus (
    -- Given by gamedb: the source's key is (guid, quest).
    gamedb_id INTEGER PRIMARY KEY,
    guid INTEGER NOT NULL DEFAULT 0 CHECK (guid BETWEEN 0 AND 4294967295),
    quest INTEGER NOT NULL DEFAULT 0 CHECK (quest BETWEEN 0 AND 4294967295),
    status TEXT NOT NULL DEFAULT 'NONE' CHECK (status IN ('NONE', 'COMPLETE', 'it''s, (odd)')),
    flags TEXT,
    bit INTEGER NOT NULL DEFAULT 0 CHECK (bit IN (0, 1)),
    bits INTEGER NOT NULL DEFAULT 5 CHECK (bits BETWEEN 0 AND 255),
    gold TEXT NOT NULL DEFAULT '0.00',
    blob BLOB NOT NULL,
    day TEXT NOT NULL DEFAULT '0000-00-00',
    year INTEGER CHECK (year BETWEEN 0 AND 2155),
    data TEXT,
    total INTEGER,
    UNIQUE (guid, quest),
    CHECK (quest > 0 AND status IN ('NONE', 'COMPLETE'))
) STRICT;
