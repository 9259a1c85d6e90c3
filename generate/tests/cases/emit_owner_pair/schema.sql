-- Owners in two columns, an id and a kind, as web frameworks and many game servers have them.
CREATE TABLE `players` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;

CREATE TABLE `guilds` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;

CREATE TABLE `items` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `owner_id` int unsigned NOT NULL,
  `owner_type` enum('player','guild','bank') NOT NULL,
  `slot` tinyint unsigned NOT NULL,
  `holder_id` int DEFAULT NULL,
  `holder_kind` tinyint DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `place` (`owner_type`,`owner_id`,`slot`),
  KEY `holder` (`holder_id`,`holder_kind`)
) ENGINE=InnoDB;

CREATE TABLE `shares` (
  `owner_id` int NOT NULL,
  `owner_type` int NOT NULL,
  `day` date NOT NULL,
  `seal` binary(16) DEFAULT NULL,
  PRIMARY KEY (`owner_id`,`owner_type`,`day`)
) ENGINE=InnoDB;
