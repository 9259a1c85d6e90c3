//! Changing the schema of a world file that has rows. The schema is the truth: what has to be done is found by
//! comparing the file with it, and what only a person can tell is asked for.

mod backup;
mod columns;
mod consent;
mod ending;
mod error;
mod fit;
mod functions;
mod keys;
mod layout;
mod plan;
mod prepared;
mod rebuild;
mod renames;
mod rules;
mod script;
mod script_tables;
mod step;
mod unfollowed;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::error::FileError;
use crate::persist::sqlite::belonging::refuse_strangers;
use crate::persist::sqlite::error::{backend_error, open_error};
use crate::persist::sqlite::lock::{Lock, refuse_hard_links};
use crate::persist::sqlite::lock_record::LockRecord;
use crate::persist::sqlite::operations::{Snapshot, locked_snapshot, snapshot};
use crate::persist::sqlite::options::checkpoint_on_close;
use crate::persist::sqlite::quick_check::quick_check;
use crate::persist::sqlite::stamp::{self, FileState};
use crate::persist::sqlite::{content_hash, create, format, statements};

pub use consent::Consent;
use ending::{Failure, commit};
pub use error::MigrationError;
pub use functions::{NewRow, OldRow, RowError, RowFunctions};
use layout::{Layout, computed_indexes, fingerprint, layout};
use prepared::{Prepared, counts};
use script::{Guard, Script};
pub use step::{Change, Misfits, Safety, Step};

/// What has to be done so that a world file gets another schema, with all its rows.
///
/// The schema says what there shall be; the steps are found by comparing the file with it. A table or a column that
/// has another name now is declared with a comment, `-- @renamed from=hp`, behind it or on the line before it:
/// without that it would be a dropped column and a new one. A comment that cannot be followed is a step
/// [by hand](Safety::ByHand): where the file has neither name, or both, or where the schema has the old name for
/// something else.
///
/// A step is [safe](Safety::Safe) if every row keeps every value. Everything else has to be
/// [allowed](Consent), or needs a [script](Consent::script).
///
/// ```
/// use gamedb::{Consent, Migration, Safety};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("world.db");
/// # let before = "CREATE TABLE players (id INTEGER PRIMARY KEY, hp INTEGER NOT NULL) STRICT;";
/// # let file = rusqlite::Connection::open(&path)?;
/// # file.execute_batch(before)?;
/// # file.execute_batch("INSERT INTO players VALUES (1, 7)")?;
/// # drop(file);
/// let schema = "CREATE TABLE players (
///     id     INTEGER PRIMARY KEY,
///     health INTEGER NOT NULL, -- @renamed from=hp
///     level  INTEGER NOT NULL DEFAULT 1
/// ) STRICT;";
/// let migration = Migration::plan(&path, schema)?;
/// assert_eq!(migration.steps().len(), 2);
/// assert_eq!(migration.safety(), Safety::Safe);
/// migration.run(&Consent::new())?;
/// assert!(Migration::plan(&path, schema)?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Migration {
    path: PathBuf,
    schema: String,
    from: u64,
    to: u64,
    /// The file's indexes that compute something, of which its fingerprint does not tell.
    computed_indexes: BTreeMap<String, BTreeMap<String, String>>,
    steps: Vec<Step>,
    kept: Vec<String>,
    /// Tables that were to be dropped when it was planned, although they could stay, in lower case.
    drops: BTreeSet<String>,
    is_of_world: bool,
}

/// What [`Migration::run`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Migrated {
    /// The steps that were done: fewer than planned where a script has mended rows before.
    pub steps: Vec<Step>,
    /// The copy of the file as it was before.
    pub backup: Option<PathBuf>,
}

impl Migration {
    /// Compares a file with a schema, SQLite's `CREATE` statements. Nothing is written, neither to the file nor beside
    /// it. If they differ, all pages are checked, and each table is read once for each rule that is new.
    ///
    /// # Errors
    /// [`MigrationError::Schema`] where the statements of the schema fail, [`MigrationError::File`] where the file
    /// cannot be read, is damaged, or does not belong to the log beside it.
    pub fn plan(path: impl AsRef<Path>, schema: &str) -> Result<Self, MigrationError> {
        Self::plan_with(path, schema, &Consent::new())
    }

