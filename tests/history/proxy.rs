//! The network between a world's processes and the two clusters, which fails where it is told to.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

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
    /// It is held until it is released, and then as the second.
    Held,
}

#[derive(Default)]
struct Shared {
    next: AtomicU8,
    is_closed: AtomicBool,
    /// Whether a COMMIT that is held is released.
    is_released: AtomicBool,
    /// Every connection that may still be open, both ends.
    open: Mutex<Vec<(TcpStream, TcpStream)>>,
}

/// A port for each cluster. It ends with the process.
pub(crate) struct Proxy {
    pub(crate) ports: Vec<u16>,
    shared: Arc<Shared>,
}

/// A COMMIT as the protocol has it.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

impl Proxy {
    pub(crate) fn new(servers: &[u16]) -> Self {
        let shared = Arc::new(Shared::default());
        let ports = servers.iter().map(|&server| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.listen(&listener, server));
            port
        });
        Self {
            ports: ports.collect(),
            shared,
        }
    }

    pub(crate) fn next_commit_is(&self, commit: Commit) {
        self.release(commit != Commit::Held);
        self.shared.next.store(commit as u8, Ordering::SeqCst);
    }

    /// Whether the last one that was asked for has come.
    pub(crate) fn has_committed(&self) -> bool {
        self.shared.next.load(Ordering::SeqCst) == 0
    }

    pub(crate) fn release(&self, yes: bool) {
        self.shared.is_released.store(yes, Ordering::SeqCst);
    }

    /// Whether new connections come through.
    pub(crate) fn open(&self, yes: bool) {
        self.shared.is_closed.store(!yes, Ordering::SeqCst);
    }

    /// Breaks all connections.
    pub(crate) fn cut(&self) {
        for (one, other) in self.shared.open.lock().unwrap().drain(..) {
            let _ = one.shutdown(Shutdown::Both);
            let _ = other.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn listen(self: &Arc<Self>, listener: &TcpListener, server: u16) {
        for client in listener.incoming() {
            let client = client.unwrap();
            if self.is_closed.load(Ordering::SeqCst) {
                continue;
            }
            let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else {
                continue;
            };
            let both = || (client.try_clone().unwrap(), server.try_clone().unwrap());
            self.open.lock().unwrap().push(both());
            let ((from, to), (back, there)) = (both(), both());
            let (shared, other) = (Arc::clone(self), Arc::clone(self));
            thread::spawn(move || shared.forward(from, to, true));
            thread::spawn(move || other.forward(there, back, false));
        }
    }

    fn forward(&self, mut from: TcpStream, mut to: TcpStream, is_request: bool) {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(n @ 1..) = from.read(&mut bytes) {
            let bytes = &bytes[..n];
            let is_commit = is_request && bytes.windows(COMMIT.len()).any(|part| part == COMMIT);
            let fate = if is_commit {
                self.next.swap(0, Ordering::SeqCst)
            } else {
                0
            };
            while fate == Commit::Held as u8 && !self.is_released.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(1));
            }
            let is_unanswered = [Commit::Unanswered as u8, Commit::Held as u8].contains(&fate);
            if is_unanswered {
                // The client is to know before the server has answered.
                let _ = from.shutdown(Shutdown::Both);
            }
            if fate == Commit::Lost as u8 || to.write_all(bytes).is_err() {
                break;
            }
            if is_unanswered {
                // The server is to see all of it before it sees the end.
                thread::sleep(Duration::from_millis(20));
                break;
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
        let is_open =
            |stream: &TcpStream| stream.take_error().is_ok() && stream.peer_addr().is_ok();
        let mut open = self.open.lock().unwrap();
        open.retain(|(one, other)| is_open(one) && is_open(other));
    }
}
