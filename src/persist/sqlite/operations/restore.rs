//! A backup put in the place of a world.

use std::path::{Path, PathBuf};

use crate::error::{Error, FileError};

use super::super::create::{BESIDE, free_name, with_ending};
use super::super::lock::{Lock, resolved};
use super::Progress;
use super::copy::{Copied, Unfinished, copy, sync_folder};
use super::snapshot::snapshot;

/// What [`restore`] has done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RestoreReport {
    /// The world file, which is as the backup now.
    pub path: PathBuf,
    /// The last flush that is in it, counted since the world began; `None` for a file of an older format.
    pub generation: Option<u64>,
    /// Where the file is now that was there before, with its log beside it; `None` if there was none.
    pub aside: Option<PathBuf>,
}

/// Puts a backup in the place of a world. The file that is there, and its log, are renamed and never deleted:
/// `world.db.aside-1` and `world.db.aside-1-wal`, or the next number under which there is nothing yet. The backup stays where it is.
///
/// The backup is copied and [verified](crate::verify) first; if that fails, nothing has changed. It may be any file
/// of a world, also one with a log beside it.
///
/// # Errors
/// [`FileError::AlreadyOpen`] if a game has the world open, and those of [`backup`](crate::backup).
pub fn restore(
    from: impl AsRef<Path>,
    path: impl AsRef<Path>,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<RestoreReport, Error> {
    Ok(restore_file(from.as_ref(), path.as_ref(), &mut progress)?)
}

fn restore_file(
    from: &Path,
    path: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<RestoreReport, FileError> {
    // Links stay links.
    let path = resolved(path);
    if resolved(from) == path {
        return Err(FileError::Exists { path });
    }
    let mut lock = Lock::acquire(&path)?;
    let unfinished = Unfinished::beside(&path)?;
    let from = snapshot(from)?;
    let Copied { generation, .. } = copy(&from.connection, &unfinished, progress, &|| true)?;
    let aside = set_aside(&path)?;
    unfinished.put(&path)?;
    // It speaks of the world that was there before.
    lock.forget()?;
    Ok(RestoreReport {
        path,
        generation,
        aside,
    })
}

/// Renames a world file with what is beside it, so that they stay a world. Returns the new name.
fn set_aside(path: &Path) -> Result<Option<PathBuf>, FileError> {
    let aside = free_name(path);
    let mut is_there = false;
    // SQLite's index of the log is made anew.
    let _ = std::fs::remove_file(with_ending(path, "-shm"));
    // What is beside it goes first: a file without its log is refused, and so is a log without its file.
    for ending in BESIDE.into_iter().chain([""]) {
        let (old, new) = (with_ending(path, ending), with_ending(&aside, ending));
        match std::fs::rename(&old, new) {
            Ok(()) => is_there = true,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(FileError::Io { path: old, source }),
        }
    }
    sync_folder(path).map_err(|source| FileError::Io {
        path: path.to_owned(),
        source,
    })?;
    Ok(is_there.then_some(aside))
}
