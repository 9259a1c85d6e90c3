// @generated from `schema.sql` by `gamedb generate`. Do not edit; edit the schema and rerun.

use gamedb::codegen::{Error, Nested, Rows, entity, tables};

/// All tables in memory; [`gamedb::World`] has the verbs.
#[allow(dead_code)]
pub type World = gamedb::codegen::World<Tables>;

const _: () = gamedb::codegen::assert_generated_for(0, 1);

tables! {
    /// The tables of the world, for reading one by one.
    pub struct Tables from include_str!("schema.sql");
    /// The rows of `players`.
    players: Table<Player>,
    /// The rows of `player_items`.
    player_items: Table<Item>,
    /// Boxes in boxes, whose numbers are counted in a column that points nowhere.
    boxes: Table<BoxRow>,
    /// A page lies in one page at most, and holds one at most. The game numbers them in its own way.
    pages: Table<Page>,
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
    /// The player items whose `player_id` names this player, in order of their ids. O(1).
    pub fn items(self) -> Rows<'w, Item> {
        self.0.children(Item::PLAYER_ID)
    }

    /// The player items of this player that lie in no other one, in order of their ids. O(all of them).
    pub fn items_at_root(self) -> impl Iterator<Item = (ItemKey, &'w Item)> {
        self.items().filter(|(_, row)| row.is_at_root())
    }
}

#[allow(dead_code)]
impl PlayerMut<'_> {
    /// Sets [`Player::name`].
    #[inline]
    pub fn set_name(&mut self, name: impl Into<String>) {
        self.0.put(PlayerField::Name(name.into()));
    }

    /// Adds a new item to this player, with this `pid` and the next free `sid`.
    /// O(rows of this player) at most.
    ///
    /// # Errors
    /// What `insert` refuses.
    pub fn add_item_at(&mut self, pid: i64, row: Item) -> Result<ItemKey, Error> {
        let key = self.0.key();
        self.0.world().insert_at(key, pid, row)
    }
}

entity! {
    /// A row of `player_items`.
    pub struct Item in Tables.player_items {
        /// `player_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE`
        Player player: PlayerKey = PLAYER_ID "player_id" -> Player.cascade();
        /// a place of the body, or the sid of the item that it lies in
        Pid pid: i64 = PID "pid";
        /// `sid INTEGER NOT NULL`
        Sid sid: i64 = SID "sid";
        /// `item_type INTEGER NOT NULL`
        ItemType item_type: i64 = ITEM_TYPE "item_type";
        /// `count INTEGER NOT NULL DEFAULT 1`
        Count count: i64 = COUNT "count" default 1;
    }
    table "player_items", id "id", standalone;
    types ItemKey, ItemId, ItemColumns(u8), ItemField, ItemRef, ItemMut;
    indexes {
        unique BY_PLAYER_AND_SID [player: PLAYER_ID, sid: SID];
        plain BY_PLAYER_AND_PID [player: PLAYER_ID, pid: PID];
    }
    value_keys {
        CONTAINER_KEY "player_id, pid" BY_PLAYER_AND_PID -> Item BY_PLAYER_AND_SID.cascade() root PID [(1, 10)];
    }
}

#[allow(dead_code)]
impl Item {
    /// The player items whose `player_id` is this player, in order of their ids. O(1).
    pub fn find_by_player(world: &World, player: PlayerKey) -> Rows<'_, Item> {
        world.player_items.children(Self::PLAYER_ID, player.raw())
    }

    /// The item with these `player_id`, `sid`. O(1).
    pub fn find_by_player_and_sid(
        world: &World,
        player: PlayerKey,
        sid: i64,
    ) -> Option<ItemRef<'_>> {
        let (key, _) = world
            .player_items
            .find(Self::BY_PLAYER_AND_SID, (player, sid), |row| {
                row.player == player && row.sid == sid
            })
            .next()?;
        world.get(key).ok()
    }

    /// The player items with these `player_id`, `pid`, in order of their ids. O(1).
    pub fn find_by_player_and_pid(world: &World, player: PlayerKey, pid: i64) -> Rows<'_, Item> {
        world
            .player_items
            .find(Self::BY_PLAYER_AND_PID, (player, pid), |row| {
                row.player == player && row.pid == pid
            })
    }

    /// Whether the item lies in no other one: `pid` is one of the numbers that mean none.
    pub fn is_at_root(&self) -> bool {
        Nested::is_at_root(self)
    }
}

impl Nested for Item {
    type Within = PlayerKey;

