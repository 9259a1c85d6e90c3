//! Texts that no database wrote: the readers never panic, and what is around a damaged statement is
//! still read.

mod common;

use std::sync::OnceLock;

use common::{input, path};
use gamedb_generate::{Dialect, Input, read};
use proptest::prelude::*;

fn cases() -> &'static [String] {
    static CASES: OnceLock<Vec<String>> = OnceLock::new();
    CASES.get_or_init(|| {
        let folder = path("tests/cases/sources");
        let names = [
            "mangos", "athena", "pg_dump", "django", "keys", "schemas", "old_save",
        ];
        let read = |name| std::fs::read_to_string(folder.join(format!("{name}.sql")));
        names.map(|name| read(name).expect("the case")).to_vec()
    })
}

/// Reads a text as each dialect, and gives back how many tables each found.
fn read_as_all(text: &str) -> [usize; 3] {
    let folder = tempfile::tempdir().expect("a folder");
    let schema = folder.path().join("schema.sql");
    std::fs::write(&schema, text).expect("written");
    [Dialect::MySql, Dialect::Postgres, Dialect::Sqlite].map(|dialect| {
        let input = Input {
            dialect: Some(dialect),
            ..input(&schema)
        };
        // An error is an answer; the translation of what was read is always one that SQLite takes.
        match read(&input) {
            Ok((schema, _)) => schema.tables.len(),
            Err(error) => {
                let text = error.to_string();
                assert!(!text.contains("SQLite refuses the translation"), "{text}");
                0
            }
        }
    })
}

/// Words and signs that the readers stumble over, if over anything.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "CREATE",
        "TABLE",
        "t",
        "(",
        ")",
        ",",
        ";",
        "'",
        "\"",
        "`",
        "/*",
        "*/",
        "/*!40101",
        "--",
        "#",
        "\n",
        "$$",
        "$a$",
        "\\",
        "\\.",
        "COPY",
        "FROM",
        "stdin",
        "DELIMITER",
        "//",
        "int",
        "id",
        "PRIMARY",
        "KEY",
        "UNIQUE",
        "REFERENCES",
        "u",
        "ALTER",
        "ADD",
        "DROP",
        "COLUMN",
        "MODIFY",
        "CHANGE",
        "RENAME",
        "TO",
        "DEFAULT",
        "1",
        "-",
        "::",
        "text",
        "enum",
        "[",
        "]",
        ".",
        "NOT",
        "NULL",
        "CHECK",
        "E'",
        "\\'",
        "AS",
        "LIKE",
        "BEGIN",
        "END",
        "é",
        "=",
        "CONSTRAINT",
        "FOREIGN",
        "CREATE TABLE t (id int PRIMARY KEY, a int",
        "COMMENT",
        "ON",
        "INDEX",
        "x'0'",
        "b'1'",
        "SCHEMA",
        "TYPE",
        "DOMAIN",
        "ENUM",
        "\0",
        "\u{2028}",
        "\r",
    ]);
    prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_words_are_read_or_refused(text in words()) {
        read_as_all(&text);
    }

    #[test]
    fn any_characters_are_read_or_refused(text in "(?s).{0,200}") {
        read_as_all(&text);
        read_as_all(&format!("CREATE TABLE t (id int PRIMARY KEY, {text});"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn damaged_dumps_are_read_or_refused(
        case in 0..7_usize,
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, words()), 1..4),
    ) {
        let mut text: Vec<char> = cases()[case].chars().collect();
        for (at, length, new) in cuts {
            let from = at.index(text.len() + 1);
            let to = (from + length).min(text.len());
            text.splice(from..to, new.chars().take(8));
        }
        let text: String = text.into_iter().collect();
        read_as_all(&text);
    }

    /// A statement that nobody understands, between two that are understood.
    #[test]
    fn a_bad_statement_leaves_the_others_alone(bad in "[a-zA-Z0-9_ ,.()=+<>!*]{0,60}") {
        let text = format!(
            "CREATE TABLE before (id INT PRIMARY KEY);\nFOO {bad};\nCREATE TABLE after (id INT PRIMARY KEY);"
        );
        let [mysql, postgres, _] = read_as_all(&text);
        prop_assert_eq!((mysql, postgres), (2, 2));
    }
}
