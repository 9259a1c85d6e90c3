-- A zone, whose number the game gives.
CREATE TABLE zones (
    zone INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    opened TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    closed TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    short TEXT NOT NULL DEFAULT CURRENT_DATE,
    seconds INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;

-- Where something is, in a zone.
CREATE TABLE places (
    id INTEGER PRIMARY KEY,
    zone INTEGER NOT NULL REFERENCES zones (zone) ON DELETE CASCADE
) STRICT;
