//! Which rows a flush leaves out: those that the file refuses, and those that are bound to them, so that what is written
//! is a state that the file may have.
//!
//! All of it is found in the batch and the file. So the writer thread can do it, which has no world, and a row in the
//! file is seen as it is there: what it references, memory does not know any more.

use std::collections::{HashMap, HashSet};

use crate::error::RefusedRow;
use crate::persist::batch::{Batch, Bonds};
use crate::persist::error::Failed;
use crate::schema::value::Value;
use crate::schema::{TableId, TableInfo, TableKind};
use crate::store::key::AnyKey;
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};
use crate::store::tracking::mail::MailStep;

use super::by_value::{self, ByValue};
use super::owners::{owned_rows, owner_keys};
use super::stored::{StoredRows, references_in_file};
use super::{Bond, LeftOutReason, LeftOutRow};

/// A row in the file or in the batch.
pub(in crate::persist) type RowId = (TableId, i64);

/// What a batch does to a row.
#[derive(Clone, Copy)]
pub(super) enum Change<'b> {
    Written(&'b ChangeSet, &'b ChangedRow),
    Removed(i64),
}

/// The rows of a batch, to be found by what they are and what they reference.
pub(super) struct Changes<'b> {
    bonds: &'b Bonds<'b>,
    pub(super) infos: HashMap<TableId, &'static TableInfo>,
    pub(super) changes: HashMap<AnyKey, Change<'b>>,
    pub(super) written: HashMap<RowId, AnyKey>,
    pub(super) removed: HashMap<RowId, AnyKey>,
    /// For each new row, the rows that reference it.
    referrers: HashMap<RowId, Vec<AnyKey>>,
    /// For each row, the removed rows that belonged to it.
    belonged_to: HashMap<AnyKey, Vec<AnyKey>>,
}

impl<'b> Changes<'b> {
    fn of(batch: &'b Batch, bonds: &'b Bonds<'b>) -> Self {
        let mut found = Self {
            bonds,
            infos: HashMap::new(),
            changes: HashMap::new(),
            written: HashMap::new(),
            removed: HashMap::new(),
            referrers: HashMap::new(),
            belonged_to: HashMap::new(),
        };
        for batch in &batch.tables {
            let (table, change_set) = (batch.change_set.table, &batch.change_set);
            found.infos.insert(table, batch.info);
            for row in change_set.rows() {
                let key = AnyKey {
                    table,
                    key: row.key,
                };
                found.changes.insert(key, Change::Written(change_set, row));
                found.written.insert((table, row.id), key);
            }
            for (id, key) in change_set.removed_rows() {
                let key = AnyKey { table, key };
                found.changes.insert(key, Change::Removed(id));
                found.removed.insert((table, id), key);
            }
        }
        found.add_referrers();
        for &(table, tombstone) in &bonds.tombstones {
            let key = tombstone.key;
            for &owner in &tombstone.belonged_to {
                let belonged_to = found.belonged_to.entry(owner).or_default();
                belonged_to.push(AnyKey { table, key });
            }
        }
        found
    }

    fn add_referrers(&mut self) {
        for (&key, &change) in &self.changes {
            let Change::Written(change_set, row) = change else {
                continue;
            };
            for foreign_key in self.infos[&key.table].foreign_keys {
                let Some(target) = foreign_key.table else {
                    continue;
                };
                if let Some(Value::Integer(id)) = change_set.value(row, foreign_key.column)
                    && let Some(parent) = self.written.get(&(target, id))
                    && self.is_new(*parent)
                {
                    self.referrers.entry((target, id)).or_default().push(key);
                }
            }
        }
    }

    fn is_new(&self, row: AnyKey) -> bool {
        match self.changes.get(&row) {
            Some(Change::Written(change_set, row)) => change_set.is_new(row),
            Some(Change::Removed(_)) | None => false,
        }
    }

    pub(super) fn id(&self, row: AnyKey) -> Option<i64> {
        Some(match self.changes.get(&row)? {
            Change::Written(_, row) => row.id,
            Change::Removed(id) => *id,
        })
    }
}