    /// The same for a consent that [`run`](Self::run) will be given: tables that could stay, and that it names to be
    /// [dropped](Consent::drop), are among the steps. What its script and its functions change is known only when they
    /// run.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub fn plan_with(
        path: impl AsRef<Path>,
        schema: &str,
        consent: &Consent,
    ) -> Result<Self, MigrationError> {
        let path = path.as_ref();
        refuse_empty(path)?;
        Self::plan_on(&snapshot(path)?, path, schema, false, &consent.drops)
    }

    /// The same for a file whose lock the caller has.
    pub(in crate::persist::sqlite) fn plan_locked(
        path: &Path,
        schema: &str,
        lock: &Lock,
        trusts_pages: bool,
    ) -> Result<Self, MigrationError> {
        refuse_empty(path)?;
        let file = locked_snapshot(path, lock)?;
        Self::plan_on(&file, path, schema, trusts_pages, &BTreeSet::new())
    }

    fn plan_on(
        snapshot: &Snapshot,
        path: &Path,
        schema: &str,
        trusts_pages: bool,
        drops: &BTreeSet<String>,
    ) -> Result<Self, MigrationError> {
        let file = &snapshot.connection;
        let prepared = Prepared::new(path, schema)?;
        format::mark_of(file, path)?;
        let at_path = |source| open_error(path, source);
        let old = layout(file).map_err(at_path)?;
        let is_other = fingerprint(&old) != fingerprint(&prepared.new)
            || computed_indexes(&old) != computed_indexes(&prepared.new);
        if !trusts_pages && is_other {
            // There is something to do, and rows will be read.
            refuse_damage(file, path, &old)?;
        }
        let (old, plan) = prepared.plan(file, &Script::default(), None, drops)?;
        let is_of_world = file.query_row(statements::IDS_EXIST, [], |row| row.get(0));
        Ok(Self {
            drops: drops.clone(),
            is_of_world: is_of_world.map_err(at_path)?,
            ..prepared.migration(&old, plan)
        })
    }

    /// What is done, table by table.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether the file has this schema already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The safety of the least safe step.
    #[must_use]
    pub fn safety(&self) -> Safety {
        let safeties = self.steps.iter().map(|step| step.safety);
        safeties.max().unwrap_or(Safety::Safe)
    }

    /// Tables of the file that the schema does not have, and that stay as they are unless a [consent](Consent::drop)
    /// names them.
    #[must_use]
    pub fn kept_tables(&self) -> &[String] {
        &self.kept
    }

    /// The fingerprint of the file's schema: equal for schemas that mean the same.
    #[must_use]
    pub const fn from_fingerprint(&self) -> u64 {
        self.from
    }

    /// The fingerprint of the schema that the file is to have.
    #[must_use]
    pub const fn to_fingerprint(&self) -> u64 {
        self.to
    }

    /// Carries the steps out in one transaction, and checks the whole file before it is committed: its schema, its
    /// pages, its foreign keys, and the number of rows of each table. If the process is killed, the file has the old
    /// schema or the new one.
    ///
    /// Before that the file is copied to one beside it, with the fingerprint of its schema in its name:
    /// `world.db.before-5c0f..`. It stays there until a person removes it. Where there is nothing to do, the rows are
    /// checked, and nothing is copied or written, so a program may plan and run at each start.
    ///
    /// # Errors
    /// [`MigrationError::NotAllowed`] with all steps that were not allowed; others name what failed. The file is
    /// unchanged then, except perhaps with [`MigrationError::OutcomeUnknown`].
    pub fn run(&self, consent: &Consent) -> Result<Migrated, MigrationError> {
        let mut lock = Lock::acquire(&self.path)?;
        let record = lock.record()?;
        let has_failed =
            |record: &LockRecord| record.has_failed_sync && record.may_be_of_this_boot();
        if record.as_ref().is_some_and(has_failed) {
            let path = self.path.clone();
            return Err(FileError::FailedSync { path }.into());
        }
        refuse_strangers(&self.path, record.as_ref())?;
        self.run_locked(consent, &mut lock)
    }

    /// Migrates a file whose lock the caller has.
    pub(in crate::persist::sqlite) fn run_locked(
        &self,
        consent: &Consent,
        lock: &mut Lock,
    ) -> Result<Migrated, MigrationError> {
        let path = &self.path;
        let at_path = |source| MigrationError::from(open_error(path, source));
        let script = consent.script.as_deref().unwrap_or_default();
        let script = Script::parse(script).map_err(|bad| MigrationError::Script {
            line: bad.line,
            text: bad.text,
        })?;
        self.refuse_other_schemas(&script)?;
        let functions = consent.functions_between(self.from, self.to)?;
        if consent.script.is_none() && functions.is_none() {
            // Nothing would be mended first, so there is no need for a copy of the file to know it.
            consent.refuse_idle(&self.steps, &self.kept)?;
            refuse_steps(&self.steps, consent)?;
        }
        let prepared = Prepared::new(path, &self.schema)?;
        refuse_hard_links(path)?;
        create::refuse_lost_file(path, true)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut file = Connection::open_with_flags(path, flags).map_err(at_path)?;
        if file.is_readonly("main").map_err(at_path)? {
            return Err(FileError::ReadOnly { path: path.clone() }.into());
        }
        prepare(&file).map_err(at_path)?;
        // A file that is not migrated keeps the log that was beside it.
        checkpoint_on_close(&file, !create::has_log(path)).map_err(at_path)?;
        let mut backup = None;
        if !consent.has_no_backup && !self.leaves_all(consent) {
            let made = backup::copy(&file, path, self.from);
            backup = Some(made.map_err(|(to, source)| MigrationError::NoBackup { to, source })?);
        }
        match self.transact(&mut file, &prepared, &script, consent) {
            Ok(steps) => {
                // All is in the file, so that is no error of the migration.
                if let Err(error) = checkpoint_on_close(&file, true) {
                    tracing::warn!(path = %path.display(), %error, "closing runs no checkpoint");
                }
                Ok(Migrated { steps, backup })
            }
            Err(failure) => Err(failure.into_error(&file, path, lock, backup.as_deref())),
        }
    }

    /// The one transaction.
    fn transact(
        &self,
        file: &mut Connection,
        prepared: &Prepared<'_>,
        script: &Script,
        consent: &Consent,
    ) -> Result<Vec<Step>, Failure> {
        let path = &self.path;
        let at_path = |source| MigrationError::from(open_error(path, source));
        let guard = Guard::new(file).map_err(at_path)?;
        let transaction = file.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = transaction.map_err(at_path)?;
        let mark = format::mark_of(&transaction, path)?;
        let before = layout(&transaction).map_err(at_path)?;
        refuse_damage(&transaction, path, &before)?;
        if !consent.accepts_edits {
            content_hash::refuse_edits(&transaction, path, mark)?;
        }
        let schema_version = stamp::schema_version(&transaction).map_err(at_path)?;
        let mut state = None;
        if stamp::is_there(&transaction).map_err(at_path)? {
            state = FileState::read(&transaction).map_err(at_path)?;
        }
        if fingerprint(&before) != self.from || computed_indexes(&before) != self.computed_indexes {
            return Err(MigrationError::Changed { path: path.clone() }.into());
        }
        if self.leaves_all(consent) {
            consent.refuse_idle(&self.steps, &self.kept)?;
            return Ok(Vec::new());
        }
        let tables = script.run(&transaction, &guard).map_err(script_error)?;
        let functions = consent.functions_between(self.from, self.to)?;
        let drops = &self.drops | &consent.drops;
        let (_, plan) = prepared.plan(&transaction, script, functions, &drops)?;
        script.refuse_unused(&prepared.new, &plan)?;
        consent.refuse_idle(&plan.steps, &plan.kept)?;
        refuse_steps(&plan.steps, consent)?;
        functions.map_or(Ok(()), |functions| {
            functions::refuse_unused(functions, &plan)
        })?;
        let counts = counts(&transaction, &plan).map_err(at_path)?;
        rebuild::carry_out(&transaction, &plan).map_err(|source| MigrationError::NotCopied {
            source: backend_error(source),
        })?;
        let forget = |functions| functions::forget(&transaction, functions);
        functions.map_or(Ok(()), forget).map_err(at_path)?;
        tables.forget_dropped(&transaction).map_err(at_path)?;
        prepared.check(&transaction, &counts)?;
        let tables = prepared.new.values().map(|table| table.name.as_str());
        content_hash::sum_anew(&transaction, mark, tables).map_err(at_path)?;
        if let Some(state) = &state {
            state
                .follow(&transaction, schema_version)
                .map_err(at_path)?;
        }
        commit(transaction, state)?;
        Ok(plan.steps)
    }

    /// Whether the file would be the same afterwards.
    fn leaves_all(&self, consent: &Consent) -> bool {
        let mut kept = self.kept.iter();
        self.is_empty()
            && consent.script.is_none()
            && !consent.accepts_edits
            && !kept.any(|table| consent.drops.contains(&table.to_lowercase()))
    }

    /// Whether the file has been written by this crate before.
    pub(in crate::persist::sqlite) const fn is_of_world(&self) -> bool {
        self.is_of_world
    }

    fn refuse_other_schemas(&self, script: &Script) -> Result<(), MigrationError> {
        let pairs = [(script.from, self.from), (script.to, self.to)];
        for (expected, found) in pairs {
            if let Some(expected) = expected.filter(|&expected| expected != found) {
                return Err(MigrationError::OtherSchemas { expected, found });
            }
        }
        Ok(())
    }
}

impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "{step}")?;
        }
        if self.steps.is_empty() {
            writeln!(f, "the file has this schema")?;
        }
        for table in &self.kept {
            writeln!(f, "kept        {table}: not in the schema, stays as it is")?;
        }
        write!(f, "from {:016x} to {:016x}", self.from, self.to)
    }
}

/// What a statement of a script has failed with.
fn script_error(error: rusqlite::Error) -> MigrationError {
    let is_forbidden =
        error.sqlite_error_code() == Some(ErrorCode::AuthorizationForStatementDenied);
    let source = backend_error(error);
    if is_forbidden {
        MigrationError::ScriptForbidden { source }
    } else {
        MigrationError::ScriptFailed { source }
    }
}

fn refuse_steps(steps: &[Step], consent: &Consent) -> Result<(), MigrationError> {
    let refused = steps.iter().filter(|step| !consent.allows(step));
    let steps: Vec<_> = refused.cloned().collect();
    if steps.is_empty() {
        return Ok(());
    }
    Err(MigrationError::NotAllowed { steps })
}

fn refuse_empty(path: &Path) -> Result<(), FileError> {
    if !path.exists() {
        let path = path.to_owned();
        return Err(FileError::NotThere { path });
    }
    // SQLite would delete the log beside an empty file, also when it only reads.
    create::refuse_lost_file(path, true)
}

