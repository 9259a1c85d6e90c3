//! CHECKs mean the same on the server as in memory.

use crate::common::{TestFile, server};
use gamedb::{Database, Postgres, PostgresOptions};

#[allow(
    unused,
    unreachable_pub,
    missing_docs,
    clippy::pedantic,
    reason = "tests use a part of the models"
)]
#[path = "../../generate/tests/cases/emit_checks/models.rs"]
mod models;

use models::{Fighter, World};

/// A fighter whom every CHECK accepts.
fn accepted() -> Fighter {
    Fighter {
        name: "Ada".into(),
        luck: 0.5,
        ..Fighter::default()
    }
}

/// Fighters, each of which differs from the accepted one in what one CHECK looks at. The rules that memory alone keeps
/// are not among them.
fn fighters() -> Vec<Fighter> {
    let mut all = vec![accepted()];
    let mut with = |change: &dyn Fn(&mut Fighter)| {
        let mut fighter = accepted();
        change(&mut fighter);
        all.push(fighter);
    };
    for name in [
        "",
        "5",
        "6",
        "Ü",
        "\u{1}",
        "123456789012",
        "1234567890123",
        "üüüüüüüüüüüü",
        "5a",
        " ",
    ] {
        with(&|fighter| fighter.name = name.into());
    }
    for title in ["", " ", "Sir"] {
        with(&|fighter| fighter.title = Some(title.into()));
    }
    for level in [i64::MIN, -1, 0, 1, 2, 98, 99, 100, i64::MAX] {
        for luck in [-0.5, -0.0, 0.0, 0.5] {
            with(&|fighter| (fighter.level, fighter.luck) = (level, luck));
        }
    }
    for (hp, max_hp) in [
        (0, 0),
        (-1, 0),
        (5, 4),
        (4, 5),
        (i64::MAX, i64::MAX),
        (1, i64::MIN),
    ] {
        with(&|fighter| (fighter.hp, fighter.max_hp) = (hp, max_hp));
    }
    for luck in [
        -1.5,
        -1.499_999_999_999_999_8,
        1.5,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN_POSITIVE,
    ] {
        with(&|fighter| fighter.luck = luck);
    }
    all.extend(with_other_words());
    all
}

fn with_other_words() -> Vec<Fighter> {
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut Fighter)| {
        let mut fighter = accepted();
        change(&mut fighter);
        all.push(fighter);
    };
    for badge in [&b""[..], b"1234", b"123", b"12345", b"\0\0\0\0"] {
        with(&|fighter| fighter.badge = Some(badge.to_vec()));
    }
    for class in [0, 1, 2, 3, 4, i64::MIN] {
        with(&|fighter| fighter.class = class);
    }
    for motto in [
        "quit",
        "quits",
        "QUITS",
        "never QuIt!",
        "q%it..",
        "quıt it",
        "quİt it",
        "",
        "I \\quit",
        "no_quit\n",
        "qüit it",
    ] {
        with(&|fighter| fighter.motto = Some(motto.into()));
    }
    all
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The row as another program inserts it.
fn insert(fighter: &Fighter, id: usize) -> String {
    let text = |text: &Option<String>| text.as_deref().map_or("NULL".into(), literal);
    let badge = fighter.badge.as_ref().map_or("NULL".into(), |bytes| {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("'\\x{hex}'")
    });
    let Fighter {
        level,
        hp,
        max_hp,
        luck,
        class,
        ..
    } = fighter;
    format!(
        "INSERT INTO fighters (id, name, title, level, hp, max_hp, luck, rank, badge, class, motto)
         VALUES ({id}, {}, {}, '{level}', '{hp}', '{max_hp}', '{luck:?}'::float8, 'M', {badge}, '{class}', {})",
        literal(&fighter.name),
        text(&fighter.title),
        text(&fighter.motto),
    )
}

/// What memory accepts, the server accepts; and what memory refuses, the server refuses from another program.
#[test]
fn the_server_decides_as_memory_does() {
    let file = TestFile::new();
    let mut db: Database<World, Postgres> = PostgresOptions::new(server(), &file.world)
        .open::<World>()
        .unwrap();
    let outsider = file.writer();
    let (mut n_accepted, mut n_refused) = (0, 0);
    for (n, fighter) in fighters().into_iter().enumerate() {
        let is_difference_large = fighter.hp.abs_diff(fighter.max_hp) > 1000;
        let sql = insert(&fighter, 1000 + n);
        let of_server = outsider.execute(&sql);
        let shown = format!("{fighter:?}: {of_server:?}");
        let of_memory = db.insert(fighter);
        if is_difference_large {
            // abs(hp - max_hp) is kept by memory alone.
            assert!(of_memory.is_err());
            continue;
        }
        assert_eq!(of_memory.is_ok(), of_server.is_ok(), "{shown}");
        match of_server {
            Ok(()) => n_accepted += 1,
            Err(error) => {
                n_refused += 1;
                assert_eq!(error.sqlstate(), Some("23514"), "{shown}");
            }
        }
    }
    assert!(
        n_accepted > 30 && n_refused > 30,
        "{n_accepted} {n_refused}"
    );
    assert_eq!(db.flush().unwrap().inserted, n_accepted);
}
