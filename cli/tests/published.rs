//! What has to hold before the crates can be published, read from cargo's own description of the workspace. That they
//! can be packaged, and used by a stranger, is shown by `tests/packaged`.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The crates that are published.
const PUBLISHED: &[&str] = &["gamedb", "gamedb-cli", "gamedb-generate", "gamedb-inspect"];

/// Of all platforms: what the others need is not here on a machine that has just built this, and is fetched then.
fn metadata() -> Value {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = Command::new(env!("CARGO"))
        .current_dir(checkout)
        .args([
            "metadata",
            "--locked",
            "--all-features",
            "--format-version",
            "1",
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap()
}

/// What is missing in a package, or wrong.
fn faults(package: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("{}: {what}", package["name"]));
        }
    };
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    let folder = Path::new(text("manifest_path")).parent().unwrap();
    expect(!text("description").is_empty(), "has no description");
    expect(
        text("license") == "MIT OR Apache-2.0",
        "has another licence",
    );
    expect(!text("repository").is_empty(), "has no repository");
    expect(
        text("rust_version") == env!("CARGO_PKG_RUST_VERSION"),
        "has another rust-version",
    );
    expect(
        text("version") == env!("CARGO_PKG_VERSION"),
        "has another version",
    );
    expect(folder.join(text("readme")).is_file(), "has no readme");
    for file in ["LICENSE-MIT", "LICENSE-APACHE"] {
        expect(
            std::fs::metadata(folder.join(file)).is_ok_and(|file| file.len() > 1000),
            file,
        );
    }
    let keywords = list(package, "keywords");
    let is_keyword = |word: &Value| word.as_str().is_some_and(|word| word.len() <= 20);
    expect(
        (1..=5).contains(&keywords.len()),
        "has no keyword, or more than five",
    );
    expect(keywords.iter().all(is_keyword), "has a long keyword");
    expect(
        (1..=5).contains(&list(package, "categories").len()),
        "has no category, or more than five",
    );
    for dependency in list(package, "dependencies") {
        let is_used = dependency["kind"] != "dev";
        if is_used && dependency["path"].is_string() {
            expect(
                dependency["req"] != "*",
                "has a dependency with a path and no version",
            );
        }
    }
    faults
}

#[test]
fn the_crates_to_be_published_are_described_and_no_others_can_be() {
    let metadata = metadata();
    let members = list(&metadata, "workspace_members");
    let packages = list(&metadata, "packages").iter();
    let packages: Vec<_> = packages
        .filter(|package| members.contains(&package["id"]))
        .collect();
    let mut published: Vec<_> = packages
        .iter()
        .filter(|package| package["publish"].is_null())
        .map(|package| package["name"].as_str().unwrap())
        .collect();
    published.sort_unstable();
    assert_eq!(published, PUBLISHED);
    let published = packages
        .iter()
        .filter(|package| package["publish"].is_null());
    let found: Vec<_> = published.flat_map(|package| faults(package)).collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_fault_is_found() {
    let metadata = metadata();
    let packages = list(&metadata, "packages");
    let package = packages
        .iter()
        .find(|package| package["name"] == "gamedb-cli")
        .unwrap();
    let mut bad = package.clone();
    bad["keywords"] = Value::Array(Vec::new());
    bad["readme"] = "GONE.md".into();
    let own = bad["dependencies"].as_array_mut().unwrap();
    let own = own
        .iter_mut()
        .find(|dependency| dependency["path"].is_string() && dependency["kind"] != "dev");
    own.unwrap()["req"] = "*".into();
    let found = faults(&bad);
    assert_eq!(found.len(), 3, "{found:?}");
}

/// Major and minor version of a compiler; patches do not count.
fn version(text: &str) -> (u32, u32) {
    let mut parts = text.split('.').map(|part| part.parse().unwrap());
    (parts.next().unwrap(), parts.next().unwrap_or(0))
}

#[test]
fn no_dependency_of_a_published_crate_needs_a_newer_compiler() {
    let metadata = metadata();
    let packages = list(&metadata, "packages");
    let by_id = |id: &Value| {
        packages
            .iter()
            .find(|package| package["id"] == *id)
            .unwrap()
    };
    let nodes = list(&metadata["resolve"], "nodes");
    let mut to_visit: Vec<&Value> = packages
        .iter()
        .filter(|package| PUBLISHED.contains(&package["name"].as_str().unwrap()))
        .map(|package| &package["id"])
        .collect();
    let mut seen = BTreeSet::new();
    let mut too_new = Vec::new();
    while let Some(id) = to_visit.pop() {
        if !seen.insert(id.to_string()) {
            continue;
        }
        let package = by_id(id);
        if let Some(needed) = package["rust_version"].as_str()
            && version(needed) > version(env!("CARGO_PKG_RUST_VERSION"))
        {
            too_new.push(format!("{} needs Rust {needed}", package["name"]));
        }
        let node = nodes.iter().find(|node| node["id"] == *id).unwrap();
        for dependency in list(node, "deps") {
            let kinds = list(dependency, "dep_kinds").iter();
            if kinds.clone().any(|kind| kind["kind"] != "dev") {
                to_visit.push(&dependency["pkg"]);
            }
        }
    }
    assert!(seen.len() > 50, "{} packages", seen.len());
    assert_eq!(too_new, [""; 0]);
}
