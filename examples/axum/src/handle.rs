//! The way into the loop, and the loop.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use gamedb::{Database, Error, Ticket};
use tokio::sync::oneshot;

use crate::models::World;

const TICK: Duration = Duration::from_nanos(1_000_000_000 / 60);
const TICKS_BETWEEN_FLUSHES: u64 = 60;

type Job = Box<dyn FnOnce(&mut Database<World>) + Send>;

/// The loop has ended, or the closure has panicked: there is no answer.
#[derive(Debug)]
pub struct NoAnswer;

/// Sends closures into the loop.
#[derive(Clone)]
pub struct Handle(Sender<Job>);

impl Handle {
    /// Runs a closure between two ticks, and awaits what it returns.
    pub async fn ask<A: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Database<World>) -> A + Send + 'static,
    ) -> Result<A, NoAnswer> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            // A client that has gone does not wait for its answer.
            let _ = answer.send(question(db));
        });
        self.0.send(job).map_err(|_| NoAnswer)?;
        answered.await.map_err(|_| NoAnswer)
    }
}

/// A handle, and the loop's end of it.
pub fn handle() -> (Handle, Receiver<Job>) {
    let (jobs, inbox) = mpsc::channel();
    (Handle(jobs), inbox)
}

/// Runs the game until all handles are gone, and closes the file.
pub fn run(
    mut db: Database<World>,
    inbox: &Receiver<Job>,
    mut tick: impl FnMut(&mut World) -> Result<(), Error>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut in_flight: Option<Ticket> = None;
    for n in 1.. {
        let next = Instant::now() + TICK;
        tick(&mut db)?;
        if let Some(result) = in_flight.and_then(|ticket| db.poll(ticket)) {
            in_flight = None;
            if let Err(error) = result {
                eprintln!("not saved: {error:?}");
            }
        }
        if n % TICKS_BETWEEN_FLUSHES == 0 {
            match db.flush_in_background() {
                Ok(ticket) => in_flight = Some(ticket),
                Err(error) => eprintln!("not saved: {error:?}"),
            }
        }
        // What is left of the tick belongs to the requests.
        loop {
            match inbox.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(job) => {
                    // A transaction that a panic interrupts is rolled back, so the world is whole and the game goes on.
                    if catch_unwind(AssertUnwindSafe(|| job(&mut db))).is_err() {
                        eprintln!("a request has panicked");
                    }
                    if Instant::now() >= next {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    db.close()?;
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}
