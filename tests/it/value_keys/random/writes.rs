//! Single writes: to a row of the world, and to the same in SQLite.

use gamedb::codegen::Entity;
use gamedb::{Error, Key};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params_from_iter};

use crate::value_keys::models::*;
use crate::value_keys::rows::rows_of;

fn text(n: usize) -> String {
    ["a", "b", "c", "d"][n % 4].to_owned()
}

fn optional(n: usize) -> Option<String> {
    (!n.is_multiple_of(5)).then(|| text(n))
}

fn number(n: usize) -> i64 {
    i64::try_from(n % 4).unwrap()
}

fn optional_number(n: usize) -> Option<i64> {
    (!n.is_multiple_of(3)).then(|| number(n))
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
pub(super) fn pick<E: Entity<Tables = Tables>>(world: &World, n: usize) -> Option<(Key<E>, i64)> {
    let rows: Vec<_> = E::table(world).iter_by_id().map(|(key, _)| key).collect();
    let key = *rows.get(n % rows.len().max(1))?;
    Some((key, world.id(key).unwrap().get()))
}

/// One of the rows, or none.
fn pick_or_none<E: Entity<Tables = Tables>>(world: &World, n: usize) -> (Option<Key<E>>, Cell) {
    match pick::<E>(world, n).filter(|_| !n.is_multiple_of(4)) {
        Some((key, id)) => (Some(key), Cell::Integer(id)),
        None => (None, Cell::Null),
    }
}

/// Does the same in SQLite, which has to come to the same decision.
#[track_caller]
pub(super) fn mirror(
    sqlite: &Connection,
    is_done: Result<(), Error>,
    sql: &str,
    values: Vec<Cell>,
) {
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

pub(super) fn insert(world: &mut World, sqlite: &Connection, table: usize, n: [usize; 5]) {
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
        _ => insert_thing(world, sqlite, table, n),
    }
}

fn insert_thing(world: &mut World, sqlite: &Connection, table: usize, n: [usize; 5]) {
    match table {
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

/// Writes fields of a row, and the columns with these names.
macro_rules! write {
    ($at:expr, $entity:ty, $columns:literal, [$($field:expr),+], [$($cell:expr),+]) => {{
        let (world, sqlite, row) = $at;
        if let Some((key, id)) = pick::<$entity>(world, row) {
            let before = rows_of(world);
            let done = match [$($field),+] {
                fields if fields.len() == 1 => {
                    fields.into_iter().try_for_each(|field| world.set(key, field))
                }
                fields => world.set_all(key, fields),
            };
            // SQLite refuses to write the name of a row that names itself, even if it is the same name.
            if done.is_err() || rows_of(world) != before {
                let name = <$entity as gamedb::codegen::Row>::INFO.name;
                let sql = format!("UPDATE {name} SET {} WHERE id = ?", $columns);
                mirror(sqlite, done, &sql, vec![$($cell,)+ cell(id)]);
            }
        }
    }};
}

/// A row that is written to: its world, the same in SQLite, and its place.
type At<'a> = (&'a mut World, &'a Connection, usize);

pub(super) fn set(at: At<'_>, table: usize, column: usize, n: [usize; 2]) {
    match table {
        0 => set_player(at, column, n[0]),
        1 => {
            let leader = text(n[0]);
            write!(
                at,
                Guild,
                "leader = ?",
                [GuildField::Leader(leader.clone())],
                [cell(leader)]
            );
        }
        2 => set_rank(at, column, n[0]),
        3 => set_member(at, column, n),
        4 => set_shape(at, column, n[0]),
        5 => set_item(at, column, n),
        6 => set_hero(at, column, n[0]),
        _ => set_pet(at, column, n[0]),
    }
}

fn set_player(at: At<'_>, column: usize, n: usize) {
    let (name, invited_by, level) = (text(n), optional(n), level(n));
    match column {
        0 | 1 => write!(
            at,
            Player,
            "name = ?",
            [PlayerField::Name(name.clone())],
            [cell(name)]
        ),
        2 => {
            let field = PlayerField::InvitedBy(invited_by.clone());
            write!(at, Player, "invited_by = ?", [field], [maybe(invited_by)]);
        }
        _ => write!(
            at,
            Player,
            "level = ?",
            [PlayerField::Level(level)],
            [cell(level)]
        ),
    }
}

fn set_rank(at: At<'_>, column: usize, n: usize) {
    if column == 0 {
        if let Some((guild, id)) = pick(at.0, n) {
            write!(
                at,
                Rank,
                "guild_id = ?",
                [RankField::Guild(guild)],
                [cell(id)]
            );
        }
    } else {
        write!(
            at,
            Rank,
            "no = ?",
            [RankField::No(number(n))],
            [cell(number(n))]
        );
    }
}

fn set_member(at: At<'_>, column: usize, n: [usize; 2]) {
    let (player, (guild, id), rank_no) =
        (text(n[0]), pick_or_none(at.0, n[0]), optional_number(n[1]));
    match column {
        0 => write!(
            at,
            Member,
            "player = ?",
            [MemberField::Player(player.clone())],
            [cell(player)]
        ),
        1 => write!(
            at,
            Member,
            "guild_id = ?",
            [MemberField::Guild(guild)],
            [id]
        ),
        2 => write!(
            at,
            Member,
            "rank_no = ?",
            [MemberField::RankNo(rank_no)],
            [maybe(rank_no)]
        ),
        _ => {
            let fields = (MemberField::Guild(guild), MemberField::RankNo(rank_no));
            write!(
                at,
                Member,
                "guild_id = ?, rank_no = ?",
                [fields.0, fields.1],
                [id, maybe(rank_no)]
            );
        }
    }
}

fn set_shape(at: At<'_>, column: usize, n: usize) {
    let (kind, size) = (text(n), optional_number(n));
    match column {
        0 => write!(
            at,
            Shape,
            "kind = ?",
            [ShapeField::Kind(kind.clone())],
            [cell(kind)]
        ),
        _ => write!(
            at,
            Shape,
            "size = ?",
            [ShapeField::Size(size)],
            [maybe(size)]
        ),
    }
}

fn set_item(at: At<'_>, column: usize, n: [usize; 2]) {
    let (name, kind, size) = (optional(n[0]), text(n[0]), optional_number(n[1]));
    match column {
        0 => {
            let field = ItemField::OwnerName(name.clone());
            write!(at, Item, "owner_name = ?", [field], [maybe(name)]);
        }
        1 => write!(
            at,
            Item,
            "maker = ?",
            [ItemField::Maker(name.clone())],
            [maybe(name)]
        ),
        2 => write!(
            at,
            Item,
            "kind = ?",
            [ItemField::Kind(kind.clone())],
            [cell(kind)]
        ),
        _ => {
            let fields = (ItemField::Kind(kind.clone()), ItemField::Size(size));
            write!(
                at,
                Item,
                "kind = ?, size = ?",
                [fields.0, fields.1],
                [cell(kind), maybe(size)]
            );
        }
    }
}

fn set_hero(at: At<'_>, column: usize, n: usize) {
    let (name, pet) = (text(n), optional(n));
    match column {
        0 => write!(
            at,
            Hero,
            "name = ?",
            [HeroField::Name(name.clone())],
            [cell(name)]
        ),
        _ => write!(
            at,
            Hero,
            "pet = ?",
            [HeroField::Pet(pet.clone())],
            [maybe(pet)]
        ),
    }
}

fn set_pet(at: At<'_>, column: usize, n: usize) {
    let name = optional(n);
    match column {
        0 => write!(
            at,
            Pet,
            "name = ?",
            [PetField::Name(name.clone())],
            [maybe(name)]
        ),
        _ => write!(
            at,
            Pet,
            "master = ?",
            [PetField::Master(name.clone())],
            [maybe(name)]
        ),
    }
}
