-- Everything that a schema of MySQL can have and that is read.
CREATE TABLE players (
    id bigint unsigned AUTO_INCREMENT PRIMARY KEY,
    name varchar(40) NOT NULL UNIQUE COMMENT 'it''s; a name',
    mood enum('sad','it''s','ü') DEFAULT 'sad',
    tags set('a','b'),
    gold decimal(12,2) NOT NULL DEFAULT 0.5,
    hp smallint unsigned NOT NULL DEFAULT 100 CHECK (hp >= 1),
    ratio double, r4 float, b1 bit(1), b8 bit(8) DEFAULT b'101', b64 bit(64), y year, d date, t time, dt datetime(6),
    ts timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    bin binary(4) DEFAULT x'00ff27', vb varbinary(10), bl blob, j json, act tinyint(1) NOT NULL DEFAULT 1,
    gen int GENERATED ALWAYS AS (hp + 1) STORED,
    g point, l1 varchar(10) CHARACTER SET latin1
) COMMENT='Who plays.
two lines; it''s';
CREATE TABLE items (
    id int AUTO_INCREMENT PRIMARY KEY, owner_id bigint unsigned, name text, KEY (owner_id), FULLTEXT KEY (name),
    CONSTRAINT f FOREIGN KEY (owner_id) REFERENCES players (id) ON DELETE SET NULL
);
CREATE TABLE pairs (
    a bigint unsigned, b int, PRIMARY KEY (a, b), FOREIGN KEY (a) REFERENCES players (id),
    FOREIGN KEY (b) REFERENCES items (id) ON DELETE CASCADE
);
CREATE TABLE `it``s "odd"` (`a b` int PRIMARY KEY, `SELECT` text, `from` varchar(3) DEFAULT 'a\\', KEY `k``k` (`from`(2)));
CREATE TABLE old (a int, b varchar(3)) ENGINE=MyISAM;
CREATE TABLE parts (id int PRIMARY KEY, day date) PARTITION BY HASH (id) PARTITIONS 4;
CREATE VIEW v AS SELECT * FROM items;
