// @generated from `models.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    Check, ColumnProblem, Comparison, Error, ForeignKey, Id, Key, Operand, RawKey, Row, RowReader,
    Rows, Standalone, Table, TableId, TableInfo, TableKind, Value, columns, fields, owner_enum,
    owner_value, tables, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("models.sql");
    /// Owners in two columns, an id and a kind, as web frameworks and many game servers have them.
    0 => players: Table<Player>,
    /// The rows of `guilds`.
    1 => guilds: Table<Guild>,
    /// The rows of `items`.
    2 => items: Table<Item>,
    /// The rows of `shares`.
    3 => shares: Table<Share>,
}

/// Handle of a row of `players` in memory.
pub type PlayerKey = Key<Player>;
/// `players.id`
pub type PlayerId = Id<Player>;

/// Owners in two columns, an id and a kind, as web frameworks and many game servers have them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Player {
    /// `name TEXT NOT NULL CHECK (length(name) <= 20)`
    pub name: String,
}

columns! {
    /// Columns of `players`.
    pub struct PlayerColumns: u8 {
        /// `name`
        const NAME = 0;
    }
}

fields! {
    pub enum PlayerField for Player, PlayerColumns {
        Name: String = name => NAME,
    }
}

views!(Player, PlayerRef, PlayerMut);

impl Row for Player {
    type Tables = Tables;

    const TABLE: TableId = TableId(0);
    const INFO: &'static TableInfo = &TableInfo {
        name: "players",
        id: "id",
        columns: &["name"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[Check::new(
            "length(name) <= 20",
            Operand::Length(0),
            Comparison::LessOrEqual,
            Operand::Integer(20),
        )],
        kind: TableKind::Entity,
    };
    const REALS: PlayerColumns = PlayerColumns::empty();
    const INDEXED: PlayerColumns = PlayerColumns::empty();
    const CHECKED: PlayerColumns = PlayerColumns::NAME;

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.name.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self { name: row.read(0)? })
    }
}

impl Standalone for Player {}

impl<'w> PlayerRef<'w> {
    /// The items whose `owner_player_id` names this player, in order of their ids. O(1).
    pub fn items_by_owner_player(self) -> Rows<'w, Item> {
        self.0.children(Item::OWNER_PLAYER_ID)
    }

    /// The items whose `holder_player_id` names this player, in order of their ids. O(1).
    pub fn items_by_holder_player(self) -> Rows<'w, Item> {
        self.0.children(Item::HOLDER_PLAYER_ID)
    }

    /// The shares whose `owner_player_id` names this player, in order of their ids. O(1).
    pub fn shares(self) -> Rows<'w, Share> {
        self.0.children(Share::OWNER_PLAYER_ID)
    }
}

impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `length(name) <= 20`.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(PlayerField::Name(name.into()))
    }
}

/// Handle of a row of `guilds` in memory.
pub type GuildKey = Key<Guild>;
/// `guilds.id`
pub type GuildId = Id<Guild>;

/// A row of `guilds`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guild {
    /// `name TEXT NOT NULL CHECK (length(name) <= 20)`
    pub name: String,
}

columns! {
    /// Columns of `guilds`.
    pub struct GuildColumns: u8 {
        /// `name`
        const NAME = 0;
    }
}

fields! {
    pub enum GuildField for Guild, GuildColumns {
        Name: String = name => NAME,
    }
}

views!(Guild, GuildRef, GuildMut);

impl Row for Guild {
    type Tables = Tables;

    const TABLE: TableId = TableId(1);
    const INFO: &'static TableInfo = &TableInfo {
        name: "guilds",
        id: "id",
        columns: &["name"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[Check::new(
            "length(name) <= 20",
            Operand::Length(0),
            Comparison::LessOrEqual,
            Operand::Integer(20),
        )],
        kind: TableKind::Entity,
    };
    const REALS: GuildColumns = GuildColumns::empty();
    const INDEXED: GuildColumns = GuildColumns::empty();
    const CHECKED: GuildColumns = GuildColumns::NAME;

    fn value<'a>(&'a self, column: usize, _: &'a Tables) -> Value<'a> {
        match column {
            0 => self.name.as_str().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self { name: row.read(0)? })
    }
}

impl Standalone for Guild {}

