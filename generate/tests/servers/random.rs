//! Random tables and rows, written to a server, dumped by its own program, and imported from both: every value is what
//! the server answers when it is asked for it.

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use rusqlite::types::Value;

use crate::literals;
use crate::tools::{Database, Kind, World, input};
use crate::types::{self, Type};

/// Names of columns that have to be quoted somewhere.
const COLUMNS: &[&str] = &[
    "plain",
    "select",
    "a b",
    "it's",
    "quo\"te",
    "back`tick",
    "back\\slash",
    "päth",
    "UPPER",
    "semi;colon",
    "com,ma",
    "par(en)",
    "per%cent",
    "--",
    "1st",
    "values",
];

const TABLES: &[&str] = &[
    "t",
    "table",
    "a b",
    "it's",
    "quo\"te",
    "INSERT INTO",
    "values(",
    "päth",
];

/// A table, and its rows as SQL.
#[derive(Clone, Debug)]
struct RandomTable {
    name: &'static str,
    key: Key,
    columns: Vec<RandomColumn>,
    /// A literal for each column of each row.
    rows: Vec<Vec<String>>,
}

#[derive(Clone, Debug)]
struct RandomColumn {
    name: &'static str,
    ty: Type,
    is_nullable: bool,
}

/// How the column `n` with the number of the row is part of the table's key.
#[derive(Clone, Copy, Debug)]
enum Key {
    None,
    Number,
    Text,
    Both,
}

fn table(kind: Kind, name: &'static str) -> BoxedStrategy<RandomTable> {
    let types = match kind {
        Kind::MySql => types::MYSQL,
        Kind::Postgres => types::POSTGRES,
    };
    let column = (prop::sample::select(types), any::<bool>());
    let names = prop::sample::subsequence(COLUMNS, 1..=7);
    let keys = prop::sample::select(&[Key::None, Key::Number, Key::Text, Key::Both][..]);
    (names, keys)
        .prop_flat_map(move |(names, key)| {
            let columns = prop::collection::vec(column.clone(), names.len());
            columns.prop_flat_map(move |columns| {
                let columns = columns.into_iter().zip(&names);
                let columns: Vec<RandomColumn> = columns
                    .map(|((ty, is_nullable), name)| RandomColumn {
                        name,
                        ty,
                        is_nullable,
                    })
                    .collect();
                let cells: Vec<BoxedStrategy<String>> =
                    columns.iter().map(|column| cell(kind, column)).collect();
                let rows = prop::collection::vec(cells, 0..12);
                rows.prop_map(move |rows| RandomTable {
                    name,
                    key,
                    columns: columns.clone(),
                    rows,
                })
            })
        })
        .boxed()
}

fn cell(kind: Kind, column: &RandomColumn) -> BoxedStrategy<String> {
    let literals = literals::literals(kind, column.ty.values);
    match column.is_nullable {
        true => prop_oneof![1 => Just("NULL".to_owned()), 3 => literals].boxed(),
        false => literals,
    }
}

