// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    Check, ColumnProblem, Comparison, EcoString, Error, ForeignKey, Id, IndexHasher, IndexInfo,
    Key, NewOrKept, Operand, Owned, Parts, Pivot, PivotRow, RawKey, Row, RowReader, Rows,
    Standalone, Table, TableId, TableInfo, TableKind, Union, Value, columns, fields, id_of,
    id_of_optional, owner_enum, owner_value, tables, text_enum, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("../schema.sql");
    /// A person with an account.
    0 => players: Table<Player>,
    /// Anything that moves: a player's avatar, or a character that the server plays.
    1 => mobiles: Table<Mobile>,
    /// A kind of thing in the catalogue: what an inventory entry is a quantity of.
    2 => items: Table<Item>,
    /// A named property of a player, a mobile, an item or an asset.
    3 => attributes: Table<Attribute>,
    /// Says who owns an attribute: exactly one mobile, item, asset or player.
    4 => attribute_owners: Pivot<AttributeOwner>,
    /// A bag, a hold, a chest: a place for entries, with limits.
    5 => inventories: Table<Inventory>,
    /// A quantity of one item in an inventory: one stack.
    6 => inventory_entries: Table<InventoryEntry>,
    /// Says who owns an inventory: exactly one mobile, item or player.
    7 => inventory_owners: Pivot<InventoryOwner>,
    /// How an item is made: a time in the oven, and components.
    8 => item_blueprints: Table<ItemBlueprint>,
    /// One ingredient of a blueprint.
    9 => item_blueprint_components: Table<ItemBlueprintComponent>,
    /// An item that a mobile has made its own: renamed, engraved, improved.
    10 => mobile_items: Table<MobileItem>,
    /// A named property of a mobile's own item.
    11 => mobile_item_attributes: Table<MobileItemAttribute>,
    /// How a mobile's own item is made.
    12 => mobile_item_blueprints: Table<MobileItemBlueprint>,
    /// One ingredient of a mobile's own blueprint.
    13 => mobile_item_blueprint_components: Table<MobileItemBlueprintComponent>,
}

text_enum! {
    /// One of the texts that `mobile_type` can have.
    pub enum MobileType {
        Player = "PLAYER",
        Npc = "NPC",
    }
}

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

/// One of the values that an attribute can have, in 6 columns.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// `bool_value`
    Bool(bool),
    /// `double_value`
    Double(f64),
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
    Asset(i64),
}

impl Default for AttributeValue {
    fn default() -> Self {
        Self::Bool(false)
    }
}

impl Union for AttributeValue {
    const PARTS: usize = 6;

    fn part(&self, part: usize) -> Value<'_> {
        match (self, part) {
            (Self::Bool(value), 0) => (*value).into(),
            (Self::Double(value), 1) => (*value).into(),
            (Self::Vector3 { x, .. }, 2) => (*x).into(),
            (Self::Vector3 { y, .. }, 3) => (*y).into(),
            (Self::Vector3 { z, .. }, 4) => (*z).into(),
            (Self::Asset(value), 5) => (*value).into(),
            _ => Value::Null,
        }
    }

    fn used(&self) -> u32 {
        match self {
            Self::Bool(_) => 0b1,
            Self::Double(_) => 0b10,
            Self::Vector3 { .. } => 0b1_1100,
            Self::Asset(_) => 0b10_0000,
        }
    }

    #[inline]
    fn differing(&self, other: &Self) -> u32 {
        match (self, other) {
            (Self::Bool(old), Self::Bool(new)) => u32::from(old != new),
            (Self::Double(old), Self::Double(new)) => u32::from(old != new) << 1,
            (
                Self::Vector3 { x, y, z },
                Self::Vector3 {
                    x: new_x,
                    y: new_y,
                    z: new_z,
                },
            ) => {
                u32::from(x != new_x) << 2 | u32::from(y != new_y) << 3 | u32::from(z != new_z) << 4
            }
            (Self::Asset(old), Self::Asset(new)) => u32::from(old != new) << 5,
            _ => self.used() | other.used(),
        }
    }

    fn load<T: gamedb::codegen::Resolve>(
        used: u32,
        parts: &Parts<'_, '_, T>,
    ) -> Result<Option<Self>, ColumnProblem> {
        Ok(Some(match used {
            0b1 => Self::Bool(parts.read(0)?),
            0b10 => Self::Double(parts.read(1)?),
            0b1_1100 => Self::Vector3 {
                x: parts.read(2)?,
                y: parts.read(3)?,
                z: parts.read(4)?,
            },
            0b10_0000 => Self::Asset(parts.read(5)?),
            _ => return Ok(None),
        }))
    }
}

/// Handle of a row of `players` in memory.
pub type PlayerKey = Key<Player>;
/// `players.id`
pub type PlayerId = Id<Player>;

/// A person with an account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Player {
    /// `full_name TEXT NOT NULL`
    pub full_name: String,
    /// The name that other players see.
    pub what_we_call_you: String,
    /// `security_token TEXT NOT NULL`
    pub security_token: String,
    /// `over_13 INTEGER NOT NULL CHECK (over_13 IN (0, 1))`
    pub over_13: bool,
    /// `year_of_birth INTEGER NOT NULL`
    pub year_of_birth: i64,
    /// `email TEXT NOT NULL UNIQUE`
    pub email: String,
}

columns! {
    /// Columns of `players`.
    pub struct PlayerColumns: u8 {
        /// `full_name`
        const FULL_NAME = 0;
        /// `what_we_call_you`
        const WHAT_WE_CALL_YOU = 1;
        /// `security_token`
        const SECURITY_TOKEN = 2;
        /// `over_13`
        const OVER_13 = 3;
        /// `year_of_birth`
        const YEAR_OF_BIRTH = 4;
        /// `email`
        const EMAIL = 5;
    }
}

fields! {
    pub enum PlayerField for Player, PlayerColumns {
        FullName: String = full_name => FULL_NAME,
        WhatWeCallYou: String = what_we_call_you => WHAT_WE_CALL_YOU,
        SecurityToken: String = security_token => SECURITY_TOKEN,
        Over13: bool = over_13 => OVER_13,
        YearOfBirth: i64 = year_of_birth => YEAR_OF_BIRTH,
        Email: String = email => EMAIL,
    }
}

views!(Player, PlayerRef, PlayerMut);

impl Row for Player {
    type Tables = Tables;

    const TABLE: TableId = TableId(0);
    const INFO: &'static TableInfo = &TableInfo {
        name: "players",
        id: "id",
        columns: &[
            "full_name",
            "what_we_call_you",
            "security_token",
            "over_13",
            "year_of_birth",
            "email",
        ],
        foreign_keys: &[],
        indexes: &[IndexInfo::unique(&[5]), IndexInfo::plain(&[1])],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: PlayerColumns = PlayerColumns::empty();
    const INDEXED: PlayerColumns = PlayerColumns::WHAT_WE_CALL_YOU.union(PlayerColumns::EMAIL);
    const CHECKED: PlayerColumns = PlayerColumns::empty();

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash(self.email.as_str())),
            1 => Some(hasher.hash(self.what_we_call_you.as_str())),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.email == other.email,
            1 => self.what_we_call_you == other.what_we_call_you,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.full_name.as_str().into(),
            1 => self.what_we_call_you.as_str().into(),
            2 => self.security_token.as_str().into(),
            3 => self.over_13.into(),
            4 => self.year_of_birth.into(),
            5 => self.email.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            full_name: row.read(0)?,
            what_we_call_you: row.read(1)?,
            security_token: row.read(2)?,
            over_13: row.read(3)?,
            year_of_birth: row.read(4)?,
            email: row.read(5)?,
        })
    }
}

impl Standalone for Player {}

