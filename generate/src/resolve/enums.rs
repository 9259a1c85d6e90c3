//! Columns that are one thing: enums of texts, and value unions.

use std::collections::HashMap;

use crate::analysis::relations::{self, Found};
use crate::config::{Config, ValueSection};
use crate::error::{ConfigError, Error};
use crate::model::{
    EnumModel, EnumRef, EnumVariant, Scalar, ValueField, ValueModel, ValueRef, ValueVariant,
};
use crate::names::{self, Ident, Scope};
use crate::resolve::checked_name;
use crate::resolve::types;
use crate::schema::{Allowed, CheckKind, Column, Schema, Table};

/// The enums of a schema, and which column has which.
#[derive(Default)]
pub(crate) struct Enums {
    pub(crate) models: Vec<EnumModel>,
    /// The enums by table, and there by column.
    columns: HashMap<String, HashMap<String, EnumRef>>,
}

impl Enums {
    pub(crate) fn of(&self, table: &str, column: &str) -> Option<EnumRef> {
        self.columns.get(table)?.get(column).copied()
    }
}

struct EnumColumn<'a> {
    table: &'a str,
    column: &'a str,
    texts: &'a [String],
    /// The same in alphabetical order, to be compared.
    sorted: Vec<&'a str>,
    /// The name wanted.
    name: String,
    /// The singular of the table, to tell enums of one name apart.
    prefix: String,
}

/// Finds the enums: columns with the same name and the same texts share one, columns with the same
/// name and other texts get their table's name before it.
pub(crate) fn enums(
    schema: &Schema,
    config: &Config,
    type_names: &[String],
    scope: &mut Scope,
) -> Result<Enums, Error> {
    let mut found = Vec::new();
    for (table, type_name) in schema.tables.iter().zip(type_names) {
        for column in &table.columns {
            let Some(Allowed::Texts(texts)) = &column.allowed else {
                continue;
            };
            let section = config.column(&table.name, &column.name);
            let plain = section.is_some_and(|section| section.type_name.is_some());
            if plain || column.primary_key || types::scalar(config, table, column)? != Scalar::Text
            {
                continue;
            }
            let name = match section.and_then(|section| section.enum_name.as_ref()) {
                Some(name) => checked_name(config, name)?,
                None => names::type_name(&column.name),
            };
            found.push(EnumColumn {
                table: &table.name,
                column: &column.name,
                texts,
                sorted: sorted(texts),
                name,
                prefix: type_name.clone(),
            });
        }
    }
    let mut enums = Enums::default();
    let mut alone: HashMap<&str, (&[&str], bool)> = HashMap::new();
    for column in &found {
        let (first, alone) = alone.entry(&column.name).or_insert((&column.sorted, true));
        *alone &= *first == column.sorted;
    }
    let mut made: HashMap<(String, &[&str]), EnumRef> = HashMap::new();
    for column in &found {
        let prefixed = format!("{}{}", column.prefix, column.name);
        let alone = alone.get(column.name.as_str()).is_some_and(|of| of.1);
        let wanted = if alone { &column.name } else { &prefixed };
        let known = (wanted.clone(), column.sorted.as_slice());
        let ty = match made.get(&known) {
            Some(ty) => *ty,
            None => {
                let ty = EnumRef(enums.models.len());
                let type_name = scope.name(&[wanted.clone(), prefixed.clone()]);
                let variants = variants(config, &type_name, column.texts)?;
                enums.models.push(EnumModel {
                    type_name,
                    variants,
                });
                made.insert(known, ty);
                ty
            }
        };
        let of_table = enums.columns.entry(column.table.to_owned());
        of_table.or_default().insert(column.column.to_owned(), ty);
    }
    known_enums(config, &enums)?;
    Ok(enums)
}

fn sorted(texts: &[String]) -> Vec<&str> {
    let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    texts.sort_unstable();
    texts
}

fn variants(config: &Config, name: &str, texts: &[String]) -> Result<Vec<EnumVariant>, Error> {
    let mut scope = Scope::default();
    let section = config.sections().enums.get(name);
    let mut variants = Vec::new();
    // Names from the config first, so that no other takes them.
    let mut given: Vec<Option<String>> = Vec::new();
    for text in texts {
        let named = section.and_then(|section| section.variants.get(text.as_str()));
        given.push(match named {
            Some(named) => {
                let name = checked_name(config, named)?;
                if scope.has(&name) {
                    let what = format!("variant {name:?} is there already");
                    return Err(config.impossible(named.span(), what).into());
                }
                scope.take(name.clone());
                Some(name)
            }
            None => None,
        });
    }
    for (text, given) in texts.iter().zip(given) {
        variants.push(EnumVariant {
            name: given.unwrap_or_else(|| scope.name(&[names::variant(text)])),
            text: text.clone(),
        });
    }
    Ok(variants)
}

