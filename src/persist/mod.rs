//! World files. What every back end shares is in here; SQLite is known in `sqlite` alone.

mod batch;
mod create;
mod database;
mod error;
mod pipeline;
mod report;
mod sqlite;
mod state;
mod sync;
mod ticket;
mod worker;

pub use create::CreateError;
pub use database::{CloseError, Database, IsWorld};
pub use report::FlushReport;
pub use sqlite::Options;
pub use ticket::{Generation, Ticket};
