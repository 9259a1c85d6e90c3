//! Tables of a model.

use super::field::{ColumnModel, FieldModel};
use super::refs::TableRef;
use super::relation::{FarList, JoinModel, PivotModel};
use crate::analysis::relations::Unfollowed;
use crate::names::Ident;
use crate::schema::{Comparison, Expression, OnDelete};

/// One table: an entity, a pivot or a join.
#[derive(Debug, Clone, PartialEq)]
pub struct TableModel {
    /// Its SQL name.
    pub name: String,
    /// Its SQL comment.
    pub doc: Option<String>,
    /// The type of a row: `Player`. `PlayerKey`, `PlayerId`, `PlayerColumns`, `PlayerRef` and
    /// `PlayerMut` are free too.
    pub type_name: String,
    /// Its field in the world: `players`.
    pub accessor: Ident,
    /// The word for one row: `player`.
    pub singular: Ident,
    /// The word for several rows, which lists of relations are called: `players`.
    pub plural: Ident,
    /// The SQL name of its `INTEGER PRIMARY KEY`.
    pub id_column: String,
    /// Who gives the ids of its rows.
    pub ids: IdsModel,
    /// All columns but the id, in declaration order; fields name them by place.
    pub columns: Vec<ColumnModel>,
    /// The fields of a row, in the order of their first columns. Together they cover every column
    /// exactly once.
    pub fields: Vec<FieldModel>,
    /// UNIQUE sets, without those of a single foreign key or owner arm (these are marked there).
    pub uniques: Vec<ColumnSet>,
    /// Indexes that are not unique, without those of a single foreign key or owner arm.
    pub indexes: Vec<ColumnSet>,
    /// Whose foreign keys and owner unions point here: one accessor each, on the views of this
    /// table. Pivots are not among them.
    pub children: Vec<ChildModel>,
    /// The pivots whose convenience methods this entity has; names in [`PivotModel::methods`].
    pub owns_through: Vec<TableRef>,
    /// The pivot that says who owns a row of this table.
    pub owned_through: Vec<TableRef>,
    /// The joins that link rows of this table, each with the end that it is on, by place in
    /// [`JoinModel::sides`]; that side has the names of the methods.
    pub links_through: Vec<(TableRef, usize)>,
    /// The rows at the other ends of joins with payload.
    pub far_lists: Vec<FarList>,
    /// The keys by value: columns that hold what a row of another table has in UNIQUE columns.
    pub value_keys: Vec<ValueKeyModel>,
    /// How its rows lie in each other.
    pub nest: Option<NestModel>,
    /// Declared foreign keys whose columns are plain ones here.
    pub unfollowed: Vec<Unfollowed>,
    /// Entity, pivot or join.
    pub kind: TableKind,
    /// CHECKs that the engine enforces: comparisons.
    pub checks: Vec<CheckModel>,
    /// CHECKs that the engine enforces: more than comparisons.
    pub conditions: Vec<ConditionModel>,
    /// CHECKs that only the file enforces, as SQL.
    pub file_checks: Vec<String>,
    /// The `CREATE TABLE` text.
    pub sql: String,
    /// The `CREATE INDEX` texts.
    pub index_sql: Vec<String>,
}

impl TableModel {
    /// What it is as a pivot.
    pub fn pivot(&self) -> Option<&PivotModel> {
        match &self.kind {
            TableKind::Pivot(pivot) => Some(pivot),
            _ => None,
        }
    }

    /// What it is as a plain join.
    pub fn join(&self) -> Option<&JoinModel> {
        match &self.kind {
            TableKind::Join(join) => Some(join),
            _ => None,
        }
    }
}

/// Who gives the ids of a table's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdsModel {
    /// The engine, one after the other. What the comment of an id that the source does not have says of it.
    Numbered(Option<String>),
    /// The game, with each row.
    Given,
}