impl Player {
    /// The player with this `email`. O(1).
    pub fn find_by_email<'w>(world: &'w World, email: &str) -> Option<PlayerRef<'w>> {
        let (key, _) = world
            .players
            .find(0, email, |row| row.email == email)
            .next()?;
        world.get(key).ok()
    }

    /// The players with this `what_we_call_you`, in order of their ids. O(1).
    pub fn find_by_what_we_call_you<'w>(
        world: &'w World,
        what_we_call_you: &str,
    ) -> Rows<'w, Player> {
        world.players.find(1, what_we_call_you, |row| {
            row.what_we_call_you == what_we_call_you
        })
    }
}

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
    /// [`Error::NotUnique`] when another player has it.
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
    /// [`Error::NotTheOwner`] when it is not this player's; nothing was changed then.
    pub fn remove_attribute(&mut self, attribute: AttributeKey) -> Result<(), Error> {
        self.0.remove_owned(attribute)
    }

    /// Replaces this player's attributes by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`Error::AlreadyOwned`] for the key of somebody else's attribute; nothing was changed then.
    pub fn set_attributes(
        &mut self,
        attributes: impl IntoIterator<Item = impl Into<NewOrKept<Attribute>>>,
    ) -> Result<Vec<AttributeKey>, Error> {
        self.0.set_owned(attributes)
    }

    /// Gives an attribute of this player to somebody else: one UPDATE of `attribute_owners`.
    ///
    /// # Errors
    /// [`Error::NotTheOwner`] when it is not this player's; nothing was changed then.
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
    /// [`Error::NotTheOwner`] when it is not this player's; nothing was changed then.
    pub fn remove_inventory(&mut self, inventory: InventoryKey) -> Result<(), Error> {
        self.0.remove_owned(inventory)
    }

    /// Replaces this player's inventories by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`Error::AlreadyOwned`] for the key of somebody else's inventory; nothing was changed then.
    pub fn set_inventories(
        &mut self,
        inventories: impl IntoIterator<Item = impl Into<NewOrKept<Inventory>>>,
    ) -> Result<Vec<InventoryKey>, Error> {
        self.0.set_owned(inventories)
    }

    /// Gives an inventory of this player to somebody else: one UPDATE of `inventory_owners`.
    ///
    /// # Errors
    /// [`Error::NotTheOwner`] when it is not this player's; nothing was changed then.
    pub fn give_inventory(
        &mut self,
        inventory: InventoryKey,
        to: impl Into<InventoryOwnerKey>,
    ) -> Result<(), Error> {
        self.0.give(inventory, to)
    }
}

/// Handle of a row of `mobiles` in memory.
pub type MobileKey = Key<Mobile>;
/// `mobiles.id`
pub type MobileId = Id<Mobile>;

/// Anything that moves: a player's avatar, or a character that the server plays.
///
/// Its owner is a player or another mobile; the columns for items and assets are there, and stay
/// empty. A player has one avatar at most.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mobile {
    /// `mobile_type TEXT NOT NULL CHECK (mobile_type IN ('PLAYER', 'NPC'))`
    pub mobile_type: MobileType,
    /// `owner_mobile_id`, `owner_item_id`, `owner_asset_id`, `owner_player_id`: at most one is set.
    pub owner: Option<MobileOwnerKey>,
    /// The name that players see.
    pub what_we_call_you: String,
}

columns! {
    /// Columns of `mobiles`.
    pub struct MobileColumns: u8 {
        /// `mobile_type`
        const MOBILE_TYPE = 0;
        /// `owner_mobile_id`
        const OWNER_MOBILE_ID = 1;
        /// `owner_item_id`
        const OWNER_ITEM_ID = 2;
        /// `owner_asset_id`
        const OWNER_ASSET_ID = 3;
        /// `owner_player_id`
        const OWNER_PLAYER_ID = 4;
        /// `what_we_call_you`
        const WHAT_WE_CALL_YOU = 5;
    }
}

fields! {
    pub enum MobileField for Mobile, MobileColumns {
        MobileType: MobileType = mobile_type => MOBILE_TYPE,
        Owner: Option<MobileOwnerKey> = owner => owner [OWNER_MOBILE_ID, OWNER_PLAYER_ID],
        WhatWeCallYou: String = what_we_call_you => WHAT_WE_CALL_YOU,
    }
}

views!(Mobile, MobileRef, MobileMut);

impl Mobile {
    // Positions of the foreign keys in `INFO`.
    const OWNER_MOBILE_ID: usize = 0;
    const OWNER_PLAYER_ID: usize = 1;
}

impl Row for Mobile {
    type Tables = Tables;

    const TABLE: TableId = TableId(1);
    const INFO: &'static TableInfo = &TableInfo {
        name: "mobiles",
        id: "id",
        columns: &[
            "mobile_type",
            "owner_mobile_id",
            "owner_item_id",
            "owner_asset_id",
            "owner_player_id",
            "what_we_call_you",
        ],
        foreign_keys: &[
            ForeignKey::to(1, Mobile::TABLE).cascade().owner(),
            ForeignKey::to(4, Player::TABLE).cascade().unique().owner(),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: MobileColumns = MobileColumns::empty();
    const INDEXED: MobileColumns =
        MobileColumns::OWNER_MOBILE_ID.union(MobileColumns::OWNER_PLAYER_ID);
    const CHECKED: MobileColumns = MobileColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::OWNER_MOBILE_ID => self.owner?.as_mobile().map(Key::raw),
            Self::OWNER_PLAYER_ID => self.owner?.as_player().map(Key::raw),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => self.mobile_type.into(),
            1 => owner_value(self.owner, 0, Some(Mobile::TABLE), tables),
            4 => owner_value(self.owner, 1, Some(Player::TABLE), tables),
            5 => self.what_we_call_you.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        row.unused(2)?;
        row.unused(3)?;
        Ok(Self {
            mobile_type: row.read(0)?,
            owner: row.owner(&[(1, Some(Mobile::TABLE)), (4, Some(Player::TABLE))])?,
            what_we_call_you: row.read(5)?,
        })
    }
}

impl Standalone for Mobile {}

owner_enum! {
    /// The owner of a [`Mobile`].
    pub enum MobileOwnerKey {
        /// `owner_mobile_id`
        0 => Mobile(MobileKey) { is_mobile, as_mobile, from },
        /// `owner_player_id`
        1 => Player(PlayerKey) { is_player, as_player, from },
    }
}

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

impl MobileMut<'_> {
    /// Sets [`Mobile::mobile_type`].
    #[inline]
    pub fn set_mobile_type(&mut self, mobile_type: MobileType) {
        self.0.put(MobileField::MobileType(mobile_type));
    }

    /// Sets [`Mobile::owner`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the owner is not there,
    /// [`Error::NotUnique`] when the player has a mobile already,
    /// [`Error::OwnsItself`] for an owner that the mobile owns.
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
    /// [`Error::NotTheOwner`] when it is not this mobile's; nothing was changed then.
    pub fn remove_attribute(&mut self, attribute: AttributeKey) -> Result<(), Error> {
        self.0.remove_owned(attribute)
    }

    /// Replaces this mobile's attributes by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`Error::AlreadyOwned`] for the key of somebody else's attribute; nothing was changed then.
    pub fn set_attributes(
        &mut self,
        attributes: impl IntoIterator<Item = impl Into<NewOrKept<Attribute>>>,
    ) -> Result<Vec<AttributeKey>, Error> {
        self.0.set_owned(attributes)
    }

    /// Gives an attribute of this mobile to somebody else: one UPDATE of `attribute_owners`.
    ///
    /// # Errors
    /// [`Error::NotTheOwner`] when it is not this mobile's; nothing was changed then.
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
    /// [`Error::NotTheOwner`] when it is not this mobile's; nothing was changed then.
    pub fn remove_inventory(&mut self, inventory: InventoryKey) -> Result<(), Error> {
        self.0.remove_owned(inventory)
    }

    /// Replaces this mobile's inventories by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`Error::AlreadyOwned`] for the key of somebody else's inventory; nothing was changed then.
    pub fn set_inventories(
        &mut self,
        inventories: impl IntoIterator<Item = impl Into<NewOrKept<Inventory>>>,
    ) -> Result<Vec<InventoryKey>, Error> {
        self.0.set_owned(inventories)
    }

    /// Gives an inventory of this mobile to somebody else: one UPDATE of `inventory_owners`.
    ///
    /// # Errors
    /// [`Error::NotTheOwner`] when it is not this mobile's; nothing was changed then.
    pub fn give_inventory(
        &mut self,
        inventory: InventoryKey,
        to: impl Into<InventoryOwnerKey>,
    ) -> Result<(), Error> {
        self.0.give(inventory, to)
    }
}

/// Handle of a row of `items` in memory.
pub type ItemKey = Key<Item>;
/// `items.id`
pub type ItemId = Id<Item>;

/// A kind of thing in the catalogue: what an inventory entry is a quantity of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// `internal_name TEXT NOT NULL UNIQUE`
    pub internal_name: String,
    /// Units in one full stack; unlimited without a value.
    pub max_stack_size: Option<i64>,
    /// `item_type TEXT NOT NULL CHECK (item_type IN ('VIRTUAL', 'CONTAINER', 'WEAPON', 'RAWMATERIAL', 'REFINEDMATERIAL', 'BLUEPRINT'))`
    pub item_type: ItemType,
    /// `blueprint_id INTEGER REFERENCES item_blueprints (id) ON DELETE SET NULL`
    pub blueprint: Option<ItemBlueprintKey>,
}

