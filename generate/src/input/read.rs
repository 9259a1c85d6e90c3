//! Replays the statements of a MySQL or PostgreSQL script.

use std::collections::BTreeMap;

use super::ddl::Ddl;
use super::reader::Reader;
use super::split::{Script, Statement, split};
use super::{alter, alter_type, create, rows};
use crate::sql::Dialect;
use crate::sql::cursor::{Cursor, Path, shown};
use crate::sql::tokens::Piece;

/// The contents of a script.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) ddl: Ddl,
    /// What could not be read, and what was left out.
    pub(crate) warnings: Vec<String>,
    /// The statements that were passed over: their first words, and how many there are.
    pub(crate) skipped: BTreeMap<String, usize>,
    /// How many tables were created and dropped again.
    pub(crate) n_dropped: usize,
}

/// Reads a script.
pub(crate) fn read(source: &str, dialect: Dialect) -> Read {
    let Script {
        statements,
        warnings,
        n_copies,
    } = split(source, dialect);
    let mut replay = Replay::new(dialect);
    replay.reader.warnings = warnings;
    if n_copies > 0 {
        replay.reader.skipped.insert("COPY".to_owned(), n_copies);
    }
    for statement in &statements {
        replay.statement(statement);
    }
    let reader = replay.reader;
    Read {
        ddl: reader.ddl,
        warnings: reader.warnings,
        skipped: reader.skipped,
        n_dropped: reader.n_dropped,
    }
}

/// The statements of a script, replayed one by one.
pub(crate) struct Replay {
    reader: Reader,
}

impl Replay {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            reader: Reader {
                dialect,
                ddl: Ddl::default(),
                current: String::new(),
                warnings: Vec::new(),
                skipped: BTreeMap::new(),
                n_dropped: 0,
                start: 1,
                line: 1,
            },
        }
    }

    pub(crate) fn statement(&mut self, statement: &Statement<'_>) {
        self.reader.start = statement.text_line;
        self.reader.line = statement.line;
        self.reader.statement(statement);
    }

    /// What the statements have made so far.
    pub(crate) fn ddl(&self) -> &Ddl {
        &self.reader.ddl
    }

    /// The index of an existing table.
    pub(crate) fn position(&self, path: &Path) -> Option<usize> {
        self.reader.table(path)
    }

    /// The schema that a name belongs to.
    pub(crate) fn schema_of(&self, path: &Path) -> String {
        self.reader.schema_of(path)
    }
}

/// First words of statements that do not concern tables.
const SKIPPED: &[&str] = &[
    "INSERT",
    "REPLACE",
    "UPDATE",
    "DELETE",
    "SELECT",
    "SET",
    "LOCK",
    "UNLOCK",
    "USE",
    "GRANT",
    "REVOKE",
    "BEGIN",
    "START",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "FLUSH",
    "ANALYZE",
    "VACUUM",
    "EXPLAIN",
    "CALL",
    "DO",
    "DECLARE",
    "LOAD",
    "TRUNCATE",
    "OPTIMIZE",
    "CHECK",
    "REPAIR",
    "SHOW",
    "PREPARE",
    "EXECUTE",
    "DEALLOCATE",
    "WITH",
    "REINDEX",
    "CLUSTER",
    "REFRESH",
    "NOTIFY",
    "SECURITY",
    "REASSIGN",
    "DISCARD",
    "END",
    "PRAGMA",
    "CHANGE",
    "PURGE",
    "RESET",
    "STOP",
    "IMPORT",
    "HANDLER",
    "MERGE",
    "VALUES",
    "SOURCE",
    "KILL",
    "INSTALL",
    "COMMENT",
    "COPY",
    "CREATE",
    "ALTER",
    "DROP",
    "RENAME",
    "RELEASE",
    "LISTEN",
    "EXIT",
    "QUIT",
    "IF",
    "ELSE",
    "ELSEIF",
    "LEAVE",
    "RETURN",
    "WHILE",
    "LOOP",
    "FETCH",
    "OPEN",
    "CLOSE",
    "SIGNAL",
];

/// Words between CREATE and what is created.
const MODIFIERS: &[&str] = &[
    "OR", "REPLACE", "GLOBAL", "LOCAL", "UNLOGGED", "FOREIGN", "OFFLINE", "ONLINE",
];

impl Reader {
    fn statement(&mut self, statement: &Statement<'_>) {
        let words: Vec<&str> = statement.words.iter().map(String::as_str).collect();
        if self.dialect == Dialect::Postgres {
            self.sequence(statement);
        }
        match words.as_slice() {
            ["CREATE", ..] => self.create(statement),
            ["ALTER", ..] => {
                let pieces = self.pieces(statement);
                self.alter(&pieces);
            }
            [
                "DROP",
                "TABLE" | "INDEX" | "TYPE" | "DOMAIN" | "TEMPORARY" | "DATABASE" | "SCHEMA",
                ..,
            ] => {
                let pieces = self.pieces(statement);
                self.drop(&pieces);
            }
            ["RENAME", "TABLE" | "TABLES", ..] => {
                let pieces = self.pieces(statement);
                self.rename(&pieces);
            }
            ["COMMENT", "ON", "TABLE" | "COLUMN" | "DOMAIN", ..]
                if self.dialect == Dialect::Postgres =>
            {
                let pieces = self.pieces(statement);
                self.comment(&pieces);
            }
            ["USE", ..] => {
                let pieces = self.pieces(statement);
                if let Some(name) = self.name_after(&pieces, 1) {
                    self.current = name;
                }
            }
            ["SET", "SEARCH_PATH", ..] => {
                let pieces = self.pieces(statement);
                // The third word is `=` or `TO`.
                let name = self.name_after(&pieces, 3);
                self.current = name.filter(|name| name != "public").unwrap_or_default();
            }
            [first @ ("DROP" | "COMMENT"), ..] => {
                let what = words.get(1).copied().unwrap_or_default();
                let kind = if *first == "COMMENT" {
                    words.get(2).copied().unwrap_or_default()
                } else {
                    what
                };
                self.count(format!("{first} {kind}").trim());
            }
            [first, ..] if SKIPPED.contains(first) => {
                self.count(first);
                rows::insert(&mut self.ddl, statement, &self.current, self.dialect);
            }
            _ => {
                let pieces = self.pieces(statement);
                if pieces.is_empty() {
                    self.warn(format!(
                        "`{}` cannot be read, and is left out",
                        start_of(&statement.text)
                    ));
                } else {
                    self.unreadable(&pieces);
                }
            }
        }
    }

