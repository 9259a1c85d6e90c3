//! What the server's keys by value are, and what was changed of them since.

use gamedb::{Difference, ErrorKind, FileError};

use super::models::World;
use super::{File, owned_item, player};
use crate::common::Database;

impl File {
    fn differences(&self) -> Vec<Difference> {
        let refused = self.0.options().open::<World>().unwrap_err();
        match refused.into_kind() {
            ErrorKind::File(FileError::Schema { differences, .. }) => differences,
            other => panic!("{other}"),
        }
    }

    /// The names of constraints.
    fn constraints(&self, condition: &str) -> Vec<(String, String)> {
        let sql = format!(
            "SELECT conrelid::regclass::text, conname::text FROM pg_constraint
             WHERE connamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema) AND {condition}"
        );
        let text = |value: gamedb::Value<'_>| value.to_string().trim_matches('"').to_owned();
        let rows = self.0.writer().read(&sql, text).unwrap();
        rows.into_iter()
            .map(|row| (row[0].clone(), row[1].clone()))
            .collect()
    }
}

/// Foreign keys of other columns than ids.
const BY_VALUE: &str = "contype = 'f' AND (SELECT attname FROM pg_attribute
    WHERE attrelid = confrelid AND attnum = confkey[1]) <> 'id'";

#[test]
fn every_key_by_value_of_the_models_is_one_of_the_server() {
    let (file, _db) = File::new();
    assert_eq!(file.constraints(BY_VALUE).len(), 10);
}

#[test]
fn a_key_that_was_changed_is_a_difference() {
    let (file, db) = File::new();
    let _ = db.close().unwrap();
    let keys = file.constraints(&format!("conrelid = 'items'::regclass AND {BY_VALUE}"));
    for (table, name) in keys {
        file.0.execute(&format!(
            "ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE"
        ));
        assert_eq!(file.differences().len(), 1);
        file.0.execute(&format!(
            "ALTER TABLE {table} ALTER CONSTRAINT {name} DEFERRABLE"
        ));
        drop(file.open());
    }
    let keys = file.constraints("conrelid = 'heroes'::regclass AND contype = 'u'");
    let [(table, name)] = &keys[..] else {
        panic!("{keys:?}")
    };
    file.0.execute(&format!(
        "ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE;
         ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (name) DEFERRABLE"
    ));
    let found = file.differences();
    let is_missing = |what: &str| {
        found.iter().any(|difference| {
            matches!(difference, Difference::Constraint { what: is, expected: true, .. } if is.starts_with(what))
        })
    };
    assert!(
        is_missing("UNIQUE (name)") && is_missing("FOREIGN KEY (master)"),
        "{found:#?}"
    );
}

/// A world that was made when memory alone kept keys by value: its unique values are deferrable, and it has no such
/// foreign keys. What is missing is in the statements that make a world.
#[test]
fn a_world_without_them_is_refused_and_gets_them_from_the_statements() {
    let (file, mut db) = File::new();
    db.insert(player("Ada")).unwrap();
    db.insert(owned_item("Ada")).unwrap();
    let _ = db.close().unwrap();
    let keys = file.constraints(BY_VALUE);
    let unique = file.constraints("contype = 'u' AND NOT condeferrable");
    assert_eq!((keys.len(), unique.len()), (10, 5));
    for (table, name) in &keys {
        file.0
            .execute(&format!("ALTER TABLE {table} DROP CONSTRAINT {name}"));
    }
    let statements = Database::<World>::schema(&file.0.world).unwrap();
    let mut mended = Vec::new();
    for (table, name) in &unique {
        let lines = statements.lines().map(str::trim);
        let mut lines = lines.filter(|line| line.contains(name.as_str()));
        let rule = lines.next().unwrap().trim_end_matches(',').to_owned();
        let of = rule.split_once(" UNIQUE ").unwrap().1.to_owned();
        file.0.execute(&format!(
            "ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT old_{name} UNIQUE {of} DEFERRABLE"
        ));
        mended.push(format!(
            "ALTER TABLE {table} DROP CONSTRAINT old_{name}, ADD {rule};"
        ));
    }
    let found = file.differences();
    // Each key; each set of unique values, as it was, and as it has to be.
    assert_eq!(found.len(), 10 + 5 + 5, "{found:#?}");
    let added = statements.lines().filter(|line| {
        let mut names = keys.iter().map(|(_, name)| name.as_str());
        names.any(|name| line.contains(name))
    });
    file.0.execute(&mended.concat());
    file.0.execute(&added.collect::<String>());
    let db = file.open();
    assert_eq!(db.len(), 2);
    file.reopen(db);
}
