-- @generated from `keys.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

-- What keys can be.
CREATE TABLE base (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (length(code) <= 8),
    x INTEGER CHECK (x BETWEEN -2147483648 AND 2147483647),
    y INTEGER CHECK (y BETWEEN -2147483648 AND 2147483647),
    UNIQUE (x, y)
) STRICT;

CREATE TABLE shared (
    -- Given by gamedb: `id` is the id of its row in base, and this id in an import.
    gamedb_id INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE REFERENCES base (id) ON DELETE CASCADE,
    note TEXT
) STRICT;

CREATE TABLE chained (
    -- Given by gamedb: `id` is the id of its row in shared, and this id in an import.
    gamedb_id INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE REFERENCES shared (gamedb_id),
    of_shared INTEGER REFERENCES shared (gamedb_id)
) STRICT;

CREATE TABLE ring_a (
    id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE ring_b (
    -- Given by gamedb: `id` is the id of its row in ring_a, and this id in an import.
    gamedb_id INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE REFERENCES ring_a (id)
) STRICT;

CREATE TABLE texts (
    -- Given by gamedb: the source's key is (name).
    gamedb_id_2 INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) <= 20),
    gamedb_id INTEGER CHECK (gamedb_id BETWEEN -2147483648 AND 2147483647)
) STRICT;

CREATE TABLE none (
    -- Given by gamedb: the source has no primary key.
    gamedb_id INTEGER PRIMARY KEY,
    a INTEGER CHECK (a BETWEEN -2147483648 AND 2147483647),
    b INTEGER NOT NULL DEFAULT 7 CHECK (b BETWEEN -2147483648 AND 2147483647)
) STRICT;

CREATE TABLE pairs (
    -- Given by gamedb: the source's key is (a, b).
    gamedb_id INTEGER PRIMARY KEY,
    a INTEGER NOT NULL CHECK (a BETWEEN -2147483648 AND 2147483647),
    b INTEGER NOT NULL CHECK (b BETWEEN 0 AND 255),
    n INTEGER CHECK (n BETWEEN -2147483648 AND 2147483647),
    UNIQUE (a, b)
) STRICT;
CREATE INDEX n ON pairs (n);

CREATE TABLE tiny (
    id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE arrows (
    id INTEGER PRIMARY KEY,
    to_base INTEGER NOT NULL REFERENCES base (id) ON DELETE CASCADE,
    to_code TEXT CHECK (length(to_code) <= 8),
    at_x INTEGER CHECK (at_x BETWEEN -2147483648 AND 2147483647),
    at_y INTEGER CHECK (at_y BETWEEN -2147483648 AND 2147483647),
    gone INTEGER CHECK (gone BETWEEN -2147483648 AND 2147483647),
    twice INTEGER REFERENCES base (id),
    nulled INTEGER NOT NULL REFERENCES base (id),
    defaulted INTEGER DEFAULT 1 REFERENCES base (id),
    tiny_id INTEGER REFERENCES tiny (id),
    text_id INTEGER CHECK (text_id BETWEEN -2147483648 AND 2147483647),
    none_id INTEGER CHECK (none_id BETWEEN -2147483648 AND 2147483647),
    base_id INTEGER CHECK (base_id BETWEEN -32768 AND 32767),
    mixed TEXT CHECK (length(mixed) <= 3),
    FOREIGN KEY (to_code) REFERENCES base (code),
    FOREIGN KEY (at_x, at_y) REFERENCES base (x, y)
) STRICT;
CREATE INDEX arrows_gone ON arrows (gone);
CREATE INDEX arrows_mixed ON arrows (mixed);
