//! Parcels: rows that leave one world for another one. A parcel is bytes, because it outlives the process that made it;
//! the world that reads it believes nothing of what they say.

pub(crate) mod bytes;

use std::fmt;
use std::sync::Arc;

use crate::error::{ParcelError, ParcelId};
use crate::schema::TableInfo;
use bytes::{FORMAT, Head, Way};

/// The most bytes that a parcel may have: 16 MiB.
pub(crate) const MOST_BYTES: u32 = 1 << 24;

/// Rows that have left a world for another one: a row with all that it owns and all that goes where it goes. A clone shares
/// its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Parcel {
    id: ParcelId,
    fingerprint: u64,
    way: Way,
    bytes: Arc<[u8]>,
}

impl Parcel {
    /// Reads the head of a parcel, and whether all of its bytes are there. What its rows say is found out by the world
    /// that it is put into. O(bytes).
    ///
    /// # Errors
    /// [`ParcelError::TooLarge`], [`ParcelError::Damaged`], [`ParcelError::NewerFormat`].
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Result<Self, ParcelError> {
        let bytes = bytes.into();
        refuse_large(bytes.len())?;
        let Head {
            id,
            fingerprint,
            way,
        } = bytes::head(&bytes)?;
        Ok(Self {
            id,
            fingerprint,
            way,
            bytes,
        })
    }

    /// Its bytes, for a file or a network.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its name, which no other parcel has.
    #[must_use]
    pub fn id(&self) -> ParcelId {
        self.id
    }

    /// How it gets to another world.
    #[cfg(feature = "persist")]
    pub(crate) fn way(&self) -> Way {
        self.way
    }

    /// The [fingerprint](crate::World::fingerprint) of the schema of the world that it comes from.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }
}

impl fmt::Debug for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parcel")
            .field("id", &self.id)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Refuses a parcel of so many bytes, if they are too many.
pub(crate) fn refuse_large(bytes: usize) -> Result<(), ParcelError> {
    match u32::try_from(bytes) {
        Ok(bytes) if bytes <= MOST_BYTES => Ok(()),
        _ => Err(ParcelError::TooLarge {
            bytes: bytes as u64,
            most: MOST_BYTES.into(),
        }),
    }
}

/// The columns by which rows of a table are found in another world: the table's name, and the columns of one of its UNIQUE
/// constraints. Generated from `[parcels]` of gamedb.toml.
pub type NameColumns = (&'static str, &'static [&'static str]);

/// A number that two schemas have in common if, as far as chance goes, they are the same to a parcel: tables, columns, keys,
/// what removals do, UNIQUE, CHECKs, and the names in parcels. It is a part of the format.
pub(crate) fn fingerprint(tables: &[&'static TableInfo], names: &[NameColumns]) -> u64 {
    let mut hash = Fnv::default();
    hash.text("parcel");
    hash.number(FORMAT.into());
    for info in tables {
        // The parts of the description that have no names are written as they are declared.
        hash.text(info.name);
        hash.text(info.id);
        info.columns.iter().for_each(|column| hash.text(column));
        hash.text(&format!("{:?}", info.kind));
        for key in info.foreign_keys {
            let target = key.table.map_or("", |table| tables[table.index()].name);
            hash.text(target);
            hash.number(key.column as u64);
            hash.text(&format!("{:?} {}", key.on_delete, key.unique));
        }
        for key in info.value_keys {
            hash.text(key.columns);
            hash.text(tables[key.table.index()].name);
            hash.text(&tables[key.table.index()].index_columns(key.target_index));
            hash.text(&format!("{:?}", key.on_delete));
        }
        for (n, index) in info
            .indexes
            .iter()
            .enumerate()
            .filter(|(_, index)| index.unique)
        {
            hash.text(&info.index_columns(n));
            hash.number(index.columns.len() as u64);
        }
        info.checks.iter().for_each(|check| hash.text(check.sql));
        let conditions = info.conditions.iter();
        conditions.for_each(|condition| hash.text(condition.sql));
    }
    for (table, columns) in names {
        hash.text(table);
        columns.iter().for_each(|column| hash.text(column));
    }
    hash.0
}

/// FNV-1a, whose sixty-four bits are enough to find what chance has changed.
pub(crate) struct Fnv(pub(crate) u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }
}
