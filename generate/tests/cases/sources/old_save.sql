-- A save of a game from before STRICT.
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
-- The heroes.
CREATE TABLE heroes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(20) NOT NULL COLLATE NOCASE UNIQUE, -- shown above the head
    gold DECIMAL(10, 2) DEFAULT 12.5 CHECK (gold >= 0),
    stuff,
    born DATETIME DEFAULT CURRENT_TIMESTAMP,
    alive BOOLEAN NOT NULL DEFAULT 1,
    small TINYINT(1) DEFAULT 0,
    level INT NOT NULL DEFAULT (1) CHECK (level BETWEEN 1 AND 60),
    title TEXT DEFAULT "none",
    doubled INTEGER AS (level * 2) STORED
);
CREATE TABLE kv (k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID;
CREATE TABLE grid (x INT, y INT, tile UNSIGNED BIG INT, PRIMARY KEY (x, y));
CREATE TABLE slots (hero_id INTEGER NOT NULL REFERENCES heroes ON DELETE CASCADE, n INT, item CHARACTER(4), UNIQUE (hero_id, n) ON CONFLICT REPLACE);
CREATE TABLE big (id BIGINT PRIMARY KEY, at_x INT, at_y INT, FOREIGN KEY (at_x, at_y) REFERENCES grid (x, y));
CREATE INDEX by_level ON heroes (level) WHERE alive;
CREATE UNIQUE INDEX living ON heroes (title) WHERE alive;
CREATE INDEX by_half ON heroes (level / 2);
CREATE VIEW rich AS SELECT * FROM heroes WHERE gold > 100;
CREATE TRIGGER t AFTER INSERT ON heroes BEGIN UPDATE heroes SET level = 2; END;
CREATE VIRTUAL TABLE search USING fts5(name);
INSERT INTO heroes (name, stuff) VALUES ('it''s; me', 5);
COMMIT;
