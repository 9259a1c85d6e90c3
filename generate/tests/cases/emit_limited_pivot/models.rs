// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    ColumnProblem, Error, ForeignKey, Id, Key, NewOrKept, Owned, Pivot, PivotRow, RawKey, Row,
    RowReader, Rows, Standalone, Table, TableId, TableInfo, TableKind, Value, columns, fields,
    id_of_optional, owner_enum, tables, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `players`.
    0 => players: Table<Player>,
    /// The rows of `ships`.
    1 => ships: Table<Ship>,
    /// The rows of `planets`.
    2 => planets: Table<Planet>,
    /// The rows of `crates`.
    3 => crates: Table<Crate>,
    /// Who has a crate: a player, who may have pawned it to another, a ship, a planet or a void.
    4 => crate_holders: Pivot<CrateHolder>,
    /// The rows of `notes`.
    5 => notes: Table<Note>,
    /// A pivot with one owner, because the config says so.
    6 => note_owners: Pivot<NoteOwner>,
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
    /// The crates that this player owns, in the order in which they were added. O(1).
    #[doc(alias = "get_crates")]
    #[inline]
    pub fn crates(self) -> Rows<'w, Crate> {
        self.0.owned()
    }

    /// The rows of `crate_holders` that say so, in the same order.
    #[doc(alias = "get_crate_holders")]
    pub fn crate_holders(
        self,
    ) -> impl DoubleEndedIterator<Item = CrateHolder> + ExactSizeIterator + use<'w> {
        self.0.pivot_rows()
    }
}

impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlayerField::Name(name.into()));
    }

    /// Adds a crate to this player: the crate, and the row of `crate_holders` that says so. O(1).
    ///
    /// # Errors
    /// When the crate is refused; nothing was changed then.
    pub fn add_crate(&mut self, crate_: Crate) -> Result<CrateKey, Error> {
        self.0.add(crate_)
    }

    /// Removes a crate of this player, and the row of `crate_holders`.
    ///
    /// # Errors
    /// [`Error::NotTheOwner`] when it is not this player's; nothing was changed then.
    pub fn remove_crate(&mut self, crate_: CrateKey) -> Result<(), Error> {
        self.0.remove_owned(crate_)
    }

    /// Replaces this player's crates by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`Error::AlreadyOwned`] for the key of somebody else's crate; nothing was changed then.
    pub fn set_crates(
        &mut self,
        crates: impl IntoIterator<Item = impl Into<NewOrKept<Crate>>>,
    ) -> Result<Vec<CrateKey>, Error> {
        self.0.set_owned(crates)
    }

    /// Gives a crate of this player to somebody else: one UPDATE of `crate_holders`.
    ///
    /// # Errors
    /// [`Error::NotTheOwner`] when it is not this player's; nothing was changed then.
    pub fn give_crate(
        &mut self,
        crate_: CrateKey,
        to: impl Into<CrateHolderKey>,
    ) -> Result<(), Error> {
        self.0.give(crate_, to)
    }
}

/// Handle of a row of `ships` in memory.
pub type ShipKey = Key<Ship>;
/// `ships.id`
pub type ShipId = Id<Ship>;

/// A row of `ships`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ship {
    /// `name TEXT NOT NULL`
    pub name: String,
}

columns! {
    /// Columns of `ships`.
    pub struct ShipColumns: u8 {
        /// `name`
        const NAME = 0;
    }
}

fields! {
    pub enum ShipField for Ship, ShipColumns {
        Name: String = name => NAME,
    }
}

views!(Ship, ShipRef, ShipMut);

impl Row for Ship {
    type Tables = Tables;

    const TABLE: TableId = TableId(1);
    const INFO: &'static TableInfo = &TableInfo {
        name: "ships",
        id: "id",
        columns: &["name"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: ShipColumns = ShipColumns::empty();
    const INDEXED: ShipColumns = ShipColumns::empty();
    const CHECKED: ShipColumns = ShipColumns::empty();

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

impl Standalone for Ship {}

impl<'w> ShipRef<'w> {
    /// The crates that this ship owns, in the order in which they were added. O(1).
    #[doc(alias = "get_crates")]
    #[inline]
    pub fn crates(self) -> Rows<'w, Crate> {
        self.0.owned()
    }

    /// The rows of `crate_holders` that say so, in the same order.
    #[doc(alias = "get_crate_holders")]
    pub fn crate_holders(
        self,
    ) -> impl DoubleEndedIterator<Item = CrateHolder> + ExactSizeIterator + use<'w> {
        self.0.pivot_rows()
    }

