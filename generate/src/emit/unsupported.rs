//! What can be read and resolved, and not be kept by the engine yet.

use crate::model::{FieldKind, Model, TableModel, TableRef};

use super::owner::converts;

/// The most columns that one union has room for.
const MOST_PARTS: usize = 32;

/// A schema that the engine has no words for yet.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsupported {
    /// A union with more columns than flags.
    #[error(
        "table {table:?}: field {field:?} stands in {n_columns} columns; more than {MOST_PARTS} are not supported yet"
    )]
    TooManyParts {
        /// The table.
        table: String,
        /// The union.
        field: String,
        /// How many columns it has.
        n_columns: usize,
    },
    /// An entity with two pivots that say who owns it.
    #[error("table {table:?} is owned through {} pivots ({}); one is supported yet: `[pivots.{}] pivot = false` makes a plain table of the other", pivots.len(), pivots.join(", "), pivots.last().map_or("", String::as_str))]
    OwnedTwice {
        /// The owned table.
        table: String,
        /// The pivots.
        pivots: Vec<String>,
    },
    /// A foreign key to a pivot, whose rows have no keys.
    #[error(
        "column {table}.{column}: its foreign key points to {pivot:?}, a pivot, whose rows have no keys of their own; point to what is owned instead, or `[pivots.{pivot}] pivot = false` makes a plain table of it"
    )]
    KeyToPivot {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The pivot.
        pivot: String,
    },
    /// A UNIQUE owner column that only the file would keep.
    #[error(
        "column {table}.{column}: UNIQUE is not supported yet on an owner column of a pivot, nor on one without a table"
    )]
    UniqueOwner {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Two arms with methods and one table, where the owner's key does not say which arm is meant.
    #[error(
        "pivot {pivot:?}: column {column:?} is one of two for owners of the same table; `[pivots.{pivot}] methods` has to name one of them at most"
    )]
    OneTableTwice {
        /// The pivot.
        pivot: String,
        /// The column.
        column: String,
    },
}

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
