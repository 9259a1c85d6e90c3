//! The world: all tables of one schema, and the operations on them.

mod apply;
pub(crate) mod changes;
pub(crate) mod entity;
pub(crate) mod hand_over;
pub(crate) mod interest;
pub(crate) mod join;
pub(crate) mod nests;
pub(crate) mod own;
mod ownership_cycles;
pub(crate) mod relation_rows;
pub(crate) mod remove;
#[cfg(feature = "persist")]
pub(crate) mod save_set;
pub(crate) mod transaction;
pub(crate) mod untyped;
mod update;
mod validate;
pub(crate) mod value_keys;
pub(crate) mod view;

use std::fmt;
use std::ops::Deref;

use crate::error::Error;
use crate::schema::TableId;
use crate::schema::graph::{Ownership, Reference, ValueReference, references, value_references};
use crate::store::key::{AnyKey, Id, Key, WorldNumber};
use crate::store::table::stored::{Tables, all_tables};
use crate::store::tracking::commit_sink::CommitSink;
#[cfg(feature = "persist")]
use crate::store::tracking::mail::Mail;
use crate::store::world::entity::{Entity, Standalone, Unowned};
use crate::store::world::transaction::UndoLog;
use crate::store::world::view::{RowMut, RowRef};

/// All tables of one schema, in memory. All writes go through the world, because only it can access every
/// table.
///
/// The operations are the same for every entity; the type of the row or of the key selects the table.
/// Tables can be read one by one: the world derefs to the generated struct of all tables. A world works
/// without a file; a [`Database`](crate::Database) contains a world and its file.
pub struct World<T: Tables> {
    /// On the heap: the tables of a large schema are tens of kilobytes, and a world is moved through the stack
    /// frames of `open`, in threads that may have little stack.
    pub(crate) tables: Box<T>,
    pub(crate) log: UndoLog,
    pub(crate) commit_sink: CommitSink,
    pub(crate) references: Box<[Vec<Reference>]>,
    pub(crate) value_references: Box<[Vec<ValueReference>]>,
    pub(crate) ownership: Ownership,
    /// The parcels that have left it, and the names of those that have come.
    #[cfg(feature = "persist")]
    pub(crate) mail: Mail,
    #[cfg(feature = "persist")]
    identity: u64,
}

impl<T: Tables> Default for World<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Tables> fmt::Debug for World<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = T::INFO
            .iter()
            .zip(all_tables::<T>())
            .map(|(info, table)| (info.name, self.tables.table(table).n_rows()));
        f.debug_map().entries(rows).finish()
    }
}

impl<T: Tables> Deref for World<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.tables
    }
}

impl<T: Tables> World<T> {
    /// An empty world.
    #[must_use]
    pub fn new() -> Self {
        let mut tables: Box<T> = Box::default();
        if cfg!(debug_assertions) {
            let world = WorldNumber::next();
            all_tables::<T>().for_each(|table| tables.table_mut(table).set_world(world));
        }
        Self {
            tables,
            log: UndoLog::default(),
            commit_sink: CommitSink::default(),
            references: references(T::INFO),
            value_references: value_references(T::INFO),
            ownership: Ownership::of(T::INFO),
            #[cfg(feature = "persist")]
            mail: Mail::default(),
            #[cfg(feature = "persist")]
            identity: new_identity(),
        }
    }

    /// A number that is unique among the worlds of this process: `mem::swap` can exchange one world for
    /// another, which must not be flushed to this file then.
    #[cfg(feature = "persist")]
    pub(crate) fn identity(&self) -> u64 {
        self.identity
    }

    /// Marks all rows as new, for a file that has no rows. For the pipeline of the previous file this
    /// counts as another world: returns the new [identity](Self::identity). O(rows).
    #[cfg(feature = "persist")]
    pub(crate) fn forget_file(&mut self) -> u64 {
        for table in all_tables::<T>() {
            self.tables.table_mut(table).forget_file();
        }
        self.commit_sink.txn_groups.clear();
        self.mail.forget_file();
        self.identity = new_identity();
        self.identity
    }

    /// Inserts a row, and returns its key. Its id is one that no row of the table ever had. O(1).
    ///
    /// # Errors
    /// [`ErrorKind::NotUnique`](crate::ErrorKind::NotUnique),
    /// [`ErrorKind::NoSuchRow`](crate::ErrorKind::NoSuchRow) for a foreign key without a row,
    /// [`ErrorKind::NoSuchValue`](crate::ErrorKind::NoSuchValue) for a value that no row of another table has,
    /// [`ErrorKind::NotANumber`](crate::ErrorKind::NotANumber),
    /// [`ErrorKind::CheckFailed`](crate::ErrorKind::CheckFailed),
    /// [`ErrorKind::IdExhausted`](crate::ErrorKind::IdExhausted). On error the world is unchanged.
    #[inline]
    pub fn insert<E: Standalone<Tables = T>>(&mut self, row: E) -> Result<Key<E>, Error> {
        let id = self.validate_insert(&row)?;
        Ok(self.insert_unchecked(id, row))
    }

