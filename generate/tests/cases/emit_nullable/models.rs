// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    ColumnProblem, Error, Id, IndexHasher, IndexInfo, Key, Row, RowReader, Rows, Standalone, Table,
    TableId, TableInfo, TableKind, Value, columns, fields, tables, text_enum, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// Every type with and without NULL and DEFAULT.
    0 => samples: Table<Sample>,
}

text_enum! {
    /// One of the texts that `mood_plain` can have.
    pub enum MoodPlain {
        Calm = "CALM",
        Wild = "WILD",
    }
}

text_enum! {
    /// One of the texts that `mood_wild` can have.
    pub enum MoodWild {
        Calm = "CALM",
        Wild = "WILD",
    }
}

text_enum! {
    /// One of the texts that `mood_null` can have.
    pub enum MoodNull {
        Calm = "CALM",
        Wild = "WILD",
    }
}

text_enum! {
    /// One of the texts that `mood_null_calm` can have.
    pub enum MoodNullCalm {
        Calm = "CALM",
        Wild = "WILD",
    }
}

/// Handle of a row of `samples` in memory.
pub type SampleKey = Key<Sample>;
/// `samples.id`
pub type SampleId = Id<Sample>;

/// Every type with and without NULL and DEFAULT.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// `bool_zero INTEGER NOT NULL DEFAULT 0 CHECK (bool_zero IN (0, 1))`
    pub bool_zero: bool,
    /// `bool_one INTEGER NOT NULL DEFAULT 1 CHECK (bool_one IN (0, 1))`
    pub bool_one: bool,
    /// `bool_null INTEGER CHECK (bool_null IN (0, 1))`
    pub bool_null: Option<bool>,
    /// `bool_null_zero INTEGER DEFAULT 0 CHECK (bool_null_zero IN (0, 1))`
    pub bool_null_zero: Option<bool>,
    /// `int_zero INTEGER NOT NULL DEFAULT 0`
    pub int_zero: i64,
    /// `int_least INTEGER NOT NULL DEFAULT -9223372036854775808`
    pub int_least: i64,
    /// `int_null INTEGER DEFAULT NULL`
    pub int_null: Option<i64>,
    /// `int_null_five INTEGER DEFAULT 5`
    pub int_null_five: Option<i64>,
    /// `real_half REAL NOT NULL DEFAULT 0.5`
    pub real_half: f64,
    /// `real_whole REAL NOT NULL DEFAULT -2`
    pub real_whole: f64,
    /// `real_null REAL`
    pub real_null: Option<f64>,
    /// `real_null_big REAL DEFAULT 1e300`
    pub real_null_big: Option<f64>,
    /// `text_empty TEXT NOT NULL DEFAULT ''`
    pub text_empty: String,
    /// `text_quote TEXT NOT NULL DEFAULT 'a''b"c\d'`
    pub text_quote: String,
    /// `text_null TEXT`
    pub text_null: Option<String>,
    /// `text_null_some TEXT DEFAULT 'some'`
    pub text_null_some: Option<String>,
    /// `blob_empty BLOB NOT NULL DEFAULT x''`
    pub blob_empty: Vec<u8>,
    /// `blob_bytes BLOB NOT NULL DEFAULT x'00ff'`
    pub blob_bytes: Vec<u8>,
    /// `blob_null BLOB`
    pub blob_null: Option<Vec<u8>>,
    /// `blob_null_some BLOB DEFAULT x'01'`
    pub blob_null_some: Option<Vec<u8>>,
    /// `mood_plain TEXT NOT NULL CHECK (mood_plain IN ('CALM', 'WILD'))`
    pub mood_plain: MoodPlain,
    /// `mood_wild TEXT NOT NULL DEFAULT 'WILD' CHECK (mood_wild IN ('CALM', 'WILD'))`
    pub mood_wild: MoodWild,
    /// `mood_null TEXT CHECK (mood_null IN ('CALM', 'WILD'))`
    pub mood_null: Option<MoodNull>,
    /// `mood_null_calm TEXT DEFAULT 'CALM' CHECK (mood_null_calm IN ('CALM', 'WILD'))`
    pub mood_null_calm: Option<MoodNullCalm>,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            bool_zero: false,
            bool_one: true,
            bool_null: None,
            bool_null_zero: Some(false),
            int_zero: 0,
            int_least: -9223372036854775808,
            int_null: None,
            int_null_five: Some(5),
            real_half: 0.5,
            real_whole: -2.0,
            real_null: None,
            real_null_big: Some(1e300),
            text_empty: String::new(),
            text_quote: "a'b\"c\\d".to_owned(),
            text_null: None,
            text_null_some: Some("some".to_owned()),
            blob_empty: Vec::new(),
            blob_bytes: vec![0, 255],
            blob_null: None,
            blob_null_some: Some(vec![1]),
            mood_plain: MoodPlain::default(),
            mood_wild: MoodWild::Wild,
            mood_null: None,
            mood_null_calm: Some(MoodNullCalm::Calm),
        }
    }
}

