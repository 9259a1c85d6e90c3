//! The tables of schema.sql, defined a second time by hand for the naive model.

/// A table, by its position in schema.sql.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Table {
    Players,
    Mobiles,
    Items,
    Attributes,
    AttributeOwners,
    Inventories,
    InventoryEntries,
    InventoryOwners,
    ItemBlueprints,
    ItemBlueprintComponents,
    MobileItems,
    MobileItemAttributes,
    MobileItemBlueprints,
    MobileItemBlueprintComponents,
}

use Kind::*;
use OnDelete::*;
use Table::*;

pub(crate) const TABLES: [Table; 14] = [
    Players,
    Mobiles,
    Items,
    Attributes,
    AttributeOwners,
    Inventories,
    InventoryEntries,
    InventoryOwners,
    ItemBlueprints,
    ItemBlueprintComponents,
    MobileItems,
    MobileItemAttributes,
    MobileItemBlueprints,
    MobileItemBlueprintComponents,
];

/// What a field of a row can hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Bool,
    Int,
    OptionalInt,
    Real,
    OptionalReal,
    Text,
    OptionalText,
    OneOf(&'static [&'static str]),
    Key(Table),
    OptionalKey(Table),
    /// Four columns: mobile, item, asset, player; the second and third stay NULL.
    MobileOwner,
    /// Six columns: bool, double, three of a vector, asset.
    Value,
}

impl Kind {
    pub(crate) fn n_columns(self) -> usize {
        match self {
            MobileOwner => 4,
            Value => 6,
            _ => 1,
        }
    }
}

/// What happens to a row when the row that it references is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDelete {
    Cascade,
    SetNull,
    Restrict,
}

/// A column that references a row of another table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference {
    pub(crate) table: Table,
    pub(crate) column: usize,
    pub(crate) target: Table,
    pub(crate) on_delete: OnDelete,
}

const fn reference(table: Table, column: usize, target: Table, on_delete: OnDelete) -> Reference {
    Reference {
        table,
        column,
        target,
        on_delete,
    }
}

/// Every foreign key, in the order of tables and columns.
pub(crate) const REFERENCES: [Reference; 22] = [
    reference(Mobiles, 1, Mobiles, Cascade),
    reference(Mobiles, 4, Players, Cascade),
    reference(Items, 3, ItemBlueprints, SetNull),
    reference(AttributeOwners, 0, Attributes, Cascade),
    reference(AttributeOwners, 1, Mobiles, Cascade),
    reference(AttributeOwners, 2, Items, Cascade),
    reference(AttributeOwners, 4, Players, Cascade),
    reference(InventoryEntries, 0, Inventories, Cascade),
    reference(InventoryEntries, 1, Items, Restrict),
    reference(InventoryEntries, 4, MobileItems, SetNull),
    reference(InventoryOwners, 0, Inventories, Cascade),
    reference(InventoryOwners, 1, Mobiles, Cascade),
    reference(InventoryOwners, 2, Items, Cascade),
    reference(InventoryOwners, 4, Players, Cascade),
    reference(ItemBlueprintComponents, 0, ItemBlueprints, Cascade),
    reference(ItemBlueprintComponents, 1, Items, Restrict),
    reference(MobileItems, 0, Mobiles, Cascade),
    reference(MobileItems, 4, MobileItemBlueprints, SetNull),
    reference(MobileItems, 5, Items, Restrict),
    reference(MobileItemAttributes, 0, MobileItems, Cascade),
    reference(
        MobileItemBlueprintComponents,
        0,
        MobileItemBlueprints,
        Cascade,
    ),
    reference(MobileItemBlueprintComponents, 1, Items, Restrict),
];

pub(crate) const MOBILE_TYPES: &[&str] = &["PLAYER", "NPC"];
pub(crate) const ITEM_TYPES: &[&str] = &[
    "VIRTUAL",
    "CONTAINER",
    "WEAPON",
    "RAWMATERIAL",
    "REFINEDMATERIAL",
    "BLUEPRINT",
];
pub(crate) const ATTRIBUTE_TYPES: &[&str] = &[
    "TRANSLATED_NAME",
    "TRANSLATED_SHORT_DESCRIPTION",
    "TRANSLATED_LONG_DESCRIPTION",
    "TRANSLATED_ASSET",
    "UNTRANSLATED_ASSET",
    "QUANTITY",
    "GALACTIC_POSITION",
    "SOLAR_POSITION",
    "GLOBAL_POSITION",
    "LOCAL_POSITION",
    "SIZE",
    "ITEM",
    "PURITY",
    "VOLUME",
    "STRENGTH",
    "LUCK",
    "CONSTITUTION",
    "DEXTERITY",
    "ARCANA",
    "OPERATIONS",
    "BLUEPRINT_ITEM_ID",
];

