//! Schemas of other dialects: each file of `cases/sources/` against the SQLite text beside it and what
//! was said about it, and what SQLite, the generator and the compiler make of them.

#[path = "../common/mod.rs"]
mod common;
mod reading;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{input, path};
use gamedb_generate::schema::{CheckKind, Schema};
use gamedb_generate::{Config, Input, Options, generate, read, resolve, sqlite_schema};

/// Set it to write what is found instead of comparing.
const BLESS: &str = "GAMEDB_BLESS";

const CASES: &[&str] = &[
    "admin",
    "athena",
    "databases",
    "django",
    "keys",
    "mangos",
    "old_save",
    "pg_dump",
    "schemas",
    "traps_mysql",
    "traps_pg",
];

fn folder() -> PathBuf {
    path("tests/cases/sources")
}

/// The input for a case, with the config beside it that has its name.
fn case_input(case: &str) -> Input {
    let config = folder().join(format!("{case}.toml"));
    Input {
        config: config.exists().then_some(config),
        ..input(folder().join(format!("{case}.sql")))
    }
}

/// A schema in a folder of its own.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new(schema: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("schema.sql"), schema).expect("written");
        Self { folder }
    }

    fn with_config(self, toml: &str) -> Self {
        fs::write(self.folder.path().join("gamedb.toml"), toml).expect("written");
        self
    }

    fn input(&self) -> Input {
        input(self.folder.path().join("schema.sql"))
    }

    fn read(&self) -> Schema {
        read(&self.input()).expect("the schema is read").0
    }

    /// The canonical text without its first line.
    fn text(&self) -> String {
        let text = sqlite_schema(&self.input()).expect("the schema is read");
        text.split_once("\n\n")
            .map_or(text.clone(), |(_, text)| text.to_owned())
    }

    fn error(&self) -> String {
        let error = read(&self.input()).and_then(|(schema, config)| resolve(&schema, &config));
        let error = error.expect_err("an error").to_string();
        error.replace(&self.folder.path().join("").display().to_string(), "")
    }
}

/// Compares a text with the file that it is checked in to.
fn golden(path: &Path, found: &str) {
    if std::env::var_os(BLESS).is_some() {
        fs::write(path, found).expect("the case is written");
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        found,
        expected,
        "{}\n`{BLESS}=1 cargo test -p gamedb-generate --test sources` writes it anew",
        path.display()
    );
}

fn said(schema: &Schema) -> String {
    let notes = schema.notes.iter().map(|note| format!("note: {note}\n"));
    let warnings = schema
        .warnings
        .iter()
        .map(|warning| format!("warning: {warning}\n"));
    let unfollowed = schema.tables.iter().flat_map(|table| {
        table.unfollowed_keys.iter().map(|key| {
            let (columns, target) = (key.columns.join(", "), key.target_columns.join(", "));
            format!(
                "unfollowed: {} ({columns}) -> {} ({target}) {}\n",
                table.name,
                key.table,
                key.on_delete.sql()
            )
        })
    });
    notes.chain(warnings).chain(unfollowed).collect()
}

#[test]
fn each_case_becomes_the_text_and_the_warnings_beside_it() {
    for case in CASES {
        let text = sqlite_schema(&case_input(case)).expect(case);
        golden(&folder().join(format!("{case}.sqlite.sql")), &text);
        let (schema, _) = read(&case_input(case)).expect(case);
        golden(&folder().join(format!("{case}.said")), &said(&schema));
    }
}

#[test]
fn every_case_of_the_folder_is_tested() {
    let files = fs::read_dir(folder()).expect("the cases");
    let names = files.map(|file| {
        file.expect("a file")
            .file_name()
            .into_string()
            .expect("a name")
    });
    let mut names: Vec<String> = names
        .filter_map(|name| Some(name.strip_suffix(".sql")?.to_owned()))
        .filter(|name| !name.ends_with(".sqlite"))
        .collect();
    names.sort();
    assert_eq!(names, CASES);
}

/// Models of a case are the same from the source and from the text that was written for it.
#[test]
fn the_written_text_gives_the_same_models_and_changes_no_more() {
    for case in CASES {
        let out = tempfile::tempdir().expect("a folder");
        let models = out.path().join("models.rs");
        let options = Options {
            input: case_input(case),
            out: models.clone(),
            sqlite_schema: None,
            check: false,
        };
        generate(&options).expect(case);
        let written = out.path().join("models.sql");
        let first = fs::read_to_string(&models).expect("models");
        let text = fs::read_to_string(&written).expect("a schema");
        assert_eq!(sqlite_schema(&input(&written)).expect(case), text, "{case}");
        let again = Options {
            input: input(&written),
            out: models.clone(),
            sqlite_schema: None,
            check: false,
        };
        generate(&again).expect(case);
        assert_eq!(
            fs::read_to_string(&models).expect("models"),
            first,
            "{case}"
        );
    }
}

