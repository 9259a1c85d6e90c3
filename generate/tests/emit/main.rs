//! The generated source: each `emit_*` folder of `cases/` against the models.rs checked in beside it,
//! and all of them through the compiler.

mod compiled;
mod game;
mod long_schemas;
mod round_trip;

use std::fs;
use std::path::{Path, PathBuf};

use gamedb_generate::emit::Unsupported;
use gamedb_generate::{Error, Input, Options, Outcome, generate};

/// Set it to write what is generated instead of comparing.
const BLESS: &str = "GAMEDB_BLESS";

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn options(schema: PathBuf, out: PathBuf, check: bool) -> Options {
    let input = Input {
        schema,
        ..Input::default()
    };
    Options {
        input,
        out,
        sqlite_schema: None,
        check,
    }
}

/// Holds what is generated for a case against its models.rs, byte for byte.
fn check(case: &str) {
    let case = folder("tests/cases").join(format!("emit_{case}"));
    let bless = std::env::var_os(BLESS).is_some();
    let options = options(case.join("schema.sql"), case.join("models.rs"), !bless);
    if let Outcome::Stale { diff } = generate(&options).expect("the case is generated") {
        panic!("{diff}\n`{BLESS}=1 cargo test -p gamedb-generate --test emit` writes it anew");
    }
}

macro_rules! cases {
    ($($case:ident)*) => {
        const CASES: &[&str] = &[$(stringify!($case)),*];
        $(
            #[test]
            fn $case() {
                check(stringify!($case));
            }
        )*
    };
}

cases! {
    names self_reference several_keys composite nullable wide required_owner value_union one_to_one limited_pivot
    checks
    joins
    owner_pair given_ids by_value nests no_case parcels
}

/// What is refused: schema and config in, error out.
fn refused(schema: &str, config: &str) -> Unsupported {
    let folder = tempfile::tempdir().expect("a folder is made");
    let file = folder.path().join("schema.sql");
    fs::write(&file, schema).expect("the schema is written");
    fs::write(folder.path().join("gamedb.toml"), config).expect("the config is written");
    match generate(&options(file, folder.path().join("models.rs"), false)) {
        Err(Error::Unsupported(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_engine_cannot_keep_is_refused() {
    let twice = fs::read_to_string(folder("tests/cases/owned_twice/schema.sql"))
        .expect("the case is there");
    let both = "[pivots.crate_owners]\npivot = true\n[pivots.crate_holders]\npivot = true\n";
    assert!(matches!(
        refused(&twice, both),
        Unsupported::OwnedTwice { .. }
    ));
    let asked = "[pivots.c_owners]\npivot = true\n";

    let pivot = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE c (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE c_owners (
            id INTEGER PRIMARY KEY,
            c_id INTEGER NOT NULL UNIQUE REFERENCES c (id) ON DELETE CASCADE,
            a_id INTEGER REFERENCES a (id),
            b_id INTEGER REFERENCES {b} (id),
            CHECK ((a_id IS NOT NULL) + (b_id IS NOT NULL) = 1)
        ) STRICT;";
    let one_table = Unsupported::OneTableTwice {
        pivot: "c_owners".into(),
        column: "a_id".into(),
    };
    let methods = format!("{asked}methods = [\"a_id\", \"b_id\"]\n");
    assert_eq!(refused(&pivot.replace("{b}", "a"), &methods), one_table);

    let unique = Unsupported::UniqueOwner {
        table: "c_owners".into(),
        column: "b_id".into(),
    };
    assert_eq!(
        refused(
            &pivot.replace("REFERENCES {b} (id)", "UNIQUE REFERENCES b (id)"),
            asked
        ),
        unique
    );

    let note = "CREATE TABLE notes (id INTEGER PRIMARY KEY, c_owner_id INTEGER REFERENCES c_owners (id)) STRICT;";
    let to_pivot = Unsupported::KeyToPivot {
        table: "notes".into(),
        column: "c_owner_id".into(),
        pivot: "c_owners".into(),
    };
    assert_eq!(
        refused(&(pivot.replace("{b}", "b") + note), asked),
        to_pivot
    );
}
