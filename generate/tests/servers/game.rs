//! The game's own schema in the words of either server, and 100,000 rows: what is imported from the server and from its
//! dumps are the rows that were written to it, every one.

use std::path::Path;

use gamedb_generate::Input;
use rusqlite::types::Value;

use crate::tools::{Database, Kind, World, query};

/// Tables whose foreign keys point to earlier ones, each with its number of rows.
const TABLES: &[(&str, i64)] = &[
    ("players", 8_000),
    ("item_blueprints", 200),
    ("items", 600),
    ("mobiles", 12_000),
    ("attributes", 26_000),
    ("attribute_owners", 26_000),
    ("inventories", 6_000),
    ("inventory_owners", 6_000),
    ("item_blueprint_components", 600),
    ("mobile_item_blueprints", 100),
    ("mobile_items", 2_000),
    ("mobile_item_attributes", 3_000),
    ("mobile_item_blueprint_components", 300),
    ("inventory_entries", 12_000),
];

/// Texts that are hard to write.
const TEXTS: &[&str] = &[
    "Alice",
    "O'Hara",
    "a\\b\\",
    "line\nbreak\r\n",
    "tab\tand \u{1F5E1} and ü",
    "",
    "'); DROP TABLE players; --",
    "\\N",
    "\\.",
    " spaces ",
];

/// A value that no other row of the table has in this place, as simple numbers yield it.
struct Row {
    id: i64,
}

impl Row {
    fn text(&self) -> Value {
        let text = TEXTS[self.id as usize % TEXTS.len()];
        Value::Text(text.to_owned())
    }

    fn unique(&self, what: &str) -> Value {
        Value::Text(format!("{what}{}'\\", self.id))
    }

    fn id(&self) -> Value {
        Value::Integer(self.id)
    }

    fn integer(&self, factor: i64, below: i64) -> Value {
        Value::Integer(self.id * factor % below)
    }

    /// A reference to one of so many rows.
    fn one_of(&self, n_rows: i64) -> Value {
        Value::Integer(self.id * 7 % n_rows + 1)
    }

    fn bool(&self) -> Value {
        Value::Integer(self.id % 2)
    }

    fn real(&self) -> Value {
        let reals = [0.0, 0.1, 1e300, 5e-324, 1.0 / 3.0, 16_777_217.0, f64::MAX];
        let real = reals[self.id as usize % reals.len()];
        Value::Real(if self.id % 5 == 0 { real / 3.0 } else { real })
    }

    fn signed(&self) -> Value {
        match self.real() {
            Value::Real(real) if self.id % 3 == 0 && real != 0.0 => Value::Real(-real),
            other => other,
        }
    }

    fn item_type(&self) -> Value {
        let types = ["VIRTUAL", "CONTAINER", "WEAPON", "RAWMATERIAL", "BLUEPRINT"];
        Value::Text(types[self.id as usize % types.len()].to_owned())
    }

    /// One of an attribute's four kinds of values.
    fn attribute(&self) -> Vec<Value> {
        let mut values = vec![Value::Null; 6];
        match self.id % 4 {
            0 => values[0] = self.bool(),
            1 => values[1] = self.signed(),
            2 => (values[2], values[3], values[4]) = (self.signed(), self.real(), self.real()),
            _ => values[5] = Value::Integer(i64::MAX - self.id),
        }
        let types = ["QUANTITY", "SIZE", "LUCK"];
        let ty = types[self.id as usize % types.len()];
        let mut all = vec![self.text(), self.bool(), Value::Text(ty.to_owned())];
        all.append(&mut values);
        all
    }

    /// One of the owners that a pivot has.
    fn owner(&self) -> Vec<Value> {
        let null = || Value::Null;
        match self.id % 3 {
            0 => vec![self.one_of(12_000), null(), null(), null()],
            1 => vec![null(), self.one_of(600), null(), null()],
            _ => vec![null(), null(), null(), self.one_of(8_000)],
        }
    }

