//! Opens SQLite files to be read, without making anything beside them.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Connection, OpenFlags};

/// Bytes of a file's header up to the numbers that say whether it has a log.
const HEADER: usize = 20;

/// A file that is only read.
#[derive(Debug)]
pub(crate) struct ReadOnly {
    pub(crate) connection: Connection,
    /// A file that is read as one that never changes, with what it was like.
    stable: Option<(PathBuf, Metadata)>,
}

/// What changes when a file is written to: when that was, and its size.
type Metadata = (Option<SystemTime>, u64);

impl ReadOnly {
    /// Opens a file.
    ///
    /// Where a file has a log and nobody has it open, SQLite would make an empty log and its index, and could not remove
    /// them again: such a file is read as one that never changes, and [`has_changed`](Self::has_changed) says whether
    /// it did. Every other file is read as by any program.
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let Some(stable) = stable(path) else {
            let connection = Connection::open_with_flags(path, flags)?;
            return Ok(Self {
                connection,
                stable: None,
            });
        };
        let uri = immutable(&stable.0);
        let connection = Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?;
        Ok(Self {
            connection,
            stable: Some(stable),
        })
    }

    /// Whether another program has written to a file that was read as one that never changes.
    pub(crate) fn has_changed(&self) -> bool {
        let stable = self.stable.as_ref();
        stable.is_some_and(|(path, before)| metadata(path).as_ref() != Some(before))
    }
}

/// The file and what it is like, if it has a log when it is in use, and has none now.
fn stable(path: &Path) -> Option<(PathBuf, Metadata)> {
    let path = path.canonicalize().ok()?;
    let before = metadata(&path)?;
    let mut header = [0; HEADER];
    File::open(&path).ok()?.read_exact(&mut header).ok()?;
    let has_log = header.starts_with(b"SQLite format 3\0") && header[18..] == [2, 2];
    let is_beside = |ending: &str| {
        let mut name = OsString::from(&path);
        name.push(ending);
        Path::new(&name).symlink_metadata().is_ok()
    };
    (has_log && !["-wal", "-journal"].into_iter().any(is_beside)).then_some((path, before))
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
