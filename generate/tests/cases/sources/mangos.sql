-- MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)
--
-- Host: localhost    Database: world
-- ------------------------------------------------------
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;

--
-- Table structure for table `creature`
--

DROP TABLE IF EXISTS `creature`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `creature` (
  `guid` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'Global Unique Identifier',
  `id` mediumint(8) unsigned NOT NULL DEFAULT '0' COMMENT 'Creature Identifier',
  `map` smallint(5) unsigned NOT NULL DEFAULT '0',
  `zoneId` int(10) unsigned NOT NULL DEFAULT '0' COMMENT 'Zone; it''s a "cache"',
  `spawnMask` tinyint(3) unsigned NOT NULL DEFAULT '1',
  `phaseGroup` int(10) NOT NULL DEFAULT '-1',
  `position_x` float NOT NULL DEFAULT '0',
  `orientation` double unsigned NOT NULL DEFAULT '1.5',
  `MovementType` tinyint(3) NOT NULL DEFAULT '-1',
  `npcflag` bigint(20) unsigned NOT NULL DEFAULT '0',
  `active` tinyint(1) NOT NULL DEFAULT '1',
  `teamId` tinyint(1) unsigned NOT NULL DEFAULT '2',
  `ScriptName` char(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT '',
  `VerifiedBuild` int DEFAULT '0',
  PRIMARY KEY (`guid`),
  UNIQUE KEY `idx_name` (`ScriptName`) USING BTREE,
  KEY `idx_map` (`map`),
  KEY `idx_id` (`id`) USING BTREE COMMENT 'for scripts'
) ENGINE=InnoDB AUTO_INCREMENT=1973 DEFAULT CHARSET=utf8mb4 ROW_FORMAT=FIXED COMMENT='Creature System';
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `creature`
--

LOCK TABLES `creature` WRITE;
/*!40000 ALTER TABLE `creature` DISABLE KEYS */;
INSERT INTO `creature` VALUES (1,2,'it\'s; CREATE TABLE `no` (a int);','a\\'),(2,3,"-- no comment; ",'x');
/*!40000 ALTER TABLE `creature` ENABLE KEYS */;
UNLOCK TABLES;

CREATE TABLE `creature_addon` (
  `guid` int(10) unsigned NOT NULL DEFAULT '0',
  `path_id` int(10) unsigned zerofill NOT NULL DEFAULT '0000000000',
  `auras` text,
  `bytes` varbinary(16) DEFAULT NULL,
  `when` timestamp(6) NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (`guid`),
  KEY `idx_map` (`path_id`),
  FULLTEXT KEY `ft` (`auras`) /*!50100 WITH PARSER `ngram` */
) ENGINE=MyISAM DEFAULT CHARSET=latin1 PAGE_CHECKSUM=1 TRANSACTIONAL=0;

CREATE TABLE `character_queststatus` (
  `guid` int(10) unsigned NOT NULL DEFAULT '0',
  `quest` int(10) unsigned NOT NULL DEFAULT '0',
  `status` enum('NONE','COMPLETE','it''s, (odd)') NOT NULL DEFAULT 'NONE',
  `flags` set('a','b') DEFAULT NULL,
  `bit` bit(1) NOT NULL DEFAULT b'0',
  `bits` bit(8) NOT NULL DEFAULT b'101',
  `gold` decimal(12,2) NOT NULL DEFAULT '0',
  `blob` longblob NOT NULL,
  `day` date NOT NULL DEFAULT '0000-00-00',
  `year` year(4) DEFAULT NULL,
  `data` json DEFAULT NULL,
  `total` bigint GENERATED ALWAYS AS (`guid` + `quest`) VIRTUAL,
  PRIMARY KEY (`guid`,`quest`),
  CONSTRAINT `ok` CHECK (((`quest` > 0) and (`status` in (_utf8mb4'NONE',_utf8mb4'COMPLETE')))),
  CONSTRAINT `rich` CHECK ((`gold` > 0))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY HASH (`guid`) PARTITIONS 4 */;

/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `t` BEFORE INSERT ON `creature` FOR EACH ROW BEGIN
  SET NEW.map = 1;
  CREATE TABLE nothing (a int);
END */;
DELIMITER ;;
CREATE PROCEDURE `p`()
BEGIN
  CREATE TABLE nothing (a int);
END;;
DELIMITER ;

/*!50001 CREATE TABLE `v` (`guid` tinyint NOT NULL) ENGINE=MyISAM */;
/*!50001 DROP TABLE IF EXISTS `v`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */
/*!50001 VIEW `v` AS select `creature`.`guid` AS `guid` from `creature` */;
-- Dump completed on 2024-01-01  0:00:00
