//! Replays statements about indexes, types, domains and comments.

use super::ddl::{DeclaredColumn, DeclaredKey, NamedKind, NamedType};
use super::reader::Reader;
use super::{constraint, definition, types};
use crate::sql::cursor::{Cursor, Path, parts, text};
use crate::sql::tokens::Piece;

impl Reader {
    pub(super) fn index(&mut self, pieces: &[Piece], mut cursor: Cursor<'_>, unique: bool) {
        cursor.eat("CONCURRENTLY");
        cursor.eat_all(&["IF", "NOT", "EXISTS"]);
        let mut key = DeclaredKey {
            unique,
            ..DeclaredKey::default()
        };
        if !cursor.sees(&["ON"]) {
            key.name = cursor.path().map(|path| path.name);
        }
        let mut method = None;
        if cursor.eat("USING") {
            method = cursor.name();
        }
        if !cursor.eat("ON") {
            self.unreadable(pieces);
            return;
        }
        cursor.eat("ONLY");
        let Some(path) = cursor.path() else {
            self.unreadable(pieces);
            return;
        };
        if cursor.eat("USING") {
            method = cursor.name();
        }
        if constraint::key_parts(&mut cursor, &mut key).is_none() {
            self.unreadable(pieces);
            return;
        }
        while !cursor.is_end() {
            if cursor.eat("WHERE") {
                key.condition = Some(cursor.rest().to_vec());
                break;
            }
            key.nulls_equal |= definition::nulls_equal(&mut cursor);
            if !cursor.sees(&["WHERE"]) {
                cursor.next();
            }
        }
        let name = key.name.clone().unwrap_or_default();
        let Some(at) = self.table(&path) else {
            self.warn(format!(
                "index {name} is on table {}, which does not exist",
                path.name
            ));
            return;
        };
        let method = method.map(|method| method.to_lowercase());
        if let Some(method) = method.filter(|m| !["btree", "hash", "rtree"].contains(&m.as_str())) {
            self.warn(format!(
                "index {name} is left out: a world has no {method} index"
            ));
            return;
        }
        self.ddl.tables[at].keys.push(key);
    }

    pub(super) fn new_type(&mut self, pieces: &[Piece], mut cursor: Cursor<'_>) {
        let Some(path) = cursor.path() else {
            self.unreadable(pieces);
            return;
        };
        let labels = cursor
            .eat_all(&["AS", "ENUM"])
            .then(|| cursor.group())
            .flatten();
        let kind = match labels {
            Some(inside) => NamedKind::Enum(
                parts(inside)
                    .iter()
                    .filter_map(|p| text(p.first()?))
                    .collect(),
            ),
            None => NamedKind::Other,
        };
        self.ddl.types.push(NamedType {
            name: path.name,
            kind,
        });
    }

    pub(super) fn domain(&mut self, pieces: &[Piece], mut cursor: Cursor<'_>) {
        let name = cursor.path().map(|path| path.name);
        cursor.eat("AS");
        let ty = types::declared(&mut cursor);
        let (Some(name), Some(ty)) = (name, ty) else {
            self.unreadable(pieces);
            return;
        };
        // A domain has the same options behind its type as a column.
        let rest = cursor.rest();
        let definition = definition::options(
            rest,
            self.dialect,
            DeclaredColumn {
                ty,
                ..DeclaredColumn::default()
            },
        );
        for what in &definition.unknown {
            self.warn(format!("domain {name}: {what}"));
        }
        let kind = NamedKind::Domain(Box::new(definition.column), definition.checks);
        self.ddl.types.push(NamedType { name, kind });
    }

    pub(super) fn comment(&mut self, pieces: &[Piece]) {
        let mut cursor = Cursor::new(pieces, self.dialect);
        cursor.next();
        cursor.next();
        let of_table = cursor.eat("TABLE");
        let of_column = !of_table && cursor.eat("COLUMN");
        let mut names = Vec::new();
        while let Some(name) = cursor.name() {
            names.push(name);
            if !cursor.eat_token(&sqlparser::tokenizer::Token::Period) {
                break;
            }
        }
        cursor.eat("IS");
        let comment = cursor.text_value().filter(|text| !text.trim().is_empty());
        let column = if of_column { names.pop() } else { None };
        let path = match names.as_slice() {
            [.., schema, name] => Path {
                schema: Some(schema.clone()),
                name: name.clone(),
            },
            [name] => Path {
                schema: None,
                name: name.clone(),
            },
            [] => return,
        };
        // Comments on views, and on what does not exist, are dropped.
        let Some(at) = self.table(&path).filter(|_| of_table || of_column) else {
            return;
        };
        let table = &mut self.ddl.tables[at];
        match column {
            None => table.comment = comment,
            Some(name) => {
                if let Some(column) = table.column_mut(&name) {
                    column.comment = comment;
                }
            }
        }
    }
}
