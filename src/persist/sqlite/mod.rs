//! The SQLite back end: the only place that knows SQLite and rusqlite.

pub(super) mod commit;
pub(super) mod load;
pub(super) mod lock;
pub(super) mod open;
pub(super) mod options;
mod parallel_load;
mod schema_diff;
mod statements;
pub(super) mod verify;
pub(super) mod writer;
