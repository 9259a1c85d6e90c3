//! The sections of a `gamedb.toml`, as its file has them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{self, Deserializer, IntoDeserializer as _, value};
pub use toml::Spanned;

use super::nests::NestSection;
use crate::sql::OnDelete;

/// A name, and where it stands in the file.
pub type Name = Spanned<String>;

/// The sections of a `gamedb.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sections {
    /// `prefix`: what the names of tables start with, and names in Rust do not.
    pub prefix: Option<Name>,
    /// `absent_tables`: tables that foreign keys point to and that the schema leaves out on purpose.
    pub absent_tables: Vec<Name>,
    /// `[references]`: the tables that columns of these names point to, in all tables.
    pub references: BTreeMap<Name, Spanned<References>>,
    /// `[pivots.<table>]`
    pub pivots: BTreeMap<Name, PivotSection>,
    /// `[owners.<table>.<field>]`
    pub owners: BTreeMap<Name, BTreeMap<Name, OwnerSection>>,
    /// `[values.<table>.<field>]`
    pub values: BTreeMap<Name, BTreeMap<Name, ValueSection>>,
    /// `[enums.<Type>]`
    pub enums: BTreeMap<Name, EnumSection>,
    /// `[columns."<table>.<column>"]`
    pub columns: BTreeMap<Name, ColumnSection>,
    /// `[nests.<table>]`
    pub nests: BTreeMap<Name, NestSection>,
    /// `[parcels]`: the UNIQUE columns by which rows that stay behind are named in parcels, by table.
    pub parcels: BTreeMap<Name, Spanned<ParcelName>>,
    /// `[tables.<table>]`
    pub tables: BTreeMap<Name, TableSection>,
    /// `[types]`: Rust types by the types of the database that the schema is from.
    pub types: BTreeMap<Name, TypeName>,
}

/// `[pivots.<table>]`: forces, forbids or limits a pivot.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PivotSection {
    /// `true` forces, `false` forbids; without it the rules decide.
    pub pivot: Option<Spanned<bool>>,
    /// The foreign key column to the owned table.
    pub owned: Option<Name>,
    /// The owner columns that are used; any other stays NULL.
    pub owners: Option<Vec<Name>>,
    /// The owner columns whose tables get the convenience methods.
    pub methods: Option<Vec<Name>>,
    /// The name of the owner enum.
    #[serde(rename = "type")]
    pub type_name: Option<Name>,
}

/// `[owners.<table>.<field>]`: several nullable columns that are one owner, or an id and a column that
/// says which table it is an id of.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnerSection {
    /// All columns of the owner.
    pub columns: Vec<Name>,
    /// The column with the owner's id, whatever table that is in.
    pub id: Option<Name>,
    /// The column that says which table it is in.
    pub kind: Option<Name>,
    /// The tables, with what `kind` holds for each.
    pub variants: Option<Vec<OwnerVariant>>,
    /// Those that may be set; all without it.
    pub allow: Option<Vec<Name>>,
    /// Whether there is always an owner; as the CHECK says without it.
    pub required: Option<Spanned<bool>>,
    /// The name of the enum.
    #[serde(rename = "type")]
    pub type_name: Option<Name>,
}

/// A table that can own, and the value of the kind column that means it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerVariant {
    /// The table.
    pub table: Name,
    /// What the kind column holds for rows of that table.
    pub value: Spanned<KindValue>,
}

/// A value of a kind column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum KindValue {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

impl std::fmt::Display for KindValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// `[values.<table>.<field>]`: several nullable columns that are one value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueSection {
    /// The name of the enum.
    #[serde(rename = "type")]
    pub type_name: Name,
    /// Its variants.
    pub variants: Vec<VariantSection>,
    /// Whether there is always a value; as the CHECK says without it.
    pub required: Option<Spanned<bool>>,
}

/// One variant of a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariantSection {
    /// Its name.
    pub name: Name,
    /// The columns that are set for it.
    pub columns: Vec<Name>,
    /// The names of its fields, one for each column.
    pub fields: Option<Vec<Name>>,
}

/// `[enums.<Type>]`: names of variants.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnumSection {
    /// Variant names by text.
    pub variants: BTreeMap<Name, Name>,
}

