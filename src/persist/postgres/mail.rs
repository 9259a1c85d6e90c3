//! The parcels of worlds on a server. They stand in one table that all worlds of a database share, so a parcel leaves and
//! comes in the very transactions that delete and insert its rows, and nothing has to be delivered.

use tokio_postgres::types::{ToSql, Type};

use crate::error::{FlushFailure, ParcelId};
use crate::persist::batch::Batch;
use crate::persist::error::Failed;
use crate::store::tracking::mail::{Came, Mail, MailWrite, writes};

use super::error::{Error, Lost};
use super::fence::Hold;
use super::schema::{SHARED, Schema, WORLD, literal, quoted};
use super::session::{Sent, Session};

/// The parcels that wait, of all worlds.
pub(super) const PARCELS: &str = "gamedb_shards.parcels";

/// Up to which flush each world has moved parcels.
const STATES: &str = "gamedb_shards.states";

/// Whether these tables are there, also for a role that may not use their schema: `to_regclass` would fail.
const PARCELS_EXIST: &str =
    "EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'gamedb_shards' AND relname = 'parcels')";
const STATES_EXIST: &str =
    "EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'gamedb_shards' AND relname = 'states')";

/// Whether the role may make tables beside them. Where the schema is not there, it asks for nothing less than to make that.
const MAY_MAKE: &str = "NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'gamedb_shards'
        AND NOT (has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE')))";

/// Whether the role may use the shared schema at all.
const MAY_USE: &str = "EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'gamedb_shards' AND has_schema_privilege(oid, 'USAGE'))";

/// Whether the role may record there up to which flush its world has moved parcels.
const MAY_NOTE: &str =
    "EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'gamedb_shards' AND relname = 'states' AND has_schema_privilege(pg_namespace.oid, 'USAGE')
        AND has_table_privilege(pg_class.oid, 'SELECT') AND has_table_privilege(pg_class.oid, 'INSERT')
        AND has_table_privilege(pg_class.oid, 'UPDATE'))";

/// The table of the names of parcels that a world has accepted, in its own schema.
pub(super) const INBOX: &str = "gamedb_inbox";

/// What a receiver listens to; the message is its name.
pub(super) const CHANNEL: &str = "gamedb_parcels";

/// A number for the lock under which the shared table is made: two of these statements at once would collide.
const LOCK: i64 = 0x6764_6f01;

/// One statement of a flush, about one parcel, which touches exactly one row.
pub(super) struct MailStatement<'b> {
    table: &'static str,
    /// The parcel that it takes out of the shared table.
    taken: Option<ParcelId>,
    pub(super) sql: String,
    pub(super) types: Vec<Type>,
    parameters: Vec<Box<dyn ToSql + Send + Sync + 'b>>,
}

impl<'b> MailStatement<'b> {
    fn new(
        table: &'static str,
        sql: String,
        parameters: Vec<(Box<dyn ToSql + Send + Sync + 'b>, Type)>,
    ) -> Self {
        let (parameters, types) = parameters.into_iter().unzip();
        Self {
            table,
            taken: None,
            sql,
            types,
            parameters,
        }
    }

    pub(super) fn send<'s>(&'s self, session: &'s Session) -> Sent<'s, u64> {
        let parameters = self.parameters.iter().map(|parameter| {
            let parameter: &(dyn ToSql + Sync) = &**parameter;
            parameter
        });
        session.execute(&self.sql, parameters.collect())
    }

    /// The failure if it has touched another number of rows.
    pub(super) fn check(&self, touched: u64) -> Result<(), Failed> {
        if touched == 1 {
            return Ok(());
        }
        if let (Some(id), 0) = (self.taken, touched) {
            return Err(FlushFailure::ParcelGone { id }.into());
        }
        let touched = usize::try_from(touched).unwrap_or(usize::MAX);
        let (table, id) = (self.table, 0);
        Err(FlushFailure::RowCount { table, id, touched }.into())
    }
}

/// The statements for what has happened to the parcels of a batch, which is written after the state of `hold`.
pub(super) fn statements<'b>(
    schema: &'b Schema,
    hold: &'b Hold,
    batch: &'b Batch,
) -> Vec<MailStatement<'b>> {
    let world = &schema.world;
    let mut statements = Vec::new();
    for write in writes(&batch.mail) {
        match write {
            MailWrite::Post(sent) => {
                let sql = format!(
                    "INSERT INTO {PARCELS} (parcel, sender, receiver, contents) VALUES ($1, $2, $3, $4)"
                );
                let parameters: Vec<(Box<dyn ToSql + Send + Sync>, Type)> = vec![
                    (Box::new(name(sent.parcel.id())), Type::BYTEA),
                    (Box::new(world), Type::TEXT),
                    (Box::new(&*sent.to), Type::TEXT),
                    (Box::new(sent.parcel.as_bytes()), Type::BYTEA),
                ];
                statements.push(MailStatement::new("parcels", sql, parameters));
                // It is sent to listeners when the transaction is committed.
                let sql = format!("SELECT pg_notify('{CHANNEL}', $1)");
                let to: (Box<dyn ToSql + Send + Sync>, Type) = (Box::new(&*sent.to), Type::TEXT);
                statements.push(MailStatement::new("parcels", sql, vec![to]));
            }
            MailWrite::Accept { id, came } => match came {
                // Once it is out of the shared table, it cannot be delivered again, so its name need not be kept. If
                // another process has taken it from there in the meantime, it has it, and this flush fails.
                Came::Read => {
                    let sql = format!("DELETE FROM {PARCELS} WHERE parcel = $1 AND receiver = $2");
                    let parameters: Vec<(Box<dyn ToSql + Send + Sync>, Type)> = vec![
                        (Box::new(name(id)), Type::BYTEA),
                        (Box::new(world), Type::TEXT),
                    ];
                    let statement = MailStatement::new("parcels", sql, parameters);
                    statements.push(MailStatement {
                        taken: Some(id),
                        ..statement
                    });
                }
                Came::Carried => {
                    let sql = format!("INSERT INTO {} (parcel) VALUES ($1)", schema.own(INBOX));
                    let id: (Box<dyn ToSql + Send + Sync>, Type) =
                        (Box::new(name(id)), Type::BYTEA);
                    statements.push(MailStatement::new(INBOX, sql, vec![id]));
                }
                // It was never there.
                Came::TakenBack => {}
            },
            // It is in the shared table, and belongs to whom it is for there.
            MailWrite::Drop(_) => {}
        }
    }
    if hold.notes_states && !statements.is_empty() {
        statements.push(note_state(world, hold));
    }
    statements
}

