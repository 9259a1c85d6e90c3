//! A connection to a server, whose runtime lives in a thread of its own.
//!
//! Callers block on their own thread until the answer is there. Nothing of theirs is driven by the runtime, so they may
//! themselves be running inside any other one: an asynchronous game loop calls a flush like any other function.

mod block_on;
mod connection;
mod settings;

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use futures_util::Stream;
use tokio::sync::Notify;
use tokio_postgres::types::{BorrowToSql, Type};
use tokio_postgres::{Client, Row, RowStream, Statement};

use self::block_on::block_on;
use self::connection::{Calls, Connecting, Warnings};
pub(super) use self::settings::MARK;
use super::error::Error;
use super::hosts::one_by_one;
use super::tls::Reach;

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
    /// Whether there is a pooler between.
    is_pooled: bool,
}

/// Why there is no session.
#[derive(Debug)]
pub(super) enum ConnectError {
    /// The thread, or its runtime, could not be started.
    Thread(std::io::Error),
    /// The server was not reached, or refused.
    Server(Error),
}

/// How many prepared statements a session keeps.
const MOST_STATEMENTS: usize = 1024;

/// Something that is under way.
pub(super) type Sent<'s, R> = Pin<Box<dyn Future<Output = Result<R, tokio_postgres::Error>> + 's>>;

impl Session {
    /// Connects, and reads the settings that matter.
    pub(super) fn connect(reach: &Reach, limits: Limits) -> Result<Self, ConnectError> {
        let (sender, receiver) = mpsc::channel();
        let (warnings, give_up) = (Arc::<Warnings>::default(), Arc::<Notify>::default());
        let calls = Arc::<Calls>::default();
        let connecting = Connecting {
            hosts: one_by_one(&reach.config),
            tls: reach.tls.clone(),
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
            is_pooled: false,
        };
        if let Some(options) = reach.config.get_options() {
            let is_pooled = session.set_missing(options);
            session.is_pooled = is_pooled.map_err(ConnectError::Server)?;
        }
        session.notice_closed_clients();
        session.synchronous_commit = session.keep_setting().map_err(ConnectError::Server)?;
        Ok(session)
    }

    /// Blocks this thread until a future is done, or no answer has come for too long. Then the connection is given up:
    /// its socket is closed, and the server rolls back what was not committed.
    fn wait<F: Future>(&self, future: F) -> Result<F::Output, Error> {
        self.wait_longer(future, Duration::ZERO)
    }

    /// The same, where one of the answers may take that much longer.
    fn wait_longer<F: Future>(&self, future: F, longer: Duration) -> Result<F::Output, Error> {
        let limit = self.limits.answer;
        let limit = limit.map(|limit| limit.saturating_add(longer));
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
    pub(super) fn answers<R>(&self, requests: Vec<Sent<'_, R>>) -> Vec<Result<R, Error>> {
        self.answers_later(requests, Duration::ZERO)
    }

    /// The same, where one of the answers may take that much longer.
    pub(super) fn answers_later<R>(
        &self,
        mut requests: Vec<Sent<'_, R>>,
        longer: Duration,
    ) -> Vec<Result<R, Error>> {
        let mut answers: Vec<_> = requests.iter().map(|_| None).collect();
        let waiting = poll_fn(|context| {
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
        });
        let waited = self.wait_longer(waiting, longer);
        let missing = || match &waited {
            Ok(()) => unreachable!("all requests are answered"),
            Err(Error::NoAnswer(limit)) => Err(Error::NoAnswer(*limit)),
            Err(Error::Server(_) | Error::Malformed(_)) => {
                unreachable!("to wait ends in no answer of the server's")
            }
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
        self.calls.listen_for(name);
        if let Err(error) = self.batch(&format!("LISTEN {channel}")) {
            tracing::debug!(?error, "the server has no messages to listen to");
        }
    }

    /// Blocks until such a message has come since the last call, or as long as this. Returns whether one has.
    pub(super) fn wait_for_call(&self, limit: Duration) -> bool {
        self.calls.wait(limit)
    }

    /// Whether the connection is known to be lost.
    pub(super) fn is_lost(&self) -> bool {
        self.is_given_up.load(Ordering::SeqCst) || self.client.is_closed()
    }

    /// Forgets the warnings so far.
    pub(super) fn forget_warnings(&self) {
        self.warnings.forget();
    }

    /// Whether there was a warning since. A commit whose wait for a standby was cancelled says that it succeeded, and
    /// this warning is all that tells the difference; its text is translated, and its code is that of every warning.
    pub(super) fn was_warned(&self) -> bool {
        self.warnings.are_there()
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

    /// Calls `see` for each message of a COPY to the client, as they come.
    pub(super) fn copy(
        &self,
        sql: &str,
        mut see: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.wait(async {
            let stream = self.client.copy_out(sql).await?;
            self.count_answer();
            let mut stream = pin!(stream);
            while let Some(bytes) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
                self.count_answer();
                see(&bytes?)?;
            }
            Ok(())
        })?
    }

    /// Forgets the prepared statements, here and at the server, if they are very many: their texts depend on which columns
    /// change together. Not while any of them is needed.
    pub(super) fn bound_statements(&mut self) {
        if self.statements.len() > MOST_STATEMENTS {
            self.statements.clear();
        }
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
