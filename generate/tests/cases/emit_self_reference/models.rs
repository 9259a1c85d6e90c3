// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    ColumnProblem, Error, ForeignKey, Id, Key, RawKey, Row, RowReader, Rows, Standalone, Table,
    TableId, TableInfo, TableKind, Value, columns, fields, id_of_optional, tables, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// A place in a tree of places.
    0 => places: Table<Place>,
}

/// Handle of a row of `places` in memory.
pub type PlaceKey = Key<Place>;
/// `places.id`
pub type PlaceId = Id<Place>;

/// A place in a tree of places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// `name TEXT NOT NULL`
    pub name: String,
    /// `parent_id INTEGER REFERENCES places (id) ON DELETE CASCADE`
    pub parent: Option<PlaceKey>,
    /// `next_id INTEGER UNIQUE REFERENCES places (id) ON DELETE SET NULL`
    pub next: Option<PlaceKey>,
}

columns! {
    /// Columns of `places`.
    pub struct PlaceColumns: u8 {
        /// `name`
        const NAME = 0;
        /// `parent_id`
        const PARENT_ID = 1;
        /// `next_id`
        const NEXT_ID = 2;
    }
}

fields! {
    pub enum PlaceField for Place, PlaceColumns {
        Name: String = name => NAME,
        Parent: Option<PlaceKey> = parent => PARENT_ID,
        Next: Option<PlaceKey> = next => NEXT_ID,
    }
}

views!(Place, PlaceRef, PlaceMut);

impl Place {
    // Positions of the foreign keys in `INFO`.
    const PARENT_ID: usize = 0;
    const NEXT_ID: usize = 1;
}

impl Row for Place {
    type Tables = Tables;

    const TABLE: TableId = TableId(0);
    const INFO: &'static TableInfo = &TableInfo {
        name: "places",
        id: "id",
        columns: &["name", "parent_id", "next_id"],
        foreign_keys: &[
            ForeignKey::to(1, Place::TABLE).cascade(),
            ForeignKey::to(2, Place::TABLE).set_null().unique(),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: PlaceColumns = PlaceColumns::empty();
    const INDEXED: PlaceColumns = PlaceColumns::PARENT_ID.union(PlaceColumns::NEXT_ID);
    const CHECKED: PlaceColumns = PlaceColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::PARENT_ID => self.parent.map(Key::raw),
            Self::NEXT_ID => self.next.map(Key::raw),
            _ => None,
        }
    }

    fn orphaned(foreign_key: usize) -> Option<PlaceField> {
        match foreign_key {
            Self::NEXT_ID => Some(PlaceField::Next(None)),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => self.name.as_str().into(),
            1 => id_of_optional(tables, self.parent),
            2 => id_of_optional(tables, self.next),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            name: row.read(0)?,
            parent: row.optional_key(1)?,
            next: row.optional_key(2)?,
        })
    }
}

impl Standalone for Place {}

impl Place {
    /// The places whose `parent_id` is this place, in order of their ids. O(1).
    pub fn find_by_parent(world: &World, parent: PlaceKey) -> Rows<'_, Place> {
        world.places.children(Self::PARENT_ID, parent.raw())
    }

    /// The place whose `next_id` is this place. O(1).
    pub fn find_by_next(world: &World, next: PlaceKey) -> Option<PlaceRef<'_>> {
        let (key, _) = world.places.children(Self::NEXT_ID, next.raw()).next()?;
        world.get(key).ok()
    }
}

impl<'w> PlaceRef<'w> {
    /// The place that `parent_id` names, if it names one. O(1).
    #[inline]
    pub fn parent(self) -> Option<PlaceRef<'w>> {
        self.0.parent(self.parent?)
    }

    /// The place that `next_id` names, if it names one. O(1).
    #[inline]
    pub fn next(self) -> Option<PlaceRef<'w>> {
        self.0.parent(self.next?)
    }

    /// The places whose `parent_id` names this place, in order of their ids. O(1).
    pub fn places_by_parent(self) -> Rows<'w, Place> {
        self.0.children(Place::PARENT_ID)
    }

    /// The place whose `next_id` names this place. O(1).
    pub fn place_by_next(self) -> Option<PlaceRef<'w>> {
        self.0.child::<Place>(Place::NEXT_ID)
    }
}

impl PlaceMut<'_> {
    /// Sets [`Place::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlaceField::Name(name.into()));
    }

    /// Sets [`Place::parent`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the place is not there.
    #[inline]
    pub fn set_parent(&mut self, parent: Option<PlaceKey>) -> Result<(), Error> {
        self.0.set(PlaceField::Parent(parent))
    }

    /// Sets [`Place::next`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the place is not there,
    /// [`Error::NotUnique`] when the place has a place already.
    #[inline]
    pub fn set_next(&mut self, next: Option<PlaceKey>) -> Result<(), Error> {
        self.0.set(PlaceField::Next(next))
    }
}
