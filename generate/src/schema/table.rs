//! A table of a schema, and what it was in the source of a translation.

use super::column::Column;
use super::comments::{GIVEN, NUMBERED_BY_KEY, SURROGATE_ID, old_name, shared_key};
use super::constraints::{Check, CheckKind, ForeignKey, Index};

/// The name of a table in the source of a translated schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceName {
    /// The schema or database that it is in; empty where none was named.
    pub schema: String,
    /// Its name there.
    pub name: String,
}

/// One table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Its name as declared.
    pub name: String,
    /// Its name in the source of a translated schema.
    pub source: Option<SourceName>,
    /// The comment lines directly before `CREATE TABLE`; an empty line separates paragraphs.
    pub comment: Option<String>,
    /// Its columns, in declaration order.
    pub columns: Vec<Column>,
    /// The columns of its primary key, in key order; empty without one.
    pub primary_key: Vec<String>,
    /// Whether the primary key is the row id itself (`INTEGER PRIMARY KEY`).
    pub rowid_key: bool,
    /// Its declared foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Foreign keys of the source that do not point to an id: their columns are plain columns.
    pub unfollowed_keys: Vec<ForeignKey>,
    /// Owners that the source of a translated schema has in two columns.
    pub owner_pairs: Vec<OwnerPair>,
    /// UNIQUE constraints and unique indexes.
    pub uniques: Vec<Index>,
    /// The indexes that are not unique.
    pub indexes: Vec<Index>,
    /// Its CHECKs, those of columns included.
    pub checks: Vec<Check>,
    /// Whether it is declared STRICT.
    pub strict: bool,
    /// The `CREATE TABLE` text as the database keeps it.
    pub sql: String,
    /// The `CREATE INDEX` texts as the database keeps them.
    pub index_sql: Vec<String>,
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// Whether its id was added by the translation.
    pub fn has_surrogate_id(&self) -> bool {
        match self.primary_key.as_slice() {
            [id] => match id.strip_prefix(SURROGATE_ID) {
                Some(rest) => rest.chars().all(|c| c == '_' || c.is_ascii_digit()),
                None => false,
            },
            _ => false,
        }
    }

    /// Whether this column was the key of the source's table, and the key of another table's row as well. The comment
    /// of the id that the translation adds says so.
    pub(crate) fn is_shared_key(&self, column: &str) -> bool {
        let id = self.columns.iter().find(|column| column.primary_key);
        let comment = id.and_then(|id| id.comment.as_deref());
        self.has_surrogate_id()
            && comment.is_some_and(|comment| comment.contains(&shared_key(column)))
    }

    /// The name that the table has in older files, if the schema declares it as renamed.
    pub(crate) fn renamed_from(&self) -> Option<&str> {
        // Behind the first parenthesis a comment is about the table, too.
        let (_, body) = self.sql.split_once('(').unwrap_or_default();
        let first = body.lines().next().unwrap_or_default().trim_start();
        let inside = first
            .strip_prefix("--")
            .or_else(|| first.strip_prefix("/*"));
        let before = self.comment.as_deref().and_then(old_name);
        before.or_else(|| old_name(inside?))
    }

    /// The place of a column among those of an older file, by its name or by the one that it is renamed from. An old
    /// name that another column has is no rename any more.
    pub(crate) fn place_of(&self, column: &Column, names: &[&str]) -> Option<usize> {
        let find = |name: &str| {
            let mut names = names.iter();
            names.position(|known| known.eq_ignore_ascii_case(name))
        };
        find(&column.name).or_else(|| {
            let old = column.renamed_from()?;
            find(old).filter(|_| self.column(old).is_none())
        })
    }

    /// A column that is declared as renamed from this name while another one has it, or is renamed from it too. The
    /// column, and the other one.
    pub(crate) fn unclear_column(
        &self,
        old: &str,
        is_there: impl Fn(&str) -> bool,
    ) -> Option<(&str, &str)> {
        let columns = self.columns.iter();
        let names = columns.map(|column| (column.name.as_str(), column.renamed_from()));
        super::unclear(names, old, is_there)
    }

    /// The column of the source's table whose values are the ids of the rows, by its name: the id itself, if the
    /// translation has not added it. `None` where rows get other ids than they have had in the source.
    pub(crate) fn numbered_by(&self) -> Option<&str> {
        let id = self.primary_key.first().filter(|_| self.rowid_key)?;
        if !self.has_surrogate_id() {
            return Some(id);
        }
        let said = self.column(id)?.comment.as_deref()?.strip_prefix(GIVEN)?;
        let said = said.strip_suffix('.')?.strip_suffix(NUMBERED_BY_KEY)?;
        let is_key = |column: &&Column| said.starts_with(&shared_key(&column.name));
        Some(&self.columns.iter().find(is_key)?.name)
    }

    /// The declared foreign key of this column alone.
    pub fn foreign_key(&self, column: &str) -> Option<&ForeignKey> {
        self.foreign_keys
            .iter()
            .find(|key| matches!(key.columns.as_slice(), [only] if only == column))
    }

    /// Whether a declared foreign key is of this column alone, followed or not.
    pub(crate) fn is_in_key(&self, column: &str) -> bool {
        let keys = self.foreign_keys.iter().chain(&self.unfollowed_keys);
        keys.into_iter()
            .any(|key| matches!(key.columns.as_slice(), [only] if only == column))
    }

    /// Whether no two rows can hold the same value in this column.
    pub fn is_unique(&self, column: &str) -> bool {
        self.uniques.iter().any(|index| {
            index.partial.covers_all()
                && matches!(index.columns.as_slice(), [only] if only == column)
        })
    }

    /// Whether a CHECK proves that exactly one of these columns is set, in any order. Columns that
    /// a CHECK keeps NULL may be missing from it.
    pub fn exactly_one(&self, columns: &[&str]) -> bool {
        self.checks.iter().any(|check| match &check.kind {
            CheckKind::ExactlyOne(set) => self.same_set(set, columns),
            _ => false,
        })
    }

    /// Whether a CHECK proves that at most one of these columns is set, in any order.
    pub fn at_most_one(&self, columns: &[&str]) -> bool {
        self.checks.iter().any(|check| match &check.kind {
            CheckKind::AtMostOne(set) => self.same_set(set, columns),
            _ => false,
        })
    }

    fn same_set(&self, set: &[String], columns: &[&str]) -> bool {
        let always_null = |name: &str| self.column(name).is_some_and(|column| column.must_be_null);
        columns
            .iter()
            .all(|c| always_null(c) || set.iter().any(|s| s == c))
            && set
                .iter()
                .all(|s| always_null(s) || columns.iter().any(|c| s == c))
    }
}

/// An id column and a kind column that says which table the id is of, with the columns that replace both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerPair {
    /// The column with the id, in the source.
    pub id: String,
    /// The column with the kind, in the source.
    pub kind: String,
    /// The tables.
    pub arms: Vec<OwnerArm>,
}

/// One table of an [`OwnerPair`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerArm {
    /// Its column.
    pub column: String,
    /// The table that it points to.
    pub table: String,
    /// What the kind column holds for it.
    pub value: String,
}
