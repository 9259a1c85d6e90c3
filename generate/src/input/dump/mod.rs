//! Reads the text of a dump in chunks: statements as a whole, and rows one by one.
//!
//! Never more than one row, or one statement without rows, is in memory, beside a chunk of the text.

pub(crate) mod catalog;
mod charset;
mod copy;
pub(crate) mod file;
mod insert;
mod literal;
mod scan;
mod settings;
mod window;

use std::io::Read;

pub(crate) use insert::{Tail, Target, Verb};
pub(crate) use literal::hex_bytes;

use super::cell::Cell;
use super::split::{self, Statement};
use crate::error::TextError;
use crate::sql::Dialect;
use insert::Form;
use literal::Values;
use scan::{Scan, Scanned, Stop};
use settings::Settings;
use window::Window;

/// How many bytes are read at once.
pub(crate) const CHUNK: usize = 1 << 18;
/// The longest statement without rows, in bytes.
const LONGEST_STATEMENT: usize = 1 << 26;
/// The longest row, in bytes: SQLite's rows are no longer, and escapes can double them.
const LONGEST_ROW: usize = 1 << 31;

/// A text, read from its start to its end.
pub(crate) struct Dump<R> {
    window: Window<R>,
    settings: Settings,
    /// What ends a statement.
    delimiter: String,
    state: State,
    /// How much of the window the last event used.
    used: usize,
    values: Values,
    /// Whether the last line is there, if there is to be one.
    is_complete: bool,
    /// Whether the first line has been looked at.
    is_begun: bool,
}

/// What is read next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Statements,
    /// The first row, or another one behind a comma.
    Rows(Form),
    Copied,
}

/// Where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) offset: u64,
}

