-- A file header.

-- Things.
--
-- Second paragraph.
CREATE TABLE IF NOT EXISTS things ( -- not the column's
    -- The id.
    id INTEGER PRIMARY KEY,
    -- Far away.

    -- Before,
    -- on two lines.
    a INTEGER NOT NULL, -- a's own -- still a's
    b REAL DEFAULT (1.5) -- b's, without a comma
    , c TEXT DEFAULT CURRENT_TIMESTAMP,
    d BLOB DEFAULT x'00ff', /* not read */
    e INTEGER NOT NULL CHECK (e > 0),
    f TEXT CHECK (f IN ('A', -- inside
        'B')),
    CHECK (a < e) -- a constraint's
) STRICT;
