//! What a declaration says beyond what SQLite's pragmas tell: CHECKs, generated columns, collations, and what
//! an index is made of. Texts are brought into a form in which only their meaning counts.

use std::collections::{BTreeMap, BTreeSet};

/// What the CREATE TABLE of one table says.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Each CHECK, or each of those that it is made of with AND: its normal form, and how it is written.
    pub(super) checks: BTreeMap<String, String>,
    /// What a column, in lower case, is declared with beyond its type.
    pub(super) columns: BTreeMap<String, String>,
}

/// Reads the CREATE TABLE of a table with these columns, in lower case.
pub(super) fn rules(sql: &str, columns: &BTreeSet<String>) -> Rules {
    let tokens = tokens(sql, columns);
    let mut rules = Rules::default();
    let Some(start) = tokens.iter().position(|token| token.is("(")) else {
        return rules;
    };
    let body = &tokens[start + 1..closing(&tokens, start)];
    for item in split(body, |token| token.is(",")) {
        read_item(item, sql, &mut rules);
    }
    rules
}

/// What stands behind the name in a CREATE TABLE: columns, constraints and options.
pub(super) fn body(sql: &str) -> &str {
    let tokens = tokens(sql, &BTreeSet::new());
    let start = tokens.iter().find(|token| token.is("("));
    start.map_or("", |open| &sql[open.start..])
}

/// What stands behind `ON table` in a CREATE INDEX: its columns or expressions, and its WHERE.
pub(super) fn index(sql: &str, columns: &BTreeSet<String>) -> String {
    let tokens = tokens(sql, columns);
    let start = tokens.iter().position(|token| token.is("("));
    joined(&tokens[start.unwrap_or(0)..])
}

/// A column with its constraints, or constraints of the table.
fn read_item(item: &[Token], sql: &str, rules: &mut Rules) {
    let mut more = String::new();
    let mut at = 0;
    while at < item.len() {
        let token = &item[at];
        let is_before_paren = item.get(at + 1).is_some_and(|next| next.is("("));
        if token.is("(") {
            at = closing(item, at);
        } else if is_before_paren && token.is("check") {
            let end = closing(item, at + 1);
            for part in conjuncts(&item[at + 2..end]) {
                rules.checks.insert(normal(part), written(sql, part));
            }
            at = end;
        } else if is_before_paren && token.is("as") {
            let end = closing(item, at + 1);
            more += &format!(" AS ({})", normal(&item[at + 2..end]));
            at = end;
        } else if token.is("collate") {
            at += 1;
            let collation = item.get(at).map_or("", |token| &token.text);
            if collation != "binary" {
                more += &format!(" COLLATE {}", collation.to_uppercase());
            }
        }
        at += 1;
    }
    if let Some(column) = item.first().filter(|_| !more.is_empty()) {
        rules.columns.insert(column.text.clone(), more);
    }
}

/// The parts that an expression is made of with AND at its top. A CHECK of them is one CHECK of each.
fn conjuncts(expression: &[Token]) -> Vec<&[Token]> {
    let expression = without_parens(expression);
    let mut depth = 0_usize;
    let binds_otherwise = |token: &Token| match token.text.as_str() {
        _ if token.kind != Kind::Plain => false,
        "(" => {
            depth += 1;
            false
        }
        ")" => {
            depth = depth.saturating_sub(1);
            false
        }
        // Only at the top: what stands in parentheses is a whole.
        "or" | "between" | "case" => depth == 0,
        _ => false,
    };
    if expression.iter().any(binds_otherwise) {
        return vec![expression];
    }
    let parts: Vec<_> = split(expression, |token| token.is("and")).collect();
    if parts.len() == 1 {
        return vec![expression];
    }
    parts.into_iter().flat_map(conjuncts).collect()
}

/// The parts of a list between separators that stand in no parentheses of it.
fn split(
    tokens: &[Token],
    is_separator: impl Fn(&Token) -> bool,
) -> impl Iterator<Item = &[Token]> {
    let mut depth = 0_usize;
    tokens.split(move |token| {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && is_separator(token)
    })
}

/// The place of the parenthesis that closes the one at `open`; the end, if none does.
fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    tokens.len()
}

fn without_parens(mut expression: &[Token]) -> &[Token] {
    while expression.len() > 1
        && expression[0].is("(")
        && closing(expression, 0) == expression.len() - 1
    {
        expression = &expression[1..expression.len() - 1];
    }
    expression
}

