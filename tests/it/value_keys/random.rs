//! Random operations on a world, and on a database of SQLite's with `foreign_keys` on: what one refuses the other
//! refuses, and both have the same rows. What is written in between is a file that names only rows that are there.
//!
//! `GAMEDB_CASES` sets the number of worlds.

use gamedb::codegen::Entity;
use gamedb::{Database, Error, Key, Options, SaveScope};
use proptest::prelude::*;
use proptest::test_runner::Config;
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params_from_iter};

use super::models::*;
use super::{File, rows_in, rows_of};

/// An operation; its numbers are the places of rows and values among those that there are.
#[derive(Clone, Debug)]
enum Op {
    Insert(usize, [usize; 5]),
    Set(usize, usize, usize, [usize; 2]),
    Remove(usize, usize),
    Transaction(Vec<Op>, bool),
}

/// What is done between operations.
#[derive(Clone, Debug)]
enum Step {
    Op(Op),
    Flush,
    WithoutRefused,
    Save(usize, usize),
    Reopen,
}

fn op() -> impl Strategy<Value = Op> {
    let numbers = || prop::array::uniform5(0..60_usize);
    let leaf = prop_oneof![
        5 => (0..8_usize, numbers()).prop_map(|(table, values)| Op::Insert(table, values)),
        6 => (0..8_usize, 0..60_usize, 0..5_usize, prop::array::uniform2(0..60_usize))
            .prop_map(|(table, row, column, values)| Op::Set(table, row, column, values)),
        3 => (0..8_usize, 0..60_usize).prop_map(|(table, row)| Op::Remove(table, row)),
    ];
    leaf.prop_recursive(2, 12, 5, |op| {
        (prop::collection::vec(op, 1..6), any::<bool>())
            .prop_map(|(ops, commits)| Op::Transaction(ops, commits))
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => op().prop_map(Step::Op),
        1 => Just(Step::Flush),
        2 => Just(Step::WithoutRefused),
        2 => (0..8_usize, 0..60_usize).prop_map(|(table, row)| Step::Save(table, row)),
        1 => Just(Step::Reopen),
    ]
}

fn text(n: usize) -> String {
    ["a", "b", "c", "d"][n % 4].to_owned()
}

fn optional(n: usize) -> Option<String> {
    (n % 5 > 0).then(|| text(n))
}

fn number(n: usize) -> i64 {
    i64::try_from(n % 4).unwrap()
}

fn optional_number(n: usize) -> Option<i64> {
    (n % 3 > 0).then(|| number(n))
}

fn level(n: usize) -> i64 {
    [1, 2, 3, 666][n % 4]
}

fn cell(value: impl Into<Cell>) -> Cell {
    value.into()
}

fn maybe<V: Into<Cell>>(value: Option<V>) -> Cell {
    value.map_or(Cell::Null, Into::into)
}

/// One of the rows, with its id.
fn pick<E: Entity<Tables = Tables>>(world: &World, n: usize) -> Option<(Key<E>, i64)> {
    let rows: Vec<_> = E::table(world).iter_by_id().map(|(key, _)| key).collect();
    let key = *rows.get(n % rows.len().max(1))?;
    Some((key, world.id(key).unwrap().get()))
}

/// One of the rows, or none.
fn pick_or_none<E: Entity<Tables = Tables>>(world: &World, n: usize) -> (Option<Key<E>>, Cell) {
    match pick::<E>(world, n).filter(|_| n % 4 > 0) {
        Some((key, id)) => (Some(key), Cell::Integer(id)),
        None => (None, Cell::Null),
    }
}

/// Does the same in SQLite, which has to come to the same decision.
#[track_caller]
fn mirror(sqlite: &Connection, is_done: Result<(), Error>, sql: &str, values: Vec<Cell>) {
    let mirrored = sqlite.execute(sql, params_from_iter(values.iter()));
    assert_eq!(
        is_done.is_ok(),
        mirrored.is_ok(),
        "{sql} with {values:?}: {is_done:?} here, and {mirrored:?} in SQLite"
    );
}

#[track_caller]
fn inserted<E: gamedb::codegen::Standalone<Tables = Tables>>(
    world: &mut World,
    sqlite: &Connection,
    row: E,
    mut values: Vec<Cell>,
) {
    let done = world.insert(row);
    // An id that no row has, where none is given.
    let id = done
        .as_ref()
        .map_or(1 << 40, |key| world.id(*key).unwrap().get());
    values.insert(0, Cell::Integer(id));
    let marks = vec!["?"; values.len()].join(", ");
    let sql = format!("INSERT INTO {} VALUES ({marks})", E::INFO.name);
    mirror(sqlite, done.map(drop), &sql, values);
}

fn insert(world: &mut World, sqlite: &Connection, table: usize, n: [usize; 5]) {
    match table {
        0 => {
            let (name, invited_by, level) = (text(n[0]), optional(n[1]), level(n[2]));
            let cells = vec![cell(name.clone()), maybe(invited_by.clone()), cell(level)];
            let row = Player {
                name,
                invited_by,
                level,
            };
            inserted(world, sqlite, row, cells);
        }
        1 => {
            let leader = text(n[0]);
            let cells = vec![cell(leader.clone())];
            inserted(world, sqlite, Guild { leader }, cells);
        }
        2 => {
            let Some((guild, id)) = pick(world, n[0]) else {
                return;
            };
            let no = number(n[1]);
            inserted(world, sqlite, Rank { guild, no }, vec![cell(id), cell(no)]);
        }
        3 => {
            let (player, rank_no) = (text(n[0]), optional_number(n[1]));
            let (guild, id) = pick_or_none(world, n[2]);
            let cells = vec![cell(player.clone()), id, maybe(rank_no)];
            let row = Member {
                player,
                guild,
                rank_no,
            };
            inserted(world, sqlite, row, cells);
        }
        4 => {
            let (kind, size) = (text(n[0]), optional_number(n[1]));
            let cells = vec![cell(kind.clone()), maybe(size)];
            inserted(world, sqlite, Shape { kind, size }, cells);
        }
        5 => {
            let (owner_name, maker) = (optional(n[0]), optional(n[1]));
            let (within, id) = pick_or_none(world, n[2]);
            let (kind, size) = (text(n[3]), optional_number(n[4]));
            let cells = vec![
                maybe(owner_name.clone()),
                maybe(maker.clone()),
                id,
                cell(kind.clone()),
                maybe(size),
            ];
            let row = Item {
                owner_name,
                maker,
                within,
                kind,
                size,
            };
            inserted(world, sqlite, row, cells);
        }
        6 => {
            let (name, pet) = (text(n[0]), optional(n[1]));
            let cells = vec![cell(name.clone()), maybe(pet.clone())];
            inserted(world, sqlite, Hero { name, pet }, cells);
        }
        _ => {
            let (name, master) = (optional(n[0]), optional(n[1]));
            let cells = vec![maybe(name.clone()), maybe(master.clone())];
            inserted(world, sqlite, Pet { name, master }, cells);
        }
    }
}

fn set(
    world: &mut World,
    sqlite: &Connection,
    (table, row, column): (usize, usize, usize),
    n: [usize; 2],
) {
    /// Writes one field, and the columns with these names.
    macro_rules! write {
        ($entity:ty, $columns:literal, [$($field:expr),+], [$($cell:expr),+]) => {{
            let Some((key, id)) = pick::<$entity>(world, row) else {
                return;
            };
            let before = rows_of(world);
            let done = match [$($field),+] {
                fields if fields.len() == 1 => fields.into_iter().try_for_each(|field| world.set(key, field)),
                fields => world.set_all(key, fields),
            };
            if done.is_ok() && rows_of(world) == before {
                // SQLite refuses to write the name of a row that names itself, even if it is the same name.
                return;
            }
            let sql = format!("UPDATE {} SET {} WHERE id = ?", <$entity as gamedb::codegen::Row>::INFO.name, $columns);
            mirror(sqlite, done, &sql, vec![$($cell,)+ cell(id)]);
        }};
    }
    let (name, maybe_name) = (text(n[0]), optional(n[0]));
    match (table, column % 4) {
        (0, 0 | 1) => write!(
            Player,
            "name = ?",
            [PlayerField::Name(name.clone())],
            [cell(name)]
        ),
        (0, 2) => write!(
            Player,
            "invited_by = ?",
            [PlayerField::InvitedBy(maybe_name.clone())],
            [maybe(maybe_name)]
        ),
        (0, _) => write!(
            Player,
            "level = ?",
            [PlayerField::Level(level(n[0]))],
            [cell(level(n[0]))]
        ),
        (1, _) => write!(
            Guild,
            "leader = ?",
            [GuildField::Leader(name.clone())],
            [cell(name)]
        ),
        (2, 0) => {
            let Some((guild, id)) = pick(world, n[0]) else {
                return;
            };
            write!(Rank, "guild_id = ?", [RankField::Guild(guild)], [cell(id)])
        }
        (2, _) => write!(
            Rank,
            "no = ?",
            [RankField::No(number(n[0]))],
            [cell(number(n[0]))]
        ),
        (3, 0) => write!(
            Member,
            "player = ?",
            [MemberField::Player(name.clone())],
            [cell(name)]
        ),
        (3, 1) => {
            let (guild, id) = pick_or_none(world, n[0]);
            write!(Member, "guild_id = ?", [MemberField::Guild(guild)], [id])
        }
        (3, 2) => {
            let rank_no = optional_number(n[0]);
            write!(
                Member,
                "rank_no = ?",
                [MemberField::RankNo(rank_no)],
                [maybe(rank_no)]
            )
        }
        (3, _) => {
            let ((guild, id), rank_no) = (pick_or_none(world, n[0]), optional_number(n[1]));
            write!(
                Member,
                "guild_id = ?, rank_no = ?",
                [MemberField::Guild(guild), MemberField::RankNo(rank_no)],
                [id, maybe(rank_no)]
            )
        }
        (4, 0) => write!(
            Shape,
            "kind = ?",
            [ShapeField::Kind(name.clone())],
            [cell(name)]
        ),
        (4, _) => {
            let size = optional_number(n[0]);
            write!(Shape, "size = ?", [ShapeField::Size(size)], [maybe(size)])
        }
        (5, 0) => write!(
            Item,
            "owner_name = ?",
            [ItemField::OwnerName(maybe_name.clone())],
            [maybe(maybe_name)]
        ),
        (5, 1) => write!(
            Item,
            "maker = ?",
            [ItemField::Maker(maybe_name.clone())],
            [maybe(maybe_name)]
        ),
        (5, 2) => write!(
            Item,
            "kind = ?",
            [ItemField::Kind(name.clone())],
            [cell(name)]
        ),
        (5, _) => {
            let size = optional_number(n[1]);
            write!(
                Item,
                "kind = ?, size = ?",
                [ItemField::Kind(name.clone()), ItemField::Size(size)],
                [cell(name), maybe(size)]
            )
        }
        (6, 0) => write!(
            Hero,
            "name = ?",
            [HeroField::Name(name.clone())],
            [cell(name)]
        ),
        (6, _) => write!(
            Hero,
            "pet = ?",
            [HeroField::Pet(maybe_name.clone())],
            [maybe(maybe_name)]
        ),
        (_, 0) => write!(
            Pet,
            "name = ?",
            [PetField::Name(maybe_name.clone())],
            [maybe(maybe_name)]
        ),
        _ => write!(
            Pet,
            "master = ?",
            [PetField::Master(maybe_name.clone())],
            [maybe(maybe_name)]
        ),
    }
}

/// Calls a function with a row of the table at this place.
macro_rules! with_row {
    ($world:expr, $table:expr, $row:expr, |$key:ident, $id:ident, $name:ident| $body:expr) => {{
        macro_rules! of {
            ($entity:ty) => {
                if let Some(($key, $id)) = pick::<$entity>($world, $row) {
                    let $name = <$entity as gamedb::codegen::Row>::INFO.name;
                    $body
                }
            };
        }
        match $table {
            0 => of!(Player),
            1 => of!(Guild),
            2 => of!(Rank),
            3 => of!(Member),
            4 => of!(Shape),
            5 => of!(Item),
            6 => of!(Hero),
            _ => of!(Pet),
        }
    }};
}

fn operate(world: &mut World, sqlite: &Connection, op: &Op) {
    match op {
        Op::Insert(table, values) => insert(world, sqlite, *table, *values),
        Op::Set(table, row, column, values) => set(world, sqlite, (*table, *row, *column), *values),
        Op::Remove(table, row) => with_row!(world, *table, *row, |key, id, name| {
            let done = world.remove(key);
            mirror(
                sqlite,
                done,
                &format!("DELETE FROM {name} WHERE id = ?"),
                vec![cell(id)],
            );
        }),
        Op::Transaction(ops, commits) => {
            sqlite.execute_batch("SAVEPOINT inner").unwrap();
            let mut transaction = world.begin();
            for op in ops {
                operate(&mut transaction, sqlite, op);
            }
            if *commits {
                transaction.commit();
                sqlite.execute_batch("RELEASE inner").unwrap();
            } else {
                transaction.rollback();
                sqlite
                    .execute_batch("ROLLBACK TO inner; RELEASE inner")
                    .unwrap();
            }
        }
    }
    assert_eq!(rows_of(world), rows_in(sqlite), "after {op:?}");
    assert_eq!(world.check(), [""; 0], "after {op:?}");
}

/// A save, of which the file has to be consistent. Rows that the file refuses are not what this is about.
fn save(db: &mut Database<World>, file: &File, table: usize, row: usize) {
    with_row!(db, table, row, |key, id, _name| {
        let scope = if id % 2 == 0 {
            SaveScope::Row
        } else {
            SaveScope::Owned
        };
        let _ = db.save_with(key, scope);
    });
    file.consistent_rows();
}

fn run(steps: &[Step]) {
    let (file, mut db) = File::refusing();
    let sqlite = Connection::open_in_memory().unwrap();
    sqlite.pragma_update(None, "foreign_keys", true).unwrap();
    sqlite
        .execute_batch(<Tables as gamedb::codegen::Tables>::DDL)
        .unwrap();
    for step in steps {
        match step {
            Step::Op(op) => operate(&mut db, &sqlite, op),
            Step::Flush => {
                if db.flush().is_ok() {
                    assert_eq!(file.consistent_rows(), rows_of(&db));
                }
            }
            Step::WithoutRefused => {
                let report = db.flush_without_refused().unwrap();
                let rows = file.consistent_rows();
                assert!(!report.left_out.is_empty() || rows == rows_of(&db));
            }
            Step::Save(table, row) => save(&mut db, &file, *table, *row),
            Step::Reopen => {
                if db.flush().is_err() {
                    continue;
                }
                db.close().unwrap();
                db = Options::new()
                    .trust_rules_of_file()
                    .open(file.path())
                    .unwrap();
                assert_eq!(rows_of(&db), rows_in(&sqlite));
            }
        }
        assert_eq!(db.check(), [""; 0], "after {step:?}");
    }
}

#[test]
fn every_decision_is_that_of_sqlite() {
    let cases = std::env::var("GAMEDB_CASES").map_or(8, |cases| cases.parse().unwrap());
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    proptest!(config, |(steps in prop::collection::vec(step(), 1..80))| run(&steps));
}
