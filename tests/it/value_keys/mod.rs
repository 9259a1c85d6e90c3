//! Keys by value: texts and several columns that name rows of other tables.

mod files;
mod random;
mod removal;
mod rows;

#[allow(
    unused,
    unreachable_pub,
    missing_docs,
    clippy::pedantic,
    reason = "tests use a part of the models"
)]
#[path = "../../../generate/tests/cases/emit_by_value/models.rs"]
mod models;

use gamedb::{Database, Error, ErrorKind, Options};
use models::*;
use rows::{Rows, rows_in, rows_of};
use rusqlite::{Connection, OpenFlags};

/// How many random worlds are tried, if the environment does not say.
const N_CASES: u32 = 8;

/// A file in a folder of its own.
struct File(tempfile::TempDir);

impl File {
    fn new() -> (Self, Database<World>) {
        let file = Self(tempfile::tempdir().unwrap());
        let db = file.open();
        (file, db)
    }

    /// A file that refuses players of level 666, ranks of number 3 and items of kind d, which memory takes.
    fn refusing() -> (Self, Database<World>) {
        let file = Self(tempfile::tempdir().unwrap());
        let ddl = <Tables as gamedb::codegen::Tables>::DDL
            .replace(
                "level      INTEGER NOT NULL DEFAULT 1",
                "level INTEGER NOT NULL DEFAULT 1 CHECK (level <> 666)",
            )
            .replace(
                "no       INTEGER NOT NULL,",
                "no INTEGER NOT NULL CHECK (no <> 3),",
            )
            .replace("DEFAULT 'sword'", "DEFAULT 'sword' CHECK (kind <> 'd')");
        assert_eq!(ddl.matches("CHECK").count(), 3);
        Connection::open(file.path())
            .unwrap()
            .execute_batch(&ddl)
            .unwrap();
        let db = file.open_refusing();
        (file, db)
    }

    fn open_refusing(&self) -> Database<World> {
        Options::new()
            .trust_rules_of_file()
            .open(self.path())
            .unwrap()
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("world.db")
    }

    fn open(&self) -> Database<World> {
        let db: Database<World> = Options::new().open(self.path()).unwrap();
        assert_eq!(db.check(), [""; 0]);
        db
    }

