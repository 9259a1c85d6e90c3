//! Copying changes out of one world as a delta, and applying the delta to another.

use std::collections::HashSet;

use crate::error::{Error, ErrorKind, Problem, ProblemKind};
use crate::schema::graph::ValueReference;
use crate::schema::{TableId, TableInfo, TableKind};
use crate::store::index::Parent;
use crate::store::key::{AnyKey, RawKey};
use crate::store::table::stored::{Tables, all_tables};
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};
use crate::store::tracking::delta::{Delta, UsedId};
use crate::store::tracking::effect::Effect;
use crate::store::world::World;
use crate::store::world::changes::Changes;

impl<T: Tables> Changes<'_, T> {
    /// The changes, with the current values of the rows. O(changes).
    #[must_use]
    pub fn delta(&self) -> Delta {
        let mut delta = Delta::default();
        for rows in self.rows.chunk_by(|a, b| a.table == b.table) {
            let id = rows[0].table;
            let table = self.world.tables.table(id);
            let mut change_set = ChangeSet::new(id);
            for row in rows {
                match &row.effect {
                    Effect::Inserted => {
                        table.copy(&self.world.tables, row.key, None, &mut change_set);
                    }
                    Effect::Changed(columns) => {
                        table.copy(&self.world.tables, row.key, Some(columns), &mut change_set);
                    }
                    Effect::Removed => {}
                }
            }
            let removed = rows.iter().filter(|row| row.effect == Effect::Removed);
            change_set.remove(removed.map(|row| (row.id, row.key)));
            delta.tables.push((table.info(), change_set));
        }
        delta
    }
}

impl<T: Tables> World<T> {
    /// Every row as if it had just been inserted: the initial contents of a new mirror, or of a new file.
    /// The ids of removed rows are not assigned again there either. O(rows).
    ///
    /// # Errors
    /// [`ErrorKind::TransactionOpen`] inside of a transaction.
    pub fn snapshot(&self) -> Result<Delta, Error> {
        self.refuse_in_transaction()?;
        let of_table = |id| {
            let table = self.tables.table(id);
            let mut change_set = ChangeSet::new(id);
            for (_, key) in table.rows_by_id() {
                table.copy(&self.tables, key, None, &mut change_set);
            }
            (table.info(), change_set)
        };
        let used_id = |id| {
            let next = self.tables.table(id).counter().next();
            UsedId {
                table: id,
                name: T::INFO[id.index()].name,
                id: next.map_or(i64::MAX, |next| next - 1),
            }
        };
        Ok(Delta {
            tables: all_tables::<T>()
                .map(of_table)
                .filter(|(_, c)| !c.is_empty())
                .collect(),
            used_ids: all_tables::<T>().map(used_id).collect(),
        })
    }

    /// Reads a delta of a world with the same models from any format of serde, for [`apply`](Self::apply). Rows are read
    /// by the names of tables and columns, so the order of columns may differ.
    ///
    /// With serde_json, enable its feature `float_roundtrip`: without it, a REAL may be read as its neighbour.
    ///
    /// ```
    /// use gamedb_models::{Player, World};
    ///
    /// let mut server = World::new();
    /// server.insert(Player { full_name: "Ada".into(), ..Player::default() })?;
    /// let sent = serde_json::to_string(&server.snapshot()?)?;
    ///
    /// let mut client = World::new();
    /// client.apply(&World::read_delta(&mut serde_json::Deserializer::from_str(&sent))?)?;
    /// assert!(client.snapshot()? == server.snapshot()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// That of the format, and one for a table or a column that the world does not have, for a row without its id, and
    /// for a new row without all of its columns. Whether values fit is found out by `apply`.
    #[cfg(feature = "serde")]
    pub fn read_delta<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Delta, D::Error> {
        crate::store::tracking::wire::read_delta::<T, D>(deserializer)
    }

