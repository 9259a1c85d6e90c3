//! The PostgreSQL back end: the only module that depends on a client of it.
//!
//! The rest of `persist` uses only what is exported here.

mod array;
mod binary;
mod comparison;
mod condition;
mod differences;
mod error;
mod fence;
mod flush;
mod hosts;
mod left_out;
mod load;
mod mail;
mod moving;
mod newest;
mod open;
mod options;
mod outsider;
mod plan;
mod refused;
mod refused_keys;
mod schema;
mod server_outbox;
mod session;
mod tables;
mod tls;
mod writer;

pub use moving::{MoveReport, MovedTable};
pub(super) use open::open;
pub use options::PostgresOptions;
pub use outsider::Outsider;
pub use server_outbox::ServerOutbox;
pub use tables::ServerTables;
pub(super) use tables::server_tables;

use super::engine::{Engine, Parts};

/// The engine that keeps a world in a schema of a PostgreSQL database.
#[derive(Debug)]
pub enum Postgres {}

impl Engine for Postgres {}

impl Parts for Postgres {
    type Writer = writer::Writer;
    // Who has a world is said by a row of it, for all machines. This is what the row calls this process.
    type Lock = String;
}
