// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    ColumnProblem, Error, Id, IndexHasher, IndexInfo, Key, Parts, Row, RowReader, Standalone,
    Table, TableId, TableInfo, TableKind, Union, Value, columns, fields, tables, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// A setting: one value, or none; its columns are not in a row.
    0 => settings: Table<Setting>,
    /// A mark has one kind of value only.
    1 => marks: Table<Mark>,
}

/// One of the values that a setting can have, in 5 columns.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingValue {
    /// `text`
    Text(String),
    /// `x`, `new_x`
    Point {
        /// `x`
        x: f64,
        /// `new_x`
        new_x: f64,
    },
    /// `bytes`
    Bytes {
        /// `bytes`
        r#type: Vec<u8>,
    },
    /// `counter`
    Counter(i64),
}

impl Default for SettingValue {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Union for SettingValue {
    const PARTS: usize = 5;

    fn part(&self, part: usize) -> Value<'_> {
        match (self, part) {
            (Self::Text(value), 0) => value.as_str().into(),
            (Self::Point { x, .. }, 1) => (*x).into(),
            (Self::Point { new_x, .. }, 2) => (*new_x).into(),
            (Self::Bytes { r#type }, 3) => r#type.as_slice().into(),
            (Self::Counter(value), 4) => (*value).into(),
            _ => Value::Null,
        }
    }

    fn used(&self) -> u32 {
        match self {
            Self::Text(_) => 0b1,
            Self::Point { .. } => 0b110,
            Self::Bytes { .. } => 0b1000,
            Self::Counter(_) => 0b1_0000,
        }
    }

    #[inline]
    fn differing(&self, other: &Self) -> u32 {
        match (self, other) {
            (Self::Text(old), Self::Text(new)) => u32::from(old != new),
            (
                Self::Point { x, new_x },
                Self::Point {
                    x: new_x_2,
                    new_x: new_new_x,
                },
            ) => u32::from(x != new_x_2) << 1 | u32::from(new_x != new_new_x) << 2,
            (Self::Bytes { r#type }, Self::Bytes { r#type: new_type }) => {
                u32::from(r#type != new_type) << 3
            }
            (Self::Counter(old), Self::Counter(new)) => u32::from(old != new) << 4,
            _ => self.used() | other.used(),
        }
    }

    fn load<T: gamedb::codegen::Resolve>(
        used: u32,
        parts: &Parts<'_, '_, T>,
    ) -> Result<Option<Self>, ColumnProblem> {
        Ok(Some(match used {
            0b1 => Self::Text(parts.read(0)?),
            0b110 => Self::Point {
                x: parts.read(1)?,
                new_x: parts.read(2)?,
            },
            0b1000 => Self::Bytes {
                r#type: parts.read(3)?,
            },
            0b1_0000 => Self::Counter(parts.read(4)?),
            _ => return Ok(None),
        }))
    }
}

/// One of the values that a mark can have, in 2 columns.
#[derive(Clone, Debug, PartialEq)]
pub enum Range {
    /// `low`, `high`
    Both {
        /// `low`
        low: i64,
        /// `high`
        high: i64,
    },
}

impl Default for Range {
    fn default() -> Self {
        Self::Both { low: 0, high: 0 }
    }
}

impl Union for Range {
    const PARTS: usize = 2;

    fn part(&self, part: usize) -> Value<'_> {
        match (self, part) {
            (Self::Both { low, .. }, 0) => (*low).into(),
            (Self::Both { high, .. }, 1) => (*high).into(),
            _ => Value::Null,
        }
    }

    fn used(&self) -> u32 {
        match self {
            Self::Both { .. } => 0b11,
        }
    }

    #[inline]
    fn differing(&self, other: &Self) -> u32 {
        match (self, other) {
            (
                Self::Both { low, high },
                Self::Both {
                    low: new_low,
                    high: new_high,
                },
            ) => u32::from(low != new_low) | u32::from(high != new_high) << 1,
        }
    }

    fn load<T: gamedb::codegen::Resolve>(
        used: u32,
        parts: &Parts<'_, '_, T>,
    ) -> Result<Option<Self>, ColumnProblem> {
        Ok(Some(match used {
            0b11 => Self::Both {
                low: parts.read(0)?,
                high: parts.read(1)?,
            },
            _ => return Ok(None),
        }))
    }
}

/// Handle of a row of `settings` in memory.
pub type SettingKey = Key<Setting>;
/// `settings.id`
pub type SettingId = Id<Setting>;

/// A setting: one value, or none; its columns are not in a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting {
    /// `text`, `x`, `new_x`, `bytes`, `counter`: one value, or none.
    pub value: Option<SettingValue>,
    /// `name TEXT NOT NULL UNIQUE`
    pub name: String,
}

columns! {
    /// Columns of `settings`.
    pub struct SettingColumns: u8 {
        /// `text`
        const TEXT = 0;
        /// `name`
        const NAME = 1;
        /// `x`
        const X = 2;
        /// `new_x`
        const NEW_X = 3;
        /// `bytes`
        const BYTES = 4;
        /// `counter`
        const COUNTER = 5;
    }
}

fields! {
    pub enum SettingField for Setting, SettingColumns {
        Value: Option<SettingValue> = value => union [TEXT, X, NEW_X, BYTES, COUNTER],
        Name: String = name => NAME,
    }
}

views!(Setting, SettingRef, SettingMut);

impl Row for Setting {
    type Tables = Tables;

