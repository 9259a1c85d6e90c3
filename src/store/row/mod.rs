//! Row types: their fields, how a row is read from a file, and its owner.

pub(crate) mod entity;
pub(crate) mod field;
pub(crate) mod no_case;
pub(crate) mod owner;
pub(crate) mod reader;
#[cfg(feature = "serde")]
pub(crate) mod serialize;
