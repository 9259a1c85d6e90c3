//! A backup of a world, also while a game has it open.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::error::{Error, FileError};

use super::Progress;
use super::copy::{Copied, Unfinished, copy, refuse_taken};
use super::snapshot::{Snapshot, snapshot};

/// What a backup has copied.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BackupReport {
    /// The backup.
    pub path: PathBuf,
    /// Its size in bytes.
    pub n_bytes: u64,
    /// The last flush that is in it, counted since the world began; `None` for a file of an older format.
    pub generation: Option<u64>,
    /// How long it took, with the verification.
    pub took: Duration,
}

/// Copies a world into a new file, and [verifies](crate::verify) the copy. Neither the file nor its log is written
/// to. A game may have the file open: then the backup has what was flushed when it began.
///
/// The new file has its name only when it is complete and on the disk; until then it is beside it, with an ending of
/// its own. O(file).
///
/// # Errors
/// [`FileError::Exists`] if there is a file `to`, or a log or journal beside that name; [`FileError::OtherLog`] and its like if the file and its log do not
/// belong together; [`FileError::Damaged`] with what is wrong with the copy, which is as the original then; and what
/// the system and SQLite say. No new file is left then.
pub fn backup(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<BackupReport, Error> {
    let (from, to) = (from.as_ref(), to.as_ref());
    let begun = begin(from, to)?;
    Ok(begun.finish(&mut progress, &|| true)?)
}

/// A backup whose moment has come, and that is not copied yet.
struct Begun {
    from: Snapshot,
    unfinished: Unfinished,
    to: PathBuf,
    start: Instant,
}

fn begin(from: &Path, to: &Path) -> Result<Begun, FileError> {
    let start = Instant::now();
    refuse_taken(to)?;
    let unfinished = Unfinished::beside(to)?;
    let from = snapshot(from)?;
    Ok(Begun {
        from,
        unfinished,
        to: to.to_owned(),
        start,
    })
}

impl Begun {
    fn finish(
        self,
        progress: &mut dyn FnMut(Progress<'_>),
        go_on: &dyn Fn() -> bool,
    ) -> Result<BackupReport, FileError> {
        let Copied {
            n_bytes,
            generation,
        } = copy(&self.from.connection, &self.unfinished, progress, go_on)?;
        self.unfinished.put(&self.to)?;
        Ok(BackupReport {
            path: self.to,
            n_bytes,
            generation,
            took: self.start.elapsed(),
        })
    }
}

/// A backup that is being made in a thread, by [`Database::backup`](crate::Database::backup). If it is dropped
/// before it is complete, it is given up, and no file is left of it.
#[derive(Debug)]
#[must_use = "a backup that is dropped is given up"]
pub struct Backup {
    thread: Option<JoinHandle<Result<BackupReport, FileError>>>,
    shared: Arc<Shared>,
    to: PathBuf,
}

#[derive(Debug, Default)]
struct Shared {
    done: AtomicU64,
    total: AtomicU64,
    is_given_up: AtomicBool,
}

impl Backup {
    /// How far it has come: pages that were copied, or pages and rows that were verified, and how many there are.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        (load(&self.shared.done), load(&self.shared.total))
    }

    /// Whether [`wait`](Self::wait) returns at once.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits until it is complete, or has failed.
    ///
    /// # Errors
    /// As [`backup`].
    ///
    /// # Panics
    /// If the thread has.
    pub fn wait(mut self) -> Result<BackupReport, Error> {
        let thread = self
            .thread
            .take()
            .expect("it is taken here and when dropped");
        match thread.join() {
            Ok(result) => Ok(result?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.shared.is_given_up.store(true, Ordering::Relaxed);
            if let Ok(Err(error)) = thread.join() {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(path = %self.to.display(), error, "a backup was given up");
            }
        }
    }
}

/// Begins a backup of a file that this process has open: its moment is now, and a thread does the rest.
pub(in crate::persist) fn begin_backup(from: &Path, to: &Path) -> Result<Backup, FileError> {
    let begun = begin(from, to)?;
    let shared = Arc::new(Shared::default());
    let for_thread = Arc::clone(&shared);
    let run = move || {
        let mut progress = |progress: Progress<'_>| {
            for_thread.done.store(progress.done, Ordering::Relaxed);
            for_thread.total.store(progress.total, Ordering::Relaxed);
        };
        let go_on = || !for_thread.is_given_up.load(Ordering::Relaxed);
        begun.finish(&mut progress, &go_on)
    };
    let thread = std::thread::Builder::new().name("gamedb-backup".into());
    let thread = thread.spawn(run).map_err(|source| FileError::Io {
        path: to.to_owned(),
        source,
    })?;
    Ok(Backup {
        thread: Some(thread),
        shared,
        to: to.to_owned(),
    })
}