/// Holds the config's enums against those found.
fn known_enums(config: &Config, enums: &Enums) -> Result<(), ConfigError> {
    for (name, section) in &config.sections().enums {
        let found = enums.models.iter().find(|e| e.type_name == *name.get_ref());
        let Some(found) = found else {
            return Err(ConfigError::UnknownEnum {
                file: config.file().to_owned(),
                line: config.line(name.span()),
                name: name.get_ref().clone(),
            });
        };
        for text in section.variants.keys() {
            if !found.variants.iter().any(|v| v.text == *text.get_ref()) {
                return Err(ConfigError::UnknownText {
                    file: config.file().to_owned(),
                    line: config.line(text.span()),
                    name: name.get_ref().clone(),
                    text: text.get_ref().clone(),
                });
            }
        }
    }
    Ok(())
}

/// A value union of one table.
pub(crate) struct ValueUnion {
    pub(crate) field: String,
    pub(crate) ty: ValueRef,
    pub(crate) required: bool,
    /// For each variant, its columns.
    pub(crate) columns: Vec<Vec<String>>,
}

/// The value unions of a table, as the config says.
pub(crate) fn values(
    schema: &Schema,
    config: &Config,
    table: &Table,
    type_name: &str,
    models: &mut Vec<ValueModel>,
    scope: &mut Scope,
) -> Result<Vec<ValueUnion>, Error> {
    let mut unions = Vec::new();
    let sections = config.sections().values.get(table.name.as_str());
    for (field, section) in sections.into_iter().flatten() {
        let variants = value_variants(config, table, section)?;
        no_keys(schema, config, table, section)?;
        let wanted = checked_name(config, &section.type_name)?;
        let prefixed = format!("{type_name}{wanted}");
        let same = models.iter().position(|model| {
            (model.type_name == wanted || model.type_name == prefixed) && model.variants == variants
        });
        let ty = ValueRef(same.unwrap_or(models.len()));
        if same.is_none() {
            models.push(ValueModel {
                type_name: scope.name(&[wanted, prefixed]),
                variants,
            });
        }
        unions.push(ValueUnion {
            field: field.get_ref().clone(),
            ty,
            required: value_required(config, table, section)?,
            columns: section
                .variants
                .iter()
                .map(|v| v.columns.iter().map(|c| c.get_ref().clone()).collect())
                .collect(),
        });
    }
    Ok(unions)
}

fn value_variants(
    config: &Config,
    table: &Table,
    section: &ValueSection,
) -> Result<Vec<ValueVariant>, Error> {
    let mut names = Scope::default();
    let mut used = Scope::default();
    let mut variants = Vec::new();
    for variant in &section.variants {
        let name = checked_name(config, &variant.name)?;
        if names.has(&name) {
            let what = format!("variant {name:?} is there already");
            return Err(config.impossible(variant.name.span(), what).into());
        }
        names.take(name.clone());
        let mut fields = Vec::new();
        let mut field_names = Scope::default();
        for (at, column_name) in variant.columns.iter().enumerate() {
            let column = table
                .columns
                .iter()
                .find(|c| c.name == *column_name.get_ref());
            let Some(column) = column.filter(|column| free(column) && !used.has(&column.name))
            else {
                let what = format!(
                    "{:?} is no nullable column of its own, which a value needs",
                    column_name.get_ref()
                );
                return Err(config.impossible(column_name.span(), what).into());
            };
            used.take(column.name.clone());
            let named = variant.fields.as_ref().and_then(|fields| fields.get(at));
            let field = named.map_or(column_name.get_ref(), |name| name.get_ref());
            let tuple = variant.columns.len() == 1 && named.is_none();
            fields.push(ValueField {
                name: (!tuple).then(|| field_names.ident(&[Ident::new(field)])),
                ty: types::scalar(config, table, column)?,
            });
        }
        variants.push(ValueVariant { name, fields });
    }
    Ok(variants)
}

/// A foreign key inside of a value would be kept by nobody.
fn no_keys(
    schema: &Schema,
    config: &Config,
    table: &Table,
    section: &ValueSection,
) -> Result<(), ConfigError> {
    for name in section.variants.iter().flat_map(|variant| &variant.columns) {
        let column = table.column(name.get_ref());
        let key = column.and_then(|column| relations::relation(schema, config, table, column));
        if let Some(key) = key {
            let what = format!(
                "{:?} points to table {:?}, and foreign keys in a value are not supported yet{}",
                name.get_ref(),
                key.target,
                match key.found {
                    Found::Convention => "; `references = false` for the column if it does not",
                    _ => "",
                }
            );
            return Err(config.impossible(name.span(), what));
        }
    }
    Ok(())
}

fn free(column: &Column) -> bool {
    !column.not_null && !column.primary_key && !column.must_be_null
}

/// Whether a sum over one column of each variant is said to be exactly one.
fn value_required(config: &Config, table: &Table, section: &ValueSection) -> Result<bool, Error> {
    let exactly = table.checks.iter().any(|check| match &check.kind {
        CheckKind::ExactlyOne(set) => {
            set.len() == section.variants.len()
                && section
                    .variants
                    .iter()
                    .all(|variant| variant.columns.iter().any(|c| set.contains(c.get_ref())))
        }
        _ => false,
    });
    match &section.required {
        Some(said) if exactly && !said.get_ref() => {
            let what = "the CHECK says that there is always a value";
            Err(config.impossible(said.span(), what).into())
        }
        Some(said) => Ok(*said.get_ref()),
        None => Ok(exactly),
    }
}