/// A CHECK that the engine enforces.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckModel {
    /// As the schema has it.
    pub sql: String,
    /// What it compares. None of its columns is the id.
    pub comparison: Comparison,
}

/// A CHECK that the engine enforces, and that is more than a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionModel {
    /// As the schema has it.
    pub sql: String,
    /// What it says. None of its columns is the id.
    pub expression: Expression,
}

/// What a table is.
#[derive(Debug, Clone, PartialEq)]
pub enum TableKind {
    /// Rows of their own.
    Entity,
    /// Says who owns what.
    Pivot(PivotModel),
    /// Rows that link two others, and have no other content.
    Join(JoinModel),
    /// Rows that link two others, and have content of their own: entities like any other.
    JoinWithPayload,
}

/// Columns that are UNIQUE or indexed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSet {
    /// The `<name>` of `find_by_<name>`; it does not clash with the names of foreign keys.
    pub name: Ident,
    /// The columns by place, in key order.
    pub columns: Vec<usize>,
    /// The fields of these columns, in the same order. All are scalars, enums or foreign keys.
    pub fields: Vec<usize>,
    /// Those of the columns, by place, whose texts are compared by NOCASE.
    pub no_case: Vec<usize>,
}

/// A key by value: plain fields that name a row of another table by the values of a UNIQUE set, and not by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueKeyModel {
    /// The accessor of the named row: `owner`.
    pub accessor: Ident,
    /// The setter of all columns at once, if there are several: `set_kind_and_size`.
    pub setter: Option<Ident>,
    /// Its columns by place, in the order of the index on them.
    pub columns: Vec<usize>,
    /// The index on its columns: its place among the UNIQUE sets and the indexes that follow them.
    pub index: usize,
    /// The table that it points to.
    pub target: TableRef,
    /// The UNIQUE set that it points to, by place in [`TableModel::uniques`] of that table. Its columns are in the
    /// order of these.
    pub target_index: usize,
    /// What happens to this row when the other one is removed.
    pub on_delete: OnDelete,
    /// Whether a column may be NULL, so that no row is named.
    pub nullable: bool,
    /// Whether at most one row points to each.
    pub unique: bool,
    /// In a nest, the numbers by which no row is named.
    pub root: Option<RootModel>,
}

/// Numbers that name no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootModel {
    /// The column that has them.
    pub column: usize,
    /// First and last numbers of ranges.
    pub numbers: Vec<(i64, i64)>,
}

/// Rows that lie in other rows of their table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NestModel {
    /// The key by value that it is, by place.
    pub key: usize,
    /// The column in which the numbers are counted.
    pub within: usize,
    /// The column with the number of the row that a row lies in.
    pub parent: usize,
    /// The column with a row's own number.
    pub child: usize,
    /// The method that puts a row into another one.
    pub put_into: Ident,
    /// The method that puts a row where a number says.
    pub put_at: Ident,
    /// The method that adds a new row to what lies in one.
    pub add_content: Option<Ident>,
    /// What the rows have that the numbers are counted in.
    pub owner: Option<NestOwner>,
}

/// The methods of the rows that the numbers of a nest are counted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NestOwner {
    /// Their table.
    pub table: TableRef,
    /// The accessor of all rows, by place in [`TableModel::children`].
    pub children: usize,
    /// The accessor of those that lie in no other one.
    pub at_root: Ident,
    /// The method that adds one where a number says.
    pub add_at: Option<Ident>,
}

/// Rows of a table that point here: one accessor on the views of the table pointed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildModel {
    /// The accessor: `mobile_items`, or `mobile` if there is one at most.
    pub accessor: Ident,
    /// The table whose rows point here.
    pub table: TableRef,
    /// The column by place, in that table.
    pub column: usize,
    /// The field of that column.
    pub field: usize,
    /// Whether there is one at most.
    pub unique: bool,
    /// The key by value that points here, by place in [`TableModel::value_keys`] of that table; the column is its first
    /// one then.
    pub value_key: Option<usize>,
}
