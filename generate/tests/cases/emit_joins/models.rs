// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    Error, FarRows, FromLeft, FromRight, Join, Key, Linked, Rows, entity, tables,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `playlists`.
    playlists: Table<Playlist>,
    /// The rows of `tracks`.
    tracks: Table<Track>,
    /// Which playlist has which track.
    playlist_track: Table<PlaylistTrack>,
    /// The rows of `players`.
    players: Table<Player>,
    /// A join of a table with itself: names are those of the columns.
    friends: Table<Friend>,
    /// Another one.
    followers: Table<Follower>,
    /// The rows of `films`.
    films: Table<Film>,
    /// Two joins of the same tables: both are named after themselves.
    cast: Table<Cast>,
    /// The rows of `crew`.
    crew: Table<Crew>,
    /// The rows of `objects`.
    objects: Table<Object>,
    /// One player at most has an object, and it says nothing else.
    player_objects: Table<PlayerObject>,
    /// One end is UNIQUE, and another table points here: a row of its own.
    stores: Table<Store>,
    /// The rows of `copies`.
    copies: Table<CopyRow>,
    /// The pair is UNIQUE, and there is more to say.
    ratings: Table<Rating>,
    /// A table without an id of its own, as one from elsewhere gets one.
    passages: Table<Passage>,
    /// The config says that it is a join, although it has a weight.
    film_objects: Table<FilmObject>,
    /// The config says that it is none.
    object_tracks: Table<ObjectTrack>,
}

entity! {
    /// A row of `playlists`.
    pub struct Playlist in Tables.playlists {
        /// `name TEXT NOT NULL`
        Name name: String = NAME "name";
    }
    table "playlists", id "id", standalone;
    types PlaylistKey, PlaylistId, PlaylistColumns(u8), PlaylistField, PlaylistRef, PlaylistMut;
}

#[allow(dead_code)]
impl<'w> PlaylistRef<'w> {
    /// The tracks whose `first_id` names this playlist, in order of their ids. O(1).
    pub fn tracks_by_first(self) -> Rows<'w, Track> {
        self.0.children(Track::FIRST_ID)
    }

    /// The playlist track whose `playlist_id` names this playlist, in order of their ids. O(1).
    pub fn playlist_tracks(self) -> Rows<'w, PlaylistTrack> {
        self.0.children(PlaylistTrack::PLAYLIST_ID)
    }

    /// The tracks that `playlist_track` links with this playlist, in the order in which they were linked. O(1).
    #[inline]
    pub fn tracks_by_playlist_track(self) -> Linked<'w, PlaylistTrack, FromRight> {
        self.0.linked()
    }
}

#[allow(dead_code)]
impl PlaylistMut<'_> {
    /// Sets [`Playlist::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlaylistField::Name(name.into()));
    }

    /// Links a track with this playlist: a row of `playlist_track`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the track is not there; nothing was changed then.
    pub fn add_track_by_playlist_track(
        &mut self,
        track: TrackKey,
    ) -> Result<PlaylistTrackKey, Error> {
        self.0.link::<PlaylistTrack, FromRight>(track)
    }

    /// Unlinks a track from this playlist: the row of `playlist_track` goes, and the track stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_track_by_playlist_track(&mut self, track: TrackKey) -> Result<(), Error> {
        self.0.unlink::<PlaylistTrack, FromRight>(track)
    }

    /// Links this playlist with these tracks and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_tracks_by_playlist_track(
        &mut self,
        tracks: impl IntoIterator<Item = TrackKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<PlaylistTrack, FromRight>(tracks)
    }
}

entity! {
    /// A row of `tracks`.
    pub struct Track in Tables.tracks {
        /// `title TEXT NOT NULL`
        Title title: String = TITLE "title";
        /// The playlist that it was bought with. Its accessor wants the same name as that of the join.
        First first: Option<PlaylistKey> = FIRST_ID "first_id" -> Playlist.set_null();
    }
    table "tracks", id "id", standalone;
    types TrackKey, TrackId, TrackColumns(u8), TrackField, TrackRef, TrackMut;
}

#[allow(dead_code)]
impl Track {
    /// The tracks whose `first_id` is this playlist, in order of their ids. O(1).
    pub fn find_by_first(world: &World, first: PlaylistKey) -> Rows<'_, Track> {
        world.tracks.children(Self::FIRST_ID, first.raw())
    }
}

#[allow(dead_code)]
impl<'w> TrackRef<'w> {
    /// The playlist that `first_id` names, if it names one. O(1).
    #[inline]
    pub fn first(self) -> Option<PlaylistRef<'w>> {
        self.0.parent(self.first?)
    }

    /// The playlist track whose `track_id` names this track, in order of their ids. O(1).
    pub fn playlist_tracks(self) -> Rows<'w, PlaylistTrack> {
        self.0.children(PlaylistTrack::TRACK_ID)
    }

    /// The object tracks whose `track_id` names this track, in order of their ids. O(1).
    pub fn object_tracks(self) -> Rows<'w, ObjectTrack> {
        self.0.children(ObjectTrack::TRACK_ID)
    }

    /// The playlists that `playlist_track` links with this track, in the order in which they were linked. O(1).
    #[inline]
    pub fn playlists(self) -> Linked<'w, PlaylistTrack, FromLeft> {
        self.0.linked()
    }
}

#[allow(dead_code)]
impl TrackMut<'_> {
    /// Sets [`Track::title`].
    #[inline]
    pub fn set_title(&mut self, title: impl Into<String>) {
        self.0.put(TrackField::Title(title.into()));
    }

    /// Sets [`Track::first`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the playlist is not there.
    #[inline]
    pub fn set_first(&mut self, first: Option<PlaylistKey>) -> Result<(), Error> {
        self.0.set(TrackField::First(first))
    }

    /// Links a playlist with this track: a row of `playlist_track`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the playlist is not there; nothing was changed then.
    pub fn add_playlist(&mut self, playlist: PlaylistKey) -> Result<PlaylistTrackKey, Error> {
        self.0.link::<PlaylistTrack, FromLeft>(playlist)
    }

    /// Unlinks a playlist from this track: the row of `playlist_track` goes, and the playlist stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_playlist(&mut self, playlist: PlaylistKey) -> Result<(), Error> {
        self.0.unlink::<PlaylistTrack, FromLeft>(playlist)
    }

    /// Links this track with these playlists and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_playlists(
        &mut self,
        playlists: impl IntoIterator<Item = PlaylistKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<PlaylistTrack, FromLeft>(playlists)
    }
}

entity! {
    /// Which playlist has which track.
    pub struct PlaylistTrack in Tables.playlist_track {
        /// `track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE`
        Track track: TrackKey = TRACK_ID "track_id" -> Track.cascade();
        /// `playlist_id INTEGER NOT NULL REFERENCES playlists (id) ON DELETE CASCADE`
        Playlist playlist: PlaylistKey = PLAYLIST_ID "playlist_id" -> Playlist.cascade();
        /// `last_update TEXT NOT NULL`
        LastUpdate last_update: String = LAST_UPDATE "last_update";
    }
    table "playlist_track", id "id", standalone;
    types PlaylistTrackKey, PlaylistTrackId, PlaylistTrackColumns(u8), PlaylistTrackField, PlaylistTrackRef, PlaylistTrackMut;
    indexes {
        unique BY_PLAYLIST_AND_TRACK [playlist: PLAYLIST_ID, track: TRACK_ID];
    }
}

