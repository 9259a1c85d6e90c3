//! Rows of an old file in a new one: what fits, what is converted, and what is listed.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::path::PathBuf;

use common::of_sql;
use gamedb_generate::error::TextError;
use gamedb_generate::import::{self, ImportError, ImportOptions, ImportReport, Progress};
use gamedb_generate::sqlite;
use rusqlite::Connection;

const SCHEMA: &str = "
CREATE TABLE players (
    id    INTEGER PRIMARY KEY,
    name  TEXT    NOT NULL UNIQUE CHECK (length(name) <= 8),
    admin INTEGER NOT NULL DEFAULT 0 CHECK (admin IN (0, 1)),
    score REAL,
    guild_id INTEGER REFERENCES guilds (id) ON DELETE SET NULL
) STRICT;
CREATE TABLE guilds (
    id        INTEGER PRIMARY KEY,
    rank      TEXT NOT NULL CHECK (rank IN ('LOW', 'HIGH')),
    leader_id INTEGER NOT NULL REFERENCES players (id)
) STRICT;
CREATE TABLE perks (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE perk_owners (
    id        INTEGER PRIMARY KEY,
    perk_id   INTEGER NOT NULL UNIQUE REFERENCES perks (id),
    player_id INTEGER REFERENCES players (id),
    guild_id  INTEGER REFERENCES guilds (id),
    CHECK ((player_id IS NOT NULL) + (guild_id IS NOT NULL) = 1)
) STRICT;
CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT) STRICT;
";

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(old: &str) -> Self {
        let files = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        Connection::open(files.path("old.db"))
            .unwrap()
            .execute_batch(old)
            .unwrap();
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn try_import(&self, null_dangling: bool) -> Result<ImportReport, ImportError> {
        let schema = sqlite::read(SCHEMA).unwrap();
        let model = of_sql(SCHEMA);
        let options = ImportOptions {
            out: Some(self.path("new.db")),
            null_dangling,
            drops: vec!["players.shoe_size".to_owned()],
            drops_other_tables: false,
        };
        let mut last = None;
        let mut on_progress = |progress: Progress<'_>| {
            assert!(progress.done <= progress.total);
            last = Some((progress.done, progress.total));
        };
        let mut source = import::open(&self.path("old.db"), None)?;
        let report = import::import(&mut *source, &schema, &model, &options, &mut on_progress);
        if report.is_ok() {
            let (done, total) = last.unwrap();
            assert_eq!(done, total);
        }
        report
    }

    fn import(&self, null_dangling: bool) -> (Vec<String>, Vec<String>) {
        let report = self.try_import(null_dangling).unwrap();
        for table in &report.tables {
            assert_eq!(self.rows(&table.name).len() as u64, table.carried);
        }
        (
            report.misfits.iter().map(ToString::to_string).collect(),
            report.notes,
        )
    }

    fn rows(&self, table: &str) -> Vec<String> {
        let new = Connection::open(self.path("new.db")).unwrap();
        let mut statement = new
            .prepare(&format!("SELECT * FROM {table} ORDER BY id"))
            .unwrap();
        let n_columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let values = (0..n_columns)
                .map(|n| format!("{:?}", row.get::<_, rusqlite::types::Value>(n).unwrap()));
            Ok(values.collect::<Vec<_>>().join(" "))
        };
        statement
            .query_map([], row)
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    }
}

/// Loose types, another order of columns, other cases of names, one table and two columns less.
const OLD: &str = "
CREATE TABLE PLAYERS (score, Name VARCHAR(20), id INTEGER PRIMARY KEY, admin BOOLEAN, shoe_size INT, guild_id);
CREATE TABLE guilds (id INTEGER PRIMARY KEY, rank TEXT, leader_id TEXT);
CREATE TABLE perks (id INTEGER PRIMARY KEY, name);
CREATE TABLE perk_owners (perk_id, player_id, guild_id);
CREATE TABLE gossip (text);
";

