//! Random schemas, rows and changes, many of which cannot be followed: whatever a plan calls safe is done without any
//! consent, and each row has then its id, its values and the rows that it names, as before.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use gamedb::{Consent, Safety};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rusqlite::types::Value::{self, Integer, Null};

use super::{SqlFile, text};

#[derive(Clone, Debug)]
struct Column {
    /// Which column of the old table it is meant to be.
    origin: Option<usize>,
    name: String,
    from: Option<String>,
    /// The table that it names rows of, by its place.
    key: Option<usize>,
    /// Whether the key writes the name of that table's id.
    names_id: bool,
}

#[derive(Clone, Debug)]
struct Table {
    origin: Option<usize>,
    name: String,
    from: Option<String>,
    id: (String, Option<String>),
    columns: Vec<Column>,
    is_strict: bool,
    /// Whether a CHECK calls it by its name.
    names_itself: bool,
    /// Whether it has an index with an expression.
    is_indexed: bool,
    /// Whether the expression is another one.
    is_tuned: bool,
    /// Whether its rename is declared behind its end, and not before it.
    is_behind: bool,
}

/// A row: its id, its mark, which no change touches, and its values.
type Row = (i64, String, Vec<Value>);

fn ddl(tables: &[Table]) -> String {
    let comment = |from: &Option<String>| match from {
        Some(from) => format!(" -- @renamed from={from}"),
        None => String::new(),
    };
    let mut ddl = String::new();
    for (at, table) in tables.iter().enumerate() {
        let Table {
            name,
            from,
            id: (id, id_from),
            ..
        } = table;
        if !table.is_behind {
            ddl += &format!("{}\n", comment(from));
        }
        ddl += &format!(
            "CREATE TABLE {name} (\n{id} INTEGER PRIMARY KEY{}\n, mark TEXT NOT NULL",
            comment(id_from)
        );
        for column in &table.columns {
            let key = column.key.map(|key| {
                let Table { name, id, .. } = &tables[key];
                let id = format!(" ({})", id.0);
                let id = if column.names_id { &*id } else { "" };
                format!(" REFERENCES {name}{id}")
            });
            let key = key.unwrap_or_default();
            ddl += &format!("\n, {} INTEGER{key}{}", column.name, comment(&column.from));
        }
        if table.names_itself {
            ddl += &format!("\n, CHECK ({name}.{id} > 0)");
        }
        ddl += if table.is_strict {
            "\n) STRICT;"
        } else {
            "\n);"
        };
        if table.is_behind {
            ddl += &comment(from);
        }
        ddl += "\n";
        if table.is_indexed {
            let what = if table.is_tuned { "abs" } else { "hex" };
            ddl += &format!("CREATE INDEX low{at} ON {name} ({what}({id}));\n");
        }
    }
    ddl
}

/// A change of what two numbers choose, by its kind.
fn apply(tables: &mut [Table], (kind, one, other): (u8, usize, usize), number: usize) {
    let n_tables = tables.len();
    let table = &mut tables[one % n_tables];
    let n_columns = table.columns.len();
    let (a, b) = (one / 3 % n_columns.max(1), other % n_columns.max(1));
    match kind {
        0 => table.columns.push(Column {
            origin: None,
            name: format!("new{number}"),
            from: None,
            key: None,
            names_id: false,
        }),
        1 => rename(&mut table.id.0, &mut table.id.1, format!("id{number}")),
        2 => rename(&mut table.name, &mut table.from, format!("table{number}")),
        3 => {
            table.name = format!("table{number}");
            table.from = Some("nothing".into());
        }
        4 => table.is_strict = true,
        5 => table.names_itself = true,
        6 => table.is_indexed = false,
        16 => table.is_tuned = true,
        7 if one % n_tables != other % n_tables => {
            let names = [one, other].map(|at| tables[at % n_tables].name.clone());
            for (at, new) in [(one, &names[1]), (other, &names[0])] {
                let table = &mut tables[at % n_tables];
                rename(&mut table.name, &mut table.from, new.clone());
            }
        }
        _ if n_columns == 0 => {}
        8 => rename_column(&mut table.columns[a], format!("c{number}")),
        9 => slip(&mut table.columns, a, number),
        // A column of the old name is new.
        10 => {
            let name = table.columns[a].name.clone();
            rename_column(&mut table.columns[a], format!("c{number}"));
            table.columns.push(Column {
                origin: None,
                name,
                from: None,
                key: None,
                names_id: false,
            });
        }
        // A ring, and a chain.
        11 | 12 if a != b => {
            let names = [a, b].map(|at| table.columns[at].name.clone());
            rename_column(&mut table.columns[a], names[1].clone());
            let other = if kind == 11 {
                names[0].clone()
            } else {
                format!("c{number}")
            };
            rename_column(&mut table.columns[b], other);
        }
        // The id gets the name of a column, which is gone.
        13 => table.id = (table.columns.remove(a).name, None),
        14 if table.columns[a].key.is_some() => table.columns[a].key = Some(other % n_tables),
        17 => table.columns[a].names_id = !table.columns[a].names_id,
        // Two from one.
        15 => {
            rename_column(&mut table.columns[a], format!("c{number}"));
            let second = Column {
                origin: None,
                name: format!("second{number}"),
                ..table.columns[a].clone()
            };
            table.columns.push(second);
        }
        _ => {}
    }
}

