//! A new file with the contents of another, under its name only when it is whole.

use std::ffi::c_int;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, TransactionBehavior};

use crate::error::FileError;

use super::super::create::{BESIDE, left_beside, with_ending};
use super::super::error::open_error;
use super::super::stamp;
use super::Progress;
use super::verify::verify_file;

/// Pages of a step, after which progress is told and a copy may be given up: 1 MB.
const STEP: c_int = 256;

/// How long a copy that does not come further waits for other programs.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long it waits between two tries.
const PAUSE: Duration = Duration::from_millis(1);

/// What was copied.
pub(super) struct Copied {
    pub(super) n_bytes: u64,
    pub(super) generation: Option<u64>,
}

/// A file that is being made. Unless it is put in its place, it is removed again.
pub(in crate::persist::sqlite) struct Unfinished {
    path: PathBuf,
    is_done: bool,
}

impl Unfinished {
    /// An empty file beside the one that it is to become, on the same disk. A process that was killed may have left one,
    /// and in a container every process has the same number, so the first name that is free is taken.
    pub(in crate::persist::sqlite) fn beside(path: &Path) -> Result<Self, FileError> {
        let own = format!(".unfinished-{}", std::process::id());
        let first = with_ending(path, &own);
        let others = (2..).map(|n: u32| with_ending(path, &format!("{own}-{n}")));
        let mut names = std::iter::once(first).chain(others);
        let is_done = false;
        loop {
            let path = names.next().expect("a number is free");
            if left_beside(&path).is_some() {
                continue;
            }
            match File::create_new(&path) {
                Ok(_) => return Ok(Self { path, is_done }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(FileError::Io { path, source }),
            }
        }
    }

    pub(in crate::persist::sqlite) fn path(&self) -> &Path {
        &self.path
    }

    /// Brings all of it to the disk, so that nothing is missing but its name.
    pub(super) fn finish(&self) -> Result<(), FileError> {
        self.leave_nothing_beside()?;
        let file = File::options().write(true).open(&self.path);
        let synced = file.and_then(|file| file.sync_all());
        synced.map_err(|source| io_error(&self.path, source))
    }

    /// Gives it its name, after all of it is on the disk.
    pub(in crate::persist::sqlite) fn put(self, path: &Path) -> Result<(), FileError> {
        self.finish()?;
        refuse_taken(path)?;
        let io = |source| io_error(path, source);
        self.replace(path).map_err(io)?;
        sync_folder(path).map_err(io)
    }

    /// Gives a finished one its name in place of a file that has that name: there is one of them at any moment.
    pub(super) fn replace(mut self, path: &Path) -> std::io::Result<()> {
        std::fs::rename(&self.path, path)?;
        self.is_done = true;
        Ok(())
    }

    /// Removes the log and its like, which SQLite tries to remove when it closes the file, and says nothing if it
    /// cannot. What has content may be a part of the file.
    fn leave_nothing_beside(&self) -> Result<(), FileError> {
        for ending in BESIDE {
            let path = with_ending(&self.path, ending);
            let Ok(file) = std::fs::symlink_metadata(&path) else {
                continue;
            };
            let removed = match file.len() {
                0 => std::fs::remove_file(&path),
                _ => Err(std::io::Error::other(
                    "it has not been written to the new file as a whole",
                )),
            };
            removed.map_err(|source| FileError::Io { path, source })?;
        }
        Ok(())
    }
}

pub(super) fn io_error(path: &Path, source: std::io::Error) -> FileError {
    FileError::Io {
        path: path.to_owned(),
        source,
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_done {
            for ending in BESIDE.into_iter().chain([""]) {
                // It may never have been made.
                let _ = std::fs::remove_file(with_ending(&self.path, ending));
            }
        }
    }
}

/// Refuses a name for a new file if there is a file, or something beside it that SQLite would take for a part of the
/// new one: a log, or a journal, which it would play back into it.
pub(in crate::persist::sqlite) fn refuse_taken(path: &Path) -> Result<(), FileError> {
    let is_there = std::fs::symlink_metadata(path).is_ok();
    let taken = is_there.then(|| path.to_owned());
    match taken.or_else(|| left_beside(path)) {
        Some(path) => Err(FileError::Exists { path }),
        None => Ok(()),
    }
}

/// Makes the names in the folder of a file survive a power cut.
pub(super) fn sync_folder(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Copies all that a connection sees into a new file and verifies that. `go_on` is asked after each step.
pub(super) fn copy(
    from: &Connection,
    to: &Unfinished,
    progress: &mut dyn FnMut(Progress<'_>),
    go_on: &dyn Fn() -> bool,
) -> Result<Copied, FileError> {
    let to = to.path();
    let at_path = |source| open_error(to, source);
    let mut file = Connection::open(to).map_err(at_path)?;
    // A step that waited by itself could not be given up meanwhile, and the patience would begin only after it.
    file.busy_timeout(Duration::ZERO).map_err(at_path)?;
    copy_pages(from, &mut file, to, progress, go_on)?;
    file.busy_timeout(PATIENCE).map_err(at_path)?;
    let state = seal(&mut file).map_err(at_path)?;
    file.close().map_err(|(_, source)| at_path(source))?;
    let report = verify_file(to, progress)?;
    // Which tables are pivots is a guess without the models: a copy of rows that are whole is not refused for it.
    let problems = report.problems.iter();
    let problems = problems.filter(|problem| problem.check != "pivots");
    let problems: Vec<_> = problems.map(ToString::to_string).collect();
    if !problems.is_empty() {
        return Err(FileError::Damaged {
            path: to.to_owned(),
            problems,
        });
    }
    let n_bytes = std::fs::metadata(to).map_or(0, |file| file.len());
    Ok(Copied {
        n_bytes,
        generation: state,
    })
}

fn copy_pages(
    from: &Connection,
    to: &mut Connection,
    path: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
    go_on: &dyn Fn() -> bool,
) -> Result<(), FileError> {
    let at_path = |source| open_error(path, source);
    let backup = Backup::new(from, to).map_err(at_path)?;
    let mut waiting_since = None;
    loop {
        let step = backup.step(STEP).map_err(at_path)?;
        let count = backup.progress();
        let total = u64::try_from(count.pagecount).unwrap_or(0);
        let left = u64::try_from(count.remaining).unwrap_or(0);
        progress(Progress {
            stage: "pages copied",
            done: total.saturating_sub(left),
            total,
        });
        match step {
            StepResult::Done => return Ok(()),
            StepResult::More => waiting_since = None,
            // Another program is in the way; the next step tries again. One that never goes away, or a disk that gives
            // no locks, is not waited for for ever.
            _ => {
                let since: &mut Instant = waiting_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= PATIENCE {
                    let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
                    return Err(at_path(rusqlite::Error::SqliteFailure(busy, None)));
                }
                std::thread::sleep(PAUSE);
            }
        }
        if !go_on() {
            return Err(FileError::BackupCancelled {
                path: path.to_owned(),
            });
        }
    }
}

/// Makes the copy a world that was closed, and that no log of the original continues. Returns its generation.
fn seal(file: &mut Connection) -> rusqlite::Result<Option<u64>> {
    // One that is to be written to without a log beside it, and has one when it is opened.
    let _: String =
        file.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))?;
    let mut generation = None;
    if stamp::is_there(file)? {
        let transaction = file.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let state = stamp::seal(&transaction)?;
        transaction.commit()?;
        generation = u64::try_from(state.at.generation).ok();
    }
    let _: String = file.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    Ok(generation)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// SQLite itself waits for no lock: then it could not be given up for as long.
    #[test]
    fn a_copy_without_a_lock_is_asked_all_the_time_whether_it_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let unfinished = Unfinished::beside(&folder.path().join("copy.db")).unwrap();
        // Another program has the new file.
        let other = Connection::open(unfinished.path()).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let from = Connection::open_in_memory().unwrap();
        let table = "CREATE TABLE t (id INTEGER PRIMARY KEY)";
        from.execute_batch(table).unwrap();
        let given_up = copy(&from, &unfinished, &mut |_| {}, &|| false).map(drop);
        let is_given_up = matches!(given_up, Err(FileError::BackupCancelled { .. }));
        assert!(is_given_up, "{given_up:?}");

        let n_asked = Cell::new(0);
        let ask = || {
            n_asked.set(n_asked.get() + 1);
            true
        };
        let refused = copy(&from, &unfinished, &mut |_| {}, &ask).map(drop);
        let refused = format!("{refused:?}");
        assert!(refused.contains("DatabaseBusy"), "{refused}");
        assert!(n_asked.get() > 20, "asked {} times", n_asked.get());
    }
}
