//! Each kind of step: what it is called, what it may cost, and what it does to the rows.

use gamedb::{Consent, ErrorKind, FileError, Migration, MigrationError, Options, Safety};
use gamedb_models::{Tables, World};
use rusqlite::types::Value::{Integer, Null, Real};

use super::{SqlFile, text};
use crate::common::sample::flushed_file;
use gamedb::codegen::traits::*;

const PLAYERS: &str = "
    CREATE TABLE players (
        id    INTEGER PRIMARY KEY,
        name  TEXT    NOT NULL UNIQUE,
        hp    INTEGER NOT NULL,
        kind  TEXT    NOT NULL CHECK (kind IN ('HERO', 'NPC')),
        guild INTEGER
    ) STRICT;
    CREATE TABLE guilds (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;";

const ROWS: &str = "
    INSERT INTO guilds VALUES (4, 'blue');
    INSERT INTO players VALUES (1, 'Ada', 7, 'HERO', 4), (2, 'Bob', 30, 'NPC', 5), (9, 'Eve', -1, 'NPC', NULL);";

fn players() -> SqlFile {
    SqlFile::new(&format!("{PLAYERS}{ROWS}"))
}

/// The schema with a change, and the steps that lead to it.
#[track_caller]
fn steps(from: &str, to: &str, expected: &[&str]) -> (SqlFile, String) {
    let file = players();
    assert!(PLAYERS.contains(from), "{from}");
    let schema = PLAYERS.replacen(from, to, 1);
    assert_eq!(file.steps(&schema), expected);
    (file, schema)
}

fn not_allowed(error: &MigrationError) -> Vec<String> {
    match error {
        MigrationError::NotAllowed { steps } => steps.iter().map(ToString::to_string).collect(),
        other => panic!("{other}"),
    }
}

#[test]
fn the_same_schema_in_another_notation_is_no_step() {
    let schema = PLAYERS
        .replace("    hp ", " -- points\n \"HP\" ")
        .to_lowercase();
    let schema = schema.replace("'hero', 'npc'", "'NPC', 'HERO'");
    assert_eq!(players().steps(&schema), [""; 0]);
    let migration = players().plan(PLAYERS);
    assert_eq!(migration.from_fingerprint(), migration.to_fingerprint());
    assert!(
        migration
            .to_string()
            .starts_with("the file has this schema\n")
    );
}

#[test]
fn a_column_that_the_schema_renames_keeps_its_values() {
    let (file, schema) = steps(
        "hp    INTEGER NOT NULL,",
        "health INTEGER NOT NULL, -- @renamed from=hp",
        &["safe        players.health: renamed from hp"],
    );
    file.migrate(&schema, &Consent::new()).unwrap();
    assert_eq!(
        file.rows("SELECT id, health FROM players"),
        [[1, 7], [2, 30], [9, -1]].map(|row| row.map(Integer).to_vec())
    );
}

#[test]
fn a_column_that_is_only_called_otherwise_is_a_dropped_one_and_needs_consent() {
    let expected = [
        "by hand     players.health: new column INTEGER NOT NULL: 3 rows (id 1, 2, 9); give it a DEFAULT in the schema, \
         or a line `-- @fill players.health = <expression>` in a script",
        "destructive players.hp: dropped column: 3 rows (id 1, 2, 9); allow it by the name players.hp, or write \
         `-- @renamed from=hp` behind the column that it has become",
    ];
    let (file, schema) = steps("hp    INTEGER", "health INTEGER", &expected);
    let error = file.refused(&schema, &Consent::new().lossy());
    assert_eq!(not_allowed(&error), expected);
    let error = file.refused(&schema, &Consent::new().drop("players.hp").drop("players"));
    assert_eq!(not_allowed(&error), expected[..1]);
    let script = "-- @fill players.health = hp * 10";
    file.migrate(&schema, &Consent::new().drop("Players.HP").script(script))
        .unwrap();
    assert_eq!(
        file.rows("SELECT health FROM players"),
        [70, 300, -10].map(|hp| vec![Integer(hp)])
    );
}

#[test]
fn new_columns_and_tables() {
    let (file, schema) = steps(
        "guild INTEGER",
        "guild INTEGER, level INTEGER NOT NULL DEFAULT 1 CHECK (level > 0), motto TEXT",
        &[
            "safe        players.level: new column INTEGER NOT NULL",
            "safe        players.motto: new column TEXT",
            "safe        players: new CHECK (level > 0)",
        ],
    );
    let schema = format!(
        "{schema}CREATE TABLE towns (id INTEGER PRIMARY KEY) STRICT; CREATE INDEX t ON towns (id);"
    );
    file.migrate(&schema, &Consent::new()).unwrap();
    assert_eq!(
        file.rows("SELECT DISTINCT level, motto FROM players"),
        [[Integer(1), Null]]
    );
    assert_eq!(file.rows("SELECT * FROM towns").len(), 0);
}

#[test]
fn an_enum_may_grow_and_a_smaller_one_lists_the_rows() {
    let (file, schema) = steps(
        "'NPC'",
        "'NPC', 'PET'",
        &[
            "safe        players: new CHECK (kind IN ('HERO', 'NPC', 'PET'))",
            "safe        players: dropped CHECK (kind IN ('HERO', 'NPC'))",
        ],
    );
    file.migrate(&schema, &Consent::new()).unwrap();
    file.connection()
        .execute("UPDATE players SET kind = 'PET' WHERE id = 9", [])
        .unwrap();
    let expected = "by hand     players: new CHECK (kind IN ('HERO', 'NPC')): 1 row (id 9); they do not satisfy it; \
                    change these rows in a script";
    let error = file.refused(PLAYERS, &Consent::new().lossy());
    assert_eq!(not_allowed(&error), [expected]);
    let script = "UPDATE players SET kind = 'NPC' WHERE kind = 'PET';";
    file.migrate(PLAYERS, &Consent::new().script(script))
        .unwrap();
}

#[test]
fn values_that_do_not_fit_another_type_are_listed_first() {
    let file = SqlFile::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL NOT NULL, c INTEGER) STRICT;
         INSERT INTO t VALUES (1, '7', 2.0, 9007199254740993), (2, 'seven', 2.5, 3), (3, NULL, 1e300, NULL), (4, '07', 0.0, 0);",
    );
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER NOT NULL DEFAULT -1, c REAL) STRICT;";
    assert_eq!(
        file.steps(schema),
        [
            "lossy       t.a: TEXT becomes INTEGER: 2 rows (id 2, 4); they become NULL; allow it, or write `-- @fill t.a = <expression>` in a script",
            "lossy       t.b: REAL NOT NULL becomes INTEGER NOT NULL: 2 rows (id 2, 3); they become -1; allow it, or write `-- @fill t.b = <expression>` in a script",
            "lossy       t.c: INTEGER becomes REAL: 1 row (id 1); they become NULL; allow it, or write `-- @fill t.c = <expression>` in a script",
        ]
    );
    assert_eq!(file.plan(schema).safety(), Safety::Lossy);
    assert_eq!(not_allowed(&file.refused(schema, &Consent::new())).len(), 3);
    file.migrate(schema, &Consent::new().lossy()).unwrap();
    assert_eq!(
        file.rows("SELECT a, b, c FROM t"),
        [
            [Integer(7), Integer(2), Null],
            [Null, Integer(-1), Real(3.0)],
            [Null, Integer(-1), Null],
            [Null, Integer(0), Real(0.0)],
        ]
    );
}

