// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    ColumnProblem, Error, ForeignKey, Id, IndexHasher, IndexInfo, Key, RawKey, Row, RowReader,
    Rows, Standalone, Table, TableId, TableInfo, TableKind, Value, columns, fields, id_of, tables,
    text_enum, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `regions`.
    0 => regions: Table<Region>,
    /// A cell of the map: found by where it is.
    1 => cells: Table<Cell>,
}

text_enum! {
    /// One of the texts that `climate` can have.
    pub enum Climate {
        Arid = "ARID",
        Mild = "MILD",
    }
}

/// Handle of a row of `regions` in memory.
pub type RegionKey = Key<Region>;
/// `regions.id`
pub type RegionId = Id<Region>;

/// A row of `regions`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Region {
    /// `name TEXT NOT NULL UNIQUE`
    pub name: String,
}

columns! {
    /// Columns of `regions`.
    pub struct RegionColumns: u8 {
        /// `name`
        const NAME = 0;
    }
}

fields! {
    pub enum RegionField for Region, RegionColumns {
        Name: String = name => NAME,
    }
}

views!(Region, RegionRef, RegionMut);

impl Row for Region {
    type Tables = Tables;

    const TABLE: TableId = TableId(0);
    const INFO: &'static TableInfo = &TableInfo {
        name: "regions",
        id: "id",
        columns: &["name"],
        foreign_keys: &[],
        indexes: &[IndexInfo::unique(&[0])],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: RegionColumns = RegionColumns::empty();
    const INDEXED: RegionColumns = RegionColumns::NAME;
    const CHECKED: RegionColumns = RegionColumns::empty();

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash(self.name.as_str())),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.name == other.name,
            _ => false,
        }
    }

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

impl Standalone for Region {}

impl Region {
    /// The region with this `name`. O(1).
    pub fn find_by_name<'w>(world: &'w World, name: &str) -> Option<RegionRef<'w>> {
        let (key, _) = world.regions.find(0, name, |row| row.name == name).next()?;
        world.get(key).ok()
    }
}

impl<'w> RegionRef<'w> {
    /// The cells whose `region_id` names this region, in order of their ids. O(1).
    pub fn cells(self) -> Rows<'w, Cell> {
        self.0.children(Cell::REGION_ID)
    }
}

impl RegionMut<'_> {
    /// Sets [`Region::name`].
    ///
    /// # Errors
    /// [`Error::NotUnique`] when another region has it.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(RegionField::Name(name.into()))
    }
}

/// Handle of a row of `cells` in memory.
pub type CellKey = Key<Cell>;
/// `cells.id`
pub type CellId = Id<Cell>;

/// A cell of the map: found by where it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// `region_id INTEGER NOT NULL REFERENCES regions (id) ON DELETE CASCADE`
    pub region: RegionKey,
    /// `x INTEGER NOT NULL`
    pub x: i64,
    /// `y INTEGER NOT NULL`
    pub y: i64,
    /// `height REAL NOT NULL`
    pub height: f64,
    /// `label TEXT`
    pub label: Option<String>,
    /// `tint BLOB`
    pub tint: Option<Vec<u8>>,
    /// `climate TEXT NOT NULL CHECK (climate IN ('ARID', 'MILD'))`
    pub climate: Climate,
}

columns! {
    /// Columns of `cells`.
    pub struct CellColumns: u8 {
        /// `region_id`
        const REGION_ID = 0;
        /// `x`
        const X = 1;
        /// `y`
        const Y = 2;
        /// `height`
        const HEIGHT = 3;
        /// `label`
        const LABEL = 4;
        /// `tint`
        const TINT = 5;
        /// `climate`
        const CLIMATE = 6;
    }
}

fields! {
    pub enum CellField for Cell, CellColumns {
        Region: RegionKey = region => REGION_ID,
        X: i64 = x => X,
        Y: i64 = y => Y,
        Height: f64 = height => HEIGHT,
        Label: Option<String> = label => LABEL,
        Tint: Option<Vec<u8>> = tint => TINT,
        Climate: Climate = climate => CLIMATE,
    }
}

views!(Cell, CellRef, CellMut);

impl Cell {
    // Positions of the foreign keys in `INFO`.
    const REGION_ID: usize = 0;
}

impl Row for Cell {
    type Tables = Tables;

