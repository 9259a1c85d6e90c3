// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{EcoString, Error, composite, entity, text_enum};

use super::*;

text_enum! {
    /// One of the texts that `attribute_type` can have.
    pub enum AttributeType {
        TranslatedName = "TRANSLATED_NAME",
        TranslatedShortDescription = "TRANSLATED_SHORT_DESCRIPTION",
        TranslatedLongDescription = "TRANSLATED_LONG_DESCRIPTION",
        TranslatedAsset = "TRANSLATED_ASSET",
        UntranslatedAsset = "UNTRANSLATED_ASSET",
        Quantity = "QUANTITY",
        GalacticPosition = "GALACTIC_POSITION",
        SolarPosition = "SOLAR_POSITION",
        GlobalPosition = "GLOBAL_POSITION",
        LocalPosition = "LOCAL_POSITION",
        Size = "SIZE",
        Item = "ITEM",
        Purity = "PURITY",
        Volume = "VOLUME",
        Strength = "STRENGTH",
        Luck = "LUCK",
        Constitution = "CONSTITUTION",
        Dexterity = "DEXTERITY",
        Arcana = "ARCANA",
        Operations = "OPERATIONS",
        BlueprintItemId = "BLUEPRINT_ITEM_ID",
    }
}

composite! {
    /// One of the values that an attribute can have, in 6 columns.
    pub enum AttributeValue in Tables {
        /// `bool_value`
        Bool(value: bool),
        /// `double_value`
        Double(value: f64),
        /// `vector3_x`, `vector3_y`, `vector3_z`
        Vector3 {
            /// `vector3_x`
            x: f64,
            /// `vector3_y`
            y: f64,
            /// `vector3_z`
            z: f64,
        },
        /// `asset_id`
        Asset(value: i64),
    }
}

entity! {
    /// A named property of a player, a mobile, an item or an asset.
    pub struct Attribute in Tables.attributes {
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
    table "attributes", id "id", owned AttributeOwner;
    types AttributeKey, AttributeId, AttributeColumns(u16), AttributeField, AttributeRef, AttributeMut;
}

#[allow(dead_code)]
impl<'w> AttributeRef<'w> {
    /// Who owns this attribute. O(1).
    pub fn owner(self) -> Option<AttributeOwnerKey> {
        self.attribute_owner().map(|row| row.owner)
    }

    /// The row of `attribute_owners` that says who owns this attribute. O(1).
    pub fn attribute_owner(self) -> Option<AttributeOwner> {
        self.0.pivot_row()
    }
}

#[allow(dead_code)]
impl AttributeMut<'_> {
    /// Sets [`Attribute::internal_name`].
    #[inline]
    pub fn set_internal_name(&mut self, internal_name: impl Into<EcoString>) {
        self.0
            .put(AttributeField::InternalName(internal_name.into()));
    }

    /// Sets [`Attribute::visible`].
    #[inline]
    pub fn set_visible(&mut self, visible: bool) {
        self.0.put(AttributeField::Visible(visible));
    }

    /// Sets [`Attribute::attribute_type`].
    #[inline]
    pub fn set_attribute_type(&mut self, attribute_type: AttributeType) {
        self.0.put(AttributeField::AttributeType(attribute_type));
    }

    /// Sets [`Attribute::value`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN.
    #[inline]
    pub fn set_value(&mut self, value: AttributeValue) -> Result<(), Error> {
        self.0.set(AttributeField::Value(value))
    }
}
