//! What can go wrong, each with the table, the row and the column it is about.

#[cfg(feature = "sqlite")]
mod backend;
#[cfg(feature = "sqlite")]
mod difference;
#[cfg(feature = "sqlite")]
mod file;
#[cfg(feature = "sqlite")]
mod flush;
mod kind;
mod parcel;
mod parcel_id;
mod problem;
#[cfg(feature = "sqlite")]
mod refused;
#[cfg(test)]
mod tests;
mod variant;

use std::fmt;

#[cfg(feature = "sqlite")]
pub use backend::BackendError;
#[cfg(feature = "sqlite")]
pub use difference::Difference;
#[cfg(feature = "sqlite")]
pub use file::{DamagedBlock, FileError};
#[cfg(feature = "sqlite")]
pub use flush::{FlushFailure, Outcome};
pub use kind::ErrorKind;
pub use parcel::ParcelError;
pub use parcel_id::ParcelId;
#[cfg(feature = "sqlite")]
pub(crate) use problem::list;
pub use problem::{Problem, ProblemKind};
#[cfg(feature = "sqlite")]
pub(crate) use refused::MOST_LISTED;
#[cfg(feature = "sqlite")]
pub use refused::RefusedRow;
pub use variant::UnknownVariant;

/// Why an operation was refused. The world is unchanged.
///
/// Its [`kind`](Self::kind) names table, row, column and value, so that a program can act on it:
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
/// [`into_kind`](Self::into_kind) gives the fields by value; `?` and [`From`] make an error of a kind again:
///
/// ```
/// # use gamedb::{Error, ErrorKind, Id};
/// # use gamedb_models::{Player, PlayerKey, World};
/// // Finds the player with this address, or makes one.
/// fn log_in(world: &mut World, email: &str) -> Result<PlayerKey, Error> {
///     let player = Player { email: email.into(), ..Player::default() };
///     match world.insert(player).map_err(Error::into_kind) {
///         Ok(player) => Ok(player),
///         Err(ErrorKind::NotUnique { existing, .. }) => {
///             Ok(world.key(Id::new(existing)).expect("the row that has the value"))
///         }
///         Err(other) => Err(other.into()),
///     }
/// }
/// # let mut world = World::new();
/// # assert_eq!(log_in(&mut world, "ada@example.com")?, log_in(&mut world, "ada@example.com")?);
/// # Ok::<(), Error>(())
/// ```
///
/// An error is one pointer, so that a setter returns it in a register. Its message is whole: it ends with what SQLite,
/// the system or a server has said, and there is no [`source`](std::error::Error::source) to print behind it. The kind
/// is not: its message does not repeat its source. `{:?}` prints the message too, because that is what `main` does with an
/// error that it returns, and `unwrap` with one that nobody expected; `{:#?}` prints the kind with its fields.
pub struct Error(Box<ErrorKind>);

// Every setter returns one. A larger error would be written to memory, and would have to be dropped.
const _: () = assert!(size_of::<Result<(), Error>>() == size_of::<usize>());

impl Error {
    /// Why the operation was refused, to match on.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// Why the operation was refused, by value.
    #[inline]
    #[must_use]
    pub fn into_kind(self) -> ErrorKind {
        *self.0
    }

    /// Whether this is a failed flush that may succeed later without anybody's help: another program was
    /// writing, a reader did not end, the disk was full, or the connection was lost. Nothing was written, and all rows are still
    /// dirty. A commit of which it is not known ([`Outcome::Unknown`]) is not transient, because it may be written. A game
    /// loop continues, and flushes again later:
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

    /// An [`ErrorKind::StaleKey`]. Out of line, so that a look-up contains no more of it than a call.
    #[cold]
    #[inline(never)]
    pub(crate) fn stale_key(table: &'static str, id: Option<i64>) -> Self {
        ErrorKind::StaleKey { table, id }.into()
    }

    /// An [`ErrorKind::OtherWorld`], out of line as well.
    #[cold]
    #[inline(never)]
    pub(crate) fn other_world(
        table: &'static str,
        column: Option<&'static str>,
        id: Option<i64>,
    ) -> Self {
        ErrorKind::OtherWorld { table, column, id }.into()
    }

    /// An [`ErrorKind::IdExhausted`], out of line as well.
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

/// Prints the message, or, with `{:#?}`, the kind with its fields.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return self.0.fmt(f);
        }
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A loop prints `{error}`, and would not hear that the disk is full.
        with_causes(&*self.0, f)
    }
}

/// A message and, behind it, those of all causes.
pub(crate) fn with_causes(
    error: &dyn std::error::Error,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    write!(f, "{error}")?;
    let mut next = error.source();
    while let Some(cause) = next {
        write!(f, ": {cause}")?;
        next = cause.source();
    }
    Ok(())
}

impl std::error::Error for Error {}
