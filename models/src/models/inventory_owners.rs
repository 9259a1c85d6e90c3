// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{owner_enum, pivot};

use super::*;

pivot! {
    /// Says who owns an inventory: exactly one mobile, item or player.
    pub struct InventoryOwner in Tables.inventory_owners {
        /// The inventory that is owned: `inventory_id`.
        inventory: Inventory = INVENTORY_ID.cascade().unique();
        /// Who owns it.
        owner: InventoryOwnerKey =
            MOBILE_ID -> Mobile.cascade(),
            ITEM_ID -> Item.cascade(),
            PLAYER_ID -> Player.cascade();
    }
    table "inventory_owners", id "id", InventoryOwnerId;
    columns {
        INVENTORY_ID "inventory_id",
        MOBILE_ID "mobile_id",
        ITEM_ID "item_id",
        ASSET_ID "asset_id",
        PLAYER_ID "player_id",
    }
    owners { is_mobile, is_item, is_player }
}

owner_enum! {
    /// Who owns an [`Inventory`].
    pub enum InventoryOwnerKey {
        /// `mobile_id`
        Mobile(MobileKey) { is_mobile, as_mobile, from },
        /// `item_id`
        Item(ItemKey) { is_item, as_item },
        /// `player_id`
        Player(PlayerKey) { is_player, as_player, from },
    }
}
