//! The in-memory world: typed tables, their indexes, change tracking, and the undo log.
//!
//! Nothing in this module depends on SQL, files or SQLite; `persist` reads and fills a world through
//! [`DynTable`](table::dyn_table::DynTable) alone.

pub(crate) mod index;
mod invariants;
pub(crate) mod key;
pub(crate) mod pivot;
pub(crate) mod row;
pub(crate) mod row_set;
pub(crate) mod table;
pub(crate) mod tracking;
pub(crate) mod world;