impl<'w> GuildRef<'w> {
    /// The items whose `owner_guild_id` names this guild, in order of their ids. O(1).
    pub fn items(self) -> Rows<'w, Item> {
        self.0.children(Item::OWNER_GUILD_ID)
    }

    /// The shares whose `owner_guild_id` names this guild, in order of their ids. O(1).
    pub fn shares(self) -> Rows<'w, Share> {
        self.0.children(Share::OWNER_GUILD_ID)
    }
}

impl GuildMut<'_> {
    /// Sets [`Guild::name`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `length(name) <= 20`.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(GuildField::Name(name.into()))
    }
}

/// Handle of a row of `items` in memory.
pub type ItemKey = Key<Item>;
/// `items.id`
pub type ItemId = Id<Item>;

/// A row of `items`.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// `owner_player_id`, `owner_guild_id`: exactly one is set.
    ///
    /// `owner_player_id`: owner_id where owner_type is player
    ///
    /// `owner_guild_id`: owner_id where owner_type is guild
    pub owner: ItemOwnerKey,
    /// `slot INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 255)`
    pub slot: i64,
    /// `holder_player_id`, `holder_item_id`: at most one is set.
    ///
    /// `holder_player_id`: holder_id where holder_kind is 1
    ///
    /// `holder_item_id`: holder_id where holder_kind is 2
    pub holder: Option<ItemHolderKey>,
}

impl Default for Item {
    fn default() -> Self {
        Self {
            owner: ItemOwnerKey::Player(Key::null()),
            slot: 0,
            holder: None,
        }
    }
}

columns! {
    /// Columns of `items`.
    pub struct ItemColumns: u8 {
        /// `owner_player_id`
        const OWNER_PLAYER_ID = 0;
        /// `owner_guild_id`
        const OWNER_GUILD_ID = 1;
        /// `slot`
        const SLOT = 2;
        /// `holder_player_id`
        const HOLDER_PLAYER_ID = 3;
        /// `holder_item_id`
        const HOLDER_ITEM_ID = 4;
    }
}

fields! {
    pub enum ItemField for Item, ItemColumns {
        Owner: ItemOwnerKey = owner => required_owner [OWNER_PLAYER_ID, OWNER_GUILD_ID],
        Slot: i64 = slot => SLOT,
        Holder: Option<ItemHolderKey> = holder => owner [HOLDER_PLAYER_ID, HOLDER_ITEM_ID],
    }
}

views!(Item, ItemRef, ItemMut);

impl Item {
    // Positions of the foreign keys in `INFO`.
    const OWNER_PLAYER_ID: usize = 0;
    const OWNER_GUILD_ID: usize = 1;
    const HOLDER_PLAYER_ID: usize = 2;
    const HOLDER_ITEM_ID: usize = 3;
}

impl Row for Item {
    type Tables = Tables;

    const TABLE: TableId = TableId(2);
    const INFO: &'static TableInfo = &TableInfo {
        name: "items",
        id: "id",
        columns: &[
            "owner_player_id",
            "owner_guild_id",
            "slot",
            "holder_player_id",
            "holder_item_id",
        ],
        foreign_keys: &[
            ForeignKey::to(0, Player::TABLE).owner(),
            ForeignKey::to(1, Guild::TABLE).owner(),
            ForeignKey::to(3, Player::TABLE).owner(),
            ForeignKey::to(4, Item::TABLE).owner(),
        ],
        indexes: &[],
        checks: &[
            Check::new(
                "slot BETWEEN 0 AND 255",
                Operand::Column(2),
                Comparison::GreaterOrEqual,
                Operand::Integer(0),
            ),
            Check::new(
                "slot BETWEEN 0 AND 255",
                Operand::Column(2),
                Comparison::LessOrEqual,
                Operand::Integer(255),
            ),
        ],
        kind: TableKind::Entity,
    };
    const REALS: ItemColumns = ItemColumns::empty();
    const INDEXED: ItemColumns = ItemColumns::OWNER_PLAYER_ID
        .union(ItemColumns::OWNER_GUILD_ID)
        .union(ItemColumns::HOLDER_PLAYER_ID)
        .union(ItemColumns::HOLDER_ITEM_ID);
    const CHECKED: ItemColumns = ItemColumns::SLOT;

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::OWNER_PLAYER_ID => self.owner.as_player().map(Key::raw),
            Self::OWNER_GUILD_ID => self.owner.as_guild().map(Key::raw),
            Self::HOLDER_PLAYER_ID => self.holder?.as_player().map(Key::raw),
            Self::HOLDER_ITEM_ID => self.holder?.as_item().map(Key::raw),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => owner_value(Some(self.owner), 0, Some(Player::TABLE), tables),
            1 => owner_value(Some(self.owner), 1, Some(Guild::TABLE), tables),
            2 => self.slot.into(),
            3 => owner_value(self.holder, 0, Some(Player::TABLE), tables),
            4 => owner_value(self.holder, 1, Some(Item::TABLE), tables),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            owner: row.required_owner(&[(0, Some(Player::TABLE)), (1, Some(Guild::TABLE))])?,
            slot: row.read(2)?,
            holder: row.owner(&[(3, Some(Player::TABLE)), (4, Some(Item::TABLE))])?,
        })
    }
}

