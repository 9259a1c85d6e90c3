//! The rows that an engine has, as they were before a batch.

use crate::persist::error::Failed;
use crate::schema::TableInfo;
use crate::schema::value::Value;

/// A value that can be looked up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::persist) enum Held {
    Integer(i64),
    /// The bits of a number.
    Real(u64),
    Text(String),
    Blob(Vec<u8>),
}

impl Held {
    /// `None` for NULL, which names nothing.
    pub(in crate::persist) fn of(value: Value<'_>) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Integer(integer) => Self::Integer(integer),
            // -0.0 equals 0.0.
            Value::Real(real) => Self::Real((real + 0.0).to_bits()),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Blob(bytes) => Self::Blob(bytes.to_vec()),
        })
    }
}

/// What is asked of the rows that an engine has.
pub(in crate::persist) trait StoredRows {
    /// All columns of a row but the id, `None` for NULL; empty if the row is not there.
    fn row(&self, info: &'static TableInfo, id: i64) -> Result<Vec<Option<Held>>, Failed>;

    /// The id of the pivot row of an owned one.
    fn pivot_row(&self, pivot: &'static TableInfo, owned: i64) -> Result<Option<i64>, Failed>;

    /// The row that has these values in these columns, which are UNIQUE.
    fn with_values(
        &self,
        info: &'static TableInfo,
        columns: &[usize],
        values: &[Held],
    ) -> Result<Option<i64>, Failed>;
}

/// The columns of a row of the file, as far as they are integers.
pub(super) fn references_in_file(
    file: &dyn StoredRows,
    info: &'static TableInfo,
    id: i64,
) -> Result<Vec<Option<i64>>, Failed> {
    let row = file.row(info, id)?;
    let reference = |held: Option<Held>| match held {
        Some(Held::Integer(id)) => Some(id),
        Some(Held::Real(_) | Held::Text(_) | Held::Blob(_)) | None => None,
    };
    let mut references: Vec<_> = row.into_iter().map(reference).collect();
    references.resize(info.columns.len(), None);
    Ok(references)
}
