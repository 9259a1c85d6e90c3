//! A connection that breaks where a test wants it to, or takes its time.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::common::server;

/// What becomes of the next COMMIT that comes through.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u8)]
pub(crate) enum Commit {
    /// It is forwarded, and its answer comes back.
    Answered,
    /// It is forwarded, and the connection breaks.
    Unanswered,
    /// The connection breaks before it.
    Lost,
    /// It is forwarded, and nothing comes through any more, in either direction.
    Silent,
    /// It is swallowed, with all that comes after it.
    Swallowed,
}

/// A listener in front of the server. It ends with the process.
pub(crate) struct Proxy {
    port: u16,
    next: Arc<AtomicU8>,
    delay: Arc<Mutex<Duration>>,
    is_open: Arc<AtomicU8>,
    spoiled: Arc<Mutex<Spoiled>>,
    is_hole: Arc<AtomicBool>,
    is_hole_next: Arc<AtomicBool>,
}

/// A text in the requests, and how many requests with it are still left as they are.
type Spoiled = Option<(&'static str, usize)>;

/// A COMMIT as the protocol has it.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

impl Proxy {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            next: Arc::default(),
            delay: Arc::default(),
            is_open: Arc::new(AtomicU8::new(1)),
            spoiled: Arc::default(),
            is_hole: Arc::default(),
            is_hole_next: Arc::default(),
        };
        let is_hole = Arc::clone(&proxy.is_hole);
        let is_hole_next = Arc::clone(&proxy.is_hole_next);
        let spoiled = Arc::clone(&proxy.spoiled);
        let (next, delay) = (Arc::clone(&proxy.next), Arc::clone(&proxy.delay));
        let is_open = Arc::clone(&proxy.is_open);
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                if is_open.load(Ordering::SeqCst) == 0 {
                    continue;
                }
                let is_silent = Arc::<AtomicBool>::default();
                let server = TcpStream::connect(("127.0.0.1", server_port())).unwrap();
                for (from, to, is_request) in [(&client, &server, true), (&server, &client, false)]
                {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let (next, delay) = (Arc::clone(&next), Arc::clone(&delay));
                    let spoiled = Arc::clone(&spoiled);
                    let (is_hole, is_silent) = (Arc::clone(&is_hole), Arc::clone(&is_silent));
                    let is_hole_next = Arc::clone(&is_hole_next);
                    thread::spawn(move || {
                        let swallows = || {
                            if is_hole.load(Ordering::SeqCst) {
                                is_silent.store(true, Ordering::SeqCst);
                            }
                            is_silent.load(Ordering::SeqCst)
                        };
                        let silence = || {
                            is_silent.store(true, Ordering::SeqCst);
                            if is_hole_next.swap(false, Ordering::SeqCst) {
                                is_hole.store(true, Ordering::SeqCst);
                            }
                        };
                        forward(
                            from,
                            to,
                            is_request,
                            &next,
                            &delay,
                            &spoiled,
                            &Hole {
                                swallows: &swallows,
                                silence: &silence,
                            },
                        );
                    });
                }
            }
        });
        proxy
    }

    /// The server's address through it.
    pub(crate) fn address(&self) -> String {
        let server = server();
        let (start, end) = server.split_once(&format!(":{}/", server_port())).unwrap();
        format!("{start}:{}/{end}", self.port)
    }

    pub(crate) fn next_commit_is(&self, commit: Commit) {
        self.next.store(commit as u8, Ordering::SeqCst);
    }

    /// Holds everything back for so long, in each direction.
    pub(crate) fn delay(&self, delay: Duration) {
        *self.delay.lock().unwrap() = delay;
    }

    /// Makes a request with this text one that the server refuses, after so many that come through.
    pub(crate) fn spoil(&self, text: &'static str, after: usize) {
        *self.spoiled.lock().unwrap() = Some((text, after));
    }

    /// Swallows everything from now on, of old connections and of new ones, as a network does that has lost its way. What
    /// was lost of a connection is not made good when it ends.
    pub(crate) fn swallow(&self, yes: bool) {
        self.is_hole.store(yes, Ordering::SeqCst);
    }

    /// Swallows everything as soon as the next COMMIT has come.
    pub(crate) fn swallow_after_commit(&self) {
        self.is_hole_next.store(true, Ordering::SeqCst);
    }

    /// Whether new connections come through.
    pub(crate) fn open(&self, yes: bool) {
        self.is_open.store(yes.into(), Ordering::SeqCst);
    }
}

fn server_port() -> u16 {
    let server = server();
    let (_, after) = server.rsplit_once(':').unwrap();
    after.split('/').next().unwrap().parse().unwrap()
}

fn spoil(bytes: &mut [u8], spoiled: &mut Spoiled) {
    let Some((text, after)) = spoiled else {
        return;
    };
    let Some(place) = bytes
        .windows(text.len())
        .position(|part| part == text.as_bytes())
    else {
        return;
    };
    if *after > 0 {
        *after -= 1;
        return;
    }
    bytes[place + text.len() - 1] = b'_';
    *spoiled = None;
}

/// Where bytes are lost, for both directions of a connection.
struct Hole<'h> {
    swallows: &'h dyn Fn() -> bool,
    silence: &'h dyn Fn(),
}

fn forward(
    mut from: TcpStream,
    mut to: TcpStream,
    is_request: bool,
    next: &AtomicU8,
    delay: &Mutex<Duration>,
    spoiled: &Mutex<Spoiled>,
    hole: &Hole<'_>,
) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        let delay = *delay.lock().unwrap();
        thread::sleep(delay);
        if (hole.swallows)() {
            continue;
        }
        if is_request {
            spoil(&mut bytes[..n], &mut spoiled.lock().unwrap());
        }
        let bytes = &bytes[..n];
        let is_commit = is_request && bytes.windows(COMMIT.len()).any(|part| part == COMMIT);
        let fate = if is_commit {
            next.swap(0, Ordering::SeqCst)
        } else {
            0
        };
        if fate == Commit::Silent as u8 || fate == Commit::Swallowed as u8 {
            (hole.silence)();
        }
        if fate == Commit::Swallowed as u8 {
            continue;
        }
        if fate == Commit::Unanswered as u8 {
            let _ = from.shutdown(Shutdown::Both);
        }
        if fate == Commit::Lost as u8 || to.write_all(bytes).is_err() {
            break;
        }
        if fate == Commit::Unanswered as u8 {
            // The server is to see all of it before it sees the end.
            thread::sleep(Duration::from_millis(20));
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
