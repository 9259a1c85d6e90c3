//! `gamedb new`: what it writes, and what it refuses. That it compiles and runs is shown by `tests/packaged`.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn gamedb(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gamedb"));
    command
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn a_package_is_made_once_and_has_the_version_of_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let made = gamedb(folder.path(), &["new", "my-game"]);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let package = folder.path().join("my-game");
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    for line in [
        "name = \"my-game\"".to_owned(),
        format!("gamedb = \"{version}\""),
        format!("gamedb-generate = \"{version}\""),
        format!("rust-version = \"{}\"", env!("CARGO_PKG_RUST_VERSION")),
    ] {
        assert!(
            manifest.lines().any(|found| found == line),
            "{line}: {manifest}"
        );
    }
    let main = fs::read_to_string(package.join("src/main.rs")).unwrap();
    assert!(main.contains("use my_game::models::"), "{main}");
    let mut left = Vec::new();
    for name in [
        "Cargo.toml",
        "README.md",
        "src/main.rs",
        "src/lib.rs",
        "tests/game.rs",
    ] {
        let text = fs::read_to_string(package.join(name)).unwrap();
        left.extend(text.split('@').skip(1).step_by(2).map(str::to_owned));
    }
    assert_eq!(left, [""; 0], "no mark is left");

    // Nothing is overwritten, neither a package nor a file.
    fs::write(package.join("schema.sql"), "mine").unwrap();
    fs::write(folder.path().join("file"), "mine").unwrap();
    for name in ["my-game", "file"] {
        let again = gamedb(folder.path(), &["new", name]);
        assert_eq!(again.status.code(), Some(2), "{again:?}");
    }
    assert_eq!(
        fs::read_to_string(package.join("schema.sql")).unwrap(),
        "mine"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("file")).unwrap(),
        "mine"
    );
}

#[test]
fn names_that_cargo_refuses_are_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "",
        "9lives",
        "a b",
        "../x",
        "a/b",
        "été",
        "gamedb",
        "gamedb_generate",
        "loop",
        "test",
        "-x",
        "a.b",
    ] {
        let refused = gamedb(folder.path(), &["new", "--", name]);
        assert_eq!(refused.status.code(), Some(2), "{name}: {refused:?}");
    }
    for name in ["A", "a_b-2", "games"] {
        assert_eq!(
            gamedb(folder.path(), &["new", name]).status.code(),
            Some(0),
            "{name}"
        );
    }
    let made = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(made, 3);
}

#[test]
fn crates_of_a_checkout_are_found_by_cargo() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = checkout.to_str().unwrap();
    let refused = gamedb(folder.path(), &["new", "game", "--path", "."]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(!folder.path().join("game").exists());
    assert_eq!(
        gamedb(folder.path(), &["new", "game", "--path", path])
            .status
            .code(),
        Some(0)
    );

    let game = folder.path().join("game");
    fs::copy(checkout.join("Cargo.lock"), game.join("Cargo.lock")).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    // Not `--offline`: it is about all platforms, and what the others need may have to be fetched.
    let metadata = cargo
        .current_dir(&game)
        .args(["metadata", "--format-version", "1"])
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{metadata:?}");
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    for (name, manifest) in [
        ("gamedb", "Cargo.toml"),
        ("gamedb-generate", "generate/Cargo.toml"),
    ] {
        let package = packages
            .iter()
            .find(|package| package["name"] == name)
            .unwrap();
        let expected = checkout.join(manifest);
        assert_eq!(package["manifest_path"], expected.to_str().unwrap());
    }
}
