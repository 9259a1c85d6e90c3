//! Writes models.rs: walks a [`Model`] in declaration order, and decides nothing that the model
//! could say.

mod access;
mod code;
mod columns;
mod entity;
mod join;
mod layout;
mod owned;
mod owner;
mod pivot;
mod table;
mod unsupported;
mod value;

use crate::model::{EnumRef, FieldKind, Model, TableRef, ValueRef};

use code::{Code, first_paragraph, quoted};
use table::Table;

pub use crate::error::Unsupported;
pub(crate) use code::Source;

/// How every generated file starts.
pub(crate) const GENERATED: &str = "// @generated";

/// The Rust source of a model's types, not yet formatted. `schema` is the path of the schema, seen
/// from the folder of the file that the source is for.
///
/// # Errors
/// [`Unsupported`], for what the engine has no words for.
pub fn models(model: &Model, schema: &str) -> Result<String, Unsupported> {
    Ok(source(model, schema)?.whole().to_owned())
}

/// The same, with what is laid out already marked.
pub(crate) fn source(model: &Model, schema: &str) -> Result<Source, Unsupported> {
    unsupported::check(model)?;
    let mut code = Code::default();
    code.doc("All tables in memory; [`gamedb::World`] has the verbs.");
    code.line("pub type World = gamedb::World<Tables>;\n");
    code.verbatim(|code| tables(code, model, schema));
    for at in 0..model.enums.len() {
        code.verbatim(|code| value::text_enum(code, model, EnumRef(at)));
    }
    for at in 0..model.values.len() {
        value::value_union(&mut code, model, ValueRef(at));
    }
    for at in 0..model.tables.len() {
        let table = Table::new(model, TableRef(at));
        match table.table.pivot() {
            Some(pivot) => pivot::pivot(&mut code, &table, pivot),
            None => {
                entity::entity(&mut code, &table);
                join::join(&mut code, &table);
                for field in &table.table.fields {
                    if let FieldKind::Owner { ty, .. } = &field.kind {
                        code.verbatim(|code| owner::owner_enum(code, model, &model[*ty]));
                    }
                }
                access::access(&mut code, &table);
            }
        }
    }
    Ok(code.finish(&header(schema)))
}

/// The first line of every generated file. It names the schema without its folder.
fn header(schema: &str) -> String {
    let file = schema.rsplit('/').next().unwrap_or(schema);
    format!(
        "{GENERATED} from {} by `gamedb generate`. Do not edit; edit the schema and rerun.",
        quoted(file)
    )
}

/// The struct of all tables. rustfmt does not look into macros.
fn tables(code: &mut Code, model: &Model, schema: &str) {
    code.uses(&["tables"]);
    code.line("tables! {");
    code.line("    /// The tables of the world, for reading one by one.");
    code.line(format!(
        "    pub struct Tables from include_str!({schema:?});"
    ));
    for (at, table) in model.tables.iter().enumerate() {
        let doc = table.doc.as_deref().map(first_paragraph);
        code.prose(
            "    ",
            doc.as_deref(),
            &format!("The rows of {}.", quoted(&table.name)),
        );
        let kind = if table.pivot().is_some() {
            "Pivot"
        } else {
            "Table"
        };
        code.line(format!(
            "    {at} => {}: {kind}<{}>,",
            table.accessor, table.type_name
        ));
    }
    code.line("}\n");
}