#[test]
fn what_fits_is_carried_over_and_converted_without_loss() {
    let files = Files::new(&format!(
        "{OLD}
        INSERT INTO players VALUES (5, 'Ada', 7, 'true', 38, 1), ('2.5', 'Bob', 9, 0, NULL, NULL);
        INSERT INTO guilds VALUES (1, 'HIGH', '7');
        INSERT INTO perks VALUES (3, 12);
        INSERT INTO perk_owners VALUES (3, 9, NULL);"
    ));
    let (misfits, notes) = files.import(false);
    assert_eq!(misfits, [""; 0]);
    assert_eq!(
        notes,
        [
            "column players.shoe_size of the old file is not in the schema",
            "table notes is not in the old file",
            "table gossip of the old file, which has no rows, is not in the schema",
        ]
    );
    assert_eq!(
        files.rows("players"),
        [
            "Integer(7) Text(\"Ada\") Integer(1) Real(5.0) Integer(1)",
            "Integer(9) Text(\"Bob\") Integer(0) Real(2.5) Null"
        ]
    );
    assert_eq!(
        files.rows("guilds"),
        ["Integer(1) Text(\"HIGH\") Integer(7)"]
    );
    assert_eq!(files.rows("perks"), ["Integer(3) Text(\"12\")"]);
    // It had no id of its own, and gets one.
    assert_eq!(
        files.rows("perk_owners"),
        ["Integer(1) Integer(3) Integer(9) Null"]
    );
}

#[test]
fn every_row_that_does_not_fit_is_listed_and_takes_no_other_along() {
    let files = Files::new(&format!(
        "{OLD}
        INSERT INTO players VALUES
            (1, 'Ada', 1, 0, 0, NULL), (1, 'Ada', 2, 0, 0, NULL), (1, NULL, 3, 0, 0, NULL),
            ('x', 'Di', 4, 'maybe', 0, NULL), (1, 'far too long', 5, 0, 0, NULL),
            (1, x'ff', 6, 0, 0, NULL), (1, 'Gus', 7, 0, 0, 88), (9007199254740993, 'Hal', 8, 0, 0, NULL);
        INSERT INTO guilds VALUES (1, 'HIGH', 1), (2, 'MIDDLE', 1), (3, 'LOW', 5), (4, 'LOW', 'Ada');
        INSERT INTO perks VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');
        INSERT INTO perk_owners VALUES (1, 1, NULL), (2, 1, 1), (3, NULL, 3), (1, NULL, 1);"
    ));
    let (misfits, _) = files.import(false);
    assert_eq!(
        misfits,
        [
            "players row 2, name: has to be unique, and row 1 has \"Ada\" already",
            "players row 3, name: is NULL, and must not be",
            "players row 4, admin: \"maybe\" cannot be converted to a boolean",
            "players row 4, score: \"x\" cannot be converted to a floating-point number without loss",
            "players row 5, name: cannot be \"far too long\": CHECK (length(name) <= 8)",
            "players row 6, name: a blob of 1 bytes cannot be converted to text",
            "players row 8, score: 9007199254740993 cannot be converted to a floating-point number without loss",
            "guilds row 2, rank: cannot be \"MIDDLE\": CHECK (rank IN ('LOW', 'HIGH'))",
            "guilds row 4, leader_id: \"Ada\" cannot be converted to a 64-bit integer",
            "perk_owners row 2, player_id, guild_id: cannot be 1, 1: CHECK ((player_id IS NOT NULL) + \
             (guild_id IS NOT NULL) = 1)",
            "perk_owners row 4, perk_id: has to be unique, and row 1 has 1 already",
            "players row 7, guild_id: refers to row 88 of guilds, which does not exist",
            "guilds row 3, leader_id: refers to row 5 of players, which was left out",
            "perk_owners row 2, guild_id: refers to row 3 of guilds, which was left out",
            "perks row 2: it has no owner: its row of perk_owners was left out",
            "perks row 3: it has no owner: its row of perk_owners was left out",
            "perks row 4: it has no owner: no row of perk_owners refers to it",
        ]
    );
    assert_eq!(files.rows("players").len(), 1);
    assert_eq!(files.rows("guilds").len(), 1);
    assert_eq!(files.rows("perks"), ["Integer(1) Text(\"a\")"]);
    let new = Connection::open(files.path("new.db")).unwrap();
    let violations = new
        .prepare("PRAGMA foreign_key_check")
        .unwrap()
        .query([])
        .unwrap()
        .next()
        .unwrap()
        .is_some();
    assert!(!violations);
}

