//! Pages for people say what is there: the map of ARCHITECTURE.md, the paths of CONTRIBUTING.md, and the
//! tests that BEHAVIOUR.md names.

use std::collections::BTreeSet;

use crate::source::{Fault, Source, is_path_below, places_of};

const MAP: &str = "ARCHITECTURE.md";

/// The heading above the map. It is the first table below it.
const HEADING: &str = "## Where is what";

/// Folders of which every file is in the map, by itself or through a folder inside of these.
const MAPPED: &[&str] = &["src/store", "src/persist"];

/// Pages of which every path is looked for, and the folders in which paths begin.
const PAGES: &[&str] = &["CONTRIBUTING.md"];
const TOP: &[&str] = &["src", "generate", "models", "tests", "benches", "examples"];

const BEHAVIOUR: &str = "tests/BEHAVIOUR.md";

/// Files that the map has not, and rows of the map for which there is no file.
pub(crate) fn map_faults(sources: &[Source]) -> Vec<Fault> {
    let Some(map) = sources.iter().find(|source| source.path == MAP) else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    let mut named = BTreeSet::new();
    for (line, path) in places_in_map(&map.text) {
        if !sources
            .iter()
            .any(|source| is_path_below(&source.path, &path))
        {
            let what = format!("the map names `{path}`, which is not there");
            faults.push(Fault::new(map, line, what));
        }
        named.insert(path);
    }
    for source in sources.iter().filter(|source| source.is_below(MAPPED)) {
        let is_named =
            |path: &String| is_path_below(&source.path, path) && !MAPPED.contains(&path.as_str());
        if !named.iter().any(is_named) {
            faults.push(Fault::new(
                source,
                1,
                format!("the map of {MAP} does not have it"),
            ));
        }
    }
    faults
}

/// What the first column names, with its lines. A name without a folder that there is stands in the folder
/// of the first one of its row.
fn places_in_map(text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().zip(1..);
    let lines = lines.skip_while(|(line, _)| *line != HEADING);
    let lines = lines.skip_while(|(line, _)| !line.starts_with('|'));
    let mut places = Vec::new();
    for (line, number) in lines.take_while(|(line, _)| line.starts_with('|')) {
        let cell = line.split('|').nth(1).unwrap_or_default();
        let mut folder = String::new();
        for (n, name) in cell.split('`').skip(1).step_by(2).enumerate() {
            let path = if n == 0 {
                name.to_owned()
            } else {
                format!("{folder}{name}")
            };
            if n == 0 {
                let end = name
                    .trim_end_matches('/')
                    .rfind('/')
                    .map_or(0, |end| end + 1);
                folder = name[..end].to_owned();
            }
            places.push((number, path.trim_end_matches('/').to_owned()));
        }
    }
    places
}

/// Files and folders that these pages name, from the root, and that are not there.
pub(crate) fn missing_paths(sources: &[Source]) -> Vec<Fault> {
    let pages = sources.iter().filter(|source| source.is_below(PAGES));
    let mut faults = Vec::new();
    for page in pages {
        for (line, number) in page.text.lines().zip(1..) {
            for name in line.split('`').skip(1).step_by(2) {
                let folder = name.split('/').next().unwrap_or_default();
                let is_path = TOP.contains(&folder) && !name.contains(' ');
                let path = name.trim_end_matches('/');
                if is_path
                    && !sources
                        .iter()
                        .any(|source| is_path_below(&source.path, path))
                {
                    let what = format!("`{name}` is not there");
                    faults.push(Fault::new(page, number, what));
                }
            }
        }
    }
    faults
}

/// Tests that the list of behaviours names, as `file::test`, and that are not there.
pub(crate) fn missing_tests(sources: &[Source]) -> Vec<Fault> {
    let Some(list) = sources.iter().find(|source| source.path == BEHAVIOUR) else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    for (line, number) in list.text.lines().zip(1..) {
        let names = line.split('`').skip(1).step_by(2);
        for name in names.filter(|name| name.contains("::")) {
            if !is_test(sources, name) {
                faults.push(Fault::new(
                    list,
                    number,
                    format!("there is no test `{name}`"),
                ));
            }
        }
    }
    faults
}

/// `it::save::a_test` is a function of `tests/it/save.rs` or of `tests/it/save/mod.rs`; a path that begins
/// with `models` or `generate` stands in the tests of that package.
fn is_test(sources: &[Source], name: &str) -> bool {
    let Some((module, function)) = name.rsplit_once("::") else {
        return false;
    };
    let module = module.replace("::", "/");
    let module = match module.split_once('/') {
        Some((package @ ("models" | "generate"), module)) => format!("{package}/tests/{module}"),
        _ => format!("tests/{module}"),
    };
    let files = ["", "/mod", "/main"].map(|end| format!("{module}{end}.rs"));
    let declared = format!("fn {function}");
    let mut files = sources.iter().filter(|source| files.contains(&source.path));
    files.any(|source| places_of(&source.text, &declared).next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(faults: &[Fault]) -> Vec<String> {
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn files_and_rows_that_miss_each_other_are_found() {
        let map = "# A\n\n## Where is what\n\n| place | concept |\n|---|---|\n| `src/store/` | `all` of it |\n| `src/store/key.rs`, `gone.rs` | keys |\n| `src/store/table/` | tables |\n\n| `src/none.rs` | another table |\n";
        let sources = [
            Source::new("ARCHITECTURE.md", map),
            Source::new("src/store/key.rs", ""),
            Source::new("src/store/new.rs", ""),
            Source::new("src/store/table/rows.rs", ""),
            Source::new("src/other.rs", ""),
        ];
        assert_eq!(
            said(&map_faults(&sources)),
            [
                "ARCHITECTURE.md:8: the map names `src/store/gone.rs`, which is not there",
                "src/store/new.rs:1: the map of ARCHITECTURE.md does not have it",
            ]
        );
    }

    #[test]
    fn a_path_that_is_not_there_is_found() {
        let page = "`src/a.rs`, `src` and `benches/report --no-run`\n`src/gone.rs`, `a/b`\n";
        let sources = [
            Source::new("CONTRIBUTING.md", page),
            Source::new("src/a.rs", ""),
        ];
        let expected = ["CONTRIBUTING.md:2: `src/gone.rs` is not there"];
        assert_eq!(said(&missing_paths(&sources)), expected);
    }

    #[test]
    fn a_behaviour_without_its_test_is_found() {
        let list = "| it is so | `it::save::there`, `it::flush::there`, `models::trades::there` |\n| x | `it::save::gone`, `Key` |\n";
        let sources = [
            Source::new("tests/BEHAVIOUR.md", list),
            Source::new("tests/it/save/mod.rs", "fn there() {}\nfn gone_by() {}"),
            Source::new("tests/it/flush.rs", "fn there() {}"),
            Source::new("models/tests/trades.rs", "fn there() {}"),
        ];
        let expected = ["tests/BEHAVIOUR.md:2: there is no test `it::save::gone`"];
        assert_eq!(said(&missing_tests(&sources)), expected);
    }
}
