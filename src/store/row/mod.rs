//! What a row is: its fields, how it is read, and who owns it.

pub(crate) mod entity;
pub(crate) mod field;
pub(crate) mod owner;
pub(crate) mod reader;
