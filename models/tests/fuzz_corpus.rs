//! Deltas that nobody has sent: those of the fuzzer, `fuzz/corpus`, by the stable compiler.
#![allow(
    unreachable_pub,
    reason = "the fuzzer's own code, which is public there"
)]

#[path = "../../fuzz/src/bytes.rs"]
mod bytes;
#[path = "../../fuzz/src/delta.rs"]
mod delta;
#[path = "../../fuzz/src/splices.rs"]
mod splices;

#[test]
fn deltas_are_applied_whole_or_refused() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let inputs = std::fs::read_dir(root.join("../fuzz/corpus/delta")).expect("the corpus");
    let mut n_tried = 0;
    for input in inputs {
        let path = input.expect("an input").path();
        println!("{}", path.display());
        delta::delta(&std::fs::read(path).expect("an input"));
        n_tried += 1;
    }
    assert!(n_tried >= 5, "{n_tried} inputs");
}
