//! What generated code does, run inside of the crate that `emit.rs` makes of all cases.

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

mod joins {
    use gamedb::{Error, ErrorKind};

    use crate::joins::{
        Film, FilmObject, Friend, Object, Player, Playlist, PlaylistKey, PlaylistTrack, Track,
        TrackKey, World,
    };

    fn playlist(world: &mut World) -> PlaylistKey {
        let playlist = Playlist {
            name: "road".into(),
        };
        world.insert(playlist).unwrap()
    }

    fn track(world: &mut World, title: &str) -> TrackKey {
        let title = title.into();
        let track = Track {
            title,
            ..Track::default()
        };
        world.insert(track).unwrap()
    }

    fn titles(world: &World, playlist: PlaylistKey) -> Vec<&str> {
        let tracks = world.get(playlist).unwrap().tracks_by_playlist_track();
        tracks.map(|(_, track)| track.title.as_str()).collect()
    }

    #[test]
    fn linking_and_unlinking_leaves_the_rows_alone() {
        let mut world = World::new();
        let road = playlist(&mut world);
        let [a, b] = ["a", "b"].map(|title| track(&mut world, title));
        let mut view = world.get_mut(road).unwrap();
        view.add_track_by_playlist_track(b).unwrap();
        let link = view.add_track_by_playlist_track(a).unwrap();
        assert_eq!(titles(&world, road), ["b", "a"], "in the order of linking");
        assert_eq!(world.get(link).unwrap().playlist().key(), road);
        let on: Vec<_> = world.get(a).unwrap().playlists().keys().collect();
        assert_eq!(on, [road]);
        assert!(world.get(a).unwrap().playlists().links().keys().eq([link]));

        // From the other side it is the same link.
        world.get_mut(b).unwrap().remove_playlist(road).unwrap();
        assert_eq!(titles(&world, road), ["a"]);
        assert_eq!(world.n_rows::<Track>(), 2);
        assert_eq!(world.n_rows::<PlaylistTrack>(), 1);
        world.remove(a).unwrap();
        assert_eq!(titles(&world, road), [""; 0]);
        assert_eq!(world.n_rows::<Playlist>(), 1);
        assert_eq!(world.check(), Vec::<String>::new());
    }

    #[test]
    fn what_cannot_be_linked_or_unlinked_is_an_error() {
        let mut world = World::new();
        let road = playlist(&mut world);
        let [a, b, gone] = ["a", "b", "c"].map(|title| track(&mut world, title));
        world.remove(gone).unwrap();
        let mut view = world.get_mut(road).unwrap();
        view.add_track_by_playlist_track(a).unwrap();
        let told = |refused: Result<_, Error>| refused.unwrap_err().to_string();
        assert_eq!(
            told(view.add_track_by_playlist_track(a).map(drop)),
            "playlist_track: playlist_id, track_id has to be unique, and row 1 has 1, 1 already"
        );
        assert_eq!(
            told(view.add_track_by_playlist_track(gone).map(drop)),
            "playlist_track: track_id references no row of tracks; insert that row first, and use its key"
        );
        assert_eq!(
            told(view.remove_track_by_playlist_track(b)),
            "playlist_track: the two rows are not linked; no row has 1, 2 in playlist_id, track_id"
        );
        assert_eq!(
            told(view.remove_track_by_playlist_track(gone)),
            "tracks: row 3 was removed, so its key has no row"
        );
        assert_eq!(world.n_rows::<PlaylistTrack>(), 1);
        assert_eq!(world.check(), Vec::<String>::new());
    }

