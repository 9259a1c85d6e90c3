//! Enums of texts and value unions.

use std::fmt::Write as _;

use crate::model::{
    EnumModel, EnumRef, FieldKind, Model, Scalar, ValueField, ValueModel, ValueRef, ValueVariant,
};
use crate::names::{Ident, Scope};

use super::code::{Code, all_quoted, article, bits, quoted, words};
use super::table::zero;

/// An enum that is stored as text. rustfmt does not look into macros.
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

/// One field of one variant of a union: a column.
struct Part<'m> {
    variant: &'m ValueVariant,
    field: &'m ValueField,
    at: usize,
}

fn parts(model: &ValueModel) -> Vec<Part<'_>> {
    let fields = model
        .variants
        .iter()
        .flat_map(|variant| variant.fields.iter().map(move |field| (variant, field)));
    fields
        .enumerate()
        .map(|(at, (variant, field))| Part { variant, field, at })
        .collect()
}

/// A value union.
pub(crate) fn value_union(code: &mut Code, model: &Model, at: ValueRef) {
    let value = &model[at];
    let name = &value.type_name;
    let parts = parts(value);
    code.uses(&["ColumnProblem", "Parts", "Union", "Value"]);
    definition(code, model, at, &parts);
    if let Some(first) = value.variants.first() {
        let zero = make(
            first,
            first.fields.iter().map(|field| zero(field.ty).to_owned()),
        );
        code.line(format!(
            "impl Default for {name} {{ fn default() -> Self {{ {zero} }} }}\n"
        ));
    }
    code.line(format!(
        "impl Union for {name} {{ const PARTS: usize = {};\n",
        parts.len()
    ));
    code.line("fn part(&self, part: usize) -> Value<'_> { match (self, part) {");
    for part in &parts {
        let (pattern, bound) = match &part.field.name {
            Some(field) if part.variant.fields.len() > 1 => {
                (format!("{{ {field}, .. }}"), field.to_string())
            }
            Some(field) => (format!("{{ {field} }}"), field.to_string()),
            None => ("(value)".to_owned(), "value".to_owned()),
        };
        let value = match part.field.ty {
            Scalar::Text | Scalar::ShortText => format!("{bound}.as_str()"),
            Scalar::Blob => format!("{bound}.as_slice()"),
            _ => format!("(*{bound})"),
        };
        code.line(format!(
            "(Self::{}{pattern}, {}) => {value}.into(),",
            part.variant.name, part.at
        ));
    }
    code.line("_ => Value::Null, } }\n");
    code.line("fn used(&self) -> u32 { match self {");
    for variant in &value.variants {
        let any = if is_tuple(variant) { "(_)" } else { " { .. }" };
        code.line(format!(
            "Self::{}{any} => {},",
            variant.name,
            bits(mask(&parts, variant))
        ));
    }
    code.line("} }\n");
    differing(code, value, &parts);
    code.line(
        "fn load<T: gamedb::codegen::Resolve>(used: u32, parts: &Parts<'_, '_, T>) -> Result<Option<Self>, ColumnProblem> {
        Ok(Some(match used {",
    );
    for variant in &value.variants {
        let its = parts
            .iter()
            .filter(|part| std::ptr::eq(part.variant, variant));
        let made = make(variant, its.map(|part| format!("parts.read({})?", part.at)));
        code.line(format!("{} => {made},", bits(mask(&parts, variant))));
    }
    code.line("_ => return Ok(None), })) } }\n");
}

fn definition(code: &mut Code, model: &Model, at: ValueRef, parts: &[Part<'_>]) {
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
    code.doc(format!(
        "One of the values that {} {word} can have, in {} columns.",
        article(&word),
        parts.len()
    ));
    code.line(format!(
        "#[derive(Clone, Debug, PartialEq)] pub enum {name} {{"
    ));
    for variant in &model[at].variants {
        let its: Vec<&Part<'_>> = parts
            .iter()
            .filter(|part| std::ptr::eq(part.variant, variant))
            .collect();
        code.doc(all_quoted(its.iter().map(|part| columns[part.at])));
        code.uses_types(variant.fields.iter().map(|field| field.ty));
        if is_tuple(variant) {
            let types: Vec<&str> = variant.fields.iter().map(|field| field.ty.rust()).collect();
            code.line(format!("{}({}),", variant.name, types.join(", ")));
        } else {
            code.line(format!("{} {{", variant.name));
            for part in its {
                let Some(field) = &part.field.name else {
                    continue;
                };
                code.doc(quoted(columns[part.at]));
                code.line(format!("{field}: {},", part.field.ty.rust()));
            }
            code.line("},");
        }
    }
    code.line("}\n");
}

fn differing(code: &mut Code, value: &ValueModel, parts: &[Part<'_>]) {
    code.line("#[inline] fn differing(&self, other: &Self) -> u32 { match (self, other) {");
    for variant in &value.variants {
        let its: Vec<&Part<'_>> = parts
            .iter()
            .filter(|part| std::ptr::eq(part.variant, variant))
            .collect();
        let name = &variant.name;
        let bit = |at: usize, differs: String| match at {
            0 => format!("u32::from({differs})"),
            at => format!("u32::from({differs}) << {at}"),
        };
        if is_tuple(variant) {
            let bits: Vec<String> = its
                .iter()
                .map(|part| bit(part.at, "old != new".to_owned()))
                .collect();
            code.line(format!(
                "(Self::{name}(old), Self::{name}(new)) => {},",
                bits.join(" | ")
            ));
            continue;
        }
        let fields: Vec<&Ident> = variant
            .fields
            .iter()
            .filter_map(|field| field.name.as_ref())
            .collect();
        let mut scope = Scope::default();
        for field in &fields {
            scope.take(field.stem());
        }
        let (mut old, mut new, mut bits) = (String::new(), String::new(), Vec::new());
        for (part, field) in its.iter().zip(&fields) {
            let renamed = scope.ident(&[Ident::new(&format!("new_{}", field.tail()))]);
            let _ = write!(old, "{field}, ");
            let _ = write!(new, "{field}: {renamed}, ");
            bits.push(bit(part.at, format!("{field} != {renamed}")));
        }
        let bits = bits.join(" | ");
        code.line(format!(
            "(Self::{name} {{ {old} }}, Self::{name} {{ {new} }}) => {{ {bits} }}"
        ));
    }
    if value.variants.len() > 1 {
        code.line("_ => self.used() | other.used(),");
    }
    code.line("} }\n");
}

fn is_tuple(variant: &ValueVariant) -> bool {
    variant.fields.iter().all(|field| field.name.is_none())
}

fn mask(parts: &[Part<'_>], variant: &ValueVariant) -> u32 {
    let its = parts
        .iter()
        .filter(|part| std::ptr::eq(part.variant, variant));
    its.fold(0, |mask, part| mask | 1 << part.at)
}

/// A variant made of these values.
fn make(variant: &ValueVariant, values: impl Iterator<Item = String>) -> String {
    let name = &variant.name;
    let values: Vec<String> = variant
        .fields
        .iter()
        .zip(values)
        .map(|(field, value)| match &field.name {
            Some(field) => format!("{field}: {value}"),
            None => value,
        })
        .collect();
    let values = values.join(", ");
    if is_tuple(variant) {
        format!("Self::{name}({values})")
    } else {
        format!("Self::{name} {{ {values} }}")
    }
}
