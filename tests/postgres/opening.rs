//! A world is made, loaded, and refused where it does not fit.

use crate::common::sample::{double, fill, flushed_file, item, player};
use crate::common::{
    Database, TestFile, assert_wrote, contents_of, flush_failure, new_file, server,
};
use gamedb::{
    Difference, Error, ErrorKind, FileError, FlushFailure, Outcome, PostgresOptions, ProblemKind,
};
use gamedb_models::{AttributeValue, Item, World};

#[test]
fn a_world_comes_back_as_it_was() {
    let (file, mut db) = new_file();
    fill(&mut db);
    let n_rows = db.len() + 3;
    let report = db.flush().unwrap();
    assert!(report.inserted >= n_rows - 3, "{report:?}");
    let before = contents_of(&db);
    assert_eq!(file.contents(), before);
    let db = file.reopen(db);
    assert_eq!(contents_of(&db), before);
}

/// What is made by hand from the statements is what the engine makes.
#[test]
fn a_world_made_from_its_statements_by_hand_is_one() {
    let file = TestFile::new();
    let statements = Database::<World>::schema(&file.world).unwrap();
    file.execute(&statements);
    let mut db = file.open();
    fill(&mut db);
    file.reopen(db);
}

#[test]
fn a_world_that_has_to_be_there_is_not_made() {
    let file = TestFile::new();
    let refused = file.options().existing().open::<World>().unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::File(FileError::NoWorld { .. })),
        "{refused}"
    );
    assert_eq!(
        file.number(&format!(
            "SELECT count(*) FROM pg_namespace WHERE nspname = '{}'",
            file.world
        )),
        0
    );
    drop(file.open());
    drop(file.options().existing().open::<World>().unwrap());
}

#[test]
fn a_server_that_is_not_there_is_said_without_its_password() {
    for (address, expected) in [
        (
            "postgres://game:secret@127.0.0.1:1/game",
            "postgres://127.0.0.1:1/game/w",
        ),
        ("postgres://game:secret@:a", "postgres:w"),
    ] {
        let error: Error = PostgresOptions::new(address, "w")
            .open::<World>()
            .unwrap_err();
        let ErrorKind::File(FileError::Open { path, .. }) = error.kind() else {
            panic!("{error:?}")
        };
        assert_eq!(path.to_str(), Some(expected));
        assert!(!format!("{error} {error:#?}").contains("secret"));
    }
    let wrong = server().replacen("game:", "game:not", 1);
    let error = PostgresOptions::new(wrong, "w")
        .open::<World>()
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::File(FileError::Open { source, .. })
        if source.sqlstate() == Some("28P01")),
        "{error:?}"
    );
}

#[test]
fn a_name_that_the_server_would_cut_off_is_refused() {
    for name in [
        "n".repeat(64),
        String::new(),
        "pg_game".into(),
        "a\0b".into(),
    ] {
        let error = PostgresOptions::new(server(), &name)
            .open::<World>()
            .unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::File(FileError::Unportable { .. })),
            "{error}"
        );
    }
}

/// A change, how it is taken back, and whether a difference is that one.
type Drift = (&'static str, &'static str, fn(&Difference) -> bool);