    #[test]
    fn all_links_are_replaced_or_none() {
        let mut world = World::new();
        let road = playlist(&mut world);
        let [a, b, c] = ["a", "b", "c"].map(|title| track(&mut world, title));
        let mut view = world.get_mut(road).unwrap();
        view.set_tracks_by_playlist_track([a, b]).unwrap();
        let kept = view
            .as_ref()
            .tracks_by_playlist_track()
            .links()
            .keys()
            .nth(1);
        view.set_tracks_by_playlist_track([c, b]).unwrap();
        assert!(
            view.as_ref()
                .tracks_by_playlist_track()
                .links()
                .keys()
                .next()
                == kept
        );
        let twice = view.set_tracks_by_playlist_track([a, a]);
        assert!(matches!(
            twice.map_err(Error::into_kind),
            Err(ErrorKind::Twice {
                table: "tracks",
                id: 1
            })
        ));
        assert_eq!(titles(&world, road), ["b", "c"]);
        world.remove(a).unwrap();
        let mut view = world.get_mut(road).unwrap();
        let stale = view.set_tracks_by_playlist_track([b, a]);
        assert!(matches!(
            stale.map_err(Error::into_kind),
            Err(ErrorKind::StaleKey { table: "tracks", .. })
        ));
        assert_eq!(titles(&world, road), ["b", "c"]);
        world
            .get_mut(road)
            .unwrap()
            .set_tracks_by_playlist_track([])
            .unwrap();
        assert_eq!(world.n_rows::<PlaylistTrack>(), 0);
        assert_eq!(world.n_rows::<Track>(), 2);
        assert_eq!(world.check(), Vec::<String>::new());
    }

    #[test]
    fn links_can_be_taken_back() {
        let mut world = World::new();
        let road = playlist(&mut world);
        let [a, b] = ["a", "b"].map(|title| track(&mut world, title));
        world
            .get_mut(road)
            .unwrap()
            .add_track_by_playlist_track(a)
            .unwrap();
        let failed: Result<(), Error> = world.transaction(|world| {
            let mut view = world.get_mut(road)?;
            view.set_tracks_by_playlist_track([b])?;
            view.remove_track_by_playlist_track(a)
        });
        assert!(matches!(
            failed.map_err(Error::into_kind),
            Err(ErrorKind::NotLinked {
                table: "playlist_track",
                ..
            })
        ));
        assert_eq!(titles(&world, road), ["a"]);
        assert_eq!(world.check(), Vec::<String>::new());
    }

    fn player(world: &mut World, name: &str) -> crate::joins::PlayerKey {
        world.insert(Player { name: name.into() }).unwrap()
    }

    #[test]
    fn a_table_is_linked_with_itself_in_both_directions() {
        let mut world = World::new();
        let [ada, bob] = ["ada", "bob"].map(|name| player(&mut world, name));
        world.get_mut(ada).unwrap().add_player_b(bob).unwrap();
        assert!(world.get(ada).unwrap().players_b().keys().eq([bob]));
        assert!(world.get(ada).unwrap().players_a().keys().eq([]));
        assert!(world.get(bob).unwrap().players_a().keys().eq([ada]));
        // The other way round is another pair, and so is a row with itself.
        world.get_mut(bob).unwrap().add_player_b(ada).unwrap();
        world.get_mut(ada).unwrap().add_player_b(ada).unwrap();
        world.get_mut(bob).unwrap().remove_player_a(ada).unwrap();
        assert!(world.get(ada).unwrap().players_b().keys().eq([ada]));
        assert!(world.get(bob).unwrap().players_b().keys().eq([ada]));
        assert_eq!(world.n_rows::<Friend>(), 2);
        world.get_mut(ada).unwrap().add_idol(bob).unwrap();
        assert!(world.get(bob).unwrap().followers().keys().eq([ada]));
        assert_eq!(world.check(), Vec::<String>::new());
    }

