//! The tables of a schema as generated models describe them, for the engines of gamedb.
//!
//! What the generator writes down for a compiler is made here at once. `tests/server_worlds.rs` compares both.

use gamedb::codegen::{
    Check, Comparison, Condition, Expression, ForeignKey, IndexInfo, OnDelete, Operand, TableId,
    TableInfo, TableKind, ValueKey,
};
use gamedb_generate::model::{
    CheckModel, ColumnSet, ConditionModel, FieldKind, ForeignKeyModel, Model, TableKind as Kind,
    TableModel, TableRef, ValueKeyModel,
};
use gamedb_generate::schema::{
    Arithmetic, ComparisonOperator, Expression as SchemaExpression, OnDelete as SchemaAction,
    Operand as SchemaOperand,
};

/// The description of all tables, in declaration order.
///
/// Descriptions are constants where there are models, so these are never freed. The command makes them once.
pub(crate) fn tables(model: &Model) -> Vec<&'static TableInfo> {
    let tables = (0..model.tables.len()).map(|place| table(model, place));
    tables.map(|info| &*Box::leak(Box::new(info))).collect()
}

fn table(model: &Model, place: usize) -> TableInfo {
    let table = &model.tables[place];
    // Memory checks nothing of a pivot but its keys.
    let (indexes, checks, conditions): (Vec<_>, Vec<_>, Vec<_>) = match table.kind {
        Kind::Pivot(_) => Default::default(),
        _ => (
            indexes(table),
            table.checks.iter().map(|own| check(table, own)).collect(),
            table
                .conditions
                .iter()
                .map(|own| condition(table, own))
                .collect(),
        ),
    };
    let columns = table.columns.iter().map(|column| text(&column.name));
    TableInfo {
        name: text(&table.name),
        id: text(&table.id_column),
        columns: list(columns),
        foreign_keys: list(foreign_keys(model, table)),
        value_keys: list(table.value_keys.iter().map(|key| value_key(table, key))),
        indexes: list(indexes),
        checks: list(checks),
        conditions: list(conditions),
        kind: match (&table.kind, table.owned_through.first()) {
            (Kind::Pivot(pivot), _) => TableKind::Pivot {
                owned: id(pivot.owned),
            },
            (_, Some(&pivot)) => TableKind::Owned { pivot: id(pivot) },
            _ => TableKind::Entity,
        },
    }
}

fn text(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn list<T>(items: impl IntoIterator<Item = T>) -> &'static [T] {
    Box::leak(items.into_iter().collect::<Box<[T]>>())
}

fn id(table: TableRef) -> TableId {
    TableId(u16::try_from(table.0).expect("a schema has fewer tables than SQLite can join"))
}

fn action(action: SchemaAction) -> OnDelete {
    match action {
        SchemaAction::Cascade => OnDelete::Cascade,
        SchemaAction::SetNull => OnDelete::SetNull,
        SchemaAction::NoAction | SchemaAction::Restrict | SchemaAction::SetDefault => {
            OnDelete::Restrict
        }
    }
}

