//! A pivot: its rows say who owns what.

use crate::model::PivotModel;
use crate::names::{Ident, Scope};
use crate::schema::OnDelete;

use super::code::{Code, quoted, words};
use super::entity::{actions, list_columns};
use super::owner;
use super::table::Table;

/// What `pivot!` is told of a pivot, and its owner enum. rustfmt does not look into macros.
pub(crate) fn pivot(code: &mut Code, table: &Table<'_>, pivot: &PivotModel) {
    let name = table.type_name();
    let owner = &table.model[pivot.owner];
    code.uses(&["pivot"]);
    code.line("pivot! {");
    let otherwise = format!("A row of {}.", quoted(&table.table.name));
    code.prose("    ", table.table.doc.as_deref(), &otherwise);
    code.line(format!(
        "    pub struct {name} in Tables.{} {{",
        table.table.accessor
    ));
    owned_row(code, table, pivot);
    code.line("        /// Who owns it.");
    code.line(format!(
        "        {}: {} =",
        table.table.fields[pivot.owner_field].name, owner.type_name
    ));
    let arms = owner.arms.iter().map(|arm| {
        let column = &table.table.columns[arm.column].flag;
        match &arm.key {
            Some(key) => {
                let target = &table.model[key.target].type_name;
                format!("{column} -> {target}{}", actions(key.on_delete, arm.unique))
            }
            None => format!("{column} outside"),
        }
    });
    let arms: Vec<String> = arms.collect();
    code.line(format!("            {};", arms.join(",\n            ")));
    code.line("    }");
    code.line(format!(
        "    table {:?}, id {:?}, {name}Id;",
        table.table.name, table.table.id_column
    ));
    let columns = 0..table.table.columns.len();
    list_columns(code, table, "columns", columns);
    let words = owner
        .arms
        .iter()
        .map(|arm| format!("is_{}", arm.word.tail()));
    let words: Vec<String> = words.collect();
    code.line(format!("    owners {{ {} }}", words.join(", ")));
    code.line("}\n");
    owner::owner_enum(code, table.model, owner);
}

/// The field that names what is owned.
fn owned_row(code: &mut Code, table: &Table<'_>, pivot: &PivotModel) {
    // Every row has its id in `id`, whatever a column is called.
    let mut scope = Scope::default();
    scope.take("id");
    let field = &table.table.fields[pivot.owned_field];
    let name = scope.ident(&[field.name.clone(), Ident::new("owned")]);
    let owned = &table.model[pivot.owned];
    for &column in &field.columns {
        let key = table.foreign_key(column);
        let (on_delete, unique) = key.map_or((OnDelete::Restrict, false), |key| {
            (key.on_delete, key.unique)
        });
        code.line(format!(
            "        /// The {} that is owned: {}.",
            words(owned.singular.stem()),
            quoted(&table.table.columns[column].name)
        ));
        code.line(format!(
            "        {name}: {} = {}{};",
            owned.type_name,
            table.table.columns[column].flag,
            actions(on_delete, unique)
        ));
    }
}
