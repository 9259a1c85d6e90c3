//! The statements of a dump that are not rows, as a text of their own: of a dump of any size its schema can be read.

use std::collections::HashSet;
use std::path::Path;

use super::catalog::Catalog;
use super::file::TextFile;
use super::{CHUNK, Dump, Event, Place, Target};
use crate::error::TextError;
use crate::input::cell::Cell;
use crate::input::rows;
use crate::input::split::Statement;
use crate::sql::Dialect;
use crate::sql::cursor;

/// The statements of a dump that are not rows.
#[derive(Debug, Default)]
pub(crate) struct Structure {
    pub(crate) text: String,
    /// For each statement the line of the text that it starts on, and its line in the dump.
    lines: Vec<(u64, u64)>,
    n_lines: u64,
    /// How many statements with rows are not in it.
    pub(crate) n_passed: usize,
}

impl Structure {
    /// Reads a dump.
    ///
    /// # Errors
    /// [`TextError`].
    pub(crate) fn read(path: &Path, dialect: Dialect) -> Result<Self, TextError> {
        let file = TextFile::open(path).map_err(TextError::Io)?;
        let mut dump = Dump::new(file.reader, dialect, CHUNK);
        let mut found = Self::default();
        let mut catalog = match dialect {
            // What rows say of a schema of SQLite is not asked for.
            Dialect::MySql => Catalog::of(dialect).ok(),
            _ => None,
        };
        let mut shown = HashSet::new();
        while let Some(event) = dump.next()? {
            match event {
                Event::Statement(statement, place) | Event::LastStatement(statement, place) => {
                    found.push(&statement, place, dialect);
                    if let Some(catalog) = &mut catalog {
                        catalog.statement(&statement);
                    }
                }
                Event::Rows(target, _, place) => {
                    found.n_passed += 1;
                    let open = catalog.as_ref().map(|catalog| open(catalog, &target));
                    let open = open.unwrap_or_default();
                    let is_new =
                        |column: &(usize, String)| !shown.contains(&(target.clone(), column.0));
                    let open: Vec<_> = open.into_iter().filter(is_new).collect();
                    if open.is_empty() {
                        while dump.skip_row()? {}
                    } else {
                        let others = others(&mut dump, &open)?;
                        for (at, column, number) in others {
                            found.example(&target, &column, number, place);
                            shown.insert((target.clone(), at));
                        }
                    }
                }
                Event::Row(..) | Event::End(_) => {}
            }
        }
        Ok(found)
    }

    fn push(&mut self, statement: &Statement<'_>, place: Place, dialect: Dialect) {
        let text = statement.text.trim_end();
        // A routine has statements of its own.
        let (before, after) = match dialect == Dialect::MySql && text.contains(';') {
            true => ("DELIMITER $$gamedb$$\n", "$$gamedb$$\nDELIMITER ;\n"),
            false => ("", ";\n"),
        };
        self.add(&[before, text, after], place.line);
    }

    /// Adds an INSERT of one value that a row has.
    fn example(&mut self, target: &Target, column: &str, number: i64, place: Place) {
        let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
        let schema = target
            .schema
            .as_deref()
            .map(|schema| format!("{}.", quoted(schema)));
        let (schema, table) = (schema.unwrap_or_default(), quoted(&target.table));
        let column = quoted(column);
        let text = format!("INSERT INTO {schema}{table} ({column}) VALUES ({number});\n");
        self.add(&[&text], place.line);
    }

    fn add(&mut self, parts: &[&str], line: u64) {
        let before = parts[0].len() > 1 && parts[0].ends_with('\n') && parts.len() > 1;
        self.lines
            .push((self.n_lines + 1 + u64::from(before), line));
        for part in parts {
            self.text.push_str(part);
            self.n_lines += memchr::memchr_iter(b'\n', part.as_bytes()).count() as u64;
        }
    }

    /// The line of the dump that a line of the text is.
    pub(crate) fn line(&self, line: usize) -> Option<usize> {
        let line = u64::try_from(line).ok()?;
        let at = self.lines.partition_point(|(own, _)| *own <= line);
        let (own, of_dump) = self.lines[at.checked_sub(1)?];
        usize::try_from(of_dump + line - own).ok()
    }

    /// Says of a warning that starts with a line of the text which line of the dump that is.
    pub(crate) fn in_dump(&self, warning: &str) -> String {
        let place = warning
            .strip_prefix("line ")
            .and_then(|rest| rest.split_once(':'));
        let found = place.and_then(|(line, what)| {
            let line = self.line(line.parse().ok()?)?;
            Some(format!("line {line}:{what}"))
        });
        found.unwrap_or_else(|| warning.to_owned())
    }
}

/// The columns of a table whose rows say whether they are booleans, by their places in a row.
fn open(catalog: &Catalog, target: &Target) -> Vec<(usize, String)> {
    let path = cursor::Path {
        schema: target.schema.clone(),
        name: target.table.clone(),
    };
    let Some(table) = catalog.declared(&path) else {
        return Vec::new();
    };
    let names: Vec<&str> = match &target.columns {
        Some(names) => names.iter().map(String::as_str).collect(),
        None => {
            let stored = table
                .columns
                .iter()
                .filter(|column| column.generated.is_none());
            stored.map(|column| column.name.as_str()).collect()
        }
    };
    let open = rows::open(table, Dialect::MySql);
    let is_open =
        |(_, name): &(usize, &str)| table.position(name).is_some_and(|at| open.contains(&at));
    let places = names.into_iter().enumerate().filter(is_open);
    places.map(|(at, name)| (at, name.to_owned())).collect()
}

/// Looks for numbers other than 0 and 1 in these columns of the rows that follow: one for each column.
fn others<R: std::io::Read>(
    dump: &mut Dump<R>,
    open: &[(usize, String)],
) -> Result<Vec<(usize, String, i64)>, TextError> {
    let mut found: Vec<(usize, String, i64)> = Vec::new();
    while let Some(Event::Row(cells, _)) = dump.next()? {
        for (at, name) in open {
            let number = match cells.get(*at) {
                Some(Cell::Integer(number)) => Some(*number),
                Some(Cell::Text(text)) => {
                    let text = std::str::from_utf8(text).unwrap_or_default();
                    text.trim().parse().ok()
                }
                _ => None,
            };
            let is_other = number.filter(|number| !(0..=1).contains(number));
            if let Some(number) = is_other
                && !found.iter().any(|(known, ..)| known == at)
            {
                found.push((*at, name.clone(), number));
            }
        }
    }
    Ok(found)
}
