//! `gamedb.toml`: what the schema cannot say. Every key is explained in this crate's README.

pub(crate) mod owner_pairs;

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
pub use toml::Spanned;

use crate::error::ConfigError;
use crate::schema::{Schema, Table};

/// A name, and where it stands in the file.
pub type Name = Spanned<String>;

/// A `gamedb.toml`, read but not yet held against a schema.
#[derive(Debug, Clone, Default)]
pub struct Config {
    file: String,
    source: String,
    sections: Sections,
}

/// The sections of a `gamedb.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sections {
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

/// A table that owns, and what says so.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerVariant {
    /// The table.
    pub table: Name,
    /// What the column of kinds holds for its rows.
    pub value: Spanned<KindValue>,
}

/// What a column of kinds holds.
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
    pub type_name: Option<Spanned<TypeName>>,
    /// The name of its field.
    pub rename: Option<Name>,
    /// The name of its enum.
    #[serde(rename = "enum")]
    pub enum_name: Option<Name>,
    /// The table it points to, or `false` for none.
    pub references: Option<Spanned<References>>,
}

/// What a column is said to point to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum References {
    /// `false`: no table, whatever its name looks like.
    No(bool),
    /// This table.
    Table(String),
}

/// The Rust types that a column can be given.
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

/// `[tables.<table>]`: Rust names of a table, and what it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableSection {
    /// The word for one row, in snake case.
    pub singular: Option<Name>,
    /// The name of its type.
    #[serde(rename = "type")]
    pub type_name: Option<Name>,
    /// `true`: it is a join table, whatever other columns it has; `false`: it is none. Without it the
    /// rules decide.
    pub join: Option<Spanned<bool>>,
}

impl Config {
    /// Reads the text of a `gamedb.toml`; `file` is the name that errors use for it.
    ///
    /// # Errors
    /// [`ConfigError::Syntax`] with the line, also for a key that is not known.
    pub fn parse(source: &str, file: &str) -> Result<Self, ConfigError> {
        let mut config = Self {
            file: file.to_owned(),
            source: source.to_owned(),
            sections: Sections::default(),
        };
        config.sections = toml::from_str(source).map_err(|error| ConfigError::Syntax {
            file: file.to_owned(),
            line: config.line(error.span().unwrap_or_default()),
            message: error.message().to_owned(),
        })?;
        Ok(config)
    }

    /// Its sections.
    pub fn sections(&self) -> &Sections {
        &self.sections
    }

    /// The name of its file, as errors use it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line of a place in the file, counted from 1.
    pub fn line(&self, span: Range<usize>) -> usize {
        let before = self.source.as_bytes().iter().take(span.start);
        before.filter(|byte| **byte == b'\n').count() + 1
    }

    /// The section of one pivot.
    pub fn pivot(&self, table: &str) -> Option<(&Name, &PivotSection)> {
        self.sections.pivots.get_key_value(table)
    }

    /// The section of one column.
    pub fn column(&self, table: &str, column: &str) -> Option<&ColumnSection> {
        self.sections
            .columns
            .get(format!("{table}.{column}").as_str())
    }

    /// What `[types]` says of a type; it has several names, the most exact one first.
    pub(crate) fn type_of(&self, names: &[String]) -> Option<TypeName> {
        let types = &self.sections.types;
        names.iter().find_map(|name| {
            let same = |key: &&Name| {
                key.get_ref()
                    .replace(' ', "")
                    .eq_ignore_ascii_case(&name.replace(' ', ""))
            };
            types.iter().find(|(key, _)| same(key)).map(|(_, ty)| *ty)
        })
    }

    /// The section of one table.
    pub fn table(&self, table: &str) -> Option<&TableSection> {
        self.sections.tables.get(table)
    }

    /// An error at a place in the file.
    pub fn impossible(&self, span: Range<usize>, message: impl Into<String>) -> ConfigError {
        ConfigError::Impossible {
            file: self.file.clone(),
            line: self.line(span),
            message: message.into(),
        }
    }

