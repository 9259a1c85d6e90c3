//! World files, and worlds on a server. This module contains what all back ends share; only `sqlite` depends on SQLite.

mod batch;
#[cfg(feature = "postgres")]
mod connect;
mod create;
mod database;
mod engine;
mod error;
mod exchange;
mod left_out;
mod loading;
mod numbers;
mod outbox;
mod pipeline;
#[cfg(feature = "postgres")]
mod postgres;
mod report;
mod sqlite;
mod state;
mod stats;
mod sync;
mod ticket;
mod worker;

pub use create::CreateError;
pub use database::{CloseError, Database, IsWorld};
pub use engine::Engine;
pub use left_out::{Bond, LeftOutReason, LeftOutRow};
pub use outbox::{Exchanged, WaitingParcel};
#[cfg(feature = "postgres")]
pub use postgres::{
    MoveReport, MovedTable, Outsider, Postgres, PostgresOptions, ServerOutbox, ServerTables,
};
pub use report::FlushReport;
pub use sqlite::{
    Backup, BackupReport, Consent, FileProblem, Migrated, Migration, MigrationError, Misfits,
    NewRow, OldRow, Options, Progress, RescueReport, RescuedTable, RestoreReport, RowError,
    RowFunctions, Safety, SchemaChange, SharedOutbox, Sqlite, Step, VerifyReport, backup,
    damaged_blocks, open_to_look, rescue, restore, verify,
};
pub use stats::{FlushStats, Stats, TableStats};
pub use ticket::{Generation, Ticket};
