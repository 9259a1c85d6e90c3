//! The invariants of a table, recomputed from its rows. Tests check them after every step.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::schema::check_constraint::Check;
use crate::schema::expression::Condition;
use crate::schema::{TableId, TableInfo, TableKind};
use crate::store::index::ids::Ids;
use crate::store::index::{Parent, ParentIndex, ValueIndex};
use crate::store::key::RawKey;
use crate::store::tracking::dirty::DirtySet;

pub(super) type Children = BTreeMap<(i64, Option<RawKey>), Vec<RawKey>>;

pub(super) fn parent_key(parent: Parent) -> (i64, Option<RawKey>) {
    match parent {
        Parent::Row(key) => (0, Some(key)),
        Parent::Outside(id) => (id, None),
    }
}

/// The contents of a parent index, in a form that can be compared.
pub(super) fn as_built(index: &ParentIndex) -> Children {
    index
        .entries()
        .map(|(parent, list)| (parent_key(parent), list.iter().collect()))
        .collect()
}

/// A row of a table, type-erased.
pub(super) struct SeenRow {
    pub(super) key: RawKey,
    pub(super) id: i64,
    pub(super) is_dirty: bool,
    pub(super) is_listed: bool,
    pub(super) has_moved: bool,
    pub(super) is_listed_moved: bool,
}

/// A type-erased table: the checks are long, and are compiled once instead of once for every table of a
/// world.
pub(super) struct Seen<'a> {
    pub(super) info: &'static TableInfo,
    /// The live rows, by ascending id.
    pub(super) rows: Vec<SeenRow>,
    pub(super) n_slots: usize,
    pub(super) n_removed: usize,
    pub(super) n_live: usize,
    pub(super) ids: &'a Ids,
    pub(super) parents: &'a [ParentIndex],
    pub(super) indexes: &'a [ValueIndex],
    pub(super) dirty: &'a DirtySet,
    pub(super) parent: &'a dyn Fn(usize, RawKey) -> Option<RawKey>,
    pub(super) is_there: &'a dyn Fn(TableId, RawKey) -> bool,
    pub(super) n_rows: &'a dyn Fn(TableId) -> usize,
    pub(super) hash: &'a dyn Fn(usize, RawKey) -> Option<u64>,
    pub(super) is_same: &'a dyn Fn(usize, RawKey, RawKey) -> bool,
    pub(super) holds: &'a dyn Fn(&Check, RawKey) -> bool,
    pub(super) meets: &'a dyn Fn(&Condition, RawKey) -> bool,
}

