//! What is linked into a game: the licences, the versions and the places of all dependencies, by the lists of
//! `deny.toml`. cargo-deny checks the same and more; this needs no tool, no network, and a second.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Fault, Source, line_of, places_of};

/// Where every dependency comes from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The values of a list of texts in `deny.toml`: `name = ["a", "b"]`.
fn allowed(deny: &str) -> BTreeSet<&str> {
    let start = deny.find("\nallow = [").expect("deny.toml has the list");
    let list = &deny[start..];
    let list = &list[..list.find("\n]").expect("the list has an end")];
    list.split('"').skip(1).step_by(2).collect()
}

/// The crates that may be there in two versions.
fn doubled(deny: &str) -> BTreeSet<&str> {
    let lines = deny.lines().map(str::trim);
    let names = lines.filter_map(|line| line.strip_prefix("{ name = \""));
    names.filter_map(|rest| rest.split('"').next()).collect()
}

/// Whether an SPDX expression can be met by these licences. A slash is an old OR; AND binds tighter than OR.
fn is_allowed(licence: &str, allowed: &BTreeSet<&str>) -> bool {
    let licence = licence.replace('/', " OR ");
    let spaced = licence.replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let is_met = any_of(&mut rest, allowed);
    is_met && rest.is_empty()
}

fn any_of(words: &mut &[&str], allowed: &BTreeSet<&str>) -> bool {
    let mut is_met = all_of(words, allowed);
    while words.first() == Some(&"OR") {
        *words = &words[1..];
        is_met |= all_of(words, allowed);
    }
    is_met
}

fn all_of(words: &mut &[&str], allowed: &BTreeSet<&str>) -> bool {
    let mut is_met = one(words, allowed);
    while words.first() == Some(&"AND") {
        *words = &words[1..];
        is_met &= one(words, allowed);
    }
    is_met
}

fn one(words: &mut &[&str], allowed: &BTreeSet<&str>) -> bool {
    match **words {
        ["(", ..] => {
            *words = &words[1..];
            let is_met = any_of(words, allowed);
            *words = words.get(1..).unwrap_or_default();
            is_met
        }
        [name, "WITH", exception, ..] => {
            *words = &words[3..];
            allowed.contains(format!("{name} WITH {exception}").as_str())
        }
        [name, ..] => {
            *words = &words[1..];
            allowed.contains(name)
        }
        [] => false,
    }
}

/// A file of the repository, by its path.
fn file<'s>(sources: &'s [Source], path: &str) -> &'s Source {
    let found = sources.iter().find(|source| source.path == path);
    found.unwrap_or_else(|| panic!("there is no {path}"))
}

/// Dependencies that come from elsewhere than the registry, or in two versions that `deny.toml` does not allow.
pub(crate) fn foreign_or_doubled(sources: &[Source]) -> Vec<Fault> {
    let (lock, deny) = (file(sources, "Cargo.lock"), file(sources, "deny.toml"));
    let mut faults = Vec::new();
    for place in places_of(&lock.text, "source") {
        let line = lock.text[place..].lines().next().unwrap_or_default();
        if line != format!("source = \"{REGISTRY}\"") {
            let at = line_of(&lock.text, place);
            faults.push(Fault::new(lock, at, line));
        }
    }
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lock.text.lines() {
        if let Some(name) = line.strip_prefix("name = ") {
            *versions.entry(name.trim_matches('"')).or_default() += 1;
        }
    }
    let twice: BTreeSet<&str> = versions
        .into_iter()
        .filter(|&(_, n)| n > 1)
        .map(|(name, _)| name)
        .collect();
    let may_be = doubled(&deny.text);
    for name in twice.difference(&may_be) {
        faults.push(Fault::new(lock, 1, format!("{name} in two versions")));
    }
    for name in may_be.difference(&twice) {
        faults.push(Fault::new(
            deny,
            1,
            format!("{name} is in one version by now"),
        ));
    }
    faults
}

/// Dependencies whose licences `deny.toml` does not allow. `tree` has a line for each: name, version, and licence
/// after a bar.
pub(crate) fn licences(sources: &[Source], tree: &str) -> Vec<Fault> {
    let deny = file(sources, "deny.toml");
    let allowed = allowed(&deny.text);
    let lines: BTreeSet<&str> = tree.lines().filter(|line| !line.is_empty()).collect();
    let is_bad = |line: &&str| {
        let (_, licence) = line.split_once('|').unwrap_or_default();
        !is_allowed(licence.trim_end_matches(" (*)"), &allowed)
    };
    let bad = lines.into_iter().filter(is_bad);
    bad.map(|line| Fault::new(deny, 1, format!("not allowed: {line}")))
        .collect()
}

#[test]
fn licences_are_read_as_they_are_meant() {
    let allowed = BTreeSet::from(["MIT", "Zlib", "Apache-2.0 WITH LLVM-exception"]);
    for (licence, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT/GPL-3.0", true),
        ("MIT AND Zlib", true),
        ("MIT AND GPL-3.0", false),
        ("(GPL-3.0 OR MIT) AND Zlib", true),
        ("(GPL-3.0 OR LGPL-2.1) AND Zlib", false),
        ("GPL-3.0 OR MIT AND LGPL-2.1", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("MIT WITH LLVM-exception", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(licence, &allowed), expected, "{licence}");
    }
}

#[test]
fn planted_dependencies_are_found() {
    let deny = "[licenses]\nallow = [\n    \"MIT\",\n]\nskip = [\n    { name = \"syn\", version = \"^2\" },\n]\n";
    let package = |name: &str, source: &str| {
        format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\nsource = \"{source}\"\n")
    };
    let said = |packages: &[(&str, &str)]| {
        let lock: String = packages
            .iter()
            .map(|(name, from)| package(name, from))
            .collect();
        let sources = [
            Source::new("Cargo.lock", &lock),
            Source::new("deny.toml", deny),
        ];
        let faults = foreign_or_doubled(&sources).into_iter();
        faults.map(|fault| fault.what).collect::<Vec<_>>()
    };
    let syn = ("syn", REGISTRY);
    assert_eq!(said(&[syn, syn, ("toml", REGISTRY)]), [""; 0]);
    assert_eq!(said(&[syn]), ["syn is in one version by now"]);
    let toml = ("toml", REGISTRY);
    assert_eq!(said(&[syn, syn, toml, toml]), ["toml in two versions"]);
    assert_eq!(
        said(&[syn, syn, ("evil", "git+https://example.com/evil#1")]),
        ["source = \"git+https://example.com/evil#1\""]
    );
    let sources = [Source::new("deny.toml", deny)];
    let tree = "a v1.0.0|MIT\nb v1.0.0|GPL-3.0\na v1.0.0|MIT (*)\n\nc v1.0.0|\n";
    let faults = licences(&sources, tree).into_iter().map(|fault| fault.what);
    assert_eq!(
        faults.collect::<Vec<_>>(),
        ["not allowed: b v1.0.0|GPL-3.0", "not allowed: c v1.0.0|"]
    );
}
