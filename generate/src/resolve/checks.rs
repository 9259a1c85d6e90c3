//! Which CHECKs the engine enforces, and which only the file does.

use super::resolver::Unions;
use crate::model::{CheckModel, ConditionModel, FieldKind, Scalar, TableModel};
use crate::schema::{Check, CheckKind, Column, ColumnKind, Comparison, Expression, Table};

/// Divides the CHECKs of a table into those that memory enforces and those that only the file does. What the types
/// of the fields guarantee is neither. Memory checks neither ids nor pivots.
pub(super) fn divide(checks: &[Check], schema: &Table, table: &mut TableModel, unions: &Unions) {
    for check in checks {
        let sql = || check.text.clone();
        match (&check.kind, &check.expression) {
            (CheckKind::Compare(comparisons), _)
                if table.pivot().is_none()
                    && comparisons
                        .iter()
                        .flat_map(Comparison::columns)
                        .all(|name| table.columns.iter().any(|column| column.name == *name)) =>
            {
                table
                    .checks
                    .extend(comparisons.iter().map(|comparison| CheckModel {
                        sql: sql(),
                        comparison: comparison.clone(),
                    }));
            }
            (kind, _) if kept(kind, table, unions) => {}
            (_, Some(expression))
                if table.pivot().is_none() && is_evaluated(expression, schema, table) =>
            {
                table.conditions.push(ConditionModel {
                    sql: sql(),
                    expression: expression.clone(),
                });
            }
            _ => table.file_checks.push(sql()),
        }
    }
}

/// Whether memory has the values that the expression is about, as the file would have them.
fn is_evaluated(expression: &Expression, schema: &Table, table: &TableModel) -> bool {
    let by_value = expression.columns_by_value();
    let names = expression.columns();
    !names.is_empty()
        && names.iter().all(|name| {
            let Some(column) = table.columns.iter().find(|column| column.name == *name) else {
                return false;
            };
            let declared = schema.column(name).and_then(Column::kind);
            let is_stored_as = match column.scalar {
                Scalar::Bool | Scalar::I64 => ColumnKind::Integer,
                Scalar::F64 => ColumnKind::Real,
                Scalar::Text | Scalar::ShortText => ColumnKind::Text,
                Scalar::Blob => ColumnKind::Blob,
            };
            !by_value.contains(name) || declared == Some(is_stored_as)
        })
}

/// Whether the types of the fields guarantee a CHECK.
fn kept(check: &CheckKind, table: &TableModel, unions: &Unions) -> bool {
    let column = |name: &String| table.columns.iter().find(|c| c.name == *name);
    let kind = |name: &String| column(name).map(|c| &table.fields[c.field].kind);
    match check {
        CheckKind::Texts { column, .. } => matches!(kind(column), Some(FieldKind::Enum { .. })),
        CheckKind::Bool(name) => column(name).is_some_and(|c| c.scalar == Scalar::Bool),
        CheckKind::IsNull(name) => unions
            .owners
            .iter()
            .any(|union| union.columns.contains(name) && !union.allowed.contains(name)),
        CheckKind::ExactlyOne(set) | CheckKind::AtMostOne(set) => {
            let exactly = matches!(check, CheckKind::ExactlyOne(_));
            let owners = unions.owners.iter().any(|union| {
                (union.required || !exactly)
                    && set.iter().all(|name| union.columns.contains(name))
                    && (!exactly || union.allowed.iter().all(|name| set.contains(name)))
            });
            let values = unions.values.iter().any(|union| {
                let of = |variant: &Vec<String>| {
                    set.iter().filter(|name| variant.contains(name)).count()
                };
                let counts: Vec<usize> = union.columns.iter().map(of).collect();
                let all_there = counts.iter().sum::<usize>() == set.len();
                (union.required || !exactly)
                    && all_there
                    && counts.iter().all(|n| *n == 1 || *n == 0 && !exactly)
            });
            owners || values
        }
        CheckKind::AllOrNone(set) => unions.values.iter().any(|union| {
            let mut variants = union.columns.iter();
            variants.any(|variant| set.iter().all(|name| variant.contains(name)))
        }),
        CheckKind::Compare(_) | CheckKind::Other => false,
    }
}
