//! Opening a world on a server: it is made, or compared and loaded, and only then taken over from its owner before.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::error::FileError;
use crate::persist::engine::Opened;
use crate::schema::graph::TableOrder;
use crate::store::table::stored::Tables;

use super::Postgres;
use super::differences::{differences, is_there};
use super::error::{Error, Lost, backend_error};
use super::fence::{self, Hold};
use super::load::load;
use super::mail;
use super::newest;
use super::options::PostgresOptions;
use super::schema::Schema;
use super::session::{Limits, MARK, Session};
use super::tls::Reach;
use super::writer::Writer;

/// What every session is told, whatever the server, its database or the role say. What the program says itself in the
/// connection string comes after these, and counts: an owner that was stopped in the middle of a transaction must not
/// keep the next one waiting, and how long an answer may take is for the program to say.
const BEFORE: &str =
    "-c idle_in_transaction_session_timeout=30s -c statement_timeout=0 -c lock_timeout=0";

/// What the engine relies on, which comes last. A plan for the length of each array takes a merge join over the whole table;
/// compiling plans takes longer than running them; a flush that has waited for another transaction sees what that has
/// written; names are those of PostgreSQL, as it says them by default; and a commit that was told not to wait for its standby says so by a warning.
const AFTER: &str = "-c plan_cache_mode=force_generic_plan -c jit=off \
    -c default_transaction_isolation=read\\ committed -c default_transaction_read_only=off \
    -c default_transaction_deferrable=off -c standard_conforming_strings=on -c transform_null_equals=off \
    -c quote_all_identifiers=off -c search_path=pg_catalog -c client_min_messages=warning";

/// How long nothing has to come over a connection, although it is asked for, until the system counts it as lost.
const LOST: Duration = Duration::from_secs(30);

pub(in crate::persist) fn open<T: Tables>(
    options: &PostgresOptions,
    order: &TableOrder,
) -> Result<(PathBuf, Opened<T, Postgres>), FileError> {
    let (reach, path) = target(&options.connection, &options.world)?;
    let schema =
        Schema::of(&options.world, T::INFO, T::DDL).map_err(|what| FileError::Unportable {
            path: path.clone(),
            what,
        })?;
    let limits = options.limits(&reach.config);
    let session = connect(&reach, limits, &options.world, &path)?;
    let failed = |error| FileError::Open {
        path: path.clone(),
        source: backend_error(error),
    };
    find_or_make(&session, &schema, order, options, &path)?;
    let at_path = |lost: Lost| lost.at(&path);
    let owner = fence::owner();
    // It is loaded before it is taken over, so that a world that does not fit stays with its owner.
    let loaded = load::<T>(&session, &schema, order).map_err(at_path)?;
    let (mut world, before) = loaded.refuse_problems(&path)?;
    before.refuse_older().map_err(at_path)?;
    if refuse_restored(&session, &schema, options, &path)? {
        // Before the owner loses the world: the role may lack the right to.
        mail::forget_state(&session, &schema.world).map_err(failed)?;
    }
    let mut state = fence::take_over(&session, &schema, &owner).map_err(at_path)?;
    if state.generation != before.generation {
        // The owner before has flushed in between. It cannot do so any more.
        let loaded = load::<T>(&session, &schema, order).map_err(at_path)?;
        (world, state) = loaded.refuse_problems(&path)?;
    }
    if state.owner != owner {
        return Err(state.fenced().at(&path));
    }
    fence::acknowledge(&state.identity, state.generation);
    let found = mail::Found::of(&session, &schema).map_err(failed)?;
    let writer = Writer {
        has_mail: found.are_there,
        reach,
        limits,
        schema,
        path: path.clone(),
        // The epoch was raised durably, which waits for everything before it.
        is_durable: true,
        session: Some(session),
        hold: Hold {
            owner: owner.clone(),
            identity: state.identity,
            epoch: state.epoch,
            generation: state.generation,
            notes_states: found.notes_states,
        },
        patience: options.patience,
        unanswered: None,
    };
    let opened = Opened {
        world,
        writer,
        lock: owner,
    };
    Ok((path, opened))
}

/// Refuses a world of other models; makes it where there is none, and that is allowed.
fn find_or_make(
    session: &Session,
    schema: &Schema,
    order: &TableOrder,
    options: &PostgresOptions,
    path: &Path,
) -> Result<(), FileError> {
    let path = path.to_owned();
    let failed = |error| FileError::Open {
        path: path.clone(),
        source: backend_error(error),
    };
    if is_there(session, schema).map_err(failed)? {
        let differences = differences(session, schema).map_err(failed)?;
        if !differences.is_empty() {
            return Err(FileError::Schema { path, differences });
        }
        return Ok(());
    }
    if options.existing {
        return Err(FileError::NoWorld { path });
    }
    create(session, schema, order).map_err(failed)
}

