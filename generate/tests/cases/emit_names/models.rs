// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    ColumnProblem, Error, ForeignKey, Id, IndexHasher, IndexInfo, Key, RawKey, Row, RowReader,
    Rows, Standalone, Table, TableId, TableInfo, TableKind, Value, columns, fields, id_of,
    id_of_optional, tables, text_enum, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// Words that mean something in Rust, in SQL, in Markdown, or in generated code.
    0 => r#type: Table<Type>,
    /// \`\`\`
    /// panic!("this is no doctest");
    /// \`\`\`
    /// indented, \[linked\] and \<tagged>
    /// \- a list
    /// goes on
    /// \# Heading
    1 => parents: Table<ParentRow>,
    /// The rows of `values`.
    2 => values: Table<ValueRow>,
    /// The rows of `owners`.
    3 => owners: Table<OwnerRow>,
    /// The rows of `tables`.
    4 => tables: Table<TableRow>,
    /// The rows of `errors`.
    5 => errors: Table<ErrorRow>,
    /// The rows of `type_fields`.
    6 => type_fields: Table<TypeFieldRow>,
    /// The rows of `players`.
    7 => players: Table<Player>,
    /// The rows of `player_keys`.
    8 => player_keys: Table<PlayerKeyRow>,
}

text_enum! {
    /// One of the texts that `flags` can have.
    pub enum Flags {
        AB = "a\"b",
        Self_ = "Self",
        _1 = "1",
        Self2 = "self",
        Empty = "",
    }
}

/// Handle of a row of `type` in memory.
pub type TypeKey = Key<Type>;
/// `type.id`
pub type TypeId = Id<Type>;

/// Words that mean something in Rust, in SQL, in Markdown, or in generated code.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// `"self" INTEGER REFERENCES "type" (id) ON DELETE SET NULL`
    pub self_: Option<TypeKey>,
    /// `"super" TEXT`
    pub super_: Option<String>,
    /// `"fn" TEXT NOT NULL UNIQUE`
    pub r#fn: String,
    /// `"world" TEXT NOT NULL`
    pub world: String,
    /// `"row" INTEGER NOT NULL`
    pub row: i64,
    /// `"key" REAL NOT NULL`
    pub key: f64,
    /// Ends here */ or "there" or \`here.
    pub r#match: ParentRowKey,
    /// `"TABLE" INTEGER REFERENCES parents (id)`
    pub table: Option<ParentRowKey>,
    /// `"INFO_id" INTEGER REFERENCES parents (id)`
    pub info: Option<ParentRowKey>,
    /// `"naïve col" TEXT`
    pub naïve_col: Option<String>,
    /// ``"a`b" BLOB NOT NULL``
    pub a_b: Vec<u8>,
    /// `"1st" INTEGER NOT NULL DEFAULT 1`
    pub _1st: i64,
    /// `"quo""te" TEXT NOT NULL DEFAULT 'it''s "here"'`
    pub quo_te: String,
    /// `a_b INTEGER NOT NULL`
    pub a_b_2: i64,
    /// `ab INTEGER NOT NULL`
    pub ab: i64,
    /// `a_1 INTEGER NOT NULL`
    pub a_1: i64,
    /// `a1 INTEGER NOT NULL`
    pub a1: i64,
    /// `a__b INTEGER NOT NULL`
    pub a_b_3: i64,
    /// `_x INTEGER NOT NULL`
    pub _x: i64,
    /// `from_parent INTEGER REFERENCES parents (id)`
    pub from_parent: Option<ParentRowKey>,
    /// `"flags" TEXT NOT NULL CHECK ("flags" IN ('a"b', 'Self', '1', 'self', ''))`
    pub flags: Flags,
}

impl Default for Type {
    fn default() -> Self {
        Self {
            self_: None,
            super_: None,
            r#fn: String::new(),
            world: String::new(),
            row: 0,
            key: 0.0,
            r#match: Key::null(),
            table: None,
            info: None,
            naïve_col: None,
            a_b: Vec::new(),
            _1st: 1,
            quo_te: "it's \"here\"".to_owned(),
            a_b_2: 0,
            ab: 0,
            a_1: 0,
            a1: 0,
            a_b_3: 0,
            _x: 0,
            from_parent: None,
            flags: Flags::default(),
        }
    }
}

