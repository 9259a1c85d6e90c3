// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// A player, whom other rows know by name.
    players: Table<Player>,
    /// The rows of `guilds`.
    guilds: Table<Guild>,
    /// The rows of `ranks`.
    ranks: Table<Rank>,
    /// A player in a guild, with a rank of that guild or without one.
    members: Table<Member>,
    /// The rows of `shapes`.
    shapes: Table<Shape>,
    /// The rows of `items`.
    items: Table<Item>,
    /// A hero has a pet that has the hero: a cycle of names.
    heroes: Table<Hero>,
    /// The rows of `pets`.
    pets: Table<Pet>,
}

entity! {
    /// A player, whom other rows know by name.
    pub struct Player in Tables.players {
        /// `name TEXT NOT NULL UNIQUE`
        Name name: String = NAME "name";
        /// The player who invited this one.
        InvitedBy invited_by: Option<String> = INVITED_BY "invited_by";
        /// `level INTEGER NOT NULL DEFAULT 1`
        Level level: i64 = LEVEL "level" default 1;
    }
    table "players", id "id", standalone;
    types PlayerKey, PlayerId, PlayerColumns(u8), PlayerField, PlayerRef, PlayerMut;
    indexes {
        unique BY_NAME [name: NAME];
        plain BY_INVITED_BY [invited_by: INVITED_BY];
    }
    value_keys {
        INVITED_BY_KEY "invited_by" BY_INVITED_BY -> Player BY_NAME.set_null() null [InvitedBy];
    }
}

#[allow(dead_code)]
impl Player {
    /// The player with this `name`. O(1).
    pub fn find_by_name<'w>(world: &'w World, name: &str) -> Option<PlayerRef<'w>> {
        let (key, _) = world
            .players
            .find(Self::BY_NAME, name, |row| row.name == name)
            .next()?;
        world.get(key).ok()
    }

    /// The players with this `invited_by`, in order of their ids. O(1).
    pub fn find_by_invited_by<'w>(world: &'w World, invited_by: &str) -> Rows<'w, Player> {
        world.players.find(Self::BY_INVITED_BY, invited_by, |row| {
            row.invited_by.as_deref() == Some(invited_by)
        })
    }
}

#[allow(dead_code)]
impl<'w> PlayerRef<'w> {
    /// The player that `invited_by` names, if there is one. O(1).
    #[inline]
    pub fn invited_by(self) -> Option<PlayerRef<'w>> {
        self.0.named::<Player>(Player::INVITED_BY_KEY)
    }

    /// The players whose `invited_by` names this player, in order of their ids. O(1).
    pub fn players(self) -> Rows<'w, Player> {
        self.0.naming::<Player>(Player::INVITED_BY_KEY)
    }

    /// The guild whose `leader` names this player. O(1).
    pub fn guild(self) -> Option<GuildRef<'w>> {
        self.0.naming_one::<Guild>(Guild::LEADER_KEY)
    }

    /// The members whose `player` names this player, in order of their ids. O(1).
    pub fn members(self) -> Rows<'w, Member> {
        self.0.naming::<Member>(Member::PLAYER_KEY)
    }

    /// The items whose `owner_name` names this player, in order of their ids. O(1).
    pub fn items_by_owner_name(self) -> Rows<'w, Item> {
        self.0.naming::<Item>(Item::OWNER_KEY)
    }

    /// The items whose `maker` names this player, in order of their ids. O(1).
    pub fn items_by_maker(self) -> Rows<'w, Item> {
        self.0.naming::<Item>(Item::MAKER_KEY)
    }

    /// The pet whose `name` names this player. O(1).
    pub fn pet(self) -> Option<PetRef<'w>> {
        self.0.naming_one::<Pet>(Pet::NAME_KEY)
    }
}

#[allow(dead_code)]
impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this player by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another player has it.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(PlayerField::Name(name.into()))
    }

    /// Sets [`Player::invited_by`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no player has it.
    #[inline]
    pub fn set_invited_by(&mut self, invited_by: Option<String>) -> Result<(), Error> {
        self.0.set(PlayerField::InvitedBy(invited_by))
    }

    /// Sets [`Player::level`].
    #[inline]
    pub fn set_level(&mut self, level: i64) {
        self.0.put(PlayerField::Level(level));
    }
}