    const NEST: usize = Self::CONTAINER_KEY;

    fn within(&self) -> PlayerKey {
        self.player
    }

    fn child_number(&self) -> i64 {
        self.sid
    }

    fn parent_number(&self) -> i64 {
        self.pid
    }

    fn place(within: PlayerKey, parent: i64, child: i64) -> [ItemField; 3] {
        [
            ItemField::Player(within),
            ItemField::Pid(parent),
            ItemField::Sid(child),
        ]
    }
}

#[allow(dead_code)]
impl<'w> ItemRef<'w> {
    /// The player that `player_id` names. O(1).
    #[inline]
    pub fn player(self) -> PlayerRef<'w> {
        self.0.required_parent(self.player)
    }

    /// The item that this one lies in, which `player_id`, `pid` name. O(1).
    #[inline]
    pub fn container(self) -> Option<ItemRef<'w>> {
        self.0.named::<Item>(Item::CONTAINER_KEY)
    }

    /// The player items that lie in this item, in order of their ids: `player_id`, `pid` name it. O(1).
    pub fn contents(self) -> Rows<'w, Item> {
        self.0.naming::<Item>(Item::CONTAINER_KEY)
    }
}

#[allow(dead_code)]
impl ItemMut<'_> {
    /// Sets [`Item::player`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there,
    /// [`gamedb::ErrorKind::NoSuchValue`] when no item has these values,
    /// [`gamedb::ErrorKind::OwnsItself`] when this item lies in itself then,
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this item by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another item has the same `player_id`, `sid`.
    #[inline]
    pub fn set_player(&mut self, player: PlayerKey) -> Result<(), Error> {
        self.0.set(ItemField::Player(player))
    }

    /// Sets [`Item::pid`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no item has these values,
    /// [`gamedb::ErrorKind::OwnsItself`] when this item lies in itself then.
    #[inline]
    pub fn set_pid(&mut self, pid: i64) -> Result<(), Error> {
        self.0.set(ItemField::Pid(pid))
    }

    /// Sets [`Item::sid`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this item by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another item has the same `player_id`, `sid`.
    #[inline]
    pub fn set_sid(&mut self, sid: i64) -> Result<(), Error> {
        self.0.set(ItemField::Sid(sid))
    }

    /// Sets [`Item::item_type`].
    #[inline]
    pub fn set_item_type(&mut self, item_type: i64) {
        self.0.put(ItemField::ItemType(item_type));
    }

    /// Sets [`Item::count`].
    #[inline]
    pub fn set_count(&mut self, count: i64) {
        self.0.put(ItemField::Count(count));
    }

    /// Sets `player_id`, `pid` at once.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchRow`] when the player is not there,
    /// [`gamedb::ErrorKind::NoSuchValue`] when no item has these values,
    /// [`gamedb::ErrorKind::OwnsItself`] when this item lies in itself then,
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this item by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another item has the same `player_id`, `sid`.
    pub fn set_player_and_pid(&mut self, player: PlayerKey, pid: i64) -> Result<(), Error> {
        self.0
            .set_all([ItemField::Player(player), ItemField::Pid(pid)])
    }

    /// Puts the item into another one, with all that lies in it.
    /// With another `player_id`, whose `sid` is taken there gets the next free one.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::OwnsItself`] for an item that lies in this one,
    /// [`gamedb::ErrorKind::NoSuchValue`] when no item has the number,
    /// and what the setters of `player_id`, `pid` and `sid` refuse.
    pub fn put_into(&mut self, container: ItemKey) -> Result<(), Error> {
        let key = self.0.key();
        self.0.world().put_into(key, container)
    }

    /// Puts the item where `pid` says, with all that lies in it: into no other item,
    /// or into that with this number. With another `player_id`, whose `sid` is taken there gets the next free one.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::OwnsItself`] for an item that lies in this one,
    /// [`gamedb::ErrorKind::NoSuchValue`] when no item has the number,
    /// and what the setters of `player_id`, `pid` and `sid` refuse.
    pub fn put_at(&mut self, player: PlayerKey, pid: i64) -> Result<(), Error> {
        let key = self.0.key();
        self.0.world().put_at(key, player, pid)
    }

    /// Adds a new item that lies in this one, with its `player_id` and the next free `sid`.
    /// O(rows with this `player_id`) at most.
    ///
    /// # Errors
    /// What `insert` refuses.
    pub fn add_content(&mut self, row: Item) -> Result<ItemKey, Error> {
        let key = self.0.key();
        self.0.world().insert_into(key, row)
    }
}