/// A session that can have the world.
fn connect(reach: &Reach, limits: Limits, world: &str, path: &Path) -> Result<Session, FileError> {
    let session =
        newest::connect(reach, limits, world).map_err(|error| Lost::from(error).at(path))?;
    refuse_encoding(&session, path)?;
    refuse_pooler(&session, reach, path)?;
    Ok(session)
}

/// Refuses a world that was put back from a backup, and has moved parcels since. Returns whether it is one, where that is
/// accepted.
fn refuse_restored(
    session: &Session,
    schema: &Schema,
    options: &PostgresOptions,
    path: &Path,
) -> Result<bool, FileError> {
    let newer = mail::newer_state(session, schema).map_err(|error| FileError::Open {
        path: path.to_owned(),
        source: backend_error(error),
    })?;
    let Some((exchanged, found)) = newer else {
        return Ok(false);
    };
    if options.accepts_older_state {
        return Ok(true);
    }
    Err(FileError::RestoredWorld {
        path: path.to_owned(),
        name: options.world.clone(),
        found: found.unsigned_abs(),
        exchanged: exchanged.unsigned_abs(),
    })
}

/// How to reach a world, and its address.
pub(super) fn target(connection: &str, world: &str) -> Result<(Reach, PathBuf), FileError> {
    let mut reach = Reach::parse(connection).map_err(|source| FileError::Open {
        path: PathBuf::from(format!("postgres:{world}")),
        source,
    })?;
    let path = address(&reach.config, world);
    complete(&mut reach.config);
    Ok((reach, path))
}

/// The address of a world, for messages: without user and password.
pub(super) fn address(config: &Config, world: &str) -> PathBuf {
    let ports = config.get_ports();
    let named = config.get_hosts().iter().enumerate().map(|(n, host)| {
        let port = ports.get(n).or(ports.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            #[cfg(unix)]
            Host::Unix(folder) => format!("{}:{port}", folder.display()),
        }
    });
    let hosts: Vec<_> = named.collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or("");
    PathBuf::from(format!("postgres://{}/{database}/{world}", hosts.join(",")))
}

pub(super) fn complete(config: &mut Config) {
    let own = config.get_options().unwrap_or_default().to_owned();
    config.options(format!("{BEFORE} {own} {AFTER} -c {MARK}=on"));
    if config.get_application_name().is_none() {
        config.application_name("gamedb");
    }
    // A connection over which nothing comes any more counts as lost, rather than to keep a flush waiting for hours.
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(LOST);
    }
    config.keepalives_idle(config.get_keepalives_idle().min(LOST));
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(LOST / 3);
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(3);
    }
}

/// Texts go there and come back as they are in UTF-8 alone.
pub(super) fn refuse_encoding(session: &Session, path: &Path) -> Result<(), FileError> {
    let failed = |error| FileError::Open {
        path: path.to_owned(),
        source: backend_error(error),
    };
    let row = session.row("SELECT current_setting('server_encoding')", &[]);
    let row = row.map_err(failed)?;
    let encoding: String = row.try_get(0).map_err(|error| failed(error.into()))?;
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(FileError::Unportable {
        path: path.to_owned(),
        what: format!("its database has the encoding {encoding}, and has to have UTF8"),
    })
}

/// A session has its settings and its statements to itself.
fn refuse_pooler(session: &Session, reach: &Reach, path: &Path) -> Result<(), FileError> {
    let is_lent_out = session
        .is_lent_out(reach)
        .map_err(|error| FileError::Open {
            path: path.to_owned(),
            source: backend_error(error),
        })?;
    if !is_lent_out {
        return Ok(());
    }
    // What was set would stay behind for others. If that fails, it is no worse than before.
    let _ = session.batch("RESET ALL");
    Err(FileError::Unportable {
        path: path.to_owned(),
        what: "a pooler gives its connection to others after each transaction; connect to the server itself, or to a \
               pool in session mode (pool_mode = session)"
            .to_owned(),
    })
}

/// Makes an empty world, all of it or nothing.
fn create(session: &Session, schema: &Schema, order: &TableOrder) -> Result<(), Error> {
    let statements = schema.statements(order).join(";\n");
    // Several statements in one message are one transaction.
    session.batch(&statements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_no_password() {
        for (connection, expected) in [
            (
                "postgres://game:secret@db1,db2:6000/shards",
                "postgres://db1:5432,db2:6000/shards/w",
            ),
            (
                "host=localhost user=game password=secret",
                "postgres://localhost:5432/game/w",
            ),
        ] {
            let config: Config = connection.parse().expect("a connection string");
            assert_eq!(address(&config, "w"), Path::new(expected), "{connection}");
        }
    }
}
