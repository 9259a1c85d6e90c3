//! World files. What every back end shares is in here; SQLite is known in `sqlite` alone.

mod batch;
pub mod create;
pub mod database;
pub mod error;
mod pipeline;
pub mod report;
mod save;
mod sqlite;
mod state;
mod sync;
mod table_order;
pub mod ticket;
mod worker;

pub use sqlite::Options;
