-- A player, whose name upper and lower case do not tell apart.
CREATE TABLE players (
    id    INTEGER PRIMARY KEY,
    name  TEXT    NOT NULL COLLATE NOCASE UNIQUE,
    nick  TEXT    COLLATE NOCASE,
    realm INTEGER NOT NULL DEFAULT 0,
    motto TEXT    NOT NULL DEFAULT '',
    tag   TEXT,
    UNIQUE (nick, realm)
) STRICT;
CREATE INDEX players_motto ON players (motto COLLATE NOCASE);
CREATE UNIQUE INDEX players_tag ON players (tag COLLATE NOCASE) WHERE tag IS NOT NULL;

-- What is named is compared exactly, and what names it need not be.
CREATE TABLE letters (
    id        INTEGER PRIMARY KEY,
    addressee TEXT NOT NULL REFERENCES players (name),
    seal      TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (seal IN ('wax', 'lead'))
) STRICT;
