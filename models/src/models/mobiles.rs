// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, NewOrKept, Rows, entity, owner_enum, text_enum};

use super::*;

text_enum! {
    /// One of the texts that `mobile_type` can have.
    pub enum MobileType {
        Player = "PLAYER",
        Npc = "NPC",
    }
}

entity! {
    /// Anything that moves: a player's avatar, or a character that the server plays.
    ///
    /// Its owner is a player or another mobile; the columns for items and assets are there, and stay
    /// empty. A player has one avatar at most.
    pub struct Mobile in Tables.mobiles {
        /// `mobile_type TEXT NOT NULL CHECK (mobile_type IN ('PLAYER', 'NPC'))`
        MobileType mobile_type: MobileType = MOBILE_TYPE "mobile_type";
        /// `owner_mobile_id`, `owner_item_id`, `owner_asset_id`, `owner_player_id`: at most one is set.
        Owner owner: Option<MobileOwnerKey> =
            OWNER_MOBILE_ID "owner_mobile_id" -> Mobile.cascade().owner(),
            OWNER_PLAYER_ID "owner_player_id" -> Player.cascade().unique().owner();
        /// The name that players see.
        WhatWeCallYou what_we_call_you: String = WHAT_WE_CALL_YOU "what_we_call_you";
    }
    table "mobiles", id "id", standalone;
    types MobileKey, MobileId, MobileColumns(u8), MobileField, MobileRef, MobileMut;
    unused {
        OWNER_ITEM_ID "owner_item_id",
        OWNER_ASSET_ID "owner_asset_id",
    }
    order {
        MOBILE_TYPE "mobile_type",
        OWNER_MOBILE_ID "owner_mobile_id",
        OWNER_ITEM_ID "owner_item_id",
        OWNER_ASSET_ID "owner_asset_id",
        OWNER_PLAYER_ID "owner_player_id",
        WHAT_WE_CALL_YOU "what_we_call_you",
    }
}

owner_enum! {
    /// The owner of a [`Mobile`].
    pub enum MobileOwnerKey in Tables {
        /// `owner_mobile_id`
        Mobile(MobileKey) { is_mobile, as_mobile, from },
        /// `owner_player_id`
        Player(PlayerKey) { is_player, as_player, from },
    }
}

#[allow(dead_code)]
impl Mobile {
    /// The mobiles whose `owner_mobile_id` is this mobile, in order of their ids. O(1).
    pub fn find_by_owner_mobile(world: &World, owner: MobileKey) -> Rows<'_, Mobile> {
        world.mobiles.children(Self::OWNER_MOBILE_ID, owner.raw())
    }

    /// The mobile whose `owner_player_id` is this player. O(1).
    pub fn find_by_owner_player(world: &World, owner: PlayerKey) -> Option<MobileRef<'_>> {
        let (key, _) = world
            .mobiles
            .children(Self::OWNER_PLAYER_ID, owner.raw())
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> MobileRef<'w> {
    /// The mobiles whose `owner_mobile_id` names this mobile, in order of their ids. O(1).
    pub fn mobiles(self) -> Rows<'w, Mobile> {
        self.0.children(Mobile::OWNER_MOBILE_ID)
    }

    /// The mobile items whose `mobile_id` names this mobile, in order of their ids. O(1).
    pub fn mobile_items(self) -> Rows<'w, MobileItem> {
        self.0.children(MobileItem::MOBILE_ID)
    }

    /// The attributes that this mobile owns, in the order in which they were added. O(1).
    #[doc(alias = "get_attributes")]
    #[inline]
    pub fn attributes(self) -> Rows<'w, Attribute> {
        self.0.owned()
    }

    /// The rows of `attribute_owners` that say so, in the same order.
    #[doc(alias = "get_attribute_owners")]
    pub fn attribute_owners(
        self,
    ) -> impl DoubleEndedIterator<Item = AttributeOwner> + ExactSizeIterator + use<'w> {
        self.0.pivot_rows()
    }

    /// The inventories that this mobile owns, in the order in which they were added. O(1).
    #[doc(alias = "get_inventories")]
    #[inline]
    pub fn inventories(self) -> Rows<'w, Inventory> {
        self.0.owned()
    }

    /// The rows of `inventory_owners` that say so, in the same order.
    #[doc(alias = "get_inventory_owners")]
    pub fn inventory_owners(
        self,
    ) -> impl DoubleEndedIterator<Item = InventoryOwner> + ExactSizeIterator + use<'w> {
        self.0.pivot_rows()
    }
}

