// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// CHECKs that memory keeps, and those that only the file does.
    fighters: Table<Fighter>,
}

entity! {
    /// CHECKs that memory keeps, and those that only the file does.
    pub struct Fighter in Tables.fighters {
        /// `name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 12)`
        Name name: String = NAME "name";
        /// `title TEXT CHECK (title IS NULL OR title <> '')`
        Title title: Option<String> = TITLE "title";
        /// `level INTEGER NOT NULL DEFAULT 1 CHECK (level >= 1 AND level <= 99)`
        Level level: i64 = LEVEL "level" default 1;
        /// `hp INTEGER NOT NULL DEFAULT 10 CHECK (0 <= hp)`
        Hp hp: i64 = HP "hp" default 10;
        /// `max_hp INTEGER NOT NULL DEFAULT 10`
        MaxHp max_hp: i64 = MAX_HP "max_hp" default 10;
        /// `luck REAL NOT NULL CHECK (luck > -1.5 AND luck < 1.5)`
        Luck luck: f64 = LUCK "luck";
        /// `rank TEXT NOT NULL DEFAULT 'M' COLLATE NOCASE CHECK (rank >= 'A')`
        Rank rank: String = RANK "rank" default "M".to_owned();
        /// `badge BLOB CHECK (length(badge) = 4)`
        Badge badge: Option<Vec<u8>> = BADGE "badge";
        /// `class INTEGER NOT NULL DEFAULT 1 CHECK (class IN (1, 2, 3))`
        Class class: i64 = CLASS "class" default 1;
        /// `motto TEXT CHECK (motto NOT LIKE '%quit%' OR length(motto) < 5)`
        Motto motto: Option<String> = MOTTO "motto";
        /// `tag TEXT CHECK (tag NOT GLOB '*[^a-z0-9]*')`
        Tag tag: Option<String> = TAG "tag";
        /// `notes TEXT CHECK (json_valid(notes))`
        Notes notes: Option<String> = NOTES "notes";
        /// `rival_id INTEGER REFERENCES fighters (id) ON DELETE SET NULL`
        Rival rival: Option<FighterKey> = RIVAL_ID "rival_id" -> Fighter.set_null();
        /// `friend_id INTEGER REFERENCES fighters (id) ON DELETE SET NULL`
        Friend friend: Option<FighterKey> = FRIEND_ID "friend_id" -> Fighter.set_null();
    }
    table "fighters", id "id", standalone;
    types FighterKey, FighterId, FighterColumns(u16), FighterField, FighterRef, FighterMut;
    checks {
        "length(name) BETWEEN 1 AND 12": Length(NAME) GreaterOrEqual Integer(1);
        "length(name) BETWEEN 1 AND 12": Length(NAME) LessOrEqual Integer(12);
        "title IS NULL OR title <> ''": Column(TITLE) NotEqual Text("");
        "level >= 1 AND level <= 99": Column(LEVEL) GreaterOrEqual Integer(1);
        "level >= 1 AND level <= 99": Column(LEVEL) LessOrEqual Integer(99);
        "0 <= hp": Integer(0) LessOrEqual Column(HP);
        "luck > -1.5 AND luck < 1.5": Column(LUCK) Greater Real(-1.5);
        "luck > -1.5 AND luck < 1.5": Column(LUCK) Less Real(1.5);
        "length(badge) = 4": Length(BADGE) Equal Integer(4);
        "hp <= max_hp": Column(HP) LessOrEqual Column(MAX_HP);
        "rival_id <> friend_id": Column(RIVAL_ID) NotEqual Column(FRIEND_ID);
    }
    conditions {
        "class IN (1, 2, 3)": [CLASS] In(&Column(CLASS as usize), &[Integer(1), Integer(2), Integer(3)]);
        "motto NOT LIKE '%quit%' OR length(motto) < 5": [MOTTO] Or(&[Not(&Like(&Column(MOTTO as usize), "%quit%", None)), Compare(&Length(&Column(MOTTO as usize)), Less, &Integer(5))]);
        "tag NOT GLOB '*[^a-z0-9]*'": [TAG] Not(&Glob(&Column(TAG as usize), "*[^a-z0-9]*"));
        "level % 2 = 1 OR luck > 0": [LEVEL, LUCK] Or(&[Compare(&Remainder(&Column(LEVEL as usize), &Integer(2)), Equal, &Integer(1)), Compare(&Column(LUCK as usize), Greater, &Integer(0))]);
        "abs(hp - max_hp) <= 1000": [HP, MAX_HP] Compare(&Abs(&Subtract(&Column(HP as usize), &Column(MAX_HP as usize))), LessOrEqual, &Integer(1000));
        "typeof(luck) <> 'text'": [LUCK] Compare(&TypeOf(&Column(LUCK as usize)), NotEqual, &Text("text"));
        "name > 5": [NAME] Compare(&Column(NAME as usize), Greater, &Text("5"));
    }
}

