//! Memory: bytes per attribute, including its pivot row and its index entry.

mod common;

use common::reference::{Files, PER_MOBILE, mobile, mobiles};
use gamedb::Database;
use gamedb_models::World;
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let files = Files::new();
    let whole = bytes_of(&files.copy(&files.world(mobiles()), "whole"));

    let path = files.copy(&files.world(0), "mobiles");
    let mut db = Database::<World>::open(&path).expect("a world file");
    for n in 0..mobiles() {
        db.insert(mobile(n)).expect("a mobile");
    }
    let _ = db.close().expect("flushed");
    let without_attributes = bytes_of(&path);

    let n_attributes = mobiles() * PER_MOBILE;
    println!(
        "memory/gamedb: {n_attributes} attributes loaded, each with its pivot row and its index entry"
    );
    println!(
        "memory/gamedb: {:.1} bytes per attribute",
        (whole - without_attributes) / n_attributes as f64
    );
    println!(
        "memory/gamedb: {:.1} bytes per mobile without any",
        without_attributes / mobiles() as f64
    );
}

/// Bytes that a loaded world takes. SQLite's memory is not included.
fn bytes_of(path: &std::path::Path) -> f64 {
    let before = ALLOCATOR.current_usage();
    let db = Database::<World>::open(path).expect("a world file");
    let bytes = ALLOCATOR.current_usage() - before;
    drop(db);
    bytes as f64
}
