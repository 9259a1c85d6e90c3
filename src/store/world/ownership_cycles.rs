//! Chains of owners: an owned row may own rows in turn, but never its own owner.
//!
//! Rows in an ownership cycle would be unreachable: no row outside of the cycle owns them, so they could
//! not be found through an owner, moved to another one, or removed with one. Foreign keys that do not
//! name an owner may be cyclic.

use std::collections::HashSet;

use crate::error::{Error, ErrorKind, Problem, ProblemKind};
use crate::schema::TableId;
use crate::schema::graph::{Reference, ValueReference};
use crate::store::index::Parent;
use crate::store::key::AnyKey;
use crate::store::table::stored::{Tables, all_tables};
use crate::store::world::World;
use crate::store::world::value_keys::named_row;

impl<T: Tables> World<T> {
    /// The owners of a row, and what it lies in, each with the table and the column that name it.
    fn owners_of(&self, row: AnyKey) -> Vec<(AnyKey, (TableId, &'static str))> {
        let owner = |&reference: &Reference| {
            let Reference { table, foreign_key } = reference;
            let target = T::INFO[table.index()].foreign_keys[foreign_key].table?;
            match self.tables.table(table).parent_of(foreign_key, row.key)? {
                Parent::Row(key) => {
                    let column = T::INFO[table.index()].foreign_key_column(foreign_key);
                    Some((AnyKey { table: target, key }, (table, column)))
                }
                Parent::Outside(_) => None,
            }
        };
        let owners = self.ownership.owners[row.table.index()].iter();
        let keys = T::INFO[row.table.index()].value_keys.iter().enumerate();
        let nests = keys.filter(|(_, key)| key.root.is_some());
        let containers = nests.filter_map(|(value_key, key)| {
            let AnyKey { table, key: by } = row;
            let container = named_row(&*self.tables, ValueReference { table, value_key }, by)?;
            let container = AnyKey {
                table: key.table,
                key: container,
            };
            Some((container, (table, key.columns)))
        });
        owners.filter_map(owner).chain(containers).collect()
    }

    /// Refuses `owner` as the new owner of `row` if it is `row` itself, or owned by `row` directly or
    /// not. O(length of the chain), and O(1) where the schema allows for no cycle.
    pub(crate) fn refuse_ownership_cycle(&self, row: AnyKey, owner: AnyKey) -> Result<(), Error> {
        if !self.ownership.can_be_cyclic[row.table.index()] {
            return Ok(());
        }
        let mut to_visit = vec![owner];
        while let Some(above) = to_visit.pop() {
            if above == row {
                let id = |row: AnyKey| self.id_of_live(row);
                return Err(ErrorKind::OwnsItself {
                    table: T::INFO[row.table.index()].name,
                    id: id(row),
                    owner_table: T::INFO[owner.table.index()].name,
                    owner_id: id(owner),
                }
                .into());
            }
            to_visit.extend(self.owners_of(above).into_iter().map(|(owner, _)| owner));
        }
        Ok(())
    }

    /// The same for the owners that the row already has.
    pub(crate) fn refuse_ownership_cycle_of(&self, row: AnyKey) -> Result<(), Error> {
        if !self.ownership.can_be_cyclic[row.table.index()] {
            return Ok(());
        }
        let mut owners = self.owners_of(row).into_iter();
        owners.try_for_each(|(owner, _)| self.refuse_ownership_cycle(row, owner))
    }

    /// The ownership cycles of the world: one problem for each. O(rows of tables that allow for a cycle).
    pub(crate) fn ownership_cycles(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut visited = HashSet::new();
        for table in all_tables::<T>().filter(|table| self.ownership.can_be_cyclic[table.index()]) {
            for (_, key) in self.tables.table(table).rows_by_id() {
                self.ownership_cycles_above(AnyKey { table, key }, &mut visited, &mut problems);
            }
        }
        problems
    }

    /// Reports the ownership cycles that a row is part of or is owned through, except those through rows
    /// that were visited before.
    pub(crate) fn ownership_cycles_above(
        &self,
        row: AnyKey,
        visited: &mut HashSet<AnyKey>,
        problems: &mut Vec<Problem>,
    ) {
        if !self.ownership.can_be_cyclic[row.table.index()] || !visited.insert(row) {
            return;
        }
        // The path from the row to the owner that is visited now, each with its owners that are not
        // visited yet.
        let mut path = vec![(row, self.owners_of(row))];
        let mut on_path = HashSet::from([row]);
        while let Some((row, owners)) = path.last_mut() {
            let row = *row;
            let Some((owner, (table, column))) = owners.pop() else {
                on_path.remove(&row);
                path.pop();
                continue;
            };
            if on_path.contains(&owner) {
                problems.push(Problem {
                    table: T::INFO[table.index()].name,
                    id: self.id_of_live(AnyKey {
                        table,
                        key: row.key,
                    }),
                    column: column.to_owned(),
                    kind: ProblemKind::OwnsItself,
                });
            } else if visited.insert(owner) {
                path.push((owner, self.owners_of(owner)));
                on_path.insert(owner);
            }
        }
    }
}
