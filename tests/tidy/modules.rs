//! Resolves the paths in a crate's sources to its modules.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Keep, Source, blanked, closed, is_word_char, places_of};

/// A path as written in the source, by segments, with its line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PathUse {
    pub(crate) segments: Vec<String>,
    pub(crate) place: usize,
}

/// One file of the crate.
struct Module<'s> {
    source: &'s Source,
    code: String,
    /// The names that `use` binds, with their paths.
    bound: BTreeMap<String, Vec<String>>,
    /// Paths of `use path::*`.
    globs: Vec<Vec<String>>,
    paths: Vec<PathUse>,
}

/// The modules of one crate, by their paths.
pub(crate) struct Modules<'s>(BTreeMap<Vec<String>, Module<'s>>);

impl<'s> Modules<'s> {
    /// Reads the files below this folder, which contains the crate's root. Their tests are ignored.
    pub(crate) fn new(sources: &'s [Source], root: &str) -> Self {
        let mut modules = BTreeMap::new();
        let mut tests = BTreeSet::new();
        for source in sources {
            if !source.is_rust() || !source.is_below(&[root]) {
                continue;
            }
            let path = module_path(&source.path[root.len() + 1..]);
            let mut code = blanked(&source.text, Keep::Code);
            for name in blank_tests(&mut code) {
                tests.insert([path.as_slice(), &[name]].concat());
            }
            let mut module = Module {
                source,
                code,
                bound: BTreeMap::new(),
                globs: Vec::new(),
                paths: Vec::new(),
            };
            module.read_paths();
            modules.insert(path, module);
        }
        modules.retain(|path, _| !tests.iter().any(|test| path.starts_with(test)));
        Self(modules)
    }

    /// The files, each with its paths.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[String], &'s Source, &[PathUse])> {
        let modules = self.0.iter();
        modules.map(|(path, module)| (path.as_slice(), module.source, module.paths.as_slice()))
    }

    /// The file that defines the item that a path in this module names, if it belongs to the crate.
    pub(crate) fn file_of(&self, module: &[String], path: &[String]) -> Option<&'s Source> {
        self.resolved(module, path, 16)
    }

    fn resolved(&self, module: &[String], path: &[String], depth: usize) -> Option<&'s Source> {
        let (mut at, mut rest) = self.start(module, path)?;
        while let [name, tail @ ..] = rest {
            let child = [at.as_slice(), std::slice::from_ref(name)].concat();
            if !self.0.contains_key(&child) {
                break;
            }
            (at, rest) = (child, tail);
        }
        let found = self.0.get(&at)?;
        let Some(name) = rest.first() else {
            return Some(found.source);
        };
        if found.defines(name) || depth == 0 {
            return Some(found.source);
        }
        // An exported macro is a name of the crate's root, wherever it is defined.
        if at.is_empty()
            && !found.bound.contains_key(name)
            && let Some(of_macro) = self.0.values().find(|module| module.exports_macro(name))
        {
            return Some(of_macro.source);
        }
        if let Some(path) = found.bound.get(name) {
            return self.resolved(&at, path, depth - 1);
        }
        let globs = found.globs.iter();
        let through = |glob: &Vec<String>| {
            let path = [glob.as_slice(), std::slice::from_ref(name)].concat();
            self.resolved(&at, &path, depth - 1)
        };
        let mut of_globs = globs.filter_map(through);
        let definer = of_globs.find(|source| {
            let module = self
                .0
                .values()
                .find(|module| module.source.path == source.path);
            module.is_some_and(|module| module.defines(name))
        });
        Some(definer.unwrap_or(found.source))
    }

    /// The module at which a path begins, and the rest of the path. `None` if it begins in another crate.
    fn start<'p>(
        &self,
        module: &[String],
        path: &'p [String],
    ) -> Option<(Vec<String>, &'p [String])> {
        let mut at = module.to_vec();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => return Some((Vec::new(), &path[1..])),
            "self" => return Some((at, &path[1..])),
            "super" => {
                while rest.first().is_some_and(|name| name == "super") {
                    at.pop();
                    rest = &rest[1..];
                }
            }
            name => {
                let child = [module, &[name.to_owned()]].concat();
                if !self.0.contains_key(&child) {
                    return None;
                }
            }
        }
        Some((at, rest))
    }
}

