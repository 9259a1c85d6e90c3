//! Rows without their row types, compared with the file, and the numbers of a database.

use gamedb::codegen::traits::*;
use gamedb::{
    Database, Effect, Error, ErrorKind, OnRemoval, ProblemKind, ReferenceKey, UntypedRow, Value,
};
use gamedb_models::{AttributeOwnerKey, Mobile, Tables, World};

use crate::common::sample::{attribute, fill, flushed_file, mobile, player};
use crate::common::{Contents, contents_of, new_file, refusing_file, state_of};

/// A world in the format of [`crate::common::TestFile::contents`], read without its row types.
fn contents_untyped(world: &World) -> Contents {
    let tables = world.untyped_tables().map(|table| {
        let columns = 0..table.info().columns.len();
        let text = |row: UntypedRow<'_>, column| match row.value(column).as_value() {
            Value::Text(text) => format!("\"{text}\""),
            other => other.to_string(),
        };
        let rows = table.rows_from(i64::MIN);
        let rows = rows.map(|row| (row.id(), columns.clone().map(|n| text(row, n)).collect()));
        (table.info().name.to_owned(), rows.collect())
    });
    tables.collect()
}

fn row<'w>(world: &'w World, table: &str, at: i64) -> UntypedRow<'w> {
    world.untyped_table(table).unwrap().row(at).unwrap()
}

fn column(row: UntypedRow<'_>, name: &str) -> usize {
    let columns = row.table().info().columns;
    columns.iter().position(|column| *column == name).unwrap()
}

#[test]
fn all_rows_of_all_tables_have_the_values_of_the_file() {
    let (file, db, _) = flushed_file();
    let contents = contents_untyped(&db);
    assert!(contents.values().filter(|rows| !rows.is_empty()).count() >= 6);
    assert_eq!(contents, file.contents());
    for table in db.untyped_tables() {
        assert_eq!(table.n_rows(), contents[table.info().name].len());
        assert!(table.n_rows() == 0 || table.n_bytes() > 0);
    }
    assert!(db.untyped_table("no_such_table").is_none());
}

#[test]
fn a_table_can_be_read_from_any_place_on() {
    let mut world = World::new();
    let sample = fill(&mut world);
    for n in 0..50 {
        let mut ada = world.get_mut(sample.ada).unwrap();
        ada.add_attribute(attribute("more")).unwrap();
        world.insert(mobile(n + 10)).unwrap();
    }
    // Holes, and pivot rows that are not in the order of their own ids.
    world.remove(sample.luck).unwrap();
    world
        .get_mut(sample.ada)
        .unwrap()
        .give_attribute(sample.strength, sample.bob)
        .unwrap_err();
    let mut avatar = world.get_mut(sample.avatar).unwrap();
    avatar.give_attribute(sample.strength, sample.bob).unwrap();
    for table in world.untyped_tables() {
        let all: Vec<i64> = table.rows_from(i64::MIN).map(UntypedRow::at).collect();
        assert!(all.is_sorted());
        for (n, &at) in all.iter().enumerate() {
            assert!(
                table
                    .rows_from(at)
                    .map(UntypedRow::at)
                    .eq(all[n..].iter().copied())
            );
            assert_eq!(
                table.row(at).unwrap().id(),
                table.rows_from(at).next().unwrap().id()
            );
            assert!(
                table
                    .rows_from(at + 1)
                    .map(UntypedRow::at)
                    .eq(all[n + 1..].iter().copied())
            );
        }
        assert_eq!(table.rows_from(i64::MAX).count(), 0);
        assert!(table.row(i64::MAX).is_none());
    }
}

