// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity};

use super::*;

entity! {
    /// A bag, a hold, a chest: a place for entries, with limits.
    pub struct Inventory in Tables.inventories {
        /// Id of the owner it was made for; whose it is now stands in inventory_owners.
        OwnerId owner_id: i64 = OWNER_ID "owner_id";
        /// Table of the owner it was made for.
        OwnerType owner_type: Option<String> = OWNER_TYPE "owner_type";
        /// `max_entries INTEGER NOT NULL CHECK (max_entries >= 0)`
        MaxEntries max_entries: i64 = MAX_ENTRIES "max_entries";
        /// `max_volume REAL NOT NULL CHECK (max_volume >= 0)`
        MaxVolume max_volume: f64 = MAX_VOLUME "max_volume";
        /// `last_calculated_volume REAL DEFAULT 0.0`
        LastCalculatedVolume last_calculated_volume: Option<f64> = LAST_CALCULATED_VOLUME "last_calculated_volume" default Some(0.0);
    }
    table "inventories", id "id", owned InventoryOwner;
    types InventoryKey, InventoryId, InventoryColumns(u8), InventoryField, InventoryRef, InventoryMut;
    checks {
        "max_entries >= 0": Column(MAX_ENTRIES) GreaterOrEqual Integer(0);
        "max_volume >= 0": Column(MAX_VOLUME) GreaterOrEqual Integer(0);
    }
}

#[allow(dead_code)]
impl<'w> InventoryRef<'w> {
    /// The inventory entries whose `inventory_id` names this inventory, in order of their ids. O(1).
    pub fn inventory_entries(self) -> Rows<'w, InventoryEntry> {
        self.0.children(InventoryEntry::INVENTORY_ID)
    }

    /// Who owns this inventory. O(1).
    pub fn owner(self) -> Option<InventoryOwnerKey> {
        self.inventory_owner().map(|row| row.owner)
    }

    /// The row of `inventory_owners` that says who owns this inventory. O(1).
    pub fn inventory_owner(self) -> Option<InventoryOwner> {
        self.0.pivot_row()
    }
}

#[allow(dead_code)]
impl InventoryMut<'_> {
    /// Sets [`Inventory::owner_id`].
    #[inline]
    pub fn set_owner_id(&mut self, owner_id: i64) {
        self.0.put(InventoryField::OwnerId(owner_id));
    }

    /// Sets [`Inventory::owner_type`].
    #[inline]
    pub fn set_owner_type(&mut self, owner_type: Option<String>) {
        self.0.put(InventoryField::OwnerType(owner_type));
    }

    /// Sets [`Inventory::max_entries`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `max_entries >= 0`.
    #[inline]
    pub fn set_max_entries(&mut self, max_entries: i64) -> Result<(), Error> {
        self.0.set(InventoryField::MaxEntries(max_entries))
    }

    /// Sets [`Inventory::max_volume`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `max_volume >= 0`.
    #[inline]
    pub fn set_max_volume(&mut self, max_volume: f64) -> Result<(), Error> {
        self.0.set(InventoryField::MaxVolume(max_volume))
    }

    /// Sets [`Inventory::last_calculated_volume`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN.
    #[inline]
    pub fn set_last_calculated_volume(
        &mut self,
        last_calculated_volume: Option<f64>,
    ) -> Result<(), Error> {
        self.0
            .set(InventoryField::LastCalculatedVolume(last_calculated_volume))
    }
}
