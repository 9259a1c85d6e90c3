//! Nests: rows that lie in other rows of their table, as items in items. A row says in which one by a number, which is
//! that row's own among those of the same owner. This is a key by value in which some numbers mean no row.

use std::collections::HashSet;

use bitflags::Flags as _;

use crate::error::{Error, ErrorKind};
use crate::schema::graph::ValueReference;
use crate::schema::{Root, TableInfo, ValueKey};
use crate::store::index::IndexHasher;
use crate::store::key::Key;
use crate::store::table::stored::Tables;
use crate::store::world::World;
use crate::store::world::entity::{Entity, Standalone};
use crate::store::world::validate::validate_checks;
use crate::store::world::value_keys::naming_rows;

/// A row that can lie in another row of its table. Generated for each table with a nest.
pub trait Nested: Entity {
    /// What the numbers are counted in, as a player whose items they are.
    type Within: Clone + PartialEq + Send;

    /// Position of the nest among the keys by value of the table.
    const NEST: usize;

    /// What its number is counted in.
    fn within(&self) -> Self::Within;
    /// Its own number.
    fn child_number(&self) -> i64;
    /// The number of the row that it lies in, or one that means none.
    fn parent_number(&self) -> i64;
    /// The fields with these values: what the numbers are counted in, the parent's number and its own.
    fn place(within: Self::Within, parent: i64, child: i64) -> [Self::Field; 3];

    /// Whether it lies in no other row.
    fn is_at_root(&self) -> bool {
        root_of(nest::<Self>()).contains(self.parent_number())
    }
}

/// The key by value that the nest of a table is.
fn nest<E: Nested>() -> &'static ValueKey {
    let info: &TableInfo = E::INFO;
    &info.value_keys[E::NEST]
}

