// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{
    ColumnProblem, Error, ForeignKey, Id, Key, RawKey, Row, RowReader, Rows, Standalone, Table,
    TableId, TableInfo, TableKind, Value, columns, fields, owner_enum, owner_value, tables, views,
};

/// All tables in memory; [`gamedb::World`] has the verbs.
pub type World = gamedb::World<Tables>;

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `players`.
    0 => players: Table<Player>,
    /// The rows of `banks`.
    1 => banks: Table<Bank>,
    /// The rows of `guilds`.
    2 => guilds: Table<Guild>,
    /// A house belongs to somebody: a player, a guild, a bank, or the crown outside of the database.
    3 => houses: Table<House>,
    /// A debt between players: two arms of one table.
    4 => debts: Table<Debt>,
}

/// Handle of a row of `players` in memory.
pub type PlayerKey = Key<Player>;
/// `players.id`
pub type PlayerId = Id<Player>;

/// A row of `players`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Player {
    /// `name TEXT NOT NULL`
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
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: PlayerColumns = PlayerColumns::empty();
    const INDEXED: PlayerColumns = PlayerColumns::empty();
    const CHECKED: PlayerColumns = PlayerColumns::empty();

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
    /// The houses whose `owner_player_id` names this player, in order of their ids. O(1).
    pub fn houses(self) -> Rows<'w, House> {
        self.0.children(House::OWNER_PLAYER_ID)
    }

    /// The debts whose `owner_lender_id` names this player, in order of their ids. O(1).
    pub fn debts_by_owner_lender(self) -> Rows<'w, Debt> {
        self.0.children(Debt::OWNER_LENDER_ID)
    }

    /// The debts whose `owner_heir_id` names this player, in order of their ids. O(1).
    pub fn debts_by_owner_heir(self) -> Rows<'w, Debt> {
        self.0.children(Debt::OWNER_HEIR_ID)
    }
}

impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlayerField::Name(name.into()));
    }
}

/// Handle of a row of `banks` in memory.
pub type BankKey = Key<Bank>;
/// `banks.id`
pub type BankId = Id<Bank>;

/// A row of `banks`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bank {}

columns! {
    /// Columns of `banks`.
    pub struct BankColumns: u8 {
    }
}

fields! {
    pub enum BankField for Bank, BankColumns {
    }
}

views!(Bank, BankRef, BankMut);

impl Row for Bank {
    type Tables = Tables;

    const TABLE: TableId = TableId(1);
    const INFO: &'static TableInfo = &TableInfo {
        name: "banks",
        id: "id",
        columns: &[],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: BankColumns = BankColumns::empty();
    const INDEXED: BankColumns = BankColumns::empty();
    const CHECKED: BankColumns = BankColumns::empty();

    fn value<'a>(&'a self, _: usize, _: &'a Tables) -> Value<'a> {
        Value::Null
    }

    fn load(_: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {})
    }
}

impl Standalone for Bank {}

impl<'w> BankRef<'w> {
    /// The houses whose `owner_bank_id` names this bank, in order of their ids. O(1).
    pub fn houses(self) -> Rows<'w, House> {
        self.0.children(House::OWNER_BANK_ID)
    }
}

/// Handle of a row of `guilds` in memory.
pub type GuildKey = Key<Guild>;
/// `guilds.id`
pub type GuildId = Id<Guild>;

/// A row of `guilds`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guild {
    /// `name TEXT NOT NULL`
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

    const TABLE: TableId = TableId(2);
    const INFO: &'static TableInfo = &TableInfo {
        name: "guilds",
        id: "id",
        columns: &["name"],
        foreign_keys: &[],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: GuildColumns = GuildColumns::empty();
    const INDEXED: GuildColumns = GuildColumns::empty();
    const CHECKED: GuildColumns = GuildColumns::empty();

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
    /// The house whose `owner_guild_id` names this guild. O(1).
    pub fn house(self) -> Option<HouseRef<'w>> {
        self.0.child::<House>(House::OWNER_GUILD_ID)
    }
}

impl GuildMut<'_> {
    /// Sets [`Guild::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(GuildField::Name(name.into()));
    }
}

/// Handle of a row of `houses` in memory.
pub type HouseKey = Key<House>;
/// `houses.id`
pub type HouseId = Id<House>;

/// A house belongs to somebody: a player, a guild, a bank, or the crown outside of the database.
#[derive(Clone, Debug, PartialEq)]
pub struct House {
    /// `owner_player_id`, `owner_guild_id`, `owner_bank_id`, `owner_crown_id`: exactly one is set.
    pub owner: HouseOwnerKey,
}

