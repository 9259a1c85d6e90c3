//! Encrypted connections.

use std::path::Path;

use gamedb_generate::error::ServerError;
use gamedb_generate::import::{self, ImportError};

use crate::tools::{Database, Kind};

/// Connects as a user whom the server lets in encrypted only.
fn connect(database: &Database, host: &str, options: &str) -> Result<(), ServerError> {
    let url = database.url.replace("game:", "secretive:");
    let url = format!("{}{options}", url.replace("127.0.0.1", host));
    match import::open(Path::new(&url), None) {
        Ok(mut source) => {
            let tables = source.tables().expect("the tables");
            assert_eq!(tables.len(), 1);
            Ok(())
        }
        Err(ImportError::Server(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_connection_is_encrypted_as_far_as_it_is_asked_for() {
    for kind in [Kind::MySql, Kind::Postgres] {
        let Some(database) = Database::create(kind, "gamedb_encrypted") else {
            continue;
        };
        let Ok(authority) = std::env::var("GAMEDB_SERVER_CA") else {
            eprintln!("skipped: GAMEDB_SERVER_CA is not set");
            return;
        };
        database.execute(&["CREATE TABLE players (id int PRIMARY KEY)"]);
        let connect = |host: &str, options: &str| connect(&database, host, options);

        let plain = connect("127.0.0.1", "?sslmode=disable").expect_err("not encrypted");
        assert!(matches!(plain, ServerError::Connect { .. }), "{plain}");
        for options in [
            "",
            "?sslmode=prefer",
            "?sslmode=require",
            "?ssl-mode=REQUIRED",
        ] {
            assert_eq!(connect("127.0.0.1", options), Ok(()), "{kind:?} {options}");
        }

        let full = format!("?sslmode=verify-full&sslrootcert={authority}");
        assert_eq!(connect("localhost", &full), Ok(()), "{kind:?}");
        // The certificate has the name, and not the number.
        let name = connect("127.0.0.1", &full).expect_err("another name");
        assert!(name.to_string().contains("certificate"), "{name}");
        let unknown = connect("localhost", "?sslmode=verify-full").expect_err("not trusted");
        assert!(unknown.to_string().contains("certificate"), "{unknown}");
        let missing = "?sslmode=verify-full&sslrootcert=no/such/file.pem";
        let missing = connect("localhost", missing).expect_err("no such file");
        assert!(missing.to_string().contains("No such file"), "{missing}");

        let wrong = connect("localhost", "?sslmode=verify-ca").expect_err("no such mode");
        assert!(matches!(wrong, ServerError::Address { .. }), "{wrong}");
    }
}