impl Table {
    pub(crate) fn n(self) -> usize {
        self as usize
    }

    pub(crate) fn name(self) -> &'static str {
        [
            "players",
            "mobiles",
            "items",
            "attributes",
            "attribute_owners",
            "inventories",
            "inventory_entries",
            "inventory_owners",
            "item_blueprints",
            "item_blueprint_components",
            "mobile_items",
            "mobile_item_attributes",
            "mobile_item_blueprints",
            "mobile_item_blueprint_components",
        ][self.n()]
    }

    /// The fields of a row, in the order of the columns. A pivot has none, because its rows are not
    /// written by hand.
    pub(crate) fn fields(self) -> &'static [Kind] {
        match self {
            Players => &[Text, Text, Text, Bool, Int, Text],
            Mobiles => &[OneOf(MOBILE_TYPES), MobileOwner, Text],
            Items => &[
                Text,
                OptionalInt,
                OneOf(ITEM_TYPES),
                OptionalKey(ItemBlueprints),
            ],
            Attributes => &[Text, Bool, OneOf(ATTRIBUTE_TYPES), Value],
            AttributeOwners | InventoryOwners => &[],
            Inventories => &[Int, OptionalText, Int, Real, OptionalReal],
            InventoryEntries => &[
                Key(Inventories),
                Key(Items),
                Real,
                Bool,
                OptionalKey(MobileItems),
            ],
            ItemBlueprints | MobileItemBlueprints => &[Int],
            ItemBlueprintComponents => &[Key(ItemBlueprints), Key(Items), Real],
            MobileItems => &[
                Key(Mobiles),
                Text,
                OptionalInt,
                OneOf(ITEM_TYPES),
                OptionalKey(MobileItemBlueprints),
                Key(Items),
            ],
            MobileItemAttributes => &[Key(MobileItems), Text, Bool, OneOf(ATTRIBUTE_TYPES), Value],
            MobileItemBlueprintComponents => &[Key(MobileItemBlueprints), Key(Items), Real],
        }
    }

    pub(crate) fn n_columns(self) -> usize {
        match self {
            AttributeOwners | InventoryOwners => 5,
            _ => self.fields().iter().map(|kind| kind.n_columns()).sum(),
        }
    }

    /// The first column of a field.
    pub(crate) fn column_of(self, field: usize) -> usize {
        let before = &self.fields()[..field];
        before.iter().map(|kind| kind.n_columns()).sum()
    }

    /// The columns in which no two rows may have the same value.
    pub(crate) fn unique(self) -> &'static [usize] {
        match self {
            Players => &[5],
            Mobiles => &[4],
            Items => &[0],
            AttributeOwners | InventoryOwners => &[0],
            _ => &[],
        }
    }

    /// The columns with a CHECK on a lower bound, and the bound.
    pub(crate) fn at_least(self) -> &'static [(usize, i64)] {
        match self {
            Items => &[(1, 1)],
            Inventories => &[(2, 0), (3, 0)],
            InventoryEntries => &[(2, 0)],
            ItemBlueprints | MobileItemBlueprints => &[(0, 0)],
            ItemBlueprintComponents | MobileItemBlueprintComponents => &[(2, 0)],
            _ => &[],
        }
    }

    /// The pivot that stores the owners of the rows of this table.
    pub(crate) fn pivot(self) -> Option<Table> {
        match self {
            Attributes => Some(AttributeOwners),
            Inventories => Some(InventoryOwners),
            _ => None,
        }
    }

    /// The table of the owned rows of this pivot.
    pub(crate) fn owned(self) -> Option<Table> {
        match self {
            AttributeOwners => Some(Attributes),
            InventoryOwners => Some(Inventories),
            _ => None,
        }
    }
}
