//! The SQLite back end: the only module that depends on SQLite and rusqlite.
//!
//! The rest of `persist` uses only what is exported here.

mod commit;
mod content_hash;
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

pub use content_hash::damaged_blocks;
pub(super) use lock::Lock;
pub(super) use open::{Opened, open};
pub use options::Options;
pub(super) use writer::Writer;
