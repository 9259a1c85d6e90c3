//! Views: a row together with its world. The generated views wrap these.

use std::fmt;
use std::ops::Deref;

use crate::error::Error;
#[cfg(feature = "serde")]
use crate::schema::TableKind;
use crate::schema::graph::ValueReference;
use crate::schema::value::Value;
use crate::store::key::{Id, Key};
use crate::store::pivot::StoredPivot;
use crate::store::row::entity::Resolve;
#[cfg(feature = "serde")]
use crate::store::row::serialize::Variant;
#[cfg(feature = "serde")]
use crate::store::table::stored::Tables as _;
use crate::store::table::{Rows, Slot};
use crate::store::world::World;
use crate::store::world::entity::{Entity, Owned, OwnerOf, Standalone};
use crate::store::world::own::NewOrKept;
use crate::store::world::value_keys::{named_row, naming_rows};

/// Read access to a row.
pub struct RowRef<'w, E: Entity> {
    world: &'w World<E::Tables>,
    key: Key<E>,
    slot: &'w Slot<E>,
}

impl<E: Entity> Clone for RowRef<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: Entity> Copy for RowRef<'_, E> {}

/// The row with its columns: `mobiles#3 { owner_player_id: players#17, hp: 5 }`. The world is at hand, so rows are
/// named by their ids, which mean something to a person, and not by their keys.
impl<E: Entity> fmt::Debug for RowRef<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (info, tables) = (E::INFO, &*self.world.tables);
        let name = format!("{}#{}", info.name, self.slot.id);
        let mut shown = f.debug_struct(&name);
        for (column, name) in info.columns.iter().enumerate() {
            let value = self.slot.row.value(column, tables);
            let mut keys = info.foreign_keys.iter();
            let target = keys
                .find(|key| key.column == column)
                .and_then(|key| key.table);
            match (target, value.as_value()) {
                (Some(target), Value::Integer(id)) => {
                    let target = <E::Tables as Resolve>::INFO[target.index()].name;
                    shown.field(name, &format_args!("{target}#{id}"));
                }
                (_, value) => {
                    shown.field(name, &format_args!("{value}"));
                }
            }
        }
        shown.finish()
    }
}

/// The row by its fields, with its id: `{"id": 3, "name": "rat", "owner": {"player": 17}}`. Where a field is called `id`,
/// as in a table with PRIMARY KEY (realm, id), the row's id has the name of its column: `{"gamedb_id": 3, "realm": 1, "id": 9}`.
/// A row that is owned through a pivot has its owner behind the fields, as `owner`, or, where a field is called so, by the
/// name of the pivot.
#[cfg(feature = "serde")]
impl<E: Entity> serde::Serialize for RowRef<'_, E> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let fields = E::field_names();
        let pivot = match E::INFO.kind {
            TableKind::Owned { pivot } => Some(self.world.tables.table(pivot)),
            TableKind::Entity | TableKind::Pivot { .. } => None,
        };
        let n_entries = fields.len() + 1 + usize::from(pivot.is_some());
        let mut map = serializer.serialize_map(Some(n_entries))?;
        let is_taken = fields.contains(&"id");
        map.serialize_entry(if is_taken { E::INFO.id } else { "id" }, &self.slot.id)?;
        let tables = &*self.world.tables;
        self.slot.row.serialize_fields(tables, &mut map)?;
        if let Some(pivot) = pivot {
            let is_taken = fields.contains(&"owner");
            let name = if is_taken { pivot.info().name } else { "owner" };
            let owner = pivot.owner_of(tables, self.key.raw());
            map.serialize_entry(name, &owner.map(|(arm, id)| Variant(arm, id)))?;
        }
        map.end()
    }
}

impl<'w, E: Entity> RowRef<'w, E> {
    #[inline]
    pub(crate) fn new(world: &'w World<E::Tables>, key: Key<E>) -> Option<Self> {
        let table = E::table(&world.tables);
        let slot = table.slot_of(key)?;
        let key = table.key_of_slot(key.raw(), slot);
        Some(Self { world, key, slot })
    }