/// The rows that are left out.
pub(in crate::persist) struct LeftOut<'b> {
    file: &'b dyn StoredRows,
    changes: Changes<'b>,
    pub(in crate::persist) rows: HashSet<AnyKey>,
    /// The same, in the order in which they were found.
    pub(in crate::persist) list: Vec<LeftOutRow>,
    /// How many of them are bound to no row that is not among them.
    n_closed: usize,
    keys: Vec<AnyKey>,
    /// For each row, the rows that it owns; of rows that the batch does not have too, where they own one of its rows.
    owned: Option<HashMap<RowId, Vec<RowId>>>,
    /// What rows name each other by, where the schema has such keys.
    by_value: Option<ByValue>,
}

impl<'b> LeftOut<'b> {
    /// None yet. `file` is as it was before the batch.
    pub(in crate::persist) fn new(
        file: &'b dyn StoredRows,
        batch: &'b Batch,
        bonds: &'b Bonds<'b>,
    ) -> Self {
        Self {
            file,
            changes: Changes::of(batch, bonds),
            rows: HashSet::new(),
            list: Vec::new(),
            n_closed: 0,
            keys: Vec::new(),
            owned: None,
            by_value: None,
        }
    }

    /// Leaves out a row that the file refuses.
    pub(in crate::persist) fn refuse(&mut self, table: TableId, row: &RefusedRow) {
        let message = row.source.to_string();
        let constraint = row.constraint.clone();
        let key = AnyKey {
            table,
            key: row.key,
        };
        self.add(
            key,
            LeftOutReason::Refused {
                constraint,
                message,
            },
        );
    }

    /// Leaves out all rows that have come with parcels, or left with them. What a parcel has to be written with, its own rows
    /// alone do not tell: they may have been changed, and have left again, since it came. Their pivot rows need not be named:
    /// an owned row comes, and leaves, together with its pivot row, so [`close_over`](Self::close_over) binds the two.
    pub(in crate::persist) fn hold_back_parcels(
        &mut self,
        mail: &[MailStep],
        table: TableId,
        refused: &RefusedRow,
    ) {
        let (bond, id) = (Bond::Parcel, refused.id);
        let table = self.changes.infos[&table].name;
        for step in mail {
            for &row in step.rows() {
                self.add(row, LeftOutReason::Bound { bond, table, id });
            }
        }
    }

    /// Leaves out a row whose unique value another row has in the file.
    pub(in crate::persist) fn wait(&mut self, row: AnyKey) {
        let message = "a row that was left out may have its unique value in the file".to_owned();
        let constraint = None;
        self.add(
            row,
            LeftOutReason::Refused {
                constraint,
                message,
            },
        );
    }

    /// Leaves out a row, if it is one of the batch.
    fn add(&mut self, row: AnyKey, reason: LeftOutReason) {
        let Some(id) = self.changes.id(row) else {
            return;
        };
        if self.rows.insert(row) {
            self.keys.push(row);
            self.list.push(LeftOutRow {
                table: self.changes.infos[&row.table].name,
                id,
                reason,
                key: row.key,
            });
        }
    }

    fn bind(&mut self, rows: impl IntoIterator<Item = AnyKey>, bond: Bond, to: AnyKey) {
        let table = self.changes.infos[&to.table].name;
        let id = self
            .changes
            .id(to)
            .expect("a row that is left out is in the batch");
        for row in rows {
            self.add(row, LeftOutReason::Bound { bond, table, id });
        }
    }

    /// Leaves out all that is bound to a row that is left out.
    pub(in crate::persist) fn close_over(&mut self) -> Result<(), Failed> {
        while let Some(&row) = self.keys.get(self.n_closed) {
            self.n_closed += 1;
            self.bind_txn_group(row);
            match self.changes.changes[&row] {
                Change::Written(change_set, changed) => {
                    self.bind_referrers(row, changed.id);
                    self.bind_naming(row)?;
                    if !change_set.is_new(changed) {
                        let columns = change_set.shape(changed).columns.iter();
                        let columns: Vec<_> = columns.map(|&column| usize::from(column)).collect();
                        self.bind_removed_parents(row, changed.id, |column| {
                            columns.contains(&column)
                        })?;
                    }
                    self.bind_owned(row, changed.id)?;
                }
                Change::Removed(id) => self.bind_removed_parents(row, id, |_| true)?,
            }
            self.bind_pivot_row(row);
            let belonged_to = self
                .changes
                .belonged_to
                .get(&row)
                .cloned()
                .unwrap_or_default();
            self.bind(belonged_to, Bond::Ownership, row);
        }
        Ok(())
    }