impl Join for PlaylistTrack {
    type Left = Track;
    type Right = Playlist;

    const LEFT: usize = Self::TRACK_ID;
    const RIGHT: usize = Self::PLAYLIST_ID;

    #[inline]
    fn link(track: Key<Track>, playlist: Key<Playlist>) -> Self {
        Self {
            track,
            playlist,
            ..Self::default()
        }
    }

    #[inline]
    fn ends(&self) -> (Key<Track>, Key<Playlist>) {
        (self.track, self.playlist)
    }
}

#[allow(dead_code)]
impl PlaylistTrack {
    /// The playlist track whose `track_id` is this track, in order of their ids. O(1).
    pub fn find_by_track(world: &World, track: TrackKey) -> Rows<'_, PlaylistTrack> {
        world.playlist_track.children(Self::TRACK_ID, track.raw())
    }

    /// The playlist track whose `playlist_id` is this playlist, in order of their ids. O(1).
    pub fn find_by_playlist(world: &World, playlist: PlaylistKey) -> Rows<'_, PlaylistTrack> {
        world
            .playlist_track
            .children(Self::PLAYLIST_ID, playlist.raw())
    }

    /// The playlist track with these `playlist_id`, `track_id`. O(1).
    pub fn find_by_playlist_and_track(
        world: &World,
        playlist: PlaylistKey,
        track: TrackKey,
    ) -> Option<PlaylistTrackRef<'_>> {
        let (key, _) = world
            .playlist_track
            .find(Self::BY_PLAYLIST_AND_TRACK, (playlist, track), |row| {
                row.playlist == playlist && row.track == track
            })
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> PlaylistTrackRef<'w> {
    /// The track that `track_id` names. O(1).
    #[inline]
    pub fn track(self) -> TrackRef<'w> {
        self.0.required_parent(self.track)
    }

    /// The playlist that `playlist_id` names. O(1).
    #[inline]
    pub fn playlist(self) -> PlaylistRef<'w> {
        self.0.required_parent(self.playlist)
    }
}

#[allow(dead_code)]
impl PlaylistTrackMut<'_> {
    /// Sets [`PlaylistTrack::track`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the track is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another playlist track has the same `playlist_id`, `track_id`.
    #[inline]
    pub fn set_track(&mut self, track: TrackKey) -> Result<(), Error> {
        self.0.set(PlaylistTrackField::Track(track))
    }

    /// Sets [`PlaylistTrack::playlist`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the playlist is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another playlist track has the same `playlist_id`, `track_id`.
    #[inline]
    pub fn set_playlist(&mut self, playlist: PlaylistKey) -> Result<(), Error> {
        self.0.set(PlaylistTrackField::Playlist(playlist))
    }

    /// Sets [`PlaylistTrack::last_update`].
    #[inline]
    pub fn set_last_update(&mut self, last_update: impl Into<String>) {
        self.0
            .put(PlaylistTrackField::LastUpdate(last_update.into()));
    }
}

entity! {
    /// A row of `players`.
    pub struct Player in Tables.players {
        /// `name TEXT NOT NULL`
        Name name: String = NAME "name";
    }
    table "players", id "id", standalone;
    types PlayerKey, PlayerId, PlayerColumns(u8), PlayerField, PlayerRef, PlayerMut;
}

#[allow(dead_code)]
impl<'w> PlayerRef<'w> {
    /// The friends whose `player_a` names this player, in order of their ids. O(1).
    pub fn friends_by_player_a(self) -> Rows<'w, Friend> {
        self.0.children(Friend::PLAYER_A)
    }

    /// The friends whose `player_b` names this player, in order of their ids. O(1).
    pub fn friends_by_player_b(self) -> Rows<'w, Friend> {
        self.0.children(Friend::PLAYER_B)
    }

    /// The followers whose `follower_id` names this player, in order of their ids. O(1).
    pub fn followers_by_follower(self) -> Rows<'w, Follower> {
        self.0.children(Follower::FOLLOWER_ID)
    }

    /// The followers whose `idol_id` names this player, in order of their ids. O(1).
    pub fn followers_by_idol(self) -> Rows<'w, Follower> {
        self.0.children(Follower::IDOL_ID)
    }

    /// The cast whose `player_id` names this player, in order of their ids. O(1).
    pub fn casts(self) -> Rows<'w, Cast> {
        self.0.children(Cast::PLAYER_ID)
    }

    /// The crew whose `player_id` names this player, in order of their ids. O(1).
    pub fn crews(self) -> Rows<'w, Crew> {
        self.0.children(Crew::PLAYER_ID)
    }

    /// The player objects whose `player_id` names this player, in order of their ids. O(1).
    pub fn player_objects(self) -> Rows<'w, PlayerObject> {
        self.0.children(PlayerObject::PLAYER_ID)
    }

    /// The store whose `manager_id` names this player. O(1).
    pub fn store(self) -> Option<StoreRef<'w>> {
        self.0.child::<Store>(Store::MANAGER_ID)
    }

    /// The ratings whose `player_id` names this player, in order of their ids. O(1).
    pub fn ratings(self) -> Rows<'w, Rating> {
        self.0.children(Rating::PLAYER_ID)
    }

    /// The players that `friends` links with this player, in the order in which they were linked. O(1).
    #[inline]
    pub fn players_b(self) -> Linked<'w, Friend, FromLeft> {
        self.0.linked()
    }

    /// The players that `friends` links with this player, in the order in which they were linked. O(1).
    #[inline]
    pub fn players_a(self) -> Linked<'w, Friend, FromRight> {
        self.0.linked()
    }

    /// The players that `followers` links with this player, in the order in which they were linked. O(1).
    #[inline]
    pub fn idols(self) -> Linked<'w, Follower, FromLeft> {
        self.0.linked()
    }

    /// The players that `followers` links with this player, in the order in which they were linked. O(1).
    #[inline]
    pub fn followers(self) -> Linked<'w, Follower, FromRight> {
        self.0.linked()
    }

    /// The films that `cast` links with this player, in the order in which they were linked. O(1).
    #[inline]
    pub fn films_by_cast(self) -> Linked<'w, Cast, FromRight> {
        self.0.linked()
    }

    /// The films that `crew` links with this player, in the order in which they were linked. O(1).
    #[inline]
    pub fn films_by_crew(self) -> Linked<'w, Crew, FromRight> {
        self.0.linked()
    }

    /// The objects that `player_objects` links with this player, in the order in which they were linked. O(1).
    #[inline]
    pub fn objects(self) -> Linked<'w, PlayerObject, FromLeft> {
        self.0.linked()
    }

    /// The films that rows of `ratings` tie to this player, in the order of those rows. One that
    /// several of them tie comes several times. O(1).
    #[inline]
    pub fn films_by_ratings(self) -> FarRows<'w, Rating, Film> {
        self.0.far_rows(Rating::PLAYER_ID, Rating::FILM_ID)
    }
}

