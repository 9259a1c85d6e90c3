//! What every outbox says of its parcels.

use crate::error::ParcelId;

/// How many parcels are listed at once: contents are read one by one, and so a list takes little memory, whatever waits.
pub(super) const MOST_WAITING: usize = 1_000;

/// How many characters of the reason for which a parcel was sent back are kept, and listed.
const MOST_OF_REASON: usize = 1_000;

/// As much of a reason as is kept.
pub(super) fn shortened(reason: &str) -> String {
    let kept = reason.chars().filter(|&one| one != '\0');
    kept.take(MOST_OF_REASON).collect()
}

/// A parcel that waits in an outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitingParcel {
    /// Its name.
    pub id: ParcelId,
    /// Its place in the outbox, where the next list goes on.
    pub place: u64,
    /// The world that it comes from.
    pub from: String,
    /// The world that it is for.
    pub to: String,
    /// Number of its bytes. One that has more than a parcel may have is not read, and can be sent back.
    pub n_bytes: u64,
    /// Why it was sent back, if it has come back to the world that it was made by.
    pub returned: Option<String>,
}

/// What an exchange has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchanged {
    /// Parcels of this world that are in the shared outbox now. The next flush takes them out of the world's own file.
    pub delivered: usize,
    /// Parcels that were accepted here and are not in the shared outbox any more.
    pub acknowledged: usize,
    /// Parcels that have left and cannot be delivered yet, because a power cut could still bring their rows back:
    /// [`flush_durable`](crate::Database::flush_durable) lets them go.
    pub held_back: usize,
}
