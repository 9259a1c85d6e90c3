//! In-memory stores as a programmer would write them for one game: without any checks or safeguards, and
//! with only the features that the benchmark needs.

use gamedb_models::{Attribute, AttributeValue};
use indexmap::{IndexMap, IndexSet};
use slotmap::{SecondaryMap, SlotMap, new_key_type};
use smallvec::SmallVec;

use super::reference::{Order, PER_MOBILE, attribute, double, owners, rng};

new_key_type! {
    pub(crate) struct PlainKey;
    pub(crate) struct PlainMobile;
}

/// The column `double_value`, as a flag.
pub(crate) const DOUBLE_VALUE: u16 = 1 << 4;

/// A row with the data that a flush needs: its id and its dirty columns.
pub(crate) struct PlainRow {
    pub(crate) attribute: Attribute,
    pub(crate) id: i64,
    pub(crate) dirty: u16,
}

/// Attributes in a slotmap, and a list of those that have changed.
#[derive(Default)]
pub(crate) struct Plain {
    pub(crate) attributes: SlotMap<PlainKey, PlainRow>,
    pub(crate) dirty: Vec<PlainKey>,
}

impl Plain {
    pub(crate) fn filled(mobiles: usize) -> (Self, Vec<PlainKey>) {
        let mut rng = rng();
        let mut plain = Self::default();
        let keys = (0..mobiles * PER_MOBILE)
            .map(|n| {
                plain.attributes.insert(PlainRow {
                    attribute: attribute(n, rng.f64()),
                    id: n as i64 + 1,
                    dirty: 0,
                })
            })
            .collect();
        (plain, keys)
    }

    #[inline]
    pub(crate) fn set_double(&mut self, key: PlainKey, value: f64) {
        if let Some(row) = self.attributes.get_mut(key) {
            row.attribute.value = AttributeValue::Double(value);
            if row.dirty == 0 {
                self.dirty.push(key);
            }
            row.dirty |= DOUBLE_VALUE;
        }
    }

    /// Resets the dirty flags, as after a flush.
    pub(crate) fn clean(&mut self) {
        for key in self.dirty.drain(..) {
            self.attributes[key].dirty = 0;
        }
    }
}

/// Mobiles and the attributes that they own, in one of two kinds of maps.
#[derive(Default)]
pub(crate) struct PlainOwners {
    pub(crate) mobiles: SlotMap<PlainMobile, ()>,
    pub(crate) attributes: SlotMap<PlainKey, PlainRow>,
    pub(crate) few: SecondaryMap<PlainMobile, SmallVec<[PlainKey; 8]>>,
    pub(crate) sets: IndexMap<PlainMobile, IndexSet<PlainKey>>,
}

/// Selects one of the two maps.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Map {
    Few,
    Sets,
}

impl PlainOwners {
    pub(crate) fn filled(mobiles: usize, order: Order, map: Map) -> Self {
        let mut rng = rng();
        let mut plain = Self::default();
        let keys: Vec<_> = (0..mobiles).map(|_| plain.mobiles.insert(())).collect();
        for (n, owner) in owners(mobiles, order).into_iter().enumerate() {
            let row = PlainRow {
                attribute: attribute(n, rng.f64()),
                id: n as i64 + 1,
                dirty: 0,
            };
            let key = plain.attributes.insert(row);
            match map {
                Map::Few => {
                    let entry = plain.few.entry(keys[owner]);
                    entry.expect("a mobile").or_default().push(key);
                }
                Map::Sets => {
                    plain.sets.entry(keys[owner]).or_default().insert(key);
                }
            }
        }
        plain
    }

    /// For each mobile, passes on the sum over its attributes.
    pub(crate) fn sums(&self, map: Map, mut see: impl FnMut(f64)) {
        let number = |key: &PlainKey| double(&self.attributes[*key].attribute);
        for mobile in self.mobiles.keys() {
            let sum = match map {
                Map::Few => self
                    .few
                    .get(mobile)
                    .map(|keys| keys.iter().map(number).sum()),
                Map::Sets => self
                    .sets
                    .get(&mobile)
                    .map(|keys| keys.iter().map(number).sum()),
            };
            see(sum.unwrap_or_default());
        }
    }
}
