//! x
pub mod error;
pub mod database;
