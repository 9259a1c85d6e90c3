//! The state while the statements of a script are replayed.

use std::collections::BTreeMap;

use super::ddl::{Ddl, DeclaredTable};
use super::split::Statement;
use crate::sql::Dialect;
use crate::sql::cursor::{Path, shown};
use crate::sql::tokens::{self, Piece};

/// The state while the statements of a script are replayed.
pub(crate) struct Reader {
    pub(crate) dialect: Dialect,
    pub(crate) ddl: Ddl,
    /// The schema or database that names without one belong to.
    pub(crate) current: String,
    pub(super) warnings: Vec<String>,
    pub(super) skipped: BTreeMap<String, usize>,
    /// How many tables were dropped.
    pub(super) n_dropped: usize,
    /// The line that the statement's text starts on.
    pub(super) start: usize,
    /// The line that messages name.
    pub(super) line: usize,
}

impl Reader {
    /// Sets the line that messages name.
    pub(crate) fn at(&mut self, pieces: &[Piece]) {
        if let Some(piece) = pieces.first() {
            let line = usize::try_from(piece.token.span.start.line).unwrap_or(1);
            self.line = self.start + line.max(1) - 1;
        }
    }

    pub(crate) fn warn(&mut self, what: impl std::fmt::Display) {
        self.warnings.push(format!("line {}: {what}", self.line));
    }

    pub(crate) fn warn_table(&mut self, table: &DeclaredTable, what: impl std::fmt::Display) {
        self.warn(format!("table {}: {what}", table.name));
    }

    pub(crate) fn unreadable(&mut self, pieces: &[Piece]) {
        self.warn(format!(
            "`{}` cannot be read, and is left out",
            shown(pieces)
        ));
    }

    pub(crate) fn count(&mut self, what: &str) {
        *self.skipped.entry(what.to_owned()).or_default() += 1;
    }

    /// The schema of a new table.
    pub(crate) fn schema_of(&self, path: &Path) -> String {
        let schema = path.schema.as_deref().unwrap_or(&self.current);
        // `public` is PostgreSQL's default schema, so it is the same as no schema.
        let is_default = self.dialect == Dialect::Postgres && schema == "public";
        if is_default {
            String::new()
        } else {
            schema.to_owned()
        }
    }

    /// The index of an existing table.
    pub(crate) fn table(&self, path: &Path) -> Option<usize> {
        let path = Path {
            schema: path.schema.as_ref().map(|_| self.schema_of(path)),
            name: path.name.clone(),
        };
        self.ddl.position(&path, &self.current)
    }

    /// The tokens of a statement.
    pub(super) fn pieces(&self, statement: &Statement<'_>) -> Vec<Piece> {
        tokens::pieces(&statement.text, self.dialect.parser())
    }
}
