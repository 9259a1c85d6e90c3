//! Reads what stands before and behind the rows of an INSERT.

use sqlparser::tokenizer::Token;

use super::charset::Charset;
use super::literal::Values;
use super::scan::{Scan, Scanned};
use crate::sql::Dialect;
use crate::sql::cursor::{Cursor, parts};
use crate::sql::tokens;

/// Where the rows of a statement go.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Target {
    pub(crate) schema: Option<String>,
    pub(crate) table: String,
    /// The columns, if the statement names them.
    pub(crate) columns: Option<Vec<String>>,
    /// Whether the rows are those of a COPY, which has none for what the database computes.
    pub(crate) is_copy: bool,
}

/// What happens to a row that is there already, by the start of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// The end of the statement may say otherwise.
    Insert,
    Ignore,
    Replace,
}

/// What the end of a statement says of a row that is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tail {
    /// It is refused.
    None,
    /// It is passed over.
    Ignore,
    /// It sets these columns.
    Update(Vec<String>),
    /// It is changed in a way that only the database can compute.
    Computed(String),
}

/// How the rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Values,
    /// `SET a = 1, b = 2`
    Set,
    /// `DEFAULT VALUES`
    Defaults,
    /// There is no further row.
    End,
}

/// Reads an INSERT up to its first row. Anything else, such as an INSERT of what a SELECT finds, is wrong.
pub(super) fn head(scan: &mut Scan<'_>) -> Scanned<(Target, Verb, Form)> {
    let mut verb = Verb::Insert;
    if scan.eat_word("REPLACE")? {
        verb = Verb::Replace;
    } else if !scan.eat_word("INSERT")? {
        return scan.wrong();
    }
    loop {
        if scan.eat_word("IGNORE")? {
            verb = Verb::Ignore;
        } else if scan.eat_word("OR")? {
            verb = match (scan.eat_word("REPLACE")?, scan.eat_word("IGNORE")?) {
                (true, _) => Verb::Replace,
                (_, true) => Verb::Ignore,
                _ => {
                    scan.name()?;
                    Verb::Insert
                }
            };
        } else if !scan.eat_word("LOW_PRIORITY")?
            && !scan.eat_word("DELAYED")?
            && !scan.eat_word("HIGH_PRIORITY")?
        {
            break;
        }
    }
    scan.eat_word("INTO")?;
    let (schema, table) = scan.path()?;
    if scan.eat_word("PARTITION")? {
        names(scan)?;
    }
    if scan.eat_word("AS")? {
        scan.name()?;
    }
    let columns = match scan.peek()? {
        Some(b'(') => Some(names(scan)?),
        _ => None,
    };
    let mut target = Target {
        schema,
        table,
        columns,
        is_copy: false,
    };
    if scan.eat_word("OVERRIDING")? {
        scan.name()?;
        scan.eat_word("VALUE")?;
    }
    if scan.eat_word("VALUES")? || scan.eat_word("VALUE")? {
        return Ok((target, verb, Form::Values));
    }
    if scan.eat_word("DEFAULT")? && scan.eat_word("VALUES")? {
        target.columns = Some(Vec::new());
        return Ok((target, verb, Form::Defaults));
    }
    if scan.rules.is_mysql() && scan.eat_word("SET")? {
        // The values are read again, as a row.
        let start = scan.at;
        target.columns = Some(assignments(scan, &mut Values::default(), Charset::Utf8)?);
        scan.at = start;
        return Ok((target, verb, Form::Set));
    }
    scan.wrong()
}

/// Reads names in parentheses.
pub(super) fn names(scan: &mut Scan<'_>) -> Scanned<Vec<String>> {
    scan.expect(b'(')?;
    scan.blank()?;
    let mut found = Vec::new();
    while !scan.eat(b')')? {
        if !found.is_empty() {
            scan.expect(b',')?;
            scan.blank()?;
        }
        found.push(scan.path()?.1);
    }
    scan.blank()?;
    Ok(found)
}

/// Reads `a = 1, b = 2`: the names, and the values as those of a row.
pub(super) fn assignments(
    scan: &mut Scan<'_>,
    values: &mut Values,
    charset: Charset,
) -> Scanned<Vec<String>> {
    let mut names = Vec::new();
    loop {
        names.push(scan.path()?.1);
        // `:=` assigns too.
        scan.eat(b':')?;
        scan.expect(b'=')?;
        scan.blank()?;
        values.value(scan, charset)?;
        if !scan.eat(b',')? {
            return Ok(names);
        }
        scan.blank()?;
    }
}

/// Reads the end of a statement; `None` if it is no end.
pub(super) fn tail(text: &str, dialect: Dialect) -> Option<Tail> {
    let pieces = tokens::pieces(text, dialect.parser());
    let mut cursor = Cursor::new(&pieces, dialect);
    let computed = || Tail::Computed(text.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut alias = None;
    if cursor.eat("AS") {
        alias = cursor.name();
        cursor.group();
    }
    if cursor.is_end() || cursor.sees(&["RETURNING"]) {
        return Some(Tail::None);
    }
    if cursor.eat_all(&["ON", "DUPLICATE", "KEY", "UPDATE"]) {
        let updated = updated(&mut cursor, alias.as_deref());
        return Some(updated.map_or_else(computed, Tail::Update));
    }
    if !cursor.eat_all(&["ON", "CONFLICT"]) {
        return None;
    }
    cursor.group();
    if cursor.eat_all(&["ON", "CONSTRAINT"]) {
        cursor.next();
    }
    if cursor.eat_all(&["DO", "NOTHING"]) {
        return Some(Tail::Ignore);
    }
    if !cursor.eat_all(&["DO", "UPDATE", "SET"]) {
        return Some(computed());
    }
    let updated = updated(&mut cursor, Some("excluded"));
    Some(updated.map_or_else(computed, Tail::Update))
}

/// The columns that are set to the values of the new row; `None` if one is set to something else. A column that is
/// set to itself stays as it is.
fn updated(cursor: &mut Cursor<'_>, alias: Option<&str>) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for part in parts(cursor.rest()) {
        let mut part = Cursor::new(part, cursor.dialect());
        let name = part.path()?.name;
        if !part.eat_token(&Token::Eq) {
            return None;
        }
        let (from, value) = if part.eat("VALUES") {
            let mut inside = Cursor::new(part.group()?, cursor.dialect());
            (alias.map(str::to_owned), inside.path()?.name)
        } else {
            let path = part.path()?;
            let is_own = path.schema.is_none() && path.name.eq_ignore_ascii_case(&name);
            if is_own && part.is_end() {
                continue;
            }
            (path.schema, path.name)
        };
        let is_new = match (&from, alias) {
            (Some(from), Some(alias)) => from.eq_ignore_ascii_case(alias),
            (from, alias) => from.is_none() && alias.is_none(),
        };
        if !is_new || !value.eq_ignore_ascii_case(&name) || !part.is_end() {
            return None;
        }
        names.push(name);
    }
    Some(names)
}
