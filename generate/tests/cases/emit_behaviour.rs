//! What generated code does, run inside of the crate that `emit/compiled.rs` makes of all cases.

use gamedb::{Error, ErrorKind};

#[test]
fn composite_indexes_find_by_all_of_their_columns() {
    use crate::composite::{Cell, Climate, Region, World};

    let mut world = World::new();
    let north = world
        .insert(Region {
            name: "north".into(),
        })
        .unwrap();
    let cell = Cell {
        region: north,
        x: 1,
        y: 2,
        label: Some("a".into()),
        tint: Some(vec![7]),
        ..Cell::default()
    };
    let first = world.insert(cell.clone()).unwrap();
    let second = world
        .insert(Cell {
            x: 2,
            height: -0.0,
            label: None,
            tint: None,
            ..cell.clone()
        })
        .unwrap();

    assert_eq!(
        Cell::find_by_region_and_x_and_y(&world, north, 1, 2)
            .unwrap()
            .key(),
        first
    );
    assert!(Cell::find_by_region_and_x_and_y(&world, north, 2, 1).is_none());
    assert_eq!(
        Cell::find_by_label_and_height(&world, "a", 0.0)
            .unwrap()
            .key(),
        first
    );
    assert!(
        Cell::find_by_height(&world, 0.0).keys().eq([first, second]),
        "-0.0 is 0.0"
    );
    assert!(Cell::find_by_tint(&world, &[7]).keys().eq([first]));
    assert!(
        Cell::find_by_climate_and_label(&world, Climate::Arid, "a")
            .keys()
            .eq([first])
    );
    assert!(matches!(
        world.insert(cell).map_err(Error::into_kind),
        Err(ErrorKind::NotUnique { .. })
    ));
    assert!(matches!(
        world
            .get_mut(second)
            .unwrap()
            .set_x(1)
            .map_err(Error::into_kind),
        Err(ErrorKind::NotUnique { .. })
    ));
    assert!(matches!(
        world
            .get_mut(second)
            .unwrap()
            .set_height(f64::NAN)
            .map_err(Error::into_kind),
        Err(ErrorKind::NotANumber { .. })
    ));
    world
        .get_mut(second)
        .unwrap()
        .set_tint(Some(vec![7]))
        .unwrap();
    assert!(Cell::find_by_tint(&world, &[7]).keys().eq([first, second]));
    assert_eq!(world.get(first).unwrap().region().name, "north");
    assert!(world.get(north).unwrap().cells().keys().eq([first, second]));
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn defaults_are_those_of_the_schema() {
    use crate::nullable::Sample;

    let sample = Sample::default();
    assert!(!sample.bool_zero && sample.bool_one);
    assert_eq!(
        (sample.bool_null, sample.bool_null_zero),
        (None, Some(false))
    );
    assert_eq!(
        (sample.int_least, sample.int_null, sample.int_null_five),
        (i64::MIN, None, Some(5))
    );
    assert_eq!(
        (sample.real_half, sample.real_whole, sample.real_null_big),
        (0.5, -2.0, Some(1e300))
    );
    assert_eq!(sample.text_quote, "a'b\"c\\d");
    assert_eq!(sample.text_null_some.as_deref(), Some("some"));
    assert_eq!(
        (sample.blob_bytes, sample.blob_null_some),
        (vec![0, 255], Some(vec![1]))
    );
    assert_eq!(sample.mood_wild.as_str(), "WILD");
}

#[test]
fn an_owner_that_is_required_has_to_be_given() {
    use crate::required_owner::{
        Bank, Debt, DebtOwnerKey, Guild, House, HouseOwnerKey, Player, World,
    };

    let mut world = World::new();
    let ada = world.insert(Player::default()).unwrap();
    let guild = world.insert(Guild::default()).unwrap();
    assert!(matches!(
        world.insert(House::default()).map_err(Error::into_kind),
        Err(ErrorKind::NoSuchRow { .. })
    ));
    let house = world.insert(House { owner: ada.into() }).unwrap();
    world
        .insert(House {
            owner: HouseOwnerKey::Crown(1),
        })
        .unwrap();
    world
        .get_mut(house)
        .unwrap()
        .set_owner(guild.into())
        .unwrap();
    assert_eq!(world.get(guild).unwrap().house().unwrap().key(), house);
    assert_eq!(
        House::find_by_owner_guild(&world, guild).unwrap().key(),
        house
    );
    assert!(matches!(
        world
            .insert(House {
                owner: guild.into()
            })
            .map_err(Error::into_kind),
        Err(ErrorKind::NotUnique { .. })
    ));
    let bank = world.insert(Bank::default()).unwrap();
    world.insert(House { owner: bank.into() }).unwrap();
    assert!(matches!(
        world.remove(bank).map_err(Error::into_kind),
        Err(ErrorKind::StillReferenced { .. })
    ));
    let debt = world
        .insert(Debt {
            owner: Some(DebtOwnerKey::Heir(ada)),
            amount: 1,
        })
        .unwrap();
    assert!(Debt::find_by_owner_heir(&world, ada).keys().eq([debt]));
    assert_eq!(Debt::find_by_owner_lender(&world, ada).len(), 0);
    world.remove(ada).unwrap();
    assert_eq!(world.get(debt).unwrap().owner, None);
    world.remove(guild).unwrap();
    assert!(!world.contains_key(house));
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn a_value_of_one_of_several_kinds_is_written_as_one_field() {
    use crate::value_union::{Mark, Range, Setting, SettingValue, World};

    let mut world = World::new();
    let key = world
        .insert(Setting {
            name: "a".into(),
            ..Setting::default()
        })
        .unwrap();
    let mut setting = world.get_mut(key).unwrap();
    assert_eq!(setting.value, None);
    setting
        .set_value(Some(SettingValue::Point { x: 1.0, new_x: 2.0 }))
        .unwrap();
    assert!(
        setting
            .set_value(Some(SettingValue::Point {
                x: 1.0,
                new_x: f64::NAN
            }))
            .is_err()
    );
    assert_eq!(
        setting.value,
        Some(SettingValue::Point { x: 1.0, new_x: 2.0 })
    );
    let mark = world
        .insert(Mark {
            range: Range::Both { low: 1, high: 2 },
        })
        .unwrap();
    world.get_mut(mark).unwrap().set_range(Range::default());
    assert_eq!(
        world.get(mark).unwrap().range,
        Range::Both { low: 0, high: 0 }
    );
}

#[test]
fn relations_of_rows_to_their_own_table_go_both_ways() {
    use crate::self_reference::{Place, World};

    let mut world = World::new();
    let root = world.insert(Place::default()).unwrap();
    let leaf = world
        .insert(Place {
            parent: Some(root),
            next: Some(root),
            ..Place::default()
        })
        .unwrap();
    assert!(
        world
            .get(root)
            .unwrap()
            .places_by_parent()
            .keys()
            .eq([leaf])
    );
    assert_eq!(
        world.get(root).unwrap().place_by_next().unwrap().key(),
        leaf
    );
    assert_eq!(world.get(leaf).unwrap().parent().unwrap().key(), root);
    assert!(matches!(
        world
            .get_mut(root)
            .unwrap()
            .set_next(Some(root))
            .map_err(Error::into_kind),
        Err(ErrorKind::NotUnique { .. })
    ));
    world.remove(root).unwrap();
    assert!(!world.contains_key(leaf));
}

#[test]
fn arms_without_methods_are_written_out() {
    use crate::limited_pivot::{Crate, CrateHolderKey, Player, World};

    let mut world = World::new();
    let ada = world.insert(Player::default()).unwrap();
    let own = world
        .get_mut(ada)
        .unwrap()
        .add_crate(Crate::default())
        .unwrap();
    let pawned = world
        .add(CrateHolderKey::Pawnbroker(ada), Crate::default())
        .unwrap();
    assert!(world.get(ada).unwrap().crates().keys().eq([own]));
    assert!(
        world
            .get(pawned)
            .unwrap()
            .crate_holder()
            .unwrap()
            .is_pawnbroker()
    );
    world
        .get_mut(ada)
        .unwrap()
        .give_crate(own, CrateHolderKey::Void(3))
        .unwrap();
    assert_eq!(
        world.get(own).unwrap().owner(),
        Some(CrateHolderKey::Void(3))
    );
    world.remove(ada).unwrap();
    assert!(!world.contains_key(pawned) && world.contains_key(own));
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn checks_are_kept_in_memory_as_far_as_they_can_be_read() {
    use crate::checks::{Fighter, World};

    let mut world = World::new();
    let fighter = Fighter {
        name: "Bo".into(),
        ..Fighter::default()
    };
    let refused = |row: Fighter, check: &str| {
        let mut world = World::new();
        match world.insert(row).unwrap_err().into_kind() {
            ErrorKind::CheckFailed { check: found, .. } => assert_eq!(found, check),
            other => panic!("{other}"),
        }
    };
    refused(Fighter::default(), "length(name) BETWEEN 1 AND 12");
    let long = Fighter {
        name: "thirteen ñ ñ.".into(),
        ..fighter.clone()
    };
    refused(long, "length(name) BETWEEN 1 AND 12");
    let untitled = Fighter {
        title: Some(String::new()),
        ..fighter.clone()
    };
    refused(untitled, "title IS NULL OR title <> ''");
    let too_good = Fighter {
        level: 100,
        ..fighter.clone()
    };
    refused(too_good, "level >= 1 AND level <= 99");
    let unlucky = Fighter {
        luck: -1.5,
        ..fighter.clone()
    };
    refused(unlucky, "luck > -1.5 AND luck < 1.5");
    let badge = Fighter {
        badge: Some(vec![1, 2, 3]),
        ..fighter.clone()
    };
    refused(badge, "length(badge) = 4");
    let classless = Fighter {
        class: 4,
        ..fighter.clone()
    };
    refused(classless, "class IN (1, 2, 3)");
    let quitter = Fighter {
        motto: Some("I QUIT".into()),
        ..fighter.clone()
    };
    refused(quitter, "motto NOT LIKE '%quit%' OR length(motto) < 5");
    let tagged = Fighter {
        tag: Some("a-b".into()),
        ..fighter.clone()
    };
    refused(tagged, "tag NOT GLOB '*[^a-z0-9]*'");
    let numbered = Fighter {
        name: "2".into(),
        ..fighter.clone()
    };
    refused(numbered, "name > 5");

    let rival = world.insert(fighter.clone()).unwrap();
    let bo = Fighter {
        rival: Some(rival),
        ..fighter.clone()
    };
    let bo = world.insert(bo).unwrap();
    let mut row = world.get_mut(bo).unwrap();
    // Two columns that are held against each other: the order of the writes matters.
    let refused = row.set_hp(11).unwrap_err().to_string();
    assert_eq!(
        refused,
        "fighters row 2: hp, max_hp cannot be 11, 10: CHECK (hp <= max_hp)"
    );
    row.set_max_hp(20).unwrap();
    row.set_hp(11).unwrap();
    assert!(row.set_hp(-1).is_err() && row.set_max_hp(10).is_err());
    // Foreign keys are compared as the ids that they are in the file.
    assert!(matches!(
        row.set_friend(Some(rival)).map_err(Error::into_kind),
        Err(ErrorKind::CheckFailed { .. })
    ));
    row.set_friend(Some(bo)).unwrap();
    // One that names two columns is looked at when either is written.
    assert!(row.set_level(2).is_err());
    row.set_luck(1.0).unwrap();
    row.set_level(2).unwrap();
    assert!(row.set_luck(-1.0).is_err());
    row.set_max_hp(1_011).unwrap();
    assert!(row.set_max_hp(1_012).is_err());
    row.set_class(3).unwrap();
    row.set_motto(Some("Quit".into())).unwrap();
    row.set_motto(None).unwrap();
    // What only the file keeps is not looked at here.
    row.set_rank("?");
    row.set_notes(Some("{".into()));
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn the_game_gives_ids_and_rows_have_their_time() {
    use crate::given_ids::{Place, World, Zone};
    use gamedb::Id;
    use std::time::{Duration, SystemTime};

    let before = gamedb::set_clock(|| SystemTime::UNIX_EPOCH + Duration::from_millis(86_400_250));
    let mut world = World::new();
    let zone = Zone {
        name: "north".into(),
        ..Zone::default()
    };
    gamedb::set_clock(before);
    let north = world.insert_with_id(Id::new(7), zone).unwrap();
    let row = world.get(north).unwrap();
    assert_eq!(row.id().get(), 7);
    assert_eq!(row.opened, "1970-01-02 00:00:00");
    assert_eq!(row.closed.as_deref(), Some("1970-01-02T00:00:00.250Z"));
    assert_eq!(row.short, "1970-01-02");
    assert_eq!(row.seconds, 86_400);
    let place = world.insert(Place { zone: north }).unwrap();
    let again = Zone {
        name: "south".into(),
        ..Zone::default()
    };
    assert_ne!(again.opened, "1970-01-02 00:00:00");
    let refused = world.insert_with_id(Id::new(7), again).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::IdTaken { id: 7, .. }));
    world.remove(north).unwrap();
    assert!(!world.contains_key(place));
}
