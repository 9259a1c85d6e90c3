//! A trait over all kinds of owners and owned rows, so that each test is written once.

use gamedb::codegen::traits::*;
use gamedb::codegen::{NewOrKept, Owned, PivotRow, Standalone};
use gamedb::internals::OwnerOf;
use gamedb::{Error, Key};
use gamedb_models::{
    Attribute, AttributeOwner, AttributeOwnerKey, Inventory, InventoryOwner, InventoryOwnerKey,
    Item, Mobile, Player, Tables, World,
};

use super::sample;

pub(crate) type OwnerKey<P> = Key<<P as Ownership>::Owner>;
pub(crate) type OwnedKey<P> = Key<<P as Ownership>::Owned>;

/// One kind of owner and its owned rows, accessed through the methods of the owner's views.
pub(crate) trait Ownership {
    type Owner: Standalone<Tables = Tables>;
    type Owned: Owned<Tables = Tables>;

    /// The column of the pivot that names this owner.
    const COLUMN: &'static str;
    /// The pivot's column that names the owned row.
    const OWNED_COLUMN: &'static str;

    fn owner(n: i64) -> Self::Owner;
    fn owned(name: &str) -> Self::Owned;
    fn name(row: &Self::Owned) -> &str;
    fn rename(world: &mut World, key: OwnedKey<Self>, name: &str);
    fn list(world: &World, owner: OwnerKey<Self>) -> Vec<(OwnedKey<Self>, Self::Owned)>;
    fn pivot_rows(world: &World, owner: OwnerKey<Self>) -> Vec<<Self::Owned as Owned>::Pivot>;
    fn add(
        world: &mut World,
        owner: OwnerKey<Self>,
        row: Self::Owned,
    ) -> Result<OwnedKey<Self>, Error>;
    fn remove(world: &mut World, owner: OwnerKey<Self>, key: OwnedKey<Self>) -> Result<(), Error>;
    fn set(
        world: &mut World,
        owner: OwnerKey<Self>,
        rows: Vec<NewOrKept<Self::Owned>>,
    ) -> Result<Vec<OwnedKey<Self>>, Error>;
    fn give(
        world: &mut World,
        owner: OwnerKey<Self>,
        key: OwnedKey<Self>,
        to: OwnerOf<Self::Owned>,
    ) -> Result<(), Error>;
    fn owner_key(owner: OwnerKey<Self>) -> OwnerOf<Self::Owned>;
    /// Whether exactly the `is_*` method of this owner returns true for a pivot row.
    fn is_this_alone(row: &<Self::Owned as Owned>::Pivot) -> bool;

    fn names(world: &World, owner: OwnerKey<Self>) -> Vec<String> {
        let rows = Self::list(world, owner).into_iter();
        rows.map(|(_, row)| Self::name(&row).to_owned()).collect()
    }

    fn keys(world: &World, owner: OwnerKey<Self>) -> Vec<OwnedKey<Self>> {
        let rows = Self::list(world, owner).into_iter();
        rows.map(|(key, _)| key).collect()
    }

    fn pivot_table() -> &'static str {
        <Self::Owned as Owned>::Pivot::INFO.name
    }
}

