//! The SQLite back end: the only place that knows SQLite and rusqlite.
//!
//! What it exports is all that the rest of `persist` knows of it.

mod commit;
mod create;
mod declaration;
mod error;
mod format;
mod load;
mod lock;
mod open;
mod options;
mod parallel_load;
mod quick_check;
mod schema_diff;
mod statements;
mod value;
mod verify;
mod writer;

pub(super) use lock::Lock;
pub(super) use open::{Opened, open};
pub use options::Options;
pub(super) use writer::Writer;
