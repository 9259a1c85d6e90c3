//! The inspector as a client of any kind meets it, and its answers compared with those of SQLite and of the
//! world itself.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "../common/mod.rs"]
mod common;

mod edits;
mod feed;
mod file;
mod large;
mod owners;
mod protocol;
mod removal;
mod rows;
