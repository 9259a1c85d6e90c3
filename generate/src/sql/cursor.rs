//! Walks over the tokens of a statement.

use sqlparser::tokenizer::Token;

use super::Dialect;
use super::tokens::{Piece, join};

/// A name with the schema before it: `public.players`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

/// A position among the tokens of a statement.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'p> {
    pieces: &'p [Piece],
    at: usize,
    dialect: Dialect,
}

impl<'p> Cursor<'p> {
    pub(crate) fn new(pieces: &'p [Piece], dialect: Dialect) -> Self {
        Self {
            pieces,
            at: 0,
            dialect,
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(crate) fn is_mysql(&self) -> bool {
        self.dialect == Dialect::MySql
    }

    pub(crate) fn peek(&self) -> Option<&'p Piece> {
        self.pieces.get(self.at)
    }

    pub(crate) fn next(&mut self) -> Option<&'p Piece> {
        let piece = self.pieces.get(self.at)?;
        self.at += 1;
        Some(piece)
    }

    pub(crate) fn is_end(&self) -> bool {
        self.at >= self.pieces.len()
    }

    /// The tokens that are left.
    pub(crate) fn rest(&self) -> &'p [Piece] {
        &self.pieces[self.at.min(self.pieces.len())..]
    }

    /// The current position, for [`Cursor::since`] and [`Cursor::back`].
    pub(crate) fn mark(&self) -> usize {
        self.at
    }

    /// What was read since a mark.
    pub(crate) fn since(&self, mark: usize) -> &'p [Piece] {
        &self.pieces[mark.min(self.at)..self.at]
    }

    /// Goes back to a mark.
    pub(crate) fn back(&mut self, mark: usize) {
        self.at = mark;
    }

    /// Whether these keywords follow.
    pub(crate) fn sees(&self, words: &[&str]) -> bool {
        let rest = self.rest();
        rest.len() >= words.len() && words.iter().zip(rest).all(|(word, piece)| piece.is(word))
    }

    /// Reads a keyword, if it follows.
    pub(crate) fn eat(&mut self, word: &str) -> bool {
        self.eat_all(&[word])
    }

    /// Reads all these keywords, or none.
    pub(crate) fn eat_all(&mut self, words: &[&str]) -> bool {
        let seen = self.sees(words);
        if seen {
            self.at += words.len();
        }
        seen
    }

    /// Reads one of these keywords.
    pub(crate) fn eat_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.eat(word))
    }

    pub(crate) fn sees_token(&self, token: &Token) -> bool {
        self.peek().is_some_and(|piece| piece.token.token == *token)
    }

    pub(crate) fn eat_token(&mut self, token: &Token) -> bool {
        let seen = self.sees_token(token);
        if seen {
            self.at += 1;
        }
        seen
    }

    /// Whether the token after `n` others opens a parenthesis.
    pub(crate) fn opens_after(&self, n: usize) -> bool {
        let piece = self.pieces.get(self.at + n);
        piece.is_some_and(|piece| piece.token.token == Token::LParen)
    }

    /// Reads a name.
    pub(crate) fn name(&mut self) -> Option<String> {
        let piece = self.peek()?;
        let name = piece.name()?;
        let quoted = piece.keyword().is_none();
        // In PostgreSQL a string in single quotes is not a name, and names without quotes are in lower case.
        let name = match (self.dialect, quoted) {
            (Dialect::Postgres, true) if !piece.text.starts_with('"') => return None,
            (Dialect::Postgres, false) => name.to_lowercase(),
            _ => name.to_owned(),
        };
        let name: String = name
            .chars()
            .map(|c| if c.is_control() { '_' } else { c })
            .collect();
        if name.trim().is_empty() {
            return None;
        }
        self.at += 1;
        Some(name)
    }

    /// Reads a name with what stands before it.
    pub(crate) fn path(&mut self) -> Option<Path> {
        let mut path = Path {
            schema: None,
            name: self.name()?,
        };
        while self.sees_token(&Token::Period) {
            let mark = self.at;
            self.at += 1;
            match self.name() {
                Some(name) => path.schema = Some(std::mem::replace(&mut path.name, name)),
                None => {
                    self.at = mark;
                    break;
                }
            }
        }
        Some(path)
    }

    /// Reads a parenthesized group, and returns its inside. A group that is not closed extends to the
    /// end.
    pub(crate) fn group(&mut self) -> Option<&'p [Piece]> {
        if !self.eat_token(&Token::LParen) {
            return None;
        }
        let start = self.at;
        let mut depth = 1_usize;
        while let Some(piece) = self.next() {
            match piece.token.token {
                Token::LParen => depth += 1,
                Token::RParen => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(&self.pieces[start..self.at - 1]);
                    }
                }
                _ => {}
            }
        }
        Some(&self.pieces[start..])
    }

    /// Reads names in parentheses.
    pub(crate) fn names(&mut self) -> Option<Vec<String>> {
        let inside = self.group()?;
        parts(inside)
            .into_iter()
            .map(|part| Cursor::new(part, self.dialect).name())
            .collect()
    }

    /// Reads an optional `=`, and a string.
    pub(crate) fn text_value(&mut self) -> Option<String> {
        self.eat_token(&Token::Eq);
        let text = text(self.peek()?)?;
        self.at += 1;
        Some(text)
    }

    /// The start of what follows, for messages.
    pub(crate) fn shown(&self) -> String {
        shown(self.rest())
    }
}

/// The value of a string literal.
pub(crate) fn text(piece: &Piece) -> Option<String> {
    match &piece.token.token {
        Token::SingleQuotedString(text)
        | Token::DoubleQuotedString(text)
        | Token::NationalStringLiteral(text)
        | Token::EscapedStringLiteral(text)
        | Token::UnicodeStringLiteral(text) => Some(text.clone()),
        Token::DollarQuotedString(text) => Some(text.value.clone()),
        _ => None,
    }
}

/// The start of some tokens, for messages.
pub(crate) fn shown(pieces: &[Piece]) -> String {
    let text = join(pieces.get(..24).unwrap_or(pieces));
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() || pieces.len() > 24 {
        short.push_str("..");
    }
    short.replace(['\n', '\r'], " ")
}

/// Splits tokens at the commas that are outside of parentheses and brackets.
pub(crate) fn parts(pieces: &[Piece]) -> Vec<&[Piece]> {
    let mut depth = 0_usize;
    pieces
        .split(|piece| {
            match piece.token.token {
                Token::LParen | Token::LBracket => depth += 1,
                Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && piece.token.token == Token::Comma
        })
        .filter(|part| !part.is_empty())
        .collect()
}
