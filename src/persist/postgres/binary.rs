//! Rows in the binary format of COPY: a header, a count of fields and the fields for each row, and a trailer.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

use crate::schema::value::{ColumnKind, Value};
use crate::store::row::reader::{Cell, Cells};

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";

/// How many bytes are sent at once.
const CHUNK: usize = 1 << 16;

/// Rows that are sent to a server.
pub(super) struct Outgoing(BytesMut);

impl Outgoing {
    pub(super) fn new() -> Self {
        let mut bytes = BytesMut::with_capacity(2 * CHUNK);
        bytes.put_slice(SIGNATURE);
        // No flags, and no extension of the header.
        bytes.put_i32(0);
        bytes.put_i32(0);
        Self(bytes)
    }

    /// Adds a row whose cells fit their columns.
    pub(super) fn row(&mut self, id: i64, cells: &[Cell<'_>]) {
        let out = &mut self.0;
        let n_fields =
            i16::try_from(cells.len() + 1).expect("a table has at most 1,600 columns there");
        out.put_i16(n_fields);
        out.put_i32(8);
        out.put_i64(id);
        for cell in cells {
            let bytes = match cell {
                Cell::Value(Value::Null) => {
                    out.put_i32(-1);
                    continue;
                }
                Cell::Value(Value::Integer(integer)) => &integer.to_be_bytes()[..],
                Cell::Value(Value::Real(real)) => &real.to_be_bytes()[..],
                Cell::Value(Value::Text(text)) => text.as_bytes(),
                Cell::Value(Value::Blob(bytes)) => bytes,
                Cell::NotUtf8 => unreachable!("such a row was refused"),
            };
            let length = i32::try_from(bytes.len()).expect("SQLite's values have less than 2 GB");
            out.put_i32(length);
            out.put_slice(bytes);
        }
    }

    /// What is to be sent now, if it is enough.
    pub(super) fn full(&mut self) -> Option<Bytes> {
        (self.0.len() >= CHUNK).then(|| self.0.split().freeze())
    }

    /// What is left to be sent.
    pub(super) fn end(mut self) -> Bytes {
        self.0.put_i16(-1);
        self.0.freeze()
    }
}

/// Rows that come from a server.
#[derive(Default)]
pub(super) struct Incoming {
    /// The start of a row whose rest has not come yet. A server sends each row in a message of its own, so that there
    /// is none, but the protocol does not promise it.
    left: BytesMut,
    has_header: bool,
    is_at_end: bool,
}

/// Something else than rows of this format.
#[derive(Debug, thiserror::Error)]
#[error("the server has sent something else than the rows that were asked for")]
pub(super) struct Malformed;

impl Incoming {
    /// Whether the last row was read.
    pub(super) fn is_at_end(&self) -> bool {
        self.is_at_end && self.left.is_empty()
    }