#[test]
fn a_nullable_key_to_nobody_can_become_null() {
    let files = Files::new(&format!(
        "{OLD} INSERT INTO players VALUES (1, 'Gus', 7, 0, 0, 88);
        INSERT INTO guilds VALUES (1, 'LOW', 99);"
    ));
    let (misfits, _) = files.import(true);
    assert_eq!(
        misfits,
        [
            "players row 7, guild_id: refers to row 88 of guilds, which does not exist (carried over with NULL)",
            "guilds row 1, leader_id: refers to row 99 of players, which does not exist",
        ]
    );
    assert_eq!(
        files.rows("players"),
        ["Integer(7) Text(\"Gus\") Integer(0) Real(1.0) Null"]
    );
    assert_eq!(files.rows("guilds").len(), 0);
}

#[test]
fn a_new_file_is_made_or_none() {
    let files = Files::new(OLD);
    std::fs::write(files.path("new.db"), "mine").unwrap();
    let error = files.try_import(false).unwrap_err();
    assert!(matches!(error, ImportError::Exists { .. }), "{error}");
    assert_eq!(std::fs::read(files.path("new.db")).unwrap(), b"mine");
    std::fs::remove_file(files.path("new.db")).unwrap();

    let not_sqlite = vec![7; 4096];
    let damaged = [b"SQLite format 3\0".as_slice(), &not_sqlite].concat();
    std::fs::write(files.path("old.db"), damaged).unwrap();
    let error = files.try_import(false).unwrap_err();
    assert!(matches!(error, ImportError::Read { .. }), "{error}");
    assert!(!files.path("new.db").exists());

    std::fs::write(files.path("old.db"), not_sqlite).unwrap();
    let error = files.try_import(false).unwrap_err();
    assert!(
        matches!(
            error,
            ImportError::Text {
                source: TextError::NoRows,
                ..
            }
        ),
        "{error}"
    );
    assert!(!files.path("new.db").exists());

    std::fs::remove_file(files.path("old.db")).unwrap();
    let error = files.try_import(false).unwrap_err();
    assert!(matches!(error, ImportError::Read { .. }), "{error}");
    assert!(!files.path("new.db").exists() && !files.path("old.db").exists());
}

#[test]
fn tables_without_a_rowid_and_generated_columns_are_read() {
    let files = Files::new(
        "CREATE TABLE players (name TEXT PRIMARY KEY, id AS (length(name)) STORED) WITHOUT ROWID;
        INSERT INTO players (name) VALUES ('Bo'), ('Ada');",
    );
    let (misfits, notes) = files.import(false);
    assert_eq!(misfits, [""; 0]);
    assert!(notes.contains(&"column players.score is not in the old file".to_owned()));
    assert_eq!(
        files.rows("players"),
        [
            "Integer(2) Text(\"Bo\") Integer(0) Null Null",
            "Integer(3) Text(\"Ada\") Integer(0) Null Null"
        ]
    );
}

/// Ids that a world has given are not given again where it goes on in another file.
#[test]
fn next_ids_of_a_world_are_carried_over() {
    let files = Files::new(
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT) STRICT;
        INSERT INTO notes VALUES (1, 'kept');
        CREATE TABLE gamedb_ids (
            table_name TEXT PRIMARY KEY,
            next_id    INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO gamedb_ids VALUES ('notes', 70), ('gone', 7);
        CREATE TABLE gamedb_hashes (table_name TEXT, block INTEGER, sum INTEGER) STRICT;",
    );
    let report = files.try_import(false).unwrap();
    assert!(report.notes.iter().all(|note| !note.contains("gamedb_")));
    let new = Connection::open(files.path("new.db")).unwrap();
    let mut statement = new.prepare("SELECT * FROM gamedb_ids").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let rows: Vec<(String, i64)> = rows.unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows, [("notes".to_owned(), 70)]);
}

