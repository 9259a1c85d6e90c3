//! A script: what a person adds to a migration that the schema alone does not tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::error::MigrationError;
use super::layout::Layout;
use super::plan::{Plan, Wishes};

/// A script, and for which two schemas it was written.
#[derive(Debug, Default, Clone)]
pub(super) struct Script {
    /// The fingerprints of the schemas before and after, if it names them.
    pub(super) from: Option<u64>,
    pub(super) to: Option<u64>,
    pub(super) fills: Vec<(String, String)>,
    /// The statements, which run before anything else.
    pub(super) sql: String,
}

/// A line of a script that is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadLine {
    pub(super) line: usize,
    pub(super) text: String,
}

/// What keeps a script in its transaction and in its file. SQLite asks it about each statement; it is there before
/// the transaction begins, because afterwards the connection is lent.
pub(super) struct Guard {
    is_on: Arc<AtomicBool>,
}

impl Guard {
    pub(super) fn new(file: &mut Connection) -> rusqlite::Result<Self> {
        let is_on = Arc::new(AtomicBool::new(false));
        let is_running = Arc::clone(&is_on);
        let may = move |context: AuthContext<'_>| match context.action {
            AuthAction::Transaction { .. }
            | AuthAction::Savepoint { .. }
            | AuthAction::Attach { .. }
            | AuthAction::Detach { .. }
                if is_running.load(Ordering::Relaxed) =>
            {
                Authorization::Deny
            }
            _ => Authorization::Allow,
        };
        file.authorizer(Some(may))?;
        Ok(Self { is_on })
    }
}

impl Script {
    /// Reads a script: statements of SQL, and comments of the forms `-- @from <fingerprint>`,
    /// `-- @to <fingerprint>` and `-- @fill table.column = expression`.
    pub(super) fn parse(text: &str) -> Result<Self, BadLine> {
        let mut script = Self {
            sql: text.to_owned(),
            ..Self::default()
        };
        for (line, number) in text.lines().zip(1..) {
            let Some(directive) = line.trim_start().strip_prefix("-- @") else {
                continue;
            };
            let bad = || BadLine {
                line: number,
                text: line.trim().to_owned(),
            };
            let (word, rest) = directive.split_once(' ').ok_or_else(bad)?;
            let fingerprint = || u64::from_str_radix(rest.trim(), 16).map_err(|_| bad());
            match word {
                "from" => script.from = Some(fingerprint()?),
                "to" => script.to = Some(fingerprint()?),
                "fill" => {
                    let (name, expression) = rest.split_once('=').ok_or_else(bad)?;
                    let is_named = name.trim().split_once('.').is_some();
                    let expression = expression.trim().trim_end_matches(';');
                    if !is_named || expression.is_empty() {
                        return Err(bad());
                    }
                    let name = name.trim().to_lowercase();
                    script.fills.push((name, expression.to_owned()));
                }
                _ => return Err(bad()),
            }
        }
        Ok(script)
    }

    /// Runs the statements in the transaction that is open.
    pub(super) fn run(&self, transaction: &Connection, guard: &Guard) -> rusqlite::Result<()> {
        guard.is_on.store(true, Ordering::Relaxed);
        let ran = transaction.execute_batch(&self.sql);
        guard.is_on.store(false, Ordering::Relaxed);
        ran
    }

    /// Refuses lines that would fill nothing.
    pub(super) fn refuse_unused(&self, new: &Layout, plan: &Plan) -> Result<(), MigrationError> {
        for (name, _) in &self.fills {
            let Some((table, column)) = name.split_once('.') else {
                continue;
            };
            let mut rebuilt = plan.rebuilt.iter();
            let is_rebuilt = rebuilt.any(|rebuilt| rebuilt.new.name.eq_ignore_ascii_case(table));
            let mut created = plan.created.iter();
            let is_created = created.any(|new| new.name.eq_ignore_ascii_case(table));
            let found = new.get(table).map(|table| table.column(column));
            let why = match found {
                None => "the schema has no such table",
                Some(None) => "the schema has no such column",
                Some(Some(column)) if column.is_id || column.is_generated => {
                    "its value cannot be given"
                }
                Some(Some(_)) if is_created => "it has no old rows",
                Some(Some(_)) if !is_rebuilt => {
                    "the table does not change otherwise; write an UPDATE"
                }
                Some(Some(_)) => continue,
            };
            let column = name.clone();
            return Err(MigrationError::Fill { column, why });
        }
        Ok(())
    }

    pub(super) fn wishes(&self) -> Wishes {
        let fills = self.fills.iter().filter_map(|(name, expression)| {
            let (table, column) = name.split_once('.')?;
            Some(((table.to_owned(), column.to_owned()), expression.clone()))
        });
        Wishes {
            fills: fills.collect(),
            ..Wishes::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_read_and_misspelt_ones_are_refused() {
        let script = Script::parse(
            "-- @from 1f\n-- why\n-- @fill Players.Level = hp / 10;\nUPDATE a SET b = 1;\n",
        );
        let script = script.expect("it is read");
        assert_eq!((script.from, script.to), (Some(0x1f), None));
        assert_eq!(
            script.fills,
            [("players.level".to_owned(), "hp / 10".to_owned())]
        );
        for bad in [
            "-- @form 1f",
            "-- @from zz",
            "-- @fill level = 1",
            "-- @fill a.b",
            "-- @fill a.b = ",
            "-- @fill",
        ] {
            let refused = Script::parse(&format!("SELECT 1;\n{bad}"));
            assert_eq!(refused.map_err(|bad| bad.line).err(), Some(2), "{bad}");
        }
    }
}