/// The form of an expression that all ways of writing it have in common, as far as they differ in spaces,
/// quotes, case, parentheses around the whole, and the order of constants in a list.
fn normal(expression: &[Token]) -> String {
    let expression = without_parens(expression);
    let mut parts = Vec::new();
    let mut at = 0;
    while at < expression.len() {
        let is_list = at > 0 && expression[at - 1].is("in") && expression[at].is("(");
        let end = if is_list { closing(expression, at) } else { at };
        let list = expression.get(at + 1..end).unwrap_or_default();
        let mut constants: Vec<_> = split(list, |token| token.is(",")).map(joined).collect();
        let are_constants = |token: &Token| token.is(",") || token.is("-") || token.is_constant();
        if is_list && list.iter().all(are_constants) {
            constants.sort_unstable();
            constants.dedup();
            parts.push(format!("( {} )", constants.join(" , ")));
            at = end;
        } else {
            parts.push(expression[at].text.clone());
        }
        at += 1;
    }
    parts.join(" ")
}

fn joined(tokens: &[Token]) -> String {
    let texts: Vec<_> = tokens.iter().map(|token| token.text.as_str()).collect();
    texts.join(" ")
}

/// How it stands in the declaration, in one line.
fn written(sql: &str, tokens: &[Token]) -> String {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        return String::new();
    };
    let text = &sql[first.start..last.end];
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A word or a sign.
    Plain,
    /// A name in quotes, which is no keyword.
    Name,
    /// A number, a text or a blob.
    Constant,
}

#[derive(Debug)]
struct Token {
    kind: Kind,
    text: String,
    start: usize,
    end: usize,
}

impl Token {
    fn is(&self, text: &str) -> bool {
        self.kind == Kind::Plain && self.text == text
    }

    fn is_constant(&self) -> bool {
        self.kind == Kind::Constant
    }
}

fn tokens(sql: &str, columns: &BTreeSet<String>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(first) = sql[start..].chars().next() {
        let rest = &sql[start..];
        let length = length_of(rest, first);
        let end = start + length;
        if let Some((kind, text)) = token(&sql[start..end], first, columns) {
            tokens.push(Token {
                kind,
                text,
                start,
                end,
            });
        }
        start = end;
    }
    tokens
}

/// A part of a text of SQL that keeps its comments.
#[derive(Debug)]
pub(super) enum Piece<'s> {
    /// The normal form of a token; of a name in quotes, what is in them.
    Token(String),
    Comment(&'s str),
    LineEnd,
}

/// The tokens, comments and ends of lines of statements.
pub(super) fn pieces(sql: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some(first) = sql[start..].chars().next() {
        let rest = &sql[start..];
        let text = &rest[..length_of(rest, first)];
        let is_comment = text.starts_with("--") || text.starts_with("/*");
        if is_comment {
            pieces.push(Piece::Comment(text));
        } else if first == '"' {
            let inner = text.get(1..text.len() - 1).unwrap_or_default();
            pieces.push(Piece::Token(inner.replace("\"\"", "\"").to_lowercase()));
        } else if let Some((_, text)) = token(text, first, &BTreeSet::new()) {
            pieces.push(Piece::Token(text));
        }
        if text.ends_with('\n') {
            pieces.push(Piece::LineEnd);
        }
        start += text.len();
    }
    pieces
}

/// The comments of statements, each with the line on which it begins, counted from 1.
pub(super) fn comments(sql: &str) -> Vec<(usize, &str)> {
    let mut comments = Vec::new();
    let (mut start, mut line) = (0, 1);
    while let Some(first) = sql[start..].chars().next() {
        let rest = &sql[start..];
        let text = &rest[..length_of(rest, first)];
        if text.starts_with("--") || text.starts_with("/*") {
            comments.push((line, text));
        }
        line += text.matches('\n').count();
        start += text.len();
    }
    comments
}

/// How many bytes the token, the space or the comment at the beginning of `rest` has.
fn length_of(rest: &str, first: char) -> usize {
    let up_to = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
    match first {
        '-' if rest.starts_with("--") => up_to("\n"),
        '/' if rest.starts_with("/*") => up_to("*/"),
        '\'' | '"' | '`' => quoted_length(rest, first),
        '[' => up_to("]"),
        'x' | 'X' if rest[1..].starts_with('\'') => 1 + quoted_length(&rest[1..], '\''),
        '0'..='9' | '.' => number_length(rest),
        c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        _ => {
            let pairs = ["||", "==", "<>", "!=", "<=", ">=", "<<", ">>", "->"];
            let is_pair = pairs.iter().any(|pair| rest.starts_with(pair));
            if is_pair { 2 } else { first.len_utf8() }
        }
    }
}

/// A quote is doubled inside.
fn quoted_length(rest: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(found) = rest[at..].find(quote) {
        at += found + 1;
        if !rest[at..].starts_with(quote) {
            return at;
        }
        at += 1;
    }
    rest.len()
}

