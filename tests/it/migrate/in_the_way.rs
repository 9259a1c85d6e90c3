//! What a migration cannot do is in its plan, with the rows or the name that are in the way.

use gamedb::{Consent, ErrorKind, FileError, MigrationError, Options, Safety};
use gamedb_models::World;
use rusqlite::types::Value::{Integer, Null};

use super::misdirected::by_hand;
use super::{SqlFile, text};
use crate::common::sample::flushed_file;

#[test]
fn values_that_a_strict_table_does_not_take_are_listed() {
    let old = "CREATE TABLE players (id INTEGER PRIMARY KEY, gold INTEGER, name TEXT)";
    let file = SqlFile::new(&format!(
        "{old}; INSERT INTO players VALUES (1, 7, 'Ada'), (2, 'abc', 'Bob'), (3, 2.5, x'00'), (4, NULL, NULL);"
    ));
    let schema = format!("{old} STRICT;");
    assert_eq!(
        file.steps(&schema),
        [
            "lossy       players.gold: INTEGER becomes INTEGER of a STRICT table: 2 rows (id 2, 3); they become NULL; allow it, or \
             write `-- @fill players.gold = <expression>` in a script",
            "lossy       players.name: TEXT becomes TEXT of a STRICT table: 1 row (id 3); they become NULL; allow it, or write \
             `-- @fill players.name = <expression>` in a script",
            "safe        players: new STRICT",
        ]
    );
    file.refused(&schema, &Consent::new());
    file.migrate(&schema, &Consent::new().lossy()).unwrap();
    assert_eq!(
        file.rows("SELECT gold, name FROM players"),
        [
            [Integer(7), text("Ada")],
            [Null, text("Bob")],
            [Null, Null],
            [Null, Null]
        ]
    );
    // Without misfits it is one step.
    let file = SqlFile::new(&format!("{old}; INSERT INTO players VALUES (1, 7, 'Ada');"));
    assert_eq!(file.steps(&schema), ["safe        players: new STRICT"]);
}

#[test]
fn a_declaration_that_names_its_own_table_is_refused_in_the_plan() {
    let old = "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER) STRICT;";
    let file = SqlFile::new(&format!("{old} INSERT INTO a VALUES (1, 1);"));
    for rule in [
        "n INTEGER CHECK (a.n > 0)",
        "n INTEGER, CHECK (\"A\".n > 0)",
    ] {
        let schema = old.replace("n INTEGER", rule);
        assert_eq!(
            by_hand(&file, &schema),
            [
                "by hand     a: cannot be made anew, because its declaration names the table itself; write columns alone in the \
              schema: `hp` for `a.hp`"
            ]
        );
    }
    // A file that has such a table already is no matter, and neither is a new table.
    let schema = old.replace("n INTEGER", "n INTEGER CHECK (a.n > 0)");
    assert_eq!(SqlFile::new(&schema).steps(&schema), [""; 0]);
    let new = format!(
        "{old} {}",
        schema.replace("TABLE a", "TABLE b").replace("a.n", "b.n")
    );
    file.migrate(&new, &Consent::new()).unwrap();
}

#[test]
fn a_check_that_stays_is_asked_again_where_its_columns_change() {
    let old = "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT NOT NULL, n INTEGER, CHECK (x <> 'bot'), CHECK (typeof(n) = 'integer')) STRICT;";
    let file = SqlFile::new(&format!(
        "{old} INSERT INTO t VALUES (1, 'Ada', 1), (2, 'BOT', 2);"
    ));
    let of_case = old.replace("x TEXT NOT NULL", "x TEXT NOT NULL COLLATE NOCASE");
    let kept = |check: &str, rows: &str| {
        format!(
            "by hand     t: kept CHECK ({check}): {rows}; they do not satisfy it; change these rows in a script"
        )
    };
    assert_eq!(
        by_hand(&file, &of_case),
        [kept("x <> 'bot'", "1 row (id 2)")]
    );
    let real = old.replace("n INTEGER", "n REAL");
    assert_eq!(
        by_hand(&file, &real),
        [kept("typeof(n) = 'integer'", "2 rows (id 1, 2)")]
    );
    // One that comes with the collation is asked in the same way.
    let without = old.replace(", CHECK (x <> 'bot')", "");
    let plain = SqlFile::new(&format!(
        "{without} INSERT INTO t VALUES (1, 'Ada', 1), (2, 'BOT', 2);"
    ));
    let steps = by_hand(&plain, &of_case);
    assert!(
        steps[0].contains("new CHECK (x <> 'bot'): 1 row (id 2)"),
        "{steps:?}"
    );
    // A script that fills the column is asked too.
    let more = old.replace("n INTEGER", "n INTEGER, m INTEGER");
    let error = file.refused(
        &more,
        &Consent::new().lossy().script("-- @fill t.x = 'bot'"),
    );
    assert!(
        error
            .to_string()
            .contains(&kept("x <> 'bot'", "2 rows (id 1, 2)")),
        "{error}"
    );
    // What still holds is no step.
    let script = Consent::new().script("UPDATE t SET x = 'Bob' WHERE id = 2;");
    file.migrate(&of_case, &script).unwrap();
}

