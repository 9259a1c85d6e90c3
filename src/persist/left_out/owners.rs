//! What the rows of a batch belong to, as far as the batch says, and otherwise as the file does.

use std::collections::{HashMap, HashSet};

use crate::persist::error::Failed;
use crate::schema::value::Value;
use crate::schema::{OnDelete, TableId, TableInfo, TableKind};
use crate::store::key::AnyKey;

use super::bound::{Change, Changes, RowId};
use super::by_value::{self, ByValue};
use super::stored::{StoredRows, references_in_file};

/// The columns that name the owner of a row, and the owner's table: the arms of a pivot, and foreign keys that are
/// declared ON DELETE CASCADE.
pub(super) fn owner_keys(info: &'static TableInfo) -> impl Iterator<Item = (usize, TableId)> {
    let is_pivot = matches!(info.kind, TableKind::Pivot { .. });
    let keys = info.foreign_keys.iter().enumerate();
    keys.filter_map(move |(n, key)| {
        let owns = if is_pivot {
            !info.is_owned_key(n)
        } else {
            key.on_delete == OnDelete::Cascade || key.owns
        };
        Some((key.column, key.table.filter(|_| owns)?))
    })
}

/// The rows of a batch by their owners, and these by theirs, as they will be with all of the batch in the file.
pub(super) fn owned_rows(
    file: &dyn StoredRows,
    changes: &Changes<'_>,
    by_value: Option<&ByValue>,
) -> Result<HashMap<RowId, Vec<RowId>>, Failed> {
    let mut owned: HashMap<RowId, Vec<RowId>> = HashMap::new();
    let mut visited = HashSet::new();
    let mut to_visit: Vec<RowId> = changes.written.keys().copied().collect();
    while let Some(row) = to_visit.pop() {
        if !visited.insert(row) {
            continue;
        }
        let by_value = by_value.map(|by_value| by_value::owners(file, changes, by_value, row));
        let by_value = by_value.transpose()?.unwrap_or_default();
        for owner in owners(file, changes, row)?.into_iter().chain(by_value) {
            owned.entry(owner).or_default().push(row);
            to_visit.push(owner);
        }
    }
    Ok(owned)
}

/// The owners of a row: the pivot row of an owned one, and what its columns name.
fn owners(file: &dyn StoredRows, changes: &Changes<'_>, row: RowId) -> Result<Vec<RowId>, Failed> {
    let (table, id) = row;
    let info = changes.infos[&table];
    let key = changes.written.get(&row);
    let mut owners = Vec::new();
    if let TableKind::Owned { pivot } = info.kind {
        let pivot_key = key.map(|key| AnyKey {
            table: pivot,
            ..*key
        });
        let in_batch = pivot_key.and_then(|key| match changes.changes.get(&key)? {
            Change::Written(_, row) => Some(row.id),
            Change::Removed(_) => None,
        });
        let pivot_id = match in_batch {
            Some(id) => Some(id),
            None => file.pivot_row(changes.infos[&pivot], id)?,
        };
        owners.extend(pivot_id.map(|id| (pivot, id)));
    }
    let mut in_file = None;
    for (column, owner) in owner_keys(info) {
        let captured = key.and_then(|key| match changes.changes[key] {
            Change::Written(change_set, row) => change_set.value(row, column),
            Change::Removed(_) => None,
        });
        let id = match captured {
            Some(Value::Integer(owner)) => Some(owner),
            Some(_) => None,
            None => {
                if in_file.is_none() {
                    in_file = Some(references_in_file(file, info, id)?);
                }
                in_file.as_ref().and_then(|in_file| in_file[column])
            }
        };
        owners.extend(id.map(|id| (owner, id)));
    }
    Ok(owners)
}
