//! Keys by value on a server: foreign keys of other columns than ids. The models, and the random operations, are those of
//! `tests/it/value_keys`.

mod drift;

#[allow(
    unused,
    unreachable_pub,
    missing_docs,
    clippy::pedantic,
    reason = "tests use a part of the models"
)]
#[path = "../../../generate/tests/cases/emit_by_value/models.rs"]
mod models;
#[path = "../../it/value_keys/random/mod.rs"]
mod random;
#[path = "../../it/value_keys/rows.rs"]
mod rows;

use gamedb::{FlushFailure, LeftOutReason, Outcome};
use models::*;
use rows::{Rows, cell, rows_of};

use crate::common::{Database, TestFile, flush_failure};

/// How many random worlds are tried, if the environment does not say.
const N_CASES: u32 = 2;

/// A world on the server.
struct File(TestFile);

/// Rules that the models do not have.
const RULES: [(&str, &str); 3] = [
    ("players", "level <> 666"),
    ("ranks", "no <> 3"),
    ("items", "kind <> 'd'"),
];

impl File {
    fn new() -> (Self, Database<World>) {
        let file = Self(TestFile::new());
        let db = file.open();
        (file, db)
    }

    fn open(&self) -> Database<World> {
        let db = self.0.options().open::<World>().unwrap();
        assert_eq!(db.check(), [""; 0]);
        db
    }

    /// A world whose server refuses players of level 666, ranks of number 3 and items of kind d, which memory takes.
    fn refusing() -> (Self, Database<World>) {
        let file = Self(TestFile::new());
        let db = file.open_refusing();
        (file, db)
    }

    /// A world with other rules than the models is not opened, so they are away for a moment.
    fn open_refusing(&self) -> Database<World> {
        for (table, _) in RULES {
            let sql = format!("ALTER TABLE IF EXISTS {table} DROP CONSTRAINT IF EXISTS refuse");
            self.0.execute(&sql);
        }
        let db = self.open();
        for (table, rule) in RULES {
            let sql = format!("ALTER TABLE {table} ADD CONSTRAINT refuse CHECK ({rule}) NOT VALID");
            self.0.execute(&sql);
        }
        db
    }

    /// The rows of the server, which has all keys by value as foreign keys that hold.
    fn consistent_rows(&self) -> Rows {
        let outsider = self.0.writer();
        outsider
            .execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SET CONSTRAINTS ALL IMMEDIATE")
            .unwrap();
        let world = World::new();
        let infos = world.untyped_tables().map(|table| table.info());
        let rows = infos.map(|info| {
            let columns = [info.id].into_iter().chain(info.columns.iter().copied());
            let columns: Vec<_> = columns.collect();
            let sql = format!("SELECT {} FROM {}", columns.join(", "), info.name);
            let rows = outsider.read(&sql, cell).unwrap().into_iter();
            let rows = rows.map(|mut row| match row.remove(0) {
                rusqlite::types::Value::Integer(id) => (id, row),
                other => panic!("{other:?}"),
            });
            (info.name.to_owned(), rows.collect())
        });
        rows.collect()
    }

    /// Flushes, and compares what the server has with memory.
    fn flush(&self, db: &mut Database<World>) {
        let _ = db.flush().unwrap();
        assert_eq!(self.consistent_rows(), rows_of(db));
    }

    /// Flushes, closes and opens again.
    fn reopen(&self, mut db: Database<World>) -> Database<World> {
        self.flush(&mut db);
        let before = rows_of(&db);
        let _ = db.close().unwrap();
        let db = self.open();
        assert_eq!(rows_of(&db), before);
        db
    }

    /// What the server says to another program.
    fn refusal(&self, sql: &str) -> Option<String> {
        let refused = self.0.writer().execute(sql).err()?;
        Some(refused.sqlstate().unwrap_or_default().to_owned())
    }
}

fn player(name: &str) -> Player {
    Player {
        name: name.into(),
        ..Player::default()
    }
}

fn owned_item(owner: &str) -> Item {
    Item {
        owner_name: Some(owner.into()),
        ..Item::default()
    }
}

#[test]
fn another_program_cannot_leave_a_row_that_names_none() {
    let (file, mut db) = File::new();
    db.insert(player("Ada")).unwrap();
    db.insert(player("Bob")).unwrap();
    db.insert(owned_item("Ada")).unwrap();
    let _ = db.flush().unwrap();
    for sql in [
        "INSERT INTO items (id, owner_name, kind) VALUES (9, 'Eve', 'sword')",
        "UPDATE items SET owner_name = 'Eve'",
        "UPDATE players SET name = 'Eve' WHERE name = 'Ada'",
        "DELETE FROM players WHERE name = 'Ada'",
        "INSERT INTO items (id, kind, size) VALUES (9, 'sword', 3)",
    ] {
        assert_eq!(file.refusal(sql).as_deref(), Some("23503"), "{sql}");
    }
    // With NULL in one of its columns a key names nothing.
    for sql in [
        "INSERT INTO items (id, kind, size) VALUES (9, 'sword', NULL)",
        "DELETE FROM players WHERE name = 'Bob'",
        "DELETE FROM items; DELETE FROM players",
    ] {
        assert_eq!(file.refusal(sql), None, "{sql}");
    }
}

