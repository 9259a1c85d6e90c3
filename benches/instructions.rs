//! Instruction counts of the hot paths: counted by valgrind, so they do not depend on the load of the
//! machine, and compared with the baseline in `instructions.txt`.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use common::reference::{Files, Keys, Order, PER_MOBILE, attribute, double, rng, world};
use gamedb::ChangeSet;
use gamedb::Database;
use gamedb::codegen::traits::*;
use gamedb::internals::Selection;
use gamedb_models::{Attribute, AttributeKey, AttributeRef, AttributeValue, World};

/// Number of rows for each path, in a world of `MOBILES` with eight attributes each.
const N: usize = 1_000;
const MOBILES: usize = 1_000;

/// The relative growth of a count that is accepted without a new baseline.
const MOST_GROWTH: f64 = 0.05;

const HELP: &str = "cargo bench --bench instructions -- --bless";

/// A path, by the name of the function that valgrind collects.
const PATHS: &[(&str, fn())] = &[
    ("counted_get", get),
    ("counted_write_first", write_first),
    ("counted_write_again", write_again),
    ("counted_transaction", transaction),
    ("counted_traverse", traverse),
    ("counted_add", add),
    ("counted_remove", remove),
    ("counted_capture", capture),
    ("counted_flush", flush),
    ("counted_save", save),
    ("counted_load", load),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    if has("--list") {
        return ExitCode::SUCCESS;
    }
    let asked = arguments.iter().find_map(|a| a.strip_prefix("--run="));
    for &(name, run) in PATHS {
        if asked.map_or(has("--test"), |asked| asked == name) {
            run();
        }
    }
    if asked.is_some() || has("--test") {
        return ExitCode::SUCCESS;
    }
    let counted: BTreeMap<&str, u64> = PATHS
        .iter()
        .map(|&(name, _)| (name, instructions(name)))
        .collect();
    if has("--bless") {
        fs::write(baseline_path(), written(&counted)).expect("the baseline can be written");
    }
    report(&counted, &baseline())
}

/// Prints each count beside the baseline, and fails if one has grown too much.
fn report(counted: &BTreeMap<&str, u64>, baseline: &BTreeMap<String, u64>) -> ExitCode {
    let mut result = ExitCode::SUCCESS;
    for (&name, &count) in counted {
        let per_row = count as f64 / N as f64;
        let Some(&before) = baseline.get(name) else {
            println!("{name}: {per_row:.1} instructions a row, which the baseline does not have");
            result = ExitCode::FAILURE;
            continue;
        };
        let growth = count as f64 / before as f64 - 1.0;
        let verdict = if growth > MOST_GROWTH {
            result = ExitCode::FAILURE;
            ": TOO MUCH"
        } else {
            ""
        };
        println!(
            "{name}: {per_row:.1} instructions a row, {:+.1} %{verdict}",
            100.0 * growth
        );
    }
    if result != ExitCode::SUCCESS {
        println!("If the growth is justified, record the new counts in the same commit: {HELP}");
    }
    result
}

/// Runs one path in a process of its own, and has its instructions counted.
fn instructions(name: &str) -> u64 {
    let itself = std::env::current_exe().expect("a path");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect=*{name}*"))
        .arg(itself)
        .arg(format!("--run={name}"))
        .stdin(Stdio::null())
        .output()
        .expect("valgrind is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} failed:\n{said}");
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    let (_, count) = collected.expect("valgrind prints what it has collected");
    count.trim().parse().expect("a number")
}

fn baseline_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.txt")
}

fn baseline() -> BTreeMap<String, u64> {
    let text = fs::read_to_string(baseline_path()).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let entry = |line: &str| {
        let (name, count) = line.split_once(' ')?;
        Some((name.to_owned(), count.trim().parse().ok()?))
    };
    lines.filter_map(entry).collect()
}

fn written(counted: &BTreeMap<&str, u64>) -> String {
    let mut text = format!("# Instructions for {N} rows. Written by: {HELP}\n");
    for (name, count) in counted {
        let _ = writeln!(text, "{name} {count}");
    }
    text
}

fn drawn(keys: &Keys) -> Vec<AttributeKey> {
    let mut keys = keys.attributes.clone();
    rng().shuffle(&mut keys);
    keys.truncate(N);
    keys
}

fn in_memory() -> (World, Keys) {
    world(MOBILES, Order::OneAfterTheOther)
}

/// A clean world with its file.
fn in_file(files: &Files) -> (Database<World>, Keys) {
    let db = Database::<World>::open(files.world(MOBILES)).expect("a world file");
    let keys = Keys::of(&db);
    (db, keys)
}

fn set_all(world: &mut World, keys: &[AttributeKey], value: f64) {
    for &key in keys {
        let mut row = world.get_mut(key).expect("there");
        row.set_value(AttributeValue::Double(value))
            .expect("a number");
    }
}

