//! Tables during the translation: between the source's declaration and the canonical text.

use crate::input::types::SqlType;
use crate::schema::{NO_KEY, OnDelete, SURROGATE_ID, SourceName};

/// A table of the translation.
#[derive(Debug, Default)]
pub(crate) struct TableDraft {
    pub(crate) name: String,
    pub(crate) source: Option<SourceName>,
    pub(crate) comment: Option<String>,
    pub(crate) columns: Vec<ColumnDraft>,
    /// The column that is the id.
    pub(crate) id: Id,
    /// Sets of columns, as indexes into `columns`.
    pub(crate) uniques: Vec<Vec<usize>>,
    pub(crate) indexes: Vec<IndexDraft>,
    pub(crate) value_keys: Vec<ValueKeyDraft>,
    pub(crate) checks: Vec<String>,
}

/// What identifies a row.
#[derive(Debug, Default)]
pub(crate) enum Id {
    /// Not determined yet.
    #[default]
    Unknown,
    /// A column of the source.
    Column(usize),
    /// A column that the source does not have, and why.
    Surrogate {
        name: String,
        why: String,
        /// The column of the source whose values it has in an import, so that keys to that column are keys to the row.
        numbered_by: Option<usize>,
    },
}

#[derive(Debug)]
pub(crate) struct ColumnDraft {
    pub(crate) name: String,
    pub(crate) kind: SqlType,
    pub(crate) not_null: bool,
    /// Whether its texts are compared by NOCASE.
    pub(crate) no_case: bool,
    pub(crate) default: Option<String>,
    pub(crate) references: Option<ReferenceDraft>,
    /// Whether the database numbers its values (AUTO_INCREMENT, IDENTITY).
    pub(crate) numbered: bool,
    pub(crate) comment: Option<String>,
    /// Its type in the source, as `[types]` names it most exactly.
    pub(crate) source_type: String,
}

#[derive(Debug)]
pub(crate) struct ReferenceDraft {
    /// The index of the table.
    pub(crate) table: usize,
    pub(crate) on_delete: OnDelete,
}

/// A foreign key to UNIQUE columns that are no id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ValueKeyDraft {
    /// Its columns, as indexes.
    pub(crate) columns: Vec<usize>,
    /// The index of the table that it points to.
    pub(crate) table: usize,
    /// The columns of that table.
    pub(crate) target_columns: Vec<usize>,
    pub(crate) on_delete: OnDelete,
}

#[derive(Debug)]
pub(crate) struct IndexDraft {
    pub(crate) name: String,
    pub(crate) columns: Vec<usize>,
}

impl TableDraft {
    /// The index of a column.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        let mut columns = self.columns.iter();
        columns.position(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// The name of the id, and the column of the source that has its values; `None` where no other table can point to
    /// the rows.
    pub(crate) fn pointed_id(&self) -> Option<(&str, usize)> {
        match &self.id {
            Id::Column(at) => Some((&self.columns[*at].name, *at)),
            Id::Surrogate {
                name,
                numbered_by: Some(at),
                ..
            } => Some((name, *at)),
            Id::Surrogate { .. } | Id::Unknown => None,
        }
    }

    /// The names of some columns, for messages.
    pub(crate) fn column_names(&self, places: &[usize]) -> String {
        let names: Vec<&str> = places
            .iter()
            .map(|at| self.columns[*at].name.as_str())
            .collect();
        names.join(", ")
    }
}

impl ColumnDraft {
    /// Says in the comment that the column is no key, whatever its name looks like.
    pub(crate) fn say_no_key(&mut self) {
        let comment = self.comment.get_or_insert_default();
        if !comment.contains(NO_KEY) {
            let gap = if comment.is_empty() { "" } else { "\n" };
            comment.push_str(&format!("{gap}{NO_KEY}"));
        }
    }
}

/// A free name for an id that the source does not have.
pub(super) fn surrogate(table: &TableDraft) -> String {
    let mut name = SURROGATE_ID.to_owned();
    let mut n = 2;
    while table.position(&name).is_some() {
        name = format!("{SURROGATE_ID}_{n}");
        n += 1;
    }
    name
}
