//! Which operation fails, and how.

use rusqlite::ffi;

/// An operation of a file system, as SQLite asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Operation {
    Read,
    Write,
    Sync,
    Truncate,
    Open,
    Delete,
    Access,
    Lock,
    Unlock,
    CheckLock,
    FileSize,
    ShmMap,
    ShmLock,
}

/// What a failed operation has done all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Nothing,
    /// A part of a write.
    Half,
    /// All of it: the answer was lost, as in a network.
    All,
    /// A sync has dropped what it was to write, as Linux does: it is read as written, no later sync writes it, and
    /// a power cut takes it away.
    PagesLost,
}

/// A way in which an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// SQLite's extended result code.
    pub code: i32,
    /// The error of the system.
    pub errno: i32,
    /// What was done all the same.
    pub effect: Effect,
}

const fn kind(code: i32, errno: i32, effect: Effect) -> Kind {
    Kind {
        code,
        errno,
        effect,
    }
}

/// All ways in which an operation fails, as SQLite's VFS for Unix reports them.
#[must_use]
pub fn kinds(operation: Operation) -> Vec<Kind> {
    use Effect::{All, Half, Nothing, PagesLost};
    match operation {
        Operation::Read => vec![
            kind(ffi::SQLITE_IOERR_READ, libc::EBADF, Nothing),
            kind(ffi::SQLITE_IOERR_CORRUPTFS, libc::EIO, Nothing),
        ],
        Operation::Write => vec![
            kind(ffi::SQLITE_IOERR_WRITE, libc::EIO, Nothing),
            kind(ffi::SQLITE_IOERR_WRITE, libc::EIO, Half),
            kind(ffi::SQLITE_IOERR_WRITE, libc::EIO, All),
            kind(ffi::SQLITE_IOERR_WRITE, libc::EDQUOT, Nothing),
            kind(ffi::SQLITE_IOERR_WRITE, libc::EFBIG, Nothing),
            kind(ffi::SQLITE_FULL, libc::ENOSPC, Nothing),
            kind(ffi::SQLITE_FULL, libc::ENOSPC, Half),
        ],
        Operation::Sync => vec![
            kind(ffi::SQLITE_IOERR_FSYNC, libc::EIO, Nothing),
            kind(ffi::SQLITE_IOERR_FSYNC, libc::EIO, All),
            kind(ffi::SQLITE_IOERR_FSYNC, libc::EIO, PagesLost),
            kind(ffi::SQLITE_IOERR_DIR_FSYNC, libc::EIO, Nothing),
        ],
        Operation::Truncate => vec![kind(ffi::SQLITE_IOERR_TRUNCATE, libc::EIO, Nothing)],
        Operation::Open => vec![
            kind(ffi::SQLITE_CANTOPEN, libc::EMFILE, Nothing),
            kind(ffi::SQLITE_CANTOPEN, libc::EIO, Nothing),
            kind(ffi::SQLITE_NOMEM, libc::ENOMEM, Nothing),
        ],
        Operation::Delete => vec![kind(ffi::SQLITE_IOERR_DELETE, libc::EIO, Nothing)],
        Operation::Access => vec![kind(ffi::SQLITE_IOERR_ACCESS, libc::EIO, Nothing)],
        Operation::Lock => vec![
            kind(ffi::SQLITE_IOERR_LOCK, libc::EIO, Nothing),
            kind(ffi::SQLITE_IOERR_RDLOCK, libc::ENOLCK, Nothing),
            kind(ffi::SQLITE_BUSY, libc::EAGAIN, Nothing),
        ],
        Operation::Unlock => vec![kind(ffi::SQLITE_IOERR_UNLOCK, libc::EIO, Nothing)],
        Operation::CheckLock => vec![kind(
            ffi::SQLITE_IOERR_CHECKRESERVEDLOCK,
            libc::EIO,
            Nothing,
        )],
        Operation::FileSize => vec![kind(ffi::SQLITE_IOERR_FSTAT, libc::EIO, Nothing)],
        Operation::ShmMap => vec![
            kind(ffi::SQLITE_IOERR_SHMMAP, libc::ENOMEM, Nothing),
            kind(ffi::SQLITE_IOERR_SHMSIZE, libc::ENOSPC, Nothing),
            kind(ffi::SQLITE_IOERR_SHMSIZE, libc::EIO, Nothing),
            kind(ffi::SQLITE_NOMEM, libc::ENOMEM, Nothing),
        ],
        Operation::ShmLock => vec![
            kind(ffi::SQLITE_IOERR_SHMLOCK, libc::EIO, Nothing),
            kind(ffi::SQLITE_BUSY, libc::EAGAIN, Nothing),
        ],
    }
}

/// How often an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Once.
    Once,
    /// Each operation of the same kind from there on fails too.
    ForEver,
}

/// An operation that is to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The number of the operation, counted by [`Disk::operations`](crate::Disk::operations); or, with `only`,
    /// the number among the operations of that kind.
    pub at: usize,
    /// Counts operations of this kind alone.
    pub only: Option<Operation>,
    /// Which of the [`kinds`] of the operation, from 0; modulo their number.
    pub kind: usize,
    /// How often.
    pub repeat: Repeat,
}

/// An operation that has failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    /// The operation.
    pub operation: Operation,
    /// The name of its file.
    pub file: String,
    /// How it failed.
    pub kind: Kind,
}

/// The fault that waits for its operation, and what became of it.
#[derive(Debug, Default)]
pub(crate) struct Armed {
    pub(crate) fault: Option<Fault>,
    pub(crate) n_of_kind: usize,
    pub(crate) struck: Vec<Strike>,
}

impl Armed {
    /// How the operation fails, if it does.
    pub(crate) fn strike(&mut self, n: usize, operation: Operation, file: &str) -> Option<Kind> {
        let fault = self.fault?;
        if fault.only.is_some_and(|only| only != operation) {
            return None;
        }
        let at = if fault.only.is_some() {
            self.n_of_kind += 1;
            self.n_of_kind - 1
        } else {
            n
        };
        let is_hit = match self.struck.first() {
            None => at == fault.at,
            Some(first) => fault.repeat == Repeat::ForEver && first.operation == operation,
        };
        if !is_hit {
            return None;
        }
        let kinds = kinds(operation);
        let kind = kinds[fault.kind % kinds.len()];
        let file = file.to_owned();
        self.struck.push(Strike {
            operation,
            file,
            kind,
        });
        Some(kind)
    }
}
