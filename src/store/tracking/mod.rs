//! Change tracking: dirty sets, captured change sets, the change feed, and the txn groups for `save`.

pub(crate) mod change_set;
pub(crate) mod commit_sink;
pub(crate) mod delta;
pub(crate) mod dirty;
pub(crate) mod effect;
pub(crate) mod feed;
#[cfg(feature = "persist")]
pub(crate) mod home;
#[cfg(feature = "persist")]
pub(crate) mod mail;
pub(crate) mod parcel;
pub(crate) mod tombstone;
#[cfg(feature = "persist")]
pub(crate) mod txn_groups;
#[cfg(feature = "serde")]
pub(crate) mod wire;
