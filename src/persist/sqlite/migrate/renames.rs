//! Renames that a schema declares in comments: `-- @renamed from=hp`.

use std::collections::BTreeMap;

use crate::persist::sqlite::declaration::{Piece, pieces};

const MARK: &str = "@renamed from=";

/// The old names, all in lower case.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Renames {
    /// The old name of a table, by its new one.
    pub(super) tables: BTreeMap<String, String>,
    /// The old name of a column, by the new names of its table and of itself.
    pub(super) columns: BTreeMap<(String, String), String>,
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

/// Reads the comments of a schema. A comment behind a declaration, on its last line, belongs to that; a comment on a
/// line of its own to the declaration that follows.
pub(super) fn renames(ddl: &str) -> Renames {
    let mut renames = Renames::default();
    let mut place = Place::default();
    let mut pending: Option<String> = None;
    let mut line_has_token = false;
    let mut last_item: Option<String> = None;
    for piece in pieces(ddl) {
        match piece {
            Piece::LineEnd => line_has_token = false,
            Piece::Comment(text) => {
                let Some(old) = old_name(text) else { continue };
                if !line_has_token {
                    pending = Some(old);
                } else if let Some(table) = &place.table {
                    match place.item.as_ref().or(last_item.as_ref()) {
                        Some(column) if place.depth > 0 => {
                            renames.columns.insert((table.clone(), column.clone()), old);
                        }
                        _ => {
                            renames.tables.insert(table.clone(), old);
                        }
                    }
                }
            }
            Piece::Token(token) => {
                line_has_token = true;
                let is_new_item = place.take(&token);
                last_item = match &place.item {
                    Some(item) => Some(item.clone()),
                    None if token == "," => last_item,
                    None => None,
                };
                let Some(table) = place.table.clone() else {
                    continue;
                };
                if place.depth == 0 && token != ")" {
                    if let Some(old) = pending.take() {
                        renames.tables.insert(table, old);
                    }
                } else if is_new_item && let Some(old) = pending.take() {
                    renames.columns.insert((table, token), old);
                }
            }
        }
    }
    renames
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

fn old_name(comment: &str) -> Option<String> {
    let (_, rest) = comment.split_once(MARK)?;
    let end = rest.find(|c: char| c.is_whitespace() || c == ',' || c == '*');
    let name = rest[..end.unwrap_or(rest.len())].trim_matches(['"', '`', '[', ']', '.']);
    (!name.is_empty()).then(|| name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_belongs_to_the_declaration_of_its_line_or_to_the_next_one() {
        let ddl = "-- Who plays. @renamed from=users\nCREATE TABLE players (\n    id INTEGER PRIMARY KEY,\n    health INTEGER NOT NULL DEFAULT (1, 2), -- @renamed from=hp\n    -- @renamed from=\"Nick\"\n    \"Name\" TEXT CHECK (length(name) > 0),\n    level INTEGER /* @renamed from=lvl */\n) STRICT;\nCREATE TABLE IF NOT EXISTS guilds ( -- @renamed from=clans\n  id INTEGER PRIMARY KEY\n);\nCREATE INDEX a ON players (health);\n-- @renamed from=nothing\n";
        let renames = renames(ddl);
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