entity! {
    /// Boxes in boxes, whose numbers are counted in a column that points nowhere.
    pub struct BoxRow in Tables.boxes {
        /// `depot TEXT NOT NULL`
        Depot depot: String = DEPOT "depot";
        /// `lies_in INTEGER NOT NULL`
        LiesIn lies_in: i64 = LIES_IN "lies_in";
        /// `number INTEGER NOT NULL`
        Number number: i64 = NUMBER "number";
    }
    table "boxes", id "id", standalone;
    types BoxRowKey, BoxRowId, BoxRowColumns(u8), BoxRowField, BoxRowRef, BoxRowMut;
    indexes {
        unique BY_NUMBER_AND_DEPOT [number: NUMBER, depot: DEPOT];
        plain BY_LIES_IN_AND_DEPOT [lies_in: LIES_IN, depot: DEPOT];
    }
    value_keys {
        CONTAINER_KEY "lies_in, depot" BY_LIES_IN_AND_DEPOT -> BoxRow BY_NUMBER_AND_DEPOT root LIES_IN [(0, 0), (-1, -1)];
    }
}

#[allow(dead_code)]
impl BoxRow {
    /// The box with these `number`, `depot`. O(1).
    pub fn find_by_number_and_depot<'w>(
        world: &'w World,
        number: i64,
        depot: &str,
    ) -> Option<BoxRowRef<'w>> {
        let (key, _) = world
            .boxes
            .find(Self::BY_NUMBER_AND_DEPOT, (number, depot), |row| {
                row.number == number && row.depot == depot
            })
            .next()?;
        world.get(key).ok()
    }

    /// The boxes with these `lies_in`, `depot`, in order of their ids. O(1).
    pub fn find_by_lies_in_and_depot<'w>(
        world: &'w World,
        lies_in: i64,
        depot: &str,
    ) -> Rows<'w, BoxRow> {
        world
            .boxes
            .find(Self::BY_LIES_IN_AND_DEPOT, (lies_in, depot), |row| {
                row.lies_in == lies_in && row.depot == depot
            })
    }

    /// Whether the box lies in no other one: `lies_in` is one of the numbers that mean none.
    pub fn is_at_root(&self) -> bool {
        Nested::is_at_root(self)
    }
}

impl Nested for BoxRow {
    type Within = String;

    const NEST: usize = Self::CONTAINER_KEY;

    fn within(&self) -> String {
        self.depot.clone()
    }

    fn child_number(&self) -> i64 {
        self.number
    }

    fn parent_number(&self) -> i64 {
        self.lies_in
    }

    fn place(within: String, parent: i64, child: i64) -> [BoxRowField; 3] {
        [
            BoxRowField::Depot(within),
            BoxRowField::LiesIn(parent),
            BoxRowField::Number(child),
        ]
    }
}

#[allow(dead_code)]
impl<'w> BoxRowRef<'w> {
    /// The box that this one lies in, which `lies_in`, `depot` name. O(1).
    #[inline]
    pub fn container(self) -> Option<BoxRowRef<'w>> {
        self.0.named::<BoxRow>(BoxRow::CONTAINER_KEY)
    }

    /// The boxes that lie in this box, in order of their ids: `lies_in`, `depot` name it. O(1).
    pub fn contents(self) -> Rows<'w, BoxRow> {
        self.0.naming::<BoxRow>(BoxRow::CONTAINER_KEY)
    }
}

