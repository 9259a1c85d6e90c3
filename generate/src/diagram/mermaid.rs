//! A Mermaid `erDiagram`.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::graph::{Edge, Graph, NodeKind, Role};

/// The whole text.
pub(super) fn text(graph: &Graph) -> String {
    let names = names(graph);
    let mut out = String::from("erDiagram\n");
    for (table, name) in graph.tables.iter().zip(&names) {
        if table.kind != NodeKind::Entity {
            let _ = writeln!(out, "    %% {} is a {}", name, table.kind.word());
        }
        let spoken = if *name == table.name {
            String::new()
        } else {
            format!("[\"{}\"]", label(&table.name))
        };
        let _ = writeln!(out, "    {name}{spoken} {{");
        let mut used = HashSet::new();
        for column in &table.columns {
            let key = match (column.is_id, column.is_key, column.unique) {
                (true, ..) => " PK",
                (_, true, true) => " FK, UK",
                (_, true, false) => " FK",
                (_, false, true) => " UK",
                _ => "",
            };
            let name = free(word(&column.name), &mut used);
            let mut comment = Vec::new();
            if name != column.name {
                comment.push(label(&column.name));
            }
            if column.nullable {
                comment.push("NULL".to_owned());
            }
            let comment = match comment.is_empty() {
                true => String::new(),
                false => format!(" \"{}\"", comment.join(", ")),
            };
            let _ = writeln!(
                out,
                "        {} {name}{key}{comment}",
                word(&column.type_name).trim_end_matches('_')
            );
        }
        out.push_str("    }\n");
    }
    for edge in &graph.edges {
        let _ = writeln!(
            out,
            "    {} {} {} : \"{}\"",
            names[edge.to],
            line(edge),
            names[edge.from],
            label(&graph.tables[edge.from].columns[edge.column].name)
        );
    }
    out
}

/// From the table pointed to to the one that points. Arms are broken lines.
fn line(edge: &Edge) -> String {
    let one = if edge.nullable { "|o" } else { "||" };
    let line = if edge.role == Role::Arm { ".." } else { "--" };
    let many = if edge.unique { "o|" } else { "o{" };
    format!("{one}{line}{many}")
}

fn names(graph: &Graph) -> Vec<String> {
    let mut used = HashSet::new();
    let tables = graph.tables.iter();
    tables
        .map(|table| free(word(&table.name), &mut used))
        .collect()
}

/// The name itself, or with a number that makes it unique.
fn free(name: String, used: &mut HashSet<String>) -> String {
    let numbered = (2_u64..).map(|n| format!("{name}_{n}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    let found = names.find(|name| !used.contains(name)).unwrap_or(name);
    used.insert(found.clone());
    found
}

/// A name that Mermaid accepts without quotes.
fn word(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let word: String = name.chars().map(plain).collect();
    match word.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => word,
        _ => format!("t{word}"),
    }
}

/// A text for quotes: Mermaid has no escapes in them.
fn label(text: &str) -> String {
    let plain = |c: char| match c {
        '"' => '\'',
        '%' | '\\' | '{' | '}' | '[' | ']' => '_',
        c if c.is_control() => ' ',
        c => c,
    };
    text.chars().map(plain).collect()
}