#[allow(dead_code)]
impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlayerField::Name(name.into()));
    }

    /// Links a player with this player: a row of `friends`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there; nothing was changed then.
    pub fn add_player_b(&mut self, player: PlayerKey) -> Result<FriendKey, Error> {
        self.0.link::<Friend, FromLeft>(player)
    }

    /// Unlinks a player from this player: the row of `friends` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_player_b(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<Friend, FromLeft>(player)
    }

    /// Links this player with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_players_b(
        &mut self,
        players: impl IntoIterator<Item = PlayerKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Friend, FromLeft>(players)
    }

    /// Links a player with this player: a row of `friends`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there; nothing was changed then.
    pub fn add_player_a(&mut self, player: PlayerKey) -> Result<FriendKey, Error> {
        self.0.link::<Friend, FromRight>(player)
    }

    /// Unlinks a player from this player: the row of `friends` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_player_a(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<Friend, FromRight>(player)
    }

    /// Links this player with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_players_a(
        &mut self,
        players: impl IntoIterator<Item = PlayerKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Friend, FromRight>(players)
    }

    /// Links a player with this player: a row of `followers`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there; nothing was changed then.
    pub fn add_idol(&mut self, player: PlayerKey) -> Result<FollowerKey, Error> {
        self.0.link::<Follower, FromLeft>(player)
    }

    /// Unlinks a player from this player: the row of `followers` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_idol(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<Follower, FromLeft>(player)
    }

    /// Links this player with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_idols(&mut self, players: impl IntoIterator<Item = PlayerKey>) -> Result<(), Error> {
        self.0.set_links::<Follower, FromLeft>(players)
    }

    /// Links a player with this player: a row of `followers`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there; nothing was changed then.
    pub fn add_follower(&mut self, player: PlayerKey) -> Result<FollowerKey, Error> {
        self.0.link::<Follower, FromRight>(player)
    }

    /// Unlinks a player from this player: the row of `followers` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_follower(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<Follower, FromRight>(player)
    }

    /// Links this player with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_followers(
        &mut self,
        players: impl IntoIterator<Item = PlayerKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Follower, FromRight>(players)
    }

    /// Links a film with this player: a row of `cast`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the film is not there; nothing was changed then.
    pub fn add_film_by_cast(&mut self, film: FilmKey) -> Result<CastKey, Error> {
        self.0.link::<Cast, FromRight>(film)
    }

    /// Unlinks a film from this player: the row of `cast` goes, and the film stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_film_by_cast(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.unlink::<Cast, FromRight>(film)
    }

    /// Links this player with these films and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_films_by_cast(
        &mut self,
        films: impl IntoIterator<Item = FilmKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Cast, FromRight>(films)
    }

    /// Links a film with this player: a row of `crew`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the film is not there; nothing was changed then.
    pub fn add_film_by_crew(&mut self, film: FilmKey) -> Result<CrewKey, Error> {
        self.0.link::<Crew, FromRight>(film)
    }

    /// Unlinks a film from this player: the row of `crew` goes, and the film stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_film_by_crew(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.unlink::<Crew, FromRight>(film)
    }

    /// Links this player with these films and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_films_by_crew(
        &mut self,
        films: impl IntoIterator<Item = FilmKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Crew, FromRight>(films)
    }

    /// Links an object with this player: a row of `player_objects`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the object is not there; nothing was changed then.
    pub fn add_object(&mut self, object: ObjectKey) -> Result<PlayerObjectKey, Error> {
        self.0.link::<PlayerObject, FromLeft>(object)
    }

    /// Unlinks an object from this player: the row of `player_objects` goes, and the object stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_object(&mut self, object: ObjectKey) -> Result<(), Error> {
        self.0.unlink::<PlayerObject, FromLeft>(object)
    }

    /// Links this player with these objects and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_objects(
        &mut self,
        objects: impl IntoIterator<Item = ObjectKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<PlayerObject, FromLeft>(objects)
    }
}

entity! {
    /// A join of a table with itself: names are those of the columns.
    pub struct Friend in Tables.friends {
        /// `player_a INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
        PlayerA player_a: PlayerKey = PLAYER_A "player_a" -> Player.cascade();
        /// `player_b INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
        PlayerB player_b: PlayerKey = PLAYER_B "player_b" -> Player.cascade();
    }
    table "friends", id "id", standalone;
    types FriendKey, FriendId, FriendColumns(u8), FriendField, FriendRef, FriendMut;
    indexes {
        unique BY_PLAYER_A_AND_PLAYER_B [player_a: PLAYER_A, player_b: PLAYER_B];
    }
}

impl Join for Friend {
    type Left = Player;
    type Right = Player;

    const LEFT: usize = Self::PLAYER_A;
    const RIGHT: usize = Self::PLAYER_B;

    #[inline]
    fn link(player_a: Key<Player>, player_b: Key<Player>) -> Self {
        Self { player_a, player_b }
    }

    #[inline]
    fn ends(&self) -> (Key<Player>, Key<Player>) {
        (self.player_a, self.player_b)
    }
}

#[allow(dead_code)]
impl Friend {
    /// The friends whose `player_a` is this player, in order of their ids. O(1).
    pub fn find_by_player_a(world: &World, player_a: PlayerKey) -> Rows<'_, Friend> {
        world.friends.children(Self::PLAYER_A, player_a.raw())
    }

    /// The friends whose `player_b` is this player, in order of their ids. O(1).
    pub fn find_by_player_b(world: &World, player_b: PlayerKey) -> Rows<'_, Friend> {
        world.friends.children(Self::PLAYER_B, player_b.raw())
    }

    /// The friend with these `player_a`, `player_b`. O(1).
    pub fn find_by_player_a_and_player_b(
        world: &World,
        player_a: PlayerKey,
        player_b: PlayerKey,
    ) -> Option<FriendRef<'_>> {
        let (key, _) = world
            .friends
            .find(
                Self::BY_PLAYER_A_AND_PLAYER_B,
                (player_a, player_b),
                |row| row.player_a == player_a && row.player_b == player_b,
            )
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> FriendRef<'w> {
    /// The player that `player_a` names. O(1).
    #[inline]
    pub fn player_a(self) -> PlayerRef<'w> {
        self.0.required_parent(self.player_a)
    }

    /// The player that `player_b` names. O(1).
    #[inline]
    pub fn player_b(self) -> PlayerRef<'w> {
        self.0.required_parent(self.player_b)
    }
}

#[allow(dead_code)]
impl FriendMut<'_> {
    /// Sets [`Friend::player_a`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another friend has the same `player_a`, `player_b`.
    #[inline]
    pub fn set_player_a(&mut self, player_a: PlayerKey) -> Result<(), Error> {
        self.0.set(FriendField::PlayerA(player_a))
    }

    /// Sets [`Friend::player_b`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another friend has the same `player_a`, `player_b`.
    #[inline]
    pub fn set_player_b(&mut self, player_b: PlayerKey) -> Result<(), Error> {
        self.0.set(FriendField::PlayerB(player_b))
    }
}

