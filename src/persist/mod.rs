//! World files: the only place that knows SQLite.

mod ahead;
pub mod background;
mod batch;
pub mod create;
pub mod database;
pub mod error;
pub mod flush;
mod load;
mod lock;
mod open;
pub mod options;
mod read_ahead;
mod schema;
mod sql;
mod sync;
mod unchanged;
mod worker;
mod writer;
