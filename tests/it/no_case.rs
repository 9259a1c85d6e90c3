//! Columns that are UNIQUE by NOCASE: random texts in a world and in a table of SQLite's, which refuse the same and
//! find the same.

use gamedb::{Database, Error, ErrorKind};
use rusqlite::{Connection, params};

#[allow(
    unused,
    unreachable_pub,
    missing_docs,
    clippy::pedantic,
    reason = "tests use a part of the models"
)]
#[path = "../../generate/tests/cases/emit_no_case/models.rs"]
mod models;

use models::{Player, PlayerKey, Tables, World};

/// Parts of texts: ASCII letters and their neighbours, letters whose lower or upper case is in ASCII or has another
/// length, and NUL, at which SQLite stops to compare.
const PARTS: [&str; 16] = [
    "a", "A", "z", "Z", "@", "`", "[", "{", "k", "\u{212a}", "ſ", "ä", "Ä", "İ", "ß", "\0",
];

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn text(&mut self) -> String {
        // Mostly of few parts, so that texts meet.
        let n_parts = if self.below(20) == 0 {
            40
        } else {
            self.below(3)
        };
        let end = if self.below(2) == 0 { 4 } else { PARTS.len() };
        (0..n_parts).map(|_| PARTS[self.below(end)]).collect()
    }

    fn maybe(&mut self) -> Option<String> {
        (self.below(3) > 0).then(|| self.text())
    }
}

fn refused<V>(done: Result<V, Error>, what: &str) -> Option<V> {
    match done {
        Ok(value) => Some(value),
        Err(error) => {
            let kind = error.kind();
            assert!(
                matches!(kind, ErrorKind::NotUnique { .. }),
                "{what}: {error}"
            );
            None
        }
    }
}

/// Asks both for the rows with a text.
fn assert_found(db: &Database<World>, sqlite: &Connection, text: &str, realm: i64) {
    let ids = |sql: &str| -> Vec<i64> {
        let sql = format!("SELECT id FROM players WHERE {sql} ORDER BY id");
        let mut statement = sqlite.prepare_cached(&sql).unwrap();
        let ids = statement
            .query_map(params![text, realm], |row| row.get(0))
            .unwrap();
        ids.map(Result::unwrap).collect()
    };
    let id = |key: PlayerKey| db.id(key).unwrap().get();
    let one = |found: Option<models::PlayerRef<'_>>| found.map(|row| id(row.key()));
    let found = [
        one(Player::find_by_name(db, text)),
        one(Player::find_by_nick_and_realm(db, text, realm)),
        one(Player::find_by_tag(db, text)),
    ];
    let wanted = [
        ids("name = ?1 AND ?2 = ?2"),
        ids("nick = ?1 AND realm = ?2"),
        ids("tag = ?1 COLLATE NOCASE AND ?2 = ?2"),
    ];
    assert_eq!(
        found.map(|id| id.into_iter().collect::<Vec<_>>()),
        wanted,
        "{text:?}"
    );
    let found: Vec<_> = Player::find_by_motto(db, text).keys().map(id).collect();
    assert_eq!(
        found,
        ids("motto = ?1 COLLATE NOCASE AND ?2 = ?2"),
        "{text:?}"
    );
}

/// Adds a row to both. Returns whether they have taken it.
fn insert(db: &mut Database<World>, sqlite: &Connection, row: Player) -> bool {
    let key = refused(db.insert(row.clone()), "insert");
    let id = key.map(|key| db.id(key).unwrap().get());
    let sql = "INSERT INTO players VALUES (?, ?, ?, ?, ?, ?)";
    let values = params![id, row.name, row.nick, row.realm, row.motto, row.tag];
    let wrote = sqlite.execute(sql, values);
    assert_eq!(wrote.is_ok(), key.is_some(), "{row:?}: {wrote:?}");
    key.is_some()
}

/// Writes one column of a row. Returns whether the world has taken it.
fn set(db: &mut Database<World>, key: PlayerKey, column: &str, text: Option<String>) -> bool {
    let mut row = db.get_mut(key).unwrap();
    let done = match column {
        "name" => row.set_name(text.unwrap_or_default()),
        "nick" => row.set_nick(text),
        _ => row.set_tag(text),
    };
    refused(done, column).is_some()
}

