//! Converts between the generated row types and the model's columns, field by field.

use gamedb::codegen::traits::*;
use gamedb::codegen::{DynTable, EcoString, Entity, Owned};
use gamedb::internals::OwnerOf;
use gamedb::{Error, Key};
use gamedb_models::{
    Attribute, AttributeOwnerKey, AttributeType, AttributeValue, Inventory, InventoryEntry,
    InventoryOwnerKey, Item, ItemBlueprint, ItemBlueprintComponent, ItemType, Mobile, MobileItem,
    MobileItemAttribute, MobileItemBlueprint, MobileItemBlueprintComponent, MobileOwnerKey,
    MobileType, Player, Tables, World,
};

use crate::common::Done;
use crate::schema::Table;
use crate::stale::Stale;
use crate::value::{Cell, Input, Owner, Pick};

/// Looks up the rows that operations refer to, in a world.
#[derive(Clone, Copy)]
pub(crate) struct Finder<'a> {
    pub(crate) world: &'a World,
    pub(crate) stale: &'a Stale,
}

impl Finder<'_> {
    pub(crate) fn key<E: Typed>(&self, pick: Pick) -> Key<E> {
        let table: &dyn DynTable<Tables> = E::table(self.world);
        match pick {
            Pick::Row(n) if table.n_rows() > 0 => {
                let (_, key) = table.rows_by_id().nth(n % table.n_rows()).unwrap();
                Key::from_raw(key)
            }
            Pick::Row(_) | Pick::Null => Key::null(),
            Pick::Stale(n) => Key::from_raw(self.stale.nth(E::AT, n)),
        }
    }
}

/// The value of a column in a world.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SeenCell<'a> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'a str),
    /// A key without a row.
    Dangling,
}

impl SeenCell<'_> {
    pub(crate) fn is(&self, cell: &Cell) -> bool {
        match (*self, *cell) {
            (SeenCell::Null, Cell::Null) => true,
            (SeenCell::Int(seen), Cell::Int(int)) => seen == int,
            (SeenCell::Real(seen), Cell::Real(_)) => Cell::Real(seen).is_exactly(cell),
            (SeenCell::Text(seen), Cell::Text(text)) => seen == text.as_str(),
            _ => false,
        }
    }
}

impl SeenCell<'_> {
    /// Equal, ignoring the sign of zero.
    pub(crate) fn is_about(&self, cell: &Cell) -> bool {
        match (*self, *cell) {
            (SeenCell::Real(seen), Cell::Real(real)) => seen == real,
            _ => self.is(cell),
        }
    }
}

/// The type of a field, with one column or several (a composite field).
trait Field: Sized {
    fn from_input(input: Input, finder: Finder<'_>) -> Self;
    fn see<'a>(&'a self, world: &World, seen: &mut Vec<SeenCell<'a>>);
}

macro_rules! simple_fields {
    ($($ty:ty, $input:pat => $value:expr, $self:ident => $seen:expr;)*) => {$(
        impl Field for $ty {
            fn from_input(input: Input, _: Finder<'_>) -> Self {
                match input {
                    $input => $value,
                    other => panic!("{other:?} is not a {}", stringify!($ty)),
                }
            }
            fn see<'a>(&'a self, _: &World, seen: &mut Vec<SeenCell<'a>>) {
                let $self = self;
                seen.push($seen);
            }
        }
    )*};
}
simple_fields! {
    bool, Input::Bool(bool) => bool, it => SeenCell::Int(i64::from(*it));
    i64, Input::Int(int) => int, it => SeenCell::Int(*it);
    f64, Input::Real(real) => real, it => SeenCell::Real(*it);
    String, Input::Text(text) => text.as_str().to_owned(), it => SeenCell::Text(it);
    EcoString, Input::Text(text) => text.as_str().into(), it => SeenCell::Text(it);
}

