//! The lock beside a world file, so that one database at a time has it open.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::FileError;

/// The lock of a world file, held until it is dropped. The operating system releases it when the process
/// dies, however it does. The empty lock file stays, because removing it would race with the next process to
/// open it.
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

/// Refuses a file that has a second name, which has another lock and another log. The file itself cannot be
/// locked: closing it again would drop SQLite's own locks on it.
pub(super) fn refuse_hard_links(path: &Path) -> Result<(), FileError> {
    #[cfg(unix)]
    if let Ok(metadata) = fs::metadata(path) {
        use std::os::unix::fs::MetadataExt as _;
        let (n_names, path) = (metadata.nlink(), path.to_owned());
        // A folder has a link of each folder in it, and is refused by SQLite.
        if n_names > 1 && metadata.is_file() {
            return Err(FileError::HardLinked { path, n_names });
        }
    }
    Ok(())
}

/// The canonical path, so that every spelling of a path uses the same lock. A link to a file that does
/// not exist yet is followed too.
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