impl Default for House {
    fn default() -> Self {
        Self {
            owner: HouseOwnerKey::Player(Key::null()),
        }
    }
}

columns! {
    /// Columns of `houses`.
    pub struct HouseColumns: u8 {
        /// `owner_player_id`
        const OWNER_PLAYER_ID = 0;
        /// `owner_guild_id`
        const OWNER_GUILD_ID = 1;
        /// `owner_bank_id`
        const OWNER_BANK_ID = 2;
        /// `owner_crown_id`
        const OWNER_CROWN_ID = 3;
    }
}

fields! {
    pub enum HouseField for House, HouseColumns {
        Owner: HouseOwnerKey = owner => required_owner [OWNER_PLAYER_ID, OWNER_GUILD_ID, OWNER_BANK_ID, OWNER_CROWN_ID],
    }
}

views!(House, HouseRef, HouseMut);

impl House {
    // Positions of the foreign keys in `INFO`.
    const OWNER_PLAYER_ID: usize = 0;
    const OWNER_GUILD_ID: usize = 1;
    const OWNER_BANK_ID: usize = 2;
}

impl Row for House {
    type Tables = Tables;

    const TABLE: TableId = TableId(3);
    const INFO: &'static TableInfo = &TableInfo {
        name: "houses",
        id: "id",
        columns: &[
            "owner_player_id",
            "owner_guild_id",
            "owner_bank_id",
            "owner_crown_id",
        ],
        foreign_keys: &[
            ForeignKey::to(0, Player::TABLE).cascade().owner(),
            ForeignKey::to(1, Guild::TABLE).cascade().unique().owner(),
            ForeignKey::to(2, Bank::TABLE).owner(),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: HouseColumns = HouseColumns::empty();
    const INDEXED: HouseColumns = HouseColumns::OWNER_PLAYER_ID
        .union(HouseColumns::OWNER_GUILD_ID)
        .union(HouseColumns::OWNER_BANK_ID);
    const CHECKED: HouseColumns = HouseColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::OWNER_PLAYER_ID => self.owner.as_player().map(Key::raw),
            Self::OWNER_GUILD_ID => self.owner.as_guild().map(Key::raw),
            Self::OWNER_BANK_ID => self.owner.as_bank().map(Key::raw),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => owner_value(Some(self.owner), 0, Some(Player::TABLE), tables),
            1 => owner_value(Some(self.owner), 1, Some(Guild::TABLE), tables),
            2 => owner_value(Some(self.owner), 2, Some(Bank::TABLE), tables),
            3 => owner_value(Some(self.owner), 3, None, tables),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            owner: row.required_owner(&[
                (0, Some(Player::TABLE)),
                (1, Some(Guild::TABLE)),
                (2, Some(Bank::TABLE)),
                (3, None),
            ])?,
        })
    }
}

impl Standalone for House {}

owner_enum! {
    /// The owner of a [`House`].
    pub enum HouseOwnerKey {
        /// `owner_player_id`
        0 => Player(PlayerKey) { is_player, as_player, from },
        /// `owner_guild_id`
        1 => Guild(GuildKey) { is_guild, as_guild, from },
        /// `owner_bank_id`
        2 => Bank(BankKey) { is_bank, as_bank, from },
        /// `owner_crown_id`
        3 => Crown(i64) { is_crown, as_crown },
    }
}

impl House {
    /// The houses whose `owner_player_id` is this player, in order of their ids. O(1).
    pub fn find_by_owner_player(world: &World, owner: PlayerKey) -> Rows<'_, House> {
        world.houses.children(Self::OWNER_PLAYER_ID, owner.raw())
    }

    /// The house whose `owner_guild_id` is this guild. O(1).
    pub fn find_by_owner_guild(world: &World, owner: GuildKey) -> Option<HouseRef<'_>> {
        let (key, _) = world
            .houses
            .children(Self::OWNER_GUILD_ID, owner.raw())
            .next()?;
        world.get(key).ok()
    }

    /// The houses whose `owner_bank_id` is this bank, in order of their ids. O(1).
    pub fn find_by_owner_bank(world: &World, owner: BankKey) -> Rows<'_, House> {
        world.houses.children(Self::OWNER_BANK_ID, owner.raw())
    }
}

impl HouseMut<'_> {
    /// Sets [`House::owner`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the owner is not there,
    /// [`Error::NotUnique`] when the guild has a house already.
    #[inline]
    pub fn set_owner(&mut self, owner: HouseOwnerKey) -> Result<(), Error> {
        self.0.set(HouseField::Owner(owner))
    }
}

/// Handle of a row of `debts` in memory.
pub type DebtKey = Key<Debt>;
/// `debts.id`
pub type DebtId = Id<Debt>;

