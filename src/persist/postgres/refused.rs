//! Which rows the server refuses. It names one, if any, and rolls everything back; so what is refused is halved until
//! the row is found, and everything else is written.

use std::collections::{HashMap, HashSet};

use tokio_postgres::types::Type;

use crate::error::{BackendError, RefusedRow};
use crate::persist::report::FlushReport;
use crate::schema::TableId;
use crate::schema::value::{ColumnKind, Value};
use crate::store::key::AnyKey;

use super::error::{Error, TOO_LONG, backend_error, is_refusal};
use super::flush::{Broken, CHECK, ids_of, miscounted, send};
use super::plan::{Group, report};
use super::refused_keys::{find_named, with_children, without_parents};
use super::schema::{Schema, Table, quoted};
use super::session::Session;

/// The savepoint before the first row of an attempt.
pub(super) const START: &str = "gamedb_start";

/// The outcome of writing the rows of a batch.
pub(super) struct Attempt {
    pub(super) report: FlushReport,
    /// The rows that the server refuses, with their tables. If there are any, what was written is to be rolled back.
    pub(super) refused: Vec<(TableId, RefusedRow)>,
}

/// Writes the rows of a batch but for some, in an open transaction, and finds all that the server refuses.
pub(super) fn attempt(
    session: &Session,
    schema: &Schema,
    groups: &[Group<'_>],
    but: &HashSet<AnyKey>,
) -> Result<Attempt, Broken> {
    session.batch(&format!("SAVEPOINT {START}"))?;
    let (mut refused, mut written) = (Vec::new(), Vec::new());
    for group in groups {
        let mut places = Vec::new();
        for place in (0..group.len()).filter(|&place| !but.contains(&group.key(place))) {
            match group.with_nul(place) {
                Some(column) => refused.push(with_nul(group, place, column)),
                None => places.push(place),
            }
        }
        write(session, schema, group, places, &mut written, &mut refused)?;
    }
    // What waits for the value of a refused row, or references it, would be refused for that.
    if refused.is_empty() {
        refused = check(session, schema, &written)?;
    }
    Ok(Attempt {
        report: report(&written),
        refused,
    })
}

/// Writes the rows of a group at these places but for those that the server refuses.
fn write<'b>(
    session: &Session,
    schema: &Schema,
    group: &Group<'b>,
    places: Vec<usize>,
    written: &mut Vec<Group<'b>>,
    refused: &mut Vec<(TableId, RefusedRow)>,
) -> Result<(), Broken> {
    let mut parts = vec![places];
    while let Some(places) = parts.pop() {
        let part = group.part(&places);
        match (places.as_slice(), execute(session, &part)?) {
            ([], _) => {}
            (_, None) => written.push(part),
            (&[place], Some(error)) => refused.push(of_error(schema, group, place, error)),
            (places, Some(_)) => {
                let (first, second) = places.split_at(places.len() / 2);
                parts.extend([second.to_vec(), first.to_vec()]);
            }
        }
    }
    Ok(())
}

/// Executes a statement. Returns why it is refused; then it has done nothing.
fn execute(session: &Session, part: &Group<'_>) -> Result<Option<Error>, Broken> {
    if part.len() == 0 {
        return Ok(None);
    }
    let mut answers = session.answers(vec![
        session.send("SAVEPOINT gamedb_part"),
        send(session, part),
        session.send("RELEASE gamedb_part"),
    ]);
    match answers.remove(1) {
        Ok(touched) if touched == part.len() as u64 => {
            answers.remove(1)?;
            Ok(None)
        }
        Ok(touched) => Err(miscounted(session, part, touched)?.into()),
        Err(error) if is_refusal(&error) => {
            session.batch("ROLLBACK TO gamedb_part; RELEASE gamedb_part")?;
            Ok(Some(error))
        }
        Err(error) => Err(error.into()),
    }
}

