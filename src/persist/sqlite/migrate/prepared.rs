//! A file beside the schema that it is to have: what has to be done, and whether it is done.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::limits::Limit;

use crate::error::FileError;
use crate::persist::sqlite::error::{backend_error, open_error};
use crate::persist::sqlite::schema_diff::{self, Strictness};
use crate::persist::sqlite::{mail, statements};

use super::Migration;
use super::error::MigrationError;
use super::functions::{self, RowFunctions};
use super::layout::{Layout, computed_indexes, fingerprint, layout};
use super::plan::{Plan, Planner, Wishes};
use super::renames::{Renames, renames};
use super::script::Script;
use super::step::{Change, Misfits, Safety, Step};

/// The schema that a file is to have.
pub(super) struct Prepared<'s> {
    path: &'s Path,
    ddl: &'s str,
    pub(super) new: Layout,
    renames: Renames,
}

impl<'s> Prepared<'s> {
    pub(super) fn new(path: &'s Path, ddl: &'s str) -> Result<Self, MigrationError> {
        let read = || {
            let model = Connection::open_in_memory()?;
            // A schema may come from a stranger. It reaches no file, by ATTACH or by VACUUM INTO.
            model.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
            model.execute_batch(ddl)?;
            layout(&model)
        };
        let new = read().map_err(|source| MigrationError::Schema {
            source: backend_error(source),
        })?;
        Ok(Self {
            path,
            ddl,
            new,
            renames: renames(ddl),
        })
    }

    pub(super) fn plan(
        &self,
        file: &Connection,
        script: &Script,
        functions: Option<&RowFunctions>,
        drops: &BTreeSet<String>,
    ) -> Result<(Layout, Plan), MigrationError> {
        let at_path = |source| open_error(self.path, source);
        let old = layout(file).map_err(at_path)?;
        let mut wishes = script.wishes();
        wishes.drops.clone_from(drops);
        if let Some(functions) = functions {
            let before = wishes.clone();
            let planner = self.planner(file, &old, &before);
            let source = |table: &_| planner.source(table);
            functions::call(file, functions, &self.new, source, &mut wishes)?;
        }
        let planner = self.planner(file, &old, &wishes);
        let mut plan = planner.plan().map_err(at_path)?;
        let waiting = waiting_parcels(file, &plan).map_err(at_path)?;
        plan.steps.extend(waiting);
        Ok((old, plan))
    }

    fn planner<'p>(
        &'p self,
        file: &'p Connection,
        old: &'p Layout,
        wishes: &'p Wishes,
    ) -> Planner<'p> {
        Planner {
            file,
            old,
            new: &self.new,
            renames: &self.renames,
            wishes,
        }
    }

    pub(super) fn migration(&self, old: &Layout, plan: Plan) -> Migration {
        Migration {
            path: self.path.to_owned(),
            schema: self.ddl.to_owned(),
            from: fingerprint(old),
            to: fingerprint(&self.new),
            computed_indexes: computed_indexes(old),
            steps: plan.steps,
            kept: plan.kept,
            drops: BTreeSet::new(),
            is_of_world: false,
        }
    }

    /// Checks the whole file, as it would be committed.
    pub(super) fn check(
        &self,
        file: &Connection,
        counts: &[(String, i64)],
    ) -> Result<(), MigrationError> {
        let at_path = |source| MigrationError::from(open_error(self.path, source));
        let strictness = Strictness {
            trusts_rules: false,
        };
        let differences = schema_diff::differences(file, self.ddl, strictness).map_err(at_path)?;
        if !differences.is_empty() {
            return Err(MigrationError::NotReached { differences });
        }
        for (table, expected) in counts {
            let found = count(file, table).map_err(at_path)?;
            if found != *expected {
                let (table, expected) = (table.clone(), *expected);
                return Err(MigrationError::RowsLost {
                    table,
                    expected,
                    found,
                });
            }
        }
        let dangling = dangling(file).map_err(at_path)?;
        if !dangling.is_empty() {
            return Err(MigrationError::Dangling { rows: dangling });
        }
        let report: String = file
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(at_path)?;
        if report == "ok" {
            return Ok(());
        }
        Err(FileError::Damaged {
            path: self.path.to_owned(),
            problems: vec![report],
        }
        .into())
    }
}

/// What is in the way of a migration that changes what a parcel consists of: parcels that are not delivered yet. They have
/// the old schema, and their rows exist nowhere else.
fn waiting_parcels(file: &Connection, plan: &Plan) -> rusqlite::Result<Option<Step>> {
    // What is not part of the fingerprint that a parcel has.
    let keeps_parcels = |step: &Step| match &step.change {
        Change::NewIndex { .. }
        | Change::DroppedIndex { .. }
        | Change::FilledColumn
        | Change::Obstacle { .. } => true,
        // The world has not had it, or does without it already: a plan that leaves it there has no step.
        Change::DroppedTable => plan.dropped_strangers.contains(&step.table),
        Change::NewRule { rule } | Change::DroppedRule { rule } => rule == "STRICT",
        _ => false,
    };
    if plan.steps.iter().all(keeps_parcels) {
        return Ok(None);
    }
    let rows = Misfits {
        n: mail::n_outgoing(file)?.unsigned_abs(),
        first: Vec::new(),
    };
    if rows.n == 0 {
        return Ok(None);
    }
    let what = "parcels wait in it, and no world with the new schema accepts them".to_owned();
    let step = Step::new(mail::OUTBOX, Change::Obstacle { what });
    let remedy = "let the old programs deliver and accept them first, also those in a shared outbox; or write \
        `DELETE FROM gamedb_outbox` in a script, and their rows are lost";
    Ok(Some(step.with(Safety::ByHand, rows, remedy.to_owned())))
}

fn count(file: &Connection, table: &str) -> rusqlite::Result<i64> {
    let sql = format!("SELECT count(*) FROM {}", statements::quoted(table));
    file.query_row(&sql, [], |row| row.get(0))
}

/// How many rows each new table has to have.
pub(super) fn counts(file: &Connection, plan: &Plan) -> rusqlite::Result<Vec<(String, i64)>> {
    let rebuilt = plan.rebuilt.iter();
    let rebuilt =
        rebuilt.map(|rebuilt| Ok((rebuilt.new.name.clone(), count(file, &rebuilt.mapping.old)?)));
    rebuilt.collect()
}

/// Rows whose foreign keys name no row.
fn dangling(file: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        file.prepare("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 20")?;
    let rows = statement.query_map([], |row| {
        let (table, id, parent): (String, Option<i64>, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let id = id.map_or_else(|| "?".to_owned(), |id| id.to_string());
        Ok(format!(
            "row {id} of {table} names a row of {parent} that does not exist"
        ))
    })?;
    rows.collect()
}
