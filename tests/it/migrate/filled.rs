//! Columns that are declared in another way, and whose values a function or a line of a script gives.

use gamedb::{Consent, MigrationError, RowFunctions, Safety, Value};
use rusqlite::types::Value::Integer;

use super::{SqlFile, text};

const TEXTS: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, hp TEXT NOT NULL) STRICT;
    INSERT INTO t VALUES (1, 'seven'), (2, 'nine'), (5, '');";
const INTEGERS: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL) STRICT;";

/// A function that gives the lengths of the texts.
fn lengths(file: &SqlFile) -> RowFunctions {
    let plan = file.plan(INTEGERS);
    let functions = RowFunctions::between(plan.from_fingerprint(), plan.to_fingerprint());
    functions.table("t", ["hp"], |old, new| {
        let Value::Text(hp) = old.get("hp")? else {
            return Err("it is no text".into());
        };
        new.set("hp", Value::Integer(i64::try_from(hp.len())?))?;
        Ok(())
    })
}

#[test]
fn a_column_of_another_type_gets_what_a_function_gives() {
    let file = SqlFile::new(TEXTS);
    let consent = Consent::new().functions(lengths(&file));
    file.migrate(INTEGERS, &consent).unwrap();
    let rows = file.rows("SELECT id, hp FROM t ORDER BY id");
    assert_eq!(rows, [[1, 5], [2, 4], [5, 0]].map(|row| row.map(Integer)));
}

#[test]
fn a_column_of_another_type_gets_what_a_script_says() {
    let file = SqlFile::new(TEXTS);
    let consent = Consent::new().script("-- @fill t.hp = length(hp)");
    let done = file.plan(INTEGERS).run(&consent).unwrap();
    let done: Vec<_> = done.steps.iter().map(ToString::to_string).collect();
    let step = "safe        t.hp: TEXT NOT NULL becomes INTEGER NOT NULL";
    assert_eq!(done, [step]);
    assert_eq!(file.steps(INTEGERS), [""; 0]);
    let rows = file.rows("SELECT id, hp FROM t ORDER BY id");
    assert_eq!(rows, [[1, 5], [2, 4], [5, 0]].map(|row| row.map(Integer)));
}

#[test]
fn a_value_of_a_script_that_does_not_fit_the_new_declaration_is_refused() {
    for bad in ["hp", "NULL", "nullif(length(hp), 0)"] {
        let file = SqlFile::new(TEXTS);
        // Also where it may lose a distinction, as NULL for each does.
        let consent = Consent::new()
            .script(format!("-- @fill t.hp = {bad}"))
            .lossy();
        let refused = file.refused(INTEGERS, &consent);
        assert!(
            matches!(refused, MigrationError::NotCopied { .. }),
            "{bad}: {refused}"
        );
    }
}

#[test]
fn a_column_that_may_be_null_no_more_gets_what_a_script_says() {
    let old = "CREATE TABLE t (id INTEGER PRIMARY KEY, hp INTEGER) STRICT;
        INSERT INTO t VALUES (1, 7), (2, NULL);";
    let file = SqlFile::new(old);
    let consent = Consent::new().script("-- @fill t.hp = coalesce(hp, 100)");
    file.migrate(INTEGERS, &consent).unwrap();
    let rows = file.rows("SELECT id, hp FROM t ORDER BY id");
    assert_eq!(rows, [[1, 7], [2, 100]].map(|row| row.map(Integer)));
}

#[test]
fn a_column_of_another_collation_gets_what_a_script_says() {
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, hp TEXT NOT NULL COLLATE NOCASE) STRICT;";
    let file = SqlFile::new(TEXTS);
    let consent = Consent::new().script("-- @fill t.hp = upper(hp)");
    file.migrate(schema, &consent).unwrap();
    let rows = file.rows("SELECT hp FROM t WHERE hp = 'Seven'");
    assert_eq!(rows, [[text("SEVEN")]]);
}

/// The safety of each step, by the name of what it is about.
fn classes(done: &gamedb::Migrated) -> Vec<(String, Safety)> {
    let steps = done.steps.iter();
    steps.map(|step| (step.name(), step.safety)).collect()
}

