//! Combines schema, config and analysis into a [`Model`].

mod accessors;
mod checks;
mod enums;
mod fields;
mod indexes;
mod join_methods;
mod nests;
mod order;
mod owner_enums;
mod parcels;
mod pivot_methods;
mod resolver;
mod scalar;
mod table;
mod type_names;
mod value_keys;
mod value_unions;

use std::collections::HashMap;

use crate::analysis::pivot::{self, PivotInfo};
use crate::analysis::relations::{self, Relation};
use crate::config::Config;
use crate::error::{ConfigError, Error, ModelError};
use crate::model::{IdsModel, Model, TableKind, TableModel, TableRef};
use crate::names::Scope;
use crate::schema::{Partial, Schema, Table};
use resolver::Resolver;
use type_names::type_names;

/// Resolves a schema with its config.
///
/// # Errors
/// [`Error::Config`] for a config that does not fit the schema, [`Error::Model`] for a schema that
/// models cannot be made from.
pub fn resolve(schema: &Schema, config: &Config) -> Result<Model, Error> {
    config.verify(schema)?;
    for table in &schema.tables {
        supported(table)?;
    }
    let (all, unfollowed) = relations::relations(schema, config)?;
    let all_relations = all.clone();
    let mut relations: HashMap<String, Vec<Relation>> = HashMap::new();
    for relation in all {
        let of_table = relations.entry(relation.table.clone());
        of_table.or_default().push(relation);
    }
    let tables = schema.tables.iter().enumerate();
    let places = tables.map(|(at, table)| (table.name.as_str(), TableRef(at)));
    let mut types = Scope::types();
    let type_names = type_names(schema, config, &mut types)?;
    let enums = enums::enums(schema, config, &type_names, &mut types)?;
    let mut resolver = Resolver {
        schema,
        config,
        places: places.collect(),
        relations,
        unfollowed,
        enums,
        types,
        model: Model {
            ddl: schema.statements.clone(),
            warnings: schema.warnings.clone(),
            ..Model::default()
        },
    };
    let mut world = Scope::default();
    let infos: Vec<PivotInfo> = pivot::pivot_infos(schema, config)?;
    let joins = crate::analysis::joins::join_infos(schema, config, &infos)?;
    for ((table, type_name), info) in schema.tables.iter().zip(&type_names).zip(&infos) {
        let resolved = resolver.table(table, type_name, info, &mut world)?;
        resolver.model.tables.push(resolved);
    }
    resolver.model.enums = std::mem::take(&mut resolver.enums.models);
    let mut model = resolver.model;
    value_keys::connect(&mut model, schema, config, &infos);
    nests::connect(&mut model, config)?;
    parcels::connect(&mut model, config)?;
    of_keys(config, &model, &all_relations)?;
    accessors::connect(&mut model, &infos, &joins);
    of_given_ids(config, &model)?;
    model.order = order::order(&model);
    let of_checks: Vec<_> = model.file_check_warnings().collect();
    model.warnings.extend(of_checks);
    Ok(model)
}

/// Refuses ids that the game gives where rows are made by other means than `insert_with_id`.
fn of_given_ids(config: &Config, model: &Model) -> Result<(), ConfigError> {
    for table in model.tables.iter().filter(|t| t.ids == IdsModel::Given) {
        let why = match table.kind {
            TableKind::Pivot(_) => "its rows say who owns what",
            TableKind::Join(_) => "its rows link others; `join = false` says otherwise",
            _ if !table.owned_through.is_empty() => {
                "its rows belong to owners; `World::add_with_id` gives them ids too"
            }
            _ => continue,
        };
        let what = format!("the game cannot give the ids of {}: {why}", table.name);
        let at = config.ids(&table.name).map(|ids| ids.span());
        return Err(config.impossible(at.unwrap_or_default(), what));
    }
    Ok(())
}

/// Refuses what is said of a key where a column points nowhere.
fn of_keys(config: &Config, model: &Model, relations: &[Relation]) -> Result<(), ConfigError> {
    for (name, section) in &config.sections().columns {
        let name = name.get_ref();
        let none = section.none.as_ref().map(|none| ("none", none.span()));
        let on_delete = section.on_delete.as_ref();
        let on_delete = on_delete.map(|action| ("on_delete", action.span()));
        let is_by_value = |table: &TableModel| {
            let mut keys = table.value_keys.iter();
            keys.any(|key| match key.columns.as_slice() {
                [only] => format!("{}.{}", table.name, table.columns[*only].name) == *name,
                _ => false,
            })
        };
        let on_delete = on_delete.filter(|_| !model.tables.iter().any(is_by_value));
        let Some((key, span)) = none.or(on_delete) else {
            continue;
        };
        let is_it =
            |relation: &Relation| format!("{}.{}", relation.table, relation.column) == *name;
        if !relations.iter().any(is_it) {
            let what = format!("`{key}` is for columns that point to a table, and {name} does not");
            return Err(config.impossible(span, what));
        }
    }
    Ok(())
}

/// Refuses tables that models cannot be made from.
fn supported(table: &Table) -> Result<(), ModelError> {
    let name = || table.name.clone();
    if table.primary_key.len() > 1 {
        return Err(ModelError::CompositePrimaryKey {
            table: name(),
            columns: table.primary_key.clone(),
        });
    }
    if !table.rowid_key {
        return Err(ModelError::NoIntegerPrimaryKey { table: name() });
    }
    if let Some(column) = table.columns.iter().find(|column| column.generated) {
        return Err(ModelError::GeneratedColumn {
            table: name(),
            column: column.name.clone(),
        });
    }
    for index in &table.uniques {
        let why = match (&index.partial, &index.collation) {
            _ if index.expression => "is on an expression".to_owned(),
            (Partial::Where(text), _) => format!("covers only rows where {text}"),
            (_, Some(collation)) => format!("compares by {collation}"),
            _ => continue,
        };
        return Err(ModelError::Unique {
            table: name(),
            index: index.name.clone(),
            why,
        });
    }
    Ok(())
}
