//! From a file to a server, in one transaction.

use std::future::poll_fn;
use std::path::Path;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::Sink as _;
use tokio_postgres::CopyInSink;

use crate::error::{FileError, FlushFailure, Outcome};
use crate::persist::sqlite::{OldFile, Progress};

use super::super::binary::Outgoing;
use super::super::differences::{differences, is_there};
use super::super::error::{Error, backend_error};
use super::super::mail;
use super::super::schema::{NEXT_IDS, Table, WORLD, literal};
use super::super::session::Session;
use super::super::tables::ServerTables;
use super::{
    MOST_PROBLEMS, MoveReport, STEP, columns, connect, failed, problems, refuse, refuse_parcels,
    report,
};

pub(super) fn run(
    tables: &ServerTables,
    connection: &str,
    path: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<MoveReport, FileError> {
    let old = OldFile::open(path, &tables.ddl, progress)?;
    refuse_misfits(tables, &old, path, progress)?;
    let (session, address) = connect(connection, &tables.schema.world)?;
    refuse_parcels(&address, old.n_outgoing()?)?;
    // What has failed is rolled back by the server when the session ends.
    let at_address = |error| failed(&address, error);
    session.batch("BEGIN READ WRITE").map_err(at_address)?;
    let is_made = begin(tables, &session, &address)?;
    let mut counts = Vec::new();
    for table in &tables.schema.tables {
        counts.push(copy(&session, &address, &old, table, progress)?);
    }
    let next_ids = own_next_ids(tables, old.next_ids()?);
    // It is another state than the empty one, for a process that has looked at that meanwhile.
    let generation = old.generation()?.max(1);
    let mut end = if is_made {
        tables.schema.keys_and_indexes(&tables.order)
    } else {
        vec!["SET CONSTRAINTS ALL IMMEDIATE".into()]
    };
    end.extend(store_next_ids(tables, &next_ids));
    end.push(format!(
        "UPDATE {} SET generation = {generation}",
        tables.schema.own(WORLD)
    ));
    let accepted = old.accepted()?;
    if !accepted.is_empty() {
        let world = &tables.schema.world;
        let missing = mail::Missing::of(&session, world).map_err(at_address)?;
        end.push(mail::create_sql(world, missing));
        end.push(mail::accepted_sql(&tables.schema, &accepted));
    }
    session.batch(&end.join(";\n")).map_err(at_address)?;
    commit(&session, &address)?;
    Ok(report(
        tables,
        &counts,
        &next_ids,
        generation,
        (address, path),
    ))
}

/// Refuses a file with rows that a server cannot have, before anything is written there.
fn refuse_misfits(
    tables: &ServerTables,
    old: &OldFile,
    path: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), FileError> {
    let (infos, mut found) = (tables.infos(), Vec::new());
    for table in &tables.schema.tables {
        let total = old.n_rows(table.info)?;
        let stage = &format!("rows of {} checked", table.info.name);
        let mut done = 0;
        old.rows(table.info, |id, cells| {
            if found.len() < MOST_PROBLEMS {
                found.extend(problems(table, id, cells));
            }
            done += 1;
            if done % STEP == 0 {
                progress(Progress { stage, done, total });
            }
            Ok::<(), FileError>(())
        })?;
        found.extend(old.dangling(&infos, table.info)?);
    }
    found.truncate(MOST_PROBLEMS);
    refuse(path, found)
}

/// Makes the tables, or takes empty ones that are there. Returns whether it has made them.
fn begin(tables: &ServerTables, session: &Session, address: &Path) -> Result<bool, FileError> {
    let at_address = |error| failed(address, error);
    let schema = &tables.schema;
    if !is_there(session, schema).map_err(at_address)? {
        let statements = schema.tables_alone(&tables.order).join(";\n");
        session.batch(&statements).map_err(at_address)?;
        return Ok(true);
    }
    let path = address.to_owned();
    let differences = differences(session, schema).map_err(at_address)?;
    if !differences.is_empty() {
        return Err(FileError::Schema { path, differences });
    }
    // Who opens the world waits for this lock, and then looks again.
    let sql = format!(
        "SELECT generation FROM {} WHERE world = $1 FOR UPDATE",
        schema.own(WORLD)
    );
    let rows = session.rows(&sql, &[&schema.world]).map_err(at_address)?;
    let generation = rows.first().map(|row| row.try_get::<_, i64>(0));
    let what = match generation
        .transpose()
        .map_err(|error| failed(address, error))?
    {
        None => Some("its row in gamedb_world is gone".to_owned()),
        Some(0) => None,
        Some(generation) => Some(format!("it has had {generation} flushes")),
    };
    if let Some(what) = what {
        return Err(FileError::NotEmpty { path, what });
    }
    let own = (NEXT_IDS, schema.own(NEXT_IDS));
    let names = schema.tables.iter();
    let names = names.map(|table| (table.info.name, table.name.clone()));
    for (name, table) in names.chain([own]) {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table})");
        let row = session.row(&sql, &[]).map_err(at_address)?;
        if row.try_get(0).map_err(|error| failed(address, error))? {
            let what = format!("{name} has rows");
            return Err(FileError::NotEmpty { path, what });
        }
    }
    session
        .batch("SET CONSTRAINTS ALL DEFERRED")
        .map_err(at_address)?;
    Ok(false)
}

