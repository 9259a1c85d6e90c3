//! What a row is: its fields, how it is read, who owns it, and what stands in several columns.

pub(crate) mod composite;
pub(crate) mod entity;
pub(crate) mod owner;
pub(crate) mod reader;
