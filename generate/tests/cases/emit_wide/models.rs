// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, entity, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `wide`.
    wide: Table<Wide>,
}

entity! {
    /// A row of `wide`.
    pub struct Wide in Tables.wide {
        /// `column_1 INTEGER NOT NULL`
        Column1 column_1: i64 = COLUMN_1 "column_1";
        /// `column_2 INTEGER NOT NULL`
        Column2 column_2: i64 = COLUMN_2 "column_2";
        /// `column_3 INTEGER NOT NULL`
        Column3 column_3: i64 = COLUMN_3 "column_3";
        /// `column_4 INTEGER NOT NULL`
        Column4 column_4: i64 = COLUMN_4 "column_4";
        /// `column_5 INTEGER NOT NULL`
        Column5 column_5: i64 = COLUMN_5 "column_5";
        /// `column_6 INTEGER NOT NULL`
        Column6 column_6: i64 = COLUMN_6 "column_6";
        /// `column_7 INTEGER NOT NULL`
        Column7 column_7: i64 = COLUMN_7 "column_7";
        /// `column_8 INTEGER NOT NULL`
        Column8 column_8: i64 = COLUMN_8 "column_8";
        /// `column_9 INTEGER NOT NULL`
        Column9 column_9: i64 = COLUMN_9 "column_9";
        /// `column_10 INTEGER NOT NULL`
        Column10 column_10: i64 = COLUMN_10 "column_10";
        /// `column_11 INTEGER NOT NULL`
        Column11 column_11: i64 = COLUMN_11 "column_11";
        /// `column_12 INTEGER NOT NULL`
        Column12 column_12: i64 = COLUMN_12 "column_12";
        /// `column_13 INTEGER NOT NULL`
        Column13 column_13: i64 = COLUMN_13 "column_13";
        /// `column_14 INTEGER NOT NULL`
        Column14 column_14: i64 = COLUMN_14 "column_14";
        /// `column_15 INTEGER NOT NULL`
        Column15 column_15: i64 = COLUMN_15 "column_15";
        /// `column_16 INTEGER NOT NULL`
        Column16 column_16: i64 = COLUMN_16 "column_16";
        /// `column_17 INTEGER NOT NULL`
        Column17 column_17: i64 = COLUMN_17 "column_17";
        /// `column_18 INTEGER NOT NULL`
        Column18 column_18: i64 = COLUMN_18 "column_18";
        /// `column_19 INTEGER NOT NULL`
        Column19 column_19: i64 = COLUMN_19 "column_19";
        /// `column_20 INTEGER NOT NULL`
        Column20 column_20: i64 = COLUMN_20 "column_20";
        /// `column_21 INTEGER NOT NULL`
        Column21 column_21: i64 = COLUMN_21 "column_21";
        /// `column_22 INTEGER NOT NULL`
        Column22 column_22: i64 = COLUMN_22 "column_22";
        /// `column_23 INTEGER NOT NULL`
        Column23 column_23: i64 = COLUMN_23 "column_23";
        /// `column_24 INTEGER NOT NULL`
        Column24 column_24: i64 = COLUMN_24 "column_24";
        /// `column_25 INTEGER NOT NULL`
        Column25 column_25: i64 = COLUMN_25 "column_25";
        /// `column_26 INTEGER NOT NULL`
        Column26 column_26: i64 = COLUMN_26 "column_26";
        /// `column_27 INTEGER NOT NULL`
        Column27 column_27: i64 = COLUMN_27 "column_27";
        /// `column_28 INTEGER NOT NULL`
        Column28 column_28: i64 = COLUMN_28 "column_28";
        /// `column_29 INTEGER NOT NULL`
        Column29 column_29: i64 = COLUMN_29 "column_29";
        /// `column_30 INTEGER NOT NULL`
        Column30 column_30: i64 = COLUMN_30 "column_30";
        /// `column_31 INTEGER NOT NULL`
        Column31 column_31: i64 = COLUMN_31 "column_31";
        /// `column_32 INTEGER NOT NULL`
        Column32 column_32: i64 = COLUMN_32 "column_32";
        /// `column_33 INTEGER NOT NULL`
        Column33 column_33: i64 = COLUMN_33 "column_33";
        /// `column_34 INTEGER NOT NULL`
        Column34 column_34: i64 = COLUMN_34 "column_34";
        /// `column_35 INTEGER NOT NULL`
        Column35 column_35: i64 = COLUMN_35 "column_35";
        /// `column_36 INTEGER NOT NULL`
        Column36 column_36: i64 = COLUMN_36 "column_36";
        /// `column_37 INTEGER NOT NULL`
        Column37 column_37: i64 = COLUMN_37 "column_37";
        /// `column_38 INTEGER NOT NULL`
        Column38 column_38: i64 = COLUMN_38 "column_38";
        /// `column_39 INTEGER NOT NULL`
        Column39 column_39: i64 = COLUMN_39 "column_39";
        /// `column_40 INTEGER NOT NULL`
        Column40 column_40: i64 = COLUMN_40 "column_40";
        /// `column_41 INTEGER NOT NULL`
        Column41 column_41: i64 = COLUMN_41 "column_41";
        /// `column_42 INTEGER NOT NULL`
        Column42 column_42: i64 = COLUMN_42 "column_42";
        /// `column_43 INTEGER NOT NULL`
        Column43 column_43: i64 = COLUMN_43 "column_43";
        /// `column_44 INTEGER NOT NULL`
        Column44 column_44: i64 = COLUMN_44 "column_44";
        /// `column_45 INTEGER NOT NULL`
        Column45 column_45: i64 = COLUMN_45 "column_45";
        /// `column_46 INTEGER NOT NULL`
        Column46 column_46: i64 = COLUMN_46 "column_46";
        /// `column_47 INTEGER NOT NULL`
        Column47 column_47: i64 = COLUMN_47 "column_47";
        /// `column_48 INTEGER NOT NULL`
        Column48 column_48: i64 = COLUMN_48 "column_48";
        /// `column_49 INTEGER NOT NULL`
        Column49 column_49: i64 = COLUMN_49 "column_49";
        /// `column_50 INTEGER NOT NULL`
        Column50 column_50: i64 = COLUMN_50 "column_50";
        /// `column_51 INTEGER NOT NULL`
        Column51 column_51: i64 = COLUMN_51 "column_51";
        /// `column_52 INTEGER NOT NULL`
        Column52 column_52: i64 = COLUMN_52 "column_52";
        /// `column_53 INTEGER NOT NULL`
        Column53 column_53: i64 = COLUMN_53 "column_53";
        /// `column_54 INTEGER NOT NULL`
        Column54 column_54: i64 = COLUMN_54 "column_54";
        /// `column_55 INTEGER NOT NULL`
        Column55 column_55: i64 = COLUMN_55 "column_55";
        /// `column_56 INTEGER NOT NULL`
        Column56 column_56: i64 = COLUMN_56 "column_56";
        /// `column_57 INTEGER NOT NULL`
        Column57 column_57: i64 = COLUMN_57 "column_57";
        /// `column_58 INTEGER NOT NULL`
        Column58 column_58: i64 = COLUMN_58 "column_58";
        /// `column_59 INTEGER NOT NULL`
        Column59 column_59: i64 = COLUMN_59 "column_59";
        /// `column_60 INTEGER NOT NULL`
        Column60 column_60: i64 = COLUMN_60 "column_60";
        /// `column_61 INTEGER NOT NULL`
        Column61 column_61: i64 = COLUMN_61 "column_61";
        /// `column_62 INTEGER NOT NULL`
        Column62 column_62: i64 = COLUMN_62 "column_62";
        /// `column_63 INTEGER NOT NULL`
        Column63 column_63: i64 = COLUMN_63 "column_63";
        /// `column_64 REAL`
        Column64 column_64: Option<f64> = COLUMN_64 "column_64";
    }
    table "wide", id "id", standalone;
    types WideKey, WideId, WideColumns(u64), WideField, WideRef, WideMut;
}

#[allow(dead_code)]
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
    /// [`gamedb::ErrorKind::NotANumber`] for NaN.
    #[inline]
    pub fn set_column_64(&mut self, column_64: Option<f64>) -> Result<(), Error> {
        self.0.set(WideField::Column64(column_64))
    }
}
