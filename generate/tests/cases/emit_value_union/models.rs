// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, composite, entity, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// A setting: one value, or none; its columns are not in a row.
    settings: Table<Setting>,
    /// A mark has one kind of value only.
    marks: Table<Mark>,
}

composite! {
    /// One of the values that a setting can have, in 5 columns.
    pub enum SettingValue in Tables {
        /// `text`
        Text(value: String),
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
        Counter(value: i64),
    }
}

entity! {
    /// A setting: one value, or none; its columns are not in a row.
    pub struct Setting in Tables.settings {
        /// `text`, `x`, `new_x`, `bytes`, `counter`: one value, or none.
        Value value: Option<SettingValue> =
            TEXT "text",
            X "x",
            NEW_X "new_x",
            BYTES "bytes",
            COUNTER "counter";
        /// `name TEXT NOT NULL UNIQUE`
        Name name: String = NAME "name";
    }
    table "settings", id "id", standalone;
    types SettingKey, SettingId, SettingColumns(u8), SettingField, SettingRef, SettingMut;
    indexes {
        unique BY_NAME [name: NAME];
    }
    order {
        TEXT "text",
        NAME "name",
        X "x",
        NEW_X "new_x",
        BYTES "bytes",
        COUNTER "counter",
    }
}

#[allow(dead_code)]
impl Setting {
    /// The setting with this `name`. O(1).
    pub fn find_by_name<'w>(world: &'w World, name: &str) -> Option<SettingRef<'w>> {
        let (key, _) = world
            .settings
            .find(Self::BY_NAME, name, |row| row.name == name)
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl SettingMut<'_> {
    /// Sets [`Setting::value`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN.
    #[inline]
    pub fn set_value(&mut self, value: Option<SettingValue>) -> Result<(), Error> {
        self.0.set(SettingField::Value(value))
    }

    /// Sets [`Setting::name`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another setting has it.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(SettingField::Name(name.into()))
    }
}

composite! {
    /// One of the values that a mark can have, in 2 columns.
    pub enum Range in Tables {
        /// `low`, `high`
        Both {
            /// `low`
            low: i64,
            /// `high`
            high: i64,
        },
    }
}

entity! {
    /// A mark has one kind of value only.
    pub struct Mark in Tables.marks {
        /// `low`, `high`: one value.
        Range range: Range =
            LOW "low",
            HIGH "high";
    }
    table "marks", id "id", standalone;
    types MarkKey, MarkId, MarkColumns(u8), MarkField, MarkRef, MarkMut;
}

#[allow(dead_code)]
impl MarkMut<'_> {
    /// Sets [`Mark::range`].
    #[inline]
    pub fn set_range(&mut self, range: Range) {
        self.0.put(MarkField::Range(range));
    }
}
