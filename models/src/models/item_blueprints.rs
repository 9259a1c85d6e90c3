// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity};

use super::*;

entity! {
    /// How an item is made: a time in the oven, and components.
    pub struct ItemBlueprint in Tables.item_blueprints {
        /// `bake_time_ms INTEGER NOT NULL CHECK (bake_time_ms >= 0)`
        BakeTimeMs bake_time_ms: i64 = BAKE_TIME_MS "bake_time_ms";
    }
    table "item_blueprints", id "id", standalone;
    types ItemBlueprintKey, ItemBlueprintId, ItemBlueprintColumns(u8), ItemBlueprintField, ItemBlueprintRef, ItemBlueprintMut;
    checks {
        "bake_time_ms >= 0": Column(BAKE_TIME_MS) GreaterOrEqual Integer(0);
    }
}

#[allow(dead_code)]
impl<'w> ItemBlueprintRef<'w> {
    /// The items whose `blueprint_id` names this item blueprint, in order of their ids. O(1).
    pub fn items(self) -> Rows<'w, Item> {
        self.0.children(Item::BLUEPRINT_ID)
    }

    /// The item blueprint components whose `item_blueprint_id` names this item blueprint, in order of their ids. O(1).
    pub fn item_blueprint_components(self) -> Rows<'w, ItemBlueprintComponent> {
        self.0.children(ItemBlueprintComponent::ITEM_BLUEPRINT_ID)
    }
}

#[allow(dead_code)]
impl ItemBlueprintMut<'_> {
    /// Sets [`ItemBlueprint::bake_time_ms`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `bake_time_ms >= 0`.
    #[inline]
    pub fn set_bake_time_ms(&mut self, bake_time_ms: i64) -> Result<(), Error> {
        self.0.set(ItemBlueprintField::BakeTimeMs(bake_time_ms))
    }
}