    /// Holds every table and column that the file names against the schema.
    ///
    /// # Errors
    /// [`ConfigError::UnknownTable`] or [`ConfigError::UnknownColumn`] for the first that the schema
    /// does not have; [`ConfigError::Impossible`] for keys that contradict each other.
    pub fn verify(&self, schema: &Schema) -> Result<(), ConfigError> {
        for (name, pivot) in &self.sections.pivots {
            let table = self.known(schema, name, name.get_ref())?;
            let named = pivot.owned.iter();
            let named = named.chain(pivot.owners.iter().flatten());
            self.columns(table, named.chain(pivot.methods.iter().flatten()))?;
        }
        for (name, fields) in &self.sections.owners {
            let table = self.known(schema, name, name.get_ref())?;
            for (field, owner) in fields {
                if owner.columns.is_empty() {
                    owner_pairs::verify(self, schema, table, field, owner)?;
                    continue;
                }
                if let Some(id) = &owner.id {
                    let what = "`columns` and `allow` are for owners without `id`";
                    return Err(self.impossible(id.span(), what));
                }
                self.columns(
                    table,
                    owner.columns.iter().chain(owner.allow.iter().flatten()),
                )?;
                for allowed in owner.allow.iter().flatten() {
                    if !owner.columns.contains(allowed) {
                        let what =
                            format!("{:?} is allowed, and not in `columns`", allowed.get_ref());
                        return Err(self.impossible(allowed.span(), what));
                    }
                }
            }
        }
        for (name, fields) in &self.sections.values {
            let table = self.known(schema, name, name.get_ref())?;
            for value in fields.values() {
                for variant in &value.variants {
                    self.columns(table, variant.columns.iter())?;
                    self.variant(variant)?;
                }
            }
        }
        for (name, section) in &self.sections.columns {
            let Some((table, column)) = name.get_ref().rsplit_once('.') else {
                let what = format!("{:?} is not `table.column`", name.get_ref());
                return Err(self.impossible(name.span(), what));
            };
            let table = self.known(schema, name, table)?;
            self.column_of(table, name, column)?;
            self.references(schema, table, column, section)?;
        }
        for name in self.sections.tables.keys() {
            self.known(schema, name, name.get_ref())?;
        }
        Ok(())
    }

    fn variant(&self, variant: &VariantSection) -> Result<(), ConfigError> {
        let wrong = match &variant.fields {
            _ if variant.columns.is_empty() => "has no columns",
            Some(fields) if fields.len() != variant.columns.len() => {
                "has not as many fields as columns"
            }
            _ => return Ok(()),
        };
        let what = format!("variant {:?} {wrong}", variant.name.get_ref());
        Err(self.impossible(variant.name.span(), what))
    }

    fn references(
        &self,
        schema: &Schema,
        table: &Table,
        column: &str,
        section: &ColumnSection,
    ) -> Result<(), ConfigError> {
        let Some(references) = &section.references else {
            return Ok(());
        };
        if table.foreign_key(column).is_some() {
            let what = format!("column {}.{column} has a declared foreign key", table.name);
            return Err(self.impossible(references.span(), what));
        }
        match references.get_ref() {
            References::No(false) => Ok(()),
            References::No(true) => {
                let what = "`references` is a table's name, or false";
                Err(self.impossible(references.span(), what))
            }
            References::Table(table) => self.known_at(schema, references.span(), table).map(|_| ()),
        }
    }

    pub(crate) fn known<'s>(
        &self,
        schema: &'s Schema,
        at: &Name,
        table: &str,
    ) -> Result<&'s Table, ConfigError> {
        self.known_at(schema, at.span(), table)
    }

    fn known_at<'s>(
        &self,
        schema: &'s Schema,
        at: Range<usize>,
        table: &str,
    ) -> Result<&'s Table, ConfigError> {
        // Exactly as declared: sections are looked up by it.
        let found = schema.tables.iter().find(|known| known.name == table);
        found.ok_or_else(|| ConfigError::UnknownTable {
            file: self.file.clone(),
            line: self.line(at),
            table: table.to_owned(),
        })
    }

    fn columns<'n>(
        &self,
        table: &Table,
        names: impl Iterator<Item = &'n Name>,
    ) -> Result<(), ConfigError> {
        for name in names {
            self.column_of(table, name, name.get_ref())?;
        }
        Ok(())
    }

    pub(crate) fn column_of(
        &self,
        table: &Table,
        at: &Name,
        column: &str,
    ) -> Result<(), ConfigError> {
        if table.columns.iter().any(|known| known.name == column) {
            return Ok(());
        }
        Err(ConfigError::UnknownColumn {
            file: self.file.clone(),
            line: self.line(at.span()),
            table: table.name.clone(),
            column: column.to_owned(),
        })
    }
}
