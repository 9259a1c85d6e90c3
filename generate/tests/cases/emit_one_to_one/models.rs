// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    ColumnProblem, Error, ForeignKey, Id, Key, RawKey, Row, RowReader, Standalone, Table, TableId,
    TableInfo, TableKind, Value, columns, fields, id_of, tables, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `players`.
    0 => players: Table<Player>,
    /// What only the player sees: one for each, at most.
    1 => profiles: Table<Profile>,
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

    const TABLE: TableId = TableId(0);
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
    /// The profile whose `player_id` names this player. O(1).
    pub fn profile(self) -> Option<ProfileRef<'w>> {
        self.0.child::<Profile>(Profile::PLAYER_ID)
    }
}

impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlayerField::Name(name.into()));
    }
}

/// Handle of a row of `profiles` in memory.
pub type ProfileKey = Key<Profile>;
/// `profiles.id`
pub type ProfileId = Id<Profile>;

/// What only the player sees: one for each, at most.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// `player_id INTEGER NOT NULL UNIQUE REFERENCES players (id) ON DELETE CASCADE`
    pub player: PlayerKey,
    /// `motto TEXT`
    pub motto: Option<String>,
}

columns! {
    /// Columns of `profiles`.
    pub struct ProfileColumns: u8 {
        /// `player_id`
        const PLAYER_ID = 0;
        /// `motto`
        const MOTTO = 1;
    }
}

fields! {
    pub enum ProfileField for Profile, ProfileColumns {
        Player: PlayerKey = player => PLAYER_ID,
        Motto: Option<String> = motto => MOTTO,
    }
}

views!(Profile, ProfileRef, ProfileMut);

impl Profile {
    // Positions of the foreign keys in `INFO`.
    const PLAYER_ID: usize = 0;
}

impl Row for Profile {
    type Tables = Tables;

    const TABLE: TableId = TableId(1);
    const INFO: &'static TableInfo = &TableInfo {
        name: "profiles",
        id: "id",
        columns: &["player_id", "motto"],
        foreign_keys: &[ForeignKey::to(0, Player::TABLE).cascade().unique()],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: ProfileColumns = ProfileColumns::empty();
    const INDEXED: ProfileColumns = ProfileColumns::PLAYER_ID;
    const CHECKED: ProfileColumns = ProfileColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::PLAYER_ID => Some(self.player.raw()),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.player),
            1 => self.motto.as_deref().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            player: row.key(0)?,
            motto: row.read(1)?,
        })
    }
}

impl Standalone for Profile {}

impl Profile {
    /// The profile whose `player_id` is this player. O(1).
    pub fn find_by_player(world: &World, player: PlayerKey) -> Option<ProfileRef<'_>> {
        let (key, _) = world
            .profiles
            .children(Self::PLAYER_ID, player.raw())
            .next()?;
        world.get(key).ok()
    }
}

impl<'w> ProfileRef<'w> {
    /// The player that `player_id` names. O(1).
    #[inline]
    pub fn player(self) -> PlayerRef<'w> {
        self.0.required_parent(self.player)
    }
}

impl ProfileMut<'_> {
    /// Sets [`Profile::player`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there,
    /// [`Error::NotUnique`] when the player has a profile already.
    #[inline]
    pub fn set_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.set(ProfileField::Player(player))
    }

    /// Sets [`Profile::motto`].
    #[inline]
    pub fn set_motto(&mut self, motto: Option<String>) {
        self.0.put(ProfileField::Motto(motto));
    }
}