columns! {
    /// Columns of `samples`.
    pub struct SampleColumns: u32 {
        /// `bool_zero`
        const BOOL_ZERO = 0;
        /// `bool_one`
        const BOOL_ONE = 1;
        /// `bool_null`
        const BOOL_NULL = 2;
        /// `bool_null_zero`
        const BOOL_NULL_ZERO = 3;
        /// `int_zero`
        const INT_ZERO = 4;
        /// `int_least`
        const INT_LEAST = 5;
        /// `int_null`
        const INT_NULL = 6;
        /// `int_null_five`
        const INT_NULL_FIVE = 7;
        /// `real_half`
        const REAL_HALF = 8;
        /// `real_whole`
        const REAL_WHOLE = 9;
        /// `real_null`
        const REAL_NULL = 10;
        /// `real_null_big`
        const REAL_NULL_BIG = 11;
        /// `text_empty`
        const TEXT_EMPTY = 12;
        /// `text_quote`
        const TEXT_QUOTE = 13;
        /// `text_null`
        const TEXT_NULL = 14;
        /// `text_null_some`
        const TEXT_NULL_SOME = 15;
        /// `blob_empty`
        const BLOB_EMPTY = 16;
        /// `blob_bytes`
        const BLOB_BYTES = 17;
        /// `blob_null`
        const BLOB_NULL = 18;
        /// `blob_null_some`
        const BLOB_NULL_SOME = 19;
        /// `mood_plain`
        const MOOD_PLAIN = 20;
        /// `mood_wild`
        const MOOD_WILD = 21;
        /// `mood_null`
        const MOOD_NULL = 22;
        /// `mood_null_calm`
        const MOOD_NULL_CALM = 23;
    }
}

fields! {
    pub enum SampleField for Sample, SampleColumns {
        BoolZero: bool = bool_zero => BOOL_ZERO,
        BoolOne: bool = bool_one => BOOL_ONE,
        BoolNull: Option<bool> = bool_null => BOOL_NULL,
        BoolNullZero: Option<bool> = bool_null_zero => BOOL_NULL_ZERO,
        IntZero: i64 = int_zero => INT_ZERO,
        IntLeast: i64 = int_least => INT_LEAST,
        IntNull: Option<i64> = int_null => INT_NULL,
        IntNullFive: Option<i64> = int_null_five => INT_NULL_FIVE,
        RealHalf: f64 = real_half => REAL_HALF,
        RealWhole: f64 = real_whole => REAL_WHOLE,
        RealNull: Option<f64> = real_null => REAL_NULL,
        RealNullBig: Option<f64> = real_null_big => REAL_NULL_BIG,
        TextEmpty: String = text_empty => TEXT_EMPTY,
        TextQuote: String = text_quote => TEXT_QUOTE,
        TextNull: Option<String> = text_null => TEXT_NULL,
        TextNullSome: Option<String> = text_null_some => TEXT_NULL_SOME,
        BlobEmpty: Vec<u8> = blob_empty => BLOB_EMPTY,
        BlobBytes: Vec<u8> = blob_bytes => BLOB_BYTES,
        BlobNull: Option<Vec<u8>> = blob_null => BLOB_NULL,
        BlobNullSome: Option<Vec<u8>> = blob_null_some => BLOB_NULL_SOME,
        MoodPlain: MoodPlain = mood_plain => MOOD_PLAIN,
        MoodWild: MoodWild = mood_wild => MOOD_WILD,
        MoodNull: Option<MoodNull> = mood_null => MOOD_NULL,
        MoodNullCalm: Option<MoodNullCalm> = mood_null_calm => MOOD_NULL_CALM,
    }
}

