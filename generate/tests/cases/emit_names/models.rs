// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Rows, entity, tables, text_enum};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// Words that mean something in Rust, in SQL, in Markdown, or in generated code.
    r#type: Table<Type>,
    /// \`\`\`
    /// panic!("this is no doctest");
    /// \`\`\`
    /// indented, \[linked\] and \<tagged>
    /// \- a list
    /// goes on
    /// \# Heading
    parents: Table<Parent>,
    /// The rows of `values`.
    values: Table<Value>,
    /// The rows of `owners`.
    owners: Table<Owner>,
    /// The rows of `tables`.
    tables: Table<TableRow>,
    /// The rows of `errors`.
    errors: Table<ErrorRow>,
    /// The rows of `type_fields`.
    type_fields: Table<TypeFieldRow>,
    /// The rows of `players`.
    players: Table<Player>,
    /// The rows of `player_keys`.
    player_keys: Table<PlayerKeyRow>,
}

text_enum! {
    /// One of the texts that `flags` can have.
    pub enum Flags {
        AB = "a\"b",
        Self_ = "Self",
        _1 = "1",
        Self2 = "self",
        Empty = "",
    }
}

entity! {
    /// Words that mean something in Rust, in SQL, in Markdown, or in generated code.
    pub struct Type in Tables.r#type {
        /// `"self" INTEGER REFERENCES "type" (id) ON DELETE SET NULL`
        Self_ self_: Option<TypeKey> = SELF "self" -> Type.set_null();
        /// `"super" TEXT`
        Super super_: Option<String> = SUPER "super";
        /// `"fn" TEXT NOT NULL UNIQUE`
        Fn r#fn: String = FN "fn";
        /// `"world" TEXT NOT NULL`
        World world: String = WORLD "world";
        /// `"row" INTEGER NOT NULL`
        Row row: i64 = ROW "row";
        /// `"key" REAL NOT NULL`
        Key key: f64 = KEY "key";
        /// Ends here */ or "there" or \`here.
        Match r#match: ParentKey = MATCH "match" -> Parent;
        /// `"TABLE" INTEGER REFERENCES parents (id)`
        Table table: Option<ParentKey> = TABLE "TABLE" -> Parent;
        /// `"INFO_id" INTEGER REFERENCES parents (id)`
        Info info: Option<ParentKey> = INFO_ID "INFO_id" -> Parent;
        /// `"naïve col" TEXT`
        NaïveCol naïve_col: Option<String> = NAÏVE_COL "naïve col";
        /// ``"a`b" BLOB NOT NULL``
        AB a_b: Vec<u8> = A_B "a`b";
        /// `"1st" INTEGER NOT NULL DEFAULT 1`
        _1st _1st: i64 = _1ST "1st" default 1;
        /// `"quo""te" TEXT NOT NULL DEFAULT 'it''s "here"'`
        QuoTe quo_te: String = QUO_TE "quo\"te" default "it's \"here\"".to_owned();
        /// `a_b INTEGER NOT NULL`
        AB2 a_b_2: i64 = A_B_ "a_b";
        /// `ab INTEGER NOT NULL`
        Ab ab: i64 = AB "ab";
        /// `a_1 INTEGER NOT NULL`
        A1 a_1: i64 = A_1 "a_1";
        /// `a1 INTEGER NOT NULL`
        A12 a1: i64 = A1 "a1";
        /// `a__b INTEGER NOT NULL`
        AB3 a_b_3: i64 = A_B2 "a__b";
        /// `_x INTEGER NOT NULL`
        X _x: i64 = X "_x";
        /// `from_parent INTEGER REFERENCES parents (id)`
        FromParent from_parent: Option<ParentKey> = FROM_PARENT "from_parent" -> Parent;
        /// `"flags" TEXT NOT NULL CHECK ("flags" IN ('a"b', 'Self', '1', 'self', ''))`
        Flags flags: Flags = FLAGS_ "flags";
    }
    table "type", id "id", standalone;
    types TypeKey, TypeId, TypeColumns(u32), TypeField, TypeRef, TypeMut;
    indexes {
        unique BY_FN [r#fn: FN];
        unique BY_WORLD_AND_ROW_AND_KEY [world: WORLD, row: ROW, key: KEY];
        plain BY_KEY [key: KEY];
        plain BY_ROW_AND_MATCH [row: ROW, r#match: MATCH];
    }
}

#[allow(dead_code)]
impl Type {
    /// The type whose `self` is this type, in order of their ids. O(1).
    pub fn find_by_self(world: &World, self_: TypeKey) -> Rows<'_, Type> {
        world.r#type.children(Self::SELF, self_.raw())
    }

    /// The type whose `match` is this parent, in order of their ids. O(1).
    pub fn find_by_match(world: &World, r#match: ParentKey) -> Rows<'_, Type> {
        world.r#type.children(Self::MATCH, r#match.raw())
    }

    /// The type whose `TABLE` is this parent, in order of their ids. O(1).
    pub fn find_by_table(world: &World, table: ParentKey) -> Rows<'_, Type> {
        world.r#type.children(Self::TABLE, table.raw())
    }

    /// The type whose `INFO_id` is this parent, in order of their ids. O(1).
    pub fn find_by_info(world: &World, info: ParentKey) -> Rows<'_, Type> {
        world.r#type.children(Self::INFO_ID, info.raw())
    }

    /// The type whose `from_parent` is this parent, in order of their ids. O(1).
    pub fn find_by_from_parent(world: &World, from_parent: ParentKey) -> Rows<'_, Type> {
        world.r#type.children(Self::FROM_PARENT, from_parent.raw())
    }

    /// The type with this `fn`. O(1).
    pub fn find_by_fn<'w>(world: &'w World, r#fn: &str) -> Option<TypeRef<'w>> {
        let (key, _) = world
            .r#type
            .find(Self::BY_FN, r#fn, |row| row.r#fn == r#fn)
            .next()?;
        world.get(key).ok()
    }

    /// The type with these `world`, `row`, `key`. O(1).
    pub fn find_by_world_and_row_and_key<'w>(
        world: &'w World,
        its_world: &str,
        its_row: i64,
        its_key: f64,
    ) -> Option<TypeRef<'w>> {
        let (key, _) = world
            .r#type
            .find(
                Self::BY_WORLD_AND_ROW_AND_KEY,
                (its_world, its_row, (its_key + 0.0).to_bits()),
                |row| row.world == its_world && row.row == its_row && row.key == its_key,
            )
            .next()?;
        world.get(key).ok()
    }

    /// The type with this `key`, in order of their ids. O(1).
    pub fn find_by_key(world: &World, its_key: f64) -> Rows<'_, Type> {
        world
            .r#type
            .find(Self::BY_KEY, (its_key + 0.0).to_bits(), |row| {
                row.key == its_key
            })
    }

    /// The type with these `row`, `match`, in order of their ids. O(1).
    pub fn find_by_row_and_match(
        world: &World,
        its_row: i64,
        r#match: ParentKey,
    ) -> Rows<'_, Type> {
        world
            .r#type
            .find(Self::BY_ROW_AND_MATCH, (its_row, r#match), |row| {
                row.row == its_row && row.r#match == r#match
            })
    }
}

