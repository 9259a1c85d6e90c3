//! Files that nobody has made: those of the fuzzer, `fuzz/corpus`, by the stable compiler.
#![allow(
    unreachable_pub,
    reason = "the fuzzer's own code, which is public there"
)]

#[path = "../../fuzz/src/bytes.rs"]
mod bytes;
#[path = "../../fuzz/src/edits.rs"]
mod edits;
#[path = "../../fuzz/src/exchange.rs"]
mod exchange;
#[path = "../../fuzz/src/splices.rs"]
mod splices;
#[path = "../../fuzz/src/world.rs"]
mod world;

/// Calls a target with each of its inputs.
fn try_all(target: &str, try_one: impl Fn(&[u8])) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let inputs = std::fs::read_dir(root.join("fuzz/corpus").join(target)).unwrap();
    let mut n_tried = 0;
    for input in inputs {
        let path = input.unwrap().path();
        println!("{}", path.display());
        try_one(&std::fs::read(path).unwrap());
        n_tried += 1;
    }
    assert!(n_tried >= 5, "{n_tried} inputs");
}

#[test]
fn world_files_are_opened_whole_or_refused() {
    try_all("world_file", world::file);
}

#[test]
fn logs_are_taken_or_refused() {
    try_all("world_log", world::log);
}

#[test]
fn parcels_are_accepted_whole_or_refused() {
    try_all("parcel", exchange::parcel);
}
