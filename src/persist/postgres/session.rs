//! A connection to a server, whose runtime lives in a thread of its own.
//!
//! Callers block on their own thread until the answer is there. Nothing of theirs is driven by the runtime, so they may
//! themselves be running inside any other one: an asynchronous game loop calls a flush like any other function.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use futures_util::Stream;
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::types::{BorrowToSql, Type};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Row, RowStream, Statement};
use tokio_postgres::{Error, Socket};

/// A connection that is open, or was.
pub(super) struct Session {
    client: Client,
    warnings: Arc<Warnings>,
    /// By their text.
    statements: HashMap<String, Statement>,
    /// How long a commit of this session waits, as it was set when it was opened.
    synchronous_commit: String,
}

/// Warnings of the server since they were last looked at.
#[derive(Debug, Default)]
struct Warnings(AtomicBool);

/// Why there is no session.
#[derive(Debug)]
pub(super) enum ConnectError {
    /// The thread, or its runtime, could not be started.
    Thread(std::io::Error),
    /// The server was not reached, or refused.
    Server(Error),
}

/// Something that is under way.
pub(super) type Sent<'s, R> = Pin<Box<dyn Future<Output = Result<R, Error>> + 's>>;

impl Session {
    /// Connects, and reads the settings that matter.
    pub(super) fn connect(config: &Config) -> Result<Self, ConnectError> {
        let (sender, receiver) = mpsc::channel();
        let warnings = Arc::new(Warnings::default());
        let of_thread = Arc::clone(&warnings);
        let config = config.clone();
        let run = move || drive(&config, &sender, &of_thread);
        let thread = thread::Builder::new().name("gamedb-postgres".into());
        // It ends by itself when the client is dropped, or the connection lost.
        thread.spawn(run).map_err(ConnectError::Thread)?;
        let connected = receiver.recv();
        let client = connected.expect("the thread sends a client, or why there is none")?;
        let mut session = Self {
            client,
            warnings,
            statements: HashMap::new(),
            synchronous_commit: String::new(),
        };
        session.synchronous_commit = session.keep_setting().map_err(ConnectError::Server)?;
        Ok(session)
    }

    /// Sets what is set, for this session: it would otherwise follow a change of the server's configuration, and say that
    /// its commits are as durable as before.
    fn keep_setting(&self) -> Result<String, Error> {
        let name = "synchronous_commit";
        let sql = "SELECT set_config($1, current_setting($1), false)";
        self.row(sql, &[name])?.try_get(0)
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

    /// Whether the connection is known to be lost.
    pub(super) fn is_lost(&self) -> bool {
        self.client.is_closed()
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
        block_on(self.client.batch_execute(sql))
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
        block_on(self.client.query_typed(sql, &typed))
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
        mut see: impl FnMut(&Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        block_on(async {
            let none: [&str; 0] = [];
            let statement = self.client.prepare(sql).await?;
            let stream: RowStream = self.client.query_raw(&statement, none).await?;
            let mut stream = pin!(stream);
            while let Some(row) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
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
        let prepared = block_on(in_order(missing.iter().map(prepare).collect()));
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

/// The thread of a connection.
fn drive(
    config: &Config,
    sender: &mpsc::Sender<Result<Client, ConnectError>>,
    warnings: &Warnings,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            // The thread that waits for it is there until it has received it.
            let _ = sender.send(Err(ConnectError::Thread(error)));
            return;
        }
    };
    runtime.block_on(async {
        match config.connect(NoTls).await {
            Ok((client, connection)) => {
                let _ = sender.send(Ok(client));
                watch(connection, warnings).await;
            }
            Err(error) => {
                let _ = sender.send(Err(ConnectError::Server(error)));
            }
        }
    });
}

/// Drives a connection until it ends, and notes what the server says unasked.
async fn watch(
    mut connection: Connection<Socket, tokio_postgres::tls::NoTlsStream>,
    warnings: &Warnings,
) {
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        match message {
            Ok(AsyncMessage::Notice(notice)) => {
                if is_warning(&notice) {
                    warnings.0.store(true, Ordering::SeqCst);
                    tracing::warn!(%notice, "the server warns");
                }
            }
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

/// Polls all futures, in their order, until the last is done. So all requests are sent before the first answer is
/// waited for, and in this order.
pub(super) async fn in_order<R>(mut futures: Vec<Sent<'_, R>>) -> Vec<Result<R, Error>> {
    let mut results: Vec<Option<Result<R, Error>>> = futures.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut is_done = true;
        for (future, result) in futures.iter_mut().zip(&mut results) {
            if result.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(answer) => *result = Some(answer),
                    Poll::Pending => is_done = false,
                }
            }
        }
        if is_done {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    let results = results.into_iter();
    results
        .map(|result| result.expect("all are done"))
        .collect()
}

/// Wakes a thread that is parked.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Blocks this thread until a future is done. The runtime in the other thread wakes it.
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
