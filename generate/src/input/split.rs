//! Splits a MySQL or PostgreSQL script into statements, without parsing them.
//!
//! A `;` in a string, a name, a comment or the body of a routine does not end a statement. Commands of the
//! databases' clients are handled too: `DELIMITER`, psql's backslash lines, and the rows after
//! `COPY .. FROM stdin`.

use std::borrow::Cow;

use super::dump::{Rules, Settings};
use super::scanner::{Open, Scanner, is_word};
use super::sql_mode::in_default_mode;
use crate::sql::Dialect;

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement<'a> {
    /// The line of its first word, counted from 1.
    pub(crate) line: usize,
    /// Its text with the comments before it, without the delimiter. The content of `/*!40101 .. */`
    /// is part of it, as in MySQL. It is in MySQL's default mode.
    pub(crate) text: Cow<'a, str>,
    /// The line on which `text` starts.
    pub(crate) text_line: usize,
    /// Its first words in upper case, quoted names left out.
    pub(crate) words: Vec<String>,
}

/// A script, split into statements.
#[derive(Debug, Default)]
pub(crate) struct Script<'a> {
    pub(crate) statements: Vec<Statement<'a>>,
    /// Quotes and comments that are never closed, with their lines.
    pub(crate) warnings: Vec<String>,
    /// How many `COPY .. FROM stdin` blocks were passed over.
    pub(crate) n_copies: usize,
}

/// How many of a statement's words are kept.
const N_WORDS: usize = 12;
/// After so many quotes that are never closed, the rest of a file is not read.
const MAX_RESTARTS: usize = 50;

/// The first statement of a text, if it has words, and where it ends, behind its delimiter or at the end of the text.
/// `None` if a quote or a comment is not closed.
pub(crate) fn first<'a>(
    bytes: &'a [u8],
    rules: Rules,
    delimiter: &str,
) -> Option<(Option<Statement<'a>>, usize)> {
    let mut splitter = Splitter::of(bytes, rules, delimiter);
    splitter.statement().ok()?;
    let mut statements = splitter.script.statements;
    Some((statements.pop(), splitter.scan.at))
}

/// Splits a script into statements.
pub(crate) fn split(source: &str, dialect: Dialect) -> Script<'_> {
    let mut splitter = Splitter::of(source.as_bytes(), Rules::of(dialect), ";");
    let mut settings = Settings::of(dialect);
    let mut n_restarts = 0;
    while splitter.scan.at < splitter.scan.bytes.len() {
        let n_before = splitter.script.statements.len();
        if let Err(open) = splitter.statement() {
            let line = splitter.line_of(open.at);
            splitter.script.warnings.push(format!(
                "line {line}: {} is never closed; reading goes on with the next line that starts a \
                 statement",
                open.what
            ));
            n_restarts += 1;
            match splitter.scan.next_start(open.at) {
                Some(at) if n_restarts < MAX_RESTARTS => splitter.scan.at = at,
                _ => break,
            }
        } else if let [statement] = &splitter.script.statements[n_before..]
            && statement.words.first().is_some_and(|word| word == "SET")
        {
            // A character set does not matter here: the text is decoded.
            let _ = settings.statement(&statement.words, &statement.text);
            splitter.scan.rules = settings.rules;
        }
    }
    splitter.script
}

struct Splitter<'a> {
    scan: Scanner<'a>,
    /// The line at `counted`.
    line: usize,
    counted: usize,
    /// Whether a warning says that the delimiter was not set back.
    is_warned: bool,
    script: Script<'a>,
}

/// The words of a statement while it is read.
#[derive(Default)]
struct Words {
    first: Vec<String>,
    /// BEGINs and CASEs of a routine that have no END yet.
    depth: usize,
    ended: bool,
}

impl Words {
    /// Whether this is a routine, whose body may have statements of its own.
    fn is_routine(&self) -> bool {
        let kinds = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"];
        let is_kind = |word: &String| kinds.contains(&word.as_str());
        matches!(
            self.first.first().map(String::as_str),
            Some("CREATE" | "ALTER")
        ) && self.first.iter().any(is_kind)
    }