    /// The notes that this ship owns, in the order in which they were added. O(1).
    #[doc(alias = "get_notes")]
    #[inline]
    pub fn notes(self) -> Rows<'w, Note> {
        self.0.owned()
    }

    /// The rows of `note_owners` that say so, in the same order.
    #[doc(alias = "get_note_owners")]
    pub fn note_owners(
        self,
    ) -> impl DoubleEndedIterator<Item = NoteOwner> + ExactSizeIterator + use<'w> {
        self.0.pivot_rows()
    }
}

impl ShipMut<'_> {
    /// Sets [`Ship::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(ShipField::Name(name.into()));
    }

    /// Adds a crate to this ship: the crate, and the row of `crate_holders` that says so. O(1).
    ///
    /// # Errors
    /// When the crate is refused; nothing was changed then.
    pub fn add_crate(&mut self, crate_: Crate) -> Result<CrateKey, Error> {
        self.0.add(crate_)
    }

    /// Removes a crate of this ship, and the row of `crate_holders`.
    ///
    /// # Errors
    /// [`Error::NotTheOwner`] when it is not this ship's; nothing was changed then.
    pub fn remove_crate(&mut self, crate_: CrateKey) -> Result<(), Error> {
        self.0.remove_owned(crate_)
    }

    /// Replaces this ship's crates by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`Error::AlreadyOwned`] for the key of somebody else's crate; nothing was changed then.
    pub fn set_crates(
        &mut self,
        crates: impl IntoIterator<Item = impl Into<NewOrKept<Crate>>>,
    ) -> Result<Vec<CrateKey>, Error> {
        self.0.set_owned(crates)
    }

    /// Gives a crate of this ship to somebody else: one UPDATE of `crate_holders`.
    ///
    /// # Errors
    /// [`Error::NotTheOwner`] when it is not this ship's; nothing was changed then.
    pub fn give_crate(
        &mut self,
        crate_: CrateKey,
        to: impl Into<CrateHolderKey>,
    ) -> Result<(), Error> {
        self.0.give(crate_, to)
    }

    /// Adds a note to this ship: the note, and the row of `note_owners` that says so. O(1).
    ///
    /// # Errors
    /// When the note is refused; nothing was changed then.
    pub fn add_note(&mut self, note: Note) -> Result<NoteKey, Error> {
        self.0.add(note)
    }

    /// Removes a note of this ship, and the row of `note_owners`.
    ///
    /// # Errors
    /// [`Error::NotTheOwner`] when it is not this ship's; nothing was changed then.
    pub fn remove_note(&mut self, note: NoteKey) -> Result<(), Error> {
        self.0.remove_owned(note)
    }

    /// Replaces this ship's notes by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`Error::AlreadyOwned`] for the key of somebody else's note; nothing was changed then.
    pub fn set_notes(
        &mut self,
        notes: impl IntoIterator<Item = impl Into<NewOrKept<Note>>>,
    ) -> Result<Vec<NoteKey>, Error> {
        self.0.set_owned(notes)
    }

    /// Gives a note of this ship to somebody else: one UPDATE of `note_owners`.
    ///
    /// # Errors
    /// [`Error::NotTheOwner`] when it is not this ship's; nothing was changed then.
    pub fn give_note(&mut self, note: NoteKey, to: impl Into<NoteOwnerKey>) -> Result<(), Error> {
        self.0.give(note, to)
    }
}

/// Handle of a row of `planets` in memory.
pub type PlanetKey = Key<Planet>;
/// `planets.id`
pub type PlanetId = Id<Planet>;

/// A row of `planets`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Planet {
    /// `name TEXT NOT NULL`
    pub name: String,
}

columns! {
    /// Columns of `planets`.
    pub struct PlanetColumns: u8 {
        /// `name`
        const NAME = 0;
    }
}

fields! {
    pub enum PlanetField for Planet, PlanetColumns {
        Name: String = name => NAME,
    }
}

views!(Planet, PlanetRef, PlanetMut);

impl Row for Planet {
    type Tables = Tables;

    const TABLE: TableId = TableId(2);
    const INFO: &'static TableInfo = &TableInfo {
        name: "planets",
        id: "id",
        columns: &["name"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: PlanetColumns = PlanetColumns::empty();
    const INDEXED: PlanetColumns = PlanetColumns::empty();
    const CHECKED: PlanetColumns = PlanetColumns::empty();

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

impl Standalone for Planet {}

impl PlanetMut<'_> {
    /// Sets [`Planet::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlanetField::Name(name.into()));
    }
}

/// Handle of a row of `crates` in memory.
pub type CrateKey = Key<Crate>;
/// `crates.id`
pub type CrateId = Id<Crate>;

/// A row of `crates`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Crate {
    /// `weight REAL NOT NULL`
    pub weight: f64,
    /// `inside INTEGER REFERENCES crates (id) ON DELETE SET NULL`
    pub inside: Option<CrateKey>,
}

