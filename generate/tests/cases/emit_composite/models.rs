// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity, tables, text_enum};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `regions`.
    regions: Table<Region>,
    /// A cell of the map: found by where it is.
    cells: Table<Cell>,
}

entity! {
    /// A row of `regions`.
    pub struct Region in Tables.regions {
        /// `name TEXT NOT NULL UNIQUE`
        Name name: String = NAME "name";
    }
    table "regions", id "id", standalone;
    types RegionKey, RegionId, RegionColumns(u8), RegionField, RegionRef, RegionMut;
    indexes {
        unique BY_NAME [name: NAME];
    }
}

#[allow(dead_code)]
impl Region {
    /// The region with this `name`. O(1).
    pub fn find_by_name<'w>(world: &'w World, name: &str) -> Option<RegionRef<'w>> {
        let (key, _) = world
            .regions
            .find(Self::BY_NAME, name, |row| row.name == name)
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> RegionRef<'w> {
    /// The cells whose `region_id` names this region, in order of their ids. O(1).
    pub fn cells(self) -> Rows<'w, Cell> {
        self.0.children(Cell::REGION_ID)
    }
}

#[allow(dead_code)]
impl RegionMut<'_> {
    /// Sets [`Region::name`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another region has it.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(RegionField::Name(name.into()))
    }
}

text_enum! {
    /// One of the texts that `climate` can have.
    pub enum Climate {
        Arid = "ARID",
        Mild = "MILD",
    }
}

entity! {
    /// A cell of the map: found by where it is.
    pub struct Cell in Tables.cells {
        /// `region_id INTEGER NOT NULL REFERENCES regions (id) ON DELETE CASCADE`
        Region region: RegionKey = REGION_ID "region_id" -> Region.cascade();
        /// `x INTEGER NOT NULL`
        X x: i64 = X "x";
        /// `y INTEGER NOT NULL`
        Y y: i64 = Y "y";
        /// `height REAL NOT NULL`
        Height height: f64 = HEIGHT "height";
        /// `label TEXT`
        Label label: Option<String> = LABEL "label";
        /// `tint BLOB`
        Tint tint: Option<Vec<u8>> = TINT "tint";
        /// `climate TEXT NOT NULL CHECK (climate IN ('ARID', 'MILD'))`
        Climate climate: Climate = CLIMATE "climate";
    }
    table "cells", id "id", standalone;
    types CellKey, CellId, CellColumns(u8), CellField, CellRef, CellMut;
    indexes {
        unique BY_REGION_AND_X_AND_Y [region: REGION_ID, x: X, y: Y];
        unique BY_LABEL_AND_HEIGHT [label: LABEL, height: HEIGHT];
        unique BY_REGION_AND_X_AND_Y_AND_HEIGHT_AND_LABEL_AND_TINT_AND_CLIMATE [region: REGION_ID, x: X, y: Y, height: HEIGHT, label: LABEL, tint: TINT, climate: CLIMATE];
        plain BY_HEIGHT [height: HEIGHT];
        plain BY_TINT [tint: TINT];
        plain BY_CLIMATE_AND_LABEL [climate: CLIMATE, label: LABEL];
    }
}

