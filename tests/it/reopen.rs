//! What is restored after a restart: every value that a column can have, ids, order; and which rows stay
//! clean.

use crate::common::sample::{attribute, double, flushed_file, item, player};
use crate::common::{TestFile, contents_of, flush_failure, new_file, state_of};
use gamedb::FlushFailure;
use gamedb::{ErrorKind, Id};
use gamedb_models::{
    Attribute, AttributeOwnerKey, AttributeType, AttributeValue, Inventory, Item, ItemType, Mobile,
    MobileType, Player,
};

#[test]
fn a_reopened_world_is_the_same_and_clean() {
    let (file, db, _) = flushed_file();
    let before = contents_of(&db);
    let _ = db.close().unwrap();
    let first = file.open();
    assert_eq!(contents_of(&first), before);
    assert_eq!(first.n_dirty(), 0);
    let state = state_of(&first);
    drop(first);
    // Reopened without a flush in between, even the keys are the same, because loading is deterministic.
    assert_eq!(state_of(&file.open()), state);
}

/// Real numbers at the limits of a column, and where other types would round.
const REALS: [f64; 14] = [
    0.0,
    f64::MIN_POSITIVE,
    f64::MIN_POSITIVE / 4.0,
    f64::from_bits(1),
    f64::MAX,
    f64::MIN,
    f64::EPSILON,
    f64::INFINITY,
    f64::NEG_INFINITY,
    1.0 / 3.0,
    9_007_199_254_740_993.0,
    9_223_372_036_854_775_807.0,
    -9_223_372_036_854_775_808.0,
    1e300,
];

/// The same for integers.
const INTEGERS: [i64; 9] = [
    i64::MIN,
    i64::MIN + 1,
    -1,
    0,
    1,
    1 << 53,
    (1 << 53) + 1,
    i64::MAX - 1,
    i64::MAX,
];

#[test]
fn every_number_comes_back_as_it_was() {
    let (file, mut db) = new_file();
    let ada = db.insert(player(1)).unwrap();
    for real in REALS {
        db.get_mut(ada)
            .unwrap()
            .add_attribute(double("real", real))
            .unwrap();
        let (x, y, z) = (real, -real, 1.0);
        let value = AttributeValue::Vector3 { x, y, z };
        let row = Attribute {
            value,
            ..attribute("vector")
        };
        db.get_mut(ada).unwrap().add_attribute(row).unwrap();
    }
    for integer in INTEGERS {
        let value = AttributeValue::Asset(integer);
        let row = Attribute {
            value,
            ..attribute("integer")
        };
        db.get_mut(ada).unwrap().add_attribute(row).unwrap();
        db.add(AttributeOwnerKey::Asset(integer), attribute("outside"))
            .unwrap();
    }
    let db = file.reopen(db);
    let ada = Player::find_by_email(&db, "1@example.com").unwrap();
    let values: Vec<_> = ada.attributes().map(|(_, row)| row.value.clone()).collect();
    for (real, pair) in REALS.iter().zip(values.chunks(2)) {
        match pair {
            [
                AttributeValue::Double(double),
                AttributeValue::Vector3 { x, y, .. },
            ] => {
                assert_eq!(double.to_bits(), real.to_bits());
                assert_eq!(x.to_bits(), real.to_bits());
                assert_eq!(y.to_bits(), (-real + 0.0).to_bits());
            }
            other => panic!("{other:?}"),
        }
    }
    for integer in INTEGERS {
        assert!(values.contains(&AttributeValue::Asset(integer)));
        let owned = db.owned_by::<Attribute>(AttributeOwnerKey::Asset(integer));
        assert_eq!(owned.len(), 1);
    }
}