    /// Applies the changes of another world to this one, all of them or none. Rows have the same ids in
    /// both worlds, and different keys.
    ///
    /// A mirror should not be changed in any other way. Where it was, the error lists every row that does
    /// not fit; if new rows are there already, it lists these, and removed rows that are not there. O(changes).
    ///
    /// # Errors
    /// [`ErrorKind::NotApplied`] with all rows that do not fit, [`ErrorKind::OtherSchema`] for the changes
    /// of a world with other tables. On error the world is unchanged.
    pub fn apply(&mut self, delta: &Delta) -> Result<(), Error> {
        for (info, change_set) in &delta.tables {
            let own = T::INFO.get(change_set.table.index());
            if own.is_none_or(|own| own.name != info.name || own.columns != info.columns) {
                return Err(ErrorKind::OtherSchema { table: info.name }.into());
            }
        }
        self.transaction(|world| {
            let mut applying = Applying {
                world,
                problems: Vec::new(),
                touched: Vec::new(),
                removed: Vec::new(),
                named: Vec::new(),
            };
            applying.remove(delta);
            // A row that exists already must not be overwritten with a new one.
            if applying.reserve_new_rows(delta) {
                applying.write(delta);
                applying.validate();
                applying.use_up_ids(delta);
            }
            match applying.problems {
                problems if problems.is_empty() => Ok(()),
                problems => Err(ErrorKind::NotApplied { problems }.into()),
            }
        })
    }
}

/// A delta that is being applied. It can be validated only after all of it is written, because its rows
/// reference each other and take over each other's unique values.
struct Applying<'w, T: Tables> {
    world: &'w mut World<T>,
    problems: Vec<Problem>,
    touched: Vec<AnyKey>,
    removed: Vec<(AnyKey, i64)>,
    /// Rows that named by value a row that was removed or changed.
    named: Vec<(ValueReference, RawKey)>,
}