columns! {
    /// Columns of `items`.
    pub struct ItemColumns: u8 {
        /// `internal_name`
        const INTERNAL_NAME = 0;
        /// `max_stack_size`
        const MAX_STACK_SIZE = 1;
        /// `item_type`
        const ITEM_TYPE = 2;
        /// `blueprint_id`
        const BLUEPRINT_ID = 3;
    }
}

fields! {
    pub enum ItemField for Item, ItemColumns {
        InternalName: String = internal_name => INTERNAL_NAME,
        MaxStackSize: Option<i64> = max_stack_size => MAX_STACK_SIZE,
        ItemType: ItemType = item_type => ITEM_TYPE,
        Blueprint: Option<ItemBlueprintKey> = blueprint => BLUEPRINT_ID,
    }
}

views!(Item, ItemRef, ItemMut);

impl Item {
    // Positions of the foreign keys in `INFO`.
    const BLUEPRINT_ID: usize = 0;
}

impl Row for Item {
    type Tables = Tables;

    const TABLE: TableId = TableId(2);
    const INFO: &'static TableInfo = &TableInfo {
        name: "items",
        id: "id",
        columns: &[
            "internal_name",
            "max_stack_size",
            "item_type",
            "blueprint_id",
        ],
        foreign_keys: &[ForeignKey::to(3, ItemBlueprint::TABLE).set_null()],
        indexes: &[IndexInfo::unique(&[0])],
        checks: &[Check::new(
            "max_stack_size > 0",
            Operand::Column(1),
            Comparison::Greater,
            Operand::Integer(0),
        )],
        kind: TableKind::Entity,
    };
    const REALS: ItemColumns = ItemColumns::empty();
    const INDEXED: ItemColumns = ItemColumns::INTERNAL_NAME.union(ItemColumns::BLUEPRINT_ID);
    const CHECKED: ItemColumns = ItemColumns::MAX_STACK_SIZE;

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::BLUEPRINT_ID => self.blueprint.map(Key::raw),
            _ => None,
        }
    }

    fn orphaned(foreign_key: usize) -> Option<ItemField> {
        match foreign_key {
            Self::BLUEPRINT_ID => Some(ItemField::Blueprint(None)),
            _ => None,
        }
    }

    fn index_hash(&self, index: usize, hasher: &IndexHasher<'_>) -> Option<u64> {
        match index {
            0 => Some(hasher.hash(self.internal_name.as_str())),
            _ => None,
        }
    }

    fn index_eq(&self, other: &Self, index: usize) -> bool {
        match index {
            0 => self.internal_name == other.internal_name,
            _ => false,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => self.internal_name.as_str().into(),
            1 => self.max_stack_size.into(),
            2 => self.item_type.into(),
            3 => id_of_optional(tables, self.blueprint),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            internal_name: row.read(0)?,
            max_stack_size: row.read(1)?,
            item_type: row.read(2)?,
            blueprint: row.optional_key(3)?,
        })
    }
}

impl Standalone for Item {}

impl Item {
    /// The items whose `blueprint_id` is this item blueprint, in order of their ids. O(1).
    pub fn find_by_blueprint(world: &World, blueprint: ItemBlueprintKey) -> Rows<'_, Item> {
        world.items.children(Self::BLUEPRINT_ID, blueprint.raw())
    }

    /// The item with this `internal_name`. O(1).
    pub fn find_by_internal_name<'w>(world: &'w World, internal_name: &str) -> Option<ItemRef<'w>> {
        let (key, _) = world
            .items
            .find(0, internal_name, |row| row.internal_name == internal_name)
            .next()?;
        world.get(key).ok()
    }
}

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

impl ItemMut<'_> {
    /// Sets [`Item::internal_name`].
    ///
    /// # Errors
    /// [`Error::NotUnique`] when another item has it.
    #[inline]
    pub fn set_internal_name(&mut self, internal_name: impl Into<String>) -> Result<(), Error> {
        self.0.set(ItemField::InternalName(internal_name.into()))
    }

    /// Sets [`Item::max_stack_size`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `max_stack_size > 0`.
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
    /// [`Error::NoSuchRow`] when the item blueprint is not there.
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
    /// [`Error::NotTheOwner`] when it is not this item's; nothing was changed then.
    pub fn remove_attribute(&mut self, attribute: AttributeKey) -> Result<(), Error> {
        self.0.remove_owned(attribute)
    }

    /// Replaces this item's attributes by these: new ones, and keys of those that it keeps. All or nothing.
    ///
    /// # Errors
    /// [`Error::AlreadyOwned`] for the key of somebody else's attribute; nothing was changed then.
    pub fn set_attributes(
        &mut self,
        attributes: impl IntoIterator<Item = impl Into<NewOrKept<Attribute>>>,
    ) -> Result<Vec<AttributeKey>, Error> {
        self.0.set_owned(attributes)
    }

    /// Gives an attribute of this item to somebody else: one UPDATE of `attribute_owners`.
    ///
    /// # Errors
    /// [`Error::NotTheOwner`] when it is not this item's; nothing was changed then.
    pub fn give_attribute(
        &mut self,
        attribute: AttributeKey,
        to: impl Into<AttributeOwnerKey>,
    ) -> Result<(), Error> {
        self.0.give(attribute, to)
    }
}

/// Handle of a row of `attributes` in memory.
pub type AttributeKey = Key<Attribute>;
/// `attributes.id`
pub type AttributeId = Id<Attribute>;

/// A named property of a player, a mobile, an item or an asset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attribute {
    /// `internal_name TEXT NOT NULL`
    pub internal_name: EcoString,
    /// `visible INTEGER NOT NULL CHECK (visible IN (0, 1))`
    pub visible: bool,
    /// `attribute_type TEXT NOT NULL CHECK (attribute_type IN ('TRANSLATED_NAME', 'TRANSLATED_SHORT_DESCRIPTION', 'TRANSLATED_LONG_DESCRIPTION', 'TRANSLATED_ASSET', 'UNTRANSLATED_ASSET', 'QUANTITY', 'GALACTIC_POSITION', 'SOLAR_POSITION', 'GLOBAL_POSITION', 'LOCAL_POSITION', 'SIZE', 'ITEM', 'PURITY', 'VOLUME', 'STRENGTH', 'LUCK', 'CONSTITUTION', 'DEXTERITY', 'ARCANA', 'OPERATIONS', 'BLUEPRINT_ITEM_ID'))`
    pub attribute_type: AttributeType,
    /// `bool_value`, `double_value`, `vector3_x`, `vector3_y`, `vector3_z`, `asset_id`: one value.
    pub value: AttributeValue,
}

columns! {
    /// Columns of `attributes`.
    pub struct AttributeColumns: u16 {
        /// `internal_name`
        const INTERNAL_NAME = 0;
        /// `visible`
        const VISIBLE = 1;
        /// `attribute_type`
        const ATTRIBUTE_TYPE = 2;
        /// `bool_value`
        const BOOL_VALUE = 3;
        /// `double_value`
        const DOUBLE_VALUE = 4;
        /// `vector3_x`
        const VECTOR3_X = 5;
        /// `vector3_y`
        const VECTOR3_Y = 6;
        /// `vector3_z`
        const VECTOR3_Z = 7;
        /// `asset_id`
        const ASSET_ID = 8;
    }
}

fields! {
    pub enum AttributeField for Attribute, AttributeColumns {
        InternalName: EcoString = internal_name => INTERNAL_NAME,
        Visible: bool = visible => VISIBLE,
        AttributeType: AttributeType = attribute_type => ATTRIBUTE_TYPE,
        Value: AttributeValue = value => union [BOOL_VALUE, DOUBLE_VALUE, VECTOR3_X, VECTOR3_Y, VECTOR3_Z, ASSET_ID],
    }
}

views!(Attribute, AttributeRef, AttributeMut);

impl Row for Attribute {
    type Tables = Tables;

    const TABLE: TableId = TableId(3);
    const INFO: &'static TableInfo = &TableInfo {
        name: "attributes",
        id: "id",
        columns: &[
            "internal_name",
            "visible",
            "attribute_type",
            "bool_value",
            "double_value",
            "vector3_x",
            "vector3_y",
            "vector3_z",
            "asset_id",
        ],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Owned {
            pivot: AttributeOwner::TABLE,
        },
    };
    const REALS: AttributeColumns = AttributeColumns::DOUBLE_VALUE
        .union(AttributeColumns::VECTOR3_X)
        .union(AttributeColumns::VECTOR3_Y)
        .union(AttributeColumns::VECTOR3_Z);
    const INDEXED: AttributeColumns = AttributeColumns::empty();
    const CHECKED: AttributeColumns = AttributeColumns::empty();

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.internal_name.as_str().into(),
            1 => self.visible.into(),
            2 => self.attribute_type.into(),
            3..9 => self.value.part(column - 3),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            internal_name: row.read(0)?,
            visible: row.read(1)?,
            attribute_type: row.read(2)?,
            value: row.union(&[3, 4, 5, 6, 7, 8])?,
        })
    }
}

