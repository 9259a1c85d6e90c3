//! Validation of a row: NaN, foreign keys, CHECKs, unique values.

use bitflags::Flags as _;

use crate::error::{Error, ErrorKind};
use crate::schema::TableId;
use crate::schema::check_constraint::Check;
use crate::schema::expression::Condition;
use crate::store::index::Parent;
use crate::store::key::RawKey;
use crate::store::row::entity::{Resolve, names_and_values, nan_column};
use crate::store::table::stored::Tables as _;
use crate::store::table::{Table, flag};
use crate::store::world::entity::Entity;
use crate::store::world::value_keys::validate_value_keys;

/// Validates the row by itself: NaN, CHECKs, and foreign keys without a row. `id` is the row's own id, if
/// it has one already.
#[inline]
pub(super) fn validate_values<E: Entity>(
    row: &E,
    id: Option<i64>,
    columns: E::Columns,
    tables: &E::Tables,
) -> Result<(), Error> {
    validate_not_nan(row, id, tables)?;
    validate_foreign_keys(row, id, columns, tables)?;
    validate_checks(row, id, columns, tables)
}

/// Refuses NaN, which SQLite would store as NULL.
#[inline]
fn validate_not_nan<E: Entity>(row: &E, id: Option<i64>, tables: &E::Tables) -> Result<(), Error> {
    if row.has_nan() {
        return Err(not_a_number(row, id, tables));
    }
    Ok(())
}

/// Refuses foreign keys that reference a row that does not exist.
#[inline]
fn validate_foreign_keys<E: Entity>(
    row: &E,
    id: Option<i64>,
    columns: E::Columns,
    tables: &E::Tables,
) -> Result<(), Error> {
    if let Some(column) = row.key_of_another_world(E::table(tables).world())
        && columns.contains(flag::<E>(column))
    {
        let column = Some(E::INFO.columns[column]);
        return Err(Error::other_world(E::INFO.name, column, None));
    }
    for (n, foreign_key) in E::INFO.foreign_keys.iter().enumerate() {
        let (Some(target), Some(parent)) = (foreign_key.table, row.parent(n)) else {
            continue;
        };
        if columns.contains(flag::<E>(foreign_key.column))
            && tables.table(target).id_of(parent).is_none()
        {
            return Err(no_such_row::<E>(id, n, target));
        }
    }
    if E::INFO.value_keys.is_empty() {
        return Ok(());
    }
    validate_value_keys(row, id, columns, tables)
}

/// Refuses a row that violates a CHECK.
#[inline]
pub(super) fn validate_checks<E: Entity>(
    row: &E,
    id: Option<i64>,
    columns: E::Columns,
    tables: &E::Tables,
) -> Result<(), Error> {
    if !columns.intersects(E::CHECKED) {
        return Ok(());
    }
    let is_written = |check: &&Check| {
        check
            .columns()
            .any(|column| columns.contains(flag::<E>(column)))
    };
    let holds = |check: &&Check| check.holds(|column| row.value(column, tables));
    match E::INFO
        .checks
        .iter()
        .filter(is_written)
        .find(|check| !holds(check))
    {
        None => {}
        Some(check) => return Err(check_failed(row, id, check, tables)),
    }
    if E::INFO.conditions.is_empty() {
        return Ok(());
    }
    validate_conditions(row, id, columns, tables)
}

/// Refuses a row that violates a CHECK that is more than a comparison. Out of line, so that the setters of other
/// columns stay small.
#[inline(never)]
fn validate_conditions<E: Entity>(
    row: &E,
    id: Option<i64>,
    columns: E::Columns,
    tables: &E::Tables,
) -> Result<(), Error> {
    let is_written = |condition: &&Condition| {
        let mut own = condition.columns.iter();
        own.any(|&column| columns.contains(flag::<E>(column)))
    };
    let holds = |condition: &&Condition| condition.holds(&mut |column| row.value(column, tables));
    let mut written = E::INFO.conditions.iter().filter(is_written);
    match written.find(|condition| !holds(condition)) {
        None => Ok(()),
        Some(condition) => Err(condition_failed(row, id, condition, tables)),
    }
}

/// Refuses unique foreign keys and unique values that another row has.
#[inline]
pub(super) fn validate_unique<E: Entity>(
    table: &Table<E>,
    row: &E,
    itself: Option<(RawKey, i64)>,
    columns: E::Columns,
    tables: &E::Tables,
) -> Result<(), Error> {
    let (but, id) = itself.unzip();
    for (n, foreign_key) in E::INFO.foreign_keys.iter().enumerate() {
        if !foreign_key.unique || !columns.contains(flag::<E>(foreign_key.column)) {
            continue;
        }
        let Some(parent) = row.parent(n) else {
            continue;
        };
        if let Some(other) = table.parents[n]
            .children(Parent::Row(parent))
            .find(|&other| Some(other) != but)
        {
            return Err(not_unique(
                row,
                id,
                &[foreign_key.column],
                table.rows[other].id,
                tables,
            ));
        }
    }
    for (n, index) in E::INFO.indexes.iter().enumerate() {
        let is_written = index
            .columns
            .iter()
            .any(|&column| columns.contains(flag::<E>(column)));
        if let Some(other) = is_written.then(|| table.conflict(row, but, n)).flatten() {
            return Err(not_unique(row, id, index.columns, other.id, tables));
        }
    }
    Ok(())
}

// Errors are built out of line, so that the code of every write stays small.

#[cold]
fn not_a_number<E: Entity>(row: &E, id: Option<i64>, tables: &E::Tables) -> Error {
    let column = E::INFO.columns[nan_column(row, tables)];
    let table = E::INFO.name;
    ErrorKind::NotANumber { table, id, column }.into()
}

#[cold]
fn no_such_row<E: Entity>(id: Option<i64>, foreign_key: usize, target: TableId) -> Error {
    ErrorKind::NoSuchRow {
        table: E::INFO.name,
        id,
        column: E::INFO.foreign_key_column(foreign_key),
        target: <E::Tables as Resolve>::INFO[target.index()].name,
    }
    .into()
}

#[cold]
fn check_failed<E: Entity>(row: &E, id: Option<i64>, check: &Check, tables: &E::Tables) -> Error {
    let columns: Vec<usize> = check.columns().collect();
    let (column, value) = names_and_values(row, &columns, tables);
    ErrorKind::CheckFailed {
        table: E::INFO.name,
        id,
        column,
        value,
        check: check.sql,
    }
    .into()
}

#[cold]
fn condition_failed<E: Entity>(
    row: &E,
    id: Option<i64>,
    condition: &Condition,
    tables: &E::Tables,
) -> Error {
    let (column, value) = names_and_values(row, condition.columns, tables);
    ErrorKind::CheckFailed {
        table: E::INFO.name,
        id,
        column,
        value,
        check: condition.sql,
    }
    .into()
}

#[cold]
fn not_unique<E: Entity>(
    row: &E,
    id: Option<i64>,
    columns: &[usize],
    existing: i64,
    tables: &E::Tables,
) -> Error {
    let (column, value) = names_and_values(row, columns, tables);
    ErrorKind::NotUnique {
        table: E::INFO.name,
        id,
        column,
        value,
        existing,
    }
    .into()
}