    /// The row of a table, in the order of its columns.
    fn of(&self, table: &str) -> Vec<Value> {
        let or_null = |is_null: bool, value: Value| if is_null { Value::Null } else { value };
        let mut row = vec![self.id()];
        row.extend(match table {
            "players" => vec![
                self.text(),
                self.text(),
                self.text(),
                self.bool(),
                self.integer(13, 2_000),
                self.unique("mail"),
            ],
            "item_blueprints" | "mobile_item_blueprints" => {
                vec![self.integer(1_000_003, i64::MAX)]
            }
            "items" => vec![
                self.unique("item"),
                or_null(self.id % 4 == 0, Value::Integer(self.id)),
                self.item_type(),
                or_null(self.id % 2 == 0, self.one_of(200)),
            ],
            "mobiles" => {
                let mut row = vec![Value::Text(
                    if self.id % 2 == 0 { "PLAYER" } else { "NPC" }.to_owned(),
                )];
                let (is_owned, has_avatar) = (self.id % 3 == 1 && self.id > 1, self.id % 3 == 0);
                row.push(or_null(!is_owned, Value::Integer(self.id - 1)));
                row.extend([Value::Null, Value::Null]);
                row.push(or_null(!has_avatar, Value::Integer(self.id / 3)));
                row.push(self.text());
                row
            }
            "attributes" => self.attribute(),
            "attribute_owners" | "inventory_owners" => {
                let mut row = vec![self.id()];
                row.extend(self.owner());
                row
            }
            "inventories" => vec![
                self.one_of(100),
                or_null(self.id % 2 == 0, self.text()),
                self.integer(3, 100),
                self.real(),
                or_null(self.id % 7 == 0, self.signed()),
            ],
            "item_blueprint_components" => vec![self.one_of(200), self.one_of(600), self.real()],
            "mobile_item_blueprint_components" => {
                vec![self.one_of(100), self.one_of(600), self.real()]
            }
            "mobile_items" => vec![
                self.one_of(12_000),
                self.text(),
                or_null(self.id % 3 == 0, Value::Integer(-self.id)),
                self.item_type(),
                or_null(self.id % 2 == 0, self.one_of(100)),
                self.one_of(600),
            ],
            "mobile_item_attributes" => {
                let mut row = vec![self.one_of(2_000)];
                row.extend(self.attribute());
                row
            }
            "inventory_entries" => vec![
                self.one_of(6_000),
                self.one_of(600),
                self.real(),
                self.bool(),
                or_null(self.id % 5 == 0, self.one_of(2_000)),
            ],
            other => panic!("{other} has no rows"),
        });
        row
    }
}

/// The columns that are booleans in the servers.
const BOOLS: &[&str] = &["over_13", "visible", "bool_value", "is_max_stacked"];

/// The names of the columns of a table, out of the schema of the game.
fn columns(expected: &rusqlite::Connection, table: &str) -> Vec<String> {
    let sql = format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid");
    let rows = query(expected, &sql).into_iter();
    rows.map(|row| match &row[0] {
        Value::Text(name) => name.clone(),
        other => panic!("{other:?} is no name"),
    })
    .collect()
}

/// A value in words that both servers read.
fn literal(value: &Value, column: &str) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(truth) if BOOLS.contains(&column) => (*truth == 1).to_string(),
        Value::Integer(integer) => integer.to_string(),
        Value::Real(real) => format!("{real:e}"),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Blob(_) => panic!("the game has no blobs"),
    }
}

fn schema_of_the_game() -> Input {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    crate::tools::input(models.join("schema.sql"))
}

/// The rows, in a file that SQLite has made.
fn expected() -> rusqlite::Connection {
    let expected = rusqlite::Connection::open_in_memory().expect("a database");
    let schema = gamedb_generate::sqlite_schema(&schema_of_the_game()).expect("the schema");
    expected.execute_batch(&schema).expect("the tables");
    expected
        .execute_batch("PRAGMA foreign_keys = OFF; BEGIN")
        .expect("a transaction");
    for (table, n_rows) in TABLES {
        let marks = vec!["?"; columns(&expected, table).len()].join(", ");
        let sql = format!("INSERT INTO {table} VALUES ({marks})");
        let mut insert = expected.prepare(&sql).expect("the table is there");
        for id in 1..=*n_rows {
            let values = rusqlite::params_from_iter(Row { id }.of(table));
            insert.execute(values).expect("the row fits");
        }
    }
    expected.execute_batch("COMMIT").expect("the end");
    let dangling = query(&expected, "SELECT * FROM pragma_foreign_key_check");
    assert_eq!(dangling, Vec::<Vec<Value>>::new());
    expected
}

