// @generated from `models.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity, owner_enum, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("models.sql");
    /// Owners in two columns, an id and a kind, as web frameworks and many game servers have them.
    players: Table<Player>,
    /// The rows of `guilds`.
    guilds: Table<Guild>,
    /// The rows of `items`.
    items: Table<Item>,
    /// The rows of `shares`.
    shares: Table<Share>,
}

entity! {
    /// Owners in two columns, an id and a kind, as web frameworks and many game servers have them.
    pub struct Player in Tables.players {
        /// `name TEXT NOT NULL CHECK (length(name) <= 20)`
        Name name: String = NAME "name";
    }
    table "players", id "id", standalone;
    types PlayerKey, PlayerId, PlayerColumns(u8), PlayerField, PlayerRef, PlayerMut;
    checks {
        "length(name) <= 20": Length(NAME) LessOrEqual Integer(20);
    }
}

#[allow(dead_code)]
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

#[allow(dead_code)]
impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `length(name) <= 20`.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(PlayerField::Name(name.into()))
    }
}

entity! {
    /// A row of `guilds`.
    pub struct Guild in Tables.guilds {
        /// `name TEXT NOT NULL CHECK (length(name) <= 20)`
        Name name: String = NAME "name";
    }
    table "guilds", id "id", standalone;
    types GuildKey, GuildId, GuildColumns(u8), GuildField, GuildRef, GuildMut;
    checks {
        "length(name) <= 20": Length(NAME) LessOrEqual Integer(20);
    }
}

#[allow(dead_code)]
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

#[allow(dead_code)]
impl GuildMut<'_> {
    /// Sets [`Guild::name`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `length(name) <= 20`.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(GuildField::Name(name.into()))
    }
}

entity! {
    /// A row of `items`.
    pub struct Item in Tables.items {
        /// `owner_player_id`, `owner_guild_id`: exactly one is set.
        ///
        /// `owner_player_id`: owner_id where owner_type is player
        ///
        /// `owner_guild_id`: owner_id where owner_type is guild
        Owner owner: ItemOwnerKey =
            OWNER_PLAYER_ID "owner_player_id" -> Player.owner(),
            OWNER_GUILD_ID "owner_guild_id" -> Guild.owner() default ItemOwnerKey::Player(PlayerKey::null());
        /// `slot INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 255)`
        Slot slot: i64 = SLOT "slot";
        /// `holder_player_id`, `holder_item_id`: at most one is set.
        ///
        /// `holder_player_id`: holder_id where holder_kind is 1
        ///
        /// `holder_item_id`: holder_id where holder_kind is 2
        Holder holder: Option<ItemHolderKey> =
            HOLDER_PLAYER_ID "holder_player_id" -> Player.owner(),
            HOLDER_ITEM_ID "holder_item_id" -> Item.owner();
    }
    table "items", id "id", standalone;
    types ItemKey, ItemId, ItemColumns(u8), ItemField, ItemRef, ItemMut;
    checks {
        "slot BETWEEN 0 AND 255": Column(SLOT) GreaterOrEqual Integer(0);
        "slot BETWEEN 0 AND 255": Column(SLOT) LessOrEqual Integer(255);
    }
}

owner_enum! {
    /// The owner of an [`Item`].
    pub enum ItemOwnerKey in Tables {
        /// `owner_player_id`
        Player(PlayerKey) { is_player, as_player, from },
        /// `owner_guild_id`
        Guild(GuildKey) { is_guild, as_guild, from },
    }
}

owner_enum! {
    /// The owner of an [`Item`].
    pub enum ItemHolderKey in Tables {
        /// `holder_player_id`
        Player(PlayerKey) { is_player, as_player, from },
        /// `holder_item_id`
        Item(ItemKey) { is_item, as_item, from },
    }
}

#[allow(dead_code)]
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

#[allow(dead_code)]
impl<'w> ItemRef<'w> {
    /// The items whose `holder_item_id` names this item, in order of their ids. O(1).
    pub fn items(self) -> Rows<'w, Item> {
        self.0.children(Item::HOLDER_ITEM_ID)
    }
}

#[allow(dead_code)]
impl ItemMut<'_> {
    /// Sets [`Item::owner`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the owner is not there,
    /// [`gamedb::ErrorKind::OwnsItself`] for an owner that the item owns.
    #[inline]
    pub fn set_owner(&mut self, owner: ItemOwnerKey) -> Result<(), Error> {
        self.0.set(ItemField::Owner(owner))
    }

    /// Sets [`Item::slot`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `slot BETWEEN 0 AND 255`.
    #[inline]
    pub fn set_slot(&mut self, slot: i64) -> Result<(), Error> {
        self.0.set(ItemField::Slot(slot))
    }

    /// Sets [`Item::holder`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the owner is not there,
    /// [`gamedb::ErrorKind::OwnsItself`] for an owner that the item owns.
    #[inline]
    pub fn set_holder(&mut self, holder: Option<ItemHolderKey>) -> Result<(), Error> {
        self.0.set(ItemField::Holder(holder))
    }
}

entity! {
    /// A row of `shares`.
    pub struct Share in Tables.shares {
        /// `owner_player_id`, `owner_guild_id`: at most one is set.
        ///
        /// `owner_player_id`: owner_id where owner_type is 1
        ///
        /// `owner_guild_id`: owner_id where owner_type is 2
        Owner owner: Option<ShareOwnerKey> =
            OWNER_PLAYER_ID "owner_player_id" -> Player.owner(),
            OWNER_GUILD_ID "owner_guild_id" -> Guild.owner();
        /// `day TEXT NOT NULL`
        Day day: String = DAY "day";
        /// `seal BLOB CHECK (length(seal) <= 16)`
        Seal seal: Option<Vec<u8>> = SEAL "seal";
    }
    table "shares", id "gamedb_id", standalone;
    types ShareKey, ShareId, ShareColumns(u8), ShareField, ShareRef, ShareMut;
    checks {
        "length(seal) <= 16": Length(SEAL) LessOrEqual Integer(16);
    }
}

owner_enum! {
    /// The owner of a [`Share`].
    pub enum ShareOwnerKey in Tables {
        /// `owner_player_id`
        Player(PlayerKey) { is_player, as_player, from },
        /// `owner_guild_id`
        Guild(GuildKey) { is_guild, as_guild, from },
    }
}

#[allow(dead_code)]
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

#[allow(dead_code)]
impl ShareMut<'_> {
    /// Sets [`Share::owner`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the owner is not there.
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
    /// [`gamedb::ErrorKind::CheckFailed`] unless `length(seal) <= 16`.
    #[inline]
    pub fn set_seal(&mut self, seal: Option<Vec<u8>>) -> Result<(), Error> {
        self.0.set(ShareField::Seal(seal))
    }
}
