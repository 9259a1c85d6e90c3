//! Renames that a schema declares in comments: `-- @renamed from=hp`.

use std::collections::BTreeMap;

use crate::persist::sqlite::declaration::{Piece, pieces};

/// How a comment that declares a rename begins, and how it goes on before the old name.
const MARK: &str = "@renamed";
const FROM: &str = " from=";

/// The old names, all in lower case.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Renames {
    /// The old name of a table, by its new one.
    pub(super) tables: BTreeMap<String, String>,
    /// The old name of a column, by the new names of its table and of itself.
    pub(super) columns: BTreeMap<(String, String), String>,
    /// What is written of renames that belong to nothing, or that cannot be read.
    pub(super) lost: Vec<(String, Lost)>,
}

/// Why a comment declares no rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    NoDeclaration,
    Unreadable,
    /// There is another one at the same declaration.
    Second,
}

impl Lost {
    pub(super) const fn why(self) -> &'static str {
        match self {
            Self::NoDeclaration => "it stands at no table and no column",
            Self::Unreadable => "it is not written `@renamed from=name`",
            Self::Second => "another one stands at the same declaration",
        }
    }

    pub(super) const fn remedy(self) -> &'static str {
        match self {
            Self::NoDeclaration => {
                "write it behind the declaration that it is about, or on the line before it"
            }
            Self::Unreadable => "write it so, or remove it",
            Self::Second => {
                "remove one of them; in a file with the other name a script renames it first: `ALTER TABLE .. RENAME ..`"
            }
        }
    }
}

/// Where in a statement the reader is.
#[derive(Default)]
struct Place {
    /// The tokens of the statement so far, as long as its table is not known.
    start: Vec<String>,
    table: Option<String>,
    depth: usize,
    /// The first token of the column or constraint that is being read.
    item: Option<String>,
}

/// The reader of a schema.
#[derive(Default)]
struct Reader {
    renames: Renames,
    place: Place,
    /// An old name that waits for the declaration that follows.
    pending: Option<String>,
    line_has_token: bool,
    last_item: Option<String>,
    /// The table of the statement that has just ended on this line.
    ended: Option<String>,
}

/// Reads the comments of a schema. A comment behind a declaration, on its last line, belongs to that; a comment on a
/// line of its own to the declaration that follows.
pub(super) fn renames(ddl: &str) -> Renames {
    let mut reader = Reader::default();
    for piece in pieces(ddl) {
        match piece {
            Piece::LineEnd => {
                reader.line_has_token = false;
                reader.ended = None;
            }
            Piece::Comment(text) => reader.comment(text),
            Piece::Token(token) => reader.token(token),
        }
    }
    reader.lose_pending();
    reader.renames
}

impl Reader {
    fn comment(&mut self, text: &str) {
        for old in old_names(text) {
            match old {
                Err(written) => self.lose(written, Lost::Unreadable),
                Ok(old) if !self.line_has_token => {
                    self.lose_pending();
                    self.pending = Some(old);
                }
                Ok(old) => match (&self.place.table, &self.ended) {
                    (Some(table), _) => {
                        let table = table.clone();
                        let item = self.place.item.as_ref().or(self.last_item.as_ref());
                        let column = item.filter(|_| self.place.depth > 0).cloned();
                        self.declare(table, column, old);
                    }
                    (None, Some(table)) => self.declare(table.clone(), None, old),
                    (None, None) => self.lose(old, Lost::NoDeclaration),
                },
            }
        }
    }

    fn token(&mut self, token: String) {
        self.line_has_token = true;
        self.ended = None;
        let before = self.place.table.clone();
        let was_inside = self.place.depth > 0;
        let is_new_item = self.place.take(&token);
        if self.place.table.is_none() && before.is_some() {
            self.ended = before;
        }
        self.last_item = match &self.place.item {
            Some(item) => Some(item.clone()),
            None if token == "," => self.last_item.take(),
            None => None,
        };
        let is_end = token == ";" || token == ")" && was_inside;
        if is_end && self.place.depth == 0 {
            // Nothing of this table or statement follows.
            self.lose_pending();
        }
        let Some(table) = self.place.table.clone() else {
            return;
        };
        if self.place.depth == 0 && token != ")" {
            if let Some(old) = self.pending.take() {
                self.declare(table, None, old);
            }
        } else if is_new_item && let Some(old) = self.pending.take() {
            self.declare(table, Some(token), old);
        }
    }

    fn declare(&mut self, table: String, column: Option<String>, old: String) {
        let before = match column {
            Some(column) => self.renames.columns.insert((table, column), old),
            None => self.renames.tables.insert(table, old),
        };
        if let Some(before) = before {
            self.lose(before, Lost::Second);
        }
    }

    fn lose_pending(&mut self) {
        if let Some(old) = self.pending.take() {
            self.lose(old, Lost::NoDeclaration);
        }
    }

    fn lose(&mut self, old: String, why: Lost) {
        self.renames.lost.push((old, why));
    }
}

impl Place {
    /// Takes the next token. Returns whether it is the first one of a column or constraint.
    fn take(&mut self, token: &str) -> bool {
        match token {
            ";" if self.depth == 0 => *self = Self::default(),
            "(" => {
                self.depth += 1;
                if self.depth == 1 {
                    self.item = None;
                }
            }
            ")" => self.depth = self.depth.saturating_sub(1),
            "," if self.depth == 1 => self.item = None,
            _ if self.depth == 0 && self.table.is_none() => {
                self.start.push(token.to_owned());
                self.table = created(&self.start);
            }
            _ if self.depth == 1 && self.item.is_none() => {
                self.item = Some(token.to_owned());
                return true;
            }
            _ => {}
        }
        false
    }
}

