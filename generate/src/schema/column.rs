//! A column of a table: what its declaration says of its values.

use super::clock::Clock;
use super::comments::old_name;

/// One column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// Its name as declared.
    pub name: String,
    /// Its type as declared, e.g. `INTEGER` or `VARCHAR(255)`; empty without one.
    pub declared_type: String,
    /// Whether it is NOT NULL.
    pub not_null: bool,
    /// The SQL text of its DEFAULT.
    pub default: Option<String>,
    /// The number that the source has where this column is NULL.
    pub none: Option<i64>,
    /// Whether it is known that its values are not ids of the table that its name refers to: by rows of the source,
    /// or by [`NO_KEY`](super::NO_KEY) in its comment.
    pub names_no_rows: bool,
    /// Its type in the source of a translated schema, as `[types]` names it.
    pub source_type: Option<String>,
    /// The `--` comment on its line or on the lines directly before.
    pub comment: Option<String>,
    /// Its declaration as written, on one line and without comments.
    pub declaration: String,
    /// Whether it is part of the primary key.
    pub primary_key: bool,
    /// Whether its values are computed by the database.
    pub generated: bool,
    /// The values that a CHECK limits it to.
    pub allowed: Option<Allowed>,
    /// Whether a CHECK says that it is always NULL.
    pub must_be_null: bool,
}

impl Column {
    /// The name that the column has in older files, if the schema declares it as renamed.
    pub(crate) fn renamed_from(&self) -> Option<&str> {
        self.comment.as_deref().and_then(old_name)
    }

    /// The clock that its DEFAULT is, if memory fills it in as the file does.
    pub(crate) fn clock(&self) -> Option<Clock> {
        Clock::of(self.default.as_deref()?, self.is_integer())
    }

    /// Whether its DEFAULT is computed for each row, so that only the file can fill it in.
    pub(crate) fn has_computed_default(&self) -> bool {
        let Some(default) = &self.default else {
            return false;
        };
        let text = default.trim_matches(|c: char| c == '(' || c == ')' || c.is_whitespace());
        let is_quoted = text.starts_with(['\'', '"']);
        let blob = ["x'", "X'"].iter().any(|start| text.starts_with(start));
        let word = ["NULL", "TRUE", "FALSE"];
        let is_word = word.iter().any(|word| text.eq_ignore_ascii_case(word));
        let number = |c: char| c.is_ascii_digit() || "+-.eExX".contains(c) || c.is_ascii_hexdigit();
        let is_number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
            && text.chars().all(number);
        !(is_quoted || blob || is_word || is_number)
    }

    /// What it holds by its declared type, if SQLite converts nothing that is stored in it. `None` also where the type
    /// lets it hold anything.
    pub fn kind(&self) -> Option<ColumnKind> {
        let declared = self.declared_type.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        if has(&["INT"]) {
            Some(ColumnKind::Integer)
        } else if has(&["CHAR", "CLOB", "TEXT"]) {
            Some(ColumnKind::Text)
        } else if has(&["BLOB"]) {
            Some(ColumnKind::Blob)
        } else if has(&["REAL", "FLOA", "DOUB"]) {
            Some(ColumnKind::Real)
        } else {
            // Integers stay what they are in a NUMERIC column too.
            has(&["BOOL"]).then_some(ColumnKind::Integer)
        }
    }

    /// Whether the declared type holds integers, by SQLite's affinity rule.
    pub fn is_integer(&self) -> bool {
        self.declared_type.to_ascii_uppercase().contains("INT")
    }
}

/// What the declared type of a column says that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Integers.
    Integer,
    /// Floating-point numbers.
    Real,
    /// Texts.
    Text,
    /// Bytes.
    Blob,
}

/// The values that a CHECK limits a column to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// `CHECK (c IN ('A', 'B'))`.
    Texts(Vec<String>),
    /// `CHECK (c IN (0, 1))`.
    Bool,
}
