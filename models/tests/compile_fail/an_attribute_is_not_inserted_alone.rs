use gamedb_models::{Attribute, World};

fn main() {
    World::new().insert(Attribute::default());
}
