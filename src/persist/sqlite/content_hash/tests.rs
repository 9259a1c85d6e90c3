#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::*;

/// Computed by another program, in another language, from the definition alone. They are a part of the format of
/// files, and do not change.
#[test]
fn the_hashes_of_these_cells_never_change() {
    let email = seed("players", "email");
    assert_eq!(email, 0x0c18_e98d_2343_fcf6);
    assert_eq!(seed("PLAYERS", "eMail"), email);
    assert_eq!(seed("gamedb_ids", "players"), 0x4d44_fc36_23c1_4251);
    let bytes: Vec<u8> = (0..1024).map(|n: u16| n.to_le_bytes()[0]).collect();
    for (id, value, expected) in [
        (1, ValueRef::Null, 0),
        (1, ValueRef::Integer(0), 0xe76f_487e_df2b_4416),
        (1, ValueRef::Integer(1), 0x713f_f8a3_3b21_c571),
        (1, ValueRef::Integer(-1), 0x878c_687e_1fcc_4656),
        (2, ValueRef::Integer(1), 0x69fb_1c77_5257_ac82),
        (-1, ValueRef::Integer(i64::MIN), 0xcedd_23fc_666c_b8b7),
        (i64::MAX, ValueRef::Integer(i64::MAX), 0x0155_5caf_32ed_6c8f),
        (1, ValueRef::Real(0.0), 0x4780_cfa2_badc_786a),
        (1, ValueRef::Real(-0.0), 0x4780_cfa2_badc_786a),
        (1, ValueRef::Real(0.5), 0x45d0_2fff_9e48_062e),
        (1, ValueRef::Real(f64::INFINITY), 0xdb6d_6c8b_a20c_a64f),
        (1, ValueRef::Real(5e-324), 0xb1d0_7f9e_56eb_fb15),
        (1, ValueRef::Text(b""), 0x89c4_04e7_fee7_3b27),
        (1, ValueRef::Blob(b""), 0x32c1_d8fb_8f92_85b7),
        (1, ValueRef::Text(b"Ada Lovelace"), 0x660e_0b63_3837_12ac),
        (
            1,
            ValueRef::Text("Ädä ✨".as_bytes()),
            0xdc53_d5fd_9105_aec0,
        ),
        (1, ValueRef::Text(b"a\0b"), 0x0d84_e82d_7362_e9c3),
        (1, ValueRef::Text(b"\xff\xfe"), 0xe2bd_602d_89a0_be45),
        (1, ValueRef::Blob(b"\xff\xfe"), 0x7311_2961_df80_0d3c),
        (7, ValueRef::Text(&[b'x'; 1000]), 0xf5f9_d089_75b0_a3b1),
        (16_384, ValueRef::Blob(&bytes), 0x73ad_10e6_a533_814f),
    ] {
        let found = cell(email, id, value);
        assert_eq!(found, expected, "row {id}, {value:?}: {found:#018x}");
    }
}

#[test]
fn a_row_is_the_sum_of_its_columns_and_its_id() {
    let seeds = Seeds::new("players", "id", ["email", "born"].into_iter());
    let (email, born) = (ValueRef::Text(b"ada"), ValueRef::Integer(1815));
    let cells = [
        ("id", ValueRef::Integer(9)),
        ("email", email),
        ("born", born),
    ];
    let sum = cells.map(|(name, value)| cell(seed("players", name), 9, value));
    let sum = sum.into_iter().fold(0, u64::wrapping_add);
    assert_eq!(seeds.row(9, [email, born].into_iter()), sum);
    // In another order of columns, and with one that is NULL everywhere.
    let other = Seeds::new("Players", "ID", ["born", "more", "email"].into_iter());
    let values = [born, ValueRef::Null, email];
    assert_eq!(other.row(9, values.into_iter()), sum);
    // A row of NULLs is there all the same.
    assert_ne!(seeds.row(9, [ValueRef::Null; 2].into_iter()), 0);
}

