//! The steps of a migration, as they are shown to people and agreed to.

use std::fmt;

/// How much a step of a [`Migration`](crate::Migration) may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Safety {
    /// Every row keeps every value.
    Safe,
    /// Some values do not fit the new schema, and are replaced by the column's DEFAULT, or by NULL; or rows with different
    /// values get the same one from a script or a function.
    Lossy,
    /// A column or a table is dropped together with what it contains.
    Destructive,
    /// Only a person can tell what some rows should become: see [`Step::remedy`].
    ByHand,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A table is created.
    NewTable,
    /// A table gets another name.
    RenamedTable {
        /// The old name.
        from: String,
    },
    /// A table is dropped.
    DroppedTable,
    /// A column is added.
    NewColumn {
        /// How it is declared.
        declared: String,
    },
    /// A column gets another name.
    RenamedColumn {
        /// The old name.
        from: String,
    },
    /// A column is dropped.
    DroppedColumn,
    /// A column is declared in another way.
    ChangedColumn {
        /// How it was declared.
        from: String,
        /// How it is declared now.
        to: String,
    },
    /// A column that is declared as before gets the values of a script or of a function.
    FilledColumn,
    /// A CHECK, a UNIQUE constraint or a foreign key is added.
    NewRule {
        /// The constraint.
        rule: String,
    },
    /// A CHECK stays, and the values that it is about change.
    KeptRule {
        /// The constraint.
        rule: String,
    },
    /// A CHECK, a UNIQUE constraint or a foreign key is dropped.
    DroppedRule {
        /// The constraint.
        rule: String,
    },
    /// An index is created.
    NewIndex {
        /// Its name.
        index: String,
    },
    /// An index is dropped.
    DroppedIndex {
        /// Its name.
        index: String,
    },
    /// The schema declares a rename that is not followed.
    RenameNotFollowed {
        /// The old name that is declared, or what is written instead of one.
        from: String,
        /// Why it is not followed.
        why: String,
    },
    /// The file has something in the way that a migration does not touch.
    Obstacle {
        /// What it is.
        what: String,
    },
}

/// Rows that do not fit the new schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Misfits {
    /// How many there are.
    pub n: u64,
    /// The ids of the first ones.
    pub first: Vec<i64>,
}

/// One step of a [`Migration`](crate::Migration).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The table, by its name in the schema; a dropped one by its name in the file.
    pub table: String,
    /// The column, if the step concerns one.
    pub column: Option<String>,
    /// What is done.
    pub change: Change,
    /// What it may cost.
    pub safety: Safety,
    /// The rows of the file that do not fit, or that have a value that is dropped.
    pub rows: Misfits,
    /// What to do about a step that is not safe.
    pub remedy: Option<String>,
    /// Names of which each has to be dropped by consent to answer a step that is by hand; none if no consent does.
    pub(super) answered_by: Vec<String>,
}

impl Step {
    pub(super) fn new(table: &str, change: Change) -> Self {
        Self {
            table: table.to_owned(),
            column: None,
            change,
            safety: Safety::Safe,
            rows: Misfits::default(),
            remedy: None,
            answered_by: Vec::new(),
        }
    }

    pub(super) fn of_column(table: &str, column: &str, change: Change) -> Self {
        Self {
            column: Some(column.to_owned()),
            ..Self::new(table, change)
        }
    }

    /// The step of something that only a person can take out of the way.
    pub(super) fn obstacle(table: &str, what: String, remedy: String) -> Self {
        Self {
            safety: Safety::ByHand,
            remedy: Some(remedy),
            ..Self::new(table, Change::Obstacle { what })
        }
    }

    /// The step for rows that do not fit; a safe one if there are none.
    pub(super) fn with(mut self, safety: Safety, rows: Misfits, remedy: String) -> Self {
        if rows.n > 0 {
            self.safety = safety;
            self.rows = rows;
            self.remedy = Some(remedy);
        }
        self
    }

    /// The table, or table and column, as `players` or `players.hp`.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.column {
            Some(column) => format!("{}.{column}", self.table),
            None => self.table.clone(),
        }
    }
}

impl fmt::Display for Safety {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Safe => "safe",
            Self::Lossy => "lossy",
            Self::Destructive => "destructive",
            Self::ByHand => "by hand",
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewTable => f.write_str("new table"),
            Self::RenamedTable { from } | Self::RenamedColumn { from } => {
                write!(f, "renamed from {from}")
            }
            Self::DroppedTable => f.write_str("dropped table"),
            Self::NewColumn { declared } => write!(f, "new column {declared}"),
            Self::DroppedColumn => f.write_str("dropped column"),
            Self::ChangedColumn { from, to } => write!(f, "{from} becomes {to}"),
            Self::FilledColumn => f.write_str("filled with other values"),
            Self::NewRule { rule } => write!(f, "new {rule}"),
            Self::KeptRule { rule } => write!(f, "kept {rule}"),
            Self::DroppedRule { rule } => write!(f, "dropped {rule}"),
            Self::NewIndex { index } => write!(f, "new index {index}"),
            Self::DroppedIndex { index } => write!(f, "dropped index {index}"),
            Self::RenameNotFollowed { from, why } => {
                write!(
                    f,
                    "the comment that it is renamed from {from} is not followed, because {why}"
                )
            }
            Self::Obstacle { what } => f.write_str(what),
        }
    }
}

impl fmt::Display for Misfits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_rows = if self.n == 1 { "row" } else { "rows" };
        write!(f, "{} {n_rows}", self.n)?;
        if !self.first.is_empty() {
            let ids: Vec<_> = self.first.iter().map(ToString::to_string).collect();
            let more = if self.n > ids.len() as u64 {
                ", .."
            } else {
                ""
            };
            write!(f, " (id {}{more})", ids.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<11} {}: {}", self.safety, self.name(), self.change)?;
        if self.rows.n > 0 {
            write!(f, ": {}", self.rows)?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "; {remedy}")?;
        }
        Ok(())
    }
}
