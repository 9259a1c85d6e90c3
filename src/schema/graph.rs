//! The graph of a schema: which foreign keys reference a table, and which of them name the owner of its
//! rows.

use std::collections::HashSet;

use super::{TableId, TableInfo, TableKind};

/// A foreign key, identified by its table and its position there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference {
    pub(crate) table: TableId,
    pub(crate) foreign_key: usize,
}

/// For each table, the foreign keys that reference it.
pub(crate) fn references(tables: &[&TableInfo]) -> Box<[Vec<Reference>]> {
    let mut references: Box<[Vec<Reference>]> = tables.iter().map(|_| Vec::new()).collect();
    for (table, info) in (0..).map(TableId).zip(tables) {
        for (foreign_key, key) in info.foreign_keys.iter().enumerate() {
            if let Some(target) = key.table {
                references[target.index()].push(Reference { table, foreign_key });
            }
        }
    }
    references
}

/// A key by value, identified by its table and its position there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValueReference {
    pub(crate) table: TableId,
    pub(crate) value_key: usize,
}

/// For each table, the keys by value that name its rows.
pub(crate) fn value_references(tables: &[&TableInfo]) -> Box<[Vec<ValueReference>]> {
    let mut references: Box<[Vec<ValueReference>]> = tables.iter().map(|_| Vec::new()).collect();
    for (table, info) in (0..).map(TableId).zip(tables) {
        for (value_key, key) in info.value_keys.iter().enumerate() {
            references[key.table.index()].push(ValueReference { table, value_key });
        }
    }
    references
}

/// Whether a table of the schema has a key by value. A constant of each world, so that worlds without such keys are
/// compiled as if there were none.
pub(crate) const fn has_value_keys(tables: &[&TableInfo]) -> bool {
    let mut table = 0;
    while table < tables.len() {
        if !tables[table].value_keys.is_empty() {
            return true;
        }
        table += 1;
    }
    false
}

/// The foreign keys that store the owners of the rows of each table.
#[derive(Debug)]
pub(crate) struct Ownership {
    /// For each table, the foreign keys that name an owner: its own, and the arms of its pivot.
    pub(crate) owners: Box<[Vec<Reference>]>,
    /// For each table, whether a row could own itself, directly or through other rows.
    pub(crate) can_be_cyclic: Box<[bool]>,
}

impl Ownership {
    pub(crate) fn of(tables: &[&TableInfo]) -> Self {
        let ids = || (0..).take(tables.len()).map(TableId);
        let owners = |table: TableId| {
            let info = tables[table.index()];
            let own = info
                .foreign_keys
                .iter()
                .zip(0..)
                .filter(|(key, _)| key.owns);
            let own = own.map(|(_, foreign_key)| Reference { table, foreign_key });
            let arms = match info.kind {
                TableKind::Owned { pivot } => (0..tables[pivot.index()].arms().len())
                    .map(|arm| Reference {
                        table: pivot,
                        foreign_key: tables[pivot.index()].key_of_arm(arm),
                    })
                    .collect(),
                TableKind::Entity | TableKind::Pivot { .. } => Vec::new(),
            };
            own.chain(arms).collect()
        };
        let owners: Box<[Vec<Reference>]> = ids().map(owners).collect();
        let targets = |table: TableId| {
            let targets = owners[table.index()].iter().map(|reference| {
                tables[reference.table.index()].foreign_keys[reference.foreign_key].table
            });
            targets.flatten().collect::<Vec<_>>()
        };
        let can_be_cyclic = |table: TableId| {
            let mut reached = HashSet::new();
            let mut to_visit = targets(table);
            while let Some(target) = to_visit.pop() {
                if reached.insert(target) {
                    to_visit.extend(targets(target));
                }
            }
            // In a nest, rows can lie in each other.
            let info = tables[table.index()];
            reached.contains(&table) || info.value_keys.iter().any(|key| key.root.is_some())
        };
        Self {
            can_be_cyclic: ids().map(can_be_cyclic).collect(),
            owners,
        }
    }
}

/// The order in which tables are loaded and inserted into: a table comes after those that it references.
/// Where references are cyclic, or a table references itself, the referenced rows are allocated first.
#[cfg(feature = "persist")]
#[derive(Debug)]
pub(crate) struct TableOrder {
    pub(crate) tables: Vec<TableId>,
    pub(crate) make_room: Vec<TableId>,
}

#[cfg(feature = "persist")]
impl TableOrder {
    pub(crate) fn of(tables: &[&TableInfo]) -> Self {
        let targets = |table: TableId| {
            let foreign_keys = tables[table.index()].foreign_keys.iter();
            foreign_keys.filter_map(|key| key.table)
        };
        let mut waiting: Vec<TableId> = (0..).take(tables.len()).map(TableId).collect();
        let (mut order, mut make_room) = (Vec::new(), Vec::new());
        while !waiting.is_empty() {
            let is_free = |table: &TableId| {
                targets(*table).all(|target| target == *table || !waiting.contains(&target))
            };
            let next = waiting.iter().position(is_free).unwrap_or(0);
            let table = waiting.remove(next);
            make_room.extend(
                targets(table).filter(|target| *target == table || waiting.contains(target)),
            );
            order.push(table);
        }
        make_room.sort_unstable();
        make_room.dedup();
        Self {
            tables: order,
            make_room,
        }
    }
}