/// What was read.
#[derive(Debug)]
pub(crate) enum Event<'w> {
    /// A statement without rows. Its lines count from 1; its place is that of the start of its text.
    Statement(Statement<'w>, Place),
    /// Rows follow, and then [`Event::End`].
    Rows(Target, Verb, Place),
    /// A row.
    Row(Vec<Cell<'w>>, Place),
    /// The rows of a statement have ended.
    End(Tail),
}

/// What a statement begins with.
enum Start {
    End,
    /// A line for the database's client, or a lone delimiter.
    Passed,
    Delimiter(String),
    Rows(Target, Verb, Form),
    Copy(Target),
    Statement,
}

impl<R: Read> Dump<R> {
    pub(crate) fn new(reader: R, dialect: Dialect, chunk: usize) -> Self {
        Self {
            window: Window::new(reader, chunk),
            settings: Settings::of(dialect),
            delimiter: ";".to_owned(),
            state: State::Statements,
            used: 0,
            values: Values::default(),
            is_complete: true,
            is_begun: false,
        }
    }

    /// How many bytes were read.
    pub(crate) fn offset(&self) -> u64 {
        self.window.offset()
    }

    /// Whether the dump says at its end that it is complete, as its first line promises.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Says for each column of the rows that follow whether its texts are meant as bytes.
    pub(crate) fn set_bytes(&mut self, is_bytes: &[bool]) {
        self.values.is_bytes.clear();
        self.values.is_bytes.extend_from_slice(is_bytes);
    }

    /// Reads on; `None` at the end of the text.
    ///
    /// # Errors
    /// [`TextError`].
    pub(crate) fn next(&mut self) -> Result<Option<Event<'_>>, TextError> {
        self.window.consume(std::mem::take(&mut self.used));
        match self.state {
            State::Statements => self.statement(),
            State::Rows(form) => self.row(form),
            State::Copied => self.copied_row(),
        }
    }

    /// Passes over the rows that follow, up to the next [`Event::End`].
    ///
    /// # Errors
    /// [`TextError`].
    pub(crate) fn skip_rows(&mut self) -> Result<(), TextError> {
        loop {
            self.window.consume(std::mem::take(&mut self.used));
            let (more, used) = match self.state {
                State::Statements => return Ok(()),
                State::Copied => self.scan(
                    "the rows of a COPY",
                    LONGEST_ROW,
                    |scan, values, settings| {
                        values.clear();
                        copy::row(scan, values, settings.charset)
                    },
                )?,
                State::Rows(Form::Values) => self.scan("a row", LONGEST_ROW, |scan, _, _| {
                    start_of_row(scan)?;
                    scan.skip_row()?;
                    goes_on(scan)
                })?,
                State::Rows(_) => return Ok(()),
            };
            self.used = used;
            if !more {
                // The end of the rows is an event of its own.
                self.state = match self.state {
                    State::Copied => State::Statements,
                    _ => State::Rows(Form::End),
                };
                return Ok(());
            }
        }
    }

    fn place(&self, at: usize) -> Place {
        Place {
            line: self.window.line_of(at),
            offset: self.window.offset() + at as u64,
        }
    }

    /// Lets something be read, and reads more of the text until it can be.
    fn scan<T>(
        &mut self,
        what: &'static str,
        limit: usize,
        mut read: impl FnMut(&mut Scan<'_>, &mut Values, &Settings) -> Scanned<T>,
    ) -> Result<(T, usize), TextError> {
        loop {
            let mut scan = Scan {
                bytes: self.window.bytes(),
                at: 0,
                is_end: self.window.is_end(),
                rules: self.settings.rules,
            };
            match read(&mut scan, &mut self.values, &self.settings) {
                Ok(found) => return Ok((found, scan.at)),
                Err(Stop::More) => self.fill(what, limit)?,
                Err(Stop::Wrong(at)) => return Err(self.wrong(what, at)),
            }
        }
    }

    fn fill(&mut self, what: &'static str, limit: usize) -> Result<(), TextError> {
        if self.window.bytes().len() > limit {
            let Place { line, offset } = self.place(0);
            return Err(TextError::TooLong {
                line,
                offset,
                what,
                limit,
            });
        }
        self.window.fill().map_err(TextError::Io)
    }

    fn wrong(&self, what: &'static str, at: usize) -> TextError {
        let bytes = self.window.bytes();
        if self.window.is_end() && at >= bytes.len() {
            let Place { line, offset } = self.place(self.first_word());
            return TextError::Cut { line, offset, what };
        }
        let Place { line, offset } = self.place(at);
        let near = &bytes[at..bytes.len().min(at + 40)];
        TextError::Syntax {
            line,
            offset,
            what,
            near: String::from_utf8_lossy(near).escape_debug().to_string(),
        }
    }

    /// Reads a statement, or its start up to its rows.
    fn statement(&mut self) -> Result<Option<Event<'_>>, TextError> {
        match self.find()? {
            Start::Rows(target, verb, form) => {
                let place = self.place(self.first_word());
                self.state = State::Rows(form);
                Ok(Some(Event::Rows(target, verb, place)))
            }
            Start::Copy(target) => {
                let place = self.place(self.first_word());
                self.state = State::Copied;
                Ok(Some(Event::Rows(target, Verb::Insert, place)))
            }
            Start::Statement => {
                let place = self.place(0);
                let bytes = &self.window.bytes()[..self.used];
                let dialect = self.settings.rules.dialect;
                let found = split::first(bytes, dialect, &self.delimiter);
                let (statement, _) = found.expect("it was found");
                let statement = statement.expect("it has words");
                let set = self.settings.statement(&statement.words, &statement.text);
                set.map_err(|name| TextError::Charset {
                    line: place.line + statement.line as u64 - 1,
                    name,
                })?;
                Ok(Some(Event::Statement(statement, place)))
            }
            Start::End | Start::Passed | Start::Delimiter(_) => Ok(None),
        }
    }

    /// Finds the next statement, which `used` bytes of the window are.
    fn find(&mut self) -> Result<Start, TextError> {
        loop {
            let delimiter = self.delimiter.clone();
            let ((start, text), used) =
                self.scan("a statement", LONGEST_STATEMENT, |scan, _, _| {
                    rest_of_last_line(scan)?;
                    let text = scan.at;
                    scan.blank_before_statement()?;
                    Ok((start(scan, &delimiter)?, text))
                })?;
            if !std::mem::replace(&mut self.is_begun, true) {
                self.is_complete = !is_first_line(self.window.bytes());
            }
            match start {
                Start::End => {
                    self.is_complete = self.is_complete || is_last_line(self.window.bytes());
                    self.window.consume(used);
                    return Ok(start);
                }
                Start::Passed => self.window.consume(used),
                Start::Delimiter(delimiter) => {
                    self.delimiter = delimiter;
                    self.window.consume(used);
                }
                Start::Rows(..) | Start::Copy(_) => {
                    self.used = used;
                    return Ok(start);
                }
                Start::Statement => {
                    self.window.consume(text);
                    let (has_words, end) = self.find_end()?;
                    match has_words {
                        true => {
                            self.used = end;
                            return Ok(start);
                        }
                        false => self.window.consume(end),
                    }
                }
            }
        }
    }

    /// Finds the end of a statement without rows, and whether it has words.
    fn find_end(&mut self) -> Result<(bool, usize), TextError> {
        let dialect = self.settings.rules.dialect;
        let delimiter = self.delimiter.clone();
        let (found, _) =
            self.scan(
                "a statement",
                LONGEST_STATEMENT,
                |scan, _, _| match split::first(scan.bytes, dialect, &delimiter) {
                    Some((statement, end)) if end < scan.bytes.len() || scan.is_end => {
                        Ok((statement.is_some(), end))
                    }
                    _ => scan.more(),
                },
            )?;
        Ok(found)
    }

    /// Where the next statement or row starts in the window, behind comments.
    fn first_word(&self) -> usize {
        let mut scan = Scan {
            bytes: self.window.bytes(),
            at: 0,
            is_end: true,
            rules: self.settings.rules,
        };
        match rest_of_last_line(&mut scan).and_then(|()| scan.blank_before_statement()) {
            Ok(()) => scan.at,
            // A comment that is not closed.
            Err(_) => 0,
        }
    }

    /// Reads a row of an INSERT, or its end.
    fn row(&mut self, form: Form) -> Result<Option<Event<'_>>, TextError> {
        let (more, mut used) = match form {
            Form::End => (false, 0),
            _ => self.scan("a row", LONGEST_ROW, |scan, values, settings| {
                values.clear();
                match form {
                    Form::Values => {
                        start_of_row(scan)?;
                        values.row(scan, settings.charset)?;
                    }
                    Form::Set => {
                        insert::assignments(scan, values, settings.charset)?;
                    }
                    Form::Defaults | Form::End => {}
                }
                Ok(true)
            })?,
        };
        if !more {
            return self.end_of_rows();
        }
        let place = self.place(self.first_word());
        // What follows the row decides what is read next.
        self.state = State::Rows(Form::End);
        if form == Form::Values {
            let row = used;
            let (more, after) = self.scan("a row", LONGEST_ROW, |scan, _, _| {
                scan.at = row;
                goes_on(scan)
            })?;
            if more {
                self.state = State::Rows(Form::Values);
            }
            used = after;
        }
        self.used = used;
        Ok(Some(Event::Row(
            self.values.cells(self.window.bytes()),
            place,
        )))
    }

    /// Reads the end of an INSERT.
    fn end_of_rows(&mut self) -> Result<Option<Event<'_>>, TextError> {
        let delimiter = self.delimiter.clone();
        let (tail, used) = self.scan("a statement", LONGEST_STATEMENT, |scan, _, _| {
            end_of_statement(scan, delimiter.as_bytes())
        })?;
        let dialect = self.settings.rules.dialect;
        let text = String::from_utf8_lossy(&self.window.bytes()[tail]);
        let tail = match text.trim_ascii() {
            "" => Tail::None,
            text => insert::tail(text, dialect),
        };
        (self.used, self.state) = (used, State::Statements);
        Ok(Some(Event::End(tail)))
    }

    fn copied_row(&mut self) -> Result<Option<Event<'_>>, TextError> {
        let (more, used) = self.scan(
            "the rows of a COPY",
            LONGEST_ROW,
            |scan, values, settings| {
                values.clear();
                copy::row(scan, values, settings.charset)
            },
        )?;
        let place = self.place(0);
        self.used = used;
        if !more {
            self.state = State::Statements;
            return Ok(Some(Event::End(Tail::None)));
        }
        Ok(Some(Event::Row(
            self.values.cells(self.window.bytes()),
            place,
        )))
    }
}

