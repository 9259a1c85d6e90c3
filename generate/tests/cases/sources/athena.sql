# Tables of a server from before InnoDB.
# The guilds.
CREATE TABLE guild (
  guild_id int(11) unsigned NOT NULL auto_increment,
  name varchar(24) BINARY NOT NULL default '',
  master varchar(24) NOT NULL default '' UNIQUE,
  emblem blob,           # raw
  exp int unsigned zerofill,
  skill tinyint(11) NOT NULL default 0
  PRIMARY KEY  (guild_id,name),
  UNIQUE KEY guild_id (guild_id),
  KEY (name(10)),
) TYPE=MyISAM;

CREATE TABLE IF NOT EXISTS `guild_member` (
  `guild_id` int(11) unsigned NOT NULL REFERENCES guild (guild_id) ON DELETE CASCADE,
  `char_id` int(11) NOT NULL,
  `old` varchar(8) NULL DEFAULT NULL,
  `score` float(5,2) default '0.50',
  INDEX by_score (score DESC, old(4) ASC) USING BTREE,
  SPATIAL INDEX (place)
) ENGINE = InnoDB;
CREATE TABLE IF NOT EXISTS `guild_member` (`nothing` int);

ALTER TABLE guild_member
  ADD COLUMN rank ENUM('low','high') NOT NULL DEFAULT 'low' AFTER guild_id,
  ADD (joined DATETIME DEFAULT NOW(), UNIQUE KEY one (char_id, guild_id)),
  CHANGE `old` `title` varchar(16) NOT NULL DEFAULT 'none' FIRST,
  MODIFY score double NOT NULL,
  DROP COLUMN nowhere,
  ADD PRIMARY KEY (char_id),
  ENGINE=InnoDB;
ALTER TABLE guild_member RENAME INDEX by_score TO by_points, ALTER COLUMN rank SET DEFAULT 'high';
RENAME TABLE guild_member TO members;
ALTER TABLE members DISABLE KEYS;
CREATE UNIQUE INDEX start ON members (title(3));
CREATE INDEX joined USING BTREE ON `members` (`joined`);
DROP INDEX joined ON members;
CREATE TABLE copy LIKE members;
CREATE TABLE from_query AS SELECT * FROM members;
CREATE TABLE odd (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, a INT FROBNICATED, 5 = 6, b INT);
THIS IS NOT SQL;
INSERT INTO guild VALUES (1, 'it''s -- no', "a\"b");
CREATE TABLE last (id SERIAL, a TIMESTAMP DEFAULT '2001-01-01', b INT DEFAULT (1 + 1), c TEXT COLLATE utf8_bin);
