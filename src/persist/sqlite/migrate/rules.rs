//! Rules of a schema that the rows of a file have to satisfy: foreign keys, unique values, CHECKs.

use std::collections::{BTreeMap, BTreeSet};

use crate::persist::sqlite::statements::quoted;

use super::fit::{self, Mapping};
use super::layout::{ForeignKey, Table, Unique};
use super::plan::{Planner, replace};
use super::step::{Change, Safety, Step};

impl Planner<'_> {
    /// CHECKs, UNIQUE constraints and foreign keys.
    pub(super) fn rules(
        &self,
        new: &Table,
        old: &Table,
        mapping: &mut Mapping,
        steps: &mut Vec<Step>,
    ) -> rusqlite::Result<()> {
        let names = self.new_names(new, old);
        let name = |old: &String| names.get(old).unwrap_or(old).clone();
        let keys = old.keys.iter().map(|key| ForeignKey {
            columns: key.columns.iter().map(name).collect(),
            target: self.renamed_table(&key.target),
            named: self.renamed_columns(&key.target, &key.named),
            on_delete: key.on_delete.clone(),
        });
        let keys: BTreeSet<_> = keys.collect();
        for key in new.keys.difference(&keys) {
            steps.push(self.new_key(new, key, &keys, mapping)?);
        }
        let uniques = old.uniques.iter().map(|unique| Unique {
            columns: unique
                .columns
                .iter()
                .map(|(column, collation)| (name(column), collation.clone()))
                .collect(),
            computed: unique.computed.as_deref().map(|text| words(text, &names)),
        });
        let uniques: BTreeSet<_> = uniques.collect();
        for unique in new.uniques.difference(&uniques) {
            steps.push(self.new_unique(new, unique, mapping)?);
        }
        let checks = old.checks.iter();
        let checks: BTreeMap<_, _> = checks
            .map(|(normal, written)| (words(normal, &names), written))
            .collect();
        for (normal, written) in &new.checks {
            if !checks.contains_key(normal) {
                steps.push(self.new_check(new, written, mapping));
            }
        }
        let dropped_keys = keys.difference(&new.keys).map(ToString::to_string);
        let dropped = uniques.difference(&new.uniques).map(ToString::to_string);
        let dropped_checks = checks
            .iter()
            .filter(|(normal, _)| !new.checks.contains_key(*normal))
            .map(|(_, written)| format!("CHECK ({written})"));
        let dropped = dropped_keys.chain(dropped).chain(dropped_checks);
        steps.extend(dropped.map(|rule| Step::new(&new.name, Change::DroppedRule { rule })));
        Ok(())
    }

    fn new_key(
        &self,
        new: &Table,
        key: &ForeignKey,
        before: &BTreeSet<ForeignKey>,
        mapping: &mut Mapping,
    ) -> rusqlite::Result<Step> {
        let rule = key.to_string();
        let [column] = key.columns.as_slice() else {
            return Ok(Step::new(&new.name, Change::NewRule { rule }));
        };
        let step = Step::of_column(&new.name, column, Change::NewRule { rule });
        let same_target = |other: &ForeignKey| {
            other.columns == key.columns && other.target == key.target && other.named == key.named
        };
        let (Some(value), false) = (
            mapping.value(column).map(str::to_owned),
            before.iter().any(same_target),
        ) else {
            return Ok(step);
        };
        if let Some(step) = self.otherwise_named(new, key, before, &step)? {
            return Ok(step);
        }
        let Some(ids) = self.named_values(key) else {
            return Ok(step);
        };
        let is_nullable = new.column(column).is_some_and(|column| column.is_nullable);
        let id = new.id.as_deref().unwrap_or_default();
        let missing = |value: &str| format!("{value} IS NOT NULL AND {value} NOT IN ({ids})");
        let rows = mapping.misfits(self.file, id, &missing(&quoted(column)))?;
        if rows.n == 0 {
            return Ok(step);
        }
        let what = format!("they name no row of {}", key.target);
        if !is_nullable {
            let remedy = format!("{what}; change these rows in a script, or insert what they name");
            return Ok(step.with(Safety::ByHand, rows, remedy));
        }
        replace(mapping, column, &missing(&value), "NULL");
        let remedy = format!("{what}, and become NULL; allow it, or change them in a script");
        Ok(step.with(Safety::Lossy, rows, remedy))
    }

    /// The step of a key that has named rows of the same table by another column, where it would name other rows: a
    /// matter for a person.
    fn otherwise_named(
        &self,
        new: &Table,
        key: &ForeignKey,
        before: &BTreeSet<ForeignKey>,
        step: &Step,
    ) -> rusqlite::Result<Option<Step>> {
        let of_same = |other: &&ForeignKey| {
            other.columns == key.columns && other.target == key.target && other.named != key.named
        };
        let (Some(other), [column]) = (before.iter().find(of_same), key.columns.as_slice()) else {
            return Ok(None);
        };
        let names = (new.name.to_lowercase(), column.to_lowercase());
        let ways = (self.named_by(key), self.named_by(other));
        let (Some(old), Some((table, now)), Some((_, then)), false) = (
            self.source(new),
            ways.0,
            ways.1,
            self.wishes.fills.contains_key(&names),
        ) else {
            return Ok(None);
        };
        let value = new
            .column(column)
            .and_then(|column| self.old_column(new, old, column));
        let Some(value) = value else {
            return Ok(None);
        };
        let value = format!("{}.{}", quoted(&old.name), quoted(&value.name));
        // The row that is named then and now is the same one.
        let from = format!(
            "FROM {own} WHERE {value} IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM {table} AS gamedb_target WHERE gamedb_target.{then} = {value} AND gamedb_target.{now} = {value})",
            own = quoted(&old.name),
            table = quoted(&table),
            then = quoted(&then),
            now = quoted(&now),
        );
        let id = old.id.as_deref().unwrap_or_default();
        let rows = fit::misfits(self.file, &from, id)?;
        let remedy = format!(
            "they name other rows than before, or none; write `-- @fill {} = (SELECT {now} FROM {table} WHERE {then} = \
             {column})` in a script",
            step.name()
        );
        Ok((rows.n > 0).then(|| step.clone().with(Safety::ByHand, rows, remedy)))
    }

    /// The table and the column of the file by which a key of one column names rows; `None` where one of them is not
    /// in the file.
    fn named_by(&self, key: &ForeignKey) -> Option<(String, String)> {
        let new = self.new.get(&key.target)?;
        let old = self.source(new)?;
        let column = match key.named.as_slice() {
            [] => old.id.clone()?,
            [named] => match new.column(named) {
                Some(column) => self.old_column(new, old, column)?.name.clone(),
                None => old.column(named)?.name.clone(),
            },
            _ => return None,
        };
        Some((old.name.clone(), column))
    }

    /// A query of the values that a foreign key of one column can name; `None` if only the copied rows can tell.
    fn named_values(&self, key: &ForeignKey) -> Option<String> {
        let new = self.new.get(&key.target);
        let parent = new.and_then(|new| Some((new, self.source(new)?)));
        let Some((new, old)) = parent else {
            return Some("SELECT NULL WHERE 0".to_owned());
        };
        let column = match key.named.as_slice() {
            [] => old.id.clone(),
            [named] => {
                let column = new.column(named)?;
                let source = self.old_column(new, old, column)?;
                // A value that is converted is another one.
                (source.ty == column.ty).then(|| Some(source.name.clone()))?
            }
            _ => return None,
        };
        Some(match column {
            Some(column) => {
                let column = quoted(&column);
                let table = quoted(&old.name);
                format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL")
            }
            None => "SELECT NULL WHERE 0".to_owned(),
        })
    }

    fn new_unique(
        &self,
        new: &Table,
        unique: &Unique,
        mapping: &Mapping,
    ) -> rusqlite::Result<Step> {
        let rule = unique.to_string();
        let step = Step::new(&new.name, Change::NewRule { rule });
        let are_mapped = unique
            .columns
            .iter()
            .all(|(column, _)| mapping.value(column).is_some());
        // An index with an expression is tried when the rows are copied; so is a column that only gets its DEFAULT.
        if unique.columns.is_empty() || !are_mapped {
            return Ok(step);
        }
        let id = new.id.as_deref().unwrap_or_default();
        let from = fit::duplicates(mapping, &unique.columns, id);
        let rows = fit::misfits(self.file, &from, id)?;
        let remedy = "their values are not unique; change or delete rows in a script".to_owned();
        Ok(step.with(Safety::ByHand, rows, remedy))
    }

    fn new_check(&self, new: &Table, check: &str, mapping: &Mapping) -> Step {
        let rule = format!("CHECK ({check})");
        let step = Step::new(&new.name, Change::NewRule { rule });
        let id = new.id.as_deref().unwrap_or_default();
        // A CHECK over a column that only gets its DEFAULT cannot be asked before the rows are copied, which tells.
        let rows = mapping.misfits(self.file, id, &format!("NOT ({check})"));
        let remedy = "they do not satisfy it; change these rows in a script".to_owned();
        step.with(Safety::ByHand, rows.unwrap_or_default(), remedy)
    }
}

/// A normal form with the new names of columns.
fn words(normal: &str, names: &BTreeMap<String, String>) -> String {
    let words = normal.split(' ');
    let words = words.map(|word| names.get(word).map_or(word, String::as_str));
    words.collect::<Vec<_>>().join(" ")
}
