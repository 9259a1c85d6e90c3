//! Reads an SQL schema and works out the typed models of a gamedb world.
//!
//! ```text
//! any dialect ──input──> Ddl ──canonical──> SQLite's words
//!
//! SQLite's words ─sqlite::read─> Schema ┐
//!                                       ├──resolve──> Model ──emit::models──> models.rs
//! gamedb.toml ──Config::parse──> Config ┘
//! ```
//!
//! - `input` reads what MySQL, PostgreSQL and older SQLite schemas say, and `canonical` says it in
//!   the words that everything else reads;
//! - [`schema`] is what the SQL says, [`sqlite`] one way to read it;
//! - [`config`] is what the SQL cannot say;
//! - [`relations`], [`pivot`], [`owners`] and [`joins`] find out what points to what and who owns what;
//! - [`names`] makes Rust names;
//! - [`model`] is everything [resolved](resolve()), ready to be written down by [`emit`];
//! - [`explain`] says what was found, and why; [`diagram`] draws it; [`import`] carries rows over.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod analysis;
mod canonical;
pub mod config;
pub mod diagram;
mod driver;
pub mod emit;
pub mod error;
pub mod explain;
pub mod import;
mod input;
pub mod model;
pub mod names;
mod output;
mod resolve;
pub mod schema;
mod sql;

pub use analysis::pivot::{PivotInfo, is_pivot_table, pivot_info};
pub use analysis::suggest::suggest;
pub use analysis::{joins, owners, pivot, relations};
pub use config::Config;
pub use driver::build;
pub use driver::run::{
    Input, Options, Outcome, Remarks, generate, generate_with, read, refuse_inputs, shown_schema,
    sqlite_schema,
};
pub use error::Error;
pub use model::Model;
pub use output::write as write_file;
pub use resolve::resolve;
pub use schema::{Schema, sqlite};
pub use sql::Dialect;