columns! {
    /// Columns of `type`.
    pub struct TypeColumns: u32 {
        /// `self`
        const SELF = 0;
        /// `super`
        const SUPER = 1;
        /// `fn`
        const FN = 2;
        /// `world`
        const WORLD = 3;
        /// `row`
        const ROW = 4;
        /// `key`
        const KEY = 5;
        /// `match`
        const MATCH = 6;
        /// `TABLE`
        const TABLE = 7;
        /// `INFO_id`
        const INFO_ID = 8;
        /// `naïve col`
        const NAÏVE_COL = 9;
        /// `` a`b ``
        const A_B = 10;
        /// `1st`
        const _1ST = 11;
        /// `quo"te`
        const QUO_TE = 12;
        /// `a_b`
        const A_B_ = 13;
        /// `ab`
        const AB = 14;
        /// `a_1`
        const A_1 = 15;
        /// `a1`
        const A1 = 16;
        /// `a__b`
        const A_B2 = 17;
        /// `_x`
        const X = 18;
        /// `from_parent`
        const FROM_PARENT = 19;
        /// `flags`
        const FLAGS_ = 20;
    }
}

fields! {
    pub enum TypeField for Type, TypeColumns {
        Self_: Option<TypeKey> = self_ => SELF,
        Super: Option<String> = super_ => SUPER,
        Fn: String = r#fn => FN,
        World: String = world => WORLD,
        Row: i64 = row => ROW,
        Key: f64 = key => KEY,
        Match: ParentRowKey = r#match => MATCH,
        Table: Option<ParentRowKey> = table => TABLE,
        Info: Option<ParentRowKey> = info => INFO_ID,
        NaïveCol: Option<String> = naïve_col => NAÏVE_COL,
        AB: Vec<u8> = a_b => A_B,
        _1st: i64 = _1st => _1ST,
        QuoTe: String = quo_te => QUO_TE,
        AB2: i64 = a_b_2 => A_B_,
        Ab: i64 = ab => AB,
        A1: i64 = a_1 => A_1,
        A12: i64 = a1 => A1,
        AB3: i64 = a_b_3 => A_B2,
        X: i64 = _x => X,
        FromParent: Option<ParentRowKey> = from_parent => FROM_PARENT,
        Flags: Flags = flags => FLAGS_,
    }
}

views!(Type, TypeRef, TypeMut);

impl Type {
    // Positions of the foreign keys in `INFO`.
    const SELF: usize = 0;
    const MATCH: usize = 1;
    const TABLE_KEY: usize = 2;
    const INFO_ID: usize = 3;
    const FROM_PARENT: usize = 4;
}

impl Row for Type {
    type Tables = Tables;