#[test]
fn new_rules_over_rows_that_break_them() {
    let file = players();
    let schema = PLAYERS
        .replace("guild INTEGER", "guild INTEGER REFERENCES guilds (id)")
        .replace(
            "hp    INTEGER NOT NULL",
            "hp INTEGER NOT NULL CHECK (hp >= 0)",
        )
        .replace("kind  TEXT    NOT NULL", "kind TEXT NOT NULL UNIQUE");
    let expected = [
        "lossy       players.guild: new FOREIGN KEY (guild) REFERENCES guilds: 1 row (id 2); they name no row of guilds, and become NULL; allow it, or change them in a script",
        "by hand     players: new UNIQUE (kind): 2 rows (id 2, 9); their values are not unique; change or delete rows in a script",
        "by hand     players: new CHECK (hp >= 0): 1 row (id 9); they do not satisfy it; change these rows in a script",
    ];
    assert_eq!(file.steps(&schema), expected);
    let script = "DELETE FROM players WHERE hp < 0;";
    let error = file.refused(&schema, &Consent::new().script(script));
    assert_eq!(not_allowed(&error), expected[..1]);
    file.migrate(&schema, &Consent::new().lossy().script(script))
        .unwrap();
    assert_eq!(
        file.rows("SELECT id, guild FROM players"),
        [[Integer(1), Integer(4)], [Integer(2), Null]]
    );
}

