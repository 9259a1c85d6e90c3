//! Functions in Rust that make new rows of old ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gamedb::{Consent, MigrationError, RowError, RowFunctions, Value};

use super::{SqlFile, text};

const OLD: &str = "CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL, hp INTEGER) STRICT;
    INSERT INTO players VALUES (3, 'Ada Lovelace', 7), (9, 'Bob Builder', NULL), (-4, 'Cy Twombly', 40);";
const NEW: &str = "CREATE TABLE players (
        id INTEGER PRIMARY KEY, first TEXT NOT NULL UNIQUE, last TEXT NOT NULL, hp INTEGER CHECK (hp < 100)
    ) STRICT;";

fn between(file: &SqlFile, schema: &str) -> RowFunctions {
    let plan = file.plan(schema);
    RowFunctions::between(plan.from_fingerprint(), plan.to_fingerprint())
}

/// The functions that split names.
fn split(file: &SqlFile) -> RowFunctions {
    between(file, NEW).table("Players", ["First", "last"], |old, new| {
        let Value::Text(name) = old.get("NAME")? else {
            return Err("the name is no text".into());
        };
        let (first, last) = name.split_once(' ').ok_or("there is one name only")?;
        new.set("first", Value::Text(first))?;
        new.set("LAST", Value::Text(last))?;
        Ok(())
    })
}

fn consent(functions: RowFunctions) -> Consent {
    Consent::new().functions(functions).drop("players.name")
}

