//! Explains what was found in a schema, and why.

use std::fmt::Write;

use serde::Serialize;

use crate::analysis::joins::{self, JoinInfo};
use crate::analysis::pivot::{self, PivotInfo};
use crate::analysis::relations::Found;
use crate::config::Config;
use crate::error::Error;
use crate::model::{FieldKind, ForeignKeyModel, IdsModel, Model, TableKind, TableModel};
use crate::resolve::resolve;
use crate::schema::{Schema, Table};

/// The explanation of a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Its tables, in declaration order.
    pub tables: Vec<TableExplanation>,
    /// The enums: type name and texts with their variants.
    pub enums: Vec<EnumExplanation>,
    /// What was assumed about the schema's text, and what was passed over in it.
    pub notes: Vec<String>,
    /// What the translation loses, and constraints that only the file enforces.
    pub warnings: Vec<String>,
}

/// The explanation of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableExplanation {
    /// Its SQL name.
    pub name: String,
    /// `entity`, `pivot`, `join` or `join_with_payload`.
    pub kind: &'static str,
    /// The type of its rows.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Why it is of this kind, and why not of another.
    pub reason: String,
    /// Who gives the ids of its rows, if it is the game, or why gamedb does although the source has a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<String>,
    /// Properties of the pivot that no constraint guarantees.
    pub warnings: Vec<String>,
    /// Its columns, in declaration order.
    pub columns: Vec<ColumnExplanation>,
    /// The fields of its rows.
    pub fields: Vec<FieldExplanation>,
    /// Its foreign keys, followed or not.
    pub foreign_keys: Vec<KeyExplanation>,
    /// UNIQUE sets and indexes.
    pub indexes: Vec<String>,
    /// The accessors of relations on its views.
    pub accessors: Vec<String>,
}

