//! Types that the models define: owners, enums and values.

use super::field::{ForeignKeyModel, Scalar};
use super::refs::TableRef;
use crate::names::Ident;

/// An enum of who owns: the owner of a pivot, or of a row itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerModel {
    /// Its type: `AttributeOwnerKey`, `MobileOwnerKey`.
    pub type_name: String,
    /// The table that has it.
    pub table: TableRef,
    /// Its variants, in column order.
    pub arms: Vec<ArmModel>,
    /// The columns, by place, that no arm may set: they stay NULL.
    pub always_null: Vec<usize>,
}

/// One kind of owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArmModel {
    /// Its variant: `Player`.
    pub variant: String,
    /// The word in `is_player` and `as_player`.
    pub word: Ident,
    /// Its column by place.
    pub column: usize,
    /// The owner as a foreign key; `None` for one outside of the database, kept as a raw id.
    pub key: Option<ForeignKeyModel>,
    /// Whether at most one row names each owner.
    pub unique: bool,
    /// Whether the owner has the convenience methods of the pivot; `false` in an owner union.
    pub methods: bool,
}

/// An enum stored as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumModel {
    /// Its type: `ItemType`.
    pub type_name: String,
    /// Its variants, in the CHECK's order.
    pub variants: Vec<EnumVariant>,
}

/// One variant of an enum stored as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumVariant {
    /// Its name: `RawMaterial`.
    pub name: String,
    /// The text stored: `RAWMATERIAL`.
    pub text: String,
}

/// A value union: one enum over several nullable columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueModel {
    /// Its type: `AttributeValue`.
    pub type_name: String,
    /// Its variants, as the config orders them.
    pub variants: Vec<ValueVariant>,
}

/// One variant of a value union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueVariant {
    /// Its name: `Vector3`.
    pub name: String,
    /// What it holds.
    pub fields: Vec<ValueField>,
}

/// One field of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueField {
    /// Its name; `None` for the only field of a tuple variant: `Bool(bool)`.
    pub name: Option<Ident>,
    /// Its type.
    pub ty: Scalar,
}
