// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity};

use super::*;

entity! {
    /// An item that a mobile has made its own: renamed, engraved, improved.
    pub struct MobileItem in Tables.mobile_items {
        /// `mobile_id INTEGER NOT NULL REFERENCES mobiles (id) ON DELETE CASCADE`
        Mobile mobile: MobileKey = MOBILE_ID "mobile_id" -> Mobile.cascade();
        /// `internal_name TEXT NOT NULL`
        InternalName internal_name: String = INTERNAL_NAME "internal_name";
        /// `max_stack_size INTEGER`
        MaxStackSize max_stack_size: Option<i64> = MAX_STACK_SIZE "max_stack_size";
        /// `item_type TEXT NOT NULL CHECK (item_type IN ('VIRTUAL', 'CONTAINER', 'WEAPON', 'RAWMATERIAL', 'REFINEDMATERIAL', 'BLUEPRINT'))`
        ItemType item_type: ItemType = ITEM_TYPE "item_type";
        /// `blueprint_id INTEGER REFERENCES mobile_item_blueprints (id) ON DELETE SET NULL`
        Blueprint blueprint: Option<MobileItemBlueprintKey> = BLUEPRINT_ID "blueprint_id" -> MobileItemBlueprint.set_null();
        /// `item_id INTEGER NOT NULL REFERENCES items (id)`
        Item item: ItemKey = ITEM_ID "item_id" -> Item;
    }
    table "mobile_items", id "id", standalone;
    types MobileItemKey, MobileItemId, MobileItemColumns(u8), MobileItemField, MobileItemRef, MobileItemMut;
}

#[allow(dead_code)]
impl MobileItem {
    /// The mobile items whose `mobile_id` is this mobile, in order of their ids. O(1).
    pub fn find_by_mobile(world: &World, mobile: MobileKey) -> Rows<'_, MobileItem> {
        world.mobile_items.children(Self::MOBILE_ID, mobile.raw())
    }

    /// The mobile items whose `blueprint_id` is this mobile item blueprint, in order of their ids. O(1).
    pub fn find_by_blueprint(
        world: &World,
        blueprint: MobileItemBlueprintKey,
    ) -> Rows<'_, MobileItem> {
        world
            .mobile_items
            .children(Self::BLUEPRINT_ID, blueprint.raw())
    }

    /// The mobile items whose `item_id` is this item, in order of their ids. O(1).
    pub fn find_by_item(world: &World, item: ItemKey) -> Rows<'_, MobileItem> {
        world.mobile_items.children(Self::ITEM_ID, item.raw())
    }
}

#[allow(dead_code)]
impl<'w> MobileItemRef<'w> {
    /// The mobile that `mobile_id` names. O(1).
    #[inline]
    pub fn mobile(self) -> MobileRef<'w> {
        self.0.required_parent(self.mobile)
    }

    /// The mobile item blueprint that `blueprint_id` names, if it names one. O(1).
    #[inline]
    pub fn blueprint(self) -> Option<MobileItemBlueprintRef<'w>> {
        self.0.parent(self.blueprint?)
    }

    /// The item that `item_id` names. O(1).
    #[inline]
    pub fn item(self) -> ItemRef<'w> {
        self.0.required_parent(self.item)
    }

    /// The inventory entries whose `mobile_item_id` names this mobile item, in order of their ids. O(1).
    pub fn inventory_entries(self) -> Rows<'w, InventoryEntry> {
        self.0.children(InventoryEntry::MOBILE_ITEM_ID)
    }

    /// The mobile item attributes whose `mobile_item_id` names this mobile item, in order of their ids. O(1).
    pub fn mobile_item_attributes(self) -> Rows<'w, MobileItemAttribute> {
        self.0.children(MobileItemAttribute::MOBILE_ITEM_ID)
    }
}

#[allow(dead_code)]
impl MobileItemMut<'_> {
    /// Sets [`MobileItem::mobile`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the mobile is not there.
    #[inline]
    pub fn set_mobile(&mut self, mobile: MobileKey) -> Result<(), Error> {
        self.0.set(MobileItemField::Mobile(mobile))
    }

    /// Sets [`MobileItem::internal_name`].
    #[inline]
    pub fn set_internal_name(&mut self, internal_name: impl Into<String>) {
        self.0
            .put(MobileItemField::InternalName(internal_name.into()));
    }

    /// Sets [`MobileItem::max_stack_size`].
    #[inline]
    pub fn set_max_stack_size(&mut self, max_stack_size: Option<i64>) {
        self.0.put(MobileItemField::MaxStackSize(max_stack_size));
    }

    /// Sets [`MobileItem::item_type`].
    #[inline]
    pub fn set_item_type(&mut self, item_type: ItemType) {
        self.0.put(MobileItemField::ItemType(item_type));
    }

    /// Sets [`MobileItem::blueprint`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the mobile item blueprint is not there.
    #[inline]
    pub fn set_blueprint(
        &mut self,
        blueprint: Option<MobileItemBlueprintKey>,
    ) -> Result<(), Error> {
        self.0.set(MobileItemField::Blueprint(blueprint))
    }

    /// Sets [`MobileItem::item`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the item is not there.
    #[inline]
    pub fn set_item(&mut self, item: ItemKey) -> Result<(), Error> {
        self.0.set(MobileItemField::Item(item))
    }
}
