//! UNIQUE sets and indexes, and which of them the engine has.

use std::collections::HashSet;

use crate::analysis::relations::Unfollowed;
use crate::error::ModelError;
use crate::model::{ColumnSet, EnumModel, FieldKind, OwnerModel, Scalar, TableModel};
use crate::names::{Ident, Scope};
use crate::schema::{Index, Partial, Table};

/// Collects a table's UNIQUE sets and indexes, without those of a single foreign key or arm, which are
/// marked there.
pub(super) fn sets(
    table: &Table,
    model: &mut TableModel,
    (owners, enums): (&[OwnerModel], &[EnumModel]),
    warnings: &mut Vec<String>,
) -> Result<(), ModelError> {
    let mut finders = finders(model, owners);
    let mut seen: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
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
        if !index.expression && is_marked(model, owners, &columns) {
            continue;
        }
        if let Some(why) = file_only(model, index, &columns) {
            match why {
                FileOnly::PartOfUnion(column) if unique => {
                    return Err(ModelError::Unique {
                        table: table.name.clone(),
                        index: index.name.clone(),
                        why: format!("has column {column:?}, which is part of a union"),
                    });
                }
                why => warnings.push(format!(
                    "table {}: index {} is kept in the file alone, because {why}",
                    table.name, index.name
                )),
            }
            continue;
        }
        let no_case = no_case(model, enums, table, index)?;
        // A set that is compared by NOCASE is none of exact texts, and the other way round.
        if seen.contains(&(columns.clone(), no_case.clone())) {
            continue;
        }
        seen.push((columns.clone(), no_case.clone()));
        let fields: Vec<usize> = columns.iter().map(|at| model.columns[*at].field).collect();
        let stems: Vec<&str> = fields
            .iter()
            .map(|at| model.fields[*at].name.stem())
            .collect();
        let set = ColumnSet {
            name: finders.ident(&[Ident::new(&stems.join("_and_"))]),
            columns,
            fields,
            no_case,
        };
        if unique {
            model.uniques.push(set);
        } else {
            model.indexes.push(set);
        }
    }
    Ok(())
}

/// The names of `find_by_*` that foreign keys and arms have taken.
fn finders(model: &TableModel, owners: &[OwnerModel]) -> Scope {
    let mut finders = Scope::default();
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
    finders
}

/// Whether these columns are a single foreign key or arm.
fn is_marked(model: &TableModel, owners: &[OwnerModel], columns: &[usize]) -> bool {
    let [only] = columns else {
        return false;
    };
    match &model.fields[model.columns[*only].field].kind {
        FieldKind::ForeignKey(_) => true,
        FieldKind::Owner { ty, .. } => {
            let owner = &owners[ty.0];
            owner.arms.iter().any(|arm| arm.column == *only) || owner.always_null.contains(only)
        }
        _ => false,
    }
}

/// The columns of an index whose texts memory has to compare by NOCASE, by place. Numbers and blobs have no case.
fn no_case(
    model: &TableModel,
    enums: &[EnumModel],
    table: &Table,
    index: &Index,
) -> Result<Vec<usize>, ModelError> {
    let mut found = Vec::new();
    for name in &index.no_case {
        let Some(at) = model.columns.iter().position(|column| column.name == *name) else {
            continue;
        };
        let why = match &model.fields[model.columns[at].field].kind {
            FieldKind::Scalar {
                ty: Scalar::Text | Scalar::ShortText,
                ..
            } => {
                found.push(at);
                continue;
            }
            FieldKind::Own { .. } => "has a type of the program's own",
            FieldKind::Enum { ty, .. } => {
                let texts = || {
                    enums[ty.0]
                        .variants
                        .iter()
                        .map(|variant| variant.text.to_ascii_lowercase())
                };
                let different: HashSet<String> = texts().collect();
                // Otherwise no two variants are the same, so comparing them exactly is right.
                if different.len() == enums[ty.0].variants.len() {
                    continue;
                }
                "is an enum with variants that NOCASE does not tell apart"
            }
            _ => continue,
        };
        return Err(ModelError::Unique {
            table: table.name.clone(),
            index: index.name.clone(),
            why: format!("compares {name} by NOCASE, and {name} {why}"),
        });
    }
    Ok(found)
}

/// Why the engine does not have an index, but only the file.
enum FileOnly<'m> {
    /// One of its columns, by name, is part of a union.
    PartOfUnion(&'m str),
    Computed,
}

impl std::fmt::Display for FileOnly<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PartOfUnion(column) => write!(f, "column {column} is part of a union"),
            Self::Computed => f.write_str("it has an expression or a collation"),
        }
    }
}

/// Whether the engine cannot have an index, and why.
fn file_only<'m>(model: &'m TableModel, index: &Index, columns: &[usize]) -> Option<FileOnly<'m>> {
    let mut columns = columns.iter().map(|at| &model.columns[*at]);
    let in_union = columns.find(|column| {
        let kind = &model.fields[column.field].kind;
        matches!(kind, FieldKind::Owner { .. } | FieldKind::Value { .. })
    });
    match in_union {
        Some(column) => Some(FileOnly::PartOfUnion(&column.name)),
        None => (index.expression || index.collation.is_some()).then_some(FileOnly::Computed),
    }
}

/// The index on the columns of a foreign key that is not followed. The engine has it even if the file does
/// not.
fn by_hand(key: &Unfollowed) -> Index {
    Index {
        name: format!("of {}", key.columns.join(", ")),
        columns: key.columns.clone(),
        expression: false,
        collation: None,
        no_case: Vec::new(),
        partial: Partial::No,
    }
}