#[allow(dead_code)]
impl<'w> TypeRef<'w> {
    /// The type that `self` names, if it names one. O(1).
    #[inline]
    pub fn self_(self) -> Option<TypeRef<'w>> {
        self.0.parent(self.self_?)
    }

    /// The parent that `match` names. O(1).
    #[inline]
    pub fn r#match(self) -> ParentRef<'w> {
        self.0.required_parent(self.r#match)
    }

    /// The parent that `TABLE` names, if it names one. O(1).
    #[inline]
    pub fn table(self) -> Option<ParentRef<'w>> {
        self.0.parent(self.table?)
    }

    /// The parent that `INFO_id` names, if it names one. O(1).
    #[inline]
    pub fn info(self) -> Option<ParentRef<'w>> {
        self.0.parent(self.info?)
    }

    /// The parent that `from_parent` names, if it names one. O(1).
    #[allow(clippy::wrong_self_convention, reason = "named after the schema")]
    #[inline]
    pub fn from_parent(self) -> Option<ParentRef<'w>> {
        self.0.parent(self.from_parent?)
    }

    /// The type whose `self` names this type, in order of their ids. O(1).
    pub fn types(self) -> Rows<'w, Type> {
        self.0.children(Type::SELF)
    }
}

#[allow(dead_code)]
impl TypeMut<'_> {
    /// Sets [`Type::self_`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the type is not there.
    #[inline]
    pub fn set_self(&mut self, self_: Option<TypeKey>) -> Result<(), Error> {
        self.0.set(TypeField::Self_(self_))
    }

    /// Sets [`Type::super_`].
    #[inline]
    pub fn set_super(&mut self, super_: Option<String>) {
        self.0.put(TypeField::Super(super_));
    }

    /// Sets [`Type::fn`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another type has it.
    #[inline]
    pub fn set_fn(&mut self, r#fn: impl Into<String>) -> Result<(), Error> {
        self.0.set(TypeField::Fn(r#fn.into()))
    }

    /// Sets [`Type::world`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another type has the same `world`, `row`, `key`.
    #[inline]
    pub fn set_world(&mut self, world: impl Into<String>) -> Result<(), Error> {
        self.0.set(TypeField::World(world.into()))
    }

    /// Sets [`Type::row`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotUnique`] when another type has the same `world`, `row`, `key`.
    #[inline]
    pub fn set_row(&mut self, row: i64) -> Result<(), Error> {
        self.0.set(TypeField::Row(row))
    }

    /// Sets [`Type::key`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN,
    /// [`gamedb::ErrorKind::NotUnique`] when another type has the same `world`, `row`, `key`.
    #[inline]
    pub fn set_key(&mut self, key: f64) -> Result<(), Error> {
        self.0.set(TypeField::Key(key))
    }

    /// Sets [`Type::match`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the parent is not there.
    #[inline]
    pub fn set_match(&mut self, r#match: ParentKey) -> Result<(), Error> {
        self.0.set(TypeField::Match(r#match))
    }

    /// Sets [`Type::table`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the parent is not there.
    #[inline]
    pub fn set_table(&mut self, table: Option<ParentKey>) -> Result<(), Error> {
        self.0.set(TypeField::Table(table))
    }

    /// Sets [`Type::info`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the parent is not there.
    #[inline]
    pub fn set_info(&mut self, info: Option<ParentKey>) -> Result<(), Error> {
        self.0.set(TypeField::Info(info))
    }

    /// Sets [`Type::naïve_col`].
    #[inline]
    pub fn set_naïve_col(&mut self, naïve_col: Option<String>) {
        self.0.put(TypeField::NaïveCol(naïve_col));
    }

    /// Sets [`Type::a_b`].
    #[inline]
    pub fn set_a_b(&mut self, a_b: impl Into<Vec<u8>>) {
        self.0.put(TypeField::AB(a_b.into()));
    }

    /// Sets [`Type::_1st`].
    #[inline]
    pub fn set_1st(&mut self, _1st: i64) {
        self.0.put(TypeField::_1st(_1st));
    }

    /// Sets [`Type::quo_te`].
    #[inline]
    pub fn set_quo_te(&mut self, quo_te: impl Into<String>) {
        self.0.put(TypeField::QuoTe(quo_te.into()));
    }

    /// Sets [`Type::a_b_2`].
    #[inline]
    pub fn set_a_b_2(&mut self, a_b_2: i64) {
        self.0.put(TypeField::AB2(a_b_2));
    }

    /// Sets [`Type::ab`].
    #[inline]
    pub fn set_ab(&mut self, ab: i64) {
        self.0.put(TypeField::Ab(ab));
    }

    /// Sets [`Type::a_1`].
    #[inline]
    pub fn set_a_1(&mut self, a_1: i64) {
        self.0.put(TypeField::A1(a_1));
    }

    /// Sets [`Type::a1`].
    #[inline]
    pub fn set_a1(&mut self, a1: i64) {
        self.0.put(TypeField::A12(a1));
    }

    /// Sets [`Type::a_b_3`].
    #[inline]
    pub fn set_a_b_3(&mut self, a_b_3: i64) {
        self.0.put(TypeField::AB3(a_b_3));
    }

    /// Sets [`Type::_x`].
    #[inline]
    pub fn set_x(&mut self, _x: i64) {
        self.0.put(TypeField::X(_x));
    }

    /// Sets [`Type::from_parent`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the parent is not there.
    #[inline]
    pub fn set_from_parent(&mut self, from_parent: Option<ParentKey>) -> Result<(), Error> {
        self.0.set(TypeField::FromParent(from_parent))
    }

    /// Sets [`Type::flags`].
    #[inline]
    pub fn set_flags(&mut self, flags: Flags) {
        self.0.put(TypeField::Flags(flags));
    }
}

entity! {
    /// \`\`\`
    /// panic!("this is no doctest");
    /// \`\`\`
    /// indented, \[linked\] and \<tagged>
    /// \- a list
    /// goes on
    /// \# Heading
    pub struct Parent in Tables.parents {
    }
    table "parents", id "id", standalone;
    types ParentKey, ParentId, ParentColumns(u8), ParentField, ParentRef, ParentMut;
}

#[allow(dead_code)]
impl<'w> ParentRef<'w> {
    /// The type whose `match` names this parent, in order of their ids. O(1).
    pub fn types_by_match(self) -> Rows<'w, Type> {
        self.0.children(Type::MATCH)
    }

    /// The type whose `TABLE` names this parent, in order of their ids. O(1).
    pub fn types_by_table(self) -> Rows<'w, Type> {
        self.0.children(Type::TABLE)
    }

    /// The type whose `INFO_id` names this parent, in order of their ids. O(1).
    pub fn types_by_info(self) -> Rows<'w, Type> {
        self.0.children(Type::INFO_ID)
    }

    /// The type whose `from_parent` names this parent, in order of their ids. O(1).
    pub fn types_by_from_parent(self) -> Rows<'w, Type> {
        self.0.children(Type::FROM_PARENT)
    }
}

