//! The world in memory: typed tables, their indexes, what changed in them, and how to take it back.
//!
//! Nothing here knows of SQL, files or SQLite; `persist` reads and fills a world through
//! [`DynTable`](table::dyn_table::DynTable) alone.

pub mod index;
mod invariants;
pub mod key;
pub mod pivot;
pub mod row;
pub mod row_set;
pub mod table;
pub mod tracking;
pub mod world;
