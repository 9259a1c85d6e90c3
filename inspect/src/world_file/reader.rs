//! The connection that a file is read with. It makes nothing beside the file, and shows what is in it now.

use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use gamedb::FileError;
use gamedb::internals::open_to_look;
use rusqlite::{Connection, ErrorCode, ffi};

use super::OpenError;

/// How long a program that locks the file is waited for. The page waits for its answer meanwhile.
const PATIENCE: Duration = Duration::from_millis(100);

/// Files are written to within one tick of the clock that their times are of, and it does not show.
const TICK: Duration = Duration::from_secs(1);

/// What a file and its log are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look([Option<(Option<SystemTime>, u64)>; 3]);

impl Look {
    fn at(paths: &[PathBuf; 3]) -> Self {
        Self(paths.each_ref().map(|path| {
            let metadata = path.metadata().ok()?;
            Some((metadata.modified().ok(), metadata.len()))
        }))
    }

    /// Whether a file that looks like this was written to so lately that it may have been written to once more.
    fn is_recent(&self) -> bool {
        let written = self.0.iter().flatten().map(|&(written, _)| written);
        let is_old = |at: SystemTime| at.elapsed().is_ok_and(|ago| ago > TICK);
        !written.into_iter().all(|at| at.is_some_and(is_old))
    }
}

/// A file that is read, now by one connection and later by another.
#[derive(Debug)]
pub(super) struct Reader {
    path: PathBuf,
    /// The file, its log, and its rollback journal.
    files: [PathBuf; 3],
    current: RefCell<Option<Current>>,
    /// How many questions are being asked, one within the other.
    depth: Cell<usize>,
    /// Whether the file is opened for all questions of one answer, and whether it is for this one.
    is_held: Cell<bool>,
    is_open: Cell<bool>,
}

/// A connection that shows the file as it was when it looked like this.
#[derive(Debug)]
struct Current {
    connection: Connection,
    look: Look,
    /// Whether the file had just been written to then. What is written in the same tick does not change its look.
    was_recent: bool,
    /// Whether it is one beside those of a game. It ends with the question, because the game that closes the file
    /// meanwhile could not take its log away.
    is_shared: bool,
}

/// A question that is being asked.
struct Asking<'r>(&'r Reader);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let Reader { depth, is_held, .. } = self.0;
        depth.set(depth.get() - 1);
        if depth.get() == 0 && !is_held.get() {
            self.0.leave();
        }
    }
}

/// An answer of several questions.
struct Holding<'r>(&'r Reader);

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        self.0.is_held.set(false);
        self.0.leave();
    }
}

impl Reader {
    pub(super) fn new(path: &Path) -> Self {
        // SQLite follows links, and puts the log beside the file itself.
        let resolved = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let files = ["", "-wal", "-journal"].map(|ending| {
            let mut name = OsString::from(&resolved);
            name.push(ending);
            name.into()
        });
        Self {
            path: path.to_owned(),
            files,
            current: RefCell::default(),
            depth: Cell::new(0),
            is_held: Cell::new(false),
            is_open: Cell::new(false),
        }
    }

    /// Opens the file once for all questions that `answer` asks, when the first one comes.
    pub(super) fn hold(&self, answer: impl FnOnce()) {
        self.is_held.set(true);
        let _holding = Holding(self);
        answer();
    }

    fn leave(&self) {
        self.is_open.set(false);
        let mut current = self.current.borrow_mut();
        current.take_if(|current| current.is_shared);
    }

    /// Asks something of the file as it is, and says what it looks like, unless a file that looks the same may be another
    /// one. A question within another one sees the same.
    pub(super) fn ask<R>(
        &self,
        question: impl FnOnce(&Connection, Option<Look>) -> rusqlite::Result<R>,
    ) -> Result<R, OpenError> {
        if self.depth.get() == 0 && !self.is_open.get() {
            self.open()?;
            self.is_open.set(self.is_held.get());
        }
        self.depth.set(self.depth.get() + 1);
        // It is dropped after what is borrowed.
        let _asking = Asking(self);
        let current = self.current.borrow();
        let current = current
            .as_ref()
            .expect("it was opened for the first question");
        let settled = (!current.was_recent).then_some(current.look);
        let answer = question(&current.connection, settled);
        if !current.is_shared && Look::at(&self.files) != current.look {
            let path = self.path.clone();
            self.is_open.set(false);
            return Err(OpenError::Changed { path });
        }
        answer.map_err(|source| self.unreadable(source))
    }

    /// Opens the file, unless it is open and still what it was.
    fn open(&self) -> Result<(), OpenError> {
        let look = Look::at(&self.files);
        let was_recent = look.is_recent();
        let mut current = self.current.borrow_mut();
        let is_still = |current: &Current| current.look == look && !current.was_recent;
        if current.as_ref().is_some_and(is_still) {
            return Ok(());
        }
        *current = None;
        let opened = open_to_look(&self.path, PATIENCE);
        let (connection, is_shared) = opened.map_err(|source| match source {
            FileError::Open { path, source } if is_locked(source.code()) => {
                OpenError::Locked { path }
            }
            source => OpenError::File {
                source: source.into(),
            },
        })?;
        *current = Some(Current {
            connection,
            look,
            was_recent,
            is_shared,
        });
        Ok(())
    }

    fn unreadable(&self, source: rusqlite::Error) -> OpenError {
        let path = self.path.clone();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Locked { path },
            _ => OpenError::Sqlite { path, source },
        }
    }
}

/// Whether this code of SQLite's says that another program has the file.
fn is_locked(code: Option<i32>) -> bool {
    // The lowest eight bits are the error, the others say more about it.
    let code = code.map(|code| code & 0xff);
    matches!(code, Some(ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED))
}
