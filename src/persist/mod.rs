//! World files. What every back end shares is in here; SQLite is known in `sqlite` alone.

mod ahead;
pub mod background;
mod batch;
pub mod create;
pub mod database;
pub mod error;
mod save;
mod sqlite;
mod sync;
mod worker;

pub use sqlite::commit::FlushReport;
pub use sqlite::options::Options;
