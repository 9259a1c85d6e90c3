//! The state machine of `tests/model` for worlds on a server: its source, compiled a second time, with another module `file`,
//! which says what an obstacle or the death of the process is here. `tests/postgres/run` starts a server, and this
//! after the other tests.
//!
//! `GAMEDB_CASES` sets the number of sequences.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "../model/act.rs"]
mod act;
#[path = "../model/background.rs"]
mod background;
#[path = "../model/block.rs"]
mod block;
#[path = "../model/chosen.rs"]
mod chosen;
#[path = "../postgres/common.rs"]
mod common;
#[path = "../model/compare.rs"]
mod compare;
#[path = "../model/driver.rs"]
mod driver;
mod file;
#[path = "../model/machine.rs"]
mod machine;
#[path = "../model/mirror.rs"]
mod mirror;
#[path = "../model/naive.rs"]
mod naive;
#[path = "../model/operation.rs"]
mod operation;
#[path = "../model/predict.rs"]
mod predict;
#[path = "../postgres/proxy.rs"]
mod proxy;
#[path = "../model/rows.rs"]
mod rows;
#[path = "../model/rules.rs"]
mod rules;
#[path = "../model/save.rs"]
mod save;
#[path = "../model/schema.rs"]
mod schema;
#[path = "../model/stale.rs"]
mod stale;
#[path = "../model/strategy.rs"]
mod strategy;
#[path = "../model/value.rs"]
mod value;
#[path = "../model/writes.rs"]
mod writes;

#[test]
fn a_world_does_what_the_naive_model_does() {
    machine::run();
}