/// Copies the rows of a table. Returns how many the server has taken.
fn copy(
    session: &Session,
    address: &Path,
    old: &OldFile,
    table: &Table,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<u64, FileError> {
    let at_address = |error| failed(address, error);
    let sql = format!(
        "COPY {} ({}) FROM STDIN (FORMAT binary)",
        table.name,
        columns(table)
    );
    let sink = session.answer(session.client().copy_in::<_, Bytes>(&sql));
    let mut sink = Box::pin(sink.map_err(at_address)?);
    let total = old.n_rows(table.info)?;
    let stage = &format!("rows of {}", table.info.name);
    let (mut out, mut done) = (Outgoing::new(), 0);
    progress(Progress { stage, done, total });
    old.rows(table.info, |id, cells| {
        out.row(id, cells);
        if let Some(bytes) = out.full() {
            send(session, sink.as_mut(), bytes).map_err(at_address)?;
        }
        done += 1;
        if done % STEP == 0 {
            progress(Progress { stage, done, total });
        }
        Ok::<(), FileError>(())
    })?;
    send(session, sink.as_mut(), out.end()).map_err(at_address)?;
    let taken = session.answer(sink.as_mut().finish());
    let taken = taken.map_err(at_address)?;
    progress(Progress { stage, done, total });
    assert_eq!(
        taken, done,
        "the server takes each row that it is sent, or fails"
    );
    Ok(taken)
}

/// Sends some bytes, and waits while the server is busy with those before them.
fn send(
    session: &Session,
    mut sink: Pin<&mut CopyInSink<Bytes>>,
    bytes: Bytes,
) -> Result<(), Error> {
    session.answer(poll_fn(|context| sink.as_mut().poll_ready(context)))?;
    Ok(sink.start_send(bytes)?)
}

/// The next ids of the models' tables, as they are stored.
fn own_next_ids(tables: &ServerTables, next_ids: Vec<(String, i64)>) -> Vec<(String, i64)> {
    // SQLite compares names without case, and the server does not: the highest one is that of the table.
    let own = tables.schema.tables.iter().filter_map(|own| {
        let stored = next_ids.iter();
        let stored = stored.filter(|(name, _)| name.eq_ignore_ascii_case(own.info.name));
        let highest = stored.map(|(_, next_id)| *next_id).max()?;
        Some((own.info.name.to_owned(), highest))
    });
    own.collect()
}

fn store_next_ids(tables: &ServerTables, next_ids: &[(String, i64)]) -> Option<String> {
    let rows = next_ids.iter();
    let rows: Vec<_> = rows
        .map(|(name, next_id)| format!("({}, '{next_id}')", literal(name)))
        .collect();
    let table = tables.schema.own(NEXT_IDS);
    (!rows.is_empty()).then(|| format!("INSERT INTO {table} VALUES {}", rows.join(", ")))
}

/// Commits, so that it survives a power cut and a failover.
fn commit(session: &Session, address: &Path) -> Result<(), FileError> {
    let unknown = |cause| FileError::Flush {
        path: address.to_owned(),
        outcome: Outcome::Unknown,
        cause,
    };
    let durably = "SET LOCAL synchronous_commit = on";
    session
        .batch(durably)
        .map_err(|error| failed(address, error))?;
    session.forget_warnings();
    if let Err(error) = session.batch("COMMIT") {
        let is_refused = error.sqlstate().is_some_and(|code| {
            code.starts_with("23") || (code.starts_with("40") && code != "40003")
        });
        if is_refused {
            return Err(failed(address, error));
        }
        let source = backend_error(error);
        return Err(unknown(FlushFailure::Disconnected { source }));
    }
    if session.was_warned() {
        return Err(unknown(FlushFailure::NotReplicated));
    }
    Ok(())
}
