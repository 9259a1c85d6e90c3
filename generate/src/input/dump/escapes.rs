//! Texts and bytes without the escapes that they are written with.

use crate::sql::Dialect;

/// Adds the bytes of hexadecimal digits; `None` if they are none.
pub(crate) fn hex_bytes(digits: &[u8], to: &mut Vec<u8>) -> Option<()> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let mut digits = digits;
    // MySQL takes an odd number of digits: 0xf is 0x0f.
    if !digits.len().is_multiple_of(2) {
        to.push(digit(digits[0])?);
        digits = &digits[1..];
    }
    for pair in digits.chunks_exact(2) {
        to.push(digit(pair[0])? << 4 | digit(pair[1])?);
    }
    Some(())
}

/// Adds the inside of a string without its escapes.
pub(super) fn unescaped(
    bytes: &[u8],
    quote: u8,
    escapes: bool,
    dialect: Dialect,
    to: &mut Vec<u8>,
) {
    let mut rest = bytes;
    loop {
        let found = match escapes {
            true => memchr::memchr2(quote, b'\\', rest),
            false => memchr::memchr(quote, rest),
        };
        let Some(at) = found else {
            to.extend_from_slice(rest);
            return;
        };
        to.extend_from_slice(&rest[..at]);
        let is_escape = rest[at] == b'\\';
        rest = &rest[at + 1..];
        if !is_escape {
            // The second one of two quotes.
            to.push(quote);
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        rest = match dialect {
            Dialect::MySql => mysql_escape(rest, to),
            _ => postgres_escape(rest, to),
        };
    }
}

/// Adds the character behind a `\`, and returns the rest.
fn mysql_escape<'b>(rest: &'b [u8], to: &mut Vec<u8>) -> &'b [u8] {
    let Some((&byte, rest)) = rest.split_first() else {
        return rest;
    };
    match byte {
        b'0' => to.push(0),
        b'b' => to.push(8),
        b'n' => to.push(b'\n'),
        b'r' => to.push(b'\r'),
        b't' => to.push(b'\t'),
        b'Z' => to.push(26),
        // For patterns of LIKE; the `\` stays.
        b'%' | b'_' => to.extend([b'\\', byte]),
        other => to.push(other),
    }
    rest
}

fn postgres_escape<'b>(rest: &'b [u8], to: &mut Vec<u8>) -> &'b [u8] {
    let (n_digits, start) = match rest.first() {
        Some(b'u') => (4, 1),
        Some(b'U') => (8, 1),
        _ => return copy_escape(rest, to),
    };
    let digits = rest.get(start..start + n_digits);
    let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
    let c = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let Some(mut c) = c else {
        to.push(rest[0]);
        return &rest[1..];
    };
    let mut rest = &rest[start + n_digits..];
    // A character outside of the first plane can be two escapes.
    if let (0xd800..=0xdbff, Some(low)) = (c, low_surrogate(rest)) {
        c = 0x10000 + ((c - 0xd800) << 10) + low;
        rest = &rest[6..];
    }
    let c = char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER);
    to.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    rest
}

/// The low ten bits of a character whose high ones stand before.
fn low_surrogate(rest: &[u8]) -> Option<u32> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    let low = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (0xdc00..=0xdfff).contains(&low).then(|| low - 0xdc00)
}

/// Adds a value of COPY without its escapes.
pub(super) fn unescaped_copy(bytes: &[u8], to: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        to.extend_from_slice(&rest[..at]);
        rest = copy_escape(&rest[at + 1..], to);
    }
    to.extend_from_slice(rest);
}

fn copy_escape<'b>(rest: &'b [u8], to: &mut Vec<u8>) -> &'b [u8] {
    let Some((&byte, behind)) = rest.split_first() else {
        to.push(b'\\');
        return rest;
    };
    let number = |digits: &'b [u8], radix: u32, most: usize| {
        let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
        let n = digits.iter().take(most).take_while(is_digit).count();
        let value = digits[..n].iter().fold(0_u32, |value, byte| {
            value * radix + char::from(*byte).to_digit(radix).unwrap_or_default()
        });
        // As the server does: the low eight bits.
        (n > 0).then(|| (value.to_le_bytes()[0], &digits[n..]))
    };
    let simple = match byte {
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'0'..=b'7' => {
            let (value, behind) = number(rest, 8, 3).unwrap_or((byte, behind));
            to.push(value);
            return behind;
        }
        b'x' => match number(behind, 16, 2) {
            Some((value, behind)) => {
                to.push(value);
                return behind;
            }
            None => byte,
        },
        other => other,
    };
    to.push(simple);
    behind
}
