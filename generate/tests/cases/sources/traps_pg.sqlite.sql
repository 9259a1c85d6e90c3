-- @generated from `traps_pg.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

CREATE TABLE a (
    id INTEGER PRIMARY KEY,
    t TEXT DEFAULT 'it''s; \',
    u TEXT DEFAULT 'back\',
    v TEXT DEFAULT ';''',
    w TEXT DEFAULT 'A'
) STRICT;

CREATE TABLE b (
    id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES b (id) ON DELETE CASCADE,
    c TEXT,
    d TEXT NOT NULL DEFAULT 'x' CHECK (length(d) <= 3),
    e TEXT DEFAULT '00:00:00+00',
    f TEXT,
    g TEXT DEFAULT '::1',
    h TEXT DEFAULT '-1.50',
    i INTEGER DEFAULT -5,
    j TEXT DEFAULT CURRENT_TIMESTAMP,
    k INTEGER DEFAULT 1 CHECK (k IN (0, 1)),
    l TEXT,
    s TEXT NOT NULL,
    u TEXT NOT NULL,
    m TEXT DEFAULT '1 day',
    n TEXT,
    o TEXT,
    p INTEGER REFERENCES a (id) ON DELETE SET NULL,
    q INTEGER CHECK (q BETWEEN 0 AND 4294967295),
    -- It's
    -- a key
    key TEXT,
    "index" INTEGER,
    type TEXT,
    r TEXT NOT NULL,
    UNIQUE (key, type),
    CHECK (i < 0),
    CHECK (o IN ('x', 'y')),
    CHECK (((q IS NOT NULL) + (p IS NOT NULL)) = 1),
    CHECK ("index" > 0)
) STRICT;
CREATE INDEX b_index ON b ("index");

CREATE TABLE e (
    -- Given by gamedb: the source's key is (id).
    gamedb_id INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    s INTEGER DEFAULT 1 CHECK (s BETWEEN -32768 AND 32767),
    t TEXT,
    CHECK (s < 9),
    CHECK (s > 0)
) STRICT;
