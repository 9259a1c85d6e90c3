-- @generated from `traps_mysql.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

-- Changed
CREATE TABLE a (
    id INTEGER PRIMARY KEY,
    t TEXT DEFAULT 'a;b'';c' CHECK (length(t) <= 20),
    u TEXT DEFAULT 'it''s; "x"' CHECK (length(u) <= 20),
    v INTEGER CHECK (v BETWEEN -2147483648 AND 2147483647),
    x INTEGER REFERENCES "b;" (id)
) STRICT;
CREATE INDEX a_v ON a (v);

-- Semi; colon
CREATE TABLE "b;" (
    id INTEGER PRIMARY KEY,
    -- one, two; 'three'
    c TEXT NOT NULL DEFAULT 'x' UNIQUE CHECK (length(c) <= 10),
    d REAL DEFAULT 1000.0 CHECK (d >= 0),
    e TEXT DEFAULT 'n' CHECK (length(e) <= 3),
    f TEXT,
    g INTEGER DEFAULT 5 REFERENCES a (id) ON DELETE CASCADE,
    h BLOB DEFAULT x'0a0b' CHECK (length(h) <= 2),
    i INTEGER CHECK (i BETWEEN 0 AND 255),
    j BLOB,
    k TEXT CHECK (k IN ('y', 'n')),
    l INTEGER NOT NULL DEFAULT -5 CHECK (l BETWEEN -2147483648 AND 2147483647),
    m TEXT CHECK (length(m) <= 2),
    n TEXT DEFAULT '00:00:00',
    o INTEGER NOT NULL CHECK (o BETWEEN -2147483648 AND 2147483647),
    p TEXT DEFAULT '0.50',
    q INTEGER DEFAULT 1 CHECK (q IN (0, 1)),
    r BLOB CHECK (length(r) <= 8),
    CHECK (l < 0),
    CHECK (g BETWEEN 1 AND 9 AND c <> '')
) STRICT;
CREATE INDEX "b;_b;" ON "b;" (g);

CREATE TABLE c (
    id INTEGER PRIMARY KEY,
    a INTEGER NOT NULL UNIQUE CHECK (a BETWEEN -2147483648 AND 2147483647)
) STRICT;
CREATE INDEX b ON c (a);

CREATE TABLE e (
    id INTEGER PRIMARY KEY,
    j TEXT,
    CHECK (json_valid(j))
) STRICT;
