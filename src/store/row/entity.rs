//! What a row type is: the traits that generated code implements.

use std::fmt::Debug;

use bitflags::Flags;
use smallvec::SmallVec;

use crate::error::{Problem, ProblemKind};

use crate::schema::value::{FromValue, Value};
use crate::schema::{TableId, TableInfo};
use crate::store::index::{Parent, ValueHasher};
use crate::store::key::{Id, Key, RawKey};
use crate::store::pivot::Pivot;
use crate::store::table::Table;
use crate::store::table::dyn_table::AnyTable;
use crate::store::world::view::{RowMut, RowRef};

/// All tables of one schema. Generated; a [`World`](crate::store::world::World) is made of it.
pub trait Tables: Default + Send + Sync + 'static {
    /// The tables in declaration order: [`TableId`] counts them.
    const INFO: &'static [&'static TableInfo];
    /// The statements that an empty world file is made with. The store does not read them.
    const DDL: &'static str;

    /// A table by its position.
    fn table(&self, id: TableId) -> &dyn AnyTable<Self>;

    /// A table by its position.
    fn table_mut(&mut self, id: TableId) -> &mut dyn AnyTable<Self>;
}

/// All tables of a world, in declaration order.
pub(crate) fn all_tables<T: Tables>() -> impl Iterator<Item = TableId> {
    (0..).take(T::INFO.len()).map(TableId)
}

/// The columns of a table as a set of flags.
pub trait ColumnSet: Flags + Copy + PartialEq + Debug + Send + Sync {}
impl<C: Flags + Copy + PartialEq + Debug + Send + Sync> ColumnSet for C {}

/// A row as fields that are written one at a time. [`fields!`](crate::fields) implements it.
pub trait Fields {
    /// Its columns as flags, counted as in [`TableInfo::columns`].
    type Columns: ColumnSet;
    /// One field with a value for it: what a setter writes, and what a rollback writes back.
    type Field: Debug + PartialEq + Send + Sync;

    /// The columns that writing `field` would change.
    fn differs(&self, field: &Self::Field) -> Self::Columns;
    /// Writes `field` and returns the old one.
    fn replace(&mut self, field: Self::Field) -> Self::Field;
}

/// A row type. Generated, one for each table that is not a pivot.
#[diagnostic::on_unimplemented(message = "`{Self}` is not the row type of a table")]
pub trait Entity:
    Fields + Clone + Debug + Default + PartialEq + Send + Sync + Sized + 'static
{
    /// The tables of its world.
    type Tables: Tables;
    /// What [`World::get`](crate::store::world::World::get) returns.
    type Ref<'w>: From<RowRef<'w, Self>>;
    /// What [`World::get_mut`](crate::store::world::World::get_mut) returns.
    type Mut<'w>: From<RowMut<'w, Self>>;

    /// The table's place among the tables.
    const TABLE: TableId;
    /// What the engine has to know of the table.
    const INFO: &'static TableInfo;
    /// The columns of floating-point numbers, which may not be NaN.
    const REALS: Self::Columns;
    /// The columns that an index or a foreign key is on.
    const INDEXED: Self::Columns;
    /// The columns of [`TableInfo::checks`].
    const CHECKED: Self::Columns;

    /// Its table.
    fn table(tables: &Self::Tables) -> &Table<Self>;
    /// Its table.
    fn table_mut(tables: &mut Self::Tables) -> &mut Table<Self>;

    /// What the foreign key at this position names.
    #[inline]
    fn parent(&self, _foreign_key: usize) -> Option<RawKey> {
        None
    }
    /// The field that makes the foreign key at this position name nobody, if that is what becomes of
    /// it: [`OnDelete::SetNull`](crate::schema::OnDelete::SetNull).
    fn orphaned(_foreign_key: usize) -> Option<Self::Field> {
        None
    }
    /// The hash of the values of an index; `None` when one of them is NULL, which is equal to nothing.
    fn index_hash(&self, _index: usize, _hasher: &IndexHasher<'_>) -> Option<u64> {
        None
    }
    /// Whether another row has the same values in an index.
    fn index_eq(&self, _other: &Self, _index: usize) -> bool {
        false
    }
    /// The value of a column for the file: enums as text, keys as ids.
    fn value<'a>(&'a self, column: usize, tables: &'a Self::Tables) -> Value<'a>;
    /// Makes a row of the columns of a file.
    ///
    /// # Errors
    /// The first column that is not what the schema says.
    fn load(row: &RowReader<'_, Self::Tables>) -> Result<Self, ColumnProblem>;
}

/// Entities that are inserted as they are. The others belong to an owner, who adds them.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` belongs to an owner and cannot be inserted alone",
    note = "use the owner's `add_...` method, or `World::add`"
)]
pub trait Standalone: Entity {}

/// Entities that exactly one owner has.
#[diagnostic::on_unimplemented(message = "`{Self}` is not an owned entity")]
pub trait Owned: Entity {
    /// The pivot that says whose a row is.
    type Pivot: PivotRow<Tables = Self::Tables, Owned = Self>;
}