    /// The row itself. The reference lives until the world is written to.
    #[inline]
    #[must_use]
    pub fn row(self) -> &'w E {
        &self.slot.row
    }

    /// The row's key.
    #[inline]
    #[must_use]
    pub fn key(self) -> Key<E> {
        self.key
    }

    /// The row's id.
    #[inline]
    #[must_use]
    pub fn id(self) -> Id<E> {
        Id::new(self.slot.id)
    }

    /// The world of the row.
    #[inline]
    #[must_use]
    pub fn world(self) -> &'w World<E::Tables> {
        self.world
    }

    /// The row that a foreign key references. Foreign keys always reference existing rows, so this is
    /// `None` for the null key only.
    #[inline]
    pub fn parent<P: Entity<Tables = E::Tables>>(self, key: Key<P>) -> Option<P::Ref<'w>> {
        self.world.get(key).ok()
    }

    /// The row that a NOT NULL foreign key references.
    ///
    /// # Panics
    /// Never for a foreign key of this row: the world keeps foreign keys consistent.
    #[inline]
    pub fn required_parent<P: Entity<Tables = E::Tables>>(self, key: Key<P>) -> P::Ref<'w> {
        let Some(row) = RowRef::new(self.world, key) else {
            panic!(
                "{:?} of {} references {key:?}, which does not exist",
                self.key,
                E::INFO.name
            )
        };
        row.into()
    }

    /// The rows of `C` whose foreign key at this position references this row, in id order.
    #[inline]
    pub fn children<C: Entity<Tables = E::Tables>>(self, foreign_key: usize) -> Rows<'w, C> {
        C::table(&self.world.tables).children(foreign_key, self.key.raw())
    }

    /// The only row of `C` whose foreign key at this position references this row.
    #[inline]
    pub fn child<C: Entity<Tables = E::Tables>>(self, foreign_key: usize) -> Option<C::Ref<'w>> {
        let (key, _) = self.children::<C>(foreign_key).next()?;
        RowRef::new(self.world, key).map(Into::into)
    }

    /// The row that the key by value at this position names, if it names one. O(1).
    #[inline]
    pub fn named<P: Entity<Tables = E::Tables>>(self, value_key: usize) -> Option<P::Ref<'w>> {
        let table = E::TABLE;
        let reference = ValueReference { table, value_key };
        debug_assert_eq!(E::INFO.value_keys[value_key].table, P::TABLE);
        let key = named_row(&*self.world.tables, reference, self.key.raw())?;
        RowRef::new(self.world, Key::<P>::from_raw(key)).map(Into::into)
    }

    /// The row that a key by value whose columns are all NOT NULL names. O(1).
    ///
    /// # Panics
    /// Never for a key of this row: the world keeps keys by value consistent.
    #[inline]
    pub fn required_named<P: Entity<Tables = E::Tables>>(self, value_key: usize) -> P::Ref<'w> {
        let Some(row) = self.named::<P>(value_key) else {
            panic!(
                "{:?} of {} names a row of {} by value that does not exist",
                self.key,
                E::INFO.name,
                P::INFO.name
            )
        };
        row
    }

    /// The rows of `C` whose key by value at this position names this row, in id order. O(1).
    #[inline]
    pub fn naming<C: Entity<Tables = E::Tables>>(self, value_key: usize) -> Rows<'w, C> {
        let table = C::TABLE;
        let reference = ValueReference { table, value_key };
        debug_assert_eq!(C::INFO.value_keys[value_key].table, E::TABLE);
        let keys = naming_rows(&*self.world.tables, reference, self.key.raw());
        Rows::new(keys, C::table(&self.world.tables))
    }

    /// The only row of `C` whose key by value at this position names this row. O(1).
    #[inline]
    pub fn naming_one<C: Entity<Tables = E::Tables>>(self, value_key: usize) -> Option<C::Ref<'w>> {
        let (key, _) = self.naming::<C>(value_key).next()?;
        RowRef::new(self.world, key).map(Into::into)
    }

    /// The rows of `O` that this row owns, in the order in which they were added.
    #[inline]
    pub fn owned<O>(self) -> Rows<'w, O>
    where
        O: Owned<Tables = E::Tables>,
        OwnerOf<O>: From<Key<E>>,
    {
        self.world.owned_by(self.key)
    }

    /// The pivot rows of the rows that this row owns, in the same order.
    pub fn pivot_rows<P>(
        self,
    ) -> impl DoubleEndedIterator<Item = P> + ExactSizeIterator + use<'w, P, E>
    where
        P: StoredPivot<Tables = E::Tables>,
        P::Owner: From<Key<E>>,
    {
        P::table(&self.world.tables).rows_of(self.key.into())
    }

    /// The pivot row of this row, which names its owner.
    #[must_use]
    pub fn pivot_row(self) -> Option<E::Pivot>
    where
        E: Owned,
    {
        E::Pivot::table(&self.world.tables).of(self.key)
    }
}

