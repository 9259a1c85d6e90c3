//! Reads words, names and blanks of a text of which more may follow.

use crate::sql::Dialect;

/// Why nothing could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// More of the text is needed.
    More,
    /// The text says something else, at this byte.
    Wrong(usize),
}

pub(super) type Scanned<T> = Result<T, Stop>;

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) dialect: Dialect,
    /// Whether `\` escapes in `'..'`.
    pub(crate) backslash: bool,
    /// Whether `".."` is a name in MySQL too.
    pub(crate) ansi_quotes: bool,
}

impl Rules {
    pub(crate) fn of(dialect: Dialect) -> Self {
        Self {
            dialect,
            backslash: dialect == Dialect::MySql,
            ansi_quotes: dialect != Dialect::MySql,
        }
    }

    pub(super) fn is_mysql(&self) -> bool {
        self.dialect == Dialect::MySql
    }

    /// Whether `\` escapes between two of these quotes. Names have no escapes.
    pub(crate) fn escapes_in(&self, quote: u8) -> bool {
        match quote {
            b'\'' => self.backslash,
            b'"' => self.backslash && !self.ansi_quotes,
            _ => false,
        }
    }
}

/// A position in the window.
#[derive(Clone, Copy)]
pub(super) struct Scan<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) at: usize,
    /// Whether nothing follows behind the bytes.
    pub(super) is_end: bool,
    pub(super) rules: Rules,
}

