//! A gate that blocks the writer thread.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::common::{Statements, TestFile};
use gamedb::Database;
use gamedb_models::World;

/// Blocks the writer thread before each of its transactions, until the gate is opened.
#[derive(Clone, Default)]
pub(super) struct Gate(Arc<(Mutex<GateState>, Condvar)>);

impl Gate {
    pub(super) fn close(&self) -> Held {
        self.0.0.lock().unwrap().is_closed = true;
        Held(self.clone())
    }

    fn pass(&self, sql: &str) {
        let is_writer = std::thread::current().name() == Some("gamedb-writer");
        if is_writer && sql.starts_with("BEGIN") {
            let mut state = self.0.0.lock().unwrap();
            state.is_reached = true;
            self.0.1.notify_all();
            let mut state = self.0.1.wait_while(state, |gate| gate.is_closed).unwrap();
            state.is_reached = false;
        }
    }
}

#[derive(Default)]
struct GateState {
    is_closed: bool,
    /// Whether the thread is waiting at the gate.
    is_reached: bool,
}

/// Blocks the thread until it is dropped, even if the test fails: closing the database waits for the
/// thread.
pub(super) struct Held(Gate);

impl Held {
    /// Waits until the thread has begun a batch.
    pub(super) fn wait_for_thread(&self) {
        let state = self.0.0.0.lock().unwrap();
        drop(
            self.0
                .0
                .1
                .wait_while(state, |gate| !gate.is_reached)
                .unwrap(),
        );
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.0.lock().unwrap().is_closed = false;
        self.0.0.1.notify_all();
    }
}

/// A database whose writer thread can be blocked, and whose statements are recorded.
pub(super) fn gated(file: &TestFile) -> (Database<World>, Gate, Statements) {
    let (gate, statements) = (Gate::default(), Statements::default());
    let (its_gate, seen) = (gate.clone(), Arc::clone(&statements.0));
    let options = file
        .options()
        .busy_timeout(Duration::from_millis(20))
        .on_statement(move |sql| {
            its_gate.pass(sql);
            seen.lock().unwrap().push(sql.to_owned());
        });
    let db = options.open::<World>(file.path()).unwrap();
    statements.take();
    (db, gate, statements)
}