    const TABLE: TableId = TableId(0);
    const INFO: &'static TableInfo = &TableInfo {
        name: "type",
        id: "id",
        columns: &[
            "self",
            "super",
            "fn",
            "world",
            "row",
            "key",
            "match",
            "TABLE",
            "INFO_id",
            "naïve col",
            "a`b",
            "1st",
            "quo\"te",
            "a_b",
            "ab",
            "a_1",
            "a1",
            "a__b",
            "_x",
            "from_parent",
            "flags",
        ],
        foreign_keys: &[
            ForeignKey::to(0, Type::TABLE).set_null(),
            ForeignKey::to(6, ParentRow::TABLE),
            ForeignKey::to(7, ParentRow::TABLE),
            ForeignKey::to(8, ParentRow::TABLE),
            ForeignKey::to(19, ParentRow::TABLE),
        ],
        indexes: &[
            IndexInfo::unique(&[2]),
            IndexInfo::unique(&[3, 4, 5]),
            IndexInfo::plain(&[5]),
            IndexInfo::plain(&[4, 6]),
        ],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: TypeColumns = TypeColumns::KEY;
    const INDEXED: TypeColumns = TypeColumns::SELF
        .union(TypeColumns::FN)
        .union(TypeColumns::WORLD)
        .union(TypeColumns::ROW)
        .union(TypeColumns::KEY)
        .union(TypeColumns::MATCH)
        .union(TypeColumns::TABLE)
        .union(TypeColumns::INFO_ID)
        .union(TypeColumns::FROM_PARENT);
    const CHECKED: TypeColumns = TypeColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::SELF => self.self_.map(Key::raw),
            Self::MATCH => Some(self.r#match.raw()),
            Self::TABLE_KEY => self.table.map(Key::raw),
            Self::INFO_ID => self.info.map(Key::raw),
            Self::FROM_PARENT => self.from_parent.map(Key::raw),
            _ => None,
        }
    }

    fn orphaned(foreign_key: usize) -> Option<TypeField> {
        match foreign_key {
            Self::SELF => Some(TypeField::Self_(None)),
            _ => None,
        }
    }

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash(self.r#fn.as_str())),
            1 => Some(hasher.hash((self.world.as_str(), self.row, (self.key + 0.0).to_bits()))),
            2 => Some(hasher.hash((self.key + 0.0).to_bits())),
            3 => Some(hasher.hash((self.row, self.r#match))),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.r#fn == other.r#fn,
            1 => self.world == other.world && self.row == other.row && self.key == other.key,
            2 => self.key == other.key,
            3 => self.row == other.row && self.r#match == other.r#match,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of_optional(tables, self.self_),
            1 => self.super_.as_deref().into(),
            2 => self.r#fn.as_str().into(),
            3 => self.world.as_str().into(),
            4 => self.row.into(),
            5 => self.key.into(),
            6 => id_of(tables, self.r#match),
            7 => id_of_optional(tables, self.table),
            8 => id_of_optional(tables, self.info),
            9 => self.naïve_col.as_deref().into(),
            10 => self.a_b.as_slice().into(),
            11 => self._1st.into(),
            12 => self.quo_te.as_str().into(),
            13 => self.a_b_2.into(),
            14 => self.ab.into(),
            15 => self.a_1.into(),
            16 => self.a1.into(),
            17 => self.a_b_3.into(),
            18 => self._x.into(),
            19 => id_of_optional(tables, self.from_parent),
            20 => self.flags.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            self_: row.optional_key(0)?,
            super_: row.read(1)?,
            r#fn: row.read(2)?,
            world: row.read(3)?,
            row: row.read(4)?,
            key: row.read(5)?,
            r#match: row.key(6)?,
            table: row.optional_key(7)?,
            info: row.optional_key(8)?,
            naïve_col: row.read(9)?,
            a_b: row.read(10)?,
            _1st: row.read(11)?,
            quo_te: row.read(12)?,
            a_b_2: row.read(13)?,
            ab: row.read(14)?,
            a_1: row.read(15)?,
            a1: row.read(16)?,
            a_b_3: row.read(17)?,
            _x: row.read(18)?,
            from_parent: row.optional_key(19)?,
            flags: row.read(20)?,
        })
    }
}

impl Standalone for Type {}

impl Type {
    /// The type whose `self` is this type, in order of their ids. O(1).
    pub fn find_by_self(world: &World, self_: TypeKey) -> Rows<'_, Type> {
        world.r#type.children(Self::SELF, self_.raw())
    }

    /// The type whose `match` is this parent, in order of their ids. O(1).
    pub fn find_by_match(world: &World, r#match: ParentRowKey) -> Rows<'_, Type> {
        world.r#type.children(Self::MATCH, r#match.raw())
    }

    /// The type whose `TABLE` is this parent, in order of their ids. O(1).
    pub fn find_by_table(world: &World, table: ParentRowKey) -> Rows<'_, Type> {
        world.r#type.children(Self::TABLE_KEY, table.raw())
    }

    /// The type whose `INFO_id` is this parent, in order of their ids. O(1).
    pub fn find_by_info(world: &World, info: ParentRowKey) -> Rows<'_, Type> {
        world.r#type.children(Self::INFO_ID, info.raw())
    }

    /// The type whose `from_parent` is this parent, in order of their ids. O(1).
    pub fn find_by_from_parent(world: &World, from_parent: ParentRowKey) -> Rows<'_, Type> {
        world.r#type.children(Self::FROM_PARENT, from_parent.raw())
    }

    /// The type with this `fn`. O(1).
    pub fn find_by_fn<'w>(world: &'w World, r#fn: &str) -> Option<TypeRef<'w>> {
        let (key, _) = world.r#type.find(0, r#fn, |row| row.r#fn == r#fn).next()?;
        world.get(key).ok()
    }

    /// The type with these `world`, `row`, `key`. O(1).
    pub fn find_by_world_and_row_and_key<'w>(
        world: &'w World,
        its_world: &str,
        its_row: i64,
        its_key: f64,
    ) -> Option<TypeRef<'w>> {
        let (key, _) = world
            .r#type
            .find(1, (its_world, its_row, (its_key + 0.0).to_bits()), |row| {
                row.world == its_world && row.row == its_row && row.key == its_key
            })
            .next()?;
        world.get(key).ok()
    }

    /// The type with this `key`, in order of their ids. O(1).
    pub fn find_by_key(world: &World, its_key: f64) -> Rows<'_, Type> {
        world
            .r#type
            .find(2, (its_key + 0.0).to_bits(), |row| row.key == its_key)
    }

    /// The type with these `row`, `match`, in order of their ids. O(1).
    pub fn find_by_row_and_match(
        world: &World,
        its_row: i64,
        r#match: ParentRowKey,
    ) -> Rows<'_, Type> {
        world.r#type.find(3, (its_row, r#match), |row| {
            row.row == its_row && row.r#match == r#match
        })
    }
}

