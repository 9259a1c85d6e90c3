//! Indexes: from a parent to its children, from a value to the rows that have it, and from an id to its
//! row.

pub(crate) mod ids;
mod key_list;
mod parent;
mod value;

pub use key_list::Keys;
pub(crate) use key_list::{InsertAt, KeyList};
pub use parent::Parent;
pub(crate) use parent::ParentIndex;
pub(crate) use value::ValueIndex;
pub use value::{IndexHasher, IndexState};
