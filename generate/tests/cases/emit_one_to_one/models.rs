// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, entity, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `players`.
    players: Table<Player>,
    /// What only the player sees: one for each, at most.
    profiles: Table<Profile>,
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
    /// The profile whose `player_id` names this player. O(1).
    pub fn profile(self) -> Option<ProfileRef<'w>> {
        self.0.child::<Profile>(Profile::PLAYER_ID)
    }
}

#[allow(dead_code)]
impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlayerField::Name(name.into()));
    }
}

entity! {
    /// What only the player sees: one for each, at most.
    pub struct Profile in Tables.profiles {
        /// `player_id INTEGER NOT NULL UNIQUE REFERENCES players (id) ON DELETE CASCADE`
        Player player: PlayerKey = PLAYER_ID "player_id" -> Player.cascade().unique();
        /// `motto TEXT`
        Motto motto: Option<String> = MOTTO "motto";
    }
    table "profiles", id "id", standalone;
    types ProfileKey, ProfileId, ProfileColumns(u8), ProfileField, ProfileRef, ProfileMut;
}

#[allow(dead_code)]
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

#[allow(dead_code)]
impl<'w> ProfileRef<'w> {
    /// The player that `player_id` names. O(1).
    #[inline]
    pub fn player(self) -> PlayerRef<'w> {
        self.0.required_parent(self.player)
    }
}

#[allow(dead_code)]
impl ProfileMut<'_> {
    /// Sets [`Profile::player`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when the player has a profile already.
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
