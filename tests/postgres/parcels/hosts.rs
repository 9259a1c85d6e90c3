//! Several hosts, of which one has an older state of the world.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use crate::common::sample::player;
use crate::common::{Database, TestFile, server};
use gamedb::codegen::traits::*;
use gamedb::internals::Outsider;
use gamedb::{PostgresOptions, ServerOutbox, ServerTables};
use gamedb_models::{Player, Tables, World};

/// A second database of the server, which connections of a port get instead of the first one: so it is another host,
/// whose world has the same name.
struct OtherHost {
    database: String,
    port: u16,
}

/// As a client says which database it wants.
const WANTED: &[u8] = b"database\0postgres\0";

fn port_of(server: &str) -> u16 {
    let (_, after) = server.rsplit_once(':').unwrap();
    after.split('/').next().unwrap().parse().unwrap()
}

impl OtherHost {
    fn new(n: u32) -> Self {
        // As long as the name that it stands for.
        let database = format!("o{n}{:06}", std::process::id() % 1_000_000);
        let outsider = Outsider::connect(&server()).unwrap();
        outsider
            .execute(&format!("CREATE DATABASE {database}"))
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let instead = format!("database\0{database}\0").into_bytes();
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                let server = TcpStream::connect(("127.0.0.1", port_of(&server()))).unwrap();
                let instead = instead.clone();
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let instead = instead.clone();
                    thread::spawn(move || {
                        let mut bytes = vec![0; 1 << 16];
                        while let Ok(n @ 1..) = from.read(&mut bytes) {
                            let place =
                                bytes[..n].windows(WANTED.len()).position(|at| at == WANTED);
                            if let Some(place) = place {
                                bytes[place..place + WANTED.len()].copy_from_slice(&instead);
                            }
                            if to.write_all(&bytes[..n]).is_err() {
                                break;
                            }
                        }
                        let _ = from.shutdown(Shutdown::Both);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
            }
        });
        Self { database, port }
    }

    fn alone(&self) -> String {
        server().replace(
            &format!(":{}/", port_of(&server())),
            &format!(":{}/", self.port),
        )
    }

    /// Both hosts, this one first.
    fn before_the_first(&self, options: &str) -> String {
        let server = server();
        let (start, end) = server.split_once('@').unwrap();
        format!("{start}@127.0.0.1:{},{end}{options}", self.port)
    }
}

impl Drop for OtherHost {
    fn drop(&mut self) {
        let outsider = Outsider::connect(&server()).unwrap();
        let _ = outsider.execute(&format!("DROP DATABASE {} WITH (FORCE)", self.database));
    }
}

/// A world with one player on the other host, and with two, and a newer state, on the server.
fn two_states(other: &OtherHost) -> TestFile {
    let file = TestFile::new();
    let old = PostgresOptions::new(other.alone(), &file.world);
    let mut old = old.open::<World>().unwrap();
    old.insert(player(1)).unwrap();
    let _ = old.flush().unwrap();
    let mut new = file.reopen(file.open());
    for n in 1..=2 {
        new.insert(player(n)).unwrap();
        let _ = new.flush().unwrap();
    }
    file
}

#[test]
fn the_newest_host_is_found_whatever_the_order_and_the_settings() {
    let other = OtherHost::new(1);
    let file = two_states(&other);
    for options in [
        "",
        "?load_balance_hosts=random",
        "?target_session_attrs=read-write",
        "?load_balance_hosts=random&target_session_attrs=read-write",
    ] {
        for _ in 0..4 {
            let both = other.before_the_first(options);
            let db: Database<World> = PostgresOptions::new(&both, &file.world).open().unwrap();
            assert_eq!(db.iter::<Player>().count(), 2, "{options}");
            // The other host has no table of parcels.
            let mut outbox = ServerOutbox::connect(both, &file.world).unwrap();
            assert_eq!(outbox.inbox(&db).unwrap(), []);
        }
    }
    let there = Outsider::connect(&other.alone()).unwrap();
    let sql = "SELECT (to_regnamespace('gamedb_shards') IS NULL)::int::bigint";
    let rows = there.read(sql, |value| value.to_string()).unwrap();
    assert_eq!(rows, [["1"]]);
}

#[test]
fn the_newest_host_is_the_one_that_a_world_is_moved_from() {
    let other = OtherHost::new(2);
    let file = two_states(&other);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("moved.db");
    let tables = ServerTables::new(&file.world, Tables::INFO, Tables::DDL).unwrap();
    tables
        .copy_to_file(&other.before_the_first(""), &path, |_| {})
        .unwrap();
    let moved = gamedb::Database::<World>::open(&path).unwrap();
    assert_eq!(moved.iter::<Player>().count(), 2);
}

#[test]
fn a_standby_is_not_asked_for() {
    let options = format!("{}?target_session_attrs=read-only", server());
    let refused = PostgresOptions::new(options, "any").open::<World>();
    let error = refused.map(drop).unwrap_err();
    assert!(error.to_string().contains("read-write"), "{error}");
}