/// Passes over a comment behind the last statement, on its line.
fn rest_of_last_line(scan: &mut Scan<'_>) -> Scanned<()> {
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
fn start(scan: &mut Scan<'_>, delimiter: &str) -> Scanned<Start> {
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
fn start_of_row(scan: &mut Scan<'_>) -> Scanned<()> {
    scan.blank()?;
    scan.eat_word("ROW")?;
    scan.expect(b'(')
}

/// Reads what stands behind a row: whether another one follows.
fn goes_on(scan: &mut Scan<'_>) -> Scanned<bool> {
    scan.blank()?;
    scan.eat(b',')
}

/// Reads up to the end of a statement: its text, without the delimiter. A statement with rows needs one: without it
/// nothing would tell that there were more rows.
fn end_of_statement(scan: &mut Scan<'_>, delimiter: &[u8]) -> Scanned<std::ops::Range<usize>> {
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
            Some(b'\'' | b'"' | b'`') => {
                scan.skip_string(scan.rules.backslash)?;
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
fn is_last_line(bytes: &[u8]) -> bool {
    let lines = [
        &b"-- Dump completed"[..],
        b"database dump complete",
        b"cluster dump complete",
    ];
    lines
        .iter()
        .any(|line| memchr::memmem::find(bytes, line).is_some())
}

/// Whether a dump starts here whose last line says that it is complete.
fn is_first_line(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(200)];
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
