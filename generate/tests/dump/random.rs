//! Random rows, written as mysqldump, pg_dump and SQLite write them, and read back.

use std::fmt::Write as _;

use gamedb_generate::Dialect::{self, MySql, Postgres, Sqlite};
use proptest::prelude::*;

use crate::{World, shown};

/// A row of all types.
#[derive(Debug, Clone)]
struct Row {
    whole: Option<i64>,
    real: Option<f64>,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
    truth: Option<bool>,
    decimal: Option<(i64, u8)>,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let text = prop_oneof![
        Just(String::new()),
        Just("\\N".to_owned()),
        Just("\\.".to_owned()),
        Just("NULL".to_owned()),
        "[\\\\'\"`%_;,()\\n\\r\\t\\x08\\x1a$#/*-]{0,12}",
        "(?s)[^\\x00]{0,20}",
    ];
    let whole = prop_oneof![Just(0), Just(i64::MIN), Just(i64::MAX), any::<i64>()];
    let real = prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO;
    let row = (
        prop::option::of(whole),
        prop::option::of(real),
        prop::option::of(text),
        prop::option::of(prop::collection::vec(any::<u8>(), 0..20)),
        prop::option::of(any::<bool>()),
        prop::option::of((-1_000_000_000_000_i64..1_000_000_000_000, 0..100_u8)),
    );
    let row = row.prop_map(|(whole, real, text, bytes, truth, decimal)| Row {
        whole,
        real,
        text,
        bytes,
        truth,
        decimal,
    });
    prop::collection::vec(row, 0..12)
}

/// How a database writes values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    MySqlDump,
    /// With `--hex-blob`, one row to a statement, and the names of columns.
    MySqlHex,
    Copy,
    PostgresInserts,
    SqliteDump,
}

impl Form {
    fn dialect(self) -> Dialect {
        match self {
            Self::MySqlDump | Self::MySqlHex => MySql,
            Self::Copy | Self::PostgresInserts => Postgres,
            Self::SqliteDump => Sqlite,
        }
    }

    fn table(self) -> &'static str {
        match self.dialect() {
            MySql => {
                "CREATE TABLE `t` (`id` int NOT NULL, `whole` bigint, `real` double, `text` longtext, `bytes` longblob, `truth` tinyint(1), `exact` decimal(20,2), PRIMARY KEY (`id`));\n"
            }
            Postgres => {
                "CREATE TABLE public.t (id integer NOT NULL, whole bigint, \"real\" double precision, text text, bytes bytea, truth boolean, exact numeric(20,2), PRIMARY KEY (id));\n"
            }
            Sqlite => {
                "CREATE TABLE t (id INTEGER PRIMARY KEY, whole BIGINT, real DOUBLE, text TEXT, bytes BLOB, truth BOOLEAN, exact DECIMAL(20,2));\n"
            }
        }
    }

    fn text(self, text: &str) -> String {
        match self {
            Self::MySqlDump | Self::MySqlHex => mysql_string(text.as_bytes()),
            Self::Copy => copied(text),
            Self::PostgresInserts => format!("'{}'", text.replace('\'', "''")),
            Self::SqliteDump => {
                let quoted = text.replace('\'', "''");
                match text.contains('\n') {
                    // As the shell: a word that is not in the text stands for the line feed.
                    true => {
                        let word = (0..)
                            .map(|n| format!("\\n{n}"))
                            .find(|word| !text.contains(word.as_str()))
                            .unwrap();
                        format!(
                            "replace('{}','{word}',char(10))",
                            quoted.replace('\n', &word)
                        )
                    }
                    false => format!("'{quoted}'"),
                }
            }
        }
    }

    fn bytes(self, bytes: &[u8]) -> Vec<u8> {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::MySqlDump => {
                let mut literal = b"_binary ".to_vec();
                literal.extend(mysql_bytes(bytes));
                literal
            }
            Self::MySqlHex if bytes.is_empty() => b"''".to_vec(),
            Self::MySqlHex => format!("0x{hex}").into_bytes(),
            Self::Copy => format!("\\\\x{hex}").into_bytes(),
            Self::PostgresInserts => format!("'\\x{hex}'").into_bytes(),
            Self::SqliteDump => format!("X'{hex}'").into_bytes(),
        }
    }

    fn truth(self, truth: bool) -> &'static str {
        match (self, truth) {
            (Self::Copy, true) => "t",
            (Self::Copy, false) => "f",
            (Self::PostgresInserts, true) => "true",
            (Self::PostgresInserts, false) => "false",
            (_, true) => "1",
            (_, false) => "0",
        }
    }

    fn null(self) -> &'static str {
        match self {
            Self::Copy => "\\N",
            _ => "NULL",
        }
    }

    /// The values of a row, each as it is written.
    fn values(self, id: usize, row: &Row) -> Vec<Vec<u8>> {
        let null = || self.null().as_bytes().to_vec();
        let real = |real: f64| match self {
            Self::SqliteDump => format!("{real:e}"),
            _ => format!("{real:?}"),
        };
        let exact = |(whole, cents): (i64, u8)| format!("{whole}.{cents:02}");
        vec![
            id.to_string().into_bytes(),
            row.whole
                .map_or_else(null, |whole| whole.to_string().into_bytes()),
            row.real.map_or_else(null, |value| real(value).into_bytes()),
            row.text
                .as_ref()
                .map_or_else(null, |text| self.text(text).into_bytes()),
            row.bytes
                .as_ref()
                .map_or_else(null, |bytes| self.bytes(bytes)),
            row.truth
                .map_or_else(null, |truth| self.truth(truth).as_bytes().to_vec()),
            row.decimal.map_or_else(null, |decimal| match self {
                // SQLite has no decimals: such a column is one of texts.
                Self::SqliteDump => format!("'{}'", exact(decimal)).into_bytes(),
                _ => exact(decimal).into_bytes(),
            }),
        ]
    }

    fn dump(self, rows: &[Row]) -> Vec<u8> {
        let mut dump = self.table().as_bytes().to_vec();
        let rows = rows
            .iter()
            .enumerate()
            .map(|(at, row)| self.values(at + 1, row));
        match self {
            Self::Copy => {
                dump.extend(
                    b"COPY public.t (id, whole, \"real\", text, bytes, truth, exact) FROM stdin;\n",
                );
                for row in rows {
                    dump.extend(row.join(&b'\t'));
                    dump.push(b'\n');
                }
                dump.extend(b"\\.\n");
            }
            Self::MySqlDump => {
                let rows: Vec<Vec<u8>> = rows.map(|row| row.join(&b',')).collect();
                if !rows.is_empty() {
                    dump.extend(b"INSERT INTO `t` VALUES (");
                    dump.extend(rows.join(&b"),("[..]));
                    dump.extend(b");\n");
                }
            }
            Self::MySqlHex => {
                for row in rows {
                    dump.extend(b"INSERT INTO `t` (`id`, `whole`, `real`, `text`, `bytes`, `truth`, `exact`) VALUES (");
                    dump.extend(row.join(&b','));
                    dump.extend(b");\n");
                }
            }
            Self::PostgresInserts | Self::SqliteDump => {
                for row in rows {
                    dump.extend(b"INSERT INTO t VALUES (");
                    dump.extend(row.join(&b", "[..]));
                    dump.extend(b");\n");
                }
            }
        }
        dump
    }
}

