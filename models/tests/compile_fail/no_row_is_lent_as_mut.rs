use gamedb_models::{PlayerKey, World};

fn rename(world: &mut World, key: PlayerKey) {
    world.get_mut(key).unwrap().full_name = String::new();
}

fn main() {}
