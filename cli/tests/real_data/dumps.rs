//! The text of a dump instead of a SQLite file.

use std::path::Path;

use super::gamedb;

const DUMP: &str = "-- MySQL dump 10.13
/*!40101 SET NAMES utf8mb4 */;
CREATE TABLE `guilds` (`id` int NOT NULL AUTO_INCREMENT, `name` varchar(20) NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;
CREATE TABLE `players` (
  `id` int NOT NULL AUTO_INCREMENT,
  `name` varchar(20) NOT NULL,
  `admin` tinyint(1) NOT NULL DEFAULT '0',
  `guild` int DEFAULT NULL,
  PRIMARY KEY (`id`),
  CONSTRAINT `g` FOREIGN KEY (`guild`) REFERENCES `guilds` (`id`)
) ENGINE=InnoDB;
INSERT INTO `players` VALUES (1,'O\\'Neil',1,1),
(2,'Bob',0,7),
(3,NULL,0,NULL),
(4,'Di',0,1);
INSERT INTO `guilds` VALUES (1,'Owls');
-- Dump completed
";

fn values(world: &Path) -> Vec<String> {
    let world = rusqlite::Connection::open(world).unwrap();
    let sql = "SELECT p.name || ' ' || ifnull(g.name, '-') FROM players p LEFT JOIN guilds g ON g.id = p.guild ORDER BY p.id";
    let mut statement = world.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// The schema is the dump's own, and every row that is left out is named with its line.
#[test]
fn a_dump_becomes_a_world_with_one_command() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("dump.sql"), DUMP).unwrap();
    let import = ["import", "--from", "dump.sql"];
    let (code, printed) = gamedb(folder.path(), &[&import[..], &["--dry-run"]].concat());
    let report = "players row 3 (line 14), name: is NULL, and must not be
players row 2 (line 13), guild: refers to row 7 of guilds, which does not exist
guilds: 1 of 1 rows
players: 2 of 4 rows
total: 3 of 5 rows; 2 are left out
";
    assert_eq!((code, printed.as_str()), (Some(1), report));
    let (code, _) = gamedb(folder.path(), &[&import[..], &["--out", "new.db"]].concat());
    assert_eq!(code, Some(1));
    assert_eq!(
        values(&folder.path().join("new.db")),
        ["O'Neil Owls", "Di Owls"]
    );

    let (code, printed) = gamedb(
        folder.path(),
        &[&import[..], &["--dry-run", "--json"]].concat(),
    );
    assert_eq!(code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(json["n_left_out"], 2);
    assert_eq!(json["groups"][0]["places"][0]["line"], 14);
    let offset = DUMP.find("(3,NULL").unwrap();
    assert_eq!(json["groups"][0]["places"][0]["offset"], offset);
}

/// Rows of a dump in a world whose schema is written in another dialect.
#[test]
fn the_schema_may_be_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "dump.sql",
        &DUMP.replace("(2,'Bob',0,7),\n(3,NULL,0,NULL),\n", ""),
    );
    write(
        "schema.sql",
        "CREATE TABLE guilds (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE players (id INTEGER PRIMARY KEY, guild INTEGER REFERENCES guilds (id), name TEXT) STRICT;",
    );
    let import = [
        "import",
        "--schema",
        "schema.sql",
        "--from",
        "dump.sql",
        "--out",
        "new.db",
    ];
    let (code, printed) = gamedb(folder.path(), &import);
    assert_eq!(code, Some(1));
    assert!(
        printed.contains("players.admin: would be dropped with 2 values")
            && printed.ends_with("allow to drop them: --drop players.admin\n"),
        "{printed}"
    );
    assert!(!folder.path().join("new.db").exists());
    let import = [&import[..], &["--drop", "players.admin"]].concat();
    let (code, printed) = gamedb(folder.path(), &import);
    assert_eq!(
        (code, printed.as_str()),
        (
            Some(0),
            "note: column players.admin of the old file is not in the schema
players.admin: is dropped with 2 values; the schema does not have it
guilds: 1 of 1 rows
players: 2 of 2 rows
total: 3 of 3 rows; 0 are left out
"
        )
    );
    assert_eq!(
        values(&folder.path().join("new.db")),
        ["O'Neil Owls", "Di Owls"]
    );
}

/// Tables of a game of which a part is moved.
#[test]
fn tables_that_the_schema_does_not_have_are_left_behind_with_consent() {
    let world = crate::World::new("CREATE TABLE players (id INTEGER PRIMARY KEY) STRICT;")
        .with_rows(
            "CREATE TABLE players (id INTEGER PRIMARY KEY, note TEXT); INSERT INTO players VALUES (1, 'x');
            CREATE TABLE logs (x); INSERT INTO logs VALUES (1); CREATE TABLE bans (x); INSERT INTO bans VALUES (1);",
        );
    let (code, printed) = world.import(&[]);
    assert_eq!(code, Some(1), "{printed}");
    let how = "allow to drop them: --drop players.note --drop bans --drop logs (or --drop-other-tables, for all tables)\n";
    assert!(printed.ends_with(how), "{printed}");
    assert!(!world.path("new.db").exists());

    // A name by which nothing is dropped is told.
    let (code, printed) = world.import(&["--drop-other-tables", "--drop", "log"]);
    assert_eq!(code, Some(1), "{printed}");
    assert!(
        printed.contains("--drop log: the source has no such"),
        "{printed}"
    );
    assert!(
        printed.ends_with("allow to drop them: --drop players.note\n"),
        "{printed}"
    );

    let (code, printed) = world.import(&["--drop-other-tables", "--drop", "players.note"]);
    assert_eq!(code, Some(0), "{printed}");
    assert_eq!(world.values("SELECT id FROM players"), ["1"]);
}

/// A dump that is cut off leaves no file behind.
#[test]
fn a_dump_that_is_cut_off_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let cut = DUMP.find("Di").unwrap();
    std::fs::write(folder.path().join("dump.sql"), &DUMP[..cut]).unwrap();
    let import = ["import", "--from", "dump.sql", "--out", "new.db"];
    let (code, printed) = gamedb(folder.path(), &import);
    assert_eq!(code, Some(2));
    assert!(
        printed.ends_with("dump.sql: line 15: the text ends in the middle of a row that begins here (byte 520); it was cut off\n"),
        "{printed}"
    );
    assert!(!folder.path().join("new.db").exists());
}
