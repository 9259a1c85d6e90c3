//! What every outbox says of its parcels.

use crate::store::tracking::parcel::ParcelId;

/// A parcel that waits in an outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitingParcel {
    /// Its name.
    pub id: ParcelId,
    /// The world that it comes from.
    pub from: String,
    /// The world that it is for.
    pub to: String,
    /// Number of its bytes.
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
