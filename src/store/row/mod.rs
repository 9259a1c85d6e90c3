//! What a row is: its fields, how it is read, and who owns it.

pub mod entity;
pub mod field;
pub mod owner;
pub mod reader;
