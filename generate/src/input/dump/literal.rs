//! Reads the values of a row.

use std::ops::Range;

use super::charset::Charset;
use super::escapes::{hex_bytes, unescaped, unescaped_copy};
use super::scan::{Scan, Scanned, is_word};
use crate::input::cell::Cell;
use crate::sql::Dialect;

/// The values of a row, in the window or beside it. Its memory is used again for each row.
#[derive(Default)]
pub(super) struct Values {
    values: Vec<Value>,
    /// What is not in the window as it is meant: texts with escapes, bytes in hexadecimal digits.
    beside: Vec<u8>,
    /// For each column, whether a text is meant as bytes, and has no character set.
    pub(super) is_bytes: Vec<bool>,
}

#[derive(Debug, Clone)]
enum Value {
    Null,
    Default,
    Integer(i64),
    Real(f64),
    Decimal(Range<usize>),
    Text(Span),
    Bytes(Span),
    Bits(Span),
    Expression(Range<usize>),
}

#[derive(Debug, Clone)]
enum Span {
    Window(Range<usize>),
    Beside(Range<usize>),
}

impl Values {
    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.beside.clear();
    }

    /// The values, of a window.
    pub(super) fn cells<'b>(&'b self, window: &'b [u8]) -> Vec<Cell<'b>> {
        let digits = |range: &Range<usize>| std::str::from_utf8(&window[range.clone()]);
        let inside = |span: &Span| match span {
            Span::Window(range) => &window[range.clone()],
            Span::Beside(range) => &self.beside[range.clone()],
        };
        let cell = |value: &Value| match value {
            Value::Null => Cell::Null,
            Value::Default => Cell::Default,
            Value::Integer(integer) => Cell::Integer(*integer),
            Value::Real(real) => Cell::Real(*real),
            Value::Decimal(range) => Cell::Decimal(digits(range).expect("digits are ASCII")),
            Value::Text(span) => Cell::Text(inside(span)),
            Value::Bytes(span) => Cell::Bytes(inside(span)),
            Value::Bits(span) => {
                Cell::Bits(std::str::from_utf8(inside(span)).expect("bits are ASCII"))
            }
            Value::Expression(range) => Cell::Expression(digits(range).unwrap_or("..")),
        };
        self.values.iter().map(cell).collect()
    }

    /// Reads the values of a row, behind its first parenthesis.
    pub(super) fn row(&mut self, scan: &mut Scan<'_>, charset: Charset) -> Scanned<()> {
        scan.blank()?;
        if scan.eat(b')')? {
            return Ok(());
        }
        loop {
            self.value(scan, charset)?;
            if scan.eat(b')')? {
                return Ok(());
            }
            scan.expect(b',')?;
            scan.blank()?;
        }
    }

    /// Reads a value, and the blanks behind it.
    pub(super) fn value(&mut self, scan: &mut Scan<'_>, charset: Charset) -> Scanned<()> {
        let start = scan.at;
        let is_text = !self
            .is_bytes
            .get(self.values.len())
            .copied()
            .unwrap_or(false);
        let charset = if is_text { charset } else { Charset::Utf8 };
        let found = self.literal(scan, charset)?;
        scan.blank()?;
        if scan.rules.dialect == Dialect::Postgres && found.is_some() {
            while scan.starts(b"::")? {
                scan.skip_expression()?;
            }
        }
        // `SET a = 1 ON DUPLICATE KEY ..` has no other end.
        let is_clause = scan.word()?.eq_ignore_ascii_case(b"on");
        let value = match (found, scan.peek()?) {
            (Some(value), Some(b',' | b')' | b';') | None) => value,
            (Some(value), _) if is_clause => value,
            _ => {
                scan.at = start;
                scan.skip_expression()?;
                let text = &scan.bytes[start..scan.at];
                Value::Expression(start..start + text.trim_ascii_end().len())
            }
        };
        self.values.push(value);
        Ok(())
    }

    /// Reads a literal; `None` if something else is here.
    fn literal(&mut self, scan: &mut Scan<'_>, charset: Charset) -> Scanned<Option<Value>> {
        let Some(byte) = scan.peek()? else {
            return scan.more();
        };
        match byte {
            b'\'' => self.text(scan, scan.rules.backslash, charset).map(Some),
            b'"' if scan.rules.is_mysql() && !scan.rules.ansi_quotes => {
                self.text(scan, scan.rules.backslash, charset).map(Some)
            }
            b'0'..=b'9' | b'.' | b'-' | b'+' => self.number(scan),
            b'$' => Ok(match scan.dollar_tag()? {
                Some(tag) => {
                    let inside = scan.dollar_quoted(tag)?;
                    Some(Value::Text(self.decoded(scan.bytes, inside, charset)))
                }
                None => None,
            }),
            b'\\' if scan.rules.is_mysql() && scan.starts(b"\\N")? => {
                scan.at += 2;
                Ok(Some(Value::Null))
            }
            _ => self.word(scan, charset),
        }
    }

    /// Reads a literal that starts with a word.
    fn word(&mut self, scan: &mut Scan<'_>, charset: Charset) -> Scanned<Option<Value>> {
        let word = scan.word()?;
        let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
        let value = if is("null") {
            Value::Null
        } else if is("default") {
            Value::Default
        } else if is("true") {
            Value::Integer(1)
        } else if is("false") {
            Value::Integer(0)
        } else if word.is_empty() {
            return Ok(None);
        } else {
            return self.prefixed(scan, word, charset);
        };
        scan.at += word.len();
        Ok(Some(value))
    }

    /// Reads a string with a word before it: `x'00'`, `_latin1'a'`, `E'a'`, `DATE '2000-01-01'`.
    fn prefixed(
        &mut self,
        scan: &mut Scan<'_>,
        word: &[u8],
        charset: Charset,
    ) -> Scanned<Option<Value>> {
        let rules = scan.rules;
        let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
        let start = scan.at;
        scan.at += word.len();
        if scan.peek()? == Some(b'\'') {
            if is("x") {
                return self.hexadecimal(scan).map(Some);
            }
            if is("b") {
                return self.bits(scan);
            }
            if is("n") {
                return self.text(scan, rules.backslash, charset).map(Some);
            }
            if is("e") && rules.dialect == Dialect::Postgres {
                return self.text(scan, true, charset).map(Some);
            }
        }
        scan.blank()?;
        if let (Some(b'_'), true) = (word.first(), rules.is_mysql()) {
            return self.introduced(scan, &word[1..]);
        }
        let typed = [
            "date",
            "time",
            "timestamp",
            "datetime",
            "interval",
            "json",
            "uuid",
        ];
        if scan.peek()? == Some(b'\'') && typed.iter().any(|name| is(name)) {
            return self.text(scan, rules.backslash, charset).map(Some);
        }
        scan.at = start;
        Ok(None)
    }

    /// Reads the literal behind `_latin1` and its like.
    fn introduced(&mut self, scan: &mut Scan<'_>, name: &[u8]) -> Scanned<Option<Value>> {
        let name = String::from_utf8_lossy(name);
        let Some(charset) = Charset::named(&name) else {
            return Ok(None);
        };
        let mut value = match self.literal(scan, Charset::Utf8)? {
            Some(value @ (Value::Text(_) | Value::Bytes(_))) => value,
            other => return Ok(other),
        };
        if let Value::Text(span) | Value::Bytes(span) = &mut value {
            let is_binary = name.eq_ignore_ascii_case("binary");
            if !is_binary && charset != Charset::Utf8 {
                let bytes = match span.clone() {
                    Span::Window(range) => scan.bytes[range].to_vec(),
                    Span::Beside(range) => self.beside[range].to_vec(),
                };
                let from = self.beside.len();
                charset.decode(&bytes, &mut self.beside);
                *span = Span::Beside(from..self.beside.len());
            }
            value = match is_binary {
                true => Value::Bytes(span.clone()),
                false => Value::Text(span.clone()),
            };
        }
        Ok(Some(value))
    }

    /// Reads a string. Strings that follow each other are one.
    fn text(&mut self, scan: &mut Scan<'_>, escapes: bool, charset: Charset) -> Scanned<Value> {
        let quote = scan.bytes[scan.at];
        let start = scan.at + 1;
        scan.skip_string(escapes)?;
        let inside = start..scan.at - 1;
        let end = scan.at;
        scan.blank()?;
        let goes_on = scan.peek()? == Some(quote) && scan.rules.dialect != Dialect::Sqlite;
        let bytes = &scan.bytes[inside.clone()];
        let is_plain = match escapes {
            true => memchr::memchr2(quote, b'\\', bytes).is_none(),
            false => memchr::memchr(quote, bytes).is_none(),
        };
        if is_plain && !goes_on {
            return Ok(Value::Text(self.decoded(scan.bytes, inside, charset)));
        }
        let from = self.beside.len();
        unescaped(bytes, quote, escapes, scan.rules.dialect, &mut self.beside);
        scan.at = end;
        scan.blank()?;
        while scan.peek()? == Some(quote) && scan.rules.dialect != Dialect::Sqlite {
            let start = scan.at + 1;
            scan.skip_string(escapes)?;
            let bytes = &scan.bytes[start..scan.at - 1];
            unescaped(bytes, quote, escapes, scan.rules.dialect, &mut self.beside);
            scan.blank()?;
        }
        if charset != Charset::Utf8 {
            let bytes = self.beside.split_off(from);
            charset.decode(&bytes, &mut self.beside);
        }
        Ok(Value::Text(Span::Beside(from..self.beside.len())))
    }

    fn decoded(&mut self, bytes: &[u8], inside: Range<usize>, charset: Charset) -> Span {
        if charset == Charset::Utf8 || bytes[inside.clone()].is_ascii() {
            return Span::Window(inside);
        }
        let from = self.beside.len();
        charset.decode(&bytes[inside], &mut self.beside);
        Span::Beside(from..self.beside.len())
    }

    /// Reads a number, or `0x..` and `0b..` of MySQL.
    fn number(&mut self, scan: &mut Scan<'_>) -> Scanned<Option<Value>> {
        let start = scan.at;
        let rest = scan.rest();
        let length = rest.iter().take_while(|byte| is_of_number(**byte)).count();
        if length == rest.len() && !scan.is_end {
            return scan.more();
        }
        // `1-2` is an expression; `1e-2` and `-2` are numbers.
        let digits = &rest[..length];
        scan.at += length;
        if let Some(hex) = digits.strip_prefix(b"0x").filter(|_| scan.rules.is_mysql()) {
            return Ok(self.decode_hex(hex).map(Value::Bytes));
        }
        if let Some(bits) = digits.strip_prefix(b"0b").filter(|_| scan.rules.is_mysql()) {
            let is_bits = bits.iter().all(|byte| matches!(byte, b'0' | b'1'));
            return Ok(is_bits.then_some(Value::Bits(Span::Window(start + 2..scan.at))));
        }
        let Ok(text) = std::str::from_utf8(digits) else {
            return Ok(None);
        };
        if !is_padded(text)
            && let Ok(integer) = text.parse()
        {
            return Ok(Some(Value::Integer(integer)));
        }
        let real = text.parse::<f64>().ok();
        let is_number = text.bytes().any(|byte| byte.is_ascii_digit());
        let Some(real) = real.filter(|_| is_number) else {
            return Ok(None);
        };
        Ok(Some(match scan.rules.dialect {
            // SQLite writes an infinite number as one that is too large.
            Dialect::Sqlite => Value::Real(real),
            _ => Value::Decimal(start..scan.at),
        }))
    }

    /// Reads `'00ff'`: bytes, or bits in PostgreSQL.
    fn hexadecimal(&mut self, scan: &mut Scan<'_>) -> Scanned<Value> {
        let start = scan.at + 1;
        scan.skip_string(false)?;
        let digits = &scan.bytes[start..scan.at - 1];
        if scan.rules.dialect == Dialect::Postgres {
            let from = self.beside.len();
            for digit in digits {
                let Some(value) = char::from(*digit).to_digit(16) else {
                    return scan.wrong();
                };
                self.beside
                    .extend_from_slice(format!("{value:04b}").as_bytes());
            }
            return Ok(Value::Bits(Span::Beside(from..self.beside.len())));
        }
        match self.decode_hex(digits) {
            Some(span) => Ok(Value::Bytes(span)),
            None => scan.wrong(),
        }
    }

    fn bits(&mut self, scan: &mut Scan<'_>) -> Scanned<Option<Value>> {
        let start = scan.at + 1;
        scan.skip_string(false)?;
        let inside = start..scan.at - 1;
        let bits = &scan.bytes[inside.clone()];
        let is_bits = bits.iter().all(|byte| matches!(byte, b'0' | b'1'));
        Ok(is_bits.then_some(Value::Bits(Span::Window(inside))))
    }

    fn decode_hex(&mut self, digits: &[u8]) -> Option<Span> {
        let from = self.beside.len();
        hex_bytes(digits, &mut self.beside)?;
        Some(Span::Beside(from..self.beside.len()))
    }

    /// Adds a value of COPY: NULL, or a text with escapes.
    pub(super) fn copied(&mut self, line: &[u8], field: Range<usize>, charset: Charset) {
        let bytes = &line[field.clone()];
        if bytes == b"\\N" {
            self.values.push(Value::Null);
            return;
        }
        let span = match memchr::memchr(b'\\', bytes) {
            None => self.decoded(line, field, charset),
            Some(_) => {
                let from = self.beside.len();
                unescaped_copy(bytes, &mut self.beside);
                if charset != Charset::Utf8 {
                    let bytes = self.beside.split_off(from);
                    charset.decode(&bytes, &mut self.beside);
                }
                Span::Beside(from..self.beside.len())
            }
        };
        self.values.push(Value::Text(span));
    }
}

fn is_of_number(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'.' | b'-' | b'+')
}

/// Whether a number has digits or signs that an integer does not need, and a text may keep.
fn is_padded(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    text.starts_with('+') || digits.len() > 1 && digits.starts_with('0') || text == "-0"
}
