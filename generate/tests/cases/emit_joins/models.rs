// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    ColumnProblem, Error, ForeignKey, FromLeft, FromRight, Id, IndexHasher, IndexInfo, Join, Key,
    Linked, RawKey, Row, RowReader, Rows, Standalone, Table, TableId, TableInfo, TableKind, Value,
    columns, fields, id_of, id_of_optional, tables, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `playlists`.
    0 => playlists: Table<Playlist>,
    /// The rows of `tracks`.
    1 => tracks: Table<Track>,
    /// Which playlist has which track.
    2 => playlist_track: Table<PlaylistTrack>,
    /// The rows of `players`.
    3 => players: Table<Player>,
    /// A join of a table with itself: names are those of the columns.
    4 => friends: Table<Friend>,
    /// Another one.
    5 => followers: Table<Follower>,
    /// The rows of `films`.
    6 => films: Table<Film>,
    /// Two joins of the same tables: both are named after themselves.
    7 => cast: Table<Cast>,
    /// The rows of `crew`.
    8 => crew: Table<Crew>,
    /// The rows of `objects`.
    9 => objects: Table<Object>,
    /// One player at most has an object, and it says nothing else.
    10 => player_objects: Table<PlayerObject>,
    /// One end is UNIQUE, and another table points here: a row of its own.
    11 => stores: Table<Store>,
    /// The rows of `copies`.
    12 => copies: Table<CopyRow>,
    /// The pair is UNIQUE, and there is more to say.
    13 => ratings: Table<Rating>,
    /// A table without an id of its own, as one from elsewhere gets one.
    14 => passages: Table<Passage>,
    /// The config says that it is a join, although it has a weight.
    15 => film_objects: Table<FilmObject>,
    /// The config says that it is none.
    16 => object_tracks: Table<ObjectTrack>,
}

/// Handle of a row of `playlists` in memory.
pub type PlaylistKey = Key<Playlist>;
/// `playlists.id`
pub type PlaylistId = Id<Playlist>;

/// A row of `playlists`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Playlist {
    /// `name TEXT NOT NULL`
    pub name: String,
}

columns! {
    /// Columns of `playlists`.
    pub struct PlaylistColumns: u8 {
        /// `name`
        const NAME = 0;
    }
}

fields! {
    pub enum PlaylistField for Playlist, PlaylistColumns {
        Name: String = name => NAME,
    }
}

views!(Playlist, PlaylistRef, PlaylistMut);

impl Row for Playlist {
    type Tables = Tables;

    const TABLE: TableId = TableId(0);
    const INFO: &'static TableInfo = &TableInfo {
        name: "playlists",
        id: "id",
        columns: &["name"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: PlaylistColumns = PlaylistColumns::empty();
    const INDEXED: PlaylistColumns = PlaylistColumns::empty();
    const CHECKED: PlaylistColumns = PlaylistColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.name.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self { name: row.read(0)? })
    }
}

impl Standalone for Playlist {}

impl<'w> PlaylistRef<'w> {
    /// The tracks whose `first_id` names this playlist, in order of their ids. O(1).
    pub fn tracks_by_first(self) -> Rows<'w, Track> {
        self.0.children(Track::FIRST_ID)
    }

    /// The playlist track whose `playlist_id` names this playlist, in order of their ids. O(1).
    pub fn playlist_track(self) -> Rows<'w, PlaylistTrack> {
        self.0.children(PlaylistTrack::PLAYLIST_ID)
    }

    /// The tracks that `playlist_track` links with this playlist, in the order in which they were linked. O(1).
    #[inline]
    pub fn tracks_by_playlist_track(self) -> Linked<'w, PlaylistTrack, FromRight> {
        self.0.linked()
    }
}

impl PlaylistMut<'_> {
    /// Sets [`Playlist::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlaylistField::Name(name.into()));
    }

    /// Links a track with this playlist: a row of `playlist_track`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the track is not
    /// there; nothing was changed then.
    pub fn add_track_by_playlist_track(
        &mut self,
        track: TrackKey,
    ) -> Result<PlaylistTrackKey, Error> {
        self.0.link::<PlaylistTrack, FromRight>(track)
    }

    /// Unlinks a track from this playlist: the row of `playlist_track` goes, and the track stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_track_by_playlist_track(&mut self, track: TrackKey) -> Result<(), Error> {
        self.0.unlink::<PlaylistTrack, FromRight>(track)
    }

    /// Links this playlist with these tracks and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_tracks_by_playlist_track(
        &mut self,
        tracks: impl IntoIterator<Item = TrackKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<PlaylistTrack, FromRight>(tracks)
    }
}

/// Handle of a row of `tracks` in memory.
pub type TrackKey = Key<Track>;
/// `tracks.id`
pub type TrackId = Id<Track>;

/// A row of `tracks`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// `title TEXT NOT NULL`
    pub title: String,
    /// The playlist that it was bought with. Its accessor wants the same name as that of the join.
    pub first: Option<PlaylistKey>,
}

columns! {
    /// Columns of `tracks`.
    pub struct TrackColumns: u8 {
        /// `title`
        const TITLE = 0;
        /// `first_id`
        const FIRST_ID = 1;
    }
}

fields! {
    pub enum TrackField for Track, TrackColumns {
        Title: String = title => TITLE,
        First: Option<PlaylistKey> = first => FIRST_ID,
    }
}

views!(Track, TrackRef, TrackMut);

impl Track {
    // Positions of the foreign keys in `INFO`.
    const FIRST_ID: usize = 0;
}

impl Row for Track {
    type Tables = Tables;

    const TABLE: TableId = TableId(1);
    const INFO: &'static TableInfo = &TableInfo {
        name: "tracks",
        id: "id",
        columns: &["title", "first_id"],
        foreign_keys: &[ForeignKey::to(1, Playlist::TABLE).set_null()],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: TrackColumns = TrackColumns::empty();
    const INDEXED: TrackColumns = TrackColumns::FIRST_ID;
    const CHECKED: TrackColumns = TrackColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::FIRST_ID => self.first.map(Key::raw),
            _ => None,
        }
    }

    fn orphaned(foreign_key: usize) -> Option<TrackField> {
        match foreign_key {
            Self::FIRST_ID => Some(TrackField::First(None)),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => self.title.as_str().into(),
            1 => id_of_optional(tables, self.first),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            title: row.read(0)?,
            first: row.optional_key(1)?,
        })
    }
}

impl Standalone for Track {}

impl Track {
    /// The tracks whose `first_id` is this playlist, in order of their ids. O(1).
    pub fn find_by_first(world: &World, first: PlaylistKey) -> Rows<'_, Track> {
        world.tracks.children(Self::FIRST_ID, first.raw())
    }
}