/// A comment with an old name that the file does not have, unless another column is that one by its name or its comment.
fn slip(columns: &mut [Column], at: usize, number: usize) {
    let column = &columns[at];
    let old = column.from.clone().unwrap_or_else(|| column.name.clone());
    let mut others = columns.iter().enumerate().filter(|(other, _)| *other != at);
    if !others.any(|(_, other)| other.name == old || other.from.as_ref() == Some(&old)) {
        columns[at].name = format!("c{number}");
        columns[at].from = Some("nothing".into());
    }
}

fn rename_column(column: &mut Column, name: String) {
    if column.origin.is_some() {
        rename(&mut column.name, &mut column.from, name);
    } else {
        column.name = name;
    }
}

/// The comment goes on naming the name in the file.
fn rename(current: &mut String, from: &mut Option<String>, name: String) {
    let old = std::mem::replace(current, name);
    from.get_or_insert(old);
}

/// The keys of a table's columns, with whether they write the id's name, two of its properties, and a number that is 0 for an index.
type Shape = (Vec<Option<(usize, bool)>>, [bool; 2], u8);

fn tables() -> impl Strategy<Value = Vec<Table>> {
    let key = prop::option::of((0..3_usize, any::<bool>()));
    let columns = prop::collection::vec(key, 0..4);
    let table = (columns, prop::array::uniform2(any::<bool>()), 0..4_u8);
    prop::collection::vec(table, 1..4).prop_map(|tables| {
        let n_tables = tables.len();
        let table = |(at, shape): (usize, Shape)| {
            let (columns, [is_strict, is_behind], indexed) = shape;
            let columns = columns.into_iter().enumerate().map(|(number, key)| Column {
                origin: Some(number),
                name: format!("a{number}"),
                from: None,
                key: key.map(|(key, _)| key % n_tables),
                names_id: key.is_some_and(|(_, names_id)| names_id),
            });
            Table {
                origin: Some(at),
                name: format!("t{at}"),
                from: None,
                id: ("id".into(), None),
                columns: columns.collect(),
                is_strict,
                names_itself: false,
                is_indexed: indexed == 0,
                is_tuned: false,
                is_behind,
            }
        };
        tables.into_iter().enumerate().map(table).collect()
    })
}

/// The rows of each table, with these ids. A value is NULL, or the row's id, or that of a row which it names, or a number
/// that no other cell has, or a text, which a table that is not STRICT takes.
fn rows(tables: &[Table], ids: &[BTreeSet<i64>], seeds: &[u8]) -> Vec<Vec<Row>> {
    let mut seeds = seeds.iter().cycle().map(|seed| usize::from(*seed));
    let mut number = 1000;
    let mut value = |table: &Table, column: &Column, id: i64| {
        number += 1;
        let seed = seeds.next().unwrap_or_default();
        match (seed % 8, column.key) {
            (0, _) => Null,
            (_, Some(key)) if ids[key].is_empty() => Null,
            (_, Some(key)) => Integer(*ids[key].iter().nth(seed % ids[key].len()).unwrap()),
            (1, None) if !table.is_strict => text("abc"),
            (2 | 3, None) => Integer(id),
            _ => Integer(number),
        }
    };
    let rows = tables
        .iter()
        .zip(ids)
        .enumerate()
        .map(|(at, (table, ids))| {
            let row = |&id: &i64| {
                let values = table.columns.iter().map(|column| value(table, column, id));
                (id, format!("m{at}of{id}"), values.collect())
            };
            ids.iter().map(row).collect()
        });
    rows.collect()
}

fn sql(value: &Value) -> String {
    match value {
        Null => "NULL".into(),
        Integer(number) => number.to_string(),
        other => format!(
            "'{}'",
            if *other == text("abc") {
                "abc"
            } else {
                panic!("{other:?}")
            }
        ),
    }
}