/// Writes the tables and the rows to the server.
fn write(database: &Database, expected: &rusqlite::Connection) {
    const AT_ONCE: i64 = 1_000;
    let ddl = match database.kind {
        Kind::MySql => include_str!("game.mysql.sql"),
        Kind::Postgres => include_str!("game.postgres.sql"),
    };
    // MySQL takes one statement at a time.
    let mut statements: Vec<String> = ddl
        .split(";\n")
        .map(str::to_owned)
        .filter(|statement| !statement.trim().is_empty())
        .collect();
    for (table, n_rows) in TABLES {
        let columns = columns(expected, table);
        for first in (1..=*n_rows).step_by(AT_ONCE as usize) {
            let rows = (first..first + AT_ONCE).take_while(|id| id <= n_rows);
            let rows: Vec<String> = rows
                .map(|id| {
                    let row = Row { id }.of(table);
                    let row = row.iter().zip(&columns);
                    let row: Vec<String> = row.map(|(value, name)| literal(value, name)).collect();
                    format!("({})", row.join(", "))
                })
                .collect();
            statements.push(format!("INSERT INTO {table} VALUES {}", rows.join(",\n")));
        }
    }
    database.execute(&statements);
}

/// Compares all rows of all tables.
fn assert_same(world: &World, expected: &rusqlite::Connection, from: &str) {
    assert_eq!(*world.report.misfits, [], "{from}");
    assert_eq!(world.report.n_left_out(), 0, "{from}");
    for (table, n_rows) in TABLES {
        let sql = format!("SELECT * FROM {table} ORDER BY id");
        let (here, there) = (world.query(&sql), query(expected, &sql));
        assert_eq!(there.len() as i64, *n_rows, "{table}");
        assert_eq!(here.len(), there.len(), "{from}: {table}");
        for (here, there) in here.iter().zip(&there) {
            assert_eq!(here, there, "{from}: {table}");
        }
    }
}

/// Imports from the server and from dumps with these options.
fn the_same_world_both_ways(kind: Kind, name: &str, forms: &[&[&str]]) {
    let Some(database) = Database::create(kind, name) else {
        return;
    };
    let n_rows: i64 = TABLES.iter().map(|(_, n_rows)| n_rows).sum();
    assert!(n_rows >= 100_000, "{n_rows}");
    let expected = expected();
    write(&database, &expected);
    let schema = schema_of_the_game();
    let start = std::time::Instant::now();
    let world = database.world(&schema, Path::new(&database.url));
    let seconds = start.elapsed().as_secs_f64();
    eprintln!(
        "{kind:?}: {n_rows} rows from the server, {:.0} rows a second",
        n_rows as f64 / seconds
    );
    assert_same(&world, &expected, "the server");
    for options in forms {
        let dump = database.dump(options);
        let start = std::time::Instant::now();
        let world = database.world(&schema, &dump);
        let seconds = start.elapsed().as_secs_f64();
        let speed = n_rows as f64 / seconds;
        eprintln!("{kind:?}: the same from a dump {options:?}, {speed:.0} rows a second");
        assert_same(&world, &expected, &format!("a dump {options:?}"));
    }
}

#[test]
fn the_game_comes_over_from_mysql_and_from_its_dumps() {
    let forms: &[&[&str]] = &[
        &[],
        &["--complete-insert", "--hex-blob", "--skip-extended-insert"],
    ];
    the_same_world_both_ways(Kind::MySql, "gamedb_game", forms);
}

#[test]
fn the_game_comes_over_from_postgres_and_from_its_dumps() {
    let forms: &[&[&str]] = &[
        &[],
        &["--inserts", "--rows-per-insert=100"],
        &["--column-inserts"],
    ];
    the_same_world_both_ways(Kind::Postgres, "gamedb_game", forms);
}
