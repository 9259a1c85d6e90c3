//! The SQLite back end: the only module that depends on SQLite and rusqlite.
//!
//! The rest of `persist` uses only what is exported here.

mod commit;
mod create;
mod declaration;
mod error;
mod format;
mod left_out;
mod load;
mod lock;
mod migrate;
mod open;
mod options;
mod parallel_load;
mod quick_check;
mod schema_diff;
mod statements;
mod value;
mod verify;
mod writer;
mod written_schema;

pub(super) use lock::Lock;
pub use migrate::{
    Change as SchemaChange, Consent, Migrated, Migration, MigrationError, Misfits, Safety, Step,
};
pub(super) use open::{Opened, open};
pub use options::Options;
pub(super) use writer::Writer;