    /// Whether a `;` ends the statement although the delimiter is another one: behind a routine that has
    /// ended, and in anything that has no statements within it.
    fn ends_at_semicolon(&self) -> bool {
        // A table can be called `event`.
        let is_table = self.first.get(1).is_some_and(|word| word == "TABLE");
        match self.first.first().map(String::as_str) {
            None | Some("BEGIN" | "DECLARE" | "IF") => false,
            Some(_) if self.is_routine() && !is_table => self.ended && self.depth == 0,
            Some(_) => true,
        }
    }

    fn add(&mut self, word: &str) {
        let upper = word.to_ascii_uppercase();
        if self.is_routine() {
            // `END IF`, `END LOOP`, .. close blocks that are not counted; `END CASE` closes a CASE.
            let block = std::mem::take(&mut self.ended);
            match upper.as_str() {
                "IF" | "LOOP" | "WHILE" | "REPEAT" | "FOR" if block => self.depth += 1,
                "CASE" if block => {}
                "BEGIN" | "CASE" => self.depth += 1,
                "END" => {
                    self.depth = self.depth.saturating_sub(1);
                    self.ended = true;
                }
                _ => {}
            }
        }
        if self.first.len() < N_WORDS {
            self.first.push(upper);
        }
    }
}

impl<'a> Splitter<'a> {
    fn of(bytes: &'a [u8], rules: Rules, delimiter: &str) -> Self {
        Self {
            scan: Scanner {
                bytes,
                at: 0,
                rules,
                delimiter: delimiter.to_owned(),
            },
            line: 1,
            counted: 0,
            is_warned: false,
            script: Script::default(),
        }
    }

    /// The line of a byte offset. Counting goes on from the last offset, because most come in order.
    fn line_of(&mut self, at: usize) -> usize {
        if at < self.counted {
            (self.line, self.counted) = (1, 0);
        }
        let between = &self.scan.bytes[self.counted..at.min(self.scan.bytes.len())];
        self.line += between.iter().filter(|byte| **byte == b'\n').count();
        self.counted = at.min(self.scan.bytes.len());
        self.line
    }

    /// Says once for each delimiter that it was not set back.
    fn warn_delimiter(&mut self, words: &Words, at: usize) {
        if words.is_routine() || std::mem::replace(&mut self.is_warned, true) {
            return;
        }
        let line = self.line_of(at);
        let delimiter = &self.scan.delimiter;
        self.script.warnings.push(format!(
            "line {line}: the delimiter is still `{delimiter}` here; statements end at their `;` all the same"
        ));
    }

    /// Reads one statement, or a line of the client.
    fn statement(&mut self) -> Result<(), Open> {
        self.rest_of_last_line();
        let start = self.scan.at;
        // The offset of the first word.
        let mut first = None;
        let mut words = Words::default();
        // Ranges of `/*!40101` and `*/`, which MySQL skips.
        let mut marks: Vec<std::ops::Range<usize>> = Vec::new();
        let mut executable: Option<usize> = None;
        while let Some(byte) = self.scan.peek(0) {
            if first.is_none() && self.client_line() {
                return Ok(());
            }
            if self.scan.starts(&self.scan.delimiter) {
                let at = self.scan.at;
                let inside = words.depth > 0 && self.scan.delimiter == ";";
                self.scan.at += self.scan.delimiter.len();
                if inside {
                    continue;
                }
                self.finish(start, first, at, words.first, &marks);
                return Ok(());
            }
            if byte == b';' && executable.is_none() && words.ends_at_semicolon() {
                // Only with another delimiter: with `;` itself the statement has ended above.
                self.warn_delimiter(&words, first.unwrap_or(start));
                let at = self.scan.at;
                self.scan.at += 1;
                self.finish(start, first, at, words.first, &marks);
                return Ok(());
            }
            if executable.is_some() && self.scan.starts("*/") {
                marks.push(self.scan.at..self.scan.at + 2);
                executable = None;
                self.scan.at += 2;
                continue;
            }
            match byte {
                b'-' if self.scan.starts("--") && self.scan.dash_comment() => {
                    self.scan.at = self.scan.end_of_line(self.scan.at)
                }
                b'#' if self.scan.is_mysql() => self.scan.at = self.scan.end_of_line(self.scan.at),
                b'/' if self.scan.starts("/*") => match self.scan.executable_comment() {
                    Some(length) if executable.is_none() => {
                        executable = Some(self.scan.at);
                        marks.push(self.scan.at..self.scan.at + length);
                        self.scan.at += length;
                    }
                    _ => self.scan.comment()?,
                },
                _ if byte.is_ascii_whitespace() => self.scan.at += 1,
                _ => {
                    first.get_or_insert(self.scan.at);
                    self.token(byte, &mut words)?;
                }
            }
        }
        if let Some(at) = executable {
            let what = "a comment";
            return Err(Open { at, what });
        }
        let end = self.scan.bytes.len();
        self.finish(start, first, end, words.first, &marks);
        Ok(())
    }

