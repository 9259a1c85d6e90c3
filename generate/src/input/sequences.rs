//! The sequences of PostgreSQL: whose ids they number, and which number comes next.

use std::collections::BTreeMap;

use sqlparser::tokenizer::Token;

use super::ddl::{Ddl, DeclaredTable};
use super::reader::Reader;
use super::split::Statement;
use crate::sql::Dialect;
use crate::sql::cursor::{Cursor, Path, parts, text};
use crate::sql::tokens::{self, Piece};

/// The sequences of a script, by schema and name.
#[derive(Debug, Default)]
pub(crate) struct Sequences {
    known: BTreeMap<(String, String), Sequence>,
}

#[derive(Debug, Default)]
struct Sequence {
    /// Schema, table and column of the ids that it numbers.
    owner: Option<(String, String, String)>,
    /// The next number, if the script says it.
    next: Option<i64>,
    /// What it counts by, unless that is 1.
    step: Option<i64>,
}

impl Ddl {
    /// The column whose values a table's database numbers, and the next number, where the script says it. An id that is
    /// below it may have been given to a row that is gone.
    pub(crate) fn next_id(&self, at: usize) -> Option<(String, i64)> {
        let table = &self.tables[at];
        if let Some(next) = table.next_number {
            let column = table.columns.iter().find(|column| column.identity)?;
            return Some((column.name.clone(), next));
        }
        let [key] = table.primary_key.as_slice() else {
            return None;
        };
        let next = self.sequences.next_of(table, key)?;
        Some((key.clone(), next))
    }
}

impl Sequences {
    fn next_of(&self, table: &DeclaredTable, column: &str) -> Option<i64> {
        let is_owner = |sequence: &&Sequence| {
            let owner = sequence.owner.as_ref();
            owner.is_some_and(|(schema, of, own)| {
                *schema == table.schema && *of == table.name && own == column
            })
        };
        let owned = self.known.values().filter(is_owner);
        if let Some(next) = owned.filter_map(|sequence| sequence.next).max() {
            return Some(next);
        }
        let column = &table.columns[table.position(column)?];
        let by_default = column.default.as_deref().and_then(sequence_of);
        let name = by_default.unwrap_or_else(|| {
            // The name that PostgreSQL gives to that of a `serial`.
            let name = format!("{}_{}_seq", table.name, column.name);
            (table.schema.clone(), name)
        });
        self.known.get(&name)?.next
    }
}

/// The sequence of `nextval('public.numbers'::regclass)`.
fn sequence_of(default: &[Piece]) -> Option<(String, String)> {
    let at = default.iter().position(|piece| piece.is("nextval"))?;
    let mut cursor = Cursor::new(&default[at + 1..], Dialect::Postgres);
    let path = path_in(cursor.group()?.first()?)?;
    Some((schema_of(&path, ""), path.name))
}

/// The name that a string holds.
fn path_in(piece: &Piece) -> Option<Path> {
    let pieces = tokens::pieces(&text(piece)?, Dialect::Postgres.parser());
    Cursor::new(&pieces, Dialect::Postgres).path()
}

/// The schema that a name is in; `public` is the same as none.
fn schema_of(path: &Path, current: &str) -> String {
    let schema = path.schema.as_deref().unwrap_or(current);
    if schema == "public" { "" } else { schema }.to_owned()
}

fn number(cursor: &mut Cursor<'_>) -> Option<i64> {
    let minus = cursor.eat_token(&Token::Minus);
    let number = match &cursor.next()?.token.token {
        Token::Number(number, _) => number.parse::<i64>().ok()?,
        _ => return None,
    };
    Some(if minus { -number } else { number })
}

impl Reader {
    /// Takes what a statement says of sequences.
    pub(super) fn sequence(&mut self, statement: &Statement<'_>) {
        let words: Vec<&str> = statement.words.iter().map(String::as_str).collect();
        let is_sequence = match words.as_slice() {
            ["CREATE" | "ALTER", rest @ ..] => rest.iter().take(2).any(|word| *word == "SEQUENCE"),
            _ => false,
        };
        let is_identity = words.starts_with(&["ALTER", "TABLE"]) && words.contains(&"GENERATED");
        let is_position = words.first() == Some(&"SELECT") && words.contains(&"SETVAL");
        if !(is_sequence || is_identity || is_position) {
            return;
        }
        let pieces = self.pieces(statement);
        let mut cursor = Cursor::new(&pieces, self.dialect);
        if is_position {
            for part in parts(&pieces) {
                self.position_of_sequence(part);
            }
        } else if is_identity {
            self.identity(cursor);
        } else {
            while cursor.next().is_some_and(|piece| !piece.is("SEQUENCE")) {}
            cursor.eat_all(&["IF", "NOT", "EXISTS"]);
            cursor.eat_all(&["IF", "EXISTS"]);
            if let Some(path) = cursor.path() {
                let at = (schema_of(&path, &self.current), path.name);
                self.sequence_options(at, cursor, None);
            }
        }
    }