#[allow(dead_code)]
impl BoxRowMut<'_> {
    /// Sets [`BoxRow::depot`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no box has these values,
    /// [`gamedb::ErrorKind::OwnsItself`] when this box lies in itself then,
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this box by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another box has the same `number`, `depot`.
    #[inline]
    pub fn set_depot(&mut self, depot: impl Into<String>) -> Result<(), Error> {
        self.0.set(BoxRowField::Depot(depot.into()))
    }

    /// Sets [`BoxRow::lies_in`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no box has these values,
    /// [`gamedb::ErrorKind::OwnsItself`] when this box lies in itself then.
    #[inline]
    pub fn set_lies_in(&mut self, lies_in: i64) -> Result<(), Error> {
        self.0.set(BoxRowField::LiesIn(lies_in))
    }

    /// Sets [`BoxRow::number`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this box by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another box has the same `number`, `depot`.
    #[inline]
    pub fn set_number(&mut self, number: i64) -> Result<(), Error> {
        self.0.set(BoxRowField::Number(number))
    }

    /// Sets `lies_in`, `depot` at once.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no box has these values,
    /// [`gamedb::ErrorKind::OwnsItself`] when this box lies in itself then,
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this box by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another box has the same `number`, `depot`.
    pub fn set_lies_in_and_depot(
        &mut self,
        lies_in: i64,
        depot: impl Into<String>,
    ) -> Result<(), Error> {
        self.0.set_all([
            BoxRowField::LiesIn(lies_in),
            BoxRowField::Depot(depot.into()),
        ])
    }

    /// Puts the box into another one, with all that lies in it.
    /// With another `depot`, whose `number` is taken there gets the next free one.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::OwnsItself`] for a box that lies in this one,
    /// [`gamedb::ErrorKind::NoSuchValue`] when no box has the number,
    /// and what the setters of `depot`, `lies_in` and `number` refuse.
    pub fn put_into(&mut self, container: BoxRowKey) -> Result<(), Error> {
        let key = self.0.key();
        self.0.world().put_into(key, container)
    }

    /// Puts the box where `lies_in` says, with all that lies in it: into no other box,
    /// or into that with this number. With another `depot`, whose `number` is taken there gets the next free one.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::OwnsItself`] for a box that lies in this one,
    /// [`gamedb::ErrorKind::NoSuchValue`] when no box has the number,
    /// and what the setters of `depot`, `lies_in` and `number` refuse.
    pub fn put_at(&mut self, depot: String, lies_in: i64) -> Result<(), Error> {
        let key = self.0.key();
        self.0.world().put_at(key, depot, lies_in)
    }

    /// Adds a new box that lies in this one, with its `depot` and the next free `number`.
    /// O(rows with this `depot`) at most.
    ///
    /// # Errors
    /// What `insert` refuses.
    pub fn add_content(&mut self, row: BoxRow) -> Result<BoxRowKey, Error> {
        let key = self.0.key();
        self.0.world().insert_into(key, row)
    }
}

entity! {
    /// A page lies in one page at most, and holds one at most. The game numbers them in its own way.
    pub struct Page in Tables.pages {
        /// `book TEXT NOT NULL`
        Book book: String = BOOK "book";
        /// `lies_in INTEGER NOT NULL`
        LiesIn lies_in: i64 = LIES_IN "lies_in";
        /// `number INTEGER NOT NULL CHECK (number >= 3 AND number < 40)`
        Number number: i64 = NUMBER "number";
    }
    table "pages", id "id", standalone;
    types PageKey, PageId, PageColumns(u8), PageField, PageRef, PageMut;
    indexes {
        unique BY_BOOK_AND_NUMBER [book: BOOK, number: NUMBER];
        unique BY_BOOK_AND_LIES_IN [book: BOOK, lies_in: LIES_IN];
    }
    value_keys {
        CONTAINER_KEY "book, lies_in" BY_BOOK_AND_LIES_IN -> Page BY_BOOK_AND_NUMBER.cascade() root LIES_IN [(0, 0), (1, 1)];
    }
    checks {
        "number >= 3 AND number < 40": Column(NUMBER) GreaterOrEqual Integer(3);
        "number >= 3 AND number < 40": Column(NUMBER) Less Integer(40);
    }
}

#[allow(dead_code)]
impl Page {
    /// The page with these `book`, `number`. O(1).
    pub fn find_by_book_and_number<'w>(
        world: &'w World,
        book: &str,
        number: i64,
    ) -> Option<PageRef<'w>> {
        let (key, _) = world
            .pages
            .find(Self::BY_BOOK_AND_NUMBER, (book, number), |row| {
                row.book == book && row.number == number
            })
            .next()?;
        world.get(key).ok()
    }

    /// The page with these `book`, `lies_in`. O(1).
    pub fn find_by_book_and_lies_in<'w>(
        world: &'w World,
        book: &str,
        lies_in: i64,
    ) -> Option<PageRef<'w>> {
        let (key, _) = world
            .pages
            .find(Self::BY_BOOK_AND_LIES_IN, (book, lies_in), |row| {
                row.book == book && row.lies_in == lies_in
            })
            .next()?;
        world.get(key).ok()
    }

    /// Whether the page lies in no other one: `lies_in` is one of the numbers that mean none.
    pub fn is_at_root(&self) -> bool {
        Nested::is_at_root(self)
    }
}

impl Nested for Page {
    type Within = String;

