use gamedb_models::{PlayerKey, World};

fn both(world: &mut World, one: PlayerKey, two: PlayerKey) {
    let mut one = world.get_mut(one).unwrap();
    let mut two = world.get_mut(two).unwrap();
    one.set_over_13(true);
    two.set_over_13(true);
}

fn main() {}
