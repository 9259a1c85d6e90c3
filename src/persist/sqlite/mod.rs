//! The SQLite back end: the only module that depends on SQLite and rusqlite.
//!
//! The rest of `persist` uses only what is exported here.

mod attempt;
mod belonging;
mod checkpoint;
mod commit;
mod content_hash;
mod create;
mod declaration;
#[cfg(feature = "postgres")]
mod declared;
mod error;
mod format;
mod history;
mod left_out;
mod load;
mod lock;
mod lock_record;
mod log_reader;
mod mail;
mod migrate;
#[cfg(feature = "postgres")]
mod moving;
mod one_database;
mod open;
mod operations;
mod options;
mod outbox_states;
mod parallel_load;
mod quick_check;
mod schema_diff;
mod shared_outbox;
mod stamp;
mod statements;
mod taken_values;
mod value;
mod verify;
mod world_files;
mod writer;
mod writer_end;
mod written_schema;

pub use content_hash::damaged_blocks;
#[cfg(feature = "postgres")]
pub(super) use declared::declared_columns;
pub use migrate::{
    Change as SchemaChange, Consent, Migrated, Migration, MigrationError, Misfits, NewRow, OldRow,
    RowError, RowFunctions, Safety, Step,
};
#[cfg(feature = "postgres")]
pub(super) use moving::{Inserted, Inserter, NewFile, OldFile};
pub(super) use open::open;
pub(super) use operations::begin_backup;
pub use operations::{
    Backup, BackupReport, FileProblem, Progress, RescueReport, RescuedTable, RestoreReport,
    VerifyReport, backup, open_to_look, rescue, restore, verify,
};
pub use options::Options;
pub use shared_outbox::SharedOutbox;

use super::engine::{Engine, Parts};

/// The engine that keeps a world in a file of SQLite's, inside of the process.
#[derive(Debug)]
pub enum Sqlite {}

impl Engine for Sqlite {}

impl Parts for Sqlite {
    type Writer = writer::Writer;
    type Lock = lock::Lock;
}
