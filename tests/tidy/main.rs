//! What must never be, as tests: they read the sources as text. A crate of its own, because it needs nothing
//! of gamedb and runs where gamedb does not compile.
//!
//! Each check is a function over files in memory, with a test beside it that plants a fault; the tests here
//! run them over the repository. The lists to edit: [`layers`], [`words`], and the constants at the top of
//! [`boundaries`], [`functions`] and [`pages`].
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod boundaries;
mod dependencies;
mod functions;
mod layers;
mod modules;
mod pages;
mod source;
mod words;

use source::{Fault, Source, repository};

#[track_caller]
fn is_tidy(check: impl Fn(&[Source]) -> Vec<Fault>) {
    let faults = check(&repository());
    let list: String = faults.iter().map(|fault| format!("{fault}\n")).collect();
    assert!(faults.is_empty(), "{} faults:\n{list}", faults.len());
}

#[test]
fn arrows_between_files_of_the_library_go_down() {
    is_tidy(|sources| layers::arrows_up(sources, "src", layers::LIBRARY));
}

#[test]
fn arrows_between_files_of_the_generator_go_down() {
    is_tidy(|sources| layers::arrows_up(sources, "generate/src", layers::GENERATOR));
}

#[test]
fn only_a_back_end_names_the_client_of_its_engine() {
    is_tidy(boundaries::clients_outside_the_back_ends);
}

#[test]
fn every_behaviour_has_its_test() {
    is_tidy(pages::missing_tests);
}

#[test]
fn paths_in_pages_are_there() {
    is_tidy(pages::missing_paths);
}

#[test]
fn the_store_knows_no_feature_of_a_back_end() {
    is_tidy(boundaries::back_end_features_in_the_store);
}

#[test]
fn every_file_is_in_the_map() {
    is_tidy(pages::map_faults);
}

#[test]
fn no_function_is_long() {
    is_tidy(functions::long_functions);
}

#[test]
fn generated_code_names_the_facade_alone() {
    is_tidy(boundaries::names_beside_the_facade);
}

#[test]
fn no_private_word_has_come_back() {
    is_tidy(words::private_words);
}

#[test]
fn dependencies_come_from_the_registry_and_in_one_version() {
    is_tidy(dependencies::foreign_or_doubled);
}

#[test]
fn dependencies_have_licences_that_ask_for_no_more_than_to_be_named() {
    let tree = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--locked"])
        .args(["--edges", "normal,build,dev", "--prefix", "none"])
        .args(["--format", "{p}|{l}"])
        .output()
        .expect("cargo runs the tests");
    assert!(tree.status.success(), "{tree:?}");
    let tree = String::from_utf8_lossy(&tree.stdout);
    assert!(tree.contains("rusqlite"), "{tree}");
    is_tidy(|sources| dependencies::licences(sources, &tree));
}
