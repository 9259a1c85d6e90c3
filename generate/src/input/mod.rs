//! Schemas in the dialects that studios have them in: SQLite's text or file, MySQL's and MariaDB's,
//! PostgreSQL's. What comes out is a [`ddl::Ddl`]: what the schema's own database would have.
//!
//! ```text
//! bytes ──text──> text ──split──> statements ──read──> Ddl
//! SQLite's text or file ──sqlite_file──> Ddl
//! ```
//!
//! The tokens are sqlparser's; the statements are not, because it refuses a whole CREATE TABLE for one
//! word that it does not know, and dumps of thirty years have many.

mod alter;
mod constraint;
mod create;
pub(crate) mod ddl;
pub(crate) mod decode;
mod definition;
pub(crate) mod detect;
mod drop;
mod objects;
pub(crate) mod read;
mod reader;
mod split;
pub(crate) mod sqlite_file;
pub(crate) mod types;
