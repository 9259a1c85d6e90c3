// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql"), parcels &[
        ("relics", &["rune"]),
    ];
    /// A relic, which other worlds know by its rune, if it has one.
    relics: Table<Relic>,
    /// The rows of `bearers`.
    bearers: Table<Bearer>,
}

entity! {
    /// A relic, which other worlds know by its rune, if it has one.
    pub struct Relic in Tables.relics {
        /// `rune BLOB UNIQUE`
        Rune rune: Option<Vec<u8>> = RUNE "rune";
    }
    table "relics", id "id", standalone;
    types RelicKey, RelicId, RelicColumns(u8), RelicField, RelicRef, RelicMut;
    indexes {
        unique BY_RUNE [rune: RUNE];
    }
}

#[allow(dead_code)]
impl Relic {
    /// The relic with this `rune`. O(1).
    pub fn find_by_rune<'w>(world: &'w World, rune: &[u8]) -> Option<RelicRef<'w>> {
        let (key, _) = world
            .relics
            .find(Self::BY_RUNE, rune, |row| row.rune.as_deref() == Some(rune))
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> RelicRef<'w> {
    /// The bearers whose `left_relic` names this relic, in order of their ids. O(1).
    pub fn bearers_by_left_relic(self) -> Rows<'w, Bearer> {
        self.0.children(Bearer::LEFT_RELIC)
    }

    /// The bearers whose `right_relic` names this relic, in order of their ids. O(1).
    pub fn bearers_by_right_relic(self) -> Rows<'w, Bearer> {
        self.0.children(Bearer::RIGHT_RELIC)
    }
}

#[allow(dead_code)]
impl RelicMut<'_> {
    /// Sets [`Relic::rune`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another relic has it.
    #[inline]
    pub fn set_rune(&mut self, rune: Option<Vec<u8>>) -> Result<(), Error> {
        self.0.set(RelicField::Rune(rune))
    }
}

entity! {
    /// A row of `bearers`.
    pub struct Bearer in Tables.bearers {
        /// `name TEXT NOT NULL`
        Name name: String = NAME "name";
        /// `left_relic INTEGER NOT NULL REFERENCES relics (id) ON DELETE RESTRICT`
        LeftRelic left_relic: RelicKey = LEFT_RELIC "left_relic" -> Relic;
        /// `right_relic INTEGER REFERENCES relics (id) ON DELETE SET NULL`
        RightRelic right_relic: Option<RelicKey> = RIGHT_RELIC "right_relic" -> Relic.set_null();
    }
    table "bearers", id "id", standalone;
    types BearerKey, BearerId, BearerColumns(u8), BearerField, BearerRef, BearerMut;
}

#[allow(dead_code)]
impl Bearer {
    /// The bearers whose `left_relic` is this relic, in order of their ids. O(1).
    pub fn find_by_left_relic(world: &World, left_relic: RelicKey) -> Rows<'_, Bearer> {
        world.bearers.children(Self::LEFT_RELIC, left_relic.raw())
    }

    /// The bearers whose `right_relic` is this relic, in order of their ids. O(1).
    pub fn find_by_right_relic(world: &World, right_relic: RelicKey) -> Rows<'_, Bearer> {
        world.bearers.children(Self::RIGHT_RELIC, right_relic.raw())
    }
}

#[allow(dead_code)]
impl<'w> BearerRef<'w> {
    /// The relic that `left_relic` names. O(1).
    #[inline]
    pub fn left_relic(self) -> RelicRef<'w> {
        self.0.required_parent(self.left_relic)
    }

    /// The relic that `right_relic` names, if it names one. O(1).
    #[inline]
    pub fn right_relic(self) -> Option<RelicRef<'w>> {
        self.0.parent(self.right_relic?)
    }
}

#[allow(dead_code)]
impl BearerMut<'_> {
    /// Sets [`Bearer::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(BearerField::Name(name.into()));
    }

    /// Sets [`Bearer::left_relic`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the relic is not there.
    #[inline]
    pub fn set_left_relic(&mut self, left_relic: RelicKey) -> Result<(), Error> {
        self.0.set(BearerField::LeftRelic(left_relic))
    }

    /// Sets [`Bearer::right_relic`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the relic is not there.
    #[inline]
    pub fn set_right_relic(&mut self, right_relic: Option<RelicKey>) -> Result<(), Error> {
        self.0.set(BearerField::RightRelic(right_relic))
    }
}