#[test]
fn every_id_is_in_one_block() {
    assert_eq!(ids_of(0), 0..=16_383);
    assert_eq!(ids_of(-1), -16_384..=-1);
    for id in [i64::MIN, -16_385, -1, 0, 1, 16_383, 16_384, i64::MAX] {
        assert!(ids_of(block_of(id)).contains(&id), "{id}");
    }
    assert_eq!(*ids_of(block_of(i64::MAX)).end(), i64::MAX);
    assert_eq!(*ids_of(block_of(i64::MIN)).start(), i64::MIN);
}

#[test]
fn sums_are_added_up_in_any_order_of_blocks() {
    let ids = [5, 16_384, 6, -1, 40_000, 16_385, 5];
    let mut adder = Adder::default();
    for id in ids {
        adder.add(id, u64::MAX - 1);
    }
    let mut other = Adder::default();
    other.add(7, 3);
    other.add(40_000, 2);
    adder.append(other);
    let sums = adder.finish();
    let of = |block| sums.get(&block).copied();
    // Each row has added -2.
    assert_eq!(of(0), Some(u64::MAX - 2));
    assert_eq!(of(1), Some(u64::MAX - 3));
    assert_eq!(of(-1), Some(u64::MAX - 1));
    assert_eq!(of(2), None, "a sum of 0 is left out");
}

/// A table with as many columns as SQLite allows, in a file of this encoding, and the sum of its rows as it is kept
/// by the old and new values of each statement.
struct Kept {
    file: Connection,
    seeds: Seeds,
    columns: Vec<String>,
    sum: u64,
}

impl Kept {
    fn new(encoding: &str, n_columns: usize) -> Self {
        let file = Connection::open_in_memory().unwrap();
        file.pragma_update(None, "encoding", encoding).unwrap();
        file.pragma_update(None, "trusted_schema", false).unwrap();
        register(&file, n_columns).unwrap();
        let columns: Vec<_> = (0..n_columns).map(|n| format!("c{n}")).collect();
        let list = columns.join(" ANY, ");
        let sql = format!("CREATE TABLE t (id INTEGER PRIMARY KEY, {list} ANY) STRICT");
        file.execute_batch(&sql).unwrap();
        let seeds = Seeds::new("t", "id", columns.iter().map(String::as_str));
        let sum = 0;
        Self {
            file,
            seeds,
            columns,
            sum,
        }
    }

    fn insert(&mut self, id: i64, values: &[Value]) {
        let marks = vec!["?"; values.len() + 1].join(", ");
        let sql = format!(
            "INSERT INTO t ({}, id) VALUES ({marks})",
            self.columns.join(", ")
        );
        let id_value = Value::Integer(id);
        let parameters = params_from_iter(values.iter().chain([&id_value]));
        self.file.execute(&sql, parameters).unwrap();
        let row = self.seeds.row(id, values.iter().map(ValueRef::from));
        self.sum = self.sum.wrapping_add(row);
    }

    fn old_row(&mut self, id: i64, sql: &str) {
        let columns = || self.columns.iter().map(String::as_str);
        old_values::expect(id, self.seeds.columns.iter().copied());
        let sql = format!("{sql} WHERE id = ?{}", and_old(columns()));
        assert_eq!(self.file.execute(&sql, [id]).unwrap(), 1);
        let old = old_values::take().unwrap();
        self.sum = self.sum.wrapping_sub(old).wrapping_sub(self.seeds.id(id));
    }

