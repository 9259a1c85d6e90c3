//! A flush: one transaction in two round trips. All statements are sent at once; the COMMIT goes out when all answers
//! are there and every statement has touched the rows that it had to.
//!
//! Where the server refuses a row, everything is rolled back and written in parts, to find all rows that it refuses.

use std::collections::HashSet;
use std::time::Duration;

use tokio_postgres::types::{ToSql, Type};

use crate::error::{FlushFailure, Outcome};
use crate::persist::batch::{Batch, Bonds};
use crate::persist::error::Failed;
use crate::persist::report::FlushReport;
use crate::persist::ticket::Durability;
use crate::store::key::AnyKey;

use super::array::Array;
use super::error::{
    Error, Lost, backend_error, flush_failure, is_disconnected, is_refusal, refused_rows,
};
use super::fence::{self, Hold};
use super::left_out::write_the_rest;
use super::mail::{self, MailStatement};
use super::plan::{Group, NextIds, Verb, groups, next_ids, report};
use super::refused::attempt;
use super::schema::{Schema, WORLD, quoted};
use super::session::{Sent, Session};

/// Sessions are read-only outside of it: statements that were sent with a BEGIN that fails would otherwise be committed
/// one by one.
const BEGIN: &str = "BEGIN READ WRITE";
/// Rows are found by their ids, in an index. The server plans a statement once for the whole session, and for a table
/// that has hardly any rows at that time it would plan to read all of it; also where it looks by itself for the row that
/// another one references.
const BY_ID: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";
const DEFER: &str = "SET CONSTRAINTS ALL DEFERRED";
pub(super) const CHECK: &str = "SET CONSTRAINTS ALL IMMEDIATE";
/// How much longer than another answer that of [`CHECK`] may take, for each row of the flush: it is one answer for all of
/// them. A busy server has taken a seventh of this.
const CHECK_OF_ROW: Duration = Duration::from_micros(100);

/// What a transaction does, once it is committed.
pub(super) struct Written {
    pub(super) report: FlushReport,
    /// The rows of the batch that it does not write.
    pub(super) left_out: HashSet<AnyKey>,
}

/// A batch that is committed.
pub(super) struct Committed {
    pub(super) written: Written,
    /// Whether it survives a power cut and a failover, as far as the server says.
    pub(super) is_durable: bool,
}

/// Why a batch is not committed, or may be.
pub(super) enum Broken {
    /// It is not.
    Failed(Failed),
    /// The COMMIT was sent, and its answer did not come.
    Unknown(Box<(Error, Written)>),
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

/// The transaction of a batch.
struct Transaction<'t> {
    session: &'t Session,
    schema: &'t Schema,
    groups: &'t [Group<'t>],
    ids: &'t NextIds,
    mail: &'t [MailStatement<'t>],
    fence: Fence<'t>,
    begin: &'t str,
}

/// Writes a batch as the generation after that of `hold`, and commits it. With `bonds`, the rows that the server refuses
/// may be left out, with those that are bound to them.
pub(super) fn commit(
    session: &mut Session,
    schema: &Schema,
    hold: &Hold,
    batch: &Batch,
    bonds: Option<&Bonds<'_>>,
    durability: Durability,
) -> Result<Committed, Broken> {
    let (groups, ids) = (groups(schema, batch), next_ids(schema, batch));
    let mail = mail::statements(schema, hold, batch);
    let is_raised = durability == Durability::PowerCut && !session.commits_durably();
    let begin = if is_raised {
        format!("{BEGIN}; SET LOCAL synchronous_commit = on; {BY_ID}; {DEFER}")
    } else {
        format!("{BEGIN}; {BY_ID}; {DEFER}")
    };
    let fence = Fence::new(schema, hold);
    let statements = mail.iter();
    session.bound_statements();
    session.prepare(statements.map(|one| (one.sql.as_str(), one.types.as_slice())))?;
    prepare(session, &groups, &ids, Some(&fence))?;
    let transaction = Transaction {
        session,
        schema,
        groups: &groups,
        ids: &ids,
        mail: &mail,
        fence,
        begin: &begin,
    };
    let written = transaction.write(batch, bonds)?;
    session.forget_warnings();
    if let Err(error) = session.batch("COMMIT") {
        let is_refused = error.sqlstate().is_some_and(|code| {
            // A violation that was found at the end, or a conflict with another transaction: it is rolled back. But
            // 40003 says that the server does not know.
            code.starts_with("23") || (code.starts_with("40") && code != "40003")
        });
        return Err(if is_refused {
            error.into()
        } else {
            Broken::Unknown(Box::new((error, written)))
        });
    }
    Ok(Committed {
        written,
        is_durable: (session.commits_durably() || is_raised) && !session.was_warned(),
    })
}

