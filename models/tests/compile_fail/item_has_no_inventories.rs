use gamedb_models::{Inventory, Item, World};

fn main() {
    let mut world = World::new();
    let item = world.insert(Item::default()).unwrap();
    world
        .get_mut(item)
        .unwrap()
        .add_inventory(Inventory::default());
}
