// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity, tables, text_enum};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// Every type with and without NULL and DEFAULT.
    samples: Table<Sample>,
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

entity! {
    /// Every type with and without NULL and DEFAULT.
    pub struct Sample in Tables.samples {
        /// `bool_zero INTEGER NOT NULL DEFAULT 0 CHECK (bool_zero IN (0, 1))`
        BoolZero bool_zero: bool = BOOL_ZERO "bool_zero";
        /// `bool_one INTEGER NOT NULL DEFAULT 1 CHECK (bool_one IN (0, 1))`
        BoolOne bool_one: bool = BOOL_ONE "bool_one" default true;
        /// `bool_null INTEGER CHECK (bool_null IN (0, 1))`
        BoolNull bool_null: Option<bool> = BOOL_NULL "bool_null";
        /// `bool_null_zero INTEGER DEFAULT 0 CHECK (bool_null_zero IN (0, 1))`
        BoolNullZero bool_null_zero: Option<bool> = BOOL_NULL_ZERO "bool_null_zero" default Some(false);
        /// `int_zero INTEGER NOT NULL DEFAULT 0`
        IntZero int_zero: i64 = INT_ZERO "int_zero";
        /// `int_least INTEGER NOT NULL DEFAULT -9223372036854775808`
        IntLeast int_least: i64 = INT_LEAST "int_least" default -9223372036854775808;
        /// `int_null INTEGER DEFAULT NULL`
        IntNull int_null: Option<i64> = INT_NULL "int_null";
        /// `int_null_five INTEGER DEFAULT 5`
        IntNullFive int_null_five: Option<i64> = INT_NULL_FIVE "int_null_five" default Some(5);
        /// `real_half REAL NOT NULL DEFAULT 0.5`
        RealHalf real_half: f64 = REAL_HALF "real_half" default 0.5;
        /// `real_whole REAL NOT NULL DEFAULT -2`
        RealWhole real_whole: f64 = REAL_WHOLE "real_whole" default -2.0;
        /// `real_null REAL`
        RealNull real_null: Option<f64> = REAL_NULL "real_null";
        /// `real_null_big REAL DEFAULT 1e300`
        RealNullBig real_null_big: Option<f64> = REAL_NULL_BIG "real_null_big" default Some(1e300);
        /// `text_empty TEXT NOT NULL DEFAULT ''`
        TextEmpty text_empty: String = TEXT_EMPTY "text_empty";
        /// `text_quote TEXT NOT NULL DEFAULT 'a''b"c\d'`
        TextQuote text_quote: String = TEXT_QUOTE "text_quote" default "a'b\"c\\d".to_owned();
        /// `text_null TEXT`
        TextNull text_null: Option<String> = TEXT_NULL "text_null";
        /// `text_null_some TEXT DEFAULT 'some'`
        TextNullSome text_null_some: Option<String> = TEXT_NULL_SOME "text_null_some" default Some("some".to_owned());
        /// `blob_empty BLOB NOT NULL DEFAULT x''`
        BlobEmpty blob_empty: Vec<u8> = BLOB_EMPTY "blob_empty";
        /// `blob_bytes BLOB NOT NULL DEFAULT x'00ff'`
        BlobBytes blob_bytes: Vec<u8> = BLOB_BYTES "blob_bytes" default vec![0, 255];
        /// `blob_null BLOB`
        BlobNull blob_null: Option<Vec<u8>> = BLOB_NULL "blob_null";
        /// `blob_null_some BLOB DEFAULT x'01'`
        BlobNullSome blob_null_some: Option<Vec<u8>> = BLOB_NULL_SOME "blob_null_some" default Some(vec![1]);
        /// `mood_plain TEXT NOT NULL CHECK (mood_plain IN ('CALM', 'WILD'))`
        MoodPlain mood_plain: MoodPlain = MOOD_PLAIN "mood_plain";
        /// `mood_wild TEXT NOT NULL DEFAULT 'WILD' CHECK (mood_wild IN ('CALM', 'WILD'))`
        MoodWild mood_wild: MoodWild = MOOD_WILD "mood_wild" default MoodWild::Wild;
        /// `mood_null TEXT CHECK (mood_null IN ('CALM', 'WILD'))`
        MoodNull mood_null: Option<MoodNull> = MOOD_NULL "mood_null";
        /// `mood_null_calm TEXT DEFAULT 'CALM' CHECK (mood_null_calm IN ('CALM', 'WILD'))`
        MoodNullCalm mood_null_calm: Option<MoodNullCalm> = MOOD_NULL_CALM "mood_null_calm" default Some(MoodNullCalm::Calm);
    }
    table "samples", id "id", standalone;
    types SampleKey, SampleId, SampleColumns(u32), SampleField, SampleRef, SampleMut;
    indexes {
        unique BY_TEXT_NULL [text_null: TEXT_NULL];
        plain BY_INT_NULL [int_null: INT_NULL];
        plain BY_REAL_NULL [real_null: REAL_NULL];
        plain BY_BLOB_NULL [blob_null: BLOB_NULL];
        plain BY_MOOD_NULL [mood_null: MOOD_NULL];
    }
}

