//! Texts and files that nobody has made: those of the fuzzer, `fuzz/corpus`, by the stable compiler.
#![allow(
    unreachable_pub,
    reason = "the fuzzer's own code, which is public there"
)]

#[path = "../../fuzz/src/bytes.rs"]
mod bytes;
#[path = "../../fuzz/src/edits.rs"]
mod edits;
#[path = "../../fuzz/src/generator.rs"]
mod generator;

/// Calls a target with each of its inputs.
fn try_all(target: &str, try_one: impl Fn(&[u8])) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let inputs = std::fs::read_dir(root.join("../fuzz/corpus").join(target)).expect("the corpus");
    let mut n_tried = 0;
    for input in inputs {
        let path = input.expect("an input").path();
        println!("{}", path.display());
        try_one(&std::fs::read(path).expect("an input"));
        n_tried += 1;
    }
    assert!(n_tried >= 5, "{n_tried} inputs");
}

#[test]
fn schemas_are_read_or_refused() {
    try_all("schema", generator::schema);
}

#[test]
fn configs_are_read_or_refused() {
    try_all("config", generator::config);
}

#[test]
fn old_files_are_copied_or_refused() {
    try_all("old_file", generator::old_file);
}

#[test]
fn dumps_are_copied_or_refused() {
    try_all("dump", generator::dump);
}
