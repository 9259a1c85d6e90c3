//! The lines of gamedb.toml that would save rows and values.

use std::collections::{BTreeMap, BTreeSet};

use super::report::{ChangeKind, ImportReport, Misfit, MisfitKind};
use crate::analysis::relations::Found;
use crate::model::{FieldKind, Model};
use crate::schema::{Allowed, Schema};

/// The sections, each with its lines.
pub(super) fn lines(schema: &Schema, model: &Model, report: &ImportReport) -> Vec<String> {
    let mut sections: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |header: String, lines: &[String]| {
        let section = sections.entry(header).or_default();
        section.extend(lines.iter().cloned());
    };
    for change in &report.changes {
        match &change.kind {
            ChangeKind::GuessIsNull { .. } | ChangeKind::GuessStays { .. } => {
                let header = column_header(&change.table, &change.column);
                add(header, &["references = false".to_owned()]);
            }
            ChangeKind::NoOwner { pivot } => {
                add(
                    format!("[pivots.{}]", key(pivot)),
                    &["pivot = false".to_owned()],
                );
            }
            ChangeKind::None { .. } | ChangeKind::WrittenOtherwise { .. } => {}
        }
    }
    for misfit in report.misfits.iter() {
        if misfit.kind == MisfitKind::Conversion
            && let Some((header, line)) = of_type(schema, model, misfit)
        {
            add(header, &[line]);
        }
    }
    for (table, column, only) in report.misfits.dangling() {
        if found(model, table, column) != Some(Found::Config) {
            continue;
        }
        let Some(target) = target(model, table, column) else {
            continue;
        };
        let lines = match only {
            Some(only) => vec![format!("references = {target:?}"), format!("none = {only}")],
            None => vec!["references = false".to_owned()],
        };
        add(column_header(table, column), &lines);
    }
    let section = |(header, lines): (String, BTreeSet<String>)| {
        // `references` comes before `none`.
        let lines: Vec<String> = lines.into_iter().rev().collect();
        format!("{header}\n{}\n", lines.join("\n"))
    };
    sections.into_iter().map(section).collect()
}

fn column_header(table: &str, column: &str) -> String {
    format!("[columns.{:?}]", format!("{table}.{column}"))
}

/// A key of TOML, quoted where it has to be.
fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match name.chars().all(is_bare) {
        true => name.to_owned(),
        false => format!("{name:?}"),
    }
}

/// The type that takes a value which was refused. A schema that is not translated has no other types.
fn of_type(schema: &Schema, model: &Model, misfit: &Misfit) -> Option<(String, String)> {
    let column = schema.table(&misfit.table)?.column(&misfit.column)?;
    let source = column.source_type.as_ref()?;
    if column.allowed == Some(Allowed::Bool) {
        return Some(("[types]".to_owned(), format!("{source:?} = \"i64\"")));
    }
    if column.primary_key || key_of(model, &misfit.table, &misfit.column).is_some() {
        return None;
    }
    let header = column_header(&misfit.table, &misfit.column);
    Some((header, "type = \"String\"".to_owned()))
}

fn found(model: &Model, table: &str, column: &str) -> Option<Found> {
    key_of(model, table, column).map(|key| key.found)
}

fn target<'m>(model: &'m Model, table: &str, column: &str) -> Option<&'m str> {
    key_of(model, table, column).map(|key| model[key.target].name.as_str())
}

/// The foreign key on a column.
pub(super) fn key_of<'m>(
    model: &'m Model,
    table: &str,
    column: &str,
) -> Option<&'m crate::model::ForeignKeyModel> {
    let table = model.tables.iter().find(|known| known.name == table)?;
    let is_it = |at: &usize| table.columns[*at].name == column;
    table.fields.iter().find_map(|field| match &field.kind {
        FieldKind::ForeignKey(key) => field.columns.iter().any(is_it).then_some(key),
        FieldKind::Owner { ty, .. } => {
            let mut arms = model[*ty].arms.iter();
            arms.find(|arm| is_it(&arm.column))?.key.as_ref()
        }
        _ => None,
    })
}