/// Imports rows into players with a name alone.
fn into_names(files: &Files, drops: &[&str]) -> ImportReport {
    into_names_with(files, drops, false)
}

fn without_other_tables(files: &Files, drops: &[&str]) -> ImportReport {
    into_names_with(files, drops, true)
}

fn into_names_with(files: &Files, drops: &[&str], drops_other_tables: bool) -> ImportReport {
    let ddl = "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;";
    let options = ImportOptions {
        out: Some(files.path("new.db")),
        drops: drops.iter().map(|&name| name.to_owned()).collect(),
        drops_other_tables,
        ..ImportOptions::default()
    };
    into_schema(files, ddl, &options)
}

fn into_schema(files: &Files, ddl: &str, options: &ImportOptions) -> ImportReport {
    let (schema, model) = (sqlite::read(ddl).unwrap(), of_sql(ddl));
    let mut source = import::open(&files.path("old.db"), None).unwrap();
    import::import(&mut *source, &schema, &model, options, &mut |_| {}).unwrap()
}

/// What a schema declares with ON CONFLICT is for the writes of a program: in an import, each row that does not fit is
/// listed, and the next ids stay above it.
#[test]
fn a_conflict_clause_of_the_schema_neither_defaults_values_nor_drops_rows() {
    for (clause, expected) in [
        (
            "n TEXT NOT NULL ON CONFLICT REPLACE DEFAULT 'def'",
            ["a row 2, n: is NULL, and must not be"].as_slice(),
        ),
        (
            "n TEXT NOT NULL ON CONFLICT IGNORE",
            &["a row 2, n: is NULL, and must not be"],
        ),
        (
            "n TEXT UNIQUE ON CONFLICT REPLACE",
            &["a row 9, n: has to be unique, and row 1 has \"x\" already"],
        ),
        (
            "n TEXT UNIQUE ON CONFLICT IGNORE",
            &["a row 9, n: has to be unique, and row 1 has \"x\" already"],
        ),
        ("n TEXT", &[]),
    ] {
        let files = Files::new(
            "CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT);
            INSERT INTO a VALUES (1, 'x'), (2, NULL), (9, 'x');",
        );
        let options = ImportOptions {
            out: Some(files.path("new.db")),
            ..ImportOptions::default()
        };
        let ddl = format!("CREATE TABLE a (id INTEGER PRIMARY KEY, {clause}) STRICT;");
        let report = into_schema(&files, &ddl, &options);
        let misfits: Vec<_> = report.misfits.iter().map(ToString::to_string).collect();
        assert_eq!(misfits, expected, "{clause}");
        assert_eq!(files.rows("a").len(), 3 - expected.len(), "{clause}");
        let new = Connection::open(files.path("new.db")).unwrap();
        let next_id = new.query_row("SELECT next_id FROM gamedb_ids", [], |row| row.get(0));
        let is_raised = next_id.ok() == Some(10_i64);
        assert_eq!(is_raised, clause.contains("UNIQUE"), "{clause}");
    }
}

#[test]
fn a_column_with_values_is_not_dropped_without_a_word() {
    let files = Files::new(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT, Note TEXT, hp INT, empty BLOB);
        INSERT INTO players VALUES (1, 'ada', 'x', 0, NULL), (2, 'bob', NULL, 7, NULL);",
    );
    let report = into_names(&files, &[]);
    assert!(report.needs_consent());
    let said: Vec<_> = report.dropped.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "players.Note: would be dropped with 1 value; the schema does not have it\n",
            "players.hp: would be dropped with 2 values; the schema does not have it\n",
        ]
    );
    assert!(!files.path("new.db").exists(), "nothing is written");

    let report = into_names(&files, &["players.note", "other.hp"]);
    assert!(report.needs_consent(), "one of two is not enough");
    assert!(!files.path("new.db").exists());

    let report = into_names(&files, &["PLAYERS.note", "players.hp"]);
    assert!(!report.needs_consent());
    assert_eq!(report.dropped.len(), 2, "it is reported all the same");
    assert_eq!(files.rows("players").len(), 2);
}

