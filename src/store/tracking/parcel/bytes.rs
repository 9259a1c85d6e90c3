//! The bytes of a parcel. All numbers are little-endian:
//!
//! ```text
//! "gdbp", format u8, id [u8; 16], fingerprint u64, way u8,
//! root: table text, id i64
//! number of tables u32, and for each: name text, number of rows u32, and for each row: id i64, a cell for each column
//! FNV-1a of all before it, u64
//! ```
//!
//! The way is 0 for a parcel that a program carries, and 1 for one that goes through outboxes. A text is its length as u32 and its bytes. A cell is a tag and what the tag says: a value, a row of the same parcel by
//! its id, or a row of the other world by the values that it has in UNIQUE columns.

use smallvec::SmallVec;

use super::Fnv;
use crate::error::{ParcelError, ParcelId};
use crate::schema::value::{Encoded, Value};

const MAGIC: &[u8; 4] = b"gdbp";

/// The format that is written, and the newest one that is read.
pub(crate) const FORMAT: u8 = 1;

/// Bytes of the checksum at the end.
const CHECKSUM: usize = 8;

mod tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const INTEGER: u8 = 1;
    pub(super) const REAL: u8 = 2;
    pub(super) const TEXT: u8 = 3;
    pub(super) const BLOB: u8 = 4;
    pub(super) const INSIDE: u8 = 5;
    pub(super) const OUTSIDE: u8 = 6;
}

/// What a column of a row in a parcel holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ParcelCell<'a> {
    /// A value that names no row by its id.
    Value(Value<'a>),
    /// A row of the same parcel, by the id that it had.
    Inside(i64),
    /// A row of the other world, by its values in the UNIQUE columns that name its table's rows.
    Outside(ParcelName<'a>),
}

/// The values by which a row is found.
pub(crate) type ParcelName<'a> = SmallVec<[Encoded<'a>; 1]>;

/// What stands before the rows.
pub(crate) struct Head {
    pub(crate) id: ParcelId,
    pub(crate) fingerprint: u64,
    pub(crate) way: Way,
}

/// How a parcel gets from one world to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A program carries it, and answers for it that no two worlds get it.
    InHand = 0,
    /// Through outboxes, which answer for that.
    Outbox = 1,
}

/// Writes a parcel.
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new(head: &Head, root_table: &str, root: i64, n_tables: usize) -> Self {
        let mut writer = Self(MAGIC.to_vec());
        writer.0.push(FORMAT);
        writer.0.extend(head.id.as_bytes());
        writer.0.extend(head.fingerprint.to_le_bytes());
        writer.0.push(head.way as u8);
        writer.text(root_table);
        writer.id(root);
        writer.count(n_tables);
        writer
    }

    pub(crate) fn table(&mut self, name: &str, n_rows: usize) {
        self.text(name);
        self.count(n_rows);
    }

    pub(crate) fn id(&mut self, id: i64) {
        self.0.extend(id.to_le_bytes());
    }

    pub(crate) fn cell(&mut self, cell: &ParcelCell<'_>) {
        match cell {
            ParcelCell::Value(value) => self.value(*value),
            ParcelCell::Inside(id) => {
                self.0.push(tag::INSIDE);
                self.id(*id);
            }
            ParcelCell::Outside(values) => {
                self.0.push(tag::OUTSIDE);
                self.count(values.len());
                values.iter().for_each(|value| self.value(value.as_value()));
            }
        }
    }

    fn value(&mut self, value: Value<'_>) {
        match value {
            Value::Null => self.0.push(tag::NULL),
            Value::Integer(integer) => {
                self.0.push(tag::INTEGER);
                self.id(integer);
            }
            Value::Real(real) => {
                self.0.push(tag::REAL);
                self.0.extend(real.to_bits().to_le_bytes());
            }
            Value::Text(text) => {
                self.0.push(tag::TEXT);
                self.text(text);
            }
            Value::Blob(bytes) => {
                self.0.push(tag::BLOB);
                self.count(bytes.len());
                self.0.extend(bytes);
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend(text.as_bytes());
    }

    /// What does not fit into four bytes makes a parcel that is too large, and is refused as that.
    fn count(&mut self, n: usize) {
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        self.0.extend(n.to_le_bytes());
    }

    /// Number of bytes so far.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        let sum = checksum(&self.0);
        self.0.extend(sum.to_le_bytes());
        self.0
    }
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut hash = Fnv::default();
    hash.bytes(bytes);
    hash.0
}

