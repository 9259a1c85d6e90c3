//! The result of an import.

use std::fmt;

use serde::Serialize;

use super::misfits::Misfits;
use super::source::TextPlace;

/// The result of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Each table of the new file.
    pub tables: Vec<ImportedTable>,
    /// The rows that do not fit, or that were changed to fit.
    pub misfits: Misfits,
    /// Columns with values that mean something else in the new file.
    pub changes: Vec<Change>,
    /// Columns of the old file that have values, and that the new one does not have.
    pub dropped: Vec<DroppedColumn>,
    /// Tables of the old file that have rows, and that the new one does not have.
    pub left_behind: Vec<TableLeftBehind>,
    /// Tables and columns that only one of the two files has.
    pub notes: Vec<String>,
    /// What to write into gamedb.toml to save rows and values, a section each.
    pub lines: Vec<String>,
}

/// A column of the old file that has values, and that the new one does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DroppedColumn {
    /// The table, by its name in the schema.
    pub table: String,
    /// The column, by its name in the old file.
    pub column: String,
    /// Number of values that are not NULL.
    pub n_values: u64,
    /// Whether the caller has allowed it: `ImportOptions::drops`.
    pub is_allowed: bool,
}

/// A table of the old file that has rows, and that the new one does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableLeftBehind {
    /// The table.
    pub table: String,
    /// Whether the caller has allowed it: `ImportOptions::drops` or `ImportOptions::drops_other_tables`.
    pub is_allowed: bool,
}

/// The number of rows of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    /// The kind of what is wrong with it.
    pub kind: MisfitKind,
    /// Where it stands, if the source is a text.
    pub place: Option<TextPlace>,
    /// Whether the row is in the new file nevertheless, with NULL in the column.
    pub is_carried: bool,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MisfitKind {
    /// A value cannot be converted to the type of its column.
    Conversion,
    /// A text that is not valid UTF-8, or a value that only the source's database can compute: no type holds it.
    Unreadable,
    /// NULL in a column that is NOT NULL.
    Null,
    /// Another row has a value that has to be unique.
    Unique,
    /// A CHECK does not hold.
    Check,
    /// It refers to a row that neither file has.
    Dangling {
        /// The id that it names.
        names: i64,
    },
    /// It refers by value to a row that neither file has.
    DanglingValue {
        /// The values that it names, as SQL writes them.
        names: String,
    },
    /// Its owner, or the row that it refers to, was left out: that one has the cause.
    Follows {
        /// The table of that row.
        table: String,
    },
    /// In a nest, it lies in itself, directly or through others.
    InItself,
    /// No row of a pivot says who owns it.
    Unowned,
    /// Anything else that SQLite refuses.
    Other,
}

/// Values of one column that mean something else in the new file; no row is left out for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// How many values.
    pub n_values: u64,
    /// What became of them.
    pub kind: ChangeKind,
}

/// What became of values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// This number stands for none, and is NULL in the new file.
    None {
        /// The number.
        number: i64,
    },
    /// They refer to no row, by a key that was guessed from the name, and are NULL in the new file.
    GuessIsNull {
        /// The table that the name refers to.
        target: String,
    },
    /// They refer to no row, by a key that was guessed from the name, and stay as they are.
    GuessStays {
        /// The table that the name refers to.
        target: String,
    },
    /// They were texts, and are numbers that are equal to them and written otherwise: without zeros in front, blanks or an
    /// exponent.
    WrittenOtherwise {
        /// The first text.
        text: String,
        /// Its number.
        number: String,
    },
    /// Rows that would have no owner by a pivot that was guessed from names; they stay.
    NoOwner {
        /// The pivot.
        pivot: String,
    },
}

/// Misfits of one column for one kind of reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MisfitGroup {
    /// The table.
    pub table: String,
    /// The column, or the columns; empty for the whole row.
    pub column: String,
    /// The kind of reason. Of dangling references, the first one.
    pub kind: MisfitKind,
    /// How many rows.
    pub n_rows: u64,
    /// How many of them are not among the examples.
    pub n_more: u64,
    /// Whether the rows are in the new file nevertheless, with NULL in the column.
    pub is_carried: bool,
    /// The first of the rows: their ids, and what is wrong with each.
    pub examples: Vec<(i64, String)>,
    /// Where each of them stands, if the source is a text.
    pub places: Vec<Option<TextPlace>>,
}

/// How many rows of a group are listed.
const N_EXAMPLES: usize = 3;

impl ImportReport {
    /// The misfits by their causes, in the order in which each was met first.
    pub fn groups(&self) -> Vec<MisfitGroup> {
        let mut groups: Vec<MisfitGroup> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for misfit in self.misfits.iter() {
            let cause = match &misfit.kind {
                MisfitKind::Follows { table } => Some(table.as_str()),
                _ => None,
            };
            let kind = std::mem::discriminant(&misfit.kind);
            let key = (
                &misfit.table,
                &misfit.column,
                misfit.is_carried,
                kind,
                cause,
            );
            let at = *places.entry(key).or_insert_with(|| {
                groups.push(MisfitGroup {
                    table: misfit.table.clone(),
                    column: misfit.column.clone(),
                    kind: misfit.kind.clone(),
                    n_rows: self.misfits.n_like(misfit),
                    n_more: 0,
                    is_carried: misfit.is_carried,
                    examples: Vec::new(),
                    places: Vec::new(),
                });
                groups.len() - 1
            });
            let group = &mut groups[at];
            if group.examples.len() < N_EXAMPLES {
                group.examples.push((misfit.id, misfit.why.clone()));
                group.places.push(misfit.place);
            }
        }
        for group in &mut groups {
            group.n_more = group.n_rows - group.examples.len() as u64;
        }
        groups
    }

