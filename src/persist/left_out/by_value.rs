//! Rows of a batch that name each other by value: what a row that is left out binds by what its columns hold, and not
//! by its id.

use std::collections::HashMap;

use crate::persist::error::Failed;
use crate::schema::value::Value;
use crate::schema::{OnDelete, TableId, TableInfo, ValueKey};
use crate::store::key::AnyKey;

use super::bound::{Change, Changes, RowId};
use super::stored::{Held, StoredRows};

/// The values of a row in some columns; none of them is NULL.
type Values = Vec<Held>;

/// A key by value: its table, and its position there.
type KeyOf = (TableId, usize);

/// The rows of a batch by the values that they name others by, and by those that others name them by.
pub(super) struct ByValue {
    naming: HashMap<(KeyOf, Values), Vec<AnyKey>>,
    named: HashMap<(KeyOf, Values), AnyKey>,
}

/// The keys by value of the tables of a batch.
fn keys<'c>(
    changes: &'c Changes<'_>,
) -> impl Iterator<Item = (KeyOf, &'static TableInfo, &'static ValueKey)> + 'c {
    changes.infos.iter().flat_map(|(&table, &info)| {
        let keys = info.value_keys.iter().enumerate();
        keys.map(move |(n, key)| ((table, n), info, key))
    })
}

/// Whether the values of a row in the columns of a key name a row: in a nest, some numbers mean none.
fn names_a_row(key: &ValueKey, info: &TableInfo, values: &Values) -> bool {
    let mut columns = key.own_columns(info).iter().zip(values);
    !columns.any(|(&column, value)| match value {
        Held::Integer(number) => key.is_at_root(column, Value::Integer(*number)),
        Held::Real(_) | Held::Text(_) | Held::Blob(_) => false,
    })
}

