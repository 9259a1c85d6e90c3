//! Enums of texts: columns whose CHECK lists the texts that they hold.

use std::collections::HashMap;

use super::scalar;
use crate::config::Config;
use crate::error::{ConfigError, Error};
use crate::model::{EnumModel, EnumRef, EnumVariant, Scalar};
use crate::names::{self, Scope};
use crate::schema::{Allowed, Schema};

/// The enums of a schema, and which column has which.
#[derive(Default)]
pub(super) struct Enums {
    pub(super) models: Vec<EnumModel>,
    /// The enums by table, and there by column.
    columns: HashMap<String, HashMap<String, EnumRef>>,
}

impl Enums {
    pub(super) fn of(&self, table: &str, column: &str) -> Option<EnumRef> {
        self.columns.get(table)?.get(column).copied()
    }
}

struct EnumColumn<'a> {
    table: &'a str,
    column: &'a str,
    texts: &'a [String],
    /// The same in alphabetical order, to be compared.
    sorted: Vec<&'a str>,
    /// The preferred name.
    name: String,
    /// The type name of the table, to tell enums of the same name apart.
    prefix: String,
}

/// Finds the enums: columns with the same name and the same texts share one, columns with the same
/// name and other texts get their table's name before it.
pub(super) fn enums(
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
            if plain || column.primary_key || scalar::scalar(config, table, column)? != Scalar::Text
            {
                continue;
            }
            let name = match section.and_then(|section| section.enum_name.as_ref()) {
                Some(name) => config.rust_name(name)?,
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
    // Names from the config come first, so that they are free.
    let mut given: Vec<Option<String>> = Vec::new();
    for text in texts {
        let named = section.and_then(|section| section.variants.get(text.as_str()));
        given.push(match named {
            Some(named) => {
                let name = config.rust_name(named)?;
                if scope.has(&name) {
                    let what = format!("the variant name {name:?} is taken already");
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

/// Refuses enums and texts in the config that the schema does not have.
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
