//! What the writer thread is made of. The test of its protocol puts other ones in their place, which
//! try every order of events.

pub(super) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
pub(super) use std::thread::{Builder, JoinHandle};
