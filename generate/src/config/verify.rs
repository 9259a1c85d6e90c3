//! Checks a `gamedb.toml` against a schema: every table and column that it names has to exist.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{
    ColumnSection, Config, Ids, Name, OwnerSection, OwnerVariant, References, Spanned,
    VariantSection, owner_pairs,
};
use crate::error::ConfigError;
use crate::schema::{Column, Schema, Table};

impl Config {
    /// Checks that every table and column that the file names is in the schema.
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
                    owner_pair(self, schema, table, field, owner)?;
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
            self.own_id(table, column, section)?;
            self.verify_references(schema, table, column, section)?;
        }
        self.verify_all(schema)?;
        self.verify_nests(schema)?;
        for (name, columns) in &self.sections.parcels {
            let table = self.known(schema, name, name.get_ref())?;
            for column in columns.get_ref().columns() {
                self.column_of(table, name, column)?;
            }
        }
        for (name, section) in &self.sections.tables {
            let table = self.known(schema, name, name.get_ref())?;
            self.verify_ids(table, section.ids.as_ref())?;
        }
        Ok(())
    }

    /// Refuses `ids` where the source has no key that could be an id.
    fn verify_ids(&self, table: &Table, ids: Option<&Spanned<Ids>>) -> Result<(), ConfigError> {
        match ids {
            Some(ids) if *ids.get_ref() != Ids::Field && table.has_surrogate_id() => {
                let id = table.columns.iter().find(|column| column.primary_key);
                let why = id.and_then(|id| id.comment.as_deref()).unwrap_or_default();
                let (name, why) = (&table.name, why.trim_end_matches('.'));
                let what = format!("{name} has no number of its own that could be its id. {why}");
                Err(self.impossible(ids.span(), what))
            }
            _ => Ok(()),
        }
    }

    fn variant(&self, variant: &VariantSection) -> Result<(), ConfigError> {
        let wrong = match &variant.fields {
            _ if variant.columns.is_empty() => "has no columns",
            Some(fields) if fields.len() != variant.columns.len() => {
                "does not have as many fields as columns"
            }
            _ => return Ok(()),
        };
        let what = format!("variant {:?} {wrong}", variant.name.get_ref());
        Err(self.impossible(variant.name.span(), what))
    }

    /// Checks what the file says of all tables at once.
    fn verify_all(&self, schema: &Schema) -> Result<(), ConfigError> {
        for name in &self.sections.absent_tables {
            if schema.table(name.get_ref()).is_some() {
                let what = format!(
                    "table {:?} is in the schema, and not absent",
                    name.get_ref()
                );
                return Err(self.impossible(name.span(), what));
            }
        }
        if let Some(prefix) = &self.sections.prefix {
            let start = prefix.get_ref().as_str();
            if !schema
                .tables
                .iter()
                .any(|table| table.name.starts_with(start))
            {
                let what = format!("no table's name starts with {start:?}");
                return Err(self.impossible(prefix.span(), what));
            }
        }
        for (name, to) in &self.sections.references {
            let columns = schema.tables.iter().flat_map(|table| &table.columns);
            let same = |column: &&Column| column.name.eq_ignore_ascii_case(name.get_ref());
            let same: Vec<&Column> = columns.filter(same).collect();
            let what = match same.first() {
                None => format!("no table has a column {:?}", name.get_ref()),
                Some(_) if !same.iter().any(|column| column.is_integer()) => {
                    format!("no column {:?} holds integers", name.get_ref())
                }
                Some(_) => match to.get_ref() {
                    References::Table(table) => {
                        self.known_at(schema, to.span(), table)?;
                        continue;
                    }
                    References::No(false) => continue,
                    References::No(true) => "`references` is a table's name, or false".to_owned(),
                },
            };
            return Err(self.impossible(name.span(), what));
        }
        Ok(())
    }

    /// Refuses what cannot be said of the id of a row.
    fn own_id(
        &self,
        table: &Table,
        column: &str,
        section: &ColumnSection,
    ) -> Result<(), ConfigError> {
        let is_id = |known: &Column| known.primary_key && known.name == column;
        if !table.rowid_key || !table.columns.iter().any(is_id) {
            return Ok(());
        }
        let points = section.references.as_ref();
        let points = points.filter(|to| matches!(to.get_ref(), References::Table(_)));
        let said = [
            (
                section.type_name.as_ref().map(Spanned::span),
                ", whose type is that of its table's ids",
            ),
            (
                section.enum_name.as_ref().map(Spanned::span),
                ", and no enum",
            ),
            (
                section.rename.as_ref().map(Spanned::span),
                ", which is called `id`",
            ),
            (
                section.none.as_ref().map(Spanned::span),
                ", which is never NULL",
            ),
            (
                section.on_delete.as_ref().map(Spanned::span),
                ", and points to none",
            ),
            (
                points.map(Spanned::span),
                ", and cannot point to another one",
            ),
        ];
        match said.into_iter().find_map(|(span, why)| Some((span?, why))) {
            None => Ok(()),
            Some((span, why)) => {
                let what = format!("{}.{column} is the id of its own row{why}", table.name);
                Err(self.impossible(span, what))
            }
        }
    }

    fn verify_references(
        &self,
        schema: &Schema,
        table: &Table,
        column: &str,
        section: &ColumnSection,
    ) -> Result<(), ConfigError> {
        let Some(references) = &section.references else {
            return Ok(());
        };
        let declared = table.foreign_key(column);
        // One that points nowhere can be called a plain column.
        if declared.is_some_and(|key| schema.has_target(key)) {
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

    pub(super) fn known<'s>(
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
        // The name has to be spelled as declared, because sections are looked up by it.
        let found = schema.tables.iter().find(|known| known.name == table);
        found.ok_or_else(|| ConfigError::UnknownTable {
            file: self.file.clone(),
            line: self.line(at),
            table: table.to_owned(),
        })
    }

    pub(super) fn columns<'n>(
        &self,
        table: &Table,
        names: impl Iterator<Item = &'n Name>,
    ) -> Result<(), ConfigError> {
        for name in names {
            self.column_of(table, name, name.get_ref())?;
        }
        Ok(())
    }

    fn column_of(&self, table: &Table, at: &Name, column: &str) -> Result<(), ConfigError> {
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

/// Checks a section that names a pair against the schema, in which the pair may be split already.
///
/// # Errors
/// [`ConfigError::UnknownTable`], [`ConfigError::UnknownColumn`], or [`ConfigError::Impossible`] for keys
/// that contradict each other.
fn owner_pair(
    config: &Config,
    schema: &Schema,
    table: &Table,
    at: &Name,
    section: &OwnerSection,
) -> Result<(), ConfigError> {
    let (Some(id), Some(kind), Some(variants)) = (&section.id, &section.kind, &section.variants)
    else {
        let what = "an owner has `columns`, or `id`, `kind` and `variants`";
        return Err(config.impossible(at.span(), what));
    };
    if let Some(column) = section.allow.iter().flatten().next() {
        let what = "`columns` and `allow` are for owners without `id`";
        return Err(config.impossible(column.span(), what));
    }
    if variants.is_empty() {
        return Err(config.impossible(at.span(), "an owner has one variant at least"));
    }
    distinct_variants(config, variants)?;
    for variant in variants {
        config.known(schema, &variant.table, variant.table.get_ref())?;
    }
    let Some(pair) = owner_pairs::pair(config, section) else {
        return Ok(());
    };
    if pair
        .arms
        .iter()
        .all(|arm| table.column(&arm.column).is_some())
    {
        return Ok(());
    }
    config.column_of(table, id, id.get_ref())?;
    config.column_of(table, kind, kind.get_ref())
}

fn distinct_variants(config: &Config, variants: &[OwnerVariant]) -> Result<(), ConfigError> {
    let (mut tables, mut values) = (BTreeSet::new(), BTreeSet::new());
    for variant in variants {
        if !tables.insert(variant.table.get_ref()) {
            let what = format!("two variants have the table {:?}", variant.table.get_ref());
            return Err(config.impossible(variant.table.span(), what));
        }
        let value = variant.value.get_ref().to_string();
        if !values.insert(value.clone()) {
            let what = format!("two variants have the value {value:?}");
            return Err(config.impossible(variant.value.span(), what));
        }
    }
    Ok(())
}
