-- Two pivots between the same tables, and enums of one name.
CREATE TABLE players (id INTEGER PRIMARY KEY, status TEXT NOT NULL CHECK (status IN ('ON', 'OFF')));
CREATE TABLE ships (
    id INTEGER PRIMARY KEY,
    status TEXT DEFAULT 'FLIES' CHECK (status IS NULL OR status IN ('FLIES', 'LANDED')),
    mood TEXT NOT NULL CHECK (mood IN ('GOOD', 'BAD'))
);
CREATE TABLE crates (
    id INTEGER PRIMARY KEY,
    mood TEXT NOT NULL CHECK (mood IN ('BAD', 'GOOD'))
);
CREATE TABLE crate_owners (
    id INTEGER PRIMARY KEY, crate_id INTEGER NOT NULL UNIQUE REFERENCES crates (id),
    player_id INTEGER REFERENCES players (id), ship_id INTEGER REFERENCES ships (id),
    CHECK ((player_id IS NOT NULL) + (ship_id IS NOT NULL) = 1)
);
CREATE TABLE crate_holders (
    id INTEGER PRIMARY KEY, crate_id INTEGER NOT NULL REFERENCES crates (id),
    player_id INTEGER REFERENCES players (id), ship_id INTEGER REFERENCES ships (id)
);
