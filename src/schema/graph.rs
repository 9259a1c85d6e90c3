//! How the tables of a schema hang together: which foreign keys point to a table, and whose its rows are.

use std::collections::HashSet;

use super::{TableId, TableInfo, TableKind};

/// A foreign key by its table and its position there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference {
    pub(crate) table: TableId,
    pub(crate) foreign_key: usize,
}

/// For each table the foreign keys that point to it.
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

/// Where it stands who owns the rows of each table.
#[derive(Debug)]
pub(crate) struct Ownership {
    /// For each table the foreign keys that name an owner: its own ones, and its pivot's arms.
    pub(crate) owners: Box<[Vec<Reference>]>,
    /// For each table whether one of its rows could own itself, directly or through others.
    pub(crate) is_circular: Box<[bool]>,
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
                // The arms follow the owned row.
                TableKind::Owned { pivot } => (1..tables[pivot.index()].foreign_keys.len())
                    .map(|foreign_key| Reference {
                        table: pivot,
                        foreign_key,
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
        let is_circular = |table: TableId| {
            let mut reached = HashSet::new();
            let mut to_visit = targets(table);
            while let Some(target) = to_visit.pop() {
                if reached.insert(target) {
                    to_visit.extend(targets(target));
                }
            }
            reached.contains(&table)
        };
        Self {
            is_circular: ids().map(is_circular).collect(),
            owners,
        }
    }
}
