//! Rows in the text format of PostgreSQL's COPY.

use super::{Cell, Form, floats};

/// One row after the other, in memory that is used again.
#[derive(Default)]
pub(super) struct CopiedRow {
    /// The bytes of all values, one after the other.
    bytes: Vec<u8>,
    /// Where each value ends; `None` for NULL.
    ends: Vec<Option<usize>>,
}

impl CopiedRow {
    /// The values of a line, which may end with a line feed.
    pub(super) fn values(&mut self, line: &[u8], forms: &[Form]) -> Vec<Cell<'_>> {
        self.bytes.clear();
        self.ends.clear();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        // A tab within a value is written `\t`.
        for (part, form) in line.split(|byte| *byte == b'\t').zip(forms) {
            let end = match (part, form) {
                (b"\\N", _) => None,
                // The `\` of `\x` is doubled.
                ([b'\\', b'\\', b'x', digits @ ..], Form::Bytes) => {
                    push_hex(&mut self.bytes, digits);
                    Some(self.bytes.len())
                }
                _ => {
                    push_unescaped(&mut self.bytes, part);
                    Some(self.bytes.len())
                }
            };
            self.ends.push(end);
        }
        let mut start = 0;
        let values = self.ends.iter().zip(forms).map(|(end, form)| {
            let Some(end) = *end else {
                return Cell::Null;
            };
            let bytes = &self.bytes[start..end];
            start = end;
            match form {
                Form::Bytes => Cell::Bytes(bytes),
                // PostgreSQL writes as many digits of a number of 32 bits as it needs.
                Form::Double | Form::Single => {
                    floats::double(bytes).map_or(Cell::Text(bytes), Cell::Real)
                }
                Form::Text | Form::Bits(_) => Cell::Text(bytes),
            }
        });
        values.collect()
    }
}

fn push_hex(bytes: &mut Vec<u8>, digits: &[u8]) {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => byte - b'0',
        _ => (byte | 0x20).wrapping_sub(b'a').wrapping_add(10),
    };
    let (pairs, _) = digits.as_chunks::<2>();
    bytes.extend(
        pairs
            .iter()
            .map(|[high, low]| digit(*high) << 4 | digit(*low)),
    );
}

fn push_unescaped(bytes: &mut Vec<u8>, mut part: &[u8]) {
    while let Some(at) = part.iter().position(|byte| *byte == b'\\') {
        bytes.extend_from_slice(&part[..at]);
        let Some(escaped) = part.get(at + 1) else {
            // A lone `\` at the end is none that PostgreSQL writes.
            bytes.push(b'\\');
            return;
        };
        bytes.push(match escaped {
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            other => *other,
        });
        part = &part[at + 2..];
    }
    bytes.extend_from_slice(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_its_values() {
        let forms = [
            Form::Text,
            Form::Text,
            Form::Bytes,
            Form::Double,
            Form::Single,
        ];
        let mut row = CopiedRow::default();
        assert_eq!(
            row.values(
                b"a\\tb\\\\N\\n\\r\\b\\f\\v\t\\N\t\\\\x00fFa1\t-0.5\t0.1\n",
                &forms
            ),
            [
                Cell::Text(b"a\tb\\N\n\r\x08\x0c\x0b"),
                Cell::Null,
                Cell::Bytes(&[0, 0xff, 0xa1]),
                Cell::Real(-0.5),
                Cell::Real(0.1),
            ]
        );
        assert_eq!(
            row.values(b"\t\\\\N\t\\\\x\tNaN\t-Infinity", &forms),
            [
                Cell::Text(b""),
                Cell::Text(b"\\N"),
                Cell::Bytes(b""),
                Cell::Text(b"NaN"),
                Cell::Real(f64::NEG_INFINITY),
            ]
        );
    }
}
