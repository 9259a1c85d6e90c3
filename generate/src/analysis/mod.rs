//! What a schema's tables are to each other: which column points where, and what is a pivot, a join or an
//! owner.

pub mod joins;
pub mod owners;
pub mod pivot;
pub mod relations;
