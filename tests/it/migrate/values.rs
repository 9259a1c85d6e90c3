//! A safe step keeps every value: what would lose digits, or be written otherwise, is listed.

use gamedb::{Consent, Safety};
use rusqlite::params_from_iter;
use rusqlite::types::Value::{self, Integer, Null, Real};

use super::{SqlFile, text};

const REAL: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, v REAL) STRICT;";

/// A file whose column `v` is declared like this and has these values, in rows 1, 2 and so on.
fn column(declared: &str, end: &str, values: impl IntoIterator<Item = Value>) -> SqlFile {
    let file = SqlFile::new(&format!(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v {declared}) {end};"
    ));
    let connection = file.connection();
    let mut insert = connection.prepare("INSERT INTO t (v) VALUES (?)").unwrap();
    connection.execute_batch("BEGIN").unwrap();
    for value in values {
        insert.execute(params_from_iter([value])).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    drop(insert);
    drop(connection);
    file
}

/// The values that become NULL if the column gets the type of a schema, and that a safe step would therefore lose.
fn lost(file: &SqlFile, schema: &str) -> Vec<Value> {
    let before = file.rows("SELECT v FROM t ORDER BY id").concat();
    let is_safe = file.plan(schema).safety() == Safety::Safe;
    file.migrate(schema, &Consent::new().lossy()).unwrap();
    let after = file.rows("SELECT v FROM t ORDER BY id").concat();
    let changed = before.into_iter().zip(after);
    let lost = changed.filter(|(before, after)| *before != Null && *after == Null);
    let lost: Vec<_> = lost.map(|(before, _)| before).collect();
    assert_eq!(is_safe, lost.is_empty(), "a safe step loses nothing");
    lost
}

#[test]
fn integers_that_a_floating_point_number_cannot_hold_are_listed() {
    const ODD: i64 = 9_007_199_254_740_993; // 2^53 + 1
    let values = [ODD, ODD - 1, i64::MAX, i64::MIN, -ODD, 7].map(Integer);
    let too_long = [ODD, i64::MAX, -ODD].map(Integer);
    for (declared, end) in [
        ("INTEGER", "STRICT"),
        ("INTEGER", ""),
        ("NUMERIC", ""),
        ("BIGINT", ""),
        ("", ""),
    ] {
        let file = column(declared, end, values.clone());
        assert_eq!(lost(&file, REAL), too_long, "{declared} {end}");
    }
    let step = &column("INTEGER", "", values).steps(REAL)[0];
    assert!(
        step.starts_with("lossy       t.v: INTEGER becomes REAL: 3 rows (id 1, 3, 5)"),
        "{step}"
    );
}

#[test]
fn texts_that_a_floating_point_number_does_not_keep_are_listed() {
    let kept = [
        "1.50",
        "0",
        "-0.125",
        "1e3",
        "123456789012345",
        "0.30000000000000004",
        "1e308",
        "10000000000000000000",
    ];
    let not_kept = [
        "12345678901234567890",
        "9007199254740993",
        "1e999",
        "-1e999",
        "1e-400",
        "4.94e-324",
        "3.14159265358979323846",
        "0.1000000000000000055",
        "007",
        "-01.5",
        "+5",
        " 12 ",
        "12\n",
        "0x10",
        "Infinity",
        "seven",
        "",
        "1\0",
    ];
    for collation in ["", " COLLATE NOCASE", " COLLATE RTRIM"] {
        let values = kept.iter().chain(&not_kept).map(|value| text(value));
        let file = column(&format!("TEXT{collation}"), "STRICT", values);
        assert_eq!(lost(&file, REAL), not_kept.map(text), "{collation}");
    }
    let file = column("TEXT", "STRICT", kept.map(text).into_iter().chain([Null]));
    file.migrate(REAL, &Consent::new()).unwrap();
    let expected = kept.map(|value| vec![Real(value.parse().unwrap())]);
    assert_eq!(
        file.rows("SELECT v FROM t ORDER BY id"),
        [expected.as_slice(), &[vec![Null]]].concat()
    );
}

/// What programs write for a floating-point number is read as that number, or listed.
#[test]
fn numbers_as_texts_become_the_same_numbers() {
    // Bits that are spread by a multiplication are numbers of every size.
    let bits = (1..=2000_u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31));
    let numbers = bits.map(|bits| f64::from_bits(bits.wrapping_mul(0xBF58_476D_1CE4_E5B9)));
    let numbers: Vec<f64> = numbers.filter(|number| number.is_finite()).collect();
    let texts = numbers.iter().map(|number| text(&format!("{number:e}")));
    let file = column("TEXT", "STRICT", texts);
    let n_lost = lost(&file, REAL).len();
    assert!(n_lost < numbers.len() / 20, "{n_lost} of {}", numbers.len());
    let after = file.rows("SELECT v FROM t ORDER BY id").concat();
    for (number, after) in numbers.iter().zip(after) {
        assert!(
            after == Null || after == Real(*number),
            "{number:e} {after:?}"
        );
    }
}

#[test]
fn texts_that_an_integer_does_not_keep_are_listed() {
    let kept = ["7", "-7", "0", "9223372036854775807"];
    let not_kept = [
        "007",
        "7 ",
        " 7",
        "+7",
        "-0",
        "7.0",
        "1e3",
        "9223372036854775808",
        "x",
        "7\0",
    ];
    let schema = REAL.replace("REAL", "INTEGER");
    for collation in ["", " COLLATE NOCASE", " COLLATE RTRIM"] {
        let values = kept.iter().chain(&not_kept).map(|value| text(value));
        let file = column(&format!("TEXT{collation}"), "STRICT", values);
        assert_eq!(lost(&file, &schema), not_kept.map(text), "{collation}");
    }
}
