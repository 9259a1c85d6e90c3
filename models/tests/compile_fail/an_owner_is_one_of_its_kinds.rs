use gamedb_models::{AttributeOwnerKey, InventoryKey};

fn owner(key: InventoryKey) -> AttributeOwnerKey {
    key.into()
}

fn main() {}