entity! {
    /// A row of `guilds`.
    pub struct Guild in Tables.guilds {
        /// Goes neither before its guild does.
        Leader leader: String = LEADER "leader";
    }
    table "guilds", id "id", standalone;
    types GuildKey, GuildId, GuildColumns(u8), GuildField, GuildRef, GuildMut;
    indexes {
        unique BY_LEADER [leader: LEADER];
    }
    value_keys {
        LEADER_KEY "leader" BY_LEADER -> Player BY_NAME;
    }
}

#[allow(dead_code)]
impl Guild {
    /// The guild with this `leader`. O(1).
    pub fn find_by_leader<'w>(world: &'w World, leader: &str) -> Option<GuildRef<'w>> {
        let (key, _) = world
            .guilds
            .find(Self::BY_LEADER, leader, |row| row.leader == leader)
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> GuildRef<'w> {
    /// The player that `leader` names. O(1).
    #[inline]
    pub fn leader(self) -> PlayerRef<'w> {
        self.0.required_named::<Player>(Guild::LEADER_KEY)
    }

    /// The ranks whose `guild_id` names this guild, in order of their ids. O(1).
    pub fn ranks(self) -> Rows<'w, Rank> {
        self.0.children(Rank::GUILD_ID)
    }

    /// The members whose `guild_id` names this guild, in order of their ids. O(1).
    pub fn members(self) -> Rows<'w, Member> {
        self.0.children(Member::GUILD_ID)
    }
}

#[allow(dead_code)]
impl GuildMut<'_> {
    /// Sets [`Guild::leader`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no player has it,
    /// [`gamedb::ErrorKind::NotUnique`] when another guild has it.
    #[inline]
    pub fn set_leader(&mut self, leader: impl Into<String>) -> Result<(), Error> {
        self.0.set(GuildField::Leader(leader.into()))
    }
}

entity! {
    /// A row of `ranks`.
    pub struct Rank in Tables.ranks {
        /// `guild_id INTEGER NOT NULL REFERENCES guilds (id) ON DELETE CASCADE`
        Guild guild: GuildKey = GUILD_ID "guild_id" -> Guild.cascade();
        /// `no INTEGER NOT NULL`
        No no: i64 = NO "no";
    }
    table "ranks", id "id", standalone;
    types RankKey, RankId, RankColumns(u8), RankField, RankRef, RankMut;
    indexes {
        unique BY_GUILD_AND_NO [guild: GUILD_ID, no: NO];
    }
}

#[allow(dead_code)]
impl Rank {
    /// The ranks whose `guild_id` is this guild, in order of their ids. O(1).
    pub fn find_by_guild(world: &World, guild: GuildKey) -> Rows<'_, Rank> {
        world.ranks.children(Self::GUILD_ID, guild.raw())
    }

    /// The rank with these `guild_id`, `no`. O(1).
    pub fn find_by_guild_and_no(world: &World, guild: GuildKey, no: i64) -> Option<RankRef<'_>> {
        let (key, _) = world
            .ranks
            .find(Self::BY_GUILD_AND_NO, (guild, no), |row| {
                row.guild == guild && row.no == no
            })
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> RankRef<'w> {
    /// The guild that `guild_id` names. O(1).
    #[inline]
    pub fn guild(self) -> GuildRef<'w> {
        self.0.required_parent(self.guild)
    }

    /// The members whose `guild_id`, `rank_no` name this rank, in order of their ids. O(1).
    pub fn members(self) -> Rows<'w, Member> {
        self.0.naming::<Member>(Member::RANK_KEY)
    }
}

#[allow(dead_code)]
impl RankMut<'_> {
    /// Sets [`Rank::guild`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the guild is not there,
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this rank by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another rank has the same `guild_id`, `no`.
    #[inline]
    pub fn set_guild(&mut self, guild: GuildKey) -> Result<(), Error> {
        self.0.set(RankField::Guild(guild))
    }

    /// Sets [`Rank::no`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this rank by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another rank has the same `guild_id`, `no`.
    #[inline]
    pub fn set_no(&mut self, no: i64) -> Result<(), Error> {
        self.0.set(RankField::No(no))
    }
}

