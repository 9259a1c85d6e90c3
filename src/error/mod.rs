//! What can go wrong, each with the table, the row and the column it is about.

#[cfg(feature = "sqlite")]
mod backend;
#[cfg(feature = "sqlite")]
mod file;
mod kind;
mod problem;
#[cfg(test)]
mod tests;

use std::fmt;

#[cfg(feature = "sqlite")]
pub use backend::BackendError;
#[cfg(feature = "sqlite")]
pub use file::{Difference, FileError, FlushFailure, Outcome};
pub use kind::ErrorKind;
pub use problem::{Problem, ProblemKind};

/// Why an operation was refused. It changed nothing.
///
/// One word, because every setter returns one: what it says is behind a pointer, and is its
/// [`kind`](Self::kind). A kind names table, row, column and value, so that a program can act on it:
///
/// ```
/// use gamedb::{Error, ErrorKind};
/// use gamedb_models::{Player, PlayerKey, World};
///
/// enum SignUp {
///     Welcome(PlayerKey),
///     /// The form asks for another address.
///     EmailTaken,
/// }
///
/// fn sign_up(world: &mut World, email: &str) -> Result<SignUp, Error> {
///     match world.insert(Player { email: email.into(), ..Player::default() }) {
///         Ok(player) => Ok(SignUp::Welcome(player)),
///         Err(error) => match error.kind() {
///             ErrorKind::NotUnique { column, .. } if column == "email" => Ok(SignUp::EmailTaken),
///             _ => Err(error),
///         },
///     }
/// }
///
/// let mut world = World::new();
/// assert!(matches!(sign_up(&mut world, "ada@example.com")?, SignUp::Welcome(_)));
/// assert!(matches!(sign_up(&mut world, "ada@example.com")?, SignUp::EmailTaken));
/// # Ok::<(), Error>(())
/// ```
///
/// To take the fields out of it, match [`into_kind`](Self::into_kind); a kind becomes an error again by
/// `?` or [`From`]:
///
/// ```
/// # use gamedb::{Error, ErrorKind};
/// # use gamedb_models::{Player, PlayerKey, World};
/// // Finds the player with this address, or makes one.
/// fn log_in(world: &mut World, email: &str) -> Result<PlayerKey, Error> {
///     let player = Player { email: email.into(), ..Player::default() };
///     match world.insert(player).map_err(Error::into_kind) {
///         Ok(player) => Ok(player),
///         Err(ErrorKind::NotUnique { existing, .. }) => {
///             Ok(world.key(existing.into()).expect("the row that has the value"))
///         }
///         Err(other) => Err(other.into()),
///     }
/// }
/// # let mut world = World::new();
/// # assert_eq!(log_in(&mut world, "ada@example.com")?, log_in(&mut world, "ada@example.com")?);
/// # Ok::<(), Error>(())
/// ```
///
/// Its message does not repeat what its [`source`](std::error::Error::source) says: print the chain.
pub struct Error(Box<ErrorKind>);

/// A setter's result is returned in a register.
const _: () = assert!(size_of::<Result<(), Error>>() == size_of::<usize>());

impl Error {
    /// What it says.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// What it says, to take the fields out of it.
    #[inline]
    #[must_use]
    pub fn into_kind(self) -> ErrorKind {
        *self.0
    }

    /// Whether a flush has failed for a reason that may pass by itself: another program was writing, or the
    /// disk was full. Nothing was written then, all is still dirty, and a game loop goes on and flushes again
    /// later:
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let mut db = gamedb::Database::<gamedb_models::World>::open(folder.path().join("world.db"))?;
    /// match db.flush() {
    ///     Ok(_report) => {}
    ///     Err(error) if error.is_transient() => eprintln!("not flushed yet: {error}"),
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.kind() {
            ErrorKind::File(FileError::Flush { outcome, cause, .. }) => {
                *outcome == Outcome::NotCommitted && cause.is_transient()
            }
            _ => false,
        }
    }

    /// An [`ErrorKind::StaleKey`], for look-ups: out of line, so that they carry no more than a call.
    #[cold]
    #[inline(never)]
    pub(crate) fn stale_key(table: &'static str) -> Self {
        ErrorKind::StaleKey { table }.into()
    }

    /// An [`ErrorKind::IdExhausted`], out of line too.
    #[cold]
    #[inline(never)]
    pub(crate) fn id_exhausted(table: &'static str) -> Self {
        ErrorKind::IdExhausted { table }.into()
    }
}

impl From<ErrorKind> for Error {
    #[cold]
    #[inline(never)]
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }
}

#[cfg(feature = "sqlite")]
impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        ErrorKind::File(error).into()
    }
}

/// As its kind, whose fields are what somebody looks for in the message of an `unwrap`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