const DRIFTS: [Drift; 15] = [
    (
        "ALTER TABLE players ADD COLUMN guild text",
        "ALTER TABLE players DROP COLUMN guild",
        |d| matches!(d, Difference::UnknownColumn { column, .. } if column == "guild"),
    ),
    (
        "ALTER TABLE players RENAME COLUMN email TO mail",
        "ALTER TABLE players RENAME COLUMN mail TO email",
        |d| matches!(d, Difference::NoColumn { column, .. } if column == "email"),
    ),
    (
        "ALTER TABLE players ALTER year_of_birth TYPE integer",
        "ALTER TABLE players ALTER year_of_birth TYPE bigint",
        |d| matches!(d, Difference::Column { found, .. } if found == "integer NOT NULL"),
    ),
    (
        "ALTER TABLE players ALTER full_name DROP NOT NULL",
        "ALTER TABLE players ALTER full_name SET NOT NULL",
        |d| matches!(d, Difference::Column { expected, .. } if expected == "text NOT NULL"),
    ),
    (
        "ALTER TABLE items ADD CONSTRAINT cheap CHECK (id < 100)",
        "ALTER TABLE items DROP CONSTRAINT cheap",
        |d| matches!(d, Difference::Constraint { expected: false, what, .. } if what.contains("id < 100")),
    ),
    (
        "CREATE UNIQUE INDEX one ON players (full_name)",
        "DROP INDEX one",
        |d| matches!(d, Difference::Index { index, .. } if index.contains("full_name")),
    ),
    (
        "CREATE INDEX computed ON players (lower(full_name))",
        "DROP INDEX computed",
        |d| matches!(d, Difference::Index { .. }),
    ),
    (
        "CREATE RULE quiet AS ON DELETE TO players DO INSTEAD NOTHING",
        "DROP RULE quiet ON players",
        |d| matches!(d, Difference::Trigger { trigger, .. } if trigger == "quiet"),
    ),
    (
        "CREATE TRIGGER touch BEFORE UPDATE ON players FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "DROP TRIGGER touch ON players",
        |d| matches!(d, Difference::Trigger { trigger, .. } if trigger == "touch"),
    ),
    (
        "CREATE TABLE guilds (player bigint REFERENCES players)",
        "DROP TABLE guilds",
        |d| matches!(d, Difference::ForeignTable { target, .. } if target == "players"),
    ),
    (
        "ALTER TABLE inventory_entries SET UNLOGGED",
        "ALTER TABLE inventory_entries SET LOGGED",
        |d| matches!(d, Difference::Constraint { what, expected: true, .. } if what.contains("log")),
    ),
    (
        "ALTER TABLE players ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE players DISABLE ROW LEVEL SECURITY",
        |d| matches!(d, Difference::Constraint { what, expected: false, .. } if what.contains("row-level")),
    ),
    (
        "ALTER TABLE gamedb_world SET UNLOGGED",
        "ALTER TABLE gamedb_world SET LOGGED",
        |d| matches!(d, Difference::Constraint { table, .. } if table == "gamedb_world"),
    ),
    (
        "ALTER TABLE gamedb_ids RENAME TO ids",
        "ALTER TABLE ids RENAME TO gamedb_ids",
        |d| matches!(d, Difference::NoTable { table } if table == "gamedb_ids"),
    ),
    (
        "ALTER TABLE item_blueprints RENAME TO b; CREATE VIEW item_blueprints AS SELECT * FROM b",
        "DROP VIEW item_blueprints; ALTER TABLE b RENAME TO item_blueprints",
        |d| matches!(d, Difference::NotATable { kind, .. } if kind == "view"),
    ),
];

/// Each of these changes is found, and said; and taken back, the world opens again.
#[test]
fn a_schema_that_has_drifted_is_refused_with_all_differences() {
    let (file, mut db) = new_file();
    fill(&mut db);
    let _ = db.close().unwrap();
    for (change, back, is_it) in DRIFTS {
        file.execute(change);
        match file.refused() {
            FileError::Schema { differences, .. } => {
                assert!(differences.iter().any(is_it), "{change}: {differences:?}");
            }
            other => panic!("{change}: {other}"),
        }
        file.execute(back);
        drop(file.open());
    }
}

/// A constraint that was made weaker under its name is another one. What changes nothing for the world is none of its
/// business.
#[test]
fn a_weaker_constraint_is_a_difference_and_a_fill_factor_is_none() {
    let file = TestFile::new();
    drop(file.open());
    let constraint = "SELECT conname::text FROM pg_constraint WHERE contype = 'u' AND conrelid = 'players'::regclass";
    let name = file
        .writer()
        .read(constraint, |name| name.to_string())
        .unwrap()[0][0]
        .clone();
    let name = name.trim_matches('"');
    file.execute(&format!(
        "ALTER TABLE players DROP CONSTRAINT {name}, ADD CONSTRAINT {name} UNIQUE (email)"
    ));
    assert!(matches!(file.refused(), FileError::Schema { .. }));
    file.execute(&format!(
        "ALTER TABLE players DROP CONSTRAINT {name}, ADD CONSTRAINT {name} UNIQUE (email) DEFERRABLE;
         ALTER TABLE players SET (fillfactor = 85); CREATE INDEX plain ON players (year_of_birth);
         CREATE TABLE notes (text text); COMMENT ON TABLE players IS 'people'"
    ));
    drop(file.open());
}

