//! The methods of `Entity`, each a match over fields, columns, foreign keys or indexes.

use crate::model::{ColumnSet, FieldKind, FieldModel, Scalar};
use crate::schema::OnDelete;

use super::code::{Code, positions};
use super::table::Table;

/// What a foreign key names.
pub(crate) fn parent(code: &mut Code, table: &Table<'_>) {
    if table.foreign_keys.is_empty() {
        return;
    }
    code.uses(&["Key", "RawKey"]);
    code.line(
        "#[inline] fn parent(&self, foreign_key: usize) -> Option<RawKey> { match foreign_key {",
    );
    for key in &table.foreign_keys {
        let field = &table.table.fields[key.field];
        let name = &field.name;
        let raw = match (&field.kind, &key.arm) {
            (FieldKind::Owner { required, .. }, Some(arm)) => {
                let owner = if *required {
                    format!("self.{name}")
                } else {
                    format!("self.{name}?")
                };
                format!("{owner}.as_{}().map(Key::raw)", arm.tail())
            }
            (FieldKind::ForeignKey(key), _) if key.nullable => format!("self.{name}.map(Key::raw)"),
            _ => format!("Some(self.{name}.raw())"),
        };
        code.line(format!("Self::{} => {raw},", key.constant));
    }
    code.line("_ => None, } }\n");
}

/// The method that returns, for each foreign key with ON DELETE SET NULL, its field with NULL.
pub(crate) fn orphaned(code: &mut Code, table: &Table<'_>) {
    let name = table.type_name();
    let mut arms: Vec<(usize, Vec<String>)> = Vec::new();
    for key in &table.foreign_keys {
        let optional = match &table.table.fields[key.field].kind {
            FieldKind::Owner { required, .. } => !required,
            _ => key.key.nullable,
        };
        if !optional || key.on_delete != OnDelete::SetNull {
            continue;
        }
        let constant = format!("Self::{}", key.constant);
        match arms.iter_mut().find(|(field, _)| *field == key.field) {
            Some((_, constants)) => constants.push(constant),
            None => arms.push((key.field, vec![constant])),
        }
    }
    if arms.is_empty() {
        return;
    }
    code.line(format!(
        "fn orphaned(foreign_key: usize) -> Option<{name}Field> {{ match foreign_key {{"
    ));
    for (field, constants) in arms {
        code.line(format!(
            "{} => Some({}(None)),",
            constants.join(" | "),
            table.variant(field)
        ));
    }
    code.line("_ => None, } }\n");
}

/// Hash of the values of each index.
pub(crate) fn index_hash(code: &mut Code, table: &Table<'_>) {
    if table.indexes().next().is_none() {
        return;
    }
    code.uses(&["IndexHasher"]);
    code.line("fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> { match index {");
    for (at, (set, _)) in table.indexes().enumerate() {
        let hashed = tuple(fields_of(table, set).map(hashed));
        code.line(format!("{at} => Some(hasher.hash({hashed})),"));
    }
    code.line("_ => None, } }\n");
}

/// Comparison of the values of each index.
pub(crate) fn index_eq(code: &mut Code, table: &Table<'_>) {
    if table.indexes().next().is_none() {
        return;
    }
    code.line("fn index_eq(&self, other: &Self, index: usize) -> bool { match index {");
    for (at, (set, _)) in table.indexes().enumerate() {
        let equal: Vec<String> = fields_of(table, set)
            .map(|field| format!("self.{0} == other.{0}", field.name))
            .collect();
        code.line(format!("{at} => {},", equal.join(" && ")));
    }
    code.line("_ => false, } }\n");
}

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
        FieldKind::Scalar { nullable, .. } | FieldKind::Enum { nullable, .. } => *nullable,
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

fn hashed(field: &FieldModel) -> String {
    let name = &field.name;
    match (scalar(field), is_optional(field)) {
        (Some(Scalar::Text | Scalar::ShortText), false) => format!("self.{name}.as_str()"),
        (Some(Scalar::Blob), false) => format!("self.{name}.as_slice()"),
        (Some(Scalar::Text | Scalar::ShortText | Scalar::Blob), true) => {
            format!("self.{name}.as_deref()?")
        }
        (Some(Scalar::F64), false) => real_bits(&format!("self.{name}")),
        (Some(Scalar::F64), true) => real_bits(&format!("self.{name}?")),
        (_, false) => format!("self.{name}"),
        (_, true) => format!("self.{name}?"),
    }
}

/// A real number as something that can be hashed: -0.0 is 0.0.
pub(crate) fn real_bits(value: &str) -> String {
    format!("({value} + 0.0).to_bits()")
}

