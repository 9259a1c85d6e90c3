// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{owner_enum, pivot};

use super::*;

pivot! {
    /// Says who owns an attribute: exactly one mobile, item, asset or player.
    pub struct AttributeOwner in Tables.attribute_owners {
        /// The attribute that is owned: `attribute_id`.
        attribute: Attribute = ATTRIBUTE_ID.cascade().unique();
        /// Who owns it.
        owner: AttributeOwnerKey =
            MOBILE_ID -> Mobile.cascade(),
            ITEM_ID -> Item.cascade(),
            ASSET_ID outside,
            PLAYER_ID -> Player.cascade();
    }
    table "attribute_owners", id "id", AttributeOwnerId;
    columns {
        ATTRIBUTE_ID "attribute_id",
        MOBILE_ID "mobile_id",
        ITEM_ID "item_id",
        ASSET_ID "asset_id",
        PLAYER_ID "player_id",
    }
    owners { is_mobile, is_item, is_asset, is_player }
}

owner_enum! {
    /// Who owns an [`Attribute`].
    pub enum AttributeOwnerKey {
        /// `mobile_id`
        Mobile(MobileKey) { is_mobile, as_mobile, from },
        /// `item_id`
        Item(ItemKey) { is_item, as_item, from },
        /// `asset_id`
        Asset(i64) { is_asset, as_asset },
        /// `player_id`
        Player(PlayerKey) { is_player, as_player, from },
    }
}
