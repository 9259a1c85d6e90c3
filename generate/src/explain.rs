//! Says what was found in a schema, and why.

use std::fmt::Write;

use serde::Serialize;

use crate::config::Config;
use crate::error::Error;
use crate::model::{self, FieldKind, Model, TableModel};
use crate::pivot::{self, PivotInfo};
use crate::schema::Schema;

/// What was found in a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Its tables, in declaration order.
    pub tables: Vec<TableExplanation>,
    /// The enums: type name and texts with their variants.
    pub enums: Vec<EnumExplanation>,
    /// What was assumed about the schema's text, and what was passed over in it.
    pub notes: Vec<String>,
    /// What a translation loses, and what memory cannot keep true; the file still does.
    pub warnings: Vec<String>,
}

/// What was found in a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableExplanation {
    /// Its SQL name.
    pub name: String,
    /// `entity` or `pivot`.
    pub kind: &'static str,
    /// The type of its rows.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Why it is a pivot, or is none.
    pub reason: String,
    /// What the schema does not prove about the pivot.
    pub warnings: Vec<String>,
    /// Its fields.
    pub columns: Vec<FieldExplanation>,
    /// Its foreign keys.
    pub foreign_keys: Vec<KeyExplanation>,
    /// Foreign keys of the source that are not followed in memory: their columns are plain columns.
    pub unfollowed_keys: Vec<UnfollowedKeyExplanation>,
    /// UNIQUE sets and indexes.
    pub indexes: Vec<String>,
    /// The accessors of relations on its views.
    pub accessors: Vec<String>,
}

/// A field, and the columns it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldExplanation {
    /// The field.
    pub field: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
}

/// A foreign key, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyExplanation {
    /// The column.
    pub column: String,
    /// The table it points to; `None` for an owner outside of the database.
    pub table: Option<String>,
    /// `declared`, `config`, `convention` or `no table`.
    pub found: &'static str,
    /// Its ON DELETE action.
    pub on_delete: &'static str,
    /// Whether it is UNIQUE.
    pub unique: bool,
}

/// A foreign key that is not followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnfollowedKeyExplanation {
    /// Its columns.
    pub columns: Vec<String>,
    /// The table it points to.
    pub table: String,
    /// The columns it points to.
    pub target_columns: Vec<String>,
    /// Its ON DELETE action.
    pub on_delete: &'static str,
}

/// An enum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnumExplanation {
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// `TEXT = Variant`.
    pub variants: Vec<String>,
}

/// Explains a schema with its config.
///
/// # Errors
/// As [`model::resolve`].
pub fn explain(schema: &Schema, config: &Config) -> Result<Explanation, Error> {
    let model = model::resolve(schema, config)?;
    let mut tables = Vec::new();
    for table in &model.tables {
        let info = pivot::pivot_info(schema, config, &table.name)?;
        let mut explained = explain_table(&model, table, &info);
        explained.unfollowed_keys = unfollowed(schema, &table.name);
        tables.push(explained);
    }
    let enums = model.enums.iter().map(|e| EnumExplanation {
        type_name: e.type_name.clone(),
        variants: e
            .variants
            .iter()
            .map(|v| format!("{} = {}", v.text, v.name))
            .collect(),
    });
    Ok(Explanation {
        tables,
        enums: enums.collect(),
        notes: schema.notes.clone(),
        warnings: model.warnings.clone(),
    })
}

fn unfollowed(schema: &Schema, table: &str) -> Vec<UnfollowedKeyExplanation> {
    let keys = schema.table(table).into_iter();
    let keys = keys.flat_map(|table| &table.unfollowed_keys);
    keys.map(|key| UnfollowedKeyExplanation {
        columns: key.columns.clone(),
        table: key.table.clone(),
        target_columns: key.target_columns.clone(),
        on_delete: key.on_delete.sql(),
    })
    .collect()
}

