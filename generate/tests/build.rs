//! Models made by a build script. This program runs itself as one, to see what it prints.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use gamedb_generate::build;

/// Where the script finds its schema; without it this is the test.
const SCHEMA: &str = "GAMEDB_TEST_SCHEMA";
const CONFIG: &str = "GAMEDB_TEST_CONFIG";
const THIS: &str = "outside_of_a_build_there_is_nowhere_to_write";

/// As a test, it is no build script, and so there is nowhere to write to.
#[test]
fn outside_of_a_build_there_is_nowhere_to_write() {
    let Some(schema) = std::env::var_os(SCHEMA) else {
        let refused = build::models("schema.sql").generate();
        let refused = refused.expect_err("OUT_DIR is not set").to_string();
        assert_eq!(
            refused,
            "OUT_DIR is not set; cargo sets it for build scripts"
        );
        return;
    };
    let mut build = build::models(schema);
    if let Some(config) = std::env::var_os(CONFIG) {
        build = build.config(config).out("world.rs");
    }
    let out = build.generate().expect("the models are made");
    println!("\nwritten {}", out.display());
}

/// Runs the script in a folder, and returns its lines for cargo and what became of it.
fn run(folder: &Path, schema: &str, config: Option<&str>, out: &Path) -> Vec<String> {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", THIS, "--nocapture"])
        .current_dir(folder)
        .env(SCHEMA, schema)
        .env("OUT_DIR", out);
    command.envs(config.map(|config| (CONFIG, config)));
    let Output { status, stdout, .. } = command.output().expect("the script runs");
    assert!(status.success());
    let text = String::from_utf8(stdout).expect("UTF-8");
    let said = ["cargo::", "written "];
    // The test's own name stands before the first of them.
    let named = format!("test {THIS} ... ");
    let lines = text.lines().map(|line| line.trim_start_matches(&named));
    lines
        .filter(|line| said.iter().any(|start| line.starts_with(start)))
        .map(str::to_owned)
        .collect()
}

fn package() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder is made");
    let out = folder.path().join("out");
    std::fs::create_dir(&out).expect("the folder is made");
    let schema = "CREATE TABLE players (id INTEGER PRIMARY KEY, age INTEGER) STRICT;";
    std::fs::write(folder.path().join("schema.sql"), schema).expect("the schema is written");
    (folder, out)
}

#[test]
fn models_are_written_into_the_folder_of_the_build() {
    let (folder, out) = package();
    let lines = run(folder.path(), "schema.sql", None, &out);
    let file = out.join("models.rs");
    assert_eq!(
        lines[0], "cargo::rerun-if-changed=schema.sql",
        "no config is there, so none is looked at"
    );
    assert_eq!(lines[1..], [format!("written {}", file.display())]);
    let text = std::fs::read_to_string(file).expect("the models are there");
    assert!(text.starts_with("// @generated from `schema.sql`"));
    let schema = folder.path().join("schema.sql");
    assert!(text.contains(&format!("include_str!({:?})", schema.to_string_lossy())));
    assert!(text.contains("pub struct Player "));
}

#[test]
fn a_change_of_the_config_makes_them_anew() {
    let (folder, out) = package();
    let config = "[tables.players]\ntype = 'Hero'\n";
    std::fs::write(folder.path().join("gamedb.toml"), config).expect("the config is written");
    for config in [None, Some("gamedb.toml")] {
        let lines = run(folder.path(), "schema.sql", config, &out);
        let changed = ["schema.sql", "gamedb.toml"];
        assert_eq!(
            lines[..2],
            changed.map(|file| format!("cargo::rerun-if-changed={file}"))
        );
    }
    let text = std::fs::read_to_string(out.join("world.rs")).expect("the models are there");
    assert!(text.contains("pub struct Hero "));
    assert!(out.join("models.rs").is_file());
}

#[test]
fn checks_that_only_the_file_keeps_are_warned_of() {
    let (folder, out) = package();
    let schema =
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, kind INTEGER CHECK (kind IN (1, 2, 3)),
        text TEXT CHECK (json_valid(text))) STRICT;";
    std::fs::write(folder.path().join("schema.sql"), schema).expect("the schema is written");
    let lines = run(folder.path(), "schema.sql", None, &out);
    let warnings: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("cargo::warning="))
        .collect();
    let [warning] = warnings.as_slice() else {
        panic!("{lines:?}")
    };
    assert!(
        warning.contains("table notes: CHECK (json_valid(text)) is kept by the file alone"),
        "{warning}"
    );
    assert!(warning.contains("`flush_without_refused`"), "{warning}");
}

#[test]
fn what_has_to_be_translated_is_written_beside_the_models() {
    let (folder, out) = package();
    let schema = "CREATE TABLE `players` (`id` INT NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB;";
    std::fs::write(folder.path().join("schema.sql"), schema).expect("the schema is written");
    run(folder.path(), "schema.sql", None, &out);
    let sql = std::fs::read_to_string(out.join("models.sql")).expect("the schema is there");
    assert!(sql.contains("STRICT"), "{sql}");
    let models = std::fs::read_to_string(out.join("models.rs")).expect("the models are there");
    let path = out.join("models.sql");
    assert!(models.contains(&format!("include_str!({:?})", path.to_string_lossy())));
}
