// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `players`.
    players: Table<Player>,
    /// A letter from one player to another.
    letters: Table<Letter>,
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
    /// The letters whose `sender_id` names this player, in order of their ids. O(1).
    pub fn letters_by_sender(self) -> Rows<'w, Letter> {
        self.0.children(Letter::SENDER_ID)
    }

    /// The letters whose `recipient_id` names this player, in order of their ids. O(1).
    pub fn letters_by_recipient(self) -> Rows<'w, Letter> {
        self.0.children(Letter::RECIPIENT_ID)
    }

    /// The letters whose `courier_id` names this player, in order of their ids. O(1).
    pub fn letters_by_courier(self) -> Rows<'w, Letter> {
        self.0.children(Letter::COURIER_ID)
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
    /// A letter from one player to another.
    pub struct Letter in Tables.letters {
        /// `sender_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
        Sender sender: PlayerKey = SENDER_ID "sender_id" -> Player.cascade();
        /// `recipient_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
        Recipient recipient: PlayerKey = RECIPIENT_ID "recipient_id" -> Player.cascade();
        /// `courier_id INTEGER REFERENCES players (id) ON DELETE SET NULL`
        Courier courier: Option<PlayerKey> = COURIER_ID "courier_id" -> Player.set_null();
        /// `words TEXT NOT NULL`
        Words words: String = WORDS "words";
    }
    table "letters", id "id", standalone;
    types LetterKey, LetterId, LetterColumns(u8), LetterField, LetterRef, LetterMut;
}

#[allow(dead_code)]
impl Letter {
    /// The letters whose `sender_id` is this player, in order of their ids. O(1).
    pub fn find_by_sender(world: &World, sender: PlayerKey) -> Rows<'_, Letter> {
        world.letters.children(Self::SENDER_ID, sender.raw())
    }

    /// The letters whose `recipient_id` is this player, in order of their ids. O(1).
    pub fn find_by_recipient(world: &World, recipient: PlayerKey) -> Rows<'_, Letter> {
        world.letters.children(Self::RECIPIENT_ID, recipient.raw())
    }

    /// The letters whose `courier_id` is this player, in order of their ids. O(1).
    pub fn find_by_courier(world: &World, courier: PlayerKey) -> Rows<'_, Letter> {
        world.letters.children(Self::COURIER_ID, courier.raw())
    }
}

#[allow(dead_code)]
impl<'w> LetterRef<'w> {
    /// The player that `sender_id` names. O(1).
    #[inline]
    pub fn sender(self) -> PlayerRef<'w> {
        self.0.required_parent(self.sender)
    }

    /// The player that `recipient_id` names. O(1).
    #[inline]
    pub fn recipient(self) -> PlayerRef<'w> {
        self.0.required_parent(self.recipient)
    }

    /// The player that `courier_id` names, if it names one. O(1).
    #[inline]
    pub fn courier(self) -> Option<PlayerRef<'w>> {
        self.0.parent(self.courier?)
    }
}

#[allow(dead_code)]
impl LetterMut<'_> {
    /// Sets [`Letter::sender`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there.
    #[inline]
    pub fn set_sender(&mut self, sender: PlayerKey) -> Result<(), Error> {
        self.0.set(LetterField::Sender(sender))
    }

    /// Sets [`Letter::recipient`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there.
    #[inline]
    pub fn set_recipient(&mut self, recipient: PlayerKey) -> Result<(), Error> {
        self.0.set(LetterField::Recipient(recipient))
    }

    /// Sets [`Letter::courier`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there.
    #[inline]
    pub fn set_courier(&mut self, courier: Option<PlayerKey>) -> Result<(), Error> {
        self.0.set(LetterField::Courier(courier))
    }

    /// Sets [`Letter::words`].
    #[inline]
    pub fn set_words(&mut self, words: impl Into<String>) {
        self.0.put(LetterField::Words(words.into()));
    }
}
