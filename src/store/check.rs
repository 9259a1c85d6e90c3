//! The invariants of the store, recomputed from the rows. Tests call this after every step.

use std::collections::{BTreeMap, BTreeSet};

use super::any_table::AnyTable;
use super::dirty::RowState;
use super::entity::{Entity, IndexHasher, Owner as _, PivotRow, Tables as _};
use super::index::{Parent, ParentIndex};
use super::key::RawKey;
use super::pivot::Pivot;
use super::schema::TableKind;
use super::table::{Slot, Table};

type Children = BTreeMap<(i64, Option<RawKey>), Vec<RawKey>>;

fn parent_key(parent: Parent) -> (i64, Option<RawKey>) {
    match parent {
        Parent::Row(key) => (0, Some(key)),
        Parent::Outside(id) => (id, None),
    }
}

/// What an index of children holds, in a form that can be compared.
fn as_built(index: &ParentIndex) -> Children {
    index
        .entries()
        .map(|(parent, list)| (parent_key(parent), list.iter().collect()))
        .collect()
}

pub(super) fn table<E: Entity>(table: &Table<E>, tables: &E::Tables) -> Vec<String> {
    let mut wrong = Vec::new();
    let name = E::INFO.name;
    let mut complain = |what: String| wrong.push(format!("{name}: {what}"));
    let live: Vec<_> = {
        let mut live: Vec<_> = table
            .rows
            .iter()
            .filter(|(_, slot)| !slot.state.contains(RowState::REMOVED))
            .collect();
        live.sort_by_key(|(_, slot)| slot.id);
        live
    };
    if live.len() + table.n_removed() != table.rows.len() {
        complain("removed rows are still there that no transaction can bring back".into());
    }
    if live.len() != table.len() {
        complain(format!(
            "{} rows are counted as {}",
            live.len(),
            table.len()
        ));
    }
    if !table
        .ids
        .iter()
        .eq(live.iter().map(|(key, slot)| (slot.id, *key)))
    {
        complain("the ids do not lead to the rows".into());
    }
    if let Some(next) = table.ids.counter().next()
        && live.last().is_some_and(|(_, slot)| slot.id >= next)
    {
        complain(format!("id {next} would be given twice"));
    }
    for (n, foreign_key) in E::INFO.foreign_keys.iter().enumerate() {
        let column = E::INFO.foreign_key_column(n);
        let mut expected = Children::new();
        for (key, slot) in &live {
            if let Some(parent) = slot.row.parent(n) {
                expected.entry((0, Some(parent))).or_default().push(*key);
                let target = foreign_key.table.map(|target| tables.table(target));
                if target.is_none_or(|target| target.id_of(parent).is_none()) {
                    complain(format!("{column} of row {} names nobody", slot.id));
                }
            }
        }
        if foreign_key.unique && expected.values().any(|children| children.len() > 1) {
            complain(format!("{column} is not unique"));
        }
        if as_built(&table.parents[n]) != expected {
            complain(format!(
                "the index on {column} is not the one rebuilt from the rows"
            ));
        }
    }
    for (n, info) in E::INFO.indexes.iter().enumerate() {
        let index = &table.indexes[n];
        let hash = |row: &E| row.index_hash(n, &IndexHasher(index.hasher()));
        let mut in_index = BTreeSet::new();
        for list in index.entries() {
            let keys: Vec<_> = list.iter().collect();
            in_index.extend(keys.iter().copied());
            let rows: Option<Vec<_>> = keys.iter().map(|&key| table.slot(key)).collect();
            let Some(rows) = rows else {
                complain(format!(
                    "the index on {} has a removed row",
                    E::INFO.index_columns(n)
                ));
                continue;
            };
            if rows
                .windows(2)
                .any(|two| !two[0].row.index_eq(&two[1].row, n) || two[0].id >= two[1].id)
            {
                complain(format!(
                    "the index on {} mixes values or order",
                    E::INFO.index_columns(n)
                ));
            }
            if info.unique && rows.len() > 1 {
                complain(format!("{} is not unique", E::INFO.index_columns(n)));
            }
        }
        let expected: BTreeSet<_> = live
            .iter()
            .filter(|(_, slot)| hash(&slot.row).is_some())
            .map(|(key, _)| *key)
            .collect();
        let found = |row: &E| {
            hash(row).map(|hash| index.find(hash, |key| table.rows[key].row.index_eq(row, n)))
        };
        let all_found = live
            .iter()
            .all(|(key, slot)| found(&slot.row).is_none_or(|mut keys| keys.any(|k| k == *key)));
        if in_index != expected || !all_found {
            complain(format!(
                "the index on {} is not the one rebuilt from the rows",
                E::INFO.index_columns(n)
            ));
        }
    }
    for check in E::INFO.checks {
        let fails = |slot: &&Slot<E>| !check.holds(|column| slot.row.value(column, tables));
        for slot in live.iter().map(|(_, slot)| *slot).filter(fails) {
            complain(format!(
                "CHECK ({}) does not hold in row {}",
                check.sql, slot.id
            ));
        }
    }
    let listed: BTreeSet<_> = table.dirty.listed().iter().copied().collect();
    for (key, slot) in &live {
        if table.is_dirty_row(*key) && !listed.contains(key) {
            complain(format!(
                "row {} is dirty, and not in the dirty set",
                slot.id
            ));
        }
        if slot.state.contains(RowState::LISTED) != listed.contains(key) {
            complain(format!(
                "row {} does not know whether it is listed as dirty",
                slot.id
            ));
        }
    }
    if listed.len() != table.dirty.listed().len() {
        complain("a row is listed as dirty twice".into());
    }
    if let TableKind::Owned { pivot } = E::INFO.kind {
        let pivot = tables.table(pivot);
        if pivot.n_rows() != live.len() || live.iter().any(|(key, _)| pivot.id_of(*key).is_none()) {
            complain("not every row has exactly one owner".into());
        }
    }
    wrong
}

