//! UNIQUE sets and indexes, and which of them the engine has.

use crate::analysis::relations::Unfollowed;
use crate::error::ModelError;
use crate::model::{ColumnSet, FieldKind, OwnerModel, TableModel};
use crate::names::{Ident, Scope};
use crate::schema::{Index, Partial, Table};

/// Collects a table's UNIQUE sets and indexes, without those of a single foreign key or arm, which are
/// marked there.
pub(super) fn sets(
    table: &Table,
    model: &mut TableModel,
    owners: &[OwnerModel],
    warnings: &mut Vec<String>,
) -> Result<(), ModelError> {
    let mut finders = Scope::default();
    let mut seen: Vec<Vec<usize>> = Vec::new();
    for field in &model.fields {
        match &field.kind {
            FieldKind::ForeignKey(_) => {
                finders.ident(std::slice::from_ref(&field.name));
            }
            FieldKind::Owner { ty, .. } => {
                for arm in &owners[ty.0].arms {
                    finders.ident(std::slice::from_ref(&arm.word));
                }
            }
            _ => {}
        }
    }
    let all = table.uniques.iter().map(|index| (index, true));
    let all = all.chain(table.indexes.iter().map(|index| (index, false)));
    // A foreign key that is not followed gets an index, so that the program can look rows up by it.
    let by_hand: Vec<Index> = model.unfollowed.iter().map(by_hand).collect();
    for (index, unique) in all.chain(by_hand.iter().map(|index| (index, false))) {
        let place = |name: &String| model.columns.iter().position(|c| c.name == *name);
        let columns: Vec<usize> = index.columns.iter().filter_map(place).collect();
        // The id is unique and has its own index. Any set that contains it is unique anyway.
        if columns.len() < index.columns.len() && (unique || columns.is_empty()) {
            continue;
        }
        let kind = |at: &usize| &model.fields[model.columns[*at].field].kind;
        let union =
            |at: &&usize| matches!(kind(at), FieldKind::Owner { .. } | FieldKind::Value { .. });
        if let [only] = columns.as_slice()
            && !index.expression
        {
            let marked = match kind(only) {
                FieldKind::ForeignKey(_) => true,
                FieldKind::Owner { ty, .. } => {
                    owners[ty.0].arms.iter().any(|arm| arm.column == *only)
                        || owners[ty.0].always_null.contains(only)
                }
                _ => false,
            };
            if marked {
                continue;
            }
        }
        if let Some(column) = columns.iter().find(union) {
            let column = &model.columns[*column].name;
            if unique {
                return Err(ModelError::Unique {
                    table: table.name.clone(),
                    index: index.name.clone(),
                    why: format!("has column {column:?}, which is part of a union"),
                });
            }
            let why = format!("column {column} is part of a union");
            warnings.push(file_alone(table, &index.name, &why));
            continue;
        }
        if index.expression || index.collation.is_some() {
            warnings.push(file_alone(
                table,
                &index.name,
                "it has an expression or a collation",
            ));
            continue;
        }
        if seen.contains(&columns) {
            continue;
        }
        seen.push(columns.clone());
        let fields: Vec<usize> = columns.iter().map(|at| model.columns[*at].field).collect();
        let stems: Vec<&str> = fields
            .iter()
            .map(|at| model.fields[*at].name.stem())
            .collect();
        let set = ColumnSet {
            name: finders.ident(&[Ident::new(&stems.join("_and_"))]),
            columns,
            fields,
        };
        if unique {
            model.uniques.push(set);
        } else {
            model.indexes.push(set);
        }
    }
    Ok(())
}

/// The index on the columns of a foreign key that is not followed. The engine has it even if the file does
/// not.
fn by_hand(key: &Unfollowed) -> Index {
    Index {
        name: format!("of {}", key.columns.join(", ")),
        columns: key.columns.clone(),
        expression: false,
        collation: None,
        partial: Partial::No,
    }
}

fn file_alone(table: &Table, index: &str, why: &str) -> String {
    format!(
        "table {}: index {index} is kept in the file alone, because {why}",
        table.name
    )
}