    #[test]
    fn where_one_end_is_unique_it_is_linked_once() {
        let mut world = World::new();
        let [ada, bob] = ["ada", "bob"].map(|name| player(&mut world, name));
        let [hat, coat] = ["hat", "coat"].map(|name| {
            let name = name.into();
            world.insert(Object { name }).unwrap()
        });
        world
            .get_mut(ada)
            .unwrap()
            .set_objects([hat, coat])
            .unwrap();
        let taken = world.get_mut(bob).unwrap().add_object(hat);
        assert!(matches!(
            taken.map_err(Error::into_kind),
            Err(ErrorKind::NotUnique { .. })
        ));
        let not_his = world.get_mut(bob).unwrap().remove_object(hat);
        assert!(matches!(
            not_his.map_err(Error::into_kind),
            Err(ErrorKind::NotLinked { .. })
        ));
        let not_his = world.get_mut(hat).unwrap().remove_player(bob);
        assert!(matches!(
            not_his.map_err(Error::into_kind),
            Err(ErrorKind::NotLinked { .. })
        ));
        world.get_mut(hat).unwrap().set_players([bob]).unwrap();
        assert!(world.get(ada).unwrap().objects().keys().eq([coat]));
        world.get_mut(coat).unwrap().remove_player(ada).unwrap();
        assert_eq!(world.check(), Vec::<String>::new());
    }

    #[test]
    fn other_columns_have_their_defaults() {
        let mut world = World::new();
        let film = world.insert(Film { title: "x".into() }).unwrap();
        let hat = world.insert(Object { name: "hat".into() }).unwrap();
        let link = world.get_mut(film).unwrap().add_object(hat).unwrap();
        assert_eq!(
            world.get(link).unwrap().weight,
            FilmObject::default().weight
        );
        assert_eq!(world.get(link).unwrap().weight, 1.5);
    }

    #[test]
    fn long_lists_are_unlinked_by_pair() {
        let mut world = World::new();
        let road = playlist(&mut world);
        let tracks: Vec<_> = (0..100)
            .map(|n| track(&mut world, &n.to_string()))
            .collect();
        let mut view = world.get_mut(road).unwrap();
        view.set_tracks_by_playlist_track(tracks.iter().copied())
            .unwrap();
        for track in tracks.iter().rev().step_by(2) {
            view.remove_track_by_playlist_track(*track).unwrap();
        }
        let left = view.as_ref().tracks_by_playlist_track();
        assert_eq!(left.len(), 50);
        assert_eq!(left.clone().next_back().unwrap().1.title, "98");
        assert!(left.keys().eq(tracks.into_iter().step_by(2)));
        assert_eq!(world.check(), Vec::<String>::new());
    }
}

/// Rows of more columns than integers have bits, through memory and file.
macro_rules! broad {
    ($table:ident, $row:ident, $columns:ident, $n:literal, $last:ident, $set_last:ident, $flag:ident) => {
        #[test]
        fn $table() {
            use gamedb::codegen::{Flags as _, Row as _};
            use gamedb::{Database, Error, ErrorKind};

            use crate::broad::{World, $columns, $row};

            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("world.db");
            let mut db = Database::<World>::open(&path).unwrap();
            assert_eq!($columns::FLAGS.len(), $n);
            assert_eq!($row::INFO.columns.len(), $n);
            assert_eq!($columns::all().iter_names().count(), $n);
            let first = $row {
                text_60: "first".into(),
                ..$row::default()
            };
            let first = db.insert(first).unwrap();
            let twice = db.insert($row {
                text_60: "first".into(),
                ..$row::default()
            });
            assert!(matches!(
                twice.map_err(Error::into_kind),
                Err(ErrorKind::NotUnique { .. })
            ));
            let mut second = $row {
                text_60: "second".into(),
                ..$row::default()
            };
            second.parent_62 = Some(first);
            let second = db.insert(second).unwrap();
            assert_eq!(db.flush().unwrap().inserted, 2);

            let value = Some(7_i64);
            db.get_mut(second).unwrap().$set_last(value);
            assert_eq!(db.$table.dirty_columns(second), $columns::$flag);
            assert!(!db.$table.is_dirty(first));
            let report = db.flush().unwrap();
            assert_eq!((report.inserted, report.updated), (0, 1));
            let nan = db.get_mut(second).unwrap().set_real_61(f64::NAN);
            assert!(matches!(
                nan.map_err(Error::into_kind),
                Err(ErrorKind::NotANumber {
                    column: "real_61",
                    ..
                })
            ));
            db.get_mut(second).unwrap().set_real_61(-0.5).unwrap();
            assert_eq!(db.$table.dirty_columns(second), $columns::REAL_61);
            assert_eq!(db.flush().unwrap().updated, 1);
            let before: Vec<_> = db.$table.iter_by_id().map(|(_, row)| row.clone()).collect();
            assert_eq!(db.close().unwrap().updated, 0);

            let db = Database::<World>::open(&path).unwrap();
            let after: Vec<_> = db.$table.iter_by_id().map(|(_, row)| row.clone()).collect();
            // Keys are given anew; all else is the same.
            assert_eq!(format!("{before:?}").len(), format!("{after:?}").len());
            assert_eq!(after[1].$last, value);
            assert_eq!(after[1].real_61, -0.5);
            let first = db.$table.iter_by_id().next().unwrap().0;
            assert_eq!(after[1].parent_62, Some(first));
            assert_eq!(after[0], before[0]);
            assert_eq!(db.n_dirty(), 0);
            assert_eq!(db.check(), Vec::<String>::new());
        }
    };
}