/// All of them are listed, each with its row and column; and who has the world keeps it.
#[test]
fn rows_that_do_not_fit_are_listed_and_leave_the_world_with_its_owner() {
    let (file, mut owner, sample) = flushed_file();
    let outsider = file.writer();
    outsider
        .execute("SET session_replication_role = replica")
        .unwrap();
    outsider
        .execute(
            "UPDATE players SET over_13 = 2 WHERE id = 1;
             UPDATE attributes SET attribute_type = 'MAGIC' WHERE internal_name = 'luck';
             UPDATE inventory_entries SET item_id = 77;
             UPDATE inventories SET last_calculated_volume = 'NaN';
             INSERT INTO attributes (id, internal_name, visible, attribute_type, bool_value)
             VALUES (99, 'lost', 0, 'LUCK', 1)",
        )
        .unwrap();
    let FileError::Rows { problems, .. } = file.refused() else {
        panic!("it was refused for something else")
    };
    let has = |table: &str, column: &str, is_it: fn(&ProblemKind) -> bool| {
        let found = problems.iter().any(|problem| {
            (problem.table, problem.column.as_str()) == (table, column) && is_it(&problem.kind)
        });
        assert!(found, "{table}.{column}: {problems:?}");
    };
    has("players", "over_13", |kind| {
        matches!(kind, ProblemKind::WrongType { .. })
    });
    has("attributes", "attribute_type", |kind| {
        matches!(kind, ProblemKind::UnknownText { .. })
    });
    has("inventory_entries", "item_id", |kind| {
        matches!(kind, ProblemKind::Dangling { id: 77, .. })
    });
    has("inventories", "last_calculated_volume", |kind| {
        matches!(kind, ProblemKind::NotANumber)
    });
    has("attributes", "id", |kind| {
        matches!(kind, ProblemKind::NoOwner { .. })
    });
    assert_eq!(problems.len(), 5, "{problems:?}");
    owner.get_mut(sample.bob).unwrap().set_full_name("Bob");
    assert_wrote(owner.flush().unwrap(), (0, 1, 0));
}

/// The sign of zero, the ends of both kinds of numbers, and every character but one.
#[test]
fn values_at_their_ends_come_back_and_a_nul_is_refused() {
    let (file, mut db) = new_file();
    let reals = [
        -0.0,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::INFINITY,
        f64::NEG_INFINITY,
        5e-324,
        0.1,
    ];
    let item_key = db.insert(item(1)).unwrap();
    for real in reals {
        db.get_mut(item_key)
            .unwrap()
            .add_attribute(double("real", real))
            .unwrap();
    }
    let text = "\u{1}\t\r\n'\"\\ {},NULL ü \u{10ffff} \u{feff}";
    for year in [i64::MIN, -1, i64::MAX] {
        let mut player = player(year / 2);
        player.year_of_birth = year;
        player.full_name = text.into();
        db.insert(player).unwrap();
    }
    let db = file.reopen(db);
    let found: Vec<f64> = (db
        .get(db.key(gamedb::Id::<Item>::new(1)).unwrap())
        .unwrap()
        .attributes())
    .map(|(_, row)| match row.value {
        AttributeValue::Double(real) => real,
        ref other => panic!("{other:?}"),
    })
    .collect();
    let bits = |reals: &[f64]| reals.iter().map(|real| real.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&found), bits(&reals));
    let mut db = db;
    let mut bad = player(9);
    bad.full_name = "a\0b".into();
    let bad = db.insert(bad).unwrap();
    let good = db.insert(player(10)).unwrap();
    let (outcome, cause) = flush_failure(db.flush());
    assert_eq!(outcome, Outcome::NotCommitted);
    let FlushFailure::Refused { rows, n_rows: 1 } = cause else {
        panic!("{cause}")
    };
    assert_eq!((rows[0].table, rows[0].key()), ("players", Some(bad)));
    assert!(rows[0].to_string().contains("full_name"), "{}", rows[0]);
    db.get_mut(bad).unwrap().set_full_name("ab");
    assert_wrote(db.flush().unwrap(), (2, 0, 0));
    assert!(db.contains_key(good));
    file.reopen(db);
}