/// Names that go round, one that a removed row had, one that a new row gets: in one flush, with what names them.
#[test]
fn names_are_exchanged_and_passed_on_in_one_flush() {
    let (file, mut db) = File::new();
    let names = ["Ada", "Bob", "Cid", "Dan"];
    let players = names.map(|name| db.insert(player(name)).unwrap());
    let items = names.map(|name| db.insert(owned_item(name)).unwrap());
    file.flush(&mut db);
    let rename = |db: &mut World, turned: &[(usize, &str)]| {
        for (n, _) in turned {
            db.get_mut(items[*n]).unwrap().set_owner_name(None).unwrap();
            let free = format!("free {n}");
            let mut player = db.get_mut(players[*n]).unwrap();
            player.set_name(free.as_str()).unwrap();
        }
        for (n, name) in turned {
            db.get_mut(players[*n]).unwrap().set_name(*name).unwrap();
            let mut item = db.get_mut(items[*n]).unwrap();
            item.set_owner_name(Some((*name).into())).unwrap();
        }
    };
    rename(&mut db, &[(0, "Bob"), (1, "Cid"), (2, "Ada")]);
    file.flush(&mut db);
    rename(&mut db, &[(0, "Cid"), (1, "Bob")]);
    file.flush(&mut db);
    // One goes, another one gets its name, and a new one the name that has become free, with a level of its own.
    db.remove(players[3]).unwrap();
    rename(&mut db, &[(2, "Dan")]);
    db.insert(Player {
        level: 7,
        invited_by: Some("Dan".into()),
        ..player("Ada")
    })
    .unwrap();
    db.insert(owned_item("Ada")).unwrap();
    let db = file.reopen(db);
    assert_eq!(db.n_rows::<Player>(), 4);
}

/// Numbers that are not NULL, and a set of columns of which one may be NULL.
#[test]
fn keys_of_several_columns_are_exchanged_in_one_flush() {
    let (file, mut db) = File::new();
    for name in ["Ada", "Bob"] {
        db.insert(player(name)).unwrap();
    }
    let guild = db.insert(Guild {
        leader: "Ada".into(),
    });
    let guild = guild.unwrap();
    let ranks = [1, 2].map(|no| db.insert(Rank { guild, no }).unwrap());
    let members = [("Ada", 1), ("Bob", 2)].map(|(name, no)| {
        let member = Member {
            player: name.into(),
            guild: Some(guild),
            rank_no: Some(no),
        };
        db.insert(member).unwrap()
    });
    let shape = |kind: &str, size| Shape {
        kind: kind.into(),
        size,
    };
    let shapes = [("axe", 1), ("sword", 2)];
    let shapes = shapes.map(|(kind, size)| db.insert(shape(kind, Some(size))).unwrap());
    file.flush(&mut db);
    for (n, no) in [(0, 2), (1, 1)] {
        db.get_mut(members[n]).unwrap().set_rank_no(None).unwrap();
        let mut rank = db.get_mut(ranks[n]).unwrap();
        rank.set_no(100 + no).unwrap();
    }
    for (n, no) in [(0, 2), (1, 1)] {
        db.get_mut(ranks[n]).unwrap().set_no(no).unwrap();
        let mut member = db.get_mut(members[n]).unwrap();
        member.set_rank_no(Some(no)).unwrap();
    }
    for (n, kind, size) in [(0, "free", 9), (1, "axe", 1), (0, "sword", 2)] {
        let mut shape = db.get_mut(shapes[n]).unwrap();
        shape.set_kind(kind).unwrap();
        shape.set_size(Some(size)).unwrap();
    }
    file.flush(&mut db);
    // Only one of the columns of a set changes, and the other one stays what it is.
    db.get_mut(shapes[0]).unwrap().set_size(Some(77)).unwrap();
    db.get_mut(shapes[1]).unwrap().set_kind("bow").unwrap();
    file.reopen(db);
}

/// A row that another program has written names one that memory lets go, or renames.
#[test]
fn a_row_that_others_name_is_refused_with_its_key() {
    let (file, mut db) = File::new();
    let [ada, bob, cid] = ["Ada", "Bob", "Cid"].map(|name| db.insert(player(name)).unwrap());
    let _ = db.flush().unwrap();
    file.0.execute(
        "INSERT INTO items (id, owner_name, maker, kind) VALUES (70, 'Ada', 'Bob', 'sword')",
    );
    db.remove(ada).unwrap();
    db.get_mut(bob).unwrap().set_name("Eve").unwrap();
    db.get_mut(cid).unwrap().set_level(5);
    let (outcome, cause) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::NotCommitted);
    let FlushFailure::Refused { rows, n_rows: 2 } = cause else {
        panic!("{cause}")
    };
    for (id, column) in [(1, "owner_name"), (2, "maker")] {
        let row = rows.iter().find(|row| row.id == id).unwrap();
        assert_eq!(row.table, "players");
        let rule = row.constraint.as_deref().unwrap();
        assert!(
            rule.starts_with(&format!("FOREIGN KEY ({column})")),
            "{rule}"
        );
        assert!(row.to_string().contains("a row of items"), "{row}");
    }
    let report = db.flush_without_refused().unwrap();
    assert_eq!(report.left_out.len(), 2);
    assert!(
        (report.left_out.iter()).all(|row| matches!(row.reason, LeftOutReason::Refused { .. }))
    );
    assert_eq!(file.0.number("SELECT level FROM players WHERE id = 3"), 5);
    file.0.execute("DELETE FROM items");
    file.reopen(db);
}

#[test]
fn a_row_that_names_none_is_refused_with_its_key() {
    let (file, mut db) = File::new();
    db.insert(player("Ada")).unwrap();
    let _ = db.flush().unwrap();
    file.0.execute("DELETE FROM players");
    let item = db.insert(owned_item("Ada")).unwrap();
    let (_, cause) = flush_failure(db.flush());
    let FlushFailure::Refused { rows, n_rows: 1 } = cause else {
        panic!("{cause}")
    };
    assert_eq!((rows[0].table, rows[0].key()), ("items", Some(item)));
    let text = rows[0].to_string();
    assert!(text.contains("owner_name names a row of players"), "{text}");
}
