//! Writes a program that fills a world of given models with random rows: see `cases/round_trip.rs`,
//! which has all that does not depend on the models.

use std::fmt::Write as _;

use gamedb_generate::model::{
    ArmModel, FieldKind, FieldModel, IdsModel, Model, OwnerRef, Scalar, TableModel, ValueRef,
};
use gamedb_generate::names::{self, Scope};
use gamedb_generate::schema::{Comparison, ComparisonOperator, Operand};

/// Rows of each table that are tried.
const N_ROWS: usize = 12;

/// The module of tests of one case; `module` is the path of its models.
pub(crate) fn program(model: &Model, module: &str) -> String {
    let mut code = format!(
        "#![allow(clippy::all, unused_variables)]\nuse crate::round_trip::{{Source, keys, round_trip}};\n\
         use {module}::*;\n\n"
    );
    for (at, table) in model.tables.iter().enumerate() {
        if table.pivot().is_none() {
            row(&mut code, model, at, table);
        }
    }
    code.push_str("fn insert(world: &mut World, source: &mut Source) {\n");
    // Twice, for keys to rows of later tables.
    code.push_str("for _ in 0..2 {\n");
    for at in &model.order {
        let table = &model[*at];
        if table.pivot().is_some() {
            continue;
        }
        let _ = writeln!(code, "for _ in 0..{N_ROWS} {{");
        let put = match table
            .owned_through
            .first()
            .and_then(|at| model[*at].pivot())
        {
            None if table.ids == IdsModel::Given => {
                "source.took(world.insert_with_id(source.id(), row))".to_owned()
            }
            None => "source.took(world.insert(row))".to_owned(),
            Some(pivot) => {
                let owner = owner(model, pivot.owner);
                format!("if let Some(owner) = {owner} {{ source.took(world.add(owner, row)); }}")
            }
        };
        let _ = writeln!(
            code,
            "if let Some(row) = row_{}(world, source) {{ {put} }}\n}}",
            at.0
        );
    }
    code.push_str("}\n}\n\nfn change(world: &mut World, source: &mut Source) {\n");
    for (at, table) in model.tables.iter().enumerate() {
        if table.pivot().is_none() && !table.fields.is_empty() {
            change(&mut code, model, at, table);
        }
    }
    code.push_str("}\n\nfn remove(world: &mut World, source: &mut Source) {\n");
    for table in model.tables.iter().filter(|table| table.pivot().is_none()) {
        let _ = writeln!(
            code,
            "for key in keys::<{}>(world) {{ if !source.often() {{ source.took(world.remove(key)); }} }}",
            table.type_name
        );
    }
    let empty: Vec<&str> = hopeless(model);
    let _ = writeln!(
        code,
        "}}\n\n#[test]\nfn there_and_back() {{\nround_trip::<Tables>(insert, change, remove, &{empty:?});\n}}"
    );
    code
}

