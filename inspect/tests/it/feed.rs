//! What moves: the change feed, dirty rows, flushes.

use std::time::Duration;

use gamedb_inspect::Settings;
use gamedb_models::Player;

use crate::common::{directed, sample, show, table};

#[test]
fn changes_arrive_with_their_effect_and_through_the_filter() {
    let mut sample = sample(3);
    directed(&mut sample, Settings::new(), |page, tick| {
        let players = table(page, "players");
        let all = "feed?since=0";
        let of_one = &format!("feed?table={players}&id=2&since=0");
        let of_mobiles = &format!("feed?table={}&since=0", table(page, "mobiles"));
        for question in [all, of_one, of_mobiles] {
            assert_eq!(page.ask(question)["is_followed"], true);
        }
        tick(Box::new(|_| ()));
        tick(Box::new(|db| {
            let keys: Vec<_> = db.iter::<Player>().map(|(key, _)| key).collect();
            db.get_mut(keys[0]).unwrap().set_full_name("first");
            db.get_mut(keys[1]).unwrap().set_full_name("second");
            db.get_mut(keys[1]).unwrap().set_over_13(false);
        }));
        let seen = page.ask(of_one);
        assert_eq!(seen["changes"].as_array().unwrap().len(), 1, "{seen}");
        let change = &seen["changes"][0];
        assert_eq!(
            (change["table"].as_u64(), change["id"].as_str()),
            (Some(players as u64), Some("2"))
        );
        assert_eq!(change["effect"]["changed"], serde_json::json!([0, 3]));
        assert_eq!(page.ask(all)["changes"].as_array().unwrap().len(), 2);
        assert_eq!(page.ask(of_mobiles)["changes"].as_array().unwrap().len(), 0);
        tick(Box::new(|db| {
            let key = db.iter::<Player>().nth(1).unwrap().0;
            db.remove(key).unwrap();
        }));
        let next = seen["next"].as_u64().unwrap();
        let removed = page.ask(&format!("feed?table={players}&id=2&since={next}"));
        assert_eq!(removed["changes"].as_array().unwrap().len(), 1, "{removed}");
        assert_eq!(removed["changes"][0]["effect"], "removed");
        assert_eq!(page.ask(of_mobiles)["changes"].as_array().unwrap().len(), 2);
        // More in one tick than a page can show.
        tick(Box::new(|db| {
            for n in 0..150 {
                db.insert(Player {
                    email: format!("new {n}"),
                    ..Player::default()
                })
                .unwrap();
            }
        }));
        let many = page.ask(all);
        assert_eq!(many["n_omitted"].as_u64().unwrap(), 50);
        let inserted = many["changes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|change| change["effect"] == "inserted");
        assert_eq!(inserted.count(), 100);
    });
}

/// More between two questions than is kept: every change is listed, or counted.
#[test]
fn changes_that_come_and_go_between_two_questions_are_counted() {
    let mut sample = sample(1);
    directed(&mut sample, Settings::new(), |page, tick| {
        let first = page.ask("feed?since=0");
        let watch = first["watch"].as_u64().unwrap();
        tick(Box::new(|_| ()));
        for part in 0..12 {
            tick(Box::new(move |db| {
                for n in 0..110 {
                    let email = format!("{part}-{n}@example.com");
                    let player = Player {
                        email,
                        ..Player::default()
                    };
                    db.insert(player).unwrap();
                }
            }));
        }
        let ask = |since: u64| page.ask(&format!("feed?watch={watch}&since={since}"));
        let number = |seen: &serde_json::Value, name: &str| seen[name].as_u64().unwrap();
        let seen = ask(0);
        let n_listed = seen["changes"].as_array().unwrap().len() as u64;
        assert_eq!((n_listed, number(&seen, "n_seen")), (1000, 1320));
        assert_eq!(number(&seen, "n_omitted"), 120);
        assert_eq!(number(&seen, "n_lost"), 200);
        assert_eq!(number(&ask(150), "n_lost"), 50);
        assert_eq!(number(&ask(number(&seen, "next")), "n_lost"), 0);
        // Whoever knows another watch gets all that this one has.
        let other = page.ask(&format!("feed?watch={}&since=1200", watch + 1));
        assert_eq!(other["changes"].as_array().unwrap().len(), 1000);
    });
}

#[test]
fn the_world_has_no_subscriber_when_nobody_looks() {
    let mut sample = sample(1);
    directed(&mut sample, Settings::new(), |page, tick| {
        let first = page.ask("feed?since=0");
        tick(Box::new(|_| ()));
        std::thread::sleep(Duration::from_millis(5500));
        tick(Box::new(|db| {
            db.insert(Player::default()).unwrap();
        }));
        let later = page.ask("feed?since=0");
        assert_eq!(
            (
                later["changes"].as_array().unwrap().len(),
                later["n_seen"].as_u64()
            ),
            (0, Some(0))
        );
        // The page sees that it is another watch, and so that something is missing.
        assert!(later["watch"].as_u64() > first["watch"].as_u64(), "{later}");
    });
}

#[test]
fn without_answer_mut_the_page_says_that_there_is_no_feed() {
    let sample = sample(1);
    show(&sample.db, |page| {
        assert_eq!(page.ask("feed")["is_followed"], false)
    });
}

#[test]
fn dirty_rows_come_and_go_with_the_reason() {
    let mut sample = sample(3);
    directed(&mut sample, Settings::new(), |page, tick| {
        let players = table(page, "players");
        let dirty = || page.ask(&format!("dirty?table={players}"))["tables"][0].clone();
        assert_eq!(
            (
                dirty()["rows"].as_array().unwrap().len(),
                dirty()["n_removed"].as_u64()
            ),
            (0, Some(0))
        );
        tick(Box::new(|db| {
            let keys: Vec<_> = db.iter::<Player>().map(|(key, _)| key).collect();
            db.get_mut(keys[0]).unwrap().set_full_name("changed");
            db.insert(Player {
                full_name: "new".into(),
                ..Player::default()
            })
            .unwrap();
            db.remove(keys[2]).unwrap();
        }));
        let found = dirty();
        // The newest first.
        assert_eq!(found["rows"][0]["reason"], "inserted");
        assert_eq!(found["rows"][0]["cells"][0]["text"], "new");
        assert_eq!(
            found["rows"][1]["reason"],
            serde_json::json!({"changed": [0]})
        );
        assert_eq!(
            found["rows"][1]["cells"],
            serde_json::json!([{"text": "changed"}])
        );
        assert_eq!(found["removed"], serde_json::json!(["3"]));
        assert_eq!(page.ask("overview")["tables"][players]["removed"], 1);
        tick(Box::new(|db| {
            db.flush().unwrap();
        }));
        assert_eq!(
            (
                dirty()["rows"].as_array().unwrap().len(),
                dirty()["n_removed"].as_u64()
            ),
            (0, Some(0))
        );
        let plots = page.ask("plots");
        let flush = &plots["flushes"][0];
        assert_eq!(
            (flush["inserted"].as_u64(), flush["n_missed"].as_u64()),
            (Some(1), Some(0))
        );
        assert!(flush["wal_pages"].as_u64().unwrap() > 0);
        assert!(!plots["sizes"].as_array().unwrap().is_empty());
        let later = plots["now"].as_f64().unwrap();
        assert_eq!(
            page.ask(&format!("plots?since={later}"))["flushes"]
                .as_array()
                .unwrap()
                .len(),
            0
        );
        let flushes = &page.ask("overview")["flushes"];
        assert!(flushes["deleted"].as_u64().unwrap() > 0);
    });
}