fn shared() -> Option<PathBuf> {
    let folder = path("../../shared/schemas");
    let Ok(files) = fs::read_dir(&folder) else {
        println!("skipped: there is no {}", folder.display());
        return None;
    };
    for file in files.filter_map(Result::ok) {
        let text = fs::read(file.path()).unwrap_or_default();
        if text.starts_with(b"// @generated") {
            println!("skipped: {} holds models", file.path().display());
            return None;
        }
    }
    Some(folder)
}

/// The names of tables and columns, without upper case and underscores, with what their types keep.
fn shape(schema: &Schema) -> Vec<String> {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let mut shape = Vec::new();
    for table in &schema.tables {
        let name = plain(&table.name);
        for column in &table.columns {
            let key = table.foreign_key(&column.name);
            let key = key.map(|key| (plain(&key.table), key.on_delete.sql()));
            shape.push(format!(
                "{name}.{}: {} {} {key:?}",
                plain(&column.name),
                column.declared_type,
                column.not_null,
            ));
        }
        for (index, word) in table
            .uniques
            .iter()
            .map(|i| (i, "unique"))
            .chain(table.indexes.iter().map(|i| (i, "index")))
        {
            let columns: Vec<String> = index.columns.iter().map(|name| plain(name)).collect();
            shape.push(format!("{name} {word} {columns:?}"));
        }
    }
    shape.sort();
    shape
}

#[test]
fn three_dialects_say_the_same_of_one_shop() {
    let Some(shared) = shared() else {
        return;
    };
    let schema = |name: &str| read(&input(shared.join(name))).expect(name).0;
    let mysql = schema("chinook_mysql.sql");
    let postgres = schema("chinook_pg.sql");
    let in_sqlite = schema("chinook_sqlite.sql");
    for other in [&postgres, &in_sqlite] {
        assert_eq!(shape(&mysql), shape(other));
    }
    assert_eq!(mysql.tables.len(), 11);
    // The widths are what they truly say differently: SQLite keeps none.
    let widths = |schema: &Schema| {
        let checks = schema.tables.iter().flat_map(|table| &table.checks);
        checks
            .filter(|c| matches!(c.kind, CheckKind::Compare(_)))
            .count()
    };
    assert_eq!(widths(&mysql), widths(&postgres));
    assert!(widths(&mysql) > 0);
    assert_eq!(widths(&in_sqlite), 0);
    assert!(
        said(&postgres)
            .lines()
            .all(|line| line.starts_with("note: "))
    );
}

#[test]
fn no_table_or_column_of_the_shared_schemas_is_lost() {
    let Some(shared) = shared() else {
        return;
    };
    let cases = [
        ("chinook_mysql.sql", 11, 64),
        ("chinook_pg.sql", 11, 64),
        ("chinook_sqlite.sql", 11, 64),
        ("remud_sqlite.sql", 16, 56),
        ("sakila_mysql.sql", 16, 89),
        ("space_mmo.mysql.sql", 14, 83),
    ];
    for (name, n_tables, n_columns) in cases {
        let schema = read(&input(shared.join(name))).expect(name).0;
        assert_eq!(schema.tables.len(), n_tables, "{name}");
        let columns = schema.tables.iter().flat_map(|table| &table.columns);
        let own = columns.filter(|column| column.name != "gamedb_id").count();
        assert_eq!(own, n_columns, "{name}");
        assert!(
            schema
                .tables
                .iter()
                .all(|table| table.strict && table.rowid_key),
            "{name}"
        );
        resolve(&schema, &Config::default()).expect(name);
    }
}

/// The models of all cases, and of the shared schemas, as modules of one crate.
#[test]
fn the_models_of_every_case_compile() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sources");
    fs::create_dir_all(root.join("src")).expect("the folder is made");
    let mut inputs: Vec<Input> = CASES.iter().map(|case| case_input(case)).collect();
    if let Some(shared) = shared() {
        let files = fs::read_dir(shared).expect("the schemas");
        inputs.extend(files.map(|file| input(file.expect("a file").path())));
    }
    let mut modules = String::from("//! All cases.\n#![forbid(unsafe_code)]\n#![deny(warnings)]\n");
    for (n, input) in inputs.into_iter().enumerate() {
        let options = Options {
            input,
            out: root.join(format!("src/case_{n}.rs")),
            sqlite_schema: None,
            check: false,
        };
        generate(&options).expect("the case is generated");
        let _ = writeln!(modules, "pub mod case_{n};");
    }
    let gamedb = path("..");
    let manifest = format!(
        "[package]\nname = \"sources\"\nedition = \"2024\"\n\n[dependencies]\n\
         gamedb = {{ path = {gamedb:?}, default-features = false }}\n\n[workspace]\n\n\
         [profile.dev]\ndebug = \"line-tables-only\"\n"
    );
    fs::write(root.join("src/lib.rs"), modules).expect("lib.rs is written");
    fs::write(root.join("Cargo.toml"), manifest).expect("Cargo.toml is written");
    fs::copy(gamedb.join("Cargo.lock"), root.join("Cargo.lock")).expect("Cargo.lock is copied");
    // That of the workspace, where clippy has checked the same dependencies with the same profile.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline"])
        .current_dir(&root)
        .env(
            "CARGO_TARGET_DIR",
            target.expect("it is a folder of the target folder"),
        )
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
