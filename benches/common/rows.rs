//! Rows as a program without this library would define them, and reading them from a world file.

use gamedb_models::AttributeType;
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// One row of `attributes`.
#[derive(Clone, Debug)]
pub(crate) struct AttributeRow {
    pub(crate) id: i64,
    pub(crate) internal_name: String,
    pub(crate) visible: bool,
    pub(crate) attribute_type: Kind,
    pub(crate) bool_value: Option<bool>,
    pub(crate) double_value: Option<f64>,
    pub(crate) vector3_x: Option<f64>,
    pub(crate) vector3_y: Option<f64>,
    pub(crate) vector3_z: Option<f64>,
    pub(crate) asset_id: Option<i64>,
}

impl AttributeRow {
    /// Reads a row of [`SELECT_ATTRIBUTES`], as is commonly done.
    pub(crate) fn by_index(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            internal_name: row.get(1)?,
            visible: row.get(2)?,
            attribute_type: row.get(3)?,
            bool_value: row.get(4)?,
            double_value: row.get(5)?,
            vector3_x: row.get(6)?,
            vector3_y: row.get(7)?,
            vector3_z: row.get(8)?,
            asset_id: row.get(9)?,
        })
    }

    /// The same through SQLite's value references, which is faster.
    pub(crate) fn by_value(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get_ref(0)?.as_i64()?,
            internal_name: row.get_ref(1)?.as_str()?.to_owned(),
            visible: row.get_ref(2)?.as_i64()? != 0,
            attribute_type: Kind::column_result(row.get_ref(3)?)?,
            bool_value: row.get_ref(4)?.as_i64_or_null()?.map(|value| value != 0),
            double_value: row.get_ref(5)?.as_f64_or_null()?,
            vector3_x: row.get_ref(6)?.as_f64_or_null()?,
            vector3_y: row.get_ref(7)?.as_f64_or_null()?,
            vector3_z: row.get_ref(8)?.as_f64_or_null()?,
            asset_id: row.get_ref(9)?.as_i64_or_null()?,
        })
    }
}

/// One row of `attribute_owners`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnerRow {
    pub(crate) id: i64,
    pub(crate) attribute_id: i64,
    pub(crate) mobile_id: Option<i64>,
    pub(crate) item_id: Option<i64>,
    pub(crate) asset_id: Option<i64>,
    pub(crate) player_id: Option<i64>,
}

impl OwnerRow {
    /// Reads a row of [`SELECT_OWNERS`], as is commonly done.
    pub(crate) fn by_index(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            attribute_id: row.get(1)?,
            mobile_id: row.get(2)?,
            item_id: row.get(3)?,
            asset_id: row.get(4)?,
            player_id: row.get(5)?,
        })
    }

    /// The same through SQLite's value references, which is faster.
    pub(crate) fn by_value(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get_ref(0)?.as_i64()?,
            attribute_id: row.get_ref(1)?.as_i64()?,
            mobile_id: row.get_ref(2)?.as_i64_or_null()?,
            item_id: row.get_ref(3)?.as_i64_or_null()?,
            asset_id: row.get_ref(4)?.as_i64_or_null()?,
            player_id: row.get_ref(5)?.as_i64_or_null()?,
        })
    }
}

/// One row of `mobiles`.
#[derive(Clone, Debug)]
pub(crate) struct MobileRow {
    pub(crate) id: i64,
    pub(crate) mobile_type: String,
    pub(crate) owner_mobile_id: Option<i64>,
    pub(crate) owner_item_id: Option<i64>,
    pub(crate) owner_asset_id: Option<i64>,
    pub(crate) owner_player_id: Option<i64>,
    pub(crate) what_we_call_you: String,
}

impl MobileRow {
    /// Reads a row of [`SELECT_MOBILES`], as is commonly done.
    pub(crate) fn by_index(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            mobile_type: row.get(1)?,
            owner_mobile_id: row.get(2)?,
            owner_item_id: row.get(3)?,
            owner_asset_id: row.get(4)?,
            owner_player_id: row.get(5)?,
            what_we_call_you: row.get(6)?,
        })
    }

    /// The same through SQLite's value references, which is faster.
    pub(crate) fn by_value(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get_ref(0)?.as_i64()?,
            mobile_type: row.get_ref(1)?.as_str()?.to_owned(),
            owner_mobile_id: row.get_ref(2)?.as_i64_or_null()?,
            owner_item_id: row.get_ref(3)?.as_i64_or_null()?,
            owner_asset_id: row.get_ref(4)?.as_i64_or_null()?,
            owner_player_id: row.get_ref(5)?.as_i64_or_null()?,
            what_we_call_you: row.get_ref(6)?.as_str()?.to_owned(),
        })
    }
}

pub(crate) const SELECT_ATTRIBUTES: &str = "SELECT id, internal_name, visible, attribute_type,
    bool_value, double_value, vector3_x, vector3_y, vector3_z, asset_id FROM attributes ORDER BY id";

pub(crate) const SELECT_OWNERS: &str = "SELECT id, attribute_id, mobile_id, item_id, asset_id,
    player_id FROM attribute_owners ORDER BY id";

pub(crate) const SELECT_MOBILES: &str = "SELECT id, mobile_type, owner_mobile_id, owner_item_id,
    owner_asset_id, owner_player_id, what_we_call_you FROM mobiles ORDER BY id";

/// An [`AttributeType`] as SQLite's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind(pub(crate) AttributeType);

impl Kind {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        AttributeType::from_text(text).map(Self)
    }
}

impl FromSql for Kind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::parse(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for Kind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_str().into())
    }
}
