//! Keys and the worlds that they belong to, and what views show of them. Which world a key is of is known with
//! `debug_assertions` only.

use std::collections::HashMap;

use crate::common::TestFile;
use crate::common::sample::player;
use gamedb::{Error, ErrorKind, Key, NewOrKept};
use gamedb_models::{
    Attribute, AttributeOwnerKey, AttributeType, Mobile, Player, PlayerField, PlayerKey, World,
};

/// Two worlds whose rows have the same keys in memory: the player, a mobile and an attribute of each.
fn twins() -> [(World, PlayerKey); 2] {
    std::array::from_fn(|_| {
        let mut world = World::new();
        let ada = world.insert(player(1)).unwrap();
        world.add(ada, Attribute::default()).unwrap();
        (world, ada)
    })
}

/// Table, column and id of an error about another world.
fn other_world<T: std::fmt::Debug>(
    result: Result<T, Error>,
) -> (&'static str, Option<&'static str>, Option<i64>) {
    match result.unwrap_err().into_kind() {
        ErrorKind::OtherWorld { table, column, id } => (table, column, id),
        other => panic!("{other}"),
    }
}

#[test]
fn no_verb_takes_a_key_of_another_world() {
    if !cfg!(debug_assertions) {
        println!("skipped: keys know their worlds with debug assertions only");
        return;
    }
    let [(_, ada), (mut world, bob)] = twins();
    assert_eq!(
        ada.raw(),
        bob.raw(),
        "without its world it would find the other row"
    );
    let before = world.snapshot().unwrap();
    let whole = ("players", None, Some(1));
    assert_eq!(other_world(world.get(ada)), whole);
    assert_eq!(other_world(world.get_mut(ada).map(|row| row.key())), whole);
    assert_eq!(other_world(world.id(ada)), whole);
    assert_eq!(other_world(world.remove(ada)), whole);
    let renamed = PlayerField::FullName("Mallory".into());
    assert_eq!(other_world(world.set(ada, renamed)), whole);
    let moved = PlayerField::Email("mallory@example.com".into());
    assert_eq!(other_world(world.set(ada, moved)), whole);
    // Where there is no error to return, it finds nothing.
    assert!(!world.contains_key(ada));
    assert!(world.players.get(ada).is_none() && world.players.id(ada).is_none());
    assert!(!world.players.is_dirty(ada) && world.players.dirty_columns(ada).is_empty());

    let of_column = ("attribute_owners", Some("player_id"), None);
    assert_eq!(other_world(world.add(ada, Attribute::default())), of_column);
    let none: [NewOrKept<Attribute>; 0] = [];
    assert_eq!(other_world(world.set_owned(ada, none)), of_column);
    let (strength, _) = world.get(bob).unwrap().attributes().next().unwrap();
    assert_eq!(other_world(world.remove_owned(ada, strength)), of_column);
    assert_eq!(other_world(world.give(bob, strength, ada)), of_column);
    assert_eq!(other_world(world.give(ada, strength, bob)), of_column);

    let mobile = Mobile {
        owner: Some(ada.into()),
        ..Mobile::default()
    };
    let of_mobile = ("mobiles", Some("owner_player_id"), None);
    assert_eq!(other_world(world.insert(mobile)), of_mobile);
    let guard = world.insert(Mobile::default()).unwrap();
    let refused = world.get_mut(guard).unwrap().set_owner(Some(ada.into()));
    assert_eq!(other_world(refused), of_mobile);
    world.remove(guard).unwrap();
    assert_eq!(
        world.snapshot().unwrap().tables().len(),
        before.tables().len()
    );
    assert!(world.check().is_empty());

    // The message says what to do.
    assert_eq!(
        world.get(ada).unwrap_err().to_string(),
        "players: this key of row 1 belongs to another world, such as a mirror, or the same file opened before; keys do \
         not go from world to world, ids do: `world.id(key)` there, and `world.key(id)` here"
    );
}

