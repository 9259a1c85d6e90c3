// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity};

use super::*;

entity! {
    /// One ingredient of a mobile's own blueprint.
    pub struct MobileItemBlueprintComponent in Tables.mobile_item_blueprint_components {
        /// `item_blueprint_id INTEGER NOT NULL REFERENCES mobile_item_blueprints (id) ON DELETE CASCADE`
        ItemBlueprint item_blueprint: MobileItemBlueprintKey = ITEM_BLUEPRINT_ID "item_blueprint_id" -> MobileItemBlueprint.cascade();
        /// `component_item_id INTEGER NOT NULL REFERENCES items (id)`
        ComponentItem component_item: ItemKey = COMPONENT_ITEM_ID "component_item_id" -> Item;
        /// Units of the component in one unit of the product.
        Ratio ratio: f64 = RATIO "ratio";
    }
    table "mobile_item_blueprint_components", id "id", standalone;
    types MobileItemBlueprintComponentKey, MobileItemBlueprintComponentId, MobileItemBlueprintComponentColumns(u8), MobileItemBlueprintComponentField, MobileItemBlueprintComponentRef, MobileItemBlueprintComponentMut;
    checks {
        "ratio >= 0": Column(RATIO) GreaterOrEqual Integer(0);
    }
}

#[allow(dead_code)]
impl MobileItemBlueprintComponent {
    /// The mobile item blueprint components whose `item_blueprint_id` is this mobile item blueprint, in order of their ids. O(1).
    pub fn find_by_item_blueprint(
        world: &World,
        item_blueprint: MobileItemBlueprintKey,
    ) -> Rows<'_, MobileItemBlueprintComponent> {
        world
            .mobile_item_blueprint_components
            .children(Self::ITEM_BLUEPRINT_ID, item_blueprint.raw())
    }

    /// The mobile item blueprint components whose `component_item_id` is this item, in order of their ids. O(1).
    pub fn find_by_component_item(
        world: &World,
        component_item: ItemKey,
    ) -> Rows<'_, MobileItemBlueprintComponent> {
        world
            .mobile_item_blueprint_components
            .children(Self::COMPONENT_ITEM_ID, component_item.raw())
    }
}

#[allow(dead_code)]
impl<'w> MobileItemBlueprintComponentRef<'w> {
    /// The mobile item blueprint that `item_blueprint_id` names. O(1).
    #[inline]
    pub fn item_blueprint(self) -> MobileItemBlueprintRef<'w> {
        self.0.required_parent(self.item_blueprint)
    }

    /// The item that `component_item_id` names. O(1).
    #[inline]
    pub fn component_item(self) -> ItemRef<'w> {
        self.0.required_parent(self.component_item)
    }
}

#[allow(dead_code)]
impl MobileItemBlueprintComponentMut<'_> {
    /// Sets [`MobileItemBlueprintComponent::item_blueprint`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the mobile item blueprint is not there.
    #[inline]
    pub fn set_item_blueprint(
        &mut self,
        item_blueprint: MobileItemBlueprintKey,
    ) -> Result<(), Error> {
        self.0.set(MobileItemBlueprintComponentField::ItemBlueprint(
            item_blueprint,
        ))
    }

    /// Sets [`MobileItemBlueprintComponent::component_item`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the item is not there.
    #[inline]
    pub fn set_component_item(&mut self, component_item: ItemKey) -> Result<(), Error> {
        self.0.set(MobileItemBlueprintComponentField::ComponentItem(
            component_item,
        ))
    }

    /// Sets [`MobileItemBlueprintComponent::ratio`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `ratio >= 0`.
    #[inline]
    pub fn set_ratio(&mut self, ratio: f64) -> Result<(), Error> {
        self.0.set(MobileItemBlueprintComponentField::Ratio(ratio))
    }
}
