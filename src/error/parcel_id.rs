//! The names of parcels, which errors say too.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// The name of a parcel: sixteen random bytes, so that no other parcel has it, also none of a world that was restored from a
/// backup and counts again from where it was.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParcelId([u8; 16]);

impl ParcelId {
    /// A new one.
    pub(crate) fn random() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let n = MADE.fetch_add(1, Ordering::Relaxed);
        // The standard library seeds these with random numbers of the system.
        let half = |salt: u64| RandomState::new().hash_one((salt, n, std::process::id()));
        let mut id = [0; 16];
        id[..8].copy_from_slice(&half(1).to_le_bytes());
        id[8..].copy_from_slice(&half(2).to_le_bytes());
        Self(id)
    }

    /// The one with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for ParcelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ParcelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ParcelId({self})")
    }
}