entity! {
    /// Another one.
    pub struct Follower in Tables.followers {
        /// `follower_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
        Follower follower: PlayerKey = FOLLOWER_ID "follower_id" -> Player.cascade();
        /// `idol_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
        Idol idol: PlayerKey = IDOL_ID "idol_id" -> Player.cascade();
        /// `created_at INTEGER`
        CreatedAt created_at: Option<i64> = CREATED_AT "created_at";
    }
    table "followers", id "id", standalone;
    types FollowerKey, FollowerId, FollowerColumns(u8), FollowerField, FollowerRef, FollowerMut;
    indexes {
        unique BY_FOLLOWER_AND_IDOL [follower: FOLLOWER_ID, idol: IDOL_ID];
    }
}

impl Join for Follower {
    type Left = Player;
    type Right = Player;

    const LEFT: usize = Self::FOLLOWER_ID;
    const RIGHT: usize = Self::IDOL_ID;

    #[inline]
    fn link(follower: Key<Player>, idol: Key<Player>) -> Self {
        Self {
            follower,
            idol,
            ..Self::default()
        }
    }

    #[inline]
    fn ends(&self) -> (Key<Player>, Key<Player>) {
        (self.follower, self.idol)
    }
}

#[allow(dead_code)]
impl Follower {
    /// The followers whose `follower_id` is this player, in order of their ids. O(1).
    pub fn find_by_follower(world: &World, follower: PlayerKey) -> Rows<'_, Follower> {
        world.followers.children(Self::FOLLOWER_ID, follower.raw())
    }

    /// The followers whose `idol_id` is this player, in order of their ids. O(1).
    pub fn find_by_idol(world: &World, idol: PlayerKey) -> Rows<'_, Follower> {
        world.followers.children(Self::IDOL_ID, idol.raw())
    }

    /// The follower with these `follower_id`, `idol_id`. O(1).
    pub fn find_by_follower_and_idol(
        world: &World,
        follower: PlayerKey,
        idol: PlayerKey,
    ) -> Option<FollowerRef<'_>> {
        let (key, _) = world
            .followers
            .find(Self::BY_FOLLOWER_AND_IDOL, (follower, idol), |row| {
                row.follower == follower && row.idol == idol
            })
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> FollowerRef<'w> {
    /// The player that `follower_id` names. O(1).
    #[inline]
    pub fn follower(self) -> PlayerRef<'w> {
        self.0.required_parent(self.follower)
    }

    /// The player that `idol_id` names. O(1).
    #[inline]
    pub fn idol(self) -> PlayerRef<'w> {
        self.0.required_parent(self.idol)
    }
}

#[allow(dead_code)]
impl FollowerMut<'_> {
    /// Sets [`Follower::follower`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another follower has the same `follower_id`, `idol_id`.
    #[inline]
    pub fn set_follower(&mut self, follower: PlayerKey) -> Result<(), Error> {
        self.0.set(FollowerField::Follower(follower))
    }

    /// Sets [`Follower::idol`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another follower has the same `follower_id`, `idol_id`.
    #[inline]
    pub fn set_idol(&mut self, idol: PlayerKey) -> Result<(), Error> {
        self.0.set(FollowerField::Idol(idol))
    }

    /// Sets [`Follower::created_at`].
    #[inline]
    pub fn set_created_at(&mut self, created_at: Option<i64>) {
        self.0.put(FollowerField::CreatedAt(created_at));
    }
}

entity! {
    /// A row of `films`.
    pub struct Film in Tables.films {
        /// `title TEXT NOT NULL`
        Title title: String = TITLE "title";
    }
    table "films", id "id", standalone;
    types FilmKey, FilmId, FilmColumns(u8), FilmField, FilmRef, FilmMut;
}

#[allow(dead_code)]
impl<'w> FilmRef<'w> {
    /// The cast whose `film_id` names this film, in order of their ids. O(1).
    pub fn casts(self) -> Rows<'w, Cast> {
        self.0.children(Cast::FILM_ID)
    }

    /// The crew whose `film_id` names this film, in order of their ids. O(1).
    pub fn crews(self) -> Rows<'w, Crew> {
        self.0.children(Crew::FILM_ID)
    }

    /// The stores whose `film_id` names this film, in order of their ids. O(1).
    pub fn stores(self) -> Rows<'w, Store> {
        self.0.children(Store::FILM_ID)
    }

    /// The copies whose `film_id` names this film, in order of their ids. O(1).
    pub fn copies(self) -> Rows<'w, CopyRow> {
        self.0.children(CopyRow::FILM_ID)
    }

    /// The ratings whose `film_id` names this film, in order of their ids. O(1).
    pub fn ratings(self) -> Rows<'w, Rating> {
        self.0.children(Rating::FILM_ID)
    }

    /// The passages whose `from_film` names this film, in order of their ids. O(1).
    pub fn passages_by_from_film(self) -> Rows<'w, Passage> {
        self.0.children(Passage::FROM_FILM)
    }

    /// The passages whose `to_film` names this film, in order of their ids. O(1).
    pub fn passages_by_to_film(self) -> Rows<'w, Passage> {
        self.0.children(Passage::TO_FILM)
    }

    /// The film objects whose `film_id` names this film, in order of their ids. O(1).
    pub fn film_objects(self) -> Rows<'w, FilmObject> {
        self.0.children(FilmObject::FILM_ID)
    }

    /// The players that `cast` links with this film, in the order in which they were linked. O(1).
    #[inline]
    pub fn players_by_cast(self) -> Linked<'w, Cast, FromLeft> {
        self.0.linked()
    }

    /// The players that `crew` links with this film, in the order in which they were linked. O(1).
    #[inline]
    pub fn players_by_crew(self) -> Linked<'w, Crew, FromLeft> {
        self.0.linked()
    }

    /// The objects that `film_objects` links with this film, in the order in which they were linked. O(1).
    #[inline]
    pub fn objects(self) -> Linked<'w, FilmObject, FromLeft> {
        self.0.linked()
    }

    /// The players that rows of `ratings` tie to this film, in the order of those rows. One that
    /// several of them tie comes several times. O(1).
    #[inline]
    pub fn players_by_ratings(self) -> FarRows<'w, Rating, Player> {
        self.0.far_rows(Rating::FILM_ID, Rating::PLAYER_ID)
    }

    /// The films that rows of `passages` tie to this film, in the order of those rows. One that
    /// several of them tie comes several times. O(1).
    #[inline]
    pub fn to_films(self) -> FarRows<'w, Passage, Film> {
        self.0.far_rows(Passage::FROM_FILM, Passage::TO_FILM)
    }

    /// The films that rows of `passages` tie to this film, in the order of those rows. One that
    /// several of them tie comes several times. O(1).
    #[allow(clippy::wrong_self_convention, reason = "named after the schema")]
    #[inline]
    pub fn from_films(self) -> FarRows<'w, Passage, Film> {
        self.0.far_rows(Passage::TO_FILM, Passage::FROM_FILM)
    }
}

