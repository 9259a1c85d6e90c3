//! The language of the search box: `column=value`, `column>5`, `column~part`, or a word that any column may
//! contain.

use std::cmp::Ordering;
use std::fmt::Write as _;

use gamedb::Value;

use memchr::memmem;

use crate::inspected::{AnyRow, TableSchema};
use crate::order::integer_with_real;

/// The most terms of a query: each looks at the row's values once more.
const MOST_TERMS: usize = 32;
/// The most bytes of a text that is searched for in others.
const MOST_PATTERN: usize = 256;
/// Bytes of a text that are searched at once.
const PART: usize = 4096;
/// What looking at a value costs, in bytes, whatever its length is.
const VALUE: usize = 16;

/// What a row has to satisfy: all terms.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Query {
    pub(crate) terms: Vec<Term>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Term {
    /// Some column, or the id, contains this text.
    Anywhere(Pattern),
    /// This column compares so with this value.
    Column {
        column: Column,
        operator: Operator,
        value: Pattern,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Id,
    Other(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

/// What a value is compared with, prepared for each type of value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pattern {
    text: String,
    finder: Finder,
    integer: Option<i64>,
    real: Option<f64>,
    /// It was written as NULL, without quotes.
    is_null: bool,
}

/// Finds the text of a pattern in others, in linear time; the case of ASCII letters does not count.
#[derive(Clone, Debug)]
struct Finder(memmem::Finder<'static>);

impl PartialEq for Finder {
    fn eq(&self, other: &Self) -> bool {
        self.0.needle() == other.0.needle()
    }
}

impl Finder {
    fn new(text: &str) -> Self {
        Self(memmem::Finder::new(&text.to_ascii_lowercase()).into_owned())
    }

    fn is_in(&self, text: &[u8], lowercase: &mut Vec<u8>) -> bool {
        let n_bytes = self.0.needle().len();
        debug_assert!(n_bytes <= MOST_PATTERN && MOST_PATTERN < PART);
        let mut start = 0;
        loop {
            let end = (start + PART).min(text.len());
            lowercase.clear();
            lowercase.extend_from_slice(&text[start..end]);
            lowercase.make_ascii_lowercase();
            if self.0.find(lowercase).is_some() {
                return true;
            }
            if end == text.len() {
                return false;
            }
            // It may begin in one part and end in the next.
            start = end + 1 - n_bytes;
        }
    }
}

/// Buffers of a search, so that nothing is allocated for each row, and what it has looked at.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    number: String,
    lowercase: Vec<u8>,
    n_bytes: usize,
}

impl Scratch {
    /// Number of bytes that were looked at since the last call.
    pub(crate) fn take_n_bytes(&mut self) -> usize {
        std::mem::take(&mut self.n_bytes)
    }

    fn looked_at(&mut self, value: Value<'_>) {
        self.n_bytes += VALUE
            + match value {
                Value::Text(text) => text.len(),
                Value::Null | Value::Integer(_) | Value::Real(_) | Value::Blob(_) => 0,
            };
    }
}

/// Longer operators first: `<=` is not `<` with a value that begins with `=`.
const OPERATORS: [(&str, Operator); 7] = [
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("~", Operator::Contains),
];

/// A query that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QueryError {
    #[error("{table} has no column `{name}`; it has {columns}")]
    NoColumn {
        table: String,
        name: String,
        columns: String,
    },
    #[error("a quote is open at the end of the search")]
    OpenQuote,
    #[error("a value is missing after `{0}`")]
    NoValue(String),
    #[error("a search has at most {MOST_TERMS} terms, and this one has {0}; leave some out")]
    TooManyTerms(usize),
    #[error(
        "a part of a text has at most {MOST_PATTERN} bytes, and this one has {0}; search for less of it, or for the \
         whole with `=`"
    )]
    TooLong(usize),
}

