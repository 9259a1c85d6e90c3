//! A way to the server that takes its time.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

pub(crate) struct Proxy {
    /// The server's address through it.
    pub(crate) address: String,
}

impl Proxy {
    /// Delays everything by so long, in each direction.
    pub(crate) fn new(address: &str, delay: Duration) -> Self {
        let (start, end) = address.split_once('@').expect("a user");
        let (host, end) = end.split_once('/').expect("a database");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let host = host.to_owned();
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.expect("a connection");
                let server = TcpStream::connect(&host).expect("the server");
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let streams = (from.try_clone(), to.try_clone());
                    let (Ok(from), Ok(to)) = streams else { break };
                    let _ = to.set_nodelay(true);
                    forward(from, to, delay);
                }
            }
        });
        Self {
            address: format!("{start}@127.0.0.1:{port}/{end}"),
        }
    }
}

/// Bytes do not wait for those before them to arrive.
fn forward(mut from: TcpStream, mut to: TcpStream, delay: Duration) {
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(n @ 1..) = from.read(&mut bytes) {
            if sender
                .send((Instant::now() + delay, bytes[..n].to_vec()))
                .is_err()
            {
                break;
            }
        }
    });
    thread::spawn(move || {
        for (at, bytes) in receiver {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}
