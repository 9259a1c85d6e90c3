//! The lock beside a world file, so that one database at a time has it open.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::FileError;

use super::create::{interrupted_restore, is_log, log_of};
use super::lock_record::{self, LockRecord, LockedFile, OpenRecord};

/// The lock of a world file, held until it is dropped. The operating system releases it when the process
/// dies, however it does. The lock file stays, because removing it would race with the next process to
/// open it, and because of the [record](super::lock_record) in it.
#[derive(Debug)]
pub(in crate::persist) struct Lock {
    // Shared with the record, whose writer may be in a thread that goes on after a panic.
    file: Arc<LockedFile>,
    path: PathBuf,
    log: PathBuf,
    /// Whether the record in it is that of this database.
    is_recorded: bool,
}

impl Drop for Lock {
    /// After the connection was closed.
    fn drop(&mut self) {
        let is_closed = self.is_recorded && !is_log(&self.log);
        if is_closed && let Err(error) = OpenRecord::note_closed(&self.file.0) {
            tracing::warn!(path = %self.path.display(), %error, "the lock file cannot be written");
        }
    }
}

impl Lock {
    /// The record of the world that was open under this lock last, if there is one.
    pub(super) fn record(&mut self) -> Result<Option<LockRecord>, FileError> {
        lock_record::read(&self.file.0).map_err(|source| self.error(source))
    }

    /// Removes the record of a world that is there no more.
    pub(super) fn forget(&mut self) -> Result<(), FileError> {
        self.file.0.set_len(0).map_err(|source| self.error(source))
    }

    /// The place of the record of the world that is open now.
    pub(super) fn begin(&mut self, record: LockRecord) -> Result<OpenRecord, FileError> {
        let is_first = self.record()?.is_none();
        let mut record = OpenRecord::new(record, Arc::clone(&self.file), &self.path);
        record.begin();
        if is_first {
            // A file without a record, and with a log that has nothing in it yet, counts as one that was copied. A
            // power cut may leave such a file, and must not take the record's name along.
            record.sync();
        }
        self.is_recorded = true;
        Ok(record)
    }

    fn error(&self, source: std::io::Error) -> FileError {
        FileError::Lock {
            lock: self.path.clone(),
            source,
        }
    }

    /// Locks the file `<world>-lock`. The world file itself is not touched: opening and closing it
    /// beside SQLite would drop SQLite's own locks on it.
    pub(super) fn acquire(path: &Path) -> Result<Self, FileError> {
        refuse_other_than_file(path)?;
        let lock = lock_of(path);
        let file = match File::options()
            .create(true)
            .truncate(false)
            .read(true)
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
            Err(source) => {
                let folder = folder_of(&lock);
                if folder.is_dir() {
                    return Err(FileError::Lock { lock, source });
                }
                return Err(FileError::NoFolder {
                    path: path.to_owned(),
                    folder: folder.to_owned(),
                });
            }
        };
        match file.try_lock() {
            Ok(()) => Ok(Self {
                file: Arc::new(LockedFile(file)),
                path: lock,
                log: log_of(path),
                is_recorded: false,
            }),
            Err(TryLockError::WouldBlock) => Err(FileError::AlreadyOpen {
                path: path.to_owned(),
                lock,
            }),
            Err(TryLockError::Error(source)) => Err(FileError::Lock { lock, source }),
        }
    }
}

/// The lock file of a world.
pub(super) fn lock_of(path: &Path) -> PathBuf {
    let mut name = resolved(path).into_os_string();
    name.push("-lock");
    name.into()
}

/// Refuses paths that SQLite would take, or of which it would not say what is wrong: no name is a file in memory to it.
pub(super) fn refuse_other_than_file(path: &Path) -> Result<(), FileError> {
    if path.as_os_str().is_empty() || path.is_dir() {
        let path = path.to_owned();
        return Err(FileError::NotAFile { path });
    }
    Ok(())
}

/// Refuses a file that has a second name, which has another lock and another log. The file itself cannot be
/// locked: closing it again would drop SQLite's own locks on it.
pub(super) fn refuse_hard_links(path: &Path) -> Result<(), FileError> {
    #[cfg(unix)]
    if let Ok(metadata) = fs::metadata(path) {
        use std::os::unix::fs::MetadataExt as _;
        let (n_names, path) = (metadata.nlink(), path.to_owned());
        // A folder has a link of each folder in it.
        if n_names > 1 && metadata.is_file() {
            if let Some((path, aside)) = interrupted_restore(&path) {
                return Err(FileError::RestoreInterrupted { path, aside });
            }
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
