//! Writing a row: what is checked, and how indexes and dirty flags follow.

use bitflags::Flags as _;

use crate::error::Error;

use crate::schema::check_constraint::Check;
use crate::store::index::{InsertAt, Parent};
use crate::store::key::AnyKey;
use crate::store::key::{Key, RawKey};
use crate::store::row::entity::{Resolve, names_and_values};
use crate::store::table::stored::Tables;
use crate::store::table::{Slot, Table, WriteOutcome, flag};
use crate::store::world::World;
use crate::store::world::entity::Entity;

impl<T: Tables> World<T> {
    /// Writes one field of a row: what every setter does. Setting it to the value it has is not a
    /// change. O(1); for an owner, O(owners above it).
    ///
    /// # Errors
    /// When the key is stale, or the value refused: [`Error::NotANumber`], [`Error::NoSuchRow`],
    /// [`Error::CheckFailed`], [`Error::NotUnique`], [`Error::OwnsItself`]. Nothing was changed then.
    #[inline]
    pub fn set<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        field: E::Field,
    ) -> Result<(), Error> {
        let record = self.is_recording();
        match E::table_mut(&mut self.tables).write(key.raw(), field, record) {
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

    /// The way of a write that may be refused, or that moves the row in an index: take the row out of
    /// the indexes, write, look whether it may stand so, and put it back in, changed or not.
    #[inline(never)]
    fn update_indexed<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        field: E::Field,
    ) -> Result<(), Error> {
        let raw = key.raw();
        let table = E::table_mut(&mut self.tables);
        let Some(columns) = table.get(key).map(|row| row.differs(&field)) else {
            return Err(Error::StaleKey {
                table: E::INFO.name,
            });
        };
        table.unindex_row(raw, columns);
        let old = table.rows[raw].row.replace(field);
        let refused = self.refuse_written(key, columns);
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

    /// Looks whether a row may stand as it has just been written.
    fn refuse_written<E: Entity<Tables = T>>(
        &self,
        key: Key<E>,
        columns: E::Columns,
    ) -> Result<(), Error> {
        let table = E::table(&self.tables);
        let Slot { row, id, .. } = &table.rows[key.raw()];
        refuse_values(row, Some(*id), columns, &self.tables)?;
        refuse_duplicates(table, row, Some((key.raw(), *id)), columns, &self.tables)?;
        let mut foreign_keys = E::INFO.foreign_keys.iter();
        if foreign_keys.any(|key| key.owns && columns.contains(flag::<E>(key.column))) {
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

    /// Makes sure that a new row can go in, and finds its id.
    #[inline]
    pub(crate) fn check_insert<E: Entity<Tables = T>>(&self, row: &E) -> Result<i64, Error> {
        let table = E::table(&self.tables);
        let all = E::Columns::all();
        refuse_values(row, None, all, &self.tables)?;
        refuse_duplicates(table, row, None, all, &self.tables)?;
        match table.ids.counter().next() {
            Some(id) => Ok(id),
            // Made only here: an error that is made and dropped takes time.
            None => Err(Error::IdExhausted {
                table: E::INFO.name,
            }),
        }
    }

    /// Puts in a row that has been checked.
    #[inline]
    pub(crate) fn insert_unchecked<E: Entity<Tables = T>>(&mut self, id: i64, row: E) -> Key<E> {
        let record = self.is_recording();
        let key = E::table_mut(&mut self.tables).insert(id, row, record);
        if record {
            self.recorded(E::TABLE);
        }
        Key::from_raw(key)
    }
}

/// Looks at the row by itself: NaN, CHECKs, and foreign keys that name nobody. `id` is its own, if it
/// has one already.
#[inline]
fn refuse_values<E: Entity>(
    row: &E,
    id: Option<i64>,
    columns: E::Columns,
    tables: &E::Tables,
) -> Result<(), Error> {
    refuse_nan(row, id)?;
    refuse_keys(row, id, columns, tables)?;
    refuse_checks(row, id, columns, tables)
}

/// NaN would become NULL in the file. What was not written is not NaN.
#[inline]
fn refuse_nan<E: Entity>(row: &E, id: Option<i64>) -> Result<(), Error> {
    match row.nan() {
        None => Ok(()),
        Some(column) => Err(Error::NotANumber {
            table: E::INFO.name,
            id,
            column: E::INFO.columns[column],
        }),
    }
}

/// Foreign keys have to name rows that are there.
#[inline]
fn refuse_keys<E: Entity>(
    row: &E,
    id: Option<i64>,
    columns: E::Columns,
    tables: &E::Tables,
) -> Result<(), Error> {
    for (n, foreign_key) in E::INFO.foreign_keys.iter().enumerate() {
        let (Some(target), Some(parent)) = (foreign_key.table, row.parent(n)) else {
            continue;
        };
        if columns.contains(flag::<E>(foreign_key.column))
            && tables.table(target).id_of(parent).is_none()
        {
            return Err(Error::NoSuchRow {
                table: E::INFO.name,
                id,
                column: E::INFO.foreign_key_column(n),
                target: <E::Tables as Resolve>::INFO[target.index()].name,
            });
        }
    }
    Ok(())
}

/// CHECKs have to hold.
#[inline]
fn refuse_checks<E: Entity>(
    row: &E,
    id: Option<i64>,
    columns: E::Columns,
    tables: &E::Tables,
) -> Result<(), Error> {
    if !columns.intersects(E::CHECKED) {
        return Ok(());
    }
    let is_written = |check: &&Check| {
        check
            .columns()
            .any(|column| columns.contains(flag::<E>(column)))
    };
    let holds = |check: &&Check| check.holds(|column| row.value(column, tables));
    match E::INFO
        .checks
        .iter()
        .filter(is_written)
        .find(|check| !holds(check))
    {
        None => Ok(()),
        Some(check) => {
            let columns: Vec<usize> = check.columns().collect();
            let (column, value) = names_and_values(row, &columns, tables);
            Err(Error::CheckFailed {
                table: E::INFO.name,
                id,
                column,
                value,
                check: check.sql,
            })
        }
    }
}

/// Unique foreign keys and unique values may not be taken.
#[inline]
fn refuse_duplicates<E: Entity>(
    table: &Table<E>,
    row: &E,
    itself: Option<(RawKey, i64)>,
    columns: E::Columns,
    tables: &E::Tables,
) -> Result<(), Error> {
    let (but, id) = itself.unzip();
    for (n, foreign_key) in E::INFO.foreign_keys.iter().enumerate() {
        if !foreign_key.unique || !columns.contains(flag::<E>(foreign_key.column)) {
            continue;
        }
        let Some(parent) = row.parent(n) else {
            continue;
        };
        if let Some(other) = table.parents[n]
            .children(Parent::Row(parent))
            .find(|&other| Some(other) != but)
        {
            return Err(not_unique(
                row,
                id,
                &[foreign_key.column],
                table.rows[other].id,
                tables,
            ));
        }
    }
    for (n, index) in E::INFO.indexes.iter().enumerate() {
        let is_written = index
            .columns
            .iter()
            .any(|&column| columns.contains(flag::<E>(column)));
        if let Some(other) = is_written.then(|| table.conflict(row, but, n)).flatten() {
            return Err(not_unique(row, id, index.columns, other.id, tables));
        }
    }
    Ok(())
}

#[cold]
fn not_unique<E: Entity>(
    row: &E,
    id: Option<i64>,
    columns: &[usize],
    existing: i64,
    tables: &E::Tables,
) -> Error {
    let (column, value) = names_and_values(row, columns, tables);
    Error::NotUnique {
        table: E::INFO.name,
        id,
        column,
        value,
        existing,
    }
}