fn root_of(key: &'static ValueKey) -> &'static Root {
    key.root.as_ref().expect("a nest has a root")
}

/// How many numbers of its own a row is tried with that its CHECKs do not take.
const N_TRIED: usize = 65_536;

/// A row that is moved, with what it is in and its numbers.
struct Moved<E: Nested> {
    key: Key<E>,
    row: E,
    /// Its container's position among the moved rows; none for the first one.
    container: Option<usize>,
}

impl<T: Tables> World<T> {
    /// Puts a row into another row of its table, with all that lies in it. O(rows that are moved); from another owner
    /// O(rows of the new one) at most for each.
    ///
    /// # Errors
    /// As [`put_at`](Self::put_at); also when the container's key is stale, or its number is one that means no row. On
    /// error the world is unchanged.
    pub fn put_into<E: Nested<Tables = T>>(
        &mut self,
        key: Key<E>,
        container: Key<E>,
    ) -> Result<(), Error> {
        let (within, number) = self.inside_of(container)?;
        self.put_at(key, within, number)
    }

    /// Puts a row where this number says, of this owner: a number that means no row, or that of a row. All that lies in
    /// it comes along. With another owner, rows whose numbers are taken there get the next free ones that their CHECKs
    /// take.
    ///
    /// # Errors
    /// When the key is stale; [`ErrorKind::NoSuchValue`](crate::ErrorKind::NoSuchValue) when no row has the number;
    /// [`ErrorKind::OwnsItself`](crate::ErrorKind::OwnsItself) for a row that lies in this one; whatever the setters of
    /// the columns refuse. On error the world is unchanged.
    pub fn put_at<E: Nested<Tables = T>>(
        &mut self,
        key: Key<E>,
        within: E::Within,
        parent: i64,
    ) -> Result<(), Error> {
        let table = E::table(&self.tables);
        let row = table.get(key).ok_or_else(|| table.no_row(key))?;
        if row.within() == within {
            let child = row.child_number();
            return self.set_all(key, E::place(within, parent, child));
        }
        let moved = self.with_contents(key, row.clone());
        self.transaction(|world| {
            let mut numbers: Vec<i64> = Vec::with_capacity(moved.len());
            for one in &moved {
                let parent = one.container.map_or(parent, |at| numbers[at]);
                let wanted = Some(one.row.child_number());
                let number = world.free_number(&one.row, &within, parent, wanted);
                // Each is written once, to its final place: what lies in it follows, and names nothing until then.
                let place = E::place(within.clone(), parent, number);
                world.set_all_but(one.key, place, Some(E::NEST))?;
                numbers.push(number);
            }
            Ok(())
        })
    }

    /// Adds a new row to what lies in a row: of the same owner, with the next free number. O(rows of the owner) at most.
    ///
    /// # Errors
    /// When the container's key is stale, its number is one that means no row, or the new row is refused as by `insert`.
    /// On error the world is unchanged.
    pub fn insert_into<E: Nested<Tables = T> + Standalone>(
        &mut self,
        container: Key<E>,
        row: E,
    ) -> Result<Key<E>, Error> {
        let (within, parent) = self.inside_of(container)?;
        self.insert_at(within, parent, row)
    }

    /// Adds a new row where this number says, of this owner, with the next free number of its own. O(rows of the owner)
    /// at most.
    ///
    /// # Errors
    /// When the row is refused as by `insert`. On error the world is unchanged.
    pub fn insert_at<E: Nested<Tables = T> + Standalone>(
        &mut self,
        within: E::Within,
        parent: i64,
        row: E,
    ) -> Result<Key<E>, Error> {
        let mut row = row;
        let number = self.free_number(&row, &within, parent, None);
        for field in E::place(within, parent, number) {
            row.replace(field);
        }
        self.insert(row)
    }

    /// What a row is in that lies in this one: what its number is counted in, and the number.
    fn inside_of<E: Nested<Tables = T>>(
        &self,
        container: Key<E>,
    ) -> Result<(E::Within, i64), Error> {
        let table = E::table(&self.tables);
        let row = table
            .get(container)
            .ok_or_else(|| table.no_row(container))?;
        let (key, number) = (nest::<E>(), row.child_number());
        if root_of(key).contains(number) {
            let target_column = E::INFO.index_columns(key.target_index);
            return Err(ErrorKind::NoSuchValue {
                table: E::INFO.name,
                id: None,
                column: key.columns,
                value: number.to_string(),
                target: E::INFO.name,
                target_column,
            }
            .into());
        }
        Ok((row.within(), number))
    }

    /// A row with all that lies in it, directly or not; each after what it lies in.
    fn with_contents<E: Nested<Tables = T>>(&self, key: Key<E>, row: E) -> Vec<Moved<E>> {
        let (table, value_key) = (E::TABLE, E::NEST);
        let reference = ValueReference { table, value_key };
        let container = None;
        let mut moved = vec![Moved {
            key,
            row,
            container,
        }];
        let mut seen = HashSet::from([key.raw()]);
        let mut at = 0;
        while let Some(container) = moved.get(at) {
            let contents = naming_rows(&*self.tables, reference, container.key.raw());
            let contents: Vec<_> = contents.filter(|key| seen.insert(*key)).collect();
            for raw in contents {
                let key = Key::from_raw(raw);
                let row = E::table(&self.tables)
                    .get(key)
                    .expect("an index has live rows");
                moved.push(Moved {
                    key,
                    row: row.clone(),
                    container: Some(at),
                });
            }
            at += 1;
        }
        moved
    }

    /// The wanted number if no row of the owner has it, or the first free one above those that mean no row that the
    /// row's CHECKs take. If they take none of the first [`N_TRIED`], the first free one, which is refused with the CHECK
    /// then.
    fn free_number<E: Nested<Tables = T>>(
        &self,
        row: &E,
        within: &E::Within,
        parent: i64,
        wanted: Option<i64>,
    ) -> i64 {
        let key = nest::<E>();
        let mut probe = row.clone();
        // Whether no row has the number; and whether the row may have it.
        let mut ask = |number: i64| {
            for field in E::place(within.clone(), parent, number) {
                probe.replace(field);
            }
            let tables = &*self.tables;
            let table = tables.table(E::TABLE);
            let hash = |hasher: &IndexHasher<'_>| probe.index_hash(key.target_index, hasher);
            let rows = E::table(&self.tables);
            let is_it = |other| {
                let other = rows.get(Key::<E>::from_raw(other));
                other.is_some_and(|other| probe.index_eq(other, key.target_index))
            };
            let mut taken = table.rows_with(key.target_index, &hash, &is_it);
            let is_free = taken.next().is_none();
            let all = E::Columns::all();
            (
                is_free,
                is_free && validate_checks(&probe, None, all, &self.tables).is_ok(),
            )
        };
        // A number that the row has is not tried against CHECKs: if it does not fit any more, they say why.
        if let Some(wanted) = wanted
            && ask(wanted).0
        {
            return wanted;
        }
        let first = root_of(key).last().max(0).saturating_add(1);
        let (mut n_refused, mut first_refused) = (0, None);
        for number in first..=i64::MAX {
            match ask(number) {
                (true, true) => return number,
                (true, false) => {
                    n_refused += 1;
                    first_refused.get_or_insert(number);
                }
                (false, _) => {}
            }
            if n_refused == N_TRIED {
                break;
            }
        }
        first_refused.unwrap_or(first)
    }
}
