//! Answers over many rows: how long the page waits for them, and how long the loop does. `GAMEDB_ROWS=10000000` with
//! `--release` measures; without it the world is small, and what is told is held against the rows.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use gamedb::Database;
use gamedb_inspect::{Inspected, Inspector, KeySchema, Settings};
use gamedb_models::{Mobile, World};

use crate::common::{Page, encoded, play, table};

const BUDGET: Duration = Duration::from_micros(500);
const TICK: Duration = Duration::from_micros(16_667);

/// What was asked, the longest time that one answer took, the time until the last, and the number of answers.
type Asked = (&'static str, Duration, Duration, usize);

fn ask(page: &Page, name: &'static str, question: &str) -> (serde_json::Value, Asked) {
    let start = Instant::now();
    let mut longest = Duration::ZERO;
    let mut one = |question: &str| {
        let start = Instant::now();
        let answer = page.ask(question);
        longest = longest.max(start.elapsed());
        answer
    };
    let mut answer = one(question);
    let mut n_answers = 1;
    while let Some(job) = answer.get("job") {
        answer = one(&format!("continue?job={job}"));
        n_answers += 1;
    }
    (answer, (name, longest, start.elapsed(), n_answers))
}

fn questions(page: &Page, n_rows: i64) -> Vec<Asked> {
    let mobiles = table(page, "mobiles");
    let rows = format!("rows?table={mobiles}");
    let mut asked = Vec::new();
    let mut of = |name, question: &str| {
        let (answer, took) = ask(page, name, question);
        asked.push(took);
        answer
    };
    let first = of("the first rows", &rows);
    assert_eq!(first["rows"][0]["id"], "1");
    let middle = of(
        "rows from the middle",
        &format!("{rows}&from={}", n_rows / 2),
    );
    assert_eq!(middle["rows"][0]["id"], (n_rows / 2).to_string());
    let row = of("one row", &format!("row?table={mobiles}&at={}", n_rows / 2));
    assert_eq!(row["place"]["id"], (n_rows / 2).to_string());
    of("the overview", "overview");
    of("dirty rows", &format!("dirty?table={mobiles}"));
    of("its removal", &format!("removal?table={mobiles}&at=7"));
    let last = encoded(&format!("what_we_call_you=\"mobile {n_rows}\""));
    let found = of("a text without an index", &format!("{rows}&query={last}"));
    assert_eq!(found["rows"][0]["id"], n_rows.to_string());
    assert_eq!(found["n_scanned"], n_rows);
    let sorted = of(
        "sorted by a text",
        &format!("{rows}&sort=5&descending=1&limit=3"),
    );
    let mut names: Vec<String> = (1..=n_rows).map(|n| format!("mobile {n}")).collect();
    names.select_nth_unstable_by(2, |a, b| b.cmp(a));
    names.truncate(3);
    names.sort_by(|a, b| b.cmp(a));
    let found = sorted["rows"].as_array().unwrap().iter();
    let found: Vec<&str> = found
        .map(|row| row["cells"][5]["text"].as_str().unwrap())
        .collect();
    assert_eq!(found, names);
    asked
}

#[test]
fn many_rows_are_searched_and_sorted_in_slices() {
    let n_rows = std::env::var("GAMEDB_ROWS").ok();
    let is_measured = n_rows.is_some();
    let n_rows: i64 = n_rows.map_or(30_000, |n_rows| n_rows.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut db = Database::<World>::open(folder.path().join("world.db")).unwrap();
    for n in 1..=n_rows {
        let what_we_call_you = format!("mobile {n}");
        db.insert(Mobile {
            what_we_call_you,
            ..Mobile::default()
        })
        .unwrap();
    }
    let inspector: Inspector = Settings::new().bind("127.0.0.1:0").unwrap();
    let page = Page::of(&inspector);
    let (done, is_done) = mpsc::channel();
    let mut ticks = Vec::new();
    let tick = if is_measured {
        TICK
    } else {
        Duration::from_micros(200)
    };
    std::thread::scope(|scope| {
        scope.spawn(|| done.send(questions(&page, n_rows)));
        let asked = loop {
            let start = Instant::now();
            inspector.answer(&db, BUDGET);
            ticks.push(start.elapsed());
            std::thread::sleep(tick.saturating_sub(start.elapsed()));
            match is_done.try_recv() {
                Ok(asked) => break asked,
                Err(mpsc::TryRecvError::Empty) => {}
                Err(mpsc::TryRecvError::Disconnected) => panic!("a question has failed"),
            }
        };
        ticks.sort_unstable();
        if is_measured {
            for (name, longest, all, n_answers) in &asked {
                println!(
                    "{n_rows} rows: {name}: longest answer {longest:.1?}, {n_answers} in {all:.1?}"
                );
            }
            let at = |part: f64| ticks[(part * (ticks.len() - 1) as f64) as usize];
            println!(
                "{n_rows} rows: `answer` took {:.1?} (median), {:.1?} (p99.9), {:.1?} (longest) of {} ticks",
                at(0.5),
                at(0.999),
                at(1.0),
                ticks.len()
            );
            assert!(
                asked
                    .iter()
                    .all(|(_, longest, ..)| *longest < Duration::from_millis(50)),
                "{asked:?}"
            );
        }
    });
    db.discard();
}

/// Searches, lists and the preview of a removal, of a row that `n` others name.
fn look_at_all_that_name(page: &Page, mobiles: usize, incoming: usize, n: i64) {
    let question = format!("rows?table={mobiles}&query=owner_mobile_id%3D1");
    let sorted = page.ask_to_the_end(&format!("{question}&sort=id&descending=1&limit=3"));
    assert_eq!(sorted.0["n_found"], n);
    assert_eq!(sorted.0["rows"][2]["id"], (n - 1).to_string());
    let behind = page.ask_to_the_end(&format!("{question}&from={}", n)).0;
    assert_eq!(behind["rows"].as_array().unwrap().len(), 2);
    assert_eq!(behind["n_scanned"], 2);
    let naming = format!("naming?table={mobiles}&at=1&incoming={incoming}");
    let mut next = String::new();
    let mut n_rows = 0;
    loop {
        let part = page.ask(&format!("{naming}{next}"));
        assert_eq!(part["n_rows"], n);
        n_rows += part["rows"].as_array().unwrap().len() as i64;
        let Some(from) = part["next"].as_str() else {
            break;
        };
        next = format!("&from={from}");
    }
    assert_eq!(n_rows, n);
    let removal = page
        .ask_to_the_end(&format!("removal?table={mobiles}&at=1"))
        .0;
    assert_eq!(
        (&removal["n_removed"], &removal["is_done"]),
        (&(n + 1).into(), &true.into())
    );
}

/// A mobile with many pets: all of them name one row.
#[test]
fn a_row_that_many_name_is_gone_through_once() {
    const N: i64 = 20_000;
    let folder = tempfile::tempdir().unwrap();
    let mut db = Database::<World>::open(folder.path().join("world.db")).unwrap();
    let master = db.insert(Mobile::default()).unwrap();
    for _ in 0..N {
        let owner = Some(master.into());
        let mobile = Mobile {
            owner,
            ..Mobile::default()
        };
        db.insert(mobile).unwrap();
    }

    // To go on behind most of them costs as much as to begin.
    let schema = Inspected::schema(&db);
    let mut tables = schema.tables.iter();
    let mobiles = tables.position(|table| table.name == "mobiles").unwrap();
    let mut incoming = schema.tables[mobiles].incoming.iter();
    let is_it = |table: usize, key| table == mobiles && matches!(key, KeySchema::Foreign(_));
    let incoming = incoming.position(|key| is_it(key.table, key.key)).unwrap();
    assert_eq!(db.n_naming(mobiles, 1, incoming).unwrap(), N as usize);
    let shortest = |from: i64| {
        let times = (0..50).map(|_| {
            let mut found = Vec::new();
            let start = Instant::now();
            db.naming(mobiles, 1, incoming, from, &mut |row| {
                found.push(row.id());
                found.len() < 10
            })
            .unwrap();
            let took = start.elapsed();
            assert!(found.into_iter().eq(from..from + 10));
            took
        });
        times.min().unwrap().as_secs_f64()
    };
    let (first, last) = (shortest(2), shortest(N - 8));
    assert!(
        last < 30.0 * first,
        "{last} seconds at the end, {first} at the beginning"
    );

    play(
        &mut db,
        Settings::new(),
        BUDGET,
        |_| (),
        |page| {
            look_at_all_that_name(page, mobiles, incoming, N);
        },
    );
    db.discard();
}
