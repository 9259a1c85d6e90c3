//! Texts that no database wrote: they are read or refused, and never make the reader panic.

use std::sync::OnceLock;

use gamedb_generate::Dialect::{self, MySql, Postgres, Sqlite};
use gamedb_generate::import::{DumpFile, ImportOptions, import};
use gamedb_generate::{Config, Model, Schema, resolve, sqlite};
use proptest::prelude::*;

fn dialects() -> impl Strategy<Value = Dialect> {
    prop::sample::select(vec![MySql, Postgres, Sqlite])
}

/// What the reader stumbles over, if over anything.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "INSERT INTO t VALUES ",
        "INSERT",
        "INTO",
        "t",
        "u",
        "VALUES",
        "REPLACE",
        "IGNORE",
        "SET",
        "SELECT",
        "COPY t FROM stdin;\n",
        "COPY",
        "FROM",
        "stdin",
        "\\.\n",
        "\\N",
        "\t",
        "\n",
        "\r\n",
        "(",
        ")",
        ",",
        ";",
        "'",
        "\"",
        "`",
        "''",
        "\\'",
        "\\",
        "\\x",
        "1",
        "-",
        "+",
        ".",
        "e",
        "0x",
        "0xff",
        "x'",
        "b'1'",
        "_binary",
        "_latin1'",
        "E'",
        "$$",
        "$a$",
        "$",
        "/*",
        "*/",
        "/*!40101 ",
        "--",
        "-- ",
        "#",
        "NULL",
        "DEFAULT",
        "TRUE",
        "::",
        "[",
        "]",
        "ON DUPLICATE KEY UPDATE a = VALUES(a)",
        "ON CONFLICT DO NOTHING",
        "DELIMITER",
        "DELIMITER $$\n",
        "SET NAMES latin1;",
        "SET NAMES sjis;",
        "sql_mode",
        "=",
        "'NO_BACKSLASH_ESCAPES'",
        "id",
        "a",
        "(1,'x')",
        "DROP TABLE t;",
        "TRUNCATE t;",
        "DELETE FROM t",
        "USE d;",
        "CREATE TABLE v (id INT PRIMARY KEY);",
        "é",
        "\0",
        "ROW",
    ]);
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(""))
}

fn schema() -> &'static (Schema, Model) {
    static SCHEMA: OnceLock<(Schema, Model)> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB) STRICT;";
        let schema = sqlite::read(sql).unwrap();
        let model = resolve(&schema, &Config::default()).unwrap();
        (schema, model)
    })
}

/// What becomes of a text: how many rows were carried over, or the error.
fn outcome(
    dialect: Dialect,
    text: &[u8],
    chunk: usize,
) -> Result<(u64, usize, Vec<String>), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dump.sql");
    std::fs::write(&path, text).unwrap();
    let (schema, model) = schema();
    let mut source = DumpFile::new(&path, dialect).with_chunk(chunk);
    let report = import(
        &mut source,
        schema,
        model,
        &ImportOptions::default(),
        &mut |_| {},
    );
    match report {
        Ok(report) => Ok((report.tables[0].carried, report.misfits.len(), report.notes)),
        Err(error) => Err(error
            .to_string()
            .replace(&folder.path().display().to_string(), "")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Whatever the text is, its meaning does not depend on where chunks end.
    #[test]
    fn any_words_are_read_or_refused(dialect in dialects(), text in words(), chunk in 1..9_usize) {
        let whole = outcome(dialect, text.as_bytes(), 1 << 16);
        prop_assert_eq!(outcome(dialect, text.as_bytes(), chunk), whole);
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        dialect in dialects(),
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        chunk in 1..9_usize,
    ) {
        let text = [b"INSERT INTO t VALUES (1,'", bytes.as_slice(), b"'),(2,", &bytes, b");"].concat();
        let whole = outcome(dialect, &text, 1 << 16);
        prop_assert_eq!(outcome(dialect, &text, chunk), whole);
    }

    /// A dump that is cut off anywhere loses no row without a word: it is an error, or it ends between statements.
    #[test]
    fn a_dump_that_is_cut_off_says_so(at in any::<prop::sample::Index>(), chunk in 1..99_usize) {
        let dump = "INSERT INTO t VALUES (1,'a',NULL),(2,'b',x'00');\nINSERT INTO t (id, a) VALUES (3,'it''s');\n";
        let at = at.index(dump.len() + 1);
        let ends = [0, dump.find('\n').unwrap(), dump.len() - 1];
        let is_between = ends.iter().any(|end| (*end..=end + 1).contains(&at)) || at == dump.len();
        let found = outcome(MySql, &dump.as_bytes()[..at], chunk);
        match found {
            Ok((n_rows, ..)) => {
                prop_assert!(is_between, "cut at {}", at);
                prop_assert_eq!(n_rows, if at + 1 >= dump.len() { 3 } else { 2 });
            }
            Err(error) => {
                let is_empty = at < "INSERT".len() && error.contains("neither");
                prop_assert!(error.contains("cut off") || is_empty, "{}", error);
            }
        }
    }
}