    /// Inserts a row with an id that the game chose, and returns its key. O(1); with an id far beyond the number of
    /// rows, O(log n).
    ///
    /// The id has to be one that no row of the table ever had, which is known of the next id and of all above it.
    /// Rows that [`insert`](Self::insert) adds later get ids above this one, so the ids that were skipped remain unused.
    ///
    /// ```
    /// use gamedb::{ErrorKind, Id};
    /// use gamedb_models::{Item, World};
    ///
    /// let mut world = World::new();
    /// let named = |name: &str| Item { internal_name: name.into(), ..Item::default() };
    /// let sword = world.insert_with_id(Id::new(1_000), named("sword"))?;
    /// let shield = world.insert(named("shield"))?;
    /// assert_eq!(world.id(shield)?, Id::new(1_001));
    ///
    /// world.remove(sword)?;
    /// let refused = world.insert_with_id(Id::new(1_000), named("bow")).unwrap_err();
    /// assert!(matches!(refused.kind(), ErrorKind::IdUsed { id: 1_000, next: 1_002, .. }));
    /// # Ok::<(), gamedb::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::IdTaken`](crate::ErrorKind::IdTaken) if a row has the id,
    /// [`ErrorKind::IdUsed`](crate::ErrorKind::IdUsed) if it is below the next id of the table,
    /// [`ErrorKind::IdOutOfRange`](crate::ErrorKind::IdOutOfRange) if it is not positive, or is `i64::MAX`,
    /// and the errors of [`insert`](Self::insert). On error the world is unchanged.
    pub fn insert_with_id<E: Unowned<Tables = T>>(
        &mut self,
        id: Id<E>,
        row: E,
    ) -> Result<Key<E>, Error> {
        self.validate_id(id)?;
        self.validate_new_row(&row)?;
        self.skip_ids_below(id);
        Ok(self.insert_unchecked(id.get(), row))
    }