impl<'w> TypeRef<'w> {
    /// The type that `self` names, if it names one. O(1).
    #[inline]
    pub fn self_(self) -> Option<TypeRef<'w>> {
        self.0.parent(self.self_?)
    }

    /// The parent that `match` names. O(1).
    #[inline]
    pub fn r#match(self) -> ParentRowRef<'w> {
        self.0.required_parent(self.r#match)
    }

    /// The parent that `TABLE` names, if it names one. O(1).
    #[inline]
    pub fn table(self) -> Option<ParentRowRef<'w>> {
        self.0.parent(self.table?)
    }

    /// The parent that `INFO_id` names, if it names one. O(1).
    #[inline]
    pub fn info(self) -> Option<ParentRowRef<'w>> {
        self.0.parent(self.info?)
    }

    /// The parent that `from_parent` names, if it names one. O(1).
    #[allow(clippy::wrong_self_convention, reason = "named after the schema")]
    #[inline]
    pub fn from_parent(self) -> Option<ParentRowRef<'w>> {
        self.0.parent(self.from_parent?)
    }

    /// The type whose `self` names this type, in order of their ids. O(1).
    pub fn r#type(self) -> Rows<'w, Type> {
        self.0.children(Type::SELF)
    }
}

impl TypeMut<'_> {
    /// Sets [`Type::self_`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the type is not there.
    #[inline]
    pub fn set_self(&mut self, self_: Option<TypeKey>) -> Result<(), Error> {
        self.0.set(TypeField::Self_(self_))
    }

    /// Sets [`Type::super_`].
    #[inline]
    pub fn set_super(&mut self, super_: Option<String>) {
        self.0.put(TypeField::Super(super_));
    }

    /// Sets [`Type::fn`].
    ///
    /// # Errors
    /// [`Error::NotUnique`] when another type has it.
    #[inline]
    pub fn set_fn(&mut self, r#fn: impl Into<String>) -> Result<(), Error> {
        self.0.set(TypeField::Fn(r#fn.into()))
    }

    /// Sets [`Type::world`].
    ///
    /// # Errors
    /// [`Error::NotUnique`] when another type has the same `world`, `row`, `key`.
    #[inline]
    pub fn set_world(&mut self, world: impl Into<String>) -> Result<(), Error> {
        self.0.set(TypeField::World(world.into()))
    }

    /// Sets [`Type::row`].
    ///
    /// # Errors
    /// [`Error::NotUnique`] when another type has the same `world`, `row`, `key`.
    #[inline]
    pub fn set_row(&mut self, row: i64) -> Result<(), Error> {
        self.0.set(TypeField::Row(row))
    }

    /// Sets [`Type::key`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN,
    /// [`Error::NotUnique`] when another type has the same `world`, `row`, `key`.
    #[inline]
    pub fn set_key(&mut self, key: f64) -> Result<(), Error> {
        self.0.set(TypeField::Key(key))
    }

    /// Sets [`Type::match`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the parent is not there.
    #[inline]
    pub fn set_match(&mut self, r#match: ParentRowKey) -> Result<(), Error> {
        self.0.set(TypeField::Match(r#match))
    }

    /// Sets [`Type::table`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the parent is not there.
    #[inline]
    pub fn set_table(&mut self, table: Option<ParentRowKey>) -> Result<(), Error> {
        self.0.set(TypeField::Table(table))
    }

    /// Sets [`Type::info`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the parent is not there.
    #[inline]
    pub fn set_info(&mut self, info: Option<ParentRowKey>) -> Result<(), Error> {
        self.0.set(TypeField::Info(info))
    }

    /// Sets [`Type::naïve_col`].
    #[inline]
    pub fn set_naïve_col(&mut self, naïve_col: Option<String>) {
        self.0.put(TypeField::NaïveCol(naïve_col));
    }

    /// Sets [`Type::a_b`].
    #[inline]
    pub fn set_a_b(&mut self, a_b: impl Into<Vec<u8>>) {
        self.0.put(TypeField::AB(a_b.into()));
    }

    /// Sets [`Type::_1st`].
    #[inline]
    pub fn set_1st(&mut self, _1st: i64) {
        self.0.put(TypeField::_1st(_1st));
    }

    /// Sets [`Type::quo_te`].
    #[inline]
    pub fn set_quo_te(&mut self, quo_te: impl Into<String>) {
        self.0.put(TypeField::QuoTe(quo_te.into()));
    }

    /// Sets [`Type::a_b_2`].
    #[inline]
    pub fn set_a_b_2(&mut self, a_b_2: i64) {
        self.0.put(TypeField::AB2(a_b_2));
    }

    /// Sets [`Type::ab`].
    #[inline]
    pub fn set_ab(&mut self, ab: i64) {
        self.0.put(TypeField::Ab(ab));
    }

    /// Sets [`Type::a_1`].
    #[inline]
    pub fn set_a_1(&mut self, a_1: i64) {
        self.0.put(TypeField::A1(a_1));
    }

    /// Sets [`Type::a1`].
    #[inline]
    pub fn set_a1(&mut self, a1: i64) {
        self.0.put(TypeField::A12(a1));
    }

    /// Sets [`Type::a_b_3`].
    #[inline]
    pub fn set_a_b_3(&mut self, a_b_3: i64) {
        self.0.put(TypeField::AB3(a_b_3));
    }

    /// Sets [`Type::_x`].
    #[inline]
    pub fn set_x(&mut self, _x: i64) {
        self.0.put(TypeField::X(_x));
    }

    /// Sets [`Type::from_parent`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the parent is not there.
    #[inline]
    pub fn set_from_parent(&mut self, from_parent: Option<ParentRowKey>) -> Result<(), Error> {
        self.0.set(TypeField::FromParent(from_parent))
    }

    /// Sets [`Type::flags`].
    #[inline]
    pub fn set_flags(&mut self, flags: Flags) {
        self.0.put(TypeField::Flags(flags));
    }
}

/// Handle of a row of `parents` in memory.
pub type ParentRowKey = Key<ParentRow>;
/// `parents.id`
pub type ParentRowId = Id<ParentRow>;

/// \`\`\`
/// panic!("this is no doctest");
/// \`\`\`
/// indented, \[linked\] and \<tagged>
/// \- a list
/// goes on
/// \# Heading
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParentRow {}

columns! {
    /// Columns of `parents`.
    pub struct ParentRowColumns: u8 {
    }
}

fields! {
    pub enum ParentRowField for ParentRow, ParentRowColumns {
    }
}

views!(ParentRow, ParentRowRef, ParentRowMut);

impl Row for ParentRow {
    type Tables = Tables;

    const TABLE: TableId = TableId(1);
    const INFO: &'static TableInfo = &TableInfo {
        name: "parents",
        id: "id",
        columns: &[],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: ParentRowColumns = ParentRowColumns::empty();
    const INDEXED: ParentRowColumns = ParentRowColumns::empty();
    const CHECKED: ParentRowColumns = ParentRowColumns::empty();

    fn value<'a>(&'a self, _: usize, _: &'a Tables) -> Value<'a> {
        Value::Null
    }

    fn load(_: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {})
    }
}

impl Standalone for ParentRow {}

impl<'w> ParentRowRef<'w> {
    /// The type whose `match` names this parent, in order of their ids. O(1).
    pub fn type_by_match(self) -> Rows<'w, Type> {
        self.0.children(Type::MATCH)
    }

    /// The type whose `TABLE` names this parent, in order of their ids. O(1).
    pub fn type_by_table(self) -> Rows<'w, Type> {
        self.0.children(Type::TABLE_KEY)
    }

    /// The type whose `INFO_id` names this parent, in order of their ids. O(1).
    pub fn type_by_info(self) -> Rows<'w, Type> {
        self.0.children(Type::INFO_ID)
    }

    /// The type whose `from_parent` names this parent, in order of their ids. O(1).
    pub fn type_by_from_parent(self) -> Rows<'w, Type> {
        self.0.children(Type::FROM_PARENT)
    }
}

