//! The invariants of a pivot, recomputed from its rows. Tests check them after every step.

use std::collections::BTreeSet;

use super::{Pivot, StoredPivot};
use crate::store::index::Parent;
use crate::store::invariants::{Children, as_built, parent_key};
use crate::store::row::entity::{Resolve as _, Row as _};
use crate::store::row::owner::Owner as _;
use crate::store::table::dyn_table::DynTable as _;
use crate::store::tracking::dirty::RowState;

pub(super) fn differences<P: StoredPivot>(pivot: &Pivot<P>, tables: &P::Tables) -> Vec<String> {
    let mut wrong = Vec::new();
    let name = P::INFO.name;
    let mut report = |what: String| wrong.push(format!("{name}: {what}"));
    let mut rows: Vec<P> = pivot.iter().collect();
    rows.sort_by_key(|row| pivot.id_of(row.owned().raw()));
    for (n, index) in pivot.arms.iter().enumerate() {
        let mut expected = Children::new();
        for row in &rows {
            let owned = row.owned().raw();
            let owner = pivot.owner(row.owned());
            let (arm, parent) = owner.expect("the row was just read").arm();
            if arm != n {
                continue;
            }
            expected.entry(parent_key(parent)).or_default().push(owned);
            if let (Parent::Row(key), Some(table)) = (parent, P::INFO.arms()[n].table)
                && tables.id_of(table, key).is_none()
            {
                report(format!("the owner of {row:?} does not exist"));
            }
        }
        if as_built(index) != expected {
            report(format!(
                "the index of arm {n} differs from the one rebuilt from the rows"
            ));
        }
    }
    let listed: BTreeSet<_> = pivot.dirty.listed().iter().copied().collect();
    let moved: BTreeSet<_> = pivot.dirty.moved().iter().copied().collect();
    for row in &rows {
        let owned = row.owned().raw();
        if tables.id_of(P::Owned::TABLE, owned).is_none() {
            report(format!("the owned row of {row:?} does not exist"));
        }
        if pivot.is_dirty_row(owned) && !listed.contains(&owned) {
            report(format!("{row:?} is dirty but not in the dirty set"));
        }
        let state = pivot.state(owned);
        let has_moved = (0..P::INFO.foreign_keys.len()).any(|n| pivot.has_moved(n, owned));
        if (has_moved || state.contains(RowState::MOVED)) && !moved.contains(&owned) {
            report(format!(
                "{row:?} has moved but is not in the list of moved rows"
            ));
        }
        if state.contains(RowState::LISTED) != listed.contains(&owned) {
            report(format!(
                "the LISTED state of {row:?} disagrees with the dirty set"
            ));
        }
    }
    if listed.len() != pivot.dirty.listed().len() {
        report("the dirty set lists a row twice".into());
    }
    wrong
}
