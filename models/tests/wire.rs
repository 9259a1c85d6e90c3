//! Rows, ids, enums and deltas in the formats of serde.

use gamedb::{Delta, Error, ErrorKind, Id};
use gamedb_models::{
    Attribute, AttributeOwnerKey, AttributeType, AttributeValue, Inventory, Item, Mobile, Player,
    PlayerId, World,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn to_json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("JSON")
}

fn read(json: &Value) -> Result<Delta, serde_json::Error> {
    World::read_delta(json)
}

/// Ada with a mobile that has an attribute of each kind of value.
fn world() -> Result<World, Error> {
    let mut world = World::new();
    let ada = world.insert(Player {
        full_name: "Ada \"\u{1F9D9}\"\0\n".into(),
        over_13: true,
        year_of_birth: i64::MIN,
        ..Player::default()
    })?;
    let avatar = world.insert(Mobile {
        owner: Some(ada.into()),
        ..Mobile::default()
    })?;
    for value in [
        AttributeValue::Bool(true),
        AttributeValue::Double(0.1),
        AttributeValue::Double(-0.0),
        AttributeValue::Double(1e300),
        AttributeValue::Vector3 {
            x: 1.0,
            y: 2.5,
            z: -3.0,
        },
        AttributeValue::Asset(7),
    ] {
        let row = Attribute {
            value,
            ..Attribute::default()
        };
        world.add(avatar, row)?;
    }
    world.add(ada, Inventory::default())?;
    Ok(world)
}

#[test]
fn a_view_is_its_row_with_ids() {
    let world = world().expect("a world");
    let (ada, _) = world.iter::<Player>().next().expect("Ada");
    assert_eq!(
        to_json(&world.get(ada).expect("a row")),
        json!({
            "id": 1, "full_name": "Ada \"\u{1F9D9}\"\0\n", "what_we_call_you": "", "security_token": "",
            "over_13": true, "year_of_birth": i64::MIN, "email": "",
        })
    );
    let mobile = to_json(&world.get(ada).expect("a row").mobile().expect("hers"));
    assert_eq!(mobile["owner"], json!({"player": 1}));
    assert_eq!(mobile["id"], 1);
    let kind = world.iter::<Mobile>().next().expect("one").1.mobile_type;
    assert_eq!(mobile["mobile_type"], kind.as_str());
    let values: Vec<Value> = (world.iter::<Attribute>())
        .map(|(key, _)| to_json(&world.get(key).expect("a row"))["value"].clone())
        .collect();
    let expected = [
        json!({"bool": true}),
        json!({"double": 0.1}),
        json!({"double": -0.0}),
        json!({"double": 1e300}),
        json!({"vector3": {"x": 1.0, "y": 2.5, "z": -3.0}}),
        json!({"asset": 7}),
    ];
    assert_eq!(values, expected);
    // Who owns a row, through a pivot: the arm and its id, also where that is the id of no row.
    let (mut world, icon) = (world, Attribute::default());
    let icon = (world.add(AttributeOwnerKey::Asset(7), icon)).expect("a row");
    let owner = |key| to_json(&world.get(key).expect("a row"))["owner"].clone();
    let owners: Vec<Value> = world
        .iter::<Attribute>()
        .map(|(key, _)| owner(key))
        .collect();
    assert_eq!(owners[..5], vec![json!({"mobile": 1}); 5][..]);
    assert_eq!(owner(icon), json!({"asset": 7}));
    let (bag, _) = world.iter::<Inventory>().next().expect("hers");
    let bag = world.get(bag).expect("a row");
    assert_eq!(to_json(&bag)["owner"], json!({"player": 1}));
    // A binary format is told how many entries there are before they come.
    let bytes = rmp_serde::to_vec(&bag).expect("bytes");
    let read: Value = rmp_serde::from_slice(&bytes).expect("all of it");
    assert_eq!(read["owner"], json!({"player": {"Integer": 1}}));
    let bare = World::new().insert(Item::default()).map(|_| ());
    assert!(bare.is_ok());
    let mut world = World::new();
    let item = world.insert(Item::default()).expect("a row");
    assert_eq!(
        to_json(&world.get(item).expect("a row"))["blueprint"],
        Value::Null
    );
}

