//! What stands between the engine and the servers that speak PostgreSQL's protocol: the SQL that it sends, held against a list of
//! what CockroachDB and YugabyteDB lack. `docs/postgres.md` has the same list for people.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::common::sample::{fill, flushed_file, player, rename};
use crate::common::{TestFile, server};
use gamedb::codegen::traits::*;
use gamedb::{PostgresOptions, ServerOutbox, ServerTables};
use gamedb_models::{Player, Tables, World};

/// Something that a server lacks.
struct Lack {
    /// What is looked for: the statement has all of these.
    parts: &'static [&'static str],
    /// Who lacks it, and where that is said.
    sources: &'static [&'static str],
    /// Whether a world that is opened, flushed and loaded needs it.
    is_used_by_worlds: bool,
    /// Whether the exchange of parcels needs it, which goes on without.
    is_used_by_parcels: bool,
    /// Whether a world that is moved needs it.
    is_used_by_moves: bool,
}

const COCKROACH: &str = "https://github.com/cockroachdb/cockroach/issues/";
const YUGABYTE: &str = "https://github.com/yugabyte/yugabyte-db/issues/";

const fn lack(parts: &'static [&'static str], sources: &'static [&'static str]) -> Lack {
    Lack {
        parts,
        sources,
        is_used_by_worlds: false,
        is_used_by_parcels: false,
        is_used_by_moves: false,
    }
}

const LACKS: &[Lack] = &[
    Lack {
        is_used_by_worlds: true,
        is_used_by_moves: true,
        ..lack(
            &["UNIQUE (", ") DEFERRABLE"],
            &[
                "https://github.com/cockroachdb/cockroach/issues/48307",
                "https://github.com/yugabyte/yugabyte-db/issues/1709",
                "https://github.com/yugabyte/yugabyte-db/issues/32212",
            ],
        )
    },
    Lack {
        is_used_by_worlds: true,
        is_used_by_moves: true,
        ..lack(
            &["REFERENCES ", ") DEFERRABLE"],
            &["https://github.com/cockroachdb/cockroach/issues/31632"],
        )
    },
    Lack {
        is_used_by_worlds: true,
        ..lack(
            &["SET CONSTRAINTS "],
            &["https://github.com/cockroachdb/cockroach/issues/174629"],
        )
    },
    Lack {
        is_used_by_parcels: true,
        ..lack(
            &["LISTEN "],
            &[
                "https://github.com/cockroachdb/cockroach/issues/41522",
                "https://github.com/yugabyte/yugabyte-db/issues/31127",
            ],
        )
    },
    Lack {
        is_used_by_worlds: true,
        is_used_by_moves: true,
        ..lack(
            &["COPY (", "TO STDOUT (FORMAT binary)"],
            &["https://github.com/cockroachdb/cockroach/issues/97180"],
        )
    },
    lack(
        &["CREATE ", "TRIGGER "],
        &["https://cockroachlabs.com/docs/v24.2/postgresql-compatibility"],
    ),
    lack(
        &["CONSTRAINT ", "EXCLUDE "],
        &["https://github.com/yugabyte/yugabyte-db/issues/4700"],
    ),
    lack(
        &["CREATE ", "UNLOGGED "],
        &["https://github.com/yugabyte/yugabyte-db/issues/1129"],
    ),
    lack(
        &["CREATE TABLE", " INHERITS "],
        &["https://github.com/yugabyte/yugabyte-db/issues/1129"],
    ),
    lack(
        &["CREATE TEMP"],
        &["https://github.com/cockroachdb/cockroach/issues/5807"],
    ),
    lack(
        &["[][]"],
        &["https://github.com/cockroachdb/cockroach/issues/32552"],
    ),
];

impl Lack {
    fn is_in(&self, statement: &str) -> bool {
        self.parts.iter().all(|part| statement.contains(part))
    }
}

/// A listener in front of the server that keeps what is sent to it.
struct Recorder {
    port: u16,
    /// The bytes of each connection.
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Recorder {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let kept = Arc::clone(&requests);
        let address = server().rsplit_once('@').unwrap().1.to_owned();
        let address = address.split('/').next().unwrap().to_owned();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&address).unwrap());
                let n = {
                    let mut kept = kept.lock().unwrap();
                    kept.push(Vec::new());
                    kept.len() - 1
                };
                for is_request in [true, false] {
                    let (mut from, mut to) =
                        (client.try_clone().unwrap(), server.try_clone().unwrap());
                    if !is_request {
                        (from, to) = (to, from);
                    }
                    let kept = Arc::clone(&kept);
                    thread::spawn(move || {
                        let mut bytes = vec![0; 1 << 16];
                        while let Ok(n_read @ 1..) = from.read(&mut bytes) {
                            if is_request {
                                kept.lock().unwrap()[n].extend(&bytes[..n_read]);
                            }
                            if to.write_all(&bytes[..n_read]).is_err() {
                                break;
                            }
                        }
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
            }
        });
        Self { port, requests }
    }

    /// The server's address through it. What is encrypted cannot be read.
    fn address(&self) -> String {
        let server = server();
        let (start, rest) = server.rsplit_once(':').unwrap();
        let (_, database) = rest.split_once('/').unwrap();
        format!("{start}:{}/{database}?sslmode=disable", self.port)
    }

    /// The statements since they were last asked for.
    fn statements(&self) -> Vec<String> {
        let requests = std::mem::take(&mut *self.requests.lock().unwrap());
        // Connections that go on write to a place of the list.
        *self.requests.lock().unwrap() = vec![Vec::new(); requests.len()];
        let parts = requests.iter().flat_map(|bytes| statements(bytes));
        // A connection that went on has no start.
        let mut all: Vec<String> = parts.collect();
        all.sort();
        all.dedup();
        all
    }
}