#[test]
fn what_the_next_flush_writes_is_seen_with_its_reason() {
    let (file, mut db, sample) = flushed_file();
    let dirty = |db: &Database<World>, table: &str| -> Vec<(i64, Effect<Vec<&'static str>>)> {
        let table = db.untyped_table(table).unwrap();
        let name = |&column: &u16| table.info().columns[usize::from(column)];
        let rows = table.dirty_rows(0..usize::MAX).map(|row| {
            let effect = match row.unflushed().unwrap() {
                Effect::Inserted => Effect::Inserted,
                Effect::Changed(columns) => Effect::Changed(columns.iter().map(name).collect()),
                Effect::Removed => panic!("a live row is not removed"),
            };
            (row.id(), effect)
        });
        rows.collect()
    };
    for table in db.untyped_tables() {
        assert_eq!(
            (
                table.dirty_rows(0..usize::MAX).count(),
                table.removed_ids().len()
            ),
            (0, 0)
        );
    }
    db.get_mut(sample.ada).unwrap().set_full_name("Ada");
    db.get_mut(sample.ada).unwrap().set_over_13(true);
    let carl = db.insert(player(3)).unwrap();
    let ids = (db.id(sample.ada).unwrap().get(), db.id(carl).unwrap().get());
    assert_eq!(
        dirty(&db, "players"),
        [
            (ids.0, Effect::Changed(vec!["full_name", "over_13"])),
            (ids.1, Effect::Inserted)
        ]
    );
    let luck = db.id(sample.luck).unwrap().get();
    let pivot_row = row(&db, "attribute_owners", luck).id();
    db.get_mut(sample.ada)
        .unwrap()
        .give_attribute(sample.luck, sample.avatar)
        .unwrap();
    let arms = Effect::Changed(vec!["mobile_id", "player_id"]);
    assert_eq!(dirty(&db, "attribute_owners"), [(pivot_row, arms)]);
    db.remove(sample.luck).unwrap();
    assert_eq!(dirty(&db, "attribute_owners"), []);
    let removed = |db: &Database<World>, table: &str| -> Vec<i64> {
        db.untyped_table(table).unwrap().removed_ids().collect()
    };
    assert_eq!(removed(&db, "attributes"), [luck]);
    assert_eq!(removed(&db, "attribute_owners"), [pivot_row]);
    db.flush().unwrap();
    for table in db.untyped_tables() {
        assert_eq!(
            (
                table.dirty_rows(0..usize::MAX).count(),
                table.removed_ids().len()
            ),
            (0, 0)
        );
    }
    file.reopen(db);
}

/// Every foreign key of every row, both ways, is what the file says of it.
#[test]
fn who_names_whom_is_what_the_file_says() {
    let (file, db, sample) = flushed_file();
    let reader = file.reader();
    let mut n_named = 0;
    for table in db.untyped_tables() {
        for row in table.rows_from(i64::MIN) {
            for reference in table.references() {
                let by = table.sibling(reference.table).info();
                let ReferenceKey::Foreign(foreign_key) = reference.key else {
                    panic!("the game has no key by value: {reference:?}")
                };
                let key = &by.foreign_keys[foreign_key];
                let (name, id, column) = (by.name, by.id, by.columns[key.column]);
                let sql = format!("SELECT {id} FROM {name} WHERE {column} = ? ORDER BY {id}");
                let mut statement = reader.prepare(&sql).unwrap();
                let ids = statement.query_map([row.id()], |row| row.get(0)).unwrap();
                let ids: Vec<i64> = ids.map(Result::unwrap).collect();
                let naming: Vec<_> = row.naming(reference).collect();
                assert!(
                    naming.iter().map(|row| row.id()).eq(ids),
                    "{row:?} {column}"
                );
                // Gone through in parts, from any of them on and from beyond the last.
                for from in naming
                    .iter()
                    .map(|row| row.id())
                    .chain([i64::MIN, i64::MAX])
                {
                    let rest = naming.iter().map(|row| row.id()).filter(|&id| id >= from);
                    assert!(
                        row.naming_from(reference, from)
                            .map(|row| row.id())
                            .eq(rest)
                    );
                }
                for other in naming {
                    n_named += 1;
                    let back = other.named_by(foreign_key).unwrap();
                    assert_eq!((back.table().id(), back.at()), (table.id(), row.at()));
                    if let OnRemoval::RemovedWithOwned(owned) = reference.on_removal {
                        let owned_row = other.owned().unwrap();
                        assert_eq!(owned_row.table().id(), owned);
                        let owner = owned_row.owner().unwrap();
                        assert_eq!((owner.table().id(), owner.id()), (table.id(), row.id()));
                    }
                }
            }
        }
    }
    assert!(n_named >= 10, "{n_named}");
    let pet = row(&db, "mobiles", db.id(sample.pet).unwrap().get());
    assert_eq!(
        pet.owner().unwrap().id(),
        db.id(sample.avatar).unwrap().get()
    );
    assert!(row(&db, "players", 1).owner().is_none());
}