impl Owned for Attribute {
    type Pivot = AttributeOwner;
}

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
    /// [`Error::NotANumber`] for NaN.
    #[inline]
    pub fn set_value(&mut self, value: AttributeValue) -> Result<(), Error> {
        self.0.set(AttributeField::Value(value))
    }
}

/// `attribute_owners.id`
pub type AttributeOwnerId = Id<AttributeOwner>;

/// Says who owns an attribute: exactly one mobile, item, asset or player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributeOwner {
    /// `attribute_owners.id`
    pub id: AttributeOwnerId,
    /// The attribute that is owned: `attribute_id`.
    pub attribute: AttributeKey,
    /// Who owns it.
    pub owner: AttributeOwnerKey,
}

impl AttributeOwner {
    /// Whether a mobile owns it.
    #[must_use]
    pub const fn is_mobile(&self) -> bool {
        self.owner.is_mobile()
    }

    /// Whether an item owns it.
    #[must_use]
    pub const fn is_item(&self) -> bool {
        self.owner.is_item()
    }

    /// Whether an asset owns it.
    #[must_use]
    pub const fn is_asset(&self) -> bool {
        self.owner.is_asset()
    }

    /// Whether a player owns it.
    #[must_use]
    pub const fn is_player(&self) -> bool {
        self.owner.is_player()
    }
}

owner_enum! {
    /// Who owns an [`Attribute`].
    pub enum AttributeOwnerKey {
        /// `mobile_id`
        0 => Mobile(MobileKey) { is_mobile, as_mobile, from },
        /// `item_id`
        1 => Item(ItemKey) { is_item, as_item, from },
        /// `asset_id`
        2 => Asset(i64) { is_asset, as_asset },
        /// `player_id`
        3 => Player(PlayerKey) { is_player, as_player, from },
    }
}

impl PivotRow for AttributeOwner {
    type Tables = Tables;
    type Owned = Attribute;
    type Owner = AttributeOwnerKey;

    const TABLE: TableId = TableId(4);
    const INFO: &'static TableInfo = &TableInfo {
        name: "attribute_owners",
        id: "id",
        columns: &[
            "attribute_id",
            "mobile_id",
            "item_id",
            "asset_id",
            "player_id",
        ],
        foreign_keys: &[
            ForeignKey::to(0, Attribute::TABLE).cascade().unique(),
            ForeignKey::to(1, Mobile::TABLE).cascade(),
            ForeignKey::to(2, Item::TABLE).cascade(),
            ForeignKey::arm(3),
            ForeignKey::to(4, Player::TABLE).cascade(),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Pivot {
            owned: Attribute::TABLE,
        },
    };

    #[inline]
    fn new(id: AttributeOwnerId, attribute: AttributeKey, owner: AttributeOwnerKey) -> Self {
        Self {
            id,
            attribute,
            owner,
        }
    }

    #[inline]
    fn owned(&self) -> AttributeKey {
        self.attribute
    }
}

/// Handle of a row of `inventories` in memory.
pub type InventoryKey = Key<Inventory>;
/// `inventories.id`
pub type InventoryId = Id<Inventory>;

/// A bag, a hold, a chest: a place for entries, with limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Inventory {
    /// Id of the owner it was made for; whose it is now stands in inventory_owners.
    pub owner_id: i64,
    /// Table of the owner it was made for.
    pub owner_type: Option<String>,
    /// `max_entries INTEGER NOT NULL CHECK (max_entries >= 0)`
    pub max_entries: i64,
    /// `max_volume REAL NOT NULL CHECK (max_volume >= 0)`
    pub max_volume: f64,
    /// `last_calculated_volume REAL DEFAULT 0.0`
    pub last_calculated_volume: Option<f64>,
}

impl Default for Inventory {
    fn default() -> Self {
        Self {
            owner_id: 0,
            owner_type: None,
            max_entries: 0,
            max_volume: 0.0,
            last_calculated_volume: Some(0.0),
        }
    }
}

columns! {
    /// Columns of `inventories`.
    pub struct InventoryColumns: u8 {
        /// `owner_id`
        const OWNER_ID = 0;
        /// `owner_type`
        const OWNER_TYPE = 1;
        /// `max_entries`
        const MAX_ENTRIES = 2;
        /// `max_volume`
        const MAX_VOLUME = 3;
        /// `last_calculated_volume`
        const LAST_CALCULATED_VOLUME = 4;
    }
}

fields! {
    pub enum InventoryField for Inventory, InventoryColumns {
        OwnerId: i64 = owner_id => OWNER_ID,
        OwnerType: Option<String> = owner_type => OWNER_TYPE,
        MaxEntries: i64 = max_entries => MAX_ENTRIES,
        MaxVolume: f64 = max_volume => MAX_VOLUME,
        LastCalculatedVolume: Option<f64> = last_calculated_volume => LAST_CALCULATED_VOLUME,
    }
}

views!(Inventory, InventoryRef, InventoryMut);

impl Row for Inventory {
    type Tables = Tables;

    const TABLE: TableId = TableId(5);
    const INFO: &'static TableInfo = &TableInfo {
        name: "inventories",
        id: "id",
        columns: &[
            "owner_id",
            "owner_type",
            "max_entries",
            "max_volume",
            "last_calculated_volume",
        ],
        foreign_keys: &[],
        indexes: &[],
        checks: &[
            Check::new(
                "max_entries >= 0",
                Operand::Column(2),
                Comparison::GreaterOrEqual,
                Operand::Integer(0),
            ),
            Check::new(
                "max_volume >= 0",
                Operand::Column(3),
                Comparison::GreaterOrEqual,
                Operand::Integer(0),
            ),
        ],
        kind: TableKind::Owned {
            pivot: InventoryOwner::TABLE,
        },
    };
    const REALS: InventoryColumns =
        InventoryColumns::MAX_VOLUME.union(InventoryColumns::LAST_CALCULATED_VOLUME);
    const INDEXED: InventoryColumns = InventoryColumns::empty();
    const CHECKED: InventoryColumns =
        InventoryColumns::MAX_ENTRIES.union(InventoryColumns::MAX_VOLUME);

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.owner_id.into(),
            1 => self.owner_type.as_deref().into(),
            2 => self.max_entries.into(),
            3 => self.max_volume.into(),
            4 => self.last_calculated_volume.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            owner_id: row.read(0)?,
            owner_type: row.read(1)?,
            max_entries: row.read(2)?,
            max_volume: row.read(3)?,
            last_calculated_volume: row.read(4)?,
        })
    }
}

impl Owned for Inventory {
    type Pivot = InventoryOwner;
}

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
    /// [`Error::CheckFailed`] unless `max_entries >= 0`.
    #[inline]
    pub fn set_max_entries(&mut self, max_entries: i64) -> Result<(), Error> {
        self.0.set(InventoryField::MaxEntries(max_entries))
    }

    /// Sets [`Inventory::max_volume`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN,
    /// [`Error::CheckFailed`] unless `max_volume >= 0`.
    #[inline]
    pub fn set_max_volume(&mut self, max_volume: f64) -> Result<(), Error> {
        self.0.set(InventoryField::MaxVolume(max_volume))
    }

    /// Sets [`Inventory::last_calculated_volume`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN.
    #[inline]
    pub fn set_last_calculated_volume(
        &mut self,
        last_calculated_volume: Option<f64>,
    ) -> Result<(), Error> {
        self.0
            .set(InventoryField::LastCalculatedVolume(last_calculated_volume))
    }
}

/// Handle of a row of `inventory_entries` in memory.
pub type InventoryEntryKey = Key<InventoryEntry>;
/// `inventory_entries.id`
pub type InventoryEntryId = Id<InventoryEntry>;

/// A quantity of one item in an inventory: one stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InventoryEntry {
    /// `inventory_id INTEGER NOT NULL REFERENCES inventories (id) ON DELETE CASCADE`
    pub inventory: InventoryKey,
    /// `item_id INTEGER NOT NULL REFERENCES items (id)`
    pub item: ItemKey,
    /// `quantity REAL NOT NULL CHECK (quantity >= 0)`
    pub quantity: f64,
    /// `is_max_stacked INTEGER NOT NULL DEFAULT 0 CHECK (is_max_stacked IN (0, 1))`
    pub is_max_stacked: bool,
    /// `mobile_item_id INTEGER REFERENCES mobile_items (id) ON DELETE SET NULL`
    pub mobile_item: Option<MobileItemKey>,
}