/// Handle of a row of `values` in memory.
pub type ValueRowKey = Key<ValueRow>;
/// `values.id`
pub type ValueRowId = Id<ValueRow>;

/// A row of `values`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueRow {
    /// `"value" REAL`
    pub value: Option<f64>,
}

columns! {
    /// Columns of `values`.
    pub struct ValueRowColumns: u8 {
        /// `value`
        const VALUE = 0;
    }
}

fields! {
    pub enum ValueRowField for ValueRow, ValueRowColumns {
        Value: Option<f64> = value => VALUE,
    }
}

views!(ValueRow, ValueRowRef, ValueRowMut);

impl Row for ValueRow {
    type Tables = Tables;

    const TABLE: TableId = TableId(2);
    const INFO: &'static TableInfo = &TableInfo {
        name: "values",
        id: "id",
        columns: &["value"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: ValueRowColumns = ValueRowColumns::VALUE;
    const INDEXED: ValueRowColumns = ValueRowColumns::empty();
    const CHECKED: ValueRowColumns = ValueRowColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.value.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            value: row.read(0)?,
        })
    }
}

impl Standalone for ValueRow {}

impl ValueRowMut<'_> {
    /// Sets [`ValueRow::value`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN.
    #[inline]
    pub fn set_value(&mut self, value: Option<f64>) -> Result<(), Error> {
        self.0.set(ValueRowField::Value(value))
    }
}

