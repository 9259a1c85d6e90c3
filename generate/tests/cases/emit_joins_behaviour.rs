//! What generated code does with rows that tie two rows together, run inside of a crate that `emit/compiled.rs` makes.

use gamedb::{Error, ErrorKind};

use crate::joins::{
    Film, FilmObject, Friend, Object, Player, Playlist, PlaylistKey, PlaylistTrack, Rating,
    Track, TrackKey, World,
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

#[test]
fn a_join_with_payload_lists_its_far_end() {
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