columns! {
    /// Columns of `inventory_entries`.
    pub struct InventoryEntryColumns: u8 {
        /// `inventory_id`
        const INVENTORY_ID = 0;
        /// `item_id`
        const ITEM_ID = 1;
        /// `quantity`
        const QUANTITY = 2;
        /// `is_max_stacked`
        const IS_MAX_STACKED = 3;
        /// `mobile_item_id`
        const MOBILE_ITEM_ID = 4;
    }
}

fields! {
    pub enum InventoryEntryField for InventoryEntry, InventoryEntryColumns {
        Inventory: InventoryKey = inventory => INVENTORY_ID,
        Item: ItemKey = item => ITEM_ID,
        Quantity: f64 = quantity => QUANTITY,
        IsMaxStacked: bool = is_max_stacked => IS_MAX_STACKED,
        MobileItem: Option<MobileItemKey> = mobile_item => MOBILE_ITEM_ID,
    }
}

views!(InventoryEntry, InventoryEntryRef, InventoryEntryMut);

impl InventoryEntry {
    // Positions of the foreign keys in `INFO`.
    const INVENTORY_ID: usize = 0;
    const ITEM_ID: usize = 1;
    const MOBILE_ITEM_ID: usize = 2;
}

impl Row for InventoryEntry {
    type Tables = Tables;

    const TABLE: TableId = TableId(6);
    const INFO: &'static TableInfo = &TableInfo {
        name: "inventory_entries",
        id: "id",
        columns: &[
            "inventory_id",
            "item_id",
            "quantity",
            "is_max_stacked",
            "mobile_item_id",
        ],
        foreign_keys: &[
            ForeignKey::to(0, Inventory::TABLE).cascade(),
            ForeignKey::to(1, Item::TABLE),
            ForeignKey::to(4, MobileItem::TABLE).set_null(),
        ],
        indexes: &[],
        checks: &[Check::new(
            "quantity >= 0",
            Operand::Column(2),
            Comparison::GreaterOrEqual,
            Operand::Integer(0),
        )],
        kind: TableKind::Entity,
    };
    const REALS: InventoryEntryColumns = InventoryEntryColumns::QUANTITY;
    const INDEXED: InventoryEntryColumns = InventoryEntryColumns::INVENTORY_ID
        .union(InventoryEntryColumns::ITEM_ID)
        .union(InventoryEntryColumns::MOBILE_ITEM_ID);
    const CHECKED: InventoryEntryColumns = InventoryEntryColumns::QUANTITY;

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::INVENTORY_ID => Some(self.inventory.raw()),
            Self::ITEM_ID => Some(self.item.raw()),
            Self::MOBILE_ITEM_ID => self.mobile_item.map(Key::raw),
            _ => None,
        }
    }

    fn orphaned(foreign_key: usize) -> Option<InventoryEntryField> {
        match foreign_key {
            Self::MOBILE_ITEM_ID => Some(InventoryEntryField::MobileItem(None)),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.inventory),
            1 => id_of(tables, self.item),
            2 => self.quantity.into(),
            3 => self.is_max_stacked.into(),
            4 => id_of_optional(tables, self.mobile_item),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            inventory: row.key(0)?,
            item: row.key(1)?,
            quantity: row.read(2)?,
            is_max_stacked: row.read(3)?,
            mobile_item: row.optional_key(4)?,
        })
    }
}

impl Standalone for InventoryEntry {}

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

impl InventoryEntryMut<'_> {
    /// Sets [`InventoryEntry::inventory`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the inventory is not there.
    #[inline]
    pub fn set_inventory(&mut self, inventory: InventoryKey) -> Result<(), Error> {
        self.0.set(InventoryEntryField::Inventory(inventory))
    }

    /// Sets [`InventoryEntry::item`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the item is not there.
    #[inline]
    pub fn set_item(&mut self, item: ItemKey) -> Result<(), Error> {
        self.0.set(InventoryEntryField::Item(item))
    }

    /// Sets [`InventoryEntry::quantity`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN,
    /// [`Error::CheckFailed`] unless `quantity >= 0`.
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
    /// [`Error::NoSuchRow`] when the mobile item is not there.
    #[inline]
    pub fn set_mobile_item(&mut self, mobile_item: Option<MobileItemKey>) -> Result<(), Error> {
        self.0.set(InventoryEntryField::MobileItem(mobile_item))
    }
}

/// `inventory_owners.id`
pub type InventoryOwnerId = Id<InventoryOwner>;

/// Says who owns an inventory: exactly one mobile, item or player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InventoryOwner {
    /// `inventory_owners.id`
    pub id: InventoryOwnerId,
    /// The inventory that is owned: `inventory_id`.
    pub inventory: InventoryKey,
    /// Who owns it.
    pub owner: InventoryOwnerKey,
}

impl InventoryOwner {
    /// Whether a mobile owns it.
    #[must_use]
    pub const fn is_mobile(&self) -> bool {
        self.owner.is_mobile()
    }

    /// Whether an item owns it.
    #[must_use]
    pub const fn is_item(&self) -> bool {
        self.owner.is_item()
    }

    /// Whether a player owns it.
    #[must_use]
    pub const fn is_player(&self) -> bool {
        self.owner.is_player()
    }
}

owner_enum! {
    /// Who owns an [`Inventory`].
    pub enum InventoryOwnerKey {
        /// `mobile_id`
        0 => Mobile(MobileKey) { is_mobile, as_mobile, from },
        /// `item_id`
        1 => Item(ItemKey) { is_item, as_item },
        /// `player_id`
        2 => Player(PlayerKey) { is_player, as_player, from },
    }
}

impl PivotRow for InventoryOwner {
    type Tables = Tables;
    type Owned = Inventory;
    type Owner = InventoryOwnerKey;

    const TABLE: TableId = TableId(7);
    const INFO: &'static TableInfo = &TableInfo {
        name: "inventory_owners",
        id: "id",
        columns: &[
            "inventory_id",
            "mobile_id",
            "item_id",
            "asset_id",
            "player_id",
        ],
        foreign_keys: &[
            ForeignKey::to(0, Inventory::TABLE).cascade().unique(),
            ForeignKey::to(1, Mobile::TABLE).cascade(),
            ForeignKey::to(2, Item::TABLE).cascade(),
            ForeignKey::to(4, Player::TABLE).cascade(),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Pivot {
            owned: Inventory::TABLE,
        },
    };

    #[inline]
    fn new(id: InventoryOwnerId, inventory: InventoryKey, owner: InventoryOwnerKey) -> Self {
        Self {
            id,
            inventory,
            owner,
        }
    }

    #[inline]
    fn owned(&self) -> InventoryKey {
        self.inventory
    }
}

/// Handle of a row of `item_blueprints` in memory.
pub type ItemBlueprintKey = Key<ItemBlueprint>;
/// `item_blueprints.id`
pub type ItemBlueprintId = Id<ItemBlueprint>;

/// How an item is made: a time in the oven, and components.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemBlueprint {
    /// `bake_time_ms INTEGER NOT NULL CHECK (bake_time_ms >= 0)`
    pub bake_time_ms: i64,
}

columns! {
    /// Columns of `item_blueprints`.
    pub struct ItemBlueprintColumns: u8 {
        /// `bake_time_ms`
        const BAKE_TIME_MS = 0;
    }
}

fields! {
    pub enum ItemBlueprintField for ItemBlueprint, ItemBlueprintColumns {
        BakeTimeMs: i64 = bake_time_ms => BAKE_TIME_MS,
    }
}

views!(ItemBlueprint, ItemBlueprintRef, ItemBlueprintMut);

impl Row for ItemBlueprint {
    type Tables = Tables;

    const TABLE: TableId = TableId(8);
    const INFO: &'static TableInfo = &TableInfo {
        name: "item_blueprints",
        id: "id",
        columns: &["bake_time_ms"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[Check::new(
            "bake_time_ms >= 0",
            Operand::Column(0),
            Comparison::GreaterOrEqual,
            Operand::Integer(0),
        )],
        kind: TableKind::Entity,
    };
    const REALS: ItemBlueprintColumns = ItemBlueprintColumns::empty();
    const INDEXED: ItemBlueprintColumns = ItemBlueprintColumns::empty();
    const CHECKED: ItemBlueprintColumns = ItemBlueprintColumns::BAKE_TIME_MS;

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.bake_time_ms.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            bake_time_ms: row.read(0)?,
        })
    }
}

impl Standalone for ItemBlueprint {}