/// Handle of a row of `owners` in memory.
pub type OwnerRowKey = Key<OwnerRow>;
/// `owners.id`
pub type OwnerRowId = Id<OwnerRow>;

/// A row of `owners`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnerRow {
    /// `"owner" TEXT`
    pub owner: Option<String>,
}

columns! {
    /// Columns of `owners`.
    pub struct OwnerRowColumns: u8 {
        /// `owner`
        const OWNER = 0;
    }
}

fields! {
    pub enum OwnerRowField for OwnerRow, OwnerRowColumns {
        Owner: Option<String> = owner => OWNER,
    }
}

views!(OwnerRow, OwnerRowRef, OwnerRowMut);

impl Row for OwnerRow {
    type Tables = Tables;

    const TABLE: TableId = TableId(3);
    const INFO: &'static TableInfo = &TableInfo {
        name: "owners",
        id: "id",
        columns: &["owner"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: OwnerRowColumns = OwnerRowColumns::empty();
    const INDEXED: OwnerRowColumns = OwnerRowColumns::empty();
    const CHECKED: OwnerRowColumns = OwnerRowColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.owner.as_deref().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            owner: row.read(0)?,
        })
    }
}

impl Standalone for OwnerRow {}

impl OwnerRowMut<'_> {
    /// Sets [`OwnerRow::owner`].
    #[inline]
    pub fn set_owner(&mut self, owner: Option<String>) {
        self.0.put(OwnerRowField::Owner(owner));
    }
}

/// Handle of a row of `tables` in memory.
pub type TableRowKey = Key<TableRow>;
/// `tables.id`
pub type TableRowId = Id<TableRow>;

