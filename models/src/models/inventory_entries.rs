// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity};

use super::*;

entity! {
    /// A quantity of one item in an inventory: one stack.
    pub struct InventoryEntry in Tables.inventory_entries {
        /// `inventory_id INTEGER NOT NULL REFERENCES inventories (id) ON DELETE CASCADE`
        Inventory inventory: InventoryKey = INVENTORY_ID "inventory_id" -> Inventory.cascade();
        /// `item_id INTEGER NOT NULL REFERENCES items (id)`
        Item item: ItemKey = ITEM_ID "item_id" -> Item;
        /// `quantity REAL NOT NULL CHECK (quantity >= 0)`
        Quantity quantity: f64 = QUANTITY "quantity";
        /// `is_max_stacked INTEGER NOT NULL DEFAULT 0 CHECK (is_max_stacked IN (0, 1))`
        IsMaxStacked is_max_stacked: bool = IS_MAX_STACKED "is_max_stacked";
        /// `mobile_item_id INTEGER REFERENCES mobile_items (id) ON DELETE SET NULL`
        MobileItem mobile_item: Option<MobileItemKey> = MOBILE_ITEM_ID "mobile_item_id" -> MobileItem.set_null();
    }
    table "inventory_entries", id "id", standalone;
    types InventoryEntryKey, InventoryEntryId, InventoryEntryColumns(u8), InventoryEntryField, InventoryEntryRef, InventoryEntryMut;
    checks {
        "quantity >= 0": Column(QUANTITY) GreaterOrEqual Integer(0);
    }
}

#[allow(dead_code)]
impl InventoryEntry {
    /// The inventory entries whose `inventory_id` is this inventory, in order of their ids. O(1).
    pub fn find_by_inventory(world: &World, inventory: InventoryKey) -> Rows<'_, InventoryEntry> {
        world
            .inventory_entries
            .children(Self::INVENTORY_ID, inventory.raw())
    }

    /// The inventory entries whose `item_id` is this item, in order of their ids. O(1).
    pub fn find_by_item(world: &World, item: ItemKey) -> Rows<'_, InventoryEntry> {
        world.inventory_entries.children(Self::ITEM_ID, item.raw())
    }

    /// The inventory entries whose `mobile_item_id` is this mobile item, in order of their ids. O(1).
    pub fn find_by_mobile_item(
        world: &World,
        mobile_item: MobileItemKey,
    ) -> Rows<'_, InventoryEntry> {
        world
            .inventory_entries
            .children(Self::MOBILE_ITEM_ID, mobile_item.raw())
    }
}

#[allow(dead_code)]
impl<'w> InventoryEntryRef<'w> {
    /// The inventory that `inventory_id` names. O(1).
    #[inline]
    pub fn inventory(self) -> InventoryRef<'w> {
        self.0.required_parent(self.inventory)
    }

    /// The item that `item_id` names. O(1).
    #[inline]
    pub fn item(self) -> ItemRef<'w> {
        self.0.required_parent(self.item)
    }

    /// The mobile item that `mobile_item_id` names, if it names one. O(1).
    #[inline]
    pub fn mobile_item(self) -> Option<MobileItemRef<'w>> {
        self.0.parent(self.mobile_item?)
    }
}

#[allow(dead_code)]
impl InventoryEntryMut<'_> {
    /// Sets [`InventoryEntry::inventory`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the inventory is not there.
    #[inline]
    pub fn set_inventory(&mut self, inventory: InventoryKey) -> Result<(), Error> {
        self.0.set(InventoryEntryField::Inventory(inventory))
    }

    /// Sets [`InventoryEntry::item`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the item is not there.
    #[inline]
    pub fn set_item(&mut self, item: ItemKey) -> Result<(), Error> {
        self.0.set(InventoryEntryField::Item(item))
    }

    /// Sets [`InventoryEntry::quantity`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `quantity >= 0`.
    #[inline]
    pub fn set_quantity(&mut self, quantity: f64) -> Result<(), Error> {
        self.0.set(InventoryEntryField::Quantity(quantity))
    }

    /// Sets [`InventoryEntry::is_max_stacked`].
    #[inline]
    pub fn set_is_max_stacked(&mut self, is_max_stacked: bool) {
        self.0
            .put(InventoryEntryField::IsMaxStacked(is_max_stacked));
    }

    /// Sets [`InventoryEntry::mobile_item`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the mobile item is not there.
    #[inline]
    pub fn set_mobile_item(&mut self, mobile_item: Option<MobileItemKey>) -> Result<(), Error> {
        self.0.set(InventoryEntryField::MobileItem(mobile_item))
    }
}