/// Checks what is checked at the end: unique values and foreign keys. The server names one violation, by its values.
fn check(
    session: &Session,
    schema: &Schema,
    written: &[Group<'_>],
) -> Result<Vec<(TableId, RefusedRow)>, Broken> {
    session.batch("SAVEPOINT gamedb_check")?;
    let Err(error) = session.batch(CHECK) else {
        session.batch("RELEASE gamedb_check")?;
        return Ok(Vec::new());
    };
    if !is_refusal(&error) {
        return Err(error.into());
    }
    session.batch("ROLLBACK TO gamedb_check; RELEASE gamedb_check")?;
    let mut refused = Vec::new();
    for group in written {
        with_taken_values(session, group, &mut refused)?;
        without_parents(session, schema, group, &mut refused)?;
        with_children(session, schema, group, &mut refused)?;
    }
    if refused.is_empty() {
        find_named(session, schema, written, &mut refused)?;
    }
    // A row may be found more than once.
    let mut found = HashSet::new();
    refused.retain(|(table, row)| found.insert((*table, row.key, row.id)));
    if refused.is_empty() {
        // A trigger that is run at the end, which says what it likes.
        return Err(error.into());
    }
    Ok(refused)
}

/// The rows with unique values that other rows have, too, while all of them are written. In memory all values are
/// different.
fn with_taken_values(
    session: &Session,
    group: &Group<'_>,
    refused: &mut Vec<(TableId, RefusedRow)>,
) -> Result<(), Error> {
    let id = quoted(group.table.info.id);
    for columns in &group.table.unique {
        let mut written = group.columns();
        if !written.any(|(_, column)| columns.contains(&column.name)) {
            continue;
        }
        let same: String = (columns.iter().copied().map(quoted))
            .map(|column| format!(" AND o.{column} = t.{column}"))
            .collect();
        let sql = format!(
            "SELECT DISTINCT t.{id} FROM {table} AS t JOIN {table} AS o ON o.{id} <> t.{id}{same}
             WHERE t.{id} = ANY($1) ORDER BY 1",
            table = group.table.name
        );
        let listed = columns.join(", ");
        let rule = constraint_on(group.table, &format!("UNIQUE ({listed})"));
        refuse(session, group, &sql, rule, refused, |id| {
            let columns = listed.clone();
            BackendError::of_server(Taken { id, columns }, Some("23505".into()))
        })?;
    }
    Ok(())
}

/// Refuses the rows of a group whose ids a query finds among all of them.
pub(super) fn refuse(
    session: &Session,
    group: &Group<'_>,
    sql: &str,
    constraint: Option<String>,
    refused: &mut Vec<(TableId, RefusedRow)>,
    why: impl Fn(i64) -> BackendError,
) -> Result<(), Error> {
    let found = ids_of(session, sql, &group.ids)?;
    if found.is_empty() {
        return Ok(());
    }
    let places: HashMap<i64, usize> = group.ids.iter().copied().zip(0..).collect();
    for id in found {
        let row = row(group, places[&id], why(id), constraint.clone());
        refused.push(row);
    }
    Ok(())
}

/// The rows of a batch whose unique values other rows have now.
pub(super) fn values_taken(session: &Session, groups: &[Group<'_>]) -> Result<Vec<AnyKey>, Error> {
    let mut taken = Vec::new();
    for group in groups {
        for columns in &group.table.unique {
            let place = |name: &&str| {
                let mut written = group.columns();
                Some(written.find(|(_, column)| column.name == *name)?.0)
            };
            let places: Option<Vec<usize>> = columns.iter().map(place).collect();
            let Some(places) = places else { continue };
            let found = ids_with_values(session, group, columns, &places)?;
            let by_id: HashMap<i64, usize> = group.ids.iter().copied().zip(0..).collect();
            taken.extend(found.iter().map(|id| group.key(by_id[id])));
        }
    }
    Ok(taken)
}

/// The ids of the rows of a group whose values in these columns another row has.
fn ids_with_values(
    session: &Session,
    group: &Group<'_>,
    columns: &[&'static str],
    places: &[usize],
) -> Result<Vec<i64>, Error> {
    let id = quoted(group.table.info.id);
    let (mut arrays, mut names, mut same) = (
        "$1::bigint[]".to_owned(),
        "gamedb_id".to_owned(),
        String::new(),
    );
    let mut types = vec![Type::INT8_ARRAY];
    for (n, (name, place)) in columns.iter().zip(places).enumerate() {
        // The type of the id comes first.
        types.push(group.types[place + 1].clone());
        arrays += &format!(", ${}", n + 2);
        names += &format!(", gamedb_{n}");
        same += &format!(" AND o.{} = v.gamedb_{n}", quoted(name));
    }
    let sql = format!(
        "SELECT DISTINCT v.gamedb_id FROM unnest({arrays}) AS v({names})
         JOIN {} AS o ON o.{id} <> v.gamedb_id{same}",
        group.table.name
    );
    let arrays = group.parameters_of(places);
    let parameters: Vec<_> = (arrays.iter().zip(types))
        .map(|(array, ty)| (array as &(dyn tokio_postgres::types::ToSql + Sync), ty))
        .collect();
    let rows = session.answer(session.client().query_typed(&sql, &parameters))?;
    let ids = rows.iter().map(|row| row.try_get(0));
    Ok(ids.collect::<Result<_, _>>()?)
}

fn row(
    group: &Group<'_>,
    place: usize,
    source: BackendError,
    constraint: Option<String>,
) -> (TableId, RefusedRow) {
    let AnyKey { table, key } = group.key(place);
    let mut row = RefusedRow::new(group.table.info.name, group.ids[place], key, source);
    row.constraint = constraint;
    (table, row)
}

fn with_nul(group: &Group<'_>, place: usize, column: &'static str) -> (TableId, RefusedRow) {
    let source = BackendError::of_server(HasNul { column }, None);
    row(group, place, source, Some(format!("no NUL in {column}")))
}

/// A row that the server refuses with this error.
fn of_error(
    schema: &Schema,
    group: &Group<'_>,
    place: usize,
    error: Error,
) -> (TableId, RefusedRow) {
    let mut constraint = constraint(schema, &error);
    if error.sqlstate() == Some(TOO_LONG)
        && let Some((column, bytes)) = longest_indexed(group, place)
    {
        // The server does not always name it.
        constraint = constraint.or_else(|| index_on(group.table, column));
        let why = TooLong {
            column,
            bytes,
            index: constraint.clone().unwrap_or_else(|| "an index".into()),
        };
        let source = BackendError::of_server(why, Some(TOO_LONG.into()));
        return row(group, place, source, constraint);
    }
    row(group, place, backend_error(error), constraint)
}

/// The constraint or the index that an error names, by what it says.
fn constraint(schema: &Schema, error: &Error) -> Option<String> {
    let said = error.said()?;
    let name = said.constraint().or(said.column())?;
    let known = (schema.tables.iter()).find_map(|table| {
        let constraint = table.constraints.get(name);
        constraint
            .map(|constraint| constraint.what.clone())
            .or_else(|| {
                let indexes = table.indexes();
                let (_, columns) = indexes.into_iter().find(|(index, _)| index == name)?;
                Some(index_of(table, &columns))
            })
    });
    Some(known.unwrap_or_else(|| name.to_owned()))
}

/// A constraint of a table by how it begins.
pub(super) fn constraint_on(table: &Table, start: &str) -> Option<String> {
    let mut constraints = table.constraints.values();
    let constraint = constraints.find(|constraint| constraint.what.starts_with(start))?;
    Some(constraint.what.clone())
}

/// The rule or the index of a table that has a column.
fn index_on(table: &Table, column: &str) -> Option<String> {
    let mut unique = table.unique.iter();
    if let Some(columns) = unique.find(|columns| columns.contains(&column)) {
        return constraint_on(table, &format!("UNIQUE ({})", columns.join(", ")));
    }
    let has_it = |columns: &Vec<usize>| {
        let mut columns = columns.iter();
        columns.any(|&place| table.info.columns[place] == column)
    };
    let mut indexes = table.indexes().into_iter().map(|(_, columns)| columns);
    Some(index_of(table, &indexes.find(has_it)?))
}

fn index_of(table: &Table, columns: &[usize]) -> String {
    let columns = columns.iter().map(|&column| table.info.columns[column]);
    format!("INDEX ({})", columns.collect::<Vec<_>>().join(", "))
}

/// The column of a row that an index has, and whose value is the longest, with its bytes.
fn longest_indexed(group: &Group<'_>, row: usize) -> Option<(&'static str, usize)> {
    let (table, info) = (group.table, group.table.info);
    let in_indexes = table.indexes().into_iter().flat_map(|(_, columns)| columns);
    let mut indexed: HashSet<&str> = in_indexes.map(|column| info.columns[column]).collect();
    indexed.extend(table.unique.iter().flatten());
    let lengths = group.columns().filter_map(|(place, column)| {
        let bytes = match group.value(row, place) {
            Value::Text(text) => text.len(),
            Value::Blob(bytes) => bytes.len(),
            Value::Null | Value::Integer(_) | Value::Real(_) => return None,
        };
        debug_assert!(matches!(column.kind, ColumnKind::Text | ColumnKind::Blob));
        indexed
            .contains(column.name)
            .then_some((column.name, bytes))
    });
    lengths.max_by_key(|&(_, bytes)| bytes)
}

#[derive(Debug, thiserror::Error)]
#[error("the text in {column} has a NUL, which PostgreSQL cannot hold")]
struct HasNul {
    column: &'static str,
}

#[derive(Debug, thiserror::Error)]
#[error(
    "the value of {column} has {bytes} bytes, and {index} of the server holds about 2,700 bytes of a value after it was \
     compressed; shorten it, or drop the index if it is a plain one"
)]
struct TooLong {
    column: &'static str,
    bytes: usize,
    index: String,
}

#[derive(Debug, thiserror::Error)]
#[error("another row of the server has the same {columns} as row {id}")]
struct Taken {
    id: i64,
    columns: String,
}
