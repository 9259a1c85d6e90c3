-- Words that mean something in Rust, in SQL, in Markdown, or in generated code.
CREATE TABLE "type" (
    id          INTEGER PRIMARY KEY,
    "self"      INTEGER REFERENCES "type" (id) ON DELETE SET NULL,
    "super"     TEXT,
    "fn"        TEXT NOT NULL UNIQUE,
    "world"     TEXT NOT NULL,
    "row"       INTEGER NOT NULL,
    "key"       REAL NOT NULL,
    "match"     INTEGER NOT NULL REFERENCES parents (id), -- Ends here */ or "there" or `here.
    "TABLE"     INTEGER REFERENCES parents (id),
    "INFO_id"   INTEGER REFERENCES parents (id),
    "naïve col" TEXT,
    "a`b"       BLOB NOT NULL,
    "1st"       INTEGER NOT NULL DEFAULT 1,
    "quo""te"   TEXT NOT NULL DEFAULT 'it''s "here"',
    a_b         INTEGER NOT NULL,
    ab          INTEGER NOT NULL,
    a_1         INTEGER NOT NULL,
    a1          INTEGER NOT NULL,
    a__b        INTEGER NOT NULL,
    _x          INTEGER NOT NULL,
    from_parent INTEGER REFERENCES parents (id),
    "flags"     TEXT NOT NULL CHECK ("flags" IN ('a"b', 'Self', '1', 'self', '')),
    UNIQUE ("world", "row", "key")
) STRICT;
CREATE INDEX type_key ON "type" ("key");
CREATE INDEX type_row_match ON "type" ("row", "match");

-- ```
-- panic!("this is no doctest");
-- ```
--     indented, [linked] and <tagged>
-- - a list
-- goes on
-- # Heading
CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT;

CREATE TABLE "values" (id INTEGER PRIMARY KEY, "value" REAL) STRICT;
CREATE TABLE "owners" (id INTEGER PRIMARY KEY, "owner" TEXT) STRICT;
CREATE TABLE "tables" (id INTEGER PRIMARY KEY, "table" BLOB) STRICT;
CREATE TABLE errors (id INTEGER PRIMARY KEY, "error" TEXT NOT NULL) STRICT;
CREATE TABLE type_fields (id INTEGER PRIMARY KEY, type_columns INTEGER NOT NULL) STRICT;
CREATE TABLE players (id INTEGER PRIMARY KEY, player_key TEXT NOT NULL) STRICT;
CREATE TABLE player_keys (id INTEGER PRIMARY KEY, player_id INTEGER NOT NULL REFERENCES players (id)) STRICT;