#[allow(dead_code)]
impl Cell {
    /// The cells whose `region_id` is this region, in order of their ids. O(1).
    pub fn find_by_region(world: &World, region: RegionKey) -> Rows<'_, Cell> {
        world.cells.children(Self::REGION_ID, region.raw())
    }

    /// The cell with these `region_id`, `x`, `y`. O(1).
    pub fn find_by_region_and_x_and_y(
        world: &World,
        region: RegionKey,
        x: i64,
        y: i64,
    ) -> Option<CellRef<'_>> {
        let (key, _) = world
            .cells
            .find(Self::BY_REGION_AND_X_AND_Y, (region, x, y), |row| {
                row.region == region && row.x == x && row.y == y
            })
            .next()?;
        world.get(key).ok()
    }

    /// The cell with these `label`, `height`. O(1).
    pub fn find_by_label_and_height<'w>(
        world: &'w World,
        label: &str,
        height: f64,
    ) -> Option<CellRef<'w>> {
        let (key, _) = world
            .cells
            .find(
                Self::BY_LABEL_AND_HEIGHT,
                (label, (height + 0.0).to_bits()),
                |row| row.label.as_deref() == Some(label) && row.height == height,
            )
            .next()?;
        world.get(key).ok()
    }

    /// The cell with these `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`. O(1).
    #[allow(clippy::too_many_arguments, reason = "as many as columns")]
    pub fn find_by_region_and_x_and_y_and_height_and_label_and_tint_and_climate<'w>(
        world: &'w World,
        region: RegionKey,
        x: i64,
        y: i64,
        height: f64,
        label: &str,
        tint: &[u8],
        climate: Climate,
    ) -> Option<CellRef<'w>> {
        let (key, _) = world
            .cells
            .find(
                Self::BY_REGION_AND_X_AND_Y_AND_HEIGHT_AND_LABEL_AND_TINT_AND_CLIMATE,
                (region, x, y, (height + 0.0).to_bits(), label, tint, climate),
                |row| {
                    row.region == region
                        && row.x == x
                        && row.y == y
                        && row.height == height
                        && row.label.as_deref() == Some(label)
                        && row.tint.as_deref() == Some(tint)
                        && row.climate == climate
                },
            )
            .next()?;
        world.get(key).ok()
    }

    /// The cells with this `height`, in order of their ids. O(1).
    pub fn find_by_height(world: &World, height: f64) -> Rows<'_, Cell> {
        world
            .cells
            .find(Self::BY_HEIGHT, (height + 0.0).to_bits(), |row| {
                row.height == height
            })
    }

    /// The cells with this `tint`, in order of their ids. O(1).
    pub fn find_by_tint<'w>(world: &'w World, tint: &[u8]) -> Rows<'w, Cell> {
        world
            .cells
            .find(Self::BY_TINT, tint, |row| row.tint.as_deref() == Some(tint))
    }

    /// The cells with these `climate`, `label`, in order of their ids. O(1).
    pub fn find_by_climate_and_label<'w>(
        world: &'w World,
        climate: Climate,
        label: &str,
    ) -> Rows<'w, Cell> {
        world
            .cells
            .find(Self::BY_CLIMATE_AND_LABEL, (climate, label), |row| {
                row.climate == climate && row.label.as_deref() == Some(label)
            })
    }
}

#[allow(dead_code)]
impl<'w> CellRef<'w> {
    /// The region that `region_id` names. O(1).
    #[inline]
    pub fn region(self) -> RegionRef<'w> {
        self.0.required_parent(self.region)
    }
}

#[allow(dead_code)]
impl CellMut<'_> {
    /// Sets [`Cell::region`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the region is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when another cell has the same `region_id`, `x`, `y`,
    /// [`gamedb::ErrorKind::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_region(&mut self, region: RegionKey) -> Result<(), Error> {
        self.0.set(CellField::Region(region))
    }

    /// Sets [`Cell::x`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another cell has the same `region_id`, `x`, `y`,
    /// [`gamedb::ErrorKind::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_x(&mut self, x: i64) -> Result<(), Error> {
        self.0.set(CellField::X(x))
    }

    /// Sets [`Cell::y`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another cell has the same `region_id`, `x`, `y`,
    /// [`gamedb::ErrorKind::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_y(&mut self, y: i64) -> Result<(), Error> {
        self.0.set(CellField::Y(y))
    }

    /// Sets [`Cell::height`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN,
    /// [`gamedb::ErrorKind::NotUnique`] when another cell has the same `label`, `height`,
    /// [`gamedb::ErrorKind::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_height(&mut self, height: f64) -> Result<(), Error> {
        self.0.set(CellField::Height(height))
    }

    /// Sets [`Cell::label`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another cell has the same `label`, `height`,
    /// [`gamedb::ErrorKind::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_label(&mut self, label: Option<String>) -> Result<(), Error> {
        self.0.set(CellField::Label(label))
    }

    /// Sets [`Cell::tint`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_tint(&mut self, tint: Option<Vec<u8>>) -> Result<(), Error> {
        self.0.set(CellField::Tint(tint))
    }

    /// Sets [`Cell::climate`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_climate(&mut self, climate: Climate) -> Result<(), Error> {
        self.0.set(CellField::Climate(climate))
    }
}