#[allow(dead_code)]
impl MobileMut<'_> {
    /// Sets [`Mobile::mobile_type`].
    #[inline]
    pub fn set_mobile_type(&mut self, mobile_type: MobileType) {
        self.0.put(MobileField::MobileType(mobile_type));
    }

    /// Sets [`Mobile::owner`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the owner is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when the player has a mobile already,
    /// [`gamedb::ErrorKind::OwnsItself`] for an owner that the mobile owns.
    #[inline]
    pub fn set_owner(&mut self, owner: Option<MobileOwnerKey>) -> Result<(), Error> {
        self.0.set(MobileField::Owner(owner))
    }

    /// Sets [`Mobile::what_we_call_you`].
    #[inline]
    pub fn set_what_we_call_you(&mut self, what_we_call_you: impl Into<String>) {
        self.0
            .put(MobileField::WhatWeCallYou(what_we_call_you.into()));
    }

    /// Adds an attribute to this mobile: the attribute, and the row of `attribute_owners` that says so. O(1).
    ///
    /// # Errors
    /// When the attribute is refused; nothing was changed then.
    pub fn add_attribute(&mut self, attribute: Attribute) -> Result<AttributeKey, Error> {
        self.0.add(attribute)
    }

    /// Removes an attribute of this mobile, and the row of `attribute_owners`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this mobile's; nothing was changed then.
    pub fn remove_attribute(&mut self, attribute: AttributeKey) -> Result<(), Error> {
        self.0.remove_owned(attribute)
    }

    /// Replaces this mobile's attributes by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::AlreadyOwned`] for the key of somebody else's attribute; nothing was changed then.
    pub fn set_attributes(
        &mut self,
        attributes: impl IntoIterator<Item = impl Into<NewOrKept<Attribute>>>,
    ) -> Result<Vec<AttributeKey>, Error> {
        self.0.set_owned(attributes)
    }

    /// Gives an attribute of this mobile to somebody else: one UPDATE of `attribute_owners`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this mobile's; nothing was changed then.
    pub fn give_attribute(
        &mut self,
        attribute: AttributeKey,
        to: impl Into<AttributeOwnerKey>,
    ) -> Result<(), Error> {
        self.0.give(attribute, to)
    }

    /// Adds an inventory to this mobile: the inventory, and the row of `inventory_owners` that says so. O(1).
    ///
    /// # Errors
    /// When the inventory is refused; nothing was changed then.
    pub fn add_inventory(&mut self, inventory: Inventory) -> Result<InventoryKey, Error> {
        self.0.add(inventory)
    }

    /// Removes an inventory of this mobile, and the row of `inventory_owners`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this mobile's; nothing was changed then.
    pub fn remove_inventory(&mut self, inventory: InventoryKey) -> Result<(), Error> {
        self.0.remove_owned(inventory)
    }

    /// Replaces this mobile's inventories by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::AlreadyOwned`] for the key of somebody else's inventory; nothing was changed then.
    pub fn set_inventories(
        &mut self,
        inventories: impl IntoIterator<Item = impl Into<NewOrKept<Inventory>>>,
    ) -> Result<Vec<InventoryKey>, Error> {
        self.0.set_owned(inventories)
    }

    /// Gives an inventory of this mobile to somebody else: one UPDATE of `inventory_owners`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this mobile's; nothing was changed then.
    pub fn give_inventory(
        &mut self,
        inventory: InventoryKey,
        to: impl Into<InventoryOwnerKey>,
    ) -> Result<(), Error> {
        self.0.give(inventory, to)
    }
}
