//! What has changed: dirty rows, the changes copied out of the world, subscribers, and groups for `save`.

pub(crate) mod change_set;
pub(crate) mod commit_sink;
pub(crate) mod delta;
pub(crate) mod dirty;
pub(crate) mod effect;
pub(crate) mod feed;
#[cfg(feature = "persist")]
pub(crate) mod txn_groups;
