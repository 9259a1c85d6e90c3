-- The truth about the world. The models are generated from it whenever it changes; a world file that was made before
-- is brought along with `gamedb migrate world.db --schema schema.sql`.

CREATE TABLE players (
    id     INTEGER PRIMARY KEY,
    name   TEXT    NOT NULL UNIQUE,
    gold   INTEGER NOT NULL DEFAULT 0 CHECK (gold >= 0),
    health INTEGER NOT NULL DEFAULT 100 CHECK (health BETWEEN 0 AND 100),
    x      REAL    NOT NULL DEFAULT 0,
    vx     REAL    NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE chests (
    id   INTEGER PRIMARY KEY,
    room TEXT    NOT NULL
) STRICT;

CREATE TABLE items (
    id   INTEGER PRIMARY KEY,
    name TEXT    NOT NULL
) STRICT;

-- An item belongs to a player or lies in a chest, and never both.
CREATE TABLE item_owners (
    id        INTEGER PRIMARY KEY,
    item_id   INTEGER NOT NULL UNIQUE REFERENCES items (id) ON DELETE CASCADE,
    player_id INTEGER REFERENCES players (id) ON DELETE CASCADE,
    chest_id  INTEGER REFERENCES chests (id) ON DELETE CASCADE,
    CHECK ((player_id IS NOT NULL) + (chest_id IS NOT NULL) = 1)
) STRICT;
