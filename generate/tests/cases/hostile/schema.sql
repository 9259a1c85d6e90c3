-- Ends a comment? */ } fn evil() {}
--
-- "quotes" and `ticks`
CREATE TABLE "type" (
    id INTEGER PRIMARY KEY,
    "self" TEXT,
    "self_" TEXT,
    "match" INTEGER, -- */ #[evil]
    "2fast" REAL,
    "a b" TEXT,
    "a-b" TEXT,
    "" TEXT,
    "été" TEXT,
    "x""; DROP" BLOB,
    "!!!" INTEGER DEFAULT -5,
    kind TEXT CHECK (kind IN ('', 'Self', 'self', 'a b', 'a-b', '1', 'it''s', 'é', '🦀'))
);
CREATE TABLE options (id INTEGER PRIMARY KEY, type_id INTEGER REFERENCES "type" (id), "type" TEXT);
CREATE TABLE "set_match" (id INTEGER PRIMARY KEY, type_id INTEGER NOT NULL REFERENCES "type" (id));
CREATE TABLE "Player Key" (id INTEGER PRIMARY KEY);
CREATE TABLE players (id INTEGER PRIMARY KEY);
