//! Loading a large table with two threads: rows have to be added to memory one after the other, but they
//! can be read from the file at two positions at once.
//!
//! The ids are divided into parts. The loading thread goes through all of them in order, and reads each part
//! into memory, unless the read-ahead thread has taken it before: that thread is always some parts ahead,
//! copies the rows that it reads, and sends them.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use rusqlite::{Connection, OpenFlags, Row, Statement};

use crate::schema::TableInfo;
use crate::schema::value::Value;
use crate::store::row::reader::{Cell, Cells};
use crate::store::tracking::change_set::PackedValues;

use super::content_hash::{Adder, Seeds};
use super::options::checkpoint_on_close;
use super::statements;
use super::value::{cell, columns, raw};

/// A table with fewer rows is read as fast by one thread.
pub(super) const SMALL: usize = 4096;

/// About how many rows are in a part.
const ROWS_OF_PART: usize = 2048;

/// How many rows are sent at once; fewer, if they are large.
const ROWS_OF_BATCH: usize = 256;
const BYTES_OF_BATCH: usize = 1 << 18;

/// How many batches may wait to be received.
const BATCHES: usize = 32;

/// A second connection to a file, for reading; `None` if it would be of no use. It sees the snapshot of the
/// file at the time of this call.
pub(super) fn second_connection(path: &std::path::Path) -> Option<Connection> {
    if !thread::available_parallelism().is_ok_and(|threads| threads.get() > 1) {
        return None;
    }
    match open(path) {
        Ok(connection) => Some(connection),
        // One connection is enough, only slower.
        Err(error) => {
            tracing::debug!(path = %path.display(), %error, "no second connection");
            None
        }
    }
}

fn open(path: &std::path::Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    checkpoint_on_close(&connection, false)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.execute_batch("BEGIN; SELECT 1 FROM sqlite_schema")?;
    Ok(connection)
}

/// Reads all rows of a table in order of their ids, with two connections that see the same snapshot. Returns the
/// sums of the table's blocks; each thread adds up what it reads.
pub(super) fn read(
    first: &Connection,
    second: &mut Connection,
    info: &TableInfo,
    seeds: &Seeds,
    n_rows: usize,
    mut see: impl FnMut(i64, &[Cell<'_>]),
) -> rusqlite::Result<Adder> {
    let bounds = first.query_row(&statements::select_bounds(info), [], |row| {
        Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?))
    })?;
    let mut sums = Adder::default();
    let (Some(start), Some(end)) = bounds else {
        return Ok(sums);
    };
    let parts = Parts::new(start..=end, n_rows.div_ceil(ROWS_OF_PART));
    let mut statement = first.prepare(&statements::select_range(info))?;
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(BATCHES);
        let parts = &parts;
        let ahead = scope.spawn(move || read_ahead(second, info, seeds, parts, &sender));
        // The receiver is dropped when this closure returns early, and then the read-ahead thread ends.
        let receiver = receiver;
        for part in 0..parts.n {
            if parts.is_ahead(part) {
                receive(&receiver, info, &mut see)?;
                continue;
            }
            let mut rows = select(&mut statement, parts.ids(part))?;
            while let Some(row) = rows.next()? {
                let id = row.get(0)?;
                let (columns, hash) = columns(row, id, info, seeds);
                sums.add(id, hash);
                see(id, &columns);
            }
        }
        // All parts have been received, so the thread has ended or is about to.
        drop(receiver);
        let sums_of_thread = ahead.join();
        sums.append(sums_of_thread.unwrap_or_else(|panic| resume_unwind(panic)));
        Ok(sums)
    })
}

fn select<'s>(
    statement: &'s mut Statement<'_>,
    ids: RangeInclusive<i64>,
) -> rusqlite::Result<rusqlite::Rows<'s>> {
    statement.query([ids.start(), ids.end()])
}

/// The ids of a table in parts, and which thread has taken which.
struct Parts {
    ids: RangeInclusive<i64>,
    n: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    /// The part that the loading thread is at.
    at: usize,
    /// The later parts that the read-ahead thread has taken.
    ahead: VecDeque<usize>,
    /// The last part that the read-ahead thread has ever taken.
    last_ahead: usize,
}

impl Parts {
    fn new(ids: RangeInclusive<i64>, n: usize) -> Self {
        let taken = Mutex::default();
        Self { ids, n, taken }
    }

    /// The ids of a part. All parts have as many ids, however many rows are in each.
    fn ids(&self, part: usize) -> RangeInclusive<i64> {
        let (first, last) = (i128::from(*self.ids.start()), i128::from(*self.ids.end()));
        let start = |part: usize| first + (last + 1 - first) * part as i128 / self.n as i128;
        #[allow(
            clippy::cast_possible_truncation,
            reason = "between the first and the last"
        )]
        let part = start(part) as i64..=(start(part + 1) - 1) as i64;
        part
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // No code that can panic runs while the lock is held.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the read-ahead thread has taken a part. If not, the loading thread takes it.
    fn is_ahead(&self, part: usize) -> bool {
        let mut taken = self.taken();
        taken.at = part;
        let is_ahead = taken.ahead.front() == Some(&part);
        if is_ahead {
            taken.ahead.pop_front();
        }
        is_ahead
    }

    /// Takes the next part for the read-ahead thread.
    fn take_ahead(&self) -> Option<usize> {
        let mut taken = self.taken();
        let part = taken.at.max(taken.last_ahead) + 1;
        if part >= self.n {
            return None;
        }
        taken.ahead.push_back(part);
        taken.last_ahead = part;
        Some(part)
    }
}