views!(Sample, SampleRef, SampleMut);

impl Row for Sample {
    type Tables = Tables;

    const TABLE: TableId = TableId(0);
    const INFO: &'static TableInfo = &TableInfo {
        name: "samples",
        id: "id",
        columns: &[
            "bool_zero",
            "bool_one",
            "bool_null",
            "bool_null_zero",
            "int_zero",
            "int_least",
            "int_null",
            "int_null_five",
            "real_half",
            "real_whole",
            "real_null",
            "real_null_big",
            "text_empty",
            "text_quote",
            "text_null",
            "text_null_some",
            "blob_empty",
            "blob_bytes",
            "blob_null",
            "blob_null_some",
            "mood_plain",
            "mood_wild",
            "mood_null",
            "mood_null_calm",
        ],
        foreign_keys: &[],
        indexes: &[
            IndexInfo::unique(&[14]),
            IndexInfo::plain(&[6]),
            IndexInfo::plain(&[10]),
            IndexInfo::plain(&[18]),
            IndexInfo::plain(&[22]),
        ],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: SampleColumns = SampleColumns::REAL_HALF
        .union(SampleColumns::REAL_WHOLE)
        .union(SampleColumns::REAL_NULL)
        .union(SampleColumns::REAL_NULL_BIG);
    const INDEXED: SampleColumns = SampleColumns::INT_NULL
        .union(SampleColumns::REAL_NULL)
        .union(SampleColumns::TEXT_NULL)
        .union(SampleColumns::BLOB_NULL)
        .union(SampleColumns::MOOD_NULL);
    const CHECKED: SampleColumns = SampleColumns::empty();

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash(self.text_null.as_deref()?)),
            1 => Some(hasher.hash(self.int_null?)),
            2 => Some(hasher.hash((self.real_null? + 0.0).to_bits())),
            3 => Some(hasher.hash(self.blob_null.as_deref()?)),
            4 => Some(hasher.hash(self.mood_null?)),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.text_null == other.text_null,
            1 => self.int_null == other.int_null,
            2 => self.real_null == other.real_null,
            3 => self.blob_null == other.blob_null,
            4 => self.mood_null == other.mood_null,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.bool_zero.into(),
            1 => self.bool_one.into(),
            2 => self.bool_null.into(),
            3 => self.bool_null_zero.into(),
            4 => self.int_zero.into(),
            5 => self.int_least.into(),
            6 => self.int_null.into(),
            7 => self.int_null_five.into(),
            8 => self.real_half.into(),
            9 => self.real_whole.into(),
            10 => self.real_null.into(),
            11 => self.real_null_big.into(),
            12 => self.text_empty.as_str().into(),
            13 => self.text_quote.as_str().into(),
            14 => self.text_null.as_deref().into(),
            15 => self.text_null_some.as_deref().into(),
            16 => self.blob_empty.as_slice().into(),
            17 => self.blob_bytes.as_slice().into(),
            18 => self.blob_null.as_deref().into(),
            19 => self.blob_null_some.as_deref().into(),
            20 => self.mood_plain.into(),
            21 => self.mood_wild.into(),
            22 => self.mood_null.into(),
            23 => self.mood_null_calm.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            bool_zero: row.read(0)?,
            bool_one: row.read(1)?,
            bool_null: row.read(2)?,
            bool_null_zero: row.read(3)?,
            int_zero: row.read(4)?,
            int_least: row.read(5)?,
            int_null: row.read(6)?,
            int_null_five: row.read(7)?,
            real_half: row.read(8)?,
            real_whole: row.read(9)?,
            real_null: row.read(10)?,
            real_null_big: row.read(11)?,
            text_empty: row.read(12)?,
            text_quote: row.read(13)?,
            text_null: row.read(14)?,
            text_null_some: row.read(15)?,
            blob_empty: row.read(16)?,
            blob_bytes: row.read(17)?,
            blob_null: row.read(18)?,
            blob_null_some: row.read(19)?,
            mood_plain: row.read(20)?,
            mood_wild: row.read(21)?,
            mood_null: row.read(22)?,
            mood_null_calm: row.read(23)?,
        })
    }
}

