//! `gamedb import --to`: a world is moved to a server and back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use gamedb::{Database, Postgres, Value};
use gamedb_models::{Attribute, AttributeValue, Item, Mobile, Player, World};
use rusqlite::Connection;

use crate::common::{Name, Said, command, repository, run, server};

/// A folder with a world in it, and the name that it has on the server.
struct Moved {
    folder: tempfile::TempDir,
    name: Name,
}

impl Moved {
    /// A world with values at their ends, rows in pivots, and a last row that was removed.
    fn new() -> Self {
        let moved = Self {
            folder: tempfile::tempdir().unwrap(),
            name: Name::new(),
        };
        let mut db = Database::<World>::open(moved.file()).unwrap();
        let item = db
            .insert(Item {
                internal_name: "it's \"one\"\n\u{10ffff}\\".into(),
                max_stack_size: Some(i64::MAX),
                ..Item::default()
            })
            .unwrap();
        for (n, real) in [
            0.1,
            f64::MIN_POSITIVE,
            f64::MAX,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ]
        .into_iter()
        .enumerate()
        {
            let attribute = Attribute {
                internal_name: format!("a{n}").into(),
                value: AttributeValue::Double(real),
                ..Attribute::default()
            };
            db.get_mut(item).unwrap().add_attribute(attribute).unwrap();
        }
        for n in 0..300 {
            let player = Player {
                email: format!("{n}@example.com"),
                full_name: "ü".repeat(n),
                year_of_birth: [i64::MIN, -1, 0, i64::MAX][n % 4],
                ..Player::default()
            };
            db.insert(player).unwrap();
        }
        let _ = db.flush().unwrap();
        let last = db.insert(Mobile::default()).unwrap();
        let _ = db.flush().unwrap();
        db.remove(last).unwrap();
        let _ = db.close().unwrap();
        moved
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self) -> PathBuf {
        self.path("world.db")
    }

    fn arguments(&self, from: &str, to: &str) -> Vec<String> {
        let schema = repository("models/schema.sql");
        let schema = schema.to_str().unwrap();
        let all = [
            "import",
            "--schema",
            schema,
            "--from",
            from,
            "--to",
            to,
            "--world",
            &self.name.0,
        ];
        all.map(str::to_owned).to_vec()
    }

