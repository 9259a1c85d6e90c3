//! The web server: one thread, which knows no world. It asks, waits, and writes what it gets.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{fmt, io};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use crate::assets::asset;
use crate::guard::{Denied, HEADERS, check, new_token};
use crate::inspector::BindError;
use crate::question::{Asked, Question, Refusal};
use crate::routes;

/// Number of connections at once. A browser opens six; more wait until one ends.
const CONNECTIONS: usize = 64;
/// How long a client may take for the head of a request.
const HEAD: Duration = Duration::from_secs(5);
/// How long a connection lasts, and as long as its last answer takes. A page that is open opens another one.
const CONNECTION: Duration = Duration::from_secs(60);
/// How long a question waits for the game.
const ANSWER: Duration = Duration::from_secs(5);
/// The most bytes of an edit.
const BODY: usize = 256 * 1024;
/// The most bytes of a request's head.
const BUFFER: usize = 16 * 1024;
const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// The running server. Dropping it ends its thread.
pub(crate) struct Server {
    address: SocketAddr,
    token: Arc<str>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Without the token, which opens the page to whoever reads it in a log.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// What each connection needs.
#[derive(Clone)]
struct Context {
    questions: mpsc::Sender<Asked>,
    token: Arc<str>,
    address: SocketAddr,
}

impl Server {
    pub(crate) fn start(
        address: impl ToSocketAddrs,
        questions: mpsc::Sender<Asked>,
    ) -> Result<Self, BindError> {
        let resolve = |source| BindError::Resolve { source };
        let addresses: Vec<SocketAddr> = address.to_socket_addrs().map_err(resolve)?.collect();
        let listen = |source| BindError::Listen {
            addresses: addresses.clone(),
            source,
        };
        if let Some(&address) = addresses.iter().find(|address| !address.ip().is_loopback()) {
            return Err(BindError::NotLoopback { address });
        }
        let token: Arc<str> = new_token()
            .map_err(|source| BindError::NoToken { source })?
            .into();
        let listener = TcpListener::bind(addresses.as_slice()).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(listen)?;
        let context = Context {
            questions,
            token: Arc::clone(&token),
            address,
        };
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("gamedb-inspect".into())
            .spawn(move || runtime.block_on(serve(listener, context, stopped)))
            .map_err(listen)?;
        Ok(Self {
            address,
            token,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/{}/", self.address, self.token)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The thread ends when the sender is gone.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, context: Context, stopped: oneshot::Receiver<()>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    tokio::spawn(async move {
        loop {
            let Ok(permit) = Arc::clone(&connections).acquire_owned().await else {
                return;
            };
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    pause_if_exhausted(&error).await;
                    continue;
                }
            };
            let context = context.clone();
            tokio::spawn(async move {
                let _permit = permit;
                let answer = service_fn(move |request| respond(request, context.clone()));
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD)
                    .max_buf_size(BUFFER)
                    .serve_connection(TokioIo::new(stream), answer);
                // A client that sends nonsense, reads nothing or goes away is dropped.
                let mut connection = std::pin::pin!(connection);
                if timeout(CONNECTION, connection.as_mut()).await.is_err() {
                    connection.as_mut().graceful_shutdown();
                    let _ = timeout(2 * ANSWER, connection).await;
                }
            });
        }
    });
    // With this future the runtime ends, and with it every connection.
    let _ = stopped.await;
}

/// Without file handles for another connection, to try again at once would use a whole processor.
async fn pause_if_exhausted(error: &io::Error) {
    if error.kind() != io::ErrorKind::ConnectionAborted {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn respond(
    request: Request<Incoming>,
    context: Context,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let path = match check(&parts, context.address, &context.token) {
        Ok(path) => path,
        Err(Denied(status, why)) => return Ok(plain(status, why)),
    };
    if let Some(name) = path.strip_prefix("api/") {
        let question = match (&parts.method, name) {
            (&Method::POST, "edit") => match Limited::new(body, BODY).collect().await {
                Ok(body) => routes::edit(&body.to_bytes()),
                Err(_) => {
                    return Ok(plain(
                        StatusCode::PAYLOAD_TOO_LARGE,
                        "the edit is too large",
                    ));
                }
            },
            (&Method::GET, name) => routes::question(name, parts.uri.query()),
            _ => {
                return Ok(plain(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "only GET, and POST for edits",
                ));
            }
        };
        return Ok(match question {
            Ok(question) => ask(question, &context).await,
            Err(error @ routes::BadRequest::NoSuchPath) => problem(StatusCode::NOT_FOUND, &error),
            Err(error) => problem(StatusCode::BAD_REQUEST, &error),
        });
    }
    if parts.method == Method::POST {
        return Ok(plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD"));
    }
    Ok(match asset(path) {
        Some(asset) => response(StatusCode::OK, asset.content_type, asset.text),
        None => plain(StatusCode::NOT_FOUND, "nothing is here"),
    })
}

/// Asks the game, and waits for as long as it may take.
async fn ask(question: Question, context: &Context) -> Response<Full<Bytes>> {
    let (reply, answer) = oneshot::channel();
    let asked = context.questions.send(Asked { question, reply });
    let silent = "the program does not answer: does it call `Inspector::answer` in each tick?";
    let answer = match asked {
        Ok(()) => timeout(ANSWER, answer).await,
        Err(_) => return problem(StatusCode::SERVICE_UNAVAILABLE, &silent),
    };
    match answer {
        Ok(Ok(Ok(answer))) => match serde_json::to_vec(&answer) {
            Ok(json) => response(StatusCode::OK, JSON, json),
            Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error),
        },
        Ok(Ok(Err(refusal))) => problem(status_of(&refusal), &refusal),
        Ok(Err(_)) | Err(_) => problem(StatusCode::SERVICE_UNAVAILABLE, &silent),
    }
}

fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NoTable | Refusal::NoRow | Refusal::NoColumn => StatusCode::NOT_FOUND,
        Refusal::NoJob => StatusCode::GONE,
        Refusal::Query(_) | Refusal::TooFar(_) => StatusCode::BAD_REQUEST,
        Refusal::ReadOnly | Refusal::NotMut => StatusCode::FORBIDDEN,
        Refusal::NotWritten(_) => StatusCode::CONFLICT,
        Refusal::Unreadable(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An error that the page shows.
fn problem(status: StatusCode, error: &dyn std::fmt::Display) -> Response<Full<Bytes>> {
    let json = serde_json::json!({ "error": error.to_string() });
    response(status, JSON, json.to_string())
}

fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = response(status, TEXT, text);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = HeaderValue::from_static("GET, HEAD, POST");
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    for (name, value) in HEADERS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}