    /// The name behind so many words.
    fn name_after(&self, pieces: &[Piece], n_words: usize) -> Option<String> {
        let mut cursor = Cursor::new(pieces, self.dialect);
        for _ in 0..n_words {
            cursor.next();
        }
        cursor.name()
    }

    fn create(&mut self, statement: &Statement<'_>) {
        let words = &statement.words;
        let kinds = [
            "TRIGGER",
            "FUNCTION",
            "PROCEDURE",
            "VIEW",
            "EVENT",
            "RULE",
            "POLICY",
        ];
        let routine = words.iter().skip(1).find(|word| {
            kinds.contains(&word.as_str())
                || ["TABLE", "INDEX", "TYPE", "DOMAIN"].contains(&word.as_str())
        });
        if let Some(kind) = routine.filter(|kind| kinds.contains(&kind.as_str())) {
            self.count(&format!("CREATE {kind}"));
            return;
        }
        let pieces = self.pieces(statement);
        let mut cursor = Cursor::new(&pieces, self.dialect);
        if pieces.is_empty() {
            self.warn(format!(
                "`{}` cannot be read, and is left out",
                start_of(&statement.text)
            ));
            return;
        }
        cursor.next();
        while cursor.eat_any(MODIFIERS) {}
        let temporary = cursor.eat_any(&["TEMPORARY", "TEMP"]);
        if cursor.eat("TABLE") {
            if temporary {
                self.count("CREATE TEMPORARY TABLE");
            } else {
                create::table(self, statement, cursor);
            }
            return;
        }
        let unique = cursor.eat("UNIQUE");
        if cursor.eat_any(&["FULLTEXT", "SPATIAL"]) {
            self.warn(format!(
                "`{}` is left out: a world has no such index",
                shown(&pieces)
            ));
        } else if cursor.eat("INDEX") {
            self.index(&pieces, cursor, unique);
        } else if cursor.eat("TYPE") {
            self.new_type(&pieces, cursor);
        } else if cursor.eat("DOMAIN") {
            self.domain(&pieces, cursor);
        } else if cursor.eat("SCHEMA") {
            self.schema(statement, cursor);
        } else {
            let kind = words.get(1).map_or("", String::as_str);
            self.count(format!("CREATE {kind}").trim());
        }
    }

    /// `CREATE SCHEMA s CREATE TABLE t (..) CREATE TABLE u (..)`: statements without a `;` between them.
    fn schema(&mut self, statement: &Statement<'_>, mut cursor: Cursor<'_>) {
        self.count("CREATE SCHEMA");
        cursor.eat_all(&["IF", "NOT", "EXISTS"]);
        if cursor.eat("AUTHORIZATION") {
            cursor.next();
        }
        let name = cursor.name().unwrap_or_default();
        let mut starts = Vec::new();
        while let Some(piece) = cursor.peek() {
            if piece.is("CREATE") {
                starts.push(piece.clone());
            }
            if cursor.group().is_none() {
                cursor.next();
            }
        }
        if starts.is_empty() {
            return;
        }
        let lines: Vec<&str> = statement.text.split('\n').collect();
        let place = |piece: &Piece| {
            let at = piece.token.span.start;
            let line = usize::try_from(at.line).unwrap_or(1).max(1) - 1;
            let column = usize::try_from(at.column).unwrap_or(1).max(1) - 1;
            let before: usize = lines.iter().take(line).map(|line| line.len() + 1).sum();
            let within = lines
                .get(line)
                .and_then(|line| line.char_indices().nth(column));
            before + within.map_or(0, |(at, _)| at)
        };
        let outer = std::mem::replace(&mut self.current, name);
        for (n, piece) in starts.iter().enumerate() {
            let from = place(piece);
            let to = starts.get(n + 1).map_or(statement.text.len(), place);
            let Some(text) = statement.text.get(from..to) else {
                continue;
            };
            let line =
                statement.text_line + usize::try_from(piece.token.span.start.line).unwrap_or(1) - 1;
            for mut inner in split(text, self.dialect).statements {
                inner.text_line = line;
                inner.line = line;
                (self.start, self.line) = (line, line);
                self.statement(&inner);
            }
        }
        self.current = outer;
    }

    fn alter(&mut self, pieces: &[Piece]) {
        let mut cursor = Cursor::new(pieces, self.dialect);
        cursor.next();
        cursor.eat_any(&["ONLINE", "OFFLINE", "IGNORE", "FOREIGN"]);
        cursor.eat("IGNORE");
        if cursor.eat("TABLE") {
            alter::table(self, pieces, cursor);
        } else if cursor.eat("TYPE") {
            alter_type::named_type(self, pieces, cursor);
        } else {
            let kind = cursor
                .peek()
                .map(|piece| piece.text.to_ascii_uppercase())
                .unwrap_or_default();
            self.count(format!("ALTER {kind}").trim());
        }
    }
}

/// The start of a statement that has no tokens, for messages.
fn start_of(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    line.chars().take(60).collect()
}
