//! Splits a MySQL or PostgreSQL script into statements, without parsing them.
//!
//! A `;` in a string, a name, a comment or the body of a routine does not end a statement. Commands of the
//! databases' clients are handled too: `DELIMITER`, psql's backslash lines, and the rows after
//! `COPY .. FROM stdin`.

use std::borrow::Cow;

use crate::sql::Dialect;

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement<'a> {
    /// The line of its first word, counted from 1.
    pub(crate) line: usize,
    /// Its text with the comments before it, without the delimiter. The content of `/*!40101 .. */`
    /// is part of it, as in MySQL.
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

/// Splits a script into statements.
pub(crate) fn split(source: &str, dialect: Dialect) -> Script<'_> {
    let mut splitter = Splitter {
        source,
        bytes: source.as_bytes(),
        at: 0,
        line: 1,
        counted: 0,
        dialect,
        delimiter: ";".to_owned(),
        script: Script::default(),
    };
    let mut n_restarts = 0;
    while splitter.at < splitter.bytes.len() {
        if let Err(open) = splitter.statement() {
            let line = splitter.line_of(open.at);
            splitter.script.warnings.push(format!(
                "line {line}: {} is never closed; reading goes on with the next line that starts a \
                 statement",
                open.what
            ));
            n_restarts += 1;
            match splitter.next_start(open.at) {
                Some(at) if n_restarts < MAX_RESTARTS => splitter.at = at,
                _ => break,
            }
        }
    }
    splitter.script
}

/// A quote or comment without an end.
struct Open {
    at: usize,
    what: &'static str,
}

