use gamedb_models::{Mobile, PlayerKey, World};

fn mobiles_of(world: &World, player: PlayerKey) -> usize {
    Mobile::find_by_owner_mobile(world, player).len()
}

fn main() {}