fn get() {
    #[inline(never)]
    fn counted_get(world: &World, keys: &[AttributeKey]) -> f64 {
        let number = |&key| {
            world
                .get(key)
                .map_or(0.0, |row: AttributeRef<'_>| double(row.row()))
        };
        keys.iter().map(number).sum()
    }
    let (world, keys) = in_memory();
    black_box(counted_get(&world, &drawn(&keys)));
}

fn write_first() {
    #[inline(never)]
    fn counted_write_first(world: &mut World, keys: &[AttributeKey]) {
        // A different value than below: the compiler would merge two identical functions.
        set_all(world, keys, 0.25);
    }
    let files = Files::new();
    let (mut db, keys) = in_file(&files);
    counted_write_first(&mut db, &drawn(&keys));
    let _ = db.flush().expect("flushed");
}

fn write_again() {
    #[inline(never)]
    fn counted_write_again(world: &mut World, keys: &[AttributeKey]) {
        set_all(world, keys, 0.5);
    }
    let (mut world, keys) = in_memory();
    counted_write_again(&mut world, &drawn(&keys));
}

fn transaction() {
    #[inline(never)]
    fn counted_transaction(world: &mut World, keys: &[AttributeKey]) {
        let done = world.transaction(|world| {
            set_all(world, keys, 0.5);
            Ok::<_, gamedb::Error>(())
        });
        done.expect("kept");
    }
    let (mut world, keys) = in_memory();
    counted_transaction(&mut world, &drawn(&keys));
}

fn traverse() {
    #[inline(never)]
    fn counted_traverse(world: &World, keys: &Keys) -> f64 {
        let mut sum = 0.0;
        for &mobile in &keys.mobiles[..N] {
            let attributes = world.get(mobile).expect("there").attributes();
            sum += attributes.map(|(_, row)| double(row)).sum::<f64>();
        }
        sum
    }
    let (world, keys) = in_memory();
    black_box(counted_traverse(&world, &keys));
}

fn add() {
    #[inline(never)]
    fn counted_add(world: &mut World, keys: &Keys) {
        for &mobile in &keys.mobiles[..N] {
            let mut mobile = world.get_mut(mobile).expect("there");
            let _ = mobile.add_attribute(attribute(0, 0.5)).expect("added");
        }
    }
    let (mut world, keys) = in_memory();
    counted_add(&mut world, &keys);
}

fn remove() {
    #[inline(never)]
    fn counted_remove(world: &mut World, keys: &[AttributeKey]) {
        for &key in keys {
            world.remove(key).expect("removed");
        }
    }
    let (mut world, keys) = in_memory();
    counted_remove(&mut world, &drawn(&keys));
}

fn capture() {
    #[inline(never)]
    fn counted_capture(world: &World) -> ChangeSet {
        let mut change_set = ChangeSet::new(Attribute::TABLE);
        world
            .attributes
            .capture(world, Selection::All, &mut change_set);
        change_set
    }
    let files = Files::new();
    let (mut db, keys) = in_file(&files);
    set_all(&mut db, &drawn(&keys), 0.5);
    assert_eq!(counted_capture(&db).rows().len(), N);
    let _ = db.flush().expect("flushed");
}

fn flush() {
    #[inline(never)]
    fn counted_flush(db: &mut Database<World>) -> usize {
        db.flush().expect("flushed").rows()
    }
    let files = Files::new();
    let (mut db, keys) = in_file(&files);
    set_all(&mut db, &drawn(&keys), 0.5);
    assert_eq!(counted_flush(&mut db), N);
}

/// Saves each mobile by itself while all attributes are dirty: the cost must not depend on the other
/// dirty rows.
fn save() {
    #[inline(never)]
    fn counted_save(db: &mut Database<World>, keys: &Keys) -> usize {
        let save = |&mobile| db.save(mobile).expect("saved").rows();
        keys.mobiles[..N].iter().map(save).sum()
    }
    let files = Files::new();
    let (mut db, keys) = in_file(&files);
    for attributes in keys.attributes.chunks(PER_MOBILE) {
        let changed = db.transaction(|world| {
            set_all(world, attributes, 0.5);
            Ok::<_, gamedb::Error>(())
        });
        changed.expect("kept");
    }
    assert_eq!(counted_save(&mut db, &keys), N * PER_MOBILE);
}

fn load() {
    #[inline(never)]
    fn counted_load(path: &Path) -> Database<World> {
        Database::open(path).expect("a world file")
    }
    let files = Files::new();
    // Small enough to be loaded by one thread, and large enough that the schema does not matter.
    let db = counted_load(&files.world(MOBILES / 2));
    assert_eq!(db.attributes.len(), 4 * N);
}
