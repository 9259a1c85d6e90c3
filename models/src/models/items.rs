// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, NewOrKept, Rows, entity, text_enum};

use super::*;

text_enum! {
    /// One of the texts that `item_type` can have.
    pub enum ItemType {
        Virtual = "VIRTUAL",
        Container = "CONTAINER",
        Weapon = "WEAPON",
        RawMaterial = "RAWMATERIAL",
        RefinedMaterial = "REFINEDMATERIAL",
        Blueprint = "BLUEPRINT",
    }
}

entity! {
    /// A kind of thing in the catalogue: what an inventory entry is a quantity of.
    pub struct Item in Tables.items {
        /// `internal_name TEXT NOT NULL UNIQUE`
        InternalName internal_name: String = INTERNAL_NAME "internal_name";
        /// Units in one full stack; unlimited without a value.
        MaxStackSize max_stack_size: Option<i64> = MAX_STACK_SIZE "max_stack_size";
        /// `item_type TEXT NOT NULL CHECK (item_type IN ('VIRTUAL', 'CONTAINER', 'WEAPON', 'RAWMATERIAL', 'REFINEDMATERIAL', 'BLUEPRINT'))`
        ItemType item_type: ItemType = ITEM_TYPE "item_type";
        /// `blueprint_id INTEGER REFERENCES item_blueprints (id) ON DELETE SET NULL`
        Blueprint blueprint: Option<ItemBlueprintKey> = BLUEPRINT_ID "blueprint_id" -> ItemBlueprint.set_null();
    }
    table "items", id "id", standalone;
    types ItemKey, ItemId, ItemColumns(u8), ItemField, ItemRef, ItemMut;
    indexes {
        unique BY_INTERNAL_NAME [internal_name: INTERNAL_NAME];
    }
    checks {
        "max_stack_size > 0": Column(MAX_STACK_SIZE) Greater Integer(0);
    }
}

#[allow(dead_code)]
impl Item {
    /// The items whose `blueprint_id` is this item blueprint, in order of their ids. O(1).
    pub fn find_by_blueprint(world: &World, blueprint: ItemBlueprintKey) -> Rows<'_, Item> {
        world.items.children(Self::BLUEPRINT_ID, blueprint.raw())
    }

    /// The item with this `internal_name`. O(1).
    pub fn find_by_internal_name<'w>(world: &'w World, internal_name: &str) -> Option<ItemRef<'w>> {
        let (key, _) = world
            .items
            .find(Self::BY_INTERNAL_NAME, internal_name, |row| {
                row.internal_name == internal_name
            })
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> ItemRef<'w> {
    /// The item blueprint that `blueprint_id` names, if it names one. O(1).
    #[inline]
    pub fn blueprint(self) -> Option<ItemBlueprintRef<'w>> {
        self.0.parent(self.blueprint?)
    }

    /// The inventory entries whose `item_id` names this item, in order of their ids. O(1).
    pub fn inventory_entries(self) -> Rows<'w, InventoryEntry> {
        self.0.children(InventoryEntry::ITEM_ID)
    }

    /// The item blueprint components whose `component_item_id` names this item, in order of their ids. O(1).
    pub fn item_blueprint_components(self) -> Rows<'w, ItemBlueprintComponent> {
        self.0.children(ItemBlueprintComponent::COMPONENT_ITEM_ID)
    }

    /// The mobile items whose `item_id` names this item, in order of their ids. O(1).
    pub fn mobile_items(self) -> Rows<'w, MobileItem> {
        self.0.children(MobileItem::ITEM_ID)
    }

    /// The mobile item blueprint components whose `component_item_id` names this item, in order of their ids. O(1).
    pub fn mobile_item_blueprint_components(self) -> Rows<'w, MobileItemBlueprintComponent> {
        self.0
            .children(MobileItemBlueprintComponent::COMPONENT_ITEM_ID)
    }

    /// The attributes that this item owns, in the order in which they were added. O(1).
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
}

#[allow(dead_code)]
impl ItemMut<'_> {
    /// Sets [`Item::internal_name`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another item has it.
    #[inline]
    pub fn set_internal_name(&mut self, internal_name: impl Into<String>) -> Result<(), Error> {
        self.0.set(ItemField::InternalName(internal_name.into()))
    }

    /// Sets [`Item::max_stack_size`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `max_stack_size > 0`.
    #[inline]
    pub fn set_max_stack_size(&mut self, max_stack_size: Option<i64>) -> Result<(), Error> {
        self.0.set(ItemField::MaxStackSize(max_stack_size))
    }

    /// Sets [`Item::item_type`].
    #[inline]
    pub fn set_item_type(&mut self, item_type: ItemType) {
        self.0.put(ItemField::ItemType(item_type));
    }

    /// Sets [`Item::blueprint`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the item blueprint is not there.
    #[inline]
    pub fn set_blueprint(&mut self, blueprint: Option<ItemBlueprintKey>) -> Result<(), Error> {
        self.0.set(ItemField::Blueprint(blueprint))
    }

    /// Adds an attribute to this item: the attribute, and the row of `attribute_owners` that says so. O(1).
    ///
    /// # Errors
    /// When the attribute is refused; nothing was changed then.
    pub fn add_attribute(&mut self, attribute: Attribute) -> Result<AttributeKey, Error> {
        self.0.add(attribute)
    }

    /// Removes an attribute of this item, and the row of `attribute_owners`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this item's; nothing was changed then.
    pub fn remove_attribute(&mut self, attribute: AttributeKey) -> Result<(), Error> {
        self.0.remove_owned(attribute)
    }

    /// Replaces this item's attributes by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::AlreadyOwned`] for the key of somebody else's attribute; nothing was changed then.
    pub fn set_attributes(
        &mut self,
        attributes: impl IntoIterator<Item = impl Into<NewOrKept<Attribute>>>,
    ) -> Result<Vec<AttributeKey>, Error> {
        self.0.set_owned(attributes)
    }

    /// Gives an attribute of this item to somebody else: one UPDATE of `attribute_owners`.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotTheOwner`] when it is not this item's; nothing was changed then.
    pub fn give_attribute(
        &mut self,
        attribute: AttributeKey,
        to: impl Into<AttributeOwnerKey>,
    ) -> Result<(), Error> {
        self.0.give(attribute, to)
    }
}
