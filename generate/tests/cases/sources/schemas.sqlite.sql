-- @generated from `schemas.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

CREATE TABLE film (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL CHECK (length(title) <= 80)
) STRICT;

CREATE TABLE game_actor (
    id INTEGER PRIMARY KEY,
    film_id INTEGER REFERENCES film (id)
) STRICT;

CREATE TABLE audit_actor (
    -- Given by gamedb: the source has no primary key.
    gamedb_id INTEGER PRIMARY KEY,
    id INTEGER NOT NULL CHECK (id BETWEEN -2147483648 AND 2147483647),
    film_id INTEGER CHECK (film_id BETWEEN -2147483648 AND 2147483647),
    at TEXT NOT NULL
) STRICT;

CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    actor_id INTEGER REFERENCES game_actor (id)
) STRICT;
