// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    ColumnProblem, Error, Id, Key, Row, RowReader, Standalone, Table, TableId, TableInfo,
    TableKind, Value, columns, fields, tables, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `wide`.
    0 => wide: Table<Wide>,
}

/// Handle of a row of `wide` in memory.
pub type WideKey = Key<Wide>;
/// `wide.id`
pub type WideId = Id<Wide>;

/// A row of `wide`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wide {
    /// `column_1 INTEGER NOT NULL`
    pub column_1: i64,
    /// `column_2 INTEGER NOT NULL`
    pub column_2: i64,
    /// `column_3 INTEGER NOT NULL`
    pub column_3: i64,
    /// `column_4 INTEGER NOT NULL`
    pub column_4: i64,
    /// `column_5 INTEGER NOT NULL`
    pub column_5: i64,
    /// `column_6 INTEGER NOT NULL`
    pub column_6: i64,
    /// `column_7 INTEGER NOT NULL`
    pub column_7: i64,
    /// `column_8 INTEGER NOT NULL`
    pub column_8: i64,
    /// `column_9 INTEGER NOT NULL`
    pub column_9: i64,
    /// `column_10 INTEGER NOT NULL`
    pub column_10: i64,
    /// `column_11 INTEGER NOT NULL`
    pub column_11: i64,
    /// `column_12 INTEGER NOT NULL`
    pub column_12: i64,
    /// `column_13 INTEGER NOT NULL`
    pub column_13: i64,
    /// `column_14 INTEGER NOT NULL`
    pub column_14: i64,
    /// `column_15 INTEGER NOT NULL`
    pub column_15: i64,
    /// `column_16 INTEGER NOT NULL`
    pub column_16: i64,
    /// `column_17 INTEGER NOT NULL`
    pub column_17: i64,
    /// `column_18 INTEGER NOT NULL`
    pub column_18: i64,
    /// `column_19 INTEGER NOT NULL`
    pub column_19: i64,
    /// `column_20 INTEGER NOT NULL`
    pub column_20: i64,
    /// `column_21 INTEGER NOT NULL`
    pub column_21: i64,
    /// `column_22 INTEGER NOT NULL`
    pub column_22: i64,
    /// `column_23 INTEGER NOT NULL`
    pub column_23: i64,
    /// `column_24 INTEGER NOT NULL`
    pub column_24: i64,
    /// `column_25 INTEGER NOT NULL`
    pub column_25: i64,
    /// `column_26 INTEGER NOT NULL`
    pub column_26: i64,
    /// `column_27 INTEGER NOT NULL`
    pub column_27: i64,
    /// `column_28 INTEGER NOT NULL`
    pub column_28: i64,
    /// `column_29 INTEGER NOT NULL`
    pub column_29: i64,
    /// `column_30 INTEGER NOT NULL`
    pub column_30: i64,
    /// `column_31 INTEGER NOT NULL`
    pub column_31: i64,
    /// `column_32 INTEGER NOT NULL`
    pub column_32: i64,
    /// `column_33 INTEGER NOT NULL`
    pub column_33: i64,
    /// `column_34 INTEGER NOT NULL`
    pub column_34: i64,
    /// `column_35 INTEGER NOT NULL`
    pub column_35: i64,
    /// `column_36 INTEGER NOT NULL`
    pub column_36: i64,
    /// `column_37 INTEGER NOT NULL`
    pub column_37: i64,
    /// `column_38 INTEGER NOT NULL`
    pub column_38: i64,
    /// `column_39 INTEGER NOT NULL`
    pub column_39: i64,
    /// `column_40 INTEGER NOT NULL`
    pub column_40: i64,
    /// `column_41 INTEGER NOT NULL`
    pub column_41: i64,
    /// `column_42 INTEGER NOT NULL`
    pub column_42: i64,
    /// `column_43 INTEGER NOT NULL`
    pub column_43: i64,
    /// `column_44 INTEGER NOT NULL`
    pub column_44: i64,
    /// `column_45 INTEGER NOT NULL`
    pub column_45: i64,
    /// `column_46 INTEGER NOT NULL`
    pub column_46: i64,
    /// `column_47 INTEGER NOT NULL`
    pub column_47: i64,
    /// `column_48 INTEGER NOT NULL`
    pub column_48: i64,
    /// `column_49 INTEGER NOT NULL`
    pub column_49: i64,
    /// `column_50 INTEGER NOT NULL`
    pub column_50: i64,
    /// `column_51 INTEGER NOT NULL`
    pub column_51: i64,
    /// `column_52 INTEGER NOT NULL`
    pub column_52: i64,
    /// `column_53 INTEGER NOT NULL`
    pub column_53: i64,
    /// `column_54 INTEGER NOT NULL`
    pub column_54: i64,
    /// `column_55 INTEGER NOT NULL`
    pub column_55: i64,
    /// `column_56 INTEGER NOT NULL`
    pub column_56: i64,
    /// `column_57 INTEGER NOT NULL`
    pub column_57: i64,
    /// `column_58 INTEGER NOT NULL`
    pub column_58: i64,
    /// `column_59 INTEGER NOT NULL`
    pub column_59: i64,
    /// `column_60 INTEGER NOT NULL`
    pub column_60: i64,
    /// `column_61 INTEGER NOT NULL`
    pub column_61: i64,
    /// `column_62 INTEGER NOT NULL`
    pub column_62: i64,
    /// `column_63 INTEGER NOT NULL`
    pub column_63: i64,
    /// `column_64 REAL`
    pub column_64: Option<f64>,
}

