//! What the round trips of all cases share: rows of any table by reflection, and where random values
//! come from.
#![allow(dead_code, reason = "the models of a crate have a part of the types")]

use std::path::Path;

use gamedb::ChangeSet;
use gamedb::codegen::{Entity, TableId, TableInfo, Tables, Value};
use gamedb::{Database, Error, ErrorKind, Key, World};

/// A seeded source of values that columns may have.
pub struct Source {
    rng: fastrand::Rng,
    /// Rows or fields that the world refused, and the last reason.
    n_refused: usize,
    refused: String,
}

impl Source {
    fn new(seed: u64) -> Self {
        Self {
            rng: fastrand::Rng::with_seed(seed),
            n_refused: 0,
            refused: String::new(),
        }
    }

    pub fn often(&mut self) -> bool {
        self.rng.u8(..4) > 0
    }

    pub fn up_to(&mut self, n: usize) -> usize {
        self.rng.usize(..n)
    }

    pub fn bool(&mut self) -> bool {
        self.rng.bool()
    }

    pub fn i64(&mut self) -> i64 {
        match self.rng.u8(..10) {
            0 => self.rng.i64(..),
            1 | 2 => self.rng.i64(-1000..1000),
            _ => self.rng.i64(1..20),
        }
    }

    /// No NaN, and no -0.0, whose sign SQLite does not keep.
    pub fn f64(&mut self) -> f64 {
        match self.rng.u8(..10) {
            0 => f64::MIN_POSITIVE * self.rng.f64(),
            1 => 1e300 * (0.1 + self.rng.f64()),
            2 => -17.25,
            3 => 3.0,
            _ => 10.0 * self.rng.f64() + 0.5,
        }
    }

    pub fn text(&mut self) -> String {
        const LETTERS: [char; 14] = [
            'a', 'B', '7', '.', '-', ' ', '\'', '"', '\\', '\n', 'é', '日', '🦀', '%',
        ];
        let n_letters = self.rng.usize(..14);
        (0..n_letters)
            .map(|_| LETTERS[self.rng.usize(..LETTERS.len())])
            .collect()
    }

    pub fn blob(&mut self) -> Vec<u8> {
        let n_bytes = self.rng.usize(..9);
        (0..n_bytes).map(|_| self.rng.u8(..)).collect()
    }

    /// Mostly a number from `low` to `high`, and often one of these two.
    pub fn within(&mut self, low: i64, high: i64) -> i64 {
        match self.rng.u8(..50) {
            0 => self.i64(),
            1..5 => low,
            5..9 => high,
            _ => {
                let number = self.i64();
                if (low..=high).contains(&number) {
                    number
                } else {
                    self.rng.i64(low..=high)
                }
            }
        }
    }

    /// The same of other numbers.
    pub fn real_within(&mut self, low: i64, high: i64) -> f64 {
        let number = self.f64();
        if self.rng.u8(..50) == 0 || (low as f64..=high as f64).contains(&number) {
            number
        } else {
            self.within(low, high) as f64
        }
    }

    /// Mostly as many letters as may be.
    pub fn text_within(&mut self, low: i64, high: i64) -> String {
        let mut text = self.text();
        if self.rng.u8(..50) > 0 {
            let low = usize::try_from(low).unwrap_or(0);
            while text.chars().count() < low {
                text.push('x');
            }
            let high = usize::try_from(high).unwrap_or(0);
            text = text.chars().take(high).collect();
        }
        text
    }

    /// Mostly as many bytes as may be.
    pub fn blob_within(&mut self, low: i64, high: i64) -> Vec<u8> {
        let mut blob = self.blob();
        if self.rng.u8(..50) > 0 {
            let low = usize::try_from(low).unwrap_or(0);
            blob.resize(blob.len().max(low), 7);
            blob.truncate(usize::try_from(high).unwrap_or(0));
        }
        blob
    }

    pub fn one_of<V: Copy>(&mut self, values: &[V]) -> V {
        values[self.rng.usize(..values.len())]
    }

    pub fn maybe<V>(&mut self, value: impl FnOnce(&mut Self) -> Option<V>) -> Option<V> {
        if self.rng.u8(..3) > 0 {
            value(self)
        } else {
            None
        }
    }

    /// The key of any row of `E`, if there is one.
    pub fn key<E: Entity>(&mut self, world: &World<E::Tables>) -> Option<Key<E>> {
        let keys = keys::<E>(world);
        let at = self.rng.usize(..keys.len().max(1));
        keys.get(at).copied()
    }

    /// An id that no row ever had, in whichever table and world.
    pub fn id<E>(&self) -> gamedb::Id<E> {
        use std::sync::atomic::{AtomicI64, Ordering};
        static NEXT: AtomicI64 = AtomicI64::new(1);
        gamedb::Id::new(NEXT.fetch_add(3, Ordering::Relaxed))
    }

