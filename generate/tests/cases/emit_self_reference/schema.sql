-- A place in a tree of places.
CREATE TABLE places (
    id        INTEGER PRIMARY KEY,
    name      TEXT    NOT NULL,
    parent_id INTEGER REFERENCES places (id) ON DELETE CASCADE,
    next_id   INTEGER UNIQUE REFERENCES places (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX places_parent_id ON places (parent_id);