/// A debt between players: two arms of one table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Debt {
    /// `owner_lender_id`, `owner_heir_id`: at most one is set.
    pub owner: Option<DebtOwnerKey>,
    /// `amount INTEGER NOT NULL`
    pub amount: i64,
}

columns! {
    /// Columns of `debts`.
    pub struct DebtColumns: u8 {
        /// `owner_lender_id`
        const OWNER_LENDER_ID = 0;
        /// `owner_heir_id`
        const OWNER_HEIR_ID = 1;
        /// `amount`
        const AMOUNT = 2;
    }
}

fields! {
    pub enum DebtField for Debt, DebtColumns {
        Owner: Option<DebtOwnerKey> = owner => owner [OWNER_LENDER_ID, OWNER_HEIR_ID],
        Amount: i64 = amount => AMOUNT,
    }
}

views!(Debt, DebtRef, DebtMut);

impl Debt {
    // Positions of the foreign keys in `INFO`.
    const OWNER_LENDER_ID: usize = 0;
    const OWNER_HEIR_ID: usize = 1;
}

impl Row for Debt {
    type Tables = Tables;

    const TABLE: TableId = TableId(4);
    const INFO: &'static TableInfo = &TableInfo {
        name: "debts",
        id: "id",
        columns: &["owner_lender_id", "owner_heir_id", "amount"],
        foreign_keys: &[
            ForeignKey::to(0, Player::TABLE).set_null().owner(),
            ForeignKey::to(1, Player::TABLE).set_null().owner(),
        ],
        indexes: &[],
        checks: &[],
        kind: TableKind::Entity,
    };
    const REALS: DebtColumns = DebtColumns::empty();
    const INDEXED: DebtColumns = DebtColumns::OWNER_LENDER_ID.union(DebtColumns::OWNER_HEIR_ID);
    const CHECKED: DebtColumns = DebtColumns::empty();

    #[inline]
    fn parent(&self, foreign_key: usize) -> Option<RawKey> {
        match foreign_key {
            Self::OWNER_LENDER_ID => self.owner?.as_lender().map(Key::raw),
            Self::OWNER_HEIR_ID => self.owner?.as_heir().map(Key::raw),
            _ => None,
        }
    }

    fn orphaned(foreign_key: usize) -> Option<DebtField> {
        match foreign_key {
            Self::OWNER_LENDER_ID | Self::OWNER_HEIR_ID => Some(DebtField::Owner(None)),
            _ => None,
        }
    }

    fn value<'a>(&'a self, column: usize, tables: &'a Tables) -> Value<'a> {
        match column {
            0 => owner_value(self.owner, 0, Some(Player::TABLE), tables),
            1 => owner_value(self.owner, 1, Some(Player::TABLE), tables),
            2 => self.amount.into(),
            _ => Value::Null,
        }
    }

    fn load(row: &RowReader<'_, Tables>) -> Result<Self, ColumnProblem> {
        Ok(Self {
            owner: row.owner(&[(0, Some(Player::TABLE)), (1, Some(Player::TABLE))])?,
            amount: row.read(2)?,
        })
    }
}

impl Standalone for Debt {}

owner_enum! {
    /// The owner of a [`Debt`].
    pub enum DebtOwnerKey {
        /// `owner_lender_id`
        0 => Lender(PlayerKey) { is_lender, as_lender },
        /// `owner_heir_id`
        1 => Heir(PlayerKey) { is_heir, as_heir },
    }
}

impl Debt {
    /// The debts whose `owner_lender_id` is this player, in order of their ids. O(1).
    pub fn find_by_owner_lender(world: &World, owner: PlayerKey) -> Rows<'_, Debt> {
        world.debts.children(Self::OWNER_LENDER_ID, owner.raw())
    }

    /// The debts whose `owner_heir_id` is this player, in order of their ids. O(1).
    pub fn find_by_owner_heir(world: &World, owner: PlayerKey) -> Rows<'_, Debt> {
        world.debts.children(Self::OWNER_HEIR_ID, owner.raw())
    }
}

impl DebtMut<'_> {
    /// Sets [`Debt::owner`].
    ///
    /// # Errors
    /// [`Error::NoSuchRow`] when the owner is not there.
    #[inline]
    pub fn set_owner(&mut self, owner: Option<DebtOwnerKey>) -> Result<(), Error> {
        self.0.set(DebtField::Owner(owner))
    }

    /// Sets [`Debt::amount`].
    #[inline]
    pub fn set_amount(&mut self, amount: i64) {
        self.0.put(DebtField::Amount(amount));
    }
}