/// `[columns."<table>.<column>"]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ColumnSection {
    /// Its Rust type.
    #[serde(rename = "type")]
    pub type_name: Option<Spanned<ColumnType>>,
    /// The name of its field.
    pub rename: Option<Name>,
    /// The name of its enum.
    #[serde(rename = "enum")]
    pub enum_name: Option<Name>,
    /// The table it points to, or `false` for none.
    pub references: Option<Spanned<References>>,
    /// The number that the source has where the column points to no row.
    pub none: Option<Spanned<i64>>,
    /// What happens to its row when the one that it points to is removed; as declared without it.
    pub on_delete: Option<Spanned<OnDeleteName>>,
}

/// The actions of a foreign key that the config can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnDeleteName {
    /// This row is removed too.
    Cascade,
    /// The column becomes NULL.
    #[serde(rename = "set null")]
    SetNull,
    /// The row that it points to cannot be removed.
    Restrict,
    /// As `restrict`, checked at the end.
    #[serde(rename = "no action")]
    NoAction,
}

impl From<OnDeleteName> for OnDelete {
    fn from(name: OnDeleteName) -> Self {
        match name {
            OnDeleteName::Cascade => Self::Cascade,
            OnDeleteName::SetNull => Self::SetNull,
            OnDeleteName::Restrict => Self::Restrict,
            OnDeleteName::NoAction => Self::NoAction,
        }
    }
}

/// The target of a column, as the config has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum References {
    /// `false`: no table, whatever its name looks like.
    No(bool),
    /// This table.
    Table(String),
}

/// The Rust type of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnType {
    /// One that the engine has.
    Known(TypeName),
    /// One of the program's own, by its path.
    Own(String),
}

impl<'de> Deserialize<'de> for ColumnType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if is_path(&name) {
            return Ok(Self::Own(name));
        }
        let known: Result<_, value::Error> =
            TypeName::deserialize(name.as_str().into_deserializer());
        known.map(Self::Known).map_err(|error| {
            de::Error::custom(format!("{error}, or a path from a crate, as `uuid::Uuid`"))
        })
    }
}

/// Whether this is a path to a type, from a crate on: no other means the same in every file.
fn is_path(name: &str) -> bool {
    let is_segment = |segment: &str| {
        let mut chars = segment.chars();
        chars
            .next()
            .is_some_and(|c| c == '_' || c.is_ascii_alphabetic())
            && chars.all(|c| c == '_' || c.is_ascii_alphanumeric())
    };
    let segments: Vec<&str> = name.trim_start_matches("::").split("::").collect();
    segments.len() > 1
        && !matches!(segments[0], "self" | "super")
        && segments.into_iter().all(is_segment)
}

/// The Rust types that the engine has for columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum TypeName {
    /// `bool`
    #[serde(rename = "bool")]
    Bool,
    /// `i64`
    #[serde(rename = "i64")]
    I64,
    /// `f64`
    #[serde(rename = "f64")]
    F64,
    /// `String`
    #[serde(rename = "String")]
    Text,
    /// `EcoString`
    #[serde(rename = "EcoString")]
    ShortText,
    /// `Vec<u8>`
    #[serde(rename = "Vec<u8>")]
    Blob,
}

/// The UNIQUE columns by which the rows of a table are named in parcels.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ParcelName {
    /// A column.
    One(String),
    /// The columns of a constraint over several.
    Several(Vec<String>),
}

/// `[tables.<table>]`: Rust names of a table, and what it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableSection {
    /// The word for one row, in snake case.
    pub singular: Option<Name>,
    /// The word for several rows, in snake case.
    pub plural: Option<Name>,
    /// The name of its type.
    #[serde(rename = "type")]
    pub type_name: Option<Name>,
    /// Who gives the ids of its rows; gamedb without it.
    pub ids: Option<Spanned<Ids>>,
    /// `true`: it is a join table, whatever other columns it has; `false`: it is not one. Without it
    /// the rules decide.
    pub join: Option<Spanned<bool>>,
}

/// Who gives the ids of a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ids {
    /// gamedb, one after the other.
    Gamedb,
    /// The game, with each row: `insert_with_id`.
    Game,
    /// gamedb; the key of the source is a UNIQUE field beside the id.
    Field,
}
