//! The view of a table from which its invariants are recomputed: see [`crate::store::invariants`].

use super::dyn_table::DynTable as _;
use super::stored::{Stored, Tables as _};
use super::{Table, names_another_row};
use crate::store::index::IndexHasher;
use crate::store::invariants::{Seen, SeenRow};
use crate::store::key::RawKey;
use crate::store::row::entity::Resolve as _;
use crate::store::tracking::dirty::RowState;

pub(super) fn differences<E: Stored>(table: &Table<E>, tables: &E::Tables) -> Vec<String> {
    let mut rows = Vec::with_capacity(table.len());
    for (key, slot) in &table.rows {
        if !slot.state.contains(RowState::REMOVED) {
            rows.push(SeenRow {
                key,
                id: slot.id,
                is_dirty: table.is_dirty_row(key),
                is_listed: slot.state.contains(RowState::LISTED),
                has_moved: !slot.state.contains(RowState::NEW)
                    && names_another_row::<E>(slot.dirty),
                is_listed_moved: slot.state.contains(RowState::MOVED),
            });
        }
    }
    rows.sort_unstable_by_key(|row| row.id);
    let row = |key: RawKey| &table.rows[key].row;
    let seen = Seen {
        info: E::INFO,
        rows,
        n_slots: table.rows.len(),
        n_removed: table.n_removed(),
        n_live: table.len(),
        ids: &table.ids,
        parents: &table.parents,
        indexes: &table.indexes,
        dirty: &table.dirty,
        parent: &|n, key| row(key).parent(n),
        is_there: &|table, key| tables.id_of(table, key).is_some(),
        n_rows: &|table| tables.table(table).n_rows(),
        hash: &|n, key| row(key).index_hash(n, &IndexHasher(table.indexes[n].hasher())),
        is_same: &|n, one, other| row(one).index_eq(row(other), n),
        holds: &|check, key| check.holds(|column| row(key).value(column, tables)),
        meets: &|condition, key| condition.holds(&mut |column| row(key).value(column, tables)),
    };
    seen.differences()
}
