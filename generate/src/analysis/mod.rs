//! How the tables of a schema are related: which column points to which table, which tables are pivots or
//! joins, and which columns name an owner.

pub(crate) mod guess;
pub mod joins;
pub mod owners;
pub mod pivot;
pub mod relations;
pub(crate) mod suggest;