/// Write access to a row. Every write goes through the world, so none can miss its dirty flag, its
/// indexes or its owner.
pub struct RowMut<'w, E: Entity> {
    world: &'w mut World<E::Tables>,
    key: Key<E>,
}

impl<E: Entity> fmt::Debug for RowMut<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}

impl<E: Entity> Deref for RowMut<'_, E> {
    type Target = E;

    #[inline]
    fn deref(&self) -> &E {
        self.as_ref().row()
    }
}

impl<'w, E: Entity> RowMut<'w, E> {
    /// A view of a row that the caller knows to be live.
    #[inline]
    pub(crate) fn new(world: &'w mut World<E::Tables>, key: Key<E>) -> Self {
        Self { world, key }
    }

    /// The same row for reading.
    ///
    /// # Panics
    /// If the row has been removed through this view: by removing a row that it owns and also references
    /// with `ON DELETE CASCADE`.
    #[inline]
    #[must_use]
    pub fn as_ref(&self) -> RowRef<'_, E> {
        let Some(row) = RowRef::new(self.world, self.key) else {
            panic!(
                "row {:?} was removed together with a row that it owned",
                self.key
            )
        };
        row
    }

    /// The row's key.
    #[inline]
    #[must_use]
    pub fn key(&self) -> Key<E> {
        self.key
    }

    /// Writes a field that may be refused.
    ///
    /// # Errors
    /// As [`World::set`].
    #[inline]
    pub fn set(&mut self, field: E::Field) -> Result<(), Error> {
        self.world.set(self.key, field)
    }

    /// Writes a field that cannot be refused: the column is not floating-point, and has no foreign key,
    /// no unique index and no CHECK.
    ///
    /// # Panics
    /// If the row has been removed through this view, as for [`as_ref`](Self::as_ref).
    #[inline]
    pub fn put(&mut self, field: E::Field) {
        if let Err(refused) = self.world.set(self.key, field) {
            panic!("row {:?} cannot be written: {refused}", self.key);
        }
    }

    /// Writes several fields at once: see [`World::set_all`].
    ///
    /// # Errors
    /// As [`World::set_all`].
    pub fn set_all(&mut self, fields: impl IntoIterator<Item = E::Field>) -> Result<(), Error> {
        self.world.set_all(self.key, fields)
    }

    /// The world of the row.
    #[inline]
    pub fn world(&mut self) -> &mut World<E::Tables> {
        self.world
    }

    /// Adds an owned row: see [`World::add`].
    ///
    /// # Errors
    /// As [`World::add`].
    #[inline]
    pub fn add<O>(&mut self, row: O) -> Result<Key<O>, Error>
    where
        O: Owned<Tables = E::Tables>,
        OwnerOf<O>: From<Key<E>>,
    {
        self.world.add(self.key, row)
    }

    /// Removes an owned row: see [`World::remove_owned`].
    ///
    /// # Errors
    /// As [`World::remove_owned`].
    pub fn remove_owned<O>(&mut self, key: Key<O>) -> Result<(), Error>
    where
        O: Owned<Tables = E::Tables>,
        OwnerOf<O>: From<Key<E>>,
    {
        self.world.remove_owned(self.key, key)
    }

    /// Replaces what this row owns of `O`: see [`World::set_owned`].
    ///
    /// # Errors
    /// As [`World::set_owned`].
    pub fn set_owned<O>(
        &mut self,
        rows: impl IntoIterator<Item = impl Into<NewOrKept<O>>>,
    ) -> Result<Vec<Key<O>>, Error>
    where
        O: Owned<Tables = E::Tables>,
        OwnerOf<O>: From<Key<E>>,
    {
        self.world.set_owned(self.key, rows)
    }

    /// Moves an owned row to another owner: see [`World::give`].
    ///
    /// # Errors
    /// As [`World::give`].
    pub fn give<O>(&mut self, key: Key<O>, to: impl Into<OwnerOf<O>>) -> Result<(), Error>
    where
        O: Owned<Tables = E::Tables>,
        OwnerOf<O>: From<Key<E>>,
    {
        self.world.give(self.key, key, to)
    }

    /// Removes the row with all that it owns: see [`World::remove`].
    ///
    /// # Errors
    /// As [`World::remove`].
    pub fn remove(self) -> Result<(), Error> {
        self.world.remove(self.key)
    }

    /// Inserts a row that is not owned, as [`World::insert`].
    ///
    /// # Errors
    /// As [`World::insert`].
    pub fn insert<C: Standalone<Tables = E::Tables>>(&mut self, row: C) -> Result<Key<C>, Error> {
        self.world.insert(row)
    }
}