columns! {
    /// Columns of `wide`.
    pub struct WideColumns: u64 {
        /// `column_1`
        const COLUMN_1 = 0;
        /// `column_2`
        const COLUMN_2 = 1;
        /// `column_3`
        const COLUMN_3 = 2;
        /// `column_4`
        const COLUMN_4 = 3;
        /// `column_5`
        const COLUMN_5 = 4;
        /// `column_6`
        const COLUMN_6 = 5;
        /// `column_7`
        const COLUMN_7 = 6;
        /// `column_8`
        const COLUMN_8 = 7;
        /// `column_9`
        const COLUMN_9 = 8;
        /// `column_10`
        const COLUMN_10 = 9;
        /// `column_11`
        const COLUMN_11 = 10;
        /// `column_12`
        const COLUMN_12 = 11;
        /// `column_13`
        const COLUMN_13 = 12;
        /// `column_14`
        const COLUMN_14 = 13;
        /// `column_15`
        const COLUMN_15 = 14;
        /// `column_16`
        const COLUMN_16 = 15;
        /// `column_17`
        const COLUMN_17 = 16;
        /// `column_18`
        const COLUMN_18 = 17;
        /// `column_19`
        const COLUMN_19 = 18;
        /// `column_20`
        const COLUMN_20 = 19;
        /// `column_21`
        const COLUMN_21 = 20;
        /// `column_22`
        const COLUMN_22 = 21;
        /// `column_23`
        const COLUMN_23 = 22;
        /// `column_24`
        const COLUMN_24 = 23;
        /// `column_25`
        const COLUMN_25 = 24;
        /// `column_26`
        const COLUMN_26 = 25;
        /// `column_27`
        const COLUMN_27 = 26;
        /// `column_28`
        const COLUMN_28 = 27;
        /// `column_29`
        const COLUMN_29 = 28;
        /// `column_30`
        const COLUMN_30 = 29;
        /// `column_31`
        const COLUMN_31 = 30;
        /// `column_32`
        const COLUMN_32 = 31;
        /// `column_33`
        const COLUMN_33 = 32;
        /// `column_34`
        const COLUMN_34 = 33;
        /// `column_35`
        const COLUMN_35 = 34;
        /// `column_36`
        const COLUMN_36 = 35;
        /// `column_37`
        const COLUMN_37 = 36;
        /// `column_38`
        const COLUMN_38 = 37;
        /// `column_39`
        const COLUMN_39 = 38;
        /// `column_40`
        const COLUMN_40 = 39;
        /// `column_41`
        const COLUMN_41 = 40;
        /// `column_42`
        const COLUMN_42 = 41;
        /// `column_43`
        const COLUMN_43 = 42;
        /// `column_44`
        const COLUMN_44 = 43;
        /// `column_45`
        const COLUMN_45 = 44;
        /// `column_46`
        const COLUMN_46 = 45;
        /// `column_47`
        const COLUMN_47 = 46;
        /// `column_48`
        const COLUMN_48 = 47;
        /// `column_49`
        const COLUMN_49 = 48;
        /// `column_50`
        const COLUMN_50 = 49;
        /// `column_51`
        const COLUMN_51 = 50;
        /// `column_52`
        const COLUMN_52 = 51;
        /// `column_53`
        const COLUMN_53 = 52;
        /// `column_54`
        const COLUMN_54 = 53;
        /// `column_55`
        const COLUMN_55 = 54;
        /// `column_56`
        const COLUMN_56 = 55;
        /// `column_57`
        const COLUMN_57 = 56;
        /// `column_58`
        const COLUMN_58 = 57;
        /// `column_59`
        const COLUMN_59 = 58;
        /// `column_60`
        const COLUMN_60 = 59;
        /// `column_61`
        const COLUMN_61 = 60;
        /// `column_62`
        const COLUMN_62 = 61;
        /// `column_63`
        const COLUMN_63 = 62;
        /// `column_64`
        const COLUMN_64 = 63;
    }
}