fn foreign_keys(model: &Model, table: &TableModel) -> Vec<ForeignKey> {
    let is_pivot = matches!(table.kind, Kind::Pivot(_));
    let key = |column: usize, key: &ForeignKeyModel, unique: bool, owns: bool| ForeignKey {
        column,
        table: Some(id(key.target)),
        on_delete: action(key.on_delete),
        unique,
        owns,
    };
    let mut found = Vec::new();
    // In a pivot the owned row comes first, wherever its column stands.
    let mut fields: Vec<_> = table.fields.iter().collect();
    if let Kind::Pivot(pivot) = &table.kind {
        let owned = fields.remove(pivot.owned_field);
        fields.insert(0, owned);
    }
    for field in fields {
        match &field.kind {
            FieldKind::ForeignKey(own) => {
                found.extend(
                    field
                        .columns
                        .iter()
                        .map(|&column| key(column, own, own.unique, false)),
                );
            }
            FieldKind::Owner { ty, .. } => {
                for arm in &model[*ty].arms {
                    match &arm.key {
                        Some(own) => found.push(key(arm.column, own, arm.unique, !is_pivot)),
                        None if is_pivot => found.push(ForeignKey::arm(arm.column)),
                        None => {}
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn indexes(table: &TableModel) -> Vec<IndexInfo> {
    let index = |unique: bool| {
        move |set: &ColumnSet| IndexInfo {
            columns: list(set.columns.iter().copied()),
            unique,
            no_case: list(set.no_case.iter().copied()),
        }
    };
    let uniques = table.uniques.iter().map(index(true));
    uniques
        .chain(table.indexes.iter().map(index(false)))
        .collect()
}

fn value_key(table: &TableModel, key: &ValueKeyModel) -> ValueKey {
    let names = key
        .columns
        .iter()
        .map(|&column| table.columns[column].name.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    let made = ValueKey::to(text(&names), key.index, id(key.target), key.target_index);
    let made = ValueKey {
        on_delete: action(key.on_delete),
        ..made
    };
    match &key.root {
        Some(root) => made.nest(root.column, list(root.numbers.iter().copied())),
        None => made,
    }
}

/// The place of a column.
fn place(table: &TableModel, name: &str) -> usize {
    let place = table.columns.iter().position(|column| column.name == name);
    place.expect("memory has the columns of its CHECKs")
}

fn comparison(operator: ComparisonOperator) -> Comparison {
    match operator {
        ComparisonOperator::Less => Comparison::Less,
        ComparisonOperator::LessOrEqual => Comparison::LessOrEqual,
        ComparisonOperator::Equal => Comparison::Equal,
        ComparisonOperator::NotEqual => Comparison::NotEqual,
        ComparisonOperator::GreaterOrEqual => Comparison::GreaterOrEqual,
        ComparisonOperator::Greater => Comparison::Greater,
    }
}

fn check(table: &TableModel, check: &CheckModel) -> Check {
    let operand = |operand: &SchemaOperand| match operand {
        SchemaOperand::Column(name) => Operand::Column(place(table, name)),
        SchemaOperand::Length(name) => Operand::Length(place(table, name)),
        SchemaOperand::Integer(integer) => Operand::Integer(*integer),
        SchemaOperand::Real(real) => Operand::Real(*real),
        SchemaOperand::Text(own) => Operand::Text(text(own)),
    };
    let compared = &check.comparison;
    Check {
        sql: text(&check.sql),
        left: operand(&compared.left),
        comparison: comparison(compared.operator),
        right: operand(&compared.right),
    }
}

fn condition(table: &TableModel, condition: &ConditionModel) -> Condition {
    let columns = condition.expression.columns().into_iter();
    Condition {
        sql: text(&condition.sql),
        columns: list(columns.map(|name| place(table, name))),
        expression: expression(table, &condition.expression),
    }
}

fn expression(table: &TableModel, tree: &SchemaExpression) -> Expression {
    let one = |operand: &SchemaExpression| -> &'static Expression {
        Box::leak(Box::new(expression(table, operand)))
    };
    let all = |operands: &[SchemaExpression]| {
        list(operands.iter().map(|operand| expression(table, operand)))
    };
    match tree {
        SchemaExpression::Column(name) => Expression::Column(place(table, name)),
        SchemaExpression::Null => Expression::Null,
        SchemaExpression::Integer(integer) => Expression::Integer(*integer),
        SchemaExpression::Real(real) => Expression::Real(*real),
        SchemaExpression::Text(own) => Expression::Text(text(own)),
        SchemaExpression::Not(operand) => Expression::Not(one(operand)),
        SchemaExpression::And(operands) => Expression::And(all(operands)),
        SchemaExpression::Or(operands) => Expression::Or(all(operands)),
        SchemaExpression::Compare(left, operator, right) => {
            Expression::Compare(one(left), comparison(*operator), one(right))
        }
        SchemaExpression::Is(left, right) => Expression::Is(one(left), one(right)),
        SchemaExpression::In(operand, items) => Expression::In(one(operand), all(items)),
        SchemaExpression::Like(operand, pattern, escape) => {
            Expression::Like(one(operand), text(pattern), *escape)
        }
        SchemaExpression::Glob(operand, pattern) => Expression::Glob(one(operand), text(pattern)),
        SchemaExpression::Arithmetic(left, operator, right) => {
            let (left, right) = (one(left), one(right));
            match operator {
                Arithmetic::Add => Expression::Add(left, right),
                Arithmetic::Subtract => Expression::Subtract(left, right),
                Arithmetic::Multiply => Expression::Multiply(left, right),
                Arithmetic::Divide => Expression::Divide(left, right),
                Arithmetic::Remainder => Expression::Remainder(left, right),
            }
        }
        SchemaExpression::Abs(operand) => Expression::Abs(one(operand)),
        SchemaExpression::Length(operand) => Expression::Length(one(operand)),
        SchemaExpression::TypeOf(operand) => Expression::TypeOf(one(operand)),
    }
}
