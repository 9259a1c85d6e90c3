//! A table whose rows are entities: what `entity!` is told of it. rustfmt does not look into macros.

use crate::model::{CheckModel, ConditionModel, FieldKind, FieldModel, IdsModel, Literal, Scalar};
use crate::schema::{Clock, Comparison, Expression, OnDelete, Operand};

use super::code::{Code, quoted};
use super::columns::scalar;
use super::table::{ForeignKey, Table, default_value};

/// The types of an entity, and what the engine has to know of it.
pub(crate) fn entity(code: &mut Code, table: &Table<'_>) {
    let name = table.type_name();
    code.uses(&["entity"]);
    code.line("entity! {");
    let otherwise = format!("A row of {}.", quoted(&table.table.name));
    code.prose("    ", table.table.doc.as_deref(), &otherwise);
    code.line(format!(
        "    pub struct {name} in Tables.{} {{",
        table.table.accessor
    ));
    for at in 0..table.table.fields.len() {
        field(code, table, at);
    }
    code.line("    }");
    let kind = match table.table.owned_through.first() {
        Some(pivot) => format!("owned {}", table.model[*pivot].type_name),
        None if table.table.ids == IdsModel::Given => "given_id".to_owned(),
        None => "standalone".to_owned(),
    };
    code.line(format!(
        "    table {:?}, id {:?}, {kind};",
        table.table.name, table.table.id_column
    ));
    code.line(format!(
        "    types {name}Key, {name}Id, {name}Columns({}), {name}Field, {name}Ref, {name}Mut;",
        bits(table.table.columns.len())
    ));
    indexes(code, table);
    value_keys(code, table);
    checks(code, table);
    conditions(code, table);
    unused_and_order(code, table);
    code.line("}\n");
}

/// The smallest integer that has a bit for each column.
fn bits(n_columns: usize) -> String {
    match n_columns {
        0..=8 => "u8".to_owned(),
        9..=16 => "u16".to_owned(),
        17..=32 => "u32".to_owned(),
        33..=64 => "u64".to_owned(),
        65..=128 => "u128".to_owned(),
        n => format!("[u64; {}]", n.div_ceil(64)),
    }
}

/// A field with its columns: on one line if it has one.
fn field(code: &mut Code, table: &Table<'_>, at: usize) {
    let field = &table.table.fields[at];
    code.uses_types(scalar(field));
    code.prose("        ", Some(&field.doc), &quoted(field.name.stem()));
    let head = format!(
        "{} {}: {}{} =",
        table.variants[at],
        field.name,
        table.field_type(field),
        stored_as(table, field)
    );
    let columns: Vec<String> = parts(table, field)
        .map(|column| {
            format!(
                "{}{}",
                column_name(table, column),
                foreign_key(table, column)
            )
        })
        .collect();
    if let FieldKind::Scalar {
        default: Some(Literal::Now(clock)),
        ..
    } = &field.kind
    {
        code.uses(match clock {
            Clock::Text(_) => &["now_text"],
            Clock::Seconds => &["now_seconds"],
        });
    }
    let default = match default_value(table, field) {
        Some(default) => format!(" default {default}"),
        None => String::new(),
    };
    match columns.as_slice() {
        [column] => code.line(format!("        {head} {column}{default};")),
        columns => {
            code.line(format!("        {head}"));
            let columns = columns.join(",\n            ");
            code.line(format!("            {columns}{default};"));
        }
    }
}

/// What a type of the program's own has to be stored as, because the column holds nothing else.
fn stored_as(table: &Table<'_>, field: &FieldModel) -> &'static str {
    let FieldKind::Own { .. } = &field.kind else {
        return "";
    };
    match table.table.columns[field.columns[0]].scalar {
        Scalar::Bool | Scalar::I64 => " as Integer",
        Scalar::F64 => " as Real",
        Scalar::Text | Scalar::ShortText => " as Text",
        Scalar::Blob => " as Blob",
    }
}

/// The columns of a field, one for each of its parts.
fn parts<'t>(table: &'t Table<'_>, field: &'t FieldModel) -> Box<dyn Iterator<Item = usize> + 't> {
    match &field.kind {
        FieldKind::Owner { ty, .. } => {
            let arms = table.model[*ty].arms.iter();
            Box::new(arms.map(|arm| arm.column))
        }
        FieldKind::Value { columns, .. } => Box::new(columns.iter().flatten().copied()),
        _ => Box::new(field.columns.iter().copied()),
    }
}

