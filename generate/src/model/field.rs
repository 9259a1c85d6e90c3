//! The columns of a table, and the fields that they are in Rust.

use super::refs::{EnumRef, OwnerRef, TableRef, ValueRef};
use crate::analysis::relations::Found;
use crate::names::Ident;
use crate::schema::{Clock, OnDelete};

/// One column that is not the id.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnModel {
    /// Its SQL name.
    pub name: String,
    /// Its place among the columns that are not the id, and the number of its bit.
    pub position: usize,
    /// The name of its flag: `FULL_NAME`.
    pub flag: String,
    /// Its SQL comment; without one its declaration, as code.
    pub doc: String,
    /// The type of its values, below enums and unions.
    pub scalar: Scalar,
    /// Whether it is NOT NULL.
    pub not_null: bool,
    /// The SQL text of its DEFAULT.
    pub default_sql: Option<String>,
    /// The field that it belongs to: its place in [`TableModel::fields`](super::TableModel::fields).
    pub field: usize,
}

/// One field of a row: one column, or several that are one value or one owner.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldModel {
    /// Its name; `set_<stem>` is free on the view.
    pub name: Ident,
    /// Its columns, by place in [`TableModel::columns`](super::TableModel::columns), in order.
    pub columns: Vec<usize>,
    /// Its doc.
    pub doc: String,
    /// What it holds.
    pub kind: FieldKind,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// A plain value.
    Scalar {
        /// Its type.
        ty: Scalar,
        /// Whether it may be NULL.
        nullable: bool,
        /// Its SQL DEFAULT, where it is a plain literal.
        default: Option<Literal>,
    },
    /// A value of a type of the program's own, which says itself how it is stored.
    Own {
        /// The path of the type.
        ty: String,
        /// Whether it may be NULL.
        nullable: bool,
    },
    /// An enum stored as text.
    Enum {
        /// The enum.
        ty: EnumRef,
        /// Whether it may be NULL.
        nullable: bool,
        /// The variant of its SQL DEFAULT, by place.
        default: Option<usize>,
    },
    /// A foreign key.
    ForeignKey(ForeignKeyModel),
    /// An owner out of several tables.
    Owner {
        /// The owner enum.
        ty: OwnerRef,
        /// Whether there always is one.
        required: bool,
    },
    /// A value union.
    Value {
        /// The union.
        ty: ValueRef,
        /// Whether there always is one.
        required: bool,
        /// For each variant, and each of its fields, the column by place.
        columns: Vec<Vec<usize>>,
    },
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// `bool`, as 0 or 1.
    Bool,
    /// `i64`
    I64,
    /// `f64`
    F64,
    /// `String`
    Text,
    /// `EcoString`
    ShortText,
    /// `Vec<u8>`
    Blob,
}

impl Scalar {
    /// The Rust type.
    pub fn rust(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::I64 => "i64",
            Self::F64 => "f64",
            Self::Text => "String",
            Self::ShortText => "EcoString",
            Self::Blob => "Vec<u8>",
        }
    }
}

/// A plain SQL literal, or a clock.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `NULL`
    Null,
    /// `0` or `1` of a bool.
    Bool(bool),
    /// An integer.
    I64(i64),
    /// A finite number.
    F64(f64),
    /// A text.
    Text(String),
    /// A blob.
    Blob(Vec<u8>),
    /// The time at which the row is made.
    Now(Clock),
}

/// A foreign key to one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKeyModel {
    /// The table that it points to.
    pub target: TableRef,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Whether at most one row points to each.
    pub unique: bool,
    /// What happens to this row when the other one is removed.
    pub on_delete: OnDelete,
    /// How it was found; one that is not declared is enforced in memory alone.
    pub found: Found,
}
