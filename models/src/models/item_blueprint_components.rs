// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity};

use super::*;

entity! {
    /// One ingredient of a blueprint.
    pub struct ItemBlueprintComponent in Tables.item_blueprint_components {
        /// `item_blueprint_id INTEGER NOT NULL REFERENCES item_blueprints (id) ON DELETE CASCADE`
        ItemBlueprint item_blueprint: ItemBlueprintKey = ITEM_BLUEPRINT_ID "item_blueprint_id" -> ItemBlueprint.cascade();
        /// `component_item_id INTEGER NOT NULL REFERENCES items (id)`
        ComponentItem component_item: ItemKey = COMPONENT_ITEM_ID "component_item_id" -> Item;
        /// Units of the component in one unit of the product.
        Ratio ratio: f64 = RATIO "ratio";
    }
    table "item_blueprint_components", id "id", standalone;
    types ItemBlueprintComponentKey, ItemBlueprintComponentId, ItemBlueprintComponentColumns(u8), ItemBlueprintComponentField, ItemBlueprintComponentRef, ItemBlueprintComponentMut;
    checks {
        "ratio >= 0": Column(RATIO) GreaterOrEqual Integer(0);
    }
}

#[allow(dead_code)]
impl ItemBlueprintComponent {
    /// The item blueprint components whose `item_blueprint_id` is this item blueprint, in order of their ids. O(1).
    pub fn find_by_item_blueprint(
        world: &World,
        item_blueprint: ItemBlueprintKey,
    ) -> Rows<'_, ItemBlueprintComponent> {
        world
            .item_blueprint_components
            .children(Self::ITEM_BLUEPRINT_ID, item_blueprint.raw())
    }

    /// The item blueprint components whose `component_item_id` is this item, in order of their ids. O(1).
    pub fn find_by_component_item(
        world: &World,
        component_item: ItemKey,
    ) -> Rows<'_, ItemBlueprintComponent> {
        world
            .item_blueprint_components
            .children(Self::COMPONENT_ITEM_ID, component_item.raw())
    }
}

#[allow(dead_code)]
impl<'w> ItemBlueprintComponentRef<'w> {
    /// The item blueprint that `item_blueprint_id` names. O(1).
    #[inline]
    pub fn item_blueprint(self) -> ItemBlueprintRef<'w> {
        self.0.required_parent(self.item_blueprint)
    }

    /// The item that `component_item_id` names. O(1).
    #[inline]
    pub fn component_item(self) -> ItemRef<'w> {
        self.0.required_parent(self.component_item)
    }
}

#[allow(dead_code)]
impl ItemBlueprintComponentMut<'_> {
    /// Sets [`ItemBlueprintComponent::item_blueprint`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the item blueprint is not there.
    #[inline]
    pub fn set_item_blueprint(&mut self, item_blueprint: ItemBlueprintKey) -> Result<(), Error> {
        self.0
            .set(ItemBlueprintComponentField::ItemBlueprint(item_blueprint))
    }

    /// Sets [`ItemBlueprintComponent::component_item`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the item is not there.
    #[inline]
    pub fn set_component_item(&mut self, component_item: ItemKey) -> Result<(), Error> {
        self.0
            .set(ItemBlueprintComponentField::ComponentItem(component_item))
    }

    /// Sets [`ItemBlueprintComponent::ratio`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `ratio >= 0`.
    #[inline]
    pub fn set_ratio(&mut self, ratio: f64) -> Result<(), Error> {
        self.0.set(ItemBlueprintComponentField::Ratio(ratio))
    }
}
