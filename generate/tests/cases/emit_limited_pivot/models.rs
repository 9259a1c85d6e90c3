// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, NewOrKept, Rows, entity, owner_enum, pivot, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `players`.
    players: Table<Player>,
    /// The rows of `ships`.
    ships: Table<Ship>,
    /// The rows of `planets`.
    planets: Table<Planet>,
    /// The rows of `crates`.
    crates: Table<Crate>,
    /// Who has a crate: a player, who may have pawned it to another, a ship, a planet or a void.
    crate_holders: Pivot<CrateHolder>,
    /// The rows of `notes`.
    notes: Table<Note>,
    /// A pivot with one owner, because the config says so.
    note_owners: Pivot<NoteOwner>,
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

#[allow(dead_code)]
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
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this player's; nothing was changed then.
    pub fn remove_crate(&mut self, crate_: CrateKey) -> Result<(), Error> {
        self.0.remove_owned(crate_)
    }

    /// Replaces this player's crates by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::AlreadyOwned`] for the key of somebody else's crate; nothing was changed then.
    pub fn set_crates(
        &mut self,
        crates: impl IntoIterator<Item = impl Into<NewOrKept<Crate>>>,
    ) -> Result<Vec<CrateKey>, Error> {
        self.0.set_owned(crates)
    }

    /// Gives a crate of this player to somebody else: one UPDATE of `crate_holders`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this player's; nothing was changed then.
    pub fn give_crate(
        &mut self,
        crate_: CrateKey,
        to: impl Into<CrateHolderKey>,
    ) -> Result<(), Error> {
        self.0.give(crate_, to)
    }
}

entity! {
    /// A row of `ships`.
    pub struct Ship in Tables.ships {
        /// `name TEXT NOT NULL`
        Name name: String = NAME "name";
    }
    table "ships", id "id", standalone;
    types ShipKey, ShipId, ShipColumns(u8), ShipField, ShipRef, ShipMut;
}

#[allow(dead_code)]
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

#[allow(dead_code)]
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
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this ship's; nothing was changed then.
    pub fn remove_crate(&mut self, crate_: CrateKey) -> Result<(), Error> {
        self.0.remove_owned(crate_)
    }

    /// Replaces this ship's crates by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::AlreadyOwned`] for the key of somebody else's crate; nothing was changed then.
    pub fn set_crates(
        &mut self,
        crates: impl IntoIterator<Item = impl Into<NewOrKept<Crate>>>,
    ) -> Result<Vec<CrateKey>, Error> {
        self.0.set_owned(crates)
    }

    /// Gives a crate of this ship to somebody else: one UPDATE of `crate_holders`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this ship's; nothing was changed then.
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
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this ship's; nothing was changed then.
    pub fn remove_note(&mut self, note: NoteKey) -> Result<(), Error> {
        self.0.remove_owned(note)
    }

    /// Replaces this ship's notes by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::AlreadyOwned`] for the key of somebody else's note; nothing was changed then.
    pub fn set_notes(
        &mut self,
        notes: impl IntoIterator<Item = impl Into<NewOrKept<Note>>>,
    ) -> Result<Vec<NoteKey>, Error> {
        self.0.set_owned(notes)
    }

    /// Gives a note of this ship to somebody else: one UPDATE of `note_owners`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this ship's; nothing was changed then.
    pub fn give_note(&mut self, note: NoteKey, to: impl Into<NoteOwnerKey>) -> Result<(), Error> {
        self.0.give(note, to)
    }
}

entity! {
    /// A row of `planets`.
    pub struct Planet in Tables.planets {
        /// `name TEXT NOT NULL`
        Name name: String = NAME "name";
    }
    table "planets", id "id", standalone;
    types PlanetKey, PlanetId, PlanetColumns(u8), PlanetField, PlanetRef, PlanetMut;
}

#[allow(dead_code)]
impl PlanetMut<'_> {
    /// Sets [`Planet::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlanetField::Name(name.into()));
    }
}