impl<'w> TrackRef<'w> {
    /// The playlist that `first_id` names, if it names one. O(1).
    #[inline]
    pub fn first(self) -> Option<PlaylistRef<'w>> {
        self.0.parent(self.first?)
    }

    /// The playlist track whose `track_id` names this track, in order of their ids. O(1).
    pub fn playlist_track(self) -> Rows<'w, PlaylistTrack> {
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

impl TrackMut<'_> {
    /// Sets [`Track::title`].
    #[inline]
    pub fn set_title(&mut self, title: impl Into<String>) {
        self.0.put(TrackField::Title(title.into()));
    }

    /// Sets [`Track::first`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the playlist is not there.
    #[inline]
    pub fn set_first(&mut self, first: Option<PlaylistKey>) -> Result<(), Error> {
        self.0.set(TrackField::First(first))
    }

    /// Links a playlist with this track: a row of `playlist_track`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the playlist is not
    /// there; nothing was changed then.
    pub fn add_playlist(&mut self, playlist: PlaylistKey) -> Result<PlaylistTrackKey, Error> {
        self.0.link::<PlaylistTrack, FromLeft>(playlist)
    }

    /// Unlinks a playlist from this track: the row of `playlist_track` goes, and the playlist stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_playlist(&mut self, playlist: PlaylistKey) -> Result<(), Error> {
        self.0.unlink::<PlaylistTrack, FromLeft>(playlist)
    }

    /// Links this track with these playlists and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_playlists(
        &mut self,
        playlists: impl IntoIterator<Item = PlaylistKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<PlaylistTrack, FromLeft>(playlists)
    }
}

/// Handle of a row of `playlist_track` in memory.
pub type PlaylistTrackKey = Key<PlaylistTrack>;
/// `playlist_track.id`
pub type PlaylistTrackId = Id<PlaylistTrack>;

/// Which playlist has which track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlaylistTrack {
    /// `track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE`
    pub track: TrackKey,
    /// `playlist_id INTEGER NOT NULL REFERENCES playlists (id) ON DELETE CASCADE`
    pub playlist: PlaylistKey,
    /// `last_update TEXT NOT NULL`
    pub last_update: String,
}

columns! {
    /// Columns of `playlist_track`.
    pub struct PlaylistTrackColumns: u8 {
        /// `track_id`
        const TRACK_ID = 0;
        /// `playlist_id`
        const PLAYLIST_ID = 1;
        /// `last_update`
        const LAST_UPDATE = 2;
    }
}

fields! {
    pub enum PlaylistTrackField for PlaylistTrack, PlaylistTrackColumns {
        Track: TrackKey = track => TRACK_ID,
        Playlist: PlaylistKey = playlist => PLAYLIST_ID,
        LastUpdate: String = last_update => LAST_UPDATE,
    }
}

views!(PlaylistTrack, PlaylistTrackRef, PlaylistTrackMut);

impl PlaylistTrack {
    // Positions of the foreign keys in `INFO`.
    const TRACK_ID: usize = 0;
    const PLAYLIST_ID: usize = 1;
}

impl Row for PlaylistTrack {
    type Tables = Tables;

    const TABLE: TableId = TableId(2);
    const INFO: &'static TableInfo = &TableInfo {
        name: "playlist_track",
        id: "id",
        columns: &["track_id", "playlist_id", "last_update"],
        foreign_keys: &[
            ForeignKey::to(0, Track::TABLE).cascade(),
            ForeignKey::to(1, Playlist::TABLE).cascade(),
        ],
        indexes: &[IndexInfo::unique(&[1, 0])],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: PlaylistTrackColumns = PlaylistTrackColumns::empty();
    const INDEXED: PlaylistTrackColumns =
        PlaylistTrackColumns::TRACK_ID.union(PlaylistTrackColumns::PLAYLIST_ID);
    const CHECKED: PlaylistTrackColumns = PlaylistTrackColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::TRACK_ID => Some(self.track.raw()),
            Self::PLAYLIST_ID => Some(self.playlist.raw()),
            _ => None,
        }
    }

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash((self.playlist, self.track))),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.playlist == other.playlist && self.track == other.track,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.track),
            1 => id_of(tables, self.playlist),
            2 => self.last_update.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            track: row.key(0)?,
            playlist: row.key(1)?,
            last_update: row.read(2)?,
        })
    }
}

impl Standalone for PlaylistTrack {}

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
            .find(0, (playlist, track), |row| {
                row.playlist == playlist && row.track == track
            })
            .next()?;
        world.get(key).ok()
    }
}

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

impl PlaylistTrackMut<'_> {
    /// Sets [`PlaylistTrack::track`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the track is not there,
    /// [`Error::NotUnique`] when another playlist track has the same `playlist_id`, `track_id`.
    #[inline]
    pub fn set_track(&mut self, track: TrackKey) -> Result<(), Error> {
        self.0.set(PlaylistTrackField::Track(track))
    }

    /// Sets [`PlaylistTrack::playlist`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the playlist is not there,
    /// [`Error::NotUnique`] when another playlist track has the same `playlist_id`, `track_id`.
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

/// Handle of a row of `players` in memory.
pub type PlayerKey = Key<Player>;
/// `players.id`
pub type PlayerId = Id<Player>;

/// A row of `players`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Player {
    /// `name TEXT NOT NULL`
    pub name: String,
}

columns! {
    /// Columns of `players`.
    pub struct PlayerColumns: u8 {
        /// `name`
        const NAME = 0;
    }
}

fields! {
    pub enum PlayerField for Player, PlayerColumns {
        Name: String = name => NAME,
    }
}

views!(Player, PlayerRef, PlayerMut);

impl Row for Player {
    type Tables = Tables;

    const TABLE: TableId = TableId(3);
    const INFO: &'static TableInfo = &TableInfo {
        name: "players",
        id: "id",
        columns: &["name"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: PlayerColumns = PlayerColumns::empty();
    const INDEXED: PlayerColumns = PlayerColumns::empty();
    const CHECKED: PlayerColumns = PlayerColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.name.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self { name: row.read(0)? })
    }
}

impl Standalone for Player {}

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
    pub fn cast(self) -> Rows<'w, Cast> {
        self.0.children(Cast::PLAYER_ID)
    }

    /// The crew whose `player_id` names this player, in order of their ids. O(1).
    pub fn crew(self) -> Rows<'w, Crew> {
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
}

impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlayerField::Name(name.into()));
    }

    /// Links a player with this player: a row of `friends`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the player is not
    /// there; nothing was changed then.
    pub fn add_player_b(&mut self, player: PlayerKey) -> Result<FriendKey, Error> {
        self.0.link::<Friend, FromLeft>(player)
    }

    /// Unlinks a player from this player: the row of `friends` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_player_b(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<Friend, FromLeft>(player)
    }

    /// Links this player with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_players_b(
        &mut self,
        players: impl IntoIterator<Item = PlayerKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Friend, FromLeft>(players)
    }

    /// Links a player with this player: a row of `friends`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the player is not
    /// there; nothing was changed then.
    pub fn add_player_a(&mut self, player: PlayerKey) -> Result<FriendKey, Error> {
        self.0.link::<Friend, FromRight>(player)
    }

    /// Unlinks a player from this player: the row of `friends` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_player_a(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<Friend, FromRight>(player)
    }

    /// Links this player with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_players_a(
        &mut self,
        players: impl IntoIterator<Item = PlayerKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Friend, FromRight>(players)
    }

    /// Links a player with this player: a row of `followers`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the player is not
    /// there; nothing was changed then.
    pub fn add_idol(&mut self, player: PlayerKey) -> Result<FollowerKey, Error> {
        self.0.link::<Follower, FromLeft>(player)
    }

    /// Unlinks a player from this player: the row of `followers` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_idol(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<Follower, FromLeft>(player)
    }

    /// Links this player with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_idols(&mut self, players: impl IntoIterator<Item = PlayerKey>) -> Result<(), Error> {
        self.0.set_links::<Follower, FromLeft>(players)
    }

    /// Links a player with this player: a row of `followers`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the player is not
    /// there; nothing was changed then.
    pub fn add_follower(&mut self, player: PlayerKey) -> Result<FollowerKey, Error> {
        self.0.link::<Follower, FromRight>(player)
    }

    /// Unlinks a player from this player: the row of `followers` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_follower(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<Follower, FromRight>(player)
    }

    /// Links this player with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_followers(
        &mut self,
        players: impl IntoIterator<Item = PlayerKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Follower, FromRight>(players)
    }

    /// Links a film with this player: a row of `cast`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the film is not
    /// there; nothing was changed then.
    pub fn add_film_by_cast(&mut self, film: FilmKey) -> Result<CastKey, Error> {
        self.0.link::<Cast, FromRight>(film)
    }

    /// Unlinks a film from this player: the row of `cast` goes, and the film stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_film_by_cast(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.unlink::<Cast, FromRight>(film)
    }

    /// Links this player with these films and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_films_by_cast(
        &mut self,
        films: impl IntoIterator<Item = FilmKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Cast, FromRight>(films)
    }

    /// Links a film with this player: a row of `crew`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the film is not
    /// there; nothing was changed then.
    pub fn add_film_by_crew(&mut self, film: FilmKey) -> Result<CrewKey, Error> {
        self.0.link::<Crew, FromRight>(film)
    }

    /// Unlinks a film from this player: the row of `crew` goes, and the film stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_film_by_crew(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.unlink::<Crew, FromRight>(film)
    }

    /// Links this player with these films and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_films_by_crew(
        &mut self,
        films: impl IntoIterator<Item = FilmKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Crew, FromRight>(films)
    }

    /// Links an object with this player: a row of `player_objects`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the object is not
    /// there; nothing was changed then.
    pub fn add_object(&mut self, object: ObjectKey) -> Result<PlayerObjectKey, Error> {
        self.0.link::<PlayerObject, FromLeft>(object)
    }

    /// Unlinks an object from this player: the row of `player_objects` goes, and the object stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_object(&mut self, object: ObjectKey) -> Result<(), Error> {
        self.0.unlink::<PlayerObject, FromLeft>(object)
    }

    /// Links this player with these objects and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_objects(
        &mut self,
        objects: impl IntoIterator<Item = ObjectKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<PlayerObject, FromLeft>(objects)
    }
}

/// Handle of a row of `friends` in memory.
pub type FriendKey = Key<Friend>;
/// `friends.id`
pub type FriendId = Id<Friend>;

/// A join of a table with itself: names are those of the columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Friend {
    /// `player_a INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
    pub player_a: PlayerKey,
    /// `player_b INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
    pub player_b: PlayerKey,
}

columns! {
    /// Columns of `friends`.
    pub struct FriendColumns: u8 {
        /// `player_a`
        const PLAYER_A = 0;
        /// `player_b`
        const PLAYER_B = 1;
    }
}

fields! {
    pub enum FriendField for Friend, FriendColumns {
        PlayerA: PlayerKey = player_a => PLAYER_A,
        PlayerB: PlayerKey = player_b => PLAYER_B,
    }
}

views!(Friend, FriendRef, FriendMut);

impl Friend {
    // Positions of the foreign keys in `INFO`.
    const PLAYER_A: usize = 0;
    const PLAYER_B: usize = 1;
}

impl Row for Friend {
    type Tables = Tables;

    const TABLE: TableId = TableId(4);
    const INFO: &'static TableInfo = &TableInfo {
        name: "friends",
        id: "id",
        columns: &["player_a", "player_b"],
        foreign_keys: &[
            ForeignKey::to(0, Player::TABLE).cascade(),
            ForeignKey::to(1, Player::TABLE).cascade(),
        ],
        indexes: &[IndexInfo::unique(&[0, 1])],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: FriendColumns = FriendColumns::empty();
    const INDEXED: FriendColumns = FriendColumns::PLAYER_A.union(FriendColumns::PLAYER_B);
    const CHECKED: FriendColumns = FriendColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::PLAYER_A => Some(self.player_a.raw()),
            Self::PLAYER_B => Some(self.player_b.raw()),
            _ => None,
        }
    }

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash((self.player_a, self.player_b))),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.player_a == other.player_a && self.player_b == other.player_b,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.player_a),
            1 => id_of(tables, self.player_b),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            player_a: row.key(0)?,
            player_b: row.key(1)?,
        })
    }
}

impl Standalone for Friend {}

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
            .find(0, (player_a, player_b), |row| {
                row.player_a == player_a && row.player_b == player_b
            })
            .next()?;
        world.get(key).ok()
    }
}

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

impl FriendMut<'_> {
    /// Sets [`Friend::player_a`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there,
    /// [`Error::NotUnique`] when another friend has the same `player_a`, `player_b`.
    #[inline]
    pub fn set_player_a(&mut self, player_a: PlayerKey) -> Result<(), Error> {
        self.0.set(FriendField::PlayerA(player_a))
    }

    /// Sets [`Friend::player_b`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there,
    /// [`Error::NotUnique`] when another friend has the same `player_a`, `player_b`.
    #[inline]
    pub fn set_player_b(&mut self, player_b: PlayerKey) -> Result<(), Error> {
        self.0.set(FriendField::PlayerB(player_b))
    }
}

/// Handle of a row of `followers` in memory.
pub type FollowerKey = Key<Follower>;
/// `followers.id`
pub type FollowerId = Id<Follower>;

/// Another one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Follower {
    /// `follower_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
    pub follower: PlayerKey,
    /// `idol_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
    pub idol: PlayerKey,
    /// `created_at INTEGER`
    pub created_at: Option<i64>,
}

