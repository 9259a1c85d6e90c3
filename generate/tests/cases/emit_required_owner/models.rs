// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity, owner_enum, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `players`.
    players: Table<Player>,
    /// The rows of `banks`.
    banks: Table<Bank>,
    /// The rows of `guilds`.
    guilds: Table<Guild>,
    /// A house belongs to somebody: a player, a guild, a bank, or the crown outside of the database.
    houses: Table<House>,
    /// A debt between players: two arms of one table.
    debts: Table<Debt>,
}

entity! {
    /// A row of `players`.
    pub struct Player in Tables.players {
        /// `name TEXT NOT NULL`
        Name name: String = NAME "name";
    }
    table "players", id "id", standalone;
    types PlayerKey, PlayerId, PlayerColumns(u8), PlayerField, PlayerRef, PlayerMut;
}

#[allow(dead_code)]
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

#[allow(dead_code)]
impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlayerField::Name(name.into()));
    }
}

entity! {
    /// A row of `banks`.
    pub struct Bank in Tables.banks {
    }
    table "banks", id "id", standalone;
    types BankKey, BankId, BankColumns(u8), BankField, BankRef, BankMut;
}

#[allow(dead_code)]
impl<'w> BankRef<'w> {
    /// The houses whose `owner_bank_id` names this bank, in order of their ids. O(1).
    pub fn houses(self) -> Rows<'w, House> {
        self.0.children(House::OWNER_BANK_ID)
    }
}

entity! {
    /// A row of `guilds`.
    pub struct Guild in Tables.guilds {
        /// `name TEXT NOT NULL`
        Name name: String = NAME "name";
    }
    table "guilds", id "id", standalone;
    types GuildKey, GuildId, GuildColumns(u8), GuildField, GuildRef, GuildMut;
}

#[allow(dead_code)]
impl<'w> GuildRef<'w> {
    /// The house whose `owner_guild_id` names this guild. O(1).
    pub fn house(self) -> Option<HouseRef<'w>> {
        self.0.child::<House>(House::OWNER_GUILD_ID)
    }
}

#[allow(dead_code)]
impl GuildMut<'_> {
    /// Sets [`Guild::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(GuildField::Name(name.into()));
    }
}

entity! {
    /// A house belongs to somebody: a player, a guild, a bank, or the crown outside of the database.
    pub struct House in Tables.houses {
        /// `owner_player_id`, `owner_guild_id`, `owner_bank_id`, `owner_crown_id`: exactly one is set.
        Owner owner: HouseOwnerKey =
            OWNER_PLAYER_ID "owner_player_id" -> Player.cascade().owner(),
            OWNER_GUILD_ID "owner_guild_id" -> Guild.cascade().unique().owner(),
            OWNER_BANK_ID "owner_bank_id" -> Bank.owner(),
            OWNER_CROWN_ID "owner_crown_id" default HouseOwnerKey::Player(PlayerKey::null());
    }
    table "houses", id "id", standalone;
    types HouseKey, HouseId, HouseColumns(u8), HouseField, HouseRef, HouseMut;
}

owner_enum! {
    /// The owner of a [`House`].
    pub enum HouseOwnerKey in Tables {
        /// `owner_player_id`
        Player(PlayerKey) { is_player, as_player, from },
        /// `owner_guild_id`
        Guild(GuildKey) { is_guild, as_guild, from },
        /// `owner_bank_id`
        Bank(BankKey) { is_bank, as_bank, from },
        /// `owner_crown_id`
        Crown(i64) { is_crown, as_crown },
    }
}

#[allow(dead_code)]
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

#[allow(dead_code)]
impl HouseMut<'_> {
    /// Sets [`House::owner`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the owner is not there,
    /// [`gamedb::ErrorKind::NotUnique`] when the guild has a house already.
    #[inline]
    pub fn set_owner(&mut self, owner: HouseOwnerKey) -> Result<(), Error> {
        self.0.set(HouseField::Owner(owner))
    }
}

entity! {
    /// A debt between players: two arms of one table.
    pub struct Debt in Tables.debts {
        /// `owner_lender_id`, `owner_heir_id`: at most one is set.
        Owner owner: Option<DebtOwnerKey> =
            OWNER_LENDER_ID "owner_lender_id" -> Player.set_null().owner(),
            OWNER_HEIR_ID "owner_heir_id" -> Player.set_null().owner();
        /// `amount INTEGER NOT NULL`
        Amount amount: i64 = AMOUNT "amount";
    }
    table "debts", id "id", standalone;
    types DebtKey, DebtId, DebtColumns(u8), DebtField, DebtRef, DebtMut;
}

owner_enum! {
    /// The owner of a [`Debt`].
    pub enum DebtOwnerKey in Tables {
        /// `owner_lender_id`
        Lender(PlayerKey) { is_lender, as_lender },
        /// `owner_heir_id`
        Heir(PlayerKey) { is_heir, as_heir },
    }
}

#[allow(dead_code)]
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

#[allow(dead_code)]
impl DebtMut<'_> {
    /// Sets [`Debt::owner`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the owner is not there.
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
