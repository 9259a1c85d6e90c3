//! The thread of a connection: it connects, drives the connection until its end, and notes what the server says unasked.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::error::Error;
use super::ConnectError;

/// Warnings of the server since they were last looked at.
#[derive(Debug, Default)]
pub(super) struct Warnings(AtomicBool);

impl Warnings {
    pub(super) fn forget(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    pub(super) fn are_there(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// What the server has said to those who listen.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// What a message has to say to be one for us.
    name: OnceLock<String>,
    was_called: Mutex<bool>,
    changed: Condvar,
}

impl Calls {
    pub(super) fn listen_for(&self, name: &str) {
        let _ = self.name.set(name.to_owned());
    }

    /// Blocks until there was a call since the last time, or as long as this. Returns whether there was one.
    pub(super) fn wait(&self, limit: Duration) -> bool {
        let waited = (self.changed).wait_timeout_while(self.lock(), limit, |called| !*called);
        let (mut was_called, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *was_called)
    }

    fn call(&self, message: &str) {
        if self.name.get().is_some_and(|name| name == message) {
            *self.lock() = true;
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        // No code that can panic runs while the lock is held.
        self.was_called
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the thread of a connection needs.
pub(super) struct Connecting {
    /// To be tried in this order.
    pub(super) hosts: Vec<Config>,
    pub(super) tls: MakeRustlsConnect,
    /// For each of them.
    pub(super) limit: Duration,
    pub(super) sender: mpsc::Sender<Result<Client, ConnectError>>,
    pub(super) warnings: Arc<Warnings>,
    pub(super) calls: Arc<Calls>,
    pub(super) give_up: Arc<Notify>,
}

impl Connecting {
    /// The thread of a connection.
    pub(super) fn drive(self) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => {
                // The thread that waits for it is there until it has received it.
                let _ = self.sender.send(Err(ConnectError::Thread(error)));
                return;
            }
        };
        runtime.block_on(async {
            match self.connect().await {
                Ok((client, connection)) => {
                    let _ = self.sender.send(Ok(client));
                    watch(connection, &self.warnings, &self.calls, &self.give_up).await;
                }
                Err(error) => {
                    let _ = self.sender.send(Err(ConnectError::Server(error)));
                }
            }
        });
    }

    /// Connects to the first host that answers and is what is asked for. One that accepts a connection and says nothing
    /// more, as a server that was stopped, does not keep the others from being asked.
    async fn connect(&self) -> Result<(Client, Link), Error> {
        let mut last = None;
        for host in &self.hosts {
            match tokio::time::timeout(self.limit, host.connect(self.tls.clone())).await {
                Ok(Ok(connected)) => return Ok(connected),
                Ok(Err(error)) => last = Some(Error::Server(error)),
                Err(_) => last = Some(Error::NoAnswer(self.limit)),
            }
        }
        Err(last.expect("a configuration is that of one host at least"))
    }
}

type Link = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// Drives a connection until it ends or is given up, and notes what the server says unasked.
async fn watch(mut connection: Link, warnings: &Warnings, calls: &Calls, give_up: &Notify) {
    let mut given_up = pin!(give_up.notified());
    let mut next = async || {
        poll_fn(|context| match given_up.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => connection.poll_message(context),
        })
        .await
    };
    while let Some(message) = next().await {
        match message {
            Ok(AsyncMessage::Notice(notice)) => {
                if is_warning(&notice) {
                    warnings.0.store(true, Ordering::SeqCst);
                    tracing::warn!(%notice, "the server warns");
                }
            }
            Ok(AsyncMessage::Notification(message)) => calls.call(message.payload()),
            Ok(_) => {}
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "the connection to the server is lost");
                return;
            }
        }
    }
}

fn is_warning(notice: &DbError) -> bool {
    // Older servers send it translated only. What is no warning is a notice, and these do not come with a commit.
    !matches!(
        notice.parsed_severity(),
        Some(Severity::Notice | Severity::Debug | Severity::Info | Severity::Log)
    )
}