entity! {
    /// A player in a guild, with a rank of that guild or without one.
    pub struct Member in Tables.members {
        /// `player TEXT NOT NULL REFERENCES players (name) ON DELETE CASCADE`
        Player player: String = PLAYER "player";
        /// `guild_id INTEGER REFERENCES guilds (id) ON DELETE SET NULL`
        Guild guild: Option<GuildKey> = GUILD_ID "guild_id" -> Guild.set_null();
        /// `rank_no INTEGER`
        RankNo rank_no: Option<i64> = RANK_NO "rank_no";
    }
    table "members", id "id", standalone;
    types MemberKey, MemberId, MemberColumns(u8), MemberField, MemberRef, MemberMut;
    indexes {
        plain BY_PLAYER [player: PLAYER];
        plain BY_GUILD_AND_RANK_NO [guild: GUILD_ID, rank_no: RANK_NO];
    }
    value_keys {
        PLAYER_KEY "player" BY_PLAYER -> Player BY_NAME.cascade();
        RANK_KEY "guild_id, rank_no" BY_GUILD_AND_RANK_NO -> Rank BY_GUILD_AND_NO.set_null() null [Guild, RankNo];
    }
}

#[allow(dead_code)]
impl Member {
    /// The members whose `guild_id` is this guild, in order of their ids. O(1).
    pub fn find_by_guild(world: &World, guild: GuildKey) -> Rows<'_, Member> {
        world.members.children(Self::GUILD_ID, guild.raw())
    }

    /// The members with this `player`, in order of their ids. O(1).
    pub fn find_by_player<'w>(world: &'w World, player: &str) -> Rows<'w, Member> {
        world
            .members
            .find(Self::BY_PLAYER, player, |row| row.player == player)
    }

    /// The members with these `guild_id`, `rank_no`, in order of their ids. O(1).
    pub fn find_by_guild_and_rank_no(
        world: &World,
        guild: GuildKey,
        rank_no: i64,
    ) -> Rows<'_, Member> {
        world
            .members
            .find(Self::BY_GUILD_AND_RANK_NO, (guild, rank_no), |row| {
                row.guild == Some(guild) && row.rank_no == Some(rank_no)
            })
    }
}

#[allow(dead_code)]
impl<'w> MemberRef<'w> {
    /// The guild that `guild_id` names, if it names one. O(1).
    #[inline]
    pub fn guild(self) -> Option<GuildRef<'w>> {
        self.0.parent(self.guild?)
    }

    /// The player that `player` names. O(1).
    #[inline]
    pub fn player(self) -> PlayerRef<'w> {
        self.0.required_named::<Player>(Member::PLAYER_KEY)
    }

    /// The rank that `guild_id`, `rank_no` name, if there is one. O(1).
    #[inline]
    pub fn rank(self) -> Option<RankRef<'w>> {
        self.0.named::<Rank>(Member::RANK_KEY)
    }
}

#[allow(dead_code)]
impl MemberMut<'_> {
    /// Sets [`Member::player`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no player has it.
    #[inline]
    pub fn set_player(&mut self, player: impl Into<String>) -> Result<(), Error> {
        self.0.set(MemberField::Player(player.into()))
    }

    /// Sets [`Member::guild`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the guild is not there,
    /// [`gamedb::ErrorKind::NoSuchValue`] when no rank has these values.
    #[inline]
    pub fn set_guild(&mut self, guild: Option<GuildKey>) -> Result<(), Error> {
        self.0.set(MemberField::Guild(guild))
    }

    /// Sets [`Member::rank_no`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no rank has these values.
    #[inline]
    pub fn set_rank_no(&mut self, rank_no: Option<i64>) -> Result<(), Error> {
        self.0.set(MemberField::RankNo(rank_no))
    }

    /// Sets `guild_id`, `rank_no` at once.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the guild is not there,
    /// [`gamedb::ErrorKind::NoSuchValue`] when no rank has these values.
    pub fn set_guild_and_rank_no(
        &mut self,
        guild: Option<GuildKey>,
        rank_no: Option<i64>,
    ) -> Result<(), Error> {
        self.0
            .set_all([MemberField::Guild(guild), MemberField::RankNo(rank_no)])
    }
}

