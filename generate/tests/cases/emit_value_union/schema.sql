-- A setting: one value, or none; its columns are not in a row.
CREATE TABLE settings (
    id      INTEGER PRIMARY KEY,
    text    TEXT,
    name    TEXT NOT NULL UNIQUE,
    x       REAL,
    new_x   REAL,
    bytes   BLOB,
    counter INTEGER,
    CHECK ((text IS NOT NULL) + (x IS NOT NULL) + (bytes IS NOT NULL) + (counter IS NOT NULL) <= 1),
    CHECK ((x IS NULL) = (new_x IS NULL))
) STRICT;

-- A mark has one kind of value only.
CREATE TABLE marks (id INTEGER PRIMARY KEY, low INTEGER, high INTEGER) STRICT;
