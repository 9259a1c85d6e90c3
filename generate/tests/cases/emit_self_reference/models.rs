// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// A place in a tree of places.
    places: Table<Place>,
}

entity! {
    /// A place in a tree of places.
    pub struct Place in Tables.places {
        /// `name TEXT NOT NULL`
        Name name: String = NAME "name";
        /// `parent_id INTEGER REFERENCES places (id) ON DELETE CASCADE`
        Parent parent: Option<PlaceKey> = PARENT_ID "parent_id" -> Place.cascade();
        /// `next_id INTEGER UNIQUE REFERENCES places (id) ON DELETE SET NULL`
        Next next: Option<PlaceKey> = NEXT_ID "next_id" -> Place.set_null().unique();
    }
    table "places", id "id", standalone;
    types PlaceKey, PlaceId, PlaceColumns(u8), PlaceField, PlaceRef, PlaceMut;
}

#[allow(dead_code)]
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

#[allow(dead_code)]
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

#[allow(dead_code)]
impl PlaceMut<'_> {
    /// Sets [`Place::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlaceField::Name(name.into()));
    }

    /// Sets [`Place::parent`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the place is not there.
    #[inline]
    pub fn set_parent(&mut self, parent: Option<PlaceKey>) -> Result<(), Error> {
        self.0.set(PlaceField::Parent(parent))
    }

    /// Sets [`Place::next`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the place is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when the place has a place already.
    #[inline]
    pub fn set_next(&mut self, next: Option<PlaceKey>) -> Result<(), Error> {
        self.0.set(PlaceField::Next(next))
    }
}
