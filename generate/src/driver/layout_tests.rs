//! Compares what the emitter lays out with what rustfmt makes of it, for the schemas of the other tests
//! and for random ones. The tests are here because they need the whole way from a schema file to source.

use std::path::{Path, PathBuf};

use super::run::{Input, read};
use crate::emit::{self, Source};
use crate::error::Error;
use crate::output::rustfmt::{LEAST_HELD_BACK, format, format_whole};
use crate::resolve::resolve;

/// The source of a schema file's models.
fn source(schema: &Path) -> Result<Source, Error> {
    let input = Input {
        schema: schema.to_owned(),
        ..Input::default()
    };
    let (schema, config) = read(&input)?;
    let model = resolve(&schema, &config)?;
    Ok(emit::one_file(&model, "schema.sql")?)
}

/// Compares what the emitter lays out with what rustfmt makes of the whole source.
fn check_layout(source: &Source, what: &str) {
    let out = Path::new("models.rs");
    let whole = format_whole(source.whole(), out).expect("rustfmt takes it");
    let rough = format_whole(&source.rough(), out).expect("rustfmt takes the rest");
    let restored = source.restore(&rough);
    assert_same(&restored, &whole, what);
}

/// Fails with the first line that differs, not with both texts.
fn assert_same(one: &str, other: &str, what: &str) {
    let mut lines = one.lines().zip(other.lines());
    assert_eq!(lines.find(|(one, other)| one != other), None, "{what}");
    assert_eq!(one.len(), other.len(), "{what}");
}

/// The SQL files in a folder and in its subfolders.
fn schemas(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            schemas(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            found.push(path);
        }
    }
}

#[test]
fn what_is_laid_out_rustfmt_leaves_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    schemas(&root.join("tests/cases"), &mut paths);
    schemas(&root.join("../models/src"), &mut paths);
    let shared = root.join("../../shared/schemas");
    if !shared.is_dir() {
        println!("skipped for shared schemas: there are none here");
    }
    schemas(&shared, &mut paths);
    let mut n_checked = 0;
    for path in paths {
        // Some of the cases are schemas that are refused.
        if let Ok(source) = source(&path) {
            check_layout(&source, &path.display().to_string());
            n_checked += 1;
        }
    }
    assert!(n_checked > 30, "{n_checked}");
}

/// A table whose columns have names of these lengths, with types by number.
fn table(at: usize, columns: &[(usize, usize)]) -> String {
    const TYPES: &[&str] = &[
        "INTEGER NOT NULL",
        "INTEGER UNIQUE",
        "TEXT NOT NULL DEFAULT 'x'",
        "TEXT CHECK (length(#) <= 9)",
        "REAL NOT NULL DEFAULT 0.5",
        "BLOB",
        "TEXT NOT NULL CHECK (# IN ('A', 'B'))",
        "INTEGER NOT NULL DEFAULT 1 CHECK (# IN (0, 1))",
        "INTEGER REFERENCES t0 (id)",
        "INTEGER NOT NULL REFERENCES t0 (id)",
    ];
    let columns = columns.iter().enumerate().map(|(place, (length, ty))| {
        let name = format!("{}{place}", "c".repeat(*length));
        let ty = TYPES[ty % TYPES.len()].replace('#', &name);
        format!(", {name} {ty}")
    });
    let columns: String = columns.collect();
    format!("CREATE TABLE t{at} (id INTEGER PRIMARY KEY{columns});\n")
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(12))]

    #[test]
    fn names_of_any_length_are_laid_out_so(
        tables in proptest::collection::vec(
            proptest::collection::vec((1..70_usize, 0..10_usize), 0..8), 20,
        )
    ) {
        let folder = tempfile::tempdir().expect("a folder is made");
        let path = folder.path().join("schema.sql");
        let tables: String = tables.iter().enumerate().map(|(at, columns)| table(at, columns)).collect();
        std::fs::write(&path, tables).expect("the schema is written");
        check_layout(&source(&path).expect("the schema is resolved"), "random");
    }
}

#[test]
fn a_style_of_ones_own_is_kept_to_in_a_large_file() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let (schema, out) = (folder.path().join("s.sql"), folder.path().join("models.rs"));
    let columns: Vec<(usize, usize)> = (1..30).map(|at| (at, at)).collect();
    let tables: String = (0..30).map(|at| table(at, &columns)).collect();
    std::fs::write(schema.as_path(), tables).expect("the schema is written");
    let source = source(&schema).expect("the schema is resolved");
    assert!(source.whole().len() > LEAST_HELD_BACK);
    let plain = format(&source, &out).expect("rustfmt takes it");
    assert_same(
        &plain,
        &format_whole(source.whole(), &out).expect("rustfmt takes it"),
        "plain",
    );
    let config = folder.path().join("rustfmt.toml");
    std::fs::write(config, "max_width = 70\n").expect("the config is written");
    let narrow = format(&source, &out).expect("rustfmt takes it");
    assert_same(
        &narrow,
        &format_whole(source.whole(), &out).expect("rustfmt takes it"),
        "narrow",
    );
    assert_ne!(narrow, plain);
}