entity! {
    /// A row of `shapes`.
    pub struct Shape in Tables.shapes {
        /// `kind TEXT NOT NULL`
        Kind kind: String = KIND "kind";
        /// `size INTEGER`
        Size size: Option<i64> = SIZE "size";
    }
    table "shapes", id "id", standalone;
    types ShapeKey, ShapeId, ShapeColumns(u8), ShapeField, ShapeRef, ShapeMut;
    indexes {
        unique BY_SIZE_AND_KIND [size: SIZE, kind: KIND];
    }
}

#[allow(dead_code)]
impl Shape {
    /// The shape with these `size`, `kind`. O(1).
    pub fn find_by_size_and_kind<'w>(
        world: &'w World,
        size: i64,
        kind: &str,
    ) -> Option<ShapeRef<'w>> {
        let (key, _) = world
            .shapes
            .find(Self::BY_SIZE_AND_KIND, (size, kind), |row| {
                row.size == Some(size) && row.kind == kind
            })
            .next()?;
        world.get(key).ok()
    }
}

#[allow(dead_code)]
impl<'w> ShapeRef<'w> {
    /// The items whose `size`, `kind` name this shape, in order of their ids. O(1).
    pub fn items(self) -> Rows<'w, Item> {
        self.0.naming::<Item>(Item::SHAPE_KEY)
    }
}

#[allow(dead_code)]
impl ShapeMut<'_> {
    /// Sets [`Shape::kind`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this shape by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another shape has the same `size`, `kind`.
    #[inline]
    pub fn set_kind(&mut self, kind: impl Into<String>) -> Result<(), Error> {
        self.0.set(ShapeField::Kind(kind.into()))
    }

    /// Sets [`Shape::size`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this shape by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another shape has the same `size`, `kind`.
    #[inline]
    pub fn set_size(&mut self, size: Option<i64>) -> Result<(), Error> {
        self.0.set(ShapeField::Size(size))
    }
}

entity! {
    /// A row of `items`.
    pub struct Item in Tables.items {
        /// `owner_name TEXT REFERENCES players (name) ON DELETE CASCADE`
        OwnerName owner_name: Option<String> = OWNER_NAME "owner_name";
        /// The smith.
        Maker maker: Option<String> = MAKER "maker";
        /// The item that this one lies in.
        Within within: Option<ItemKey> = WITHIN_ID "within_id" -> Item.cascade();
        /// `kind TEXT NOT NULL DEFAULT 'sword'`
        Kind kind: String = KIND "kind" default "sword".to_owned();
        /// `size INTEGER`
        Size size: Option<i64> = SIZE "size";
    }
    table "items", id "id", standalone;
    types ItemKey, ItemId, ItemColumns(u8), ItemField, ItemRef, ItemMut;
    indexes {
        plain BY_OWNER_NAME [owner_name: OWNER_NAME];
        plain BY_MAKER [maker: MAKER];
        plain BY_KIND_AND_SIZE [kind: KIND, size: SIZE];
        plain BY_SIZE_AND_KIND [size: SIZE, kind: KIND];
    }
    value_keys {
        OWNER_KEY "owner_name" BY_OWNER_NAME -> Player BY_NAME.cascade();
        MAKER_KEY "maker" BY_MAKER -> Player BY_NAME;
        SHAPE_KEY "size, kind" BY_SIZE_AND_KIND -> Shape BY_SIZE_AND_KIND;
    }
}

#[allow(dead_code)]
impl Item {
    /// The items whose `within_id` is this item, in order of their ids. O(1).
    pub fn find_by_within(world: &World, within: ItemKey) -> Rows<'_, Item> {
        world.items.children(Self::WITHIN_ID, within.raw())
    }

    /// The items with this `owner_name`, in order of their ids. O(1).
    pub fn find_by_owner_name<'w>(world: &'w World, owner_name: &str) -> Rows<'w, Item> {
        world.items.find(Self::BY_OWNER_NAME, owner_name, |row| {
            row.owner_name.as_deref() == Some(owner_name)
        })
    }

    /// The items with this `maker`, in order of their ids. O(1).
    pub fn find_by_maker<'w>(world: &'w World, maker: &str) -> Rows<'w, Item> {
        world.items.find(Self::BY_MAKER, maker, |row| {
            row.maker.as_deref() == Some(maker)
        })
    }

    /// The items with these `kind`, `size`, in order of their ids. O(1).
    pub fn find_by_kind_and_size<'w>(world: &'w World, kind: &str, size: i64) -> Rows<'w, Item> {
        world
            .items
            .find(Self::BY_KIND_AND_SIZE, (kind, size), |row| {
                row.kind == kind && row.size == Some(size)
            })
    }

    /// The items with these `size`, `kind`, in order of their ids. O(1).
    pub fn find_by_size_and_kind<'w>(world: &'w World, size: i64, kind: &str) -> Rows<'w, Item> {
        world
            .items
            .find(Self::BY_SIZE_AND_KIND, (size, kind), |row| {
                row.size == Some(size) && row.kind == kind
            })
    }
}