/// Refuses a file whose pages are not those of one database: what is read from it may be anything, and never end.
fn refuse_damage(file: &Connection, path: &Path, tables: &Layout) -> Result<(), FileError> {
    let tables: Vec<_> = tables.values().map(|table| table.name.as_str()).collect();
    let found = quick_check(file, &tables).map_err(|source| open_error(path, source))?;
    let problems = [found.trees, found.indexes].concat();
    if problems.is_empty() {
        return Ok(());
    }
    let path = path.to_owned();
    Err(FileError::Damaged { path, problems })
}

/// Nothing in the file is run that is not part of SQLite.
fn distrust(file: &Connection) -> rusqlite::Result<()> {
    file.pragma_update(None, "trusted_schema", false)?;
    file.pragma_update(None, "cell_size_check", true)
}

/// Settings of the connection that migrates. They cannot be changed inside of a transaction.
fn prepare(file: &Connection) -> rusqlite::Result<()> {
    distrust(file)?;
    file.busy_timeout(std::time::Duration::from_secs(5))?;
    // The table that is dropped would take the rows with it that name its rows.
    file.pragma_update(None, "foreign_keys", false)?;
    // Renaming a table would change what other tables and views say.
    file.pragma_update(None, "legacy_alter_table", true)?;
    file.pragma_update(None, "synchronous", "FULL")
}
