//! The locks and threads of the worker. `tests/protocol.rs` has loom's in their place, which try every order
//! of events.

pub(super) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
pub(super) use std::thread::{Builder, JoinHandle};
