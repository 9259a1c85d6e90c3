//! The reference world of the other benchmarks, on a server.

use gamedb::{Database, Postgres};
use gamedb_models::{
    Attribute, AttributeKey, AttributeType, AttributeValue, Mobile, MobileType, World,
};

pub(crate) const PER_MOBILE: usize = 8;

/// How many mobiles are written at once.
const PART: usize = 10_000;

/// The attributes of a world in the order of their ids.
pub(crate) struct Keys {
    pub(crate) attributes: Vec<AttributeKey>,
    pub(crate) ids: Vec<i64>,
}

impl Keys {
    pub(crate) fn of(world: &World) -> Self {
        let attributes: Vec<_> = world.attributes.iter_by_id().map(|(key, _)| key).collect();
        let id = |&key: &AttributeKey| world.id(key).expect("a live row").get();
        Self {
            ids: attributes.iter().map(id).collect(),
            attributes,
        }
    }
}

/// Makes the world, and lets the server count its rows. Returns how many there are.
pub(crate) fn fill(address: &str, mobiles: usize) -> usize {
    let mut db = super::options(address)
        .open::<World>()
        .expect("an empty world");
    for n in 1..=mobiles {
        let mobile = db.insert(Mobile {
            mobile_type: MobileType::Npc,
            owner: None,
            what_we_call_you: format!("orc number {n}").into(),
        });
        let mut mobile = db.get_mut(mobile.expect("a mobile")).expect("a mobile");
        for n in 0..PER_MOBILE {
            let added = mobile.add_attribute(Attribute {
                internal_name: format!("attribute {n}").into(),
                visible: n % 2 == 0,
                attribute_type: AttributeType::Strength,
                value: AttributeValue::Double(fastrand::f64()),
            });
            added.expect("an attribute");
        }
        // In parts: the server checks all keys of a flush at its end, and says nothing until then.
        if n % PART == 0 {
            let _ = db.flush().expect("the server has room");
        }
    }
    let n_rows = db.len();
    let _ = db.close().expect("all rows are written");
    super::by_hand::ByHand::connect(address).analyze();
    n_rows
}

/// Changes attributes in memory.
pub(crate) fn change(db: &mut Database<World, Postgres>, keys: &Keys, changes: &[(usize, f64)]) {
    for &(position, value) in changes {
        let attribute = db.get_mut(keys.attributes[position]);
        let mut attribute = attribute.expect("a live row");
        attribute
            .set_value(AttributeValue::Double(value))
            .expect("a number");
    }
}
