//! A flush: one transaction in two round trips. All statements are sent at once; the COMMIT goes out when all answers
//! are there and every statement has touched the rows that it had to.

use tokio_postgres::types::{ToSql, Type};

use crate::error::{FlushFailure, Outcome, RefusedRow};
use crate::persist::batch::Batch;
use crate::persist::error::Failed;
use crate::persist::report::FlushReport;
use crate::persist::ticket::Durability;

use super::array::Array;
use super::error::{Error, Lost, backend_error, flush_failure, is_disconnected, refused_rows};
use super::fence::{self, Hold};
use super::mail::{self, MailStatement};
use super::plan::{Group, NextIds, Verb, groups, next_ids, report};
use super::schema::{Schema, WORLD, quoted};
use super::session::{Sent, Session};

/// Sessions are read-only outside of it: statements that were sent with a BEGIN that fails would otherwise be committed
/// one by one.
const BEGIN: &str = "BEGIN READ WRITE";
const DEFER: &str = "SET CONSTRAINTS ALL DEFERRED";
const CHECK: &str = "SET CONSTRAINTS ALL IMMEDIATE";

/// A batch that is committed.
pub(super) struct Committed {
    pub(super) report: FlushReport,
    /// Whether it survives a power cut and a failover, as far as the server says.
    pub(super) is_durable: bool,
}

/// Why a batch is not committed, or may be.
pub(super) enum Broken {
    /// It is not.
    Failed(Failed),
    /// The COMMIT was sent, and its answer did not come. The report is what would be said if it is.
    Unknown(Error, FlushReport),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Failed(flush_failure(error).into())
    }
}

impl From<Failed> for Broken {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

/// Writes a batch as the generation after that of `hold`, and commits it.
pub(super) fn commit(
    session: &mut Session,
    schema: &Schema,
    hold: &Hold,
    batch: &Batch,
    durability: Durability,
) -> Result<Committed, Broken> {
    let (groups, ids) = (groups(schema, batch), next_ids(schema, batch));
    let mail = mail::statements(schema, batch);
    refuse_nul(&groups)?;
    let is_raised = durability == Durability::PowerCut && !session.commits_durably();
    let begin = if is_raised {
        format!("{BEGIN}; SET LOCAL synchronous_commit = on; {DEFER}")
    } else {
        format!("{BEGIN}; {DEFER}")
    };
    let fence = Fence::new(schema, hold);
    let statements = mail.iter();
    session.prepare(statements.map(|one| (one.sql.as_str(), one.types.as_slice())))?;
    prepare(session, &groups, &ids, Some(&fence))?;
    let session = &*session;
    let mut sent = vec![session.send(&begin), fence.send(session)];
    sent.extend(groups.iter().map(|group| send(session, group)));
    if !ids.is_empty() {
        sent.push(session.execute(&ids.sql, ids.parameters()));
    }
    sent.extend(mail.iter().map(|statement| statement.send(session)));
    sent.push(session.send(CHECK));
    let answers = session.answers(sent);
    if let Ok(0) = answers[1] {
        // Whatever else has failed collides with what the owner has written since.
        session.batch("ROLLBACK")?;
        let state = fence::read(session, schema);
        let lost = state.map_or_else(|lost| lost, fence::State::fenced);
        return Err(Failed::from(lost.cause()).into());
    }
    let counts = match answers.into_iter().collect::<Result<Vec<u64>, Error>>() {
        Ok(counts) => counts,
        Err(error) => return Err(roll_back(session, schema, &groups, error)),
    };
    let checked = check_counts(session, &groups, &ids, &counts);
    if let Err(failed) = checked.and_then(|()| check_mail(&mail, &counts)) {
        session.batch("ROLLBACK")?;
        return Err(Broken::Failed(failed));
    }
    session.forget_warnings();
    let report = report(&groups);
    if let Err(error) = session.batch("COMMIT") {
        let is_refused = error.sqlstate().is_some_and(|code| {
            // A violation that was found at the end, or a conflict with another transaction: it is rolled back. But
            // 40003 says that the server does not know.
            code.starts_with("23") || (code.starts_with("40") && code != "40003")
        });
        return Err(if is_refused {
            error.into()
        } else {
            Broken::Unknown(error, report)
        });
    }
    Ok(Committed {
        report,
        is_durable: (session.commits_durably() || is_raised) && !session.was_warned(),
    })
}

/// The update of the row that says whose world it is.
struct Fence<'h> {
    sql: String,
    world: &'h str,
    hold: &'h Hold,
    next: i64,
}

impl<'h> Fence<'h> {
    const TYPES: [Type; 5] = [Type::INT8, Type::TEXT, Type::TEXT, Type::INT8, Type::INT8];

