//! The PostgreSQL engine, on a server that `tests/postgres/run` starts and takes down.
//!
//! What every engine has to do is tested by the tests of `tests/it`: some of their files are compiled here a second time,
//! with another module `common`.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod alone;
mod backups;
mod checks;
mod common;
mod connections;
mod deadlines;
mod dialects;
mod fences;
mod flushes;
mod opening;
mod parcels;
mod poolers;
mod proxy;
mod random;
mod settings;
mod value_keys;

#[path = "../it/left_out/mod.rs"]
mod left_out;
#[path = "../it/save/one_row.rs"]
mod one_row;
#[path = "../it/write_order.rs"]
mod write_order;
