//! A connection to a server, whose runtime lives in a thread of its own.
//!
//! Callers block on their own thread until the answer is there. Nothing of theirs is driven by the runtime, so they may
//! themselves be running inside any other one: an asynchronous game loop calls a flush like any other function.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use futures_util::Stream;
use tokio::sync::Notify;
use tokio_postgres::Socket;
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::types::{BorrowToSql, Type};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Row, RowStream, Statement};

use super::error::Error;
use super::hosts::one_by_one;

/// How long to wait for the server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// For the next answer; `None` for as long as it takes.
    pub(super) answer: Option<Duration>,
    /// For one host to accept a connection, and the login with it.
    pub(super) connect: Duration,
}

/// A connection that is open, or was.
pub(super) struct Session {
    client: Client,
    limits: Limits,
    /// How many answers have come.
    n_answers: AtomicU64,
    /// An answer has not come in time. Whatever still comes is not for anybody.
    is_given_up: AtomicBool,
    /// Ends the thread of the connection, and with it the connection, whatever is still under way.
    give_up: Arc<Notify>,
    warnings: Arc<Warnings>,
    calls: Arc<Calls>,
    /// By their text.
    statements: HashMap<String, Statement>,
    /// How long a commit of this session waits, as it was set when it was opened.
    synchronous_commit: String,
}

/// Warnings of the server since they were last looked at.
#[derive(Debug, Default)]
struct Warnings(AtomicBool);

/// What the server has said to those who listen.
#[derive(Debug, Default)]
struct Calls {
    /// What a message has to say to be one for us.
    name: OnceLock<String>,
    was_called: Mutex<bool>,
    changed: Condvar,
}

impl Calls {
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

/// Why there is no session.
#[derive(Debug)]
pub(super) enum ConnectError {
    /// The thread, or its runtime, could not be started.
    Thread(std::io::Error),
    /// The server was not reached, or refused.
    Server(Error),
}

/// Something that is under way.
pub(super) type Sent<'s, R> = Pin<Box<dyn Future<Output = Result<R, tokio_postgres::Error>> + 's>>;

impl Session {
    /// Connects, and reads the settings that matter.
    pub(super) fn connect(config: &Config, limits: Limits) -> Result<Self, ConnectError> {
        let (sender, receiver) = mpsc::channel();
        let (warnings, give_up) = (Arc::<Warnings>::default(), Arc::<Notify>::default());
        let calls = Arc::<Calls>::default();
        let connecting = Connecting {
            hosts: one_by_one(config),
            limit: limits.connect,
            sender,
            warnings: Arc::clone(&warnings),
            calls: Arc::clone(&calls),
            give_up: Arc::clone(&give_up),
        };
        let thread = thread::Builder::new().name("gamedb-postgres".into());
        // It ends by itself when the client is dropped, or the connection lost.
        let spawned = thread.spawn(move || connecting.drive());
        spawned.map_err(ConnectError::Thread)?;
        let connected = receiver.recv();
        let client = connected.expect("the thread sends a client, or why there is none")?;
        let mut session = Self {
            client,
            limits,
            n_answers: AtomicU64::new(0),
            is_given_up: AtomicBool::new(false),
            give_up,
            warnings,
            calls,
            statements: HashMap::new(),
            synchronous_commit: String::new(),
        };
        session.notice_closed_clients();
        session.synchronous_commit = session.keep_setting().map_err(ConnectError::Server)?;
        Ok(session)
    }

    /// Sets what is set, for this session: it would otherwise follow a change of the server's configuration, and say that
    /// its commits are as durable as before.
    fn keep_setting(&self) -> Result<String, Error> {
        let name = "synchronous_commit";
        let sql = "SELECT set_config($1, current_setting($1), false)";
        Ok(self.row(sql, &[name])?.try_get(0)?)
    }

    /// Makes the server look once a second whether its client is still there. Otherwise a session that was given up while
    /// it waits for a lock would keep its own locks until it gets that one, and the next flush would wait for it.
    fn notice_closed_clients(&self) {
        // Servers before 14 do not have the setting, and some systems cannot have it: what ends the session is said
        // by the next request.
        if let Err(error) = self.batch("SET client_connection_check_interval = '1s'") {
            tracing::debug!(
                ?error,
                "the server does not look whether its clients are there"
            );
        }
    }

