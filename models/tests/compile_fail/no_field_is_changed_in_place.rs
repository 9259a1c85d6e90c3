use gamedb_models::{PlayerKey, World};

fn get_older(world: &mut World, key: PlayerKey) {
    let mut player = world.get_mut(key).unwrap();
    player.year_of_birth -= 1;
    // This is how it is done.
    player.set_year_of_birth(player.year_of_birth - 1);
}

fn main() {}
