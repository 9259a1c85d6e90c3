//! The SQL function that an UPDATE or DELETE hands the old values of its row to, in its WHERE: `UPDATE t SET c = ?1
//! WHERE id = ?2 AND gamedb_old(c)`. Reading them with a SELECT before would take a quarter more of a flush.

use std::cell::RefCell;
use std::fmt::Write as _;

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};

use crate::persist::sqlite::statements::quoted;

use super::cell;

/// How many arguments a call has at most; SQLite allows 1,000, and a program may have lowered that. A table with more
/// columns is handed over in several calls, each by a function of its own.
const MOST_ARGUMENTS: usize = 100;

thread_local! {
    /// SQLite calls the function in the thread that executes the statement.
    static ROW: RefCell<OldRow> = const {
        RefCell::new(OldRow { id: 0, seeds: Vec::new(), sum: 0, n_seen: 0 })
    };
}

/// The row that a statement is about, and the sum of the cells that the function was called with.
struct OldRow {
    id: i64,
    seeds: Vec<u64>,
    sum: u64,
    n_seen: usize,
}

/// Makes the functions known to a connection, for tables with up to `n_columns` columns. The schema of a file
/// cannot call them: only a statement of our own can.
pub(in crate::persist::sqlite) fn register(
    connection: &Connection,
    n_columns: usize,
) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
    for call in 0..n_columns.div_ceil(MOST_ARGUMENTS) {
        let first = call * MOST_ARGUMENTS;
        let see = move |arguments: &mut Context<'_>| {
            ROW.with_borrow_mut(|row| row.see(first, arguments));
            Ok(true)
        };
        connection.create_scalar_function(name(call).as_str(), -1, flags, see)?;
    }
    Ok(())
}

fn name(call: usize) -> String {
    format!("gamedb_old{call}")
}

/// The end of a WHERE that hands over these columns.
pub(in crate::persist::sqlite) fn and_old<'n>(columns: impl Iterator<Item = &'n str>) -> String {
    let columns: Vec<_> = columns.map(quoted).collect();
    let mut sql = String::new();
    for (call, columns) in columns.chunks(MOST_ARGUMENTS).enumerate() {
        let _ = write!(sql, " AND {}({})", name(call), columns.join(", "));
    }
    sql
}

impl OldRow {
    fn see(&mut self, first: usize, arguments: &Context<'_>) {
        let seeds = self.seeds.iter().skip(first);
        for (n, &seed) in (0..arguments.len()).zip(seeds) {
            let hash = cell(seed, self.id, arguments.get_raw(n));
            self.sum = self.sum.wrapping_add(hash);
        }
        self.n_seen += arguments.len();
    }
}

/// Before the statement for a row is executed: the seeds of the columns that it hands over. What an earlier
/// statement has left, which may have been refused after the function was called, is forgotten.
pub(super) fn expect(id: i64, seeds: impl Iterator<Item = u64>) {
    ROW.with_borrow_mut(|row| {
        row.id = id;
        row.seeds.clear();
        row.seeds.extend(seeds);
        (row.sum, row.n_seen) = (0, 0);
    });
}

/// After it has succeeded: the sum of the old cells.
///
/// # Errors
/// How many rows the function was called for, if it was not exactly one.
pub(super) fn take() -> Result<u64, usize> {
    ROW.with_borrow_mut(|row| {
        let (n_expected, n_seen) = (row.seeds.len(), std::mem::take(&mut row.n_seen));
        if n_seen == n_expected {
            Ok(row.sum)
        } else {
            Err(n_seen.checked_div(n_expected).unwrap_or_default())
        }
    })
}
