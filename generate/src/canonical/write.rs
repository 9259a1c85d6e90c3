//! Writes the canonical text.

use std::fmt::Write;

use super::draft::{ColumnDraft, Id, TableDraft};
use super::sql_names::{literal, quoted};
use crate::input::types::SqlType;
use crate::schema::{GIVEN, OnDelete};

/// The statements of all tables.
pub(super) fn write(tables: &[TableDraft]) -> String {
    let mut out = String::new();
    for (at, table) in tables.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        // Writing to a String does not fail.
        let _ = write_table(&mut out, tables, table);
    }
    // SQLite ends the text at a NUL character.
    out.replace('\0', "\u{fffd}")
}

fn write_table(out: &mut String, tables: &[TableDraft], table: &TableDraft) -> std::fmt::Result {
    comment(out, "", table.comment.as_deref());
    writeln!(out, "CREATE TABLE {} (", quoted(&table.name))?;
    let mut lines: Vec<(Option<String>, String)> = Vec::new();
    if let Id::Surrogate { name, why, .. } = &table.id {
        let said = format!("{GIVEN}{why}.");
        lines.push((Some(said), format!("{} INTEGER PRIMARY KEY", quoted(name))));
    }
    for (at, own) in table.columns.iter().enumerate() {
        let is_id = matches!(table.id, Id::Column(id) if id == at);
        let unique = table.uniques.iter().any(|set| set.as_slice() == [at]);
        lines.push((own.comment.clone(), column(tables, own, is_id, unique)));
    }
    for set in table.uniques.iter().filter(|set| set.len() > 1) {
        lines.push((None, format!("UNIQUE ({})", columns(table, set))));
    }
    for key in &table.value_keys {
        let target = &tables[key.table];
        let mut line = format!(
            "FOREIGN KEY ({}) REFERENCES {} ({})",
            columns(table, &key.columns),
            quoted(&target.name),
            columns(target, &key.target_columns)
        );
        if key.on_delete != OnDelete::NoAction {
            line.push_str(&format!(" ON DELETE {}", key.on_delete.sql()));
        }
        lines.push((None, line));
    }
    for check in &table.checks {
        lines.push((None, format!("CHECK ({check})")));
    }
    let n_lines = lines.len();
    for (n, (said, line)) in lines.into_iter().enumerate() {
        comment(out, "    ", said.as_deref());
        let comma = if n + 1 < n_lines { "," } else { "" };
        writeln!(out, "    {line}{comma}")?;
    }
    writeln!(out, ") STRICT;")?;
    for index in &table.indexes {
        let name = quoted(&index.name);
        writeln!(
            out,
            "CREATE INDEX {name} ON {} ({});",
            quoted(&table.name),
            columns(table, &index.columns)
        )?;
    }
    Ok(())
}

fn column(tables: &[TableDraft], column: &ColumnDraft, is_id: bool, unique: bool) -> String {
    let name = quoted(&column.name);
    if is_id {
        return format!("{name} INTEGER PRIMARY KEY");
    }
    let mut line = format!("{name} {}", column.kind.sql());
    if column.not_null {
        line.push_str(" NOT NULL");
    }
    if column.no_case {
        line.push_str(" COLLATE NOCASE");
    }
    if let Some(default) = &column.default {
        line.push_str(" DEFAULT ");
        line.push_str(default);
    }
    if unique {
        line.push_str(" UNIQUE");
    }
    if let Some(reference) = &column.references
        && let Some(target) = tables.get(reference.table)
        && let Some((id, _)) = target.pointed_id()
    {
        let (table, id) = (quoted(&target.name), quoted(id));
        line.push_str(&format!(" REFERENCES {table} ({id})"));
        if reference.on_delete != OnDelete::NoAction {
            line.push_str(&format!(" ON DELETE {}", reference.on_delete.sql()));
        }
    }
    if let Some(check) = check(&name, &column.kind) {
        line.push_str(&format!(" CHECK ({check})"));
    }
    line
}

/// The CHECK for what a type limits and SQLite's does not: width, sign, length, members of an enum.
fn check(name: &str, kind: &SqlType) -> Option<String> {
    match kind {
        SqlType::Bool => Some(format!("{name} IN (0, 1)")),
        SqlType::Integer(i64::MIN, i64::MAX) => None,
        SqlType::Integer(low, i64::MAX) => Some(format!("{name} >= {low}")),
        SqlType::Integer(low, high) => Some(format!("{name} BETWEEN {low} AND {high}")),
        SqlType::Real { unsigned: true } => Some(format!("{name} >= 0")),
        SqlType::Text(Some(longest)) | SqlType::Blob(Some(longest)) => {
            Some(format!("length({name}) <= {longest}"))
        }
        SqlType::Enum(texts) if texts.is_empty() => None,
        SqlType::Enum(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| literal(text)).collect();
            Some(format!("{name} IN ({})", texts.join(", ")))
        }
        SqlType::Real { .. }
        | SqlType::Text(None)
        | SqlType::Exact(_)
        | SqlType::Moment
        | SqlType::Other
        | SqlType::Blob(None) => None,
    }
}

fn columns(table: &TableDraft, places: &[usize]) -> String {
    let names: Vec<String> = places
        .iter()
        .map(|at| quoted(&table.columns[*at].name))
        .collect();
    names.join(", ")
}

fn comment(out: &mut String, indent: &str, text: Option<&str>) {
    for line in text.unwrap_or_default().trim().lines() {
        let line = line.trim_end();
        let space = if line.is_empty() { "" } else { " " };
        // Some readers treat these characters as the end of a line, which would end the comment.
        let line = line.replace(
            ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'],
            " ",
        );
        out.push_str(&format!("{indent}--{space}{line}\n"));
    }
}