#[test]
fn renamed_tables_take_references_and_next_ids_with_them() {
    let file = SqlFile::new(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, friend INTEGER REFERENCES users (id)) STRICT;
         CREATE TABLE pets (id INTEGER PRIMARY KEY, user INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE) STRICT;
         CREATE TABLE gamedb_ids (table_name TEXT PRIMARY KEY, next_id INTEGER NOT NULL) STRICT, WITHOUT ROWID;
         INSERT INTO gamedb_ids VALUES ('users', 100), ('pets', 7);
         INSERT INTO users VALUES (1, NULL), (2, 1); INSERT INTO pets VALUES (3, 2);",
    );
    let schema = |pets: &str, from: &str| {
        format!(
            "-- @renamed from=users
             CREATE TABLE players (id INTEGER PRIMARY KEY, friend INTEGER REFERENCES players (id)) STRICT;
             CREATE TABLE {pets} ( -- {from}
                 id   INTEGER PRIMARY KEY,
                 user INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE
             ) STRICT;
             CREATE INDEX by_user ON {pets} (user);"
        )
    };
    // A table of the schema has the old name, so the table of the file stays that one, and nothing is renamed.
    let ambiguous = file.plan(&schema("users", ""));
    assert!(ambiguous.safety() > Safety::Safe, "{ambiguous}");
    let schema = schema("animals", "@renamed from=pets");
    file.migrate(&schema, &Consent::new()).unwrap();
    assert_eq!(
        file.rows("SELECT table_name, next_id FROM gamedb_ids ORDER BY 2"),
        [
            [text("animals"), Integer(7)],
            [text("players"), Integer(100)]
        ]
    );
    assert_eq!(file.rows("SELECT * FROM animals"), [[3, 2].map(Integer)]);
    assert_eq!(file.rows("SELECT * FROM pragma_foreign_key_check").len(), 0);
}

#[test]
fn a_table_that_is_gone_stays_unless_it_names_rows_of_the_world() {
    let file = SqlFile::new(
        "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT) STRICT;
         CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id)) STRICT;
         INSERT INTO a VALUES (1); INSERT INTO b VALUES (2, 1); INSERT INTO notes VALUES (5, 'x');",
    );
    let schema = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;";
    let expected = "destructive b: dropped table: 1 row (id 2); its foreign keys to a would not be kept; allow it by the name b, or write \
                    `-- @renamed from=b` before the table that it has become";
    assert_eq!(file.steps(schema), [expected]);
    assert_eq!(file.plan(schema).kept_tables(), ["notes"]);
    file.refused(schema, &Consent::new().lossy());
    file.migrate(schema, &Consent::new().drop("B")).unwrap();
    assert_eq!(file.rows("SELECT * FROM notes").len(), 1);
    file.plan(schema)
        .run(&Consent::new().drop("notes"))
        .unwrap();
    assert_eq!(file.rows("SELECT name FROM sqlite_schema"), [[text("a")]]);
}