    /// Read access to a row and its relations. O(1).
    ///
    /// # Errors
    /// [`ErrorKind::StaleKey`](crate::ErrorKind::StaleKey) if the key has no row, and with `debug_assertions`
    /// [`ErrorKind::OtherWorld`](crate::ErrorKind::OtherWorld) if it is one of another world.
    #[inline]
    pub fn get<E: Entity<Tables = T>>(&self, key: Key<E>) -> Result<E::Ref<'_>, Error> {
        let row = RowRef::new(self, key);
        let row = row.ok_or_else(|| E::table(&self.tables).no_row(key))?;
        Ok(row.into())
    }

    /// Write access to a row: setters, and the operations on what it owns. O(1).
    ///
    /// # Errors
    /// [`ErrorKind::StaleKey`](crate::ErrorKind::StaleKey) if the key has no row, and with `debug_assertions`
    /// [`ErrorKind::OtherWorld`](crate::ErrorKind::OtherWorld) if it is one of another world.
    #[inline]
    pub fn get_mut<E: Entity<Tables = T>>(&mut self, key: Key<E>) -> Result<E::Mut<'_>, Error> {
        let table = E::table(&self.tables);
        let Some(slot) = table.slot_of(key) else {
            return Err(table.no_row(key));
        };
        let key = table.key_of_slot(key.raw(), slot);
        Ok(RowMut::new(self, key).into())
    }

    /// Whether the world has a row with this key. O(1).
    #[inline]
    #[must_use]
    pub fn contains_key<E: Entity<Tables = T>>(&self, key: Key<E>) -> bool {
        E::table(&self.tables).contains_key(key)
    }

    /// The id of a row, which is what the file stores and what to send to a client. O(1).
    ///
    /// # Errors
    /// [`ErrorKind::StaleKey`](crate::ErrorKind::StaleKey) if the key has no row, and with `debug_assertions`
    /// [`ErrorKind::OtherWorld`](crate::ErrorKind::OtherWorld) if it is one of another world.
    #[inline]
    pub fn id<E: Entity<Tables = T>>(&self, key: Key<E>) -> Result<Id<E>, Error> {
        let table = E::table(&self.tables);
        table.id(key).ok_or_else(|| table.no_row(key))
    }

    /// The key of the row with this id, if there is one. O(1).
    #[inline]
    #[must_use]
    pub fn key<E: Entity<Tables = T>>(&self, id: Id<E>) -> Option<Key<E>> {
        E::table(&self.tables).key(id)
    }

    /// Number of rows of `E`. O(1).
    #[must_use]
    pub fn n_rows<E: Entity<Tables = T>>(&self) -> usize {
        E::table(&self.tables).len()
    }

    /// Number of rows of all tables. O(tables).
    #[must_use]
    pub fn len(&self) -> usize {
        all_tables::<T>()
            .map(|table| self.tables.table(table).n_rows())
            .sum()
    }

    /// Whether all tables are empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rows of `E`, in the order of [`Table::iter`](crate::store::table::Table::iter).
    #[inline]
    pub fn iter<E: Entity<Tables = T>>(&self) -> impl Iterator<Item = (Key<E>, &E)> + Clone {
        E::table(&self.tables).iter()
    }

    /// Visits all rows of `E` for writing, in id order. Rows that are inserted during the iteration are
    /// not visited, and neither are rows that are removed before the iteration reaches them.
    ///
    /// Each row is returned as [`get_mut`](Self::get_mut) does, so no write can miss its dirty flag; only
    /// one row can be borrowed at a time, hence `while let Some(row) = rows.next()` instead of `for`:
    ///
    /// ```
    /// use gamedb_models::{Player, World};
    ///
    /// let mut world = World::new();
    /// world.insert(Player { year_of_birth: 1999, ..Player::default() })?;
    /// let mut rows = world.iter_mut::<Player>();
    /// while let Some(mut player) = rows.next() {
    ///     let year = player.year_of_birth;
    ///     player.set_year_of_birth(year + 1);
    /// }
    /// assert!(world.iter::<Player>().all(|(_, player)| player.year_of_birth == 2000));
    /// # Ok::<(), gamedb::Error>(())
    /// ```
    pub fn iter_mut<E: Entity<Tables = T>>(&mut self) -> IterMut<'_, E> {
        let next = E::table(&self.tables).ids.counter().next();
        IterMut {
            world: self,
            next: Some(i64::MIN),
            // When the ids are exhausted, no row can be inserted during the iteration.
            last: next.map_or(i64::MAX, |next| next - 1),
        }
    }

    /// Number of rows that the next flush has to write: inserted, changed and removed ones. Rows that are
    /// in flight in the background, or in the staged batch, do not count. O(such rows).
    #[must_use]
    pub fn n_dirty(&self) -> usize {
        all_tables::<T>().map(|table| self.n_dirty_of(table)).sum()
    }

    /// The id of a row that is known to be live.
    ///
    /// # Panics
    /// If the row does not exist.
    pub(crate) fn id_of_live(&self, row: AnyKey) -> i64 {
        let id = self.tables.table(row.table).id_of(row.key);
        id.expect("a row that an index contains has an id (invariant 2)")
    }

    fn n_dirty_of(&self, table: TableId) -> usize {
        let table = self.tables.table(table);
        let listed = table
            .dirty()
            .listed()
            .iter()
            .filter(|&&key| table.is_dirty_row(key))
            .count();
        listed + table.dirty().removed().len()
    }

    /// Recomputes every index, ownership and dirty set from the rows, and returns the differences: empty,
    /// unless the engine has a bug. O(rows); for tests.
    #[must_use]
    pub fn check(&self) -> Vec<String> {
        all_tables::<T>()
            .flat_map(|table| self.tables.table(table).check(&self.tables))
            .chain(self.ownership_cycles().iter().map(ToString::to_string))
            .chain(
                self.dangling_values(|_, _| true)
                    .iter()
                    .map(ToString::to_string),
            )
            .collect()
    }
}

#[cfg(feature = "persist")]
fn new_identity() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static WORLDS: AtomicU64 = AtomicU64::new(0);
    WORLDS.fetch_add(1, Ordering::Relaxed)
}

/// A lending iterator over rows for writing: see [`World::iter_mut`].
#[derive(Debug)]
#[must_use = "no row is visited before `next` is called"]
pub struct IterMut<'w, E: Entity> {
    world: &'w mut World<E::Tables>,
    next: Option<i64>,
    last: i64,
}

/// What a `for` loop would need, and no type has. For a `for` loop over rows for writing the compiler says that this trait is
/// not implemented, so its name says what to do; it would show no text of our own, because `Iterator` has one.
pub trait WhileLetInsteadOfFor {
    /// No type has it.
    fn never(&self) -> !;
}

// `IntoIterator` would not do: the compiler tries its implementation for all iterators as well, and names neither.
impl<'w, E: Entity> Iterator for IterMut<'w, E>
where
    Self: WhileLetInsteadOfFor,
{
    type Item = E::Mut<'w>;

    fn next(&mut self) -> Option<Self::Item> {
        WhileLetInsteadOfFor::never(self)
    }
}

impl<E: Entity> IterMut<'_, E> {
    /// The next row. O(1).
    #[allow(clippy::should_implement_trait, reason = "an iterator cannot lend")]
    #[inline]
    pub fn next(&mut self) -> Option<E::Mut<'_>> {
        let (id, key) = E::table(&self.world.tables).ids.at_or_after(self.next?)?;
        if id > self.last {
            return None;
        }
        self.next = id.checked_add(1);
        let key = Key::of(key, E::table(&self.world.tables).world(), id);
        Some(RowMut::<E>::new(self.world, key).into())
    }
}