    /// Reads a quoted text, a word, or a single byte.
    fn token(&mut self, byte: u8, words: &mut Words) -> Result<(), Open> {
        match byte {
            b'\'' | b'"' | b'`' => self.scan.quoted(byte)?,
            b'$' if !self.scan.is_mysql() && self.scan.dollar_tag().is_some() => {
                self.scan.dollar_quoted()?;
            }
            _ if is_word(byte) => {
                let start = self.scan.at;
                self.scan.at += self.scan.word_length();
                let word = String::from_utf8_lossy(&self.scan.bytes[start..self.scan.at]);
                words.add(&word);
            }
            _ => self.scan.at += 1,
        }
        Ok(())
    }

    /// Skips a comment behind a `;` on its line, which belongs to the statement before.
    fn rest_of_last_line(&mut self) {
        let rest = &self.scan.bytes[self.scan.at..self.scan.end_of_line(self.scan.at)];
        let blank = rest
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        if self.scan.at > 0
            && (rest[blank..].starts_with(b"--")
                || self.scan.is_mysql() && rest[blank..].starts_with(b"#"))
        {
            self.scan.at = self.scan.end_of_line(self.scan.at);
        }
    }

    fn finish(
        &mut self,
        start: usize,
        first: Option<usize>,
        end: usize,
        words: Vec<String>,
        marks: &[std::ops::Range<usize>],
    ) {
        let Some(first) = first else {
            return;
        };
        let part = |from: usize, to: usize| text_of(&self.scan.bytes[from..to]);
        let text = part(start, end);
        let text_line = self.line_of(start);
        let line = self.line_of(first);
        let text = if marks.is_empty() {
            text
        } else {
            let mut kept = String::with_capacity(text.len());
            let mut at = start;
            for mark in marks {
                kept.push_str(&part(at, mark.start));
                kept.push(' ');
                at = mark.end;
            }
            kept.push_str(&part(at, end));
            Cow::Owned(kept)
        };
        let is_copy = words.first().is_some_and(|word| word == "COPY")
            && words.windows(2).any(|pair| pair == ["FROM", "STDIN"]);
        if is_copy && !self.scan.is_mysql() {
            self.script.n_copies += 1;
            self.copied_rows();
            return;
        }
        self.script.statements.push(Statement {
            line,
            text: in_default_mode(text, self.scan.rules),
            text_line,
            words,
        });
    }

    /// Skips the rows of a COPY, up to `\.`.
    fn copied_rows(&mut self) {
        self.scan.at = self.scan.end_of_line(self.scan.at);
        while self.scan.at < self.scan.bytes.len() {
            let start = self.scan.at + 1;
            if start >= self.scan.bytes.len() {
                self.scan.at = self.scan.bytes.len();
                return;
            }
            self.scan.at = self.scan.end_of_line(start);
            let line = &self.scan.bytes[start..self.scan.at];
            if line.strip_suffix(b"\r").unwrap_or(line) == b"\\." {
                return;
            }
        }
    }

    /// Reads a line of the client, if this is one.
    fn client_line(&mut self) -> bool {
        let end = self.scan.end_of_line(self.scan.at);
        if !self.scan.is_mysql() {
            let is_command = self.scan.peek(0) == Some(b'\\');
            if is_command {
                self.scan.at = end;
            }
            return is_command;
        }
        let line = String::from_utf8_lossy(&self.scan.bytes[self.scan.at..end]);
        let mut parts = line.split_ascii_whitespace();
        let is_delimiter = parts
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("DELIMITER"));
        if is_delimiter && let Some(delimiter) = parts.next() {
            self.scan.delimiter = delimiter.to_owned();
            self.is_warned = false;
            self.scan.at = end;
            return true;
        }
        false
    }
}

/// Bytes as text. A statement of a dump can contain bytes that are not UTF-8.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => super::decode::latin_1(bytes).into(),
    }
}
