//! The tokens of an SQL text.

use sqlparser::dialect::{Dialect, SQLiteDialect};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace, Word};

/// A token that is not white space, with its text as written.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) token: TokenWithSpan,
    pub(crate) text: String,
    /// Whether white space or a comment stands before it.
    pub(crate) spaced: bool,
}

impl Piece {
    /// The word, unless it is quoted.
    pub(crate) fn keyword(&self) -> Option<&str> {
        match &self.token.token {
            Token::Word(Word {
                value,
                quote_style: None,
                ..
            }) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn is(&self, keyword: &str) -> bool {
        self.keyword()
            .is_some_and(|word| word.eq_ignore_ascii_case(keyword))
    }

    /// The name that this token can stand for.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.token.token {
            Token::Word(word) => Some(&word.value),
            Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => Some(text),
            _ => None,
        }
    }
}

impl Piece {
    /// Puts a new name in the place of an old one.
    pub(crate) fn rename(&mut self, old: &str, new: &str) {
        if let Token::Word(word) = &mut self.token.token
            && word.value.eq_ignore_ascii_case(old)
        {
            new.clone_into(&mut word.value);
            word.quote_style.get_or_insert('"');
            word.keyword = Keyword::NoKeyword;
            self.text = format!("\"{}\"", new.replace('"', "\"\""));
        }
    }
}

/// A token or a comment, in source order.
pub(super) enum Item {
    Piece(Piece),
    Comment { text: String, line: u64 },
}

/// Joins pieces to one line.
pub(crate) fn join(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for (n, piece) in pieces.iter().enumerate() {
        if n > 0 && piece.spaced {
            text.push(' ');
        }
        text.push_str(&piece.text);
    }
    text
}

/// Where each line of a text starts, in bytes.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    /// The byte offset of a location, whose column counts characters from 1.
    fn offset(&self, at: Location) -> usize {
        let line = usize::try_from(at.line.saturating_sub(1)).unwrap_or(usize::MAX);
        let column = usize::try_from(at.column.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(&start) = self.starts.get(line) else {
            return self.text.len();
        };
        let rest = &self.text[start..];
        if rest.as_bytes().get(..column).is_some_and(<[u8]>::is_ascii) {
            return start + column;
        }
        start
            + rest
                .char_indices()
                .nth(column)
                .map_or(rest.len(), |(at, _)| at)
    }
}

pub(super) fn items(sql: &str, dialect: &dyn Dialect) -> Vec<Item> {
    // Text that its database accepts and this tokenizer does not is treated as text without comments.
    let Ok(tokens) = Tokenizer::new(dialect, sql).tokenize_with_location() else {
        return Vec::new();
    };
    let lines = Lines::new(sql);
    let mut items = Vec::new();
    let mut spaced = false;
    for token in tokens {
        match &token.token {
            Token::EOF => {}
            Token::Whitespace(Whitespace::SingleLineComment { comment, prefix })
                if prefix == "--" || prefix == "#" =>
            {
                spaced = true;
                items.push(Item::Comment {
                    text: comment.trim_end().to_owned(),
                    line: token.span.start.line,
                });
            }
            Token::Whitespace(_) => spaced = true,
            _ => {
                let (start, end) = (lines.offset(token.span.start), lines.offset(token.span.end));
                let text = sql.get(start..end).unwrap_or_default().to_owned();
                items.push(Item::Piece(Piece {
                    token,
                    text,
                    spaced: std::mem::take(&mut spaced),
                }));
            }
        }
    }
    items
}

/// The tokens of an SQL text.
pub(crate) fn pieces(sql: &str, dialect: &dyn Dialect) -> Vec<Piece> {
    items(sql, dialect)
        .into_iter()
        .filter_map(|item| match item {
            Item::Piece(piece) => Some(piece),
            Item::Comment { .. } => None,
        })
        .collect()
}

/// The tokens of a text in SQLite's words.
pub(crate) fn sqlite_pieces(text: &str) -> Vec<Piece> {
    pieces(text, &SQLiteDialect {})
}