#[test]
fn a_filled_column_that_loses_a_distinction_is_not_safe() {
    let old = "CREATE TABLE t (id INTEGER PRIMARY KEY, hp INTEGER) STRICT;
        INSERT INTO t VALUES (1, 7), (2, NULL), (3, 100), (4, NULL);";
    for (fill, rows) in [
        // Who had 100 and who had none is known no more.
        ("coalesce(hp, 100)", vec![2, 3, 4]),
        ("0", vec![1, 2, 3, 4]),
        ("hp / 10 + ifnull(hp, 1)", vec![]),
    ] {
        let file = SqlFile::new(old);
        let lossy = |error| match error {
            MigrationError::NotAllowed { steps } => steps,
            other => panic!("{fill}: {other}"),
        };
        let consent = Consent::new().script(format!("-- @fill t.hp = {fill}"));
        if rows.is_empty() {
            // The NULLs do not become anything here.
            assert!(matches!(
                file.refused(INTEGERS, &consent),
                MigrationError::NotCopied { .. }
            ));
            continue;
        }
        let steps = lossy(file.refused(INTEGERS, &consent));
        assert_eq!(steps.len(), 1, "{fill}");
        assert_eq!(steps[0].safety, Safety::Lossy);
        assert_eq!(steps[0].rows.first, rows, "{fill}");
        assert_eq!(steps[0].rows.n, rows.len() as u64);
        file.migrate(INTEGERS, &consent.lossy()).unwrap();
    }
    let file = SqlFile::new(TEXTS);
    file.connection()
        .execute_batch("INSERT INTO t VALUES (9, 'eight')")
        .unwrap();
    let consent = Consent::new().functions(lengths(&file));
    assert!(matches!(
        file.refused(INTEGERS, &consent),
        MigrationError::NotAllowed { .. }
    ));
    let done = file.plan(INTEGERS).run(&consent.lossy()).unwrap();
    assert_eq!(classes(&done), [("t.hp".to_owned(), Safety::Lossy)]);
}

#[test]
fn a_column_that_is_filled_and_not_declared_anew_is_told_and_filled() {
    let old = "CREATE TABLE t (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL, x TEXT) STRICT;
        INSERT INTO t VALUES (1, 7, 'a'), (2, 9, 'b');";
    let new =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL, x TEXT, y TEXT) STRICT;";
    let consent = |fill: &str| Consent::new().script(format!("-- @fill t.hp = {fill}"));
    let file = SqlFile::new(old);
    let refused = file.refused(old.split_once("INSERT").unwrap().0, &consent("hp * 10"));
    assert_eq!(
        refused.to_string(),
        "the script cannot fill t.hp: the table does not change otherwise; write an UPDATE"
    );
    let done = file.plan(new).run(&consent("hp * 10")).unwrap();
    let filled = ("t.hp".to_owned(), Safety::Safe);
    assert!(classes(&done).contains(&filled), "{:?}", done.steps);
    let rows = file.rows("SELECT hp FROM t ORDER BY id");
    assert_eq!(rows, [[70], [90]].map(|row| row.map(Integer)));

    let file = SqlFile::new(old);
    let MigrationError::NotAllowed { steps } = file.refused(new, &consent("1")) else {
        panic!("two values become one");
    };
    let steps: Vec<_> = steps.iter().map(ToString::to_string).collect();
    assert_eq!(
        steps,
        [
            "lossy       t.hp: filled with other values: 2 rows (id 1, 2); rows with different values get the same one; allow it"
        ]
    );
}

#[test]
fn a_line_that_fills_nothing_is_refused() {
    let schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL, twice INTEGER AS (hp * 2)) STRICT;
        CREATE TABLE u (id INTEGER PRIMARY KEY, x INTEGER) STRICT;";
    for (fill, why) in [
        ("t.hq", "the schema has no such column"),
        ("s.hp", "the schema has no such table"),
        ("t.id", "its value cannot be given"),
        ("t.twice", "its value cannot be given"),
        ("u.x", "it has no old rows"),
    ] {
        let file = SqlFile::new(TEXTS);
        let consent = Consent::new()
            .script(format!("-- @fill t.hp = length(hp)\n-- @fill {fill} = 1"))
            .lossy();
        let refused = file.refused(schema, &consent).to_string();
        assert_eq!(refused, format!("the script cannot fill {fill}: {why}"));
    }
}