#[allow(dead_code)]
impl<'w> ItemRef<'w> {
    /// The item that `within_id` names, if it names one. O(1).
    #[inline]
    pub fn within(self) -> Option<ItemRef<'w>> {
        self.0.parent(self.within?)
    }

    /// The player that `owner_name` names, if there is one. O(1).
    #[inline]
    pub fn owner(self) -> Option<PlayerRef<'w>> {
        self.0.named::<Player>(Item::OWNER_KEY)
    }

    /// The player that `maker` names, if there is one. O(1).
    #[inline]
    pub fn maker(self) -> Option<PlayerRef<'w>> {
        self.0.named::<Player>(Item::MAKER_KEY)
    }

    /// The shape that `size`, `kind` name, if there is one. O(1).
    #[inline]
    pub fn shape(self) -> Option<ShapeRef<'w>> {
        self.0.named::<Shape>(Item::SHAPE_KEY)
    }

    /// The items whose `within_id` names this item, in order of their ids. O(1).
    pub fn items(self) -> Rows<'w, Item> {
        self.0.children(Item::WITHIN_ID)
    }
}

#[allow(dead_code)]
impl ItemMut<'_> {
    /// Sets [`Item::owner_name`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no player has it.
    #[inline]
    pub fn set_owner_name(&mut self, owner_name: Option<String>) -> Result<(), Error> {
        self.0.set(ItemField::OwnerName(owner_name))
    }

    /// Sets [`Item::maker`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no player has it.
    #[inline]
    pub fn set_maker(&mut self, maker: Option<String>) -> Result<(), Error> {
        self.0.set(ItemField::Maker(maker))
    }

    /// Sets [`Item::within`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the item is not there.
    #[inline]
    pub fn set_within(&mut self, within: Option<ItemKey>) -> Result<(), Error> {
        self.0.set(ItemField::Within(within))
    }

    /// Sets [`Item::kind`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no shape has these values.
    #[inline]
    pub fn set_kind(&mut self, kind: impl Into<String>) -> Result<(), Error> {
        self.0.set(ItemField::Kind(kind.into()))
    }

    /// Sets [`Item::size`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no shape has these values.
    #[inline]
    pub fn set_size(&mut self, size: Option<i64>) -> Result<(), Error> {
        self.0.set(ItemField::Size(size))
    }

    /// Sets `size`, `kind` at once.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no shape has these values.
    pub fn set_size_and_kind(
        &mut self,
        size: Option<i64>,
        kind: impl Into<String>,
    ) -> Result<(), Error> {
        self.0
            .set_all([ItemField::Size(size), ItemField::Kind(kind.into())])
    }
}

entity! {
    /// A hero has a pet that has the hero: a cycle of names.
    pub struct Hero in Tables.heroes {
        /// `name TEXT NOT NULL UNIQUE`
        Name name: String = NAME "name";
        /// `pet TEXT REFERENCES pets (name) ON DELETE CASCADE`
        Pet pet: Option<String> = PET "pet";
    }
    table "heroes", id "id", standalone;
    types HeroKey, HeroId, HeroColumns(u8), HeroField, HeroRef, HeroMut;
    indexes {
        unique BY_NAME [name: NAME];
        plain BY_PET [pet: PET];
    }
    value_keys {
        PET_KEY "pet" BY_PET -> Pet BY_NAME.cascade();
    }
}