columns! {
    /// Columns of `followers`.
    pub struct FollowerColumns: u8 {
        /// `follower_id`
        const FOLLOWER_ID = 0;
        /// `idol_id`
        const IDOL_ID = 1;
        /// `created_at`
        const CREATED_AT = 2;
    }
}

fields! {
    pub enum FollowerField for Follower, FollowerColumns {
        Follower: PlayerKey = follower => FOLLOWER_ID,
        Idol: PlayerKey = idol => IDOL_ID,
        CreatedAt: Option<i64> = created_at => CREATED_AT,
    }
}

views!(Follower, FollowerRef, FollowerMut);

impl Follower {
    // Positions of the foreign keys in `INFO`.
    const FOLLOWER_ID: usize = 0;
    const IDOL_ID: usize = 1;
}

impl Row for Follower {
    type Tables = Tables;

    const TABLE: TableId = TableId(5);
    const INFO: &'static TableInfo = &TableInfo {
        name: "followers",
        id: "id",
        columns: &["follower_id", "idol_id", "created_at"],
        foreign_keys: &[
            ForeignKey::to(0, Player::TABLE).cascade(),
            ForeignKey::to(1, Player::TABLE).cascade(),
        ],
        indexes: &[IndexInfo::unique(&[0, 1])],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: FollowerColumns = FollowerColumns::empty();
    const INDEXED: FollowerColumns = FollowerColumns::FOLLOWER_ID.union(FollowerColumns::IDOL_ID);
    const CHECKED: FollowerColumns = FollowerColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::FOLLOWER_ID => Some(self.follower.raw()),
            Self::IDOL_ID => Some(self.idol.raw()),
            _ => None,
        }
    }

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash((self.follower, self.idol))),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.follower == other.follower && self.idol == other.idol,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.follower),
            1 => id_of(tables, self.idol),
            2 => self.created_at.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            follower: row.key(0)?,
            idol: row.key(1)?,
            created_at: row.read(2)?,
        })
    }
}

impl Standalone for Follower {}

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
            .find(0, (follower, idol), |row| {
                row.follower == follower && row.idol == idol
            })
            .next()?;
        world.get(key).ok()
    }
}

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

impl FollowerMut<'_> {
    /// Sets [`Follower::follower`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there,
    /// [`Error::NotUnique`] when another follower has the same `follower_id`, `idol_id`.
    #[inline]
    pub fn set_follower(&mut self, follower: PlayerKey) -> Result<(), Error> {
        self.0.set(FollowerField::Follower(follower))
    }

    /// Sets [`Follower::idol`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there,
    /// [`Error::NotUnique`] when another follower has the same `follower_id`, `idol_id`.
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

/// Handle of a row of `films` in memory.
pub type FilmKey = Key<Film>;
/// `films.id`
pub type FilmId = Id<Film>;

/// A row of `films`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Film {
    /// `title TEXT NOT NULL`
    pub title: String,
}

columns! {
    /// Columns of `films`.
    pub struct FilmColumns: u8 {
        /// `title`
        const TITLE = 0;
    }
}

fields! {
    pub enum FilmField for Film, FilmColumns {
        Title: String = title => TITLE,
    }
}

views!(Film, FilmRef, FilmMut);

impl Row for Film {
    type Tables = Tables;

    const TABLE: TableId = TableId(6);
    const INFO: &'static TableInfo = &TableInfo {
        name: "films",
        id: "id",
        columns: &["title"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: FilmColumns = FilmColumns::empty();
    const INDEXED: FilmColumns = FilmColumns::empty();
    const CHECKED: FilmColumns = FilmColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.title.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            title: row.read(0)?,
        })
    }
}

impl Standalone for Film {}

impl<'w> FilmRef<'w> {
    /// The cast whose `film_id` names this film, in order of their ids. O(1).
    pub fn cast(self) -> Rows<'w, Cast> {
        self.0.children(Cast::FILM_ID)
    }

    /// The crew whose `film_id` names this film, in order of their ids. O(1).
    pub fn crew(self) -> Rows<'w, Crew> {
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
}

impl FilmMut<'_> {
    /// Sets [`Film::title`].
    #[inline]
    pub fn set_title(&mut self, title: impl Into<String>) {
        self.0.put(FilmField::Title(title.into()));
    }

    /// Links a player with this film: a row of `cast`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the player is not
    /// there; nothing was changed then.
    pub fn add_player_by_cast(&mut self, player: PlayerKey) -> Result<CastKey, Error> {
        self.0.link::<Cast, FromLeft>(player)
    }

    /// Unlinks a player from this film: the row of `cast` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_player_by_cast(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<Cast, FromLeft>(player)
    }

    /// Links this film with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_players_by_cast(
        &mut self,
        players: impl IntoIterator<Item = PlayerKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Cast, FromLeft>(players)
    }

    /// Links a player with this film: a row of `crew`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the player is not
    /// there; nothing was changed then.
    pub fn add_player_by_crew(&mut self, player: PlayerKey) -> Result<CrewKey, Error> {
        self.0.link::<Crew, FromLeft>(player)
    }

    /// Unlinks a player from this film: the row of `crew` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_player_by_crew(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<Crew, FromLeft>(player)
    }

    /// Links this film with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_players_by_crew(
        &mut self,
        players: impl IntoIterator<Item = PlayerKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<Crew, FromLeft>(players)
    }

    /// Links an object with this film: a row of `film_objects`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the object is not
    /// there; nothing was changed then.
    pub fn add_object(&mut self, object: ObjectKey) -> Result<FilmObjectKey, Error> {
        self.0.link::<FilmObject, FromLeft>(object)
    }

    /// Unlinks an object from this film: the row of `film_objects` goes, and the object stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_object(&mut self, object: ObjectKey) -> Result<(), Error> {
        self.0.unlink::<FilmObject, FromLeft>(object)
    }

    /// Links this film with these objects and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_objects(
        &mut self,
        objects: impl IntoIterator<Item = ObjectKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<FilmObject, FromLeft>(objects)
    }
}

/// Handle of a row of `cast` in memory.
pub type CastKey = Key<Cast>;
/// `cast.id`
pub type CastId = Id<Cast>;

/// Two joins of the same tables: both are named after themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cast {
    /// `film_id INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE`
    pub film: FilmKey,
    /// `player_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
    pub player: PlayerKey,
}

columns! {
    /// Columns of `cast`.
    pub struct CastColumns: u8 {
        /// `film_id`
        const FILM_ID = 0;
        /// `player_id`
        const PLAYER_ID = 1;
    }
}

fields! {
    pub enum CastField for Cast, CastColumns {
        Film: FilmKey = film => FILM_ID,
        Player: PlayerKey = player => PLAYER_ID,
    }
}

views!(Cast, CastRef, CastMut);

