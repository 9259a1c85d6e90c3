//! What can be read and resolved, and not be kept by the engine yet.

use crate::model::{FieldKind, Model, TableModel, TableRef};

use super::owner::converts;
use crate::error::{MOST_PARTS, Unsupported};

/// Refuses a model that cannot be written down.
pub(crate) fn check(model: &Model) -> Result<(), Unsupported> {
    model
        .tables
        .iter()
        .try_for_each(|table| check_table(model, table))
}

fn check_table(model: &Model, table: &TableModel) -> Result<(), Unsupported> {
    let name = || table.name.clone();
    if table.owned_through.len() > 1 {
        let pivots = table
            .owned_through
            .iter()
            .map(|pivot| model[*pivot].name.clone())
            .collect();
        return Err(Unsupported::OwnedTwice {
            table: name(),
            pivots,
        });
    }
    let to_pivot = |column: usize, target: TableRef| match model[target].pivot() {
        None => Ok(()),
        Some(_) => Err(Unsupported::KeyToPivot {
            table: name(),
            column: table.columns[column].name.clone(),
            pivot: model[target].name.clone(),
        }),
    };
    for field in &table.fields {
        let n_columns = field.columns.len();
        if n_columns > MOST_PARTS {
            return Err(Unsupported::TooManyParts {
                table: name(),
                field: field.name.to_string(),
                n_columns,
            });
        }
        match &field.kind {
            FieldKind::ForeignKey(key) => field
                .columns
                .iter()
                .try_for_each(|column| to_pivot(*column, key.target))?,
            FieldKind::Owner { ty, .. } => {
                for arm in &model[*ty].arms {
                    let target = arm.key.as_ref().map(|key| key.target);
                    if arm.unique && (target.is_none() || table.pivot().is_some()) {
                        let column = table.columns[arm.column].name.clone();
                        return Err(Unsupported::UniqueOwner {
                            table: name(),
                            column,
                        });
                    }
                    target.map_or(Ok(()), |target| to_pivot(arm.column, target))?;
                }
            }
            _ => {}
        }
    }
    let Some(pivot) = table.pivot() else {
        return Ok(());
    };
    let owner = &model[pivot.owner];
    match owner
        .arms
        .iter()
        .find(|arm| arm.methods && !converts(model, owner, arm))
    {
        None => Ok(()),
        Some(arm) => Err(Unsupported::OneTableTwice {
            pivot: name(),
            column: table.columns[arm.column].name.clone(),
        }),
    }
}