macro_rules! attributes_of {
    ($name:ident: $owner:ty, $new:expr, $column:literal, $is_this_alone:expr) => {
        pub(crate) struct $name;

        impl Ownership for $name {
            type Owner = $owner;
            type Owned = Attribute;

            const COLUMN: &'static str = $column;
            const OWNED_COLUMN: &'static str = "attribute_id";

            fn owner(n: i64) -> $owner {
                $new(n)
            }
            fn owned(name: &str) -> Attribute {
                sample::attribute(name)
            }
            fn name(row: &Attribute) -> &str {
                &row.internal_name
            }
            fn rename(world: &mut World, key: Key<Attribute>, name: &str) {
                world.get_mut(key).unwrap().set_internal_name(name);
            }
            fn list(world: &World, owner: Key<$owner>) -> Vec<(Key<Attribute>, Attribute)> {
                let rows = world.get(owner).unwrap().attributes();
                rows.map(|(key, row)| (key, row.clone())).collect()
            }
            fn pivot_rows(world: &World, owner: Key<$owner>) -> Vec<AttributeOwner> {
                world.get(owner).unwrap().attribute_owners().collect()
            }
            fn add(
                world: &mut World,
                owner: Key<$owner>,
                row: Attribute,
            ) -> Result<Key<Attribute>, Error> {
                world.get_mut(owner)?.add_attribute(row)
            }
            fn remove(
                world: &mut World,
                owner: Key<$owner>,
                key: Key<Attribute>,
            ) -> Result<(), Error> {
                world.get_mut(owner)?.remove_attribute(key)
            }
            fn set(
                world: &mut World,
                owner: Key<$owner>,
                rows: Vec<NewOrKept<Attribute>>,
            ) -> Result<Vec<Key<Attribute>>, Error> {
                world.get_mut(owner)?.set_attributes(rows)
            }
            fn give(
                world: &mut World,
                owner: Key<$owner>,
                key: Key<Attribute>,
                to: AttributeOwnerKey,
            ) -> Result<(), Error> {
                world.get_mut(owner)?.give_attribute(key, to)
            }
            fn owner_key(owner: Key<$owner>) -> AttributeOwnerKey {
                owner.into()
            }
            fn is_this_alone(row: &AttributeOwner) -> bool {
                let is = [
                    row.is_player(),
                    row.is_mobile(),
                    row.is_item(),
                    row.is_asset(),
                ];
                is == $is_this_alone
            }
        }
    };
}
attributes_of!(PlayerAttributes: Player, sample::player, "player_id", [true, false, false, false]);
attributes_of!(MobileAttributes: Mobile, sample::mobile, "mobile_id", [false, true, false, false]);
attributes_of!(ItemAttributes: Item, sample::item, "item_id", [false, false, true, false]);

macro_rules! inventories_of {
    ($name:ident: $owner:ty, $new:expr, $column:literal, $is_this_alone:expr) => {
        pub(crate) struct $name;

        impl Ownership for $name {
            type Owner = $owner;
            type Owned = Inventory;

            const COLUMN: &'static str = $column;
            const OWNED_COLUMN: &'static str = "inventory_id";

            fn owner(n: i64) -> $owner {
                $new(n)
            }
            fn owned(name: &str) -> Inventory {
                sample::inventory(name)
            }
            fn name(row: &Inventory) -> &str {
                row.owner_type.as_deref().unwrap()
            }
            fn rename(world: &mut World, key: Key<Inventory>, name: &str) {
                let mut inventory = world.get_mut(key).unwrap();
                inventory.set_owner_type(Some(name.into()));
            }
            fn list(world: &World, owner: Key<$owner>) -> Vec<(Key<Inventory>, Inventory)> {
                let rows = world.get(owner).unwrap().inventories();
                rows.map(|(key, row)| (key, row.clone())).collect()
            }
            fn pivot_rows(world: &World, owner: Key<$owner>) -> Vec<InventoryOwner> {
                world.get(owner).unwrap().inventory_owners().collect()
            }
            fn add(
                world: &mut World,
                owner: Key<$owner>,
                row: Inventory,
            ) -> Result<Key<Inventory>, Error> {
                world.get_mut(owner)?.add_inventory(row)
            }
            fn remove(
                world: &mut World,
                owner: Key<$owner>,
                key: Key<Inventory>,
            ) -> Result<(), Error> {
                world.get_mut(owner)?.remove_inventory(key)
            }
            fn set(
                world: &mut World,
                owner: Key<$owner>,
                rows: Vec<NewOrKept<Inventory>>,
            ) -> Result<Vec<Key<Inventory>>, Error> {
                world.get_mut(owner)?.set_inventories(rows)
            }
            fn give(
                world: &mut World,
                owner: Key<$owner>,
                key: Key<Inventory>,
                to: InventoryOwnerKey,
            ) -> Result<(), Error> {
                world.get_mut(owner)?.give_inventory(key, to)
            }
            fn owner_key(owner: Key<$owner>) -> InventoryOwnerKey {
                owner.into()
            }
            fn is_this_alone(row: &InventoryOwner) -> bool {
                [row.is_player(), row.is_mobile(), row.is_item()] == $is_this_alone
            }
        }
    };
}
inventories_of!(PlayerInventories: Player, sample::player, "player_id", [true, false, false]);
inventories_of!(MobileInventories: Mobile, sample::mobile, "mobile_id", [false, true, false]);
