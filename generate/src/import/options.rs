//! The options of an import, and the progress that it reports.

use std::path::PathBuf;

use super::source::ProgressUnit;
use crate::error::ImportError;

/// The options of [`import`](super::import).
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// The new world file, which must not exist yet. Without one nothing is written, and only the report
    /// is made.
    pub out: Option<PathBuf>,
    /// Whether a nullable foreign key to a row that does not exist becomes NULL. Otherwise its row is
    /// left out.
    pub null_dangling: bool,
    /// Columns of the source, as `players.note`, and tables that the schema does not have and that may be dropped with
    /// what is in them. For any other one that has a value or a row nothing is written: see
    /// [`ImportReport::needs_consent`](super::ImportReport::needs_consent).
    pub drops: Vec<String>,
    /// Whether all tables that the schema does not have may be left behind with their rows, as from the dump of a game
    /// of which a part is moved. The parcels of a world are not among them: those have to be in `drops`.
    pub drops_other_tables: bool,
}

/// The progress of [`import`](super::import).
#[derive(Clone, Copy, Debug)]
pub struct Progress<'p> {
    /// The table that is being read.
    pub table: &'p str,
    /// How much has been read, of all tables.
    pub done: u64,
    /// How much there is, of all tables.
    pub total: u64,
    /// The unit of both.
    pub unit: ProgressUnit,
}

impl ImportOptions {
    /// Whether a column may be dropped.
    pub(super) fn drops(&self, table: &str, column: &str) -> bool {
        self.names(&format!("{table}.{column}"))
    }

    /// Whether a table may be left behind.
    pub(super) fn leaves(&self, table: &str, has_parcels: bool) -> bool {
        self.drops_other_tables && !has_parcels || self.names(table)
    }

    fn names(&self, name: &str) -> bool {
        let mut drops = self.drops.iter();
        drops.any(|drop| drop.eq_ignore_ascii_case(name))
    }

    /// The error of writing the new file.
    pub(super) fn write(&self, source: rusqlite::Error) -> ImportError {
        let path = self.out.clone().unwrap_or_default();
        ImportError::Write { path, source }
    }
}