impl Standalone for Sample {}

impl Sample {
    /// The sample with this `text_null`. O(1).
    pub fn find_by_text_null<'w>(world: &'w World, text_null: &str) -> Option<SampleRef<'w>> {
        let (key, _) = world
            .samples
            .find(0, text_null, |row| {
                row.text_null.as_deref() == Some(text_null)
            })
            .next()?;
        world.get(key).ok()
    }

    /// The samples with this `int_null`, in order of their ids. O(1).
    pub fn find_by_int_null(world: &World, int_null: i64) -> Rows<'_, Sample> {
        world
            .samples
            .find(1, int_null, |row| row.int_null == Some(int_null))
    }

    /// The samples with this `real_null`, in order of their ids. O(1).
    pub fn find_by_real_null(world: &World, real_null: f64) -> Rows<'_, Sample> {
        world.samples.find(2, (real_null + 0.0).to_bits(), |row| {
            row.real_null == Some(real_null)
        })
    }

    /// The samples with this `blob_null`, in order of their ids. O(1).
    pub fn find_by_blob_null<'w>(world: &'w World, blob_null: &[u8]) -> Rows<'w, Sample> {
        world.samples.find(3, blob_null, |row| {
            row.blob_null.as_deref() == Some(blob_null)
        })
    }

    /// The samples with this `mood_null`, in order of their ids. O(1).
    pub fn find_by_mood_null(world: &World, mood_null: MoodNull) -> Rows<'_, Sample> {
        world
            .samples
            .find(4, mood_null, |row| row.mood_null == Some(mood_null))
    }
}

