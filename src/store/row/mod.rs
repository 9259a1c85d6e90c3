//! What a row is: its fields, how it is read, and what stands in several columns.

pub mod composite;
pub mod entity;