    /// What the world may refuse, because of the values alone.
    pub fn took<V>(&mut self, result: Result<V, Error>) {
        match result.map_err(Error::into_kind) {
            Ok(_) => {}
            Err(
                refused @ (ErrorKind::NotUnique { .. }
                | ErrorKind::CheckFailed { .. }
                | ErrorKind::StillReferenced { .. }
                | ErrorKind::StillNamed { .. }
                | ErrorKind::NoSuchValue { .. }
                | ErrorKind::StaleKey { .. }
                | ErrorKind::OwnsItself { .. }),
            ) => {
                self.n_refused += 1;
                self.refused = refused.to_string();
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// The keys of all rows of `E`.
pub fn keys<E: Entity>(world: &World<E::Tables>) -> Vec<Key<E>> {
    world.iter::<E>().map(|(key, _)| key).collect()
}

/// All rows of a world as they stand in a file, table by table.
fn rows<T: Tables>(world: &World<T>) -> Vec<(&'static str, Vec<String>)> {
    let tables: &T = world;
    (0..T::INFO.len())
        .map(|at| {
            let id = TableId(u16::try_from(at).unwrap());
            let table = tables.table(id);
            let mut captured = ChangeSet::new(id);
            for (_, key) in table.rows_by_id() {
                table.copy(tables, key, None, &mut captured);
            }
            let row = |row: &_| -> String {
                let values = captured.values(row).map(|value| value.to_string());
                values.collect::<Vec<_>>().join(", ")
            };
            let ids = captured.rows().iter().map(|row| row.id);
            let rows = captured.rows().iter().map(row);
            let lines = ids.zip(rows).map(|(id, row)| format!("{id}: {row}"));
            (table.info().name, lines.collect())
        })
        .collect()
}

/// The same, of the file itself, read without the models.
fn rows_of_file(path: &Path, tables: &[&'static TableInfo]) -> Vec<(&'static str, Vec<String>)> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let file = rusqlite::Connection::open_with_flags(path, flags).unwrap();
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let of_table = |info: &&'static TableInfo| {
        let names = [info.id].into_iter().chain(info.columns.iter().copied());
        let names: Vec<String> = names.map(quoted).collect();
        let (columns, table, id) = (names.join(", "), quoted(info.name), quoted(info.id));
        let sql = format!("SELECT {columns} FROM {table} ORDER BY {id}");
        let mut statement = file.prepare(&sql).unwrap();
        let row = |row: &rusqlite::Row<'_>| {
            let id: i64 = row.get(0)?;
            let values = (1..names.len()).map(|at| {
                use rusqlite::types::ValueRef;
                Ok(match row.get_ref(at)? {
                    ValueRef::Null => Value::Null.to_string(),
                    ValueRef::Integer(integer) => Value::Integer(integer).to_string(),
                    ValueRef::Real(real) => Value::Real(real).to_string(),
                    ValueRef::Text(text) => Value::Text(std::str::from_utf8(text)?).to_string(),
                    ValueRef::Blob(blob) => Value::Blob(blob).to_string(),
                })
            });
            let values: rusqlite::Result<Vec<String>> = values.collect();
            Ok(format!("{id}: {}", values?.join(", ")))
        };
        let rows = statement.query_map([], row).unwrap();
        (info.name, rows.map(Result::unwrap).collect())
    };
    tables.iter().map(of_table).collect()
}

/// Something that is done to a world.
type Step<T> = fn(&mut World<T>, &mut Source);

/// Fills a world with random rows, changes and removes some, and holds it against its file, and against
/// itself read from there, each time.
pub fn round_trip<T: Tables>(
    insert: Step<T>,
    change: Step<T>,
    remove: Step<T>,
    can_be_empty: &[&str],
) {
    for seed in 0..3 {
        let mut source = Source::new(seed);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        let mut db = Database::<World<T>>::open(&path).unwrap();
        let mut before = rows(&db);
        for (name, step) in [("insert", insert), ("change", change), ("remove", remove)] {
            step(&mut db, &mut source);
            // In a small world it may not have found anything to do.
            for _ in 0..20 {
                if rows(&db) == before {
                    step(&mut db, &mut source);
                }
            }
            let now = rows(&db);
            for (table, rows) in &now {
                assert!(
                    name != "insert" || !rows.is_empty() || can_be_empty.contains(table),
                    "no row of {table}: {}",
                    source.refused
                );
            }
            let any = now.iter().any(|(_, rows)| !rows.is_empty());
            assert!(now != before || !any, "{name} did nothing");
            assert_eq!(db.check(), Vec::<String>::new(), "after {name}");
            let report = db.flush().unwrap();
            assert_eq!(report.inserted > 0, name == "insert");
            assert_eq!(rows_of_file(&path, T::INFO), now, "after {name}");
            assert_eq!(db.close().unwrap().updated, 0);
            db = Database::open(&path).unwrap();
            assert_eq!(db.n_dirty(), 0);
            assert_eq!(rows(&db), now, "after {name}, read again");
            assert_eq!(db.check(), Vec::<String>::new(), "after {name}, read again");
            before = now;
        }
        assert_eq!(db.close().unwrap().inserted, 0);
    }
}
