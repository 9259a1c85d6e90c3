//! Players, chests and items: the game of the guide, `docs/first-schema.md`.

mod models {
    include!(concat!(env!("OUT_DIR"), "/models.rs"));
}

use gamedb::Database;
use models::{Chest, Item, Player, World};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut db = Database::<World>::open("world.db")?;
    let ada = match Player::find_by_name(&db, "Ada") {
        Some(player) => player.key(),
        None => db.insert(Player {
            name: "Ada".into(),
            gold: 10,
        })?,
    };
    let chest = db.insert(Chest {
        room: "cellar".into(),
    })?;
    let sword = db.get_mut(chest)?.add_item(Item {
        name: "sword".into(),
    })?;

    // She takes it and pays. Either both happen, or none.
    db.transaction(|world| {
        world.get_mut(chest)?.give_item(sword, ada)?;
        let gold = world.get(ada)?.gold;
        world.get_mut(ada)?.set_gold(gold - 7)
    })?;

    println!(
        "{} has {} items and {} gold",
        db.get(ada)?.name,
        db.get(ada)?.items().len(),
        db.get(ada)?.gold
    );
    db.close()?;
    Ok(())
}
