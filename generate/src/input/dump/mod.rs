//! Reads the text of a dump in chunks: statements as a whole, and rows one by one.
//!
//! Never more than one row, or one statement without rows, is in memory, beside a chunk of the text.

pub(crate) mod catalog;
mod charset;
mod copy;
mod escapes;
pub(crate) mod file;
mod insert;
mod literal;
mod scan;
mod settings;
mod statement;
pub(crate) mod structure;
mod window;

use std::io::Read;

pub(crate) use escapes::hex_bytes;
pub(crate) use insert::{Tail, Target, Verb};
pub(crate) use scan::Rules;
pub(crate) use settings::Settings;

use super::cell::Cell;
use super::split::{self, Statement};
use super::sql_mode;
use crate::error::TextError;
use crate::sql::Dialect;
use insert::Form;
use literal::Values;
use scan::{Scan, Scanned, Stop};
use statement::{
    FIRST_LINE, Start, end_of_statement, goes_on, is_first_line, is_last_line, rest_of_last_line,
    start, start_of_row,
};
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
    /// A statement without rows, and the place of its text, of which its lines are counted.
    Statement(Statement<'w>, Place),
    /// The same, without a delimiter: the text ends with it. The place is that of its first word.
    LastStatement(Statement<'w>, Place),
    /// Rows follow, and then [`Event::End`].
    Rows(Target, Verb, Place),
    /// A row.
    Row(Vec<Cell<'w>>, Place),
    /// The rows of a statement have ended.
    End(Tail),
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

    /// Passes over the next row; `false` when none is left that can be passed over.
    ///
    /// # Errors
    /// [`TextError`].
    pub(crate) fn skip_row(&mut self) -> Result<bool, TextError> {
        self.window.consume(std::mem::take(&mut self.used));
        let (is_row, used) = match self.state {
            State::Copied => {
                let (is_row, used) =
                    self.scan("the rows of a COPY", LONGEST_ROW, |scan, _, _| {
                        copy::skip_row(scan)
                    })?;
                if !is_row {
                    self.state = State::Statements;
                }
                (is_row, used)
            }
            State::Rows(Form::Values) => {
                let (more, used) = self.scan("a row", LONGEST_ROW, |scan, _, _| {
                    start_of_row(scan)?;
                    scan.skip_row()?;
                    goes_on(scan)
                })?;
                if !more {
                    // The end of the rows of an INSERT is an event of its own.
                    self.state = State::Rows(Form::End);
                }
                (true, used)
            }
            State::Statements | State::Rows(_) => return Ok(false),
        };
        self.used = used;
        Ok(is_row)
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

    /// The error of something that cannot be read at a byte of the window.
    fn wrong(&mut self, what: &'static str, at: usize) -> TextError {
        const N_SHOWN: usize = 40;
        while !self.window.is_end() && self.window.bytes().len() < at + N_SHOWN {
            if let Err(error) = self.window.fill() {
                return TextError::Io(error);
            }
        }
        let bytes = self.window.bytes();
        if at >= bytes.len() {
            let Place { line, offset } = self.place(self.first_word());
            return TextError::Cut { line, offset, what };
        }
        let Place { line, offset } = self.place(at);
        let near = &bytes[at..bytes.len().min(at + N_SHOWN)];
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
                let (place, first) = (self.place(0), self.place(self.first_word()));
                let bytes = &self.window.bytes()[..self.used];
                let found = split::first(bytes, self.settings.rules, &self.delimiter);
                let (statement, _) = found.expect("it was found");
                let statement = statement.expect("it has words");
                let set = self.settings.statement(&statement.words, &statement.text);
                set.map_err(|name| TextError::Charset {
                    line: place.line + statement.line as u64 - 1,
                    name,
                })?;
                let is_closed = bytes.ends_with(self.delimiter.as_bytes()) || bytes.ends_with(b";");
                Ok(Some(match is_closed {
                    true => Event::Statement(statement, place),
                    false => Event::LastStatement(statement, first),
                }))
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
                // It says the same however little is read at a time.
                while self.window.bytes().len() < FIRST_LINE && !self.window.is_end() {
                    self.window.fill().map_err(TextError::Io)?;
                }
                self.is_complete = !is_first_line(self.window.bytes());
            }
            match start {
                // `\unrestrict` follows the last line of pg_dump.
                Start::End | Start::Passed => {
                    let passed = &self.window.bytes()[..used];
                    self.is_complete = self.is_complete || is_last_line(passed);
                    self.window.consume(used);
                    if matches!(start, Start::End) {
                        return Ok(start);
                    }
                }
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
        let rules = self.settings.rules;
        let delimiter = self.delimiter.clone();
        let (found, _) =
            self.scan(
                "a statement",
                LONGEST_STATEMENT,
                |scan, _, _| match split::first(scan.bytes, rules, &delimiter) {
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
        let rules = self.settings.rules;
        let dialect = rules.dialect;
        let start = tail.start;
        let text = String::from_utf8_lossy(&self.window.bytes()[tail]);
        let text = sql_mode::in_default_mode(text, rules);
        let tail = match text.trim_ascii() {
            "" => Some(Tail::None),
            text => insert::tail(text, dialect),
        };
        let Some(tail) = tail else {
            return Err(self.wrong("a statement", start));
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