/// A column as its flag and its name in the file.
fn column_name(table: &Table<'_>, column: usize) -> String {
    let column = &table.table.columns[column];
    format!("{} {:?}", column.flag, column.name)
}

fn foreign_key(table: &Table<'_>, column: usize) -> String {
    let Some(key) = table.foreign_key(column) else {
        return String::new();
    };
    let ForeignKey {
        on_delete, unique, ..
    } = *key;
    let owner = if key.arm.is_some() { ".owner()" } else { "" };
    let target = &table.model[key.key.target].type_name;
    format!(" -> {target}{}{owner}", actions(on_delete, unique))
}

/// What there is to say of a foreign key, as methods of `ForeignKey`.
pub(crate) fn actions(on_delete: OnDelete, unique: bool) -> String {
    let action = match on_delete {
        OnDelete::Cascade => ".cascade()",
        OnDelete::SetNull => ".set_null()",
        // SET DEFAULT is refused before.
        OnDelete::NoAction | OnDelete::Restrict | OnDelete::SetDefault => "",
    };
    let unique = if unique { ".unique()" } else { "" };
    format!("{action}{unique}")
}

fn indexes(code: &mut Code, table: &Table<'_>) {
    if table.index_names.is_empty() {
        return;
    }
    code.line("    indexes {");
    for ((set, unique), name) in table.indexes().zip(&table.index_names) {
        let word = if unique { "unique" } else { "plain" };
        let fields = set.fields.iter().zip(&set.columns);
        let fields = fields.map(|(field, column)| {
            let field = &table.table.fields[*field].name;
            let no_case = if set.no_case.contains(column) {
                " no_case"
            } else {
                ""
            };
            format!("{field}: {}{no_case}", table.table.columns[*column].flag)
        });
        let fields: Vec<String> = fields.collect();
        code.line(format!("        {word} {name} [{}];", fields.join(", ")));
    }
    code.line("    }");
}

fn value_keys(code: &mut Code, table: &Table<'_>) {
    let keys = &table.table.value_keys;
    if keys.is_empty() {
        return;
    }
    code.line("    value_keys {");
    for (key, name) in keys.iter().zip(&table.value_key_names) {
        let columns = key.columns.iter().map(|at| &table.table.columns[*at]);
        let columns: Vec<_> = columns.collect();
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let target = Table::new(table.model, key.target);
        let null = match key.on_delete {
            OnDelete::SetNull => {
                let mut fields: Vec<&str> = Vec::new();
                for column in columns {
                    let variant = table.variants[column.field].as_str();
                    if !fields.contains(&variant) {
                        fields.push(variant);
                    }
                }
                format!(" null [{}]", fields.join(", "))
            }
            _ => String::new(),
        };
        let root = key.root.as_ref().map_or_else(String::new, |root| {
            let numbers = root.numbers.iter();
            let numbers: Vec<String> = numbers
                .map(|(first, last)| format!("({first}, {last})"))
                .collect();
            let flag = &table.table.columns[root.column].flag;
            format!(" root {flag} [{}]", numbers.join(", "))
        });
        code.line(format!(
            "        {name} {:?} {} -> {} {}{}{null}{root};",
            names.join(", "),
            table.index_names[key.index],
            target.type_name(),
            target.index_names[key.target_index],
            actions(key.on_delete, false)
        ));
    }
    code.line("    }");
}

fn checks(code: &mut Code, table: &Table<'_>) {
    if table.table.checks.is_empty() {
        return;
    }
    code.line("    checks {");
    for check in &table.table.checks {
        code.line(format!("        {};", comparison(table, check)));
    }
    code.line("    }");
}

fn conditions(code: &mut Code, table: &Table<'_>) {
    if table.table.conditions.is_empty() {
        return;
    }
    code.line("    conditions {");
    for ConditionModel { sql, expression } in &table.table.conditions {
        let columns = expression.columns();
        let flags: Vec<_> = columns.iter().map(|name| flag_of(table, name)).collect();
        code.line(format!(
            "        {sql:?}: [{}] {};",
            flags.join(", "),
            tree(table, expression)
        ));
    }
    code.line("    }");
}

