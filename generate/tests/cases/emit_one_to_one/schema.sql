CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;

-- What only the player sees: one for each, at most.
CREATE TABLE profiles (
    id        INTEGER PRIMARY KEY,
    player_id INTEGER NOT NULL UNIQUE REFERENCES players (id) ON DELETE CASCADE,
    motto     TEXT
) STRICT;