impl Cast {
    // Positions of the foreign keys in `INFO`.
    const FILM_ID: usize = 0;
    const PLAYER_ID: usize = 1;
}

impl Row for Cast {
    type Tables = Tables;

    const TABLE: TableId = TableId(7);
    const INFO: &'static TableInfo = &TableInfo {
        name: "cast",
        id: "id",
        columns: &["film_id", "player_id"],
        foreign_keys: &[
            ForeignKey::to(0, Film::TABLE).cascade(),
            ForeignKey::to(1, Player::TABLE).cascade(),
        ],
        indexes: &[IndexInfo::unique(&[0, 1])],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: CastColumns = CastColumns::empty();
    const INDEXED: CastColumns = CastColumns::FILM_ID.union(CastColumns::PLAYER_ID);
    const CHECKED: CastColumns = CastColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::FILM_ID => Some(self.film.raw()),
            Self::PLAYER_ID => Some(self.player.raw()),
            _ => None,
        }
    }

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash((self.film, self.player))),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.film == other.film && self.player == other.player,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.film),
            1 => id_of(tables, self.player),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            film: row.key(0)?,
            player: row.key(1)?,
        })
    }
}

impl Standalone for Cast {}

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
            .find(0, (film, player), |row| {
                row.film == film && row.player == player
            })
            .next()?;
        world.get(key).ok()
    }
}

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

impl CastMut<'_> {
    /// Sets [`Cast::film`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the film is not there,
    /// [`Error::NotUnique`] when another cast has the same `film_id`, `player_id`.
    #[inline]
    pub fn set_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.set(CastField::Film(film))
    }

    /// Sets [`Cast::player`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there,
    /// [`Error::NotUnique`] when another cast has the same `film_id`, `player_id`.
    #[inline]
    pub fn set_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.set(CastField::Player(player))
    }
}

/// Handle of a row of `crew` in memory.
pub type CrewKey = Key<Crew>;
/// `crew.id`
pub type CrewId = Id<Crew>;

/// A row of `crew`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Crew {
    /// `film_id INTEGER NOT NULL REFERENCES films (id)`
    pub film: FilmKey,
    /// `player_id INTEGER NOT NULL REFERENCES players (id)`
    pub player: PlayerKey,
}

columns! {
    /// Columns of `crew`.
    pub struct CrewColumns: u8 {
        /// `film_id`
        const FILM_ID = 0;
        /// `player_id`
        const PLAYER_ID = 1;
    }
}

fields! {
    pub enum CrewField for Crew, CrewColumns {
        Film: FilmKey = film => FILM_ID,
        Player: PlayerKey = player => PLAYER_ID,
    }
}

views!(Crew, CrewRef, CrewMut);

impl Crew {
    // Positions of the foreign keys in `INFO`.
    const FILM_ID: usize = 0;
    const PLAYER_ID: usize = 1;
}

impl Row for Crew {
    type Tables = Tables;

    const TABLE: TableId = TableId(8);
    const INFO: &'static TableInfo = &TableInfo {
        name: "crew",
        id: "id",
        columns: &["film_id", "player_id"],
        foreign_keys: &[
            ForeignKey::to(0, Film::TABLE),
            ForeignKey::to(1, Player::TABLE),
        ],
        indexes: &[IndexInfo::unique(&[1, 0])],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: CrewColumns = CrewColumns::empty();
    const INDEXED: CrewColumns = CrewColumns::FILM_ID.union(CrewColumns::PLAYER_ID);
    const CHECKED: CrewColumns = CrewColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::FILM_ID => Some(self.film.raw()),
            Self::PLAYER_ID => Some(self.player.raw()),
            _ => None,
        }
    }

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash((self.player, self.film))),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.player == other.player && self.film == other.film,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.film),
            1 => id_of(tables, self.player),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            film: row.key(0)?,
            player: row.key(1)?,
        })
    }
}

impl Standalone for Crew {}

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
            .find(0, (player, film), |row| {
                row.player == player && row.film == film
            })
            .next()?;
        world.get(key).ok()
    }
}

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

impl CrewMut<'_> {
    /// Sets [`Crew::film`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the film is not there,
    /// [`Error::NotUnique`] when another crew has the same `player_id`, `film_id`.
    #[inline]
    pub fn set_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.set(CrewField::Film(film))
    }

    /// Sets [`Crew::player`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there,
    /// [`Error::NotUnique`] when another crew has the same `player_id`, `film_id`.
    #[inline]
    pub fn set_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.set(CrewField::Player(player))
    }
}

/// Handle of a row of `objects` in memory.
pub type ObjectKey = Key<Object>;
/// `objects.id`
pub type ObjectId = Id<Object>;

/// A row of `objects`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// `name TEXT NOT NULL`
    pub name: String,
}

columns! {
    /// Columns of `objects`.
    pub struct ObjectColumns: u8 {
        /// `name`
        const NAME = 0;
    }
}

fields! {
    pub enum ObjectField for Object, ObjectColumns {
        Name: String = name => NAME,
    }
}

views!(Object, ObjectRef, ObjectMut);

impl Row for Object {
    type Tables = Tables;

    const TABLE: TableId = TableId(9);
    const INFO: &'static TableInfo = &TableInfo {
        name: "objects",
        id: "id",
        columns: &["name"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: ObjectColumns = ObjectColumns::empty();
    const INDEXED: ObjectColumns = ObjectColumns::empty();
    const CHECKED: ObjectColumns = ObjectColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.name.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self { name: row.read(0)? })
    }
}

impl Standalone for Object {}

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

impl ObjectMut<'_> {
    /// Sets [`Object::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(ObjectField::Name(name.into()));
    }

    /// Links a player with this object: a row of `player_objects`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the player is not
    /// there; nothing was changed then.
    pub fn add_player(&mut self, player: PlayerKey) -> Result<PlayerObjectKey, Error> {
        self.0.link::<PlayerObject, FromRight>(player)
    }

    /// Unlinks a player from this object: the row of `player_objects` goes, and the player stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.unlink::<PlayerObject, FromRight>(player)
    }

    /// Links this object with these players and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_players(
        &mut self,
        players: impl IntoIterator<Item = PlayerKey>,
    ) -> Result<(), Error> {
        self.0.set_links::<PlayerObject, FromRight>(players)
    }

    /// Links a film with this object: a row of `film_objects`. O(1).
    ///
    /// # Errors
    /// [`Error::NotUnique`] when they are linked already, [`Error::NoSuchRow`] when the film is not
    /// there; nothing was changed then.
    pub fn add_film(&mut self, film: FilmKey) -> Result<FilmObjectKey, Error> {
        self.0.link::<FilmObject, FromRight>(film)
    }

    /// Unlinks a film from this object: the row of `film_objects` goes, and the film stays. O(1).
    ///
    /// # Errors
    /// [`Error::NotLinked`] when they are not linked; nothing was changed then.
    pub fn remove_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.unlink::<FilmObject, FromRight>(film)
    }

    /// Links this object with these films and no others; links that are there already stay. All or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Twice`] for one that is in the list twice, and what linking and unlinking refuse;
    /// nothing was changed then.
    pub fn set_films(&mut self, films: impl IntoIterator<Item = FilmKey>) -> Result<(), Error> {
        self.0.set_links::<FilmObject, FromRight>(films)
    }
}

