//! Reading which states a write-ahead log has, without SQLite, which would take any log for that of the file
//! beside it.
//!
//! The log's [format](https://www.sqlite.org/fileformat2.html#the_write_ahead_log) is that of SQLite: a header, and
//! frames of one page each. What is not part of a whole transaction counts for nothing, as it does for SQLite.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

use super::stamp::{FileState, Stamp, WorldId};

/// Bytes of the log's header.
const HEADER: usize = 32;

/// Bytes of a frame's header.
const FRAME: usize = 24;

/// The first number of the header; the last bit says how checksums read.
const MAGIC: u32 = 0x377f_0682;

/// Where a database has the number of its schema, in page 1.
const SCHEMA_VERSION: std::ops::Range<usize> = 40..44;

/// The committed transactions of a log.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// Number of transactions.
    pub(super) n_commits: usize,
    /// The states that they wrote, oldest first.
    pub(super) states: Vec<FileState>,
    /// Number of transactions up to the last one that wrote a new state. Those behind it are other programs'.
    pub(super) n_commits_to_last_state: usize,
    /// The numbers of the schema that they wrote.
    pub(super) schema_versions: Vec<i64>,
    /// The number of the schema after the transaction with the first state, if that or one before it wrote one.
    pub(super) first_schema_version: Option<i64>,
}

impl Log {
    /// Reads a log; one without transactions if there is none. O(log).
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let mut log = Self::default();
        let mut file = match open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(log),
            Err(error) => return Err(error),
        };
        // Of the transaction that is read.
        let (mut state, mut schema_version) = (None, None);
        read_frames(&mut file, |event| match event {
            Event::Page { number: 1, page } => {
                let version = &page[SCHEMA_VERSION];
                schema_version = Some(i64::from(word(version, 0)));
            }
            Event::Page { page, .. } => state = state_in(page).or(state),
            Event::Commit { .. } => {
                log.n_commits += 1;
                if log.states.is_empty() {
                    log.first_schema_version = schema_version.or(log.first_schema_version);
                }
                // Another program's may write the page of the state once more, as VACUUM does.
                if state.is_some() && state.as_ref() != log.states.last() {
                    log.n_commits_to_last_state = log.n_commits;
                }
                log.states.extend(state.take());
                log.schema_versions.extend(schema_version.take());
            }
        })?;
        Ok(log)
    }

    /// The state after the last transaction that wrote one.
    pub(super) fn last(&self) -> Option<&FileState> {
        self.states.last()
    }

    /// Whether a transaction has written this state.
    pub(super) fn has(&self, state: &FileState) -> bool {
        self.states.iter().any(|written| written.at == state.at)
    }

    /// Whether a log without states, as another program writes, may be that of a file with this number: every
    /// statement that changes a schema adds one to it, and a checkpoint may have brought the last number into the
    /// file. The numbers of two worlds are further apart, as far as chance goes.
    pub(super) fn may_be_of_schema(&self, schema_version: i64) -> bool {
        const STATEMENTS: u64 = 100_000;
        let mut versions = self.schema_versions.iter();
        versions.all(|version| version.abs_diff(schema_version) < STATEMENTS)
    }
}

/// What a log has, in order.
enum Event<'p> {
    /// A page of the transaction that comes.
    Page { number: u32, page: &'p [u8] },
    /// The end of a transaction, after which the file has this many pages.
    Commit { n_pages: u32 },
}

/// Brings the first transactions of a log, at most so many, into the bytes of its file. O(log).
pub(super) fn apply(path: &Path, file: &mut Vec<u8>, most_commits: usize) -> io::Result<()> {
    let most = file.len() + usize::try_from(std::fs::metadata(path)?.len()).unwrap_or(0);
    let mut pages: Vec<(usize, Vec<u8>)> = Vec::new();
    let (mut is_too_large, mut n_commits) = (false, 0);
    read_frames(&mut open(path)?, |event| match event {
        _ if n_commits == most_commits => {}
        Event::Page { number, page } => pages.push((number as usize, page.to_vec())),
        Event::Commit { n_pages } => {
            n_commits += 1;
            let n_pages = n_pages as usize;
            let page_size = pages.first().map_or(0, |(_, page)| page.len());
            // A file grows by no more than what the log has.
            is_too_large |= n_pages > most / page_size.max(1);
            if is_too_large {
                return;
            }
            file.resize(n_pages * page_size, 0);
            for (number, page) in pages.drain(..).filter(|&(number, _)| number <= n_pages) {
                let end = number * page_size;
                file[end - page_size..end].copy_from_slice(&page);
            }
        }
    })?;
    if is_too_large {
        let message = "the log has pages that its file has no room for";
        return Err(io::Error::new(ErrorKind::InvalidData, message));
    }
    Ok(())
}