impl Transaction<'_> {
    /// Writes everything, up to the COMMIT. If that fails, it is rolled back.
    fn write(&self, batch: &Batch, bonds: Option<&Bonds<'_>>) -> Result<Written, Broken> {
        // The server has no place for a NUL in a text. It would refuse the whole message, and name no row.
        if !self.groups.iter().any(Group::has_nul) {
            match self.write_at_once()? {
                Ok(()) => {
                    return Ok(Written {
                        report: report(self.groups),
                        left_out: HashSet::new(),
                    });
                }
                Err(refused) => tracing::debug!(?refused, "the server refuses a row"),
            }
        }
        let written = self.write_in_parts(batch, bonds);
        if written.is_err() && !self.session.is_lost() {
            self.session.batch("ROLLBACK")?;
        }
        written
    }

    /// All statements in one round trip. The inner error is that of a row which the server refuses.
    fn write_at_once(&self) -> Result<Result<(), Error>, Broken> {
        let (session, groups) = (self.session, self.groups);
        let mut sent = vec![session.send(self.begin), self.fence.send(session)];
        sent.extend(groups.iter().map(|group| send(session, group)));
        if !self.ids.is_empty() {
            sent.push(session.execute(&self.ids.sql, self.ids.parameters()));
        }
        sent.extend(self.mail.iter().map(|statement| statement.send(session)));
        sent.push(session.send(CHECK));
        let n_rows = groups.iter().map(Group::len).sum::<usize>();
        let answers = session.answers_later(
            sent,
            CHECK_OF_ROW.saturating_mul(u32::try_from(n_rows).unwrap_or(u32::MAX)),
        );
        if let Ok(0) = answers[1] {
            // Whatever else has failed collides with what the owner has written since.
            session.batch("ROLLBACK")?;
            return Err(self.fenced());
        }
        let counts = match answers.into_iter().collect::<Result<Vec<u64>, Error>>() {
            Ok(counts) => counts,
            Err(error) if is_disconnected(&error) || session.is_lost() => {
                let source = backend_error(error);
                return Err(Failed::from(FlushFailure::Disconnected { source }).into());
            }
            Err(error) => {
                session.batch("ROLLBACK")?;
                return if is_refusal(&error) {
                    Ok(Err(error))
                } else {
                    Err(error.into())
                };
            }
        };
        let checked = check_counts(session, groups, self.ids, &counts);
        if let Err(failed) = checked.and_then(|()| check_mail(self.mail, &counts)) {
            session.batch("ROLLBACK")?;
            return Err(Broken::Failed(failed));
        }
        Ok(Ok(()))
    }

    fn fenced(&self) -> Broken {
        let state = fence::read(self.session, self.schema);
        let lost = state.map_or_else(|lost| lost, fence::State::fenced);
        Failed::from(lost.cause()).into()
    }

    /// The same in as many parts as it takes to find every row that the server refuses.
    fn write_in_parts(&self, batch: &Batch, bonds: Option<&Bonds<'_>>) -> Result<Written, Broken> {
        let (session, groups) = (self.session, self.groups);
        session.batch(self.begin)?;
        if session.answer(self.fence.send(session))? == 0 {
            return Err(self.fenced());
        }
        let written = match bonds {
            Some(bonds) => write_the_rest(session, self.schema, batch, groups, bonds)?,
            None => {
                let attempt = attempt(session, self.schema, groups, &HashSet::new())?;
                if !attempt.refused.is_empty() {
                    let rows: Vec<_> = attempt.refused.into_iter().map(|(_, row)| row).collect();
                    return Err(refused_rows(&rows).into());
                }
                Written {
                    report: attempt.report,
                    left_out: HashSet::new(),
                }
            }
        };
        if !self.ids.is_empty() {
            session.answer(session.execute(&self.ids.sql, self.ids.parameters()))?;
        }
        // If anything is left out, all that parcels have moved is, too.
        if written.left_out.is_empty() {
            for statement in self.mail {
                statement.check(session.answer(statement.send(session))?)?;
            }
        }
        Ok(written)
    }
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

pub(super) fn send<'s>(session: &'s Session, group: &'s Group<'_>) -> Sent<'s, u64> {
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
    let mut counted = mail.iter().rev().zip(counts);
    counted.try_for_each(|(statement, &touched)| statement.check(touched))
}

/// The failure of a statement that has not touched each of its rows.
pub(super) fn miscounted(
    session: &Session,
    group: &Group<'_>,
    touched: u64,
) -> Result<Failed, Failed> {
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
pub(super) fn ids_of(session: &Session, sql: &str, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let ids = Array::of_ids(ids);
    let rows = session.answer((session.client()).query_typed(sql, &[(&ids, Type::INT8_ARRAY)]))?;
    let ids = rows.iter().map(|row| row.try_get(0));
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The failure of a batch of which it cannot be told whether it is committed.
pub(super) fn unresolved(lost: Lost) -> Failed {
    Failed {
        outcome: Outcome::Unknown,
        cause: lost.cause(),
    }
}
