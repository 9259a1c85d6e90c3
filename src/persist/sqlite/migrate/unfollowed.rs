//! Renames that the schema declares and that are not followed. Each is a matter for a person: what the old name has
//! in the file would be left behind, and once both names are there, nothing tells any more what was meant.

use crate::persist::sqlite::statements::quoted;

use super::fit;
use super::layout::{Column, Table};
use super::plan::Planner;
use super::step::{Change, Misfits, Safety, Step};

/// A comment that is about a rename, and what is wrong with it.
struct Unfollowed<'s> {
    table: &'s str,
    column: Option<&'s str>,
    from: &'s str,
    why: String,
    rows: Misfits,
    remedy: String,
    /// What is left over in the file and may be meant. If all of it is dropped by consent, it was not.
    left: Vec<String>,
}

impl Unfollowed<'_> {
    fn step(self) -> Step {
        let Self {
            table,
            column,
            from,
            why,
            rows,
            remedy,
            left,
        } = self;
        let from = from.to_owned();
        let change = Change::RenameNotFollowed { from, why };
        let mut step = match column {
            Some(column) => Step::of_column(table, column, change),
            None => Step::new(table, change),
        };
        step.safety = Safety::ByHand;
        step.rows = rows;
        step.remedy = Some(remedy);
        step.answered_by = left;
        step
    }
}

/// What to do about an old name that something else has in the schema.
fn one_at_a_time(from: &str) -> String {
    format!(
        "remove the comment if that is done; otherwise migrate first to a schema in which nothing else is called, or \
         was called, {from}"
    )
}

/// Whether names are exchanged: `x` is renamed from `y` and `y` from `x`, or through others. Whether that is done, the file
/// does not tell: it looks the same before and after it.
fn is_ring<'n>(name: &str, from: &'n str, old_name: impl Fn(&str) -> Option<&'n str>) -> bool {
    let mut seen = Vec::new();
    let mut next = Some(from);
    while let Some(old) = next.filter(|old| !seen.contains(old)) {
        if old == name {
            return true;
        }
        seen.push(old);
        next = old_name(old);
    }
    false
}