    /// Blocks this thread until a future is done, or no answer has come for too long. Then the connection is given up:
    /// its socket is closed, and the server rolls back what was not committed.
    fn wait<F: Future>(&self, future: F) -> Result<F::Output, Error> {
        let limit = self.limits.answer;
        block_on(future, limit, &self.n_answers).map_err(|limit| {
            self.is_given_up.store(true, Ordering::SeqCst);
            self.give_up.notify_one();
            tracing::warn!(
                ?limit,
                "the server does not answer; the connection is given up"
            );
            Error::NoAnswer(limit)
        })
    }

    /// Blocks this thread until there is the answer to one request.
    pub(super) fn answer<R>(
        &self,
        request: impl Future<Output = Result<R, tokio_postgres::Error>>,
    ) -> Result<R, Error> {
        Ok(self.wait(request)??)
    }

    /// Polls all requests, in their order, until the last is answered. So all of them are sent before the first answer is
    /// waited for, and in this order.
    pub(super) fn answers<R>(&self, mut requests: Vec<Sent<'_, R>>) -> Vec<Result<R, Error>> {
        let mut answers: Vec<_> = requests.iter().map(|_| None).collect();
        let waited = self.wait(poll_fn(|context| {
            let mut is_done = true;
            for (request, answer) in requests.iter_mut().zip(&mut answers) {
                if answer.is_none() {
                    match request.as_mut().poll(context) {
                        Poll::Ready(result) => {
                            *answer = Some(result.map_err(Error::from));
                            self.count_answer();
                        }
                        Poll::Pending => is_done = false,
                    }
                }
            }
            if is_done {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        }));
        let missing = || match &waited {
            Ok(()) => unreachable!("all requests are answered"),
            Err(Error::NoAnswer(limit)) => Err(Error::NoAnswer(*limit)),
            Err(Error::Server(_)) => unreachable!("to wait ends in no answer of the server's"),
        };
        let answers = answers.into_iter();
        answers
            .map(|answer| answer.unwrap_or_else(missing))
            .collect()
    }

    fn count_answer(&self) {
        self.n_answers.fetch_add(1, Ordering::Relaxed);
    }

    /// How long a commit of this session waits.
    pub(super) fn synchronous_commit(&self) -> &str {
        &self.synchronous_commit
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Whether a commit of this session survives a power cut and a failover.
    pub(super) fn commits_durably(&self) -> bool {
        matches!(self.synchronous_commit.as_str(), "on" | "remote_apply")
    }

    /// Changes how long an answer may take.
    pub(super) fn limit(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Listens to messages of a channel that are this name. A server that has no such messages is polled.
    pub(super) fn listen(&self, channel: &str, name: &str) {
        let _ = self.calls.name.set(name.to_owned());
        if let Err(error) = self.batch(&format!("LISTEN {channel}")) {
            tracing::debug!(?error, "the server has no messages to listen to");
        }
    }

    /// Blocks until such a message has come since the last call, or as long as this. Returns whether one has.
    pub(super) fn wait_for_call(&self, limit: Duration) -> bool {
        let calls = &self.calls;
        let waited = (calls.changed).wait_timeout_while(calls.lock(), limit, |called| !*called);
        let (mut was_called, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *was_called)
    }

    /// Whether the connection is known to be lost.
    pub(super) fn is_lost(&self) -> bool {
        self.is_given_up.load(Ordering::SeqCst) || self.client.is_closed()
    }

    /// Forgets the warnings so far.
    pub(super) fn forget_warnings(&self) {
        self.warnings.0.store(false, Ordering::SeqCst);
    }

    /// Whether there was a warning since. A commit whose wait for a standby was cancelled says that it succeeded, and
    /// this warning is all that tells the difference; its text is translated, and its code is that of every warning.
    pub(super) fn was_warned(&self) -> bool {
        self.warnings.0.load(Ordering::SeqCst)
    }

    /// Executes statements without parameters, separated by semicolons.
    pub(super) fn batch(&self, sql: &str) -> Result<(), Error> {
        self.answer(self.client.batch_execute(sql))
    }

    /// The rows of a query whose parameters are texts.
    pub(super) fn rows(&self, sql: &str, parameters: &[&str]) -> Result<Vec<Row>, Error> {
        let typed: Vec<_> = parameters.iter().map(|text| (text, Type::TEXT)).collect();
        let typed: Vec<_> = (typed.iter())
            .map(|(text, ty)| {
                (
                    *text as &(dyn tokio_postgres::types::ToSql + Sync),
                    ty.clone(),
                )
            })
            .collect();
        self.answer(self.client.query_typed(sql, &typed))
    }

    /// The only row of such a query.
    pub(super) fn row(&self, sql: &str, parameters: &[&str]) -> Result<Row, Error> {
        let mut rows = self.rows(sql, parameters)?;
        Ok(rows.pop().expect("the query has one row"))
    }

    /// Calls `see` for each row of a query, as they come.
    pub(super) fn stream(
        &self,
        sql: &str,
        mut see: impl FnMut(&Row) -> Result<(), tokio_postgres::Error>,
    ) -> Result<(), Error> {
        self.answer(async {
            let none: [&str; 0] = [];
            let statement = self.client.prepare(sql).await?;
            self.count_answer();
            let stream: RowStream = self.client.query_raw(&statement, none).await?;
            let mut stream = pin!(stream);
            while let Some(row) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
                self.count_answer();
                see(&row?)?;
            }
            Ok(())
        })
    }

    /// Prepares statements that were not prepared before, all of them in one round trip.
    pub(super) fn prepare<'s>(
        &mut self,
        statements: impl Iterator<Item = (&'s str, &'s [Type])>,
    ) -> Result<(), Error> {
        let mut missing: Vec<(&str, &[Type])> = Vec::new();
        for (sql, types) in statements {
            if !self.statements.contains_key(sql) && !missing.iter().any(|&(other, _)| other == sql)
            {
                missing.push((sql, types));
            }
        }
        let client = &self.client;
        let prepare = |&(sql, types): &(&'s str, &'s [Type])| -> Sent<'_, Statement> {
            Box::pin(client.prepare_typed(sql, types))
        };
        let prepared = self.answers(missing.iter().map(prepare).collect());
        for ((sql, _), statement) in missing.iter().zip(prepared) {
            self.statements.insert((*sql).to_owned(), statement?);
        }
        Ok(())
    }

