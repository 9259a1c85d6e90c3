//! Layers: no file may use an item of a layer above its own.

use crate::modules::Modules;
use crate::source::{Fault, Source, is_path_below, line_of};

/// The layers of a crate, lowest first. Each is a list of folders and files; the longest matching name
/// determines the layer of a file. Within a layer, files may use each other.
pub(crate) type Layers<'l> = &'l [&'l [&'l str]];

/// The library.
pub(crate) const LIBRARY: Layers<'_> = &[
    &["src/error"],
    &["src/schema"],
    &["src/store/key.rs", "src/store/row_set.rs"],
    &["src/store/index"],
    &["src/store/row"],
    &["src/store/tracking"],
    &["src/store/invariants.rs"],
    &["src/store/table"],
    &["src/store/pivot"],
    &["src/store/world"],
    &["src/store/mod.rs"],
    &["src/persist"],
    &["src/persist/sqlite"],
    // It asks SQLite how the columns of the models are declared.
    &["src/persist/postgres"],
    // These drive the back end; the code that all back ends share is below.
    &[
        "src/persist/mod.rs",
        "src/persist/connect.rs",
        "src/persist/create.rs",
        "src/persist/database",
        "src/persist/exchange.rs",
        "src/persist/pipeline",
    ],
    &["src/codegen"],
    &["src/lib.rs"],
];

/// The generator.
pub(crate) const GENERATOR: Layers<'_> = &[
    &["generate/src/sql"],
    &["generate/src/error"],
    &["generate/src/names.rs"],
    &["generate/src/schema"],
    &["generate/src/config"],
    &["generate/src/input"],
    &["generate/src/canonical"],
    &["generate/src/analysis"],
    &["generate/src/model"],
    &["generate/src/resolve"],
    &["generate/src/emit"],
    &["generate/src/output"],
    &["generate/src/explain"],
    &["generate/src/diagram"],
    &["generate/src/import"],
    &["generate/src/driver"],
    &["generate/src/lib.rs"],
];

/// Reports uses of a higher layer, files without a layer, and layers without a file.
pub(crate) fn arrows_up(sources: &[Source], root: &str, layers: Layers<'_>) -> Vec<Fault> {
    let modules = Modules::new(sources, root);
    let mut faults = Vec::new();
    for (module, source, paths) in modules.iter() {
        let Some(from) = layer_of(&source.path, layers) else {
            faults.push(Fault::new(source, 1, "belongs to no layer"));
            continue;
        };
        for path in paths {
            let Some(used) = modules.file_of(module, &path.segments) else {
                continue;
            };
            if layer_of(&used.path, layers).is_some_and(|to| to > from) {
                let line = line_of(&source.text, path.place);
                let path = path.segments.join("::");
                let what = format!("`{path}` is in {}, a layer above this one", used.path);
                faults.push(Fault::new(source, line, what));
            }
        }
    }
    let named = layers.iter().copied().flatten();
    for folder in named.filter(|folder| !sources.iter().any(|s| is_path_below(&s.path, folder))) {
        faults.push(Fault {
            path: (*folder).to_owned(),
            line: 1,
            what: "is a layer in which there is no file".to_owned(),
        });
    }
    faults
}

/// The number of a file's layer.
fn layer_of(path: &str, layers: Layers<'_>) -> Option<usize> {
    let named = layers.iter().enumerate();
    let named = named.flat_map(|(n, folders)| folders.iter().map(move |folder| (n, *folder)));
    let above = named.filter(|(_, folder)| is_path_below(path, folder));
    let longest = above.max_by_key(|(_, folder)| folder.len());
    longest.map(|(n, _)| n)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYERS: Layers<'_> = &[
        &["src/store/key.rs"],
        &["src/store"],
        &["src/persist"],
        &["src/persist/sqlite"],
        &["src/lib.rs"],
    ];

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let mut sources = vec![
            Source::new(
                "src/lib.rs",
                "mod persist;\nmod store;\npub use store::World;\npub use persist::Database;",
            ),
            Source::new(
                "src/store/mod.rs",
                "pub mod key;\npub struct World;\nuse key::Key;",
            ),
            Source::new(
                "src/persist/mod.rs",
                "mod sqlite;\npub struct Database(crate::World);",
            ),
            Source::new("src/persist/sqlite/mod.rs", "use super::Database;"),
            Source::new("src/store/key.rs", "pub struct Key;"),
        ];
        for (path, text) in files {
            sources.retain(|source| source.path != *path);
            sources.push(Source::new(path, text));
        }
        let faults = arrows_up(&sources, "src", LAYERS);
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn arrows_down_are_good() {
        assert_eq!(found(&[]), [""; 0]);
    }

    #[test]
    fn an_arrow_up_is_found() {
        let key = "use std::fmt;\n\nuse super::World;\npub struct Key;";
        assert_eq!(
            found(&[("src/store/key.rs", key)]),
            ["src/store/key.rs:3: `super::World` is in src/store/mod.rs, a layer above this one"]
        );
        let store = "pub mod key;\npub struct World;\nfn f(_: crate::Database) {}";
        assert_eq!(
            found(&[("src/store/mod.rs", store)]),
            [
                "src/store/mod.rs:3: `crate::Database` is in src/persist/mod.rs, a layer above this one"
            ]
        );
        let shared = "mod sqlite;\npub struct Database;\nuse sqlite::Writer;";
        assert_eq!(
            found(&[("src/persist/mod.rs", shared)]),
            [
                "src/persist/mod.rs:3: `sqlite::Writer` is in src/persist/sqlite/mod.rs, a layer above this one"
            ]
        );
    }

    #[test]
    fn a_file_without_a_layer_is_found() {
        assert_eq!(
            found(&[("src/new.rs", "")]),
            ["src/new.rs:1: belongs to no layer"]
        );
    }
}
