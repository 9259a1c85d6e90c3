//! Deltas, ids and values on the wire, by serde.
//!
//! ```text
//! {"tables": [{"table": "players",
//!              "inserted": [{"id": 7, "name": "Ada", "guild_id": 3}],
//!              "changed": [{"id": 5, "gold": 12}],
//!              "removed": [4]}],
//!  "used_ids": {"players": 7}}
//! ```
//!
//! Rows go by their ids, and name others by theirs: keys mean nothing outside of their world.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use crate::schema::value::{Encoded, Value};
use crate::schema::{TableId, TableInfo};
use crate::store::key::{Id, RawKey};
use crate::store::row::entity::Resolve;
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};
use crate::store::tracking::delta::{Delta, UsedId};
use crate::store::tracking::effect::{Positions, position};

/// The number that the file has.
impl<E> Serialize for Id<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl<'de, E> Deserialize<'de> for Id<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self::new)
    }
}

/// In a format that people read, such as JSON, the plain value, which infinity is not; in other formats with its type before it,
/// because they do not describe themselves.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const NAME: &str = "Value";
        let is_plain = serializer.is_human_readable();
        match *self {
            Value::Null if is_plain => serializer.serialize_none(),
            Value::Integer(integer) if is_plain => serializer.serialize_i64(integer),
            Value::Real(real) if is_plain && !real.is_finite() => Err(S::Error::custom(format!(
                "{real} cannot be written in a format that people read; use a binary one"
            ))),
            Value::Real(real) if is_plain => serializer.serialize_f64(real),
            Value::Text(text) if is_plain => serializer.serialize_str(text),
            Value::Blob(bytes) if is_plain => bytes.serialize(serializer),
            Value::Null => serializer.serialize_unit_variant(NAME, 0, "Null"),
            Value::Integer(integer) => {
                serializer.serialize_newtype_variant(NAME, 1, "Integer", &integer)
            }
            Value::Real(real) => serializer.serialize_newtype_variant(NAME, 2, "Real", &real),
            Value::Text(text) => serializer.serialize_newtype_variant(NAME, 3, "Text", text),
            Value::Blob(bytes) => serializer.serialize_newtype_variant(NAME, 4, "Blob", bytes),
        }
    }
}

/// A value that was received.
#[derive(Debug)]
struct Received(Encoded<'static>);

/// The same where its type stands before it.
#[derive(serde::Deserialize)]
#[serde(rename = "Value")]
enum Tagged {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl<'de> Deserialize<'de> for Received {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(PlainValue);
        }
        Ok(Self(match Tagged::deserialize(deserializer)? {
            Tagged::Null => Encoded::NULL,
            Tagged::Integer(integer) => Encoded::Borrowed(Value::Integer(integer)),
            Tagged::Real(real) => Encoded::Borrowed(Value::Real(real)),
            Tagged::Text(text) => Encoded::Text(text.into()),
            Tagged::Blob(bytes) => Encoded::Blob(bytes.into()),
        }))
    }
}

struct PlainValue;

impl<'de> Visitor<'de> for PlainValue {
    type Value = Received;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a number, a text or a list of bytes")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Received, E> {
        Ok(Received(Encoded::NULL))
    }

    // Some formats have a word of their own for what is not there.
    fn visit_none<E: de::Error>(self) -> Result<Received, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Received, D::Error> {
        Received::deserialize(deserializer)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Received, E> {
        Ok(Received(Encoded::Borrowed(Value::Integer(value.into()))))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Received, E> {
        Ok(Received(Encoded::Borrowed(Value::Integer(value))))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Received, E> {
        let value = i64::try_from(value);
        value.map_or_else(
            |_| Err(E::custom("a number above i64::MAX is no integer of a file")),
            |value| self.visit_i64(value),
        )
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Received, E> {
        Ok(Received(Encoded::Borrowed(Value::Real(value))))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Received, E> {
        Ok(Received(Encoded::Text(value.into())))
    }

    fn visit_bytes<E: de::Error>(self, value: &[u8]) -> Result<Received, E> {
        Ok(Received(Encoded::Blob(value.into())))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut bytes: A) -> Result<Received, A::Error> {
        let mut found = Vec::new();
        while let Some(byte) = bytes.next_element::<u8>()? {
            found.push(byte);
        }
        Ok(Received(Encoded::Blob(found.into())))
    }
}

/// Rows go by their ids, table by table: `inserted` and `changed` rows with their columns by name, `removed` ones as ids,
/// and beside them the ids that were used up. [`World::read_delta`](crate::World::read_delta) reads it back.
impl Serialize for Delta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut delta = serializer.serialize_struct("Delta", 2)?;
        delta.serialize_field("tables", &Tables(self))?;
        delta.serialize_field("used_ids", &UsedIds(self))?;
        delta.end()
    }
}

struct Tables<'d>(&'d Delta);

impl Serialize for Tables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tables = self.0.tables();
        let mut list = serializer.serialize_seq(Some(tables.len()))?;
        for (info, changes) in tables {
            list.serialize_element(&Table { info, changes })?;
        }
        list.end()
    }
}

struct UsedIds<'d>(&'d Delta);

impl Serialize for UsedIds<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ids = self.0.used_ids.iter();
        serializer.collect_map(ids.map(|used| (used.name, used.id)))
    }
}

#[derive(Clone, Copy)]
struct Table<'d> {
    info: &'static TableInfo,
    changes: &'d ChangeSet,
}