fn open(path: &Path) -> io::Result<BufReader<File>> {
    Ok(BufReader::with_capacity(1 << 18, File::open(path)?))
}

fn read_frames(file: &mut impl Read, mut on: impl FnMut(Event<'_>)) -> io::Result<()> {
    let mut header = [0; HEADER];
    if !fill(file, &mut header)? {
        return Ok(());
    }
    let magic = word(&header, 0);
    let page_size = word(&header, 8) as usize;
    let mut sum = Checksum::new(magic & 1 == 1);
    sum.add(&header[..24]);
    let is_page_size = page_size.is_power_of_two() && (512..=65_536).contains(&page_size);
    if magic & !1 != MAGIC || !sum.is(&header[24..]) || !is_page_size {
        return Ok(());
    }
    let mut frame = vec![0; FRAME + page_size];
    while fill(file, &mut frame)? {
        let (head, page) = frame.split_at(FRAME);
        sum.add(&head[..8]);
        sum.add(page);
        let (number, n_pages) = (word(head, 0), word(head, 4));
        if head[8..16] != header[16..24] || !sum.is(&head[16..]) || number == 0 {
            break;
        }
        on(Event::Page { number, page });
        // The size of the file after the transaction, in its last frame.
        if n_pages != 0 {
            on(Event::Commit { n_pages });
        }
    }
    Ok(())
}

/// Fills the buffer; `false` if the file ends before.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let bytes = bytes[at..at + 4].try_into();
    u32::from_be_bytes(bytes.expect("four bytes"))
}

/// SQLite's checksum over all that came before.
struct Checksum {
    is_big_endian: bool,
    sums: (u32, u32),
}

impl Checksum {
    fn new(is_big_endian: bool) -> Self {
        Self {
            is_big_endian,
            sums: (0, 0),
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        let (mut first, mut second) = self.sums;
        let word = |bytes: [u8; 4]| {
            if self.is_big_endian {
                u32::from_be_bytes(bytes)
            } else {
                u32::from_le_bytes(bytes)
            }
        };
        for &[a, b, c, d, e, f, g, h] in bytes.as_chunks::<8>().0 {
            first = first.wrapping_add(word([a, b, c, d])).wrapping_add(second);
            second = second.wrapping_add(word([e, f, g, h])).wrapping_add(first);
        }
        self.sums = (first, second);
    }

    fn is(&self, bytes: &[u8]) -> bool {
        self.sums == (word(bytes, 0), word(bytes, 4))
    }
}

/// The state in a page of the log, if it is the one that `gamedb_state` consists of: a leaf of a table with one
/// row, which begins as a state does.
fn state_in(page: &[u8]) -> Option<FileState> {
    const LEAF_OF_TABLE: u8 = 0x0d;
    if page[0] != LEAF_OF_TABLE || page[3..5] != [0, 1] {
        return None;
    }
    let cell = usize::from(u16::from_be_bytes([page[8], page[9]]));
    let (_payload, rest) = varint(page.get(cell..)?)?;
    let (id, record) = varint(rest)?;
    let (header_size, rest) = varint(record)?;
    let mut types = record.get(..usize::try_from(header_size).ok()?)?;
    types = types.get(record.len() - rest.len()..)?;
    let mut body = record.get(usize::try_from(header_size).ok()?..)?;
    // The id itself is the row's number, and stands as NULL in the record.
    let (kind_of_id, types) = varint(types)?;
    let (kind_of_world, mut types) = varint(types)?;
    let world_size = 16;
    if id != 1 || kind_of_id != 0 || kind_of_world != 12 + 2 * world_size {
        return None;
    }
    let world = WorldId::from_slice(body.get(..16)?)?;
    body = &body[16..];
    let mut numbers = [0; 5];
    for number in &mut numbers {
        let kind;
        (kind, types) = varint(types)?;
        (*number, body) = integer(kind, body)?;
    }
    let [generation, number, previous, is_open, schema_version] = numbers;
    Some(FileState {
        world,
        at: Stamp { generation, number },
        previous,
        is_open: is_open != 0,
        schema_version,
    })
}

/// SQLite's integer of variable length, and what comes after it.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (n, &byte) in bytes.iter().take(9).enumerate() {
        if n == 8 {
            return Some((value << 8 | u64::from(byte), &bytes[9..]));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((value, &bytes[n + 1..]));
        }
    }
    None
}

