//! Owner unions: several nullable columns that together name the owner of their row.

use std::ops::Range;

use crate::analysis::relations;
use crate::config::owner_pairs;
use crate::config::{Config, OwnerSection};
use crate::error::ConfigError;
use crate::schema::{Schema, Table};

/// An owner union of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerUnion {
    /// The name of the field.
    pub field: String,
    /// All its columns, in column order.
    pub columns: Vec<String>,
    /// Those that may be set.
    pub allowed: Vec<String>,
    /// Whether one is always set.
    pub required: bool,
    /// Whether a CHECK says so.
    pub proven: bool,
    /// The name of the enum, from the config.
    pub type_name: Option<(String, Range<usize>)>,
    /// Whether the config defines it, rather than the names of the columns.
    pub configured: bool,
}

/// The owner unions of a table: those of the config, or the one that column names and a CHECK define.
///
/// # Errors
/// [`ConfigError::Impossible`] for a configured union that the schema contradicts.
pub fn unions(
    schema: &Schema,
    config: &Config,
    table: &Table,
) -> Result<Vec<OwnerUnion>, ConfigError> {
    let Some(sections) = config.sections().owners.get(table.name.as_str()) else {
        return Ok(detect(schema, config, table).into_iter().collect());
    };
    let mut unions = Vec::new();
    for (field, section) in sections {
        unions.push(configured(config, table, field.get_ref(), section)?);
    }
    Ok(unions)
}

fn configured(
    config: &Config,
    table: &Table,
    field: &str,
    section: &OwnerSection,
) -> Result<OwnerUnion, ConfigError> {
    // The pair has been split already; an error about one of its columns points to `id` in the config.
    let pair = owner_pairs::pair(config, section);
    let arms = pair.iter().flat_map(|pair| &pair.arms);
    let id = section.id.as_ref().map(|id| id.span()).unwrap_or_default();
    let arms = arms.map(|arm| (arm.column.as_str(), id.clone()));
    let columns = section.columns.iter();
    let columns = columns.map(|name| (name.get_ref().as_str(), name.span()));
    let named: Vec<(&str, Range<usize>)> = columns.chain(arms).collect();
    let named = |name: &str| {
        let found = named.iter().find(|(column, _)| *column == name);
        found.map(|(_, span)| span.clone())
    };
    let mut columns = Vec::new();
    for column in &table.columns {
        let Some(span) = named(&column.name) else {
            continue;
        };
        if column.not_null || !column.is_integer() || column.primary_key {
            let what = format!("{:?} is not a nullable INTEGER column", column.name);
            return Err(config.impossible(span, what));
        }
        columns.push(column.name.clone());
    }
    let is_allowed = |name: &&String| match &section.allow {
        Some(allow) => allow.iter().any(|a| a.get_ref() == *name),
        None => table.column(name).is_some_and(|c| !c.must_be_null),
    };
    let allowed: Vec<String> = columns.iter().filter(is_allowed).cloned().collect();
    for name in &allowed {
        if let Some(at) = named(name)
            && table.column(name).is_some_and(|c| c.must_be_null)
        {
            let what = format!("{name:?} is allowed, and a CHECK keeps it NULL");
            return Err(config.impossible(at, what));
        }
    }
    let set: Vec<&str> = columns.iter().map(String::as_str).collect();
    let exactly = table.exactly_one(&set);
    let required = match &section.required {
        Some(said) if exactly && !said.get_ref() => {
            let what = "the CHECK says that there is always an owner";
            return Err(config.impossible(said.span(), what));
        }
        Some(said) => *said.get_ref(),
        None => exactly,
    };
    Ok(OwnerUnion {
        field: field.to_owned(),
        proven: exactly || table.at_most_one(&set),
        columns,
        allowed,
        required,
        type_name: section
            .type_name
            .as_ref()
            .map(|name| (name.get_ref().clone(), name.span())),
        configured: true,
    })
}

/// The union of the nullable `owner_*_id` columns, if a CHECK ties them together and two of them
/// point to a table.
fn detect(schema: &Schema, config: &Config, table: &Table) -> Option<OwnerUnion> {
    let columns: Vec<_> = table
        .columns
        .iter()
        .filter(|column| {
            !column.not_null
                && column.is_integer()
                && column.name.starts_with("owner_")
                && column.name.ends_with("_id")
        })
        .collect();
    let set: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let pointing = columns
        .iter()
        .filter(|column| relations::relation(schema, config, table, column).is_some())
        .count();
    let required = table.exactly_one(&set);
    if pointing < 2 || !(required || table.at_most_one(&set)) {
        return None;
    }
    Some(OwnerUnion {
        field: "owner".to_owned(),
        columns: columns.iter().map(|c| c.name.clone()).collect(),
        allowed: columns
            .iter()
            .filter(|c| !c.must_be_null)
            .map(|c| c.name.clone())
            .collect(),
        required,
        proven: true,
        type_name: None,
        configured: false,
    })
}