#[allow(dead_code)]
impl FilmMut<'_> {
    /// Sets [`Film::title`].
    #[inline]
    pub fn set_title(&mut self, title: impl Into<String>) {
        self.0.put(FilmField::Title(title.into()));
    }

    /// Links a player with this film: a row of `cast`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there; nothing was changed then.
    pub fn add_player_by_cast(&mut self, player: PlayerKey) -> Result<CastKey, Error> {
        self.0.link::<Cast, FromLeft>(player)
    }

    /// Unlinks a player from this film: the row of `cast` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_player_by_cast(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<Cast, FromLeft>(player)
    }

    /// Links this film with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_players_by_cast(
        &mut self,
        players: impl IntoIterator<Item = PlayerKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Cast, FromLeft>(players)
    }

    /// Links a player with this film: a row of `crew`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there; nothing was changed then.
    pub fn add_player_by_crew(&mut self, player: PlayerKey) -> Result<CrewKey, Error> {
        self.0.link::<Crew, FromLeft>(player)
    }

    /// Unlinks a player from this film: the row of `crew` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_player_by_crew(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<Crew, FromLeft>(player)
    }

    /// Links this film with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_players_by_crew(
        &mut self,
        players: impl IntoIterator<Item = PlayerKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Crew, FromLeft>(players)
    }

    /// Links an object with this film: a row of `film_objects`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the object is not there; nothing was changed then.
    pub fn add_object(&mut self, object: ObjectKey) -> Result<FilmObjectKey, Error> {
        self.0.link::<FilmObject, FromLeft>(object)
    }

    /// Unlinks an object from this film: the row of `film_objects` goes, and the object stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_object(&mut self, object: ObjectKey) -> Result<(), Error> {
        self.0.unlink::<FilmObject, FromLeft>(object)
    }

    /// Links this film with these objects and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_objects(
        &mut self,
        objects: impl IntoIterator<Item = ObjectKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<FilmObject, FromLeft>(objects)
    }
}

entity! {
    /// Two joins of the same tables: both are named after themselves.
    pub struct Cast in Tables.cast {
        /// `film_id INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE`
        Film film: FilmKey = FILM_ID "film_id" -> Film.cascade();
        /// `player_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
        Player player: PlayerKey = PLAYER_ID "player_id" -> Player.cascade();
    }
    table "cast", id "id", standalone;
    types CastKey, CastId, CastColumns(u8), CastField, CastRef, CastMut;
    indexes {
        unique BY_FILM_AND_PLAYER [film: FILM_ID, player: PLAYER_ID];
    }
}

impl Join for Cast {
    type Left = Film;
    type Right = Player;

    const LEFT: usize = Self::FILM_ID;
    const RIGHT: usize = Self::PLAYER_ID;

    #[inline]
    fn link(film: Key<Film>, player: Key<Player>) -> Self {
        Self { film, player }
    }

    #[inline]
    fn ends(&self) -> (Key<Film>, Key<Player>) {
        (self.film, self.player)
    }
}

#[allow(dead_code)]
impl Cast {
    /// The cast whose `film_id` is this film, in order of their ids. O(1).
    pub fn find_by_film(world: &World, film: FilmKey) -> Rows<'_, Cast> {
        world.cast.children(Self::FILM_ID, film.raw())
    }

    /// The cast whose `player_id` is this player, in order of their ids. O(1).
    pub fn find_by_player(world: &World, player: PlayerKey) -> Rows<'_, Cast> {
        world.cast.children(Self::PLAYER_ID, player.raw())
    }

    /// The cast with these `film_id`, `player_id`. O(1).
    pub fn find_by_film_and_player(
        world: &World,
        film: FilmKey,
        player: PlayerKey,
    ) -> Option<CastRef<'_>> {
        let (key, _) = world
            .cast
            .find(Self::BY_FILM_AND_PLAYER, (film, player), |row| {
                row.film == film && row.player == player
            })
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> CastRef<'w> {
    /// The film that `film_id` names. O(1).
    #[inline]
    pub fn film(self) -> FilmRef<'w> {
        self.0.required_parent(self.film)
    }

    /// The player that `player_id` names. O(1).
    #[inline]
    pub fn player(self) -> PlayerRef<'w> {
        self.0.required_parent(self.player)
    }
}

#[allow(dead_code)]
impl CastMut<'_> {
    /// Sets [`Cast::film`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the film is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another cast has the same `film_id`, `player_id`.
    #[inline]
    pub fn set_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.set(CastField::Film(film))
    }

    /// Sets [`Cast::player`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another cast has the same `film_id`, `player_id`.
    #[inline]
    pub fn set_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.set(CastField::Player(player))
    }
}

entity! {
    /// A row of `crew`.
    pub struct Crew in Tables.crew {
        /// `film_id INTEGER NOT NULL REFERENCES films (id)`
        Film film: FilmKey = FILM_ID "film_id" -> Film;
        /// `player_id INTEGER NOT NULL REFERENCES players (id)`
        Player player: PlayerKey = PLAYER_ID "player_id" -> Player;
    }
    table "crew", id "id", standalone;
    types CrewKey, CrewId, CrewColumns(u8), CrewField, CrewRef, CrewMut;
    indexes {
        unique BY_PLAYER_AND_FILM [player: PLAYER_ID, film: FILM_ID];
    }
}

impl Join for Crew {
    type Left = Film;
    type Right = Player;

    const LEFT: usize = Self::FILM_ID;
    const RIGHT: usize = Self::PLAYER_ID;

    #[inline]
    fn link(film: Key<Film>, player: Key<Player>) -> Self {
        Self { film, player }
    }

    #[inline]
    fn ends(&self) -> (Key<Film>, Key<Player>) {
        (self.film, self.player)
    }
}

#[allow(dead_code)]
impl Crew {
    /// The crew whose `film_id` is this film, in order of their ids. O(1).
    pub fn find_by_film(world: &World, film: FilmKey) -> Rows<'_, Crew> {
        world.crew.children(Self::FILM_ID, film.raw())
    }

    /// The crew whose `player_id` is this player, in order of their ids. O(1).
    pub fn find_by_player(world: &World, player: PlayerKey) -> Rows<'_, Crew> {
        world.crew.children(Self::PLAYER_ID, player.raw())
    }

    /// The crew with these `player_id`, `film_id`. O(1).
    pub fn find_by_player_and_film(
        world: &World,
        player: PlayerKey,
        film: FilmKey,
    ) -> Option<CrewRef<'_>> {
        let (key, _) = world
            .crew
            .find(Self::BY_PLAYER_AND_FILM, (player, film), |row| {
                row.player == player && row.film == film
            })
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> CrewRef<'w> {
    /// The film that `film_id` names. O(1).
    #[inline]
    pub fn film(self) -> FilmRef<'w> {
        self.0.required_parent(self.film)
    }

    /// The player that `player_id` names. O(1).
    #[inline]
    pub fn player(self) -> PlayerRef<'w> {
        self.0.required_parent(self.player)
    }
}

#[allow(dead_code)]
impl CrewMut<'_> {
    /// Sets [`Crew::film`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the film is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another crew has the same `player_id`, `film_id`.
    #[inline]
    pub fn set_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.set(CrewField::Film(film))
    }

    /// Sets [`Crew::player`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another crew has the same `player_id`, `film_id`.
    #[inline]
    pub fn set_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.set(CrewField::Player(player))
    }
}