pub(super) fn pivot<P: PivotRow>(pivot: &Pivot<P>, tables: &P::Tables) -> Vec<String> {
    let mut wrong = Vec::new();
    let name = P::INFO.name;
    let mut complain = |what: String| wrong.push(format!("{name}: {what}"));
    let mut rows: Vec<P> = pivot.iter().collect();
    rows.sort_by_key(|row| pivot.id_of(row.owned().raw()));
    for (n, index) in pivot.arms().iter().enumerate() {
        let mut expected = Children::new();
        for row in &rows {
            let owned = row.owned().raw();
            let Some(owner) = pivot.owner(row.owned()) else {
                continue;
            };
            let (arm, parent) = owner.arm();
            if arm != n {
                continue;
            }
            expected.entry(parent_key(parent)).or_default().push(owned);
            if let (Parent::Row(key), Some(table)) = (parent, P::INFO.foreign_keys[n + 1].table)
                && tables.table(table).id_of(key).is_none()
            {
                complain(format!("the owner of {row:?} is not there"));
            }
        }
        if as_built(index) != expected {
            complain(format!("arm {n} is not the one rebuilt from the rows"));
        }
    }
    let listed: BTreeSet<_> = pivot.dirty().listed().iter().copied().collect();
    for row in &rows {
        let owned = row.owned().raw();
        if P::Owned::table(tables).id_of(owned).is_none() {
            complain(format!("{row:?} is about a row that is not there"));
        }
        if pivot.is_dirty_row(owned) && !listed.contains(&owned) {
            complain(format!("{row:?} is dirty, and not in the dirty set"));
        }
        if pivot.is_listed(owned) != listed.contains(&owned) {
            complain(format!(
                "{row:?} does not know whether it is listed as dirty"
            ));
        }
    }
    if listed.len() != pivot.dirty().listed().len() {
        complain("a row is listed as dirty twice".into());
    }
    wrong
}
