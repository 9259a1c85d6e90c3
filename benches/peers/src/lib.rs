//! The reference world for the rivals: 100,000 mobiles with 8 attributes each, generated from the same
//! seed as in gamedb's own benchmarks.

use std::time::{Duration, Instant};

use criterion::Criterion;
use serde::{Deserialize, Serialize};

/// Attributes of one mobile.
pub const PER_MOBILE: usize = 8;

const KINDS: [(&str, &str); PER_MOBILE] = [
    ("strength", "STRENGTH"),
    ("constitution", "CONSTITUTION"),
    ("dexterity", "DEXTERITY"),
    ("luck", "LUCK"),
    ("arcana", "ARCANA"),
    ("operations", "OPERATIONS"),
    ("carried_volume", "VOLUME"),
    ("stamina_left", "QUANTITY"),
];

/// An attribute's value: one of four kinds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Bool(bool),
    Double(f64),
    Vector3 { x: f64, y: f64, z: f64 },
    Asset(i64),
}

impl Value {
    /// The number that all attributes of the reference world have.
    #[inline]
    pub fn double(&self) -> f64 {
        match *self {
            Self::Double(value) => value,
            _ => 0.0,
        }
    }
}

/// One row of `attributes`, without its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    pub internal_name: String,
    pub visible: bool,
    pub attribute_type: u8,
    pub value: Value,
}

/// The n-th attribute of a mobile.
pub fn attribute(n: usize, value: f64) -> Attribute {
    let kind = n % PER_MOBILE;
    Attribute {
        internal_name: KINDS[kind].0.to_owned(),
        visible: n.is_multiple_of(2),
        attribute_type: kind as u8,
        value: Value::Double(value),
    }
}

/// Number of mobiles: `GAMEDB_BENCH_MOBILES`, or 100,000.
pub fn mobiles() -> usize {
    let asked = std::env::var("GAMEDB_BENCH_MOBILES").ok();
    let asked = asked.map(|mobiles| mobiles.parse().expect("GAMEDB_BENCH_MOBILES is a number"));
    asked.unwrap_or(if is_test() { 1_000 } else { 100_000 })
}

/// Whether everything runs only once as a test, with a small world.
pub fn is_test() -> bool {
    !std::env::args().any(|argument| argument == "--bench")
}

pub fn rng() -> fastrand::Rng {
    fastrand::Rng::with_seed(42)
}

/// The mobile that owns each attribute: in order, or at random.
pub fn owners(mobiles: usize, shuffled: bool) -> Vec<usize> {
    let mut owners: Vec<_> = (0..mobiles * PER_MOBILE).map(|n| n / PER_MOBILE).collect();
    if shuffled {
        rng().shuffle(&mut owners);
    }
    owners
}

/// The statements that fill a new SQLite file with the reference world.
pub fn fill_sql(mobiles: usize) -> String {
    let mut case = String::new();
    let mut kind = String::new();
    for (n, (name, text)) in KINDS.iter().enumerate() {
        case.push_str(&format!(" WHEN {n} THEN '{name}'"));
        kind.push_str(&format!(" WHEN {n} THEN '{text}'"));
    }
    let attributes = mobiles * PER_MOBILE;
    format!(
        "BEGIN;
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {mobiles})
         INSERT INTO mobiles (id, mobile_type, what_we_call_you)
             SELECT i + 1, 'NPC', 'orc number ' || i FROM n;
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {attributes})
         INSERT INTO attributes (id, internal_name, visible, attribute_type, double_value)
             SELECT i + 1, CASE i % 8{case} END, i % 2 = 0, CASE i % 8{kind} END, i / 1000.0 FROM n;
         INSERT INTO attribute_owners (id, attribute_id, mobile_id)
             SELECT id, id, (id - 1) / 8 + 1 FROM attributes;
         COMMIT;
         PRAGMA wal_checkpoint(TRUNCATE);"
    )
}

/// The schema of gamedb's models.
pub const SCHEMA: &str = include_str!("../../../models/schema.sql");

/// The changes that a flush writes: positions of attributes and their new numbers.
pub type Changes = Vec<(usize, f64)>;

/// 10,000 random attributes.
pub fn scattered(rng: &mut fastrand::Rng, all: usize) -> Changes {
    let drawn = rng.choose_multiple(0..all, 10_000.min(all));
    shuffled(rng, drawn)
}

/// All attributes of 1,250 random mobiles.
pub fn clustered(rng: &mut fastrand::Rng, all: usize) -> Changes {
    let mobiles = all / PER_MOBILE;
    let drawn = rng.choose_multiple(0..mobiles, 1_250.min(mobiles));
    let attributes = |mobile| (0..PER_MOBILE).map(move |n| mobile * PER_MOBILE + n);
    let drawn = drawn.into_iter().flat_map(attributes).collect();
    shuffled(rng, drawn)
}

fn shuffled(rng: &mut fastrand::Rng, mut positions: Vec<usize>) -> Changes {
    rng.shuffle(&mut positions);
    let changes = positions.into_iter().map(|position| (position, rng.f64()));
    changes.collect()
}

/// The settings of all groups: those of gamedb's own.
pub fn criterion() -> Criterion {
    Criterion::default()
        .without_plots()
        .nresamples(10_000)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(20)
        .configure_from_args()
}

/// Runs `what` and measures how long it takes.
pub fn time<R>(what: impl FnOnce() -> R) -> (Duration, R) {
    let start = Instant::now();
    let result = what();
    (start.elapsed(), result)
}