impl<'w> ItemBlueprintRef<'w> {
    /// The items whose `blueprint_id` names this item blueprint, in order of their ids. O(1).
    pub fn items(self) -> Rows<'w, Item> {
        self.0.children(Item::BLUEPRINT_ID)
    }

    /// The item blueprint components whose `item_blueprint_id` names this item blueprint, in order of their ids. O(1).
    pub fn item_blueprint_components(self) -> Rows<'w, ItemBlueprintComponent> {
        self.0.children(ItemBlueprintComponent::ITEM_BLUEPRINT_ID)
    }
}

impl ItemBlueprintMut<'_> {
    /// Sets [`ItemBlueprint::bake_time_ms`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `bake_time_ms >= 0`.
    #[inline]
    pub fn set_bake_time_ms(&mut self, bake_time_ms: i64) -> Result<(), Error> {
        self.0.set(ItemBlueprintField::BakeTimeMs(bake_time_ms))
    }
}

/// Handle of a row of `item_blueprint_components` in memory.
pub type ItemBlueprintComponentKey = Key<ItemBlueprintComponent>;
/// `item_blueprint_components.id`
pub type ItemBlueprintComponentId = Id<ItemBlueprintComponent>;

/// One ingredient of a blueprint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemBlueprintComponent {
    /// `item_blueprint_id INTEGER NOT NULL REFERENCES item_blueprints (id) ON DELETE CASCADE`
    pub item_blueprint: ItemBlueprintKey,
    /// `component_item_id INTEGER NOT NULL REFERENCES items (id)`
    pub component_item: ItemKey,
    /// Units of the component in one unit of the product.
    pub ratio: f64,
}

columns! {
    /// Columns of `item_blueprint_components`.
    pub struct ItemBlueprintComponentColumns: u8 {
        /// `item_blueprint_id`
        const ITEM_BLUEPRINT_ID = 0;
        /// `component_item_id`
        const COMPONENT_ITEM_ID = 1;
        /// `ratio`
        const RATIO = 2;
    }
}

fields! {
    pub enum ItemBlueprintComponentField for ItemBlueprintComponent, ItemBlueprintComponentColumns {
        ItemBlueprint: ItemBlueprintKey = item_blueprint => ITEM_BLUEPRINT_ID,
        ComponentItem: ItemKey = component_item => COMPONENT_ITEM_ID,
        Ratio: f64 = ratio => RATIO,
    }
}

views!(
    ItemBlueprintComponent,
    ItemBlueprintComponentRef,
    ItemBlueprintComponentMut
);

impl ItemBlueprintComponent {
    // Positions of the foreign keys in `INFO`.
    const ITEM_BLUEPRINT_ID: usize = 0;
    const COMPONENT_ITEM_ID: usize = 1;
}

impl Row for ItemBlueprintComponent {
    type Tables = Tables;

    const TABLE: TableId = TableId(9);
    const INFO: &'static TableInfo = &TableInfo {
        name: "item_blueprint_components",
        id: "id",
        columns: &["item_blueprint_id", "component_item_id", "ratio"],
        foreign_keys: &[
            ForeignKey::to(0, ItemBlueprint::TABLE).cascade(),
            ForeignKey::to(1, Item::TABLE),
        ],
        indexes: &[],
        checks: &[Check::new(
            "ratio >= 0",
            Operand::Column(2),
            Comparison::GreaterOrEqual,
            Operand::Integer(0),
        )],
        kind: TableKind::Entity,
    };
    const REALS: ItemBlueprintComponentColumns = ItemBlueprintComponentColumns::RATIO;
    const INDEXED: ItemBlueprintComponentColumns = ItemBlueprintComponentColumns::ITEM_BLUEPRINT_ID
        .union(ItemBlueprintComponentColumns::COMPONENT_ITEM_ID);
    const CHECKED: ItemBlueprintComponentColumns = ItemBlueprintComponentColumns::RATIO;

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::ITEM_BLUEPRINT_ID => Some(self.item_blueprint.raw()),
            Self::COMPONENT_ITEM_ID => Some(self.component_item.raw()),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.item_blueprint),
            1 => id_of(tables, self.component_item),
            2 => self.ratio.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            item_blueprint: row.key(0)?,
            component_item: row.key(1)?,
            ratio: row.read(2)?,
        })
    }
}

impl Standalone for ItemBlueprintComponent {}

impl ItemBlueprintComponent {
    /// The item blueprint components whose `item_blueprint_id` is this item blueprint, in order of their ids. O(1).
    pub fn find_by_item_blueprint(
        world: &World,
        item_blueprint: ItemBlueprintKey,
    ) -> Rows<'_, ItemBlueprintComponent> {
        world
            .item_blueprint_components
            .children(Self::ITEM_BLUEPRINT_ID, item_blueprint.raw())
    }

    /// The item blueprint components whose `component_item_id` is this item, in order of their ids. O(1).
    pub fn find_by_component_item(
        world: &World,
        component_item: ItemKey,
    ) -> Rows<'_, ItemBlueprintComponent> {
        world
            .item_blueprint_components
            .children(Self::COMPONENT_ITEM_ID, component_item.raw())
    }
}

impl<'w> ItemBlueprintComponentRef<'w> {
    /// The item blueprint that `item_blueprint_id` names. O(1).
    #[inline]
    pub fn item_blueprint(self) -> ItemBlueprintRef<'w> {
        self.0.required_parent(self.item_blueprint)
    }

    /// The item that `component_item_id` names. O(1).
    #[inline]
    pub fn component_item(self) -> ItemRef<'w> {
        self.0.required_parent(self.component_item)
    }
}

impl ItemBlueprintComponentMut<'_> {
    /// Sets [`ItemBlueprintComponent::item_blueprint`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the item blueprint is not there.
    #[inline]
    pub fn set_item_blueprint(&mut self, item_blueprint: ItemBlueprintKey) -> Result<(), Error> {
        self.0
            .set(ItemBlueprintComponentField::ItemBlueprint(item_blueprint))
    }

    /// Sets [`ItemBlueprintComponent::component_item`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the item is not there.
    #[inline]
    pub fn set_component_item(&mut self, component_item: ItemKey) -> Result<(), Error> {
        self.0
            .set(ItemBlueprintComponentField::ComponentItem(component_item))
    }

    /// Sets [`ItemBlueprintComponent::ratio`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN,
    /// [`Error::CheckFailed`] unless `ratio >= 0`.
    #[inline]
    pub fn set_ratio(&mut self, ratio: f64) -> Result<(), Error> {
        self.0.set(ItemBlueprintComponentField::Ratio(ratio))
    }
}

/// Handle of a row of `mobile_items` in memory.
pub type MobileItemKey = Key<MobileItem>;
/// `mobile_items.id`
pub type MobileItemId = Id<MobileItem>;

/// An item that a mobile has made its own: renamed, engraved, improved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MobileItem {
    /// `mobile_id INTEGER NOT NULL REFERENCES mobiles (id) ON DELETE CASCADE`
    pub mobile: MobileKey,
    /// `internal_name TEXT NOT NULL`
    pub internal_name: String,
    /// `max_stack_size INTEGER`
    pub max_stack_size: Option<i64>,
    /// `item_type TEXT NOT NULL CHECK (item_type IN ('VIRTUAL', 'CONTAINER', 'WEAPON', 'RAWMATERIAL', 'REFINEDMATERIAL', 'BLUEPRINT'))`
    pub item_type: ItemType,
    /// `blueprint_id INTEGER REFERENCES mobile_item_blueprints (id) ON DELETE SET NULL`
    pub blueprint: Option<MobileItemBlueprintKey>,
    /// `item_id INTEGER NOT NULL REFERENCES items (id)`
    pub item: ItemKey,
}

columns! {
    /// Columns of `mobile_items`.
    pub struct MobileItemColumns: u8 {
        /// `mobile_id`
        const MOBILE_ID = 0;
        /// `internal_name`
        const INTERNAL_NAME = 1;
        /// `max_stack_size`
        const MAX_STACK_SIZE = 2;
        /// `item_type`
        const ITEM_TYPE = 3;
        /// `blueprint_id`
        const BLUEPRINT_ID = 4;
        /// `item_id`
        const ITEM_ID = 5;
    }
}

fields! {
    pub enum MobileItemField for MobileItem, MobileItemColumns {
        Mobile: MobileKey = mobile => MOBILE_ID,
        InternalName: String = internal_name => INTERNAL_NAME,
        MaxStackSize: Option<i64> = max_stack_size => MAX_STACK_SIZE,
        ItemType: ItemType = item_type => ITEM_TYPE,
        Blueprint: Option<MobileItemBlueprintKey> = blueprint => BLUEPRINT_ID,
        Item: ItemKey = item => ITEM_ID,
    }
}