/// Handle of a row of `player_objects` in memory.
pub type PlayerObjectKey = Key<PlayerObject>;
/// `player_objects.id`
pub type PlayerObjectId = Id<PlayerObject>;

/// One player at most has an object, and it says nothing else.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlayerObject {
    /// `player_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
    pub player: PlayerKey,
    /// `object_id INTEGER UNIQUE NOT NULL REFERENCES objects (id) ON DELETE CASCADE`
    pub object: ObjectKey,
}

columns! {
    /// Columns of `player_objects`.
    pub struct PlayerObjectColumns: u8 {
        /// `player_id`
        const PLAYER_ID = 0;
        /// `object_id`
        const OBJECT_ID = 1;
    }
}

fields! {
    pub enum PlayerObjectField for PlayerObject, PlayerObjectColumns {
        Player: PlayerKey = player => PLAYER_ID,
        Object: ObjectKey = object => OBJECT_ID,
    }
}

views!(PlayerObject, PlayerObjectRef, PlayerObjectMut);

impl PlayerObject {
    // Positions of the foreign keys in `INFO`.
    const PLAYER_ID: usize = 0;
    const OBJECT_ID: usize = 1;
}

impl Row for PlayerObject {
    type Tables = Tables;

    const TABLE: TableId = TableId(10);
    const INFO: &'static TableInfo = &TableInfo {
        name: "player_objects",
        id: "id",
        columns: &["player_id", "object_id"],
        foreign_keys: &[
            ForeignKey::to(0, Player::TABLE).cascade(),
            ForeignKey::to(1, Object::TABLE).cascade().unique(),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: PlayerObjectColumns = PlayerObjectColumns::empty();
    const INDEXED: PlayerObjectColumns =
        PlayerObjectColumns::PLAYER_ID.union(PlayerObjectColumns::OBJECT_ID);
    const CHECKED: PlayerObjectColumns = PlayerObjectColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::PLAYER_ID => Some(self.player.raw()),
            Self::OBJECT_ID => Some(self.object.raw()),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.player),
            1 => id_of(tables, self.object),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            player: row.key(0)?,
            object: row.key(1)?,
        })
    }
}

impl Standalone for PlayerObject {}

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

impl PlayerObjectMut<'_> {
    /// Sets [`PlayerObject::player`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there.
    #[inline]
    pub fn set_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.set(PlayerObjectField::Player(player))
    }

    /// Sets [`PlayerObject::object`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the object is not there,
    /// [`Error::NotUnique`] when the object has a player object already.
    #[inline]
    pub fn set_object(&mut self, object: ObjectKey) -> Result<(), Error> {
        self.0.set(PlayerObjectField::Object(object))
    }
}

/// Handle of a row of `stores` in memory.
pub type StoreKey = Key<Store>;
/// `stores.id`
pub type StoreId = Id<Store>;

/// One end is UNIQUE, and another table points here: a row of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Store {
    /// `manager_id INTEGER UNIQUE NOT NULL REFERENCES players (id)`
    pub manager: PlayerKey,
    /// `film_id INTEGER NOT NULL REFERENCES films (id)`
    pub film: FilmKey,
    /// `last_update TEXT NOT NULL`
    pub last_update: String,
}

columns! {
    /// Columns of `stores`.
    pub struct StoreColumns: u8 {
        /// `manager_id`
        const MANAGER_ID = 0;
        /// `film_id`
        const FILM_ID = 1;
        /// `last_update`
        const LAST_UPDATE = 2;
    }
}

fields! {
    pub enum StoreField for Store, StoreColumns {
        Manager: PlayerKey = manager => MANAGER_ID,
        Film: FilmKey = film => FILM_ID,
        LastUpdate: String = last_update => LAST_UPDATE,
    }
}

views!(Store, StoreRef, StoreMut);

impl Store {
    // Positions of the foreign keys in `INFO`.
    const MANAGER_ID: usize = 0;
    const FILM_ID: usize = 1;
}

impl Row for Store {
    type Tables = Tables;

    const TABLE: TableId = TableId(11);
    const INFO: &'static TableInfo = &TableInfo {
        name: "stores",
        id: "id",
        columns: &["manager_id", "film_id", "last_update"],
        foreign_keys: &[
            ForeignKey::to(0, Player::TABLE).unique(),
            ForeignKey::to(1, Film::TABLE),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: StoreColumns = StoreColumns::empty();
    const INDEXED: StoreColumns = StoreColumns::MANAGER_ID.union(StoreColumns::FILM_ID);
    const CHECKED: StoreColumns = StoreColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::MANAGER_ID => Some(self.manager.raw()),
            Self::FILM_ID => Some(self.film.raw()),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.manager),
            1 => id_of(tables, self.film),
            2 => self.last_update.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            manager: row.key(0)?,
            film: row.key(1)?,
            last_update: row.read(2)?,
        })
    }
}

impl Standalone for Store {}

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

impl StoreMut<'_> {
    /// Sets [`Store::manager`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there,
    /// [`Error::NotUnique`] when the player has a store already.
    #[inline]
    pub fn set_manager(&mut self, manager: PlayerKey) -> Result<(), Error> {
        self.0.set(StoreField::Manager(manager))
    }

    /// Sets [`Store::film`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the film is not there.
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

/// Handle of a row of `copies` in memory.
pub type CopyRowKey = Key<CopyRow>;
/// `copies.id`
pub type CopyRowId = Id<CopyRow>;

/// A row of `copies`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CopyRow {
    /// `film_id INTEGER NOT NULL REFERENCES films (id)`
    pub film: FilmKey,
    /// `store_id INTEGER NOT NULL REFERENCES stores (id)`
    pub store: StoreKey,
    /// `last_update TEXT NOT NULL`
    pub last_update: String,
}

columns! {
    /// Columns of `copies`.
    pub struct CopyRowColumns: u8 {
        /// `film_id`
        const FILM_ID = 0;
        /// `store_id`
        const STORE_ID = 1;
        /// `last_update`
        const LAST_UPDATE = 2;
    }
}

fields! {
    pub enum CopyRowField for CopyRow, CopyRowColumns {
        Film: FilmKey = film => FILM_ID,
        Store: StoreKey = store => STORE_ID,
        LastUpdate: String = last_update => LAST_UPDATE,
    }
}

views!(CopyRow, CopyRowRef, CopyRowMut);