/// A row of `tables`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableRow {
    /// `"table" BLOB`
    pub table: Option<Vec<u8>>,
}

columns! {
    /// Columns of `tables`.
    pub struct TableRowColumns: u8 {
        /// `table`
        const TABLE = 0;
    }
}

fields! {
    pub enum TableRowField for TableRow, TableRowColumns {
        Table: Option<Vec<u8>> = table => TABLE,
    }
}

views!(TableRow, TableRowRef, TableRowMut);

impl Row for TableRow {
    type Tables = Tables;

    const TABLE: TableId = TableId(4);
    const INFO: &'static TableInfo = &TableInfo {
        name: "tables",
        id: "id",
        columns: &["table"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: TableRowColumns = TableRowColumns::empty();
    const INDEXED: TableRowColumns = TableRowColumns::empty();
    const CHECKED: TableRowColumns = TableRowColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.table.as_deref().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            table: row.read(0)?,
        })
    }
}

impl Standalone for TableRow {}

impl TableRowMut<'_> {
    /// Sets [`TableRow::table`].
    #[inline]
    pub fn set_table(&mut self, table: Option<Vec<u8>>) {
        self.0.put(TableRowField::Table(table));
    }
}

/// Handle of a row of `errors` in memory.
pub type ErrorRowKey = Key<ErrorRow>;
/// `errors.id`
pub type ErrorRowId = Id<ErrorRow>;

/// A row of `errors`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorRow {
    /// `"error" TEXT NOT NULL`
    pub error: String,
}

columns! {
    /// Columns of `errors`.
    pub struct ErrorRowColumns: u8 {
        /// `error`
        const ERROR = 0;
    }
}

fields! {
    pub enum ErrorRowField for ErrorRow, ErrorRowColumns {
        Error: String = error => ERROR,
    }
}

views!(ErrorRow, ErrorRowRef, ErrorRowMut);

impl Row for ErrorRow {
    type Tables = Tables;

    const TABLE: TableId = TableId(5);
    const INFO: &'static TableInfo = &TableInfo {
        name: "errors",
        id: "id",
        columns: &["error"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: ErrorRowColumns = ErrorRowColumns::empty();
    const INDEXED: ErrorRowColumns = ErrorRowColumns::empty();
    const CHECKED: ErrorRowColumns = ErrorRowColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.error.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            error: row.read(0)?,
        })
    }
}

impl Standalone for ErrorRow {}

impl ErrorRowMut<'_> {
    /// Sets [`ErrorRow::error`].
    #[inline]
    pub fn set_error(&mut self, error: impl Into<String>) {
        self.0.put(ErrorRowField::Error(error.into()));
    }
}

/// Handle of a row of `type_fields` in memory.
pub type TypeFieldRowKey = Key<TypeFieldRow>;
/// `type_fields.id`
pub type TypeFieldRowId = Id<TypeFieldRow>;

/// A row of `type_fields`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TypeFieldRow {
    /// `type_columns INTEGER NOT NULL`
    pub type_columns: i64,
}

columns! {
    /// Columns of `type_fields`.
    pub struct TypeFieldRowColumns: u8 {
        /// `type_columns`
        const TYPE_COLUMNS = 0;
    }
}

fields! {
    pub enum TypeFieldRowField for TypeFieldRow, TypeFieldRowColumns {
        TypeColumns: i64 = type_columns => TYPE_COLUMNS,
    }
}

views!(TypeFieldRow, TypeFieldRowRef, TypeFieldRowMut);

impl Row for TypeFieldRow {
    type Tables = Tables;

    const TABLE: TableId = TableId(6);
    const INFO: &'static TableInfo = &TableInfo {
        name: "type_fields",
        id: "id",
        columns: &["type_columns"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: TypeFieldRowColumns = TypeFieldRowColumns::empty();
    const INDEXED: TypeFieldRowColumns = TypeFieldRowColumns::empty();
    const CHECKED: TypeFieldRowColumns = TypeFieldRowColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.type_columns.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            type_columns: row.read(0)?,
        })
    }
}

impl Standalone for TypeFieldRow {}