views!(MobileItem, MobileItemRef, MobileItemMut);

impl MobileItem {
    // Positions of the foreign keys in `INFO`.
    const MOBILE_ID: usize = 0;
    const BLUEPRINT_ID: usize = 1;
    const ITEM_ID: usize = 2;
}

impl Row for MobileItem {
    type Tables = Tables;

    const TABLE: TableId = TableId(10);
    const INFO: &'static TableInfo = &TableInfo {
        name: "mobile_items",
        id: "id",
        columns: &[
            "mobile_id",
            "internal_name",
            "max_stack_size",
            "item_type",
            "blueprint_id",
            "item_id",
        ],
        foreign_keys: &[
            ForeignKey::to(0, Mobile::TABLE).cascade(),
            ForeignKey::to(4, MobileItemBlueprint::TABLE).set_null(),
            ForeignKey::to(5, Item::TABLE),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: MobileItemColumns = MobileItemColumns::empty();
    const INDEXED: MobileItemColumns = MobileItemColumns::MOBILE_ID
        .union(MobileItemColumns::BLUEPRINT_ID)
        .union(MobileItemColumns::ITEM_ID);
    const CHECKED: MobileItemColumns = MobileItemColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::MOBILE_ID => Some(self.mobile.raw()),
            Self::BLUEPRINT_ID => self.blueprint.map(Key::raw),
            Self::ITEM_ID => Some(self.item.raw()),
            _ => None,
        }
    }

    fn orphaned(foreign_key: usize) -> Option<MobileItemField> {
        match foreign_key {
            Self::BLUEPRINT_ID => Some(MobileItemField::Blueprint(None)),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.mobile),
            1 => self.internal_name.as_str().into(),
            2 => self.max_stack_size.into(),
            3 => self.item_type.into(),
            4 => id_of_optional(tables, self.blueprint),
            5 => id_of(tables, self.item),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            mobile: row.key(0)?,
            internal_name: row.read(1)?,
            max_stack_size: row.read(2)?,
            item_type: row.read(3)?,
            blueprint: row.optional_key(4)?,
            item: row.key(5)?,
        })
    }
}

impl Standalone for MobileItem {}

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

impl MobileItemMut<'_> {
    /// Sets [`MobileItem::mobile`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the mobile is not there.
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
    /// [`Error::NoSuchRow`] when the mobile item blueprint is not there.
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
    /// [`Error::NoSuchRow`] when the item is not there.
    #[inline]
    pub fn set_item(&mut self, item: ItemKey) -> Result<(), Error> {
        self.0.set(MobileItemField::Item(item))
    }
}

/// Handle of a row of `mobile_item_attributes` in memory.
pub type MobileItemAttributeKey = Key<MobileItemAttribute>;
/// `mobile_item_attributes.id`
pub type MobileItemAttributeId = Id<MobileItemAttribute>;

/// A named property of a mobile's own item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MobileItemAttribute {
    /// `mobile_item_id INTEGER NOT NULL REFERENCES mobile_items (id) ON DELETE CASCADE`
    pub mobile_item: MobileItemKey,
    /// `internal_name TEXT NOT NULL`
    pub internal_name: EcoString,
    /// `visible INTEGER NOT NULL CHECK (visible IN (0, 1))`
    pub visible: bool,
    /// `attribute_type TEXT NOT NULL CHECK (attribute_type IN ('TRANSLATED_NAME', 'TRANSLATED_SHORT_DESCRIPTION', 'TRANSLATED_LONG_DESCRIPTION', 'TRANSLATED_ASSET', 'UNTRANSLATED_ASSET', 'QUANTITY', 'GALACTIC_POSITION', 'SOLAR_POSITION', 'GLOBAL_POSITION', 'LOCAL_POSITION', 'SIZE', 'ITEM', 'PURITY', 'VOLUME', 'STRENGTH', 'LUCK', 'CONSTITUTION', 'DEXTERITY', 'ARCANA', 'OPERATIONS', 'BLUEPRINT_ITEM_ID'))`
    pub attribute_type: AttributeType,
    /// `bool_value`, `double_value`, `vector3_x`, `vector3_y`, `vector3_z`, `asset_id`: one value.
    pub value: AttributeValue,
}

columns! {
    /// Columns of `mobile_item_attributes`.
    pub struct MobileItemAttributeColumns: u16 {
        /// `mobile_item_id`
        const MOBILE_ITEM_ID = 0;
        /// `internal_name`
        const INTERNAL_NAME = 1;
        /// `visible`
        const VISIBLE = 2;
        /// `attribute_type`
        const ATTRIBUTE_TYPE = 3;
        /// `bool_value`
        const BOOL_VALUE = 4;
        /// `double_value`
        const DOUBLE_VALUE = 5;
        /// `vector3_x`
        const VECTOR3_X = 6;
        /// `vector3_y`
        const VECTOR3_Y = 7;
        /// `vector3_z`
        const VECTOR3_Z = 8;
        /// `asset_id`
        const ASSET_ID = 9;
    }
}

fields! {
    pub enum MobileItemAttributeField for MobileItemAttribute, MobileItemAttributeColumns {
        MobileItem: MobileItemKey = mobile_item => MOBILE_ITEM_ID,
        InternalName: EcoString = internal_name => INTERNAL_NAME,
        Visible: bool = visible => VISIBLE,
        AttributeType: AttributeType = attribute_type => ATTRIBUTE_TYPE,
        Value: AttributeValue = value => union [BOOL_VALUE, DOUBLE_VALUE, VECTOR3_X, VECTOR3_Y, VECTOR3_Z, ASSET_ID],
    }
}

views!(
    MobileItemAttribute,
    MobileItemAttributeRef,
    MobileItemAttributeMut
);

impl MobileItemAttribute {
    // Positions of the foreign keys in `INFO`.
    const MOBILE_ITEM_ID: usize = 0;
}

impl Row for MobileItemAttribute {
    type Tables = Tables;

    const TABLE: TableId = TableId(11);
    const INFO: &'static TableInfo = &TableInfo {
        name: "mobile_item_attributes",
        id: "id",
        columns: &[
            "mobile_item_id",
            "internal_name",
            "visible",
            "attribute_type",
            "bool_value",
            "double_value",
            "vector3_x",
            "vector3_y",
            "vector3_z",
            "asset_id",
        ],
        foreign_keys: &[ForeignKey::to(0, MobileItem::TABLE).cascade()],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: MobileItemAttributeColumns = MobileItemAttributeColumns::DOUBLE_VALUE
        .union(MobileItemAttributeColumns::VECTOR3_X)
        .union(MobileItemAttributeColumns::VECTOR3_Y)
        .union(MobileItemAttributeColumns::VECTOR3_Z);
    const INDEXED: MobileItemAttributeColumns = MobileItemAttributeColumns::MOBILE_ITEM_ID;
    const CHECKED: MobileItemAttributeColumns = MobileItemAttributeColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::MOBILE_ITEM_ID => Some(self.mobile_item.raw()),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.mobile_item),
            1 => self.internal_name.as_str().into(),
            2 => self.visible.into(),
            3 => self.attribute_type.into(),
            4..10 => self.value.part(column - 4),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            mobile_item: row.key(0)?,
            internal_name: row.read(1)?,
            visible: row.read(2)?,
            attribute_type: row.read(3)?,
            value: row.union(&[4, 5, 6, 7, 8, 9])?,
        })
    }
}

impl Standalone for MobileItemAttribute {}

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

impl<'w> MobileItemAttributeRef<'w> {
    /// The mobile item that `mobile_item_id` names. O(1).
    #[inline]
    pub fn mobile_item(self) -> MobileItemRef<'w> {
        self.0.required_parent(self.mobile_item)
    }
}

impl MobileItemAttributeMut<'_> {
    /// Sets [`MobileItemAttribute::mobile_item`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the mobile item is not there.
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
    /// [`Error::NotANumber`] for NaN.
    #[inline]
    pub fn set_value(&mut self, value: AttributeValue) -> Result<(), Error> {
        self.0.set(MobileItemAttributeField::Value(value))
    }
}

/// Handle of a row of `mobile_item_blueprints` in memory.
pub type MobileItemBlueprintKey = Key<MobileItemBlueprint>;
/// `mobile_item_blueprints.id`
pub type MobileItemBlueprintId = Id<MobileItemBlueprint>;

/// How a mobile's own item is made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MobileItemBlueprint {
    /// `bake_time_ms INTEGER NOT NULL CHECK (bake_time_ms >= 0)`
    pub bake_time_ms: i64,
}

