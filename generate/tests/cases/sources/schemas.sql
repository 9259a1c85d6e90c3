-- Statements within a statement.
CREATE SCHEMA game AUTHORIZATION joe
    CREATE TABLE Film (Id serial PRIMARY KEY, Title varchar(80) NOT NULL)
    CREATE TABLE actor (id serial PRIMARY KEY, film_id int REFERENCES film (id))
    CREATE VIEW winners AS SELECT title FROM film;
CREATE SCHEMA audit;
CREATE TABLE audit.actor (LIKE game.actor INCLUDING DEFAULTS, at timestamptz NOT NULL);
SET search_path TO audit, public;
CREATE TABLE entry (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, actor_id int REFERENCES game.actor);
DO $x$ BEGIN EXECUTE 'CREATE TABLE nothing (a int)'; END $x$;