impl CopyRow {
    // Positions of the foreign keys in `INFO`.
    const FILM_ID: usize = 0;
    const STORE_ID: usize = 1;
}

impl Row for CopyRow {
    type Tables = Tables;

    const TABLE: TableId = TableId(12);
    const INFO: &'static TableInfo = &TableInfo {
        name: "copies",
        id: "id",
        columns: &["film_id", "store_id", "last_update"],
        foreign_keys: &[
            ForeignKey::to(0, Film::TABLE),
            ForeignKey::to(1, Store::TABLE),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: CopyRowColumns = CopyRowColumns::empty();
    const INDEXED: CopyRowColumns = CopyRowColumns::FILM_ID.union(CopyRowColumns::STORE_ID);
    const CHECKED: CopyRowColumns = CopyRowColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::FILM_ID => Some(self.film.raw()),
            Self::STORE_ID => Some(self.store.raw()),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.film),
            1 => id_of(tables, self.store),
            2 => self.last_update.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            film: row.key(0)?,
            store: row.key(1)?,
            last_update: row.read(2)?,
        })
    }
}

impl Standalone for CopyRow {}

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

impl CopyRowMut<'_> {
    /// Sets [`CopyRow::film`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the film is not there.
    #[inline]
    pub fn set_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.set(CopyRowField::Film(film))
    }

    /// Sets [`CopyRow::store`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the store is not there.
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

/// Handle of a row of `ratings` in memory.
pub type RatingKey = Key<Rating>;
/// `ratings.id`
pub type RatingId = Id<Rating>;

/// The pair is UNIQUE, and there is more to say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rating {
    /// `film_id INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE`
    pub film: FilmKey,
    /// `player_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
    pub player: PlayerKey,
    /// `stars INTEGER NOT NULL`
    pub stars: i64,
}

columns! {
    /// Columns of `ratings`.
    pub struct RatingColumns: u8 {
        /// `film_id`
        const FILM_ID = 0;
        /// `player_id`
        const PLAYER_ID = 1;
        /// `stars`
        const STARS = 2;
    }
}

fields! {
    pub enum RatingField for Rating, RatingColumns {
        Film: FilmKey = film => FILM_ID,
        Player: PlayerKey = player => PLAYER_ID,
        Stars: i64 = stars => STARS,
    }
}

views!(Rating, RatingRef, RatingMut);

impl Rating {
    // Positions of the foreign keys in `INFO`.
    const FILM_ID: usize = 0;
    const PLAYER_ID: usize = 1;
}

impl Row for Rating {
    type Tables = Tables;

    const TABLE: TableId = TableId(13);
    const INFO: &'static TableInfo = &TableInfo {
        name: "ratings",
        id: "id",
        columns: &["film_id", "player_id", "stars"],
        foreign_keys: &[
            ForeignKey::to(0, Film::TABLE).cascade(),
            ForeignKey::to(1, Player::TABLE).cascade(),
        ],
        indexes: &[IndexInfo::unique(&[0, 1])],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: RatingColumns = RatingColumns::empty();
    const INDEXED: RatingColumns = RatingColumns::FILM_ID.union(RatingColumns::PLAYER_ID);
    const CHECKED: RatingColumns = RatingColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::FILM_ID => Some(self.film.raw()),
            Self::PLAYER_ID => Some(self.player.raw()),
            _ => None,
        }
    }

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash((self.film, self.player))),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.film == other.film && self.player == other.player,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.film),
            1 => id_of(tables, self.player),
            2 => self.stars.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            film: row.key(0)?,
            player: row.key(1)?,
            stars: row.read(2)?,
        })
    }
}

impl Standalone for Rating {}

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
            .find(0, (film, player), |row| {
                row.film == film && row.player == player
            })
            .next()?;
        world.get(key).ok()
    }
}

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

impl RatingMut<'_> {
    /// Sets [`Rating::film`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the film is not there,
    /// [`Error::NotUnique`] when another rating has the same `film_id`, `player_id`.
    #[inline]
    pub fn set_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.set(RatingField::Film(film))
    }

    /// Sets [`Rating::player`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there,
    /// [`Error::NotUnique`] when another rating has the same `film_id`, `player_id`.
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

/// Handle of a row of `passages` in memory.
pub type PassageKey = Key<Passage>;
/// `passages.gamedb_id`
pub type PassageId = Id<Passage>;

/// A table without an id of its own, as one from elsewhere gets one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Passage {
    /// `from_film INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE`
    pub from_film: FilmKey,
    /// `to_film INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE`
    pub to_film: FilmKey,
    /// `direction TEXT NOT NULL`
    pub direction: String,
}

columns! {
    /// Columns of `passages`.
    pub struct PassageColumns: u8 {
        /// `from_film`
        const FROM_FILM = 0;
        /// `to_film`
        const TO_FILM = 1;
        /// `direction`
        const DIRECTION = 2;
    }
}

fields! {
    pub enum PassageField for Passage, PassageColumns {
        FromFilm: FilmKey = from_film => FROM_FILM,
        ToFilm: FilmKey = to_film => TO_FILM,
        Direction: String = direction => DIRECTION,
    }
}

views!(Passage, PassageRef, PassageMut);

impl Passage {
    // Positions of the foreign keys in `INFO`.
    const FROM_FILM: usize = 0;
    const TO_FILM: usize = 1;
}

impl Row for Passage {
    type Tables = Tables;

    const TABLE: TableId = TableId(14);
    const INFO: &'static TableInfo = &TableInfo {
        name: "passages",
        id: "gamedb_id",
        columns: &["from_film", "to_film", "direction"],
        foreign_keys: &[
            ForeignKey::to(0, Film::TABLE).cascade(),
            ForeignKey::to(1, Film::TABLE).cascade(),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: PassageColumns = PassageColumns::empty();
    const INDEXED: PassageColumns = PassageColumns::FROM_FILM.union(PassageColumns::TO_FILM);
    const CHECKED: PassageColumns = PassageColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::FROM_FILM => Some(self.from_film.raw()),
            Self::TO_FILM => Some(self.to_film.raw()),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.from_film),
            1 => id_of(tables, self.to_film),
            2 => self.direction.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            from_film: row.key(0)?,
            to_film: row.key(1)?,
            direction: row.read(2)?,
        })
    }
}

impl Standalone for Passage {}

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

impl PassageMut<'_> {
    /// Sets [`Passage::from_film`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the film is not there.
    #[inline]
    pub fn set_from_film(&mut self, from_film: FilmKey) -> Result<(), Error> {
        self.0.set(PassageField::FromFilm(from_film))
    }

    /// Sets [`Passage::to_film`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the film is not there.
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

/// Handle of a row of `film_objects` in memory.
pub type FilmObjectKey = Key<FilmObject>;
/// `film_objects.id`
pub type FilmObjectId = Id<FilmObject>;

