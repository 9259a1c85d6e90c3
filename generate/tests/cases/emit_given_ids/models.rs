// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{EcoString, Error, Rows, entity, now_seconds, now_text, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// A zone, whose number the game gives.
    zones: Table<Zone>,
    /// Where something is, in a zone.
    places: Table<Place>,
}

entity! {
    /// A zone, whose number the game gives.
    pub struct Zone in Tables.zones {
        /// `name TEXT NOT NULL UNIQUE`
        Name name: String = NAME "name";
        /// `opened TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP`
        Opened opened: String = OPENED "opened" default now_text("%Y-%m-%d %H:%M:%S");
        /// `closed TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`
        Closed closed: Option<String> = CLOSED "closed" default Some(now_text("%Y-%m-%dT%H:%M:%fZ"));
        /// `short TEXT NOT NULL DEFAULT CURRENT_DATE`
        Short short: EcoString = SHORT "short" default now_text("%Y-%m-%d").into();
        /// `seconds INTEGER NOT NULL DEFAULT (unixepoch())`
        Seconds seconds: i64 = SECONDS "seconds" default now_seconds();
    }
    table "zones", id "zone", given_id;
    types ZoneKey, ZoneId, ZoneColumns(u8), ZoneField, ZoneRef, ZoneMut;
    indexes {
        unique BY_NAME [name: NAME];
    }
}

#[allow(dead_code)]
impl Zone {
    /// The zone with this `name`. O(1).
    pub fn find_by_name<'w>(world: &'w World, name: &str) -> Option<ZoneRef<'w>> {
        let (key, _) = world
            .zones
            .find(Self::BY_NAME, name, |row| row.name == name)
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> ZoneRef<'w> {
    /// The places whose `zone` names this zone, in order of their ids. O(1).
    pub fn places(self) -> Rows<'w, Place> {
        self.0.children(Place::ZONE)
    }
}

#[allow(dead_code)]
impl ZoneMut<'_> {
    /// Sets [`Zone::name`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another zone has it.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(ZoneField::Name(name.into()))
    }

    /// Sets [`Zone::opened`].
    #[inline]
    pub fn set_opened(&mut self, opened: impl Into<String>) {
        self.0.put(ZoneField::Opened(opened.into()));
    }

    /// Sets [`Zone::closed`].
    #[inline]
    pub fn set_closed(&mut self, closed: Option<String>) {
        self.0.put(ZoneField::Closed(closed));
    }

    /// Sets [`Zone::short`].
    #[inline]
    pub fn set_short(&mut self, short: impl Into<EcoString>) {
        self.0.put(ZoneField::Short(short.into()));
    }

    /// Sets [`Zone::seconds`].
    #[inline]
    pub fn set_seconds(&mut self, seconds: i64) {
        self.0.put(ZoneField::Seconds(seconds));
    }
}

entity! {
    /// Where something is, in a zone.
    pub struct Place in Tables.places {
        /// `zone INTEGER NOT NULL REFERENCES zones (zone) ON DELETE CASCADE`
        Zone zone: ZoneKey = ZONE "zone" -> Zone.cascade();
    }
    table "places", id "id", standalone;
    types PlaceKey, PlaceId, PlaceColumns(u8), PlaceField, PlaceRef, PlaceMut;
}

#[allow(dead_code)]
impl Place {
    /// The places whose `zone` is this zone, in order of their ids. O(1).
    pub fn find_by_zone(world: &World, zone: ZoneKey) -> Rows<'_, Place> {
        world.places.children(Self::ZONE, zone.raw())
    }
}

#[allow(dead_code)]
impl<'w> PlaceRef<'w> {
    /// The zone that `zone` names. O(1).
    #[inline]
    pub fn zone(self) -> ZoneRef<'w> {
        self.0.required_parent(self.zone)
    }
}

#[allow(dead_code)]
impl PlaceMut<'_> {
    /// Sets [`Place::zone`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the zone is not there.
    #[inline]
    pub fn set_zone(&mut self, zone: ZoneKey) -> Result<(), Error> {
        self.0.set(PlaceField::Zone(zone))
    }
}
