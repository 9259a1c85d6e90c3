-- A player, whom other rows know by name.
CREATE TABLE players (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    -- The player who invited this one.
    invited_by TEXT REFERENCES players (name) ON DELETE SET NULL,
    level      INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE guilds (
    id     INTEGER PRIMARY KEY,
    -- Goes neither before its guild does.
    leader TEXT    NOT NULL UNIQUE REFERENCES players (name)
) STRICT;

CREATE TABLE ranks (
    id       INTEGER PRIMARY KEY,
    guild_id INTEGER NOT NULL REFERENCES guilds (id) ON DELETE CASCADE,
    no       INTEGER NOT NULL,
    UNIQUE (guild_id, no)
) STRICT;

-- A player in a guild, with a rank of that guild or without one.
CREATE TABLE members (
    id       INTEGER PRIMARY KEY,
    player   TEXT    NOT NULL REFERENCES players (name) ON DELETE CASCADE,
    guild_id INTEGER REFERENCES guilds (id) ON DELETE SET NULL,
    rank_no  INTEGER,
    FOREIGN KEY (guild_id, rank_no) REFERENCES ranks (guild_id, no) ON DELETE SET NULL
) STRICT;

CREATE TABLE shapes (
    id   INTEGER PRIMARY KEY,
    kind TEXT    NOT NULL,
    size INTEGER,
    UNIQUE (size, kind)
) STRICT;

CREATE TABLE items (
    id         INTEGER PRIMARY KEY,
    owner_name TEXT REFERENCES players (name) ON DELETE CASCADE,
    -- The smith.
    maker      TEXT REFERENCES players (name),
    -- The item that this one lies in.
    within_id  INTEGER REFERENCES items (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL DEFAULT 'sword',
    size       INTEGER,
    FOREIGN KEY (kind, size) REFERENCES shapes (kind, size)
) STRICT;

-- A hero has a pet that has the hero: a cycle of names.
CREATE TABLE heroes (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    pet  TEXT REFERENCES pets (name) ON DELETE CASCADE
) STRICT;

CREATE TABLE pets (
    id     INTEGER PRIMARY KEY,
    name   TEXT UNIQUE REFERENCES players (name) ON DELETE SET NULL,
    master TEXT REFERENCES heroes (name) ON DELETE CASCADE
) STRICT;
