//! Checks what the engine enforces between rows, and SQLite did not: foreign keys, including those by
//! convention, and that every owned row has an owner.
//!
//! A foreign key by convention is a guess by a name, and costs no row: a value that names no row becomes NULL
//! where it may, and stays otherwise.

use rusqlite::{Connection, Row};

use super::dangling_values::{ValueKeyColumns, note_deleted, value_keys};
use super::left_out::LeftOut;
use super::misfits::Misfits;
use super::queries::{count, quoted};
use super::report::{Change, ChangeKind, Misfit, MisfitKind};
use crate::analysis::relations::Found;
use crate::model::{FieldKind, ForeignKeyModel, Model, TableModel, TableRef};

/// A foreign key of the new file.
struct ForeignKeyColumn<'m> {
    table: &'m TableModel,
    column: &'m str,
    target: &'m TableModel,
    nullable: bool,
    is_guess: bool,
    /// For the rows of a pivot: the column with the owned row.
    owned: Option<&'m str>,
}

/// The search for rows that refer to rows which do not exist, and for owned rows without an owner.
pub(super) struct Dangling<'d> {
    pub(super) new: &'d Connection,
    pub(super) model: &'d Model,
    pub(super) null_dangling: bool,
    pub(super) left_out: &'d mut LeftOut,
    pub(super) misfits: &'d mut Misfits,
    pub(super) changes: &'d mut Vec<Change>,
}

