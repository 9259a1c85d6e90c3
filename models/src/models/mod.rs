// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::tables;

mod attribute_owners;
mod attributes;
mod inventories;
mod inventory_entries;
mod inventory_owners;
mod item_blueprint_components;
mod item_blueprints;
mod items;
mod mobile_item_attributes;
mod mobile_item_blueprint_components;
mod mobile_item_blueprints;
mod mobile_items;
mod mobiles;
mod players;

pub use attribute_owners::*;
pub use attributes::*;
pub use inventories::*;
pub use inventory_entries::*;
pub use inventory_owners::*;
pub use item_blueprint_components::*;
pub use item_blueprints::*;
pub use items::*;
pub use mobile_item_attributes::*;
pub use mobile_item_blueprint_components::*;
pub use mobile_item_blueprints::*;
pub use mobile_items::*;
pub use mobiles::*;
pub use players::*;

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("../../schema.sql"), parcels &[
        ("players", &["email"]),
        ("items", &["internal_name"]),
    ];
    /// A person with an account.
    players: Table<Player>,
    /// Anything that moves: a player's avatar, or a character that the server plays.
    mobiles: Table<Mobile>,
    /// A kind of thing in the catalogue: what an inventory entry is a quantity of.
    items: Table<Item>,
    /// A named property of a player, a mobile, an item or an asset.
    attributes: Table<Attribute>,
    /// Says who owns an attribute: exactly one mobile, item, asset or player.
    attribute_owners: Pivot<AttributeOwner>,
    /// A bag, a hold, a chest: a place for entries, with limits.
    inventories: Table<Inventory>,
    /// A quantity of one item in an inventory: one stack.
    inventory_entries: Table<InventoryEntry>,
    /// Says who owns an inventory: exactly one mobile, item or player.
    inventory_owners: Pivot<InventoryOwner>,
    /// How an item is made: a time in the oven, and components.
    item_blueprints: Table<ItemBlueprint>,
    /// One ingredient of a blueprint.
    item_blueprint_components: Table<ItemBlueprintComponent>,
    /// An item that a mobile has made its own: renamed, engraved, improved.
    mobile_items: Table<MobileItem>,
    /// A named property of a mobile's own item.
    mobile_item_attributes: Table<MobileItemAttribute>,
    /// How a mobile's own item is made.
    mobile_item_blueprints: Table<MobileItemBlueprint>,
    /// One ingredient of a mobile's own blueprint.
    mobile_item_blueprint_components: Table<MobileItemBlueprintComponent>,
}
