CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;

-- A letter from one player to another.
CREATE TABLE letters (
    id           INTEGER PRIMARY KEY,
    sender_id    INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE,
    recipient_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE,
    courier_id   INTEGER REFERENCES players (id) ON DELETE SET NULL,
    words        TEXT    NOT NULL
) STRICT;
