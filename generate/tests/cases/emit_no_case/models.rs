// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, NoCase, Rows, entity, tables, text_enum};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// A player, whose name upper and lower case do not tell apart.
    players: Table<Player>,
    /// What is named is compared exactly, and what names it need not be.
    letters: Table<Letter>,
}

entity! {
    /// A player, whose name upper and lower case do not tell apart.
    pub struct Player in Tables.players {
        /// `name TEXT NOT NULL COLLATE NOCASE UNIQUE`
        Name name: String = NAME "name";
        /// `nick TEXT COLLATE NOCASE`
        Nick nick: Option<String> = NICK "nick";
        /// `realm INTEGER NOT NULL DEFAULT 0`
        Realm realm: i64 = REALM "realm";
        /// `motto TEXT NOT NULL DEFAULT ''`
        Motto motto: String = MOTTO "motto";
        /// `tag TEXT`
        Tag tag: Option<String> = TAG "tag";
    }
    table "players", id "id", standalone;
    types PlayerKey, PlayerId, PlayerColumns(u8), PlayerField, PlayerRef, PlayerMut;
    indexes {
        unique BY_NAME [name: NAME no_case];
        unique BY_NICK_AND_REALM [nick: NICK no_case, realm: REALM];
        unique BY_TAG [tag: TAG no_case];
        plain BY_MOTTO [motto: MOTTO no_case];
    }
}

#[allow(dead_code)]
impl Player {
    /// The player with this `name`, whatever the case of ASCII letters. O(1).
    pub fn find_by_name<'w>(world: &'w World, name: &str) -> Option<PlayerRef<'w>> {
        let (key, _) = world
            .players
            .find(Self::BY_NAME, NoCase(name), |row| {
                NoCase(&row.name) == NoCase(name)
            })
            .next()?;
        world.get(key).ok()
    }

    /// The player with these `nick`, `realm`, whatever the case of ASCII letters. O(1).
    pub fn find_by_nick_and_realm<'w>(
        world: &'w World,
        nick: &str,
        realm: i64,
    ) -> Option<PlayerRef<'w>> {
        let (key, _) = world
            .players
            .find(Self::BY_NICK_AND_REALM, (NoCase(nick), realm), |row| {
                row.nick.as_deref().map(NoCase) == Some(NoCase(nick)) && row.realm == realm
            })
            .next()?;
        world.get(key).ok()
    }

    /// The player with this `tag`, whatever the case of ASCII letters. O(1).
    pub fn find_by_tag<'w>(world: &'w World, tag: &str) -> Option<PlayerRef<'w>> {
        let (key, _) = world
            .players
            .find(Self::BY_TAG, NoCase(tag), |row| {
                row.tag.as_deref().map(NoCase) == Some(NoCase(tag))
            })
            .next()?;
        world.get(key).ok()
    }

    /// The players with this `motto`, whatever the case of ASCII letters, in order of their ids. O(1).
    pub fn find_by_motto<'w>(world: &'w World, motto: &str) -> Rows<'w, Player> {
        world.players.find(Self::BY_MOTTO, NoCase(motto), |row| {
            NoCase(&row.motto) == NoCase(motto)
        })
    }
}

#[allow(dead_code)]
impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another player has it.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(PlayerField::Name(name.into()))
    }

    /// Sets [`Player::nick`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another player has the same `nick`, `realm`.
    #[inline]
    pub fn set_nick(&mut self, nick: Option<String>) -> Result<(), Error> {
        self.0.set(PlayerField::Nick(nick))
    }

    /// Sets [`Player::realm`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another player has the same `nick`, `realm`.
    #[inline]
    pub fn set_realm(&mut self, realm: i64) -> Result<(), Error> {
        self.0.set(PlayerField::Realm(realm))
    }

    /// Sets [`Player::motto`].
    #[inline]
    pub fn set_motto(&mut self, motto: impl Into<String>) {
        self.0.put(PlayerField::Motto(motto.into()));
    }

    /// Sets [`Player::tag`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another player has it.
    #[inline]
    pub fn set_tag(&mut self, tag: Option<String>) -> Result<(), Error> {
        self.0.set(PlayerField::Tag(tag))
    }
}

text_enum! {
    /// One of the texts that `seal` can have.
    pub enum Seal {
        Wax = "wax",
        Lead = "lead",
    }
}

entity! {
    /// What is named is compared exactly, and what names it need not be.
    pub struct Letter in Tables.letters {
        /// `addressee TEXT NOT NULL REFERENCES players (name)`
        Addressee addressee: String = ADDRESSEE "addressee";
        /// `seal TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (seal IN ('wax', 'lead'))`
        Seal seal: Seal = SEAL "seal";
    }
    table "letters", id "id", standalone;
    types LetterKey, LetterId, LetterColumns(u8), LetterField, LetterRef, LetterMut;
    indexes {
        unique BY_SEAL [seal: SEAL];
        plain BY_ADDRESSEE [addressee: ADDRESSEE];
    }
}

#[allow(dead_code)]
impl Letter {
    /// The letter with this `seal`. O(1).
    pub fn find_by_seal(world: &World, seal: Seal) -> Option<LetterRef<'_>> {
        let (key, _) = world
            .letters
            .find(Self::BY_SEAL, seal, |row| row.seal == seal)
            .next()?;
        world.get(key).ok()
    }

    /// The letters with this `addressee`, in order of their ids. O(1).
    pub fn find_by_addressee<'w>(world: &'w World, addressee: &str) -> Rows<'w, Letter> {
        world.letters.find(Self::BY_ADDRESSEE, addressee, |row| {
            row.addressee == addressee
        })
    }
}

#[allow(dead_code)]
impl LetterMut<'_> {
    /// Sets [`Letter::addressee`].
    #[inline]
    pub fn set_addressee(&mut self, addressee: impl Into<String>) {
        self.0.put(LetterField::Addressee(addressee.into()));
    }

    /// Sets [`Letter::seal`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another letter has it.
    #[inline]
    pub fn set_seal(&mut self, seal: Seal) -> Result<(), Error> {
        self.0.set(LetterField::Seal(seal))
    }
}
