//! Writes models.rs.

use crate::model::Model;

/// The first line of every generated file.
pub const HEADER: &str =
    "// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.";

/// The Rust source of a model's types, not yet formatted.
pub fn models(_model: &Model) -> String {
    format!("{HEADER}\n")
}
