//! Chains of owners: what somebody owns may own something in turn, but never its own owner.
//!
//! Rows that own each other in a circle would be an island: nobody outside has them, so nobody can
//! find them, give them away, or remove them with their owner. Foreign keys that do not say who owns
//! a row may go in circles as they like.

use std::collections::HashSet;

use crate::error::{Error, Problem, ProblemKind};

use crate::schema::{TableId, TableKind};
use crate::store::index::Parent;
use crate::store::row::entity::{Tables, all_tables};
use crate::store::tracking::dirty::AnyKey;
use crate::store::world::World;
use crate::store::world::remove::Reference;

/// Where it stands who owns the rows of each table.
#[derive(Debug)]
pub(crate) struct Ownership {
    /// For each table the foreign keys that name an owner: its own ones, and its pivot's arms.
    owners: Box<[Vec<Reference>]>,
    /// For each table whether one of its rows could own itself, directly or through others.
    is_circular: Box<[bool]>,
}

impl Ownership {
    pub(crate) fn of<T: Tables>() -> Self {
        let owners = |table: TableId| {
            let info = T::INFO[table.index()];
            let own = info
                .foreign_keys
                .iter()
                .zip(0..)
                .filter(|(key, _)| key.owns);
            let own = own.map(|(_, foreign_key)| Reference { table, foreign_key });
            let arms = match info.kind {
                // The arms follow the owned row.
                TableKind::Owned { pivot } => (1..T::INFO[pivot.index()].foreign_keys.len())
                    .map(|foreign_key| Reference {
                        table: pivot,
                        foreign_key,
                    })
                    .collect(),
                TableKind::Entity | TableKind::Pivot { .. } => Vec::new(),
            };
            own.chain(arms).collect()
        };
        let owners: Box<[Vec<Reference>]> = all_tables::<T>().map(owners).collect();
        let targets = |table: TableId| {
            let targets = owners[table.index()].iter().map(|reference| {
                T::INFO[reference.table.index()].foreign_keys[reference.foreign_key].table
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
            is_circular: all_tables::<T>().map(is_circular).collect(),
            owners,
        }
    }
}

impl<T: Tables> World<T> {
    /// The owners of a row, each with where it stands.
    fn owners_of(&self, row: AnyKey) -> Vec<(AnyKey, Reference)> {
        let owner = |&reference: &Reference| {
            let Reference { table, foreign_key } = reference;
            let target = T::INFO[table.index()].foreign_keys[foreign_key].table?;
            match self.tables.table(table).parent_of(foreign_key, row.key)? {
                Parent::Row(key) => Some((AnyKey { table: target, key }, reference)),
                Parent::Outside(_) => None,
            }
        };
        self.ownership.owners[row.table.index()]
            .iter()
            .filter_map(owner)
            .collect()
    }

    /// Makes sure that `row` is neither `owner`, its owner to be, nor one of that one's owners.
    /// O(length of the chain), and nothing at all where tables do not allow for a circle.
    pub(crate) fn refuse_island(&self, row: AnyKey, owner: AnyKey) -> Result<(), Error> {
        if !self.ownership.is_circular[row.table.index()] {
            return Ok(());
        }
        let mut to_visit = vec![owner];
        while let Some(above) = to_visit.pop() {
            if above == row {
                let id = |row: AnyKey| self.tables.table(row.table).id_of(row.key);
                return Err(Error::OwnsItself {
                    table: T::INFO[row.table.index()].name,
                    id: id(row).unwrap_or_default(),
                    owner_table: T::INFO[owner.table.index()].name,
                    owner_id: id(owner).unwrap_or_default(),
                });
            }
            to_visit.extend(self.owners_of(above).into_iter().map(|(owner, _)| owner));
        }
        Ok(())
    }

    /// The same for an owner that stands in the row already.
    pub(crate) fn refuse_island_of(&self, row: AnyKey) -> Result<(), Error> {
        if !self.ownership.is_circular[row.table.index()] {
            return Ok(());
        }
        let mut owners = self.owners_of(row).into_iter();
        owners.try_for_each(|(owner, _)| self.refuse_island(row, owner))
    }

    /// Where rows own themselves: one place in each circle. O(rows of tables that allow for one).
    pub(crate) fn islands(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut visited = HashSet::new();
        for table in all_tables::<T>().filter(|table| self.ownership.is_circular[table.index()]) {
            for (_, key) in self.tables.table(table).rows_by_id() {
                self.islands_above(AnyKey { table, key }, &mut visited, &mut problems);
            }
        }
        problems
    }

    /// The circles that a row is in or below of, but for those through rows that were visited.
    pub(crate) fn islands_above(
        &self,
        row: AnyKey,
        visited: &mut HashSet<AnyKey>,
        problems: &mut Vec<Problem>,
    ) {
        if !self.ownership.is_circular[row.table.index()] || !visited.insert(row) {
            return;
        }
        // The way up to where we are, each row with the owners that were not looked at.
        let mut path = vec![(row, self.owners_of(row))];
        let mut on_path = HashSet::from([row]);
        while let Some((row, owners)) = path.last_mut() {
            let row = *row;
            let Some((owner, reference)) = owners.pop() else {
                on_path.remove(&row);
                path.pop();
                continue;
            };
            if on_path.contains(&owner) {
                let table = self.tables.table(reference.table);
                problems.push(Problem {
                    table: table.info().name,
                    id: table.id_of(row.key).unwrap_or_default(),
                    column: table
                        .info()
                        .foreign_key_column(reference.foreign_key)
                        .to_owned(),
                    kind: ProblemKind::OwnsItself,
                });
            } else if visited.insert(owner) {
                path.push((owner, self.owners_of(owner)));
                on_path.insert(owner);
            }
        }
    }
}
