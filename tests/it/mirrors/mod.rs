//! Mirrors: worlds that follow another one through its deltas.

mod come_back;
mod conflicts;
mod files;
mod ids;

use crate::common::contents_of;
use crate::common::sample::{fill, inventory, player};
use gamedb::{Effect, Subscription};
use gamedb_models::{Attribute, AttributeColumns, Item, Mobile, Player, World};

/// A world and its mirror.
struct Pair {
    world: World,
    mirror: World,
    feed: Subscription,
}

impl Pair {
    fn new(mut world: World) -> Self {
        let mut mirror = World::new();
        mirror.apply(&world.snapshot().unwrap()).unwrap();
        let feed = world.subscribe().unwrap();
        let pair = Self {
            world,
            mirror,
            feed,
        };
        pair.compare();
        pair
    }

    fn follow(&mut self) {
        let delta = self.world.changes(&mut self.feed).unwrap().delta();
        self.mirror.apply(&delta).unwrap();
        self.compare();
    }

    fn compare(&self) {
        assert_eq!(contents_of(&self.mirror), contents_of(&self.world));
        assert_eq!(self.mirror.check(), [""; 0]);
    }
}

#[test]
fn a_mirror_stays_equal() {
    let mut world = World::new();
    let sample = fill(&mut world);
    let mut pair = Pair::new(world);
    let world = &mut pair.world;
    world.get_mut(sample.ada).unwrap().set_full_name("Ada");
    world.give(sample.ada, sample.luck, sample.iron).unwrap();
    let bag = world.add(sample.bob, inventory("new bag")).unwrap();
    let mut entry = world.get(sample.entry).unwrap().row().clone();
    entry.inventory = bag;
    world.insert(entry).unwrap();
    pair.follow();
    pair.world.remove(sample.ada).unwrap();
    pair.follow();
    pair.world.remove(sample.bob).unwrap();
    pair.follow();
}

#[test]
fn a_mirror_follows_unique_values_that_go_round() {
    let mut world = World::new();
    let keys = [1, 2, 3].map(|n| world.insert(player(n)).unwrap());
    let mut pair = Pair::new(world);
    let emails = keys.map(|key| pair.world.get(key).unwrap().email.clone());
    let mut set = |key: gamedb::Key<Player>, email: &str| {
        pair.world.get_mut(key).unwrap().set_email(email).unwrap()
    };
    set(keys[0], "aside");
    set(keys[1], &emails[0]);
    set(keys[2], &emails[1]);
    set(keys[0], &emails[2]);
    pair.follow();
    // A value that a removal frees and an insert takes.
    pair.world.remove(keys[1]).unwrap();
    let mut taker = player(9);
    taker.email.clone_from(&emails[0]);
    pair.world.insert(taker).unwrap();
    pair.follow();
}

#[test]
fn a_mirror_follows_rows_that_name_each_other() {
    let mut pair = Pair::new(World::new());
    let world = &mut pair.world;
    // The item references its blueprint, and a component of the blueprint references the item.
    let blueprint = world
        .insert(gamedb_models::ItemBlueprint::default())
        .unwrap();
    let item = Item {
        blueprint: Some(blueprint),
        ..crate::common::sample::item(1)
    };
    let item = world.insert(item).unwrap();
    let component = gamedb_models::ItemBlueprintComponent {
        item_blueprint: blueprint,
        component_item: item,
        ratio: 2.0,
    };
    world.insert(component).unwrap();
    let mobile = world.insert(Mobile::default()).unwrap();
    let pet = Mobile {
        owner: Some(mobile.into()),
        ..Mobile::default()
    };
    let pet = world.insert(pet).unwrap();
    pair.follow();
    // The newer mobile becomes the owner of the older one, and the old owner is removed.
    pair.world.get_mut(pet).unwrap().set_owner(None).unwrap();
    pair.world
        .get_mut(mobile)
        .unwrap()
        .set_owner(Some(pet.into()))
        .unwrap();
    pair.follow();
    pair.world.remove(pet).unwrap();
    pair.follow();
}

#[test]
fn changes_of_other_columns_do_not_touch_what_the_mirror_has() {
    let mut world = World::new();
    let sample = fill(&mut world);
    let mut pair = Pair::new(world);
    pair.world.get_mut(sample.luck).unwrap().set_visible(true);
    let changes = pair.world.changes(&mut pair.feed).unwrap();
    let change = changes.of::<Attribute>().next().unwrap();
    assert_eq!(change.effect, Effect::Changed(AttributeColumns::VISIBLE));
    let delta = changes.delta();
    let (_, change_set) = delta.tables().next().unwrap();
    assert_eq!(change_set.values(&change_set.rows()[0]).count(), 1);
    let luck = key_of::<Attribute>(&pair.mirror, 1);
    pair.mirror
        .get_mut(luck)
        .unwrap()
        .set_internal_name("only here");
    pair.mirror.apply(&delta).unwrap();
    let luck = pair.mirror.get(luck).unwrap();
    assert!(luck.visible && luck.internal_name == "only here");
}

fn key_of<E: gamedb::codegen::Entity<Tables = gamedb_models::Tables>>(
    world: &World,
    id: i64,
) -> gamedb::Key<E> {
    world.key(gamedb::Id::new(id)).unwrap()
}
