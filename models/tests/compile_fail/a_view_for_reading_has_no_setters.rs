use gamedb_models::{PlayerKey, World};

fn rename(world: &World, key: PlayerKey) {
    world.get(key).unwrap().set_full_name("Nobody");
}

fn main() {}