    /// `setval('public.numbers', 42, true)`.
    fn position_of_sequence(&mut self, part: &[Piece]) {
        let Some(at) = part.iter().position(|piece| piece.is("setval")) else {
            return;
        };
        let Some(inside) = Cursor::new(&part[at + 1..], self.dialect).group() else {
            return;
        };
        let arguments = parts(inside);
        let (Some(sequence), Some(value)) = (arguments.first(), arguments.get(1)) else {
            return;
        };
        let mut value = Cursor::new(value, self.dialect);
        let Some(value) = number(&mut value).filter(|_| value.is_end()) else {
            return;
        };
        let is_given = arguments
            .get(2)
            .is_none_or(|called| !called.first().is_some_and(|piece| piece.is("false")));
        let Some(name) = self.named_sequence(sequence) else {
            return;
        };
        let sequence = self.ddl.sequences.known.entry(name).or_default();
        let step = sequence.step.unwrap_or(1);
        // A sequence that counts down gives no id again that a table of ours would give.
        let next = match is_given {
            true => value.saturating_add(step),
            false => value,
        };
        sequence.next = (step > 0).then_some(next);
    }

    /// The sequence that an argument names: `'public.numbers'`, or `pg_get_serial_sequence('t', 'id')`.
    fn named_sequence(&self, argument: &[Piece]) -> Option<(String, String)> {
        let first = argument.first()?;
        if let Some(path) = path_in(first) {
            return Some((schema_of(&path, &self.current), path.name));
        }
        let at = argument
            .iter()
            .position(|piece| piece.is("pg_get_serial_sequence"))?;
        let inside = Cursor::new(&argument[at + 1..], self.dialect).group()?;
        let arguments = parts(inside);
        let table = path_in(arguments.first()?.first()?)?;
        let column = text(arguments.get(1)?.first()?)?;
        let schema = schema_of(&table, &self.current);
        let owner = (schema.clone(), table.name.clone(), column.clone());
        let mut known = self.ddl.sequences.known.iter();
        let owned = known.find(|(_, sequence)| sequence.owner.as_ref() == Some(&owner));
        let by_name = || (schema, format!("{}_{column}_seq", table.name));
        Some(owned.map_or_else(by_name, |(name, _)| name.clone()))
    }

    /// `ALTER TABLE t ALTER COLUMN id ADD GENERATED .. AS IDENTITY (SEQUENCE NAME public.numbers START WITH 1 ..)`.
    fn identity(&mut self, mut cursor: Cursor<'_>) {
        cursor.eat_all(&["ALTER", "TABLE"]);
        cursor.eat_all(&["IF", "EXISTS"]);
        cursor.eat("ONLY");
        let Some(table) = cursor.path() else {
            return;
        };
        if !cursor.eat("ALTER") {
            return;
        }
        cursor.eat("COLUMN");
        let Some(column) = cursor.name() else {
            return;
        };
        while cursor.peek().is_some() && !cursor.opens_after(0) {
            cursor.next();
        }
        let Some(inside) = cursor.group() else {
            return;
        };
        let schema = schema_of(&table, &self.current);
        let name = format!("{}_{column}_seq", table.name);
        let owner = (schema.clone(), table.name, column);
        let options = Cursor::new(inside, self.dialect);
        self.sequence_options((schema, name), options, Some(owner));
    }

    fn sequence_options(
        &mut self,
        name: (String, String),
        mut cursor: Cursor<'_>,
        owner: Option<(String, String, String)>,
    ) {
        let mut name = name;
        let mut found = Sequence {
            owner,
            ..Sequence::default()
        };
        while !cursor.is_end() {
            if cursor.eat_any(&["START", "RESTART"]) {
                cursor.eat("WITH");
                found.next = number(&mut cursor);
            } else if cursor.eat("INCREMENT") {
                cursor.eat("BY");
                found.step = number(&mut cursor);
            } else if cursor.eat_all(&["OWNED", "BY"]) {
                found.owner = self.owner(&mut cursor);
            } else if cursor.eat_all(&["SEQUENCE", "NAME"]) {
                if let Some(path) = cursor.path() {
                    name = (schema_of(&path, &self.current), path.name);
                }
            } else {
                cursor.next();
            }
        }
        let known = self.ddl.sequences.known.entry(name).or_default();
        known.owner = found.owner.or(known.owner.take());
        known.step = found.step.or(known.step);
        let is_up = known.step.is_none_or(|step| step > 0);
        known.next = found.next.or(known.next).filter(|_| is_up);
    }

    /// `public.players.id`.
    fn owner(&self, cursor: &mut Cursor<'_>) -> Option<(String, String, String)> {
        let mut names = vec![cursor.name()?];
        while cursor.eat_token(&Token::Period) {
            names.push(cursor.name()?);
        }
        let (column, table) = (names.pop()?, names.pop()?);
        let path = Path {
            schema: names.pop(),
            name: table,
        };
        Some((schema_of(&path, &self.current), path.name, column))
    }
}
