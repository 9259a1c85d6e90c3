//! The steps of columns: new, renamed, converted, filled and dropped ones.

use crate::persist::sqlite::statements::quoted;

use super::fit::{self, Mapping};
use super::layout::{Column, Table};
use super::plan::Planner;
use super::step::{Change, Misfits, Safety, Step};

impl Planner<'_> {
    pub(super) fn column(
        &self,
        new: &Table,
        old: &Table,
        column: &Column,
        mapping: &mut Mapping,
        steps: &mut Vec<Step>,
    ) -> rusqlite::Result<()> {
        let id = old.id.as_deref().unwrap_or_default();
        let names = (new.name.to_lowercase(), column.name.to_lowercase());
        let is_filled = self.wishes.fills.contains_key(&names);
        let declared = column.declared();
        let of_column = |change| Step::of_column(&new.name, &column.name, change);
        if new.is_id(column) {
            if !column.name.eq_ignore_ascii_case(id) {
                steps.push(self.new_id(new, old, column, id)?);
            }
            return Ok(());
        }
        let Some(found) = self.old_column(new, old, column) else {
            let step = of_column(Change::NewColumn { declared });
            let needs_value = !column.is_nullable
                && column.default.is_none()
                && !is_filled
                && !column.is_generated;
            let mut rows = Misfits::default();
            if needs_value {
                rows = fit::misfits(self.file, &format!("FROM {}", quoted(&old.name)), id)?;
            }
            let remedy = format!(
                "give it a DEFAULT in the schema, or a line `-- @fill {} = <expression>` in a script",
                step.name()
            );
            steps.push(step.with(Safety::ByHand, rows, remedy));
            return Ok(());
        };
        if !found.name.eq_ignore_ascii_case(&column.name) {
            let from = found.name.clone();
            steps.push(of_column(Change::RenamedColumn { from }));
        }
        if found.declared() != declared {
            let from = found.declared();
            let step = of_column(Change::ChangedColumn { from, to: declared });
            steps.push(self.declared_otherwise(step, (new, old), (found, column), mapping)?);
        } else if new.options.contains("STRICT")
            && !old.options.contains("STRICT")
            && !is_filled
            && !column.is_generated
        {
            // A column that is declared as before has held values of any type.
            let (from, to) = (declared.clone(), format!("{declared} of a STRICT table"));
            let step = of_column(Change::ChangedColumn { from, to });
            let step = self.changed_column(step, old, found, column, mapping)?;
            steps.extend(Some(step).filter(|step| step.safety > Safety::Safe));
        }
        Ok(())
    }

    /// The step of a column that is declared otherwise than in the file.
    fn declared_otherwise(
        &self,
        step: Step,
        (new, old): (&Table, &Table),
        (found, column): (&Column, &Column),
        mapping: &mut Mapping,
    ) -> rusqlite::Result<Step> {
        let names = (new.name.to_lowercase(), column.name.to_lowercase());
        // The values that a column is filled with are not converted from its old ones.
        if let Some(fill) = self.wishes.fills.get(&names) {
            return self.filled(step, old, found, fill);
        }
        if !column.is_generated {
            return self.changed_column(step, old, found, column, mapping);
        }
        if found.is_generated {
            return Ok(step);
        }
        let (table, value) = (quoted(&old.name), quoted(&found.name));
        let from = format!("FROM {table} WHERE {value} IS NOT NULL");
        let rows = fit::misfits(self.file, &from, old.id.as_deref().unwrap_or_default())?;
        let remedy = format!(
            "the schema computes it; allow it by the name {}",
            step.name()
        );
        Ok(step.with(Safety::Destructive, rows, remedy))
    }

    /// The step of an id that has another name now. Rows keep their ids, so the values of a column that has had this
    /// name would be lost.
    fn new_id(
        &self,
        new: &Table,
        old: &Table,
        column: &Column,
        id: &str,
    ) -> rusqlite::Result<Step> {
        let from = id.to_owned();
        let step = Step::of_column(&new.name, &column.name, Change::RenamedColumn { from });
        let named = self.named_column(new, old, column);
        let Some(named) = named.filter(|named| !named.name.eq_ignore_ascii_case(id)) else {
            return Ok(step);
        };
        let (table, before, id) = (quoted(&old.name), quoted(&named.name), quoted(id));
        let from = format!("FROM {table} WHERE {before} IS NOT NULL AND {before} IS NOT {id}");
        let rows = fit::misfits(self.file, &from, old.id.as_deref().unwrap_or_default())?;
        let remedy = format!(
            "rows keep their ids, so the values of {before} would be lost; leave {id} the primary key, or give the rows \
             other ids in a script first: `UPDATE {table} SET {id} = {before}`, and the columns that name them"
        );
        Ok(step.with(Safety::ByHand, rows, remedy))
    }

    /// The steps of columns that are declared as before, and filled with other values all the same.
    pub(super) fn filled_columns(
        &self,
        new: &Table,
        old: &Table,
        steps: &mut Vec<Step>,
    ) -> rusqlite::Result<()> {
        for column in &new.columns {
            let names = (new.name.to_lowercase(), column.name.to_lowercase());
            let found = self.old_column(new, old, column);
            let found = found.filter(|found| found.declared() == column.declared());
            if let (Some(found), Some(fill)) = (found, self.wishes.fills.get(&names)) {
                let step = Step::of_column(&new.name, &column.name, Change::FilledColumn);
                steps.push(self.filled(step, old, found, fill)?);
            }
        }
        Ok(())
    }

    /// The step of a column that was there, and gets the values of an expression: not a safe one if rows that had
    /// different values have the same one after it.
    fn filled(
        &self,
        step: Step,
        old: &Table,
        found: &Column,
        fill: &str,
    ) -> rusqlite::Result<Step> {
        let id = old.id.as_deref().unwrap_or_default();
        let from = fit::merged(&old.name, id, &found.name, fill);
        let rows = fit::misfits(self.file, &from, id)?;
        let remedy = "rows with different values get the same one; allow it".to_owned();
        Ok(step.with(Safety::Lossy, rows, remedy))
    }

    fn changed_column(
        &self,
        step: Step,
        old: &Table,
        found: &Column,
        column: &Column,
        mapping: &mut Mapping,
    ) -> rusqlite::Result<Step> {
        let id = old.id.as_deref().unwrap_or_default();
        let from = format!("FROM {}", quoted(&old.name));
        let fill = format!("`-- @fill {} = <expression>` in a script", step.name());
        let Some(conversion) = fit::conversion(found, column, old.options.contains("STRICT"))
        else {
            let from = format!("{from} WHERE {} IS NOT NULL", quoted(&found.name));
            let rows = fit::misfits(self.file, &from, id)?;
            let remedy = format!("no conversion is certain; say which by {fill}");
            return Ok(step.with(Safety::ByHand, rows, remedy));
        };
        let is_null = format!("{} IS NULL", quoted(&found.name));
        let mut conditions = Vec::from_iter(conversion.misfit);
        if !column.is_nullable && found.is_nullable {
            conditions.push(is_null);
        }
        if conditions.is_empty() {
            return Ok(step);
        }
        let condition = conditions.join(" OR ");
        let rows = fit::misfits(self.file, &format!("{from} WHERE {condition}"), id)?;
        if rows.n == 0 {
            return Ok(step);
        }
        let instead = match &column.default {
            Some(default) => format!("({default})"),
            None if column.is_nullable => "NULL".to_owned(),
            None => {
                let remedy = format!("change these rows, or write {fill}");
                return Ok(step.with(Safety::ByHand, rows, remedy));
            }
        };
        replace(mapping, &column.name, &condition, &instead);
        let shown = column.default.as_deref().unwrap_or("NULL");
        let remedy = format!("they become {shown}; allow it, or write {fill}");
        Ok(step.with(Safety::Lossy, rows, remedy))
    }

    pub(super) fn dropped_column(
        &self,
        new: &Table,
        old: &Table,
        column: &Column,
        steps: &mut Vec<Step>,
    ) -> rusqlite::Result<()> {
        // What becomes of a column that has the name of the new id is said by the step of that.
        let is_source = |other: &Column| {
            let found = [
                self.old_column(new, old, other),
                self.named_column(new, old, other),
            ];
            let mut found = found.into_iter().flatten();
            found.any(|found| found.name == column.name)
        };
        if new.columns.iter().any(is_source) {
            return Ok(());
        }
        let mut rows = Misfits::default();
        if !column.is_generated {
            let from = format!(
                "FROM {} WHERE {} IS NOT NULL",
                quoted(&old.name),
                quoted(&column.name)
            );
            rows = fit::misfits(self.file, &from, old.id.as_deref().unwrap_or_default())?;
        }
        let step = Step::of_column(&new.name, &column.name, Change::DroppedColumn);
        let name = step.name();
        let table = new.name.to_lowercase();
        let mut renames = self.renames.columns.iter();
        let declared =
            renames.find(|((of, _), from)| *of == table && from.eq_ignore_ascii_case(&column.name));
        let remedy = match declared {
            None => format!(
                "allow it by the name {name}, or write `-- @renamed from={}` behind the column that it has become",
                column.name
            ),
            Some(((_, other), _)) => format!(
                "allow it by the name {name}; that {other} is renamed from it is not followed, because the file has {other} too"
            ),
        };
        steps.push(step.with(Safety::Destructive, rows, remedy));
        Ok(())
    }
}

/// Gives rows for which a condition holds another value in a column.
pub(super) fn replace(mapping: &mut Mapping, column: &str, condition: &str, instead: &str) {
    let values = mapping.values.iter_mut();
    for (_, value) in values.filter(|(name, _)| name.eq_ignore_ascii_case(column)) {
        *value = format!("CASE WHEN {condition} THEN {instead} ELSE {value} END");
    }
}