fields! {
    pub enum WideField for Wide, WideColumns {
        Column1: i64 = column_1 => COLUMN_1,
        Column2: i64 = column_2 => COLUMN_2,
        Column3: i64 = column_3 => COLUMN_3,
        Column4: i64 = column_4 => COLUMN_4,
        Column5: i64 = column_5 => COLUMN_5,
        Column6: i64 = column_6 => COLUMN_6,
        Column7: i64 = column_7 => COLUMN_7,
        Column8: i64 = column_8 => COLUMN_8,
        Column9: i64 = column_9 => COLUMN_9,
        Column10: i64 = column_10 => COLUMN_10,
        Column11: i64 = column_11 => COLUMN_11,
        Column12: i64 = column_12 => COLUMN_12,
        Column13: i64 = column_13 => COLUMN_13,
        Column14: i64 = column_14 => COLUMN_14,
        Column15: i64 = column_15 => COLUMN_15,
        Column16: i64 = column_16 => COLUMN_16,
        Column17: i64 = column_17 => COLUMN_17,
        Column18: i64 = column_18 => COLUMN_18,
        Column19: i64 = column_19 => COLUMN_19,
        Column20: i64 = column_20 => COLUMN_20,
        Column21: i64 = column_21 => COLUMN_21,
        Column22: i64 = column_22 => COLUMN_22,
        Column23: i64 = column_23 => COLUMN_23,
        Column24: i64 = column_24 => COLUMN_24,
        Column25: i64 = column_25 => COLUMN_25,
        Column26: i64 = column_26 => COLUMN_26,
        Column27: i64 = column_27 => COLUMN_27,
        Column28: i64 = column_28 => COLUMN_28,
        Column29: i64 = column_29 => COLUMN_29,
        Column30: i64 = column_30 => COLUMN_30,
        Column31: i64 = column_31 => COLUMN_31,
        Column32: i64 = column_32 => COLUMN_32,
        Column33: i64 = column_33 => COLUMN_33,
        Column34: i64 = column_34 => COLUMN_34,
        Column35: i64 = column_35 => COLUMN_35,
        Column36: i64 = column_36 => COLUMN_36,
        Column37: i64 = column_37 => COLUMN_37,
        Column38: i64 = column_38 => COLUMN_38,
        Column39: i64 = column_39 => COLUMN_39,
        Column40: i64 = column_40 => COLUMN_40,
        Column41: i64 = column_41 => COLUMN_41,
        Column42: i64 = column_42 => COLUMN_42,
        Column43: i64 = column_43 => COLUMN_43,
        Column44: i64 = column_44 => COLUMN_44,
        Column45: i64 = column_45 => COLUMN_45,
        Column46: i64 = column_46 => COLUMN_46,
        Column47: i64 = column_47 => COLUMN_47,
        Column48: i64 = column_48 => COLUMN_48,
        Column49: i64 = column_49 => COLUMN_49,
        Column50: i64 = column_50 => COLUMN_50,
        Column51: i64 = column_51 => COLUMN_51,
        Column52: i64 = column_52 => COLUMN_52,
        Column53: i64 = column_53 => COLUMN_53,
        Column54: i64 = column_54 => COLUMN_54,
        Column55: i64 = column_55 => COLUMN_55,
        Column56: i64 = column_56 => COLUMN_56,
        Column57: i64 = column_57 => COLUMN_57,
        Column58: i64 = column_58 => COLUMN_58,
        Column59: i64 = column_59 => COLUMN_59,
        Column60: i64 = column_60 => COLUMN_60,
        Column61: i64 = column_61 => COLUMN_61,
        Column62: i64 = column_62 => COLUMN_62,
        Column63: i64 = column_63 => COLUMN_63,
        Column64: Option<f64> = column_64 => COLUMN_64,
    }
}