impl Query {
    /// Reads a query for a table. Terms are separated by blanks; a value with blanks in it stands in double
    /// quotes, in which `\"` is a quote.
    pub(crate) fn parse(text: &str, table: &TableSchema) -> Result<Self, QueryError> {
        let words = words(text)?;
        if words.len() > MOST_TERMS {
            return Err(QueryError::TooManyTerms(words.len()));
        }
        let terms: Result<_, _> = words.into_iter().map(|word| word.term(table)).collect();
        Ok(Self { terms: terms? })
    }

    /// Whether a row satisfies all terms. O(bytes of the texts that are looked at), which `scratch` counts.
    pub(crate) fn matches(
        &self,
        row: &dyn AnyRow,
        n_columns: usize,
        scratch: &mut Scratch,
    ) -> bool {
        self.terms.iter().all(|term| match term {
            Term::Anywhere(pattern) => {
                pattern.is_in(Value::Integer(row.id()), scratch)
                    || (0..n_columns)
                        .any(|column| pattern.is_in(row.value(column).as_value(), scratch))
            }
            Term::Column {
                column,
                operator,
                value,
            } => match column {
                Column::Id => value.holds(*operator, Value::Integer(row.id()), scratch),
                Column::Other(n) => value.holds(*operator, row.value(*n).as_value(), scratch),
            },
        })
    }

    /// The id that the row must have, if a term says so.
    pub(crate) fn wanted_id(&self) -> Option<i64> {
        self.terms.iter().find_map(|term| match term {
            Term::Column {
                column: Column::Id,
                operator: Operator::Equal,
                value,
            } => value.integer,
            _ => None,
        })
    }

    /// A column that must have this integer, if a term says so.
    pub(crate) fn wanted_integers(&self) -> impl Iterator<Item = (usize, i64)> + '_ {
        self.terms.iter().filter_map(|term| match term {
            Term::Column {
                column: Column::Other(column),
                operator: Operator::Equal,
                value,
            } => value.integer.map(|integer| (*column, integer)),
            _ => None,
        })
    }
}

impl Pattern {
    fn new(text: String, is_quoted: bool) -> Self {
        Self {
            integer: text.parse().ok(),
            real: text.parse().ok().filter(|real: &f64| !real.is_nan()),
            is_null: !is_quoted && text == "NULL",
            finder: Finder::new(if text.len() > MOST_PATTERN { "" } else { &text }),
            text,
        }
    }

    /// Whether a value, written as text, contains this one. The case of ASCII letters does not count.
    fn is_in(&self, value: Value<'_>, scratch: &mut Scratch) -> bool {
        scratch.looked_at(value);
        let Scratch {
            number, lowercase, ..
        } = scratch;
        number.clear();
        let text = match value {
            Value::Null | Value::Blob(_) => return false,
            Value::Text(text) => text,
            Value::Integer(integer) => {
                // A name is in no number.
                if !self
                    .text
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'-')
                {
                    return false;
                }
                let _ = write!(number, "{integer}");
                number
            }
            Value::Real(real) => {
                let _ = write!(number, "{real:?}");
                number
            }
        };
        self.finder.is_in(text.as_bytes(), lowercase)
    }

    fn holds(&self, operator: Operator, value: Value<'_>, scratch: &mut Scratch) -> bool {
        if operator == Operator::Contains {
            return self.is_in(value, scratch);
        }
        scratch.looked_at(value);
        match operator {
            Operator::Contains => unreachable!("it was looked at before"),
            Operator::Equal => self.is_equal(value),
            Operator::NotEqual => !self.is_equal(value),
            Operator::Less => self.is_ordered(value, Ordering::is_lt),
            Operator::LessOrEqual => self.is_ordered(value, Ordering::is_le),
            Operator::Greater => self.is_ordered(value, Ordering::is_gt),
            Operator::GreaterOrEqual => self.is_ordered(value, Ordering::is_ge),
        }
    }

    fn is_equal(&self, value: Value<'_>) -> bool {
        match value {
            Value::Null => self.is_null,
            _ if self.is_null => false,
            other => self.is_ordered(other, Ordering::is_eq),
        }
    }

    /// Compares numbers with numbers and texts with texts; nothing else has an order.
    fn is_ordered(&self, value: Value<'_>, is_it: impl Fn(Ordering) -> bool) -> bool {
        let ordering = match value {
            Value::Integer(integer) => match (self.integer, self.real) {
                (Some(wanted), _) => Some(integer.cmp(&wanted)),
                (None, Some(wanted)) => integer_with_real(integer, wanted),
                (None, None) => None,
            },
            Value::Real(real) => match (self.integer, self.real) {
                (Some(wanted), _) => integer_with_real(wanted, real).map(Ordering::reverse),
                (None, Some(wanted)) => real.partial_cmp(&wanted),
                (None, None) => None,
            },
            Value::Text(text) => Some(text.cmp(self.text.as_str())),
            Value::Null | Value::Blob(_) => None,
        };
        ordering.is_some_and(is_it)
    }
}

