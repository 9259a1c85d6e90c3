CREATE TABLE playlists (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;

CREATE TABLE tracks (
    id       INTEGER PRIMARY KEY,
    title    TEXT    NOT NULL,
    -- The playlist that it was bought with. Its accessor wants the same name as that of the join.
    first_id INTEGER REFERENCES playlists (id) ON DELETE SET NULL
) STRICT;

-- Which playlist has which track.
CREATE TABLE playlist_track (
    id          INTEGER PRIMARY KEY,
    track_id    INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
    playlist_id INTEGER NOT NULL REFERENCES playlists (id) ON DELETE CASCADE,
    last_update TEXT    NOT NULL,
    UNIQUE (playlist_id, track_id)
) STRICT;

CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;

-- A join of a table with itself: names are those of the columns.
CREATE TABLE friends (
    id       INTEGER PRIMARY KEY,
    player_a INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE,
    player_b INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE,
    UNIQUE (player_a, player_b)
) STRICT;

-- Another one.
CREATE TABLE followers (
    id          INTEGER PRIMARY KEY,
    follower_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE,
    idol_id     INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE,
    created_at  INTEGER,
    UNIQUE (follower_id, idol_id)
) STRICT;

CREATE TABLE films (id INTEGER PRIMARY KEY, title TEXT NOT NULL) STRICT;

-- Two joins of the same tables: both are named after themselves.
CREATE TABLE cast (
    id        INTEGER PRIMARY KEY,
    film_id   INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE,
    player_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE,
    UNIQUE (film_id, player_id)
) STRICT;

CREATE TABLE crew (
    id        INTEGER PRIMARY KEY,
    film_id   INTEGER NOT NULL REFERENCES films (id),
    player_id INTEGER NOT NULL REFERENCES players (id),
    UNIQUE (player_id, film_id)
) STRICT;

CREATE TABLE objects (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;

-- One player at most has an object, and it says nothing else.
CREATE TABLE player_objects (
    id        INTEGER PRIMARY KEY,
    player_id INTEGER        NOT NULL REFERENCES players (id) ON DELETE CASCADE,
    object_id INTEGER UNIQUE NOT NULL REFERENCES objects (id) ON DELETE CASCADE
) STRICT;

-- One end is UNIQUE, and another table points here: a row of its own.
CREATE TABLE stores (
    id         INTEGER PRIMARY KEY,
    manager_id INTEGER UNIQUE NOT NULL REFERENCES players (id),
    film_id    INTEGER NOT NULL REFERENCES films (id),
    last_update TEXT   NOT NULL
) STRICT;

CREATE TABLE copies (
    id          INTEGER PRIMARY KEY,
    film_id     INTEGER NOT NULL REFERENCES films (id),
    store_id    INTEGER NOT NULL REFERENCES stores (id),
    last_update TEXT    NOT NULL
) STRICT;

-- The pair is UNIQUE, and there is more to say.
CREATE TABLE ratings (
    id        INTEGER PRIMARY KEY,
    film_id   INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE,
    player_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE,
    stars     INTEGER NOT NULL,
    UNIQUE (film_id, player_id)
) STRICT;

-- A table without an id of its own, as one from elsewhere gets one.
CREATE TABLE passages (
    gamedb_id INTEGER PRIMARY KEY,
    from_film INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE,
    to_film   INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE,
    direction TEXT    NOT NULL
) STRICT;

-- The config says that it is a join, although it has a weight.
CREATE TABLE film_objects (
    id        INTEGER PRIMARY KEY,
    film_id   INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE,
    object_id INTEGER NOT NULL REFERENCES objects (id) ON DELETE CASCADE,
    weight    REAL    NOT NULL DEFAULT 1.5,
    UNIQUE (film_id, object_id)
) STRICT;

-- The config says that it is none.
CREATE TABLE object_tracks (
    id        INTEGER PRIMARY KEY,
    object_id INTEGER NOT NULL REFERENCES objects (id) ON DELETE CASCADE,
    track_id  INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
    UNIQUE (object_id, track_id)
) STRICT;
