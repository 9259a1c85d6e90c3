// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    Check, ColumnProblem, Comparison, Error, ForeignKey, Id, Key, Operand, RawKey, Row, RowReader,
    Rows, Standalone, Table, TableId, TableInfo, TableKind, Value, columns, fields, id_of_optional,
    tables, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// Bounds that memory keeps, and those that only the file does.
    0 => fighters: Table<Fighter>,
}

/// Handle of a row of `fighters` in memory.
pub type FighterKey = Key<Fighter>;
/// `fighters.id`
pub type FighterId = Id<Fighter>;

/// Bounds that memory keeps, and those that only the file does.
#[derive(Clone, Debug, PartialEq)]
pub struct Fighter {
    /// `name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 12)`
    pub name: String,
    /// `title TEXT CHECK (title IS NULL OR title <> '')`
    pub title: Option<String>,
    /// `level INTEGER NOT NULL DEFAULT 1 CHECK (level >= 1 AND level <= 99)`
    pub level: i64,
    /// `hp INTEGER NOT NULL DEFAULT 10 CHECK (0 <= hp)`
    pub hp: i64,
    /// `max_hp INTEGER NOT NULL DEFAULT 10`
    pub max_hp: i64,
    /// `luck REAL NOT NULL CHECK (luck > -1.5 AND luck < 1.5)`
    pub luck: f64,
    /// `rank TEXT NOT NULL DEFAULT 'M' COLLATE NOCASE CHECK (rank >= 'A')`
    pub rank: String,
    /// `badge BLOB CHECK (length(badge) = 4)`
    pub badge: Option<Vec<u8>>,
    /// `rival_id INTEGER REFERENCES fighters (id) ON DELETE SET NULL`
    pub rival: Option<FighterKey>,
    /// `friend_id INTEGER REFERENCES fighters (id) ON DELETE SET NULL`
    pub friend: Option<FighterKey>,
}

impl Default for Fighter {
    fn default() -> Self {
        Self {
            name: String::new(),
            title: None,
            level: 1,
            hp: 10,
            max_hp: 10,
            luck: 0.0,
            rank: "M".to_owned(),
            badge: None,
            rival: None,
            friend: None,
        }
    }
}

columns! {
    /// Columns of `fighters`.
    pub struct FighterColumns: u16 {
        /// `name`
        const NAME = 0;
        /// `title`
        const TITLE = 1;
        /// `level`
        const LEVEL = 2;
        /// `hp`
        const HP = 3;
        /// `max_hp`
        const MAX_HP = 4;
        /// `luck`
        const LUCK = 5;
        /// `rank`
        const RANK = 6;
        /// `badge`
        const BADGE = 7;
        /// `rival_id`
        const RIVAL_ID = 8;
        /// `friend_id`
        const FRIEND_ID = 9;
    }
}

fields! {
    pub enum FighterField for Fighter, FighterColumns {
        Name: String = name => NAME,
        Title: Option<String> = title => TITLE,
        Level: i64 = level => LEVEL,
        Hp: i64 = hp => HP,
        MaxHp: i64 = max_hp => MAX_HP,
        Luck: f64 = luck => LUCK,
        Rank: String = rank => RANK,
        Badge: Option<Vec<u8>> = badge => BADGE,
        Rival: Option<FighterKey> = rival => RIVAL_ID,
        Friend: Option<FighterKey> = friend => FRIEND_ID,
    }
}

views!(Fighter, FighterRef, FighterMut);

impl Fighter {
    // Positions of the foreign keys in `INFO`.
    const RIVAL_ID: usize = 0;
    const FRIEND_ID: usize = 1;
}

impl Row for Fighter {
    type Tables = Tables;

