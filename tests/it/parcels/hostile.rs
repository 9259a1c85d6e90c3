//! Parcels that nobody has made.

use proptest::prelude::*;

use super::{filled, parcel_error, unchanged, with_catalogue};
use gamedb::{Parcel, ParcelError};

/// The bytes with a checksum that fits them.
pub(super) fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len().saturating_sub(8);
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    let sum = bytes[..end].iter().fold(0xcbf2_9ce4_8422_2325, step);
    bytes.truncate(end);
    bytes.extend(sum.to_le_bytes());
    bytes
}

fn sample_bytes() -> Vec<u8> {
    let (mut here, sample) = filled();
    here.pack(sample.ada).unwrap().as_bytes().to_vec()
}

#[test]
fn what_is_no_parcel_is_refused() {
    let bytes = sample_bytes();
    assert!(Parcel::from_bytes(with_checksum(bytes.clone())).is_ok());
    for len in 0..bytes.len() {
        assert!(Parcel::from_bytes(bytes[..len].to_vec()).is_err(), "{len}");
    }
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(Parcel::from_bytes(changed).is_err(), "{at}");
    }
    let mut newer = bytes.clone();
    newer[4] = 2;
    let refused = Parcel::from_bytes(newer).unwrap_err();
    assert_eq!(
        refused,
        ParcelError::NewerFormat {
            format: 2,
            known: 1
        }
    );
    let mut lost = bytes.clone();
    lost[29] = 2;
    let refused = Parcel::from_bytes(with_checksum(lost)).unwrap_err();
    assert!(matches!(refused, ParcelError::Damaged { at: 29, .. }));
    let mut other = bytes;
    other[21] ^= 1;
    let other = Parcel::from_bytes(with_checksum(other)).unwrap();
    let mut there = with_catalogue();
    let refused = parcel_error(unchanged(&mut there, |there| there.accept(&other)));
    let (parcel, world) = (other.fingerprint(), there.fingerprint());
    assert_eq!(refused, ParcelError::OtherSchema { parcel, world });
    let large = Parcel::from_bytes(vec![0; (1 << 24) + 1]).unwrap_err();
    assert!(matches!(large, ParcelError::TooLarge { .. }));
}

/// A number anywhere in a parcel that says how many of something come reserves no memory for them.
#[test]
fn counts_are_not_believed() {
    let bytes = sample_bytes();
    for at in 30..bytes.len() - 12 {
        let mut changed = bytes.clone();
        changed[at..at + 4].fill(0xff);
        let Ok(parcel) = Parcel::from_bytes(with_checksum(changed)) else {
            panic!("the checksum fits")
        };
        let mut there = with_catalogue();
        if unchanged_if_refused(&mut there, &parcel) {
            assert_eq!(there.check(), [""; 0]);
        }
    }
}

/// Puts a parcel in. Returns whether it was accepted; if not, nothing has changed.
fn unchanged_if_refused(there: &mut gamedb_models::World, parcel: &Parcel) -> bool {
    let before = crate::common::contents_of(there);
    let is_in = there.accept(parcel).is_ok();
    if !is_in {
        assert!(crate::common::contents_of(there) == before);
    }
    is_in
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_bytes_say_the_world_keeps_its_promises(
        edits in prop::collection::vec((30_usize..4000, any::<u8>(), 0_u8..3), 1..6),
    ) {
        let mut bytes = sample_bytes();
        for (at, byte, how) in edits {
            let at = 30 + (at - 30) % (bytes.len() - 30 - 8);
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte % 8),
                _ => drop(bytes.remove(at)),
            }
        }
        let parcel = Parcel::from_bytes(with_checksum(bytes)).unwrap();
        let mut there = with_catalogue();
        unchanged_if_refused(&mut there, &parcel);
        prop_assert_eq!(there.check(), [""; 0]);
    }
}