#[allow(dead_code)]
impl Hero {
    /// The hero with this `name`. O(1).
    pub fn find_by_name<'w>(world: &'w World, name: &str) -> Option<HeroRef<'w>> {
        let (key, _) = world
            .heroes
            .find(Self::BY_NAME, name, |row| row.name == name)
            .next()?;
        world.get(key).ok()
    }

    /// The heroes with this `pet`, in order of their ids. O(1).
    pub fn find_by_pet<'w>(world: &'w World, pet: &str) -> Rows<'w, Hero> {
        world
            .heroes
            .find(Self::BY_PET, pet, |row| row.pet.as_deref() == Some(pet))
    }
}

#[allow(dead_code)]
impl<'w> HeroRef<'w> {
    /// The pet that `pet` names, if there is one. O(1).
    #[inline]
    pub fn pet(self) -> Option<PetRef<'w>> {
        self.0.named::<Pet>(Hero::PET_KEY)
    }

    /// The pets whose `master` names this hero, in order of their ids. O(1).
    pub fn pets(self) -> Rows<'w, Pet> {
        self.0.naming::<Pet>(Pet::MASTER_KEY)
    }
}

#[allow(dead_code)]
impl HeroMut<'_> {
    /// Sets [`Hero::name`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this hero by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another hero has it.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(HeroField::Name(name.into()))
    }

    /// Sets [`Hero::pet`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no pet has it.
    #[inline]
    pub fn set_pet(&mut self, pet: Option<String>) -> Result<(), Error> {
        self.0.set(HeroField::Pet(pet))
    }
}

entity! {
    /// A row of `pets`.
    pub struct Pet in Tables.pets {
        /// `name TEXT UNIQUE REFERENCES players (name) ON DELETE SET NULL`
        Name name: Option<String> = NAME "name";
        /// `master TEXT REFERENCES heroes (name) ON DELETE CASCADE`
        Master master: Option<String> = MASTER "master";
    }
    table "pets", id "id", standalone;
    types PetKey, PetId, PetColumns(u8), PetField, PetRef, PetMut;
    indexes {
        unique BY_NAME [name: NAME];
        plain BY_MASTER [master: MASTER];
    }
    value_keys {
        NAME_KEY "name" BY_NAME -> Player BY_NAME.set_null() null [Name];
        MASTER_KEY "master" BY_MASTER -> Hero BY_NAME.cascade();
    }
}

#[allow(dead_code)]
impl Pet {
    /// The pet with this `name`. O(1).
    pub fn find_by_name<'w>(world: &'w World, name: &str) -> Option<PetRef<'w>> {
        let (key, _) = world
            .pets
            .find(Self::BY_NAME, name, |row| row.name.as_deref() == Some(name))
            .next()?;
        world.get(key).ok()
    }

    /// The pets with this `master`, in order of their ids. O(1).
    pub fn find_by_master<'w>(world: &'w World, master: &str) -> Rows<'w, Pet> {
        world.pets.find(Self::BY_MASTER, master, |row| {
            row.master.as_deref() == Some(master)
        })
    }
}

#[allow(dead_code)]
impl<'w> PetRef<'w> {
    /// The player that `name` names, if there is one. O(1).
    #[inline]
    pub fn name(self) -> Option<PlayerRef<'w>> {
        self.0.named::<Player>(Pet::NAME_KEY)
    }

    /// The hero that `master` names, if there is one. O(1).
    #[inline]
    pub fn master(self) -> Option<HeroRef<'w>> {
        self.0.named::<Hero>(Pet::MASTER_KEY)
    }

    /// The heroes whose `pet` names this pet, in order of their ids. O(1).
    pub fn heroes(self) -> Rows<'w, Hero> {
        self.0.naming::<Hero>(Hero::PET_KEY)
    }
}

#[allow(dead_code)]
impl PetMut<'_> {
    /// Sets [`Pet::name`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no player has it,
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this pet by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another pet has it.
    #[inline]
    pub fn set_name(&mut self, name: Option<String>) -> Result<(), Error> {
        self.0.set(PetField::Name(name))
    }

    /// Sets [`Pet::master`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no hero has it.
    #[inline]
    pub fn set_master(&mut self, master: Option<String>) -> Result<(), Error> {
        self.0.set(PetField::Master(master))
    }
}