/// The config says that it is a join, although it has a weight.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmObject {
    /// `film_id INTEGER NOT NULL REFERENCES films (id) ON DELETE CASCADE`
    pub film: FilmKey,
    /// `object_id INTEGER NOT NULL REFERENCES objects (id) ON DELETE CASCADE`
    pub object: ObjectKey,
    /// `weight REAL NOT NULL DEFAULT 1.5`
    pub weight: f64,
}

impl Default for FilmObject {
    fn default() -> Self {
        Self {
            film: Key::null(),
            object: Key::null(),
            weight: 1.5,
        }
    }
}

columns! {
    /// Columns of `film_objects`.
    pub struct FilmObjectColumns: u8 {
        /// `film_id`
        const FILM_ID = 0;
        /// `object_id`
        const OBJECT_ID = 1;
        /// `weight`
        const WEIGHT = 2;
    }
}

fields! {
    pub enum FilmObjectField for FilmObject, FilmObjectColumns {
        Film: FilmKey = film => FILM_ID,
        Object: ObjectKey = object => OBJECT_ID,
        Weight: f64 = weight => WEIGHT,
    }
}

views!(FilmObject, FilmObjectRef, FilmObjectMut);

impl FilmObject {
    // Positions of the foreign keys in `INFO`.
    const FILM_ID: usize = 0;
    const OBJECT_ID: usize = 1;
}

impl Row for FilmObject {
    type Tables = Tables;

    const TABLE: TableId = TableId(15);
    const INFO: &'static TableInfo = &TableInfo {
        name: "film_objects",
        id: "id",
        columns: &["film_id", "object_id", "weight"],
        foreign_keys: &[
            ForeignKey::to(0, Film::TABLE).cascade(),
            ForeignKey::to(1, Object::TABLE).cascade(),
        ],
        indexes: &[IndexInfo::unique(&[0, 1])],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: FilmObjectColumns = FilmObjectColumns::WEIGHT;
    const INDEXED: FilmObjectColumns =
        FilmObjectColumns::FILM_ID.union(FilmObjectColumns::OBJECT_ID);
    const CHECKED: FilmObjectColumns = FilmObjectColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::FILM_ID => Some(self.film.raw()),
            Self::OBJECT_ID => Some(self.object.raw()),
            _ => None,
        }
    }

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash((self.film, self.object))),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.film == other.film && self.object == other.object,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.film),
            1 => id_of(tables, self.object),
            2 => self.weight.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            film: row.key(0)?,
            object: row.key(1)?,
            weight: row.read(2)?,
        })
    }
}

impl Standalone for FilmObject {}

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
            .find(0, (film, object), |row| {
                row.film == film && row.object == object
            })
            .next()?;
        world.get(key).ok()
    }
}

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

impl FilmObjectMut<'_> {
    /// Sets [`FilmObject::film`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the film is not there,
    /// [`Error::NotUnique`] when another film object has the same `film_id`, `object_id`.
    #[inline]
    pub fn set_film(&mut self, film: FilmKey) -> Result<(), Error> {
        self.0.set(FilmObjectField::Film(film))
    }

    /// Sets [`FilmObject::object`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the object is not there,
    /// [`Error::NotUnique`] when another film object has the same `film_id`, `object_id`.
    #[inline]
    pub fn set_object(&mut self, object: ObjectKey) -> Result<(), Error> {
        self.0.set(FilmObjectField::Object(object))
    }

    /// Sets [`FilmObject::weight`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN.
    #[inline]
    pub fn set_weight(&mut self, weight: f64) -> Result<(), Error> {
        self.0.set(FilmObjectField::Weight(weight))
    }
}

/// Handle of a row of `object_tracks` in memory.
pub type ObjectTrackKey = Key<ObjectTrack>;
/// `object_tracks.id`
pub type ObjectTrackId = Id<ObjectTrack>;

/// The config says that it is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectTrack {
    /// `object_id INTEGER NOT NULL REFERENCES objects (id) ON DELETE CASCADE`
    pub object: ObjectKey,
    /// `track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE`
    pub track: TrackKey,
}

columns! {
    /// Columns of `object_tracks`.
    pub struct ObjectTrackColumns: u8 {
        /// `object_id`
        const OBJECT_ID = 0;
        /// `track_id`
        const TRACK_ID = 1;
    }
}

fields! {
    pub enum ObjectTrackField for ObjectTrack, ObjectTrackColumns {
        Object: ObjectKey = object => OBJECT_ID,
        Track: TrackKey = track => TRACK_ID,
    }
}

views!(ObjectTrack, ObjectTrackRef, ObjectTrackMut);

impl ObjectTrack {
    // Positions of the foreign keys in `INFO`.
    const OBJECT_ID: usize = 0;
    const TRACK_ID: usize = 1;
}

impl Row for ObjectTrack {
    type Tables = Tables;

    const TABLE: TableId = TableId(16);
    const INFO: &'static TableInfo = &TableInfo {
        name: "object_tracks",
        id: "id",
        columns: &["object_id", "track_id"],
        foreign_keys: &[
            ForeignKey::to(0, Object::TABLE).cascade(),
            ForeignKey::to(1, Track::TABLE).cascade(),
        ],
        indexes: &[IndexInfo::unique(&[0, 1])],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: ObjectTrackColumns = ObjectTrackColumns::empty();
    const INDEXED: ObjectTrackColumns =
        ObjectTrackColumns::OBJECT_ID.union(ObjectTrackColumns::TRACK_ID);
    const CHECKED: ObjectTrackColumns = ObjectTrackColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::OBJECT_ID => Some(self.object.raw()),
            Self::TRACK_ID => Some(self.track.raw()),
            _ => None,
        }
    }

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash((self.object, self.track))),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.object == other.object && self.track == other.track,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.object),
            1 => id_of(tables, self.track),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            object: row.key(0)?,
            track: row.key(1)?,
        })
    }
}

impl Standalone for ObjectTrack {}

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
            .find(0, (object, track), |row| {
                row.object == object && row.track == track
            })
            .next()?;
        world.get(key).ok()
    }
}

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

impl ObjectTrackMut<'_> {
    /// Sets [`ObjectTrack::object`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the object is not there,
    /// [`Error::NotUnique`] when another object track has the same `object_id`, `track_id`.
    #[inline]
    pub fn set_object(&mut self, object: ObjectKey) -> Result<(), Error> {
        self.0.set(ObjectTrackField::Object(object))
    }

    /// Sets [`ObjectTrack::track`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the track is not there,
    /// [`Error::NotUnique`] when another object track has the same `object_id`, `track_id`.
    #[inline]
    pub fn set_track(&mut self, track: TrackKey) -> Result<(), Error> {
        self.0.set(ObjectTrackField::Track(track))
    }
}
