// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    ColumnProblem, Error, ForeignKey, Id, Key, RawKey, Row, RowReader, Rows, Standalone, Table,
    TableId, TableInfo, TableKind, Value, columns, fields, id_of, id_of_optional, tables, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `players`.
    0 => players: Table<Player>,
    /// A letter from one player to another.
    1 => letters: Table<Letter>,
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

impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlayerField::Name(name.into()));
    }
}

/// Handle of a row of `letters` in memory.
pub type LetterKey = Key<Letter>;
/// `letters.id`
pub type LetterId = Id<Letter>;

/// A letter from one player to another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Letter {
    /// `sender_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
    pub sender: PlayerKey,
    /// `recipient_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
    pub recipient: PlayerKey,
    /// `courier_id INTEGER REFERENCES players (id) ON DELETE SET NULL`
    pub courier: Option<PlayerKey>,
    /// `words TEXT NOT NULL`
    pub words: String,
}

columns! {
    /// Columns of `letters`.
    pub struct LetterColumns: u8 {
        /// `sender_id`
        const SENDER_ID = 0;
        /// `recipient_id`
        const RECIPIENT_ID = 1;
        /// `courier_id`
        const COURIER_ID = 2;
        /// `words`
        const WORDS = 3;
    }
}

fields! {
    pub enum LetterField for Letter, LetterColumns {
        Sender: PlayerKey = sender => SENDER_ID,
        Recipient: PlayerKey = recipient => RECIPIENT_ID,
        Courier: Option<PlayerKey> = courier => COURIER_ID,
        Words: String = words => WORDS,
    }
}

views!(Letter, LetterRef, LetterMut);

impl Letter {
    // Positions of the foreign keys in `INFO`.
    const SENDER_ID: usize = 0;
    const RECIPIENT_ID: usize = 1;
    const COURIER_ID: usize = 2;
}

impl Row for Letter {
    type Tables = Tables;

    const TABLE: TableId = TableId(1);
    const INFO: &'static TableInfo = &TableInfo {
        name: "letters",
        id: "id",
        columns: &["sender_id", "recipient_id", "courier_id", "words"],
        foreign_keys: &[
            ForeignKey::to(0, Player::TABLE).cascade(),
            ForeignKey::to(1, Player::TABLE).cascade(),
            ForeignKey::to(2, Player::TABLE).set_null(),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: LetterColumns = LetterColumns::empty();
    const INDEXED: LetterColumns = LetterColumns::SENDER_ID
        .union(LetterColumns::RECIPIENT_ID)
        .union(LetterColumns::COURIER_ID);
    const CHECKED: LetterColumns = LetterColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::SENDER_ID => Some(self.sender.raw()),
            Self::RECIPIENT_ID => Some(self.recipient.raw()),
            Self::COURIER_ID => self.courier.map(Key::raw),
            _ => None,
        }
    }

    fn orphaned(foreign_key: usize) -> Option<LetterField> {
        match foreign_key {
            Self::COURIER_ID => Some(LetterField::Courier(None)),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.sender),
            1 => id_of(tables, self.recipient),
            2 => id_of_optional(tables, self.courier),
            3 => self.words.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            sender: row.key(0)?,
            recipient: row.key(1)?,
            courier: row.optional_key(2)?,
            words: row.read(3)?,
        })
    }
}

impl Standalone for Letter {}

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

impl LetterMut<'_> {
    /// Sets [`Letter::sender`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there.
    #[inline]
    pub fn set_sender(&mut self, sender: PlayerKey) -> Result<(), Error> {
        self.0.set(LetterField::Sender(sender))
    }

    /// Sets [`Letter::recipient`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there.
    #[inline]
    pub fn set_recipient(&mut self, recipient: PlayerKey) -> Result<(), Error> {
        self.0.set(LetterField::Recipient(recipient))
    }

    /// Sets [`Letter::courier`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there.
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