fn database(kind: Kind) -> impl Strategy<Value = (Vec<RandomTable>, Vec<&'static str>)> {
    let tables = prop::sample::subsequence(TABLES, 1..=3);
    let tables = tables.prop_flat_map(move |names| {
        let tables = names.into_iter().map(|name| table(kind, name));
        tables.collect::<Vec<_>>()
    });
    let forms: &[&[&'static str]] = match kind {
        Kind::MySql => &[
            &[],
            &["--skip-extended-insert"],
            &["--complete-insert", "--hex-blob"],
            &["--skip-opt", "--hex-blob"],
            &["--insert-ignore", "--compact", "--quick"],
            &[
                "--no-tablespaces",
                "--order-by-primary",
                "--compatible=ansi",
                // Without it, a part of the names is in Latin-1.
                "--default-character-set=utf8mb4",
            ],
        ],
        Kind::Postgres => &[
            &[],
            &["--inserts"],
            &["--column-inserts"],
            &[
                "--inserts",
                "--rows-per-insert=5",
                "--on-conflict-do-nothing",
            ],
            &["--quote-all-identifiers"],
            &["--no-owner", "--no-acl", "--clean", "--if-exists"],
        ],
    };
    let forms = prop::sample::select(forms);
    // In the quotes of ANSI, a `\` of a name is read as an escape.
    let is_read = |(tables, form): &(Vec<RandomTable>, Vec<&str>)| {
        let mut columns = tables.iter().flat_map(|table| &table.columns);
        !form.contains(&"--compatible=ansi") || !columns.any(|column| column.name.contains('\\'))
    };
    (tables, forms.prop_map(<[&str]>::to_vec)).prop_filter("a name with an escape", is_read)
}

fn quoted(kind: Kind, name: &str) -> String {
    match kind {
        Kind::MySql => format!("`{}`", name.replace('`', "``")),
        Kind::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

impl RandomTable {
    /// The statements that make it and its rows.
    fn statements(&self, kind: Kind) -> Vec<String> {
        let mut lines = vec!["n int NOT NULL".to_owned()];
        if matches!(self.key, Key::Text | Key::Both) {
            lines.push("k varchar(20) NOT NULL".to_owned());
        }
        lines.extend(self.columns.iter().map(|column| {
            let null = match (kind, column.is_nullable) {
                (_, false) => "NOT NULL",
                // A TIMESTAMP of MySQL is NOT NULL, unless it says otherwise.
                (Kind::MySql, true) => "NULL",
                (Kind::Postgres, true) => "",
            };
            format!("{} {} {null}", quoted(kind, column.name), column.ty.sql)
        }));
        lines.extend(match self.key {
            Key::None => None,
            Key::Number => Some("PRIMARY KEY (n)".to_owned()),
            Key::Text => Some("PRIMARY KEY (k)".to_owned()),
            Key::Both => Some("PRIMARY KEY (k, n)".to_owned()),
        });
        let name = quoted(kind, self.name);
        let mut statements = vec![format!("CREATE TABLE {name} ({})", lines.join(",\n"))];
        for (n, row) in self.rows.iter().enumerate() {
            let mut cells = vec![n.to_string()];
            if matches!(self.key, Key::Text | Key::Both) {
                cells.push(format!("'key {}'", n * 37 % 100));
            }
            cells.extend(row.iter().cloned());
            statements.push(format!("INSERT INTO {name} VALUES ({})", cells.join(", ")));
        }
        statements
    }

    /// The rows as the server answers.
    fn asked(&self, database: &Database) -> Vec<Vec<Option<String>>> {
        let kind = database.kind;
        let columns = self
            .columns
            .iter()
            .map(|column| literals::asked(kind, &column.ty, &quoted(kind, column.name)));
        let columns: Vec<String> = columns.collect();
        let from = quoted(kind, self.name);
        database.texts(&format!(
            "SELECT {} FROM {from} ORDER BY n",
            columns.join(", ")
        ))
    }

    /// Compares a world with the server's answers.
    fn compare(
        &self,
        world: &World,
        answers: &[Vec<Option<String>>],
        is_dump: bool,
    ) -> Result<(), TestCaseError> {
        let names = self
            .columns
            .iter()
            .map(|column| quoted(Kind::MySql, column.name));
        let names: Vec<String> = names.collect();
        let from = quoted(Kind::MySql, self.name);
        let here = world.query(&format!(
            "SELECT n, {} FROM {from} ORDER BY n",
            names.join(", ")
        ));
        let mut expected = Vec::new();
        for (n, answer) in answers.iter().enumerate() {
            let cells = self.columns.iter().zip(answer);
            let cells: Option<Vec<Value>> = cells
                .map(|(column, answer)| literals::expected(&column.ty, answer.as_deref(), is_dump))
                .collect();
            let is_listed = world
                .report
                .misfits
                .iter()
                .any(|misfit| misfit.table == self.name);
            match cells {
                Some(cells) => {
                    let number = i64::try_from(n).expect("few rows");
                    expected.push([vec![Value::Integer(number)], cells].concat());
                }
                None => prop_assert!(is_listed, "row {n} cannot be kept, and is not listed"),
            }
        }
        let table = world
            .report
            .tables
            .iter()
            .find(|table| table.name == self.name);
        let table = table.expect("the table is in the report");
        prop_assert_eq!(table.read, answers.len() as u64);
        prop_assert_eq!(table.carried, expected.len() as u64);
        prop_assert_eq!(here, expected, "{}\n{}", &self.name, &world.report);
        Ok(())
    }
}

/// The number of cases; a run of CI has time for a few.
fn n_cases() -> u32 {
    let cases = std::env::var("GAMEDB_CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(12)
}

/// Where the rows are imported from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Server,
    Dump,
}

fn every_value_is_the_servers(kind: Kind, name: &str, from: From) {
    let Some(server) = Database::create(kind, name) else {
        return;
    };
    let config = ProptestConfig {
        cases: n_cases(),
        max_shrink_iters: 300,
        ..ProptestConfig::with_source_file(file!())
    };
    let mut runner = TestRunner::new(config);
    let run = |(tables, form): (Vec<RandomTable>, Vec<&'static str>)| {
        server.empty();
        let mut statements = match kind {
            Kind::MySql => Vec::new(),
            Kind::Postgres => vec![types::POSTGRES_TYPES.to_owned()],
        };
        statements.extend(tables.iter().flat_map(|table| table.statements(kind)));
        server.execute(&statements);
        let source = match from {
            From::Server => server.url.clone().into(),
            From::Dump => server.dump(&form),
        };
        let world = server.world(&input(&source), &source);
        for table in &tables {
            table.compare(&world, &table.asked(&server), from == From::Dump)?;
        }
        Ok(())
    };
    if let Err(failure) = runner.run(&database(kind), run) {
        panic!("{failure}");
    }
}

#[test]
fn every_value_of_mysql_comes_over() {
    every_value_is_the_servers(Kind::MySql, "gamedb_random", From::Server);
}

#[test]
fn every_value_of_postgres_comes_over() {
    every_value_is_the_servers(Kind::Postgres, "gamedb_random", From::Server);
}

#[test]
fn every_value_of_a_dump_of_mysql_comes_over() {
    every_value_is_the_servers(Kind::MySql, "gamedb_random_dump", From::Dump);
}

#[test]
fn every_value_of_a_dump_of_postgres_comes_over() {
    every_value_is_the_servers(Kind::Postgres, "gamedb_random_dump", From::Dump);
}