#[test]
fn minus_zero_becomes_zero_in_the_file() {
    let (file, mut db) = new_file();
    let ada = db.insert(player(1)).unwrap();
    let zero = db
        .get_mut(ada)
        .unwrap()
        .add_attribute(double("zero", -0.0))
        .unwrap();
    let _ = db.flush().unwrap();
    // -0.0 equals the current value, so this is not a change.
    db.get_mut(zero)
        .unwrap()
        .set_value(AttributeValue::Double(0.0))
        .unwrap();
    assert_eq!(db.n_dirty(), 0);
    let db = file.reopen(db);
    let (_, row) = db.iter::<Attribute>().next().unwrap();
    match row.value {
        AttributeValue::Double(value) => assert_eq!(value.to_bits(), 0.0_f64.to_bits()),
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn every_text_comes_back_as_it_was() {
    let texts = [
        String::new(),
        "\0".into(),
        "before\0after".into(),
        "it's \"quoted\" -- ; DROP TABLE players".into(),
        "\u{1F9D9}\u{200D}\u{2642}\u{FE0F} \u{FEFF} e\u{301} \u{10FFFF}".into(),
        "\r\n\t \u{1}".into(),
        "x".repeat(1 << 20),
        "\u{e9}".repeat(1 << 19),
        "NULL".into(),
        "12".into(),
        "1e5".into(),
    ];
    let (file, mut db) = new_file();
    for text in &texts {
        let row = Player {
            full_name: text.clone(),
            what_we_call_you: text.clone(),
            email: text.clone(),
            ..Player::default()
        };
        db.insert(row).unwrap();
    }
    let mut db = file.reopen(db);
    for (n, text) in (1..).zip(&texts) {
        let row = Player::find_by_email(&db, text).unwrap();
        assert_eq!(row.id(), Id::new(n));
        assert!(row.full_name == *text && row.what_we_call_you == *text);
        assert_eq!(Player::find_by_what_we_call_you(&db, text).len(), 1);
    }
    // The same through an UPDATE.
    for text in &texts {
        let first = db.key(Id::<Player>::new(1)).unwrap();
        db.get_mut(first).unwrap().set_full_name(text.as_str());
        db = file.reopen(db);
        let first = db.key(Id::<Player>::new(1)).unwrap();
        assert!(db.get(first).unwrap().full_name == *text);
    }
}

#[test]
fn every_enum_value_and_every_null_comes_back() {
    let (file, mut db) = new_file();
    for (n, &item_type) in (0..).zip(ItemType::ALL) {
        let max_stack_size = (n % 2 == 0).then_some(n + 1);
        db.insert(Item {
            item_type,
            max_stack_size,
            ..item(n)
        })
        .unwrap();
    }
    for &mobile_type in MobileType::ALL {
        db.insert(Mobile {
            mobile_type,
            ..Mobile::default()
        })
        .unwrap();
    }
    let ada = db.insert(player(1)).unwrap();
    for &attribute_type in AttributeType::ALL {
        let row = Attribute {
            attribute_type,
            visible: true,
            ..Attribute::default()
        };
        db.get_mut(ada).unwrap().add_attribute(row).unwrap();
    }
    let bag = Inventory {
        last_calculated_volume: None,
        ..Inventory::default()
    };
    db.get_mut(ada).unwrap().add_inventory(bag).unwrap();
    let db = file.reopen(db);
    let types: Vec<_> = db
        .iter::<Attribute>()
        .map(|(_, row)| row.attribute_type)
        .collect();
    assert_eq!(types, AttributeType::ALL);
    assert_eq!(
        db.iter::<Inventory>()
            .next()
            .unwrap()
            .1
            .last_calculated_volume,
        None
    );
}

#[test]
fn ids_at_the_ends_are_kept_and_the_last_one_is_not_given_twice() {
    let ids = [i64::MIN, -1, 0, 1, 1_000_000, i64::MAX - 2];
    let mut rows = String::new();
    for id in ids {
        rows += &format!("INSERT INTO item_blueprints VALUES ({id}, 5);");
    }
    let file = TestFile::by_hand(|ddl| ddl, &rows);
    let mut db = file.open();
    assert!(ids.iter().all(|&id| {
        db.key(Id::<gamedb_models::ItemBlueprint>::new(id))
            .is_some()
    }));
    let last = db.insert(gamedb_models::ItemBlueprint::default()).unwrap();
    assert_eq!(db.id(last).unwrap().get(), i64::MAX - 1);
    let before = state_of(&db);
    let error = db
        .insert(gamedb_models::ItemBlueprint::default())
        .unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::IdExhausted {
            table: "item_blueprints"
        }
    ));
    assert_eq!(state_of(&db), before);
    db.remove(last).unwrap();
    let mut db = file.reopen(db);
    let error = db
        .insert(gamedb_models::ItemBlueprint::default())
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::IdExhausted { .. }));
}

