-- Two databases of one server.
CREATE DATABASE `auth`;
USE `auth`;
CREATE TABLE `account` (`id` int unsigned NOT NULL AUTO_INCREMENT, `name` varchar(32) NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;
CREATE TABLE `updates` (`name` varchar(200) NOT NULL, PRIMARY KEY (`name`)) ENGINE=InnoDB;
USE `world`;
CREATE TABLE `updates` (`name` varchar(200) NOT NULL, `at` date, PRIMARY KEY (`name`)) ENGINE=InnoDB;
CREATE TABLE `guild` (`id` int NOT NULL, `leader` int unsigned, PRIMARY KEY (`id`), FOREIGN KEY (`leader`) REFERENCES `auth`.`account` (`id`)) ENGINE=InnoDB;
CREATE TABLE `Guild` (`id` int NOT NULL, `ID` int, PRIMARY KEY (`id`)) ENGINE=InnoDB;
CREATE TABLE `world`.`sqlite_like` (`order` int, `it's` int, `a"b` int, KEY `updates` (`order`)) ENGINE=InnoDB;
