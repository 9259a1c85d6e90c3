//! Writing a row: validation, and the maintenance of its indexes and dirty flags.

use std::mem::discriminant;

use bitflags::Flags as _;
use smallvec::SmallVec;

use crate::error::{Error, ErrorKind};
use crate::schema::ValueKey;
use crate::schema::graph::ValueReference;
use crate::store::index::InsertAt;
use crate::store::key::{AnyKey, Id, Key};
use crate::store::table::stored::Tables;
use crate::store::table::{Slot, WriteOutcome, flag};
use crate::store::world::World;
use crate::store::world::entity::Entity;
use crate::store::world::validate::{validate_unique, validate_values};

impl<T: Tables> World<T> {
    /// Writes one field of a row: every setter calls this. Setting a field to its current value is not a
    /// change. O(1); for an owner, O(length of the chain of owners above it).
    ///
    /// # Errors
    /// When the key is stale, or the value is refused:
    /// [`ErrorKind::NotANumber`](crate::ErrorKind::NotANumber),
    /// [`ErrorKind::NoSuchRow`](crate::ErrorKind::NoSuchRow),
    /// [`ErrorKind::NoSuchValue`](crate::ErrorKind::NoSuchValue),
    /// [`ErrorKind::StillNamed`](crate::ErrorKind::StillNamed),
    /// [`ErrorKind::CheckFailed`](crate::ErrorKind::CheckFailed),
    /// [`ErrorKind::NotUnique`](crate::ErrorKind::NotUnique),
    /// [`ErrorKind::OwnsItself`](crate::ErrorKind::OwnsItself). On error the world is unchanged.
    #[inline]
    pub fn set<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        field: E::Field,
    ) -> Result<(), Error> {
        let record = self.is_recording();
        let table = E::table_mut(&mut self.tables);
        if key.is_of_another_world(table.world()) {
            return Err(table.no_row(key));
        }
        match table.write(key.raw(), field, record) {
            WriteOutcome::Unchanged => Ok(()),
            WriteOutcome::Written => {
                if record {
                    self.recorded(E::TABLE);
                }
                Ok(())
            }
            WriteOutcome::NeedsValidation(field) => self.update_indexed(key, field),
        }
    }

    /// The slow path, for a write that may be refused or that moves the row in an index: removes the row
    /// from the indexes, writes, validates the row, and adds it to the indexes again, whether the write
    /// was refused or not.
    #[inline(never)]
    fn update_indexed<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        field: E::Field,
    ) -> Result<(), Error> {
        let raw = key.raw();
        let table = E::table(&self.tables);
        let columns = table.get(key).map(|row| row.differs(&field));
        let columns = columns.ok_or_else(|| table.no_row(key))?;
        if Self::HAS_VALUE_KEYS {
            self.refuse_change(key, columns, None)?;
        }
        let table = E::table_mut(&mut self.tables);
        table.unindex_row(raw, columns);
        let old = table.rows[raw].row.replace(field);
        let refused = self.validate_written(key, columns);
        let table = E::table_mut(&mut self.tables);
        if let Err(refused) = refused {
            table.rows[raw].row.replace(old);
            table.index_row(raw, columns, InsertAt::ById);
            return Err(refused);
        }
        table.index_row(raw, columns, InsertAt::ById);
        self.mark_written(key, columns, old);
        Ok(())
    }

    /// Writes several fields of a row at once, so that no row is seen with a part of them: a key by value of several
    /// columns names a row before and after, and need not in between. Of a field that comes twice the last one
    /// counts, and what came before it is never looked at. O(1) for few fields, with a copy of the row.
    ///
    /// # Errors
    /// As [`set`](Self::set). On error the world is unchanged.
    pub fn set_all<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        fields: impl IntoIterator<Item = E::Field>,
    ) -> Result<(), Error> {
        self.set_all_but(key, fields, None)
    }

    /// The same for a row whose name by a key by value of its own table may change although rows name it: they are
    /// written next, in the same transaction.
    pub(super) fn set_all_but<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        fields: impl IntoIterator<Item = E::Field>,
        but: Option<usize>,
    ) -> Result<(), Error> {
        let raw = key.raw();
        let table = E::table(&self.tables);
        let row = table.get(key).ok_or_else(|| table.no_row(key))?;
        let mut last: SmallVec<[E::Field; 4]> = SmallVec::new();
        for field in fields {
            match last
                .iter_mut()
                .find(|other| discriminant(*other) == discriminant(&field))
            {
                // What comes in between is never seen, so it is no change.
                Some(before) => *before = field,
                None => last.push(field),
            }
        }
        let mut new = row.clone();
        let mut columns = E::Columns::empty();
        for field in last {
            columns.insert(row.differs(&field));
            new.replace(field);
        }
        if columns.is_empty() {
            return Ok(());
        }
        if Self::HAS_VALUE_KEYS {
            self.refuse_change(key, columns, but)?;
        }
        let table = E::table_mut(&mut self.tables);
        table.unindex_row(raw, columns);
        let old = table.exchange(raw, new);
        let refused = self.validate_written(key, columns);
        let record = self.is_recording();
        let table = E::table_mut(&mut self.tables);
        if let Err(refused) = refused {
            table.exchange(raw, old);
            table.index_row(raw, columns, InsertAt::ById);
            return Err(refused);
        }
        table.index_row(raw, columns, InsertAt::ById);
        table.mark_replaced(raw, columns, old, record);
        if record {
            self.recorded(E::TABLE);
        }
        Ok(())
    }

    /// Refuses to change what another row names the row by.
    fn refuse_change<E: Entity<Tables = T>>(
        &self,
        key: Key<E>,
        columns: E::Columns,
        but: Option<usize>,
    ) -> Result<(), Error> {
        let (table, key) = (E::TABLE, key.raw());
        let but = but.map(|value_key| ValueReference { table, value_key });
        let is_written = |column| columns.contains(flag::<E>(column));
        self.refuse_change_of_named(AnyKey { table, key }, &is_written, but)
    }

    /// Validates a row that has just been written.
    fn validate_written<E: Entity<Tables = T>>(
        &self,
        key: Key<E>,
        columns: E::Columns,
    ) -> Result<(), Error> {
        let table = E::table(&self.tables);
        let Slot { row, id, .. } = &table.rows[key.raw()];
        validate_values(row, Some(*id), columns, &self.tables)?;
        validate_unique(table, row, Some((key.raw(), *id)), columns, &self.tables)?;
        let mut foreign_keys = E::INFO.foreign_keys.iter();
        let mut value_keys = E::INFO.value_keys.iter();
        let is_written = |column: &usize| columns.contains(flag::<E>(*column));
        let is_nest = |key: &ValueKey| key.root.is_some();
        if foreign_keys.any(|key| key.owns && is_written(&key.column))
            || value_keys.any(|key| is_nest(key) && key.own_columns(E::INFO).iter().any(is_written))
        {
            self.refuse_ownership_cycle_of(AnyKey {
                table: E::TABLE,
                key: key.raw(),
            })?;
        }
        Ok(())
    }

    #[inline]
    fn mark_written<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        columns: E::Columns,
        old: E::Field,
    ) {
        let record = self.is_recording();
        E::table_mut(&mut self.tables).mark_written(key.raw(), columns, old, record);
        if record {
            self.recorded(E::TABLE);
        }
    }

    /// Validates a new row, and returns its id.
    #[inline]
    pub(crate) fn validate_insert<E: Entity<Tables = T>>(&self, row: &E) -> Result<i64, Error> {
        self.validate_new_row(row)?;
        let id = E::table(&self.tables).ids.counter().next();
        id.ok_or_else(|| Error::id_exhausted(E::INFO.name))
    }

    /// Validates the values of a new row.
    #[inline]
    pub(crate) fn validate_new_row<E: Entity<Tables = T>>(&self, row: &E) -> Result<(), Error> {
        let all = E::Columns::all();
        validate_values(row, None, all, &self.tables)?;
        validate_unique(E::table(&self.tables), row, None, all, &self.tables)
    }

    /// Refuses an id that the game chose and that a row has, or may have had.
    ///
    /// Whether an id below the next one was skipped, or its row was removed, is not recorded: the file has the next id
    /// and no others. So the rule is the same after a restart.
    pub(crate) fn validate_id<E: Entity<Tables = T>>(&self, id: Id<E>) -> Result<(), Error> {
        let ids = &E::table(&self.tables).ids;
        let (table, id) = (E::INFO.name, id.get());
        if ids.key(id).is_some() {
            return Err(ErrorKind::IdTaken { table, id }.into());
        }
        if !(1..i64::MAX).contains(&id) {
            return Err(ErrorKind::IdOutOfRange { table, id }.into());
        }
        match ids.counter().next() {
            Some(next) if id >= next => Ok(()),
            Some(next) => Err(ErrorKind::IdUsed { table, id, next }.into()),
            None => Err(Error::id_exhausted(table)),
        }
    }

    /// Makes `id` the next id of its table, as a step of its own: the ids below it are used up without a row.
    pub(crate) fn skip_ids_below<E: Entity<Tables = T>>(&mut self, id: Id<E>) {
        let record = self.is_recording();
        let table = E::table_mut(&mut self.tables);
        let id = id.get();
        debug_assert!(
            table.ids.counter().next().is_some_and(|next| next <= id),
            "an id that was validated is not below the next one"
        );
        if table.ids.counter().next() == Some(id) {
            return;
        }
        if record {
            table.use_up(id - 1);
            self.recorded(E::TABLE);
        } else {
            table.ids.counter_mut().use_up(id - 1);
        }
    }

    /// Inserts a row that has been validated.
    #[inline]
    pub(crate) fn insert_unchecked<E: Entity<Tables = T>>(&mut self, id: i64, row: E) -> Key<E> {
        let record = self.is_recording();
        let key = E::table_mut(&mut self.tables).insert(id, row, record);
        if record {
            self.recorded(E::TABLE);
        }
        Key::of(key, E::table(&self.tables).world(), id)
    }
}
