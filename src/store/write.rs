//! Writing a row: what is checked, and how indexes and dirty flags follow.

use bitflags::Flags as _;

use crate::error::Error;

use super::entity::{Entity, Tables};
use super::index::{Parent, Place};
use super::key::{Key, RawKey};
use super::table::{Table, Written, columns_of, flag};
use super::world::World;

impl<T: Tables> World<T> {
    /// Writes one field of a row: what every setter does. Setting it to the value it has is not a
    /// change. O(1).
    ///
    /// # Errors
    /// When the key is stale, or the value refused: [`Error::NotANumber`], [`Error::NotUnique`],
    /// [`Error::NoSuchRow`]. Nothing was changed then.
    #[inline]
    pub fn set<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        field: E::Field,
    ) -> Result<(), Error> {
        let record = self.log.is_recording();
        match E::table_mut(&mut self.tables).write(key.raw(), field, record) {
            Written::Nothing => Ok(()),
            Written::Done => {
                if record {
                    self.log.push(E::TABLE);
                }
                Ok(())
            }
            Written::NotYet(field) => self.set_checked(key, field),
        }
    }

    /// The way of a write that may be refused, or that moves the row in an index.
    #[inline(never)]
    fn set_checked<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        field: E::Field,
    ) -> Result<(), Error> {
        match E::table(&self.tables).get(key) {
            Some(row) => {
                let columns = row.differs(&field);
                self.set_indexed(key, field, columns)
            }
            None => Err(Error::StaleKey {
                table: E::INFO.name,
            }),
        }
    }

    #[inline]
    fn wrote<E: Entity<Tables = T>>(&mut self, key: Key<E>, columns: E::Columns, old: E::Field) {
        let record = self.log.is_recording();
        E::table_mut(&mut self.tables).wrote(key.raw(), columns, old, record);
        if record {
            self.log.push(E::TABLE);
        }
    }

    /// The way of a write to a column with an index: take the row out of its indexes, write, look
    /// whether it may stand there, and put it back in, changed or not.
    fn set_indexed<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        field: E::Field,
        columns: E::Columns,
    ) -> Result<(), Error> {
        let raw = key.raw();
        let table = E::table_mut(&mut self.tables);
        table.unlink(raw);
        let old = table.rows[raw].row.replace(field);
        let table = E::table(&self.tables);
        let row = &table.rows[raw].row;
        let refused = refuse_nan(row, columns, &self.tables)
            .and_then(|()| refuse_keys(row, columns, &self.tables))
            .and_then(|()| refuse_duplicates(table, row, Some(raw), columns, &self.tables));
        let table = E::table_mut(&mut self.tables);
        if let Err(refused) = refused {
            table.rows[raw].row.replace(old);
            table.link(raw, Place::ById);
            return Err(refused);
        }
        table.link(raw, Place::ById);
        self.wrote(key, columns, old);
        Ok(())
    }

    /// Makes sure that a new row can go in, and finds its id.
    #[inline]
    pub(crate) fn check_insert<E: Entity<Tables = T>>(&self, row: &E) -> Result<i64, Error> {
        let table = E::table(&self.tables);
        let all = E::Columns::all();
        refuse_nan(row, all, &self.tables)?;
        refuse_keys(row, all, &self.tables)?;
        refuse_duplicates(table, row, None, all, &self.tables)?;
        table.ids.counter().next().ok_or(Error::IdExhausted {
            table: E::INFO.name,
        })
    }

    /// Puts in a row that has been checked.
    #[inline]
    pub(crate) fn insert_checked<E: Entity<Tables = T>>(&mut self, id: i64, row: E) -> Key<E> {
        let record = self.log.is_recording();
        let key = E::table_mut(&mut self.tables).insert(id, row, record);
        if record {
            self.log.push(E::TABLE);
        }
        Key::from_raw(key)
    }
}

/// NaN would become NULL in the file.
#[inline]
fn refuse_nan<E: Entity>(row: &E, columns: E::Columns, tables: &E::Tables) -> Result<(), Error> {
    let written = columns.intersection(E::REALS);
    if written.is_empty() {
        return Ok(());
    }
    match columns_of::<E>(written).find(|&column| row.value(column, tables).is_nan()) {
        None => Ok(()),
        Some(column) => Err(Error::NotANumber {
            table: E::INFO.name,
            column: E::INFO.columns[column],
        }),
    }
}

/// Foreign keys have to name rows that are there.
#[inline]
fn refuse_keys<E: Entity>(row: &E, columns: E::Columns, tables: &E::Tables) -> Result<(), Error> {
    for (n, foreign_key) in E::INFO.foreign_keys.iter().enumerate() {
        let (Some(target), Some(parent)) = (foreign_key.table, row.parent(n)) else {
            continue;
        };
        if columns.contains(flag::<E>(foreign_key.column))
            && tables.table(target).id_of(parent).is_none()
        {
            return Err(Error::NoSuchRow {
                table: E::INFO.name,
                column: E::INFO.foreign_key_column(n),
                target: <E::Tables as Tables>::INFO[target.index()].name,
            });
        }
    }
    Ok(())
}

/// Unique foreign keys and unique values may not be taken.
#[inline]
fn refuse_duplicates<E: Entity>(
    table: &Table<E>,
    row: &E,
    but: Option<RawKey>,
    columns: E::Columns,
    tables: &E::Tables,
) -> Result<(), Error> {
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
            return Err(not_unique(row, index.columns, other.id, tables));
        }
    }
    Ok(())
}

#[cold]
fn not_unique<E: Entity>(row: &E, columns: &[usize], existing: i64, tables: &E::Tables) -> Error {
    let names: Vec<_> = columns
        .iter()
        .map(|&column| E::INFO.columns[column])
        .collect();
    let values: Vec<_> = columns
        .iter()
        .map(|&column| row.value(column, tables).to_string())
        .collect();
    Error::NotUnique {
        table: E::INFO.name,
        column: names.join(", "),
        value: values.join(", "),
        existing,
    }
}
