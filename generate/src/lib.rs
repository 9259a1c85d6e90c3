//! Reads an SQL schema and works out the typed models of a gamedb world.
//!
//! ```text
//! any dialect ──sources──> Ddl ──canonical──> SQLite's words
//!
//! SQLite's words ─sqlite::read─> Schema ┐
//!                                       ├──model::resolve──> Model ──emit::models──> models.rs
//! gamedb.toml ──Config::parse──> Config ┘
//! ```
//!
//! - `sources` reads what MySQL, PostgreSQL and older SQLite schemas say, and `canonical` says it in
//!   the words that everything else reads;
//! - [`schema`] is what the SQL says, [`sqlite`] one way to read it;
//! - [`config`] is what the SQL cannot say;
//! - [`relations`], [`pivot`] and [`owners`] find out what points to what and who owns what;
//! - [`names`] makes Rust names;
//! - [`model`] is everything resolved, ready to be written down by [`emit`];
//! - [`explain`] says what was found, and why; [`diagram`] draws it.

mod accessors;
pub mod build;
mod canonical;
mod checks;
mod columns;
mod comparisons;
pub mod config;
mod ddl_text;
pub mod diagram;
pub mod emit;
pub mod error;
pub mod explain;
mod fields;
pub mod import;
pub mod joins;
pub mod model;
pub mod names;
mod output;
mod owner_pairs;
pub mod owners;
pub mod pivot;
pub mod relations;
mod resolve;
mod run;
mod rustfmt;
pub mod schema;
mod sources;
pub mod sqlite;
mod types;

pub use config::Config;
pub use error::Error;
pub use model::Model;
pub use output::write as write_file;
pub use pivot::{PivotInfo, is_pivot_table, pivot_info};
pub use run::{
    Input, Options, Outcome, Remarks, generate, generate_with, read, refuse_inputs, sqlite_schema,
};
pub use schema::Schema;
pub use sources::Dialect;