/// An integer of a record, and what comes after it.
fn integer(kind: u64, body: &[u8]) -> Option<(i64, &[u8])> {
    let size = match kind {
        1..=4 => usize::try_from(kind).ok()?,
        5 => 6,
        6 => 8,
        8 | 9 => return Some((i64::from(kind == 9), body)),
        _ => return None,
    };
    let (bytes, rest) = body.split_at_checked(size)?;
    let is_negative = bytes[0] >= 0x80;
    let mut whole = if is_negative { [0xff; 8] } else { [0; 8] };
    whole[8 - size..].copy_from_slice(bytes);
    Some((i64::from_be_bytes(whole), rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests {
    use super::*;

    use rusqlite::Connection;
    use rusqlite::config::DbConfig;

    use super::super::stamp;

    /// A log of SQLite's own with these states, at a page size.
    fn log_with(page_size: u32, states: &[FileState]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.db");
        let file = Connection::open(&path).unwrap();
        file.pragma_update(None, "page_size", page_size).unwrap();
        file.pragma_update(None, "journal_mode", "WAL").unwrap();
        file.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
            .unwrap();
        stamp::create(&file).unwrap();
        for state in states {
            let sql = "UPDATE gamedb_state SET world = ?1";
            file.execute(sql, [&state.world.0[..]]).unwrap();
            state.write(&file).unwrap();
        }
        drop(file);
        (folder, path.with_file_name("file.db-wal"))
    }

    fn state(number: i64) -> FileState {
        FileState {
            world: WorldId(*b"gamedb0123456789"),
            at: Stamp {
                generation: number,
                number: number.wrapping_mul(0x1234_5678_9abc),
            },
            previous: -number,
            is_open: number % 2 == 0,
            schema_version: number & 0xffff_ffff,
        }
    }

    #[test]
    fn a_log_of_sqlites_is_read_at_every_page_size() {
        let numbers = [
            0,
            1,
            2,
            -1,
            127,
            128,
            -129,
            1 << 20,
            -(1 << 30),
            1 << 40,
            i64::MAX,
            i64::MIN + 1,
        ];
        let states = numbers.map(state);
        for page_size in [512, 1024, 4096, 65_536] {
            let (_folder, path) = log_with(page_size, &states);
            let log = Log::read(&path).unwrap();
            let written: Vec<_> = log
                .states
                .iter()
                .filter(|found| states.contains(found))
                .copied()
                .collect();
            assert_eq!(written, states, "{page_size}");
            assert_eq!(log.last(), states.last());
            assert!(log.n_commits > states.len());
        }
    }

    #[test]
    fn what_is_behind_a_flipped_bit_counts_for_nothing() {
        let states = [1, 2, 3].map(state);
        let (_folder, path) = log_with(512, &states);
        let whole = std::fs::read(&path).unwrap();
        let n_whole = Log::read(&path).unwrap().n_commits;
        for at in (0..whole.len()).step_by(7) {
            let mut flipped = whole.clone();
            flipped[at] ^= 4;
            std::fs::write(&path, &flipped).unwrap();
            let log = Log::read(&path).unwrap();
            assert!(log.n_commits < n_whole, "{at}");
            let sqlite = Connection::open(path.with_file_name("file.db")).unwrap();
            sqlite
                .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
                .unwrap();
            let seen = stamp::is_there(&sqlite)
                .unwrap()
                .then(|| FileState::read(&sqlite).unwrap());
            assert_eq!(seen.flatten().as_ref(), log.last(), "{at}");
            drop(sqlite);
        }
    }

    #[test]
    fn a_log_that_is_cut_off_anywhere_or_garbage_is_read_as_far_as_it_goes() {
        let (_folder, path) = log_with(512, &[1, 2].map(state));
        let whole = std::fs::read(&path).unwrap();
        let mut last = 0;
        for len in 0..whole.len() {
            std::fs::write(&path, &whole[..len]).unwrap();
            let n_commits = Log::read(&path).unwrap().n_commits;
            assert!(n_commits >= last);
            last = n_commits;
        }
        std::fs::write(&path, vec![0xff; 4096]).unwrap();
        assert_eq!(Log::read(&path).unwrap().n_commits, 0);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(Log::read(&path).unwrap().n_commits, 0);
    }
}
