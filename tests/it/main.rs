//! The tests of gamedb that can share a process: one crate, so that it is linked once, and a module for
//! each topic. A test that needs a process of its own (because of an allocator, a limit, a tracing
//! subscriber) is a crate beside it.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "../common/mod.rs"]
mod common;

mod background;
mod bad_files;
mod bad_schema;
mod change_feed;
mod constraints;
mod create;
mod deep_chain;
mod dirty;
mod dropped;
mod durable;
mod errors;
mod failed_flush;
mod finders;
mod fixtures;
mod flush;
mod fuzz_corpus;
mod given_ids;
mod interest;
mod keys;
mod large_files;
mod left_out;
mod left_out_by_triggers;
mod migrate;
mod mirrors;
mod nests;
mod operations;
mod ownership;
mod panics;
mod parcels;
mod readme;
mod reopen;
mod save;
mod send_sync;
mod taken_values;
mod transactions;
mod trust;
mod untyped;
mod value_keys;
mod write_order;