#[test]
fn a_key_of_before_a_restart_is_of_another_world() {
    let file = TestFile::new();
    let mut db = file.open();
    let ada = db.insert(player(1)).unwrap();
    let id = db.id(ada).unwrap();
    let owner = AttributeOwnerKey::Player(ada);
    db.close().unwrap();
    let mut db = file.open();
    let again = db.key(id).unwrap();
    if cfg!(debug_assertions) {
        assert_eq!(other_world(db.get(ada)), ("players", None, Some(1)));
        assert_eq!(other_world(db.save(ada)), ("players", None, Some(1)));
        assert_eq!(
            other_world(db.add(owner, Attribute::default())).0,
            "attribute_owners"
        );
    }
    assert!(db.get(again).is_ok());

    // Keys in rows that were loaded know it, too.
    db.insert(Mobile {
        owner: Some(again.into()),
        ..Mobile::default()
    })
    .unwrap();
    db.close().unwrap();
    let db = file.open();
    let mobile = db
        .get(db.key(id).unwrap())
        .unwrap()
        .mobile()
        .unwrap()
        .row()
        .clone();
    let mut stranger = World::new();
    stranger.insert(player(2)).unwrap();
    // The owner of a row is an enum of raw keys, which are not checked; a plain foreign key is.
    let _ = stranger.insert(mobile);
}

#[test]
fn every_way_to_get_a_key_gives_one_of_its_world() {
    if !cfg!(debug_assertions) {
        return;
    }
    let (mut world, mut other) = (World::new(), World::new());
    other.insert(player(1)).unwrap();
    let mut subscription = world.subscribe().unwrap();
    let ada = world.insert(player(1)).unwrap();
    let id = world.id(ada).unwrap();
    let luck = world.add(ada, Attribute::default()).unwrap();
    other
        .add(other.key(id).unwrap(), Attribute::default())
        .unwrap();
    let mut keys = vec![
        ada,
        world.key(id).unwrap(),
        world.get(ada).unwrap().key(),
        world.get(PlayerKey::from_raw(ada.raw())).unwrap().key(),
        world.iter::<Player>().next().unwrap().0,
        world.players.iter_by_id().next().unwrap().0,
        Player::find_by_email(&world, "1@example.com")
            .unwrap()
            .key(),
        Player::find_by_what_we_call_you(&world, "call 1")
            .next()
            .unwrap()
            .0,
        Player::find_by_what_we_call_you(&world, "call 1")
            .next_back()
            .unwrap()
            .0,
        Player::find_by_what_we_call_you(&world, "call 1")
            .keys()
            .next()
            .unwrap(),
        Player::find_by_what_we_call_you(&world, "call 1")
            .keys()
            .next_back()
            .unwrap(),
    ];
    keys.push(world.get_mut(PlayerKey::from_raw(ada.raw())).unwrap().key());
    let mut rows = world.iter_mut::<Player>();
    keys.push(rows.next().unwrap().key());
    let changes = world.changes(&mut subscription).unwrap();
    keys.push(changes.of::<Player>().next().unwrap().key);
    for (n, key) in keys.into_iter().enumerate() {
        assert!(world.get(key).is_ok(), "{n}");
        assert_eq!(other_world(other.get(key)).0, "players", "{n}");
    }
    let (owned, _) = world.get(ada).unwrap().attributes().next().unwrap();
    assert_eq!(owned, luck);
    assert_eq!(other_world(other.get(owned)).0, "attributes");
}

#[test]
fn keys_without_their_world_are_what_they_were() {
    let [(first, ada), (second, bob)] = twins();
    // A key is equal to itself, whatever it carries, and has one hash.
    let bare = PlayerKey::from_raw(ada.raw());
    assert_eq!((ada, ada.cmp(&bare)), (bare, std::cmp::Ordering::Equal));
    assert_eq!(HashMap::from([(ada, "Ada")]).get(&bare), Some(&"Ada"));
    assert_eq!(ada, bob);
    assert!(first.get(bare).is_ok() && second.get(bare).is_ok());
    assert!(Key::<Player>::null().is_null() && first.get(Key::<Player>::null()).is_err());
    let null = first.get(Key::<Player>::null()).unwrap_err();
    assert!(matches!(null.kind(), ErrorKind::StaleKey { id: None, .. }));
}