    /// The rows of the file, which name only rows that are there.
    #[track_caller]
    fn consistent_rows(&self) -> Rows {
        let file =
            Connection::open_with_flags(self.path(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let mut dangling = file.prepare("PRAGMA foreign_key_check").unwrap();
        let describe = |row: &rusqlite::Row<'_>| {
            Ok(format!(
                "{} {}",
                row.get::<_, String>(0)?,
                row.get::<_, i64>(1)?
            ))
        };
        let dangling: Vec<String> = dangling
            .query_map([], describe)
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(dangling, [""; 0], "in the file");
        rows_in(&file)
    }

    /// Flushes, closes and opens again.
    fn reopen(&self, mut db: Database<World>) -> Database<World> {
        let before = rows_of(&db);
        db.flush().unwrap();
        assert_eq!(self.consistent_rows(), before);
        db.close().unwrap();
        let db = self.open();
        assert_eq!(rows_of(&db), before);
        db
    }
}

fn player(name: &str) -> Player {
    Player {
        name: name.into(),
        ..Player::default()
    }
}

fn owned_item(owner: &str) -> Item {
    Item {
        owner_name: Some(owner.into()),
        ..Item::default()
    }
}

/// What is refused, without a trace.
#[track_caller]
fn refused<R: std::fmt::Debug>(
    world: &mut World,
    act: impl FnOnce(&mut World) -> Result<R, Error>,
) -> Error {
    let (before, dirty) = (rows_of(world), world.n_dirty());
    let error = act(world).unwrap_err();
    assert!(
        rows_of(world) == before && world.n_dirty() == dirty,
        "{error} left a trace"
    );
    assert_eq!(world.check(), [""; 0]);
    error
}

/// A world with two players, of which one owns and has made an item.
fn small() -> World {
    let mut world = World::new();
    world.insert(player("Ada")).unwrap();
    world.insert(player("Bob")).unwrap();
    let item = Item {
        maker: Some("Bob".into()),
        ..owned_item("Ada")
    };
    world.insert(item).unwrap();
    world
}

#[test]
fn relations_read_as_those_of_ids_do() {
    let world = small();
    let ada = Player::find_by_name(&world, "Ada").unwrap();
    let (item, row) = ada.items_by_owner_name().next().unwrap();
    assert_eq!(row.maker.as_deref(), Some("Bob"));
    let item = world.get(item).unwrap();
    assert_eq!(item.owner().unwrap().key(), ada.key());
    assert_eq!(item.maker().unwrap().name, "Bob");
    assert!(item.shape().is_none() && item.within().is_none());
    assert_eq!(item.maker().unwrap().items_by_maker().len(), 1);
    assert_eq!(ada.items_by_maker().len(), 0);
    assert!(ada.guild().is_none());
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn a_value_that_no_row_has_is_refused_with_what_to_do() {
    let mut world = small();
    let error = refused(&mut world, |world| world.insert(owned_item("Cid")));
    assert_eq!(
        error.to_string(),
        "items: owner_name is \"Cid\", and no row of players has that in name; insert that row first, or use the value \
         of one that is there"
    );
    assert!(matches!(
        error.kind(),
        ErrorKind::NoSuchValue {
            table: "items",
            id: None,
            column: "owner_name",
            target: "players",
            ..
        }
    ));
    let item = world.iter::<Item>().next().unwrap().0;
    let error = refused(&mut world, |world| {
        world.get_mut(item)?.set_owner_name(Some("ada".into()))
    });
    let ErrorKind::NoSuchValue {
        id: Some(1), value, ..
    } = error.kind()
    else {
        panic!("{error}");
    };
    assert_eq!(value, "\"ada\"");
    // As with ids, the order counts within a transaction, too.
    let error = refused(&mut world, |world| {
        world.transaction(|world| {
            world.insert(owned_item("Cid"))?;
            world.insert(player("Cid"))
        })
    });
    assert!(matches!(error.kind(), ErrorKind::NoSuchValue { .. }));
    world
        .transaction(|world| {
            world.insert(player("Cid"))?;
            world.insert(owned_item("Cid"))
        })
        .unwrap();
    world.get_mut(item).unwrap().set_owner_name(None).unwrap();
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn several_columns_name_a_row_together_and_none_while_one_is_null() {
    let mut world = small();
    let shape = |kind: &str, size| Shape {
        kind: kind.into(),
        size,
    };
    world.insert(shape("sword", Some(2))).unwrap();
    world.insert(shape("bow", Some(3))).unwrap();
    // NULL is equal to nothing, not to NULL either.
    world.insert(shape("axe", None)).unwrap();
    let item = world.iter::<Item>().next().unwrap().0;
    let mut row = world.get_mut(item).unwrap();
    row.set_kind("axe").unwrap();
    row.set_kind("sword").unwrap();
    row.set_size(Some(2)).unwrap();
    assert_eq!(row.as_ref().shape().unwrap().kind, "sword");
    let error = refused(&mut world, |world| world.get_mut(item)?.set_size(Some(3)));
    let ErrorKind::NoSuchValue {
        column,
        value,
        target_column,
        ..
    } = error.kind()
    else {
        panic!("{error}");
    };
    assert_eq!(
        (*column, &**value, &**target_column),
        ("size, kind", "3, \"sword\"", "size, kind")
    );
    let mut row = world.get_mut(item).unwrap();
    row.set_size_and_kind(Some(3), "bow").unwrap();
    assert_eq!(row.as_ref().shape().unwrap().kind, "bow");
    row.set_size_and_kind(Some(3), "bow").unwrap();
    let error = refused(&mut world, |world| {
        world.get_mut(item)?.set_size_and_kind(Some(2), "bow")
    });
    assert!(matches!(error.kind(), ErrorKind::NoSuchValue { .. }));
    world
        .get_mut(item)
        .unwrap()
        .set_size_and_kind(None, "nothing")
        .unwrap();
    assert!(world.get(item).unwrap().shape().is_none());
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn a_key_of_an_id_and_a_number_names_a_row() {
    let mut world = small();
    let leader = |name: &str| Guild {
        leader: name.into(),
    };
    let (first, second) = (
        world.insert(leader("Ada")).unwrap(),
        world.insert(leader("Bob")).unwrap(),
    );
    world
        .insert(Rank {
            guild: first,
            no: 1,
        })
        .unwrap();
    let member = Member {
        player: "Ada".into(),
        guild: Some(first),
        rank_no: Some(1),
    };
    let ada = world.insert(member.clone()).unwrap();
    assert_eq!(
        world.get(ada).unwrap().rank().unwrap().guild().leader,
        "Ada"
    );
    let other = Member {
        guild: Some(second),
        ..member
    };
    let error = refused(&mut world, |world| world.insert(other));
    let ErrorKind::NoSuchValue { value, .. } = error.kind() else {
        panic!("{error}");
    };
    // As the file has it: the id of the guild.
    assert_eq!(value, "2, 1");
    assert!(matches!(
        refused(&mut world, |world| world
            .get_mut(ada)?
            .set_guild(Some(second)))
        .kind(),
        ErrorKind::NoSuchValue { .. }
    ));
    world
        .get_mut(ada)
        .unwrap()
        .set_guild_and_rank_no(Some(second), None)
        .unwrap();
    assert!(world.get(ada).unwrap().rank().is_none());
}

#[test]
fn a_value_stays_while_a_row_is_named_by_it() {
    let mut world = small();
    let ada = Player::find_by_name(&world, "Ada").unwrap().key();
    let error = refused(&mut world, |world| world.get_mut(ada)?.set_name("Eve"));
    assert_eq!(
        error.to_string(),
        "name of row 1 of players cannot change: owner_name of row 1 of items names the row by it; change or remove \
         that row first"
    );
    assert!(matches!(
        error.kind(),
        ErrorKind::StillNamed {
            id: 1,
            by_table: "items",
            by_column: "owner_name",
            by_id: 1,
            ..
        }
    ));
    world.get_mut(ada).unwrap().set_level(7);
    world.get_mut(ada).unwrap().set_name("Ada").unwrap();
    let item = world.iter::<Item>().next().unwrap().0;
    world.get_mut(item).unwrap().set_owner_name(None).unwrap();
    world.get_mut(ada).unwrap().set_name("Eve").unwrap();
    world
        .get_mut(item)
        .unwrap()
        .set_owner_name(Some("Eve".into()))
        .unwrap();
    assert_eq!(world.get(item).unwrap().owner().unwrap().key(), ada);
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn a_row_may_name_itself() {
    let mut world = World::new();
    let own = Player {
        invited_by: Some("Ada".into()),
        ..player("Ada")
    };
    let ada = world.insert(own).unwrap();
    assert_eq!(world.get(ada).unwrap().invited_by().unwrap().key(), ada);
    let error = refused(&mut world, |world| world.get_mut(ada)?.set_name("Eve"));
    assert!(matches!(
        error.kind(),
        ErrorKind::StillNamed { by_id: 1, .. }
    ));
    world.remove(ada).unwrap();
    assert!(world.is_empty());
    assert_eq!(world.check(), [""; 0]);
}

#[test]
fn a_transaction_that_fails_leaves_every_name_as_it_was() {
    let mut world = small();
    let before = rows_of(&world);
    let failed: Result<(), Error> = world.transaction(|world| {
        let item = world.iter::<Item>().next().unwrap().0;
        world.get_mut(item)?.set_owner_name(Some("Bob".into()))?;
        let ada = Player::find_by_name(world, "Ada").unwrap().key();
        world.get_mut(ada)?.set_name("Eve")?;
        world.insert(player("Ada"))?;
        world.get_mut(item)?.set_owner_name(Some("Ada".into()))?;
        assert_eq!(world.check(), [""; 0]);
        world.remove(ada)?;
        Err(refused(world, |world| world.insert(owned_item("nobody"))))
    });
    failed.unwrap_err();
    assert_eq!(rows_of(&world), before);
    assert_eq!(world.check(), [""; 0]);
    let ada = Player::find_by_name(&world, "Ada").unwrap();
    assert_eq!(ada.items_by_owner_name().len(), 1);
}
