-- A relic, which other worlds know by its rune, if it has one.
CREATE TABLE relics (
    id   INTEGER PRIMARY KEY,
    rune BLOB UNIQUE
) STRICT;

CREATE TABLE bearers (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    left_relic  INTEGER NOT NULL REFERENCES relics (id) ON DELETE RESTRICT,
    right_relic INTEGER REFERENCES relics (id) ON DELETE SET NULL
) STRICT;
