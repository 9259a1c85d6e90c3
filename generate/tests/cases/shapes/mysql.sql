-- Tables whose kinds are easily taken for others.
CREATE TABLE `heroes` (`id` int NOT NULL AUTO_INCREMENT, `name` varchar(40) NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;
CREATE TABLE `beasts` (
  `id` int NOT NULL AUTO_INCREMENT,
  `owner_hero_id` int DEFAULT NULL,
  `owner_beast_id` int DEFAULT NULL,
  `temper` varchar(20) NOT NULL,
  PRIMARY KEY (`id`),
  FOREIGN KEY (`owner_hero_id`) REFERENCES `heroes` (`id`),
  FOREIGN KEY (`owner_beast_id`) REFERENCES `beasts` (`id`)
) ENGINE=InnoDB;
CREATE TABLE `chests` (`id` int NOT NULL AUTO_INCREMENT, `size` int NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;
CREATE TABLE `recipes` (`id` int NOT NULL AUTO_INCREMENT, `time` float NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;
CREATE TABLE `beast_recipes` (`id` int NOT NULL AUTO_INCREMENT, `time` float NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;

-- A pivot; there is no table of scenes.
CREATE TABLE `chest_owners` (
  `id` int NOT NULL AUTO_INCREMENT,
  `chest_id` int NOT NULL,
  `hero_id` int DEFAULT NULL,
  `beast_id` int DEFAULT NULL,
  `scene_id` int DEFAULT NULL,
  PRIMARY KEY (`id`),
  FOREIGN KEY (`chest_id`) REFERENCES `chests` (`id`),
  FOREIGN KEY (`hero_id`) REFERENCES `heroes` (`id`),
  FOREIGN KEY (`beast_id`) REFERENCES `beasts` (`id`)
) ENGINE=InnoDB;

-- Two required keys and an optional one, and more to say: no pivot.
CREATE TABLE `chest_entries` (
  `id` int NOT NULL AUTO_INCREMENT,
  `chest_id` int NOT NULL,
  `recipe_id` int NOT NULL,
  `beast_id` int DEFAULT NULL,
  `amount` int NOT NULL,
  PRIMARY KEY (`id`),
  FOREIGN KEY (`chest_id`) REFERENCES `chests` (`id`),
  FOREIGN KEY (`recipe_id`) REFERENCES `recipes` (`id`),
  FOREIGN KEY (`beast_id`) REFERENCES `beasts` (`id`)
) ENGINE=InnoDB;

-- The name says one table, and the key that is declared another.
CREATE TABLE `beast_recipe_parts` (
  `id` int NOT NULL AUTO_INCREMENT,
  `recipe_id` int NOT NULL,
  `share` float NOT NULL,
  PRIMARY KEY (`id`),
  FOREIGN KEY (`recipe_id`) REFERENCES `beast_recipes` (`id`)
) ENGINE=InnoDB;

-- A join that keeps books about its rows.
CREATE TABLE `hero_recipe` (
  `hero_id` int NOT NULL,
  `recipe_id` int NOT NULL,
  `last_update` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (`hero_id`,`recipe_id`),
  KEY `recipe` (`recipe_id`),
  CONSTRAINT `a` FOREIGN KEY (`hero_id`) REFERENCES `heroes` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT `b` FOREIGN KEY (`recipe_id`) REFERENCES `recipes` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE
) ENGINE=InnoDB;

-- The same two keys with an id, and not UNIQUE: things of their own, such as copies of a film in a shop.
CREATE TABLE `scrolls` (
  `scroll_id` int NOT NULL AUTO_INCREMENT,
  `hero_id` int NOT NULL,
  `recipe_id` int NOT NULL,
  `last_update` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (`scroll_id`),
  FOREIGN KEY (`hero_id`) REFERENCES `heroes` (`id`),
  FOREIGN KEY (`recipe_id`) REFERENCES `recipes` (`id`)
) ENGINE=InnoDB;

-- One end is UNIQUE, and others point to it.
CREATE TABLE `shops` (
  `shop_id` int NOT NULL AUTO_INCREMENT,
  `keeper_id` int NOT NULL,
  `chest_id` int NOT NULL,
  PRIMARY KEY (`shop_id`),
  UNIQUE KEY `keeper` (`keeper_id`),
  FOREIGN KEY (`keeper_id`) REFERENCES `heroes` (`id`),
  FOREIGN KEY (`chest_id`) REFERENCES `chests` (`id`)
) ENGINE=InnoDB;
CREATE TABLE `sales` (
  `id` int NOT NULL AUTO_INCREMENT,
  `shop_id` int NOT NULL,
  `scroll_id` int NOT NULL,
  `hero_id` int NOT NULL,
  PRIMARY KEY (`id`),
  FOREIGN KEY (`shop_id`) REFERENCES `shops` (`shop_id`),
  FOREIGN KEY (`scroll_id`) REFERENCES `scrolls` (`scroll_id`),
  FOREIGN KEY (`hero_id`) REFERENCES `heroes` (`id`)
) ENGINE=InnoDB;
