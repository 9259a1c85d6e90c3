//! Checks what the engine enforces between rows, and SQLite did not: foreign keys, including those by
//! convention, and that every owned row has an owner.

use rusqlite::{Connection, Row};

use crate::model::{FieldKind, Model, TableRef};

use super::queries::quoted;
use super::report::Misfit;

/// A foreign key of the new file.
struct ForeignKeyColumn<'m> {
    table: &'m str,
    id: &'m str,
    column: &'m str,
    target: &'m str,
    target_id: &'m str,
    nullable: bool,
}

/// Deletes rows that refer to rows which do not exist, and owned rows without an owner, until no more are
/// found.
pub(super) fn remove_dangling(
    new: &Connection,
    model: &Model,
    null_dangling: bool,
) -> rusqlite::Result<Vec<Misfit>> {
    let references = references(model);
    let mut misfits = Vec::new();
    loop {
        let before = misfits.len();
        for reference in &references {
            misfits.extend(dangling(new, reference, null_dangling)?);
        }
        for at in 0..model.tables.len() {
            misfits.extend(unowned(new, model, TableRef(at))?);
        }
        if misfits.len() == before {
            return Ok(misfits);
        }
    }
}

fn references(model: &Model) -> Vec<ForeignKeyColumn<'_>> {
    let mut references = Vec::new();
    for table in &model.tables {
        let mut push = |column: usize, target: TableRef, nullable: bool| {
            references.push(ForeignKeyColumn {
                table: &table.name,
                id: &table.id_column,
                column: &table.columns[column].name,
                target: &model[target].name,
                target_id: &model[target].id_column,
                nullable,
            });
        };
        for field in &table.fields {
            match &field.kind {
                FieldKind::ForeignKey(key) => {
                    for &column in &field.columns {
                        push(column, key.target, key.nullable);
                    }
                }
                FieldKind::Owner { ty, required } => {
                    for arm in &model[*ty].arms {
                        if let Some(key) = &arm.key {
                            push(arm.column, key.target, !required);
                        }
                    }
                }
                FieldKind::Scalar { .. } | FieldKind::Enum { .. } | FieldKind::Value { .. } => {}
            }
        }
    }
    references
}

fn dangling(
    new: &Connection,
    reference: &ForeignKeyColumn<'_>,
    null_dangling: bool,
) -> rusqlite::Result<Vec<Misfit>> {
    let [table, id, column] = [reference.table, reference.id, reference.column].map(quoted);
    let [target, target_id] = [reference.target, reference.target_id].map(quoted);
    let condition = format!(
        "{column} IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM {target} AS target WHERE target.{target_id} = {table}.{column})"
    );
    let is_carried = null_dangling && reference.nullable;
    let misfit = |row: &Row<'_>| {
        let names: i64 = row.get(1)?;
        Ok(Misfit {
            table: reference.table.to_owned(),
            id: row.get(0)?,
            column: reference.column.to_owned(),
            why: format!(
                "refers to row {names} of {}, which does not exist",
                reference.target
            ),
            is_carried,
        })
    };
    let sql = format!("SELECT {id}, {column} FROM {table} WHERE {condition} ORDER BY {id}");
    let misfits: Vec<Misfit> = new
        .prepare(&sql)?
        .query_map([], misfit)?
        .collect::<Result<_, _>>()?;
    if !misfits.is_empty() {
        let change = if is_carried {
            format!("UPDATE {table} SET {column} = NULL WHERE {condition}")
        } else {
            format!("DELETE FROM {table} WHERE {condition}")
        };
        new.execute(&change, [])?;
    }
    Ok(misfits)
}

fn unowned(new: &Connection, model: &Model, at: TableRef) -> rusqlite::Result<Vec<Misfit>> {
    let Some(pivot) = model[at].pivot() else {
        return Ok(Vec::new());
    };
    let owned = &model[pivot.owned];
    let fields = &model[at].fields;
    let Some(&column) = fields
        .get(pivot.owned_field)
        .and_then(|field| field.columns.first())
    else {
        return Ok(Vec::new());
    };
    let [table, id] = [&owned.name, &owned.id_column].map(|name| quoted(name));
    let [through, column] =
        [&model[at].name, &model[at].columns[column].name].map(|name| quoted(name));
    let condition = format!(
        "NOT EXISTS (SELECT 1 FROM {through} AS through WHERE through.{column} = {table}.{id})"
    );
    let misfit = |row: &Row<'_>| {
        Ok(Misfit {
            table: owned.name.clone(),
            id: row.get(0)?,
            column: String::new(),
            why: format!("it has no owner: no row of {} refers to it", model[at].name),
            is_carried: false,
        })
    };
    let sql = format!("SELECT {id} FROM {table} WHERE {condition} ORDER BY {id}");
    let misfits: Vec<Misfit> = new
        .prepare(&sql)?
        .query_map([], misfit)?
        .collect::<Result<_, _>>()?;
    if !misfits.is_empty() {
        new.execute(&format!("DELETE FROM {table} WHERE {condition}"), [])?;
    }
    Ok(misfits)
}
