//! A page in the browser that shows the inside of a running gamedb world.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use gamedb::Database;
//! use gamedb_inspect::Inspector;
//! use gamedb_models::World;
//!
//! let mut db = Database::<World>::open("world.db")?;
//! let inspector = Inspector::bind("127.0.0.1:0")?;
//! println!("inspect this world at {}", inspector.url());
//! loop {
//!     // ... a tick ...
//!     inspector.answer(&db, Duration::from_micros(500));
//! #   break;
//! }
//! # let _ = &mut db;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The web server has a thread of its own, and never touches the world: it asks, and the game answers
//! between two ticks with copies of what the page shows. [`answer`](Inspector::answer) works for its budget, which it
//! may exceed by one step of a few hundred rows, and goes on in the next tick. So a search through ten million
//! rows takes many ticks, and delays none by more than that.
//!
//! The page can be opened from this machine only, with the token in the [`url`](Inspector::url), and is
//! read-only unless the program [allows edits](Settings::allow_edits).
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod assets;
mod cell;
mod database;
mod feed;
mod guard;
mod history;
mod inspected;
mod inspector;
mod order;
mod owners;
mod query;
mod question;
mod removal;
mod routes;
mod row_page;
mod search;
mod server;
mod state;
#[cfg(feature = "file")]
mod world_file;

pub use inspected::{
    AnyRow, Fate, ForeignKeySchema, IncomingSchema, Inspected, KeySchema, Place, Schema, Size,
    TableSchema, Unreadable, ValueKeySchema,
};
pub use inspector::{BindError, Inspector, Settings};
#[cfg(feature = "file")]
pub use world_file::{OpenError, WorldFile};

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
