//! A script: what a person adds to a migration that the schema alone does not tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use crate::persist::sqlite::declaration;

use super::error::MigrationError;
use super::layout::Layout;
use super::plan::{Plan, Wishes};
use super::script_tables::TablesBefore;

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

/// A line of a script that is not understood, or that is there a second time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadLine {
    pub(super) line: usize,
    pub(super) text: String,
}

/// What keeps a script in its transaction and in its file. SQLite asks it about each statement; it is there before
/// the transaction begins, because afterwards the connection is lent.
pub(super) struct Guard {
    is_on: Arc<AtomicBool>,
    /// The tables that statements of the script were to alter, in lower case.
    altered: Receiver<String>,
}

impl Guard {
    pub(super) fn new(file: &mut Connection) -> rusqlite::Result<Self> {
        let is_on = Arc::new(AtomicBool::new(false));
        let is_running = Arc::clone(&is_on);
        let (alters, altered) = channel();
        let may = move |context: AuthContext<'_>| match context.action {
            AuthAction::AlterTable { table_name, .. } if is_running.load(Ordering::Relaxed) => {
                // It is not received once the guard is gone, and no script runs then.
                let _ = alters.send(table_name.to_ascii_lowercase());
                Authorization::Allow
            }
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
        Ok(Self { is_on, altered })
    }
}

impl Script {
    /// Reads a script: statements of SQL, and comments of the forms `-- @from <fingerprint>`,
    /// `-- @to <fingerprint>` and `-- @fill table.column = expression`. Every comment that begins with `@` is one of
    /// these, or an error: rows would get the DEFAULT of a column in the place of an expression that is passed over.
    pub(super) fn parse(text: &str) -> Result<Self, BadLine> {
        // The mark of a text's encoding, which some editors write.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut script = Self {
            sql: text.to_owned(),
            ..Self::default()
        };
        for (line, comment) in declaration::comments(text) {
            let bad = |line, text: &str| BadLine {
                line,
                text: text.trim().to_owned(),
            };
            if let Some(directive) = comment.strip_prefix("--") {
                if let Some(directive) = directive.trim_start().strip_prefix('@') {
                    let read = script.directive(directive);
                    read.ok_or_else(|| bad(line, comment))?;
                }
                continue;
            }
            // None is in a comment of several lines: it is not clear where its expression ends.
            for (text, line) in comment.lines().zip(line..) {
                let begins =
                    text.trim_start_matches(|c: char| c.is_whitespace() || "/*-".contains(c));
                if begins.starts_with('@') {
                    return Err(bad(line, text));
                }
            }
        }
        Ok(script)
    }

    /// Takes what stands behind the `@` of a comment. `None` if it is unknown, or is said already.
    fn directive(&mut self, directive: &str) -> Option<()> {
        let (word, rest) = directive.split_once(char::is_whitespace)?;
        let once = |known: &mut Option<u64>| {
            let fingerprint = u64::from_str_radix(rest.trim(), 16).ok()?;
            known.replace(fingerprint).is_none().then_some(())
        };
        match word {
            "from" => once(&mut self.from),
            "to" => once(&mut self.to),
            "fill" => {
                let (name, expression) = rest.split_once('=')?;
                let expression = expression.trim().trim_end_matches(';').trim_end();
                let (table, column) = name.split_once('.')?;
                let name = format!("{}.{}", table.trim(), column.trim()).to_lowercase();
                let is_known = self.fills.iter().any(|(known, _)| *known == name);
                if expression.is_empty() || is_known {
                    return None;
                }
                self.fills.push((name, expression.to_owned()));
                Some(())
            }
            _ => None,
        }
    }

    /// Runs the statements in the transaction that is open. Returns which tables there were before.
    pub(super) fn run(
        &self,
        transaction: &Connection,
        guard: &Guard,
    ) -> rusqlite::Result<TablesBefore> {
        let tables = TablesBefore::of(transaction)?;
        guard.is_on.store(true, Ordering::Relaxed);
        let ran = transaction.execute_batch(&self.sql);
        guard.is_on.store(false, Ordering::Relaxed);
        ran?;
        tables.follow_renames(transaction, &guard.altered.try_iter().collect())?;
        Ok(tables)
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
            "--@fil a.b = 1",
            "SELECT 2; -- @form 1f",
            "/* @fill a.b = 1 */",
            "/*@from 1f*/",
        ] {
            let refused = Script::parse(&format!("SELECT 1;\n{bad}\n"));
            assert_eq!(refused.map_err(|bad| bad.line).err(), Some(2), "{bad}");
        }
        for (bad, line) in [
            ("/*\n * @fill a.b = 1\n */", 3),
            ("/* not now:\n-- @fill a.b = 1\n*/", 3),
            ("SELECT '\n';\n-- @fil a.b = 1", 4),
            ("-- @fill a.b = 1\n-- @fill A . B = 2", 3),
            ("-- @from 1f\n\n-- @from 1f", 4),
            ("-- @to 1f\n-- @to 2f", 3),
        ] {
            let refused = Script::parse(&format!("SELECT 1;\n{bad}"));
            assert_eq!(refused.map_err(|bad| bad.line).err(), Some(line), "{bad}");
        }
    }

    #[test]
    fn a_directive_is_read_however_its_comment_begins() {
        let fills = [("a.b".to_owned(), "hp / 10".to_owned())];
        for script in [
            "-- @fill a.b = hp / 10",
            "--@fill a.b = hp / 10",
            "--   @fill\ta.b=hp / 10 ;\r\n",
            "\u{feff}-- @fill a.b = hp / 10",
            "UPDATE a SET c = '-- @nothing' /* why */; -- @fill a.b = hp / 10\nSELECT 1",
        ] {
            let read = Script::parse(script).expect("it is read");
            assert_eq!(read.fills, fills, "{script}");
            assert!(!read.sql.starts_with('\u{feff}'));
        }
        for no_directive in [
            "SELECT '\n-- @fill a.b = 1';",
            "-- mail to ada@example.org",
            "/* a @b */",
        ] {
            let read = Script::parse(no_directive).expect("it is read");
            assert_eq!(read.fills, []);
        }
    }
}