#[test]
fn a_table_with_rows_is_not_left_behind_without_a_word() {
    let files = Files::new(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE Gossip (text); CREATE TABLE rumours (text); CREATE TABLE empty (text);
        CREATE TABLE gamedb_hashes (x); CREATE TABLE gamedb_inbox (x);
        INSERT INTO players VALUES (1, 'ada'); INSERT INTO gossip VALUES ('x'); INSERT INTO rumours VALUES (NULL);
        INSERT INTO gamedb_hashes VALUES (1); INSERT INTO gamedb_inbox VALUES (1);",
    );
    let report = into_names(&files, &[]);
    assert!(report.needs_consent());
    let said: Vec<_> = report.left_behind.iter().map(ToString::to_string).collect();
    let would_be = |table: &str| {
        format!("table {table}: would be left behind with its rows; the schema does not have it\n")
    };
    assert_eq!(said, ["Gossip", "gamedb_inbox", "rumours"].map(would_be));
    assert_eq!(
        report.notes,
        ["table empty of the old file, which has no rows, is not in the schema"]
    );
    assert!(!files.path("new.db").exists(), "nothing is written");

    let report = into_names(&files, &["gossip", "rumour"]);
    assert!(report.needs_consent(), "one of three is not enough");
    assert!(!files.path("new.db").exists());

    // That of all other tables is not one to forget which parcels were accepted.
    let report = without_other_tables(&files, &[]);
    let allowed = report.left_behind.iter().filter(|table| table.is_allowed);
    assert_eq!(allowed.count(), 2);
    assert!(report.needs_consent());
    assert!(!files.path("new.db").exists());
    let report = without_other_tables(&files, &["gamedb_inbox"]);
    assert!(!report.needs_consent());
    assert_eq!(
        report.left_behind.len(),
        3,
        "they are reported all the same"
    );
    assert_eq!(files.rows("players").len(), 1);
}

#[test]
fn a_column_without_values_is_dropped_and_one_that_is_new_is_asked_for() {
    let files = Files::new(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, nick TEXT, note TEXT);
        INSERT INTO players VALUES (1, NULL, NULL), (2, NULL, NULL);",
    );
    // The name is new, and has no DEFAULT: each row is listed, and none gets a value that nobody has chosen.
    let report = into_names(&files, &[]);
    assert!(!report.needs_consent() && report.dropped.is_empty());
    assert_eq!(report.n_left_out(), 2);
    let said: Vec<_> = report.misfits.iter().map(ToString::to_string).collect();
    assert!(said.iter().all(|line| line.contains("name")), "{said:?}");
    assert_eq!(said.len(), 2, "{said:?}");
}

/// A text that is a number, and is not what the number is written as, is counted; one that says more is a misfit.
#[test]
fn texts_whose_numbers_are_written_otherwise_are_listed() {
    let files = Files::new(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT, r TEXT, loose);
        INSERT INTO a VALUES (1, '007', '1.50', 7), (2, ' 12 ', '1e3', '7'), (3, '1e3', '0.1', NULL),
            (4, '12', '0.10000000000000001', '07'), (5, '3.0', '5', '-8'), (6, NULL, NULL, 1.0),
            (7, '1', '3.14159265358979323846', 0), (8, '1', '0.1000000000000000055', 0),
            (9, '0.99999999999999999999', '1', 0), (10, '1', '12345678901234567890', 0);",
    );
    let options = ImportOptions {
        out: Some(files.path("new.db")),
        ..ImportOptions::default()
    };
    let ddl = "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER, r REAL, loose INTEGER) STRICT;";
    let report = into_schema(&files, ddl, &options);
    let changes: Vec<_> = report.changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        changes,
        [
            "a.n: 4 values are texts of numbers that are written otherwise, as \"007\", which is 7 now; keep the column TEXT in \
             the schema if that matters\n",
            "a.r: 2 values are texts of numbers that are written otherwise, as \"1e3\", which is 1000.0 now; keep the column \
             TEXT in the schema if that matters\n",
            "a.loose: 1 value is a text of a number that is written otherwise, as \"07\", which is 7 now; keep the column TEXT \
             in the schema if that matters\n",
        ]
    );
    let misfits: Vec<_> = report.misfits.iter().map(ToString::to_string).collect();
    let real = "cannot be converted to a floating-point number without loss";
    assert_eq!(
        misfits,
        [
            format!("a row 7, r: \"3.14159265358979323846\" {real}"),
            format!("a row 8, r: \"0.1000000000000000055\" {real}"),
            "a row 9, n: \"0.99999999999999999999\" cannot be converted to a 64-bit integer"
                .to_owned(),
            format!("a row 10, r: \"12345678901234567890\" {real}"),
        ]
    );
    let json: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    assert_eq!(json["changes"][0]["n_values"], 4);
    assert_eq!(
        json["changes"][0]["kind"]["written_otherwise"]["text"],
        "\"007\""
    );
}

