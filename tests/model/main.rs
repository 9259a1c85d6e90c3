//! Random steps on a world with a file, compared with a naive model: after every step the invariants, and
//! the same rows, columns, order, keys, dirty flags and ids; after every restart the same file. A crate
//! of its own, because it also runs alone, optimized and with many more cases.
//!
//! `GAMEDB_CASES` sets the number of sequences. To debug one that failed: `cargo test --test model`,
//! which begins with the seeds in failures.txt.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod act;
mod background;
mod block;
mod chosen;
#[path = "../common/mod.rs"]
mod common;
mod compare;
mod driver;
mod file;
mod machine;
mod mirror;
mod naive;
mod operation;
mod predict;
mod rows;
mod rules;
mod save;
mod schema;
mod stale;
mod strategy;
mod value;
mod writes;

#[test]
fn a_world_does_what_the_naive_model_does() {
    machine::run();
}