macro_rules! words {
    ($($ty:ident $words:ident: $($variant:ident)*;)*) => {$(
        impl Field for $ty {
            fn from_input(input: Input, _: Finder<'_>) -> Self {
                let all = [$($ty::$variant),*];
                match input {
                    Input::Word(n) => all[n % all.len()],
                    other => panic!("{other:?} is not a {}", stringify!($ty)),
                }
            }
            fn see<'a>(&'a self, _: &World, seen: &mut Vec<SeenCell<'a>>) {
                let all = [$($ty::$variant),*];
                let n = all.iter().position(|word| word == self).unwrap();
                seen.push(SeenCell::Text(crate::schema::$words[n]));
            }
        }
    )*};
}
words! {
    MobileType MOBILE_TYPES: Player Npc;
    ItemType ITEM_TYPES: Virtual Container Weapon RawMaterial RefinedMaterial Blueprint;
    AttributeType ATTRIBUTE_TYPES: TranslatedName TranslatedShortDescription
        TranslatedLongDescription TranslatedAsset UntranslatedAsset Quantity GalacticPosition
        SolarPosition GlobalPosition LocalPosition Size Item Purity Volume Strength Luck
        Constitution Dexterity Arcana Operations BlueprintItemId;
}

fn id<E: Entity<Tables = Tables>>(world: &World, key: Key<E>) -> SeenCell<'static> {
    match world.id(key) {
        Ok(id) => SeenCell::Int(id.get()),
        Err(_) => SeenCell::Dangling,
    }
}

impl<E: Typed> Field for Key<E> {
    fn from_input(input: Input, finder: Finder<'_>) -> Self {
        match input {
            Input::Key(pick) => finder.key(pick),
            other => panic!("{other:?} is not a key"),
        }
    }
    fn see<'a>(&'a self, world: &World, seen: &mut Vec<SeenCell<'a>>) {
        seen.push(id(world, *self));
    }
}

/// Fields of one column that may be NULL.
trait Nullable: Field {}
impl Nullable for i64 {}
impl Nullable for f64 {}
impl Nullable for String {}
impl<E: Typed> Nullable for Key<E> {}

impl<F: Nullable> Field for Option<F> {
    fn from_input(input: Input, finder: Finder<'_>) -> Self {
        (input != Input::Null).then(|| F::from_input(input, finder))
    }
    fn see<'a>(&'a self, world: &World, seen: &mut Vec<SeenCell<'a>>) {
        match self {
            Some(field) => field.see(world, seen),
            None => seen.push(SeenCell::Null),
        }
    }
}

impl Field for Option<MobileOwnerKey> {
    fn from_input(input: Input, finder: Finder<'_>) -> Self {
        match input {
            Input::Null => None,
            Input::OwnedByMobile(pick) => Some(MobileOwnerKey::Mobile(finder.key(pick))),
            Input::OwnedByPlayer(pick) => Some(MobileOwnerKey::Player(finder.key(pick))),
            other => panic!("{other:?} cannot own a mobile"),
        }
    }
    fn see<'a>(&'a self, world: &World, seen: &mut Vec<SeenCell<'a>>) {
        let mut cells = [SeenCell::Null; 4];
        match *self {
            None => {}
            Some(MobileOwnerKey::Mobile(key)) => cells[0] = id(world, key),
            Some(MobileOwnerKey::Player(key)) => cells[3] = id(world, key),
        }
        seen.extend(cells);
    }
}

impl Field for AttributeValue {
    fn from_input(input: Input, _: Finder<'_>) -> Self {
        match input {
            Input::BoolValue(bool) => Self::Bool(bool),
            Input::DoubleValue(real) => Self::Double(real),
            Input::VectorValue(x, y, z) => Self::Vector3 { x, y, z },
            Input::AssetValue(id) => Self::Asset(id),
            other => panic!("{other:?} is not a value"),
        }
    }
    fn see<'a>(&'a self, _: &World, seen: &mut Vec<SeenCell<'a>>) {
        let mut cells = [SeenCell::Null; 6];
        match *self {
            Self::Bool(bool) => cells[0] = SeenCell::Int(i64::from(bool)),
            Self::Double(real) => cells[1] = SeenCell::Real(real),
            Self::Vector3 { x, y, z } => {
                cells[2..5].copy_from_slice(&[x, y, z].map(SeenCell::Real));
            }
            Self::Asset(id) => cells[5] = SeenCell::Int(id),
        }
        seen.extend(cells);
    }
}

