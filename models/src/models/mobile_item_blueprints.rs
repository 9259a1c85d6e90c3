// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity};

use super::*;

entity! {
    /// How a mobile's own item is made.
    pub struct MobileItemBlueprint in Tables.mobile_item_blueprints {
        /// `bake_time_ms INTEGER NOT NULL CHECK (bake_time_ms >= 0)`
        BakeTimeMs bake_time_ms: i64 = BAKE_TIME_MS "bake_time_ms";
    }
    table "mobile_item_blueprints", id "id", standalone;
    types MobileItemBlueprintKey, MobileItemBlueprintId, MobileItemBlueprintColumns(u8), MobileItemBlueprintField, MobileItemBlueprintRef, MobileItemBlueprintMut;
    checks {
        "bake_time_ms >= 0": Column(BAKE_TIME_MS) GreaterOrEqual Integer(0);
    }
}

#[allow(dead_code)]
impl<'w> MobileItemBlueprintRef<'w> {
    /// The mobile items whose `blueprint_id` names this mobile item blueprint, in order of their ids. O(1).
    pub fn mobile_items(self) -> Rows<'w, MobileItem> {
        self.0.children(MobileItem::BLUEPRINT_ID)
    }

    /// The mobile item blueprint components whose `item_blueprint_id` names this mobile item blueprint, in order of their ids. O(1).
    pub fn mobile_item_blueprint_components(self) -> Rows<'w, MobileItemBlueprintComponent> {
        self.0
            .children(MobileItemBlueprintComponent::ITEM_BLUEPRINT_ID)
    }
}

#[allow(dead_code)]
impl MobileItemBlueprintMut<'_> {
    /// Sets [`MobileItemBlueprint::bake_time_ms`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `bake_time_ms >= 0`.
    #[inline]
    pub fn set_bake_time_ms(&mut self, bake_time_ms: i64) -> Result<(), Error> {
        self.0
            .set(MobileItemBlueprintField::BakeTimeMs(bake_time_ms))
    }
}