    /// How many rows of the old file are not in the new one.
    pub fn n_left_out(&self) -> u64 {
        let left_out = |table: &ImportedTable| table.read.saturating_sub(table.carried);
        self.tables.iter().map(left_out).sum()
    }

    /// Whether a column would be dropped with its values, or a table with its rows, and the caller has not allowed it. Nothing
    /// is written then: name it in `ImportOptions::drops`, or add it to the schema.
    pub fn needs_consent(&self) -> bool {
        self.dropped.iter().any(|column| !column.is_allowed)
            || self.left_behind.iter().any(|table| !table.is_allowed)
    }

    /// As JSON, on several lines.
    ///
    /// # Errors
    /// Those of serde_json, none of which applies to these types.
    pub fn json(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Shown<'r> {
            notes: &'r [String],
            groups: Vec<MisfitGroup>,
            changes: &'r [Change],
            dropped: &'r [DroppedColumn],
            left_behind: &'r [TableLeftBehind],
            needs_consent: bool,
            tables: &'r [ImportedTable],
            n_left_out: u64,
            lines: &'r [String],
        }
        serde_json::to_string_pretty(&Shown {
            notes: &self.notes,
            groups: self.groups(),
            changes: &self.changes,
            dropped: &self.dropped,
            left_behind: &self.left_behind,
            needs_consent: self.needs_consent(),
            tables: &self.tables,
            n_left_out: self.n_left_out(),
            lines: &self.lines,
        })
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} row {}{}", self.table, self.id, in_text(self.place))?;
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

/// The line of a row, where its source is a text.
fn in_text(place: Option<TextPlace>) -> String {
    place.map_or_else(String::new, |place| format!(" (line {})", place.line))
}

impl fmt::Display for MisfitGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let carried = if self.is_carried {
            " (carried over with NULL)"
        } else {
            ""
        };
        let column = if self.column.is_empty() {
            String::new()
        } else {
            format!(", {}", self.column)
        };
        let place = |at: usize| in_text(self.places.get(at).copied().flatten());
        if let (1, [(id, why)]) = (self.n_rows, self.examples.as_slice()) {
            let place = place(0);
            return writeln!(f, "{} row {id}{place}{column}: {why}{carried}", self.table);
        }
        writeln!(f, "{}{column}: {} rows{carried}", self.table, self.n_rows)?;
        for (at, (id, why)) in self.examples.iter().enumerate() {
            writeln!(f, "    row {id}{}: {why}", place(at))?;
        }
        if self.n_more > 0 {
            writeln!(f, "    and {} more", self.n_more)?;
        }
        Ok(())
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, column, n) = (&self.table, &self.column, self.n_values);
        let one = n == 1;
        let pick = |single: &'static str, several: &'static str| if one { single } else { several };
        let (values, are) = (pick("value", "values"), pick("is", "are"));
        let refer = pick("refers", "refer");
        match &self.kind {
            ChangeKind::None { number } => writeln!(
                f,
                "{table}.{column}: {n} {values} {are} {number}, which stands for none, and {are} NULL now"
            ),
            ChangeKind::GuessIsNull { target } => writeln!(
                f,
                "{table}.{column}: {n} {values} {refer} to no row of {target}, and {are} NULL now; that it is a key is a guess by its name"
            ),
            ChangeKind::GuessStays { target } => writeln!(
                f,
                "{table}.{column}: {n} {values} {refer} to no row of {target}, and {} as {}; that it is a key is a guess by its name, and models that keep to it do not open the file",
                pick("stays", "stay"),
                pick("it is", "they are"),
            ),
            ChangeKind::WrittenOtherwise { text, number } => writeln!(
                f,
                "{table}.{column}: {n} {values} {} that {are} written otherwise, as {text}, which is {number} now; keep the column \
                 TEXT in the schema if that matters",
                pick("is a text of a number", "are texts of numbers"),
            ),
            ChangeKind::NoOwner { pivot } => writeln!(
                f,
                "{table}: {n} {} no owner by {pivot}, and {}; that it is a pivot is a guess by names, and models that keep to it do not open the file",
                pick("row has", "rows have"),
                pick("stays", "stay"),
            ),
        }
    }
}

impl fmt::Display for DroppedColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, column, n) = (&self.table, &self.column, self.n_values);
        let values = if n == 1 { "value" } else { "values" };
        let what = if self.is_allowed {
            "is dropped"
        } else {
            "would be dropped"
        };
        writeln!(
            f,
            "{table}.{column}: {what} with {n} {values}; the schema does not have it"
        )
    }
}

impl fmt::Display for TableLeftBehind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_allowed { "is" } else { "would be" };
        writeln!(
            f,
            "table {}: {what} left behind with its rows; the schema does not have it",
            self.table
        )
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for group in self.groups() {
            write!(f, "{group}")?;
        }
        for change in &self.changes {
            write!(f, "{change}")?;
        }
        for column in &self.dropped {
            write!(f, "{column}")?;
        }
        for table in &self.left_behind {
            write!(f, "{table}")?;
        }
        for table in &self.tables {
            let ImportedTable {
                name,
                read,
                carried,
            } = table;
            writeln!(f, "{name}: {carried} of {read} rows")?;
        }
        let read: u64 = self.tables.iter().map(|table| table.read).sum();
        let n_left_out = self.n_left_out();
        let are = if n_left_out == 1 { "is" } else { "are" };
        writeln!(
            f,
            "total: {} of {read} rows; {n_left_out} {are} left out",
            read - n_left_out
        )?;
        if !self.lines.is_empty() {
            writeln!(
                f,
                "\nThese lines in gamedb.toml would save rows or values:\n"
            )?;
            for lines in &self.lines {
                writeln!(f, "{lines}")?;
            }
        }
        Ok(())
    }
}
