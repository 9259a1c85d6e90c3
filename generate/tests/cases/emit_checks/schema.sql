-- CHECKs that memory keeps, and those that only the file does.
CREATE TABLE fighters (
    id      INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 12),
    title   TEXT    CHECK (title IS NULL OR title <> ''),
    level   INTEGER NOT NULL DEFAULT 1 CHECK (level >= 1 AND level <= 99),
    hp      INTEGER NOT NULL DEFAULT 10 CHECK (0 <= hp),
    max_hp  INTEGER NOT NULL DEFAULT 10,
    luck    REAL    NOT NULL CHECK (luck > -1.5 AND luck < 1.5),
    rank    TEXT    NOT NULL DEFAULT 'M' COLLATE NOCASE CHECK (rank >= 'A'),
    badge   BLOB    CHECK (length(badge) = 4),
    class   INTEGER NOT NULL DEFAULT 1 CHECK (class IN (1, 2, 3)),
    motto   TEXT    CHECK (motto NOT LIKE '%quit%' OR length(motto) < 5),
    tag     TEXT    CHECK (tag NOT GLOB '*[^a-z0-9]*'),
    notes   TEXT    CHECK (json_valid(notes)),
    rival_id INTEGER REFERENCES fighters (id) ON DELETE SET NULL,
    friend_id INTEGER REFERENCES fighters (id) ON DELETE SET NULL,
    CHECK (hp <= max_hp),
    CHECK (rival_id <> friend_id),
    CHECK (level % 2 = 1 OR luck > 0),
    CHECK (abs(hp - max_hp) <= 1000 AND typeof(luck) <> 'text'),
    CHECK (id < 1000000),
    CHECK (name > 5)
) STRICT;