/// The statements in the messages of one connection: each has its kind, its length and its contents, but for the first,
/// which has no kind.
fn statements(bytes: &[u8]) -> Vec<String> {
    let (mut rest, mut found) = (bytes, Vec::new());
    // Protocol 3.0, which a message with a kind does not have at this place.
    if rest.get(4..8) == Some(&[0, 3, 0, 0]) {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap());
        rest = &rest[usize::try_from(length).unwrap()..];
    }
    while let Some((&kind, after)) = rest.split_first() {
        let length = usize::try_from(u32::from_be_bytes(after[..4].try_into().unwrap())).unwrap();
        let contents = &after[4..length];
        rest = &after[length..];
        let mut texts = contents.split(|&byte| byte == 0);
        let statement = match kind {
            b'Q' => texts.next(),
            // A name, and the statement.
            b'P' => texts.nth(1),
            _ => None,
        };
        found.extend(statement.map(|text| String::from_utf8(text.to_vec()).unwrap()));
    }
    found
}

/// Exactly what the list says is used, and nothing else of it.
#[track_caller]
fn compare(statements: &[String], is_used: fn(&Lack) -> bool) {
    assert!(!statements.is_empty());
    for lack in LACKS {
        let found = statements.iter().find(|statement| lack.is_in(statement));
        assert_eq!(
            found.is_some(),
            is_used(lack),
            "{:?}: {found:?}",
            lack.parts
        );
    }
}

#[test]
fn the_list_names_its_sources() {
    for lack in LACKS {
        assert!(!lack.sources.is_empty());
        for source in lack.sources {
            let is_issue = source.starts_with(COCKROACH) || source.starts_with(YUGABYTE);
            assert!(is_issue || source.contains("/docs/"), "{source}");
        }
    }
    let page = include_str!("../../docs/postgres.md");
    let used = LACKS
        .iter()
        .filter(|lack| lack.is_used_by_worlds || lack.is_used_by_moves || lack.is_used_by_parcels);
    for source in used.flat_map(|lack| lack.sources) {
        assert!(page.contains(source), "{source}");
    }
}

/// A world is made, written in every way, refused, loaded again and taken over.
#[test]
fn a_world_needs_of_the_list_what_it_says() {
    let (file, recorder) = (TestFile::new(), Recorder::new());
    let options = || PostgresOptions::new(recorder.address(), &file.world);
    let mut db = options().open::<World>().unwrap();
    let sample = fill(&mut db);
    let _ = db.flush().unwrap();
    rename(&mut db, sample.ada, "another");
    db.remove(sample.bob).unwrap();
    let _ = db.flush_durable().unwrap();
    file.execute("UPDATE players SET email = 'taken'");
    let taken = Player {
        email: "taken".into(),
        ..player(8)
    };
    db.insert(taken).unwrap();
    db.flush().unwrap_err();
    drop(db);
    drop(options().existing().open::<World>().unwrap());
    let statements = recorder.statements();
    assert!(
        statements
            .iter()
            .any(|statement| statement.starts_with("UPDATE ") && statement.contains("unnest("))
    );
    compare(&statements, |lack| lack.is_used_by_worlds);
}

#[test]
fn the_exchange_of_parcels_needs_of_the_list_what_it_says() {
    let (file, recorder) = (TestFile::new(), Recorder::new());
    drop(file.open());
    let mut outbox = ServerOutbox::connect(recorder.address(), &file.world).unwrap();
    assert!(outbox.sent().unwrap().is_empty());
    compare(&recorder.statements(), |lack| lack.is_used_by_parcels);
}

#[test]
fn a_move_needs_of_the_list_what_it_says() {
    let (file, db, _) = flushed_file();
    drop(db);
    let (recorder, folder, moved) = (
        Recorder::new(),
        tempfile::tempdir().unwrap(),
        TestFile::new(),
    );
    let path = folder.path().join("world.db");
    let tables = |world: &str| ServerTables::new(world, Tables::INFO, Tables::DDL).unwrap();
    tables(&file.world)
        .copy_to_file(&recorder.address(), &path, |_| ())
        .unwrap();
    tables(&moved.world)
        .copy_to_server(&recorder.address(), &path, |_| ())
        .unwrap();
    compare(&recorder.statements(), |lack| lack.is_used_by_moves);
    assert_eq!(moved.contents(), file.contents());
}
