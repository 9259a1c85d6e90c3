//! What a row is: its fields, how it is read, who owns it, and what stands in several columns.

pub mod composite;
pub mod entity;
pub mod owner;
pub mod reader;
