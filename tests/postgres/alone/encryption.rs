//! Encrypted connections.

use crate::common::sample::player;
use crate::common::{TestFile, assert_wrote, flush_failure, server, wait_until};
use gamedb::internals::Outsider;
use gamedb::{ErrorKind, FileError, FlushFailure, PostgresOptions};
use gamedb_models::World;

/// A server that encrypts, and the user whom it lets in encrypted only.
struct Encrypting(Outsider);

impl Encrypting {
    fn new() -> Self {
        let encrypting = Self(Outsider::connect(&server()).unwrap());
        let url = server();
        let password = url.split([':', '@']).nth(2).unwrap();
        encrypting
            .0
            .execute(&format!(
                "CREATE ROLE secretive SUPERUSER LOGIN PASSWORD '{password}'"
            ))
            .unwrap();
        encrypting.set("ALTER SYSTEM SET ssl = on", "on");
        encrypting
    }

    fn set(&self, sql: &str, expected: &str) {
        self.0.execute(sql).unwrap();
        self.0.execute("SELECT pg_reload_conf()").unwrap();
        wait_until(|| self.texts("SELECT current_setting('ssl')") == [expected]);
    }

    fn texts(&self, sql: &str) -> Vec<String> {
        let rows = self
            .0
            .read(sql, |value| value.to_string().trim_matches('"').to_owned())
            .unwrap();
        rows.into_iter().map(|mut row| row.remove(0)).collect()
    }

    /// Whether the connections of the user are encrypted.
    fn encrypted(&self) -> Vec<String> {
        self.texts(
            "SELECT ssl::text FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'secretive'",
        )
    }
}

impl Drop for Encrypting {
    fn drop(&mut self) {
        self.set("ALTER SYSTEM RESET ssl", "off");
        wait_until(|| self.encrypted().is_empty());
        self.0
            .execute(
                "REASSIGN OWNED BY secretive TO game; DROP OWNED BY secretive; DROP ROLE secretive",
            )
            .unwrap();
    }
}

/// The address of a user who is let in encrypted only.
fn address(host: &str, options: &str) -> String {
    let url = server().replacen("game:", "secretive:", 1);
    format!("{}{options}", url.replace("127.0.0.1", host))
}

fn authority() -> String {
    std::env::var("GAMEDB_POSTGRES_CA").expect("start with tests/postgres/run")
}

/// What is to be done, and what the server says, or the library.
fn advice(file: &TestFile, address: &str) -> (&'static str, String) {
    let error = PostgresOptions::new(address, &file.world)
        .open::<World>()
        .unwrap_err();
    match error.kind() {
        ErrorKind::File(FileError::Encryption { advice, source, .. }) => {
            (advice, format!("{source:?}"))
        }
        other => panic!("{address}: {other:?}"),
    }
}

#[test]
fn a_server_without_encryption_is_not_reached_by_who_asks_for_it() {
    let file = TestFile::new();
    let (advice, _) = advice(&file, &format!("{}?sslmode=require", server()));
    assert!(advice.contains("ssl = on"), "{advice}");
    let plain = format!("{}?sslmode=prefer", server());
    drop(
        PostgresOptions::new(plain, &file.world)
            .open::<World>()
            .unwrap(),
    );
}

#[test]
fn a_connection_is_encrypted_as_far_as_it_is_asked_for() {
    let file = TestFile::new();
    let encrypting = Encrypting::new();
    let (what, said) = advice(&file, &address("127.0.0.1", "?sslmode=disable"));
    assert!(
        what.contains("sslmode=require") && said.contains("28000"),
        "{what} {said}"
    );
    let authority = authority();
    let full = format!("?sslmode=verify-full&sslrootcert={authority}");
    let list = {
        let url = server();
        let mut parts = url.split([':', '@', '/']).skip(4);
        let (password, port) = (parts.next().unwrap(), parts.nth(1).unwrap());
        format!(
            "host=localhost port={port} user=secretive password={password} dbname=postgres sslmode=verify-full \
             sslrootcert='{authority}'"
        )
    };
    for address in [
        address("127.0.0.1", ""),
        address("127.0.0.1", "?sslmode=prefer"),
        address("127.0.0.1", "?sslmode=require"),
        address("localhost", &full),
        list,
    ] {
        let db = PostgresOptions::new(&address, &file.world)
            .open::<World>()
            .unwrap();
        assert_eq!(encrypting.encrypted(), ["true"], "{address}");
        drop(db);
        wait_until(|| encrypting.encrypted().is_empty());
    }
    // The certificate has the name, and not the number; and nobody else knows its authority.
    for address in [
        address("127.0.0.1", &full),
        address("localhost", "?sslmode=verify-full"),
    ] {
        let (what, said) = advice(&file, &address);
        assert!(
            what.contains("sslrootcert=FILE") && said.contains("ertificate"),
            "{address}: {what} {said}"
        );
    }
}

/// A connection that is made again is encrypted like the first one.
#[test]
fn a_lost_connection_comes_back_encrypted() {
    let file = TestFile::new();
    let encrypting = Encrypting::new();
    let full = format!("?sslmode=verify-full&sslrootcert={}", authority());
    let mut db = PostgresOptions::new(address("localhost", &full), &file.world)
        .open::<World>()
        .unwrap();
    db.insert(player(1)).unwrap();
    assert_wrote(db.flush().unwrap(), (1, 0, 0));
    db.insert(player(2)).unwrap();
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'secretive'";
    encrypting.0.execute(sql).unwrap();
    wait_until(|| encrypting.encrypted().is_empty());
    // It may be noticed by the flush, or before it.
    if let Err(error) = db.flush() {
        let (_, cause) = flush_failure::<()>(Err(error));
        assert!(
            matches!(cause, FlushFailure::Disconnected { .. }),
            "{cause}"
        );
        assert_wrote(db.flush().unwrap(), (1, 0, 0));
    }
    assert_eq!(encrypting.encrypted(), ["true"]);
}
