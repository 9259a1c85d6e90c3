use gamedb_models::{Inventory, ItemRef};

fn bags(item: ItemRef<'_>) -> impl Iterator<Item = Inventory> {
    item.inventories()
}

fn main() {}
