//! Waiting for a future on a thread that has no runtime.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Wakes a thread that is parked.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Blocks this thread until a future is done. The runtime in the other thread wakes it. Fails with the limit where the
/// number of answers has not grown for so long.
pub(super) fn block_on<F: Future>(
    future: F,
    limit: Option<Duration>,
    n_answers: &AtomicU64,
) -> Result<F::Output, Duration> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    let (mut since, mut n_before) = (Instant::now(), n_answers.load(Ordering::Relaxed));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Ok(output);
        }
        let Some(limit) = limit else {
            thread::park();
            continue;
        };
        let n_now = n_answers.load(Ordering::Relaxed);
        if n_now != n_before {
            (since, n_before) = (Instant::now(), n_now);
        }
        let left = limit.saturating_sub(since.elapsed());
        if left.is_zero() {
            return Err(limit);
        }
        thread::park_timeout(left);
    }
}