/// A row type, through its fields in the order of [`Table::fields`].
pub(crate) trait Typed: Entity<Tables = Tables> {
    const AT: Table;

    fn from_inputs(inputs: &[Input], finder: Finder<'_>) -> Self;
    /// A row in which only one field is set.
    fn from_field(field: usize, input: Input, finder: Finder<'_>) -> Self;
    /// Calls the setter of a field with the value of another row.
    fn set(row: Self::Mut<'_>, field: usize, value: Self) -> Result<(), Error>;
    fn see<'a>(&'a self, world: &World) -> Vec<SeenCell<'a>>;
    /// Bit n: column n is dirty.
    fn dirty_columns(world: &World, key: Key<Self>) -> u32;
}

macro_rules! typed {
    ($($table:ident $entity:ident: $($field:ident $set:ident,)*;)*) => {$(
        impl Typed for $entity {
            const AT: Table = Table::$table;

            fn from_inputs(inputs: &[Input], finder: Finder<'_>) -> Self {
                let mut inputs = inputs.iter();
                Self {
                    $($field: Field::from_input(*inputs.next().unwrap(), finder),)*
                }
            }
            #[allow(clippy::field_reassign_with_default, reason = "it is one of several fields")]
            fn from_field(field: usize, input: Input, finder: Finder<'_>) -> Self {
                let mut row = Self::default();
                let mut fields = 0..;
                $(
                    if fields.next() == Some(field) {
                        row.$field = Field::from_input(input, finder);
                    }
                )*
                row
            }
            fn set(mut row: Self::Mut<'_>, field: usize, value: Self) -> Result<(), Error> {
                let mut fields = 0..;
                $(
                    if fields.next() == Some(field) {
                        return row.$set(value.$field).done();
                    }
                )*
                panic!("{} has no field {field}", stringify!($entity))
            }
            fn see<'a>(&'a self, world: &World) -> Vec<SeenCell<'a>> {
                let mut seen = Vec::with_capacity(10);
                $(self.$field.see(world, &mut seen);)*
                seen
            }
            fn dirty_columns(world: &World, key: Key<Self>) -> u32 {
                u32::from(Self::table(world).dirty_columns(key).bits())
            }
        }
    )*};
}
typed! {
    Players Player: full_name set_full_name, what_we_call_you set_what_we_call_you,
        security_token set_security_token, over_13 set_over_13, year_of_birth set_year_of_birth,
        email set_email,;
    Mobiles Mobile: mobile_type set_mobile_type, owner set_owner,
        what_we_call_you set_what_we_call_you,;
    Items Item: internal_name set_internal_name, max_stack_size set_max_stack_size,
        item_type set_item_type, blueprint set_blueprint,;
    Attributes Attribute: internal_name set_internal_name, visible set_visible,
        attribute_type set_attribute_type, value set_value,;
    Inventories Inventory: owner_id set_owner_id, owner_type set_owner_type,
        max_entries set_max_entries, max_volume set_max_volume,
        last_calculated_volume set_last_calculated_volume,;
    InventoryEntries InventoryEntry: inventory set_inventory, item set_item,
        quantity set_quantity, is_max_stacked set_is_max_stacked, mobile_item set_mobile_item,;
    ItemBlueprints ItemBlueprint: bake_time_ms set_bake_time_ms,;
    ItemBlueprintComponents ItemBlueprintComponent: item_blueprint set_item_blueprint,
        component_item set_component_item, ratio set_ratio,;
    MobileItems MobileItem: mobile set_mobile, internal_name set_internal_name,
        max_stack_size set_max_stack_size, item_type set_item_type, blueprint set_blueprint,
        item set_item,;
    MobileItemAttributes MobileItemAttribute: mobile_item set_mobile_item,
        internal_name set_internal_name, visible set_visible, attribute_type set_attribute_type,
        value set_value,;
    MobileItemBlueprints MobileItemBlueprint: bake_time_ms set_bake_time_ms,;
    MobileItemBlueprintComponents MobileItemBlueprintComponent: item_blueprint set_item_blueprint,
        component_item set_component_item, ratio set_ratio,;
}