/// Reads a parcel. No number in it reserves any memory.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Reads what stands before the rows, and whether the bytes are those that were written.
pub(crate) fn head(bytes: &[u8]) -> Result<Head, ParcelError> {
    let damaged = |at, what| ParcelError::Damaged { at, what };
    if !bytes.starts_with(MAGIC) {
        return Err(damaged(0, "it does not begin as one"));
    }
    let mut reader = Reader {
        bytes,
        at: MAGIC.len(),
    };
    let format = reader.byte()?;
    if format > FORMAT {
        let known = FORMAT;
        return Err(ParcelError::NewerFormat { format, known });
    }
    let Some((written, sum)) = bytes.split_last_chunk::<CHECKSUM>() else {
        return Err(damaged(bytes.len(), "it ends"));
    };
    if checksum(written) != u64::from_le_bytes(*sum) {
        return Err(damaged(written.len(), "its checksum is another one"));
    }
    Ok(Head {
        id: ParcelId::from_bytes(reader.array()?),
        fingerprint: u64::from_le_bytes(reader.array()?),
        way: match reader.byte()? {
            0 => Way::InHand,
            1 => Way::Outbox,
            _ => return Err(damaged(reader.at - 1, "it goes a way that is not known")),
        },
    })
}

impl<'a> Reader<'a> {
    /// Reads a parcel with a [head] from its root on.
    pub(crate) fn of_rows(bytes: &'a [u8]) -> Self {
        let at = MAGIC.len() + 1 + size_of::<ParcelId>() + size_of::<u64>() + 1;
        let bytes = &bytes[..bytes.len().saturating_sub(CHECKSUM)];
        Self { bytes, at }
    }

    pub(crate) fn damaged(&self, what: &'static str) -> ParcelError {
        ParcelError::Damaged { at: self.at, what }
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], ParcelError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(taken) = rest.get(..n) else {
            return Err(self.damaged("it ends in the middle"));
        };
        self.at += n;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ParcelError> {
        let taken = self.take(N)?;
        Ok(taken.try_into().expect("as many bytes were taken"))
    }

    fn byte(&mut self) -> Result<u8, ParcelError> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn count(&mut self) -> Result<usize, ParcelError> {
        let count = u32::from_le_bytes(self.array()?);
        usize::try_from(count).map_err(|_| self.damaged("a number is too large"))
    }

    pub(crate) fn id(&mut self) -> Result<i64, ParcelError> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    fn blob(&mut self) -> Result<&'a [u8], ParcelError> {
        let n = self.count()?;
        self.take(n)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, ParcelError> {
        let bytes = self.blob()?;
        std::str::from_utf8(bytes).map_err(|_| self.damaged("a text is not valid UTF-8"))
    }

    pub(crate) fn cell(&mut self) -> Result<ParcelCell<'a>, ParcelError> {
        Ok(match self.byte()? {
            tag::INSIDE => ParcelCell::Inside(self.id()?),
            tag::OUTSIDE => {
                let n = self.count()?;
                let mut values = SmallVec::new();
                for _ in 0..n {
                    let kind = self.byte()?;
                    // It names no row, and takes many times the memory that it has in the parcel.
                    if kind == tag::NULL {
                        return Err(self.damaged("the name of a row has a NULL in it"));
                    }
                    values.push(Encoded::Borrowed(self.value(kind)?));
                }
                ParcelCell::Outside(values)
            }
            tag => ParcelCell::Value(self.value(tag)?),
        })
    }

    fn value(&mut self, tag: u8) -> Result<Value<'a>, ParcelError> {
        Ok(match tag {
            tag::NULL => Value::Null,
            tag::INTEGER => Value::Integer(self.id()?),
            tag::REAL => Value::Real(f64::from_bits(u64::from_le_bytes(self.array()?))),
            tag::TEXT => Value::Text(self.text()?),
            tag::BLOB => Value::Blob(self.blob()?),
            _ => return Err(self.damaged("no value begins so")),
        })
    }

    /// Whether nothing is left.
    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }
}