#[test]
fn a_plan_with_a_consent_has_the_drops_that_it_names() {
    let file = SqlFile::new(
        "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT) STRICT;
         CREATE TABLE empty (id INTEGER PRIMARY KEY) STRICT;
         INSERT INTO notes VALUES (5, 'x');",
    );
    let schema = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;";
    let consent = Consent::new().drop("Notes").drop("empty").drop("misspelt");
    let migration = Migration::plan_with(file.path(), schema, &consent).unwrap();
    let printed = migration.to_string();
    let expected = "safe        empty: dropped table\n\
        destructive notes: dropped table: 1 row (id 5); it could stay as it is; allow it by the name notes\n";
    assert!(printed.starts_with(expected), "{printed}");
    assert_eq!(migration.kept_tables(), [""; 0]);
    // It is done with that consent only, whether or not there is a script.
    for less in [Consent::new(), Consent::new().script("DELETE FROM a;")] {
        let refused = migration.run(&less).expect_err("it is not allowed");
        assert!(matches!(refused, MigrationError::NotAllowed { steps } if steps.len() == 1));
    }
    let refused = migration.run(&consent.clone().refuse_idle_drops());
    let Err(MigrationError::IdleDrop { name, droppable }) = refused else {
        panic!("it has a name of nothing: {refused:?}");
    };
    assert_eq!(
        (name.as_str(), droppable.join(" ").as_str()),
        ("misspelt", "empty notes")
    );
    assert_eq!(file.rows("SELECT * FROM notes").len(), 1);
    assert_eq!(migration.run(&consent).unwrap().steps, migration.steps());
    assert_eq!(file.rows("SELECT name FROM sqlite_schema"), [[text("a")]]);
}

#[test]
fn what_a_migration_does_not_touch_is_in_its_way() {
    let file = players();
    file.connection()
        .execute_batch(
            "CREATE TRIGGER watch AFTER UPDATE ON players BEGIN DELETE FROM guilds; END;",
        )
        .unwrap();
    let expected = "by hand     players: has the trigger watch, which would change rows behind the world's back; drop it: \
                    `DROP TRIGGER \"watch\"` in a script";
    assert_eq!(file.steps(PLAYERS), [expected]);
    file.migrate(PLAYERS, &Consent::new().script("DROP TRIGGER watch;"))
        .unwrap();

    let keyless = SqlFile::new(
        "CREATE TABLE players (name TEXT PRIMARY KEY); INSERT INTO players VALUES ('Ada');",
    );
    let error = keyless.refused(
        "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT) STRICT;",
        &Consent::new().lossy(),
    );
    assert!(
        error
            .to_string()
            .contains("players: has no INTEGER PRIMARY KEY; copy the rows"),
        "{error}"
    );
}

#[test]
fn a_script_is_for_its_schemas_and_part_of_the_transaction() {
    let (file, schema) = steps(
        "hp    INTEGER",
        "hp INTEGER CHECK (hp < 10)",
        &[
            "by hand     players: new CHECK (hp < 10): 1 row (id 2); they do not satisfy it; change these rows in a script",
        ],
    );
    let migration = file.plan(&schema);
    let (from, to) = (migration.from_fingerprint(), migration.to_fingerprint());
    let with = |lines: &str| {
        Consent::new().script(format!("{lines}\nUPDATE players SET hp = 9 WHERE hp > 9;"))
    };
    let error = file.refused(&schema, &with(&format!("-- @from {:016x}", from ^ 1)));
    assert!(
        matches!(error, MigrationError::OtherSchemas { found, .. } if found == from),
        "{error}"
    );
    let error = file.refused(&schema, &with("-- @fil players.hp = 1"));
    assert!(
        matches!(error, MigrationError::Script { line: 1, .. }),
        "{error}"
    );
    let error = file.refused(&schema, &with("DELETE FROM nothing;"));
    assert!(
        matches!(error, MigrationError::ScriptFailed { .. }),
        "{error}"
    );
    // It is part of the transaction, and stays in the file that it is for.
    for sql in [
        "DELETE FROM players; COMMIT;",
        "COMMIT; DELETE FROM players; BEGIN;",
        "ROLLBACK;",
        "SAVEPOINT a;",
        "ATTACH ':memory:' AS other;",
    ] {
        let error = file.refused(&schema, &Consent::new().script(sql));
        assert!(
            matches!(error, MigrationError::ScriptForbidden { .. }),
            "{sql}: {error}"
        );
    }
    // What ran before a failing step is taken back.
    let error = file.refused(
        &schema,
        &Consent::new().script("DELETE FROM players WHERE id = 1;"),
    );
    assert!(
        matches!(error, MigrationError::NotAllowed { .. }),
        "{error}"
    );
    file.migrate(
        &schema,
        &with(&format!("-- @from {from:016x}\n-- @to {to:016x}")),
    )
    .unwrap();
    assert_eq!(file.rows("SELECT max(hp) FROM players"), [[Integer(9)]]);
}