#[allow(dead_code)]
impl Fighter {
    /// The fighters whose `rival_id` is this fighter, in order of their ids. O(1).
    pub fn find_by_rival(world: &World, rival: FighterKey) -> Rows<'_, Fighter> {
        world.fighters.children(Self::RIVAL_ID, rival.raw())
    }

    /// The fighters whose `friend_id` is this fighter, in order of their ids. O(1).
    pub fn find_by_friend(world: &World, friend: FighterKey) -> Rows<'_, Fighter> {
        world.fighters.children(Self::FRIEND_ID, friend.raw())
    }
}

#[allow(dead_code)]
impl<'w> FighterRef<'w> {
    /// The fighter that `rival_id` names, if it names one. O(1).
    #[inline]
    pub fn rival(self) -> Option<FighterRef<'w>> {
        self.0.parent(self.rival?)
    }

    /// The fighter that `friend_id` names, if it names one. O(1).
    #[inline]
    pub fn friend(self) -> Option<FighterRef<'w>> {
        self.0.parent(self.friend?)
    }

    /// The fighters whose `rival_id` names this fighter, in order of their ids. O(1).
    pub fn fighters_by_rival(self) -> Rows<'w, Fighter> {
        self.0.children(Fighter::RIVAL_ID)
    }

    /// The fighters whose `friend_id` names this fighter, in order of their ids. O(1).
    pub fn fighters_by_friend(self) -> Rows<'w, Fighter> {
        self.0.children(Fighter::FRIEND_ID)
    }
}

#[allow(dead_code)]
impl FighterMut<'_> {
    /// Sets [`Fighter::name`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `length(name) BETWEEN 1 AND 12`,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `name > 5`.
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) -> Result<(), Error> {
        self.0.set(FighterField::Name(name.into()))
    }

    /// Sets [`Fighter::title`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `title IS NULL OR title <> ''`.
    #[inline]
    pub fn set_title(&mut self, title: Option<String>) -> Result<(), Error> {
        self.0.set(FighterField::Title(title))
    }

    /// Sets [`Fighter::level`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `level >= 1 AND level <= 99`,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `level % 2 = 1 OR luck > 0`.
    #[inline]
    pub fn set_level(&mut self, level: i64) -> Result<(), Error> {
        self.0.set(FighterField::Level(level))
    }

    /// Sets [`Fighter::hp`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `0 <= hp`,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `hp <= max_hp`,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `abs(hp - max_hp) <= 1000`.
    #[inline]
    pub fn set_hp(&mut self, hp: i64) -> Result<(), Error> {
        self.0.set(FighterField::Hp(hp))
    }

    /// Sets [`Fighter::max_hp`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `hp <= max_hp`,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `abs(hp - max_hp) <= 1000`.
    #[inline]
    pub fn set_max_hp(&mut self, max_hp: i64) -> Result<(), Error> {
        self.0.set(FighterField::MaxHp(max_hp))
    }

    /// Sets [`Fighter::luck`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `luck > -1.5 AND luck < 1.5`,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `level % 2 = 1 OR luck > 0`,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `typeof(luck) <> 'text'`.
    #[inline]
    pub fn set_luck(&mut self, luck: f64) -> Result<(), Error> {
        self.0.set(FighterField::Luck(luck))
    }

    /// Sets [`Fighter::rank`].
    #[inline]
    pub fn set_rank(&mut self, rank: impl Into<String>) {
        self.0.put(FighterField::Rank(rank.into()));
    }

    /// Sets [`Fighter::badge`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `length(badge) = 4`.
    #[inline]
    pub fn set_badge(&mut self, badge: Option<Vec<u8>>) -> Result<(), Error> {
        self.0.set(FighterField::Badge(badge))
    }

    /// Sets [`Fighter::class`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `class IN (1, 2, 3)`.
    #[inline]
    pub fn set_class(&mut self, class: i64) -> Result<(), Error> {
        self.0.set(FighterField::Class(class))
    }

    /// Sets [`Fighter::motto`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `motto NOT LIKE '%quit%' OR length(motto) < 5`.
    #[inline]
    pub fn set_motto(&mut self, motto: Option<String>) -> Result<(), Error> {
        self.0.set(FighterField::Motto(motto))
    }

    /// Sets [`Fighter::tag`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::CheckFailed`] unless `tag NOT GLOB '*[^a-z0-9]*'`.
    #[inline]
    pub fn set_tag(&mut self, tag: Option<String>) -> Result<(), Error> {
        self.0.set(FighterField::Tag(tag))
    }

    /// Sets [`Fighter::notes`].
    #[inline]
    pub fn set_notes(&mut self, notes: Option<String>) {
        self.0.put(FighterField::Notes(notes));
    }

    /// Sets [`Fighter::rival`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the fighter is not there,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `rival_id <> friend_id`.
    #[inline]
    pub fn set_rival(&mut self, rival: Option<FighterKey>) -> Result<(), Error> {
        self.0.set(FighterField::Rival(rival))
    }

    /// Sets [`Fighter::friend`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the fighter is not there,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `rival_id <> friend_id`.
    #[inline]
    pub fn set_friend(&mut self, friend: Option<FighterKey>) -> Result<(), Error> {
        self.0.set(FighterField::Friend(friend))
    }
}