/// As mysql_real_escape_string.
fn mysql_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut literal = vec![b'\''];
    for &byte in bytes {
        match byte {
            0 => literal.extend(b"\\0"),
            b'\n' => literal.extend(b"\\n"),
            b'\r' => literal.extend(b"\\r"),
            26 => literal.extend(b"\\Z"),
            b'\\' | b'\'' | b'"' => literal.extend([b'\\', byte]),
            other => literal.push(other),
        }
    }
    literal.push(b'\'');
    literal
}

fn mysql_string(bytes: &[u8]) -> String {
    String::from_utf8(mysql_bytes(bytes)).unwrap()
}

/// As PostgreSQL's CopyAttributeOutText.
fn copied(text: &str) -> String {
    let mut field = String::new();
    for c in text.chars() {
        match c {
            '\u{8}' => field.push_str("\\b"),
            '\u{c}' => field.push_str("\\f"),
            '\n' => field.push_str("\\n"),
            '\r' => field.push_str("\\r"),
            '\t' => field.push_str("\\t"),
            '\u{b}' => field.push_str("\\v"),
            '\\' => field.push_str("\\\\"),
            other => field.push(other),
        }
    }
    field
}

/// The value as SQLite holds it, in a comparable form.
fn expected(id: usize, row: &Row) -> String {
    let mut line = format!("{id}");
    let mut add = |value: Option<String>| {
        write!(line, "|{}", value.unwrap_or_else(|| "NULL".to_owned())).unwrap();
    };
    add(row.whole.map(|whole| format!("Integer({whole})")));
    add(row
        .real
        .map(|real| format!("Real({:016x})", (real + 0.0).to_bits())));
    add(row.text.as_ref().map(|text| format!("Text({text:?})")));
    add(row.bytes.as_ref().map(|bytes| format!("Blob({bytes:?})")));
    add(row
        .truth
        .map(|truth| format!("Integer({})", i64::from(truth))));
    add(row
        .decimal
        .map(|(whole, cents)| format!("Text(\"{whole}.{cents:02}\")")));
    line
}

fn found(world: &World) -> Vec<String> {
    use rusqlite::types::Value;
    let new = rusqlite::Connection::open(world.path("new.db")).unwrap();
    let mut statement = new.prepare("SELECT * FROM t ORDER BY id").unwrap();
    let rows = statement.query_map([], |row| {
        let mut line = row.get::<_, i64>(0)?.to_string();
        for at in 1..7 {
            let value = match row.get::<_, Value>(at)? {
                Value::Null => "NULL".to_owned(),
                Value::Real(real) => format!("Real({:016x})", (real + 0.0).to_bits()),
                other => format!("{other:?}"),
            };
            write!(line, "|{value}").unwrap();
        }
        Ok(line)
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_read_as_they_were_written(
        rows in rows(),
        form in prop::sample::select(vec![Form::MySqlDump, Form::MySqlHex, Form::Copy, Form::PostgresInserts, Form::SqliteDump]),
        chunk in prop::sample::select(vec![1, 2, 3, 7, 64, 1 << 16]),
    ) {
        let world = World::new(form.dialect(), form.dump(&rows));
        let report = world.import(chunk).unwrap();
        prop_assert_eq!(shown(&report), [""; 0]);
        let expected: Vec<String> = rows.iter().enumerate().map(|(at, row)| expected(at + 1, row)).collect();
        prop_assert_eq!(found(&world), expected);
    }
}
