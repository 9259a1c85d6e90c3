CREATE TABLE regions (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- A cell of the map: found by where it is.
CREATE TABLE cells (
    id        INTEGER PRIMARY KEY,
    region_id INTEGER NOT NULL REFERENCES regions (id) ON DELETE CASCADE,
    x         INTEGER NOT NULL,
    y         INTEGER NOT NULL,
    height    REAL    NOT NULL,
    label     TEXT,
    tint      BLOB,
    climate   TEXT    NOT NULL CHECK (climate IN ('ARID', 'MILD')),
    UNIQUE (region_id, x, y),
    UNIQUE (label, height)
) STRICT;
CREATE INDEX cells_height ON cells (height);
CREATE INDEX cells_tint ON cells (tint);
CREATE INDEX cells_climate_label ON cells (climate, label);
CREATE UNIQUE INDEX cells_all ON cells (region_id, x, y, height, label, tint, climate);