impl<'b> Scan<'b> {
    pub(super) fn rest(&self) -> &'b [u8] {
        &self.bytes[self.at..]
    }

    /// The byte at this position; `None` at the end of the text.
    pub(super) fn peek(&self) -> Scanned<Option<u8>> {
        match self.bytes.get(self.at) {
            None if !self.is_end => Err(Stop::More),
            byte => Ok(byte.copied()),
        }
    }

    pub(super) fn wrong<T>(&self) -> Scanned<T> {
        Err(Stop::Wrong(self.at))
    }

    /// More of the text, or the end of it where there should be something.
    pub(super) fn more<T>(&self) -> Scanned<T> {
        match self.is_end {
            true => Err(Stop::Wrong(self.bytes.len())),
            false => Err(Stop::More),
        }
    }

    /// Whether the text goes on with these bytes.
    pub(super) fn starts(&self, text: &[u8]) -> Scanned<bool> {
        let rest = self.rest();
        match rest.len() < text.len() {
            true if !self.is_end && text.starts_with(rest) => Err(Stop::More),
            _ => Ok(rest.starts_with(text)),
        }
    }

    /// Reads a byte, if it follows.
    pub(super) fn eat(&mut self, byte: u8) -> Scanned<bool> {
        let is_it = self.peek()? == Some(byte);
        self.at += usize::from(is_it);
        Ok(is_it)
    }

    /// Reads a byte that has to follow.
    pub(super) fn expect(&mut self, byte: u8) -> Scanned<()> {
        match self.peek()? {
            Some(found) if found == byte => {
                self.at += 1;
                Ok(())
            }
            _ => self.wrong(),
        }
    }

    /// Passes over white space and comments. `/*! .. */` is a comment here.
    pub(super) fn blank(&mut self) -> Scanned<()> {
        self.blank_unless(|_| Ok(false))
    }

    /// Passes over what stands before a statement. `/*! .. */` is one.
    pub(super) fn blank_before_statement(&mut self) -> Scanned<()> {
        self.blank_unless(|scan| {
            Ok(scan.rules.is_mysql() && (scan.starts(b"/*!")? || scan.starts(b"/*M!")?))
        })
    }

    fn blank_unless(&mut self, stop: impl Fn(&Self) -> Scanned<bool>) -> Scanned<()> {
        loop {
            match self.peek()? {
                Some(b'/') if stop(self)? => return Ok(()),
                Some(byte) if byte.is_ascii_whitespace() => self.at += 1,
                Some(b'-') if self.is_dash_comment()? => self.line()?,
                Some(b'#') if self.rules.is_mysql() => self.line()?,
                Some(b'/') if self.starts(b"/*")? => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    /// In MySQL `--` starts a comment only with white space behind it.
    fn is_dash_comment(&self) -> Scanned<bool> {
        if !self.starts(b"--")? {
            return Ok(false);
        }
        match self.bytes.get(self.at + 2) {
            _ if !self.rules.is_mysql() => Ok(true),
            None if !self.is_end => Err(Stop::More),
            byte => {
                Ok(byte.is_none_or(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control()))
            }
        }
    }

    /// Passes over the rest of a line, without its end.
    pub(super) fn line(&mut self) -> Scanned<()> {
        match memchr::memchr(b'\n', self.rest()) {
            Some(length) => self.at += length,
            None if !self.is_end => return Err(Stop::More),
            None => self.at = self.bytes.len(),
        }
        Ok(())
    }

    /// Passes over a comment; PostgreSQL's can be nested.
    fn comment(&mut self) -> Scanned<()> {
        let mut depth = 0_usize;
        let mut at = self.at;
        while let Some(next) = memchr::memchr2(b'*', b'/', &self.bytes[at..]) {
            at += next;
            let pair = &self.bytes[at..self.bytes.len().min(at + 2)];
            match pair {
                b"/*" if depth == 0 || self.rules.dialect == Dialect::Postgres => {
                    depth += 1;
                    at += 2;
                }
                b"*/" => {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        self.at = at;
                        return Ok(());
                    }
                }
                _ => at += 1,
            }
        }
        self.more()
    }

    /// The word at this position, which may be empty.
    pub(super) fn word(&self) -> Scanned<&'b [u8]> {
        let rest = self.rest();
        let length = rest.iter().take_while(|byte| is_word(**byte)).count();
        match length == rest.len() && !self.is_end {
            true => Err(Stop::More),
            false => Ok(&rest[..length]),
        }
    }

    /// Reads a keyword, if it follows, and the blanks behind it.
    pub(super) fn eat_word(&mut self, word: &str) -> Scanned<bool> {
        let is_it = self.word()?.eq_ignore_ascii_case(word.as_bytes());
        if is_it {
            self.at += word.len();
            self.blank()?;
        }
        Ok(is_it)
    }

    /// Reads a name, and the blanks behind it.
    pub(super) fn name(&mut self) -> Scanned<String> {
        let name = match self.peek()? {
            Some(quote @ (b'`' | b'"')) => self.quoted_name(quote)?,
            Some(b'[') if self.rules.dialect == Dialect::Sqlite => self.quoted_name(b']')?,
            // SQLite takes a string for a name.
            Some(b'\'') if self.rules.dialect == Dialect::Sqlite => self.quoted_name(b'\'')?,
            _ => {
                let word = self.word()?;
                if word.is_empty() {
                    return self.wrong();
                }
                self.at += word.len();
                let name = String::from_utf8_lossy(word);
                match self.rules.dialect {
                    Dialect::Postgres => name.to_lowercase(),
                    _ => name.into_owned(),
                }
            }
        };
        self.blank()?;
        Ok(name)
    }

    fn quoted_name(&mut self, close: u8) -> Scanned<String> {
        let mut name = Vec::new();
        let mut at = self.at + 1;
        loop {
            let Some(length) = memchr::memchr(close, &self.bytes[at..]) else {
                return self.more();
            };
            name.extend_from_slice(&self.bytes[at..at + length]);
            at += length + 1;
            match self.bytes.get(at) {
                Some(byte) if *byte == close => name.push(close),
                None if !self.is_end => return Err(Stop::More),
                _ => break,
            }
            at += 1;
        }
        self.at = at;
        Ok(String::from_utf8_lossy(&name).into_owned())
    }

    /// Reads a name with what stands before it: `(schema, name)`.
    pub(super) fn path(&mut self) -> Scanned<(Option<String>, String)> {
        let (mut schema, mut name) = (None, self.name()?);
        while self.eat(b'.')? {
            self.blank()?;
            schema = Some(std::mem::replace(&mut name, self.name()?));
        }
        Ok((schema, name))
    }

    /// Passes over a string in quotes, of which this is the first one.
    pub(super) fn skip_string(&mut self, escapes: bool) -> Scanned<()> {
        let quote = self.bytes[self.at];
        let mut at = self.at + 1;
        loop {
            let found = match escapes {
                true => memchr::memchr2(quote, b'\\', &self.bytes[at..]),
                false => memchr::memchr(quote, &self.bytes[at..]),
            };
            let Some(length) = found else {
                return self.more();
            };
            at += length;
            if self.bytes[at] == b'\\' {
                at += 2;
                if at > self.bytes.len() {
                    return self.more();
                }
                continue;
            }
            match self.bytes.get(at + 1) {
                Some(next) if *next == quote => at += 2,
                None if !self.is_end => return Err(Stop::More),
                _ => break,
            }
        }
        self.at = at + 1;
        Ok(())
    }

    /// `$$` or `$tag$`, if one is at this position.
    pub(super) fn dollar_tag(&self) -> Scanned<Option<&'b [u8]>> {
        if self.rules.dialect != Dialect::Postgres || self.peek()? != Some(b'$') {
            return Ok(None);
        }
        let inside = &self.rest()[1..];
        let is_tag = |byte: &&u8| is_word(**byte) && **byte != b'$';
        let length = inside.iter().take_while(is_tag).count();
        match inside.get(length) {
            None if !self.is_end => Err(Stop::More),
            Some(b'$') if !inside[0].is_ascii_digit() => Ok(Some(&self.rest()[..length + 2])),
            _ => Ok(None),
        }
    }

    /// Reads a string between two tags, and returns its inside.
    pub(super) fn dollar_quoted(&mut self, tag: &[u8]) -> Scanned<std::ops::Range<usize>> {
        let from = self.at + tag.len();
        let Some(length) = memchr::memmem::find(&self.bytes[from..], tag) else {
            return self.more();
        };
        self.at = from + length + tag.len();
        Ok(from..from + length)
    }

    /// Passes over an expression, up to a comma or a parenthesis that is not its own.
    pub(super) fn skip_expression(&mut self) -> Scanned<()> {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek()? {
            match byte {
                b',' | b')' | b';' if depth == 0 => return Ok(()),
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth = depth.saturating_sub(1),
                b'\'' => {
                    let is_escape =
                        self.at > 0 && self.bytes[self.at - 1].eq_ignore_ascii_case(&b'e');
                    let is_postgres = self.rules.dialect == Dialect::Postgres;
                    self.skip_string(self.rules.backslash || is_escape && is_postgres)?;
                    continue;
                }
                b'"' | b'`' => {
                    self.skip_string(self.rules.escapes_in(byte))?;
                    continue;
                }
                b'$' => {
                    if let Some(tag) = self.dollar_tag()? {
                        self.dollar_quoted(tag)?;
                        continue;
                    }
                }
                b'-' | b'#' | b'/' => {
                    let before = self.at;
                    self.blank()?;
                    if self.at > before {
                        continue;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        self.more()
    }

    /// Passes over the values of a row, behind its first parenthesis.
    pub(super) fn skip_row(&mut self) -> Scanned<()> {
        loop {
            self.skip_expression()?;
            match self.peek()? {
                Some(b',') => self.at += 1,
                Some(b')') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.wrong(),
            }
        }
    }
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}
