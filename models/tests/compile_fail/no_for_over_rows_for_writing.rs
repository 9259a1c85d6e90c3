use gamedb_models::{Player, World};

fn rename_all(world: &mut World) {
    for mut player in world.iter_mut::<Player>() {
        player.set_full_name("Nobody");
    }
}

fn main() {}