entity! {
    /// A row of `objects`.
    pub struct Object in Tables.objects {
        /// `name TEXT NOT NULL`
        Name name: String = NAME "name";
    }
    table "objects", id "id", standalone;
    types ObjectKey, ObjectId, ObjectColumns(u8), ObjectField, ObjectRef, ObjectMut;
}

#[allow(dead_code)]
impl<'w> ObjectRef<'w> {
    /// The player object whose `object_id` names this object. O(1).
    pub fn player_object(self) -> Option<PlayerObjectRef<'w>> {
        self.0.child::<PlayerObject>(PlayerObject::OBJECT_ID)
    }

    /// The film objects whose `object_id` names this object, in order of their ids. O(1).
    pub fn film_objects(self) -> Rows<'w, FilmObject> {
        self.0.children(FilmObject::OBJECT_ID)
    }

    /// The object tracks whose `object_id` names this object, in order of their ids. O(1).
    pub fn object_tracks(self) -> Rows<'w, ObjectTrack> {
        self.0.children(ObjectTrack::OBJECT_ID)
    }

    /// The players that `player_objects` links with this object, in the order in which they were linked. O(1).
    #[inline]
    pub fn players(self) -> Linked<'w, PlayerObject, FromRight> {
        self.0.linked()
    }

    /// The films that `film_objects` links with this object, in the order in which they were linked. O(1).
    #[inline]
    pub fn films(self) -> Linked<'w, FilmObject, FromRight> {
        self.0.linked()
    }
}

#[allow(dead_code)]
impl ObjectMut<'_> {
    /// Sets [`Object::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(ObjectField::Name(name.into()));
    }

    /// Links a player with this object: a row of `player_objects`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there; nothing was changed then.
    pub fn add_player(&mut self, player: PlayerKey) -> Result<PlayerObjectKey, Error> {
        self.0.link::<PlayerObject, FromRight>(player)
    }

    /// Unlinks a player from this object: the row of `player_objects` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<PlayerObject, FromRight>(player)
    }

    /// Links this object with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_players(
        &mut self,
        players: impl IntoIterator<Item = PlayerKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<PlayerObject, FromRight>(players)
    }

    /// Links a film with this object: a row of `film_objects`. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when they are linked already,
    /// [`gamedb::ErrorKind::NoSuchRow`] when the film is not there; nothing was changed then.
    pub fn add_film(&mut self, film: FilmKey) -> Result<FilmObjectKey, Error> {
        self.0.link::<FilmObject, FromRight>(film)
    }

    /// Unlinks a film from this object: the row of `film_objects` goes, and the film stays. O(1).
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.unlink::<FilmObject, FromRight>(film)
    }

    /// Links this object with these films and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::Twice`] for one that is in the list twice, and what linking and unlinking
    /// refuse; nothing was changed then.
    pub fn set_films(&mut self, films: impl IntoIterator<Item = FilmKey>) -> Result<(), Error> {
        self.0.set_links::<FilmObject, FromRight>(films)
    }
}

entity! {
    /// One player at most has an object, and it says nothing else.
    pub struct PlayerObject in Tables.player_objects {
        /// `player_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
        Player player: PlayerKey = PLAYER_ID "player_id" -> Player.cascade();
        /// `object_id INTEGER UNIQUE NOT NULL REFERENCES objects (id) ON DELETE CASCADE`
        Object object: ObjectKey = OBJECT_ID "object_id" -> Object.cascade().unique();
    }
    table "player_objects", id "id", standalone;
    types PlayerObjectKey, PlayerObjectId, PlayerObjectColumns(u8), PlayerObjectField, PlayerObjectRef, PlayerObjectMut;
}

impl Join for PlayerObject {
    type Left = Player;
    type Right = Object;

    const LEFT: usize = Self::PLAYER_ID;
    const RIGHT: usize = Self::OBJECT_ID;

    #[inline]
    fn link(player: Key<Player>, object: Key<Object>) -> Self {
        Self { player, object }
    }

    #[inline]
    fn ends(&self) -> (Key<Player>, Key<Object>) {
        (self.player, self.object)
    }
}

#[allow(dead_code)]
impl PlayerObject {
    /// The player objects whose `player_id` is this player, in order of their ids. O(1).
    pub fn find_by_player(world: &World, player: PlayerKey) -> Rows<'_, PlayerObject> {
        world.player_objects.children(Self::PLAYER_ID, player.raw())
    }

    /// The player object whose `object_id` is this object. O(1).
    pub fn find_by_object(world: &World, object: ObjectKey) -> Option<PlayerObjectRef<'_>> {
        let (key, _) = world
            .player_objects
            .children(Self::OBJECT_ID, object.raw())
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> PlayerObjectRef<'w> {
    /// The player that `player_id` names. O(1).
    #[inline]
    pub fn player(self) -> PlayerRef<'w> {
        self.0.required_parent(self.player)
    }

    /// The object that `object_id` names. O(1).
    #[inline]
    pub fn object(self) -> ObjectRef<'w> {
        self.0.required_parent(self.object)
    }
}

#[allow(dead_code)]
impl PlayerObjectMut<'_> {
    /// Sets [`PlayerObject::player`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there.
    #[inline]
    pub fn set_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.set(PlayerObjectField::Player(player))
    }

    /// Sets [`PlayerObject::object`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the object is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when the object has a player object already.
    #[inline]
    pub fn set_object(&mut self, object: ObjectKey) -> Result<(), Error> {
        self.0.set(PlayerObjectField::Object(object))
    }
}

entity! {
    /// One end is UNIQUE, and another table points here: a row of its own.
    pub struct Store in Tables.stores {
        /// `manager_id INTEGER UNIQUE NOT NULL REFERENCES players (id)`
        Manager manager: PlayerKey = MANAGER_ID "manager_id" -> Player.unique();
        /// `film_id INTEGER NOT NULL REFERENCES films (id)`
        Film film: FilmKey = FILM_ID "film_id" -> Film;
        /// `last_update TEXT NOT NULL`
        LastUpdate last_update: String = LAST_UPDATE "last_update";
    }
    table "stores", id "id", standalone;
    types StoreKey, StoreId, StoreColumns(u8), StoreField, StoreRef, StoreMut;
}

#[allow(dead_code)]
impl Store {
    /// The store whose `manager_id` is this player. O(1).
    pub fn find_by_manager(world: &World, manager: PlayerKey) -> Option<StoreRef<'_>> {
        let (key, _) = world
            .stores
            .children(Self::MANAGER_ID, manager.raw())
            .next()?;
        world.get(key).ok()
    }

    /// The stores whose `film_id` is this film, in order of their ids. O(1).
    pub fn find_by_film(world: &World, film: FilmKey) -> Rows<'_, Store> {
        world.stores.children(Self::FILM_ID, film.raw())
    }
}

#[allow(dead_code)]
impl<'w> StoreRef<'w> {
    /// The player that `manager_id` names. O(1).
    #[inline]
    pub fn manager(self) -> PlayerRef<'w> {
        self.0.required_parent(self.manager)
    }

    /// The film that `film_id` names. O(1).
    #[inline]
    pub fn film(self) -> FilmRef<'w> {
        self.0.required_parent(self.film)
    }

    /// The copies whose `store_id` names this store, in order of their ids. O(1).
    pub fn copies(self) -> Rows<'w, CopyRow> {
        self.0.children(CopyRow::STORE_ID)
    }
}