    fn found(&self) -> u64 {
        let sql = format!("SELECT id, {} FROM t", self.columns.join(", "));
        let mut statement = self.file.prepare(&sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut sum = 0u64;
        while let Some(row) = rows.next().unwrap() {
            let values = (1..=self.columns.len()).map(|n| row.get_ref_unwrap(n));
            sum = sum.wrapping_add(self.seeds.row(row.get(0).unwrap(), values));
        }
        sum
    }
}

#[test]
fn old_values_are_those_that_a_query_reads_in_every_encoding_and_at_every_width() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        for n_columns in [7, 100, 101, 1_999] {
            let mut kept = Kept::new(encoding, n_columns);
            let values = [
                Value::Null,
                Value::Integer(i64::MIN),
                Value::Real(-0.0),
                Value::Real(3.0),
                Value::Real(f64::NEG_INFINITY),
                Value::Text("a\0Ädä ✨ 𝄞".into()),
                Value::Blob(vec![0xff, 0]),
            ];
            let values: Vec<_> = values.into_iter().cycle().take(n_columns).collect();
            for id in [i64::MIN, -1, 5, i64::MAX] {
                kept.insert(id, &values);
            }
            assert_eq!(kept.found(), kept.sum, "{encoding}, {n_columns}");
            for id in [-1, i64::MAX] {
                kept.old_row(id, "DELETE FROM t");
            }
            assert_eq!(kept.found(), kept.sum, "{encoding}, {n_columns}");
        }
    }
}

#[test]
fn an_old_text_that_is_not_utf8_is_its_bytes() {
    let mut kept = Kept::new("UTF-8", 2);
    kept.insert(1, &[Value::Null, Value::Null]);
    let rot = "UPDATE t SET c0 = CAST(x'61ff62' AS TEXT), c1 = CAST(x'61fe62' AS TEXT)";
    kept.file.execute_batch(rot).unwrap();
    kept.sum = kept.found();
    let seed = |n: usize| kept.seeds.columns[n];
    let texts = [b"a\xffb", b"a\xfeb"].map(|text| ValueRef::Text(text));
    let sum = cell(seed(0), 1, texts[0]).wrapping_add(cell(seed(1), 1, texts[1]));
    assert_eq!(kept.sum, kept.seeds.id(1).wrapping_add(sum));
    kept.old_row(1, "DELETE FROM t");
    assert_eq!(kept.sum, 0);
}

/// The function is called before the row is refused.
#[test]
fn what_a_refused_statement_has_handed_over_is_forgotten() {
    let mut kept = Kept::new("UTF-8", 1);
    let unique = "CREATE UNIQUE INDEX one ON t (c0)";
    kept.file.execute_batch(unique).unwrap();
    kept.insert(1, &[Value::Integer(1)]);
    kept.insert(2, &[Value::Integer(2)]);
    let seeds = kept.seeds.columns.clone();
    old_values::expect(2, seeds.iter().copied());
    let update = format!(
        "UPDATE t SET c0 = ? WHERE id = ?{}",
        and_old(["c0"].into_iter())
    );
    assert!(kept.file.execute(&update, [1, 2]).is_err());
    assert!(old_values::take().is_ok(), "it was called");
    old_values::expect(2, seeds.iter().copied());
    assert_eq!(kept.file.execute(&update, [3, 2]).unwrap(), 1);
    let old = old_values::take().unwrap();
    assert_eq!(old, cell(seeds[0], 2, ValueRef::Integer(2)));
}

#[test]
fn a_statement_that_hands_over_no_row_or_two_is_noticed() {
    let mut kept = Kept::new("UTF-8", 1);
    for id in [1, 2] {
        kept.insert(id, &[Value::Integer(id)]);
    }
    for (ids, n_rows) in [("id > 5", 0), ("id > 0", 2)] {
        old_values::expect(1, kept.seeds.columns.iter().copied());
        let update = format!(
            "UPDATE t SET c0 = 7 WHERE {ids}{}",
            and_old(["c0"].into_iter())
        );
        kept.file.execute(&update, []).unwrap();
        assert_eq!(old_values::take(), Err(n_rows));
        // And not once more.
        assert_eq!(old_values::take(), Err(0));
    }
}

/// A file from a stranger cannot call it.
#[test]
fn the_schema_of_a_file_cannot_hand_over_values() {
    let kept = Kept::new("UTF-8", 1);
    kept.file
        .execute_batch(
            "CREATE VIEW v AS SELECT gamedb_old0(c0) FROM t; INSERT INTO t VALUES (1, 1)",
        )
        .unwrap();
    let read = kept.file.query_row("SELECT * FROM v", [], |_| Ok(()));
    let message = read.unwrap_err().to_string();
    assert!(message.contains("unsafe use of gamedb_old0"), "{message}");
}
