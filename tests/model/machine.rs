//! The state machine: the model that the steps are drawn for, and the driver that applies them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::driver::Driver;
use crate::file;
use crate::naive::Naive;
use crate::operation::{Ended, Inner, Noticed, Step};
use crate::predict::{predict, predict_block};
use crate::schema::TABLES;
use crate::strategy::Steps;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

/// The expected state of memory, and of the file after a crash.
#[derive(Clone, Debug)]
struct Model {
    memory: Naive,
    /// `None` between a save and the next flush, because a save may include more rows than it has to.
    file: Option<Naive>,
}

impl Model {
    fn flush(&mut self) {
        self.memory.flushed();
        self.file = Some(self.memory.clone().in_file());
    }
}

/// With more rows than this, removals become likely.
const MANY_ROWS: usize = 70;

struct Machine;

impl ReferenceStateMachine for Machine {
    type State = Model;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Model> {
        // Also where ids leave their dense vector, and where they are exhausted.
        let next_id = prop_oneof![8 => Just(1), 1 => Just(1_015), 1 => Just(i64::MAX - 12)];
        next_id
            .prop_map(|next_id| {
                let memory = Naive {
                    next_id: [next_id; TABLES.len()],
                    ..Naive::default()
                };
                Model {
                    file: Some(memory.clone()),
                    memory,
                }
            })
            .boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Step> {
        thread_local!(static STEPS: Steps = Steps::new());
        STEPS.with(|steps| {
            let steps = if model.memory.n_rows() < MANY_ROWS {
                &steps.growing
            } else {
                &steps.shrinking
            };
            steps.clone()
        })
    }

    fn preconditions(model: &Model, step: &Step) -> bool {
        // The state after a save and a crash is checked separately: see `Step::Save`.
        model.file.is_some() || !matches!(step, Step::Crash(_))
    }

    fn apply(mut model: Model, step: &Step) -> Model {
        match step {
            Step::Do(operation) => {
                let _ = predict(&mut model.memory, operation);
            }
            Step::Transaction(block) => {
                let _: Ended = predict_block(&mut model.memory, block);
            }
            // Batches in flight are waited for when the process ends.
            Step::Flush | Step::PartialFlush(_) | Step::Background => model.flush(),
            Step::FailingBackground(failing) => {
                for inner in failing.inner() {
                    match inner {
                        Inner::Do(operation) => {
                            let _ = predict(&mut model.memory, operation);
                        }
                        Inner::Block(block) => {
                            predict_block(&mut model.memory, block);
                        }
                    }
                }
                if failing.noticed == Noticed::Flush {
                    model.flush();
                }
            }
            Step::Reopen => {
                model.memory = model.memory.in_file();
                model.file = Some(model.memory.clone());
            }
            Step::Crash(_) => model.memory = model.file.clone().unwrap(),
            Step::Save(table, pick, ..) => {
                if model.memory.has((*table, model.memory.pick(*table, *pick))) {
                    model.file = None;
                }
            }
            Step::FailingFlush(_)
            | Step::BusyFlush
            | Step::Prepare(_)
            | Step::Ask(..)
            | Step::FailingSave(..)
            | Step::Watch(_) => {}
        }
        model
    }
}

impl StateMachineTest for Machine {
    type SystemUnderTest = Driver;
    type Reference = Self;

    fn init_test(model: &Model) -> Driver {
        Driver::new(&model.memory)
    }

    fn apply(mut driver: Driver, _: &Model, step: Step) -> Driver {
        driver.step(&step);
        N_OPERATIONS.fetch_add(step.n_operations(), Ordering::Relaxed);
        driver
    }

    fn check_invariants(driver: &Driver, model: &Model) {
        assert!(*driver.memory() == model.memory);
        assert!(
            model
                .file
                .as_ref()
                .is_none_or(|file| driver.in_file() == file)
        );
        driver.check();
    }

    fn teardown(driver: Driver, _: Model) {
        driver.finish();
    }
}

static N_OPERATIONS: AtomicU64 = AtomicU64::new(0);

/// Runs random sequences of steps, and begins with those that have failed before.
pub(crate) fn run() {
    let cases = std::env::var("GAMEDB_CASES").ok();
    let cases = cases
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(file::N_CASES);
    let config = Config {
        cases,
        max_shrink_time: 120_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file::FAILURES))),
        ..Config::default()
    };
    let start = Instant::now();
    let outcome = TestRunner::new(config.clone()).run(
        &Machine::sequential_strategy(1..file::N_STEPS),
        |(model, steps, seen)| {
            Machine::test_sequential(config.clone(), model, steps, seen);
            Ok(())
        },
    );
    let (n, took) = (N_OPERATIONS.load(Ordering::Relaxed), start.elapsed());
    println!(
        "{n} operations in {cases} sequences, {:.0} a second",
        n as f64 / took.as_secs_f64()
    );
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
