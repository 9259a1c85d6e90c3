//! Rows out of cells, which no setter has validated: those of a file, and those of another world's delta.

use bitflags::Flags as _;
use smallvec::SmallVec;

use super::dyn_table::DynTable as _;
use super::flag;
use super::stored::Stored;
use crate::error::{Problem, ProblemKind};
use crate::store::key::RawKey;
use crate::store::row::entity::{Row, names_and_values, nan_column};
use crate::store::row::reader::{Cell, ColumnProblem, RowReader};
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};
use crate::store::tracking::delta::overlay;

/// Loads a row of a file, and returns what does not fit.
pub(super) fn load_row<E: Stored>(
    tables: &mut E::Tables,
    id: i64,
    columns: &[Cell<'_>],
) -> Vec<Problem> {
    let world = E::table(tables).world();
    match E::load(&RowReader::new(columns, tables).in_world(world)) {
        Ok(row) => {
            let mut problems = failed_checks(&row, id, tables);
            problems.extend(E::table_mut(tables).fill(id, row));
            problems
        }
        Err(problem) => {
            // Otherwise each row that references this one would be reported as well.
            E::table_mut(tables).preallocate(id);
            vec![problem.of(E::INFO, id)]
        }
    }
}

fn failed_checks<E: Row>(row: &E, id: i64, tables: &E::Tables) -> Vec<Problem> {
    let problem = |columns: &[usize], check: &'static str| {
        let (column, value) = names_and_values(row, columns, tables);
        Problem {
            table: E::INFO.name,
            id,
            column,
            kind: ProblemKind::CheckFailed { value, check },
        }
    };
    let checks = E::INFO.checks.iter();
    let checks = checks.filter(|check| !check.holds(|column| row.value(column, tables)));
    let checks = checks.map(|check| problem(&check.columns().collect::<Vec<_>>(), check.sql));
    let conditions = E::INFO.conditions.iter();
    let conditions =
        conditions.filter(|condition| !condition.holds(&mut |column| row.value(column, tables)));
    let conditions = conditions.map(|condition| problem(condition.columns, condition.sql));
    checks.chain(conditions).collect()
}

/// Whether the cells of a file are read as the values of a row in these columns. They are compared after
/// reading, because a user-defined type may accept several encodings, for example a time with `Z` or
/// `+00:00`.
pub(super) fn reads_as<E: Row>(
    row: &E,
    cells: &[Cell<'_>],
    mut columns: impl Iterator<Item = usize>,
    tables: &E::Tables,
) -> bool {
    let read = E::load(&RowReader::new(cells, tables));
    read.is_ok_and(|read| {
        columns.all(|column| read.value(column, tables) == row.value(column, tables))
    })
}

/// Writes a row of a delta over the reserved or the live row with its id. Returns the row's key.
pub(super) fn apply_row<E: Stored>(
    tables: &mut E::Tables,
    change_set: &ChangeSet,
    row: &ChangedRow,
) -> Result<RawKey, Vec<Problem>> {
    let table = E::table(tables);
    let Some(key) = table.ids.key(row.id) else {
        return Err(vec![Problem::of_row(E::INFO, row.id, ProblemKind::Missing)]);
    };
    let before = &table.rows[key].row;
    let all = 0..E::INFO.columns.len();
    let before: SmallVec<[_; 16]> = all.map(|column| before.value(column, tables)).collect();
    let columns = overlay(change_set, row, E::INFO, |column| before[column].as_value());
    let new = E::load(&RowReader::new(&columns, tables).in_world(table.world()));
    drop(columns);
    drop(before);
    let new = new.map_err(|problem| vec![problem.of(E::INFO, row.id)])?;
    if new.has_nan() {
        let (columns, kind) = (vec![nan_column(&new, tables)], ProblemKind::NotANumber);
        return Err(vec![ColumnProblem { columns, kind }.of(E::INFO, row.id)]);
    }
    let failed = failed_checks(&new, row.id, tables);
    if !failed.is_empty() {
        return Err(failed);
    }
    let columns = (!change_set.is_new(row)).then(|| {
        let columns = change_set.shape(row).columns.iter();
        let flags = columns.map(|&column| flag::<E>(column.into()));
        flags.fold(E::Columns::empty(), E::Columns::union)
    });
    E::table_mut(tables).overwrite(key, new, columns);
    Ok(key)
}
