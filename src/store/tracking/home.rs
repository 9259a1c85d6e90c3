//! Where a world is kept, as far as the parcels that it moves depend on it.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use crate::error::ParcelId;

/// Where a world is kept, and which state of it was found there.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    /// The identity of the world, which all its copies share; zero for one that no engine keeps.
    pub(crate) world: [u8; 16],
    /// How many flushes it had had when it was opened, since it began.
    pub(crate) opened_at: i64,
    /// How many of them survive a power cut.
    pub(crate) durable: Arc<AtomicI64>,
    /// What no other opening of the world is called.
    pub(crate) opening: ParcelId,
}

impl Default for Home {
    fn default() -> Self {
        Self {
            world: [0; 16],
            opened_at: 0,
            durable: Arc::default(),
            opening: ParcelId::from_bytes([0; 16]),
        }
    }
}
