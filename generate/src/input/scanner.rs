//! Scans the bytes of a script: words, quotes and comments.

use super::dump::Rules;
use crate::sql::Dialect;

/// A quote or comment without an end.
pub(super) struct Open {
    pub(super) at: usize,
    pub(super) what: &'static str,
}

/// A position in the bytes of a script.
pub(super) struct Scanner<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) rules: Rules,
    /// What ends a statement.
    pub(super) delimiter: String,
}

impl<'a> Scanner<'a> {
    pub(super) fn is_mysql(&self) -> bool {
        self.rules.dialect == Dialect::MySql
    }

    pub(super) fn starts(&self, text: &str) -> bool {
        !text.is_empty() && self.bytes[self.at..].starts_with(text.as_bytes())
    }

    pub(super) fn peek(&self, n: usize) -> Option<u8> {
        self.bytes.get(self.at + n).copied()
    }

    /// The length of the word at this position. `END$$` is one word and a delimiter.
    pub(super) fn word_length(&self) -> usize {
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

    pub(super) fn end_of_line(&self, from: usize) -> usize {
        let rest = self.bytes[from..].iter();
        rest.take_while(|byte| **byte != b'\n').count() + from
    }

    /// The next line after a byte offset that starts with CREATE, ALTER or DROP.
    pub(super) fn next_start(&self, after: usize) -> Option<usize> {
        let mut at = self.end_of_line(after) + 1;
        while at < self.bytes.len() {
            let end = self.end_of_line(at);
            let line = self.bytes[at..end].iter();
            let word = line.take_while(|byte| byte.is_ascii_alphabetic()).count();
            let word = &self.bytes[at..at + word];
            if ["CREATE", "ALTER", "DROP"]
                .iter()
                .any(|start| word.eq_ignore_ascii_case(start.as_bytes()))
            {
                return Some(at);
            }
            at = end + 1;
        }
        None
    }

    /// Whether `--` starts a comment here; in MySQL only with white space behind it.
    pub(super) fn dash_comment(&self) -> bool {
        !self.is_mysql()
            || self
                .peek(2)
                .is_none_or(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control())
    }

    /// The length of `/*!40101` or `/*M!100101`, if one is at this position.
    pub(super) fn executable_comment(&self) -> Option<usize> {
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
    pub(super) fn comment(&mut self) -> Result<(), Open> {
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

    pub(super) fn quoted(&mut self, quote: u8) -> Result<(), Open> {
        let start = self.at;
        let is_escaped = quote == b'\'' && !self.is_mysql() && self.escape_prefix();
        let escapes = is_escaped || self.rules.escapes_in(quote);
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
    pub(super) fn dollar_tag(&self) -> Option<&'a [u8]> {
        let rest = self.bytes.get(self.at + 1..)?;
        let length = rest.iter().take_while(|byte| is_word(**byte)).count();
        let starts_with_digit = rest.first().is_some_and(u8::is_ascii_digit);
        if rest.get(length) != Some(&b'$') || starts_with_digit {
            return None;
        }
        self.bytes.get(self.at..self.at + length + 2)
    }

    pub(super) fn dollar_quoted(&mut self) -> Result<(), Open> {
        let start = self.at;
        let open = Open {
            at: start,
            what: "a $ quote",
        };
        let Some(tag) = self.dollar_tag() else {
            return Err(open);
        };
        let inside = start + tag.len();
        match memchr::memmem::find(&self.bytes[inside..], tag) {
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

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
