//! Reads schemas in the dialects that studios have: SQLite's, as text or file, MySQL's, MariaDB's and
//! PostgreSQL's. The result is a [`ddl::Ddl`]: the schema as its own database would have it.
//!
//! ```text
//! bytes ──decode──> text ──split──> statements ──read──> Ddl
//! SQLite's text or file ──sqlite_file──> Ddl
//! ```
//!
//! The tokens are sqlparser's; the statements are parsed here, because sqlparser refuses a whole CREATE
//! TABLE for one word that it does not know, and dumps of thirty years have many.

mod alter;
mod alter_type;
pub(crate) mod cell;
mod constraint;
mod create;
pub(crate) mod ddl;
pub(crate) mod decode;
mod definition;
pub(crate) mod detect;
mod drop;
pub(crate) mod dump;
pub(crate) mod migrations;
mod objects;
pub(crate) mod read;
pub(crate) mod read_only;
mod reader;
pub(crate) mod rows;
mod scanner;
pub(crate) mod sequences;
pub(crate) mod split;
mod sql_mode;
pub(crate) mod sqlite_file;
pub(crate) mod types;