impl Module<'_> {
    fn read_paths(&mut self) {
        let mut code = self.code.clone();
        for place in places_of(&self.code, "use") {
            let end = self.code[place..].find(';');
            let end = end.map_or(self.code.len(), |end| place + end);
            let mut found = Vec::new();
            tree(&self.code[place + 3..end], &[], &mut found);
            for (name, segments) in found {
                if name == "*" {
                    self.globs.push(segments.clone());
                } else {
                    self.bound.insert(name, segments.clone());
                }
                self.paths.push(PathUse { segments, place });
            }
            blank(&mut code, place, end);
        }
        for start in ["crate", "super"] {
            for place in places_of(&code, start) {
                if code[..place].trim_end().ends_with("(in") {
                    continue; // how far an item can be seen
                }
                let segments = segments(&code[place..]);
                if segments.len() > 1 {
                    self.paths.push(PathUse { segments, place });
                }
            }
        }
        self.paths.sort_by_key(|path| path.place);
    }

    fn exports_macro(&self, name: &str) -> bool {
        let declared = format!("macro_rules! {name}");
        places_of(&self.code, &declared).any(|place| {
            let before = self.code[..place].trim_end();
            before
                .lines()
                .rev()
                .take_while(|line| line.starts_with("#["))
                .any(|line| line == "#[macro_export]")
        })
    }

    /// Whether an item of this name is declared in this file.
    fn defines(&self, name: &str) -> bool {
        let items = [
            "fn", "struct", "enum", "trait", "type", "const", "static", "union", "mod",
        ];
        places_of(&self.code, name).any(|place| {
            let before = self.code[..place].trim_end();
            let is_macro = before.ends_with("macro_rules!");
            is_macro
                || items.iter().any(|item| {
                    before.ends_with(item)
                        && !before[..before.len() - item.len()].ends_with(is_word_char)
                })
        })
    }
}

/// `a/b.rs` and `a/b/mod.rs` are `[a, b]`, `lib.rs` is `[]`.
fn module_path(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    let segments = path.split('/').map(str::to_owned);
    if path == "lib" {
        Vec::new()
    } else {
        segments.collect()
    }
}

/// Blanks items that exist for tests only, and returns the test modules that have files.
fn blank_tests(code: &mut String) -> Vec<String> {
    let mut files = Vec::new();
    let marks: Vec<_> = places_of(code, "#[cfg(test)]").collect();
    for mark in marks {
        let Some(end) = code[mark..].find(['{', ';']) else {
            continue;
        };
        let end = mark + end;
        if code[end..].starts_with(';') {
            let item = code[..end].trim_end();
            let name = item.rsplit(|c| !is_word_char(c)).next().unwrap_or_default();
            files.push(name.to_owned());
        } else {
            let end = closed(code, end);
            blank(code, mark, end);
        }
    }
    files
}

fn blank(code: &mut String, start: usize, end: usize) {
    let bytes = code[start..end].bytes();
    let blank: String = bytes
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect();
    code.replace_range(start..end, &blank);
}

/// The segments of the path that begins here.
fn segments(code: &str) -> Vec<String> {
    let mut segments = Vec::new();
    let mut rest = code;
    loop {
        let end = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
        if end == 0 {
            return segments;
        }
        segments.push(rest[..end].to_owned());
        match rest[end..].strip_prefix("::") {
            Some(tail) => rest = tail,
            None => return segments,
        }
    }
}

