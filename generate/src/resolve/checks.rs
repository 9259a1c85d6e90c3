//! Which CHECKs the engine enforces, and which only the file does.

use super::resolver::Unions;
use crate::model::{CheckModel, FieldKind, Scalar, TableModel};
use crate::schema::{Check, CheckKind, Comparison};

/// The CHECKs that the engine enforces, and the others. The engine checks neither ids nor pivots.
pub(super) fn checks<'c>(
    checks: &'c [Check],
    table: &TableModel,
) -> (Vec<CheckModel>, Vec<&'c Check>) {
    let (mut kept, mut rest) = (Vec::new(), Vec::new());
    for check in checks {
        match &check.kind {
            CheckKind::Compare(comparisons)
                if table.pivot().is_none()
                    && comparisons
                        .iter()
                        .flat_map(Comparison::columns)
                        .all(|name| table.columns.iter().any(|column| column.name == *name)) =>
            {
                kept.extend(comparisons.iter().map(|comparison| CheckModel {
                    sql: check.text.clone(),
                    comparison: comparison.clone(),
                }));
            }
            _ => rest.push(check),
        }
    }
    (kept, rest)
}

/// Whether the types of the fields guarantee a CHECK.
pub(super) fn kept(check: &CheckKind, table: &TableModel, unions: &Unions) -> bool {
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