columns! {
    /// Columns of `crates`.
    pub struct CrateColumns: u8 {
        /// `weight`
        const WEIGHT = 0;
        /// `inside`
        const INSIDE = 1;
    }
}

fields! {
    pub enum CrateField for Crate, CrateColumns {
        Weight: f64 = weight => WEIGHT,
        Inside: Option<CrateKey> = inside => INSIDE,
    }
}

views!(Crate, CrateRef, CrateMut);

impl Crate {
    // Positions of the foreign keys in `INFO`.
    const INSIDE: usize = 0;
}

impl Row for Crate {
    type Tables = Tables;

    const TABLE: TableId = TableId(3);
    const INFO: &'static TableInfo = &TableInfo {
        name: "crates",
        id: "id",
        columns: &["weight", "inside"],
        foreign_keys: &[ForeignKey::to(1, Crate::TABLE).set_null()],
        indexes: &[],
        checks: &[],
        kind: TableKind::Owned {
            pivot: CrateHolder::TABLE,
        },
    };
    const REALS: CrateColumns = CrateColumns::WEIGHT;
    const INDEXED: CrateColumns = CrateColumns::INSIDE;
    const CHECKED: CrateColumns = CrateColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::INSIDE => self.inside.map(Key::raw),
            _ => None,
        }
    }

    fn orphaned(foreign_key: usize) -> Option<CrateField> {
        match foreign_key {
            Self::INSIDE => Some(CrateField::Inside(None)),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => self.weight.into(),
            1 => id_of_optional(tables, self.inside),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            weight: row.read(0)?,
            inside: row.optional_key(1)?,
        })
    }
}

impl Owned for Crate {
    type Pivot = CrateHolder;
}

impl Crate {
    /// The crates whose `inside` is this crate, in order of their ids. O(1).
    pub fn find_by_inside(world: &World, inside: CrateKey) -> Rows<'_, Crate> {
        world.crates.children(Self::INSIDE, inside.raw())
    }
}

impl<'w> CrateRef<'w> {
    /// The crate that `inside` names, if it names one. O(1).
    #[inline]
    pub fn inside(self) -> Option<CrateRef<'w>> {
        self.0.parent(self.inside?)
    }

    /// The crates whose `inside` names this crate, in order of their ids. O(1).
    pub fn crates(self) -> Rows<'w, Crate> {
        self.0.children(Crate::INSIDE)
    }

    /// Who owns this crate. O(1).
    pub fn owner(self) -> Option<CrateHolderKey> {
        self.crate_holder().map(|row| row.owner)
    }

    /// The row of `crate_holders` that says who owns this crate. O(1).
    pub fn crate_holder(self) -> Option<CrateHolder> {
        self.0.pivot_row()
    }
}

impl CrateMut<'_> {
    /// Sets [`Crate::weight`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN.
    #[inline]
    pub fn set_weight(&mut self, weight: f64) -> Result<(), Error> {
        self.0.set(CrateField::Weight(weight))
    }

    /// Sets [`Crate::inside`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the crate is not there.
    #[inline]
    pub fn set_inside(&mut self, inside: Option<CrateKey>) -> Result<(), Error> {
        self.0.set(CrateField::Inside(inside))
    }
}

/// `crate_holders.id`
pub type CrateHolderId = Id<CrateHolder>;

/// Who has a crate: a player, who may have pawned it to another, a ship, a planet or a void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrateHolder {
    /// `crate_holders.id`
    pub id: CrateHolderId,
    /// The crate that is owned: `crate_id`.
    pub crate_: CrateKey,
    /// Who owns it.
    pub owner: CrateHolderKey,
}

impl CrateHolder {
    /// Whether a player owns it.
    #[must_use]
    pub const fn is_player(&self) -> bool {
        self.owner.is_player()
    }

    /// Whether a pawnbroker owns it.
    #[must_use]
    pub const fn is_pawnbroker(&self) -> bool {
        self.owner.is_pawnbroker()
    }

    /// Whether a ship owns it.
    #[must_use]
    pub const fn is_ship(&self) -> bool {
        self.owner.is_ship()
    }

    /// Whether a planet owns it.
    #[must_use]
    pub const fn is_planet(&self) -> bool {
        self.owner.is_planet()
    }

    /// Whether a void owns it.
    #[must_use]
    pub const fn is_void(&self) -> bool {
        self.owner.is_void()
    }
}

owner_enum! {
    /// Who owns a [`Crate`].
    pub enum CrateHolderKey {
        /// `player_id`
        0 => Player(PlayerKey) { is_player, as_player, from },
        /// `pawnbroker`
        1 => Pawnbroker(PlayerKey) { is_pawnbroker, as_pawnbroker },
        /// `ship_id`
        2 => Ship(ShipKey) { is_ship, as_ship, from },
        /// `planet_id`
        3 => Planet(PlanetKey) { is_planet, as_planet },
        /// `void_id`
        4 => Void(i64) { is_void, as_void },
    }
}

