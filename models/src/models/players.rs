// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, NewOrKept, Rows, entity};

use super::*;

entity! {
    /// A person with an account.
    pub struct Player in Tables.players {
        /// `full_name TEXT NOT NULL`
        FullName full_name: String = FULL_NAME "full_name";
        /// The name that other players see.
        WhatWeCallYou what_we_call_you: String = WHAT_WE_CALL_YOU "what_we_call_you";
        /// `security_token TEXT NOT NULL`
        SecurityToken security_token: String = SECURITY_TOKEN "security_token";
        /// `over_13 INTEGER NOT NULL CHECK (over_13 IN (0, 1))`
        Over13 over_13: bool = OVER_13 "over_13";
        /// `year_of_birth INTEGER NOT NULL`
        YearOfBirth year_of_birth: i64 = YEAR_OF_BIRTH "year_of_birth";
        /// `email TEXT NOT NULL UNIQUE`
        Email email: String = EMAIL "email";
    }
    table "players", id "id", standalone;
    types PlayerKey, PlayerId, PlayerColumns(u8), PlayerField, PlayerRef, PlayerMut;
    indexes {
        unique BY_EMAIL [email: EMAIL];
        plain BY_WHAT_WE_CALL_YOU [what_we_call_you: WHAT_WE_CALL_YOU];
    }
}

#[allow(dead_code)]
impl Player {
    /// The player with this `email`. O(1).
    pub fn find_by_email<'w>(world: &'w World, email: &str) -> Option<PlayerRef<'w>> {
        let (key, _) = world
            .players
            .find(Self::BY_EMAIL, email, |row| row.email == email)
            .next()?;
        world.get(key).ok()
    }

    /// The players with this `what_we_call_you`, in order of their ids. O(1).
    pub fn find_by_what_we_call_you<'w>(
        world: &'w World,
        what_we_call_you: &str,
    ) -> Rows<'w, Player> {
        world
            .players
            .find(Self::BY_WHAT_WE_CALL_YOU, what_we_call_you, |row| {
                row.what_we_call_you == what_we_call_you
            })
    }
}

#[allow(dead_code)]
impl<'w> PlayerRef<'w> {
    /// The mobile whose `owner_player_id` names this player. O(1).
    pub fn mobile(self) -> Option<MobileRef<'w>> {
        self.0.child::<Mobile>(Mobile::OWNER_PLAYER_ID)
    }

    /// The attributes that this player owns, in the order in which they were added. O(1).
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

    /// The inventories that this player owns, in the order in which they were added. O(1).
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
impl PlayerMut<'_> {
    /// Sets [`Player::full_name`].
    #[inline]
    pub fn set_full_name(&mut self, full_name: impl Into<String>) {
        self.0.put(PlayerField::FullName(full_name.into()));
    }

    /// Sets [`Player::what_we_call_you`].
    #[inline]
    pub fn set_what_we_call_you(&mut self, what_we_call_you: impl Into<String>) {
        self.0
            .put(PlayerField::WhatWeCallYou(what_we_call_you.into()));
    }

    /// Sets [`Player::security_token`].
    #[inline]
    pub fn set_security_token(&mut self, security_token: impl Into<String>) {
        self.0
            .put(PlayerField::SecurityToken(security_token.into()));
    }

    /// Sets [`Player::over_13`].
    #[inline]
    pub fn set_over_13(&mut self, over_13: bool) {
        self.0.put(PlayerField::Over13(over_13));
    }

    /// Sets [`Player::year_of_birth`].
    #[inline]
    pub fn set_year_of_birth(&mut self, year_of_birth: i64) {
        self.0.put(PlayerField::YearOfBirth(year_of_birth));
    }

    /// Sets [`Player::email`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another player has it.
    #[inline]
    pub fn set_email(&mut self, email: impl Into<String>) -> Result<(), Error> {
        self.0.set(PlayerField::Email(email.into()))
    }

    /// Adds an attribute to this player: the attribute, and the row of `attribute_owners` that says so. O(1).
    ///
    /// # Errors
    /// When the attribute is refused; nothing was changed then.
    pub fn add_attribute(&mut self, attribute: Attribute) -> Result<AttributeKey, Error> {
        self.0.add(attribute)
    }

    /// Removes an attribute of this player, and the row of `attribute_owners`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this player's; nothing was changed then.
    pub fn remove_attribute(&mut self, attribute: AttributeKey) -> Result<(), Error> {
        self.0.remove_owned(attribute)
    }

    /// Replaces this player's attributes by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::AlreadyOwned`] for the key of somebody else's attribute; nothing was changed then.
    pub fn set_attributes(
        &mut self,
        attributes: impl IntoIterator<Item = impl Into<NewOrKept<Attribute>>>,
    ) -> Result<Vec<AttributeKey>, Error> {
        self.0.set_owned(attributes)
    }

    /// Gives an attribute of this player to somebody else: one UPDATE of `attribute_owners`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this player's; nothing was changed then.
    pub fn give_attribute(
        &mut self,
        attribute: AttributeKey,
        to: impl Into<AttributeOwnerKey>,
    ) -> Result<(), Error> {
        self.0.give(attribute, to)
    }

    /// Adds an inventory to this player: the inventory, and the row of `inventory_owners` that says so. O(1).
    ///
    /// # Errors
    /// When the inventory is refused; nothing was changed then.
    pub fn add_inventory(&mut self, inventory: Inventory) -> Result<InventoryKey, Error> {
        self.0.add(inventory)
    }

    /// Removes an inventory of this player, and the row of `inventory_owners`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this player's; nothing was changed then.
    pub fn remove_inventory(&mut self, inventory: InventoryKey) -> Result<(), Error> {
        self.0.remove_owned(inventory)
    }

    /// Replaces this player's inventories by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::AlreadyOwned`] for the key of somebody else's inventory; nothing was changed then.
    pub fn set_inventories(
        &mut self,
        inventories: impl IntoIterator<Item = impl Into<NewOrKept<Inventory>>>,
    ) -> Result<Vec<InventoryKey>, Error> {
        self.0.set_owned(inventories)
    }

    /// Gives an inventory of this player to somebody else: one UPDATE of `inventory_owners`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this player's; nothing was changed then.
    pub fn give_inventory(
        &mut self,
        inventory: InventoryKey,
        to: impl Into<InventoryOwnerKey>,
    ) -> Result<(), Error> {
        self.0.give(inventory, to)
    }
}
