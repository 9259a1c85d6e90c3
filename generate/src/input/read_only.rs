//! Opens SQLite files to be read, without making anything beside them.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

/// Bytes of a file's header up to the numbers that say whether it has a log.
const HEADER: usize = 20;

/// A file that is only read.
#[derive(Debug)]
pub(crate) struct ReadOnly {
    pub(crate) connection: Connection,
    /// A file that is read as one that never changes, with what it was like.
    stable: Option<(PathBuf, Metadata)>,
    /// A copy of the file and of the log that was left beside it, which is read in its place.
    _copy: Option<TempDir>,
}

/// What changes when a file is written to: when that was, and its size.
type Metadata = (Option<SystemTime>, u64);

impl ReadOnly {
    /// Opens a file.
    ///
    /// Where a file has a log and nobody has it open, SQLite would make an empty log and its index, and could not remove
    /// them again: such a file is read as one that never changes, and [`has_changed`](Self::has_changed) says whether
    /// it did. Where a log was left without its index, SQLite would make that: such a file is read as a copy, with its
    /// log. Every other file is read as by any program.
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let found = InWal::find(path);
        let mut copy = None;
        let connection = match &found {
            None => Connection::open_with_flags(path, flags)?,
            Some(found) if found.has_log => {
                let made = found.copy().map_err(|error| {
                    let message = format!("it cannot be copied with its log: {error}");
                    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR);
                    rusqlite::Error::SqliteFailure(code, Some(message))
                })?;
                let connection = Connection::open_with_flags(made.path().join(COPY), flags)?;
                copy = Some(made);
                connection
            }
            Some(found) => {
                let uri = immutable(&found.path);
                Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?
            }
        };
        Ok(Self {
            connection,
            stable: found.map(|found| (found.path, found.before)),
            _copy: copy,
        })
    }

    /// Whether another program has written to a file that was read as one that never changes.
    pub(crate) fn has_changed(&self) -> bool {
        let stable = self.stable.as_ref();
        stable.is_some_and(|(path, before)| metadata(path).as_ref() != Some(before))
    }
}

/// The name of a copy.
const COPY: &str = "copy.db";

/// A file that has a log when it is in use, and that nobody has open.
struct InWal {
    path: PathBuf,
    before: Metadata,
    /// Whether a log was left beside it, by a program that was killed.
    has_log: bool,
}

impl InWal {
    fn find(path: &Path) -> Option<Self> {
        let path = path.canonicalize().ok()?;
        let before = metadata(&path)?;
        let mut header = [0; HEADER];
        File::open(&path).ok()?.read_exact(&mut header).ok()?;
        let is_in_wal = header.starts_with(b"SQLite format 3\0") && header[18..] == [2, 2];
        let is_beside = |ending: &str| beside(&path, ending).symlink_metadata().is_ok();
        let (has_log, has_index) = (is_beside("-wal"), is_beside("-shm"));
        // Whoever has it open has made the index too.
        let is_free = is_in_wal && !is_beside("-journal") && !(has_log && has_index);
        is_free.then_some(Self {
            path,
            before,
            has_log,
        })
    }

    fn copy(&self) -> io::Result<TempDir> {
        let folder = tempfile::tempdir()?;
        let copy = folder.path().join(COPY);
        for ending in ["", "-wal"] {
            // A copy of what may only be read may only be read too, and what SQLite makes beside it is made likewise.
            let mut from = File::open(beside(&self.path, ending))?;
            io::copy(&mut from, &mut File::create(beside(&copy, ending))?)?;
        }
        Ok(folder)
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

fn metadata(path: &Path) -> Option<Metadata> {
    let metadata = path.metadata().ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

/// The path as a URI, with every byte escaped that means something there.
fn immutable(path: &Path) -> String {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => {
                uri.push(char::from(byte));
            }
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri + "?immutable=1"
}
