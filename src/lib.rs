//! An embedded, in-memory entity store for game loops, with SQLite underneath.
//!
//! The whole world lives in typed tables in memory: a [`World`]. With a file it is a [`Database`],
//! whose [`flush`](Database::flush) writes the rows that have changed, and only those, in one
//! transaction. The row types are generated from an SQL schema by the `gamedb` command; the ones in
//! the examples are those of the game in `models/`.
//!
//! ```
//! use gamedb::Database;
//! use gamedb_models::{Attribute, Player, World};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("world.db");
//! let mut db = Database::<World>::open(&path)?;
//! let ada = db.insert(Player { full_name: "Ada Lovelace".into(), ..Player::default() })?;
//! db.get_mut(ada)?.add_attribute(Attribute { internal_name: "luck".into(), ..Attribute::default() })?;
//!
//! let report = db.flush()?;
//! assert_eq!(report.inserted, 3); // the player, the attribute, and whose it is
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In reading order:
//!
//! - [`store`]: the world in memory. Knows nothing of SQL or files.
//! - [`Database`]: a world with its file (feature `sqlite`, on by default).
//! - [`Error`] and [`FileError`]: what can go wrong.
#![forbid(unsafe_code)]

#[doc(hidden)]
pub mod codegen;
mod error;
#[cfg(feature = "sqlite")]
mod persist;
pub mod schema;
pub mod store;

#[cfg(feature = "sqlite")]
pub use error::{BackendError, Difference, FileError, FlushFailure, Outcome};
pub use error::{Error, Problem, ProblemKind};
#[cfg(feature = "sqlite")]
pub use persist::{
    CloseError, CreateError, Database, FlushReport, Generation, IsWorld, Options, Ticket,
};
pub use store::key::{Id, Key};
pub use store::tracking::delta::Delta;
pub use store::tracking::effect::Effect;
pub use store::tracking::feed::Subscription;
pub use store::world::World;
pub use store::world::changes::{AnyChange, Change, Changes, PivotChange};
pub use store::world::own::NewOrKept;
#[cfg(feature = "sqlite")]
pub use store::world::save_set::SaveScope;

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
