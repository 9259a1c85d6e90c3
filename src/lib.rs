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
//! Everything that a program names is here, at the root: [`World`] and [`Database`] with their verbs, what
//! they lend out and report, and [`Error`]. What generated code is made of is hidden.
//!
//! # Features
//!
//! | feature | default | what it does |
//! |---|---|---|
//! | `sqlite` | yes | world files: [`Database`], and everything that works on files. Without it the crate is the store alone |
//! | `bundled` | yes | SQLite is compiled in. Without it the system's library is linked, of version 3.45.3 or newer |
//! | `metrics` | no | numbers of flushes and checkpoints, for the recorder that the program has installed for the `metrics` crate |
//! | `serde` | no | views, ids, enums and deltas in the formats of serde |
//! | `postgres` | no | worlds on a PostgreSQL server: `Database<World, Postgres>`. It turns `sqlite` on |
//! | `persist` | by `sqlite` | what the store keeps for any engine that writes its changes; an engine's feature turns it on |
//!
//! `gamedb-generate` has to be of the same minor version as this crate; models of another one do not compile.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
pub mod codegen;
mod error;
#[cfg(feature = "sqlite")]
mod persist;
mod schema;
mod store;

pub use bitflags::Flags;
pub use codegen::clock::set_clock;
#[cfg(feature = "sqlite")]
pub use error::{
    BackendError, DamagedBlock, Difference, FileError, FlushFailure, Outcome, RefusedRow,
};
pub use error::{Error, ErrorKind, ParcelError, ParcelId, Problem, ProblemKind, UnknownVariant};
#[cfg(feature = "sqlite")]
pub use persist::{
    Backup, BackupReport, FileProblem, Progress, RescueReport, RescuedTable, RestoreReport,
    VerifyReport, backup, rescue, restore, verify,
};
#[cfg(feature = "sqlite")]
pub use persist::{
    Bond, CloseError, Consent, CreateError, Database, Engine, Exchanged, FlushReport, FlushStats,
    Generation, IsWorld, LeftOutReason, LeftOutRow, Migrated, Migration, MigrationError, Misfits,
    NewRow, OldRow, Options, RowError, RowFunctions, Safety, SchemaChange, SharedOutbox, Sqlite,
    Stats, Step, TableStats, Ticket, WaitingParcel,
};
#[cfg(feature = "postgres")]
pub use persist::{MoveReport, MovedTable, Postgres, PostgresOptions, ServerOutbox, ServerTables};
pub use schema::value::{Encoded, Value};
pub use schema::{ForeignKey, IndexInfo, OnDelete, TableId, TableInfo, TableKind, ValueKey};
pub use store::key::{Id, Key};
pub use store::pivot::Pivot;
pub use store::table::{Part, Rows, Table};
pub use store::tracking::change_set::{ChangeSet, ChangedRow, Shape};
pub use store::tracking::delta::Delta;
pub use store::tracking::effect::{Effect, Positions};
pub use store::tracking::feed::Subscription;
pub use store::tracking::parcel::Parcel;
pub use store::world::changes::{AnyChange, Change, Changes, PivotChange};
pub use store::world::hand_over::Arrived;
pub use store::world::interest::{Interest, Watch};
pub use store::world::join::Linked;
pub use store::world::own::NewOrKept;
pub use store::world::relation_rows::{FarRows, Views};
#[cfg(feature = "sqlite")]
pub use store::world::save_set::SaveScope;
pub use store::world::transaction::Transaction;
pub use store::world::untyped::{
    IncomingReference, OnRemoval, ReferenceKey, UntypedRow, UntypedTable,
};
pub use store::world::{IterMut, World};

/// What benchmarks and tests measure and look at inside of the engine. Not for programs: it changes without
/// notice.
#[doc(hidden)]
pub mod internals {
    #[cfg(feature = "postgres")]
    pub use crate::persist::Outsider;
    #[cfg(feature = "sqlite")]
    pub use crate::persist::{damaged_blocks, open_to_look};
    pub use crate::store::index::Keys;
    pub use crate::store::row_set::{RowSet, Selection};
    pub use crate::store::world::entity::OwnerOf;
}

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The pages of the guide, run as tests.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../docs/background.md")]
    struct Background;
    #[doc = include_str!("../docs/changes.md")]
    struct Changes;
    #[doc = include_str!("../docs/loop.md")]
    struct Loop;
    #[doc = include_str!("../docs/schema-changes.md")]
    struct SchemaChanges;
    #[doc = include_str!("../docs/shards.md")]
    struct Shards;
    #[doc = include_str!("../docs/testing.md")]
    struct Testing;
    #[doc = include_str!("../docs/transactions.md")]
    struct Transactions;
}