    /// Takes some bytes of the stream, which may end anywhere. Calls `see` with the id and the other columns of each row
    /// that is there now. Its error is returned.
    pub(super) fn rows<E: From<Malformed>>(
        &mut self,
        bytes: &[u8],
        kinds: &[ColumnKind],
        see: impl FnMut(i64, &[Cell<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.left.is_empty() {
            let rest = self.whole_rows(bytes, kinds, see)?;
            self.left.extend_from_slice(rest);
            return Ok(());
        }
        let mut left = std::mem::take(&mut self.left);
        left.extend_from_slice(bytes);
        let n_left = self.whole_rows(&left, kinds, see)?.len();
        left.advance(left.len() - n_left);
        self.left = left;
        Ok(())
    }

    /// Returns what comes after the last row that is there as a whole.
    fn whole_rows<'r, E: From<Malformed>>(
        &mut self,
        mut rest: &'r [u8],
        kinds: &[ColumnKind],
        mut see: impl FnMut(i64, &[Cell<'_>]) -> Result<(), E>,
    ) -> Result<&'r [u8], E> {
        if !self.has_header {
            let Some(length) = header(rest)? else {
                return Ok(rest);
            };
            rest = &rest[length..];
            self.has_header = true;
        }
        while !rest.is_empty() {
            if self.is_at_end {
                return Err(Malformed.into());
            }
            let (mut cells, before) = (Cells::new(), rest);
            match row(&mut rest, kinds, &mut cells)? {
                Read::Row(id) => see(id, &cells)?,
                Read::Part => return Ok(before),
                Read::End => self.is_at_end = true,
            }
        }
        Ok(rest)
    }
}

enum Read {
    Row(i64),
    /// The rest of it has not come yet.
    Part,
    End,
}

/// The length of the header, if all of it is there.
fn header(bytes: &[u8]) -> Result<Option<usize>, Malformed> {
    let fixed = SIGNATURE.len() + 8;
    if bytes.len() < fixed {
        return Ok(None);
    }
    let (signature, mut rest) = bytes.split_at(SIGNATURE.len());
    let (flags, extension) = (rest.get_i32(), rest.get_i32());
    let extension = usize::try_from(extension).map_err(|_| Malformed)?;
    if signature != SIGNATURE || flags != 0 {
        return Err(Malformed);
    }
    Ok((rest.len() >= extension).then_some(fixed + extension))
}

/// Reads one row, and leaves what comes after it.
fn row<'r>(
    rest: &mut &'r [u8],
    kinds: &[ColumnKind],
    cells: &mut Cells<'r>,
) -> Result<Read, Malformed> {
    let Ok(n_fields) = rest.try_get_i16() else {
        return Ok(Read::Part);
    };
    if n_fields == -1 {
        return Ok(Read::End);
    }
    if usize::try_from(n_fields) != Ok(kinds.len() + 1) {
        return Err(Malformed);
    }
    let id = match field(rest)? {
        None => return Ok(Read::Part),
        Some(None) => return Err(Malformed),
        Some(Some(bytes)) => i64::from_be_bytes(bytes.try_into().map_err(|_| Malformed)?),
    };
    for kind in kinds {
        let Some(bytes) = field(rest)? else {
            return Ok(Read::Part);
        };
        cells.push(match bytes {
            None => Cell::Value(Value::Null),
            Some(bytes) => cell(*kind, bytes)?,
        });
    }
    Ok(Read::Row(id))
}

/// The bytes of a field, or NULL; nothing if they are not all there.
#[allow(clippy::option_option, reason = "a part of a field, NULL, and a field")]
fn field<'r>(rest: &mut &'r [u8]) -> Result<Option<Option<&'r [u8]>>, Malformed> {
    let Ok(length) = rest.try_get_i32() else {
        return Ok(None);
    };
    if length == -1 {
        return Ok(Some(None));
    }
    let length = usize::try_from(length).map_err(|_| Malformed)?;
    Ok(rest.split_off(..length).map(Some))
}

fn cell(kind: ColumnKind, bytes: &[u8]) -> Result<Cell<'_>, Malformed> {
    let eight = || <[u8; 8]>::try_from(bytes).map_err(|_| Malformed);
    Ok(Cell::Value(match kind {
        ColumnKind::Integer => Value::Integer(i64::from_be_bytes(eight()?)),
        ColumnKind::Real => Value::Real(f64::from_be_bytes(eight()?)),
        ColumnKind::Text => match std::str::from_utf8(bytes) {
            Ok(text) => Value::Text(text),
            Err(_) => return Ok(Cell::NotUtf8),
        },
        ColumnKind::Blob => Value::Blob(bytes),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: &[ColumnKind] = &[
        ColumnKind::Integer,
        ColumnKind::Real,
        ColumnKind::Text,
        ColumnKind::Blob,
    ];

    fn sent() -> Vec<u8> {
        let mut out = Outgoing::new();
        let value = Cell::Value;
        out.row(
            i64::MIN,
            &[
                value(Value::Integer(-1)),
                value(Value::Real(-0.0)),
                value(Value::Text("ü")),
                value(Value::Blob(b"\0\xff")),
            ],
        );
        out.row(7, &[value(Value::Null); 4]);
        out.end().to_vec()
    }

    fn read(chunks: &[&[u8]]) -> Result<(Vec<String>, bool), Malformed> {
        let (mut incoming, mut rows) = (Incoming::default(), Vec::new());
        for chunk in chunks {
            incoming.rows(chunk, KINDS, |id, cells| {
                rows.push(format!("{id} {cells:?}"));
                Ok::<(), Malformed>(())
            })?;
        }
        Ok((rows, incoming.is_at_end()))
    }

    /// Wherever the stream is cut.
    #[test]
    fn rows_come_as_they_were_sent() {
        let sent = sent();
        let whole = read(&[&sent]).expect("they are rows");
        assert!(
            whole.0[0].contains("Real(-0.0)") && whole.0[1].starts_with("7 "),
            "{whole:?}"
        );
        assert!(whole.1);
        for cut in 0..sent.len() {
            let (first, second) = sent.split_at(cut);
            assert_eq!(
                read(&[first, second]).expect("they are rows"),
                whole,
                "{cut}"
            );
            assert!(
                !read(&[first]).expect("they are rows").1,
                "{cut} is not the end"
            );
        }
    }

    #[test]
    fn something_else_is_refused() {
        let sent = sent();
        for (place, byte) in [(0, b'X'), (11, 1), (20, 9), (24, 7)] {
            let mut wrong = sent.clone();
            wrong[place] = byte;
            assert!(read(&[&wrong]).is_err(), "{place}");
        }
        assert!(read(&[&sent, b"\xff\xff"]).is_err(), "after the end");
    }
}
