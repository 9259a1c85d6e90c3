//! One store to a file: a lock beside it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::FileError;

/// Held as long as it lives; the operating system lets go of it when the process dies, however it
/// does. The file stays, empty, because removing it would race with the next one to open it.
#[derive(Debug)]
pub(in crate::persist) struct Lock {
    // Closing the file is what unlocks it.
    _file: File,
}

impl Lock {
    /// Locks the file `<world>-lock`. The world file itself is not touched: opening and closing it
    /// beside SQLite would drop SQLite's own locks on it.
    pub(super) fn acquire(path: &Path) -> Result<Self, FileError> {
        let mut name = resolved(path).into_os_string();
        name.push("-lock");
        let lock = PathBuf::from(name);
        let file = match File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
        {
            Ok(file) => file,
            Err(source)
                if source.kind() == std::io::ErrorKind::PermissionDenied
                    || source.kind() == std::io::ErrorKind::ReadOnlyFilesystem =>
            {
                return Err(FileError::ReadOnly {
                    path: path.to_owned(),
                });
            }
            Err(source) => return Err(FileError::Lock { lock, source }),
        };
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(FileError::AlreadyOpen {
                path: path.to_owned(),
                lock,
            }),
            Err(TryLockError::Error(source)) => Err(FileError::Lock { lock, source }),
        }
    }
}

/// The same path for every way of writing it, so that all of them find the same lock. A link to a
/// file that is not there yet is followed too.
pub(super) fn resolved(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // As many links as Linux follows before it gives up.
    for _ in 0..40 {
        if let Ok(resolved) = fs::canonicalize(&path) {
            return resolved;
        }
        match fs::read_link(&path) {
            Ok(target) => path = folder_of(&path).join(target),
            Err(_) => break,
        }
    }
    match (fs::canonicalize(folder_of(&path)), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Which file stands under a path: another one may be put there while a world is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileIdentity {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
}

impl FileIdentity {
    /// `None` if no file is there. Does not open it.
    pub(super) fn of(path: &Path) -> Option<Self> {
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
