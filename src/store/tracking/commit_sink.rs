//! Records steps that can no longer be rolled back: the rows that were changed in one transaction, for
//! saving, and the net effects, for subscribers.

use crate::store::key::AnyKey;
use crate::store::tracking::effect::{Effect, Positions};
use crate::store::tracking::feed::Feed;
#[cfg(feature = "persist")]
use crate::store::tracking::txn_groups::TxnGroups;

/// Where tables record their steps once they are final.
#[derive(Debug, Default)]
pub struct CommitSink {
    /// Only a world with a file can save rows.
    #[cfg(feature = "persist")]
    pub(crate) txn_groups: TxnGroups,
    pub(crate) feed: Feed,
}

impl CommitSink {
    /// Records one step. The row's id and the effect are computed only if there is a subscriber.
    #[inline]
    pub(crate) fn record(
        &mut self,
        row: AnyKey,
        effect: impl FnOnce() -> Option<(i64, Effect<Positions>)>,
    ) {
        #[cfg(feature = "persist")]
        self.txn_groups.add(row);
        if self.feed.is_watched()
            && let Some((id, effect)) = effect()
        {
            self.feed.record(row, id, effect);
        }
    }

    /// Ends a transaction, or a step outside of one.
    pub(crate) fn close(&mut self) {
        #[cfg(feature = "persist")]
        self.txn_groups.close();
    }
}
