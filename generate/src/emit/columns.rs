//! What the fields of an index are, and how they are hashed where they are looked for.

use crate::model::{ColumnSet, FieldKind, FieldModel, Scalar};

use super::table::Table;

/// The fields of an index, in key order.
pub(crate) fn fields_of<'m>(
    table: &Table<'m>,
    set: &'m ColumnSet,
) -> impl Iterator<Item = &'m FieldModel> {
    let fields = &table.table.fields;
    set.fields.iter().map(|at| &fields[*at])
}

/// The most values that the standard library hashes as one tuple.
const WIDEST_TUPLE: usize = 12;

/// Several values as the one thing that is hashed.
pub(crate) fn tuple(values: impl Iterator<Item = String>) -> String {
    let mut values: Vec<String> = values.collect();
    while values.len() > WIDEST_TUPLE {
        let rest = values.split_off(WIDEST_TUPLE - 1);
        values.push(tuple(rest.into_iter()));
    }
    match values.as_slice() {
        [value] => value.clone(),
        values => format!("({})", values.join(", ")),
    }
}

/// Whether a field can be NULL.
pub(crate) fn is_optional(field: &FieldModel) -> bool {
    match &field.kind {
        FieldKind::Scalar { nullable, .. }
        | FieldKind::Own { nullable, .. }
        | FieldKind::Enum { nullable, .. } => *nullable,
        FieldKind::ForeignKey(key) => key.nullable,
        FieldKind::Owner { required, .. } | FieldKind::Value { required, .. } => !required,
    }
}

/// The plain type of a field that is one.
pub(crate) fn scalar(field: &FieldModel) -> Option<Scalar> {
    match &field.kind {
        FieldKind::Scalar { ty, .. } => Some(*ty),
        _ => None,
    }
}

/// A real number as something that can be hashed: -0.0 is 0.0.
pub(crate) fn real_bits(value: &str) -> String {
    format!("({value} + 0.0).to_bits()")
}
