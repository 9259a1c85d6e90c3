//! Indexes: from a parent to its children, from a value to its rows, and from an id to its row.

pub mod ids;
mod key_list;
mod parent;
mod value;

pub(crate) use key_list::InsertAt;
pub use key_list::{KeyList, Keys};
pub use parent::{Parent, ParentIndex};
pub use value::{IndexHasher, IndexState, ValueIndex};