/// One term as it was written: `name` and operator are missing for a bare word.
struct Word {
    name: String,
    operator: Option<(&'static str, Operator)>,
    value: String,
    is_quoted: bool,
}

impl Word {
    fn term(self, table: &TableSchema) -> Result<Term, QueryError> {
        let is_part = self.operator.is_none_or(|(_, of)| of == Operator::Contains);
        if is_part && self.value.len() > MOST_PATTERN {
            return Err(QueryError::TooLong(self.value.len()));
        }
        let value = Pattern::new(self.value, self.is_quoted);
        let Some((sign, operator)) = self.operator else {
            return Ok(Term::Anywhere(value));
        };
        if value.text.is_empty() && !self.is_quoted {
            return Err(QueryError::NoValue(format!("{}{sign}", self.name)));
        }
        let column = if self.name == table.id {
            Column::Id
        } else {
            let mut columns = table.columns.iter();
            let found = columns.position(|column| *column == self.name);
            Column::Other(found.ok_or_else(|| QueryError::NoColumn {
                table: table.name.clone(),
                name: self.name,
                columns: format!("{}, {}", table.id, table.columns.join(", ")),
            })?)
        };
        Ok(Term::Column {
            column,
            operator,
            value,
        })
    }
}

fn words(text: &str) -> Result<Vec<Word>, QueryError> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let mut word = Word {
            name: String::new(),
            operator: None,
            value: String::new(),
            is_quoted: false,
        };
        // The name, up to an operator. A word that begins with a quote has none.
        while let Some(c) = rest
            .chars()
            .next()
            .filter(|c| !c.is_whitespace() && *c != '"')
        {
            let found = OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign));
            // A word that begins with a sign, as `<b>` does, is no comparison.
            let is_name = |c: char| c.is_alphanumeric() || c == '_';
            if let Some(&(sign, operator)) = found.filter(|_| word.name.starts_with(is_name)) {
                word.operator = Some((sign, operator));
                rest = &rest[sign.len()..];
                break;
            }
            word.name.push(c);
            rest = &rest[c.len_utf8()..];
        }
        if word.operator.is_none() {
            word.value = std::mem::take(&mut word.name);
        }
        rest = value(rest, &mut word)?;
        words.push(word);
        rest = rest.trim_start();
    }
    Ok(words)
}

/// Reads a value, in quotes or up to the next blank; returns what follows it.
fn value<'t>(rest: &'t str, word: &mut Word) -> Result<&'t str, QueryError> {
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        word.value.push_str(&rest[..end]);
        return Ok(&rest[end..]);
    };
    word.is_quoted = true;
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok(&quoted[at + 1..]),
            '\\' => word.value.extend(chars.next().map(|(_, c)| c)),
            c => word.value.push(c),
        }
    }
    Err(QueryError::OpenQuote)
}

#[cfg(test)]
mod tests;