/// Who the owner of a row of `O` is.
pub type OwnerOf<O> = <<O as Owned>::Pivot as PivotRow>::Owner;

/// A row of a pivot, as it is handed out. Generated.
pub trait PivotRow: Copy + Debug + PartialEq + Send + Sync + 'static {
    /// The tables of its world.
    type Tables: Tables;
    /// What is owned.
    type Owned: Owned<Tables = Self::Tables, Pivot = Self>;
    /// Who owns it: an enum with one variant for each arm.
    type Owner: Owner;
    /// The table's place among the tables.
    const TABLE: TableId;
    /// What the engine has to know of the table.
    const INFO: &'static TableInfo;

    /// Its table.
    fn table(tables: &Self::Tables) -> &Pivot<Self>;
    /// Its table.
    fn table_mut(tables: &mut Self::Tables) -> &mut Pivot<Self>;
    /// Puts a row together.
    fn new(id: Id<Self>, owned: Key<Self::Owned>, owner: Self::Owner) -> Self;
    /// The row that it is about.
    fn owned(&self) -> Key<Self::Owned>;
}

/// One owner out of several tables. Generated, for pivots and for owner columns of a row.
pub trait Owner: Copy + Debug + PartialEq + Send + Sync + 'static {
    /// Which arm it is, counted in column order, and who.
    fn arm(self) -> (usize, Parent);
    /// The owner in this arm, if there is such an arm.
    fn from_arm(arm: usize, parent: Parent) -> Option<Self>;
}

/// What an arm of an [`Owner`] holds: the key of a row, or the id of something that is no row.
pub trait Arm: Sized {
    /// The same without its type.
    fn parent(self) -> Parent;
    /// The same with its type, if it is of this kind.
    fn from_parent(parent: Parent) -> Option<Self>;
}

impl<E> Arm for Key<E> {
    #[inline]
    fn parent(self) -> Parent {
        Parent::Row(self.raw())
    }

    #[inline]
    fn from_parent(parent: Parent) -> Option<Self> {
        match parent {
            Parent::Row(key) => Some(Self::from_raw(key)),
            Parent::Outside(_) => None,
        }
    }
}

impl Arm for i64 {
    #[inline]
    fn parent(self) -> Parent {
        Parent::Outside(self)
    }

    #[inline]
    fn from_parent(parent: Parent) -> Option<Self> {
        match parent {
            Parent::Outside(id) => Some(id),
            Parent::Row(_) => None,
        }
    }
}

/// Hashes values for an index, the same way for rows and for searches.
pub struct IndexHasher<'a>(pub(crate) &'a ValueHasher);

impl IndexHasher<'_> {
    /// The hash of a value, or of a tuple of values.
    #[inline]
    pub fn hash(&self, value: impl std::hash::Hash) -> u64 {
        std::hash::BuildHasher::hash_one(self.0, value)
    }
}

/// A column that is not what the schema says, in a row that is being loaded.
#[derive(Debug)]
pub struct ColumnProblem {
    /// Positions of the column, or columns.
    pub columns: Vec<usize>,
    /// What is wrong.
    pub kind: ProblemKind,
}

impl ColumnProblem {
    /// The same with the names of table, row and columns.
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
    /// A problem of a whole row, which its id stands for.
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
pub enum Column<'a> {
    /// What stands in it.
    Value(Value<'a>),
    /// A text that is none.
    NotUtf8,
}

/// The columns of a row that is being loaded, without the id.
pub type Columns<'a> = SmallVec<[Column<'a>; 16]>;

/// Reads the columns of one row of a file, and finds the rows that its foreign keys name.
pub struct RowReader<'a, T> {
    columns: &'a [Column<'a>],
    tables: &'a T,
}

