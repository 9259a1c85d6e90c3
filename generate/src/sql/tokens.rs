//! The tokens of an SQL text, and what SQLite's pragmas do not report about a `CREATE TABLE`: its
//! comments, and each column's declaration as written. No grammar is needed, so none can be too old.

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

/// One column or table constraint of a `CREATE TABLE`.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) comment: Option<String>,
}

impl Element {
    /// The column that it declares; `None` for a table constraint.
    pub(crate) fn column(&self) -> Option<&str> {
        let first = self.pieces.first()?;
        let constraint = ["CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN"];
        if constraint.iter().any(|keyword| first.is(keyword)) {
            return None;
        }
        first.name()
    }

    /// Its text as written, on one line and without comments.
    pub(crate) fn text(&self) -> String {
        join(&self.pieces)
    }
}

/// The inside of a `CREATE TABLE`.
#[derive(Debug, Default)]
pub(crate) struct TableText {
    pub(crate) elements: Vec<Element>,
}

/// A token or a comment, in source order.
enum Item {
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

fn items(sql: &str, dialect: &dyn Dialect) -> Vec<Item> {
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

/// Comment lines as one text: without their common leading space, an empty line between paragraphs.
fn paragraph_text(lines: &[String]) -> Option<String> {
    let text = lines
        .iter()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n");
    let text = text.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// The columns and constraints of a `CREATE TABLE` text, with their comments.
pub(crate) fn table_text(sql: &str, dialect: &dyn Dialect) -> TableText {
    let mut table = TableText::default();
    let mut element = Element::default();
    let mut before: Vec<(String, u64)> = Vec::new();
    let mut on_line: Vec<String> = Vec::new();
    let mut depth = 0_usize;
    let mut last_line = 0; // of the last token seen
    let mut ended: Option<u64> = None; // the line on which the last finished element ended
    let mut finish = |element: &mut Element, on_line: &mut Vec<String>| {
        if !element.pieces.is_empty() {
            let mut done = std::mem::take(element);
            if !on_line.is_empty() {
                done.comment = merge(done.comment.take(), paragraph_text(on_line));
            }
            table.elements.push(done);
        }
        on_line.clear();
    };
    let mut late: Vec<(usize, String)> = Vec::new();
    let mut n_elements = 0_usize;
    for item in items(sql, dialect) {
        match item {
            Item::Comment { text, line } if depth > 0 => {
                if !element.pieces.is_empty() {
                    on_line.push(text);
                } else if ended == Some(line) && n_elements > 0 {
                    late.push((n_elements - 1, text));
                } else if line != last_line {
                    // A blank line separates a comment from what follows it.
                    if before.last().is_some_and(|(_, at)| at + 1 < line) {
                        before.clear();
                    }
                    before.push((text, line));
                }
            }
            Item::Comment { .. } => {}
            Item::Piece(piece) => {
                let start = piece.token.span.start.line;
                last_line = piece.token.span.end.line;
                let is_comma = piece.token.token == Token::Comma;
                let opens = piece.token.token == Token::LParen;
                let closes = piece.token.token == Token::RParen;
                if depth == 0 {
                    if opens && n_elements == 0 {
                        depth = 1;
                    }
                    continue;
                }
                if depth == 1 && (is_comma || closes) {
                    if !element.pieces.is_empty() {
                        n_elements += 1;
                    }
                    finish(&mut element, &mut on_line);
                    ended = Some(last_line);
                    before.clear();
                    if closes {
                        break;
                    }
                    continue;
                }
                if element.pieces.is_empty() {
                    if before.last().is_some_and(|(_, at)| at + 1 < start) {
                        before.clear();
                    }
                    let lines: Vec<_> = before.drain(..).map(|(text, _)| text).collect();
                    element.comment = paragraph_text(&lines);
                }
                depth = match piece.token.token {
                    Token::LParen | Token::LBracket => depth + 1,
                    // The list itself ends with a parenthesis.
                    Token::RParen | Token::RBracket => (depth - 1).max(1),
                    _ => depth,
                };
                element.pieces.push(piece);
            }
        }
    }
    for (at, text) in late {
        if let Some(element) = table.elements.get_mut(at) {
            element.comment = merge(element.comment.take(), paragraph_text(&[text]));
        }
    }
    table
}

fn merge(first: Option<String>, second: Option<String>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) => Some(format!("{first}\n{second}")),
        (first, second) => first.or(second),
    }
}

/// The comments directly before each `CREATE TABLE` of a schema text, by table name.
pub(crate) fn table_comments(source: &str, dialect: &dyn Dialect) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut block: Vec<String> = Vec::new();
    let mut block_end = 0; // line of the block's last comment
    let mut statement: Vec<Piece> = Vec::new();
    let mut comment: Option<String> = None;
    let mut last_line = 0;
    for item in items(source, dialect) {
        match item {
            Item::Comment { text, line } => {
                if statement.is_empty() && line != last_line {
                    if block_end + 1 < line {
                        block.clear();
                    }
                    block.push(text);
                    block_end = line;
                }
            }
            Item::Piece(piece) => {
                last_line = piece.token.span.end.line;
                if piece.token.token == Token::SemiColon {
                    if let (Some(name), Some(comment)) = (created_table(&statement), comment.take())
                    {
                        found.push((name, comment));
                    }
                    statement.clear();
                    block.clear();
                    continue;
                }
                if statement.is_empty() {
                    let directly = block_end + 1 >= piece.token.span.start.line;
                    comment = directly.then(|| paragraph_text(&block)).flatten();
                    block.clear();
                }
                statement.push(piece);
            }
        }
    }
    if let (Some(name), Some(comment)) = (created_table(&statement), comment) {
        found.push((name, comment));
    }
    found
}

/// The table that a statement creates.
fn created_table(statement: &[Piece]) -> Option<String> {
    let mut words = statement.iter().peekable();
    if !words.next()?.is("CREATE") || !words.next()?.is("TABLE") {
        return None;
    }
    if words.peek()?.is("IF") {
        words.nth(2);
    }
    let name = words.next()?.name()?;
    // `main.players`
    if words.peek()?.token.token == Token::Period {
        words.next();
        return words.next()?.name().map(str::to_owned);
    }
    Some(name.to_owned())
}

/// The tokens of a text in SQLite's words.
pub(crate) fn sqlite_pieces(text: &str) -> Vec<Piece> {
    pieces(text, &SQLiteDialect {})
}