#[test]
fn a_stale_key_says_which_row_it_was_of() {
    let mut world = World::new();
    world.insert(player(1)).unwrap();
    let bob = world.insert(player(2)).unwrap();
    let id = |error: Error| match error.into_kind() {
        ErrorKind::StaleKey { table, id } => {
            assert_eq!(table, "players");
            id
        }
        other => panic!("{other}"),
    };
    // In the transaction that removes it, the row is still in memory, however gamedb was compiled.
    let bare = PlayerKey::from_raw(bob.raw());
    let rolled_back = world.transaction(|world| {
        world.remove(bob)?;
        assert_eq!(id(world.get(bare).unwrap_err()), Some(2));
        Err::<(), _>(world.get(bob).unwrap_err())
    });
    assert_eq!(id(rolled_back.unwrap_err()), Some(2));
    assert!(world.get(bob).is_ok());

    world.remove(bob).unwrap();
    // Its slot is used by another row.
    world.insert(player(3)).unwrap();
    let known = cfg!(debug_assertions).then_some(2);
    assert_eq!(id(world.get(bob).unwrap_err()), known);
    assert_eq!(id(world.remove(bob).unwrap_err()), known);
    assert_eq!(id(world.get(bare).unwrap_err()), None);
    if cfg!(debug_assertions) {
        let message = world.get(bob).unwrap_err().to_string();
        assert_eq!(message, "players: row 2 was removed, so its key has no row");
    }
}

#[test]
fn a_view_shows_rows_by_their_ids() {
    let mut world = World::new();
    world.insert(player(1)).unwrap();
    let ada = world.insert(player(2)).unwrap();
    let guard = world
        .insert(Mobile {
            owner: Some(ada.into()),
            what_we_call_you: "G\"".into(),
            ..Mobile::default()
        })
        .unwrap();
    let shown = format!("{:?}", world.get(guard).unwrap());
    assert!(shown.starts_with("MobileRef(mobiles#1 { "), "{shown}");
    assert!(shown.contains("owner_player_id: players#2"), "{shown}");
    assert!(shown.contains("owner_item_id: NULL"), "{shown}");
    assert!(shown.contains("what_we_call_you: \"G\\\"\""), "{shown}");
    assert_eq!(
        format!("{:?}", world.get_mut(guard).unwrap()),
        shown.replace("Ref(", "Mut(")
    );
}

#[test]
fn every_text_of_an_enum_parses_to_it_and_no_other() {
    for &kind in AttributeType::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
        assert_eq!(AttributeType::try_from(kind.as_str()), Ok(kind));
    }
    for wrong in [
        "",
        "item",
        "ITEM ",
        "ITEM\0",
        "Ünknown",
        &"x".repeat(100_000),
    ] {
        let error = wrong.parse::<AttributeType>().unwrap_err();
        assert_eq!((error.name, error.text.as_str()), ("AttributeType", wrong));
        let all: Vec<&str> = AttributeType::ALL
            .iter()
            .map(|kind| kind.as_str())
            .collect();
        assert_eq!(error.allowed, all);
        let allowed = format!("allowed are \"{}\"", all.join("\", \""));
        assert_eq!(
            error.to_string(),
            format!("{wrong:?} is no AttributeType; {allowed}")
        );
        assert_eq!(AttributeType::try_from(wrong), Err(error));
    }
}

#[test]
fn an_interest_in_a_key_of_another_world_names_no_row() {
    if !cfg!(debug_assertions) {
        return;
    }
    let (mut world, mut other) = (World::new(), World::new());
    let ada = world.insert(player(1)).unwrap();
    let stranger = other.insert(player(1)).unwrap();
    for (key, n_rows) in [(ada, 1), (stranger, 0)] {
        let interest = gamedb::Interest::new().row(key).with_owned();
        let mut watch = world.watch(interest).unwrap();
        assert_eq!(world.changes_within(&mut watch).unwrap().len(), n_rows);
    }
}