struct Splitter<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// The line at `counted`.
    line: usize,
    counted: usize,
    dialect: Dialect,
    delimiter: String,
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
        matches!(
            self.first.first().map(String::as_str),
            Some("CREATE" | "ALTER")
        ) && self.first.iter().any(|word| kinds.contains(&word.as_str()))
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
    fn is_mysql(&self) -> bool {
        self.dialect == Dialect::MySql
    }

    fn starts(&self, text: &str) -> bool {
        !text.is_empty() && self.bytes[self.at..].starts_with(text.as_bytes())
    }

    fn peek(&self, n: usize) -> Option<u8> {
        self.bytes.get(self.at + n).copied()
    }

    /// The length of the word at this position. `END$$` is one word and a delimiter.
    fn word_length(&self) -> usize {
        let rest = &self.bytes[self.at..];
        let length = rest
            .iter()
            .take_while(|byte| is_word(**byte) || **byte == b'$')
            .count();
        let delimiter = self.delimiter.as_bytes();
        if delimiter.iter().all(|byte| is_word(*byte)) {
            return length;
        }
        (1..length)
            .find(|at| rest[*at..].starts_with(delimiter))
            .unwrap_or(length)
    }

    /// The line of a byte offset. Counting goes on from the last offset, because most come in order.
    fn line_of(&mut self, at: usize) -> usize {
        if at < self.counted {
            (self.line, self.counted) = (1, 0);
        }
        let between = &self.bytes[self.counted..at.min(self.bytes.len())];
        self.line += between.iter().filter(|byte| **byte == b'\n').count();
        self.counted = at.min(self.bytes.len());
        self.line
    }

    fn end_of_line(&self, from: usize) -> usize {
        let rest = self.bytes[from..].iter();
        rest.take_while(|byte| **byte != b'\n').count() + from
    }

    /// The next line after a byte offset that starts with CREATE, ALTER or DROP.
    fn next_start(&self, after: usize) -> Option<usize> {
        let mut at = self.end_of_line(after) + 1;
        while at < self.bytes.len() {
            let end = self.end_of_line(at);
            let line = self.source.get(at..end).unwrap_or_default();
            let word: String = line.chars().take_while(char::is_ascii_alphabetic).collect();
            if ["CREATE", "ALTER", "DROP"]
                .iter()
                .any(|start| word.eq_ignore_ascii_case(start))
            {
                return Some(at);
            }
            at = end + 1;
        }
        None
    }

    /// Reads one statement, or a line of the client.
    fn statement(&mut self) -> Result<(), Open> {
        self.rest_of_last_line();
        let start = self.at;
        // The offset of the first word.
        let mut first = None;
        let mut words = Words::default();
        // Ranges of `/*!40101` and `*/`, which MySQL skips.
        let mut marks: Vec<std::ops::Range<usize>> = Vec::new();
        let mut executable: Option<usize> = None;
        while let Some(byte) = self.peek(0) {
            if first.is_none() && self.client_line() {
                return Ok(());
            }
            if self.starts(&self.delimiter) {
                let at = self.at;
                let inside = words.depth > 0 && self.delimiter == ";";
                self.at += self.delimiter.len();
                if inside {
                    continue;
                }
                self.finish(start, first, at, words.first, &marks);
                return Ok(());
            }
            if executable.is_some() && self.starts("*/") {
                marks.push(self.at..self.at + 2);
                executable = None;
                self.at += 2;
                continue;
            }
            match byte {
                b'-' if self.starts("--") && self.dash_comment() => {
                    self.at = self.end_of_line(self.at)
                }
                b'#' if self.is_mysql() => self.at = self.end_of_line(self.at),
                b'/' if self.starts("/*") => match self.executable_comment() {
                    Some(length) if executable.is_none() => {
                        executable = Some(self.at);
                        marks.push(self.at..self.at + length);
                        self.at += length;
                    }
                    _ => self.comment()?,
                },
                b'\'' | b'"' | b'`' => {
                    first.get_or_insert(self.at);
                    self.quoted(byte)?;
                }
                b'$' if !self.is_mysql() && self.dollar_tag().is_some() => {
                    first.get_or_insert(self.at);
                    self.dollar_quoted()?;
                }
                _ if is_word(byte) => {
                    first.get_or_insert(self.at);
                    let length = self.word_length();
                    let word = self.source.get(self.at..self.at + length);
                    words.add(word.unwrap_or_default());
                    self.at += length;
                }
                _ if byte.is_ascii_whitespace() => self.at += 1,
                _ => {
                    first.get_or_insert(self.at);
                    self.at += 1;
                }
            }
        }
        if let Some(at) = executable {
            let what = "a comment";
            return Err(Open { at, what });
        }
        let end = self.bytes.len();
        self.finish(start, first, end, words.first, &marks);
        Ok(())
    }

    /// Skips a comment behind a `;` on its line, which belongs to the statement before.
    fn rest_of_last_line(&mut self) {
        let rest = &self.bytes[self.at..self.end_of_line(self.at)];
        let blank = rest
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        if self.at > 0
            && (rest[blank..].starts_with(b"--")
                || self.is_mysql() && rest[blank..].starts_with(b"#"))
        {
            self.at = self.end_of_line(self.at);
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
        let (Some(first), Some(text)) = (first, self.source.get(start..end)) else {
            return;
        };
        let text_line = self.line_of(start);
        let line = self.line_of(first);
        let text = if marks.is_empty() {
            Cow::Borrowed(text)
        } else {
            let mut kept = String::with_capacity(text.len());
            let mut at = start;
            for mark in marks {
                kept.push_str(self.source.get(at..mark.start).unwrap_or_default());
                kept.push(' ');
                at = mark.end;
            }
            kept.push_str(self.source.get(at..end).unwrap_or_default());
            Cow::Owned(kept)
        };
        let is_copy = words.first().is_some_and(|word| word == "COPY")
            && words.windows(2).any(|pair| pair == ["FROM", "STDIN"]);
        if is_copy && !self.is_mysql() {
            self.script.n_copies += 1;
            self.copied_rows();
            return;
        }
        self.script.statements.push(Statement {
            line,
            text,
            text_line,
            words,
        });
    }

    /// Skips the rows of a COPY, up to `\.`.
    fn copied_rows(&mut self) {
        self.at = self.end_of_line(self.at);
        while self.at < self.bytes.len() {
            let start = self.at + 1;
            if start >= self.bytes.len() {
                self.at = self.bytes.len();
                return;
            }
            self.at = self.end_of_line(start);
            let line = &self.bytes[start..self.at];
            if line.strip_suffix(b"\r").unwrap_or(line) == b"\\." {
                return;
            }
        }
    }

    /// Reads a line of the client, if this is one.
    fn client_line(&mut self) -> bool {
        let end = self.end_of_line(self.at);
        if !self.is_mysql() {
            let is_command = self.peek(0) == Some(b'\\');
            if is_command {
                self.at = end;
            }
            return is_command;
        }
        let Some(line) = self.source.get(self.at..end) else {
            return false;
        };
        let mut parts = line.split_ascii_whitespace();
        let is_delimiter = parts
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("DELIMITER"));
        if is_delimiter && let Some(delimiter) = parts.next() {
            self.delimiter = delimiter.to_owned();
            self.at = end;
            return true;
        }
        false
    }

    /// Whether `--` starts a comment here; in MySQL only with white space behind it.
    fn dash_comment(&self) -> bool {
        !self.is_mysql()
            || self
                .peek(2)
                .is_none_or(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control())
    }

    /// The length of `/*!40101` or `/*M!100101`, if one is at this position.
    fn executable_comment(&self) -> Option<usize> {
        if !self.is_mysql() {
            return None;
        }
        let length = if self.starts("/*!") {
            3
        } else if self.starts("/*M!") {
            4
        } else {
            return None;
        };
        let rest = &self.bytes[self.at + length..];
        Some(length + rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
    }

    /// Skips a comment; PostgreSQL's can be nested.
    fn comment(&mut self) -> Result<(), Open> {
        let start = self.at;
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            if self.starts("/*") && (depth == 0 || !self.is_mysql()) {
                depth += 1;
                self.at += 2;
            } else if self.starts("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return Ok(());
                }
            } else {
                self.at += 1;
            }
        }
        Err(Open {
            at: start,
            what: "a comment",
        })
    }

    fn quoted(&mut self, quote: u8) -> Result<(), Open> {
        let start = self.at;
        let escapes = match quote {
            b'\'' => self.is_mysql() || self.escape_prefix(),
            b'"' => self.is_mysql(),
            _ => false,
        };
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            if byte == b'\\' && escapes {
                self.at += 1;
            } else if byte == quote {
                if self.peek(0) != Some(quote) {
                    return Ok(());
                }
                self.at += 1;
            }
        }
        self.at = self.bytes.len();
        let what = match quote {
            b'\'' => "a quote '",
            b'"' => "a quote \"",
            _ => "a quote `",
        };
        Err(Open { at: start, what })
    }

    /// Whether `E` stands before a quote, as a word of its own.
    fn escape_prefix(&self) -> bool {
        let before = |n: usize| self.at.checked_sub(n).map(|at| self.bytes[at]);
        matches!(before(1), Some(b'e' | b'E')) && !before(2).is_some_and(is_word)
    }

    /// `$$` or `$tag$`, if one is at this position.
    fn dollar_tag(&self) -> Option<&'a str> {
        let rest = self.source.get(self.at + 1..)?;
        let length = rest.bytes().take_while(|byte| is_word(*byte)).count();
        let starts_with_digit = rest.starts_with(|c: char| c.is_ascii_digit());
        if rest.as_bytes().get(length) != Some(&b'$') || starts_with_digit {
            return None;
        }
        self.source.get(self.at..self.at + length + 2)
    }

    fn dollar_quoted(&mut self) -> Result<(), Open> {
        let start = self.at;
        let open = Open {
            at: start,
            what: "a $ quote",
        };
        let Some(tag) = self.dollar_tag() else {
            return Err(open);
        };
        let inside = start + tag.len();
        match self.source.get(inside..).and_then(|rest| rest.find(tag)) {
            Some(length) => {
                self.at = inside + length + tag.len();
                Ok(())
            }
            None => {
                self.at = self.bytes.len();
                Err(open)
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