entity! {
    /// A row of `values`.
    pub struct Value in Tables.values {
        /// `"value" REAL`
        Value value: Option<f64> = VALUE "value";
    }
    table "values", id "id", standalone;
    types ValueKey, ValueId, ValueColumns(u8), ValueField, ValueRef, ValueMut;
}

#[allow(dead_code)]
impl ValueMut<'_> {
    /// Sets [`Value::value`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NotANumber`] for NaN.
    #[inline]
    pub fn set_value(&mut self, value: Option<f64>) -> Result<(), Error> {
        self.0.set(ValueField::Value(value))
    }
}

entity! {
    /// A row of `owners`.
    pub struct Owner in Tables.owners {
        /// `"owner" TEXT`
        Owner owner: Option<String> = OWNER "owner";
    }
    table "owners", id "id", standalone;
    types OwnerKey, OwnerId, OwnerColumns(u8), OwnerField, OwnerRef, OwnerMut;
}

#[allow(dead_code)]
impl OwnerMut<'_> {
    /// Sets [`Owner::owner`].
    #[inline]
    pub fn set_owner(&mut self, owner: Option<String>) {
        self.0.put(OwnerField::Owner(owner));
    }
}

entity! {
    /// A row of `tables`.
    pub struct TableRow in Tables.tables {
        /// `"table" BLOB`
        Table table: Option<Vec<u8>> = TABLE "table";
    }
    table "tables", id "id", standalone;
    types TableRowKey, TableRowId, TableRowColumns(u8), TableRowField, TableRowRef, TableRowMut;
}

