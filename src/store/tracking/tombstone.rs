//! Tombstones: removed rows that the file still has.

use smallvec::SmallVec;

use crate::store::key::{AnyKey, RawKey};

/// A removed row that the file still has.
#[derive(Clone, Debug)]
pub struct Tombstone {
    /// The row's id in the file.
    pub id: i64,
    /// The row's key while it was live.
    pub key: RawKey,
    /// The rows that it belonged to, so that saving one of them includes the removal.
    pub belonged_to: SmallVec<[AnyKey; 1]>,
    /// Whether it has another owner in the file: it was moved to another owner and then removed.
    pub has_moved: bool,
}