/// The names of the files in a folder.
fn names(files: &Files) -> Vec<String> {
    let folder = std::fs::read_dir(files.path("")).unwrap();
    let mut names: Vec<_> = folder
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn nothing_is_left_beside_a_file_that_is_only_read() {
    let old = format!("PRAGMA journal_mode = WAL; {OLD} INSERT INTO perks VALUES (1, 'a');");
    // A name with everything that means something in a URI.
    for name in ["old.db", "100% old?#é;.db"] {
        let files = Files::new(&old);
        std::fs::rename(files.path("old.db"), files.path(name)).unwrap();
        let mut source = import::open(&files.path(name), None).unwrap();
        let (schema, model) = (sqlite::read(SCHEMA).unwrap(), of_sql(SCHEMA));
        let options = ImportOptions {
            out: Some(files.path("new.db")),
            ..ImportOptions::default()
        };
        let report = import::import(&mut *source, &schema, &model, &options, &mut |_| ()).unwrap();
        assert!(report.tables.iter().any(|table| table.read == 1));
        drop(source);
        let mut expected = ["new.db", name];
        expected.sort_unstable();
        assert_eq!(names(&files), expected);

        // Nor by reading its schema.
        let input = gamedb_generate::Input {
            schema: files.path(name),
            ..Default::default()
        };
        let _ = gamedb_generate::read(&input).unwrap();
        assert_eq!(names(&files), expected);
    }
}

#[test]
fn a_log_that_was_left_behind_is_read() {
    let files = Files::new(OLD);
    let writer = Connection::open(files.path("old.db")).unwrap();
    let insert = "PRAGMA journal_mode = WAL; INSERT INTO perks VALUES (1, 'a'), (2, 'b');";
    writer.execute_batch(insert).unwrap();
    let killed = Files::new("");
    for name in ["old.db", "old.db-wal"] {
        std::fs::copy(files.path(name), killed.path(name)).unwrap();
    }
    drop(writer);
    let report = killed.try_import(false).unwrap();
    let perks = report.tables.iter().find(|table| table.name == "perks");
    assert_eq!(perks.unwrap().read, 2);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let files = Files::new(&format!("PRAGMA journal_mode = WAL; {OLD}"));
    let mut source = import::open(&files.path("old.db"), None).unwrap();
    let (schema, model) = (sqlite::read(SCHEMA).unwrap(), of_sql(SCHEMA));
    let options = ImportOptions {
        out: Some(files.path("new.db")),
        ..ImportOptions::default()
    };
    let writer = Connection::open(files.path("old.db")).unwrap();
    writer
        .execute_batch("INSERT INTO perks VALUES (1, 'a')")
        .unwrap();
    drop(writer);
    let result = import::import(&mut *source, &schema, &model, &options, &mut |_| ());
    let refused = result.map(|_| ()).unwrap_err();
    assert!(matches!(refused, ImportError::Changed { .. }), "{refused}");
    assert!(!files.path("new.db").exists());
}