#[allow(dead_code)]
impl TableRowMut<'_> {
    /// Sets [`TableRow::table`].
    #[inline]
    pub fn set_table(&mut self, table: Option<Vec<u8>>) {
        self.0.put(TableRowField::Table(table));
    }
}

entity! {
    /// A row of `errors`.
    pub struct ErrorRow in Tables.errors {
        /// `"error" TEXT NOT NULL`
        Error error: String = ERROR "error";
    }
    table "errors", id "id", standalone;
    types ErrorRowKey, ErrorRowId, ErrorRowColumns(u8), ErrorRowField, ErrorRowRef, ErrorRowMut;
}

#[allow(dead_code)]
impl ErrorRowMut<'_> {
    /// Sets [`ErrorRow::error`].
    #[inline]
    pub fn set_error(&mut self, error: impl Into<String>) {
        self.0.put(ErrorRowField::Error(error.into()));
    }
}

entity! {
    /// A row of `type_fields`.
    pub struct TypeFieldRow in Tables.type_fields {
        /// `type_columns INTEGER NOT NULL`
        TypeColumns type_columns: i64 = TYPE_COLUMNS "type_columns";
    }
    table "type_fields", id "id", standalone;
    types TypeFieldRowKey, TypeFieldRowId, TypeFieldRowColumns(u8), TypeFieldRowField, TypeFieldRowRef, TypeFieldRowMut;
}