    const TABLE: TableId = TableId(1);
    const INFO: &'static TableInfo = &TableInfo {
        name: "cells",
        id: "id",
        columns: &["region_id", "x", "y", "height", "label", "tint", "climate"],
        foreign_keys: &[ForeignKey::to(0, Region::TABLE).cascade()],
        indexes: &[
            IndexInfo::unique(&[0, 1, 2]),
            IndexInfo::unique(&[4, 3]),
            IndexInfo::unique(&[0, 1, 2, 3, 4, 5, 6]),
            IndexInfo::plain(&[3]),
            IndexInfo::plain(&[5]),
            IndexInfo::plain(&[6, 4]),
        ],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: CellColumns = CellColumns::HEIGHT;
    const INDEXED: CellColumns = CellColumns::REGION_ID
        .union(CellColumns::X)
        .union(CellColumns::Y)
        .union(CellColumns::HEIGHT)
        .union(CellColumns::LABEL)
        .union(CellColumns::TINT)
        .union(CellColumns::CLIMATE);
    const CHECKED: CellColumns = CellColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::REGION_ID => Some(self.region.raw()),
            _ => None,
        }
    }

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash((self.region, self.x, self.y))),
            1 => Some(hasher.hash((self.label.as_deref()?, (self.height + 0.0).to_bits()))),
            2 => Some(hasher.hash((
                self.region,
                self.x,
                self.y,
                (self.height + 0.0).to_bits(),
                self.label.as_deref()?,
                self.tint.as_deref()?,
                self.climate,
            ))),
            3 => Some(hasher.hash((self.height + 0.0).to_bits())),
            4 => Some(hasher.hash(self.tint.as_deref()?)),
            5 => Some(hasher.hash((self.climate, self.label.as_deref()?))),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.region == other.region && self.x == other.x && self.y == other.y,
            1 => self.label == other.label && self.height == other.height,
            2 => {
                self.region == other.region
                    && self.x == other.x
                    && self.y == other.y
                    && self.height == other.height
                    && self.label == other.label
                    && self.tint == other.tint
                    && self.climate == other.climate
            }
            3 => self.height == other.height,
            4 => self.tint == other.tint,
            5 => self.climate == other.climate && self.label == other.label,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.region),
            1 => self.x.into(),
            2 => self.y.into(),
            3 => self.height.into(),
            4 => self.label.as_deref().into(),
            5 => self.tint.as_deref().into(),
            6 => self.climate.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            region: row.key(0)?,
            x: row.read(1)?,
            y: row.read(2)?,
            height: row.read(3)?,
            label: row.read(4)?,
            tint: row.read(5)?,
            climate: row.read(6)?,
        })
    }
}

impl Standalone for Cell {}

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
            .find(0, (region, x, y), |row| {
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
            .find(1, (label, (height + 0.0).to_bits()), |row| {
                row.label.as_deref() == Some(label) && row.height == height
            })
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
                2,
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
            .find(3, (height + 0.0).to_bits(), |row| row.height == height)
    }

    /// The cells with this `tint`, in order of their ids. O(1).
    pub fn find_by_tint<'w>(world: &'w World, tint: &[u8]) -> Rows<'w, Cell> {
        world
            .cells
            .find(4, tint, |row| row.tint.as_deref() == Some(tint))
    }

    /// The cells with these `climate`, `label`, in order of their ids. O(1).
    pub fn find_by_climate_and_label<'w>(
        world: &'w World,
        climate: Climate,
        label: &str,
    ) -> Rows<'w, Cell> {
        world.cells.find(5, (climate, label), |row| {
            row.climate == climate && row.label.as_deref() == Some(label)
        })
    }
}

impl<'w> CellRef<'w> {
    /// The region that `region_id` names. O(1).
    #[inline]
    pub fn region(self) -> RegionRef<'w> {
        self.0.required_parent(self.region)
    }
}

impl CellMut<'_> {
    /// Sets [`Cell::region`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the region is not there,
    /// [`Error::NotUnique`] when another cell has the same `region_id`, `x`, `y`,
    /// [`Error::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_region(&mut self, region: RegionKey) -> Result<(), Error> {
        self.0.set(CellField::Region(region))
    }

    /// Sets [`Cell::x`].
    ///
    /// # Errors
    /// [`Error::NotUnique`] when another cell has the same `region_id`, `x`, `y`,
    /// [`Error::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_x(&mut self, x: i64) -> Result<(), Error> {
        self.0.set(CellField::X(x))
    }

    /// Sets [`Cell::y`].
    ///
    /// # Errors
    /// [`Error::NotUnique`] when another cell has the same `region_id`, `x`, `y`,
    /// [`Error::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_y(&mut self, y: i64) -> Result<(), Error> {
        self.0.set(CellField::Y(y))
    }

    /// Sets [`Cell::height`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN,
    /// [`Error::NotUnique`] when another cell has the same `label`, `height`,
    /// [`Error::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_height(&mut self, height: f64) -> Result<(), Error> {
        self.0.set(CellField::Height(height))
    }

    /// Sets [`Cell::label`].
    ///
    /// # Errors
    /// [`Error::NotUnique`] when another cell has the same `label`, `height`,
    /// [`Error::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_label(&mut self, label: Option<String>) -> Result<(), Error> {
        self.0.set(CellField::Label(label))
    }

    /// Sets [`Cell::tint`].
    ///
    /// # Errors
    /// [`Error::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_tint(&mut self, tint: Option<Vec<u8>>) -> Result<(), Error> {
        self.0.set(CellField::Tint(tint))
    }

    /// Sets [`Cell::climate`].
    ///
    /// # Errors
    /// [`Error::NotUnique`] when another cell has the same `region_id`, `x`, `y`, `height`, `label`, `tint`, `climate`.
    #[inline]
    pub fn set_climate(&mut self, climate: Climate) -> Result<(), Error> {
        self.0.set(CellField::Climate(climate))
    }
}
