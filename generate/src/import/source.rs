//! Where the rows of an import come from: files, texts, servers.
//!
//! A [`Source`] sends its rows to a [`RowSink`], in any order: table by table, or as they stand in a text.
//! Nothing is kept for later, so that the size of a source does not matter. Values are sent as the source has
//! them, in [`Cell`]s; the sink converts them to the columns of the new file.

use serde::Serialize;

use crate::error::ImportError;
use crate::sql::Dialect;

pub use crate::input::cell::Cell;

/// A table of a source, with the columns of the rows that follow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SourceTable {
    /// The schema or database that it is in; empty where that is the only one.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// The columns, in the order of the cells of a row. The id may be missing: the new file assigns it then.
    pub columns: Vec<SourceColumn>,
    /// Its CREATE TABLE, in sources of SQLite.
    pub definition: Option<String>,
}

/// A column of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SourceColumn {
    /// Its name.
    pub name: String,
    /// Its type without arguments in lower case, as its database writes it (`bytea`, `bit`); empty where it is
    /// not known. It decides what a text means that several types write alike.
    pub type_name: String,
}

/// A table that the new file has too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// How to name it in [`RowSink::row`].
    pub id: TableId,
    /// Its position among the tables of the new schema, the order in which tables are best sent.
    pub position: usize,
    /// Which of the columns are needed; any cell will do for the others.
    pub is_wanted: Vec<bool>,
}

/// A table, or one list of its columns, as the sink knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub(super) usize);

/// What the source's database does with a row whose unique values another row has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflict<'r> {
    /// It refuses the row.
    #[default]
    Refuse,
    /// It passes the row over.
    Ignore,
    /// It replaces the other row.
    Replace,
    /// It sets these columns of the other row to the values of this one.
    Update(&'r [String]),
    /// It is not known yet. The row is not taken then, and is to be sent again.
    Later,
}

/// Where a row stands in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct TextPlace {
    /// The line, counted from 1.
    pub line: u64,
    /// The offset of its first byte, counted from 0.
    pub offset: u64,
}

/// A row.
#[derive(Clone, Copy, Debug)]
pub struct SourceRow<'r> {
    /// A cell for each column of the table.
    pub cells: &'r [Cell<'r>],
    /// Where it stands, in a text.
    pub place: Option<TextPlace>,
    /// What happens if it is there already.
    pub conflict: Conflict<'r>,
}

impl<'r> SourceRow<'r> {
    /// A row of a source that is not a text.
    pub fn of(cells: &'r [Cell<'r>]) -> Self {
        Self {
            cells,
            place: None,
            conflict: Conflict::Refuse,
        }
    }
}

/// The unit in which a source measures its progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressUnit {
    /// Rows.
    Rows,
    /// Bytes of a text.
    Bytes,
}

/// Rows to be imported.
pub trait Source {
    /// The SQL that its values are written in.
    fn dialect(&self) -> Dialect;

    /// The unit of its progress.
    fn unit(&self) -> ProgressUnit;

    /// The tables that are known before any row is read. A text knows none.
    ///
    /// # Errors
    /// [`ImportError`], when the source cannot be read.
    fn tables(&mut self) -> Result<Vec<SourceTable>, ImportError>;

    /// Whether a table has a row with this number in this column; `None` where that is not known before all
    /// rows are read.
    ///
    /// # Errors
    /// [`ImportError`], when the source cannot be read.
    fn has_row(
        &mut self,
        _table: &SourceTable,
        _column: &str,
        _number: i64,
    ) -> Result<Option<bool>, ImportError> {
        Ok(None)
    }

    /// Sends all rows. A text can be asked to do that again. Tables that were in [`tables`](Self::tables) may be announced again, with fewer columns
    /// or others.
    ///
    /// # Errors
    /// [`ImportError`], when the source cannot be read; the sink's errors, unchanged.
    fn send(&mut self, sink: &mut dyn RowSink) -> Result<(), ImportError>;
}

/// Takes the rows of a source.
pub trait RowSink {
    /// Announces a table, or another list of its columns; `None` if the new schema does not have the table, whose
    /// rows need not be sent, but then [`left_behind`](Self::left_behind) has to be told of them. A table without rows has
    /// to be announced too.
    ///
    /// # Errors
    /// [`ImportError`], when the new file cannot be written.
    fn table(&mut self, table: &SourceTable) -> Result<Option<Accepted>, ImportError>;

    /// Says that a table which the new schema does not have has rows.
    fn left_behind(&mut self, _table: &SourceTable) {}

    /// The columns that a table of the source has by the new schema, in their order, for a source that does not know
    /// them itself. `None` if the schema does not have the table, or has other columns than the source.
    fn columns(&self, schema: &str, name: &str) -> Option<Vec<SourceColumn>>;

    /// Takes a row. Returns `false` if it is to be sent again, which is only with [`Conflict::Later`].
    ///
    /// # Errors
    /// [`ImportError`], when the new file cannot be written. That a row does not fit is not an error.
    ///
    /// # Panics
    /// If it has not as many cells as the table has columns.
    fn row(&mut self, table: TableId, row: SourceRow<'_>) -> Result<bool, ImportError>;

    /// Removes all rows of a table that were sent so far, because the source does (`DROP TABLE`, `TRUNCATE`).
    ///
    /// # Errors
    /// [`ImportError`], when the new file cannot be written.
    fn clear(&mut self, table: TableId) -> Result<(), ImportError>;

    /// Says which number the source's database gives next in a column of a table that was announced: lower ones may have
    /// been given to rows that are gone.
    fn next_id(&mut self, _table: &SourceTable, _column: &str, _next_id: i64) {}

    /// Reports how much of the source was read, in its unit.
    fn progress(&mut self, done: u64, total: u64);

    /// Adds a remark on the source to the report.
    fn note(&mut self, note: String);
}