/// Runs an expression with `E` as the row type of a table, or `else` for a pivot, which has none.
macro_rules! with_entity {
    ($table:expr, $E:ident => $body:expr, else $pivot:expr) => {{
        use gamedb_models as m;
        macro_rules! arm {
            ($entity:ty) => {{
                type $E = $entity;
                $body
            }};
        }
        match $table {
            Table::Players => arm!(m::Player),
            Table::Mobiles => arm!(m::Mobile),
            Table::Items => arm!(m::Item),
            Table::Attributes => arm!(m::Attribute),
            Table::Inventories => arm!(m::Inventory),
            Table::InventoryEntries => arm!(m::InventoryEntry),
            Table::ItemBlueprints => arm!(m::ItemBlueprint),
            Table::ItemBlueprintComponents => arm!(m::ItemBlueprintComponent),
            Table::MobileItems => arm!(m::MobileItem),
            Table::MobileItemAttributes => arm!(m::MobileItemAttribute),
            Table::MobileItemBlueprints => arm!(m::MobileItemBlueprint),
            Table::MobileItemBlueprintComponents => arm!(m::MobileItemBlueprintComponent),
            Table::AttributeOwners | Table::InventoryOwners => $pivot,
        }
    }};
}
pub(crate) use with_entity;

/// An owned row type.
pub(crate) trait TypedOwned: Typed + Owned {
    fn owner(owner: Owner, finder: Finder<'_>) -> OwnerOf<Self>;
    /// The columns of the pivot's arms.
    fn see_owner(world: &World, owner: OwnerOf<Self>) -> [SeenCell<'static>; 4];
}

impl TypedOwned for Attribute {
    fn owner(owner: Owner, finder: Finder<'_>) -> AttributeOwnerKey {
        match owner {
            Owner::Mobile(pick) => AttributeOwnerKey::Mobile(finder.key(pick)),
            Owner::Item(pick) => AttributeOwnerKey::Item(finder.key(pick)),
            Owner::Asset(id) => AttributeOwnerKey::Asset(id),
            Owner::Player(pick) => AttributeOwnerKey::Player(finder.key(pick)),
        }
    }
    fn see_owner(world: &World, owner: AttributeOwnerKey) -> [SeenCell<'static>; 4] {
        let mut cells = [SeenCell::Null; 4];
        match owner {
            AttributeOwnerKey::Mobile(key) => cells[0] = id(world, key),
            AttributeOwnerKey::Item(key) => cells[1] = id(world, key),
            AttributeOwnerKey::Asset(asset) => cells[2] = SeenCell::Int(asset),
            AttributeOwnerKey::Player(key) => cells[3] = id(world, key),
        }
        cells
    }
}

impl TypedOwned for Inventory {
    fn owner(owner: Owner, finder: Finder<'_>) -> InventoryOwnerKey {
        match owner {
            Owner::Mobile(pick) => InventoryOwnerKey::Mobile(finder.key(pick)),
            Owner::Item(pick) => InventoryOwnerKey::Item(finder.key(pick)),
            Owner::Player(pick) => InventoryOwnerKey::Player(finder.key(pick)),
            Owner::Asset(_) => panic!("an asset has no inventories"),
        }
    }
    fn see_owner(world: &World, owner: InventoryOwnerKey) -> [SeenCell<'static>; 4] {
        let mut cells = [SeenCell::Null; 4];
        match owner {
            InventoryOwnerKey::Mobile(key) => cells[0] = id(world, key),
            InventoryOwnerKey::Item(key) => cells[1] = id(world, key),
            InventoryOwnerKey::Player(key) => cells[3] = id(world, key),
        }
        cells
    }
}
