//! Owners that the source keeps in two columns: `owner_id`, and `owner_type` with a word for the table
//! that it is an id of. A world keeps one column for each table instead, so that each can be a foreign
//! key, and gives them back as one owner.

use std::collections::BTreeSet;

use crate::config::{Config, Name, OwnerSection, OwnerVariant};
use crate::error::ConfigError;
use crate::names::{self, Ident};
use crate::schema::{OwnerArm, OwnerPair, Schema, Table};

/// The two columns, if the section names them, and the columns that take their place.
pub(crate) fn pair(config: &Config, section: &OwnerSection) -> Option<OwnerPair> {
    let (id, kind) = (section.id.as_ref()?, section.kind.as_ref()?);
    let arms = section.variants.as_ref()?.iter().map(|variant| OwnerArm {
        column: column(config, id.get_ref(), variant.table.get_ref()),
        table: variant.table.get_ref().clone(),
        value: variant.value.get_ref().to_string(),
    });
    Some(OwnerPair {
        id: id.get_ref().clone(),
        kind: kind.get_ref().clone(),
        arms: arms.collect(),
    })
}

/// `owner_id` and `players` give `owner_player_id`.
fn column(config: &Config, id: &str, table: &str) -> String {
    let id = Ident::new(id);
    let stem = id.stem().strip_suffix("_id").unwrap_or(id.stem());
    let said = config.table(table).and_then(|t| t.singular.as_ref());
    let singular = match said {
        Some(singular) => singular.get_ref().clone(),
        None => names::singular(Ident::new(table).stem()),
    };
    format!("{stem}_{singular}_id")
}

/// Holds a section that names a pair against the schema, in which the pair is taken apart already.
///
/// # Errors
/// [`ConfigError::UnknownTable`], [`ConfigError::UnknownColumn`], or [`ConfigError::Impossible`] for keys
/// that contradict each other.
pub(crate) fn verify(
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
    distinct(config, variants)?;
    for variant in variants {
        config.known(schema, &variant.table, variant.table.get_ref())?;
    }
    let Some(pair) = pair(config, section) else {
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

fn distinct(config: &Config, variants: &[OwnerVariant]) -> Result<(), ConfigError> {
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
