//! The command and worlds on a PostgreSQL server, which `tests/postgres/run` starts and takes down.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;
mod moving;
mod schemas;
