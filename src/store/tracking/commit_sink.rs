//! What is kept of steps that nothing can take back any more: who was changed together, for saving;
//! and what came of it, for subscribers.

use crate::store::key::AnyKey;
use crate::store::tracking::effect::{Effect, Positions};
use crate::store::tracking::feed::Feed;
#[cfg(feature = "sqlite")]
use crate::store::tracking::txn_groups::TxnGroups;

/// Where tables tell of their steps once they are final.
#[derive(Debug, Default)]
pub struct CommitSink {
    /// Without files nobody saves.
    #[cfg(feature = "sqlite")]
    pub(crate) txn_groups: TxnGroups,
    pub(crate) feed: Feed,
}

impl CommitSink {
    /// Notes one step. The row's id and what became of it are asked only if there is somebody to tell.
    #[inline]
    pub(crate) fn record(
        &mut self,
        row: AnyKey,
        effect: impl FnOnce() -> Option<(i64, Effect<Positions>)>,
    ) {
        #[cfg(feature = "sqlite")]
        self.txn_groups.add(row);
        if self.feed.is_watched()
            && let Some((id, effect)) = effect()
        {
            self.feed.record(row, id, effect);
        }
    }

    /// Ends a transaction, or a step outside of one.
    pub(crate) fn close(&mut self) {
        #[cfg(feature = "sqlite")]
        self.txn_groups.close();
    }
}