impl SampleMut<'_> {
    /// Sets [`Sample::bool_zero`].
    #[inline]
    pub fn set_bool_zero(&mut self, bool_zero: bool) {
        self.0.put(SampleField::BoolZero(bool_zero));
    }

    /// Sets [`Sample::bool_one`].
    #[inline]
    pub fn set_bool_one(&mut self, bool_one: bool) {
        self.0.put(SampleField::BoolOne(bool_one));
    }

    /// Sets [`Sample::bool_null`].
    #[inline]
    pub fn set_bool_null(&mut self, bool_null: Option<bool>) {
        self.0.put(SampleField::BoolNull(bool_null));
    }

    /// Sets [`Sample::bool_null_zero`].
    #[inline]
    pub fn set_bool_null_zero(&mut self, bool_null_zero: Option<bool>) {
        self.0.put(SampleField::BoolNullZero(bool_null_zero));
    }

    /// Sets [`Sample::int_zero`].
    #[inline]
    pub fn set_int_zero(&mut self, int_zero: i64) {
        self.0.put(SampleField::IntZero(int_zero));
    }

    /// Sets [`Sample::int_least`].
    #[inline]
    pub fn set_int_least(&mut self, int_least: i64) {
        self.0.put(SampleField::IntLeast(int_least));
    }

    /// Sets [`Sample::int_null`].
    #[inline]
    pub fn set_int_null(&mut self, int_null: Option<i64>) {
        self.0.put(SampleField::IntNull(int_null));
    }

    /// Sets [`Sample::int_null_five`].
    #[inline]
    pub fn set_int_null_five(&mut self, int_null_five: Option<i64>) {
        self.0.put(SampleField::IntNullFive(int_null_five));
    }

    /// Sets [`Sample::real_half`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN.
    #[inline]
    pub fn set_real_half(&mut self, real_half: f64) -> Result<(), Error> {
        self.0.set(SampleField::RealHalf(real_half))
    }

    /// Sets [`Sample::real_whole`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN.
    #[inline]
    pub fn set_real_whole(&mut self, real_whole: f64) -> Result<(), Error> {
        self.0.set(SampleField::RealWhole(real_whole))
    }

    /// Sets [`Sample::real_null`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN.
    #[inline]
    pub fn set_real_null(&mut self, real_null: Option<f64>) -> Result<(), Error> {
        self.0.set(SampleField::RealNull(real_null))
    }

    /// Sets [`Sample::real_null_big`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN.
    #[inline]
    pub fn set_real_null_big(&mut self, real_null_big: Option<f64>) -> Result<(), Error> {
        self.0.set(SampleField::RealNullBig(real_null_big))
    }

    /// Sets [`Sample::text_empty`].
    #[inline]
    pub fn set_text_empty(&mut self, text_empty: impl Into<String>) {
        self.0.put(SampleField::TextEmpty(text_empty.into()));
    }

    /// Sets [`Sample::text_quote`].
    #[inline]
    pub fn set_text_quote(&mut self, text_quote: impl Into<String>) {
        self.0.put(SampleField::TextQuote(text_quote.into()));
    }

    /// Sets [`Sample::text_null`].
    ///
    /// # Errors
    /// [`Error::NotUnique`] when another sample has it.
    #[inline]
    pub fn set_text_null(&mut self, text_null: Option<String>) -> Result<(), Error> {
        self.0.set(SampleField::TextNull(text_null))
    }

    /// Sets [`Sample::text_null_some`].
    #[inline]
    pub fn set_text_null_some(&mut self, text_null_some: Option<String>) {
        self.0.put(SampleField::TextNullSome(text_null_some));
    }

    /// Sets [`Sample::blob_empty`].
    #[inline]
    pub fn set_blob_empty(&mut self, blob_empty: impl Into<Vec<u8>>) {
        self.0.put(SampleField::BlobEmpty(blob_empty.into()));
    }

    /// Sets [`Sample::blob_bytes`].
    #[inline]
    pub fn set_blob_bytes(&mut self, blob_bytes: impl Into<Vec<u8>>) {
        self.0.put(SampleField::BlobBytes(blob_bytes.into()));
    }

    /// Sets [`Sample::blob_null`].
    #[inline]
    pub fn set_blob_null(&mut self, blob_null: Option<Vec<u8>>) {
        self.0.put(SampleField::BlobNull(blob_null));
    }

    /// Sets [`Sample::blob_null_some`].
    #[inline]
    pub fn set_blob_null_some(&mut self, blob_null_some: Option<Vec<u8>>) {
        self.0.put(SampleField::BlobNullSome(blob_null_some));
    }

    /// Sets [`Sample::mood_plain`].
    #[inline]
    pub fn set_mood_plain(&mut self, mood_plain: MoodPlain) {
        self.0.put(SampleField::MoodPlain(mood_plain));
    }

    /// Sets [`Sample::mood_wild`].
    #[inline]
    pub fn set_mood_wild(&mut self, mood_wild: MoodWild) {
        self.0.put(SampleField::MoodWild(mood_wild));
    }

    /// Sets [`Sample::mood_null`].
    #[inline]
    pub fn set_mood_null(&mut self, mood_null: Option<MoodNull>) {
        self.0.put(SampleField::MoodNull(mood_null));
    }

    /// Sets [`Sample::mood_null_calm`].
    #[inline]
    pub fn set_mood_null_calm(&mut self, mood_null_calm: Option<MoodNullCalm>) {
        self.0.put(SampleField::MoodNullCalm(mood_null_calm));
    }
}
