//! Columns that are declared in another way, and whose values a function or a line of a script gives.

use gamedb::{Consent, MigrationError, RowFunctions, Value};
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
        let consent = Consent::new().script(format!("-- @fill t.hp = {bad}"));
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
