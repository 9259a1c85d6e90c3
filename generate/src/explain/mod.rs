//! Explains what was found in a schema, and why.

mod relations;
mod text;

use serde::Serialize;

use crate::analysis::joins::{self, JoinInfo};
use crate::analysis::pivot::{self, PivotInfo};
use crate::config::Config;
use crate::error::Error;
use crate::model::{FieldKind, IdsModel, Model, TableKind, TableModel};
use crate::resolve::resolve;
use crate::schema::{Schema, Table};

use relations::{accessors, foreign_keys};

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
}
