//! The world in memory: typed tables, their indexes, what changed in them, and how to take it back.
//!
//! Nothing here knows of SQL, files or SQLite; `persist` reads and fills a world through
//! [`AnyTable`](any_table::AnyTable) alone.

pub mod any_table;
pub mod capture;
pub mod cascade;
pub mod changes;
mod check;
pub mod constraint;
pub mod delta;
pub mod dirty;
pub mod entity;
pub mod ids;
pub mod index;
pub mod key;
pub mod ledger;
pub mod link;
pub mod owned;
mod ownership;
pub mod pivot;
pub mod schema;
pub mod table;
#[cfg(feature = "sqlite")]
pub(crate) mod together;
pub mod transaction;
pub mod union;
pub mod value;
pub mod view;
pub mod wide;
pub mod world;
mod write;