fn flag_of<'t>(table: &Table<'t>, name: &str) -> &'t str {
    let mut columns = table.table.columns.iter();
    let column = columns.find(|column| column.name == name);
    &column.expect("memory has the columns of its CHECKs").flag
}

/// An expression: `Or(&[Is(&Column(TITLE as usize), &Null), ..])`.
fn tree(table: &Table<'_>, expression: &Expression) -> String {
    let one = |operand: &Expression| format!("&{}", tree(table, operand));
    let list = |operands: &[Expression]| {
        let operands: Vec<_> = operands
            .iter()
            .map(|operand| tree(table, operand))
            .collect();
        format!("&[{}]", operands.join(", "))
    };
    match expression {
        Expression::Column(name) => format!("Column({} as usize)", flag_of(table, name)),
        Expression::Null => "Null".to_owned(),
        Expression::Integer(integer) => format!("Integer({integer})"),
        Expression::Real(real) => format!("Real({real:?})"),
        Expression::Text(text) => format!("Text({text:?})"),
        Expression::Not(operand) => format!("Not({})", one(operand)),
        Expression::And(operands) => format!("And({})", list(operands)),
        Expression::Or(operands) => format!("Or({})", list(operands)),
        Expression::Compare(left, operator, right) => {
            format!("Compare({}, {operator:?}, {})", one(left), one(right))
        }
        Expression::Is(left, right) => format!("Is({}, {})", one(left), one(right)),
        Expression::In(operand, items) => format!("In({}, {})", one(operand), list(items)),
        Expression::Like(text, pattern, escape) => {
            format!("Like({}, {pattern:?}, {escape:?})", one(text))
        }
        Expression::Glob(text, pattern) => format!("Glob({}, {pattern:?})", one(text)),
        Expression::Arithmetic(left, operator, right) => {
            format!("{operator:?}({}, {})", one(left), one(right))
        }
        Expression::Abs(operand) => format!("Abs({})", one(operand)),
        Expression::Length(operand) => format!("Length({})", one(operand)),
        Expression::TypeOf(operand) => format!("TypeOf({})", one(operand)),
    }
}

/// One CHECK: `"hp >= 0": Column(HP) GreaterOrEqual Integer(0)`.
fn comparison(table: &Table<'_>, check: &CheckModel) -> String {
    let flag = |name: &String| {
        let mut columns = table.table.columns.iter();
        columns
            .find(|column| column.name == *name)
            .map_or("", |column| column.flag.as_str())
    };
    let operand = |operand: &Operand| match operand {
        Operand::Column(name) => format!("Column({})", flag(name)),
        Operand::Length(name) => format!("Length({})", flag(name)),
        Operand::Integer(integer) => format!("Integer({integer})"),
        Operand::Real(real) => format!("Real({real:?})"),
        Operand::Text(text) => format!("Text({text:?})"),
    };
    let Comparison {
        left,
        operator,
        right,
    } = &check.comparison;
    format!(
        "{:?}: {} {operator:?} {}",
        check.sql,
        operand(left),
        operand(right)
    )
}

/// The columns of owners that are never set, and the order of all of them, if it is another one than
/// that of the fields.
fn unused_and_order(code: &mut Code, table: &Table<'_>) {
    let fields = &table.table.fields;
    let never_set = |field: &FieldModel| match &field.kind {
        FieldKind::Owner { ty, .. } => table.model[*ty].always_null.clone(),
        _ => Vec::new(),
    };
    let unused: Vec<usize> = fields.iter().flat_map(never_set).collect();
    if !unused.is_empty() {
        list_columns(code, table, "unused", unused.iter().copied());
    }
    let counted = fields.iter().flat_map(|field| parts(table, field));
    let declared = 0..table.table.columns.len();
    if !counted.chain(unused).eq(declared.clone()) {
        list_columns(code, table, "order", declared);
    }
}

/// Columns under a word.
pub(crate) fn list_columns(
    code: &mut Code,
    table: &Table<'_>,
    word: &str,
    columns: impl Iterator<Item = usize>,
) {
    code.line(format!("    {word} {{"));
    for column in columns {
        code.line(format!("        {},", column_name(table, column)));
    }
    code.line("    }");
}