impl<T: Tables> Applying<'_, T> {
    fn remove(&mut self, delta: &Delta) {
        for (info, change_set) in &delta.tables {
            let table = change_set.table;
            let pivot = match info.kind {
                TableKind::Entity => None,
                TableKind::Owned { pivot } => Some(pivot),
                // A pivot row is removed together with its owned row.
                TableKind::Pivot { .. } => continue,
            };
            for id in change_set.removed() {
                let Some(key) = self.world.tables.table(table).key_of(id) else {
                    self.report(info, id, ProblemKind::Missing);
                    continue;
                };
                if World::<T>::HAS_VALUE_KEYS {
                    let row = AnyKey { table, key };
                    self.named.extend(self.world.all_naming(row, None));
                }
                if let Some(pivot) = pivot {
                    self.world.remove_if_live(pivot, key);
                }
                self.world.remove_single(AnyKey { table, key });
                self.removed.push((AnyKey { table, key }, id));
            }
        }
    }

    /// Reserves the new rows with their ids, so that all other rows can reference them. Returns whether none of them is
    /// there already.
    fn reserve_new_rows(&mut self, delta: &Delta) -> bool {
        let n_before = self.problems.len();
        for (info, change_set) in &delta.tables {
            if let TableKind::Pivot { .. } = info.kind {
                continue;
            }
            for row in change_set
                .rows()
                .iter()
                .filter(|row| change_set.is_new(row))
            {
                let table = self.world.tables.table_mut(change_set.table);
                if table.key_of(row.id).is_some() {
                    self.report(info, row.id, ProblemKind::AlreadyThere);
                } else {
                    table.reserve(row.id);
                    self.world.recorded(change_set.table);
                }
            }
        }
        self.problems.len() == n_before
    }

    fn write(&mut self, delta: &Delta) {
        for (_, change_set) in &delta.tables {
            let table = change_set.table;
            let apply_row = self.world.tables.table(table).applier();
            for row in change_set.rows() {
                if World::<T>::HAS_VALUE_KEYS && !change_set.is_new(row) {
                    self.note_named(table, change_set, row);
                }
                match apply_row(&mut self.world.tables, change_set, row) {
                    Ok(key) => {
                        self.world.recorded(table);
                        self.touched.push(AnyKey { table, key });
                    }
                    Err(problems) => self.problems.extend(problems),
                }
            }
        }
    }

    /// Notes which rows name a row by values that are about to be overwritten.
    fn note_named(&mut self, table: TableId, change_set: &ChangeSet, row: &ChangedRow) {
        // A row that is not there is reported when it is written.
        if let Some(key) = self.world.tables.table(table).key_of(row.id) {
            let columns = change_set.shape(row).columns.iter();
            let columns: Vec<_> = columns.map(|&column| usize::from(column)).collect();
            let row = AnyKey { table, key };
            self.named
                .extend(self.world.all_naming(row, Some(&columns)));
        }
    }

    /// A problem for each row that names no row by value any more.
    fn validate_value_keys(&mut self) {
        let of_touched = self.touched.iter().flat_map(|row| {
            let table = row.table;
            let keys = 0..T::INFO[table.index()].value_keys.len();
            keys.map(move |value_key| (ValueReference { table, value_key }, row.key))
        });
        let mut problems: Vec<Problem> = Vec::new();
        for (reference, key) in of_touched.chain(self.named.iter().copied()) {
            let is_live = self
                .world
                .tables
                .table(reference.table)
                .id_of(key)
                .is_some();
            let problem = self.world.dangling_value(reference, key);
            if let Some(problem) = problem.filter(|problem| is_live && !problems.contains(problem))
            {
                problems.push(problem);
            }
        }
        self.problems.extend(problems);
    }

    fn use_up_ids(&mut self, delta: &Delta) {
        for &UsedId { table, id, .. } in &delta.used_ids {
            let own = self.world.tables.table_mut(table);
            if own.counter().next().is_some_and(|next| next <= id) {
                own.use_up(id);
                self.world.recorded(table);
            }
        }
    }

    fn validate(&mut self) {
        let mut visited = HashSet::new();
        for &row in &self.touched {
            let table = self.world.tables.table(row.table);
            self.problems.extend(table.conflicts(row.key));
            if let TableKind::Owned { pivot } = table.info().kind
                && self.world.tables.table(pivot).id_of(row.key).is_none()
            {
                let pivot = T::INFO[pivot.index()].name;
                let id = self.world.id_of_live(row);
                let kind = ProblemKind::NoOwner { pivot };
                self.problems.push(Problem::of_row(table.info(), id, kind));
            }
            let owned = match table.info().kind {
                // A pivot row has the key of its owned row.
                TableKind::Pivot { owned } => AnyKey {
                    table: owned,
                    key: row.key,
                },
                _ => row,
            };
            self.world
                .ownership_cycles_above(owned, &mut visited, &mut self.problems);
        }
        if World::<T>::HAS_VALUE_KEYS {
            self.validate_value_keys();
        }
        for &(row, id) in &self.removed {
            self.problems
                .extend(self.world.dangling_references(row, id));
        }
    }

    fn report(&mut self, info: &'static TableInfo, id: i64, kind: ProblemKind) {
        self.problems.push(Problem::of_row(info, id, kind));
    }
}

impl<T: Tables> World<T> {
    /// A problem for each row that still references a removed one.
    fn dangling_references(&self, removed: AnyKey, id: i64) -> Vec<Problem> {
        let mut problems = Vec::new();
        for reference in &self.references[removed.table.index()] {
            let table = self.tables.table(reference.table);
            if table.info().is_owned_key(reference.foreign_key) {
                continue;
            }
            for child in table.children_of(reference.foreign_key, Parent::Row(removed.key)) {
                problems.push(Problem {
                    table: table.info().name,
                    id: self.id_of_live(AnyKey {
                        table: reference.table,
                        key: child,
                    }),
                    column: table
                        .info()
                        .foreign_key_column(reference.foreign_key)
                        .to_owned(),
                    kind: ProblemKind::Dangling {
                        target: T::INFO[removed.table.index()].name,
                        id,
                    },
                });
            }
        }
        problems
    }
}