#[test]
fn every_row_is_made_by_the_function_and_the_rest_stays() {
    let file = SqlFile::new(OLD);
    file.migrate(NEW, &consent(split(&file))).unwrap();
    let rows = file.rows("SELECT first, last FROM players ORDER BY id");
    let names = [("Cy", "Twombly"), ("Ada", "Lovelace"), ("Bob", "Builder")];
    assert_eq!(
        rows,
        names.map(|(first, last)| vec![text(first), text(last)])
    );
    let kept = file.rows("SELECT id FROM players WHERE hp IS NULL OR hp IN (7, 40)");
    assert_eq!(kept.len(), 3);
    let left = file.rows("SELECT name FROM sqlite_schema WHERE name LIKE 'gamedb_given%'");
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_first_row_that_is_refused_is_named_and_nothing_has_changed() {
    let file = SqlFile::new(&format!(
        "{OLD} INSERT INTO players VALUES (5, 'Madonna', 1);"
    ));
    let refused = file.refused(NEW, &consent(split(&file)));
    let MigrationError::RowRefused { table, id, source } = &refused else {
        panic!("{refused}");
    };
    assert_eq!((table.as_str(), *id), ("players", 5));
    assert_eq!(source.to_string(), "there is one name only");
    // A script comes first, and can mend it.
    let mended =
        consent(split(&file)).script("UPDATE players SET name = 'Madonna Ciccone' WHERE id = 5;");
    file.migrate(NEW, &mended).unwrap();
}

#[test]
fn a_value_that_the_column_cannot_hold_names_its_row() {
    for (bad, why) in [
        (Value::Null, "NOT NULL"),
        (Value::Integer(1), ""),
        (Value::Blob(b"x"), "cannot store BLOB"),
    ] {
        let file = SqlFile::new(OLD);
        let bad = match bad {
            Value::Blob(_) => 2,
            Value::Null => 0,
            _ => 1,
        };
        let functions = between(&file, NEW).table("players", ["first", "last"], move |old, new| {
            let value = match bad {
                2 => Value::Blob(b"x"),
                0 => Value::Null,
                _ => Value::Integer(old.id()),
            };
            new.set(
                "first",
                if old.id() == 9 {
                    value
                } else {
                    old.get("name")?
                },
            )?;
            new.set("last", Value::Text("x"))?;
            Ok(())
        });
        if bad == 1 {
            // A number in a column of texts is what SQLite makes of it.
            file.migrate(NEW, &consent(functions)).unwrap();
            assert_eq!(
                file.rows("SELECT first FROM players WHERE id = 9"),
                [[text("9")]]
            );
            continue;
        }
        let refused = file.refused(NEW, &consent(functions));
        let MigrationError::RowRefused { id: 9, source, .. } = &refused else {
            panic!("{refused}");
        };
        let mut said = source.to_string();
        let mut next = source.source();
        while let Some(cause) = next {
            said = format!("{said}: {cause}");
            next = cause.source();
        }
        assert!(said.contains(why), "{said}");
    }
}

/// Where nothing is to be done, no copy is made: a program may migrate at each start.
#[test]
fn a_file_that_is_migrated_already_is_left_as_it_is() {
    let file = SqlFile::new(OLD);
    let from_and_to = {
        let plan = file.plan(NEW);
        (plan.from_fingerprint(), plan.to_fingerprint())
    };
    // As a program writes them down.
    let functions = || {
        let functions = RowFunctions::between(from_and_to.0, from_and_to.1);
        functions.table("players", ["first", "last"], |old, new| {
            new.set("first", Value::Integer(old.id()))?;
            Ok(new.set("last", old.get("name")?)?)
        })
    };
    let first = file.plan(NEW).run(&consent(functions())).unwrap();
    assert!(first.backup.is_some_and(|copy| copy.exists()));
    let (all, n_files) = (file.all(), file.n_files());
    for consent in [consent(functions()), Consent::new(), consent(split(&file))] {
        let again = file.plan(NEW).run(&consent).unwrap();
        assert_eq!((again.steps, again.backup), (Vec::new(), None));
        assert_eq!((file.all(), file.n_files()), (all.clone(), n_files));
    }
    // A name of nothing is refused all the same, and what is asked for is done.
    let idle = Consent::new().drop("players.name").refuse_idle_drops();
    let refused = file.refused(NEW, &idle);
    assert_eq!(
        refused.to_string(),
        "players.name is no table or column that can be dropped; there is nothing to drop"
    );
    let script = Consent::new().script("UPDATE players SET hp = 1;");
    assert!(file.plan(NEW).run(&script).unwrap().backup.is_some());
    assert_eq!(file.rows("SELECT DISTINCT hp FROM players").len(), 1);
}

/// `main` prints the error with `{:?}`.
#[test]
fn what_a_function_says_is_in_what_main_prints() {
    let file = SqlFile::new(&format!(
        "{OLD} INSERT INTO players VALUES (5, 'Madonna', 1);"
    ));
    let refused = file.refused(NEW, &consent(split(&file)));
    assert_eq!(
        format!("{refused:?}"),
        "row 5 of players was not converted by its function: there is one name only"
    );
}

#[test]
fn what_a_function_gives_is_checked_as_everything_is() {
    // Two players would have one name, which is UNIQUE.
    let file = SqlFile::new(OLD);
    let same = between(&file, NEW).table("players", ["first", "last"], |_, new| {
        new.set("first", Value::Text("Eve"))?;
        new.set("last", Value::Text("x"))?;
        Ok(())
    });
    let refused = file.refused(NEW, &consent(same));
    let MigrationError::NotAllowed { steps } = &refused else {
        panic!("{refused}");
    };
    assert_eq!(steps[0].rows.n, 3, "{refused}");

    // A value that breaks a CHECK, in a column that was there.
    let more = between(&file, NEW).table("players", ["first", "last", "hp"], |old, new| {
        new.set("first", old.get("name")?)?;
        new.set("last", Value::Text("x"))?;
        new.set("hp", Value::Integer(99 + i64::from(old.id() == 3)))?;
        Ok(())
    });
    let refused = file.refused(NEW, &consent(more));
    assert!(
        refused
            .to_string()
            .contains("CHECK (hp < 100): 1 row (id 3)"),
        "{refused}"
    );

    // A function is no consent to drop what it has read.
    let refused = file.refused(NEW, &Consent::new().functions(split(&file)));
    assert!(
        refused.to_string().contains("players.name: dropped column"),
        "{refused}"
    );
}

#[test]
fn mistakes_of_a_function_are_told() {
    let file = SqlFile::new(&format!(
        "{OLD} CREATE TABLE other (id INTEGER PRIMARY KEY) STRICT;"
    ));
    let schema = format!(
        "{NEW} CREATE TABLE other (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER) STRICT;"
    );
    let both = |old: &gamedb::OldRow<'_>, new: &mut gamedb::NewRow| {
        new.set("first", old.get("name")?)?;
        new.set("last", Value::Text("x")).map_err(Into::into)
    };
    let functions = || between(&file, &schema);
    let named = ["first", "last"];
    for (functions, expected) in [
        (
            functions().table("gone", ["a"], both),
            "the function for gone: the schema has no such table",
        ),
        (
            functions().table("made", ["a"], both),
            "the function for made: it has no old rows",
        ),
        (
            functions().table("players", ["name"], both),
            "players.name: the schema has no such column",
        ),
        (
            functions().table("players", ["id"], both),
            "players.id: its value cannot be given",
        ),
        (
            functions()
                .table("players", named, both)
                .table("PLAYERS", ["hp"], both),
            "the table has two functions",
        ),
        (
            functions()
                .table("players", named, both)
                .table("other", [""; 0], |_, _| Ok(())),
            "the function for other: the table does not change",
        ),
    ] {
        let refused = file.refused(&schema, &consent(functions));
        assert!(refused.to_string().contains(expected), "{refused}");
    }
    type Function = fn(&gamedb::OldRow<'_>, &mut gamedb::NewRow) -> Result<(), RowError>;
    let no_old: Function = |old, _| old.get("level").map(|_| ());
    let not_declared: Function = |_, new| new.set("hp", Value::Null);
    let no_value: Function = |old, new| new.set("last", old.get("name")?);
    for (function, expected) in [
        (no_old, "the old table has no column level"),
        (
            not_declared,
            "the function was not declared for a column hp",
        ),
        (no_value, "the function gave no value to first"),
    ] {
        let functions =
            functions().table("players", named, move |old, new| Ok(function(old, new)?));
        let refused = file.refused(&schema, &consent(functions));
        let MigrationError::RowRefused { id: -4, source, .. } = &refused else {
            panic!("{refused}");
        };
        assert_eq!(source.to_string(), expected);
    }
}

#[test]
fn a_function_is_called_between_its_two_schemas_only() {
    let file = SqlFile::new(OLD);
    let n_calls = Arc::new(AtomicUsize::new(0));
    let plan = file.plan(NEW);
    let (from, to) = (plan.from_fingerprint(), plan.to_fingerprint());
    let counting = |from, to| {
        let n_calls = Arc::clone(&n_calls);
        RowFunctions::between(from, to).table("players", ["first", "last"], move |old, new| {
            n_calls.fetch_add(1, Ordering::Relaxed);
            new.set("first", old.get("name")?)?;
            Ok(new.set("last", Value::Text("x"))?)
        })
    };
    for (from, to, wrong) in [(from, to ^ 1, to ^ 1), (from ^ 1, to, from ^ 1)] {
        let refused = file.refused(NEW, &consent(counting(from, to)));
        let MigrationError::OtherSchemas { expected, .. } = refused else {
            panic!("{refused}");
        };
        assert_eq!(expected, wrong);
    }
    assert_eq!(n_calls.load(Ordering::Relaxed), 0);
    // A program has the functions of all the schemas that it may come across.
    let both = consent(counting(from ^ 1, to)).functions(counting(from, to));
    file.migrate(NEW, &both).unwrap();
    assert_eq!(n_calls.load(Ordering::Relaxed), 3);
    // A file that is as it should be needs none of them.
    file.migrate(NEW, &both).unwrap();
    assert_eq!(n_calls.load(Ordering::Relaxed), 3);
}

#[test]
fn functions_follow_renames_and_take_empty_and_odd_tables() {
    let old =
        "CREATE TABLE \"old \"\"t\" (id INTEGER PRIMARY KEY, \"a b\" BLOB, c REAL, d TEXT) STRICT;
        CREATE TABLE bare (id INTEGER PRIMARY KEY) STRICT;
        INSERT INTO \"old \"\"t\" VALUES (1, x'00ff', 0.5, 'x'), (2, NULL, NULL, NULL);";
    let new = "-- @renamed from=old
        CREATE TABLE things (id INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;
        CREATE TABLE bare (id INTEGER PRIMARY KEY, b INTEGER NOT NULL) STRICT;"
        .replace("from=old", "from=odd");
    let file = SqlFile::new(&old.replace("old \"\"t", "odd"));
    let functions = between(&file, &new)
        .table("things", ["n"], |old, new| {
            let n = match (old.get("a b")?, old.get("c")?, old.get("d")?) {
                (Value::Blob(bytes), Value::Real(c), Value::Text(d)) => {
                    i64::try_from(bytes.len() + d.len())? + (c * 4.0) as i64
                }
                (Value::Null, Value::Null, Value::Null) => -1,
                other => return Err(format!("{other:?}").into()),
            };
            Ok(new.set("n", Value::Integer(n))?)
        })
        .table("bare", ["b"], |_, _| Err("there is no row".into()));
    let drops = ["things.a b", "things.c", "things.d"];
    let consent = drops
        .iter()
        .fold(Consent::new().functions(functions), Consent::drop);
    file.migrate(&new, &consent).unwrap();
    let n = |n| vec![rusqlite::types::Value::Integer(n)];
    assert_eq!(file.rows("SELECT n FROM things ORDER BY id"), [n(5), n(-1)]);
}