impl<'a, T: Tables> RowReader<'a, T> {
    pub(crate) fn new(columns: &'a [Column<'a>], tables: &'a T) -> Self {
        Self { columns, tables }
    }

    #[inline]
    fn value(&self, column: usize) -> Result<Value<'_>, ColumnProblem> {
        match self.columns.get(column) {
            Some(Column::Value(value)) => Ok(*value),
            Some(Column::NotUtf8) => Err(ColumnProblem {
                columns: vec![column],
                kind: ProblemKind::NotUtf8,
            }),
            None => Ok(Value::Null),
        }
    }

    #[inline]
    pub(crate) fn is_null(&self, column: usize) -> Result<bool, ColumnProblem> {
        Ok(matches!(self.value(column)?, Value::Null))
    }

    /// Reads a column.
    ///
    /// # Errors
    /// When the value is not of this type.
    #[inline]
    pub fn read<V: FromValue>(&self, column: usize) -> Result<V, ColumnProblem> {
        V::from_value(self.value(column)?).map_err(|kind| ColumnProblem {
            columns: vec![column],
            kind,
        })
    }

    /// Reads a foreign key that always names a row.
    ///
    /// # Errors
    /// When it is NULL, or names a row that is not there.
    pub fn key<E: Entity<Tables = T>>(&self, column: usize) -> Result<Key<E>, ColumnProblem> {
        let id: i64 = self.read(column)?;
        E::table(self.tables)
            .ids
            .key(id)
            .map(Key::from_raw)
            .ok_or_else(|| dangling(column, E::INFO, id))
    }

    /// Reads a foreign key that may name a row.
    ///
    /// # Errors
    /// When it names a row that is not there.
    pub fn optional_key<E: Entity<Tables = T>>(
        &self,
        column: usize,
    ) -> Result<Option<Key<E>>, ColumnProblem> {
        let id: Option<i64> = self.read(column)?;
        let key = |id| E::table(self.tables).ids.key(id).map(Key::from_raw);
        id.map(|id| key(id).ok_or_else(|| dangling(column, E::INFO, id)))
            .transpose()
    }

    fn find(&self, column: usize, table: TableId, id: i64) -> Result<RawKey, ColumnProblem> {
        let table = self.tables.table(table);
        table
            .key_of(id)
            .ok_or_else(|| dangling(column, table.info(), id))
    }

    /// Makes sure that a column which this world never uses has no value.
    ///
    /// # Errors
    /// When it has one.
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

    /// Reads the one owner that these columns name, each an arm in order, with the table it points to.
    ///
    /// # Errors
    /// When several of them name one, or one that is not there.
    pub fn owner<O: Owner>(
        &self,
        arms: &[(usize, Option<TableId>)],
    ) -> Result<Option<O>, ColumnProblem> {
        self.owner_of(arms.iter().copied())
    }

    /// The same without a list.
    #[inline]
    pub(crate) fn owner_of<O: Owner>(
        &self,
        arms: impl Iterator<Item = (usize, Option<TableId>)> + Clone,
    ) -> Result<Option<O>, ColumnProblem> {
        let mut owner = None;
        for (arm, (column, table)) in arms.clone().enumerate() {
            let Some(id) = self.read::<Option<i64>>(column)? else {
                continue;
            };
            if owner.is_some() {
                return Err(ColumnProblem {
                    columns: arms.map(|(column, _)| column).collect(),
                    kind: ProblemKind::MoreThanOne,
                });
            }
            let parent = match table {
                Some(table) => Parent::Row(self.find(column, table, id)?),
                None => Parent::Outside(id),
            };
            owner = O::from_arm(arm, parent);
        }
        Ok(owner)
    }

    /// Reads the owner that these columns name, as [`owner`](Self::owner) does, where there has to be
    /// one.
    ///
    /// # Errors
    /// When none or several of them name one, or one that is not there.
    pub fn required_owner<O: Owner>(
        &self,
        arms: &[(usize, Option<TableId>)],
    ) -> Result<O, ColumnProblem> {
        self.required_owner_of(arms.iter().copied())
    }

    /// The same without a list.
    #[inline]
    pub(crate) fn required_owner_of<O: Owner>(
        &self,
        arms: impl Iterator<Item = (usize, Option<TableId>)> + Clone,
    ) -> Result<O, ColumnProblem> {
        self.owner_of(arms.clone())?.ok_or_else(|| ColumnProblem {
            columns: arms.map(|(column, _)| column).collect(),
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

/// What a foreign key's column holds in the file: the id of the row that the key names.
pub fn id_of<'a, E: Entity>(tables: &E::Tables, key: Key<E>) -> Value<'a> {
    E::table(tables).id(key).map(Id::get).into()
}

/// The same for a foreign key that may name nobody: NULL then.
pub fn id_of_optional<'a, E: Entity>(tables: &E::Tables, key: Option<Key<E>>) -> Value<'a> {
    key.map_or(Value::Null, |key| id_of(tables, key))
}

/// What an owner column holds in the file: the owner's id if this is its arm, NULL otherwise.
pub fn owner_value<'a, T: Tables>(
    owner: Option<impl Owner>,
    arm: usize,
    table: Option<TableId>,
    tables: &T,
) -> Value<'a> {
    match owner.map(Owner::arm) {
        Some((its_arm, parent)) if its_arm == arm => match (parent, table) {
            (Parent::Row(key), Some(table)) => tables.table(table).id_of(key).into(),
            (Parent::Outside(id), _) => Value::Integer(id),
            (Parent::Row(_), None) => Value::Null,
        },
        _ => Value::Null,
    }
}

/// Columns and their values for a message.
pub(crate) fn names_and_values<E: Entity>(
    row: &E,
    columns: &[usize],
    tables: &E::Tables,
) -> (String, String) {
    let names: Vec<_> = columns
        .iter()
        .map(|&column| E::INFO.columns[column])
        .collect();
    let values: Vec<_> = columns
        .iter()
        .map(|&column| row.value(column, tables).to_string())
        .collect();
    (names.join(", "), values.join(", "))
}