#[test]
fn ids_and_enums_go_both_ways() {
    let id: PlayerId = Id::new(17);
    assert_eq!(to_json(&id), json!(17));
    assert_eq!(serde_json::from_value::<PlayerId>(json!(17)).ok(), Some(id));
    assert!(serde_json::from_value::<PlayerId>(json!("17")).is_err());
    for &kind in AttributeType::ALL {
        assert_eq!(to_json(&kind), json!(kind.as_str()));
        let back: AttributeType =
            serde_json::from_value(json!(kind.as_str())).expect("one of them");
        assert_eq!(back, kind);
        let bytes = rmp_serde::to_vec(&kind).expect("bytes");
        assert_eq!(
            rmp_serde::from_slice::<AttributeType>(&bytes).ok(),
            Some(kind)
        );
    }
    let error = serde_json::from_value::<AttributeType>(json!("LUCKY")).expect_err("none of them");
    assert!(
        error
            .to_string()
            .starts_with("\"LUCKY\" is no AttributeType; allowed are "),
        "{error}"
    );
}

#[test]
fn a_delta_is_rows_by_name() {
    let mut world = World::new();
    let mut subscription = world.subscribe().expect("no transaction");
    let ada = world.insert(Player::default()).expect("a row");
    let bag = world.add(ada, Inventory::default()).expect("a row");
    let inserted = to_json(&world.changes(&mut subscription).expect("changes").delta());
    assert_eq!(inserted["tables"][0]["table"], "players");
    assert_eq!(inserted["tables"][0]["inserted"][0]["id"], 1);
    assert_eq!(inserted["tables"][2]["inserted"][0]["player_id"], 1);
    assert_eq!(inserted["used_ids"], json!({}));
    world.get_mut(ada).expect("a row").set_year_of_birth(7);
    world.remove(bag).expect("removed");
    let changed = to_json(&world.changes(&mut subscription).expect("changes").delta());
    assert_eq!(
        changed["tables"][0],
        json!({"table": "players", "inserted": [], "changed": [{"id": 1, "year_of_birth": 7}], "removed": []})
    );
    assert_eq!(
        changed["tables"][1],
        json!({"table": "inventories", "inserted": [], "changed": [], "removed": [1]})
    );
}

#[test]
fn what_does_not_fit_is_refused_and_named() {
    let of_players = |rows: Value| json!({"tables": [{"table": "players", "inserted": rows}]});
    let whole = json!({"id": 1, "full_name": "", "what_we_call_you": "", "security_token": "",
        "over_13": 0, "year_of_birth": 0, "email": ""});
    assert!(read(&of_players(json!([whole]))).is_ok());
    for (wrong, expected) in [
        (
            json!({"tables": [{"table": "plyers"}]}),
            "\"plyers\" is no table of this world; both need the same models",
        ),
        (
            json!({"tables": [], "used_ids": {"x": 1}}),
            "\"x\" is no table of this world; both need the same models",
        ),
        (
            of_players(json!([{"full_name": "x"}])),
            "a row of players has no number as its \"id\"",
        ),
        (
            of_players(json!([{"id": "1"}])),
            "a row of players has no number as its \"id\"",
        ),
        (
            of_players(json!([{"id": 1, "hp": 3}])),
            "players has no column \"hp\"",
        ),
        (
            of_players(json!([{"id": 1}])),
            "players row 1 is new, and 6 of its columns are missing",
        ),
        (
            of_players(json!([{"id": 1, "email": u64::MAX}])),
            "a number above i64::MAX is no integer of a file",
        ),
        (
            of_players(json!([{"id": 1, "email": {"a": 1}}])),
            "invalid type: map, expected null, a number, a text or a list of bytes",
        ),
        (
            json!({"tables": [{"table": "players", "rows": []}]}),
            "unknown field `rows`, expected one of `table`, `inserted`, `changed`, `removed`",
        ),
        (json!({}), "missing field `tables`"),
        (json!([1]), "invalid type"),
    ] {
        let error = read(&wrong).expect_err("wrong").to_string();
        assert!(error.starts_with(expected), "{error}\n{wrong}");
    }
    // A value that does not fit its column is found out when it is applied, and nothing is changed.
    let mut world = World::new();
    let mut row = whole.clone();
    row["year_of_birth"] = json!("long ago");
    let delta = read(&of_players(json!([row]))).expect("a delta");
    let error = world.apply(&delta).expect_err("a text");
    assert!(
        matches!(error.kind(), ErrorKind::NotApplied { .. }),
        "{error}"
    );
    assert!(world.is_empty());
    // The same row twice, a row that is not there.
    let twice = read(&of_players(json!([whole, whole]))).expect("a delta");
    assert!(world.apply(&twice).is_err());
    let missing = json!({"tables": [{"table": "players", "changed": [{"id": 9, "email": "x"}], "removed": [8]}]});
    assert!(world.apply(&read(&missing).expect("a delta")).is_err());
    assert!(world.is_empty() && world.check().is_empty());
}

