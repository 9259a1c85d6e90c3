//! Import from servers that run, and from what their own programs dump.
//!
//! `generate/tests/servers/run` starts the servers, and says where they are in `GAMEDB_MYSQL` and `GAMEDB_POSTGRES`. A
//! test whose server is not there says that it was skipped.

mod connecting;
mod encrypted;
mod game;
mod literals;
mod next_ids;
mod random;
mod schemas;
mod snapshot;
mod tools;
mod types;
