//! Rows in the formats of serde: by fields, with keys as ids, enums as their texts, and owners as `{"player": 17}`.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::schema::value::Value;
use crate::store::row::entity::Resolve;
use crate::store::row::field::Field;
use crate::store::row::owner::{Owner, owner_value};

/// A field together with the tables in which its keys have their ids.
#[derive(Debug)]
pub struct FieldOf<'r, F, T> {
    field: &'r F,
    tables: &'r T,
}

impl<'r, F, T> FieldOf<'r, F, T> {
    /// A field of a row of these tables.
    pub fn new(field: &'r F, tables: &'r T) -> Self {
        Self { field, tables }
    }
}

impl<F: Field<T>, T: Resolve> Serialize for FieldOf<'_, F, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.field.serialize(self.tables, serializer)
    }
}

/// An owner as its arm and its id.
///
/// # Errors
/// That of the format.
pub fn serialize_owner<O: Owner, T: Resolve, S: Serializer>(
    owner: O,
    tables: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let arm = owner.arm().0;
    let id: Value<'_> = owner_value(owner, arm, O::TARGETS[arm], tables);
    serialize_variant(O::NAMES[arm], &id, serializer)
}

/// A variant with what it holds: `{"solar_position": ..}` for `SolarPosition`.
///
/// # Errors
/// That of the format.
pub fn serialize_variant<S: Serializer>(
    name: &str,
    held: &impl Serialize,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(&snake(name), held)?;
    map.end()
}

/// A variant with what it holds, as [`serialize_variant`] writes it.
pub(crate) struct Variant<V>(pub(crate) &'static str, pub(crate) V);

impl<V: Serialize> Serialize for Variant<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_variant(self.0, &self.1, serializer)
    }
}

/// A name that is no keyword where there is no Rust.
#[must_use]
pub fn plain_name(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut after_small = false;
    for c in plain_name(name).chars() {
        if c.is_uppercase() && after_small {
            snake.push('_');
        }
        after_small = !c.is_uppercase();
        snake.extend(c.to_lowercase());
    }
    snake
}