#[test]
fn infinity_needs_a_binary_format() {
    let mut world = World::new();
    let ada = world.insert(Player::default()).expect("a row");
    let row = Attribute {
        value: AttributeValue::Double(f64::INFINITY),
        ..Attribute::default()
    };
    if world.add(ada, row).is_err() {
        return;
    }
    let snapshot = world.snapshot().expect("a delta");
    let error = serde_json::to_string(&snapshot).expect_err("infinity is no JSON");
    assert!(error.to_string().contains("use a binary one"), "{error}");
    both_ways_as_bytes(&snapshot);
}

fn both_ways_as_bytes(delta: &Delta) {
    let bytes = rmp_serde::to_vec(delta).expect("bytes");
    let mut reader = rmp_serde::Deserializer::new(bytes.as_slice());
    let back = World::read_delta(&mut reader).expect("the same delta");
    assert!(back == *delta);
}

#[test]
fn a_mirror_is_kept_over_the_wire() {
    let mut world = world().expect("a world");
    let mut mirror = World::new();
    let send = |delta: Delta| {
        both_ways_as_bytes(&delta);
        let text = serde_json::to_string(&delta).expect("JSON");
        let back = World::read_delta(&mut serde_json::Deserializer::from_str(&text));
        let back = back.expect("the same delta");
        assert!(back == delta, "{text}");
        back
    };
    mirror
        .apply(&send(world.snapshot().expect("a delta")))
        .expect("applied");
    let mut subscription = world.subscribe().expect("no transaction");
    let (avatar, _) = world.iter::<Mobile>().next().expect("one");
    world.remove(avatar).expect("removed");
    world.insert(Item::default()).expect("a row");
    mirror
        .apply(&send(
            world.changes(&mut subscription).expect("changes").delta(),
        ))
        .expect("applied");
    assert!(mirror.snapshot().expect("a delta") == world.snapshot().expect("a delta"));
    // The ids of removed rows are not given again there.
    let next = |world: &mut World| {
        world
            .insert(Mobile::default())
            .and_then(|key| world.id(key))
    };
    assert_eq!(next(&mut mirror).ok(), next(&mut world).ok());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_and_number_comes_back(name: String, year: i64, double in any::<f64>()) {
        prop_assume!(!double.is_nan());
        let mut world = World::new();
        let row = Player { full_name: name, year_of_birth: year, ..Player::default() };
        let ada = world.insert(row).expect("a row");
        if double.is_finite() {
            let row = Attribute { value: AttributeValue::Double(double), ..Attribute::default() };
            let _ = world.add(ada, row);
        }
        let delta = world.snapshot().expect("a delta");
        both_ways_as_bytes(&delta);
        let text = serde_json::to_string(&delta).expect("JSON");
        let back = World::read_delta(&mut serde_json::Deserializer::from_str(&text)).expect("the same");
        prop_assert!(back == delta, "{}", text);
    }
}

/// An owned row may come back under its id with another pivot row, and a mirror of the mirror follows.
#[test]
fn an_owned_row_comes_back_with_another_pivot_row() {
    let world = world().expect("a world");
    let snapshot = world.snapshot().expect("no transaction");
    for capacity in [usize::MAX, 0] {
        let [mut mirror, mut second, mut third] = [(); 3].map(|()| World::new());
        let mut feed = mirror.subscribe().expect("no transaction");
        let all = gamedb::Interest::new().table::<Player>().table::<Mobile>();
        let all = all.table::<Attribute>().table::<Inventory>();
        let mut watch = mirror.watch_with(all, capacity).expect("no transaction");
        let mut json = to_json(&snapshot);
        for n_before in [0, 6] {
            if n_before > 0 {
                let tables = json["tables"].as_array_mut().expect("tables");
                for table in tables {
                    let (ids, shift) = (table.clone(), table["table"] == "attribute_owners");
                    let rows = table["inserted"].as_array_mut().expect("rows");
                    let ids = ids["inserted"].as_array().expect("rows").iter();
                    let ids: Vec<Value> = ids.map(|row| row["id"].clone()).collect();
                    for row in rows.iter_mut().filter(|_| shift) {
                        row["id"] = json!(row["id"].as_i64().expect("an id") + n_before);
                    }
                    table["removed"] = json!(ids);
                }
            }
            mirror
                .apply(&read(&json).expect("a delta"))
                .expect("it fits");
            let delta = mirror.changes(&mut feed).expect("all changes").delta();
            second.apply(&delta).expect("it fits");
            let delta = mirror.changes_within(&mut watch).expect("a delta");
            third.apply(&delta).expect("it fits");
            for follower in [&second, &third] {
                let rows =
                    |world: &World| to_json(&world.snapshot().expect("rows"))["tables"].clone();
                assert_eq!(rows(follower), rows(&mirror));
                assert!(follower.check().is_empty());
            }
        }
    }
}