columns! {
    /// Columns of `mobile_item_blueprints`.
    pub struct MobileItemBlueprintColumns: u8 {
        /// `bake_time_ms`
        const BAKE_TIME_MS = 0;
    }
}

fields! {
    pub enum MobileItemBlueprintField for MobileItemBlueprint, MobileItemBlueprintColumns {
        BakeTimeMs: i64 = bake_time_ms => BAKE_TIME_MS,
    }
}

views!(
    MobileItemBlueprint,
    MobileItemBlueprintRef,
    MobileItemBlueprintMut
);

impl Row for MobileItemBlueprint {
    type Tables = Tables;

    const TABLE: TableId = TableId(12);
    const INFO: &'static TableInfo = &TableInfo {
        name: "mobile_item_blueprints",
        id: "id",
        columns: &["bake_time_ms"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[Check::new(
            "bake_time_ms >= 0",
            Operand::Column(0),
            Comparison::GreaterOrEqual,
            Operand::Integer(0),
        )],
        kind: TableKind::Entity,
    };
    const REALS: MobileItemBlueprintColumns = MobileItemBlueprintColumns::empty();
    const INDEXED: MobileItemBlueprintColumns = MobileItemBlueprintColumns::empty();
    const CHECKED: MobileItemBlueprintColumns = MobileItemBlueprintColumns::BAKE_TIME_MS;

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.bake_time_ms.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            bake_time_ms: row.read(0)?,
        })
    }
}

impl Standalone for MobileItemBlueprint {}

impl<'w> MobileItemBlueprintRef<'w> {
    /// The mobile items whose `blueprint_id` names this mobile item blueprint, in order of their ids. O(1).
    pub fn mobile_items(self) -> Rows<'w, MobileItem> {
        self.0.children(MobileItem::BLUEPRINT_ID)
    }

    /// The mobile item blueprint components whose `item_blueprint_id` names this mobile item blueprint, in order of their ids. O(1).
    pub fn mobile_item_blueprint_components(self) -> Rows<'w, MobileItemBlueprintComponent> {
        self.0
            .children(MobileItemBlueprintComponent::ITEM_BLUEPRINT_ID)
    }
}

impl MobileItemBlueprintMut<'_> {
    /// Sets [`MobileItemBlueprint::bake_time_ms`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `bake_time_ms >= 0`.
    #[inline]
    pub fn set_bake_time_ms(&mut self, bake_time_ms: i64) -> Result<(), Error> {
        self.0
            .set(MobileItemBlueprintField::BakeTimeMs(bake_time_ms))
    }
}

/// Handle of a row of `mobile_item_blueprint_components` in memory.
pub type MobileItemBlueprintComponentKey = Key<MobileItemBlueprintComponent>;
/// `mobile_item_blueprint_components.id`
pub type MobileItemBlueprintComponentId = Id<MobileItemBlueprintComponent>;

/// One ingredient of a mobile's own blueprint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MobileItemBlueprintComponent {
    /// `item_blueprint_id INTEGER NOT NULL REFERENCES mobile_item_blueprints (id) ON DELETE CASCADE`
    pub item_blueprint: MobileItemBlueprintKey,
    /// `component_item_id INTEGER NOT NULL REFERENCES items (id)`
    pub component_item: ItemKey,
    /// Units of the component in one unit of the product.
    pub ratio: f64,
}

columns! {
    /// Columns of `mobile_item_blueprint_components`.
    pub struct MobileItemBlueprintComponentColumns: u8 {
        /// `item_blueprint_id`
        const ITEM_BLUEPRINT_ID = 0;
        /// `component_item_id`
        const COMPONENT_ITEM_ID = 1;
        /// `ratio`
        const RATIO = 2;
    }
}

fields! {
    pub enum MobileItemBlueprintComponentField for MobileItemBlueprintComponent, MobileItemBlueprintComponentColumns {
        ItemBlueprint: MobileItemBlueprintKey = item_blueprint => ITEM_BLUEPRINT_ID,
        ComponentItem: ItemKey = component_item => COMPONENT_ITEM_ID,
        Ratio: f64 = ratio => RATIO,
    }
}

views!(
    MobileItemBlueprintComponent,
    MobileItemBlueprintComponentRef,
    MobileItemBlueprintComponentMut
);

impl MobileItemBlueprintComponent {
    // Positions of the foreign keys in `INFO`.
    const ITEM_BLUEPRINT_ID: usize = 0;
    const COMPONENT_ITEM_ID: usize = 1;
}

impl Row for MobileItemBlueprintComponent {
    type Tables = Tables;

    const TABLE: TableId = TableId(13);
    const INFO: &'static TableInfo = &TableInfo {
        name: "mobile_item_blueprint_components",
        id: "id",
        columns: &["item_blueprint_id", "component_item_id", "ratio"],
        foreign_keys: &[
            ForeignKey::to(0, MobileItemBlueprint::TABLE).cascade(),
            ForeignKey::to(1, Item::TABLE),
        ],
        indexes: &[],
        checks: &[Check::new(
            "ratio >= 0",
            Operand::Column(2),
            Comparison::GreaterOrEqual,
            Operand::Integer(0),
        )],
        kind: TableKind::Entity,
    };
    const REALS: MobileItemBlueprintComponentColumns = MobileItemBlueprintComponentColumns::RATIO;
    const INDEXED: MobileItemBlueprintComponentColumns =
        MobileItemBlueprintComponentColumns::ITEM_BLUEPRINT_ID
            .union(MobileItemBlueprintComponentColumns::COMPONENT_ITEM_ID);
    const CHECKED: MobileItemBlueprintComponentColumns = MobileItemBlueprintComponentColumns::RATIO;

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::ITEM_BLUEPRINT_ID => Some(self.item_blueprint.raw()),
            Self::COMPONENT_ITEM_ID => Some(self.component_item.raw()),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => id_of(tables, self.item_blueprint),
            1 => id_of(tables, self.component_item),
            2 => self.ratio.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            item_blueprint: row.key(0)?,
            component_item: row.key(1)?,
            ratio: row.read(2)?,
        })
    }
}

impl Standalone for MobileItemBlueprintComponent {}

impl MobileItemBlueprintComponent {
    /// The mobile item blueprint components whose `item_blueprint_id` is this mobile item blueprint, in order of their ids. O(1).
    pub fn find_by_item_blueprint(
        world: &World,
        item_blueprint: MobileItemBlueprintKey,
    ) -> Rows<'_, MobileItemBlueprintComponent> {
        world
            .mobile_item_blueprint_components
            .children(Self::ITEM_BLUEPRINT_ID, item_blueprint.raw())
    }

    /// The mobile item blueprint components whose `component_item_id` is this item, in order of their ids. O(1).
    pub fn find_by_component_item(
        world: &World,
        component_item: ItemKey,
    ) -> Rows<'_, MobileItemBlueprintComponent> {
        world
            .mobile_item_blueprint_components
            .children(Self::COMPONENT_ITEM_ID, component_item.raw())
    }
}

impl<'w> MobileItemBlueprintComponentRef<'w> {
    /// The mobile item blueprint that `item_blueprint_id` names. O(1).
    #[inline]
    pub fn item_blueprint(self) -> MobileItemBlueprintRef<'w> {
        self.0.required_parent(self.item_blueprint)
    }

    /// The item that `component_item_id` names. O(1).
    #[inline]
    pub fn component_item(self) -> ItemRef<'w> {
        self.0.required_parent(self.component_item)
    }
}

impl MobileItemBlueprintComponentMut<'_> {
    /// Sets [`MobileItemBlueprintComponent::item_blueprint`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the mobile item blueprint is not there.
    #[inline]
    pub fn set_item_blueprint(
        &mut self,
        item_blueprint: MobileItemBlueprintKey,
    ) -> Result<(), Error> {
        self.0.set(MobileItemBlueprintComponentField::ItemBlueprint(
            item_blueprint,
        ))
    }

    /// Sets [`MobileItemBlueprintComponent::component_item`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the item is not there.
    #[inline]
    pub fn set_component_item(&mut self, component_item: ItemKey) -> Result<(), Error> {
        self.0.set(MobileItemBlueprintComponentField::ComponentItem(
            component_item,
        ))
    }

    /// Sets [`MobileItemBlueprintComponent::ratio`].
    ///
    /// # Errors
    /// [`Error::NotANumber`] for NaN,
    /// [`Error::CheckFailed`] unless `ratio >= 0`.
    #[inline]
    pub fn set_ratio(&mut self, ratio: f64) -> Result<(), Error> {
        self.0.set(MobileItemBlueprintComponentField::Ratio(ratio))
    }
}
