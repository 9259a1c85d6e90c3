//! The history check: what worlds on two PostgreSQL clusters keep while everything around them fails.
//!
//! Processes of their own have a world each ([`shard`]), move coins and things between its players, flush, and write down
//! what they were told ([`events`]). Another program ([`nemesis`]) kills and stops them, cuts their connections, kills the
//! servers, promotes the standby, and starts an old primary again. Afterwards the [`checker`], which knows nothing of all
//! that, compares what was written down, in one [`account`] of each world, with what is on the server. `tests/history/run` starts and ends the clusters.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod account;
mod checker;
mod checker_tests;
mod cluster;
mod events;
mod faults;
mod nemesis;
mod parcels;
mod parts;
mod processes;
mod proxy;
mod shard;
mod walks;
