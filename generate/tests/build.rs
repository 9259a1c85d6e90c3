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
    // What stands behind the test's own name on a line is lost to cargo.
    println!();
    let mut build = build::models(schema);
    if let Some(config) = std::env::var_os(CONFIG) {
        build = build.config(config).out("world.rs");
    }
    match build.generate() {
        Ok(out) => println!("\nwritten {}", out.display()),
        // As `main` prints its error.
        Err(error) => {
            eprintln!("Error: {error:?}");
            std::process::exit(1);
        }
    }
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
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the script runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    if !status.success() {
        return text(stderr).lines().map(str::to_owned).collect();
    }
    let said = ["cargo::", "written "];
    text(stdout)
        .lines()
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
    let watched = out.join("gamedb-watch");
    assert_eq!(
        lines,
        [
            "cargo::rerun-if-changed=schema.sql".to_owned(),
            format!("cargo::rerun-if-changed={}", watched.display()),
            format!("written {}", file.display()),
        ]
    );
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

#[test]
fn every_warning_is_passed_on_on_one_line() {
    let (folder, out) = package();
    let schema = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE c (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE c_owners (id INTEGER PRIMARY KEY, c_id INTEGER NOT NULL UNIQUE REFERENCES c,
            a_id INTEGER REFERENCES a, b_id INTEGER REFERENCES b,
            CHECK ((a_id IS NOT NULL) + (b_id IS NOT NULL) <= 1)) STRICT;
        CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT CHECK (json_valid(
            text))) STRICT;";
    std::fs::write(folder.path().join("schema.sql"), schema).expect("the schema is written");
    let lines = run(folder.path(), "schema.sql", None, &out);
    let warnings = lines
        .iter()
        .filter_map(|line| line.strip_prefix("cargo::warning="));
    let starts: Vec<&str> = warnings
        .map(|line| line.split(", ").next().unwrap_or(line))
        .collect();
    assert_eq!(
        starts,
        [
            "table c_owners: it has the shape of a pivot and is a plain table",
            "table notes: CHECK (json_valid( text)) is kept by the file alone",
        ],
        "{lines:?}"
    );
    // Many are counted, and cargo is not flooded.
    let many: String = (0..30)
        .map(|n| {
            format!(
                "CREATE TABLE n{n} (id INTEGER PRIMARY KEY, t TEXT CHECK (json_valid(t))) STRICT;"
            )
        })
        .collect();
    std::fs::write(folder.path().join("schema.sql"), many).expect("the schema is written");
    let lines = run(folder.path(), "schema.sql", None, &out);
    let warnings: Vec<&String> = lines
        .iter()
        .filter(|line| line.starts_with("cargo::warning="))
        .collect();
    assert_eq!(warnings.len(), 21);
    assert_eq!(
        warnings[20],
        "cargo::warning=10 more; `gamedb explain` prints all"
    );
}

#[test]
fn an_error_is_printed_as_people_read_it() {
    let (folder, out) = package();
    let schema = "CREATE TABLE players (id INTEGER PRIMARY KEY) STRICT;\n\
        CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES player (id)) STRICT;";
    std::fs::write(folder.path().join("schema.sql"), schema).expect("the schema is written");
    assert_eq!(
        run(folder.path(), "schema.sql", None, &out),
        [
            "Error: schema.sql: line 2: column pets.owner references table \"player\", which the schema does not have; the nearest name is \"players\"",
            "  `absent_tables = [\"player\"]` at the top of gamedb.toml says that the schema leaves it out on purpose",
        ]
    );
}

/// The same with cargo itself, in a package whose build script runs this program. A script that cargo would run with
/// each build would compile the package each time.
#[test]
fn a_config_that_appears_later_is_seen_and_nothing_is_built_twice_before() {
    let (folder, _) = package();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("in the folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    };
    write(
        "Cargo.toml",
        "[package]\nname = \"game\"\nedition = \"2024\"\n\n[workspace]\n",
    );
    let program = std::env::current_exe().expect("this program");
    write(
        "build.rs",
        &format!(
            "fn main() {{\n    let mut script = std::process::Command::new({program:?});\n    \
             script.args([\"--exact\", {THIS:?}, \"--nocapture\"]).env({SCHEMA:?}, \"schema.sql\");\n    \
             assert!(script.status().unwrap().success());\n   }}\n"
        ),
    );
    write("src/lib.rs", "pub fn game() {}\n");
    // Whether cargo compiled the package.
    let build = || {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["check", "--offline"])
            .current_dir(folder.path());
        cargo.env("CARGO_TARGET_DIR", folder.path().join("target"));
        let Output { status, stderr, .. } = cargo.output().expect("cargo runs");
        let said = String::from_utf8_lossy(&stderr).into_owned();
        assert!(status.success(), "{said}");
        said.contains("ing game v")
    };
    let models = || {
        let found = walk(&folder.path().join("target"), "models.rs");
        std::fs::read_to_string(found.expect("models were written")).expect("they are read")
    };
    assert!(build());
    assert!(models().contains("pub struct Player "));
    assert!(!build() && !build(), "nothing has changed");
    // Cargo compares times of files, which some file systems keep in whole seconds.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    write("gamedb.toml", "[tables.players]\ntype = 'Hero'\n");
    assert!(build(), "a config is there now");
    assert!(models().contains("pub struct Hero "));
    assert!(!build(), "nothing has changed");
    std::fs::remove_file(folder.path().join("gamedb.toml")).expect("removed");
    assert!(build(), "the config has gone");
    assert!(models().contains("pub struct Player "));
    assert!(!build(), "nothing has changed");
}

/// The first file of that name.
fn walk(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries.flatten().find_map(|entry| {
        let path = entry.path();
        match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            true => walk(&path, name),
            false => (path.file_name()? == name).then_some(path),
        }
    })
}