impl PivotRow for CrateHolder {
    type Tables = Tables;
    type Owned = Crate;
    type Owner = CrateHolderKey;

    const TABLE: TableId = TableId(4);
    const INFO: &'static TableInfo = &TableInfo {
        name: "crate_holders",
        id: "id",
        columns: &[
            "crate_id",
            "player_id",
            "pawnbroker",
            "ship_id",
            "planet_id",
            "void_id",
        ],
        foreign_keys: &[
            ForeignKey::to(0, Crate::TABLE).cascade().unique(),
            ForeignKey::to(1, Player::TABLE).cascade(),
            ForeignKey::to(2, Player::TABLE).cascade(),
            ForeignKey::to(3, Ship::TABLE).cascade(),
            ForeignKey::to(4, Planet::TABLE).cascade(),
            ForeignKey::arm(5),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Pivot {
            owned: Crate::TABLE,
        },
    };

    #[inline]
    fn new(id: CrateHolderId, crate_: CrateKey, owner: CrateHolderKey) -> Self {
        Self { id, crate_, owner }
    }

    #[inline]
    fn owned(&self) -> CrateKey {
        self.crate_
    }
}

/// Handle of a row of `notes` in memory.
pub type NoteKey = Key<Note>;
/// `notes.id`
pub type NoteId = Id<Note>;

/// A row of `notes`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Note {
    /// `words TEXT NOT NULL`
    pub words: String,
}

columns! {
    /// Columns of `notes`.
    pub struct NoteColumns: u8 {
        /// `words`
        const WORDS = 0;
    }
}

fields! {
    pub enum NoteField for Note, NoteColumns {
        Words: String = words => WORDS,
    }
}

views!(Note, NoteRef, NoteMut);

impl Row for Note {
    type Tables = Tables;

    const TABLE: TableId = TableId(5);
    const INFO: &'static TableInfo = &TableInfo {
        name: "notes",
        id: "id",
        columns: &["words"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Owned {
            pivot: NoteOwner::TABLE,
        },
    };
    const REALS: NoteColumns = NoteColumns::empty();
    const INDEXED: NoteColumns = NoteColumns::empty();
    const CHECKED: NoteColumns = NoteColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.words.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            words: row.read(0)?,
        })
    }
}

impl Owned for Note {
    type Pivot = NoteOwner;
}

impl<'w> NoteRef<'w> {
    /// Who owns this note. O(1).
    pub fn owner(self) -> Option<NoteOwnerKey> {
        self.note_owner().map(|row| row.owner)
    }

    /// The row of `note_owners` that says who owns this note. O(1).
    pub fn note_owner(self) -> Option<NoteOwner> {
        self.0.pivot_row()
    }
}

impl NoteMut<'_> {
    /// Sets [`Note::words`].
    #[inline]
    pub fn set_words(&mut self, words: impl Into<String>) {
        self.0.put(NoteField::Words(words.into()));
    }
}

/// `note_owners.id`
pub type NoteOwnerId = Id<NoteOwner>;

/// A pivot with one owner, because the config says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoteOwner {
    /// `note_owners.id`
    pub id: NoteOwnerId,
    /// The note that is owned: `note_id`.
    pub note: NoteKey,
    /// Who owns it.
    pub owner: NoteOwnerKey,
}

impl NoteOwner {
    /// Whether a ship owns it.
    #[must_use]
    pub const fn is_ship(&self) -> bool {
        self.owner.is_ship()
    }
}

owner_enum! {
    /// Who owns a [`Note`].
    pub enum NoteOwnerKey {
        /// `ship_id`
        0 => Ship(ShipKey) { is_ship, as_ship, from },
    }
}

impl PivotRow for NoteOwner {
    type Tables = Tables;
    type Owned = Note;
    type Owner = NoteOwnerKey;

    const TABLE: TableId = TableId(6);
    const INFO: &'static TableInfo = &TableInfo {
        name: "note_owners",
        id: "id",
        columns: &["note_id", "ship_id"],
        foreign_keys: &[
            ForeignKey::to(0, Note::TABLE).cascade().unique(),
            ForeignKey::to(1, Ship::TABLE).cascade(),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Pivot { owned: Note::TABLE },
    };

    #[inline]
    fn new(id: NoteOwnerId, note: NoteKey, owner: NoteOwnerKey) -> Self {
        Self { id, note, owner }
    }

    #[inline]
    fn owned(&self) -> NoteKey {
        self.note
    }
}
