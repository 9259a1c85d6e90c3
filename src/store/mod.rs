//! The world in memory: typed tables, their indexes, what changed in them, and how to take it back.
//!
//! Nothing here knows of SQL, files or SQLite; `persist` reads and fills a world through
//! [`AnyTable`](any_table::AnyTable) alone.

pub mod any_table;
pub mod capture;
pub mod cascade;
mod check;
pub mod dirty;
pub mod entity;
pub mod ids;
pub mod index;
pub mod key;
pub mod owned;
pub mod pivot;
pub mod schema;
pub mod table;
pub mod transaction;
pub mod union;
pub mod value;
pub mod view;
pub mod world;
mod write;
