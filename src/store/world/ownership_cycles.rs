//! Chains of owners: what somebody owns may own something in turn, but never its own owner.
//!
//! Rows that own each other in a circle would be an island: nobody outside has them, so nobody can
//! find them, give them away, or remove them with their owner. Foreign keys that do not say who owns
//! a row may go in circles as they like.

use std::collections::HashSet;

use crate::error::{Error, ErrorKind, Problem, ProblemKind};

use crate::schema::graph::Reference;
use crate::store::index::Parent;
use crate::store::key::AnyKey;
use crate::store::table::stored::{Tables, all_tables};
use crate::store::world::World;

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

    /// The same for an owner that stands in the row already.
    pub(crate) fn refuse_ownership_cycle_of(&self, row: AnyKey) -> Result<(), Error> {
        if !self.ownership.can_be_cyclic[row.table.index()] {
            return Ok(());
        }
        let mut owners = self.owners_of(row).into_iter();
        owners.try_for_each(|(owner, _)| self.refuse_ownership_cycle(row, owner))
    }

    /// Where rows own themselves: one place in each circle. O(rows of tables that allow for one).
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

    /// The circles that a row is in or below of, but for those through rows that were visited.
    pub(crate) fn ownership_cycles_above(
        &self,
        row: AnyKey,
        visited: &mut HashSet<AnyKey>,
        problems: &mut Vec<Problem>,
    ) {
        if !self.ownership.can_be_cyclic[row.table.index()] || !visited.insert(row) {
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
                let Reference { table, foreign_key } = reference;
                let info = T::INFO[table.index()];
                problems.push(Problem {
                    table: info.name,
                    id: self.id_of_live(AnyKey {
                        table,
                        key: row.key,
                    }),
                    column: info.foreign_key_column(foreign_key).to_owned(),
                    kind: ProblemKind::OwnsItself,
                });
            } else if visited.insert(owner) {
                path.push((owner, self.owners_of(owner)));
                on_path.insert(owner);
            }
        }
    }
}