#[test]
fn a_file_that_has_changed_since_it_was_planned_is_left_alone() {
    let file = players();
    let migration = file.plan(&PLAYERS.replace("guild INTEGER", "guild INTEGER, motto TEXT"));
    file.connection()
        .execute_batch("ALTER TABLE players ADD COLUMN other TEXT")
        .unwrap();
    let error = migration
        .run(&Consent::new())
        .expect_err("it is another schema");
    assert!(matches!(error, MigrationError::Changed { .. }), "{error}");
    let missing = Migration::plan(file.path().with_file_name("none.db"), PLAYERS);
    assert!(matches!(
        missing,
        Err(MigrationError::File(FileError::NotThere { .. }))
    ));
    let other = file.path().with_file_name("other.db");
    let attach = format!("ATTACH '{}' AS other;", other.display());
    for sql in ["CREATE TABEL x", &attach] {
        let no_schema = Migration::plan(file.path(), sql);
        assert!(
            matches!(no_schema, Err(MigrationError::Schema { .. })),
            "{sql}"
        );
    }
    assert!(!other.exists());
}

#[test]
fn a_world_that_is_open_is_not_migrated_and_one_that_is_migrated_opens() {
    let (file, db, _) = flushed_file();
    let schema = Tables::DDL.replacen(
        "full_name        TEXT",
        "called TEXT NOT NULL DEFAULT 'x', full_name TEXT",
        1,
    );
    let migration = Migration::plan(file.path(), &schema).unwrap();
    let error = migration.run(&Consent::new()).expect_err("it is open");
    assert!(
        matches!(error, MigrationError::File(FileError::AlreadyOpen { .. })),
        "{error}"
    );
    drop(db);
    let before = file.contents();
    let done = migration.run(&Consent::new()).unwrap();
    assert_eq!(done.steps, migration.steps());
    assert!(matches!(file.refused(), FileError::Schema { .. }));
    // The backup is the world of before.
    let backup = done.backup.clone().expect("a backup is made");
    let backup = gamedb::Database::<World>::open(&backup).unwrap();
    assert_eq!(backup.players.len(), 2);
    let back = Migration::plan(file.path(), Tables::DDL).unwrap();
    back.run(&Consent::new().drop("players.called")).unwrap();
    assert_eq!(file.contents(), before);
    gamedb::Database::<World>::open(file.path()).unwrap();
}

