//! What the web thread asks, and what it gets: copies, never a reference into the world.

use serde::Serialize;
use tokio::sync::oneshot;

use crate::cell::Reason;
use crate::feed::{Filter, Seen};
use crate::history::Plots;
use crate::inspected::{Place, Schema, Size};
use crate::owners::History;
use crate::removal::Preview;
use crate::row_page::{Naming, RowPage};
use crate::search::{Order, Page};

/// A question with the way back.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) question: Question,
    pub(crate) reply: oneshot::Sender<Result<Answer, Refusal>>,
}

/// A question of the page. Tables are named by their positions, which the page has from [`Question::Schema`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Question {
    Schema,
    Overview,
    Rows {
        table: usize,
        query: String,
        order: Order,
        limit: usize,
    },
    Row {
        table: usize,
        at: i64,
    },
    Naming {
        table: usize,
        at: i64,
        incoming: usize,
        /// The least id of a naming row.
        from: i64,
    },
    Removal {
        table: usize,
        at: i64,
    },
    /// Go on with a search or a removal whose first answer was not the last.
    Continue {
        job: u64,
    },
    Dirty {
        table: Option<usize>,
    },
    Feed {
        filter: Filter,
        watch: Option<u64>,
        since: u64,
    },
    Plots {
        since: f64,
    },
    /// Who owned a row.
    Owners {
        table: usize,
        at: i64,
    },
    Edit(Edit),
}

impl Question {
    /// The table that it is about, if it is about one.
    pub(crate) fn table(&self) -> Option<usize> {
        match self {
            Question::Rows { table, .. }
            | Question::Row { table, .. }
            | Question::Naming { table, .. }
            | Question::Owners { table, .. }
            | Question::Removal { table, .. } => Some(*table),
            Question::Edit(edit) => Some(edit.table),
            Question::Dirty { table } => *table,
            Question::Feed { filter, .. } => filter.table,
            Question::Schema
            | Question::Overview
            | Question::Continue { .. }
            | Question::Plots { .. } => None,
        }
    }
}

/// A value to be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edit {
    pub(crate) table: usize,
    pub(crate) at: i64,
    pub(crate) column: usize,
    pub(crate) value: NewValue,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NewValue {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
}

/// What the page gets.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Schema {
        path: String,
        may_edit: bool,
        /// Whether changes of owners are kept.
        keeps_owners: bool,
        #[serde(flatten)]
        schema: Schema,
    },
    Overview(Box<Overview>),
    Rows {
        /// With what to go on, if the search has not come to its end.
        #[serde(skip_serializing_if = "Option::is_none")]
        job: Option<u64>,
        #[serde(flatten)]
        page: Page,
    },
    Row(Box<RowPage>),
    Naming(Naming),
    Removal {
        #[serde(skip_serializing_if = "Option::is_none")]
        job: Option<u64>,
        #[serde(flatten)]
        preview: Preview,
    },
    Dirty {
        tables: Vec<DirtyTable>,
    },
    Feed(Seen),
    Plots(Plots),
    Owners(History),
    Edited {
        edited: bool,
    },
}

/// The numbers of all tables, and of the flushes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Overview {
    pub(crate) seconds: f64,
    pub(crate) tables: Vec<Size>,
    pub(crate) flushes: Option<Flushes>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Flushes {
    pub(crate) n_written: u64,
    pub(crate) n_failed: u64,
    pub(crate) inserted: u64,
    pub(crate) updated: u64,
    pub(crate) deleted: u64,
    pub(crate) longest_ms: f64,
    pub(crate) last_rows: usize,
    pub(crate) last_took_ms: f64,
    pub(crate) last_writing_ms: f64,
    pub(crate) wal_pages: u32,
    pub(crate) committed: String,
    pub(crate) durable: String,
    pub(crate) is_in_flight: bool,
}

/// Dirty rows of one table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct DirtyTable {
    pub(crate) table: usize,
    /// The most rows that are dirty; all of them are not counted.
    pub(crate) most: u64,
    pub(crate) rows: Vec<DirtyRow>,
    pub(crate) n_removed: u64,
    #[serde(serialize_with = "crate::cell::all_as_text")]
    pub(crate) removed: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct DirtyRow {
    pub(crate) place: Place,
    pub(crate) reason: Reason,
    /// The values of the changed columns, or of all columns of a new row.
    pub(crate) cells: Vec<crate::cell::Cell>,
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("there is no such table")]
    NoTable,
    #[error("there is no row at this place; it may have been removed")]
    NoRow,
    #[error("there is no such column")]
    NoColumn,
    #[error("the search was given up, because nobody asked for it; search again")]
    NoJob,
    #[error("{0}")]
    Query(String),
    #[error("a sorted list ends after {0} rows; search for fewer")]
    TooFar(usize),
    #[error("the inspector is read-only; see `Settings::allow_edits` and `Inspector::answer_mut`")]
    ReadOnly,
    #[error(
        "the program calls `Inspector::answer`, which writes nothing: edits need `Inspector::answer_mut`"
    )]
    NotMut,
    #[error("{0}")]
    NotWritten(String),
    #[error("{0}")]
    Unreadable(String),
}
