//! Replays DROP, and RENAME as a statement of its own.

use super::reader::Reader;
use crate::sql::cursor::{Cursor, Path, parts};
use crate::sql::tokens::Piece;

impl Reader {
    pub(super) fn drop(&mut self, pieces: &[Piece]) {
        let mut cursor = Cursor::new(pieces, self.dialect);
        cursor.next();
        if cursor.eat_any(&["DATABASE", "SCHEMA"]) {
            cursor.eat_all(&["IF", "EXISTS"]);
            if let Some(name) = cursor.name() {
                let before = self.ddl.tables.len();
                self.ddl
                    .tables
                    .retain(|table| !table.schema.eq_ignore_ascii_case(&name));
                self.n_dropped += before - self.ddl.tables.len();
            }
            self.count("DROP SCHEMA");
            return;
        }
        if cursor.eat("TEMPORARY") {
            self.count("DROP TEMPORARY TABLE");
            return;
        }
        let kind = cursor
            .next()
            .map(|piece| piece.text.to_ascii_uppercase())
            .unwrap_or_default();
        cursor.eat("CONCURRENTLY");
        cursor.eat_all(&["IF", "EXISTS"]);
        for part in parts(cursor.rest()) {
            let mut cursor = Cursor::new(part, self.dialect);
            let Some(path) = cursor.path() else {
                self.unreadable(pieces);
                continue;
            };
            match kind.as_str() {
                "TABLE" => {
                    if let Some(at) = self.table(&path) {
                        self.ddl.tables.remove(at);
                        self.n_dropped += 1;
                    }
                }
                "INDEX" => {
                    let on = cursor.eat("ON").then(|| cursor.path()).flatten();
                    let on = on.and_then(|on| self.table(&on));
                    for (at, table) in self.ddl.tables.iter_mut().enumerate() {
                        if on.is_none_or(|on| on == at) {
                            table.drop_key(&path.name);
                        }
                    }
                }
                _ => self
                    .ddl
                    .types
                    .retain(|ty| !ty.name.eq_ignore_ascii_case(&path.name)),
            }
        }
    }

    pub(super) fn rename(&mut self, pieces: &[Piece]) {
        let mut cursor = Cursor::new(pieces, self.dialect);
        cursor.next();
        cursor.next();
        for part in parts(cursor.rest()) {
            let mut cursor = Cursor::new(part, self.dialect);
            let old = cursor.path();
            cursor.eat("TO");
            match (old, cursor.path()) {
                (Some(old), Some(new)) => self.rename_table(&old, &new),
                _ => self.unreadable(part),
            }
        }
    }

    /// Renames a table, and what points to it.
    pub(crate) fn rename_table(&mut self, old: &Path, new: &Path) {
        let Some(at) = self.table(old) else {
            self.warn(format!("table {} is renamed, but does not exist", old.name));
            return;
        };
        for of in 0..self.ddl.tables.len() {
            for key in 0..self.ddl.tables[of].foreign_keys.len() {
                let target = self.ddl.tables[of].foreign_keys[key].target.clone();
                if self.table(&target) == Some(at) {
                    self.ddl.tables[of].foreign_keys[key].target = new.clone();
                }
            }
        }
        let schema = match &new.schema {
            Some(_) => self.schema_of(new),
            None => self.ddl.tables[at].schema.clone(),
        };
        let table = &mut self.ddl.tables[at];
        table.schema = schema;
        table.name.clone_from(&new.name);
    }
}
