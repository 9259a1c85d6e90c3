//! Foreign keys: what the values of a column name, in the file and in the schema.

use std::collections::BTreeSet;

use crate::persist::sqlite::statements::quoted;

use super::columns::replace;
use super::fit::{self, Mapping};
use super::layout::{ForeignKey, Table};
use super::plan::Planner;
use super::step::{Change, Safety, Step};

/// A foreign key in the file: whose rows it names, and by which columns.
struct Named {
    table: String,
    columns: Vec<String>,
}

impl Planner<'_> {
    /// The step of a key that the table does not have in the file. `before` are its keys there, with the new names.
    pub(super) fn new_key(
        &self,
        new: &Table,
        key: &ForeignKey,
        before: &BTreeSet<ForeignKey>,
        mapping: &mut Mapping,
    ) -> rusqlite::Result<Step> {
        let rule = key.to_string();
        let change = Change::NewRule { rule };
        let step = match key.columns.as_slice() {
            [column] => Step::of_column(&new.name, column, change),
            _ => Step::new(&new.name, change),
        };
        let same_target = |other: &ForeignKey| {
            other.columns == key.columns && other.target == key.target && other.named == key.named
        };
        let are_mapped = key
            .columns
            .iter()
            .all(|column| mapping.value(column).is_some());
        if !are_mapped || before.iter().any(same_target) {
            return Ok(step);
        }
        if let Some(step) = self.otherwise_named(new, key, before, &step)? {
            return Ok(step);
        }
        let [column] = key.columns.as_slice() else {
            return Ok(step);
        };
        let (Some(value), Some(ids)) = (
            mapping.value(column).map(str::to_owned),
            self.named_values(key),
        ) else {
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

    /// The step of a key that has named rows of another table, or of the same one by other columns, where it would
    /// name other rows: a matter for a person.
    fn otherwise_named(
        &self,
        new: &Table,
        key: &ForeignKey,
        before: &BTreeSet<ForeignKey>,
        step: &Step,
    ) -> rusqlite::Result<Option<Step>> {
        // A key that stays goes on saying what the values name.
        let stays = |other: &ForeignKey| {
            let mut keys = new.keys.iter();
            keys.any(|key| {
                key.columns == other.columns
                    && key.target == other.target
                    && key.named == other.named
            })
        };
        let of_these = |other: &&ForeignKey| other.columns == key.columns && !stays(other);
        let is_filled = |column: &String| {
            let names = (new.name.to_lowercase(), column.clone());
            self.wishes.fills.contains_key(&names)
        };
        let mut others = before.iter().filter(of_these);
        let (Some(other), Some(old), false) = (
            others.next(),
            self.source(new),
            key.columns.iter().all(is_filled),
        ) else {
            return Ok(None);
        };
        let Some(values) = self.values_of_key(new, old, key) else {
            // Those that are not filled are new, and name nothing yet.
            return Ok(None);
        };
        let are_there: Vec<_> = values
            .iter()
            .map(|value| format!("{value} IS NOT NULL"))
            .collect();
        let mut from = format!(
            "FROM {} WHERE {}",
            quoted(&old.name),
            are_there.join(" AND ")
        );
        let is_same_table = other.target == key.target;
        let (then, now) = (self.named_by(other), self.named_by(key));
        let ways = then.zip(now).filter(|_| is_same_table);
        if let Some((then, now)) = &ways {
            // The row that is named then and now is the same one.
            from += &format!(
                " AND NOT EXISTS (SELECT 1 FROM {} AS gamedb_target WHERE {} AND {})",
                quoted(&then.table),
                then.matches(&values),
                now.matches(&values)
            );
        }
        let id = old.id.as_deref().unwrap_or_default();
        let rows = fit::misfits(self.file, &from, id)?;
        let what = if is_same_table {
            "they name other rows than before, or none".to_owned()
        } else {
            format!(
                "they name rows of {}, and would name those of {} that have the same values",
                other.target, key.target
            )
        };
        let fills = fills(&new.name, key, &ways, &values);
        let remedy = format!("{what}; write {fills} in a script");
        Ok((rows.n > 0).then(|| step.clone().with(Safety::ByHand, rows, remedy)))
    }

    /// The columns of the file that a key's columns are; `None` where one of them is new.
    fn values_of_key(&self, new: &Table, old: &Table, key: &ForeignKey) -> Option<Vec<String>> {
        let values = key.columns.iter().map(|column| {
            let found = self.old_column(new, old, new.column(column)?)?;
            Some(format!("{}.{}", quoted(&old.name), quoted(&found.name)))
        });
        values.collect()
    }

    /// By which columns of the file a key names rows; `None` where one of them is not in the file.
    fn named_by(&self, key: &ForeignKey) -> Option<Named> {
        let new = self.new.get(&key.target)?;
        let old = self.source(new)?;
        let columns = if key.named.is_empty() {
            vec![old.id.clone()?]
        } else {
            let named = key.named.iter().map(|named| match new.column(named) {
                Some(column) => Some(self.old_column(new, old, column)?.name.clone()),
                None => Some(old.column(named)?.name.clone()),
            });
            named.collect::<Option<_>>()?
        };
        let table = old.name.clone();
        Some(Named { table, columns })
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
}

impl Named {
    /// The condition that a row of the table is the one which these values name.
    fn matches(&self, values: &[String]) -> String {
        let pairs = self.columns.iter().zip(values);
        let parts =
            pairs.map(|(column, value)| format!("gamedb_target.{} = {value}", quoted(column)));
        parts.collect::<Vec<_>>().join(" AND ")
    }
}

/// The lines of a script that have a key name the rows that it has named. `ways` are by which columns it did, and
/// does. All names are those of the file, and with their tables: the two tables may have columns of the same name.
fn fills(
    table: &str,
    key: &ForeignKey,
    ways: &Option<(Named, Named)>,
    values: &[String],
) -> String {
    let lines = key.columns.iter().enumerate().map(|(at, column)| {
        let found = ways.as_ref().and_then(|(then, now)| {
            Some(format!(
                "(SELECT gamedb_target.{} FROM {} AS gamedb_target WHERE {})",
                quoted(now.columns.get(at)?),
                quoted(&then.table),
                then.matches(values)
            ))
        });
        let value = found.unwrap_or_else(|| "<expression>".to_owned());
        format!("`-- @fill {table}.{column} = {value}`")
    });
    lines.collect::<Vec<_>>().join(" and ")
}