views!(Wide, WideRef, WideMut);

impl Row for Wide {
    type Tables = Tables;

    const TABLE: TableId = TableId(0);
    const INFO: &'static TableInfo = &TableInfo {
        name: "wide",
        id: "id",
        columns: &[
            "column_1",
            "column_2",
            "column_3",
            "column_4",
            "column_5",
            "column_6",
            "column_7",
            "column_8",
            "column_9",
            "column_10",
            "column_11",
            "column_12",
            "column_13",
            "column_14",
            "column_15",
            "column_16",
            "column_17",
            "column_18",
            "column_19",
            "column_20",
            "column_21",
            "column_22",
            "column_23",
            "column_24",
            "column_25",
            "column_26",
            "column_27",
            "column_28",
            "column_29",
            "column_30",
            "column_31",
            "column_32",
            "column_33",
            "column_34",
            "column_35",
            "column_36",
            "column_37",
            "column_38",
            "column_39",
            "column_40",
            "column_41",
            "column_42",
            "column_43",
            "column_44",
            "column_45",
            "column_46",
            "column_47",
            "column_48",
            "column_49",
            "column_50",
            "column_51",
            "column_52",
            "column_53",
            "column_54",
            "column_55",
            "column_56",
            "column_57",
            "column_58",
            "column_59",
            "column_60",
            "column_61",
            "column_62",
            "column_63",
            "column_64",
        ],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: WideColumns = WideColumns::COLUMN_64;
    const INDEXED: WideColumns = WideColumns::empty();
    const CHECKED: WideColumns = WideColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.column_1.into(),
            1 => self.column_2.into(),
            2 => self.column_3.into(),
            3 => self.column_4.into(),
            4 => self.column_5.into(),
            5 => self.column_6.into(),
            6 => self.column_7.into(),
            7 => self.column_8.into(),
            8 => self.column_9.into(),
            9 => self.column_10.into(),
            10 => self.column_11.into(),
            11 => self.column_12.into(),
            12 => self.column_13.into(),
            13 => self.column_14.into(),
            14 => self.column_15.into(),
            15 => self.column_16.into(),
            16 => self.column_17.into(),
            17 => self.column_18.into(),
            18 => self.column_19.into(),
            19 => self.column_20.into(),
            20 => self.column_21.into(),
            21 => self.column_22.into(),
            22 => self.column_23.into(),
            23 => self.column_24.into(),
            24 => self.column_25.into(),
            25 => self.column_26.into(),
            26 => self.column_27.into(),
            27 => self.column_28.into(),
            28 => self.column_29.into(),
            29 => self.column_30.into(),
            30 => self.column_31.into(),
            31 => self.column_32.into(),
            32 => self.column_33.into(),
            33 => self.column_34.into(),
            34 => self.column_35.into(),
            35 => self.column_36.into(),
            36 => self.column_37.into(),
            37 => self.column_38.into(),
            38 => self.column_39.into(),
            39 => self.column_40.into(),
            40 => self.column_41.into(),
            41 => self.column_42.into(),
            42 => self.column_43.into(),
            43 => self.column_44.into(),
            44 => self.column_45.into(),
            45 => self.column_46.into(),
            46 => self.column_47.into(),
            47 => self.column_48.into(),
            48 => self.column_49.into(),
            49 => self.column_50.into(),
            50 => self.column_51.into(),
            51 => self.column_52.into(),
            52 => self.column_53.into(),
            53 => self.column_54.into(),
            54 => self.column_55.into(),
            55 => self.column_56.into(),
            56 => self.column_57.into(),
            57 => self.column_58.into(),
            58 => self.column_59.into(),
            59 => self.column_60.into(),
            60 => self.column_61.into(),
            61 => self.column_62.into(),
            62 => self.column_63.into(),
            63 => self.column_64.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            column_1: row.read(0)?,
            column_2: row.read(1)?,
            column_3: row.read(2)?,
            column_4: row.read(3)?,
            column_5: row.read(4)?,
            column_6: row.read(5)?,
            column_7: row.read(6)?,
            column_8: row.read(7)?,
            column_9: row.read(8)?,
            column_10: row.read(9)?,
            column_11: row.read(10)?,
            column_12: row.read(11)?,
            column_13: row.read(12)?,
            column_14: row.read(13)?,
            column_15: row.read(14)?,
            column_16: row.read(15)?,
            column_17: row.read(16)?,
            column_18: row.read(17)?,
            column_19: row.read(18)?,
            column_20: row.read(19)?,
            column_21: row.read(20)?,
            column_22: row.read(21)?,
            column_23: row.read(22)?,
            column_24: row.read(23)?,
            column_25: row.read(24)?,
            column_26: row.read(25)?,
            column_27: row.read(26)?,
            column_28: row.read(27)?,
            column_29: row.read(28)?,
            column_30: row.read(29)?,
            column_31: row.read(30)?,
            column_32: row.read(31)?,
            column_33: row.read(32)?,
            column_34: row.read(33)?,
            column_35: row.read(34)?,
            column_36: row.read(35)?,
            column_37: row.read(36)?,
            column_38: row.read(37)?,
            column_39: row.read(38)?,
            column_40: row.read(39)?,
            column_41: row.read(40)?,
            column_42: row.read(41)?,
            column_43: row.read(42)?,
            column_44: row.read(43)?,
            column_45: row.read(44)?,
            column_46: row.read(45)?,
            column_47: row.read(46)?,
            column_48: row.read(47)?,
            column_49: row.read(48)?,
            column_50: row.read(49)?,
            column_51: row.read(50)?,
            column_52: row.read(51)?,
            column_53: row.read(52)?,
            column_54: row.read(53)?,
            column_55: row.read(54)?,
            column_56: row.read(55)?,
            column_57: row.read(56)?,
            column_58: row.read(57)?,
            column_59: row.read(58)?,
            column_60: row.read(59)?,
            column_61: row.read(60)?,
            column_62: row.read(61)?,
            column_63: row.read(62)?,
            column_64: row.read(63)?,
        })
    }
}