    const TABLE: TableId = TableId(0);
    const INFO: &'static TableInfo = &TableInfo {
        name: "settings",
        id: "id",
        columns: &["text", "name", "x", "new_x", "bytes", "counter"],
        foreign_keys: &[],
        indexes: &[IndexInfo::unique(&[1])],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: SettingColumns = SettingColumns::X.union(SettingColumns::NEW_X);
    const INDEXED: SettingColumns = SettingColumns::NAME;
    const CHECKED: SettingColumns = SettingColumns::empty();

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
            0 => self.value.part(0),
            1 => self.name.as_str().into(),
            2 => self.value.part(1),
            3 => self.value.part(2),
            4 => self.value.part(3),
            5 => self.value.part(4),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            value: row.union(&[0, 2, 3, 4, 5])?,
            name: row.read(1)?,
        })
    }
}

impl Standalone for Setting {}

impl Setting {
    /// The setting with this `name`. O(1).
    pub fn find_by_name<'w>(world: &'w World, name: &str) -> Option<SettingRef<'w>> {
        let (key, _) = world
            .settings
            .find(0, name, |row| row.name == name)
            .next()?;
        world.get(key).ok()
    }
}

impl SettingMut<'_> {
    /// Sets [`Setting::value`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN.
    #[inline]
    pub fn set_value(&mut self, value: Option<SettingValue>) -> Result<(), Error> {
        self.0.set(SettingField::Value(value))
    }

    /// Sets [`Setting::name`].
    ///
    /// # Errors
    /// [`Error::NotUnique`] when another setting has it.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(SettingField::Name(name.into()))
    }
}

/// Handle of a row of `marks` in memory.
pub type MarkKey = Key<Mark>;
/// `marks.id`
pub type MarkId = Id<Mark>;

/// A mark has one kind of value only.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mark {
    /// `low`, `high`: one value.
    pub range: Range,
}

columns! {
    /// Columns of `marks`.
    pub struct MarkColumns: u8 {
        /// `low`
        const LOW = 0;
        /// `high`
        const HIGH = 1;
    }
}

fields! {
    pub enum MarkField for Mark, MarkColumns {
        Range: Range = range => union [LOW, HIGH],
    }
}

views!(Mark, MarkRef, MarkMut);

impl Row for Mark {
    type Tables = Tables;

    const TABLE: TableId = TableId(1);
    const INFO: &'static TableInfo = &TableInfo {
        name: "marks",
        id: "id",
        columns: &["low", "high"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: MarkColumns = MarkColumns::empty();
    const INDEXED: MarkColumns = MarkColumns::empty();
    const CHECKED: MarkColumns = MarkColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0..2 => self.range.part(column),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            range: row.union(&[0, 1])?,
        })
    }
}

impl Standalone for Mark {}

impl MarkMut<'_> {
    /// Sets [`Mark::range`].
    #[inline]
    pub fn set_range(&mut self, range: Range) {
        self.0.put(MarkField::Range(range));
    }
}