impl Standalone for Item {}

owner_enum! {
    /// The owner of an [`Item`].
    pub enum ItemOwnerKey {
        /// `owner_player_id`
        0 => Player(PlayerKey) { is_player, as_player, from },
        /// `owner_guild_id`
        1 => Guild(GuildKey) { is_guild, as_guild, from },
    }
}

owner_enum! {
    /// The owner of an [`Item`].
    pub enum ItemHolderKey {
        /// `holder_player_id`
        0 => Player(PlayerKey) { is_player, as_player, from },
        /// `holder_item_id`
        1 => Item(ItemKey) { is_item, as_item, from },
    }
}

impl Item {
    /// The items whose `owner_player_id` is this player, in order of their ids. O(1).
    pub fn find_by_owner_player(world: &World, owner: PlayerKey) -> Rows<'_, Item> {
        world.items.children(Self::OWNER_PLAYER_ID, owner.raw())
    }

    /// The items whose `owner_guild_id` is this guild, in order of their ids. O(1).
    pub fn find_by_owner_guild(world: &World, owner: GuildKey) -> Rows<'_, Item> {
        world.items.children(Self::OWNER_GUILD_ID, owner.raw())
    }

    /// The items whose `holder_player_id` is this player, in order of their ids. O(1).
    pub fn find_by_holder_player(world: &World, holder: PlayerKey) -> Rows<'_, Item> {
        world.items.children(Self::HOLDER_PLAYER_ID, holder.raw())
    }

    /// The items whose `holder_item_id` is this item, in order of their ids. O(1).
    pub fn find_by_holder_item(world: &World, holder: ItemKey) -> Rows<'_, Item> {
        world.items.children(Self::HOLDER_ITEM_ID, holder.raw())
    }
}

impl<'w> ItemRef<'w> {
    /// The items whose `holder_item_id` names this item, in order of their ids. O(1).
    pub fn items(self) -> Rows<'w, Item> {
        self.0.children(Item::HOLDER_ITEM_ID)
    }
}

impl ItemMut<'_> {
    /// Sets [`Item::owner`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the owner is not there,
    /// [`Error::OwnsItself`] for an owner that the item owns.
    #[inline]
    pub fn set_owner(&mut self, owner: ItemOwnerKey) -> Result<(), Error> {
        self.0.set(ItemField::Owner(owner))
    }

    /// Sets [`Item::slot`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `slot BETWEEN 0 AND 255`.
    #[inline]
    pub fn set_slot(&mut self, slot: i64) -> Result<(), Error> {
        self.0.set(ItemField::Slot(slot))
    }

    /// Sets [`Item::holder`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the owner is not there,
    /// [`Error::OwnsItself`] for an owner that the item owns.
    #[inline]
    pub fn set_holder(&mut self, holder: Option<ItemHolderKey>) -> Result<(), Error> {
        self.0.set(ItemField::Holder(holder))
    }
}

/// Handle of a row of `shares` in memory.
pub type ShareKey = Key<Share>;
/// `shares.gamedb_id`
pub type ShareId = Id<Share>;

/// A row of `shares`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Share {
    /// `owner_player_id`, `owner_guild_id`: at most one is set.
    ///
    /// `owner_player_id`: owner_id where owner_type is 1
    ///
    /// `owner_guild_id`: owner_id where owner_type is 2
    pub owner: Option<ShareOwnerKey>,
    /// `day TEXT NOT NULL`
    pub day: String,
    /// `seal BLOB CHECK (length(seal) <= 16)`
    pub seal: Option<Vec<u8>>,
}

