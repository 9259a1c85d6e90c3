//! A backup put in the place of a world.

use std::path::{Path, PathBuf};

use crate::error::{Error, FileError};

use super::super::create::{BESIDE, free_name, interrupted_restore, is_log, with_ending};
use super::super::lock::{Lock, resolved};
use super::Progress;
use super::copy::{Copied, Unfinished, copy, io_error, sync_folder};
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
/// A restore that was killed can be run again: the world that it was setting aside gets the name that it was to get, with
/// its log.
///
/// # Errors
/// [`FileError::AlreadyOpen`] if a game has the world open, [`FileError::RestoreInterrupted`] if `path` is the other name
/// that a restore gave to a world before it was killed, and those of [`backup`](crate::backup).
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
    // What can fail comes before anything is moved.
    unfinished.finish()?;
    let aside = Aside::of(&path)?;
    let name = aside.name();
    if let Err(source) = unfinished.replace(&path) {
        aside.undo();
        return Err(io_error(&path, source));
    }
    sync_folder(&path).map_err(|source| io_error(&path, source))?;
    // It speaks of the world that was there before.
    lock.forget()?;
    Ok(RestoreReport {
        path,
        generation,
        aside: name,
    })
}

/// A world that has been set aside, with what is beside it, so that they stay a world under another name.
struct Aside<'p> {
    path: &'p Path,
    name: PathBuf,
    /// What has been renamed: endings of both names, in this order.
    renamed: Vec<&'static str>,
    /// Whether the file has both names, until another one takes the place of the first.
    is_linked: bool,
}

impl<'p> Aside<'p> {
    /// Sets a world aside; undoes what it has done if it fails.
    ///
    /// Where the disk knows links, the file keeps its name until the new one takes it. So there is a world at any moment,
    /// and a game that is started meanwhile makes no new one. It is refused then: a file has one name.
    ///
    /// A restore that was killed may have begun with it, and the log is under the name that it chose. So this one goes on
    /// with that name: under another one the file would be without its log.
    fn of(path: &'p Path) -> Result<Self, FileError> {
        let begun = match interrupted_restore(path) {
            Some((world, aside)) if world != path => {
                let path = world;
                return Err(FileError::RestoreInterrupted { path, aside });
            }
            begun => begun.map(|(_, name)| name),
        };
        // Another program may have made a log since. Which is the file's cannot be told, and neither is written over.
        let begun = begun.filter(|name| {
            let is_full = |path, ending| is_log(&with_ending(path, ending));
            let mut endings = BESIDE.iter();
            !endings.any(|ending| is_full(path, ending) && is_full(name, ending))
        });
        let mut aside = Self {
            path,
            is_linked: begun.is_some(),
            name: begun.unwrap_or_else(|| free_name(path)),
            renamed: Vec::new(),
        };
        match aside.set() {
            Ok(()) => Ok(aside),
            Err(error) => {
                aside.undo();
                Err(error)
            }
        }
    }