impl Dangling<'_> {
    /// Deletes such rows until no more are found. What a guess alone finds fault with stays.
    pub(super) fn remove(&mut self) -> rusqlite::Result<()> {
        let references = references(self.model);
        let value_keys = value_keys(self.model);
        let mut n_null = vec![0; references.len()];
        loop {
            let before = self.misfits.n_all();
            for (reference, n_null) in references.iter().zip(&mut n_null) {
                if reference.is_guess {
                    *n_null += self.set_null(reference)?;
                } else {
                    self.dangling(reference, &value_keys)?;
                }
            }
            self.dangling_values(&value_keys)?;
            for at in 0..self.model.tables.len() {
                self.unowned(TableRef(at), &value_keys)?;
            }
            if self.misfits.n_all() == before {
                // Whatever lies in a row that is not there is gone by now.
                for table in &self.model.tables {
                    self.in_themselves(table, &value_keys)?;
                }
            }
            if self.misfits.n_all() == before {
                break;
            }
        }
        for (reference, n_null) in references.iter().zip(n_null) {
            if reference.is_guess {
                let target = || reference.target.name.clone();
                self.change(
                    reference,
                    n_null,
                    ChangeKind::GuessIsNull { target: target() },
                );
                let sql = format!(
                    "SELECT count(*) FROM {} WHERE {}",
                    quoted(&reference.table.name),
                    reference.condition()
                );
                let n_left = count(self.new, &sql)?;
                self.change(
                    reference,
                    n_left,
                    ChangeKind::GuessStays { target: target() },
                );
            }
        }
        for at in 0..self.model.tables.len() {
            self.unowned_by_guess(TableRef(at))?;
        }
        Ok(())
    }

    fn change(&mut self, reference: &ForeignKeyColumn<'_>, n_values: u64, kind: ChangeKind) {
        if n_values > 0 {
            self.changes.push(Change {
                table: reference.table.name.clone(),
                column: reference.column.to_owned(),
                n_values,
                kind,
            });
        }
    }

    /// Sets the values of a guessed key to NULL where they name no row and a CHECK allows it.
    fn set_null(&self, reference: &ForeignKeyColumn<'_>) -> rusqlite::Result<u64> {
        if !reference.nullable {
            return Ok(0);
        }
        let (table, column) = (quoted(&reference.table.name), quoted(reference.column));
        let condition = reference.condition();
        let sql = format!("UPDATE OR IGNORE {table} SET {column} = NULL WHERE {condition}");
        Ok(self.new.execute(&sql, [])? as u64)
    }

    fn dangling(
        &mut self,
        reference: &ForeignKeyColumn<'_>,
        value_keys: &[ValueKeyColumns<'_>],
    ) -> rusqlite::Result<()> {
        let ForeignKeyColumn { table, target, .. } = reference;
        let names = [&table.name, &table.id_column, &reference.column.to_owned()];
        let [from, id, column] = names.map(|name| quoted(name));
        let owned = reference.owned.map_or("NULL".to_owned(), quoted);
        let condition = reference.condition();
        let is_carried = self.null_dangling && reference.nullable;
        let sql =
            format!("SELECT {id}, {column}, {owned} FROM {from} WHERE {condition} ORDER BY {id}");
        let mut statement = self.new.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut found = false;
        while let Some(row) = rows.next()? {
            let (id, names): (i64, i64) = (row.get(0)?, row.get(1)?);
            found = true;
            let follows = self.left_out.has(&target.name, names);
            if !is_carried {
                self.left_out.add(&table.name, id);
                if let Some(owned) = row.get::<_, Option<i64>>(2)? {
                    self.left_out.add_owned(&table.name, owned);
                }
            }
            let (target, what) = (
                &target.name,
                if follows {
                    "was left out"
                } else {
                    "does not exist"
                },
            );
            self.misfits.push(Misfit {
                table: table.name.clone(),
                id,
                column: reference.column.to_owned(),
                why: format!("refers to row {names} of {target}, which {what}"),
                kind: match follows {
                    true => MisfitKind::Follows {
                        table: target.clone(),
                    },
                    false => MisfitKind::Dangling { names },
                },
                place: None,
                is_carried,
            });
        }
        if found {
            if !is_carried {
                note_deleted(self.new, value_keys, self.left_out, &table.name, &condition)?;
            }
            let change = match is_carried {
                true => format!("UPDATE OR ABORT {from} SET {column} = NULL WHERE {condition}"),
                false => format!("DELETE FROM {from} WHERE {condition}"),
            };
            self.new.execute(&change, [])?;
        }
        Ok(())
    }

    fn unowned(
        &mut self,
        at: TableRef,
        value_keys: &[ValueKeyColumns<'_>],
    ) -> rusqlite::Result<()> {
        let Some(pivot) = Pivot::of(self.model, at).filter(|pivot| !pivot.is_guess) else {
            return Ok(());
        };
        let Pivot { table, owned, .. } = pivot;
        let (from, id, condition) = (
            quoted(&owned.name),
            quoted(&owned.id_column),
            pivot.condition(),
        );
        let sql = format!("SELECT {id} FROM {from} WHERE {condition} ORDER BY {id}");
        let mut statement = self.new.prepare(&sql)?;
        let ids = statement.query_map([], |row: &Row<'_>| row.get::<_, i64>(0))?;
        let before = self.misfits.n_all();
        for id in ids {
            let id = id?;
            let follows = self.left_out.has_owned(&table.name, id);
            self.left_out.add(&owned.name, id);
            self.misfits.push(Misfit {
                table: owned.name.clone(),
                id,
                column: String::new(),
                why: match follows {
                    true => format!("it has no owner: its row of {} was left out", table.name),
                    false => format!("it has no owner: no row of {} refers to it", table.name),
                },
                kind: match follows {
                    true => MisfitKind::Follows {
                        table: table.name.clone(),
                    },
                    false => MisfitKind::Unowned,
                },
                place: None,
                is_carried: false,
            });
        }
        if self.misfits.n_all() > before {
            note_deleted(self.new, value_keys, self.left_out, &owned.name, &condition)?;
            self.new
                .execute(&format!("DELETE FROM {from} WHERE {condition}"), [])?;
        }
        Ok(())
    }

    /// Counts rows without an owner where only names say that a table is a pivot.
    fn unowned_by_guess(&mut self, at: TableRef) -> rusqlite::Result<()> {
        let Some(pivot) = Pivot::of(self.model, at).filter(|pivot| pivot.is_guess) else {
            return Ok(());
        };
        let (from, condition) = (quoted(&pivot.owned.name), pivot.condition());
        let n_values = count(
            self.new,
            &format!("SELECT count(*) FROM {from} WHERE {condition}"),
        )?;
        if n_values > 0 {
            self.changes.push(Change {
                table: pivot.owned.name.clone(),
                column: String::new(),
                n_values,
                kind: ChangeKind::NoOwner {
                    pivot: pivot.table.name.clone(),
                },
            });
        }
        Ok(())
    }
}

/// A pivot, and what it is a pivot of.
struct Pivot<'m> {
    table: &'m TableModel,
    owned: &'m TableModel,
    column: &'m str,
    is_guess: bool,
}

impl<'m> Pivot<'m> {
    fn of(model: &'m Model, at: TableRef) -> Option<Self> {
        let table = &model[at];
        let pivot = table.pivot()?;
        let field = table.fields.get(pivot.owned_field)?;
        let found = match &field.kind {
            FieldKind::ForeignKey(key) => key.found,
            _ => Found::Declared,
        };
        Some(Self {
            table,
            owned: &model[pivot.owned],
            column: &table.columns[*field.columns.first()?].name,
            is_guess: found == Found::Convention,
        })
    }

    /// The owned rows without a row of the pivot.
    fn condition(&self) -> String {
        let names = [&self.table.name, &self.owned.name, &self.owned.id_column];
        let [through, owned, id] = names.map(|name| quoted(name));
        let column = quoted(self.column);
        format!(
            "NOT EXISTS (SELECT 1 FROM {through} AS through WHERE through.{column} = {owned}.{id})"
        )
    }
}

/// The column of a pivot that names the owned row.
pub(super) fn owned_column(model: &Model, table: &str) -> Option<String> {
    let at = model.tables.iter().position(|known| known.name == table)?;
    Some(Pivot::of(model, TableRef(at))?.column.to_owned())
}

impl ForeignKeyColumn<'_> {
    /// The rows whose values name no row.
    fn condition(&self) -> String {
        let names = [&self.table.name, &self.target.name, &self.target.id_column];
        let [table, target, target_id] = names.map(|name| quoted(name));
        let column = quoted(self.column);
        format!(
            "{column} IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM {target} AS target WHERE target.{target_id} = {table}.{column})"
        )
    }
}

fn references(model: &Model) -> Vec<ForeignKeyColumn<'_>> {
    let mut references = Vec::new();
    for (at, table) in model.tables.iter().enumerate() {
        let owned = Pivot::of(model, TableRef(at)).map(|pivot| pivot.column);
        let mut push = |column: usize, key: &ForeignKeyModel, nullable: bool| {
            references.push(ForeignKeyColumn {
                table,
                column: &table.columns[column].name,
                target: &model[key.target],
                nullable,
                is_guess: key.found == Found::Convention,
                owned,
            });
        };
        for field in &table.fields {
            match &field.kind {
                FieldKind::ForeignKey(key) => {
                    for &column in &field.columns {
                        push(column, key, key.nullable);
                    }
                }
                FieldKind::Owner { ty, required } => {
                    for arm in &model[*ty].arms {
                        if let Some(key) = &arm.key {
                            push(arm.column, key, !required);
                        }
                    }
                }
                FieldKind::Scalar { .. }
                | FieldKind::Own { .. }
                | FieldKind::Enum { .. }
                | FieldKind::Value { .. } => {}
            }
        }
    }
    references
}
