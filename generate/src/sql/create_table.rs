//! The comments of a `CREATE TABLE`, and each column's declaration as written, which SQLite's pragmas do
//! not report. No grammar is needed, so none can be too old.

use sqlparser::dialect::Dialect;
use sqlparser::tokenizer::Token;

use super::tokens::{Item, Piece, items, join};

/// Declares in a comment the name that a table or a column has in older files: `-- @renamed from=hp`.
pub(crate) const RENAMED: &str = "@renamed from=";

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
    let mut reader = TableReader::default();
    for item in items(sql, dialect) {
        match item {
            Item::Comment { text, line } => reader.comment(text, line),
            Item::Piece(piece) => {
                if reader.piece(piece) {
                    break;
                }
            }
        }
    }
    reader.table
}

/// The state while the elements of a `CREATE TABLE` are read.
#[derive(Default)]
struct TableReader {
    table: TableText,
    element: Element,
    /// The comment lines before the next element, with their lines.
    before: Vec<(String, u64)>,
    /// The comments behind tokens of the element.
    on_line: Vec<String>,
    /// The depth of parentheses; 0 before the list of elements.
    depth: usize,
    /// The line of the last token.
    last_line: u64,
    /// The line on which the last element ended.
    ended: Option<u64>,
}

impl TableReader {
    fn comment(&mut self, text: String, line: u64) {
        if self.depth == 0 {
            return;
        }
        if !self.element.pieces.is_empty() {
            self.on_line.push(text);
        } else if self.ended == Some(line)
            && let Some(last) = self.table.elements.last_mut()
        {
            last.comment = merge(last.comment.take(), paragraph_text(&[text]));
        } else if line != self.last_line {
            self.forget_before(line);
            self.before.push((text, line));
        }
    }

    /// Drops the comment lines before a blank line, which separates them from what is on this line.
    fn forget_before(&mut self, line: u64) {
        if self.before.last().is_some_and(|(_, at)| at + 1 < line) {
            self.before.clear();
        }
    }

    /// Reads a token; `true` at the end of the list.
    fn piece(&mut self, piece: Piece) -> bool {
        let start = piece.token.span.start.line;
        self.last_line = piece.token.span.end.line;
        let token = &piece.token.token;
        if self.depth == 0 {
            if *token == Token::LParen {
                self.depth = 1;
            }
            return false;
        }
        let closes = *token == Token::RParen;
        if self.depth == 1 && (closes || *token == Token::Comma) {
            self.finish();
            return closes;
        }
        self.depth = match token {
            Token::LParen | Token::LBracket => self.depth + 1,
            // The list itself ends with a parenthesis.
            Token::RParen | Token::RBracket => (self.depth - 1).max(1),
            _ => self.depth,
        };
        if self.element.pieces.is_empty() {
            self.forget_before(start);
            let lines: Vec<_> = self.before.drain(..).map(|(text, _)| text).collect();
            self.element.comment = paragraph_text(&lines);
        }
        self.element.pieces.push(piece);
        false
    }

    /// Ends the element.
    fn finish(&mut self) {
        let on_line = std::mem::take(&mut self.on_line);
        if !self.element.pieces.is_empty() {
            let mut done = std::mem::take(&mut self.element);
            if !on_line.is_empty() {
                done.comment = merge(done.comment.take(), paragraph_text(&on_line));
            }
            self.table.elements.push(done);
        }
        self.ended = Some(self.last_line);
        self.before.clear();
    }
}

fn merge(first: Option<String>, second: Option<String>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) => Some(format!("{first}\n{second}")),
        (first, second) => first.or(second),
    }
}

/// The comments directly before each `CREATE TABLE` of a schema text, by table name; and one that declares a rename
/// behind its end, on the same line.
pub(crate) fn table_comments(source: &str, dialect: &dyn Dialect) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut block: Vec<String> = Vec::new();
    let mut block_end = 0; // line of the block's last comment
    let mut statement: Vec<Piece> = Vec::new();
    let mut comment: Option<String> = None;
    let mut last_line = 0;
    let mut ended: Option<String> = None;
    for item in items(source, dialect) {
        match item {
            Item::Comment { text, line } => {
                if line == last_line
                    && statement.is_empty()
                    && text.contains(RENAMED)
                    && let Some(name) = &ended
                {
                    // Of several comments the last one counts.
                    let before = found.iter().rfind(|(of, _)| of == name);
                    let before = before.map(|(_, comment)| comment.clone());
                    found.extend(merge(before, Some(text.clone())).map(|all| (name.clone(), all)));
                }
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
                    ended = created_table(&statement);
                    if let (Some(name), Some(comment)) = (ended.clone(), comment.take()) {
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
