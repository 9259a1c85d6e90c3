//! Sums of blocks, as they are added up row by row, and those of a whole file.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use crate::error::DamagedBlock;
use crate::persist::sqlite::statements::NEXT_IDS;
use crate::schema::{TableId, TableInfo};

use super::stored::{InFile, Stored};
use super::{Seeds, block_of, hash_of_next_ids, ids_of};

/// The sum of each block of one table. A block without an entry has the sum 0.
pub(in crate::persist::sqlite) type Sums = HashMap<i64, u64>;

/// Adds up hashes by block. It is fastest if ids come in order.
#[derive(Debug, Default)]
pub(in crate::persist::sqlite) struct Adder {
    block: i64,
    sum: u64,
    others: Sums,
}

impl Adder {
    /// Adds the hash of a row, or of some of its cells.
    #[inline]
    pub(in crate::persist::sqlite) fn add(&mut self, id: i64, hash: u64) {
        let block = block_of(id);
        if block != self.block {
            self.leave_block();
            self.block = block;
        }
        self.sum = self.sum.wrapping_add(hash);
    }

    fn leave_block(&mut self) {
        let sum = std::mem::take(&mut self.sum);
        // Most tables have no rows in a flush, and need no map then.
        if sum != 0 {
            add_to(&mut self.others, self.block, sum);
        }
    }

    /// Adds what another one has added up.
    pub(in crate::persist::sqlite) fn append(&mut self, other: Self) {
        for (block, sum) in other.finish() {
            add_to(&mut self.others, block, sum);
        }
    }

    pub(in crate::persist::sqlite) fn finish(mut self) -> Sums {
        self.leave_block();
        self.others.retain(|_, sum| *sum != 0);
        self.others
    }
}

fn add_to(sums: &mut Sums, block: i64, hash: u64) {
    let sum = sums.entry(block).or_default();
    *sum = sum.wrapping_add(hash);
}

/// The sums of a file as memory has it: what has to be in the file, unless it was damaged.
#[derive(Debug)]
pub(in crate::persist::sqlite) struct Hashes {
    pub(super) tables: Vec<TableHashes>,
    /// What stands in `gamedb_ids`, also of tables that the world does not have.
    pub(super) next_ids: BTreeMap<String, i64>,
    pub(super) in_file: InFile,
}

#[derive(Debug)]
pub(super) struct TableHashes {
    /// As it stands in the file.
    pub(super) name: String,
    pub(super) seeds: Seeds,
    pub(super) sums: Sums,
}

impl Hashes {
    /// Those of a file without rows.
    pub(in crate::persist::sqlite) fn new(tables: &[&TableInfo]) -> Self {
        let table = |info: &&TableInfo| TableHashes {
            name: info.name.to_ascii_lowercase(),
            seeds: Seeds::of(info),
            sums: Sums::default(),
        };
        Self {
            tables: tables.iter().map(table).collect(),
            next_ids: BTreeMap::new(),
            in_file: InFile::Missing,
        }
    }

    pub(in crate::persist::sqlite) fn seeds(&self, table: TableId) -> &Seeds {
        &self.tables[table.index()].seeds
    }

    /// Takes the sums of a table that was read.
    pub(in crate::persist::sqlite) fn set(&mut self, table: TableId, sums: Sums) {
        self.tables[table.index()].sums = sums;
    }

    /// Takes what was read from `gamedb_ids`.
    pub(in crate::persist::sqlite) fn set_next_id(&mut self, table: String, next_id: i64) {
        self.next_ids.insert(table, next_id);
    }

    /// Compares them with those that stand in the file, and returns the blocks in which they differ. Notes what the
    /// file has of them.
    pub(in crate::persist::sqlite) fn compare(
        &mut self,
        stored: Option<&Stored>,
    ) -> Vec<DamagedBlock> {
        let blocks = stored.map_or_else(Vec::new, |stored| self.differing(stored));
        self.in_file = match stored {
            None => InFile::Missing,
            Some(_) if blocks.is_empty() => InFile::All,
            Some(_) => InFile::Others,
        };
        blocks
    }

    pub(in crate::persist::sqlite) fn in_file(&self) -> InFile {
        self.in_file
    }

    /// All blocks that have another sum than the file says, in the order of tables and ids.
    pub(in crate::persist::sqlite) fn differing(&self, stored: &Stored) -> Vec<DamagedBlock> {
        let tables = self.tables.iter();
        let mut blocks: Vec<_> = tables
            .flat_map(|table| differing(&table.name, &table.sums, stored))
            .collect();
        blocks.extend(self.differing_next_ids(stored));
        blocks
    }

    fn differing_next_ids(&self, stored: &Stored) -> Option<DamagedBlock> {
        let next_ids = self.next_ids.iter();
        let hash = hash_of_next_ids(next_ids.map(|(name, &next_id)| (name.as_str(), next_id)));
        differing_next_ids(hash, stored)
    }

    /// Whether these are the same sums: then the rows are the same, too.
    pub(in crate::persist::sqlite) fn are_same(&self, other: &Self) -> bool {
        let mut tables = self.tables.iter().zip(&other.tables);
        tables.all(|(one, other)| one.sums == other.sums) && self.next_ids == other.next_ids
    }
}

/// The blocks of a table whose sums are not those that the file says, in the order of ids.
pub(super) fn differing(table: &str, found: &Sums, stored: &Stored) -> Vec<DamagedBlock> {
    let none = BTreeMap::new();
    let stored = stored.get(table).unwrap_or(&none);
    let mut blocks: Vec<i64> = found.keys().chain(stored.keys()).copied().collect();
    blocks.sort_unstable();
    blocks.dedup();
    blocks.retain(|block| {
        let found = found.get(block).copied().unwrap_or_default();
        stored.get(block).copied().unwrap_or(Some(0)) != Some(found)
    });
    let damaged = |block| DamagedBlock {
        table: table.to_owned(),
        ids: Some(ids_of(block)),
    };
    blocks.into_iter().map(damaged).collect()
}

pub(super) fn differing_next_ids(hash: u64, stored: &Stored) -> Option<DamagedBlock> {
    let sums = (hash != 0).then_some((0, hash)).into_iter().collect();
    let mut blocks = differing(NEXT_IDS, &sums, stored).into_iter();
    blocks
        .next()
        .map(|block| DamagedBlock { ids: None, ..block })
}