columns! {
    /// Columns of `shares`.
    pub struct ShareColumns: u8 {
        /// `owner_player_id`
        const OWNER_PLAYER_ID = 0;
        /// `owner_guild_id`
        const OWNER_GUILD_ID = 1;
        /// `day`
        const DAY = 2;
        /// `seal`
        const SEAL = 3;
    }
}

fields! {
    pub enum ShareField for Share, ShareColumns {
        Owner: Option<ShareOwnerKey> = owner => owner [OWNER_PLAYER_ID, OWNER_GUILD_ID],
        Day: String = day => DAY,
        Seal: Option<Vec<u8>> = seal => SEAL,
    }
}

views!(Share, ShareRef, ShareMut);

impl Share {
    // Positions of the foreign keys in `INFO`.
    const OWNER_PLAYER_ID: usize = 0;
    const OWNER_GUILD_ID: usize = 1;
}

impl Row for Share {
    type Tables = Tables;

    const TABLE: TableId = TableId(3);
    const INFO: &'static TableInfo = &TableInfo {
        name: "shares",
        id: "gamedb_id",
        columns: &["owner_player_id", "owner_guild_id", "day", "seal"],
        foreign_keys: &[
            ForeignKey::to(0, Player::TABLE).owner(),
            ForeignKey::to(1, Guild::TABLE).owner(),
        ],
        indexes: &[],
        checks: &[Check::new(
            "length(seal) <= 16",
            Operand::Length(3),
            Comparison::LessOrEqual,
            Operand::Integer(16),
        )],
        kind: TableKind::Entity,
    };
    const REALS: ShareColumns = ShareColumns::empty();
    const INDEXED: ShareColumns = ShareColumns::OWNER_PLAYER_ID.union(ShareColumns::OWNER_GUILD_ID);
    const CHECKED: ShareColumns = ShareColumns::SEAL;

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::OWNER_PLAYER_ID => self.owner?.as_player().map(Key::raw),
            Self::OWNER_GUILD_ID => self.owner?.as_guild().map(Key::raw),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => owner_value(self.owner, 0, Some(Player::TABLE), tables),
            1 => owner_value(self.owner, 1, Some(Guild::TABLE), tables),
            2 => self.day.as_str().into(),
            3 => self.seal.as_deref().into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            owner: row.owner(&[(0, Some(Player::TABLE)), (1, Some(Guild::TABLE))])?,
            day: row.read(2)?,
            seal: row.read(3)?,
        })
    }
}

impl Standalone for Share {}

owner_enum! {
    /// The owner of a [`Share`].
    pub enum ShareOwnerKey {
        /// `owner_player_id`
        0 => Player(PlayerKey) { is_player, as_player, from },
        /// `owner_guild_id`
        1 => Guild(GuildKey) { is_guild, as_guild, from },
    }
}

impl Share {
    /// The shares whose `owner_player_id` is this player, in order of their ids. O(1).
    pub fn find_by_owner_player(world: &World, owner: PlayerKey) -> Rows<'_, Share> {
        world.shares.children(Self::OWNER_PLAYER_ID, owner.raw())
    }

    /// The shares whose `owner_guild_id` is this guild, in order of their ids. O(1).
    pub fn find_by_owner_guild(world: &World, owner: GuildKey) -> Rows<'_, Share> {
        world.shares.children(Self::OWNER_GUILD_ID, owner.raw())
    }
}

impl ShareMut<'_> {
    /// Sets [`Share::owner`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the owner is not there.
    #[inline]
    pub fn set_owner(&mut self, owner: Option<ShareOwnerKey>) -> Result<(), Error> {
        self.0.set(ShareField::Owner(owner))
    }

    /// Sets [`Share::day`].
    #[inline]
    pub fn set_day(&mut self, day: impl Into<String>) {
        self.0.put(ShareField::Day(day.into()));
    }

    /// Sets [`Share::seal`].
    ///
    /// # Errors
    /// [`Error::CheckFailed`] unless `length(seal) <= 16`.
    #[inline]
    pub fn set_seal(&mut self, seal: Option<Vec<u8>>) -> Result<(), Error> {
        self.0.set(ShareField::Seal(seal))
    }
}