fn number_length(rest: &str) -> usize {
    let mut before = ' ';
    let end = rest.find(|c: char| {
        let is_sign_of_exponent = matches!(c, '+' | '-') && matches!(before, 'e' | 'E');
        before = c;
        !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || is_sign_of_exponent)
    });
    end.unwrap_or(rest.len()).max(1)
}

/// The normal form of a token; `None` if it means nothing.
fn token(text: &str, first: char, columns: &BTreeSet<String>) -> Option<(Kind, String)> {
    let inner = |quote: &str| {
        let inner = text.get(1..text.len() - 1).unwrap_or_default();
        inner.replace(&quote.repeat(2), quote)
    };
    let name = |name: String| Some((Kind::Name, name.to_lowercase()));
    match first {
        c if c.is_whitespace() => None,
        '-' if text.len() > 1 && text.starts_with("--") => None,
        '/' if text.len() > 1 => None,
        '\'' => Some((Kind::Constant, text.to_owned())),
        '"' => {
            let inner = inner("\"");
            // As SQLite does, which takes what is no column for a text.
            if columns.contains(&inner.to_lowercase()) {
                name(inner)
            } else {
                Some((Kind::Constant, format!("'{}'", inner.replace('\'', "''"))))
            }
        }
        '`' => name(inner("`")),
        '[' => name(inner("]")),
        '0'..='9' => Some((Kind::Constant, text.to_lowercase())),
        '.' if text.len() > 1 => Some((Kind::Constant, text.to_lowercase())),
        'x' | 'X' if text.contains('\'') => Some((Kind::Constant, text.to_lowercase())),
        _ => Some((
            Kind::Plain,
            match text {
                "==" => "=".to_owned(),
                "!=" => "<>".to_owned(),
                text => text.to_lowercase(),
            },
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(body: &str) -> Vec<String> {
        let columns = ["a", "b", "kind"].map(str::to_owned).into();
        let rules = rules(&format!("CREATE TABLE t ({body}) STRICT"), &columns);
        rules.checks.into_keys().collect()
    }

    #[test]
    fn ways_of_writing_one_check() {
        let one = checks("a INTEGER CHECK (a <> 0 AND kind IN ('W', 'B'))");
        assert_eq!(one, ["a <> 0", "kind in ( 'B' , 'W' )"]);
        for other in [
            "a INTEGER, CHECK((A!=0)and(\"Kind\" in('B','W')))",
            "a INTEGER CONSTRAINT not_nothing CHECK ([a] <> 0), -- why\n CHECK (`kind` IN (/* ) */ \"W\", 'B'))",
            "a INTEGER DEFAULT (1) CHECK (a<>0) CHECK (kind IN ('W', 'B', 'W')) REFERENCES u (id)",
        ] {
            assert_eq!(checks(other), one, "{other}");
        }
    }

    #[test]
    fn what_means_something_else_stays_different() {
        let one = checks("a INTEGER CHECK (a IN ('A', 'B'))");
        for other in [
            "a INTEGER CHECK (a IN ('A', 'b'))",
            "a INTEGER CHECK (a IN ('A', 'B', 'C'))",
            "a INTEGER CHECK (a NOT IN ('A', 'B'))",
            "a INTEGER CHECK (b IN ('A', 'B'))",
            "a INTEGER CHECK (a IN (\"A\", \"b\"))",
            "a INTEGER, \"check\" TEXT",
        ] {
            assert_ne!(checks(other), one, "{other}");
        }
        assert_eq!(checks("CHECK (a BETWEEN 1 AND 2)"), ["a between 1 and 2"]);
        assert_eq!(
            checks("CHECK (a = 1 AND b = 1 OR b = -2.5e-3)"),
            ["a = 1 and b = 1 or b = - 2.5e-3"]
        );
        assert_eq!(
            checks("a TEXT DEFAULT 'CHECK (a)', b CHECK (b = ')')"),
            ["b = ')'"]
        );
    }

    #[test]
    fn columns_that_are_computed_or_compare_in_another_way() {
        let columns = ["a", "b"].map(str::to_owned).into();
        let sql = "CREATE TABLE t (\"A\" TEXT COLLATE nocase, b INTEGER GENERATED ALWAYS AS (length(a)) STORED, c COLLATE BINARY)";
        let found: Vec<_> = rules(sql, &columns).columns.into_iter().collect();
        let expected = [("a", " COLLATE NOCASE"), ("b", " AS (length ( a ))")];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn a_declaration_that_is_cut_off_is_read_as_far_as_it_goes() {
        for sql in [
            "",
            "(",
            "CREATE TABLE t (a CHECK (",
            "CREATE TABLE t (a 'x",
            "CREATE t (\"",
            "[",
            "x'",
        ] {
            let _ = rules(sql, &BTreeSet::new());
            let _ = index(sql, &BTreeSet::new());
        }
    }
}
