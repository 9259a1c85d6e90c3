//! What has changed: dirty rows, the changes copied out of the world, subscribers, and groups for `save`.

pub mod change_set;
pub mod commit_sink;
pub mod delta;
pub mod dirty;
pub mod effect;
pub mod feed;
#[cfg(feature = "sqlite")]
pub(crate) mod txn_groups;
