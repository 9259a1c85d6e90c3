//! The schema of a file as it is written in it. A file that this crate has made has the statements of the models to
//! the letter, and need not be compared further: to let SQLite describe all tables takes most of the time in which a
//! small file is opened.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::types::ValueRef;

/// One thing that a schema declares: its type, its name, its table, and the statement that makes it. SQLite makes
/// some indexes by itself, without a statement. In a damaged file these may be anything, also no valid UTF-8.
type Declared = [Option<Vec<u8>>; 4];

/// All that a schema declares.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WrittenSchema(Vec<Declared>);

/// Those of the models that were compared before, by their statements. A process has one or two.
static KNOWN: Mutex<Vec<(String, Arc<WrittenSchema>)>> = Mutex::new(Vec::new());

impl WrittenSchema {
    /// The schema of a file.
    pub(super) fn of(file: &Connection) -> rusqlite::Result<Self> {
        let mut statement = file.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")?;
        let mut rows = statement.query([])?;
        let mut declared = Vec::new();
        while let Some(row) = rows.next()? {
            let part = |n| row.get_ref(n).map(written);
            declared.push([part(0)?, part(1)?, part(2)?, part(3)?]);
        }
        declared.sort_unstable();
        Ok(Self(declared))
    }

    /// The schema that these statements make in an empty file. It is made once for each text.
    pub(super) fn made_by(
        ddl: &str,
        make: impl FnOnce() -> rusqlite::Result<Connection>,
    ) -> rusqlite::Result<Arc<Self>> {
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, schema)) = known().iter().find(|(text, _)| text == ddl) {
            return Ok(Arc::clone(schema));
        }
        // Two threads that open the first files at once make it twice.
        let schema = Arc::new(Self::of(&make()?)?);
        known().push((ddl.to_owned(), Arc::clone(&schema)));
        Ok(schema)
    }
}

/// What is neither a text nor NULL is not what any schema has.
fn written(value: ValueRef<'_>) -> Option<Vec<u8>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Text(text) => Some(text.to_owned()),
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => Some(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(ddl: &str) -> rusqlite::Result<WrittenSchema> {
        let file = Connection::open_in_memory()?;
        file.execute_batch(ddl)?;
        WrittenSchema::of(&file)
    }

    #[test]
    fn one_letter_or_one_statement_more_is_another_schema() -> rusqlite::Result<()> {
        const DDL: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE CHECK (a <> 'x'));
            CREATE INDEX i ON t (a);";
        assert_eq!(schema(DDL)?, schema(DDL)?);
        let in_other_order = "CREATE TABLE u (a); CREATE TABLE v (b)";
        assert_eq!(
            schema(in_other_order)?,
            schema("CREATE TABLE v (b); CREATE TABLE u (a)")?
        );
        for other in [
            DDL.replace("'x'", "'X'"),
            DDL.replace(" UNIQUE", ""),
            DDL.replace("INDEX", "UNIQUE INDEX"),
            DDL.replace("CREATE INDEX i ON t (a);", ""),
            format!("{DDL} CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END"),
            format!("{DDL} CREATE TABLE u (t REFERENCES t)"),
            format!("{DDL} CREATE VIEW u AS SELECT 1"),
        ] {
            assert_ne!(schema(DDL)?, schema(&other)?, "{other}");
        }
        Ok(())
    }

    #[test]
    fn what_statements_make_is_made_once() -> rusqlite::Result<()> {
        let ddl = "CREATE TABLE made_once (id INTEGER PRIMARY KEY)";
        let make = || {
            let file = Connection::open_in_memory()?;
            file.execute_batch(ddl)?;
            Ok(file)
        };
        let first = WrittenSchema::made_by(ddl, make)?;
        let again = WrittenSchema::made_by(ddl, || unreachable!("it is known"))?;
        assert!(Arc::ptr_eq(&first, &again));
        Ok(())
    }
}
