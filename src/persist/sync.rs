//! The locks and threads of the worker. `tests/protocol.rs` replaces them with loom's, to explore every
//! interleaving.

pub(super) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
pub(super) use std::thread::{Builder, JoinHandle};
