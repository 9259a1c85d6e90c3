CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE ships (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE planets (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;

CREATE TABLE crates (
    id     INTEGER PRIMARY KEY,
    weight REAL NOT NULL,
    inside INTEGER REFERENCES crates (id) ON DELETE SET NULL
) STRICT;

-- Who has a crate: a player, who may have pawned it to another, a ship, a planet or a void.
CREATE TABLE crate_holders (
    id         INTEGER PRIMARY KEY,
    crate_id   INTEGER NOT NULL UNIQUE REFERENCES crates (id) ON DELETE CASCADE,
    player_id  INTEGER REFERENCES players (id) ON DELETE CASCADE,
    pawnbroker INTEGER REFERENCES players (id) ON DELETE CASCADE,
    ship_id    INTEGER REFERENCES ships (id) ON DELETE CASCADE,
    planet_id  INTEGER REFERENCES planets (id) ON DELETE CASCADE,
    void_id    INTEGER,
    CHECK ((player_id IS NOT NULL) + (pawnbroker IS NOT NULL) + (ship_id IS NOT NULL)
         + (planet_id IS NOT NULL) + (void_id IS NOT NULL) = 1)
) STRICT;

CREATE TABLE notes (id INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;

-- A pivot with one owner, because the config says so.
CREATE TABLE note_owners (
    id      INTEGER PRIMARY KEY,
    note_id INTEGER NOT NULL UNIQUE REFERENCES notes (id) ON DELETE CASCADE,
    ship_id INTEGER REFERENCES ships (id) ON DELETE CASCADE,
    CHECK ((ship_id IS NOT NULL) = 1)
) STRICT;
