//! Everything that is generated, through the compiler: in crates that allow no warning, with a module for each case, and
//! tests of their own.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gamedb_generate::{Input, Model, generate, read, resolve};

use crate::long_schemas::{broad_tables, many_tables, nasty_columns, nasty_tables};
use crate::{CASES, folder, options, round_trip};

/// A crate of the workspace that is made here.
struct Crate {
    root: PathBuf,
    lib: String,
}

/// Features that dependencies of gamedb have in its own workspace, because other packages there want them. With the same
/// ones, what is built there is not built again; with others it takes longer, and no more.
const FEATURES: &[(&str, &[&str])] = &[
    ("getrandom", &["std", "sys_rng"]),
    ("libc", &["default", "extra_traits"]),
    ("rustix", &["process", "time"]),
    ("serde", &["alloc", "default", "derive"]),
    ("serde_core", &["alloc"]),
    ("smallvec", &["const_new"]),
    ("tracing-core", &["default"]),
    ("unicode-ident", &[]),
];
const BUILD_FEATURES: &[(&str, &[&str])] = &[("cc", &["parallel"]), ("syn", &["full"])];

/// What the crates depend on, besides gamedb.
fn dependencies() -> String {
    let lock = fs::read_to_string(folder("../Cargo.lock")).expect("there is a Cargo.lock");
    let with_features = |(name, features): &(&str, &[&str])| {
        let start = lock.rfind(&format!("name = {name:?}\nversion = \""))?;
        let version = lock[start..].split('"').nth(3)?;
        Some(format!(
            "{name} = {{ version = \"={version}\", default-features = false, features = {features:?} }}\n"
        ))
    };
    let unused: String = FEATURES.iter().filter_map(with_features).collect();
    let for_build: String = BUILD_FEATURES.iter().filter_map(with_features).collect();
    format!(
        "fastrand = \"2.4\"\nrusqlite = {{ version = \"0.43\", default-features = false }}\ntempfile = \"3.27\"\n{unused}\n\
         [build-dependencies]\n{for_build}"
    )
}

/// Its profile is that of gamedb's workspace, but for the crates themselves.
const WORKSPACE: &str = r#"[workspace]
members = ["checked_in", "not_checked_in", "untested"]
resolver = "3"

[profile.dev]
debug = "line-tables-only"

[profile.dev.package]
checked_in.debug = 0
not_checked_in.debug = 0
"#;

impl Crate {
    /// A crate with these features of gamedb.
    fn new(workspace: &Path, name: &str, features: &[&str]) -> Self {
        let root = workspace.join(name);
        fs::create_dir_all(root.join("src")).expect("the folder is made");
        let (gamedb, dependencies) = (folder(".."), dependencies());
        let manifest = format!(
            "[package]\nname = {name:?}\nedition = \"2024\"\n\n[dependencies]\n\
             gamedb = {{ path = {gamedb:?}, features = {features:?} }}\n{dependencies}"
        );
        fs::write(root.join("Cargo.toml"), manifest).expect("Cargo.toml is written");
        Self {
            root,
            lib: "//! Cases.\n#![forbid(unsafe_code)]\n#![deny(warnings, missing_docs)]\n"
                .to_owned(),
        }
    }

    fn module(&mut self, name: &str, path: &Path) {
        let _ = write!(
            self.lib,
            "/// One case.\n#[path = {path:?}]\npub mod {name};\n"
        );
    }

    /// A module that is compiled for the tests alone.
    fn tests(&mut self, name: &str, path: &Path) {
        let _ = write!(self.lib, "#[cfg(test)]\n#[path = {path:?}]\nmod {name};\n");
    }

    /// Models, with a test that takes random rows to a file and back.
    fn models(&mut self, name: &str, schema: &Path, models: &Path) {
        self.lib.push_str("#[cfg(test)]\n");
        self.module(name, models);
        let model = resolved(schema);
        // Random rows do not satisfy what nobody but the file can judge.
        let mut tables = model.tables.iter();
        if tables.all(|table| table.file_checks.is_empty()) {
            let test = format!("round_trip_{name}");
            let path = self.root.join(format!("src/{test}.rs"));
            let program = round_trip::program(&model, &format!("crate::{name}"));
            fs::write(&path, program).expect("the round trip is written");
            self.tests(&test, &path);
        }
    }

    /// The same for models that nobody checks in.
    fn generated(&mut self, name: &str, schema: &Path) {
        let out = self.root.join(format!("src/{name}.rs"));
        generate(&options(schema.to_owned(), out.clone(), false)).expect("the case is generated");
        self.models(name, schema, &out);
    }

    /// Models of a schema that is too long to be read.
    fn long(&self, name: &str, source: String) -> (PathBuf, PathBuf) {
        let schema = self.root.join(format!("src/{name}.sql"));
        let out = schema.with_extension("rs");
        fs::write(&schema, source).expect("the schema is written");
        generate(&options(schema.clone(), out.clone(), false)).expect("the case is generated");
        assert_formatted(&out);
        (schema, out)
    }

    fn write(self) {
        fs::write(self.root.join("src/lib.rs"), self.lib).expect("lib.rs is written");
    }
}

/// The cases that are checked in, the schemas of the other tests, and what generated code does.
fn checked_in(workspace: &Path) -> Crate {
    let mut cases = Crate::new(workspace, "checked_in", &["serde"]);
    for case in CASES {
        let case_folder = folder("tests/cases").join(format!("emit_{case}"));
        let schema = case_folder.join("schema.sql");
        cases.models(case, &schema, &case_folder.join("models.rs"));
    }
    let game = folder("../models");
    let models = game.join("src/models/mod.rs");
    cases.models("game", &game.join("schema.sql"), &models);
    for (name, path) in [
        ("round_trip", "round_trip.rs"),
        ("behaviour", "emit_behaviour.rs"),
        ("joins_behaviour", "emit_joins_behaviour.rs"),
        ("nests_behaviour", "emit_nests_behaviour.rs"),
    ] {
        cases.tests(name, &folder("tests/cases").join(path));
    }
    cases
}

