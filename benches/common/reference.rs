//! The reference world: 100,000 mobiles, each with 8 attributes added one after the other.

use std::path::{Path, PathBuf};

use gamedb::Database;
use gamedb_models::{
    Attribute, AttributeKey, AttributeType, AttributeValue, Mobile, MobileKey, MobileType, World,
};
use tempfile::TempDir;

use super::is_test;

pub(crate) const SEED: u64 = 42;
pub(crate) const PER_MOBILE: usize = 8;

const KINDS: [(&str, AttributeType); PER_MOBILE] = [
    ("strength", AttributeType::Strength),
    ("constitution", AttributeType::Constitution),
    ("dexterity", AttributeType::Dexterity),
    ("luck", AttributeType::Luck),
    ("arcana", AttributeType::Arcana),
    ("operations", AttributeType::Operations),
    ("carried_volume", AttributeType::Volume),
    ("stamina_left", AttributeType::Quantity),
];

/// Number of mobiles in the reference world: `GAMEDB_BENCH_MOBILES`, or 100,000.
pub(crate) fn mobiles() -> usize {
    let asked = std::env::var("GAMEDB_BENCH_MOBILES").ok();
    let asked = asked.map(|mobiles| mobiles.parse().expect("GAMEDB_BENCH_MOBILES is a number"));
    asked.unwrap_or(if is_test() { 1_000 } else { 100_000 })
}

pub(crate) fn rng() -> fastrand::Rng {
    fastrand::Rng::with_seed(SEED)
}

/// The n-th attribute of a mobile.
pub(crate) fn attribute(n: usize, value: f64) -> Attribute {
    let (name, kind) = KINDS[n % PER_MOBILE];
    Attribute {
        internal_name: name.into(),
        visible: n.is_multiple_of(2),
        attribute_type: kind,
        value: AttributeValue::Double(value),
    }
}

pub(crate) fn mobile(n: usize) -> Mobile {
    Mobile {
        mobile_type: MobileType::Npc,
        owner: None,
        what_we_call_you: format!("orc number {n}"),
    }
}

/// The number that all attributes of the reference world have.
#[inline]
pub(crate) fn double(attribute: &Attribute) -> f64 {
    match attribute.value {
        AttributeValue::Double(value) => value,
        _ => 0.0,
    }
}

/// The order in which attributes are inserted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// The 8 attributes of one mobile, then those of the next.
    OneAfterTheOther,
    /// At random over all mobiles, so that the attributes of one mobile are far apart.
    Shuffled,
}

/// The mobile that owns each attribute.
pub(crate) fn owners(mobiles: usize, order: Order) -> Vec<usize> {
    let mut owners: Vec<_> = (0..mobiles * PER_MOBILE).map(|n| n / PER_MOBILE).collect();
    if order == Order::Shuffled {
        rng().shuffle(&mut owners);
    }
    owners
}

/// The keys of a world, in the order in which the rows were added.
pub(crate) struct Keys {
    pub(crate) mobiles: Vec<MobileKey>,
    pub(crate) attributes: Vec<AttributeKey>,
}

impl Keys {
    pub(crate) fn of(world: &World) -> Self {
        Self {
            mobiles: world.mobiles.iter_by_id().map(|(key, _)| key).collect(),
            attributes: world.attributes.iter_by_id().map(|(key, _)| key).collect(),
        }
    }
}

pub(crate) fn fill(world: &mut World, mobiles: usize, order: Order) -> Keys {
    let mut rng = rng();
    let insert = |n| world.insert(mobile(n)).expect("a mobile");
    let mobiles: Vec<_> = (0..mobiles).map(insert).collect();
    let add = |(n, owner): (usize, usize)| {
        let mut owner = world.get_mut(mobiles[owner]).expect("a mobile");
        owner
            .add_attribute(attribute(n, rng.f64()))
            .expect("an attribute")
    };
    let attributes = owners(mobiles.len(), order)
        .into_iter()
        .enumerate()
        .map(add)
        .collect();
    Keys {
        mobiles,
        attributes,
    }
}

/// A world that never had a file.
pub(crate) fn world(mobiles: usize, order: Order) -> (World, Keys) {
    let mut world = World::new();
    let keys = fill(&mut world, mobiles, order);
    (world, keys)
}

/// World files in a temporary folder, which is deleted on drop.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder"))
    }

    /// The file of a reference world with this many mobiles. It is created once, and must not be opened:
    /// see [`Files::copy`].
    pub(crate) fn world(&self, mobiles: usize) -> PathBuf {
        let path = self.0.path().join(format!("{mobiles}.db"));
        if !path.exists() {
            let mut db = Database::<World>::open(&path).expect("a new file");
            fill(&mut db, mobiles, Order::OneAfterTheOther);
            let _ = db.close().expect("the world fits into its file");
        }
        path
    }

    /// A private copy of a world file.
    pub(crate) fn copy(&self, world: &Path, name: &str) -> PathBuf {
        let stem = world.file_stem().expect("a file").to_string_lossy();
        let copy = self.0.path().join(format!("{stem}-{name}.db"));
        std::fs::copy(world, &copy).expect("room for a copy");
        copy
    }
}