    /// Sends a prepared statement when it is first polled. It returns how many rows it has touched.
    pub(super) fn execute<'s, P: BorrowToSql + Send + Sync + 's>(
        &'s self,
        sql: &str,
        parameters: Vec<P>,
    ) -> Sent<'s, u64> {
        let statement = self.statements.get(sql);
        let statement = statement.expect("the statements of a flush are prepared before it");
        Box::pin(self.client.execute_raw(statement, parameters))
    }

    /// Sends statements without parameters when it is first polled.
    pub(super) fn send<'s>(&'s self, sql: &'s str) -> Sent<'s, u64> {
        Box::pin(async move { self.client.batch_execute(sql).await.map(|()| 0) })
    }
}

/// What the thread of a connection needs.
struct Connecting {
    /// To be tried in this order.
    hosts: Vec<Config>,
    /// For each of them.
    limit: Duration,
    sender: mpsc::Sender<Result<Client, ConnectError>>,
    warnings: Arc<Warnings>,
    calls: Arc<Calls>,
    give_up: Arc<Notify>,
}

impl Connecting {
    /// The thread of a connection.
    fn drive(self) {
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
            match tokio::time::timeout(self.limit, host.connect(NoTls)).await {
                Ok(Ok(connected)) => return Ok(connected),
                Ok(Err(error)) => last = Some(Error::Server(error)),
                Err(_) => last = Some(Error::NoAnswer(self.limit)),
            }
        }
        Err(last.expect("a configuration is that of one host at least"))
    }
}

type Link = Connection<Socket, tokio_postgres::tls::NoTlsStream>;

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

/// Wakes a thread that is parked.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Blocks this thread until a future is done. The runtime in the other thread wakes it. Fails with the limit where the
/// number of answers has not grown for so long.
fn block_on<F: Future>(
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
