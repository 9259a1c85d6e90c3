//! What a part of the code must not know: SQLite, a feature of another layer, or more of gamedb than the
//! facade that is made for it.

use crate::source::{
    Fault, Keep, Source, blanked, is_path_below, is_word_char, line_of, places_of,
};

/// The only folder of the library that may name SQLite's bindings.
const BACK_END: &str = "src/persist/sqlite";

/// The module of gamedb that generated code is written against.
const FACADE: &str = "model";

/// The bindings to SQLite anywhere in the library but in the back end.
pub(crate) fn bindings_outside_the_back_end(sources: &[Source]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in sources {
        if !source.is_rust() || !source.is_below(&["src"]) || is_path_below(&source.path, BACK_END)
        {
            continue;
        }
        let code = blanked(&source.text, Keep::Code);
        for place in places_of(&code, "rusqlite") {
            let what = format!("`rusqlite` is for {BACK_END} alone");
            faults.push(Fault::new(source, line_of(&code, place), what));
        }
    }
    faults
}

/// The public feature of a back end inside the store, which knows no back end.
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
            if value.is_some_and(|value| value.starts_with("\"sqlite\"")) {
                let what = "the store asks for `feature = \"persist\"`, not for a back end's";
                faults.push(Fault::new(source, line_of(&code, place), what));
            }
        }
    }
    faults
}

/// Names of gamedb in generated code that do not come from the facade.
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
                let what = format!("generated code names `gamedb::{FACADE}` and nothing beside it");
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
    fn bindings_outside_the_back_end_are_found() {
        let text = "//! Not rusqlite's.\nuse std::io;\nuse rusqlite::Connection;\n";
        let sources = [
            Source::new("src/persist/batch.rs", text),
            Source::new("src/persist/sqlite/open.rs", text),
            Source::new("tests/it/save.rs", text),
        ];
        let faults = bindings_outside_the_back_end(&sources);
        is_at(&faults, "src/persist/batch.rs", &[3]);
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
