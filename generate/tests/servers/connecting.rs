//! What is said when a server cannot be read: the server and the table, and never the password.

use std::path::Path;

use gamedb_generate::error::ServerError;
use gamedb_generate::import::{self, ImportError};
use gamedb_generate::{Error, read, sqlite_schema};

use crate::tools::{Database, Kind, input, postgres};

/// The error of connecting to an address, which does not contain these words.
fn refused(url: &str, secrets: &[&str]) -> ServerError {
    let error = match import::open(Path::new(url), None) {
        Err(ImportError::Server(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("{url} is there"),
    };
    let of_schema = sqlite_schema(&input(url)).expect_err("no schema");
    for shown in [
        error.to_string(),
        format!("{error:?}"),
        of_schema.to_string(),
        format!("{of_schema:?}"),
        format!("{:?}", input(url)),
    ] {
        for secret in secrets {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    assert!(matches!(of_schema, Error::Server(_)), "{of_schema}");
    error
}

#[test]
fn a_server_that_is_not_there_is_named_without_its_password() {
    for scheme in ["mysql", "mariadb", "postgres", "postgresql"] {
        // Nothing listens on this port.
        let url = format!("{scheme}://hero:hunter2@127.0.0.1:1/world");
        let error = refused(&url, &["hunter2", "hero"]);
        let ServerError::Connect { address, .. } = &error else {
            panic!("{error}");
        };
        let kind = if scheme.starts_with('m') {
            "mysql"
        } else {
            "postgres"
        };
        assert_eq!(address, &format!("{kind}://127.0.0.1:1/world"));
        assert!(error.to_string().contains("refused"), "{error}");
    }
}

#[test]
fn an_address_that_cannot_be_read_is_not_repeated() {
    for scheme in ["mysql", "postgres"] {
        for bad in [
            "hero:hunt@er2@127.0.0.1:1/world",
            "hero:hunt/er2@127.0.0.1:1/world",
            "hero:hunt?er2@127.0.0.1:1/world",
            "hero:hunter2@127.0.0.1:port/world",
            "hero:hunter2@127.0.0.1:1",
            "hero:hunter2@127.0.0.1:1/world?no_such_option=hunter2",
        ] {
            let error = refused(&format!("{scheme}://{bad}"), &["hunt", "er2"]);
            let is_of_address =
                matches!(&error, ServerError::Address { scheme: of, .. } if *of == scheme);
            assert!(is_of_address, "{bad}: {error}");
            assert!(error.to_string().contains("%40"), "{error}");
        }
    }
}

#[test]
fn what_the_server_refuses_is_said_in_its_own_words() {
    for kind in [Kind::MySql, Kind::Postgres] {
        let Some(database) = Database::create(kind, "gamedb_refused") else {
            continue;
        };
        let without = refused(
            &database.url.replace("gamedb_refused", "gamedb_nowhere"),
            &["p@ss", "p%40ss"],
        );
        assert!(without.to_string().contains("gamedb_nowhere"), "{without}");
        let wrong = refused(
            &database.url.replace("p%40ss", "wr%40ng"),
            &["wr@ng", "wr%40ng"],
        );
        let words = ["Access denied", "password authentication failed"];
        assert!(
            words.iter().any(|word| wrong.to_string().contains(word)),
            "{wrong}"
        );
        let empty = read(&input(&database.url)).expect_err("no table");
        assert!(
            matches!(empty, Error::Server(ServerError::NoTables { .. })),
            "{empty}"
        );
    }
}

/// A policy that hides rows would lose them without a word.
#[test]
fn rows_that_a_policy_hides_are_an_error() {
    let Some(database) = Database::create(Kind::Postgres, "gamedb_policy") else {
        return;
    };
    database.execute(&[
        "CREATE TABLE players (id int PRIMARY KEY); INSERT INTO players VALUES (1), (2);
         ALTER TABLE players ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON players USING (id = 1);
         DROP ROLE IF EXISTS gamedb_guest; CREATE ROLE gamedb_guest LOGIN PASSWORD 'guest';
         GRANT SELECT ON players TO gamedb_guest",
    ]);
    let (_, host) = database
        .url
        .rsplit_once('@')
        .expect("an address with a user");
    let url = format!("postgres://gamedb_guest:guest@{host}");
    let (schema, config) = read(&input(&url)).expect("the schema is not hidden");
    let model = gamedb_generate::resolve(&schema, &config).expect("the models");
    let out = database.file("policy.db");
    let options = import::ImportOptions {
        out: Some(out.clone()),
        ..Default::default()
    };
    let mut source = import::open(Path::new(&url), None).expect("the server");
    let error = import::import(&mut *source, &schema, &model, &options, &mut |_| {});
    let error = error.expect_err("the rows are hidden").to_string();
    assert!(error.contains("table public.players"), "{error}");
    assert!(error.contains("row-level security"), "{error}");
    assert!(!out.exists());
    drop(source);

    // One that the schema does not have may have rows, too.
    let other = database.file("other.sql");
    std::fs::write(
        &other,
        "CREATE TABLE other (id INTEGER PRIMARY KEY) STRICT;",
    )
    .expect("written");
    let (schema, config) = read(&input(&other)).expect("the schema");
    let model = gamedb_generate::resolve(&schema, &config).expect("the models");
    let mut source = import::open(Path::new(&url), None).expect("the server");
    let report = import::import(&mut *source, &schema, &model, &options, &mut |_| {});
    let report = report.expect("the snapshot goes on behind a refused query");
    assert!(report.needs_consent());
    assert_eq!(report.left_behind[0].table, "players");
    drop(source);
    postgres(&database.url)
        .batch_execute("DROP OWNED BY gamedb_guest; DROP ROLE gamedb_guest")
        .expect("no guest is left");
}

/// A table that the schema does not have is asked for if it has rows, or may have: these cannot be read.
#[test]
fn a_table_with_rows_that_the_schema_does_not_have_is_asked_for() {
    for kind in [Kind::MySql, Kind::Postgres] {
        let Some(database) = Database::create(kind, "gamedb_others") else {
            continue;
        };
        database.execute(&[
            "CREATE TABLE players (id int PRIMARY KEY)",
            "CREATE TABLE others (id int PRIMARY KEY)",
            "CREATE TABLE vacant (id int PRIMARY KEY)",
            "CREATE VIEW sight AS SELECT id FROM others",
            "INSERT INTO players VALUES (1)",
            "INSERT INTO others VALUES (1)",
        ]);
        let schema = database.file("players.sql");
        let ddl = "CREATE TABLE players (id INTEGER PRIMARY KEY) STRICT;";
        std::fs::write(&schema, ddl).expect("the schema is written");
        let (schema, config) = read(&input(&schema)).expect("the schema");
        let model = gamedb_generate::resolve(&schema, &config).expect("the models");
        let out = database.file("others.db");
        for is_asked in [true, false] {
            let options = import::ImportOptions {
                out: Some(out.clone()),
                drops_other_tables: !is_asked,
                ..Default::default()
            };
            let mut source = import::open(Path::new(&database.url), None).expect("the server");
            let report = import::import(&mut *source, &schema, &model, &options, &mut |_| {});
            let report = report.expect("an import");
            let tables: Vec<_> = report.left_behind.iter().map(|one| &*one.table).collect();
            assert_eq!(tables, ["others"]);
            assert_eq!(report.needs_consent(), is_asked);
            assert_eq!(out.exists(), !is_asked);
            assert!(
                report
                    .notes
                    .iter()
                    .any(|note| note.contains("table vacant")),
                "{report}"
            );
        }
    }
}

/// A server that goes away in the middle of a table is an error that names the table, and leaves no file.
#[test]
fn a_connection_that_breaks_leaves_no_file() {
    for kind in [Kind::MySql, Kind::Postgres] {
        let Some(database) = Database::create(kind, "gamedb_broken") else {
            continue;
        };
        database.execute(&["CREATE TABLE players (id int PRIMARY KEY, name text)"]);
        let rows: Vec<String> = (0..5_000)
            .map(|id| format!("({id}, '{}')", "x".repeat(4_000)))
            .collect();
        for rows in rows.chunks(500) {
            database.execute(&[format!("INSERT INTO players VALUES {}", rows.join(","))]);
        }
        let (schema, config) = read(&input(&database.url)).expect("the schema");
        let model = gamedb_generate::resolve(&schema, &config).expect("the models");
        let out = database.file("broken.db");
        let options = import::ImportOptions {
            out: Some(out.clone()),
            ..Default::default()
        };
        let mut source = import::open(Path::new(&database.url), None).expect("the server");
        let mut is_first = true;
        let error = import::import(&mut *source, &schema, &model, &options, &mut |_| {
            if std::mem::take(&mut is_first) {
                end_other_connections(&database);
            }
        });
        let error = error.expect_err("the connection was ended").to_string();
        assert!(error.contains("cannot read the rows of table"), "{error}");
        assert!(error.contains("players"), "{error}");
        assert!(!out.exists(), "{kind:?}");
    }
}

fn end_other_connections(database: &Database) {
    match database.kind {
        Kind::MySql => {
            let others = database.texts(
                "SELECT CAST(id AS CHAR) FROM information_schema.processlist
                 WHERE db = DATABASE() AND id <> CONNECTION_ID()",
            );
            for id in others.iter().flatten().flatten() {
                // One that has ended by itself meanwhile is no error.
                database.execute(&[format!(
                    "BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; KILL {id}; END"
                )]);
            }
        }
        Kind::Postgres => {
            database.execute(&["SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()"]);
        }
    }
}
