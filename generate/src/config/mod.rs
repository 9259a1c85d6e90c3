//! `gamedb.toml`: what the schema cannot say. Every key is explained in this crate's README.

mod nests;
pub(crate) mod owner_pairs;
mod sections;
mod verify;

use std::ops::Range;

use crate::error::ConfigError;
use crate::names::{self, Ident};
use crate::sql::OnDelete;
pub use nests::{NestSection, RootNumbers};
pub use sections::{
    ColumnSection, ColumnType, EnumSection, Ids, KindValue, Name, OnDeleteName, OwnerSection,
    OwnerVariant, ParcelName, PivotSection, References, Sections, Spanned, TableSection, TypeName,
    ValueSection, VariantSection,
};

/// A `gamedb.toml` that was parsed; [`Config::verify`] checks it against a schema.
#[derive(Debug, Clone, Default)]
pub struct Config {
    file: String,
    source: String,
    sections: Sections,
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

    /// What the file says of the table that a column points to.
    pub(crate) fn references(&self, table: &str, column: &str) -> Option<&Spanned<References>> {
        let own = self.column(table, column);
        own.and_then(|section| section.references.as_ref())
            .or_else(|| self.references_of_all(table, column))
    }

    /// What `[references]` says of a column, unless it is the target's own.
    fn references_of_all(&self, table: &str, column: &str) -> Option<&Spanned<References>> {
        let mut all = self.sections.references.iter();
        let (_, said) = all.find(|(name, _)| name.get_ref().eq_ignore_ascii_case(column))?;
        let is_own = matches!(said.get_ref(), References::Table(to) if to == table);
        (!is_own).then_some(said)
    }

    /// Whether the file says that the schema leaves this table out on purpose.
    pub(crate) fn is_absent(&self, table: &str) -> bool {
        let mut absent = self.sections.absent_tables.iter();
        absent.any(|name| name.get_ref().eq_ignore_ascii_case(table))
    }

    /// What the file says of a removal of the row that a column points to.
    pub(crate) fn on_delete(&self, table: &str, column: &str) -> Option<OnDelete> {
        let said = self.column(table, column)?.on_delete.as_ref()?;
        Some((*said.get_ref()).into())
    }

    /// The name of a table without the prefix that all have.
    pub(crate) fn bare<'t>(&self, table: &'t str) -> &'t str {
        let prefix = self.sections.prefix.as_ref();
        let bare = prefix.and_then(|prefix| table.strip_prefix(prefix.get_ref().as_str()));
        bare.filter(|bare| !bare.is_empty()).unwrap_or(table)
    }

    /// The number that means that a column points to no row.
    pub(crate) fn none(&self, table: &str, column: &str) -> Option<i64> {
        Some(*self.column(table, column)?.none.as_ref()?.get_ref())
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

    /// What the file says of the ids of a table.
    pub(crate) fn ids(&self, table: &str) -> Option<&Spanned<Ids>> {
        self.table(table)?.ids.as_ref()
    }

    /// An error at a place in the file.
    pub fn impossible(&self, span: Range<usize>, message: impl Into<String>) -> ConfigError {
        ConfigError::Impossible {
            file: self.file.clone(),
            line: self.line(span),
            message: message.into(),
        }
    }

    /// The word for one row of a table, in snake case.
    pub(crate) fn singular(&self, table: &str) -> String {
        let said = self.table(table).and_then(|table| table.singular.as_ref());
        said.map_or_else(
            || names::singular(Ident::new(self.bare(table)).stem()),
            |name| name.get_ref().clone(),
        )
    }

    /// The word for several rows of a table, in snake case: that of the file, or the plural of the word for one row, or
    /// of the table's name.
    pub(crate) fn plural(&self, table: &str) -> String {
        let section = self.table(table);
        if let Some(said) = section.and_then(|section| section.plural.as_ref()) {
            return said.get_ref().clone();
        }
        match section.and_then(|section| section.singular.as_ref()) {
            Some(singular) => names::plural(singular.get_ref()),
            None => names::plural(Ident::new(self.bare(table)).stem()),
        }
    }

    /// The name of a type or a variant, if it can be written as it is.
    pub(crate) fn rust_name(&self, name: &Name) -> Result<String, ConfigError> {
        if names::is_plain(name.get_ref()) {
            return Ok(name.get_ref().clone());
        }
        let what = format!("{:?} is not a valid Rust name", name.get_ref());
        Err(self.impossible(name.span(), what))
    }
}