#[allow(dead_code)]
impl TypeFieldRowMut<'_> {
    /// Sets [`TypeFieldRow::type_columns`].
    #[inline]
    pub fn set_type_columns(&mut self, type_columns: i64) {
        self.0.put(TypeFieldRowField::TypeColumns(type_columns));
    }
}

entity! {
    /// A row of `players`.
    pub struct Player in Tables.players {
        /// `player_key TEXT NOT NULL`
        PlayerKey player_key: String = PLAYER_KEY "player_key";
    }
    table "players", id "id", standalone;
    types PlayerKey, PlayerId, PlayerColumns(u8), PlayerField, PlayerRef, PlayerMut;
}

#[allow(dead_code)]
impl<'w> PlayerRef<'w> {
    /// The player keys whose `player_id` names this player, in order of their ids. O(1).
    pub fn player_keys(self) -> Rows<'w, PlayerKeyRow> {
        self.0.children(PlayerKeyRow::PLAYER_ID)
    }
}

#[allow(dead_code)]
impl PlayerMut<'_> {
    /// Sets [`Player::player_key`].
    #[inline]
    pub fn set_player_key(&mut self, player_key: impl Into<String>) {
        self.0.put(PlayerField::PlayerKey(player_key.into()));
    }
}

entity! {
    /// A row of `player_keys`.
    pub struct PlayerKeyRow in Tables.player_keys {
        /// `player_id INTEGER NOT NULL REFERENCES players (id)`
        Player player: PlayerKey = PLAYER_ID "player_id" -> Player;
    }
    table "player_keys", id "id", standalone;
    types PlayerKeyRowKey, PlayerKeyRowId, PlayerKeyRowColumns(u8), PlayerKeyRowField, PlayerKeyRowRef, PlayerKeyRowMut;
}

#[allow(dead_code)]
impl PlayerKeyRow {
    /// The player keys whose `player_id` is this player, in order of their ids. O(1).
    pub fn find_by_player(world: &World, player: PlayerKey) -> Rows<'_, PlayerKeyRow> {
        world.player_keys.children(Self::PLAYER_ID, player.raw())
    }
}

#[allow(dead_code)]
impl<'w> PlayerKeyRowRef<'w> {
    /// The player that `player_id` names. O(1).
    #[inline]
    pub fn player(self) -> PlayerRef<'w> {
        self.0.required_parent(self.player)
    }
}

#[allow(dead_code)]
impl PlayerKeyRowMut<'_> {
    /// Sets [`PlayerKeyRow::player`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there.
    #[inline]
    pub fn set_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.set(PlayerKeyRowField::Player(player))
    }
}