    const TABLE: TableId = TableId(0);
    const INFO: &'static TableInfo = &TableInfo {
        name: "fighters",
        id: "id",
        columns: &[
            "name",
            "title",
            "level",
            "hp",
            "max_hp",
            "luck",
            "rank",
            "badge",
            "rival_id",
            "friend_id",
        ],
        foreign_keys: &[
            ForeignKey::to(8, Fighter::TABLE).set_null(),
            ForeignKey::to(9, Fighter::TABLE).set_null(),
        ],
        indexes: &[],
        checks: &[
            Check::new(
                "length(name) BETWEEN 1 AND 12",
                Operand::Length(0),
                Comparison::GreaterOrEqual,
                Operand::Integer(1),
            ),
            Check::new(
                "length(name) BETWEEN 1 AND 12",
                Operand::Length(0),
                Comparison::LessOrEqual,
                Operand::Integer(12),
            ),
            Check::new(
                "title IS NULL OR title <> ''",
                Operand::Column(1),
                Comparison::NotEqual,
                Operand::Text(""),
            ),
            Check::new(
                "level >= 1 AND level <= 99",
                Operand::Column(2),
                Comparison::GreaterOrEqual,
                Operand::Integer(1),
            ),
            Check::new(
                "level >= 1 AND level <= 99",
                Operand::Column(2),
                Comparison::LessOrEqual,
                Operand::Integer(99),
            ),
            Check::new(
                "0 <= hp",
                Operand::Integer(0),
                Comparison::LessOrEqual,
                Operand::Column(3),
            ),
            Check::new(
                "luck > -1.5 AND luck < 1.5",
                Operand::Column(5),
                Comparison::Greater,
                Operand::Real(-1.5),
            ),
            Check::new(
                "luck > -1.5 AND luck < 1.5",
                Operand::Column(5),
                Comparison::Less,
                Operand::Real(1.5),
            ),
            Check::new(
                "length(badge) = 4",
                Operand::Length(7),
                Comparison::Equal,
                Operand::Integer(4),
            ),
            Check::new(
                "hp <= max_hp",
                Operand::Column(3),
                Comparison::LessOrEqual,
                Operand::Column(4),
            ),
            Check::new(
                "rival_id <> friend_id",
                Operand::Column(8),
                Comparison::NotEqual,
                Operand::Column(9),
            ),
        ],
        kind: TableKind::Entity,
    };
    const REALS: FighterColumns = FighterColumns::LUCK;
    const INDEXED: FighterColumns = FighterColumns::RIVAL_ID.union(FighterColumns::FRIEND_ID);
    const CHECKED: FighterColumns = FighterColumns::NAME
        .union(FighterColumns::TITLE)
        .union(FighterColumns::LEVEL)
        .union(FighterColumns::HP)
        .union(FighterColumns::MAX_HP)
        .union(FighterColumns::LUCK)
        .union(FighterColumns::BADGE)
        .union(FighterColumns::RIVAL_ID)
        .union(FighterColumns::FRIEND_ID);

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::RIVAL_ID => self.rival.map(Key::raw),
            Self::FRIEND_ID => self.friend.map(Key::raw),
            _ => None,
        }
    }

    fn orphaned(foreign_key: usize) -> Option<FighterField> {
        match foreign_key {
            Self::RIVAL_ID => Some(FighterField::Rival(None)),
            Self::FRIEND_ID => Some(FighterField::Friend(None)),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => self.name.as_str().into(),
            1 => self.title.as_deref().into(),
            2 => self.level.into(),
            3 => self.hp.into(),
            4 => self.max_hp.into(),
            5 => self.luck.into(),
            6 => self.rank.as_str().into(),
            7 => self.badge.as_deref().into(),
            8 => id_of_optional(tables, self.rival),
            9 => id_of_optional(tables, self.friend),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            name: row.read(0)?,
            title: row.read(1)?,
            level: row.read(2)?,
            hp: row.read(3)?,
            max_hp: row.read(4)?,
            luck: row.read(5)?,
            rank: row.read(6)?,
            badge: row.read(7)?,
            rival: row.optional_key(8)?,
            friend: row.optional_key(9)?,
        })
    }
}

impl Standalone for Fighter {}

