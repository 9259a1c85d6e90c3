//! Reads of rows what no declaration says: whether a TINYINT(1) holds other numbers than 0 and 1.

use super::ddl::{Ddl, DeclaredTable};
use super::split::Statement;
use super::types::SqlType;
use crate::sql::Dialect;
use crate::sql::cursor::Path;

/// Marks the columns of a table that an INSERT has other numbers for.
pub(super) fn insert(ddl: &mut Ddl, statement: &Statement<'_>, current: &str, dialect: Dialect) {
    if !matches!(
        statement.words.first().map(String::as_str),
        Some("INSERT" | "REPLACE")
    ) {
        return;
    }
    let mut text = Text {
        rest: statement.text.as_bytes(),
        dialect,
    };
    let Some(path) = text.table() else {
        return;
    };
    let Some(at) = ddl.position(&path, current) else {
        return;
    };
    let table = &mut ddl.tables[at];
    // Most tables have no such column, and need no look at their rows.
    let open = open(table, dialect);
    if open.is_empty() {
        return;
    }
    let names = text.names();
    let places = places(table, names.as_deref());
    for row in text.rows() {
        for (value, place) in row.iter().zip(&places) {
            let Some(at) = place.filter(|at| open.contains(at)) else {
                continue;
            };
            let value = std::str::from_utf8(value).unwrap_or_default();
            let number: Option<i64> = value.trim().trim_matches('\'').parse().ok();
            if number.is_some_and(|number| !(0..=1).contains(&number)) {
                table.columns[at].has_other_numbers = true;
            }
        }
    }
}

/// The places of the columns that rows have.
fn places(table: &DeclaredTable, names: Option<&[String]>) -> Vec<Option<usize>> {
    match names {
        Some(names) => names.iter().map(|name| table.position(name)).collect(),
        None => (0..table.columns.len()).map(Some).collect(),
    }
}

/// The columns of a table that are booleans as far as is known.
pub(super) fn open(table: &DeclaredTable, dialect: Dialect) -> Vec<usize> {
    let is_open =
        |at: &usize| is_bool(table, *at, dialect) && !table.columns[*at].has_other_numbers;
    (0..table.columns.len()).filter(is_open).collect()
}

fn is_bool(table: &DeclaredTable, at: usize, dialect: Dialect) -> bool {
    let ty = &table.columns[at].ty;
    ty.base.contains("int")
        && ty
            .meaning(dialect)
            .is_some_and(|meaning| meaning.kind == SqlType::Bool)
}

/// The rest of an INSERT.
struct Text<'t> {
    rest: &'t [u8],
    dialect: Dialect,
}

impl<'t> Text<'t> {
    /// The table, behind INSERT, IGNORE, INTO and their like.
    fn table(&mut self) -> Option<Path> {
        const WORDS: &[&str] = &[
            "INSERT",
            "REPLACE",
            "LOW_PRIORITY",
            "DELAYED",
            "HIGH_PRIORITY",
            "IGNORE",
            "INTO",
        ];
        let mut name = self.name()?;
        while WORDS.iter().any(|word| name.eq_ignore_ascii_case(word)) {
            name = self.name()?;
        }
        self.blank();
        if self.rest.first() != Some(&b'.') {
            return Some(Path { schema: None, name });
        }
        self.rest = &self.rest[1..];
        let schema = Some(name);
        Some(Path {
            schema,
            name: self.name()?,
        })
    }

    /// The columns that are named.
    fn names(&mut self) -> Option<Vec<String>> {
        self.blank();
        self.rest = self.rest.strip_prefix(b"(")?;
        let mut names = Vec::new();
        loop {
            names.push(self.name()?);
            self.blank();
            let (first, rest) = self.rest.split_first()?;
            self.rest = rest;
            match first {
                b',' => {}
                _ => return Some(names),
            }
        }
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_ascii_start();
        while let Some(end) = self.comment() {
            self.rest = self.rest[end..].trim_ascii_start();
        }
    }

    /// The length of a comment that is here.
    fn comment(&self) -> Option<usize> {
        let find = |end: &[u8]| {
            let at = self.rest.windows(end.len()).position(|part| part == end);
            at.map_or(self.rest.len(), |at| at + end.len())
        };
        match self.rest {
            [b'-', b'-', ..] => Some(find(b"\n")),
            [b'#', ..] if self.dialect == Dialect::MySql => Some(find(b"\n")),
            [b'/', b'*', ..] => Some(find(b"*/")),
            _ => None,
        }
    }

    fn name(&mut self) -> Option<String> {
        self.blank();
        let (inside, rest) = match self.rest.first()? {
            quote @ (b'`' | b'"') => return self.quoted_name(*quote),
            _ => {
                let is_word = |byte: &u8| super::scanner::is_word(*byte) || *byte == b'$';
                let end = self.rest.iter().take_while(|byte| is_word(byte)).count();
                self.rest.split_at_checked(end).filter(|_| end > 0)?
            }
        };
        self.rest = rest;
        Some(String::from_utf8_lossy(inside).into_owned())
    }

    /// A name in quotes, in which two quotes stand for one.
    fn quoted_name(&mut self, quote: u8) -> Option<String> {
        let mut name = Vec::new();
        loop {
            let inside = &self.rest[1..];
            let end = inside.iter().position(|byte| *byte == quote)?;
            name.extend_from_slice(&inside[..end]);
            self.rest = &inside[end + 1..];
            if self.rest.first() != Some(&quote) {
                return Some(String::from_utf8_lossy(&name).into_owned());
            }
            name.push(quote);
        }
    }

    /// The values of each row, as written.
    fn rows(self) -> Rows<'t> {
        Rows {
            rest: self.rest,
            escapes: self.dialect == Dialect::MySql,
        }
    }
}

struct Rows<'t> {
    rest: &'t [u8],
    escapes: bool,
}

impl<'t> Iterator for Rows<'t> {
    type Item = Vec<&'t [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.rest.iter().position(|byte| *byte == b'(')?;
        self.rest = &self.rest[start + 1..];
        let (mut values, mut from, mut depth, mut at) = (Vec::new(), 0, 0_usize, 0);
        let mut quote = None;
        while let Some(&byte) = self.rest.get(at) {
            match (quote, byte) {
                (Some(_), b'\\') if self.escapes => at += 1,
                // A doubled quote closes and opens.
                (Some(open), byte) if byte == open => quote = None,
                (Some(_), _) => {}
                (None, b'\'' | b'"') => quote = Some(byte),
                (None, b'(') => depth += 1,
                (None, b')') if depth > 0 => depth -= 1,
                (None, b',' | b')') if depth == 0 => {
                    values.push(&self.rest[from..at]);
                    from = at + 1;
                    if byte == b')' {
                        self.rest = &self.rest[at + 1..];
                        return Some(values);
                    }
                }
                (None, _) => {}
            }
            at += 1;
        }
        self.rest = &[];
        None
    }
}