/// The statement that records up to which flush the world has moved parcels, for the case that it alone is put back from a
/// backup.
fn note_state<'b>(world: &'b str, hold: &'b Hold) -> MailStatement<'b> {
    let sql = format!(
        "INSERT INTO {STATES} (world, identity, generation) VALUES ($1, $2, $3)
         ON CONFLICT (world) DO UPDATE SET identity = excluded.identity, generation = excluded.generation"
    );
    let parameters: Vec<(Box<dyn ToSql + Send + Sync>, Type)> = vec![
        (Box::new(world), Type::TEXT),
        (Box::new(&*hold.identity), Type::TEXT),
        (Box::new(hold.generation + 1), Type::INT8),
    ];
    MailStatement::new("states", sql, parameters)
}

/// The flush up to which the world has moved parcels, and that which it has had, if this is an earlier one: then it was put
/// back from a backup, and the tables that all worlds share were not. Both are of one moment, because another process may be
/// its owner still.
pub(super) fn newer_state(session: &Session, schema: &Schema) -> Result<Option<(i64, i64)>, Error> {
    // A role that may not look at parcels has moved none.
    let sql = format!(
        "SELECT CASE WHEN {STATES_EXIST} THEN has_schema_privilege($1, 'USAGE')
            AND has_table_privilege((SELECT oid FROM pg_class WHERE relname = 'states' AND relnamespace =
                (SELECT oid FROM pg_namespace WHERE nspname = $1)), 'SELECT')
            ELSE false END"
    );
    let may_look: bool = session.row(&sql, &[SHARED])?.try_get(0)?;
    if !may_look {
        return Ok(None);
    }
    let sql = format!(
        "SELECT moved.generation, world.generation FROM {STATES} AS moved JOIN {} AS world USING (world, identity)
         WHERE world = $1 AND moved.generation > world.generation",
        schema.own(WORLD)
    );
    let rows = session.rows(&sql, &[&schema.world])?;
    let row = rows.first();
    row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .transpose()
}

/// Forgets up to which flush the world has moved parcels. That needs no other rights than to record it.
pub(super) fn forget_state(session: &Session, world: &str) -> Result<(), Error> {
    session.batch(&format!(
        "BEGIN READ WRITE; UPDATE {STATES} SET generation = 0 WHERE world = {}; COMMIT",
        literal(world)
    ))
}

/// A parcel's name as a parameter.
pub(super) fn name(id: ParcelId) -> Vec<u8> {
    id.as_bytes().to_vec()
}

/// What of the tables of parcels is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// The schema of the table that all worlds share.
    schema: bool,
    /// That table.
    parcels: bool,
    /// The table of the states of worlds, where the role may make it: parcels move without it.
    states: bool,
    /// The world's own.
    inbox: bool,
}

impl Missing {
    /// Asks the server.
    pub(super) fn of(session: &Session, world: &str) -> Result<Self, Error> {
        let sql = format!(
            "SELECT to_regnamespace($1) IS NULL, NOT ({PARCELS_EXIST}),
                NOT ({STATES_EXIST}) AND {MAY_MAKE}, to_regclass($2) IS NULL"
        );
        let inbox = format!("{}.{INBOX}", quoted(world));
        let row = session.row(&sql, &[SHARED, &inbox])?;
        Ok(Self {
            schema: row.try_get(0)?,
            parcels: row.try_get(1)?,
            states: row.try_get(2)?,
            inbox: row.try_get(3)?,
        })
    }

    fn nothing(self) -> bool {
        !(self.schema || self.parcels || self.states || self.inbox)
    }
}

