//! Owned rows: adding them to an owner, removing them, and moving them to another owner.

use std::collections::HashSet;

use crate::error::{Error, ErrorKind};
use crate::store::index::{InsertAt, Parent};
use crate::store::key::{AnyKey, Id, Key, RawKey};
use crate::store::pivot::{Pivot, StoredPivot, describe};
use crate::store::row::entity::PivotRow;
use crate::store::row::owner::Owner as _;
use crate::store::table::Rows;
use crate::store::table::stored::Tables;
use crate::store::world::World;
use crate::store::world::entity::{Owned, OwnerOf};

/// One row of the list that replaces an owner's rows: a new row, or a row that the owner has and keeps.
#[derive(Clone, Debug)]
pub enum NewOrKept<E> {
    /// A row to add.
    New(E),
    /// A row that the owner already has.
    Kept(Key<E>),
}

impl<E: Owned> From<E> for NewOrKept<E> {
    fn from(row: E) -> Self {
        Self::New(row)
    }
}

impl<E> From<Key<E>> for NewOrKept<E> {
    fn from(key: Key<E>) -> Self {
        Self::Kept(key)
    }
}

fn pivot<O: Owned>(tables: &O::Tables) -> &Pivot<O::Pivot> {
    <O::Pivot as StoredPivot>::table(tables)
}

