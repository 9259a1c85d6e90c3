//! What a transaction does to the sums. Memory takes it over when the transaction is committed.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::persist::sqlite::statements::NEXT_IDS;
use crate::persist::sqlite::value::value_ref;
use crate::schema::TableId;
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};

use super::compare;
use super::stored::{self, InFile};
use super::sums::{Adder, Hashes, Sums};
use super::{cell, hash_of_next_ids, old_values};

/// What the statements of an open transaction have changed in the sums of a file.
///
/// For each row comes `begin_..` before its statement is executed, and after it has succeeded what it has done; a
/// statement that was refused has done nothing.
pub(in crate::persist::sqlite) struct Pending<'h> {
    hashes: &'h Hashes,
    changed: Vec<Adder>,
    /// If they have changed.
    next_ids: Option<BTreeMap<String, i64>>,
}

/// The same after the transaction has written them.
#[must_use]
pub(in crate::persist::sqlite) struct Changes {
    sums: Vec<Sums>,
    next_ids: Option<BTreeMap<String, i64>>,
}

impl<'h> Pending<'h> {
    pub(in crate::persist::sqlite) fn new(hashes: &'h Hashes) -> Self {
        Self {
            hashes,
            changed: hashes.tables.iter().map(|_| Adder::default()).collect(),
            next_ids: None,
        }
    }

    /// Before the INSERT or UPDATE for a captured row.
    #[inline]
    pub(in crate::persist::sqlite) fn begin_write(&self, changes: &ChangeSet, row: &ChangedRow) {
        let shape = changes.shape(row);
        if !shape.is_new {
            let seeds = &self.hashes.seeds(changes.table).columns;
            let columns = shape.columns.iter();
            old_values::expect(row.id, columns.map(|&column| seeds[usize::from(column)]));
        }
    }

    /// The captured row is in the file.
    ///
    /// # Errors
    /// How many rows the statement has handed its old values over for, if it was not exactly one.
    #[inline]
    pub(in crate::persist::sqlite) fn written(
        &mut self,
        changes: &ChangeSet,
        row: &ChangedRow,
    ) -> Result<(), usize> {
        let (shape, seeds) = (changes.shape(row), self.hashes.seeds(changes.table));
        let before = if shape.is_new {
            0u64.wrapping_sub(seeds.id(row.id))
        } else {
            old_values::take()?
        };
        let mut sum = 0u64.wrapping_sub(before);
        for (&column, value) in shape.columns.iter().zip(changes.values(row)) {
            let seed = seeds.columns[usize::from(column)];
            sum = sum.wrapping_add(cell(seed, row.id, value_ref(value)));
        }
        self.changed[changes.table.index()].add(row.id, sum);
        Ok(())
    }

    /// Before the DELETE of a row.
    #[inline]
    pub(in crate::persist::sqlite) fn begin_delete(&self, table: TableId, id: i64) {
        let seeds = &self.hashes.seeds(table).columns;
        old_values::expect(id, seeds.iter().copied());
    }

    /// The row is not in the file any more.
    ///
    /// # Errors
    /// As [`written`](Self::written).
    #[inline]
    pub(in crate::persist::sqlite) fn deleted(
        &mut self,
        table: TableId,
        id: i64,
    ) -> Result<(), usize> {
        let columns = old_values::take()?;
        let row = columns.wrapping_add(self.hashes.seeds(table).id(id));
        self.changed[table.index()].add(id, 0u64.wrapping_sub(row));
        Ok(())
    }

    /// A row was inserted with all of its columns.
    pub(in crate::persist::sqlite) fn inserted<'v>(
        &mut self,
        table: TableId,
        id: i64,
        values: impl Iterator<Item = ValueRef<'v>>,
    ) {
        let row = self.hashes.seeds(table).row(id, values);
        self.changed[table.index()].add(id, row);
    }

    /// The next id of a table was written.
    pub(in crate::persist::sqlite) fn next_id(&mut self, table: &str, next_id: i64) {
        let before = &self.hashes.next_ids;
        let next_ids = self.next_ids.get_or_insert_with(|| before.clone());
        next_ids.insert(table.to_owned(), next_id);
    }

    /// Writes the sums that have changed; all of them, if the file does not have them yet.
    pub(in crate::persist::sqlite) fn write(
        self,
        transaction: &Connection,
    ) -> rusqlite::Result<Changes> {
        let in_file = self.hashes.in_file;
        let is_anew = in_file != InFile::All;
        if is_anew {
            stored::begin_anew(transaction, in_file)?;
            let own = self.hashes.tables.iter();
            let own: BTreeSet<_> = own.map(|table| table.name.to_ascii_lowercase()).collect();
            compare::sum_others(transaction, &own)?;
        }
        let mut changes = Changes {
            sums: Vec::with_capacity(self.changed.len()),
            next_ids: self.next_ids,
        };
        for (table, changed) in self.hashes.tables.iter().zip(self.changed) {
            let mut sums = changed.finish();
            for (block, sum) in &mut sums {
                *sum = sum.wrapping_add(table.sums.get(block).copied().unwrap_or_default());
                stored::write(transaction, &table.name, *block, *sum)?;
            }
            if is_anew {
                for (&block, &sum) in &table.sums {
                    if !sums.contains_key(&block) {
                        stored::write(transaction, &table.name, block, sum)?;
                    }
                }
            }
            changes.sums.push(sums);
        }
        if changes.next_ids.is_some() || is_anew {
            let next_ids = changes.next_ids.as_ref().unwrap_or(&self.hashes.next_ids);
            let next_ids = next_ids.iter();
            let hash = hash_of_next_ids(next_ids.map(|(name, &id)| (name.as_str(), id)));
            stored::write(transaction, NEXT_IDS, 0, hash)?;
        }
        Ok(changes)
    }
}

impl Hashes {
    /// Takes over what a transaction has written and committed.
    pub(in crate::persist::sqlite) fn take_over(&mut self, changes: Changes) {
        for (table, sums) in self.tables.iter_mut().zip(changes.sums) {
            for (block, sum) in sums {
                if sum == 0 {
                    table.sums.remove(&block);
                } else {
                    table.sums.insert(block, sum);
                }
            }
        }
        if let Some(next_ids) = changes.next_ids {
            self.next_ids = next_ids;
        }
        self.in_file = InFile::All;
    }
}