    const NEST: usize = Self::CONTAINER_KEY;

    fn within(&self) -> String {
        self.book.clone()
    }

    fn child_number(&self) -> i64 {
        self.number
    }

    fn parent_number(&self) -> i64 {
        self.lies_in
    }

    fn place(within: String, parent: i64, child: i64) -> [PageField; 3] {
        [
            PageField::Book(within),
            PageField::LiesIn(parent),
            PageField::Number(child),
        ]
    }
}

#[allow(dead_code)]
impl<'w> PageRef<'w> {
    /// The page that this one lies in, which `book`, `lies_in` name. O(1).
    #[inline]
    pub fn container(self) -> Option<PageRef<'w>> {
        self.0.named::<Page>(Page::CONTAINER_KEY)
    }

    /// The page whose `book`, `lies_in` name this page. O(1).
    pub fn contents(self) -> Option<PageRef<'w>> {
        self.0.naming_one::<Page>(Page::CONTAINER_KEY)
    }
}

#[allow(dead_code)]
impl PageMut<'_> {
    /// Sets [`Page::book`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no page has these values,
    /// [`gamedb::ErrorKind::OwnsItself`] when this page lies in itself then,
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this page by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another page has the same `book`, `number`,
    /// [`gamedb::ErrorKind::NotUnique`] when another page has the same `book`, `lies_in`.
    #[inline]
    pub fn set_book(&mut self, book: impl Into<String>) -> Result<(), Error> {
        self.0.set(PageField::Book(book.into()))
    }

    /// Sets [`Page::lies_in`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no page has these values,
    /// [`gamedb::ErrorKind::OwnsItself`] when this page lies in itself then,
    /// [`gamedb::ErrorKind::NotUnique`] when another page has the same `book`, `lies_in`.
    #[inline]
    pub fn set_lies_in(&mut self, lies_in: i64) -> Result<(), Error> {
        self.0.set(PageField::LiesIn(lies_in))
    }

    /// Sets [`Page::number`].
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this page by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another page has the same `book`, `number`,
    /// [`gamedb::ErrorKind::CheckFailed`] unless `number >= 3 AND number < 40`.
    #[inline]
    pub fn set_number(&mut self, number: i64) -> Result<(), Error> {
        self.0.set(PageField::Number(number))
    }

    /// Sets `book`, `lies_in` at once.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::NoSuchValue`] when no page has these values,
    /// [`gamedb::ErrorKind::OwnsItself`] when this page lies in itself then,
    /// [`gamedb::ErrorKind::StillNamed`] while another row names this page by it,
    /// [`gamedb::ErrorKind::NotUnique`] when another page has the same `book`, `number`,
    /// [`gamedb::ErrorKind::NotUnique`] when another page has the same `book`, `lies_in`.
    pub fn set_book_and_lies_in(
        &mut self,
        book: impl Into<String>,
        lies_in: i64,
    ) -> Result<(), Error> {
        self.0
            .set_all([PageField::Book(book.into()), PageField::LiesIn(lies_in)])
    }

    /// Puts the page into another one, with all that lies in it.
    /// With another `book`, whose `number` is taken there gets the next free one.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::OwnsItself`] for a page that lies in this one,
    /// [`gamedb::ErrorKind::NoSuchValue`] when no page has the number,
    /// and what the setters of `book`, `lies_in` and `number` refuse.
    pub fn put_into(&mut self, container: PageKey) -> Result<(), Error> {
        let key = self.0.key();
        self.0.world().put_into(key, container)
    }

    /// Puts the page where `lies_in` says, with all that lies in it: into no other page,
    /// or into that with this number. With another `book`, whose `number` is taken there gets the next free one.
    ///
    /// # Errors
    /// [`gamedb::ErrorKind::OwnsItself`] for a page that lies in this one,
    /// [`gamedb::ErrorKind::NoSuchValue`] when no page has the number,
    /// and what the setters of `book`, `lies_in` and `number` refuse.
    pub fn put_at(&mut self, book: String, lies_in: i64) -> Result<(), Error> {
        let key = self.0.key();
        self.0.world().put_at(key, book, lies_in)
    }

    /// Adds a new page that lies in this one, with its `book` and the next free `number`.
    /// O(rows with this `book`) at most.
    ///
    /// # Errors
    /// What `insert` refuses.
    pub fn add_content(&mut self, row: Page) -> Result<PageKey, Error> {
        let key = self.0.key();
        self.0.world().insert_into(key, row)
    }
}
