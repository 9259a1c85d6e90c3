//! Pages for people have to be accurate: the map of ARCHITECTURE.md, the paths of CONTRIBUTING.md, and
//! the tests that BEHAVIOUR.md lists.

use crate::source::{Fault, Source, is_path_below, places_of};

const MAP: &str = "ARCHITECTURE.md";

/// The heading above the map, which is the first table after it.
const HEADING: &str = "## Where is what";

/// Folders of which every file is in the map.
const MAPPED: &[&str] = &["src"];

/// Pages in which every path is checked, and the top-level folders with which a path starts.
const PAGES: &[&str] = &["CONTRIBUTING.md"];
const TOP: &[&str] = &[
    "src", "cli", "generate", "inspect", "models", "tests", "benches", "examples",
];

const BEHAVIOUR: &str = "tests/BEHAVIOUR.md";

/// Reports files that are missing in the map, and paths of the map that do not exist.
pub(crate) fn map_faults(sources: &[Source]) -> Vec<Fault> {
    let Some(map) = sources.iter().find(|source| source.path == MAP) else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    let places = places_in_map(&map.text);
    for place in &places {
        if !sources
            .iter()
            .any(|source| is_path_below(&source.path, &place.path))
        {
            let what = format!("the map names `{}`, which does not exist", place.path);
            faults.push(Fault::new(map, place.line, what));
        }
    }
    for source in sources.iter().filter(|source| source.is_below(MAPPED)) {
        if !places.iter().any(|place| place.covers(&source.path)) {
            faults.push(Fault::new(
                source,
                1,
                format!("is missing in the map of {MAP}"),
            ));
        }
    }
    faults
}

/// A file or folder that the map names.
struct Place {
    line: usize,
    path: String,
    /// Whether it is a folder whose files have to be listed one by one in its row.
    is_row_of_files: bool,
}

impl Place {
    fn covers(&self, path: &str) -> bool {
        if self.is_row_of_files {
            path == format!("{}/mod.rs", self.path)
        } else {
            is_path_below(path, &self.path)
        }
    }
}

/// The paths in the map. A name without a folder is relative to the folder of the first name in its row;
/// in the second column, only names that end like a file or a folder are paths.
fn places_in_map(text: &str) -> Vec<Place> {
    let lines = text.lines().zip(1..);
    let lines = lines.skip_while(|(line, _)| *line != HEADING);
    let lines = lines.skip_while(|(line, _)| !line.starts_with('|'));
    let mut places = Vec::new();
    for (text, line) in lines.take_while(|(line, _)| line.starts_with('|')) {
        let mut cells = text
            .split('|')
            .skip(1)
            .map(|cell| cell.split('`').skip(1).step_by(2));
        let Some(mut names) = cells.next() else {
            continue;
        };
        let Some(first) = names.next() else { continue };
        let path = first.trim_end_matches('/').to_owned();
        let is_folder = first.ends_with('/');
        let parent = path.rfind('/').map_or("", |end| &path[..=end]);
        let folder = if is_folder {
            format!("{path}/")
        } else {
            parent.to_owned()
        };
        let is_mapped = MAPPED.iter().any(|mapped| is_path_below(&path, mapped));
        let explained = cells.next().into_iter().flatten();
        let explained = explained.filter(|name| {
            let is_elsewhere = TOP.contains(&name.split('/').next().unwrap_or_default());
            is_mapped && !is_elsewhere && (name.ends_with('/') || name.ends_with(".rs"))
        });
        let beside = names.map(|name| format!("{parent}{name}"));
        let inside = explained.map(|name| format!("{folder}{name}"));
        for path in beside.chain(inside) {
            places.push(Place {
                line,
                path: path.trim_end_matches('/').to_owned(),
                is_row_of_files: false,
            });
        }
        places.push(Place {
            line,
            path: path.clone(),
            is_row_of_files: is_folder && is_mapped,
        });
    }
    places
}

/// Reports paths in these pages, relative to the root, that do not exist.
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
                    let what = format!("`{name}` does not exist");
                    faults.push(Fault::new(page, number, what));
                }
            }
        }
    }
    faults
}

/// Reports tests in the list of behaviours, written as `file::test`, that do not exist.
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

/// `it::save::a_test` is a function in `tests/it/save.rs` or in `tests/it/save/mod.rs`; a path that
/// begins with `models`, `generate`, `cli` or `inspect` is in the tests of that package.
fn is_test(sources: &[Source], name: &str) -> bool {
    let Some((module, function)) = name.rsplit_once("::") else {
        return false;
    };
    let module = module.replace("::", "/");
    let module = match module.split_once('/') {
        Some((package @ ("models" | "generate" | "cli" | "inspect"), module)) => {
            format!("{package}/tests/{module}")
        }
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
        let map = "# A\n\n## Where is what\n\n| place | concept |\n|---|---|\n| `src/store/key.rs`, `gone.rs` | `Key` |\n| `src/store/table/` | `rows.rs`: rows; `deep/` |\n\n| `src/none.rs` | another table |\n";
        let sources = [
            Source::new("ARCHITECTURE.md", map),
            Source::new("src/store/key.rs", ""),
            Source::new("src/store/new.rs", ""),
            Source::new("src/store/table/mod.rs", ""),
            Source::new("src/store/table/rows.rs", ""),
            Source::new("src/store/table/undo.rs", ""),
            Source::new("src/store/table/deep/a.rs", ""),
            Source::new("tests/other.rs", ""),
        ];
        assert_eq!(
            said(&map_faults(&sources)),
            [
                "ARCHITECTURE.md:7: the map names `src/store/gone.rs`, which does not exist",
                "src/store/new.rs:1: is missing in the map of ARCHITECTURE.md",
                "src/store/table/undo.rs:1: is missing in the map of ARCHITECTURE.md",
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
        let expected = ["CONTRIBUTING.md:2: `src/gone.rs` does not exist"];
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
