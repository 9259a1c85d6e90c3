//! Reading a row from the cells of a file, or of another world's changes.

use smallvec::SmallVec;

use crate::error::{Problem, ProblemKind};
use crate::schema::value::{FromValue, Value};
use crate::schema::{TableId, TableInfo};
use crate::store::index::Parent;
use crate::store::key::{Key, RawKey, WorldNumber};
use crate::store::row::entity::{Resolve, Row};
use crate::store::row::owner::Owner;

/// A column whose value does not fit the schema, in a row that is being loaded.
#[derive(Debug)]
pub struct ColumnProblem {
    /// Positions of the column, or columns.
    pub columns: Vec<usize>,
    /// Why it does not fit.
    pub kind: ProblemKind,
}

impl ColumnProblem {
    /// The problem of columns that do not form one value of a composite.
    #[cold]
    #[must_use]
    pub fn not_one_of(columns: &[usize], used: u32) -> ColumnProblem {
        ColumnProblem {
            columns: columns.to_vec(),
            kind: if used == 0 {
                ProblemKind::NoneOf
            } else {
                ProblemKind::NotOneOf
            },
        }
    }

    /// Adds the names of table, row and columns.
    pub(crate) fn of(self, info: &'static TableInfo, id: i64) -> Problem {
        let columns: Vec<_> = self
            .columns
            .iter()
            .map(|&column| info.columns[column])
            .collect();
        Problem {
            table: info.name,
            id,
            column: columns.join(", "),
            kind: self.kind,
        }
    }
}

impl Problem {
    /// A problem of a whole row, reported for its id column.
    pub(crate) fn of_row(info: &'static TableInfo, id: i64, kind: ProblemKind) -> Self {
        Self {
            table: info.name,
            id,
            column: info.id.to_owned(),
            kind,
        }
    }
}

/// A column of a row that is being loaded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Its value.
    Value(Value<'a>),
    /// A text that is not valid UTF-8.
    NotUtf8,
}

/// The columns of a row that is being loaded, without the id.
pub(crate) type Cells<'a> = SmallVec<[Cell<'a>; 16]>;

/// Reads the columns of one row of a file, and resolves its foreign keys.
pub struct RowReader<'a, T> {
    columns: &'a [Cell<'a>],
    tables: &'a T,
    world: WorldNumber,
}

impl<'a, T: Resolve> RowReader<'a, T> {
    pub(crate) fn new(columns: &'a [Cell<'a>], tables: &'a T) -> Self {
        Self {
            columns,
            tables,
            world: WorldNumber::default(),
        }
    }

    /// For a row of this world, whose keys say so.
    pub(crate) fn in_world(mut self, world: WorldNumber) -> Self {
        self.world = world;
        self
    }

    #[inline]
    fn value(&self, column: usize) -> Result<Value<'_>, ColumnProblem> {
        match self.columns[column] {
            Cell::Value(value) => Ok(value),
            Cell::NotUtf8 => Err(ColumnProblem {
                columns: vec![column],
                kind: ProblemKind::NotUtf8,
            }),
        }
    }

    /// Bit n: the column at place n has a value.
    ///
    /// # Errors
    /// If one of them has a text that is not valid UTF-8.
    #[inline]
    pub fn used(&self, columns: &[usize]) -> Result<u32, ColumnProblem> {
        let mut used = 0;
        for (part, &column) in columns.iter().enumerate() {
            used |= u32::from(!matches!(self.value(column)?, Value::Null)) << part;
        }
        Ok(used)
    }

    /// Reads a column with a function.
    ///
    /// # Errors
    /// The error of `decode`.
    #[inline]
    pub fn decode<V>(
        &self,
        column: usize,
        decode: impl FnOnce(Value<'_>) -> Result<V, ProblemKind>,
    ) -> Result<V, ColumnProblem> {
        decode(self.value(column)?).map_err(|kind| ColumnProblem {
            columns: vec![column],
            kind,
        })
    }

    /// Reads a column.
    ///
    /// # Errors
    /// When the value is not of this type.
    #[inline]
    pub fn read<V: FromValue>(&self, column: usize) -> Result<V, ColumnProblem> {
        self.decode(column, V::from_value)
    }

    /// Reads a text that has to be a variant of an enum.
    ///
    /// # Errors
    /// The text, if `parse` returns `None`; the value, if it is not a text.
    #[inline]
    pub fn text_of<V>(
        &self,
        column: usize,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<V>,
    ) -> Result<V, ColumnProblem> {
        self.decode(column, |value| match value {
            Value::Text(text) => parse(text).ok_or_else(|| ProblemKind::UnknownText {
                expected,
                text: text.to_owned(),
            }),
            other => Err(other.instead_of(expected)),
        })
    }

    /// Reads a foreign key that is not nullable.
    ///
    /// # Errors
    /// If it is NULL, or references a row that does not exist.
    pub fn key<E: Row<Tables = T>>(&self, column: usize) -> Result<Key<E>, ColumnProblem> {
        let id: i64 = self.read(column)?;
        self.tables
            .key_of(E::TABLE, id)
            .map(|key| Key::of(key, self.world, id))
            .ok_or_else(|| dangling(column, E::INFO, id))
    }

    fn find(&self, column: usize, table: TableId, id: i64) -> Result<RawKey, ColumnProblem> {
        self.tables
            .key_of(table, id)
            .ok_or_else(|| dangling(column, T::INFO[table.index()], id))
    }

    /// Checks that a column that this world does not use is NULL.
    ///
    /// # Errors
    /// If it is not.
    pub fn unused(&self, column: usize) -> Result<(), ColumnProblem> {
        match self.value(column)? {
            Value::Null => Ok(()),
            value => {
                let kind = ProblemKind::NotNull {
                    found: value.to_string(),
                };
                Err(ColumnProblem {
                    columns: vec![column],
                    kind,
                })
            }
        }
    }

    /// Reads the owner from its columns, one for each arm in order, each with the table that it references.
    ///
    /// # Errors
    /// If none or several of them have a value, or the owner does not exist.
    #[inline]
    pub fn owner<O: Owner>(
        &self,
        arms: impl Iterator<Item = (usize, Option<TableId>)> + Clone,
    ) -> Result<O, ColumnProblem> {
        let mut owner = None;
        let columns = || arms.clone().map(|(column, _)| column).collect();
        for (arm, (column, table)) in arms.clone().enumerate() {
            if self.used(&[column])? == 0 {
                continue;
            }
            let id = self.read(column)?;
            if owner.is_some() {
                return Err(ColumnProblem {
                    columns: columns(),
                    kind: ProblemKind::MoreThanOne,
                });
            }
            let parent = match table {
                Some(table) => Parent::Row(self.find(column, table, id)?),
                None => Parent::Outside(id),
            };
            owner = O::from_arm(arm, parent);
        }
        owner.ok_or_else(|| ColumnProblem {
            columns: columns(),
            kind: ProblemKind::NoneOf,
        })
    }
}

fn dangling(column: usize, target: &'static TableInfo, id: i64) -> ColumnProblem {
    ColumnProblem {
        columns: vec![column],
        kind: ProblemKind::Dangling {
            target: target.name,
            id,
        },
    }
}
