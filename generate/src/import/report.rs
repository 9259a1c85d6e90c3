//! The result of an import.

/// The result of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Each table of the new file.
    pub tables: Vec<ImportedTable>,
    /// Every row that does not fit, or that was changed to fit.
    pub misfits: Vec<Misfit>,
    /// Tables and columns that only one of the two files has.
    pub notes: Vec<String>,
}

/// The number of rows of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedTable {
    /// The table.
    pub name: String,
    /// Number of rows in the old file.
    pub read: u64,
    /// Number of rows in the new one.
    pub carried: u64,
}

/// A row that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Its table.
    pub table: String,
    /// Its id in the new file, or the number of the row in the old one where that has none.
    pub id: i64,
    /// The column, or the columns, separated by commas; empty for the whole row.
    pub column: String,
    /// What is wrong with it.
    pub why: String,
    /// Whether the row is in the new file nevertheless, with NULL in the column.
    pub is_carried: bool,
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} row {}", self.table, self.id)?;
        if !self.column.is_empty() {
            write!(f, ", {}", self.column)?;
        }
        write!(f, ": {}", self.why)?;
        if self.is_carried {
            f.write_str(" (carried over with NULL)")?;
        }
        Ok(())
    }
}

impl std::fmt::Display for ImportReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for misfit in &self.misfits {
            writeln!(f, "{misfit}")?;
        }
        for table in &self.tables {
            writeln!(
                f,
                "{}: {} of {} rows",
                table.name, table.carried, table.read
            )?;
        }
        Ok(())
    }
}