impl Planner<'_> {
    /// The steps of renames that are not followed.
    pub(super) fn unfollowed_renames(&self, steps: &mut Vec<Step>) -> rusqlite::Result<()> {
        for (written, why) in &self.renames.lost {
            let unfollowed = Unfollowed {
                table: "schema",
                column: None,
                from: written,
                why: why.why().to_owned(),
                rows: Misfits::default(),
                remedy: why.remedy().to_owned(),
                left: Vec::new(),
            };
            steps.push(unfollowed.step());
        }
        for (name, from) in &self.renames.tables {
            steps.extend(self.unfollowed_table(name, from)?.map(Unfollowed::step));
        }
        for ((table, name), from) in &self.renames.columns {
            steps.extend(
                self.unfollowed_column(table, name, from)?
                    .map(Unfollowed::step),
            );
        }
        Ok(())
    }

    fn unfollowed_table<'s>(
        &'s self,
        name: &'s str,
        from: &'s str,
    ) -> rusqlite::Result<Option<Unfollowed<'s>>> {
        let unfollowed = |why: String, rows: Misfits, remedy: String| Unfollowed {
            table: self.new.get(name).map_or(name, |table| &table.name),
            column: None,
            from,
            why,
            rows,
            remedy,
            left: Vec::new(),
        };
        let Some(new) = self.new.get(name) else {
            let (why, remedy) = ("the schema has no such table", "write it at a declaration");
            return Ok(Some(unfollowed(
                why.into(),
                Misfits::default(),
                remedy.into(),
            )));
        };
        if name == from {
            return Ok(None);
        }
        let mut others = self.renames.tables.iter();
        let other = others.find(|(other, old)| *other != name && *old == from);
        let there = self.old.get(from);
        let has_name = self.old.contains_key(name);
        let old_name = |name: &str| self.renames.tables.get(name).map(String::as_str);
        // Where the file has the new name already, the rename is done.
        let is_open = there.is_some() && !has_name || is_ring(name, from, old_name);
        let why = if is_open && self.new.contains_key(from) {
            format!("the schema has a table {from} too")
        } else if let (true, Some((other, _))) = (is_open, other) {
            format!("{other} is renamed from it too")
        } else if there.is_some() && has_name && !self.new.contains_key(from) {
            let rows = self.rows_of(there)?;
            let why = format!("the file has both tables, and {name} stays what it is");
            let remedy = "remove the comment, and say with a script what becomes of these rows; or drop one of the two tables there".to_owned();
            return Ok(Some(unfollowed(why, rows, remedy)));
        } else if there.is_none() && self.source(new).is_none() {
            let unknown = self.unknown_table(new, from)?;
            return Ok(unknown.map(|(rows, remedy, left)| Unfollowed {
                left,
                ..unfollowed(format!("the file has no table {from}"), rows, remedy)
            }));
        } else {
            return Ok(None);
        };
        Ok(Some(unfollowed(
            why,
            self.rows_of(there)?,
            one_at_a_time(from),
        )))
    }

    /// The tables of the file that a misspelt old name may be that of: those which become no table of the schema, have
    /// rows, and share half of their columns with the new table.
    fn unknown_table(
        &self,
        new: &Table,
        from: &str,
    ) -> rusqlite::Result<Option<(Misfits, String, Vec<String>)>> {
        let is_used = |old: &&Table| {
            let mut new = self.new.values();
            new.any(|new| {
                self.source(new)
                    .is_some_and(|source| source.name == old.name)
            })
        };
        let is_alike = |old: &&Table| {
            let columns = || new.columns.iter().filter(|column| !new.is_id(column));
            let there = columns().filter(|column| self.named_column(new, old, column).is_some());
            2 * there.count() >= columns().count().max(1)
        };
        let left = self
            .old
            .values()
            .filter(|old| !is_used(old) && is_alike(old));
        let (mut rows, mut names) = (Misfits::default(), Vec::new());
        for table in left {
            let of_table = self.rows_of(Some(table))?;
            if of_table.n == 0 {
                continue;
            }
            rows.n += of_table.n;
            // The ids of several tables beside each other would tell nothing.
            rows.first = if names.is_empty() {
                of_table.first
            } else {
                Vec::new()
            };
            names.push(table.name.clone());
        }
        if names.is_empty() {
            return Ok(None);
        }
        let remedy = format!(
            "these are the rows of {}; correct the old name {from}, or let a script rename the table (`ALTER TABLE .. RENAME TO ..`) \
             or what is left over be dropped by name, if the new table is another one",
            names.join(", ")
        );
        Ok(Some((rows, remedy, names)))
    }

    fn rows_of(&self, table: Option<&Table>) -> rusqlite::Result<Misfits> {
        let Some(table) = table else {
            return Ok(Misfits::default());
        };
        let from = format!("FROM {}", quoted(&table.name));
        fit::rows(self.file, &from, table.id.as_deref())
    }

    fn unfollowed_column<'s>(
        &'s self,
        table: &'s str,
        name: &'s str,
        from: &'s str,
    ) -> rusqlite::Result<Option<Unfollowed<'s>>> {
        let new = self.new.get(table);
        let found = new.and_then(|new| Some((new, new.column(name)?)));
        let unfollowed = |why: String, rows: Misfits, remedy: String| Unfollowed {
            table: new.map_or(table, |new| &new.name),
            column: Some(found.map_or(name, |(_, column)| &column.name)),
            from,
            why,
            rows,
            remedy,
            left: Vec::new(),
        };
        let Some((new, column)) = found else {
            let (why, remedy) = (
                "the schema has no such column",
                "write it at the declaration of a column",
            );
            return Ok(Some(unfollowed(
                why.into(),
                Misfits::default(),
                remedy.into(),
            )));
        };
        if name == from {
            return Ok(None);
        }
        let old = self.source(new);
        let there = old.and_then(|old| Some((old, old.column(from)?)));
        let mut others = self.renames.columns.iter();
        let other = others.find(|((of, other), old)| of == table && other != name && *old == from);
        let has_name = old.is_some_and(|old| old.column(name).is_some());
        let old_name = |name: &str| {
            let names = (table.to_owned(), name.to_owned());
            self.renames.columns.get(&names).map(String::as_str)
        };
        let is_open =
            old.is_some() && (there.is_some() && !has_name || is_ring(name, from, old_name));
        let why = if is_open && new.column(from).is_some() {
            format!("the table has a column {from} too")
        } else if let (true, Some(((_, other), _))) = (is_open, other) {
            format!("{other} is renamed from it too")
        } else if new.is_id(column) {
            // Rows keep their ids, and the step of the id says what that costs.
            return Ok(None);
        } else if let Some(old) = old.filter(|old| there.is_none() && old.column(name).is_none()) {
            let wished = (table.to_owned(), name.to_owned());
            if self.wishes.fills.contains_key(&wished) {
                return Ok(None);
            }
            let unknown = self.unknown_column(new, old, from)?;
            return Ok(unknown.map(|(rows, remedy, left)| Unfollowed {
                left,
                ..unfollowed(format!("the file has no column {from}"), rows, remedy)
            }));
        } else {
            return Ok(None);
        };
        Ok(Some(unfollowed(
            why,
            self.values_of(there)?,
            one_at_a_time(from),
        )))
    }

    /// The same for a column: those which become no column of the schema, and have values.
    fn unknown_column(
        &self,
        new: &Table,
        old: &Table,
        from: &str,
    ) -> rusqlite::Result<Option<(Misfits, String, Vec<String>)>> {
        let is_used = |column: &&Column| {
            let mut new_columns = new.columns.iter();
            new_columns.any(|other| {
                let found = self.old_column(new, old, other);
                found.is_some_and(|found| found.name == column.name)
            })
        };
        let (mut rows, mut names) = (Misfits::default(), Vec::new());
        for column in old.columns.iter().filter(|column| !is_used(column)) {
            let values = self.values_of(Some((old, column)))?;
            if values.n > 0 {
                rows = if names.is_empty() {
                    values
                } else {
                    Misfits::default()
                };
                names.push(column.name.as_str());
            }
        }
        if names.is_empty() {
            return Ok(None);
        }
        let remedy = format!(
            "the values of {} are left over: correct the old name {from}, write `-- @fill` in a script, or let them be dropped \
             by name, if the column is a new one",
            names.join(", ")
        );
        let left = names.iter().map(|column| format!("{}.{column}", new.name));
        Ok(Some((rows, remedy, left.collect())))
    }

    /// The rows that have a value in a column of the file.
    fn values_of(&self, column: Option<(&Table, &Column)>) -> rusqlite::Result<Misfits> {
        let Some((table, column)) = column else {
            return Ok(Misfits::default());
        };
        let (table_name, column) = (quoted(&table.name), quoted(&column.name));
        let from = format!("FROM {table_name} WHERE {column} IS NOT NULL");
        fit::rows(self.file, &from, table.id.as_deref())
    }
}