#[test]
fn ids_of_an_owned_row_are_exhausted_before_anything_is_written() {
    let rows = format!(
        "INSERT INTO items VALUES (1, 'x', NULL, 'VIRTUAL', NULL);
         INSERT INTO attributes VALUES (5, 'a', 0, 'SIZE', 1, NULL, NULL, NULL, NULL, NULL);
         INSERT INTO attribute_owners VALUES ({}, 5, NULL, 1, NULL, NULL);",
        i64::MAX - 1
    );
    let file = TestFile::by_hand(|ddl| ddl, &rows);
    let mut db = file.open();
    let item = db.key(Id::<Item>::new(1)).unwrap();
    let before = state_of(&db);
    let error = db
        .get_mut(item)
        .unwrap()
        .add_attribute(attribute("x"))
        .unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::IdExhausted {
                table: "attribute_owners"
            }
        ),
        "{error}"
    );
    assert_eq!(state_of(&db), before);
}

#[test]
fn iter_mut_visits_the_row_with_the_largest_id_of_all() {
    let rows = format!(
        "INSERT INTO item_blueprints VALUES (1, 5), ({}, 5)",
        i64::MAX
    );
    let file = TestFile::by_hand(|ddl| ddl, &rows);
    let mut db = file.open();
    let mut n = 0;
    let mut rows = db.iter_mut::<gamedb_models::ItemBlueprint>();
    while rows.next().is_some() {
        n += 1;
    }
    assert_eq!(n, 2);
}

/// A file that another program created from the schema alone is opened as it is.
#[test]
fn a_file_made_by_hand_is_taken_over() {
    let rows = "INSERT INTO players VALUES (7, 'Ada', 'Ada', '', 1, 1815, 'ada@example.com');
         INSERT INTO mobiles VALUES (3, 'NPC', 9, NULL, NULL, NULL, 'pet');
         INSERT INTO mobiles VALUES (9, 'PLAYER', NULL, NULL, NULL, 7, 'avatar');
         INSERT INTO attributes VALUES (5, 'luck', 0, 'LUCK', NULL, 7, NULL, NULL, NULL, NULL);
         INSERT INTO attribute_owners VALUES (4, 5, NULL, NULL, NULL, 7);
         CREATE TABLE notes (text TEXT); CREATE VIEW names AS SELECT full_name FROM players;";
    let file = TestFile::by_hand(|ddl| ddl, rows);
    let db = file.open();
    let ada = Player::find_by_email(&db, "ada@example.com").unwrap();
    assert_eq!(
        ada.mobile()
            .unwrap()
            .mobiles()
            .next()
            .unwrap()
            .1
            .what_we_call_you,
        "pet"
    );
    let (_, luck) = ada.attributes().next().unwrap();
    assert_eq!(luck.value, AttributeValue::Double(7.0));
    assert_eq!(db.n_dirty(), 0);
    let mut db = file.reopen(db);
    let new = db.insert(player(1)).unwrap();
    assert_eq!(db.id(new).unwrap().get(), 8);
    file.reopen(db);
    assert_eq!(file.query::<i64>("SELECT count(*) FROM notes"), 0);
}

#[test]
fn databases_of_two_files_do_not_take_each_others_world() {
    let files = [TestFile::new(), TestFile::new()];
    let [mut one, mut two] = [files[0].open(), files[1].open()];
    one.insert(player(1)).unwrap();
    std::mem::swap(&mut *one, &mut *two);
    for db in [&mut one, &mut two] {
        let (_, cause) = flush_failure(db.flush());
        assert!(matches!(cause, FlushFailure::OtherWorld), "{cause}");
    }
    std::mem::swap(&mut *one, &mut *two);
    assert_eq!(one.flush().unwrap().inserted, 1);
    assert_eq!(two.flush().unwrap().rows(), 0);
}
