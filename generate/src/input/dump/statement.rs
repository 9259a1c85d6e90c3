//! Reads the starts and ends of statements and rows.

use super::copy;
use super::insert::{self, Form, Target, Verb};
use super::scan::{Scan, Scanned, Stop};
use crate::sql::Dialect;

/// What a statement begins with.
pub(super) enum Start {
    End,
    /// A line for the database's client, or a lone delimiter.
    Passed,
    Delimiter(String),
    Rows(Target, Verb, Form),
    Copy(Target),
    Statement,
}

/// Passes over a comment behind the last statement, on its line.
pub(super) fn rest_of_last_line(scan: &mut Scan<'_>) -> Scanned<()> {
    let start = scan.at;
    while matches!(scan.peek()?, Some(b' ' | b'\t')) {
        scan.at += 1;
    }
    let is_comment = scan.starts(b"--")? || scan.rules.is_mysql() && scan.starts(b"#")?;
    match is_comment && start != scan.at {
        true => scan.line(),
        false => {
            scan.at = start;
            Ok(())
        }
    }
}

/// Reads the start of a statement, whose first byte is here.
pub(super) fn start(scan: &mut Scan<'_>, delimiter: &str) -> Scanned<Start> {
    let Some(byte) = scan.peek()? else {
        return Ok(Start::End);
    };
    if scan.starts(delimiter.as_bytes())? {
        scan.at += delimiter.len();
        return Ok(Start::Passed);
    }
    if byte == b';' {
        scan.at += 1;
        return Ok(Start::Passed);
    }
    if byte == b'\\' && scan.rules.dialect == Dialect::Postgres {
        scan.line()?;
        return Ok(Start::Passed);
    }
    let word = scan.word()?.to_ascii_uppercase();
    if word == b"DELIMITER" && scan.rules.is_mysql() {
        let from = scan.at + word.len();
        scan.line()?;
        let line = String::from_utf8_lossy(&scan.bytes[from..scan.at]);
        return Ok(match line.split_ascii_whitespace().next() {
            Some(delimiter) => Start::Delimiter(delimiter.to_owned()),
            None => Start::Passed,
        });
    }
    let from = scan.at;
    let found = match word.as_slice() {
        b"INSERT" | b"REPLACE" => {
            insert::head(scan).map(|(target, verb, form)| Start::Rows(target, verb, form))
        }
        b"COPY" if scan.rules.dialect == Dialect::Postgres => copy::head(scan).map(Start::Copy),
        _ => return Ok(Start::Statement),
    };
    match found {
        // It is cut off, or it is an INSERT of something else.
        Err(Stop::Wrong(at)) if at < scan.bytes.len() => {
            scan.at = from;
            Ok(Start::Statement)
        }
        found => found,
    }
}

/// Reads what stands before the values of a row.
pub(super) fn start_of_row(scan: &mut Scan<'_>) -> Scanned<()> {
    scan.blank()?;
    scan.eat_word("ROW")?;
    scan.expect(b'(')
}

/// Reads what stands behind a row: whether another one follows.
pub(super) fn goes_on(scan: &mut Scan<'_>) -> Scanned<bool> {
    scan.blank()?;
    scan.eat(b',')
}

/// Reads up to the end of a statement: its text, without the delimiter. A statement with rows needs one: without it
/// nothing would tell that there were more rows.
pub(super) fn end_of_statement(
    scan: &mut Scan<'_>,
    delimiter: &[u8],
) -> Scanned<std::ops::Range<usize>> {
    scan.blank()?;
    let start = scan.at;
    loop {
        let is_end = scan.starts(delimiter)?;
        let end = scan.at;
        match scan.peek()? {
            _ if is_end => scan.at += delimiter.len(),
            None => return scan.more(),
            // The delimiter may not have been set back.
            Some(b';') => scan.at += 1,
            Some(quote @ (b'\'' | b'"' | b'`')) => {
                scan.skip_string(scan.rules.escapes_in(quote))?;
                continue;
            }
            Some(_) => {
                scan.at += 1;
                continue;
            }
        }
        return Ok(start..end);
    }
}

/// Whether a comment says that the dump is complete.
pub(super) fn is_last_line(bytes: &[u8]) -> bool {
    let lines = [
        &b"-- Dump completed"[..],
        b"database dump complete",
        b"cluster dump complete",
    ];
    lines
        .iter()
        .any(|line| memchr::memmem::find(bytes, line).is_some())
}

/// Within so many bytes a dump says what has made it.
pub(super) const FIRST_LINE: usize = 200;

/// Whether a dump starts here whose last line says that it is complete.
pub(super) fn is_first_line(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(FIRST_LINE)];
    let lines = [
        &b"-- MySQL dump"[..],
        b"-- MariaDB dump",
        b"PostgreSQL database dump",
        b"PostgreSQL database cluster dump",
    ];
    lines
        .iter()
        .any(|line| memchr::memmem::find(start, line).is_some())
}