/// Writes one value.
fn set(
    db: &mut Database<World>,
    table: &str,
    at: i64,
    name: &str,
    value: Value<'_>,
) -> Result<(), Error> {
    let row = row(db, table, at);
    let delta = row.with_value(column(row, name), value);
    db.apply(&delta)
}

/// Tries to write one value, which has to be refused by name and to change nothing.
fn refusal(
    db: &mut Database<World>,
    table: &str,
    at: i64,
    name: &str,
    value: Value<'_>,
) -> ProblemKind {
    let before = state_of(db);
    let error = set(db, table, at, name, value).unwrap_err();
    assert!(error.to_string().contains(name), "{error}");
    assert_eq!(state_of(db), before);
    match error.into_kind() {
        ErrorKind::NotApplied { mut problems } => problems.remove(0).kind,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_value_is_written_by_name_and_checked_like_any_other() {
    let (file, mut db, sample) = flushed_file();
    let ada = db.id(sample.ada).unwrap().get();
    let avatar = db.id(sample.avatar).unwrap().get();
    set(&mut db, "players", ada, "full_name", Value::Text("Ada")).unwrap();
    assert_eq!(db.get(sample.ada).unwrap().full_name, "Ada");

    let taken = Value::Text("2@example.com");
    let kind = refusal(&mut db, "players", ada, "email", taken);
    assert!(matches!(kind, ProblemKind::NotUnique { .. }), "{kind:?}");
    let kind = refusal(&mut db, "players", ada, "over_13", Value::Integer(2));
    assert!(matches!(kind, ProblemKind::WrongType { .. }), "{kind:?}");
    let kind = refusal(&mut db, "players", ada, "full_name", Value::Null);
    assert!(matches!(kind, ProblemKind::Null), "{kind:?}");
    let kind = refusal(&mut db, "inventories", 1, "max_entries", Value::Integer(-1));
    assert!(matches!(kind, ProblemKind::CheckFailed { .. }), "{kind:?}");
    let nan = Value::Real(f64::NAN);
    let kind = refusal(&mut db, "inventories", 1, "max_volume", nan);
    assert!(matches!(kind, ProblemKind::NotANumber), "{kind:?}");
    let nobody = Value::Integer(999);
    let kind = refusal(&mut db, "mobiles", avatar, "owner_player_id", nobody);
    assert!(matches!(kind, ProblemKind::Dangling { .. }), "{kind:?}");
    file.reopen(db);
}

#[test]
fn an_owner_is_written_by_name_only_if_it_stays_the_only_one() {
    let (file, mut db, sample) = flushed_file();
    let avatar = db.id(sample.avatar).unwrap().get();
    let luck = db.id(sample.luck).unwrap().get();
    let before = state_of(&db);
    let second = Value::Integer(avatar);
    set(&mut db, "attribute_owners", luck, "mobile_id", second).unwrap_err();
    set(&mut db, "attribute_owners", luck, "player_id", Value::Null).unwrap_err();
    set(&mut db, "mobiles", avatar, "owner_mobile_id", second).unwrap_err();
    assert_eq!(state_of(&db), before);
    let bob = db.id(sample.bob).unwrap().get();
    set(
        &mut db,
        "attribute_owners",
        luck,
        "player_id",
        Value::Integer(bob),
    )
    .unwrap();
    let owner = db.attribute_owners.owner(sample.luck);
    assert_eq!(owner, Some(AttributeOwnerKey::Player(sample.bob)));
    file.reopen(db);
}

#[test]
fn a_delta_for_a_row_that_is_gone_is_refused() {
    let mut world = World::new();
    let key = world.insert(mobile(1)).unwrap();
    let delta = row(&world, "mobiles", 1).with_value(5, Value::Text("late"));
    assert_eq!(Mobile::INFO.columns[5], "what_we_call_you");
    world.remove(key).unwrap();
    let refused: Result<(), Error> = world.apply(&delta);
    assert!(matches!(
        refused.unwrap_err().kind(),
        ErrorKind::NotApplied { .. }
    ));
    assert_eq!(contents_of(&world), contents_of(&World::new()));
    assert_eq!(Tables::INFO.len(), world.untyped_tables().len());
}

#[test]
fn the_numbers_add_up() {
    let (file, mut db) = new_file();
    assert_eq!(db.stats().flushes.n_written, 0);
    let mut sums = (0, 0, 0, 0);
    let mut keys = Vec::new();
    for n in 0..20 {
        keys.push(db.insert(player(n)).unwrap());
        if n % 3 == 0 {
            db.get_mut(keys[0]).unwrap().set_year_of_birth(n);
        }
        if n % 5 == 4 {
            let gone = keys.remove(1);
            db.remove(gone).unwrap();
        }
        let report = if n % 2 == 0 {
            db.flush().unwrap()
        } else {
            let ticket = db.flush_in_background().unwrap();
            let stats = db.flush_stats();
            assert!(stats.is_in_flight && stats.to_string().contains("0 failed, one in flight;"));
            db.wait(ticket).unwrap()
        };
        sums.0 += 1;
        sums.1 += report.inserted as u64;
        sums.2 += report.updated as u64;
        sums.3 += report.deleted as u64;
        let flushes = db.stats().flushes;
        let counted = (
            flushes.n_written,
            flushes.inserted,
            flushes.updated,
            flushes.deleted,
        );
        assert_eq!(counted, sums);
        assert_eq!(
            (&flushes.last, flushes.committed),
            (&report, report.generation)
        );
        assert!(flushes.longest >= report.took && flushes.took >= flushes.longest);
        assert!(!flushes.is_in_flight && flushes.wal_pages > 0);
    }
    assert!(sums.2 > 0 && sums.3 > 0);
    // Nothing to write is no flush.
    db.flush().unwrap();
    assert_eq!(db.flush_stats().n_written, sums.0);
    db.get_mut(keys[0]).unwrap().set_full_name("dirty");
    db.remove(keys[3]).unwrap();
    let stats = db.stats();
    shows_all(&stats);
    let players = stats.tables[0];
    assert_eq!((players.table, players.rows), ("players", db.players.len()));
    assert_eq!((players.dirty, players.removed), (1, 1));
    assert!(players.bytes > 0);
    db.save(keys[0]).unwrap();
    assert_eq!(db.flush_stats().n_written, sums.0 + 1);
    file.reopen(db);
}

/// As a text for people: a line for each table, and three for the flushes.
#[track_caller]
fn shows_all(stats: &gamedb::Stats) {
    let shown = stats.to_string();
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines.len(), 1 + stats.tables.len() + 3, "{shown}");
    let words = |line: &str| {
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        words(lines[0]),
        ["table", "rows", "dirty", "removed", "bytes"]
    );
    for (line, table) in lines[1..].iter().zip(&stats.tables) {
        let numbers = [table.rows, table.dirty, table.removed, table.bytes];
        let numbers = numbers.iter().map(ToString::to_string);
        let expected: Vec<_> = [table.table.to_owned()]
            .into_iter()
            .chain(numbers)
            .collect();
        assert_eq!(words(line), expected);
        // The columns are below each other.
        assert_eq!(line.len(), lines[0].len(), "{shown}");
    }
    let flushes = &stats.flushes;
    let expected = format!(
        "flushes: {} written, 0 failed; {} rows inserted, {} updated, {} deleted, 0 left out by the last\n\
         callers waited {:?} in all, {:?} at most; transactions took {:?}\n\
         log: {} pages; committed {}, durable {}",
        flushes.n_written,
        flushes.inserted,
        flushes.updated,
        flushes.deleted,
        flushes.took,
        flushes.longest,
        flushes.writing,
        flushes.wal_pages,
        flushes.committed,
        flushes.durable
    );
    assert!(shown.ends_with(&expected), "{shown}");
}

#[test]
fn failures_are_counted_once_each() {
    let file = refusing_file();
    let mut db = file.open();
    let key = db.insert(player(1)).unwrap();
    db.get_mut(key)
        .unwrap()
        .set_full_name(crate::common::REFUSED);
    db.flush().unwrap_err();
    assert_eq!(db.flush_stats().n_failed, 1);
    let ticket = db.flush_in_background().unwrap();
    db.wait(ticket).unwrap_err();
    assert_eq!(db.flush_stats().n_failed, 2);
    db.get_mut(key).unwrap().set_full_name("accepted");
    db.flush().unwrap();
    let stats = db.flush_stats();
    assert_eq!((stats.n_written, stats.n_failed, stats.inserted), (1, 2, 1));
}