/// The paths of a `use`, each with the name that it binds; `*` for all names of a module.
fn tree(text: &str, before: &[String], found: &mut Vec<(String, Vec<String>)>) {
    let text = text.trim();
    let (path, group) = match text.split_once('{') {
        Some((path, group)) => (path, group.rsplit_once('}').map(|(group, _)| group)),
        None => (text, None),
    };
    let (path, alias) = match path.split_once(" as ") {
        Some((path, alias)) => (path, Some(alias.trim().to_owned())),
        None => (path, None),
    };
    let names = path
        .split("::")
        .map(|name| name.trim().trim_start_matches('$'));
    let names = names.filter(|name| !name.is_empty());
    let mut segments = before.to_vec();
    let mut is_glob = false;
    for name in names {
        match name {
            "*" => is_glob = true,
            "self" if !segments.is_empty() => {}
            name => segments.push(name.to_owned()),
        }
    }
    if let Some(group) = group {
        for part in parts(group) {
            tree(part, &segments, found);
        }
        return;
    }
    let last = segments.last().cloned();
    let name = if is_glob {
        Some("*".to_owned())
    } else {
        alias.or(last)
    };
    if let Some(name) = name {
        found.push((name, segments));
    }
}

/// Splits a group at its commas, except those of nested groups.
fn parts(group: &str) -> Vec<&str> {
    let (mut depth, mut start) = (0_usize, 0);
    let mut parts = Vec::new();
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn leads(modules: &Modules<'_>, from: &str, path: &str, file: Option<&str>) {
        let from: Vec<_> = from
            .split("::")
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        let found = modules
            .file_of(&from, &path)
            .map(|source| source.path.as_str());
        assert_eq!(found, file, "{path:?} in {from:?}");
    }

    #[test]
    fn paths_lead_to_the_file_that_has_the_item() {
        let sources = [
            Source::new(
                "src/lib.rs",
                "mod a;\npub use a::{Deep, b::{self, Thing as Other}};\npub use a::b::*;",
            ),
            Source::new(
                "src/a/mod.rs",
                "pub mod b;\npub mod deep;\npub use deep::*;\npub struct Here;",
            ),
            Source::new(
                "src/a/b.rs",
                "pub struct Thing;\npub fn more() {}\n#[macro_export]\nmacro_rules! made { () => {} }",
            ),
            Source::new(
                "src/a/deep.rs",
                "pub enum Deep {}\n#[cfg(test)]\nmod tests;",
            ),
            Source::new("src/a/deep/tests.rs", "use crate::Other;"),
        ];
        let modules = Modules::new(&sources, "src");
        leads(&modules, "a::deep", "crate::Other", Some("src/a/b.rs"));
        leads(&modules, "a::deep", "crate::Deep", Some("src/a/deep.rs"));
        leads(&modules, "a::deep", "crate::more", Some("src/a/b.rs"));
        leads(&modules, "a::deep", "crate::made", Some("src/a/b.rs"));
        leads(&modules, "a::deep", "super::b::Thing", Some("src/a/b.rs"));
        leads(&modules, "a::deep", "super::Here", Some("src/a/mod.rs"));
        leads(&modules, "a", "b::Thing", Some("src/a/b.rs"));
        leads(&modules, "a::b", "std::fmt::Debug", None);
        assert!(
            modules
                .iter()
                .all(|(_, source, _)| source.path != "src/a/deep/tests.rs")
        );
    }

    #[test]
    fn paths_are_read_out_of_code_but_not_out_of_tests() {
        let text = "use std::{fmt, io::{self, Read as _}};\n// crate::no::path\nfn f(x: &crate::a::B) -> super::C { \"crate::none\"; x }\n#[cfg(test)]\nmod tests {\n    use crate::hidden::D;\n}\n";
        let sources = [Source::new("src/x/y.rs", text)];
        let modules = Modules::new(&sources, "src");
        let (_, _, paths) = modules.iter().next().expect("one module");
        let paths: Vec<_> = paths.iter().map(|path| path.segments.join("::")).collect();
        assert_eq!(
            paths,
            [
                "std::fmt",
                "std::io",
                "std::io::Read",
                "crate::a::B",
                "super::C"
            ]
        );
    }
}