    fn import(&self, from: &str, to: &str) -> Said {
        let arguments = self.arguments(from, to);
        run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn to_server(&self) -> Said {
        self.import(self.file().to_str().unwrap(), &server())
    }

    fn to_file(&self, name: &str) -> Said {
        self.import(&server(), self.path(name).to_str().unwrap())
    }

    /// Another program, which leaves the constraints aside.
    fn execute(&self, sql: &str) {
        let outsider = self.name.outsider();
        outsider
            .execute("SET session_replication_role = replica")
            .unwrap();
        outsider.execute(sql).unwrap();
    }

    /// Nothing is left beside the worlds that have these names.
    fn assert_files(&self, names: &[&str]) {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut found: Vec<_> = files.filter(|name| !name.ends_with("-lock")).collect();
        found.sort();
        assert_eq!(found, names);
    }
}

/// All that a file has, table by table: rows, and next ids.
fn contents(path: &Path) -> BTreeMap<String, Vec<Vec<String>>> {
    let file = Connection::open(path).unwrap();
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('gamedb_state', 'gamedb_hashes')";
    let mut statement = file.prepare(names).unwrap();
    let names = statement
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap();
    let rows = |name: &str| {
        let mut statement = file
            .prepare(&format!("SELECT * FROM {name} ORDER BY 1"))
            .unwrap();
        let n_columns = statement.column_count();
        let cells = |row: &rusqlite::Row<'_>| {
            Ok((0..n_columns)
                .map(|n| format!("{:?}", row.get_ref_unwrap(n)))
                .collect())
        };
        statement
            .query_map([], cells)
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    names
        .map(|name| name.unwrap())
        .map(|name| (name.clone(), rows(&name)))
        .collect()
}

#[track_caller]
fn assert_done(said: &Said) {
    assert_eq!(said.code, Some(0), "{said:?}");
}

#[track_caller]
fn assert_refused(said: &Said, parts: &[&str]) {
    assert_eq!(said.code, Some(2), "{said:?}");
    for part in parts {
        assert!(
            said.complaints.contains(part),
            "{part}: {}",
            said.complaints
        );
    }
}

#[test]
fn a_world_is_the_same_there_and_back_again() {
    let moved = Moved::new();
    let said = moved.to_server();
    assert_done(&said);
    assert!(
        said.out.contains("players: 300 rows") && said.out.contains("after flush 3, "),
        "{said:?}"
    );
    assert!(!said.out.contains("mobiles"), "{said:?}");
    let mut db = Database::<World, Postgres>::connect(server(), &moved.name.0).unwrap();
    assert_eq!(db.check(), [""; 0]);
    assert_eq!(
        db.len(),
        Database::<World>::open(moved.file()).unwrap().len()
    );
    assert_done(&moved.to_file("back.db"));
    assert_eq!(contents(&moved.path("back.db")), contents(&moved.file()));
    // The id of the row that was removed is not given again, here or there.
    let mut back = Database::<World>::open(moved.path("back.db")).unwrap();
    for next in [
        db.insert(Mobile::default())
            .map(|key| db.get(key).unwrap().id().get())
            .unwrap(),
        back.insert(Mobile::default())
            .map(|key| back.get(key).unwrap().id().get())
            .unwrap(),
    ] {
        assert_eq!(next, 2);
    }
    assert_eq!(db.flush().unwrap().inserted, 1);
    assert_eq!(back.flush().unwrap().inserted, 1);
}

/// Tables that an operator has made are filled, and a program reads the report.
#[test]
fn empty_tables_are_filled() {
    let moved = Moved::new();
    drop(Database::<World, Postgres>::connect(server(), &moved.name.0).unwrap());
    let mut arguments = moved.arguments(moved.file().to_str().unwrap(), &server());
    arguments.push("--json".into());
    let said = run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_done(&said);
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(report["generation"], 3);
    let tables = report["tables"].as_array().unwrap();
    let players = tables
        .iter()
        .find(|table| table["table"] == "players")
        .unwrap();
    assert_eq!(
        (&players["n_rows"], &players["next_id"]),
        (&300.into(), &301.into())
    );
    assert!(
        !said.out.contains("game:"),
        "there is no password in it: {}",
        said.out
    );
    let db = Database::<World, Postgres>::connect(server(), &moved.name.0).unwrap();
    assert_eq!(db.players.len(), 300);
}

#[test]
fn what_is_there_is_not_overwritten() {
    let moved = Moved::new();
    assert_done(&moved.to_server());
    assert_refused(
        &moved.to_server(),
        &["is there already (it has had 3 flushes)"],
    );
    let file = moved.file();
    let before = std::fs::read(&file).unwrap();
    assert_refused(
        &moved.to_file("world.db"),
        &["is there already", "world.db"],
    );
    assert_eq!(std::fs::read(&file).unwrap(), before);
    // A world that was never flushed to, and has rows.
    moved.execute("UPDATE gamedb_world SET generation = 0; DELETE FROM mobiles");
    assert_refused(&moved.to_server(), &["is there already (", " has rows)"]);
    moved.execute("ALTER TABLE players ADD COLUMN guild text");
    assert_refused(&moved.to_server(), &["guild"]);
    assert_refused(&moved.to_file("back.db"), &["guild"]);
    moved.assert_files(&["world.db"]);
}

/// They are found before anything is written, each with its table, row and column.
#[test]
fn texts_with_a_nul_are_refused_before_anything_is_written() {
    let moved = Moved::new();
    let mut db = Database::<World>::open(moved.file()).unwrap();
    for id in [7, 9] {
        let key = db.key(gamedb::Id::<Player>::new(id)).unwrap();
        db.get_mut(key).unwrap().set_full_name("a\0b");
    }
    let _ = db.close().unwrap();
    let said = moved.to_server();
    assert_refused(
        &said,
        &[
            "players row 7, full_name: has a NUL",
            "players row 9, full_name: has a NUL",
        ],
    );
    assert!(!moved.name.is_there());
}

/// What was written by hand on the server, and what a file cannot have.
#[test]
fn rows_that_a_file_cannot_have_are_listed() {
    let moved = Moved::new();
    assert_done(&moved.to_server());
    moved.execute(
        "UPDATE attributes SET double_value = 'NaN' WHERE id = 1;
         UPDATE attributes SET attribute_type = 'MAGIC' WHERE id = 2;
         UPDATE attributes SET double_value = '-0.0' WHERE id = 3;
         UPDATE attribute_owners SET attribute_id = 77 WHERE attribute_id = 4",
    );
    let said = moved.to_file("back.db");
    assert_refused(
        &said,
        &[
            "has 4 rows that do not fit",
            "attributes row 1, double_value: cannot be NaN",
            "attributes row 2, id: the file refuses the row: CHECK constraint failed",
            "attribute_id: names row 77 of attributes",
            "attributes row 4, id: no row of attribute_owners says whose it is",
        ],
    );
    moved.assert_files(&["world.db"]);
    moved.execute(
        "UPDATE attributes SET double_value = 1 WHERE id = 1;
         UPDATE attributes SET attribute_type = 'LUCK' WHERE id = 2;
         UPDATE attribute_owners SET attribute_id = 4 WHERE attribute_id = 77",
    );
    assert_done(&moved.to_file("back.db"));
    let zero = Connection::open(moved.path("back.db")).unwrap().query_row(
        "SELECT double_value FROM attributes WHERE id = 3",
        [],
        |row| row.get::<_, f64>(0),
    );
    assert_eq!(
        zero.unwrap().to_bits(),
        0.0_f64.to_bits(),
        "a file has no -0.0"
    );
}

/// Waits until a session waits for a lock on a table of this world.
fn wait_for_waiting(name: &Name) {
    let sql = format!(
        "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = '{}' AND NOT l.granted",
        name.0
    );
    for _ in 0..3000 {
        let found = name
            .outsider()
            .read(&sql, |value| value == Value::Integer(1))
            .unwrap();
        if found[0][0] {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it does not wait");
}

/// Starts a move, and kills it when it waits for the lock that is held on the last table.
fn kill(moved: &Moved, from: &str, to: &str, lock: &str) {
    let holder = moved.name.outsider();
    holder.execute("BEGIN").unwrap();
    holder
        .execute(&format!("LOCK TABLE mobile_item_attributes IN {lock} MODE"))
        .unwrap();
    let arguments = moved.arguments(from, to);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut child = command(&arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for_waiting(&moved.name);
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    holder.execute("ROLLBACK").unwrap();
}

#[test]
fn a_move_that_is_killed_in_the_middle_leaves_nothing() {
    let moved = Moved::new();
    drop(Database::<World, Postgres>::connect(server(), &moved.name.0).unwrap());
    kill(
        &moved,
        moved.file().to_str().unwrap(),
        &server(),
        "SHARE ROW EXCLUSIVE",
    );
    let db = Database::<World, Postgres>::connect(server(), &moved.name.0).unwrap();
    assert_eq!((db.len(), db.n_dirty()), (0, 0));
    drop(db);
    assert_done(&moved.to_server());
    kill(
        &moved,
        &server(),
        moved.path("back.db").to_str().unwrap(),
        "ACCESS EXCLUSIVE",
    );
    assert!(!moved.path("back.db").exists());
    assert_done(&moved.to_file("back.db"));
    assert_eq!(contents(&moved.path("back.db")), contents(&moved.file()));
}

#[test]
fn what_cannot_be_moved_is_said() {
    let moved = Moved::new();
    let file = moved.file().to_str().unwrap().to_owned();
    assert_refused(&moved.import(&file, "other.db"), &["are both files"]);
    assert_refused(&moved.import(&server(), &server()), &["are both servers"]);
    assert_refused(
        &run(&["import", "--from", &file, "--to", &server()]),
        &["--world <NAME>"],
    );
    let missing = moved.path("missing.db");
    assert_refused(
        &moved.import(missing.to_str().unwrap(), &server()),
        &["is not there"],
    );
    assert_refused(&moved.to_file("back.db"), &["is not there"]);
    let db = Database::<World>::open(moved.file()).unwrap();
    assert_refused(&moved.to_server(), &["is open already"]);
    drop(db);
    let wrong = server().replacen("game:", "game:secret", 1);
    let said = moved.import(&file, &wrong);
    assert_refused(&said, &["postgres://127.0.0.1:", "password"]);
    assert!(!said.complaints.contains("secret"), "{said:?}");
    Connection::open(moved.file())
        .unwrap()
        .execute_batch("ALTER TABLE players ADD COLUMN guild TEXT")
        .unwrap();
    assert_refused(&moved.to_server(), &["guild"]);
    assert!(!moved.name.is_there());
}

// Rows that have left are in no table, so a world that moved without its parcels would have lost them.
#[test]
fn a_world_whose_parcels_wait_stays() {
    let moved = Moved::new();
    let mut db = Database::<World>::open(moved.file()).unwrap();
    let player = Player::find_by_email(&db, "1@example.com").unwrap().key();
    db.hand_over(player, "south").unwrap();
    let _ = db.close().unwrap();
    let refused = moved.to_server();
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.complaints.contains("1 parcels wait"), "{refused:?}");
    assert!(!moved.name.is_there());

    let moved = Moved::new();
    assert_eq!(moved.to_server().code, Some(0));
    let mut db = Database::<World, Postgres>::connect(server(), &moved.name.0).unwrap();
    let player = Player::find_by_email(&db, "1@example.com").unwrap().key();
    db.hand_over(player, "south").unwrap();
    let _ = db.close().unwrap();
    let refused = moved.to_file("back.db");
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.complaints.contains("1 parcels wait"), "{refused:?}");
    assert!(!moved.path("back.db").exists());
    let sender = moved.name.0.replace('\'', "''");
    moved.execute(&format!(
        "DELETE FROM gamedb_shards.parcels WHERE sender = '{sender}'"
    ));
}

#[test]
fn what_a_world_has_accepted_moves_with_it() {
    let moved = Moved::new();
    let mut other = World::new();
    let guest = other
        .insert(Player {
            email: "guest@example.com".into(),
            ..Player::default()
        })
        .unwrap();
    let parcel = other.pack(guest).unwrap();
    let mut db = Database::<World>::open(moved.file()).unwrap();
    db.accept(&parcel).unwrap();
    let _ = db.close().unwrap();
    assert_eq!(moved.to_server().code, Some(0));
    let db = Database::<World, Postgres>::connect(server(), &moved.name.0).unwrap();
    assert!(db.has_accepted(parcel.id()));
    let _ = db.close().unwrap();
    assert_eq!(moved.to_file("back.db").code, Some(0));
    let db = Database::<World>::open(moved.path("back.db")).unwrap();
    assert!(db.has_accepted(parcel.id()));
    let _ = db.close().unwrap();
    assert_eq!(contents(&moved.path("back.db")), contents(&moved.file()));
}