#[allow(dead_code)]
impl Sample {
    /// The sample with this `text_null`. O(1).
    pub fn find_by_text_null<'w>(world: &'w World, text_null: &str) -> Option<SampleRef<'w>> {
        let (key, _) = world
            .samples
            .find(Self::BY_TEXT_NULL, text_null, |row| {
                row.text_null.as_deref() == Some(text_null)
            })
            .next()?;
        world.get(key).ok()
    }

    /// The samples with this `int_null`, in order of their ids. O(1).
    pub fn find_by_int_null(world: &World, int_null: i64) -> Rows<'_, Sample> {
        world.samples.find(Self::BY_INT_NULL, int_null, |row| {
            row.int_null == Some(int_null)
        })
    }

    /// The samples with this `real_null`, in order of their ids. O(1).
    pub fn find_by_real_null(world: &World, real_null: f64) -> Rows<'_, Sample> {
        world
            .samples
            .find(Self::BY_REAL_NULL, (real_null + 0.0).to_bits(), |row| {
                row.real_null == Some(real_null)
            })
    }

    /// The samples with this `blob_null`, in order of their ids. O(1).
    pub fn find_by_blob_null<'w>(world: &'w World, blob_null: &[u8]) -> Rows<'w, Sample> {
        world.samples.find(Self::BY_BLOB_NULL, blob_null, |row| {
            row.blob_null.as_deref() == Some(blob_null)
        })
    }

    /// The samples with this `mood_null`, in order of their ids. O(1).
    pub fn find_by_mood_null(world: &World, mood_null: MoodNull) -> Rows<'_, Sample> {
        world.samples.find(Self::BY_MOOD_NULL, mood_null, |row| {
            row.mood_null == Some(mood_null)
        })
    }
}

#[allow(dead_code)]
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
    /// [`gamedb::ErrorKind::NotANumber`] for NaN.
    #[inline]
    pub fn set_real_half(&mut self, real_half: f64) -> Result<(), Error> {
        self.0.set(SampleField::RealHalf(real_half))
    }

    /// Sets [`Sample::real_whole`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN.
    #[inline]
    pub fn set_real_whole(&mut self, real_whole: f64) -> Result<(), Error> {
        self.0.set(SampleField::RealWhole(real_whole))
    }

    /// Sets [`Sample::real_null`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN.
    #[inline]
    pub fn set_real_null(&mut self, real_null: Option<f64>) -> Result<(), Error> {
        self.0.set(SampleField::RealNull(real_null))
    }

    /// Sets [`Sample::real_null_big`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN.
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
    /// [`gamedb::ErrorKind::NotUnique`] when another sample has it.
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
