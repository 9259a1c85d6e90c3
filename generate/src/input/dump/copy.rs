//! Reads `COPY .. FROM stdin` and its rows.

use super::charset::Charset;
use super::insert::{Target, names};
use super::literal::Values;
use super::scan::{Scan, Scanned};

/// Reads the statement, with the end of its line. Anything else, such as CSV or a COPY from a file, is wrong.
pub(super) fn head(scan: &mut Scan<'_>) -> Scanned<Target> {
    if !scan.eat_word("COPY")? {
        return scan.wrong();
    }
    let (schema, table) = scan.path()?;
    let columns = match scan.peek()? {
        Some(b'(') => Some(names(scan)?),
        _ => None,
    };
    if !scan.eat_word("FROM")? || !scan.eat_word("STDIN")? {
        return scan.wrong();
    }
    scan.expect(b';')?;
    scan.line()?;
    if scan.peek()?.is_some() {
        scan.at += 1;
    }
    Ok(Target {
        schema,
        table,
        columns,
        is_copy: true,
    })
}

/// Reads the next line; `false` at the end of the rows.
pub(super) fn row(scan: &mut Scan<'_>, values: &mut Values, charset: Charset) -> Scanned<bool> {
    let end = end_of_row(scan)?;
    let line = &scan.bytes[scan.at..end];
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let from = scan.at;
    let to = from + line.len();
    scan.at = scan.bytes.len().min(end + 1);
    if line == b"\\." {
        return Ok(false);
    }
    let mut start = from;
    for tab in memchr::memchr_iter(b'\t', line) {
        if is_escaped(&line[..tab]) {
            continue;
        }
        values.copied(scan.bytes, start..from + tab, charset);
        start = from + tab + 1;
    }
    values.copied(scan.bytes, start..to, charset);
    Ok(true)
}

/// Passes over the next line; `false` at the end of the rows.
pub(super) fn skip_row(scan: &mut Scan<'_>) -> Scanned<bool> {
    let end = end_of_row(scan)?;
    let line = &scan.bytes[scan.at..end];
    scan.at = scan.bytes.len().min(end + 1);
    Ok(line.strip_suffix(b"\r").unwrap_or(line) != b"\\.")
}

/// Where the row ends: at a line feed that no `\` stands before.
fn end_of_row(scan: &Scan<'_>) -> Scanned<usize> {
    let mut at = scan.at;
    loop {
        let Some(length) = memchr::memchr(b'\n', &scan.bytes[at..]) else {
            let rest = scan.rest();
            let is_last = scan.is_end && rest.strip_suffix(b"\r").unwrap_or(rest) == b"\\.";
            return match is_last {
                // The last line of a text needs no line feed.
                true => Ok(scan.bytes.len()),
                false => scan.more(),
            };
        };
        at += length;
        if !is_escaped(&scan.bytes[scan.at..at]) {
            return Ok(at);
        }
        at += 1;
    }
}

/// Whether an odd number of `\` stands at the end.
fn is_escaped(before: &[u8]) -> bool {
    let n = before.iter().rev().take_while(|byte| **byte == b'\\');
    n.count() % 2 == 1
}