#[test]
fn a_migration_adds_up_content_hashes_anew_and_does_not_hide_damage_of_before() {
    let (file, db, _) = flushed_file();
    drop(db);
    // A table and a column have other names, another column has values in each row, and one is new.
    let schema = Tables::DDL
        .replace("item_blueprint_components", "components")
        .replacen("internal_name TEXT", "called TEXT", 1)
        .replacen(
            "full_name        TEXT",
            "level INTEGER NOT NULL DEFAULT 1, full_name TEXT",
            1,
        );
    let migration = Migration::plan(file.path(), &schema).unwrap();
    let consent_to = |migration: &Migration| {
        let dropped: Vec<_> = migration.steps().iter().map(ToString::to_string).collect();
        let names = dropped
            .iter()
            .filter_map(|step| step.strip_prefix("destructive "));
        let names = names.filter_map(|step| step.split(':').next());
        names.fold(Consent::new().without_backup(), Consent::drop)
    };
    let consent = || consent_to(&migration);
    let damage = "UPDATE mobiles SET what_we_call_you = 'rot' WHERE id = 1";
    file.edit(damage);
    match migration.run(&consent()) {
        Err(MigrationError::File(FileError::Altered { blocks, .. })) => {
            assert_eq!(blocks.len(), 1);
            assert_eq!(blocks[0].to_string(), "mobiles rows 0 to 16383");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(file.damaged_blocks().len(), 1, "it is as it was");
    migration.run(&consent().accept_edits()).unwrap();
    assert_eq!(file.damaged_blocks(), []);
    // And nothing is left of the names of before.
    let names: String = file.query("SELECT group_concat(DISTINCT table_name) FROM gamedb_hashes");
    assert!(!names.contains("item_blueprint_components"), "{names}");
    file.edit("UPDATE players SET level = 2 WHERE id = 2");
    assert_eq!(file.damaged_blocks().len(), 1);
    file.edit("UPDATE players SET level = 1 WHERE id = 2; DROP TABLE gamedb_hashes");
    let back = Migration::plan(file.path(), Tables::DDL).unwrap();
    let no_hashes = back.run(&consent_to(&back));
    assert!(
        matches!(
            no_hashes,
            Err(MigrationError::File(FileError::NoHashes { .. }))
        ),
        "{no_hashes:?}"
    );
    // Its rows are taken as they are, and watched from then on.
    back.run(&consent_to(&back).accept_edits()).unwrap();
    assert_eq!(file.damaged_blocks(), []);
    assert!(gamedb::verify(file.path(), |_| ()).unwrap().is_sound());
    file.edit("UPDATE players SET year_of_birth = 2 WHERE id = 2");
    assert_eq!(file.damaged_blocks().len(), 1);
}

#[test]
fn a_file_that_has_lost_its_hashes_gets_new_ones_on_request() {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    file.writer()
        .execute_batch("DROP TABLE gamedb_hashes")
        .unwrap();
    assert!(matches!(file.refused(), FileError::NoHashes { .. }));
    let migration = Migration::plan(file.path(), Tables::DDL).unwrap();
    let migrated = migration.run(&Consent::new().accept_edits()).unwrap();
    assert_eq!(migrated.steps, []);
    assert_eq!(file.damaged_blocks(), []);
    drop(file.open());
}

#[test]
fn open_migrates_what_is_safe_and_nothing_else() {
    let (file, db, _) = flushed_file();
    let before = file.contents();
    drop(db);
    let options = || Options::new().migrate_safely().accept_edits();
    let open = || options().open::<World>(file.path());
    let alter = |sql: &str| file.writer().execute_batch(sql).unwrap();
    // A column without values, as an older version of the game might have had it, and an index less.
    alter("ALTER TABLE items ADD COLUMN worth INTEGER; DROP INDEX players_what_we_call_you;");
    assert!(matches!(file.refused(), FileError::Schema { .. }));
    drop(open().unwrap());
    assert_eq!(file.contents(), before);
    drop(file.open());

    alter("ALTER TABLE items ADD COLUMN worth INTEGER; UPDATE items SET worth = 7;");
    let refused = open().map(|_| ()).expect_err("values would be lost");
    let ErrorKind::File(FileError::NotMigrated { source, .. }) = refused.kind() else {
        panic!("{refused}");
    };
    assert!(
        source
            .to_string()
            .contains("destructive items.worth: dropped column"),
        "{source}"
    );
    assert_eq!(
        file.query::<i64>("SELECT sum(worth) / 7 = count(*) FROM items"),
        1
    );

    // A file of another program does not become a world.
    let other = SqlFile::new("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
    let refused = Options::new().migrate_safely().open::<World>(other.path());
    let refused = refused.map(|_| ()).expect_err("it is no world");
    assert!(
        matches!(refused.kind(), ErrorKind::File(FileError::Schema { .. })),
        "{refused}"
    );
    assert_eq!(
        other.rows("SELECT name FROM sqlite_schema"),
        [[text("notes")]]
    );
}

#[test]
fn rows_that_were_changed_by_hand_are_taken_on_request() {
    let (file, db, _) = flushed_file();
    let _ = db.close().unwrap();
    let edit = "UPDATE players SET year_of_birth = year_of_birth + 1";
    file.writer().execute_batch(edit).unwrap();
    let edited = file.contents();
    let migration = Migration::plan(file.path(), Tables::DDL).unwrap();
    assert!(migration.is_empty());
    let error = migration.run(&Consent::new()).expect_err("it was edited");
    assert!(
        matches!(error, MigrationError::File(FileError::Altered { .. })),
        "{error}"
    );
    migration.run(&Consent::new().accept_edits()).unwrap();
    assert_eq!(file.contents(), edited);
    drop(file.open());
}

#[test]
fn what_was_computed_is_kept_as_values_and_values_are_not_computed_anew_without_consent() {
    let computed = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER AS (a * 2) STORED, c INTEGER AS (a + 1)) STRICT;";
    let stored = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER DEFAULT 0, c INTEGER NOT NULL DEFAULT 0) STRICT;";
    let file = SqlFile::new(&format!("{computed} INSERT INTO t VALUES (1, 5), (2, 7);"));
    assert_eq!(file.plan(stored).safety(), Safety::Safe);
    file.migrate(stored, &Consent::new()).unwrap();
    assert_eq!(
        file.rows("SELECT b, c FROM t ORDER BY id"),
        [[10, 6], [14, 8]].map(|row| row.map(Integer))
    );
    file.connection()
        .execute_batch("UPDATE t SET b = 99 WHERE id = 2")
        .unwrap();
    let refused = not_allowed(&file.refused(computed, &Consent::new().lossy()));
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(
        refused[0].starts_with("destructive t.b: INTEGER becomes INTEGER"),
        "{refused:?}"
    );
    assert!(
        refused[0].contains("2 rows (id 1, 2); the schema computes it; allow it by the name t.b"),
        "{refused:?}"
    );
    let consent = Consent::new().drop("t.b").drop("t.c");
    file.migrate(computed, &consent).unwrap();
    assert_eq!(
        file.rows("SELECT b, c FROM t ORDER BY id"),
        [[10, 6], [14, 8]].map(|row| row.map(Integer))
    );
}

#[test]
fn a_key_that_names_rows_by_another_column_is_a_matter_for_a_person() {
    let old = "CREATE TABLE characters (id INTEGER PRIMARY KEY, object INTEGER NOT NULL UNIQUE) STRICT;
         CREATE TABLE weapons (id INTEGER PRIMARY KEY, holder INTEGER REFERENCES characters (object)) STRICT;";
    let file = SqlFile::new(&format!(
        "{old} INSERT INTO characters VALUES (1, 2), (2, 1), (3, 3), (4, 9);
         INSERT INTO weapons VALUES (1, 2), (2, 3), (3, NULL), (4, 9);"
    ));
    let schema = old.replace("characters (object)", "characters (id)");
    let refused = not_allowed(&file.refused(&schema, &Consent::new().lossy()));
    assert_eq!(
        refused,
        [
            "by hand     weapons.holder: new FOREIGN KEY (holder) REFERENCES characters: 2 rows (id 1, 4); they name other rows than \
             before, or none; write `-- @fill weapons.holder = (SELECT gamedb_target.\"id\" FROM \"characters\" AS gamedb_target WHERE \
             gamedb_target.\"object\" = \"weapons\".\"holder\")` in a script"
        ]
    );
    let consent = Consent::new()
        .script("-- @fill weapons.holder = (SELECT id FROM characters WHERE object = holder)");
    file.migrate(&schema, &consent).unwrap();
    assert_eq!(
        file.rows("SELECT holder FROM weapons ORDER BY id"),
        [[Integer(1)], [Integer(3)], [Null], [Integer(4)]]
    );
}
