use gamedb_models::{PlayerKey, World};

fn clear(world: &mut World, player: PlayerKey) {
    for (key, _) in world.get(player).unwrap().attributes() {
        world.remove(key).unwrap();
    }
}

fn main() {}