    fn new(schema: &'h Schema, hold: &'h Hold) -> Self {
        Self {
            sql: format!(
                "UPDATE {} SET generation = $1 WHERE world = $2 AND owner = $3 AND epoch = $4 AND generation = $5",
                schema.own(WORLD)
            ),
            world: &schema.world,
            hold,
            next: hold.generation + 1,
        }
    }

    fn send<'s>(&'s self, session: &'s Session) -> Sent<'s, u64> {
        let parameters: Vec<&(dyn ToSql + Sync)> = vec![
            &self.next,
            &self.world,
            &self.hold.owner,
            &self.hold.epoch,
            &self.hold.generation,
        ];
        session.execute(&self.sql, parameters)
    }
}

fn send<'s>(session: &'s Session, group: &'s Group<'_>) -> Sent<'s, u64> {
    session.execute(&group.sql, group.parameters())
}

fn prepare(
    session: &mut Session,
    groups: &[Group<'_>],
    ids: &NextIds,
    fence: Option<&Fence<'_>>,
) -> Result<(), Error> {
    let statements = groups
        .iter()
        .map(|group| (group.sql.as_str(), group.types.as_slice()));
    let fence = fence.map(|fence| (fence.sql.as_str(), Fence::TYPES.as_slice()));
    let ids = (!ids.is_empty()).then_some((ids.sql.as_str(), NextIds::TYPES.as_slice()));
    session.prepare(statements.chain(fence).chain(ids))
}

/// The server has no place for a NUL in a text. It would refuse the whole message, and name no row.
fn refuse_nul(groups: &[Group<'_>]) -> Result<(), Failed> {
    let mut refused = Vec::new();
    for group in groups {
        for (row, column) in group.with_nul() {
            let source = crate::error::BackendError::of_server(HasNul { column }, None);
            let mut row = RefusedRow::new(group.table.info.name, row.id, row.key, source);
            row.constraint = Some(format!("no NUL in {column}"));
            refused.push(row);
        }
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(refused_rows(&refused))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the text in {column} has a NUL, which PostgreSQL cannot hold")]
struct HasNul {
    column: &'static str,
}

/// Compares what the statements have touched with what they had to touch. Nothing is rolled back yet, so it can be
/// asked which row is missing.
fn check_counts(
    session: &Session,
    groups: &[Group<'_>],
    ids: &NextIds,
    counts: &[u64],
) -> Result<(), Failed> {
    assert_eq!(counts[1], 1, "a world has one row in gamedb_world");
    for (group, &touched) in groups.iter().zip(&counts[2..]) {
        if touched != group.len() as u64 {
            return Err(miscounted(session, group, touched)?);
        }
    }
    if !ids.is_empty() && counts[2 + groups.len()] != ids.len() as u64 {
        // An upsert without a WHERE touches each of its rows, or fails.
        unreachable!("the statement for next ids has touched another number of rows");
    }
    Ok(())
}

/// Compares what the statements about parcels have touched with what they had to touch. They come last, before the check
/// of constraints.
fn check_mail(mail: &[MailStatement<'_>], counts: &[u64]) -> Result<(), Failed> {
    let counts = counts[..counts.len() - 1].iter().rev();
    for (statement, &touched) in mail.iter().rev().zip(counts) {
        if touched != 1 {
            let touched = usize::try_from(touched).unwrap_or(usize::MAX);
            let (table, id) = (statement.table, 0);
            return Err(FlushFailure::RowCount { table, id, touched }.into());
        }
    }
    Ok(())
}

/// The failure of a statement that has not touched each of its rows.
fn miscounted(session: &Session, group: &Group<'_>, touched: u64) -> Result<Failed, Failed> {
    let id = quoted(group.table.info.id);
    // What was to be deleted is not there now in any case.
    let missing = if group.verb == Verb::Delete {
        None
    } else {
        let sql = format!(
            "SELECT v.id FROM unnest($1::bigint[]) AS v(id) LEFT JOIN {} AS t ON t.{id} = v.id
             WHERE t.{id} IS NULL ORDER BY 1 LIMIT 1",
            group.table.name
        );
        first_id(session, &sql, &group.ids).map_err(flush_failure)?
    };
    Ok(FlushFailure::RowCount {
        table: group.table.info.name,
        id: missing.or(group.ids.first().copied()).unwrap_or_default(),
        touched: usize::try_from(touched).unwrap_or(usize::MAX),
    }
    .into())
}

fn first_id(session: &Session, sql: &str, ids: &[i64]) -> Result<Option<i64>, Error> {
    Ok(ids_of(session, sql, ids)?.into_iter().next())
}

/// The ids that a query with a list of ids returns.
fn ids_of(session: &Session, sql: &str, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let ids = Array::of_ids(ids);
    let rows = session.answer((session.client()).query_typed(sql, &[(&ids, Type::INT8_ARRAY)]))?;
    let ids = rows.iter().map(|row| row.try_get(0));
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Rolls a transaction back in which a statement has failed, and finds out which rows are to blame.
fn roll_back(session: &Session, schema: &Schema, groups: &[Group<'_>], error: Error) -> Broken {
    if is_disconnected(&error) || session.is_lost() {
        let source = backend_error(error);
        return Broken::Failed(FlushFailure::Disconnected { source }.into());
    }
    if let Err(error) = session.batch("ROLLBACK") {
        return error.into();
    }
    let blamed = match error.sqlstate() {
        Some("23505") => not_unique(session, groups),
        Some("23502" | "23514") => Ok(failing_row(groups, &error)),
        _ => Ok(Vec::new()),
    };
    let blamed = match blamed {
        Ok(blamed) => blamed,
        Err(error) => return error.into(),
    };
    if blamed.is_empty() {
        return error.into();
    }
    let constraint = constraint(schema, &error);
    let source = backend_error(error);
    let row = |(group, place): &(&Group<'_>, usize)| {
        let row = &group.rows[*place];
        let table = group.table.info.name;
        let mut refused = RefusedRow::new(table, row.id, row.key, source.clone());
        refused.constraint.clone_from(&constraint);
        refused
    };
    let rows: Vec<_> = blamed.iter().map(row).collect();
    Broken::Failed(refused_rows(&rows))
}

/// The constraint that an error names, by what it says.
fn constraint(schema: &Schema, error: &Error) -> Option<String> {
    let said = error.said()?;
    let name = said.constraint().or(said.column())?;
    let known = (schema.tables.iter()).find_map(|table| table.constraints.get(name));
    Some(known.map_or_else(|| name.to_owned(), |constraint| constraint.what.clone()))
}

/// Writes everything once more, without checking, to ask for the rows whose unique values other rows have: the error
/// names the value, and not the row.
fn not_unique<'g, 'b>(
    session: &Session,
    groups: &'g [Group<'b>],
) -> Result<Vec<(&'g Group<'b>, usize)>, Error> {
    let begin = format!("{BEGIN}; {DEFER}");
    let mut sent = vec![session.send(&begin)];
    sent.extend(groups.iter().map(|group| send(session, group)));
    let answers = session.answers(sent);
    // Ids that are there already are no row's fault, and the statement fails again.
    let found = if answers.into_iter().all(|answer| answer.is_ok()) {
        with_taken_values(session, groups)
    } else {
        Ok(Vec::new())
    };
    session.batch("ROLLBACK")?;
    found
}

/// The rows with unique values that other rows have, too, while all of them are written.
fn with_taken_values<'g, 'b>(
    session: &Session,
    groups: &'g [Group<'b>],
) -> Result<Vec<(&'g Group<'b>, usize)>, Error> {
    let mut found = Vec::new();
    for group in groups {
        for columns in &group.table.unique {
            let id = quoted(group.table.info.id);
            let same: String = (columns.iter().copied().map(quoted))
                .map(|column| format!(" AND o.{column} = t.{column}"))
                .collect();
            let sql = format!(
                "SELECT DISTINCT t.{id} FROM {table} AS t JOIN {table} AS o ON o.{id} <> t.{id}{same}
                 WHERE t.{id} = ANY($1)",
                table = group.table.name
            );
            for id in ids_of(session, &sql, &group.ids)? {
                let place = group.rows.iter().position(|row| row.id == id);
                found.extend(place.map(|place| (group, place)));
            }
        }
    }
    Ok(found)
}

/// The row that a constraint of the server's refuses: the error lists its values, and the id is the first of them.
fn failing_row<'g, 'b>(groups: &'g [Group<'b>], error: &Error) -> Vec<(&'g Group<'b>, usize)> {
    let place = || {
        let said = error.said()?;
        let table = said.table()?;
        let (_, values) = said.detail()?.split_once('(')?;
        let id: i64 = values.split([',', ')']).next()?.parse().ok()?;
        groups.iter().find_map(|group| {
            let is_here = group.table.info.name == table;
            let place = group.rows.iter().position(|row| is_here && row.id == id)?;
            Some((group, place))
        })
    };
    place().into_iter().collect()
}

/// The failure of a batch of which it cannot be told whether it is committed.
pub(super) fn unresolved(lost: Lost) -> Failed {
    Failed {
        outcome: Outcome::Unknown,
        cause: lost.cause(),
    }
}
