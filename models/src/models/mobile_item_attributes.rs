// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{EcoString, Error, Rows, entity};

use super::*;

entity! {
    /// A named property of a mobile's own item.
    pub struct MobileItemAttribute in Tables.mobile_item_attributes {
        /// `mobile_item_id INTEGER NOT NULL REFERENCES mobile_items (id) ON DELETE CASCADE`
        MobileItem mobile_item: MobileItemKey = MOBILE_ITEM_ID "mobile_item_id" -> MobileItem.cascade();
        /// `internal_name TEXT NOT NULL`
        InternalName internal_name: EcoString = INTERNAL_NAME "internal_name";
        /// `visible INTEGER NOT NULL CHECK (visible IN (0, 1))`
        Visible visible: bool = VISIBLE "visible";
        /// `attribute_type TEXT NOT NULL CHECK (attribute_type IN ('TRANSLATED_NAME', 'TRANSLATED_SHORT_DESCRIPTION', 'TRANSLATED_LONG_DESCRIPTION', 'TRANSLATED_ASSET', 'UNTRANSLATED_ASSET', 'QUANTITY', 'GALACTIC_POSITION', 'SOLAR_POSITION', 'GLOBAL_POSITION', 'LOCAL_POSITION', 'SIZE', 'ITEM', 'PURITY', 'VOLUME', 'STRENGTH', 'LUCK', 'CONSTITUTION', 'DEXTERITY', 'ARCANA', 'OPERATIONS', 'BLUEPRINT_ITEM_ID'))`
        AttributeType attribute_type: AttributeType = ATTRIBUTE_TYPE "attribute_type";
        /// `bool_value`, `double_value`, `vector3_x`, `vector3_y`, `vector3_z`, `asset_id`: one value.
        Value value: AttributeValue =
            BOOL_VALUE "bool_value",
            DOUBLE_VALUE "double_value",
            VECTOR3_X "vector3_x",
            VECTOR3_Y "vector3_y",
            VECTOR3_Z "vector3_z",
            ASSET_ID "asset_id";
    }
    table "mobile_item_attributes", id "id", standalone;
    types MobileItemAttributeKey, MobileItemAttributeId, MobileItemAttributeColumns(u16), MobileItemAttributeField, MobileItemAttributeRef, MobileItemAttributeMut;
}

#[allow(dead_code)]
impl MobileItemAttribute {
    /// The mobile item attributes whose `mobile_item_id` is this mobile item, in order of their ids. O(1).
    pub fn find_by_mobile_item(
        world: &World,
        mobile_item: MobileItemKey,
    ) -> Rows<'_, MobileItemAttribute> {
        world
            .mobile_item_attributes
            .children(Self::MOBILE_ITEM_ID, mobile_item.raw())
    }
}

#[allow(dead_code)]
impl<'w> MobileItemAttributeRef<'w> {
    /// The mobile item that `mobile_item_id` names. O(1).
    #[inline]
    pub fn mobile_item(self) -> MobileItemRef<'w> {
        self.0.required_parent(self.mobile_item)
    }
}

#[allow(dead_code)]
impl MobileItemAttributeMut<'_> {
    /// Sets [`MobileItemAttribute::mobile_item`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the mobile item is not there.
    #[inline]
    pub fn set_mobile_item(&mut self, mobile_item: MobileItemKey) -> Result<(), Error> {
        self.0
            .set(MobileItemAttributeField::MobileItem(mobile_item))
    }

    /// Sets [`MobileItemAttribute::internal_name`].
    #[inline]
    pub fn set_internal_name(&mut self, internal_name: impl Into<EcoString>) {
        self.0
            .put(MobileItemAttributeField::InternalName(internal_name.into()));
    }

    /// Sets [`MobileItemAttribute::visible`].
    #[inline]
    pub fn set_visible(&mut self, visible: bool) {
        self.0.put(MobileItemAttributeField::Visible(visible));
    }

    /// Sets [`MobileItemAttribute::attribute_type`].
    #[inline]
    pub fn set_attribute_type(&mut self, attribute_type: AttributeType) {
        self.0
            .put(MobileItemAttributeField::AttributeType(attribute_type));
    }

    /// Sets [`MobileItemAttribute::value`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN.
    #[inline]
    pub fn set_value(&mut self, value: AttributeValue) -> Result<(), Error> {
        self.0.set(MobileItemAttributeField::Value(value))
    }
}