/// Tables that cannot have a first row, because it would have to point to another one; and what has to
/// point to them.
fn hopeless(model: &Model) -> Vec<&str> {
    let mut hopeless = vec![false; model.tables.len()];
    let mut possible = vec![false; model.tables.len()];
    loop {
        let mut changed = false;
        for (at, table) in model.tables.iter().enumerate() {
            let can = table.fields.iter().all(|field| match &field.kind {
                FieldKind::ForeignKey(key) => key.nullable || possible[key.target.0],
                FieldKind::Owner { ty, required } => {
                    let there = |arm: &ArmModel| match &arm.key {
                        Some(key) => possible[key.target.0],
                        None => true,
                    };
                    !required || model[*ty].arms.iter().any(there)
                }
                _ => true,
            });
            let mut keys = table.value_keys.iter();
            let can = can && keys.all(|key| key.nullable || possible[key.target.0]);
            // A row that is owned needs an owner; its pivot says the same the other way round.
            let owned = table.owned_through.iter().all(|pivot| {
                let pivot = model[*pivot].pivot().map(|pivot| pivot.owner);
                pivot.is_none_or(|owner| {
                    let there = |arm: &ArmModel| match &arm.key {
                        Some(key) => possible[key.target.0],
                        None => true,
                    };
                    model[owner].arms.iter().any(there)
                })
            });
            if can && owned && !possible[at] {
                possible[at] = true;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    for (at, possible) in possible.iter().enumerate() {
        hopeless[at] = !possible;
    }
    let tables = model.tables.iter().zip(hopeless);
    let empty = tables.filter(|(_, hopeless)| *hopeless);
    empty.map(|(table, _)| table.name.as_str()).collect()
}

fn row(code: &mut String, model: &Model, at: usize, table: &TableModel) {
    let name = &table.type_name;
    let _ = writeln!(
        code,
        "fn row_{at}(world: &World, source: &mut Source) -> Option<{name}> {{\n{}Some({name} {{",
        named_rows(model, table)
    );
    for (place, field) in table.fields.iter().enumerate() {
        let value = named_value(model, table, place).unwrap_or_else(|| value(model, table, field));
        let _ = writeln!(code, "{}: {value},", field.name);
    }
    code.push_str("})\n}\n\n");
}

fn change(code: &mut String, model: &Model, at: usize, table: &TableModel) {
    let name = &table.type_name;
    let n_fields = table.fields.len();
    let _ = writeln!(
        code,
        "for key in keys::<{name}>(world) {{\nif source.often() {{ continue; }}\n\
         let field = match source.up_to({n_fields}) {{"
    );
    for place in 0..n_fields {
        let _ = writeln!(code, "{place} => field_{at}_{place}(world, source),");
    }
    code.push_str(
        "_ => None,\n};\nif let Some(field) = field { source.took(world.set(key, field)); }\n}\n",
    );
    let mut variants = Scope::default();
    for (place, field) in table.fields.iter().enumerate() {
        let variant = variants.name(&[names::variant(field.name.stem())]);
        let value = named_value(model, table, place).unwrap_or_else(|| value(model, table, field));
        let _ = writeln!(
            code,
            "fn field_{at}_{place}(world: &World, source: &mut Source) -> Option<{name}Field> {{\n\
             {}Some({name}Field::{variant}({value}))\n}}",
            named_rows(model, table)
        );
    }
}

fn plain(ty: Scalar) -> &'static str {
    match ty {
        Scalar::Bool => "source.bool()",
        Scalar::I64 => "source.i64()",
        Scalar::F64 => "source.f64()",
        Scalar::Text => "source.text()",
        Scalar::ShortText => "source.text().into()",
        Scalar::Blob => "source.blob()",
    }
}

fn optional(nullable: bool, value: &str) -> String {
    match nullable {
        true => format!("source.maybe(|source| Some({value}))"),
        false => value.to_owned(),
    }
}

/// What the CHECKs of a table leave of a column's values, or of their lengths.
fn bounds(table: &TableModel, operand: &Operand) -> Option<(i64, i64)> {
    let mut bounds = None;
    for check in &table.checks {
        let Comparison {
            left,
            operator,
            right: Operand::Integer(constant),
        } = &check.comparison
        else {
            continue;
        };
        if left != operand {
            continue;
        }
        let (low, high) = bounds.unwrap_or((i64::MIN, i64::MAX));
        bounds = Some(match operator {
            ComparisonOperator::Less => (low, high.min(constant - 1)),
            ComparisonOperator::LessOrEqual => (low, high.min(*constant)),
            ComparisonOperator::GreaterOrEqual => (low.max(*constant), high),
            ComparisonOperator::Greater => (low.max(constant + 1), high),
            ComparisonOperator::Equal | ComparisonOperator::NotEqual => (low, high),
        });
    }
    bounds
}

/// A value that the CHECKs of one column mostly take: a row of a hundred columns would never do
/// otherwise.
fn bounded(table: &TableModel, field: &FieldModel, ty: Scalar) -> String {
    if let Some(nest) = &table.nest
        && let Some(root) = &table.value_keys[nest.key].root
    {
        // Numbers that rows have, so that some lie in others.
        let (first, last) = root.numbers[0];
        let own = format!("source.within({}, {})", last + 1, last + 30);
        if field.columns[0] == nest.child {
            return own;
        }
        if field.columns[0] == nest.parent {
            return format!("if source.often() {{ {first} }} else {{ {own} }}");
        }
    }
    let column = &table.columns[field.columns[0]].name;
    let of_value = bounds(table, &Operand::Column(column.clone()));
    let of_length = bounds(table, &Operand::Length(column.clone()));
    match (ty, of_value, of_length) {
        (Scalar::I64, Some((low, high)), _) => format!("source.within({low}, {high})"),
        (Scalar::F64, Some((low, high)), _) => format!("source.real_within({low}, {high})"),
        (Scalar::Text, _, Some((low, high))) => format!("source.text_within({low}, {high})"),
        (Scalar::ShortText, _, Some((low, high))) => {
            format!("source.text_within({low}, {high}).into()")
        }
        (Scalar::Blob, _, Some((low, high))) => format!("source.blob_within({low}, {high})"),
        _ => plain(ty).to_owned(),
    }
}

/// For each key by value, a row that a row with it can name.
fn named_rows(model: &Model, table: &TableModel) -> String {
    let keys = table.value_keys.iter().enumerate();
    let rows = keys.filter(|(_, key)| key.root.is_none()).map(|(n, key)| {
        let target = &model[key.target].type_name;
        format!(
            "let named_{n} = source.key::<{target}>(world).and_then(|key| world.get(key).ok()).map(|row| row.row().clone());\n"
        )
    });
    rows.collect()
}

/// The value of a field that is a part of a key by value: that of the row which the key is to name. A nest has numbers
/// that name no row, and a first row.
fn named_value(model: &Model, table: &TableModel, place: usize) -> Option<String> {
    let keys = table.value_keys.iter().enumerate();
    let keys = keys.filter(|(_, key)| key.root.is_none());
    let mut parts = keys.flat_map(|(n, key)| {
        let target = &model[key.target];
        let named = &target.uniques[key.target_index].columns;
        let fields = key.columns.iter().zip(named);
        fields.map(move |(own, named)| {
            let named = &target.columns[*named];
            (
                n,
                &table.columns[*own],
                named,
                &target.fields[named.field].name,
            )
        })
    });
    let (n, own, named, field) = parts.find(|(_, own, ..)| own.field == place)?;
    let value = match named.not_null {
        true => format!("named_{n}.as_ref().map(|row| row.{field}.clone().into())"),
        false => format!("named_{n}.as_ref().and_then(|row| row.{field}.clone()).map(Into::into)"),
    };
    Some(match own.not_null {
        true => format!("{value}?"),
        false => format!("source.maybe(|source| {value})"),
    })
}

/// A random value of a field; `?` where there is none yet.
fn value(model: &Model, table: &TableModel, field: &FieldModel) -> String {
    match &field.kind {
        FieldKind::Scalar { ty, nullable, .. } => optional(*nullable, &bounded(table, field, *ty)),
        FieldKind::Own { ty, .. } => panic!("no values of {ty} are known here"),
        FieldKind::Enum { ty, nullable, .. } => {
            let name = &model[*ty].type_name;
            optional(*nullable, &format!("source.one_of({name}::ALL)"))
        }
        FieldKind::ForeignKey(key) => {
            let found = format!("source.key::<{}>(world)", model[key.target].type_name);
            match key.nullable {
                true => format!("source.maybe(|source| {found})"),
                false => format!("{found}?"),
            }
        }
        FieldKind::Owner { ty, required } => {
            let owner = owner(model, *ty);
            match required {
                true => format!("{owner}?"),
                false => format!("source.maybe(|source| {owner})"),
            }
        }
        FieldKind::Value { ty, required, .. } => optional(!required, &union(model, *ty)),
    }
}

/// A random owner, if there is one: an expression of an `Option`.
fn owner(model: &Model, at: OwnerRef) -> String {
    let owner = &model[at];
    let arm = |arm: &ArmModel| {
        let (name, variant) = (&owner.type_name, &arm.variant);
        match &arm.key {
            Some(key) => format!(
                "source.key::<{}>(world).map({name}::{variant})",
                model[key.target].type_name
            ),
            None => format!("Some({name}::{variant}(source.i64()))"),
        }
    };
    let n_arms = owner.arms.len();
    let arms = owner.arms.iter().map(arm).enumerate();
    let arms: String = arms.map(|(at, arm)| format!("{at} => {arm}, ")).collect();
    format!("match source.up_to({n_arms}) {{ {arms}_ => None }}")
}

fn union(model: &Model, at: ValueRef) -> String {
    let value = &model[at];
    let variants = value.variants.iter().map(|variant| {
        let fields: Vec<String> = variant
            .fields
            .iter()
            .map(|field| match &field.name {
                Some(name) => format!("{name}: {}", plain(field.ty)),
                None => plain(field.ty).to_owned(),
            })
            .collect();
        let (name, fields_text) = (
            format!("{}::{}", value.type_name, variant.name),
            fields.join(", "),
        );
        match variant.fields.iter().all(|field| field.name.is_none()) {
            true => format!("{name}({fields_text})"),
            false => format!("{name} {{ {fields_text} }}"),
        }
    });
    let last = value.variants.len() - 1;
    let arms = variants.enumerate().map(|(at, variant)| match at {
        at if at == last => format!("_ => {variant} "),
        at => format!("{at} => {variant}, "),
    });
    let arms: String = arms.collect();
    format!("match source.up_to({}) {{ {arms}}}", last + 1)
}
