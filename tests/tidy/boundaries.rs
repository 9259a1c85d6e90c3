//! Boundaries: parts of the code that must not name SQLite, a feature of another layer, or items of
//! gamedb outside of the facade for generated code.

use crate::source::{
    Fault, Keep, Source, blanked, is_path_below, is_word_char, line_of, places_of,
};

/// Crates that one folder of the library alone may name: the clients of engines.
const CLIENTS: &[(&str, &str)] = &[
    ("rusqlite", "src/persist/sqlite"),
    ("tokio_postgres", "src/persist/postgres"),
    ("tokio", "src/persist/postgres"),
];

/// The module of gamedb that generated code is written against.
const FACADE: &str = "codegen";

/// Reports clients of engines in the library outside of their back ends.
pub(crate) fn clients_outside_the_back_ends(sources: &[Source]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in sources {
        if !source.is_rust() || !source.is_below(&["src"]) {
            continue;
        }
        let code = blanked(&source.text, Keep::Code);
        for (client, back_end) in CLIENTS {
            if is_path_below(&source.path, back_end) {
                continue;
            }
            for place in places_of(&code, client) {
                let what = format!("only {back_end} may name `{client}`");
                faults.push(Fault::new(source, line_of(&code, place), what));
            }
        }
    }
    faults
}

/// Reports the public feature of a back end in the store, which must not depend on a back end.
pub(crate) fn back_end_features_in_the_store(sources: &[Source]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in sources {
        if !source.is_rust() || !source.is_below(&["src/store"]) {
            continue;
        }
        let code = blanked(&source.text, Keep::Strings);
        for place in places_of(&code, "feature") {
            let rest = code[place + "feature".len()..].trim_start();
            let value = rest.strip_prefix('=').map(str::trim_start);
            let back_ends = ["\"sqlite\"", "\"postgres\""];
            if value.is_some_and(|value| back_ends.iter().any(|name| value.starts_with(name))) {
                let what = "the store uses `feature = \"persist\"`, not the feature of a back end";
                faults.push(Fault::new(source, line_of(&code, place), what));
            }
        }
    }
    faults
}

/// Reports names of gamedb in generated code that are not from the facade.
pub(crate) fn names_beside_the_facade(sources: &[Source]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in sources.iter().filter(|source| source.is_generated()) {
        let code = blanked(&source.text, Keep::Code);
        for place in places_of(&code, "gamedb") {
            let rest = code[place + "gamedb".len()..].trim_start();
            let name = rest.strip_prefix("::").map(|name| {
                let end = name.find(|c| !is_word_char(c)).unwrap_or(name.len());
                &name[..end]
            });
            if name != Some(FACADE) {
                let what =
                    format!("generated code names `gamedb::{FACADE}` and nothing else of gamedb");
                faults.push(Fault::new(source, line_of(&code, place), what));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_at(faults: &[Fault], path: &str, lines: &[usize]) {
        let found: Vec<_> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(found, lines, "{faults:?}");
        assert!(faults.iter().all(|fault| fault.path == path), "{faults:?}");
    }

    #[test]
    fn clients_outside_the_back_ends_are_found() {
        let text = "//! Not rusqlite's.\nuse std::io;\nuse rusqlite::Connection;\n";
        let sources = [
            Source::new("src/persist/batch.rs", text),
            Source::new("src/persist/sqlite/open.rs", text),
            Source::new("tests/it/save.rs", text),
        ];
        let faults = clients_outside_the_back_ends(&sources);
        is_at(&faults, "src/persist/batch.rs", &[3]);
        let text = "use tokio_postgres::Client;\n";
        let sources = [
            Source::new("src/persist/postgres/session.rs", text),
            Source::new("src/persist/sqlite/open.rs", text),
        ];
        let faults = clients_outside_the_back_ends(&sources);
        is_at(&faults, "src/persist/sqlite/open.rs", &[1]);
    }

    #[test]
    fn a_back_ends_feature_in_the_store_is_found() {
        let text = "#[cfg(feature = \"persist\")]\nfn a() {}\n#[cfg(all(feature=\"sqlite\", test))]\nfn b() {}\n// feature = \"sqlite\"\n";
        let sources = [
            Source::new("src/store/world/mod.rs", text),
            Source::new("src/lib.rs", text),
        ];
        let faults = back_end_features_in_the_store(&sources);
        is_at(&faults, "src/store/world/mod.rs", &[3]);
    }

    #[test]
    fn names_beside_the_facade_are_found() {
        let text = format!(
            "// @generated from `schema.sql` by `gamedb generate`.\nuse gamedb::{FACADE}::Key;\n/// See gamedb::World.\nuse gamedb::World;\nuse gamedb::{{Key, Id}};\nuse gamedb as g;\nuse gamedb_models::Player;\n"
        );
        let sources = [
            Source::new("models/src/models.rs", &text),
            Source::new("models/src/lib.rs", "use gamedb::World;\n"),
        ];
        is_at(
            &names_beside_the_facade(&sources),
            "models/src/models.rs",
            &[4, 5, 6],
        );
    }
}
