//! SQL as text: what every reader of it needs, and nothing about schemas.

pub(crate) mod tokens;