#[test]
fn a_name_that_stays_in_the_file_is_not_taken_twice() {
    let schema = "CREATE TABLE a (id INTEGER PRIMARY KEY, gold INTEGER) STRICT; CREATE INDEX by_gold ON a (gold);";
    let kept = "CREATE TABLE notes (id INTEGER PRIMARY KEY, gold INTEGER) STRICT; CREATE INDEX By_gold ON notes (gold);";
    let expected = "by hand     a: needs the name By_gold, which the index By_gold of notes of the file has; drop that: \
        `DROP INDEX \"By_gold\"` in a script, or take another name in the schema";
    for old in [
        "CREATE TABLE a (id INTEGER PRIMARY KEY, gold INTEGER) STRICT;",
        "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;",
        "",
    ] {
        let file = SqlFile::new(&format!("{old} {kept}"));
        assert_eq!(by_hand(&file, schema), [expected]);
        let script = Consent::new().script("DROP INDEX By_gold;");
        file.migrate(schema, &script).unwrap();
        // With the table that has the name, the name goes too.
        let file = SqlFile::new(&format!("{old} {kept}"));
        let consent = Consent::new().drop("notes");
        let plan = gamedb::Migration::plan_with(file.path(), schema, &consent).unwrap();
        assert_eq!(plan.safety(), Safety::Safe, "{plan}");
        plan.run(&consent).unwrap();
    }
    let file = SqlFile::new("CREATE VIEW a AS SELECT 1;");
    let steps = by_hand(&file, schema);
    assert!(
        steps[0].contains(
            "needs the name a, which the view a of the file has; drop that: `DROP VIEW \"a\"`"
        ),
        "{steps:?}"
    );
    let error = file.refused(schema, &Consent::new());
    assert!(
        matches!(error, MigrationError::NotAllowed { .. }),
        "{error}"
    );
}

#[test]
fn opening_does_not_pass_over_an_index_that_computes_something() {
    let (file, db, _) = flushed_file();
    drop(db);
    let index = "CREATE INDEX low ON players (lower(what_we_call_you))";
    file.writer().execute_batch(index).unwrap();
    let options = || Options::new().migrate_safely().accept_edits();
    let refused = options().open::<World>(file.path());
    let refused = refused.map(|_| ()).expect_err("it has an index of its own");
    assert!(
        matches!(
            refused.kind(),
            ErrorKind::File(FileError::NotMigrated { .. })
        ),
        "{refused}"
    );
    assert!(
        refused.to_string().contains("`DROP INDEX \"low\"`"),
        "{refused}"
    );
    file.writer().execute_batch("DROP INDEX low").unwrap();
    drop(options().open::<World>(file.path()).unwrap());
}

#[test]
fn opening_makes_an_index_anew_that_was_tuned() {
    let (file, db, _) = flushed_file();
    drop(db);
    let now =
        "CREATE INDEX items_blueprint_id ON items (blueprint_id) WHERE blueprint_id IS NOT NULL";
    let before = now.replace("IS NOT NULL", "> 0");
    let tune = format!("DROP INDEX items_blueprint_id; {before}");
    file.writer().execute_batch(&tune).unwrap();
    let sql = || -> String {
        let sql = "SELECT sql FROM sqlite_schema WHERE name = 'items_blueprint_id'";
        file.writer().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(sql(), before);
    let safely = || Options::new().migrate_safely().accept_edits();
    drop(safely().open::<World>(file.path()).unwrap());
    assert_eq!(sql(), now);
    // Where the rules of the file are trusted, an index more is none that has to go.
    let low = "CREATE INDEX low ON players (lower(what_we_call_you))";
    file.writer().execute_batch(low).unwrap();
    drop(
        safely()
            .trust_rules_of_file()
            .open::<World>(file.path())
            .unwrap(),
    );
    let is_there = "SELECT count(*) FROM sqlite_schema WHERE name = 'low'";
    let n: i64 = file
        .writer()
        .query_row(is_there, [], |row| row.get(0))
        .unwrap();
    assert_eq!(n, 1);
}