/// Rows that one thread sends to the other.
#[derive(Default)]
struct Batch {
    ids: Vec<i64>,
    cells: PackedValues,
    /// The positions of texts that are not valid UTF-8.
    not_utf8: Vec<usize>,
}

enum Message {
    Rows(Batch),
    EndOfPart,
}

type Sender = SyncSender<rusqlite::Result<Message>>;

/// The main loop of the read-ahead thread. Returns the sums of what it has read.
fn read_ahead(
    connection: &mut Connection,
    info: &TableInfo,
    seeds: &Seeds,
    parts: &Parts,
    to: &Sender,
) -> Adder {
    let mut sums = Adder::default();
    if let Err(error) = send_parts(connection, info, seeds, &mut sums, parts, to) {
        // Without a receiver the load has ended with an error of its own already.
        let _ = to.send(Err(error));
    }
    sums
}

fn send_parts(
    connection: &Connection,
    info: &TableInfo,
    seeds: &Seeds,
    sums: &mut Adder,
    parts: &Parts,
    to: &Sender,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(&statements::select_range(info))?;
    while let Some(part) = parts.take_ahead() {
        let mut rows = select(&mut statement, parts.ids(part))?;
        let mut batch = Batch::default();
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            sums.add(id, batch.push(row, id, info, seeds));
            let is_full = batch.ids.len() >= ROWS_OF_BATCH;
            if (is_full || batch.cells.n_bytes() >= BYTES_OF_BATCH)
                && to
                    .send(Ok(Message::Rows(std::mem::take(&mut batch))))
                    .is_err()
            {
                return Ok(());
            }
        }
        let rest = to.send(Ok(Message::Rows(batch)));
        if rest.is_err() || to.send(Ok(Message::EndOfPart)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Receives the rows of one part from the read-ahead thread.
fn receive(
    from: &Receiver<rusqlite::Result<Message>>,
    info: &TableInfo,
    see: &mut impl FnMut(i64, &[Cell<'_>]),
) -> rusqlite::Result<()> {
    // The sender hangs up before the end of a part only if its thread panics, and the scope's join passes that on.
    while let Ok(message) = from.recv() {
        match message? {
            Message::Rows(batch) => batch.read(info.columns.len(), see),
            Message::EndOfPart => break,
        }
    }
    Ok(())
}

impl Batch {
    /// Adds a row, and returns its hash.
    fn push(&mut self, row: &Row<'_>, id: i64, info: &TableInfo, seeds: &Seeds) -> u64 {
        self.ids.push(id);
        let values = (1..=info.columns.len()).map(|column| {
            let value = raw(row, column);
            match cell(value) {
                Cell::Value(value) => self.cells.push(value),
                Cell::NotUtf8 => {
                    self.not_utf8.push(self.cells.len());
                    self.cells.push(Value::Null);
                }
            }
            value
        });
        seeds.row(id, values)
    }

    fn read(&self, n_columns: usize, see: &mut impl FnMut(i64, &[Cell<'_>])) {
        for (n, &id) in self.ids.iter().enumerate() {
            let cells = n * n_columns..(n + 1) * n_columns;
            let mut columns: Cells<'_> = cells
                .clone()
                .map(|cell| Cell::Value(self.cells.value(cell)))
                .collect();
            for cell in &self.not_utf8 {
                if cells.contains(cell) {
                    columns[cell - cells.start] = Cell::NotUtf8;
                }
            }
            see(id, &columns);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_in_one_part() {
        for (ids, n) in [
            (1..=100_000, 49),
            (-7..=7, 3),
            (5..=5, 1),
            (i64::MIN..=i64::MAX, 1_000),
        ] {
            let parts = Parts::new(ids.clone(), n);
            let mut next = Some(*ids.start());
            for part in 0..n {
                let part = parts.ids(part);
                assert_eq!(next, Some(*part.start()));
                next = part.end().checked_add(1);
            }
            assert_eq!(next, ids.end().checked_add(1));
        }
    }

    #[test]
    fn each_part_is_read_by_one_thread() {
        let parts = Parts::new(1..=60, 6);
        assert!(!parts.is_ahead(0));
        assert_eq!((parts.take_ahead(), parts.take_ahead()), (Some(1), Some(2)));
        assert!(parts.is_ahead(1) && parts.is_ahead(2));
        assert!(!parts.is_ahead(3));
        assert_eq!((parts.take_ahead(), parts.take_ahead()), (Some(4), Some(5)));
        assert_eq!(parts.take_ahead(), None);
        assert!(parts.is_ahead(4) && parts.is_ahead(5));
    }
}