#[allow(dead_code)]
impl StoreMut<'_> {
    /// Sets [`Store::manager`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when the player has a store already.
    #[inline]
    pub fn set_manager(&mut self, manager: PlayerKey) -> Result<(), Error> {
        self.0.set(StoreField::Manager(manager))
    }

    /// Sets [`Store::film`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the film is not there.
    #[inline]
    pub fn set_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.set(StoreField::Film(film))
    }

    /// Sets [`Store::last_update`].
    #[inline]
    pub fn set_last_update(&mut self, last_update: impl Into<String>) {
        self.0.put(StoreField::LastUpdate(last_update.into()));
    }
}

entity! {
    /// A row of `copies`.
    pub struct CopyRow in Tables.copies {
        /// `film_id INTEGER NOT NULL REFERENCES films (id)`
        Film film: FilmKey = FILM_ID "film_id" -> Film;
        /// `store_id INTEGER NOT NULL REFERENCES stores (id)`
        Store store: StoreKey = STORE_ID "store_id" -> Store;
        /// `last_update TEXT NOT NULL`
        LastUpdate last_update: String = LAST_UPDATE "last_update";
    }
    table "copies", id "id", standalone;
    types CopyRowKey, CopyRowId, CopyRowColumns(u8), CopyRowField, CopyRowRef, CopyRowMut;
}

#[allow(dead_code)]
impl CopyRow {
    /// The copies whose `film_id` is this film, in order of their ids. O(1).
    pub fn find_by_film(world: &World, film: FilmKey) -> Rows<'_, CopyRow> {
        world.copies.children(Self::FILM_ID, film.raw())
    }

    /// The copies whose `store_id` is this store, in order of their ids. O(1).
    pub fn find_by_store(world: &World, store: StoreKey) -> Rows<'_, CopyRow> {
        world.copies.children(Self::STORE_ID, store.raw())
    }
}

#[allow(dead_code)]
impl<'w> CopyRowRef<'w> {
    /// The film that `film_id` names. O(1).
    #[inline]
    pub fn film(self) -> FilmRef<'w> {
        self.0.required_parent(self.film)
    }

    /// The store that `store_id` names. O(1).
    #[inline]
    pub fn store(self) -> StoreRef<'w> {
        self.0.required_parent(self.store)
    }
}

#[allow(dead_code)]
impl CopyRowMut<'_> {
    /// Sets [`CopyRow::film`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the film is not there.
    #[inline]
    pub fn set_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.set(CopyRowField::Film(film))
    }

    /// Sets [`CopyRow::store`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the store is not there.
    #[inline]
    pub fn set_store(&mut self, store: StoreKey) -> Result<(), Error> {
        self.0.set(CopyRowField::Store(store))
    }

    /// Sets [`CopyRow::last_update`].
    #[inline]
    pub fn set_last_update(&mut self, last_update: impl Into<String>) {
        self.0.put(CopyRowField::LastUpdate(last_update.into()));
    }
}

entity! {
    /// The pair is UNIQUE, and there is more to say.
    pub struct Rating in Tables.ratings {
        /// `film_id INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE`
        Film film: FilmKey = FILM_ID "film_id" -> Film.cascade();
        /// `player_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
        Player player: PlayerKey = PLAYER_ID "player_id" -> Player.cascade();
        /// `stars INTEGER NOT NULL`
        Stars stars: i64 = STARS "stars";
    }
    table "ratings", id "id", standalone;
    types RatingKey, RatingId, RatingColumns(u8), RatingField, RatingRef, RatingMut;
    indexes {
        unique BY_FILM_AND_PLAYER [film: FILM_ID, player: PLAYER_ID];
    }
}

#[allow(dead_code)]
impl Rating {
    /// The ratings whose `film_id` is this film, in order of their ids. O(1).
    pub fn find_by_film(world: &World, film: FilmKey) -> Rows<'_, Rating> {
        world.ratings.children(Self::FILM_ID, film.raw())
    }

    /// The ratings whose `player_id` is this player, in order of their ids. O(1).
    pub fn find_by_player(world: &World, player: PlayerKey) -> Rows<'_, Rating> {
        world.ratings.children(Self::PLAYER_ID, player.raw())
    }

    /// The rating with these `film_id`, `player_id`. O(1).
    pub fn find_by_film_and_player(
        world: &World,
        film: FilmKey,
        player: PlayerKey,
    ) -> Option<RatingRef<'_>> {
        let (key, _) = world
            .ratings
            .find(Self::BY_FILM_AND_PLAYER, (film, player), |row| {
                row.film == film && row.player == player
            })
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> RatingRef<'w> {
    /// The film that `film_id` names. O(1).
    #[inline]
    pub fn film(self) -> FilmRef<'w> {
        self.0.required_parent(self.film)
    }

    /// The player that `player_id` names. O(1).
    #[inline]
    pub fn player(self) -> PlayerRef<'w> {
        self.0.required_parent(self.player)
    }
}

#[allow(dead_code)]
impl RatingMut<'_> {
    /// Sets [`Rating::film`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the film is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another rating has the same `film_id`, `player_id`.
    #[inline]
    pub fn set_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.set(RatingField::Film(film))
    }

    /// Sets [`Rating::player`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another rating has the same `film_id`, `player_id`.
    #[inline]
    pub fn set_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.set(RatingField::Player(player))
    }

    /// Sets [`Rating::stars`].
    #[inline]
    pub fn set_stars(&mut self, stars: i64) {
        self.0.put(RatingField::Stars(stars));
    }
}

entity! {
    /// A table without an id of its own, as one from elsewhere gets one.
    pub struct Passage in Tables.passages {
        /// `from_film INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE`
        FromFilm from_film: FilmKey = FROM_FILM "from_film" -> Film.cascade();
        /// `to_film INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE`
        ToFilm to_film: FilmKey = TO_FILM "to_film" -> Film.cascade();
        /// `direction TEXT NOT NULL`
        Direction direction: String = DIRECTION "direction";
    }
    table "passages", id "gamedb_id", standalone;
    types PassageKey, PassageId, PassageColumns(u8), PassageField, PassageRef, PassageMut;
}

#[allow(dead_code)]
impl Passage {
    /// The passages whose `from_film` is this film, in order of their ids. O(1).
    pub fn find_by_from_film(world: &World, from_film: FilmKey) -> Rows<'_, Passage> {
        world.passages.children(Self::FROM_FILM, from_film.raw())
    }

    /// The passages whose `to_film` is this film, in order of their ids. O(1).
    pub fn find_by_to_film(world: &World, to_film: FilmKey) -> Rows<'_, Passage> {
        world.passages.children(Self::TO_FILM, to_film.raw())
    }
}

