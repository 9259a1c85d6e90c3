//! Foreign keys to a table or a column that the schema does not have. A database that is asked later would refuse
//! them, or, as SQLite does, every row that uses them; so they are errors here, unless the config says that the
//! schema leaves the table out on purpose.

use crate::config::{Config, References};
use crate::error::{Error, MissingTarget, ReadError};
use crate::input::ddl::{Ddl, DeclaredForeignKey, DeclaredTable};
use crate::input::split;
use crate::sql::Dialect;
use crate::sql::cursor::Cursor;
use crate::sql::tokens;

/// The text that a schema was read from.
#[derive(Clone, Copy)]
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    pub(super) dialect: Dialect,
}

/// Refuses foreign keys whose target is not in the schema. The order of statements makes no difference, because all
/// of them have been read.
///
/// # Errors
/// [`ReadError::MissingTargets`] with all of them.
pub(super) fn refuse(
    ddl: &Ddl,
    config: &Config,
    file: &str,
    source: Option<Source<'_>>,
) -> Result<(), Error> {
    let mut missing = Vec::new();
    for table in &ddl.tables {
        for key in &table.foreign_keys {
            let found = missing_target(ddl, config, table, key);
            missing.extend(found.map(|found| MissingTarget {
                line: source.and_then(|source| line_of(source, table, key)),
                ..found
            }));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    missing.sort_by_key(|found| found.line);
    Err(Error::Schema {
        file: file.to_owned(),
        source: ReadError::MissingTargets { missing },
    })
}

fn missing_target(
    ddl: &Ddl,
    config: &Config,
    table: &DeclaredTable,
    key: &DeclaredForeignKey,
) -> Option<MissingTarget> {
    let is_no_key = |column: &String| {
        let said = config.references(&table.name, column);
        said.is_some_and(|to| matches!(to.get_ref(), References::No(_)))
    };
    if config.is_absent(&key.target.name) || key.columns.iter().any(is_no_key) {
        return None;
    }
    let (column, nearest) = match ddl.position(&key.target, &table.schema) {
        None => {
            let tables = ddl.tables.iter().map(|table| table.name.as_str());
            (None, nearest(&key.target.name, tables))
        }
        Some(at) => {
            let target = &ddl.tables[at];
            let mut wanted = key.target_columns.iter();
            let column = wanted.find(|column| target.position(column).is_none())?;
            let columns = target.columns.iter().map(|column| column.name.as_str());
            (Some(column.clone()), nearest(column, columns))
        }
    };
    Some(MissingTarget {
        file: None,
        line: None,
        table: table.name.clone(),
        columns: key.columns.clone(),
        target: key.target.name.clone(),
        column,
        nearest: nearest.map(str::to_owned),
    })
}

/// The name that is most like another one, if one is like it at all: a slip of the finger, or an ending.
fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = wanted.to_lowercase();
    let like = |name: &'n str| (name, strsim::jaro_winkler(&wanted, &name.to_lowercase()));
    // Of equal ones the first, so that the message is the same each time.
    let best = names
        .map(like)
        .reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.filter(|(_, likeness)| *likeness > LIKE)
        .map(|(name, _)| name)
}

/// From here on two names are like each other: `plyers` and `players` are (0.97), `player` and `players` are (0.97),
/// `uid` and `id` are (0.89), `nowhere` and `none` are not (0.78).
const LIKE: f64 = 0.8;

/// Puts the places of such errors right where a text is not the file itself: `place` gets a line of the text.
pub(super) fn relocate(
    error: Error,
    place: impl Fn(usize) -> (Option<String>, Option<usize>),
) -> Error {
    match error {
        Error::Schema {
            file,
            source: ReadError::MissingTargets { mut missing },
        } => {
            for found in &mut missing {
                if let Some(line) = found.line {
                    (found.file, found.line) = place(line);
                }
            }
            let source = ReadError::MissingTargets { missing };
            Error::Schema { file, source }
        }
        other => other,
    }
}

/// The line of the REFERENCES of a foreign key: of those to the same table the one that stands nearest behind the
/// name of the key's column, in a statement about the key's table.
fn line_of(source: Source<'_>, table: &DeclaredTable, key: &DeclaredForeignKey) -> Option<usize> {
    let column = key.columns.first()?;
    let mut best: Option<(usize, usize)> = None;
    for statement in &split::split(source.text, source.dialect).statements {
        if !(statement.words.iter()).any(|word| word == "CREATE" || word == "ALTER") {
            continue;
        }
        let pieces = tokens::pieces(&statement.text, source.dialect.parser());
        let is = |at: usize, name: &str| {
            let own = pieces[at].name();
            own.is_some_and(|own| own.eq_ignore_ascii_case(name))
        };
        let Some(start) = (0..pieces.len()).find(|at| is(*at, &table.name)) else {
            continue;
        };
        for at in (start..pieces.len()).filter(|at| pieces[*at].is("REFERENCES")) {
            let target = Cursor::new(&pieces[at + 1..], source.dialect).path();
            let is_it = target.is_some_and(|path| path.name.eq_ignore_ascii_case(&key.target.name));
            let Some(own) = (start + 1..at).rev().find(|before| is(*before, column)) else {
                continue;
            };
            if is_it && best.is_none_or(|(distance, _)| at - own < distance) {
                let line = usize::try_from(pieces[at].token.span.start.line).unwrap_or(1);
                best = Some((at - own, statement.text_line + line.max(1) - 1));
            }
        }
    }
    best.map(|(_, line)| line)
}