entity! {
    /// A row of `crates`.
    pub struct Crate in Tables.crates {
        /// `weight REAL NOT NULL`
        Weight weight: f64 = WEIGHT "weight";
        /// `inside INTEGER REFERENCES crates (id) ON DELETE SET NULL`
        Inside inside: Option<CrateKey> = INSIDE "inside" -> Crate.set_null();
    }
    table "crates", id "id", owned CrateHolder;
    types CrateKey, CrateId, CrateColumns(u8), CrateField, CrateRef, CrateMut;
}

#[allow(dead_code)]
impl Crate {
    /// The crates whose `inside` is this crate, in order of their ids. O(1).
    pub fn find_by_inside(world: &World, inside: CrateKey) -> Rows<'_, Crate> {
        world.crates.children(Self::INSIDE, inside.raw())
    }
}

#[allow(dead_code)]
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

#[allow(dead_code)]
impl CrateMut<'_> {
    /// Sets [`Crate::weight`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN.
    #[inline]
    pub fn set_weight(&mut self, weight: f64) -> Result<(), Error> {
        self.0.set(CrateField::Weight(weight))
    }

    /// Sets [`Crate::inside`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the crate is not there.
    #[inline]
    pub fn set_inside(&mut self, inside: Option<CrateKey>) -> Result<(), Error> {
        self.0.set(CrateField::Inside(inside))
    }
}

pivot! {
    /// Who has a crate: a player, who may have pawned it to another, a ship, a planet or a void.
    pub struct CrateHolder in Tables.crate_holders {
        /// The crate that is owned: `crate_id`.
        crate_: Crate = CRATE_ID.cascade().unique();
        /// Who owns it.
        owner: CrateHolderKey =
            PLAYER_ID -> Player.cascade(),
            PAWNBROKER -> Player.cascade(),
            SHIP_ID -> Ship.cascade(),
            PLANET_ID -> Planet.cascade(),
            VOID_ID outside;
    }
    table "crate_holders", id "id", CrateHolderId;
    columns {
        CRATE_ID "crate_id",
        PLAYER_ID "player_id",
        PAWNBROKER "pawnbroker",
        SHIP_ID "ship_id",
        PLANET_ID "planet_id",
        VOID_ID "void_id",
    }
    owners { is_player, is_pawnbroker, is_ship, is_planet, is_void }
}

owner_enum! {
    /// Who owns a [`Crate`].
    pub enum CrateHolderKey {
        /// `player_id`
        Player(PlayerKey) { is_player, as_player, from },
        /// `pawnbroker`
        Pawnbroker(PlayerKey) { is_pawnbroker, as_pawnbroker },
        /// `ship_id`
        Ship(ShipKey) { is_ship, as_ship, from },
        /// `planet_id`
        Planet(PlanetKey) { is_planet, as_planet },
        /// `void_id`
        Void(i64) { is_void, as_void },
    }
}

entity! {
    /// A row of `notes`.
    pub struct Note in Tables.notes {
        /// `words TEXT NOT NULL`
        Words words: String = WORDS "words";
    }
    table "notes", id "id", owned NoteOwner;
    types NoteKey, NoteId, NoteColumns(u8), NoteField, NoteRef, NoteMut;
}

#[allow(dead_code)]
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

#[allow(dead_code)]
impl NoteMut<'_> {
    /// Sets [`Note::words`].
    #[inline]
    pub fn set_words(&mut self, words: impl Into<String>) {
        self.0.put(NoteField::Words(words.into()));
    }
}

pivot! {
    /// A pivot with one owner, because the config says so.
    pub struct NoteOwner in Tables.note_owners {
        /// The note that is owned: `note_id`.
        note: Note = NOTE_ID.cascade().unique();
        /// Who owns it.
        owner: NoteOwnerKey =
            SHIP_ID -> Ship.cascade();
    }
    table "note_owners", id "id", NoteOwnerId;
    columns {
        NOTE_ID "note_id",
        SHIP_ID "ship_id",
    }
    owners { is_ship }
}

owner_enum! {
    /// Who owns a [`Note`].
    pub enum NoteOwnerKey {
        /// `ship_id`
        Ship(ShipKey) { is_ship, as_ship, from },
    }
}
