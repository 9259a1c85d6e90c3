//! What a migration may do beyond what is safe.

use std::collections::BTreeSet;

use super::error::MigrationError;
use super::functions::RowFunctions;
use super::step::{Change, Safety, Step};

/// What a [`Migration`](crate::Migration) may do beyond what is safe.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Consent {
    pub(super) is_lossy: bool,
    pub(super) drops: BTreeSet<String>,
    /// Whether each of them has to drop something.
    refuses_idle_drops: bool,
    pub(super) script: Option<String>,
    pub(super) functions: Vec<RowFunctions>,
    pub(super) has_no_backup: bool,
    pub(super) accepts_edits: bool,
}

impl Consent {
    /// Nothing but what is safe.
    pub fn new() -> Self {
        Self::default()
    }

    /// Values that do not fit become the DEFAULT of their column, or NULL.
    pub fn lossy(mut self) -> Self {
        self.is_lossy = true;
        self
    }

    /// This column, as `players.hp`, or table may be dropped with what it contains.
    pub fn drop(mut self, name: impl AsRef<str>) -> Self {
        self.drops.insert(name.as_ref().to_lowercase());
        self
    }

    /// Each name of [`drop`](Self::drop) has to be that of something which is dropped, or may be: nothing is done
    /// otherwise ([`MigrationError::IdleDrop`]). For names that a person types. Without this, names of nothing are
    /// passed over, so that one consent can be given to files of several old schemas.
    pub fn refuse_idle_drops(mut self) -> Self {
        self.refuses_idle_drops = true;
        self
    }

    /// A script for what only a person can tell. Its statements of SQL run first, on the old tables and in the same
    /// transaction: to mend or delete rows that do not fit. A line `-- @fill players.level = hp / 10` gives a new or
    /// changed column its values, by an expression over the old row. With lines `-- @from <fingerprint>` and
    /// `-- @to <fingerprint>`, which [`Migration`](crate::Migration) prints, it is refused for other schemas than it was written for.
    ///
    /// A table that it renames keeps its next id. A new one that it moves the rows to does not get that of the old table,
    /// unless the script says so: `UPDATE gamedb_ids SET table_name = 'new' WHERE table_name = 'old'`.
    pub fn script(mut self, sql: impl Into<String>) -> Self {
        self.script = Some(sql.into());
        self
    }

    /// Functions in Rust for what SQL says badly. They are called if the migration is between their two schemas, after
    /// a script and in the same transaction, and what they give is checked as everything is. A program that comes
    /// across several old schemas adds the functions of each.
    ///
    /// ```
    /// use gamedb::{Consent, Migration, RowFunctions, Value};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("world.db");
    /// # let before = "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;";
    /// # let file = rusqlite::Connection::open(&path)?;
    /// # file.execute_batch(before)?;
    /// # file.execute_batch("INSERT INTO players VALUES (1, 'Ada Lovelace')")?;
    /// # drop(file);
    /// let schema = "CREATE TABLE players (
    ///     id    INTEGER PRIMARY KEY,
    ///     first TEXT NOT NULL,
    ///     last  TEXT NOT NULL
    /// ) STRICT;";
    /// let migration = Migration::plan(&path, schema)?;
    /// // `gamedb diff` prints the two numbers, to be written down here.
    /// let (from, to) = (migration.from_fingerprint(), migration.to_fingerprint());
    /// let split = RowFunctions::between(from, to).table("players", ["first", "last"], |old, new| {
    ///     let Value::Text(name) = old.get("name")? else { return Err("not a text".into()) };
    ///     let (first, last) = name.split_once(' ').ok_or("one name only")?;
    ///     new.set("first", Value::Text(first))?;
    ///     new.set("last", Value::Text(last))?;
    ///     Ok(())
    /// });
    /// migration.run(&Consent::new().functions(split).drop("players.name"))?;
    /// # let file = rusqlite::Connection::open(&path)?;
    /// # let last: String = file.query_row("SELECT last FROM players", [], |row| row.get(0))?;
    /// # assert_eq!(last, "Lovelace");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Of [`Migration::run`](crate::Migration::run): [`MigrationError::RowRefused`] names the row for which a function has returned an error, or a
    /// value that the column cannot hold; [`MigrationError::Function`] a function that cannot be called;
    /// [`MigrationError::OtherSchemas`] says that none is for these schemas.
    pub fn functions(mut self, functions: RowFunctions) -> Self {
        self.functions.push(functions);
        self
    }

    /// No copy of the file is made before it is migrated.
    pub fn without_backup(mut self) -> Self {
        self.has_no_backup = true;
        self
    }

    /// Rows that are not what was written to the file are taken as they are, as with
    /// [`Options::accept_edits`](crate::Options::accept_edits). Without this, such a file is not migrated
    /// ([`FileError::Altered`](crate::FileError::Altered)).
    pub fn accept_edits(mut self) -> Self {
        self.accepts_edits = true;
        self
    }

    /// The functions for a migration between these schemas.
    pub(super) fn functions_between(
        &self,
        from: u64,
        to: u64,
    ) -> Result<Option<&RowFunctions>, MigrationError> {
        let mut functions = self.functions.iter();
        let found = functions.find(|functions| functions.fingerprints() == (from, to));
        match (found, self.functions.last()) {
            (None, Some(other)) if from != to => {
                let expected = other.fingerprints();
                let (expected, found) = if expected.0 == from {
                    (expected.1, to)
                } else {
                    (expected.0, from)
                };
                Err(MigrationError::OtherSchemas { expected, found })
            }
            _ => Ok(found),
        }
    }

    /// Refuses a name that neither a step nor a table that could stay has, if that was asked for.
    pub(super) fn refuse_idle(
        &self,
        steps: &[Step],
        kept: &[String],
    ) -> Result<(), MigrationError> {
        if !self.refuses_idle_drops {
            return Ok(());
        }
        let is_drop = |step: &&Step| {
            step.safety == Safety::Destructive
                || matches!(step.change, Change::DroppedColumn | Change::DroppedTable)
        };
        let mut droppable: Vec<_> = steps.iter().filter(is_drop).map(Step::name).collect();
        droppable.extend_from_slice(kept);
        let is_idle = |name: &&String| {
            let mut names = droppable.iter();
            !names.any(|droppable| droppable.to_lowercase() == **name)
        };
        match self.drops.iter().find(is_idle) {
            None => Ok(()),
            Some(name) => Err(MigrationError::IdleDrop {
                name: name.clone(),
                droppable,
            }),
        }
    }

    pub(super) fn allows(&self, step: &Step) -> bool {
        match step.safety {
            Safety::Safe => true,
            Safety::Lossy => self.is_lossy,
            Safety::Destructive => self.drops.contains(&step.name().to_lowercase()),
            Safety::ByHand => {
                let mut names = step.answered_by.iter();
                !step.answered_by.is_empty()
                    && names.all(|name| self.drops.contains(&name.to_lowercase()))
            }
        }
    }
}
