//! The values of a change set as arrays, one for each column of a statement, written to the message as they are.

use std::fmt;

use bytes::{BufMut as _, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::schema::value::{ColumnKind, Value};
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};

/// The values of one parameter of a statement.
#[derive(Clone, Copy)]
pub(super) struct Array<'b> {
    source: Source<'b>,
    kind: ColumnKind,
}

#[derive(Clone, Copy)]
enum Source<'b> {
    Ids(&'b [i64]),
    Names(&'b [&'static str]),
    Cells {
        change_set: &'b ChangeSet,
        rows: &'b [ChangedRow],
        /// Which of the columns of their shape.
        place: usize,
    },
}

/// The type of the elements of an array, and that of the array.
pub(super) fn types(kind: ColumnKind) -> (Type, Type) {
    match kind {
        ColumnKind::Integer => (Type::INT8, Type::INT8_ARRAY),
        ColumnKind::Real => (Type::FLOAT8, Type::FLOAT8_ARRAY),
        ColumnKind::Text => (Type::TEXT, Type::TEXT_ARRAY),
        ColumnKind::Blob => (Type::BYTEA, Type::BYTEA_ARRAY),
    }
}

impl<'b> Array<'b> {
    pub(super) fn of_ids(ids: &'b [i64]) -> Self {
        Self {
            source: Source::Ids(ids),
            kind: ColumnKind::Integer,
        }
    }

    pub(super) fn of_names(names: &'b [&'static str]) -> Self {
        Self {
            source: Source::Names(names),
            kind: ColumnKind::Text,
        }
    }

    /// The values of rows of one shape, in the column at this place of it.
    pub(super) fn of_cells(
        change_set: &'b ChangeSet,
        rows: &'b [ChangedRow],
        place: usize,
        kind: ColumnKind,
    ) -> Self {
        let source = Source::Cells {
            change_set,
            rows,
            place,
        };
        Self { source, kind }
    }

    fn len(&self) -> usize {
        match self.source {
            Source::Ids(ids) => ids.len(),
            Source::Names(names) => names.len(),
            Source::Cells { rows, .. } => rows.len(),
        }
    }

    fn value(&self, n: usize) -> Value<'b> {
        match self.source {
            Source::Ids(ids) => Value::Integer(ids[n]),
            Source::Names(names) => Value::Text(names[n]),
            Source::Cells {
                change_set,
                rows,
                place,
            } => change_set.value_at(&rows[n], place),
        }
    }

    /// Writes a value with its length, as the protocol has it. NaN cannot come here; -0.0 keeps its sign.
    fn put(&self, value: Value<'_>, out: &mut BytesMut) -> Result<(), NotOfColumn> {
        let bytes = match (self.kind, value) {
            (_, Value::Null) => {
                out.put_i32(-1);
                return Ok(());
            }
            (ColumnKind::Integer, Value::Integer(integer)) => {
                out.put_i32(8);
                out.put_i64(integer);
                return Ok(());
            }
            (ColumnKind::Real, Value::Real(real)) => {
                out.put_i32(8);
                out.put_f64(real);
                return Ok(());
            }
            (ColumnKind::Text, Value::Text(text)) => text.as_bytes(),
            (ColumnKind::Blob, Value::Blob(bytes)) => bytes,
            (kind, value) => {
                return Err(NotOfColumn {
                    kind,
                    found: value.kind(),
                });
            }
        };
        let length = i32::try_from(bytes.len()).map_err(|_| NotOfColumn {
            kind: self.kind,
            found: "longer than 2 GB",
        })?;
        out.put_i32(length);
        out.put_slice(bytes);
        Ok(())
    }
}

/// A value that its column cannot hold.
#[derive(Debug, thiserror::Error)]
#[error("a value is {found}, and its column holds {kind:?}")]
struct NotOfColumn {
    kind: ColumnKind,
    found: &'static str,
}

impl ToSql for Array<'_> {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        let (element, _) = types(self.kind);
        // One dimension; it may have NULLs; the type of its elements; how many, counted from 1.
        out.put_i32(1);
        out.put_i32(1);
        out.put_u32(element.oid());
        out.put_i32(i32::try_from(self.len())?);
        out.put_i32(1);
        for n in 0..self.len() {
            self.put(self.value(n), out)?;
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        [
            Type::INT8_ARRAY,
            Type::FLOAT8_ARRAY,
            Type::TEXT_ARRAY,
            Type::BYTEA_ARRAY,
        ]
        .contains(ty)
    }

    to_sql_checked!();
}

impl fmt::Debug for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values of {:?}", self.len(), self.kind)
    }
}
