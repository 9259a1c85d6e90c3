//! Which files a world was opened from, and whether they are still there.

use std::fs;
use std::path::{Path, PathBuf};

use super::create::log_of;

/// The file of a world and its write-ahead log, as they were when it was opened. Or those of a shared outbox.
#[derive(Debug)]
pub(super) struct WorldFiles {
    log: PathBuf,
    identities: Option<(FileIdentity, FileIdentity)>,
}

impl WorldFiles {
    /// After SQLite has opened both of them. The log stays for as long as a connection is open.
    pub(super) fn of(path: &Path) -> Self {
        let log = log_of(path);
        let identities = FileIdentity::of(path).zip(FileIdentity::of(&log));
        Self { log, identities }
    }

    /// Whether both are still where they were. What is written to a log that has no name is gone when this
    /// process is.
    pub(super) fn are_there(&self, path: &Path) -> bool {
        let found = || FileIdentity::of(path).zip(FileIdentity::of(&self.log));
        self.identities.is_some() && found() == self.identities
    }
}

/// The identity of the file at a path: the file may be replaced by another one while a world is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileIdentity {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
}

impl FileIdentity {
    /// `None` if there is no file. It does not open the file, which would drop SQLite's locks on it.
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let device_and_inode = (metadata.dev(), metadata.ino());
            Some(Self { device_and_inode })
        }
        #[cfg(not(unix))]
        metadata.is_file().then_some(Self {})
    }
}