/// The value of a column for the file.
pub(crate) fn value(code: &mut Code, table: &Table<'_>) {
    code.uses(&["Value"]);
    let mut arms: Vec<(usize, String)> = Vec::new();
    let mut sees_tables = false;
    for field in &table.table.fields {
        let name = &field.name;
        match &field.kind {
            FieldKind::Scalar { ty, nullable, .. } => {
                code.uses_types([*ty]);
                let value = match (ty, nullable) {
                    (Scalar::Text | Scalar::ShortText, false) => format!("self.{name}.as_str()"),
                    (Scalar::Blob, false) => format!("self.{name}.as_slice()"),
                    (Scalar::Text | Scalar::ShortText | Scalar::Blob, true) => {
                        format!("self.{name}.as_deref()")
                    }
                    _ => format!("self.{name}"),
                };
                arms.push((
                    field.columns[0],
                    format!("{} => {value}.into()", field.columns[0]),
                ));
            }
            FieldKind::Enum { .. } => {
                arms.push((
                    field.columns[0],
                    format!("{} => self.{name}.into()", field.columns[0]),
                ));
            }
            FieldKind::ForeignKey(key) => {
                sees_tables = true;
                let function = if key.nullable {
                    "id_of_optional"
                } else {
                    "id_of"
                };
                code.uses(&[function]);
                arms.push((
                    field.columns[0],
                    format!("{} => {function}(tables, self.{name})", field.columns[0]),
                ));
            }
            FieldKind::Owner { ty, required } => {
                code.uses(&["owner_value"]);
                sees_tables = true;
                let owner = if *required {
                    format!("Some(self.{name})")
                } else {
                    format!("self.{name}")
                };
                for (at, arm) in table.model[*ty].arms.iter().enumerate() {
                    let target = target_table(table, arm.key.as_ref());
                    let value = format!("owner_value({owner}, {at}, {target}, tables)");
                    arms.push((arm.column, format!("{} => {value}", arm.column)));
                }
            }
            FieldKind::Value { columns, .. } => union_arms(name, columns, &mut arms),
        }
    }
    arms.sort();
    let tables = if sees_tables { "tables" } else { "_" };
    let column = if arms.is_empty() { "_" } else { "column" };
    code.line(format!(
        "fn value<'a>(&'a self, {column}: usize, {tables}: &'a Tables) -> Value<'a> {{"
    ));
    if arms.is_empty() {
        code.line("Value::Null }\n");
        return;
    }
    code.line("match column {");
    for (_, arm) in arms {
        code.line(format!("{arm},"));
    }
    code.line("_ => Value::Null, } }\n");
}

/// The arms of a value union: one for all columns if they stand together, else one each.
fn union_arms(name: &crate::names::Ident, columns: &[Vec<usize>], arms: &mut Vec<(usize, String)>) {
    let columns: Vec<usize> = columns.iter().flatten().copied().collect();
    let first = columns.first().copied().unwrap_or_default();
    let is_range = columns.len() > 1
        && columns
            .iter()
            .enumerate()
            .all(|(at, column)| *column == first + at);
    if is_range {
        let part = if first == 0 {
            "column".to_owned()
        } else {
            format!("column - {first}")
        };
        arms.push((
            first,
            format!(
                "{first}..{} => self.{name}.part({part})",
                first + columns.len()
            ),
        ));
        return;
    }
    for (at, column) in columns.iter().enumerate() {
        arms.push((*column, format!("{column} => self.{name}.part({at})")));
    }
}

fn target_table(table: &Table<'_>, key: Option<&crate::model::ForeignKeyModel>) -> String {
    match key {
        Some(key) => format!("Some({}::TABLE)", table.model[key.target].type_name),
        None => "None".to_owned(),
    }
}

/// Makes a row of the columns of a file.
pub(crate) fn load(code: &mut Code, table: &Table<'_>) {
    if table.table.fields.is_empty() {
        code.line(
            "fn load(_: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> { Ok(Self {}) }",
        );
        return;
    }
    code.line("fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {");
    for field in &table.table.fields {
        if let FieldKind::Owner { ty, .. } = &field.kind {
            for column in &table.model[*ty].always_null {
                code.line(format!("row.unused({column})?;"));
            }
        }
    }
    code.line("Ok(Self {");
    for field in &table.table.fields {
        let column = field.columns.first().copied().unwrap_or_default();
        let read = match &field.kind {
            FieldKind::Scalar { .. } | FieldKind::Enum { .. } => format!("row.read({column})?"),
            FieldKind::ForeignKey(key) if key.nullable => format!("row.optional_key({column})?"),
            FieldKind::ForeignKey(_) => format!("row.key({column})?"),
            FieldKind::Value { columns, .. } => {
                let columns: Vec<usize> = columns.iter().flatten().copied().collect();
                format!("row.union(&[{}])?", positions(&columns))
            }
            FieldKind::Owner { ty, required } => {
                let owner = &table.model[*ty];
                let arms = owner.arms.iter();
                let arms = arms.map(|arm| {
                    format!(
                        "({}, {})",
                        arm.column,
                        target_table(table, arm.key.as_ref())
                    )
                });
                let function = if *required { "required_owner" } else { "owner" };
                let arms: Vec<String> = arms.collect();
                format!("row.{function}(&[{}])?", arms.join(", "))
            }
        };
        code.line(format!("{}: {read},", field.name));
    }
    code.line("}) }\n");
}