impl Serialize for Table<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut table = serializer.serialize_struct("Table", 4)?;
        table.serialize_field("table", self.info.name)?;
        for (name, is_new) in [("inserted", true), ("changed", false)] {
            table.serialize_field(name, &Rows { of: *self, is_new })?;
        }
        let removed: Vec<i64> = self.changes.removed().collect();
        table.serialize_field("removed", &removed)?;
        table.end()
    }
}

struct Rows<'d> {
    of: Table<'d>,
    is_new: bool,
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { of, is_new } = self;
        let rows = || {
            let rows = of.changes.rows().iter();
            rows.filter(|row| of.changes.is_new(row) == *is_new)
        };
        // Formats that do not describe themselves want to know how many there are.
        let mut list = serializer.serialize_seq(Some(rows().count()))?;
        for row in rows() {
            list.serialize_element(&Row { of: *of, row })?;
        }
        list.end()
    }
}

struct Row<'d> {
    of: Table<'d>,
    row: &'d ChangedRow,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            of: Table { info, changes },
            row,
        } = self;
        let columns = &changes.shape(row).columns;
        let mut map = serializer.serialize_map(Some(columns.len() + 1))?;
        map.serialize_entry(info.id, &Value::Integer(row.id))?;
        for (&column, value) in columns.iter().zip(changes.values(row)) {
            map.serialize_entry(info.columns[usize::from(column)], &value)?;
        }
        map.end()
    }
}

#[derive(serde::Deserialize)]
#[serde(rename = "Delta", deny_unknown_fields)]
struct ReceivedDelta {
    tables: Vec<ReceivedTable>,
    #[serde(default)]
    used_ids: BTreeMap<String, i64>,
}

#[derive(serde::Deserialize)]
#[serde(rename = "Table", deny_unknown_fields)]
struct ReceivedTable {
    table: String,
    #[serde(default)]
    inserted: Vec<BTreeMap<String, Received>>,
    #[serde(default)]
    changed: Vec<BTreeMap<String, Received>>,
    #[serde(default)]
    removed: Vec<i64>,
}

/// Reads a delta for a world with these tables. What it says is not believed: `apply` validates all of it.
pub(crate) fn read_delta<'de, T: Resolve, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Delta, D::Error> {
    let received = ReceivedDelta::deserialize(deserializer)?;
    let mut delta = Delta::default();
    for table in received.tables {
        let (id, info) = table_of::<T, D::Error>(&table.table)?;
        let mut changes = ChangeSet::new(id);
        for (rows, is_new) in [(table.inserted, true), (table.changed, false)] {
            for row in rows {
                push(&mut changes, info, row, is_new)?;
            }
        }
        changes.remove(table.removed.into_iter().map(|id| (id, RawKey::default())));
        delta.tables.push((info, changes));
    }
    for (name, id) in received.used_ids {
        let (table, info) = table_of::<T, D::Error>(&name)?;
        let name = info.name;
        delta.used_ids.push(UsedId { table, name, id });
    }
    Ok(delta)
}

fn table_of<T: Resolve, E: de::Error>(name: &str) -> Result<(TableId, &'static TableInfo), E> {
    let found = (0..)
        .map(TableId)
        .zip(T::INFO)
        .find(|(_, info)| info.name == name);
    let found = found.map(|(id, info)| (id, *info));
    found.ok_or_else(|| {
        E::custom(format!(
            "{name:?} is no table of this world; both need the same models"
        ))
    })
}

fn push<E: de::Error>(
    changes: &mut ChangeSet,
    info: &'static TableInfo,
    mut row: BTreeMap<String, Received>,
    is_new: bool,
) -> Result<(), E> {
    let name = info.name;
    let id = match row.remove(info.id).map(|id| id.0) {
        Some(Encoded::Borrowed(Value::Integer(id))) => id,
        _ => {
            return Err(E::custom(format!(
                "a row of {name} has no number as its {:?}",
                info.id
            )));
        }
    };
    let mut cells: Vec<(u16, Encoded<'static>)> = Vec::new();
    for (column, value) in row {
        let at = info.columns.iter().position(|known| *known == column);
        let at = at.ok_or_else(|| E::custom(format!("{name} has no column {column:?}")))?;
        cells.push((position(at), value.0));
    }
    if is_new && cells.len() < info.columns.len() {
        let n_missing = info.columns.len() - cells.len();
        return Err(E::custom(format!(
            "{name} row {id} is new, and {n_missing} of its columns are missing"
        )));
    }
    cells.sort_unstable_by_key(|(column, _)| *column);
    let columns: Positions = cells.iter().map(|(column, _)| *column).collect();
    let shape = match is_new {
        true => changes.new_shape(info.columns.len()),
        false => changes.changed_shape(columns),
    };
    let mut values = cells.into_iter();
    changes.push(id, RawKey::default(), shape, |_| {
        let (_, value) = values.next().expect("each column of the shape has a value");
        value
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::IntoDeserializer as _;
    use serde::de::value::{Error, I64Deserializer};

    /// A format that says whether a value is there.
    struct Said(Option<i64>);

    impl<'de> Deserializer<'de> for Said {
        type Error = Error;

        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0 {
                None => visitor.visit_none(),
                Some(number) => {
                    let number: I64Deserializer<Error> = number.into_deserializer();
                    visitor.visit_some(number)
                }
            }
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
        }
    }

    #[test]
    fn nothing_is_null() {
        for (said, value) in [(None, Value::Null), (Some(7), Value::Integer(7))] {
            let received = Received::deserialize(Said(said)).map(|received| received.0);
            assert_eq!(
                received.map_err(|error| error.to_string()),
                Ok(Encoded::Borrowed(value))
            );
        }
    }
}