    fn bind_txn_group(&mut self, row: AnyKey) {
        let groups = self.changes.bonds.txn_groups;
        if let Some(group) = groups.group(row) {
            self.bind(groups.rows(group), Bond::Transaction, row);
        }
    }

    /// A new row that is left out has no row in the file that could be referenced.
    fn bind_referrers(&mut self, row: AnyKey, id: i64) {
        let referrers = self.changes.referrers.get(&(row.table, id));
        let referrers = referrers.cloned().unwrap_or_default();
        self.bind(referrers, Bond::References, row);
    }

    /// The rows that name a row by values that the file does not have without it.
    fn bind_naming(&mut self, row: AnyKey) -> Result<(), Failed> {
        self.find_by_value()?;
        if let Some(by_value) = &self.by_value {
            let naming = by_value.naming(self.file, &self.changes, row)?;
            self.bind(naming, Bond::References, row);
        }
        Ok(())
    }

    /// Finds what rows name each other by, unless that is done, or the schema has no such keys.
    fn find_by_value(&mut self) -> Result<(), Failed> {
        let mut infos = self.changes.infos.values();
        if self.by_value.is_none() && infos.any(|info| !info.value_keys.is_empty()) {
            self.by_value = Some(ByValue::of(self.file, &self.changes)?);
        }
        Ok(())
    }

    /// An owned row and its pivot row are new together, and are removed together.
    fn bind_pivot_row(&mut self, row: AnyKey) {
        let is_removed = matches!(self.changes.changes[&row], Change::Removed(_));
        let table = match self.changes.infos[&row.table].kind {
            TableKind::Pivot { owned } => owned,
            TableKind::Owned { pivot } => pivot,
            TableKind::Entity => return,
        };
        let other = AnyKey { table, ..row };
        let is_bound = match self.changes.changes.get(&other) {
            Some(Change::Removed(_)) => is_removed,
            Some(Change::Written(..)) => self.changes.is_new(row) && self.changes.is_new(other),
            None => false,
        };
        if is_bound {
            self.bind([other], Bond::Ownership, row);
        }
    }

    /// The file keeps its row as it is, so the rows that it references there in these columns cannot be deleted.
    fn bind_removed_parents(
        &mut self,
        row: AnyKey,
        id: i64,
        has_changed: impl Fn(usize) -> bool,
    ) -> Result<(), Failed> {
        let info = self.changes.infos[&row.table];
        if !info.value_keys.is_empty() {
            let named = by_value::named_in_file(self.file, &self.changes, row, id, &has_changed)?;
            self.bind(named, Bond::ReferencedInFile, row);
        }
        let keys = info.foreign_keys.iter();
        let keys: Vec<_> = keys
            .filter(|key| key.table.is_some() && has_changed(key.column))
            .collect();
        if keys.is_empty() || self.changes.removed.is_empty() {
            return Ok(());
        }
        let in_file = references_in_file(self.file, info, id)?;
        let parents = keys.into_iter().filter_map(|key| {
            let parent = (key.table?, in_file[key.column]?);
            self.changes.removed.get(&parent).copied()
        });
        let parents: Vec<_> = parents.collect();
        self.bind(parents, Bond::ReferencedInFile, row);
        Ok(())
    }

    /// What a row owns stays as it is in the file, together with it.
    fn bind_owned(&mut self, row: AnyKey, id: i64) -> Result<(), Failed> {
        let infos = self.changes.infos.values();
        let mut keys = infos.flat_map(|info| owner_keys(info));
        let by_value = by_value::is_owner(&self.changes, row.table);
        if !by_value && !keys.any(|(_, owner)| owner == row.table) {
            return Ok(());
        }
        if self.owned.is_none() {
            self.find_by_value()?;
            let by_value = self.by_value.as_ref();
            self.owned = Some(owned_rows(self.file, &self.changes, by_value)?);
        }
        let owned = self.owned.as_ref().expect("it has just been found");
        let (mut found, mut visited) = (Vec::new(), HashSet::new());
        let mut to_visit = vec![(row.table, id)];
        while let Some(owner) = to_visit.pop() {
            if visited.insert(owner) {
                found.extend(self.changes.written.get(&owner).copied());
                to_visit.extend(owned.get(&owner).into_iter().flatten().copied());
            }
        }
        self.bind(found, Bond::Ownership, row);
        Ok(())
    }
}