fn explain_table(model: &Model, table: &TableModel, info: &PivotInfo) -> TableExplanation {
    let name_of = |at: &usize| table.columns[*at].name.clone();
    let mut foreign_keys = Vec::new();
    for field in &table.fields {
        match &field.kind {
            FieldKind::ForeignKey(key) => {
                foreign_keys.extend(field.columns.iter().map(|at| KeyExplanation {
                    column: name_of(at),
                    table: Some(model[key.target].name.clone()),
                    found: key.found.word(),
                    on_delete: key.on_delete.sql(),
                    unique: key.unique,
                }))
            }
            FieldKind::Owner { ty, .. } => {
                foreign_keys.extend(model[*ty].arms.iter().map(|arm| {
                    let key = arm.key.as_ref();
                    KeyExplanation {
                        column: name_of(&arm.column),
                        table: key.map(|key| model[key.target].name.clone()),
                        found: key.map_or("no table", |key| key.found.word()),
                        on_delete: key.map_or("", |key| key.on_delete.sql()),
                        unique: arm.unique,
                    }
                }));
            }
            _ => {}
        }
    }
    let fields = table.fields.iter().map(|field| FieldExplanation {
        field: field.name.to_string(),
        columns: field.columns.iter().map(name_of).collect(),
        type_name: type_text(model, &field.kind),
    });
    let set = |word: &str, set: &crate::model::ColumnSet| {
        let columns: Vec<String> = set.columns.iter().map(name_of).collect();
        format!("{word} {} ({})", set.name.stem(), columns.join(", "))
    };
    let uniques = table.uniques.iter().map(|s| set("unique", s));
    let indexes = table.indexes.iter().map(|s| set("index", s));
    TableExplanation {
        name: table.name.clone(),
        kind: if table.pivot().is_some() {
            "pivot"
        } else {
            "entity"
        },
        type_name: table.type_name.clone(),
        reason: match table.pivot() {
            Some(_) => info.reasons.join("; "),
            None => format!("no pivot: {}", info.reasons.join("; ")),
        },
        warnings: info.warnings.clone(),
        columns: fields.collect(),
        foreign_keys,
        unfollowed_keys: Vec::new(),
        indexes: uniques.chain(indexes).collect(),
        accessors: accessors(model, table),
    }
}

fn accessors(model: &Model, table: &TableModel) -> Vec<String> {
    let mut found = Vec::new();
    for through in &table.owned_through {
        if let Some(pivot) = model[*through].pivot() {
            let name = &model[pivot.owner].type_name;
            found.push(format!("{}() -> {name}", pivot.owner_accessor));
        }
    }
    for through in &table.owns_through {
        if let Some(pivot) = model[*through].pivot() {
            let m = &pivot.methods;
            let names = [&m.list, &m.pivots, &m.add, &m.remove, &m.set, &m.give];
            found.extend(names.iter().map(|name| format!("{name}()")));
        }
    }
    for child in &table.children {
        let many = if child.unique { "at most one" } else { "many" };
        let of = &model[child.table];
        let column = &of.columns[child.column].name;
        found.push(format!(
            "{}() -> {many} {} by {column}",
            child.accessor, of.type_name
        ));
    }
    found
}

fn type_text(model: &Model, kind: &FieldKind) -> String {
    let (text, nullable) = match kind {
        FieldKind::Scalar { ty, nullable, .. } => (ty.rust().to_owned(), *nullable),
        FieldKind::Enum { ty, nullable, .. } => (model[*ty].type_name.clone(), *nullable),
        FieldKind::ForeignKey(key) => (format!("{}Key", model[key.target].type_name), key.nullable),
        FieldKind::Owner { ty, required } => {
            let owner = &model[*ty];
            let arms: Vec<&str> = owner.arms.iter().map(|arm| arm.variant.as_str()).collect();
            (
                format!("{} {{{}}}", owner.type_name, arms.join(", ")),
                !required,
            )
        }
        FieldKind::Value { ty, required, .. } => {
            let value = &model[*ty];
            let names: Vec<&str> = value.variants.iter().map(|v| v.name.as_str()).collect();
            (
                format!("{} {{{}}}", value.type_name, names.join(", ")),
                !required,
            )
        }
    };
    if nullable {
        format!("Option<{text}>")
    } else {
        text
    }
}

impl Explanation {
    /// As JSON, on several lines.
    ///
    /// # Errors
    /// As serde_json's, which has no reason to here.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    /// As text for people.
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
    for warning in &table.warnings {
        writeln!(out, "  warning: {warning}")?;
    }
    for field in &table.columns {
        let columns = field.columns.join(", ");
        writeln!(
            out,
            "  field {}: {} <- {columns}",
            field.field, field.type_name
        )?;
    }
    for key in &table.foreign_keys {
        match &key.table {
            Some(target) => {
                let unique = if key.unique { ", unique" } else { "" };
                writeln!(
                    out,
                    "  key {} -> {target} ({}, {}{unique})",
                    key.column, key.found, key.on_delete
                )?;
            }
            None => writeln!(out, "  key {} -> a raw id ({})", key.column, key.found)?,
        }
    }
    for key in &table.unfollowed_keys {
        let (columns, target) = (key.columns.join(", "), key.target_columns.join(", "));
        let (table, action) = (&key.table, key.on_delete);
        writeln!(
            out,
            "  key ({columns}) -> {table} ({target}) (declared, not followed, {action})"
        )?;
    }
    for index in &table.indexes {
        writeln!(out, "  {index}")?;
    }
    for accessor in &table.accessors {
        writeln!(out, "  {accessor}")?;
    }
    writeln!(out)
}