broad!(
    broad_65,
    Broad65,
    Broad65Columns,
    65,
    whole_64,
    set_whole_64,
    WHOLE_64
);
broad!(
    broad_105,
    Broad105,
    Broad105Columns,
    105,
    whole_104,
    set_whole_104,
    WHOLE_104
);
broad!(
    broad_140,
    Broad140,
    Broad140Columns,
    140,
    whole_139,
    set_whole_139,
    WHOLE_139
);
broad!(
    broad_300,
    Broad300,
    Broad300Columns,
    300,
    whole_299,
    set_whole_299,
    WHOLE_299
);

/// The tables of a world are on the heap: in a debug build, a world of 300 tables on the stack would overflow
/// it in `open`.
#[test]
fn a_world_of_300_tables_opens_in_a_thread_with_little_stack() {
    use crate::many::{Things299, World};
    use gamedb::Database;

    let work = || {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        let mut db = Database::<World>::open(&path).unwrap();
        let key = db
            .insert(Things299 {
                name: "last".into(),
            })
            .unwrap();
        assert_eq!(db.get(key).unwrap().name, "last");
        db.flush().unwrap();
        db.close().unwrap();
        let db = Database::<World>::open(&path).unwrap();
        assert_eq!(db.len(), 1);
        db.into_world().len()
    };
    let thread = std::thread::Builder::new().stack_size(512 * 1024);
    assert_eq!(thread.spawn(work).unwrap().join().unwrap(), 1);
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

#[test]
fn a_join_with_payload_lists_its_far_end() {
    use crate::joins::{Film, Player, Rating, World};

    let mut world = World::new();
    let film = |title: &str| Film { title: title.into() };
    let films = ["a", "b"].map(|title| world.insert(film(title)).unwrap());
    let player = Player { name: "ada".into() };
    let ada = world.insert(player).unwrap();
    let rate = |film, stars| Rating { film, player: ada, stars };
    let ratings = [1, 0].map(|n| world.insert(rate(films[n], 1)).unwrap());

    let row = world.get(ada).unwrap();
    let listed = row.films_by_ratings();
    assert_eq!(listed.len(), 2);
    assert!(listed.clone().keys().eq([films[1], films[0]]));
    assert!(listed.clone().between().keys().eq(ratings));
    let titles: Vec<_> = listed.rev().map(|(_, film)| film.title.as_str()).collect();
    assert_eq!(titles, ["a", "b"]);
    let views: Vec<_> = row.ratings().views(&world).map(|rating| rating.film().key()).collect();
    assert_eq!(views, [films[1], films[0]]);
    assert!(world.get(films[0]).unwrap().players_by_ratings().keys().eq([ada]));

    world.remove(films[1]).unwrap();
    assert!(world.get(ada).unwrap().films_by_ratings().keys().eq([films[0]]));
    let other = World::new();
    let rows = world.get(ada).unwrap().ratings();
    assert!(std::panic::catch_unwind(|| rows.views(&other)).is_err());
}