impl Standalone for Wide {}

impl WideMut<'_> {
    /// Sets [`Wide::column_1`].
    #[inline]
    pub fn set_column_1(&mut self, column_1: i64) {
        self.0.put(WideField::Column1(column_1));
    }

    /// Sets [`Wide::column_2`].
    #[inline]
    pub fn set_column_2(&mut self, column_2: i64) {
        self.0.put(WideField::Column2(column_2));
    }

    /// Sets [`Wide::column_3`].
    #[inline]
    pub fn set_column_3(&mut self, column_3: i64) {
        self.0.put(WideField::Column3(column_3));
    }

    /// Sets [`Wide::column_4`].
    #[inline]
    pub fn set_column_4(&mut self, column_4: i64) {
        self.0.put(WideField::Column4(column_4));
    }

    /// Sets [`Wide::column_5`].
    #[inline]
    pub fn set_column_5(&mut self, column_5: i64) {
        self.0.put(WideField::Column5(column_5));
    }

    /// Sets [`Wide::column_6`].
    #[inline]
    pub fn set_column_6(&mut self, column_6: i64) {
        self.0.put(WideField::Column6(column_6));
    }

    /// Sets [`Wide::column_7`].
    #[inline]
    pub fn set_column_7(&mut self, column_7: i64) {
        self.0.put(WideField::Column7(column_7));
    }

    /// Sets [`Wide::column_8`].
    #[inline]
    pub fn set_column_8(&mut self, column_8: i64) {
        self.0.put(WideField::Column8(column_8));
    }

    /// Sets [`Wide::column_9`].
    #[inline]
    pub fn set_column_9(&mut self, column_9: i64) {
        self.0.put(WideField::Column9(column_9));
    }

    /// Sets [`Wide::column_10`].
    #[inline]
    pub fn set_column_10(&mut self, column_10: i64) {
        self.0.put(WideField::Column10(column_10));
    }

    /// Sets [`Wide::column_11`].
    #[inline]
    pub fn set_column_11(&mut self, column_11: i64) {
        self.0.put(WideField::Column11(column_11));
    }

    /// Sets [`Wide::column_12`].
    #[inline]
    pub fn set_column_12(&mut self, column_12: i64) {
        self.0.put(WideField::Column12(column_12));
    }

    /// Sets [`Wide::column_13`].
    #[inline]
    pub fn set_column_13(&mut self, column_13: i64) {
        self.0.put(WideField::Column13(column_13));
    }

    /// Sets [`Wide::column_14`].
    #[inline]
    pub fn set_column_14(&mut self, column_14: i64) {
        self.0.put(WideField::Column14(column_14));
    }

    /// Sets [`Wide::column_15`].
    #[inline]
    pub fn set_column_15(&mut self, column_15: i64) {
        self.0.put(WideField::Column15(column_15));
    }

    /// Sets [`Wide::column_16`].
    #[inline]
    pub fn set_column_16(&mut self, column_16: i64) {
        self.0.put(WideField::Column16(column_16));
    }

    /// Sets [`Wide::column_17`].
    #[inline]
    pub fn set_column_17(&mut self, column_17: i64) {
        self.0.put(WideField::Column17(column_17));
    }

    /// Sets [`Wide::column_18`].
    #[inline]
    pub fn set_column_18(&mut self, column_18: i64) {
        self.0.put(WideField::Column18(column_18));
    }

    /// Sets [`Wide::column_19`].
    #[inline]
    pub fn set_column_19(&mut self, column_19: i64) {
        self.0.put(WideField::Column19(column_19));
    }

    /// Sets [`Wide::column_20`].
    #[inline]
    pub fn set_column_20(&mut self, column_20: i64) {
        self.0.put(WideField::Column20(column_20));
    }

    /// Sets [`Wide::column_21`].
    #[inline]
    pub fn set_column_21(&mut self, column_21: i64) {
        self.0.put(WideField::Column21(column_21));
    }

    /// Sets [`Wide::column_22`].
    #[inline]
    pub fn set_column_22(&mut self, column_22: i64) {
        self.0.put(WideField::Column22(column_22));
    }

    /// Sets [`Wide::column_23`].
    #[inline]
    pub fn set_column_23(&mut self, column_23: i64) {
        self.0.put(WideField::Column23(column_23));
    }

    /// Sets [`Wide::column_24`].
    #[inline]
    pub fn set_column_24(&mut self, column_24: i64) {
        self.0.put(WideField::Column24(column_24));
    }

    /// Sets [`Wide::column_25`].
    #[inline]
    pub fn set_column_25(&mut self, column_25: i64) {
        self.0.put(WideField::Column25(column_25));
    }

    /// Sets [`Wide::column_26`].
    #[inline]
    pub fn set_column_26(&mut self, column_26: i64) {
        self.0.put(WideField::Column26(column_26));
    }

    /// Sets [`Wide::column_27`].
    #[inline]
    pub fn set_column_27(&mut self, column_27: i64) {
        self.0.put(WideField::Column27(column_27));
    }

    /// Sets [`Wide::column_28`].
    #[inline]
    pub fn set_column_28(&mut self, column_28: i64) {
        self.0.put(WideField::Column28(column_28));
    }

    /// Sets [`Wide::column_29`].
    #[inline]
    pub fn set_column_29(&mut self, column_29: i64) {
        self.0.put(WideField::Column29(column_29));
    }

    /// Sets [`Wide::column_30`].
    #[inline]
    pub fn set_column_30(&mut self, column_30: i64) {
        self.0.put(WideField::Column30(column_30));
    }

    /// Sets [`Wide::column_31`].
    #[inline]
    pub fn set_column_31(&mut self, column_31: i64) {
        self.0.put(WideField::Column31(column_31));
    }

    /// Sets [`Wide::column_32`].
    #[inline]
    pub fn set_column_32(&mut self, column_32: i64) {
        self.0.put(WideField::Column32(column_32));
    }

    /// Sets [`Wide::column_33`].
    #[inline]
    pub fn set_column_33(&mut self, column_33: i64) {
        self.0.put(WideField::Column33(column_33));
    }

    /// Sets [`Wide::column_34`].
    #[inline]
    pub fn set_column_34(&mut self, column_34: i64) {
        self.0.put(WideField::Column34(column_34));
    }

    /// Sets [`Wide::column_35`].
    #[inline]
    pub fn set_column_35(&mut self, column_35: i64) {
        self.0.put(WideField::Column35(column_35));
    }

    /// Sets [`Wide::column_36`].
    #[inline]
    pub fn set_column_36(&mut self, column_36: i64) {
        self.0.put(WideField::Column36(column_36));
    }

    /// Sets [`Wide::column_37`].
    #[inline]
    pub fn set_column_37(&mut self, column_37: i64) {
        self.0.put(WideField::Column37(column_37));
    }

    /// Sets [`Wide::column_38`].
    #[inline]
    pub fn set_column_38(&mut self, column_38: i64) {
        self.0.put(WideField::Column38(column_38));
    }

    /// Sets [`Wide::column_39`].
    #[inline]
    pub fn set_column_39(&mut self, column_39: i64) {
        self.0.put(WideField::Column39(column_39));
    }

    /// Sets [`Wide::column_40`].
    #[inline]
    pub fn set_column_40(&mut self, column_40: i64) {
        self.0.put(WideField::Column40(column_40));
    }

    /// Sets [`Wide::column_41`].
    #[inline]
    pub fn set_column_41(&mut self, column_41: i64) {
        self.0.put(WideField::Column41(column_41));
    }

    /// Sets [`Wide::column_42`].
    #[inline]
    pub fn set_column_42(&mut self, column_42: i64) {
        self.0.put(WideField::Column42(column_42));
    }

    /// Sets [`Wide::column_43`].
    #[inline]
    pub fn set_column_43(&mut self, column_43: i64) {
        self.0.put(WideField::Column43(column_43));
    }

    /// Sets [`Wide::column_44`].
    #[inline]
    pub fn set_column_44(&mut self, column_44: i64) {
        self.0.put(WideField::Column44(column_44));
    }

    /// Sets [`Wide::column_45`].
    #[inline]
    pub fn set_column_45(&mut self, column_45: i64) {
        self.0.put(WideField::Column45(column_45));
    }

    /// Sets [`Wide::column_46`].
    #[inline]
    pub fn set_column_46(&mut self, column_46: i64) {
        self.0.put(WideField::Column46(column_46));
    }

    /// Sets [`Wide::column_47`].
    #[inline]
    pub fn set_column_47(&mut self, column_47: i64) {
        self.0.put(WideField::Column47(column_47));
    }

    /// Sets [`Wide::column_48`].
    #[inline]
    pub fn set_column_48(&mut self, column_48: i64) {
        self.0.put(WideField::Column48(column_48));
    }

    /// Sets [`Wide::column_49`].
    #[inline]
    pub fn set_column_49(&mut self, column_49: i64) {
        self.0.put(WideField::Column49(column_49));
    }

    /// Sets [`Wide::column_50`].
    #[inline]
    pub fn set_column_50(&mut self, column_50: i64) {
        self.0.put(WideField::Column50(column_50));
    }

    /// Sets [`Wide::column_51`].
    #[inline]
    pub fn set_column_51(&mut self, column_51: i64) {
        self.0.put(WideField::Column51(column_51));
    }

    /// Sets [`Wide::column_52`].
    #[inline]
    pub fn set_column_52(&mut self, column_52: i64) {
        self.0.put(WideField::Column52(column_52));
    }

    /// Sets [`Wide::column_53`].
    #[inline]
    pub fn set_column_53(&mut self, column_53: i64) {
        self.0.put(WideField::Column53(column_53));
    }

    /// Sets [`Wide::column_54`].
    #[inline]
    pub fn set_column_54(&mut self, column_54: i64) {
        self.0.put(WideField::Column54(column_54));
    }

    /// Sets [`Wide::column_55`].
    #[inline]
    pub fn set_column_55(&mut self, column_55: i64) {
        self.0.put(WideField::Column55(column_55));
    }

    /// Sets [`Wide::column_56`].
    #[inline]
    pub fn set_column_56(&mut self, column_56: i64) {
        self.0.put(WideField::Column56(column_56));
    }

    /// Sets [`Wide::column_57`].
    #[inline]
    pub fn set_column_57(&mut self, column_57: i64) {
        self.0.put(WideField::Column57(column_57));
    }

    /// Sets [`Wide::column_58`].
    #[inline]
    pub fn set_column_58(&mut self, column_58: i64) {
        self.0.put(WideField::Column58(column_58));
    }

    /// Sets [`Wide::column_59`].
    #[inline]
    pub fn set_column_59(&mut self, column_59: i64) {
        self.0.put(WideField::Column59(column_59));
    }

    /// Sets [`Wide::column_60`].
    #[inline]
    pub fn set_column_60(&mut self, column_60: i64) {
        self.0.put(WideField::Column60(column_60));
    }

    /// Sets [`Wide::column_61`].
    #[inline]
    pub fn set_column_61(&mut self, column_61: i64) {
        self.0.put(WideField::Column61(column_61));
    }

    /// Sets [`Wide::column_62`].
    #[inline]
    pub fn set_column_62(&mut self, column_62: i64) {
        self.0.put(WideField::Column62(column_62));
    }

    /// Sets [`Wide::column_63`].
    #[inline]
    pub fn set_column_63(&mut self, column_63: i64) {
        self.0.put(WideField::Column63(column_63));
    }

    /// Sets [`Wide::column_64`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN.
    #[inline]
    pub fn set_column_64(&mut self, column_64: Option<f64>) -> Result<(), Error> {
        self.0.set(WideField::Column64(column_64))
    }
}
