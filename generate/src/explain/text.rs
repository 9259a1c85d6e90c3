//! An explanation as text.

use std::fmt::Write;

use super::{Explanation, TableExplanation};

impl Explanation {
    /// As readable text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for table in &self.tables {
            // Writing to a String does not fail.
            let _ = write_table(&mut out, table);
        }
        for e in &self.enums {
            let _ = writeln!(out, "enum {}: {}", e.type_name, e.variants.join(", "));
        }
        for note in &self.notes {
            let _ = writeln!(out, "note: {note}");
        }
        for warning in &self.warnings {
            let _ = writeln!(out, "warning: {warning}");
        }
        out
    }
}

fn write_table(out: &mut String, table: &TableExplanation) -> std::fmt::Result {
    writeln!(out, "{}: {} {}", table.name, table.kind, table.type_name)?;
    writeln!(out, "  {}", table.reason)?;
    if let Some(ids) = &table.ids {
        writeln!(out, "  ids: {ids}")?;
    }
    for warning in &table.warnings {
        writeln!(out, "  warning: {warning}")?;
    }
    for field in &table.fields {
        let columns = field.columns.join(", ");
        writeln!(
            out,
            "  field {}: {} <- {columns}",
            field.field, field.type_name
        )?;
    }
    for key in &table.foreign_keys {
        let columns = key.columns.join(", ");
        match (&key.table, &key.unfollowed) {
            (Some(target), Some(why)) => {
                let to = key.target_columns.join(", ");
                writeln!(
                    out,
                    "  key {columns} -> {target} ({to}): not followed, {why}"
                )?;
            }
            (Some(target), None) => {
                let unique = if key.unique { ", unique" } else { "" };
                let by_value = match key.by_value {
                    true => format!("by value of {}, ", key.target_columns.join(", ")),
                    false => String::new(),
                };
                writeln!(
                    out,
                    "  key {columns} -> {target} ({by_value}{}, {}{unique})",
                    key.found, key.on_delete
                )?;
            }
            (None, _) => writeln!(out, "  key {columns} -> a raw id (no table)")?,
        }
    }
    for index in &table.indexes {
        writeln!(out, "  {index}")?;
    }
    for accessor in &table.accessors {
        writeln!(out, "  {accessor}")?;
    }
    writeln!(out)
}
