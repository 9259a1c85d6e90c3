//! Sets of ids that stay small when there are millions.

use std::collections::HashMap;

/// A set of ids, in blocks of 65,536. Ids that follow each other take a bit each.
#[derive(Debug, Default)]
pub(crate) struct IdSet {
    blocks: HashMap<i64, Block>,
}

/// The ids of one block, by their lower 16 bits.
#[derive(Debug)]
enum Block {
    /// In order.
    Few(Vec<u16>),
    /// A bit for each.
    Many(Box<[u64; N_WORDS]>),
}

const N_WORDS: usize = 1 << 10;

/// A list of more ids takes more memory than all bits.
const MOST_IN_LIST: usize = 1 << 12;

impl IdSet {
    pub(crate) fn insert(&mut self, id: i64) {
        let (block, low) = place(id);
        let block = self.blocks.entry(block);
        block.or_insert_with(|| Block::Few(Vec::new())).insert(low);
    }

    pub(crate) fn contains(&self, id: i64) -> bool {
        let (block, low) = place(id);
        self.blocks.get(&block).is_some_and(|block| block.has(low))
    }

    /// The highest id.
    pub(crate) fn last(&self) -> Option<i64> {
        let (block, ids) = self.blocks.iter().max_by_key(|(block, _)| **block)?;
        Some(block << 16 | i64::from(ids.last_below(None)?))
    }

    /// The highest id below this one.
    pub(crate) fn last_below(&self, end: i64) -> Option<i64> {
        let (last, low) = place(end);
        let same = self.blocks.get(&last);
        if let Some(found) = same.and_then(|ids| ids.last_below(Some(low))) {
            return Some(last << 16 | i64::from(found));
        }
        let blocks = self.blocks.iter().filter(|(block, _)| **block < last);
        let (block, ids) = blocks.max_by_key(|(block, _)| **block)?;
        Some(block << 16 | i64::from(ids.last_below(None)?))
    }
}

/// The block of an id, and its place there.
fn place(id: i64) -> (i64, u16) {
    let [low, high, ..] = id.to_le_bytes();
    (id >> 16, u16::from_le_bytes([low, high]))
}

fn bit(low: u16) -> (usize, u64) {
    (usize::from(low >> 6), 1 << (low & 63))
}

impl Block {
    fn insert(&mut self, low: u16) {
        match self {
            Self::Few(ids) => {
                let at = match ids.last() {
                    // Most ids come in order.
                    Some(last) if *last < low => ids.len(),
                    _ => match ids.binary_search(&low) {
                        Ok(_) => return,
                        Err(at) => at,
                    },
                };
                ids.insert(at, low);
                if ids.len() > MOST_IN_LIST {
                    let mut bits = Box::new([0; N_WORDS]);
                    for low in ids {
                        let (word, bit) = bit(*low);
                        bits[word] |= bit;
                    }
                    *self = Self::Many(bits);
                }
            }
            Self::Many(bits) => {
                let (word, bit) = bit(low);
                bits[word] |= bit;
            }
        }
    }

    fn has(&self, low: u16) -> bool {
        match self {
            Self::Few(ids) => ids.binary_search(&low).is_ok(),
            Self::Many(bits) => {
                let (word, bit) = bit(low);
                bits[word] & bit != 0
            }
        }
    }

    /// The highest id, or the highest one below another.
    fn last_below(&self, end: Option<u16>) -> Option<u16> {
        match self {
            Self::Few(ids) => {
                let n = end.map_or(ids.len(), |end| ids.partition_point(|id| *id < end));
                ids[..n].last().copied()
            }
            Self::Many(bits) => {
                let (end, below) = match end.map(bit) {
                    Some((word, bit)) => (word, bits[word] & (bit - 1)),
                    None => (N_WORDS, 0),
                };
                let (word, bits) = match below {
                    0 => {
                        let word = bits[..end].iter().rposition(|word| *word != 0)?;
                        (word, bits[word])
                    }
                    below => (end, below),
                };
                u16::try_from(word as u64 * 64 + u64::from(bits.ilog2())).ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Ids that are close together, and ids of all sizes.
    fn ids() -> impl Strategy<Value = Vec<i64>> {
        let near = (any::<i64>(), 1..9000_i64)
            .prop_map(|(from, n)| (0..n).map(|n| from.wrapping_add(n)).collect());
        let some = prop::collection::vec(any::<i64>(), 0..50);
        prop::collection::vec(prop_oneof![near, some], 0..3).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6))]
        #[test]
        fn it_is_a_set(ids in ids(), others in ids()) {
            let mut set = IdSet::default();
            for id in ids.iter().chain(&ids) {
                set.insert(*id);
            }
            let right: BTreeSet<i64> = ids.into_iter().collect();
            prop_assert_eq!(set.last(), right.last().copied());
            let near = right.iter().flat_map(|id| [*id, id.wrapping_add(1), id.wrapping_sub(1)]);
            for id in near.chain(others) {
                prop_assert_eq!(set.contains(id), right.contains(&id), "{}", id);
                prop_assert_eq!(set.last_below(id), right.range(..id).next_back().copied(), "{}", id);
            }
        }
    }

    #[test]
    fn ids_in_a_row_take_a_bit_each() {
        let mut set = IdSet::default();
        for id in 1..=1_000_000 {
            set.insert(id);
        }
        assert_eq!(set.blocks.len(), 16);
        let is_small = |block: &Block| matches!(block, Block::Many(_));
        assert!(set.blocks.values().all(is_small));
    }
}