#[test]
fn what_sqlite_takes_for_the_same_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let mut db = Database::<World>::open(&path).unwrap();
    let sqlite = Connection::open_in_memory().unwrap();
    sqlite
        .execute_batch(<Tables as gamedb::codegen::Tables>::DDL)
        .unwrap();
    let mut random = Random(7);
    let (mut n_refused, mut n_done) = (0, 0);
    for step in 0..1500 {
        let realm = i64::try_from(random.below(2)).unwrap();
        let keys: Vec<PlayerKey> = db.iter::<Player>().map(|(key, _)| key).collect();
        let row = (!keys.is_empty()).then(|| keys[random.below(keys.len())]);
        let what = random.below(8);
        let taken = match (what, row) {
            (0..4, _) | (_, None) => {
                let (name, nick, tag) = (random.text(), random.maybe(), random.maybe());
                let motto = random.text();
                let player = Player {
                    name,
                    nick,
                    realm,
                    motto,
                    tag,
                };
                insert(&mut db, &sqlite, player)
            }
            (4..7, Some(key)) => {
                let column = ["name", "nick", "tag"][what - 4];
                let text = if column == "name" {
                    Some(random.text())
                } else {
                    random.maybe()
                };
                let taken = set(&mut db, key, column, text.clone());
                let sql = format!("UPDATE players SET {column} = ? WHERE id = ?");
                let id = db.id(key).unwrap().get();
                let wrote = sqlite.execute(&sql, params![text, id]);
                assert_eq!(wrote.is_ok(), taken, "{column} {text:?}: {wrote:?}");
                taken
            }
            (_, Some(key)) => {
                let id = db.id(key).unwrap().get();
                db.remove(key).unwrap();
                sqlite
                    .execute("DELETE FROM players WHERE id = ?", [id])
                    .unwrap();
                true
            }
        };
        n_done += usize::from(taken);
        n_refused += usize::from(!taken);
        assert_found(&db, &sqlite, &random.text(), realm);
        if step % 300 == 299 {
            assert_eq!(db.check(), [""; 0]);
            db.flush().unwrap();
            db.close().unwrap();
            db = Database::open(&path).unwrap();
            assert_eq!(db.check(), [""; 0]);
        }
    }
    assert!(n_refused > 200 && n_done > 200, "{n_refused} {n_done}");
    db.close().unwrap();
}

/// A row may change the case of its own name, two rows may swap names in one flush, and a mirror is refused what
/// the world would be refused.
#[test]
fn the_case_of_a_name_changes_and_names_are_swapped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let mut db = Database::<World>::open(&path).unwrap();
    let named = |name: &str| Player {
        name: name.into(),
        ..Player::default()
    };
    let ada = db.insert(named("Ada")).unwrap();
    let bob = db.insert(named("bob")).unwrap();
    let error = db.insert(named("aDA")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "players: name has to be unique, and row 1 has \"aDA\" already"
    );
    db.flush().unwrap();
    db.get_mut(ada).unwrap().set_name("ADA").unwrap();
    db.flush().unwrap();
    db.get_mut(ada).unwrap().set_name("third").unwrap();
    db.get_mut(bob).unwrap().set_name("ada").unwrap();
    db.get_mut(ada).unwrap().set_name("BOB").unwrap();
    db.flush().unwrap();
    let mut failing = db.begin();
    failing.get_mut(bob).unwrap().set_name("fourth").unwrap();
    failing.get_mut(ada).unwrap().set_name("ADA").unwrap();
    failing.rollback();
    assert_eq!(Player::find_by_name(&db, "Bob").unwrap().key(), ada);
    assert_eq!(Player::find_by_name(&db, "Ada").unwrap().name, "ada");
    db.close().unwrap();
    let db = Database::<World>::open(&path).unwrap();
    assert_eq!(Player::find_by_name(&db, "bOB").unwrap().name, "BOB");
    assert_eq!(db.check(), [""; 0]);
    db.close().unwrap();
}