impl TypeFieldRowMut<'_> {
    /// Sets [`TypeFieldRow::type_columns`].
    #[inline]
    pub fn set_type_columns(&mut self, type_columns: i64) {
        self.0.put(TypeFieldRowField::TypeColumns(type_columns));
    }
}

/// Handle of a row of `players` in memory.
pub type PlayerKey = Key<Player>;
/// `players.id`
pub type PlayerId = Id<Player>;

/// A row of `players`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Player {
    /// `player_key TEXT NOT NULL`
    pub player_key: String,
}

columns! {
    /// Columns of `players`.
    pub struct PlayerColumns: u8 {
        /// `player_key`
        const PLAYER_KEY = 0;
    }
}

fields! {
    pub enum PlayerField for Player, PlayerColumns {
        PlayerKey: String = player_key => PLAYER_KEY,
    }
}

views!(Player, PlayerRef, PlayerMut);

impl Row for Player {
    type Tables = Tables;

    const TABLE: TableId = TableId(7);
    const INFO: &'static TableInfo = &TableInfo {
        name: "players",
        id: "id",
        columns: &["player_key"],
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
            0 => self.player_key.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            player_key: row.read(0)?,
        })
    }
}

impl Standalone for Player {}

impl<'w> PlayerRef<'w> {
    /// The player keys whose `player_id` names this player, in order of their ids. O(1).
    pub fn player_keys(self) -> Rows<'w, PlayerKeyRow> {
        self.0.children(PlayerKeyRow::PLAYER_ID)
    }
}

impl PlayerMut<'_> {
    /// Sets [`Player::player_key`].
    #[inline]
    pub fn set_player_key(&mut self, player_key: impl Into<String>) {
        self.0.put(PlayerField::PlayerKey(player_key.into()));
    }
}

/// Handle of a row of `player_keys` in memory.
pub type PlayerKeyRowKey = Key<PlayerKeyRow>;
/// `player_keys.id`
pub type PlayerKeyRowId = Id<PlayerKeyRow>;

/// A row of `player_keys`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlayerKeyRow {
    /// `player_id INTEGER NOT NULL REFERENCES players (id)`
    pub player: PlayerKey,
}

columns! {
    /// Columns of `player_keys`.
    pub struct PlayerKeyRowColumns: u8 {
        /// `player_id`
        const PLAYER_ID = 0;
    }
}

fields! {
    pub enum PlayerKeyRowField for PlayerKeyRow, PlayerKeyRowColumns {
        Player: PlayerKey = player => PLAYER_ID,
    }
}

views!(PlayerKeyRow, PlayerKeyRowRef, PlayerKeyRowMut);

impl PlayerKeyRow {
    // Positions of the foreign keys in `INFO`.
    const PLAYER_ID: usize = 0;
}

impl Row for PlayerKeyRow {
    type Tables = Tables;

    const TABLE: TableId = TableId(8);
    const INFO: &'static TableInfo = &TableInfo {
        name: "player_keys",
        id: "id",
        columns: &["player_id"],
        foreign_keys: &[ForeignKey::to(0, Player::TABLE)],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: PlayerKeyRowColumns = PlayerKeyRowColumns::empty();
    const INDEXED: PlayerKeyRowColumns = PlayerKeyRowColumns::PLAYER_ID;
    const CHECKED: PlayerKeyRowColumns = PlayerKeyRowColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::PLAYER_ID => Some(self.player.raw()),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.player),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            player: row.key(0)?,
        })
    }
}

impl Standalone for PlayerKeyRow {}

impl PlayerKeyRow {
    /// The player keys whose `player_id` is this player, in order of their ids. O(1).
    pub fn find_by_player(world: &World, player: PlayerKey) -> Rows<'_, PlayerKeyRow> {
        world.player_keys.children(Self::PLAYER_ID, player.raw())
    }
}

impl<'w> PlayerKeyRowRef<'w> {
    /// The player that `player_id` names. O(1).
    #[inline]
    pub fn player(self) -> PlayerRef<'w> {
        self.0.required_parent(self.player)
    }
}

impl PlayerKeyRowMut<'_> {
    /// Sets [`PlayerKeyRow::player`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the player is not there.
    #[inline]
    pub fn set_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.set(PlayerKeyRowField::Player(player))
    }
}
