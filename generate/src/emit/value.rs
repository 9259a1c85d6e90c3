//! Enums of texts and value unions. rustfmt does not look into macros.

use crate::model::{EnumModel, EnumRef, FieldKind, Model, ValueRef};

use super::code::{Code, all_quoted, article, quoted, words};

/// An enum that is stored as text.
pub(crate) fn text_enum(code: &mut Code, model: &Model, at: EnumRef) {
    let EnumModel {
        type_name,
        variants,
    } = &model[at];
    let columns = model.tables.iter().flat_map(|table| {
        let fields = table
            .fields
            .iter()
            .filter(|field| matches!(&field.kind, FieldKind::Enum { ty, .. } if *ty == at));
        fields
            .flat_map(|field| &field.columns)
            .map(|column| table.columns[*column].name.as_str())
    });
    let mut names: Vec<&str> = Vec::new();
    for name in columns {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    code.uses(&["text_enum"]);
    code.line("text_enum! {");
    let names = all_quoted(names.into_iter());
    code.prose(
        "    ",
        None,
        &format!("One of the texts that {names} can have."),
    );
    code.line(format!("    pub enum {type_name} {{"));
    for variant in variants {
        code.line(format!("        {} = {:?},", variant.name, variant.text));
    }
    code.line("    }\n}\n");
}

/// A value union.
pub(crate) fn value_union(code: &mut Code, model: &Model, at: ValueRef) {
    // The columns of the first table that has it stand for all.
    let first = model.tables.iter().find_map(|table| {
        table.fields.iter().find_map(|field| match &field.kind {
            FieldKind::Value { ty, columns, .. } if *ty == at => Some((table, columns)),
            _ => None,
        })
    });
    let columns: Vec<&str> = match first {
        Some((table, columns)) => columns
            .iter()
            .flatten()
            .map(|at| table.columns[*at].name.as_str())
            .collect(),
        None => Vec::new(),
    };
    let word = first.map_or_else(
        || "row".to_owned(),
        |(table, _)| words(table.singular.stem()),
    );
    let name = &model[at].type_name;
    code.uses(&["composite"]);
    code.line("composite! {");
    code.line(format!(
        "    /// One of the values that {} {word} can have, in {} columns.",
        article(&word),
        columns.len()
    ));
    code.line(format!("    pub enum {name} in Tables {{"));
    let mut rest = columns.iter();
    for variant in &model[at].variants {
        let its: Vec<&str> = rest.by_ref().take(variant.fields.len()).copied().collect();
        code.line(format!("        /// {}", all_quoted(its.iter().copied())));
        code.uses_types(variant.fields.iter().map(|field| field.ty));
        if let [field] = variant.fields.as_slice()
            && field.name.is_none()
        {
            let ty = field.ty.rust();
            code.line(format!("        {}(value: {ty}),", variant.name));
            continue;
        }
        code.line(format!("        {} {{", variant.name));
        for (field, column) in variant.fields.iter().zip(its) {
            let Some(name) = &field.name else { continue };
            code.line(format!("            /// {}", quoted(column)));
            code.line(format!("            {name}: {},", field.ty.rust()));
        }
        code.line("        },");
    }
    code.line("    }\n}\n");
}