/// A column, and the field that has its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnExplanation {
    /// Its SQL name.
    pub name: String,
    /// Its declaration, on one line.
    pub declaration: String,
    /// The field; `id` for the id, which every row has.
    pub field: String,
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
    /// Its columns.
    pub columns: Vec<String>,
    /// The table it points to; `None` for an owner outside of the database.
    pub table: Option<String>,
    /// The columns it points to.
    pub target_columns: Vec<String>,
    /// `declared`, `convention` or `config`; `none` without a table.
    pub found: &'static str,
    /// Its ON DELETE action.
    pub on_delete: &'static str,
    /// Whether it is UNIQUE.
    pub unique: bool,
    /// Whether it points to UNIQUE columns, and not to the id.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_value: bool,
    /// The reason why the engine does not follow it, if it does not: its columns are plain ones then.
    pub unfollowed: Option<String>,
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
/// As [`resolve`].
pub fn explain(schema: &Schema, config: &Config) -> Result<Explanation, Error> {
    let model = resolve(schema, config)?;
    let pivots: Vec<PivotInfo> = pivot::pivot_infos(schema, config)?;
    let joins = joins::join_infos(schema, config, &pivots)?;
    let all = model.tables.iter().zip(&schema.tables);
    let tables = all.zip(pivots.iter().zip(&joins));
    let tables = tables.map(|((table, declared), (pivot, join))| {
        explain_table(&model, table, declared, pivot, join)
    });
    let tables = tables.collect();
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

fn explain_table(
    model: &Model,
    table: &TableModel,
    declared: &Table,
    pivot: &PivotInfo,
    join: &JoinInfo,
) -> TableExplanation {
    let name_of = |at: &usize| table.columns[*at].name.clone();
    let fields = table.fields.iter().map(|field| FieldExplanation {
        field: field.name.to_string(),
        columns: field.columns.iter().map(name_of).collect(),
        type_name: type_text(model, &field.kind),
    });
    let columns = declared.columns.iter().map(|column| {
        let known = table.columns.iter().find(|c| c.name == column.name);
        let field = known.map(|known| table.fields[known.field].name.to_string());
        ColumnExplanation {
            name: column.name.clone(),
            declaration: column.declaration.clone(),
            field: field.unwrap_or_else(|| "id".to_owned()),
        }
    });
    let set = |word: &str, set: &crate::model::ColumnSet| {
        let columns: Vec<String> = set
            .columns
            .iter()
            .map(|at| match set.no_case.contains(at) {
                true => format!("{} COLLATE NOCASE", name_of(at)),
                false => name_of(at),
            })
            .collect();
        format!("{word} {} ({})", set.name.stem(), columns.join(", "))
    };
    let uniques = table.uniques.iter().map(|s| set("unique", s));
    let indexes = table.indexes.iter().map(|s| set("index", s));
    TableExplanation {
        name: table.name.clone(),
        kind: match table.kind {
            TableKind::Entity => "entity",
            TableKind::Pivot(_) => "pivot",
            TableKind::Join(_) => "join",
            TableKind::JoinWithPayload => "join_with_payload",
        },
        type_name: table.type_name.clone(),
        reason: reason(table, pivot, join),
        ids: ids(table),
        warnings: pivot.warnings.clone(),
        columns: columns.collect(),
        fields: fields.collect(),
        foreign_keys: foreign_keys(model, table),
        indexes: uniques.chain(indexes).collect(),
        accessors: accessors(model, table),
    }
}

/// Who gives the ids of a table's rows, where that is not plain.
fn ids(table: &TableModel) -> Option<String> {
    match &table.ids {
        IdsModel::Given => Some(format!("given by the game, as {}", table.id_column)),
        IdsModel::Numbered(said) => {
            let said = said.as_ref()?.lines().next()?;
            Some(said.trim_end_matches('.').replacen("Given", "given", 1))
        }
    }
}

/// Why a table is of its kind: for an entity, why it is neither a pivot nor a join.
fn reason(table: &TableModel, pivot: &PivotInfo, join: &JoinInfo) -> String {
    let no_pivot = || format!("no pivot: {}", pivot.reasons.join("; "));
    let join = join.reasons.join("; ");
    match table.kind {
        TableKind::Pivot(_) => pivot.reasons.join("; "),
        TableKind::Join(_) | TableKind::JoinWithPayload => join,
        TableKind::Entity if join.is_empty() => no_pivot(),
        TableKind::Entity => format!("{}; {join}", no_pivot()),
    }
}

fn foreign_keys(model: &Model, table: &TableModel) -> Vec<KeyExplanation> {
    let mut found = Vec::new();
    let mut explain = |column: usize, key: Option<&ForeignKeyModel>, unique: bool| {
        let target = key.map(|key| &model[key.target]);
        found.push(KeyExplanation {
            columns: vec![table.columns[column].name.clone()],
            table: target.map(|target| target.name.clone()),
            target_columns: target.iter().map(|t| t.id_column.clone()).collect(),
            found: key.map_or("none", |key| key.found.word()),
            on_delete: key.map_or("", |key| key.on_delete.sql()),
            unique,
            by_value: false,
            unfollowed: None,
        });
    };
    for field in &table.fields {
        match &field.kind {
            FieldKind::ForeignKey(key) => {
                for column in &field.columns {
                    explain(*column, Some(key), key.unique);
                }
            }
            FieldKind::Owner { ty, .. } => {
                for arm in &model[*ty].arms {
                    explain(arm.column, arm.key.as_ref(), arm.unique);
                }
            }
            _ => {}
        }
    }
    for key in &table.value_keys {
        let target = &model[key.target];
        let names = |table: &TableModel, columns: &[usize]| {
            let names = columns.iter().map(|at| table.columns[*at].name.clone());
            names.collect::<Vec<_>>()
        };
        found.push(KeyExplanation {
            columns: names(table, &key.columns),
            table: Some(target.name.clone()),
            target_columns: names(target, &target.uniques[key.target_index].columns),
            // A nest is said by the config.
            found: match key.root {
                Some(_) => Found::Config.word(),
                None => Found::Declared.word(),
            },
            on_delete: key.on_delete.sql(),
            unique: key.unique,
            by_value: true,
            unfollowed: None,
        });
    }
    for key in &table.unfollowed {
        let columns = |set: &crate::model::ColumnSet| {
            let names = set.columns.iter().map(|at| &table.columns[*at].name);
            names.eq(&key.columns)
        };
        found.push(KeyExplanation {
            columns: key.columns.clone(),
            table: Some(key.target.clone()),
            target_columns: key.target_columns.clone(),
            found: Found::Declared.word(),
            on_delete: key.on_delete.sql(),
            unique: table.uniques.iter().any(columns),
            by_value: false,
            unfollowed: Some(key.why.clone()),
        });
    }
    found
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
    for (join, near) in &table.links_through {
        if let Some(sides) = model[*join].join() {
            let m = &sides.sides[*near].methods;
            let names = [&m.list, &m.add, &m.remove, &m.set];
            found.extend(names.iter().map(|name| format!("{name}()")));
        }
    }
    for list in &table.far_lists {
        let (join, of) = (&model[list.join].name, &model[list.table].type_name);
        found.push(format!("{}() -> many {of} through {join}", list.accessor));
    }
    for child in &table.children {
        let many = if child.unique { "at most one" } else { "many" };
        let of = &model[child.table];
        let columns = match child.value_key {
            Some(key) => of.value_keys[key].columns.as_slice(),
            None => std::slice::from_ref(&child.column),
        };
        let columns: Vec<&str> = columns
            .iter()
            .map(|at| of.columns[*at].name.as_str())
            .collect();
        found.push(format!(
            "{}() -> {many} {} by {}",
            child.accessor,
            of.type_name,
            columns.join(", ")
        ));
    }
    for key in &table.value_keys {
        let of = &model[key.target].type_name;
        found.push(format!("{}() -> {of} by value", key.accessor));
    }
    if let Some(nest) = &table.nest {
        let names = [
            Some(&nest.put_into),
            Some(&nest.put_at),
            nest.add_content.as_ref(),
        ];
        found.extend(names.into_iter().flatten().map(|name| format!("{name}()")));
    }
    let owners = model
        .tables
        .iter()
        .filter_map(|table| table.nest.as_ref()?.owner.as_ref());
    for owner in owners.filter(|owner| model[owner.table].name == table.name) {
        found.push(format!(
            "{}() -> those that lie in no other one",
            owner.at_root
        ));
        found.extend(owner.add_at.iter().map(|name| format!("{name}()")));
    }
    found
}

fn type_text(model: &Model, kind: &FieldKind) -> String {
    let (text, nullable) = match kind {
        FieldKind::Scalar { ty, nullable, .. } => (ty.rust().to_owned(), *nullable),
        FieldKind::Own { ty, nullable } => (ty.clone(), *nullable),
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
    /// Those of serde_json, none of which applies to these types.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

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
