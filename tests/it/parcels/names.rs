//! How rows that stay behind are named: by blobs, and by columns that may be NULL.

#[allow(
    unused,
    unreachable_pub,
    missing_docs,
    clippy::pedantic,
    reason = "tests use a part of the models"
)]
#[path = "../../../generate/tests/cases/emit_parcels/models.rs"]
mod models;

use super::hostile::with_checksum;
use super::parcel_error;
use gamedb::{ErrorKind, Parcel, ParcelError, ProblemKind};
use models::{Bearer, Relic, World};

fn relic(rune: Option<&[u8]>) -> Relic {
    Relic {
        rune: rune.map(<[u8]>::to_vec),
    }
}

/// The runes of what a bearer has in the left hand and in the right one.
fn runes(world: &World, bearer: gamedb::Key<Bearer>) -> [Option<Vec<u8>>; 2] {
    let bearer = world.get(bearer).unwrap();
    let hands = [Some(bearer.left_relic), bearer.right_relic];
    hands.map(|relic| world.get(relic?).unwrap().rune.clone())
}

/// Regression: names that are blobs of one length counted as the same name.
#[test]
fn rows_are_found_by_blobs_of_one_length() {
    let (sun, moon) = ([1_u8, 2, 3], [3_u8, 2, 1]);
    let (mut here, mut there) = (World::new(), World::new());
    let [left, right] = [sun, moon].map(|rune| here.insert(relic(Some(&rune))).unwrap());
    for rune in [moon, sun] {
        there.insert(relic(Some(&rune))).unwrap();
    }
    let bearer = Bearer {
        name: "Ada".into(),
        left_relic: left,
        right_relic: Some(right),
    };
    let bearer = here.insert(bearer).unwrap();
    let before = runes(&here, bearer);
    let arrived = there.unpack(&here.pack(bearer).unwrap()).unwrap();
    let bearer = there.key(arrived.root::<Bearer>().unwrap()).unwrap();
    assert_eq!(runes(&there, bearer), before);
    assert_eq!(before, [Some(sun.to_vec()), Some(moon.to_vec())]);
}

/// A row without a name is not found, and least of all by a NULL that another row has too.
#[test]
fn null_is_no_name() {
    let (mut here, mut there) = (World::new(), World::new());
    let [named, nameless] = [Some(&[7_u8][..]), None].map(|rune| here.insert(relic(rune)).unwrap());
    for rune in [None, Some(&[7_u8][..]), None] {
        there.insert(relic(rune)).unwrap();
    }
    let of = |left_relic, right_relic| Bearer {
        name: "Ada".into(),
        left_relic,
        right_relic,
    };
    let bearer = here.insert(of(nameless, None)).unwrap();
    let refused = here.pack(bearer);
    assert!(matches!(
        parcel_error(refused),
        ParcelError::Unnamed {
            column: "left_relic",
            target_id: 2,
            ..
        }
    ));
    // What may be NULL becomes NULL.
    let bearer = here.insert(of(named, Some(nameless))).unwrap();
    let parcel = here.pack(bearer).unwrap();
    let arrived = there.unpack(&parcel).unwrap();
    let bearer = there.key(arrived.root::<Bearer>().unwrap()).unwrap();
    assert_eq!(runes(&there, bearer), [Some(vec![7]), None]);

    // A parcel that says NULL in a name all the same: one byte, of which as many could come as a parcel has.
    let bytes = parcel.as_bytes();
    let name = [6, 1, 0, 0, 0, 4, 1, 0, 0, 0, 7];
    let place = bytes.windows(name.len()).position(|part| part == name);
    let place = place.unwrap();
    let mut edited = bytes.to_vec();
    edited.splice(place..place + name.len(), [6, 1, 0, 0, 0, 0]);
    let edited = Parcel::from_bytes(with_checksum(edited)).unwrap();
    let n_rows = there.len();
    let refused = parcel_error(there.unpack(&edited));
    let ParcelError::Damaged { what, .. } = refused else {
        panic!("{refused}")
    };
    assert_eq!(what, "the name of a row has a NULL in it");
    assert_eq!(there.len(), n_rows);
    // And one that says another name is of a row that is not there.
    let mut edited = bytes.to_vec();
    edited[place + name.len() - 1] = 8;
    let edited = Parcel::from_bytes(with_checksum(edited)).unwrap();
    let Err(ErrorKind::NotApplied { problems }) =
        there.unpack(&edited).map_err(gamedb::Error::into_kind)
    else {
        panic!("there is no such relic")
    };
    assert!(matches!(problems[0].kind, ProblemKind::NoSuchValue { .. }));
}