/// What nobody checks in.
fn not_checked_in(workspace: &Path) -> Crate {
    let mut cases = Crate::new(workspace, "not_checked_in", &["serde"]);
    for other in ["convention", "hostile", "plain", "twins", "unfollowed"] {
        let schema = folder("tests/cases").join(other).join("schema.sql");
        cases.generated(other, &schema);
    }
    let broad = broad_tables(&[65, 105, 140, 300]);
    for (name, source) in [("broad", broad), ("nasty", nasty_columns())] {
        let (schema, out) = cases.long(name, source);
        cases.models(name, &schema, &out);
    }
    match shared_schemas() {
        Some(schemas) => {
            for (at, schema) in schemas.iter().enumerate() {
                cases.generated(&format!("shared_{at}"), schema);
            }
        }
        None => println!("skipped: ../shared/schemas is not there"),
    }
    // As many tables as a large game has.
    let (_, many) = cases.long("many", many_tables(300));
    cases.lib.push_str("#[cfg(test)]\n");
    cases.module("many", &many);
    for (name, path) in [
        ("round_trip", "round_trip.rs"),
        ("large_behaviour", "emit_large_behaviour.rs"),
    ] {
        cases.tests(name, &folder("tests/cases").join(path));
    }
    cases
}

/// So many tables that no test is made of them, which would take a minute, and a program of models that it uses a small
/// part of.
fn untested(workspace: &Path) -> Crate {
    let mut cases = Crate::new(workspace, "untested", &[]);
    let (_, more_broad) = cases.long("more_broad", broad_tables(&[64, 128, 129]));
    cases.module("more_broad", &more_broad);
    // In a folder, where each name is one of a file as well.
    let (schema, out) = (
        cases.root.join("src/nasty.sql"),
        cases.root.join("src/nasty_tables"),
    );
    fs::write(&schema, nasty_tables()).expect("the schema is written");
    generate(&options(schema, out.clone(), false)).expect("the case is generated");
    for entry in fs::read_dir(&out).expect("there is a folder") {
        assert_formatted(&entry.expect("there is a file").path());
    }
    cases.module("nasty_tables", &out.join("mod.rs"));
    fs::write(cases.root.join("src/main.rs"), binary()).expect("main.rs is written");
    cases
}

#[test]
fn everything_generated_compiles_without_a_warning_and_works() {
    let workspace = Path::new(env!("CARGO_TARGET_TMPDIR")).join("emitted");
    // Crates of their own, because the compiler reads one crate with one processor.
    for cases in [
        checked_in(&workspace),
        not_checked_in(&workspace),
        untested(&workspace),
    ] {
        cases.write();
    }
    fs::write(workspace.join("Cargo.toml"), WORKSPACE).expect("Cargo.toml is written");
    fs::copy(folder("../Cargo.lock"), workspace.join("Cargo.lock")).expect("Cargo.lock is copied");
    // That of the workspace, with what is built there: the same versions, features and profile.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let target = target.expect("it is a folder of the target folder");
    for command in [
        "check -p untested",
        "test -p checked_in -p not_checked_in --lib",
    ] {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(command.split(' '))
            .args(["--quiet", "--offline"])
            .current_dir(&workspace)
            .env("CARGO_TARGET_DIR", target);
        let output = cargo.output().expect("cargo runs");
        let printed = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
        assert!(
            output.status.success(),
            "{}{}",
            printed(&output.stdout),
            printed(&output.stderr)
        );
    }
}

/// Schemas that stand beside the repository, where they do.
fn shared_schemas() -> Option<Vec<PathBuf>> {
    let files = fs::read_dir(folder("../../shared/schemas")).ok()?;
    let mut schemas: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    schemas.sort();
    schemas.retain(|path| {
        let holds_models = fs::read(path).is_ok_and(|text| text.starts_with(b"// @generated"));
        if holds_models {
            println!("skipped: {} holds models", path.display());
        }
        !holds_models
    });
    Some(schemas)
}

fn resolved(schema: &Path) -> Model {
    let schema = schema.to_owned();
    let input = Input {
        schema,
        config: None,
        dialect: None,
    };
    let (schema, config) = read(&input).expect("the case is read");
    resolve(&schema, &config).expect("the case is resolved")
}

/// A program in one crate with its models, of which it uses a single table: that of a folder, and of no other.
fn binary() -> String {
    let models = |case: &str| folder("tests/cases").join(case).join("models.rs");
    let mut program = String::from("//! A game.\n#![deny(warnings)]\n");
    let cases = ["composite", "joins", "required_owner", "wide"];
    for case in cases {
        let path = models(&format!("emit_{case}"));
        // As what a build script writes is included.
        let _ = write!(program, "mod {case} {{\n    include!({path:?});\n}}\n");
    }
    let game = folder("../models").join("src/models/mod.rs");
    let _ = write!(program, "#[path = {game:?}]\nmod game;\n");
    program.push_str(
        "fn main() {\n    let mut world = game::World::new();\n    let item = world.insert(game::Item::default());\n    \
         assert!(item.is_ok());\n}\n",
    );
    program
}

/// That rustfmt has nothing to say: long sources are formatted in parts.
fn assert_formatted(models: &Path) {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--check"]).arg(models);
    let output = rustfmt.output().expect("rustfmt runs");
    let diff = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{diff}");
}