/// Asserts that the file has all rows, under the names of the new schema.
fn assert_all_there(
    file: &SqlFile,
    old: &[Table],
    rows: &[Vec<Row>],
    new: &[Table],
) -> Result<(), TestCaseError> {
    let found = new.iter().map(|table| {
        let rows = file.rows(&format!("SELECT * FROM {} ORDER BY 1", table.name));
        let row = |row: Vec<Value>| match row.as_slice() {
            [Integer(id), Value::Text(mark), values @ ..] => (*id, mark.clone(), values.to_vec()),
            other => panic!("a row has an id and a mark: {other:?}"),
        };
        rows.into_iter().map(row).collect()
    });
    let found: Vec<Vec<Row>> = found.collect();
    let mark_of = |rows: &[Row], value: &Value| {
        let named = rows.iter().find(|(id, ..)| *value == Integer(*id));
        named.map(|(_, mark, _)| mark.clone())
    };
    for (table, now) in new.iter().zip(&found) {
        let before = &rows[table.origin.unwrap()];
        let marks = |rows: &[Row]| -> Vec<_> {
            rows.iter()
                .map(|(id, mark, _)| (*id, mark.clone()))
                .collect()
        };
        prop_assert_eq!(marks(now), marks(before));
        for ((id, _, now), (_, _, before)) in now.iter().zip(before) {
            let kept: BTreeMap<_, _> = table
                .columns
                .iter()
                .zip(now)
                .map(|(column, value)| (&column.name, value))
                .collect();
            for (column, value) in table.columns.iter().zip(now) {
                let Some(origin) = column.origin else {
                    continue;
                };
                prop_assert_eq!(value, &before[origin], "{} in {:?}", column.name, &kept);
                let was = old[table.origin.unwrap()].columns[origin].key;
                if let (Some(key), Some(was)) = (column.key, was) {
                    prop_assert_eq!(
                        mark_of(&found[key], value),
                        mark_of(&rows[was], value),
                        "{}",
                        &column.name
                    );
                }
            }
            let is_there =
                |value: &Value| *value == Null || *value == Integer(*id) || now.contains(value);
            prop_assert!(before.iter().all(is_there), "{before:?} became {kept:?}");
        }
    }
    Ok(())
}

#[test]
fn what_is_called_safe_is_done_and_keeps_all_values_and_all_that_rows_name() {
    let ids = prop::collection::vec(prop::collection::btree_set(1..7_i64, 0..4), 3);
    let edits = prop::collection::vec((0..18_u8, any::<usize>(), any::<usize>()), 0..3);
    let case = (
        tables(),
        ids,
        prop::collection::vec(any::<u8>(), 1..40),
        edits,
    );
    let (n_done, n_refused) = (Cell::new(0), Cell::new(0));
    let cases = std::env::var("GAMEDB_MIGRATIONS").map_or(60, |cases| {
        cases.parse().expect("GAMEDB_MIGRATIONS is a number")
    });
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let ran = TestRunner::new(config).run(&case, |(old, ids, seeds, edits)| {
        let rows = rows(&old, &ids[..old.len()], &seeds);
        let mut new = old.clone();
        for (edit, number) in edits.into_iter().zip(10..) {
            apply(&mut new, edit, number);
        }
        let mut setup = format!("PRAGMA foreign_keys = OFF; {}", ddl(&old));
        for (table, rows) in old.iter().zip(&rows) {
            for (id, mark, values) in rows {
                let values: String = values
                    .iter()
                    .map(|value| format!(", {}", sql(value)))
                    .collect();
                setup += &format!(
                    "INSERT INTO {} VALUES ({id}, '{mark}'{values});\n",
                    table.name
                );
            }
        }
        let file = SqlFile::new(&setup);
        let schema = ddl(&new);
        let (before, migration) = (file.all(), file.plan(&schema));
        let ran = migration.run(&Consent::new());
        if migration.safety() > Safety::Safe {
            n_refused.set(n_refused.get() + 1);
            prop_assert!(ran.is_err(), "{}\n{}", schema, migration);
            prop_assert_eq!(file.all(), before);
            return Ok(());
        }
        n_done.set(n_done.get() + 1);
        prop_assert!(
            ran.is_ok(),
            "{:?}\n{schema}\n{migration}",
            ran.map_err(|error| error.to_string())
        );
        prop_assert!(file.plan(&schema).is_empty(), "{}", file.plan(&schema));
        assert_all_there(&file, &old, &rows, &new)
    });
    ran.unwrap_or_else(|failed| panic!("{failed}"));
    assert!(
        n_done.get() > 5 && n_refused.get() > 5,
        "{n_done:?} were done, {n_refused:?} refused"
    );
}