/// The name of the table that a statement creates which begins with these tokens.
fn created(start: &[String]) -> Option<String> {
    let words: Vec<_> = start.iter().map(String::as_str).collect();
    let name = match words.as_slice() {
        ["create", "table", "if", "not", "exists", name] => name,
        ["create", "table", name] if *name != "if" => name,
        _ => return None,
    };
    Some((*name).to_owned())
}

/// The old names that a comment declares; of a declaration that cannot be read, how it is written.
fn old_names(comment: &str) -> Vec<Result<String, String>> {
    // So that a slip in the word is not passed over.
    let stem = MARK.trim_end_matches('d');
    let parts = comment.split(stem).skip(1);
    let names = parts.map(|rest| {
        let name = rest
            .strip_prefix('d')
            .and_then(|rest| rest.strip_prefix(FROM));
        let name = name.map(|rest| {
            let end = rest.find(|c: char| c.is_whitespace() || c == ',' || c == '*');
            rest[..end.unwrap_or(rest.len())].trim_matches(['"', '`', '[', ']', '.'])
        });
        let written = || {
            format!(
                "{stem}{}",
                rest.lines().next().unwrap_or_default().trim_end()
            )
        };
        let name = name.filter(|name| !name.is_empty());
        name.map(str::to_lowercase).ok_or_else(written)
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_belongs_to_the_declaration_of_its_line_or_to_the_next_one() {
        let ddl = "-- Who plays. @renamed from=users\nCREATE TABLE players (\n    id INTEGER PRIMARY KEY,\n    health INTEGER NOT NULL DEFAULT (1, 2), -- @renamed from=hp\n    -- @renamed from=\"Nick\"\n    \"Name\" TEXT CHECK (length(name) > 0),\n    level INTEGER /* @renamed from=lvl */\n) STRICT;\nCREATE TABLE IF NOT EXISTS guilds ( -- @renamed from=clans\n  id INTEGER PRIMARY KEY\n);\nCREATE INDEX a ON players (health);\n-- @renamed from=nothing\n";
        let renames = renames(ddl);
        assert_eq!(renames.lost, [("nothing".to_owned(), Lost::NoDeclaration)]);
        let tables = [("guilds", "clans"), ("players", "users")];
        assert_eq!(
            renames.tables.into_iter().collect::<Vec<_>>(),
            tables.map(|(new, old)| (new.to_owned(), old.to_owned()))
        );
        let columns: Vec<_> = renames.columns.into_iter().collect();
        let of_players = |new: &str, old: &str| (("players".into(), new.into()), old.into());
        assert_eq!(
            columns,
            [
                of_players("health", "hp"),
                of_players("level", "lvl"),
                of_players("name", "nick")
            ]
        );
    }

    #[test]
    fn a_comment_behind_the_end_of_a_statement_belongs_to_its_table() {
        let found = renames(
            "CREATE TABLE a (id) STRICT; -- @renamed from=b\nCREATE TABLE c (id); CREATE TABLE d (id); /* @renamed from=e */",
        );
        let tables = [("a", "b"), ("d", "e")].map(|(new, old)| (new.to_owned(), old.to_owned()));
        assert_eq!(Vec::from_iter(found.tables), tables);
        assert_eq!(found.lost, []);
    }

    #[test]
    fn what_belongs_to_nothing_or_cannot_be_read_is_not_passed_over() {
        let cases = [
            ("CREATE TABLE a (id);\n-- @renamed from=b", "b"),
            ("CREATE TABLE a (id\n-- @renamed from=b\n);", "b"),
            (
                "CREATE INDEX i ON a (id); -- @renamed from=b\nCREATE TABLE c (id);",
                "b",
            ),
            (
                "-- @renamed from=b\nCREATE INDEX i ON a (id);\nCREATE TABLE c (id);",
                "b",
            ),
            (
                "CREATE TABLE a ( -- @renamed from=b, @renamed from=c\nid);",
                "b",
            ),
            (
                "-- @renamed from=b\n-- @renamed from=c\nCREATE TABLE a (id);",
                "b",
            ),
            ("-- @renamed b\nCREATE TABLE a (id);", "@renamed b"),
            ("-- @rename from=b\nCREATE TABLE a (id);", "@rename from=b"),
            (
                "-- @renamed from = b\nCREATE TABLE a (id);",
                "@renamed from = b",
            ),
            ("-- @renamed from=\nCREATE TABLE a (id);", "@renamed from="),
        ];
        for (ddl, lost) in cases {
            let found = renames(ddl);
            let texts: Vec<_> = found.lost.iter().map(|(text, _)| text.as_str()).collect();
            assert_eq!(texts, [lost], "{ddl}");
            let of_c = found.tables.get("c");
            assert_eq!(of_c, None, "{ddl}");
        }
    }

    #[test]
    fn a_text_that_is_cut_off_is_read_as_far_as_it_goes() {
        for ddl in [
            "",
            "--",
            "-- @renamed from=",
            "CREATE TABLE",
            "CREATE TABLE t (a -- @renamed from=b",
            ")))",
            "'",
        ] {
            let _ = renames(ddl);
        }
        let open = renames("CREATE TABLE t (a -- @renamed from=b");
        assert_eq!(open.columns.len(), 1);
    }
}
