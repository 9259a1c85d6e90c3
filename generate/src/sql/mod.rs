//! SQL as text: dialects, tokens and expressions. Nothing here knows a schema.

pub(crate) mod create_table;
pub(crate) mod cursor;
mod dialect;
pub(crate) mod expression;
mod on_delete;
pub(crate) mod tokens;

pub use dialect::Dialect;
pub use on_delete::OnDelete;