impl Seen<'_> {
    pub(super) fn differences(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut report = |what: String| wrong.push(format!("{}: {what}", self.info.name));
        self.check_ids(&mut report);
        for n in 0..self.info.foreign_keys.len() {
            self.check_foreign_key(n, &mut report);
        }
        for n in 0..self.info.indexes.len() {
            self.check_index(n, &mut report);
        }
        for check in self.info.checks {
            for row in self.rows.iter().filter(|row| !(self.holds)(check, row.key)) {
                report(format!(
                    "CHECK ({}) does not hold in row {}",
                    check.sql, row.id
                ));
            }
        }
        for condition in self.info.conditions {
            let meets = |row: &&SeenRow| (self.meets)(condition, row.key);
            for row in self.rows.iter().filter(|row| !meets(row)) {
                let (check, id) = (condition.sql, row.id);
                report(format!("CHECK ({check}) does not hold in row {id}"));
            }
        }
        self.check_dirty_set(&mut report);
        if let TableKind::Owned { pivot } = self.info.kind {
            let is_owned = |row: &SeenRow| (self.is_there)(pivot, row.key);
            if (self.n_rows)(pivot) != self.rows.len() || !self.rows.iter().all(is_owned) {
                report("not every row has exactly one owner".into());
            }
        }
        wrong
    }

    fn check_ids(&self, report: &mut dyn FnMut(String)) {
        if self.rows.len() + self.n_removed != self.n_slots {
            report("removed rows are kept although no transaction can restore them".into());
        }
        if self.rows.len() != self.n_live {
            report(format!(
                "the table has {} rows and counts {}",
                self.rows.len(),
                self.n_live
            ));
        }
        let by_id = self.rows.iter().map(|row| (row.id, row.key));
        if !self.ids.iter().eq(by_id) {
            report("the id index differs from the rows".into());
        }
        if let Some(next) = self.ids.counter().next()
            && self.rows.last().is_some_and(|row| row.id >= next)
        {
            report(format!("id {next} would be assigned twice"));
        }
    }

    fn check_foreign_key(&self, n: usize, report: &mut dyn FnMut(String)) {
        let foreign_key = &self.info.foreign_keys[n];
        let column = self.info.foreign_key_column(n);
        let mut expected = Children::new();
        for row in &self.rows {
            if let Some(parent) = (self.parent)(n, row.key) {
                let children = expected.entry((0, Some(parent))).or_default();
                children.push(row.key);
                let target = foreign_key.table;
                if !target.is_some_and(|target| (self.is_there)(target, parent)) {
                    report(format!(
                        "{column} of row {} references a row that does not exist",
                        row.id
                    ));
                }
            }
        }
        if foreign_key.unique && expected.values().any(|children| children.len() > 1) {
            report(format!("{column} is not unique"));
        }
        if as_built(&self.parents[n]) != expected {
            report(format!(
                "the index on {column} differs from the one rebuilt from the rows"
            ));
        }
    }

    fn check_index(&self, n: usize, report: &mut dyn FnMut(String)) {
        let (index, columns) = (&self.indexes[n], self.info.index_columns(n));
        let ids: HashMap<_, _> = self.rows.iter().map(|row| (row.key, row.id)).collect();
        let mut in_index = BTreeSet::new();
        for list in index.entries() {
            let keys: Vec<_> = list.iter().collect();
            in_index.extend(keys.iter().copied());
            if keys.iter().any(|key| !ids.contains_key(key)) {
                report(format!("the index on {columns} contains a removed row"));
                continue;
            }
            let is_mixed =
                |two: &[RawKey]| !(self.is_same)(n, two[0], two[1]) || ids[&two[0]] >= ids[&two[1]];
            if keys.windows(2).any(is_mixed) {
                report(format!(
                    "the index on {columns} has an entry with different values or out of id order"
                ));
            }
            if self.info.indexes[n].unique && keys.len() > 1 {
                report(format!("{columns} is not unique"));
            }
        }
        let mut expected = BTreeSet::new();
        let mut are_found = true;
        for row in &self.rows {
            if let Some(hash) = (self.hash)(n, row.key) {
                expected.insert(row.key);
                let mut found = index.find(hash, |other| (self.is_same)(n, other, row.key));
                are_found &= found.any(|key| key == row.key);
            }
        }
        if in_index != expected || !are_found {
            report(format!(
                "the index on {columns} differs from the one rebuilt from the rows"
            ));
        }
    }

    fn check_dirty_set(&self, report: &mut dyn FnMut(String)) {
        let listed: BTreeSet<_> = self.dirty.listed().iter().copied().collect();
        let moved: BTreeSet<_> = self.dirty.moved().iter().copied().collect();
        for row in &self.rows {
            let is_listed = listed.contains(&row.key);
            if row.is_dirty && !is_listed {
                report(format!("row {} is dirty but not in the dirty set", row.id));
            }
            if row.is_listed != is_listed {
                report(format!(
                    "the LISTED state of row {} disagrees with the dirty set",
                    row.id
                ));
            }
            if (row.has_moved || row.is_listed_moved) && !moved.contains(&row.key) {
                report(format!(
                    "row {} has moved but is not in the list of moved rows",
                    row.id
                ));
            }
        }
        if listed.len() != self.dirty.listed().len() {
            report("the dirty set lists a row twice".into());
        }
    }
}