    fn set(&mut self) -> Result<(), FileError> {
        self.is_linked = self.is_linked || std::fs::hard_link(self.path, &self.name).is_ok();
        // SQLite's index of the log is made anew.
        let _ = std::fs::remove_file(with_ending(self.path, "-shm"));
        // What is beside it goes first: a file without its log is refused, and so is a log without its file.
        let file = (!self.is_linked).then_some("");
        for ending in BESIDE.into_iter().chain(file) {
            let (old, new) = (self.old_name(ending), self.new_name(ending));
            let is_there = !is_log(&old) && std::fs::symlink_metadata(&new).is_ok();
            let renamed = match is_there {
                // The restore that was killed has set it aside, and an empty one may have been made since.
                true => match std::fs::remove_file(&old) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
                    _ => Ok(()),
                },
                false => std::fs::rename(&old, new),
            };
            match renamed {
                Ok(()) => self.renamed.push(ending),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(source) => return Err(io_error(&old, source)),
            }
        }
        sync_folder(self.path).map_err(|source| io_error(self.path, source))
    }

    fn old_name(&self, ending: &str) -> PathBuf {
        with_ending(self.path, ending)
    }

    fn new_name(&self, ending: &str) -> PathBuf {
        with_ending(&self.name, ending)
    }

    /// The new name, if there was anything.
    fn name(&self) -> Option<PathBuf> {
        (self.is_linked || !self.renamed.is_empty()).then(|| self.name.clone())
    }

    /// Gives everything its old name again. Where that fails, it is there under the new one, and so is the file: it is
    /// not parted from its log.
    fn undo(self) {
        let mut is_undone = true;
        for &ending in self.renamed.iter().rev() {
            let renamed = std::fs::rename(self.new_name(ending), self.old_name(ending));
            is_undone &= renamed.is_ok();
        }
        if self.is_linked && is_undone {
            let _ = std::fs::remove_file(&self.name);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let files = std::fs::read_dir(folder).unwrap();
        let read = |path: PathBuf| (path.clone(), std::fs::read(path).unwrap());
        let mut files: Vec<_> = files.map(|file| read(file.unwrap().path())).collect();
        files.sort();
        files
    }

    #[test]
    fn what_was_set_aside_comes_back_as_it_was() {
        for endings in [
            &["", "-wal", "-journal"][..],
            &["", "-wal"],
            &[""],
            &["-wal"],
            &[],
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("world.db");
            for ending in endings {
                std::fs::write(with_ending(&path, ending), format!("it{ending}")).unwrap();
            }
            let before = files(folder.path());
            let aside = Aside::of(&path).unwrap();
            assert_eq!(aside.name().is_some(), !endings.is_empty());
            for ending in endings {
                let moved = std::fs::read_to_string(aside.new_name(ending)).unwrap();
                assert_eq!(moved, format!("it{ending}"));
                // Beside the new file SQLite must not find anything.
                assert!(ending.is_empty() || !aside.old_name(ending).exists());
            }
            aside.undo();
            assert!(files(folder.path()) == before, "{endings:?}");
        }
    }

    /// What the one before has renamed comes back, too: without it the file would be without its log.
    #[cfg(unix)]
    #[test]
    fn what_an_interrupted_restore_has_set_aside_comes_back() {
        for (moved, left) in [
            (&[][..], None),
            (&["-wal"], None),
            (&["-wal", "-journal"], None),
            (&["-wal"], Some("-wal")),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("world.db");
            for ending in ["", "-wal", "-journal"] {
                std::fs::write(with_ending(&path, ending), format!("it{ending}")).unwrap();
            }
            let before = files(folder.path());
            let name = with_ending(&path, ".aside-2");
            std::fs::hard_link(&path, &name).unwrap();
            for ending in moved {
                std::fs::rename(with_ending(&path, ending), with_ending(&name, ending)).unwrap();
            }
            if let Some(ending) = left {
                std::fs::write(with_ending(&path, ending), "").unwrap();
            }
            let path = resolved(&path);
            let aside = Aside::of(&path).unwrap();
            assert_eq!(aside.name(), Some(with_ending(&path, ".aside-2")));
            assert_eq!(files(folder.path()).len(), 4, "{moved:?}");
            aside.undo();
            assert!(files(folder.path()) == before, "{moved:?}");
        }
    }

    /// A file under one name, and its log under another, would be two halves of a world.
    #[cfg(unix)]
    #[test]
    fn a_file_whose_log_does_not_come_back_keeps_both_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = resolved(&folder.path().join("world.db"));
        for ending in ["", "-wal"] {
            std::fs::write(with_ending(&path, ending), format!("it{ending}")).unwrap();
        }
        let aside = Aside::of(&path).unwrap();
        let name = aside.name().unwrap();
        std::fs::create_dir(with_ending(&path, "-wal")).unwrap();
        aside.undo();
        assert!(path.exists() && name.exists());
        let log = std::fs::read_to_string(with_ending(&name, "-wal"));
        assert_eq!(log.unwrap(), "it-wal");
    }
}