#[allow(dead_code)]
impl<'w> PassageRef<'w> {
    /// The film that `from_film` names. O(1).
    #[allow(clippy::wrong_self_convention, reason = "named after the schema")]
    #[inline]
    pub fn from_film(self) -> FilmRef<'w> {
        self.0.required_parent(self.from_film)
    }

    /// The film that `to_film` names. O(1).
    #[inline]
    pub fn to_film(self) -> FilmRef<'w> {
        self.0.required_parent(self.to_film)
    }
}

#[allow(dead_code)]
impl PassageMut<'_> {
    /// Sets [`Passage::from_film`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the film is not there.
    #[inline]
    pub fn set_from_film(&mut self, from_film: FilmKey) -> Result<(), Error> {
        self.0.set(PassageField::FromFilm(from_film))
    }

    /// Sets [`Passage::to_film`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the film is not there.
    #[inline]
    pub fn set_to_film(&mut self, to_film: FilmKey) -> Result<(), Error> {
        self.0.set(PassageField::ToFilm(to_film))
    }

    /// Sets [`Passage::direction`].
    #[inline]
    pub fn set_direction(&mut self, direction: impl Into<String>) {
        self.0.put(PassageField::Direction(direction.into()));
    }
}

entity! {
    /// The config says that it is a join, although it has a weight.
    pub struct FilmObject in Tables.film_objects {
        /// `film_id INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE`
        Film film: FilmKey = FILM_ID "film_id" -> Film.cascade();
        /// `object_id INTEGER NOT NULL REFERENCES objects (id) ON DELETE CASCADE`
        Object object: ObjectKey = OBJECT_ID "object_id" -> Object.cascade();
        /// `weight REAL NOT NULL DEFAULT 1.5`
        Weight weight: f64 = WEIGHT "weight" default 1.5;
    }
    table "film_objects", id "id", standalone;
    types FilmObjectKey, FilmObjectId, FilmObjectColumns(u8), FilmObjectField, FilmObjectRef, FilmObjectMut;
    indexes {
        unique BY_FILM_AND_OBJECT [film: FILM_ID, object: OBJECT_ID];
    }
}

impl Join for FilmObject {
    type Left = Film;
    type Right = Object;

    const LEFT: usize = Self::FILM_ID;
    const RIGHT: usize = Self::OBJECT_ID;

    #[inline]
    fn link(film: Key<Film>, object: Key<Object>) -> Self {
        Self {
            film,
            object,
            ..Self::default()
        }
    }

    #[inline]
    fn ends(&self) -> (Key<Film>, Key<Object>) {
        (self.film, self.object)
    }
}

#[allow(dead_code)]
impl FilmObject {
    /// The film objects whose `film_id` is this film, in order of their ids. O(1).
    pub fn find_by_film(world: &World, film: FilmKey) -> Rows<'_, FilmObject> {
        world.film_objects.children(Self::FILM_ID, film.raw())
    }

    /// The film objects whose `object_id` is this object, in order of their ids. O(1).
    pub fn find_by_object(world: &World, object: ObjectKey) -> Rows<'_, FilmObject> {
        world.film_objects.children(Self::OBJECT_ID, object.raw())
    }

    /// The film object with these `film_id`, `object_id`. O(1).
    pub fn find_by_film_and_object(
        world: &World,
        film: FilmKey,
        object: ObjectKey,
    ) -> Option<FilmObjectRef<'_>> {
        let (key, _) = world
            .film_objects
            .find(Self::BY_FILM_AND_OBJECT, (film, object), |row| {
                row.film == film && row.object == object
            })
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> FilmObjectRef<'w> {
    /// The film that `film_id` names. O(1).
    #[inline]
    pub fn film(self) -> FilmRef<'w> {
        self.0.required_parent(self.film)
    }

    /// The object that `object_id` names. O(1).
    #[inline]
    pub fn object(self) -> ObjectRef<'w> {
        self.0.required_parent(self.object)
    }
}

#[allow(dead_code)]
impl FilmObjectMut<'_> {
    /// Sets [`FilmObject::film`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the film is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another film object has the same `film_id`, `object_id`.
    #[inline]
    pub fn set_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.set(FilmObjectField::Film(film))
    }

    /// Sets [`FilmObject::object`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the object is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another film object has the same `film_id`, `object_id`.
    #[inline]
    pub fn set_object(&mut self, object: ObjectKey) -> Result<(), Error> {
        self.0.set(FilmObjectField::Object(object))
    }

    /// Sets [`FilmObject::weight`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN.
    #[inline]
    pub fn set_weight(&mut self, weight: f64) -> Result<(), Error> {
        self.0.set(FilmObjectField::Weight(weight))
    }
}

entity! {
    /// The config says that it is none.
    pub struct ObjectTrack in Tables.object_tracks {
        /// `object_id INTEGER NOT NULL REFERENCES objects (id) ON DELETE CASCADE`
        Object object: ObjectKey = OBJECT_ID "object_id" -> Object.cascade();
        /// `track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE`
        Track track: TrackKey = TRACK_ID "track_id" -> Track.cascade();
    }
    table "object_tracks", id "id", standalone;
    types ObjectTrackKey, ObjectTrackId, ObjectTrackColumns(u8), ObjectTrackField, ObjectTrackRef, ObjectTrackMut;
    indexes {
        unique BY_OBJECT_AND_TRACK [object: OBJECT_ID, track: TRACK_ID];
    }
}

#[allow(dead_code)]
impl ObjectTrack {
    /// The object tracks whose `object_id` is this object, in order of their ids. O(1).
    pub fn find_by_object(world: &World, object: ObjectKey) -> Rows<'_, ObjectTrack> {
        world.object_tracks.children(Self::OBJECT_ID, object.raw())
    }

    /// The object tracks whose `track_id` is this track, in order of their ids. O(1).
    pub fn find_by_track(world: &World, track: TrackKey) -> Rows<'_, ObjectTrack> {
        world.object_tracks.children(Self::TRACK_ID, track.raw())
    }

    /// The object track with these `object_id`, `track_id`. O(1).
    pub fn find_by_object_and_track(
        world: &World,
        object: ObjectKey,
        track: TrackKey,
    ) -> Option<ObjectTrackRef<'_>> {
        let (key, _) = world
            .object_tracks
            .find(Self::BY_OBJECT_AND_TRACK, (object, track), |row| {
                row.object == object && row.track == track
            })
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> ObjectTrackRef<'w> {
    /// The object that `object_id` names. O(1).
    #[inline]
    pub fn object(self) -> ObjectRef<'w> {
        self.0.required_parent(self.object)
    }

    /// The track that `track_id` names. O(1).
    #[inline]
    pub fn track(self) -> TrackRef<'w> {
        self.0.required_parent(self.track)
    }
}

#[allow(dead_code)]
impl ObjectTrackMut<'_> {
    /// Sets [`ObjectTrack::object`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the object is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another object track has the same `object_id`, `track_id`.
    #[inline]
    pub fn set_object(&mut self, object: ObjectKey) -> Result<(), Error> {
        self.0.set(ObjectTrackField::Object(object))
    }

    /// Sets [`ObjectTrack::track`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the track is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another object track has the same `object_id`, `track_id`.
    #[inline]
    pub fn set_track(&mut self, track: TrackKey) -> Result<(), Error> {
        self.0.set(ObjectTrackField::Track(track))
    }
}