/// The columns that a key names, in the other table.
fn named_columns(changes: &Changes<'_>, key: &ValueKey) -> &'static [usize] {
    changes.infos[&key.table].indexes[key.target_index].columns
}

/// Whether a row that the batch writes has another value in one of these columns than the file, or is new.
fn is_written(change: Change<'_>, columns: &[usize]) -> bool {
    match change {
        Change::Written(change_set, row) => columns
            .iter()
            .any(|&column| change_set.value(row, column).is_some()),
        Change::Removed(_) => false,
    }
}

impl ByValue {
    pub(super) fn of(file: &dyn StoredRows, changes: &Changes<'_>) -> Result<Self, Failed> {
        let (mut naming, mut named) = (HashMap::<_, Vec<_>>::new(), HashMap::new());
        for (of, info, key) in keys(changes) {
            let (own, other) = (key.own_columns(info), named_columns(changes, key));
            for (&row, &change) in &changes.changes {
                if row.table == of.0 && is_written(change, own) {
                    let values = values(file, changes, row, own)?;
                    if let Some(values) = values.filter(|values| names_a_row(key, info, values)) {
                        naming.entry((of, values)).or_default().push(row);
                    }
                }
                if row.table == key.table
                    && is_written(change, other)
                    && let Some(values) = values(file, changes, row, other)?
                {
                    named.insert((of, values), row);
                }
            }
        }
        Ok(Self { naming, named })
    }

    /// The rows of the batch that name a row by values which the file does not have without it.
    pub(super) fn naming(
        &self,
        file: &dyn StoredRows,
        changes: &Changes<'_>,
        row: AnyKey,
    ) -> Result<Vec<AnyKey>, Failed> {
        let mut found = Vec::new();
        for (of, _, key) in keys(changes).filter(|(_, _, key)| key.table == row.table) {
            let columns = named_columns(changes, key);
            if is_written(changes.changes[&row], columns)
                && let Some(values) = values(file, changes, row, columns)?
            {
                found.extend(self.naming.get(&(of, values)).into_iter().flatten());
            }
        }
        Ok(found)
    }
}

/// Whether rows of a table are removed with rows that they name by value.
pub(super) fn is_owner(changes: &Changes<'_>, table: TableId) -> bool {
    keys(changes).any(|(_, _, key)| key.table == table && key.on_delete == OnDelete::Cascade)
}

/// The rows with which a row is removed because it names them by value, as they will be with all of the batch in the
/// file.
pub(super) fn owners(
    file: &dyn StoredRows,
    changes: &Changes<'_>,
    by_value: &ByValue,
    row: RowId,
) -> Result<Vec<RowId>, Failed> {
    let (table, id) = row;
    let info = changes.infos[&table];
    let mut owners = Vec::new();
    for (n, key) in info.value_keys.iter().enumerate() {
        if key.on_delete != OnDelete::Cascade {
            continue;
        }
        let own = key.own_columns(info);
        let values = match changes.written.get(&row) {
            Some(&row) => values(file, changes, row, own)?,
            None => in_file(file, info, id, own)?,
        };
        let Some(values) = values.filter(|values| names_a_row(key, info, values)) else {
            continue;
        };
        let owner = match by_value.named.get(&((table, n), values.clone())) {
            Some(&owner) => changes.id(owner),
            None => with_values(file, changes, key, &values)?,
        };
        owners.extend(owner.map(|owner| (key.table, owner)));
    }
    Ok(owners)
}

/// The rows of the batch that a row names in the file by values that they have no longer: removed ones, and those
/// that get other values. Of the keys with a column that has changed.
pub(super) fn named_in_file(
    file: &dyn StoredRows,
    changes: &Changes<'_>,
    row: AnyKey,
    id: i64,
    has_changed: &dyn Fn(usize) -> bool,
) -> Result<Vec<AnyKey>, Failed> {
    let info = changes.infos[&row.table];
    let mut found = Vec::new();
    for key in info.value_keys {
        let own = key.own_columns(info);
        if !own.iter().any(|&column| has_changed(column)) {
            continue;
        }
        let values = in_file(file, info, id, own)?;
        let Some(values) = values.filter(|values| names_a_row(key, info, values)) else {
            continue;
        };
        let Some(named) = with_values(file, changes, key, &values)? else {
            continue;
        };
        let removed = changes.removed.get(&(key.table, named)).copied();
        let written = changes.written.get(&(key.table, named)).copied();
        let columns = named_columns(changes, key);
        let written = written.filter(|row| is_written(changes.changes[row], columns));
        found.extend(removed.or(written));
    }
    Ok(found)
}

/// The values of a row of the batch, as they will be in the file; `None` if one of them is NULL.
fn values(
    file: &dyn StoredRows,
    changes: &Changes<'_>,
    row: AnyKey,
    columns: &[usize],
) -> Result<Option<Values>, Failed> {
    let Change::Written(change_set, changed) = changes.changes[&row] else {
        return Ok(None);
    };
    let captured = columns
        .iter()
        .map(|&column| change_set.value(changed, column));
    let captured: Vec<_> = captured.collect();
    if captured.iter().all(Option::is_some) {
        return Ok(captured.into_iter().flatten().map(Held::of).collect());
    }
    let in_file = file.row(changes.infos[&row.table], changed.id)?;
    let value = |(captured, &column): (Option<Value<'_>>, &usize)| match captured {
        Some(value) => Held::of(value),
        None => in_file.get(column).cloned().flatten(),
    };
    Ok(captured.into_iter().zip(columns).map(value).collect())
}

/// The values of a row of the file; `None` if it is not there, or one of them is NULL.
fn in_file(
    file: &dyn StoredRows,
    info: &'static TableInfo,
    id: i64,
    columns: &[usize],
) -> Result<Option<Values>, Failed> {
    let row = file.row(info, id)?;
    let values = columns
        .iter()
        .map(|&column| row.get(column).cloned().flatten());
    Ok(values.collect())
}

/// The row of the file that a key with these values names.
fn with_values(
    file: &dyn StoredRows,
    changes: &Changes<'_>,
    key: &ValueKey,
    values: &Values,
) -> Result<Option<i64>, Failed> {
    let (info, columns) = (changes.infos[&key.table], named_columns(changes, key));
    file.with_values(info, columns, values)
}