impl<T: Tables> World<T> {
    /// The rows of `O` that `owner` has, in the order in which they were added. O(1).
    #[inline]
    pub fn owned_by<O: Owned<Tables = T>>(&self, owner: impl Into<OwnerOf<O>>) -> Rows<'_, O> {
        Rows::new(
            pivot::<O>(&self.tables).owned_by(owner.into()),
            O::table(&self.tables),
        )
    }

    /// Adds a row to an owner: inserts the row and its pivot row. O(1).
    ///
    /// # Errors
    /// When the owner does not exist ([`ErrorKind::NoSuchRow`]) or the row is refused. On error the world is
    /// unchanged.
    #[inline]
    pub fn add<O: Owned<Tables = T>>(
        &mut self,
        owner: impl Into<OwnerOf<O>>,
        row: O,
    ) -> Result<Key<O>, Error> {
        self.add_to(owner.into(), row)
    }

    /// Adds a row to an owner, with an id that the game chose, as [`insert_with_id`](Self::insert_with_id). The id of
    /// its pivot row is assigned. O(1).
    ///
    /// # Errors
    /// As for [`add`](Self::add) and [`insert_with_id`](Self::insert_with_id). On error the world is unchanged.
    pub fn add_with_id<O: Owned<Tables = T>>(
        &mut self,
        owner: impl Into<OwnerOf<O>>,
        id: Id<O>,
        row: O,
    ) -> Result<Key<O>, Error> {
        let owner = owner.into();
        self.check_owner::<O>(owner, None)?;
        self.validate_id(id)?;
        self.validate_new_row(&row)?;
        let pivot_id = self.next_pivot_id::<O>()?;
        self.skip_ids_below(id);
        Ok(self.add_unchecked(owner, id.get(), pivot_id, row))
    }

    /// [`add`](Self::add), compiled once for each type of row instead of once for each type of owner too:
    /// with several copies, none of them would have the validation inlined.
    fn add_to<O: Owned<Tables = T>>(&mut self, owner: OwnerOf<O>, row: O) -> Result<Key<O>, Error> {
        self.check_owner::<O>(owner, None)?;
        let id = self.validate_insert(&row)?;
        let pivot_id = self.next_pivot_id::<O>()?;
        Ok(self.add_unchecked(owner, id, pivot_id, row))
    }

    #[inline]
    fn next_pivot_id<O: Owned<Tables = T>>(&self) -> Result<i64, Error> {
        let pivot_id = pivot::<O>(&self.tables).next_id();
        pivot_id.ok_or_else(|| Error::id_exhausted(O::Pivot::INFO.name))
    }

    /// Inserts a row and its pivot row, which have been validated.
    #[inline]
    fn add_unchecked<O: Owned<Tables = T>>(
        &mut self,
        owner: OwnerOf<O>,
        id: i64,
        pivot_id: i64,
        row: O,
    ) -> Key<O> {
        let key = self.insert_unchecked(id, row);
        let record = self.is_recording();
        <O::Pivot as StoredPivot>::table_mut(&mut self.tables).insert(
            pivot_id,
            key.raw(),
            owner,
            InsertAt::Last,
            record,
        );
        if record {
            self.recorded(O::Pivot::TABLE);
        }
        key
    }

    /// Removes a row that `owner` has: the row, its pivot row, and everything that the row owns.
    ///
    /// # Errors
    /// [`ErrorKind::StaleKey`], [`ErrorKind::NotTheOwner`], [`ErrorKind::StillReferenced`]. On error the
    /// world is unchanged.
    pub fn remove_owned<O: Owned<Tables = T>>(
        &mut self,
        owner: impl Into<OwnerOf<O>>,
        key: Key<O>,
    ) -> Result<(), Error> {
        self.check_owned_by(owner.into(), key)?;
        self.remove(key)
    }

    /// Replaces the rows of `owner`: rows that are not in the list are removed, new ones are added, and
    /// rows that it keeps keep their keys. All or nothing. Returns the keys in the order of the list.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyOwned`] for the key of a row that has another owner, [`ErrorKind::Twice`] for a
    /// key that is in the list twice, and any error of adding or removing a row. On error the world is
    /// unchanged.
    pub fn set_owned<O: Owned<Tables = T>>(
        &mut self,
        owner: impl Into<OwnerOf<O>>,
        rows: impl IntoIterator<Item = impl Into<NewOrKept<O>>>,
    ) -> Result<Vec<Key<O>>, Error> {
        let owner = owner.into();
        self.check_owner::<O>(owner, None)?;
        let rows: Vec<NewOrKept<O>> = rows.into_iter().map(Into::into).collect();
        let mut kept = HashSet::new();
        for row in &rows {
            let NewOrKept::Kept(key) = row else { continue };
            let id = self.id_of_owned(*key)?;
            let table = O::INFO.name;
            match pivot::<O>(&self.tables).owner(*key) {
                Some(its_owner) if its_owner == owner => {}
                its_owner => {
                    return Err(ErrorKind::AlreadyOwned {
                        table,
                        id,
                        owner: self.describe::<O>(its_owner),
                    }
                    .into());
                }
            }
            if !kept.insert(key.raw()) {
                return Err(ErrorKind::Twice { table, id }.into());
            }
        }
        self.transaction(|world| {
            let had: Vec<RawKey> = pivot::<O>(&world.tables).owned_by(owner).collect();
            let removed = had.into_iter().filter(|key| !kept.contains(key));
            world.remove_all(
                removed
                    .map(|key| AnyKey {
                        table: O::TABLE,
                        key,
                    })
                    .collect(),
            )?;
            let key_of = |row| match row {
                NewOrKept::New(row) => world.add_to(owner, row),
                // A row that was removed because one of the removed rows owned it cannot be kept.
                NewOrKept::Kept(key) => world.id_of_owned(key).map(|_| key),
            };
            rows.into_iter().map(key_of).collect()
        })
    }

    /// Moves a row from `from` to `to`: one UPDATE of its pivot row. Its position among the rows of `to`
    /// follows the order in which the rows were added, no matter to which owner. O(log n) in the worst
    /// case.
    ///
    /// # Errors
    /// [`ErrorKind::StaleKey`], [`ErrorKind::NotTheOwner`] if `from` does not have it,
    /// [`ErrorKind::NoSuchRow`] if `to` does not exist, and [`ErrorKind::OwnsItself`] if `to` is owned by
    /// the row, directly or not. On error the world is unchanged.
    pub fn give<O: Owned<Tables = T>>(
        &mut self,
        from: impl Into<OwnerOf<O>>,
        key: Key<O>,
        to: impl Into<OwnerOf<O>>,
    ) -> Result<(), Error> {
        let (from, to) = (from.into(), to.into());
        self.check_owned_by(from, key)?;
        let pivot_id = self.tables.table(O::Pivot::TABLE).id_of(key.raw());
        self.check_owner::<O>(to, pivot_id)?;
        if from == to {
            return Ok(());
        }
        self.refuse_owner_below::<O>(key, to)?;
        let record = self.is_recording();
        <O::Pivot as StoredPivot>::table_mut(&mut self.tables).give(key.raw(), to, record);
        if record {
            self.recorded(O::Pivot::TABLE);
        }
        Ok(())
    }

    /// Refuses an owner that is itself owned by the row.
    fn refuse_owner_below<O: Owned<Tables = T>>(
        &self,
        key: Key<O>,
        owner: OwnerOf<O>,
    ) -> Result<(), Error> {
        let (arm, parent) = owner.arm();
        match (parent, O::Pivot::INFO.arms()[arm].table) {
            (Parent::Row(owner), Some(table)) => self.refuse_ownership_cycle(
                AnyKey {
                    table: O::TABLE,
                    key: key.raw(),
                },
                AnyKey { table, key: owner },
            ),
            _ => Ok(()),
        }
    }

    fn id_of_owned<O: Owned<Tables = T>>(&self, key: Key<O>) -> Result<i64, Error> {
        Ok(self.id(key)?.get())
    }

    fn describe<O: Owned<Tables = T>>(&self, owner: Option<OwnerOf<O>>) -> String {
        owner.map_or_else(
            || "nobody".to_owned(),
            |owner| describe::<O::Pivot>(owner, &self.tables),
        )
    }

    fn check_owned_by<O: Owned<Tables = T>>(
        &self,
        owner: OwnerOf<O>,
        key: Key<O>,
    ) -> Result<(), Error> {
        let id = self.id_of_owned(key)?;
        self.refuse_owner_of_another_world::<O>(owner)?;
        let its_owner = pivot::<O>(&self.tables).owner(key);
        if its_owner == Some(owner) {
            return Ok(());
        }
        Err(ErrorKind::NotTheOwner {
            table: O::INFO.name,
            id,
            owner: self.describe::<O>(its_owner),
        }
        .into())
    }

    /// Refuses an owner that is known to be of another world.
    #[inline]
    fn refuse_owner_of_another_world<O: Owned<Tables = T>>(
        &self,
        owner: OwnerOf<O>,
    ) -> Result<(), Error> {
        if !owner.is_of_another_world(O::table(&self.tables).world()) {
            return Ok(());
        }
        let info = O::Pivot::INFO;
        let column = info.columns[info.arms()[owner.arm().0].column];
        Err(Error::other_world(info.name, Some(column), None))
    }

    #[inline]
    fn check_owner<O: Owned<Tables = T>>(
        &self,
        owner: OwnerOf<O>,
        pivot_id: Option<i64>,
    ) -> Result<(), Error> {
        let (arm, parent) = owner.arm();
        let info = O::Pivot::INFO;
        let foreign_key = &info.arms()[arm];
        self.refuse_owner_of_another_world::<O>(owner)?;
        match (parent, foreign_key.table) {
            (Parent::Row(key), Some(target)) if self.tables.table(target).id_of(key).is_none() => {
                Err(ErrorKind::NoSuchRow {
                    table: info.name,
                    id: pivot_id,
                    column: info.columns[foreign_key.column],
                    target: T::INFO[target.index()].name,
                }
                .into())
            }
            _ => Ok(()),
        }
    }
}
