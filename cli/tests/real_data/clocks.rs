//! DEFAULTs that are clocks: rows have the time, in the form of their database, or there is a warning.

use gamedb_generate::model::{FieldKind, Literal};
use gamedb_generate::schema::Clock;

use crate::World;

fn loaded(schema: &str) -> (Vec<String>, Option<Literal>, String) {
    let world = World::new(schema);
    let (schema, config) = world.load();
    let model = gamedb_generate::resolve(&schema, &config).unwrap();
    let default = match &model.tables[0].fields[0].kind {
        FieldKind::Scalar { default, .. } => default.clone(),
        other => panic!("{other:?}"),
    };
    let input = gamedb_generate::Input {
        schema: world.path("schema.sql"),
        ..Default::default()
    };
    let written = gamedb_generate::sqlite_schema(&input).unwrap();
    (schema.warnings, default, written)
}

const DATE: &str = "%Y-%m-%d";
const TIME: &str = "%H:%M:%S";
const BOTH: &str = "%Y-%m-%d %H:%M:%S";
const ZONED: &str = "%Y-%m-%d %H:%M:%S+00";
const SECONDS: &str = "";

// A11: in the form in which the database would have stored it.
#[test]
fn a_clock_in_a_default_is_filled_in_memory_in_every_dialect() {
    for (column, format) in [
        ("date NOT NULL DEFAULT ('now'::text)::date", DATE),
        ("date NOT NULL DEFAULT 'today'::date", DATE),
        ("date NOT NULL DEFAULT now()", DATE),
        ("date NOT NULL DEFAULT CURRENT_DATE", DATE),
        ("timestamptz NOT NULL DEFAULT now()", ZONED),
        (
            "timestamp with time zone DEFAULT ('now'::text)::timestamp with time zone",
            ZONED,
        ),
        ("timestamp without time zone NOT NULL DEFAULT 'now'", BOTH),
        (
            "timestamp without time zone DEFAULT timezone('utc'::text, now())",
            BOTH,
        ),
        ("timestamp DEFAULT (now() AT TIME ZONE 'utc')", BOTH),
        ("timestamp DEFAULT LOCALTIMESTAMP", BOTH),
        ("timestamp DEFAULT now()::date", "%Y-%m-%d 00:00:00"),
    ] {
        let schema = format!("CREATE TABLE a (id serial PRIMARY KEY, created {column});");
        is_filled(&schema, format);
    }
    for (column, format) in [
        ("timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP", BOTH),
        ("datetime DEFAULT current_timestamp()", BOTH),
        ("datetime DEFAULT NOW()", BOTH),
        (
            "datetime(3) DEFAULT CURRENT_TIMESTAMP(3)",
            "%Y-%m-%d %H:%M:%S.000",
        ),
        ("date DEFAULT (CURDATE())", DATE),
        ("date DEFAULT (CURRENT_DATE)", DATE),
        ("time DEFAULT (CURTIME())", TIME),
        ("int DEFAULT (UNIX_TIMESTAMP())", SECONDS),
    ] {
        let schema = format!(
            "CREATE TABLE a (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, created {column}) ENGINE=InnoDB;"
        );
        is_filled(&schema, format);
    }
    for (column, format) in [
        ("TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP", BOTH),
        ("TEXT DEFAULT CURRENT_DATE", DATE),
        ("TEXT DEFAULT current_time", TIME),
        ("TEXT DEFAULT (datetime('now'))", BOTH),
        (
            "TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            "%Y-%m-%dT%H:%M:%fZ",
        ),
        ("INTEGER NOT NULL DEFAULT (unixepoch())", SECONDS),
        ("INTEGER NOT NULL DEFAULT (strftime('%s', 'now'))", SECONDS),
    ] {
        for strict in ["", " STRICT"] {
            let schema =
                format!("CREATE TABLE a (id INTEGER PRIMARY KEY, created {column}){strict};");
            is_filled(&schema, format);
        }
    }
}

#[track_caller]
fn is_filled(schema: &str, format: &str) {
    let expected = match format {
        SECONDS => Clock::Seconds,
        format => Clock::Text(format.to_owned()),
    };
    let (warnings, default, written) = loaded(schema);
    assert_eq!(default, Some(Literal::Now(expected)), "{schema}");
    assert_eq!(warnings, [""; 0], "{schema}");
    // The written text says the same, and SQLite fills it in alike.
    let (_, again, _) = loaded(&written);
    assert_eq!(again, default, "{written}");
    let file = rusqlite::Connection::open_in_memory().unwrap();
    file.execute_batch(&written).unwrap();
    file.execute_batch("INSERT INTO a (id) VALUES (1)").unwrap();
    let length: i64 = file
        .query_row("SELECT length(created) FROM a", [], |row| row.get(0))
        .unwrap();
    let wanted = match format {
        SECONDS => 10,
        format => format
            .replace("%Y", "2024")
            .replace("%f", "00.000")
            .replace('%', "0")
            .len(),
    };
    assert_eq!(usize::try_from(length), Ok(wanted), "{written}");
}

// A11: what cannot be filled in the same form is a warning.
#[test]
fn a_clock_that_cannot_be_filled_in_the_same_form_is_a_warning() {
    for schema in [
        "CREATE TABLE a (id serial PRIMARY KEY, created date NOT NULL DEFAULT 'tomorrow');",
        "CREATE TABLE a (id serial PRIMARY KEY, created timestamptz DEFAULT now() + '1 day'::interval);",
        "CREATE TABLE a (id serial PRIMARY KEY, created bigint DEFAULT EXTRACT(epoch FROM now()));",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, created TEXT NOT NULL DEFAULT (datetime('now', '+1 day')));",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, created TEXT DEFAULT (strftime('%j', 'now'))) STRICT;",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, created REAL DEFAULT (julianday('now'))) STRICT;",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, created INTEGER NOT NULL DEFAULT (random())) STRICT;",
    ] {
        let (warnings, default, _) = loaded(schema);
        let is_said = |warning: &&String| {
            warning.starts_with("column a.created: DEFAULT ")
                && warning.contains("the game has to set the value")
        };
        assert_eq!(warnings.iter().filter(is_said).count(), 1, "{warnings:?}");
        assert_eq!(default, None, "{schema}");
    }
}

// A11, C: a DEFAULT of a column whose type is the program's own.
#[test]
fn a_default_of_a_type_of_ones_own_is_a_warning() {
    for default in ["CURRENT_TIMESTAMP", "'2024-01-01'"] {
        let world = World::new(&format!(
            "CREATE TABLE a (id INTEGER PRIMARY KEY, created TEXT NOT NULL DEFAULT {default}) STRICT;"
        ))
        .with_config("[columns.'a.created']\ntype = 'jiff::Timestamp'\n");
        let (schema, config) = world.load();
        let model = gamedb_generate::resolve(&schema, &config).unwrap();
        assert_eq!(
            model.warnings,
            [format!(
                "column a.created: DEFAULT {default} is not applied in memory, where a new row starts with the Default of \
                 jiff::Timestamp; the game has to set the value"
            )]
        );
    }
}

// A11
#[test]
fn a_default_that_is_no_clock_is_no_warning() {
    let world = World::new(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, word TEXT NOT NULL DEFAULT 'now', n INTEGER NOT NULL DEFAULT -1,
         x REAL DEFAULT (1.5), b BLOB DEFAULT x'00', t INTEGER DEFAULT TRUE CHECK (t IN (0, 1)), z TEXT DEFAULT NULL) STRICT;",
    );
    assert_eq!(world.load().0.warnings, [""; 0]);
}