impl Fighter {
    /// The fighters whose `rival_id` is this fighter, in order of their ids. O(1).
    pub fn find_by_rival(world: &World, rival: FighterKey) -> Rows<'_, Fighter> {
        world.fighters.children(Self::RIVAL_ID, rival.raw())
    }

    /// The fighters whose `friend_id` is this fighter, in order of their ids. O(1).
    pub fn find_by_friend(world: &World, friend: FighterKey) -> Rows<'_, Fighter> {
        world.fighters.children(Self::FRIEND_ID, friend.raw())
    }
}

impl<'w> FighterRef<'w> {
    /// The fighter that `rival_id` names, if it names one. O(1).
    #[inline]
    pub fn rival(self) -> Option<FighterRef<'w>> {
        self.0.parent(self.rival?)
    }

    /// The fighter that `friend_id` names, if it names one. O(1).
    #[inline]
    pub fn friend(self) -> Option<FighterRef<'w>> {
        self.0.parent(self.friend?)
    }

    /// The fighters whose `rival_id` names this fighter, in order of their ids. O(1).
    pub fn fighters_by_rival(self) -> Rows<'w, Fighter> {
        self.0.children(Fighter::RIVAL_ID)
    }

    /// The fighters whose `friend_id` names this fighter, in order of their ids. O(1).
    pub fn fighters_by_friend(self) -> Rows<'w, Fighter> {
        self.0.children(Fighter::FRIEND_ID)
    }
}

impl FighterMut<'_> {
    /// Sets [`Fighter::name`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `length(name) BETWEEN 1 AND 12`.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(FighterField::Name(name.into()))
    }

    /// Sets [`Fighter::title`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `title IS NULL OR title <> ''`.
    #[inline]
    pub fn set_title(&mut self, title: Option<String>) -> Result<(), Error> {
        self.0.set(FighterField::Title(title))
    }

    /// Sets [`Fighter::level`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `level >= 1 AND level <= 99`.
    #[inline]
    pub fn set_level(&mut self, level: i64) -> Result<(), Error> {
        self.0.set(FighterField::Level(level))
    }

    /// Sets [`Fighter::hp`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `0 <= hp`,
    /// [`Error::CheckFailed`] unless `hp <= max_hp`.
    #[inline]
    pub fn set_hp(&mut self, hp: i64) -> Result<(), Error> {
        self.0.set(FighterField::Hp(hp))
    }

    /// Sets [`Fighter::max_hp`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `hp <= max_hp`.
    #[inline]
    pub fn set_max_hp(&mut self, max_hp: i64) -> Result<(), Error> {
        self.0.set(FighterField::MaxHp(max_hp))
    }

    /// Sets [`Fighter::luck`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN,
    /// [`Error::CheckFailed`] unless `luck > -1.5 AND luck < 1.5`.
    #[inline]
    pub fn set_luck(&mut self, luck: f64) -> Result<(), Error> {
        self.0.set(FighterField::Luck(luck))
    }

    /// Sets [`Fighter::rank`].
    #[inline]
    pub fn set_rank(&mut self, rank: impl Into<String>) {
        self.0.put(FighterField::Rank(rank.into()));
    }

    /// Sets [`Fighter::badge`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `length(badge) = 4`.
    #[inline]
    pub fn set_badge(&mut self, badge: Option<Vec<u8>>) -> Result<(), Error> {
        self.0.set(FighterField::Badge(badge))
    }

    /// Sets [`Fighter::rival`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the fighter is not there,
    /// [`Error::CheckFailed`] unless `rival_id <> friend_id`.
    #[inline]
    pub fn set_rival(&mut self, rival: Option<FighterKey>) -> Result<(), Error> {
        self.0.set(FighterField::Rival(rival))
    }

    /// Sets [`Fighter::friend`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the fighter is not there,
    /// [`Error::CheckFailed`] unless `rival_id <> friend_id`.
    #[inline]
    pub fn set_friend(&mut self, friend: Option<FighterKey>) -> Result<(), Error> {
        self.0.set(FighterField::Friend(friend))
    }
}
