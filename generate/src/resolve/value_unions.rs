//! Value unions: nullable columns that hold one value, of which only those of one variant are set.

use super::scalar;
use crate::analysis::relations::{self, Found};
use crate::config::{Config, ValueSection};
use crate::error::{ConfigError, Error};
use crate::model::{ValueField, ValueModel, ValueRef, ValueVariant};
use crate::names::{Ident, Scope};
use crate::schema::{CheckKind, Column, Schema, Table};

/// A value union of one table.
pub(super) struct ValueUnion {
    pub(super) field: String,
    pub(super) ty: ValueRef,
    pub(super) required: bool,
    /// For each variant, its columns.
    pub(super) columns: Vec<Vec<String>>,
}

/// The value unions of a table, as the config says.
pub(super) fn values(
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
        let wanted = config.rust_name(&section.type_name)?;
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
        let name = config.rust_name(&variant.name)?;
        if names.has(&name) {
            let what = format!("the variant name {name:?} is taken already");
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
                    "{:?} is not a nullable column of its own, as a value needs",
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
                ty: scalar::scalar(config, table, column)?,
            });
        }
        variants.push(ValueVariant { name, fields });
    }
    Ok(variants)
}

/// Refuses foreign keys in a value, because the engine would not enforce them.
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

/// Whether there is always a value: as the config says, or as a CHECK that counts one column of each
/// variant.
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