/// Makes these tables, unless they are there.
pub(super) fn create(session: &Session, world: &str) -> Result<(), Error> {
    let missing = Missing::of(session, world)?;
    if missing.nothing() {
        return Ok(());
    }
    let sql = create_sql(world, missing);
    let made = session.batch(&format!("BEGIN READ WRITE; {sql}; COMMIT"));
    if made.is_err() && !session.is_lost() {
        session.batch("ROLLBACK")?;
    }
    made
}

/// The statements for what is missing. Also where a statement says IF NOT EXISTS, the server asks first whether the role
/// may make such a thing.
pub(super) fn create_sql(world: &str, missing: Missing) -> String {
    let mut sql = format!("SELECT pg_advisory_xact_lock({LOCK})");
    if missing.schema {
        sql += &format!("; CREATE SCHEMA IF NOT EXISTS {SHARED}");
    }
    if missing.parcels {
        sql += &format!(
            "; CREATE TABLE IF NOT EXISTS {PARCELS} (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parcel   bytea  NOT NULL UNIQUE,
    sender   text   NOT NULL,
    receiver text   NOT NULL,
    returned text,
    contents bytea  NOT NULL
);
CREATE INDEX IF NOT EXISTS parcels_receiver ON {PARCELS} (receiver, number);
CREATE INDEX IF NOT EXISTS parcels_sender ON {PARCELS} (sender, number)"
        );
    }
    if missing.states {
        sql += &format!(
            "; CREATE TABLE IF NOT EXISTS {STATES} (
    world      text   PRIMARY KEY,
    identity   text   NOT NULL,
    generation bigint NOT NULL
)"
        );
    }
    if missing.inbox {
        sql += &format!(
            "; CREATE TABLE IF NOT EXISTS {}.{INBOX} (
    parcel bytea PRIMARY KEY
)",
            quoted(world)
        );
    }
    sql
}

/// What a role finds of the tables of parcels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// Whether all are there that parcels need, and those that the role may make.
    pub(super) are_there: bool,
    /// Whether it may record up to which flush its world has moved parcels.
    pub(super) notes_states: bool,
}

impl Found {
    /// Asks the server. Where parcels are moved and that is not recorded, it is logged.
    pub(super) fn of(session: &Session, schema: &Schema) -> Result<Self, Error> {
        let sql = format!(
            "SELECT {PARCELS_EXIST} AND ({STATES_EXIST} OR NOT {MAY_MAKE}) AND to_regclass($1) IS NOT NULL,
                {MAY_NOTE}, {MAY_USE}"
        );
        let row = session.row(&sql, &[&schema.own(INBOX)])?;
        let (are_there, notes_states, may_use): (bool, bool, bool) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if are_there && may_use && !notes_states {
            tracing::warn!(
                world = schema.world,
                "a backup of this world that is put back later is not recognized as older than the parcels that it has moved: \
                 let the owner of gamedb_shards open a ServerOutbox once, and GRANT SELECT, INSERT, UPDATE ON {STATES} to this role"
            );
        }
        Ok(Self {
            are_there,
            notes_states,
        })
    }
}

/// How many parcels of the database are from a world or for it.
pub(super) fn n_waiting(session: &Session, world: &str) -> Result<i64, Error> {
    let sql = format!("SELECT {PARCELS_EXIST}");
    let is_there: bool = session.row(&sql, &[])?.try_get(0)?;
    if !is_there {
        return Ok(0);
    }
    let sql = format!("SELECT count(*) FROM {PARCELS} WHERE sender = $1 OR receiver = $1");
    Ok(session.row(&sql, &[world])?.try_get(0)?)
}

/// The names of the parcels that a world has accepted.
pub(super) fn accepted(session: &Session, schema: &Schema) -> Result<Vec<Vec<u8>>, Error> {
    let sql = "SELECT to_regclass($1) IS NOT NULL";
    let is_there: bool = session.row(sql, &[&schema.own(INBOX)])?.try_get(0)?;
    if !is_there {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT parcel FROM {}", schema.own(INBOX));
    let rows = session.rows(&sql, &[])?;
    let names = rows.iter().map(|row| row.try_get(0));
    Ok(names.collect::<Result<_, _>>()?)
}

/// The statement that stores names of parcels as accepted. There is one at least.
pub(super) fn accepted_sql(schema: &Schema, names: &[Vec<u8>]) -> String {
    let hex = |name: &Vec<u8>| {
        name.iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let rows: Vec<String> = (names.iter())
        .map(|name| format!("(decode('{}', 'hex'))", hex(name)))
        .collect();
    format!(
        "INSERT INTO {} (parcel) VALUES {}",
        schema.own(INBOX),
        rows.join(", ")
    )
}

/// Reads the names of the parcels that a world has accepted.
pub(super) fn load(session: &Session, schema: &Schema, mail: &mut Mail) -> Result<(), Lost> {
    for name in accepted(session, schema)? {
        // What is no name, no parcel has.
        if let Ok(name) = name.try_into() {
            mail.load_accepted(ParcelId::from_bytes(name));
        }
    }
    Ok(())
}
