//! Writes models.rs: walks a [`Model`] in declaration order, and decides nothing that the model
//! could say.

mod access;
mod by_value;
mod code;
mod columns;
mod entity;
mod finders;
mod join;
mod layout;
mod nests;
mod owned;
mod owner;
mod pivot;
mod setters;
mod source;
mod table;
mod unsupported;
mod value;

use crate::model::{EnumRef, FieldKind, Model, TableRef, ValueRef};
use crate::names::{Ident, Scope};

use code::{Code, first_paragraph, quoted};
use table::Table;

pub use crate::error::Unsupported;
pub(crate) use source::Source;

/// How every generated file starts.
pub(crate) const GENERATED: &str = "// @generated";

/// The Rust source of a model's types in one file, not yet formatted. `schema` is the path of the schema,
/// seen from the folder of the file that the source is for.
///
/// # Errors
/// [`Unsupported`], for what the engine has no words for.
pub fn models(model: &Model, schema: &str) -> Result<String, Unsupported> {
    Ok(one_file(model, schema)?.whole().to_owned())
}

/// The same, with what is laid out already marked.
pub(crate) fn one_file(model: &Model, schema: &str) -> Result<Source, Unsupported> {
    unsupported::check(model)?;
    let mut code = world(model, schema);
    for at in 0..model.tables.len() {
        code.append(table(model, TableRef(at)));
    }
    let mut source = Source::new(header(schema));
    source.add(code, None);
    Ok(source)
}

/// The same in a file for each table, and a `mod.rs` with the world.
pub(crate) fn folder(model: &Model, schema: &str) -> Result<Source, Unsupported> {
    unsupported::check(model)?;
    let mut code = Code::default();
    let modules = modules(model);
    for module in &modules {
        code.line(&module.declaration);
    }
    code.line("");
    for module in &modules {
        code.line(format!("pub use {}::*;", module.name));
    }
    code.line("");
    code.append(world(model, schema));
    let mut source = Source::new(header(schema));
    source.add(code, None);
    for (at, module) in modules.into_iter().enumerate() {
        source.add(table(model, TableRef(at)), Some(module.file));
    }
    Ok(source)
}

/// The module of a table, and the file that it is in.
struct Module {
    name: String,
    file: String,
    declaration: String,
}

/// Crates that a module would hide.
const CRATES: &[&str] = &["gamedb", "core", "std", "alloc"];

/// A module for each table, called after it. Types have names of their own, which are the same where a
/// name has no letters that could be large or small.
fn modules(model: &Model) -> Vec<Module> {
    let mut scope = Scope::default();
    let tables = model.tables.iter().map(|table| &table.type_name);
    let types = tables
        .chain(model.enums.iter().map(|ty| &ty.type_name))
        .chain(model.values.iter().map(|ty| &ty.type_name))
        .chain(model.owners.iter().map(|ty| &ty.type_name));
    for taken in types.map(String::as_str).chain(CRATES.iter().copied()) {
        scope.take(taken);
    }
    let accessors = model.tables.iter().map(|table| &table.accessor);
    accessors
        .map(|accessor| {
            let otherwise = Ident::new(&format!("{}_table", accessor.stem()));
            module(&scope.ident(&[accessor.clone(), otherwise]))
        })
        .collect()
}

/// Stems of files that are taken: `mod.rs` is the folder's own, and the others are devices on Windows.
const TAKEN_FILES: &[&str] = &["mod", "aux", "con", "nul", "prn"];

fn module(name: &Ident) -> Module {
    let name = name.to_string();
    let stem = name.trim_start_matches("r#");
    // Rust does not look for the file of a name that is not ASCII.
    if stem.is_ascii() && !TAKEN_FILES.contains(&stem) {
        return Module {
            declaration: format!("mod {name};"),
            file: format!("{stem}.rs"),
            name,
        };
    }
    // No other table's file has a dot there.
    let file = format!("{stem}.table.rs");
    Module {
        declaration: format!("#[path = {file:?}]\nmod {name};"),
        file,
        name,
    }
}

/// The world: what is not of one table.
fn world(model: &Model, schema: &str) -> Code {
    let mut code = Code::default();
    code.doc("All tables in memory; [`gamedb::World`] has the verbs.");
    code.line("#[allow(dead_code)]");
    code.line("pub type World = gamedb::codegen::World<Tables>;\n");
    code.line(format!(
        "const _: () = gamedb::codegen::assert_generated_for({}, {});\n",
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR")
    ));
    code.verbatim(|code| tables(code, model, schema));
    code
}

/// One table, with the enums that it is the first one to have.
fn table(model: &Model, at: TableRef) -> Code {
    let mut code = Code::default();
    let table = Table::new(model, at);
    for ty in (0..model.enums.len()).map(EnumRef) {
        if first_table(
            model,
            |kind| matches!(kind, FieldKind::Enum { ty: its, .. } if *its == ty),
        ) == Some(at)
        {
            code.verbatim(|code| value::text_enum(code, model, ty));
        }
    }
    for ty in (0..model.values.len()).map(ValueRef) {
        if first_table(
            model,
            |kind| matches!(kind, FieldKind::Value { ty: its, .. } if *its == ty),
        ) == Some(at)
        {
            code.verbatim(|code| value::value_union(code, model, ty));
        }
    }
    match table.table.pivot() {
        Some(pivot) => code.verbatim(|code| pivot::pivot(code, &table, pivot)),
        None => {
            code.verbatim(|code| entity::entity(code, &table));
            for field in &table.table.fields {
                if let FieldKind::Owner { ty, .. } = &field.kind {
                    code.verbatim(|code| owner::owner_enum(code, model, &model[*ty]));
                }
            }
            join::join(&mut code, &table);
            access::access(&mut code, &table);
        }
    }
    code
}

/// The first table that has a field of this kind.
fn first_table(model: &Model, is_it: impl Fn(&FieldKind) -> bool) -> Option<TableRef> {
    let has =
        |table: &crate::model::TableModel| table.fields.iter().any(|field| is_it(&field.kind));
    model.tables.iter().position(has).map(TableRef)
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
        "    pub struct Tables from include_str!({schema:?}){}",
        if model.parcels.is_empty() {
            ";"
        } else {
            ", parcels &["
        }
    ));
    for name in &model.parcels {
        let table = &model[name.table].name;
        code.line(format!("        ({table:?}, &{:?}),", name.columns));
    }
    if !model.parcels.is_empty() {
        code.line("    ];");
    }
    for table in &model.tables {
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
            "    {}: {kind}<{}>,",
            table.accessor, table.type_name
        ));
    }
    code.line("}\n");
}
