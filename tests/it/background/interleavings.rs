//! Every state of a row, combined with every change that can happen to it between its capture and COMMIT.

use super::gate::gated;
use super::refused;
use crate::common::sample::{Sample, attribute, flushed, player, rename};
use crate::common::{REFUSED, contents_of, refusing_file, state_of};
use gamedb_models::{AttributeKey, AttributeValue, Player, PlayerKey, World};

/// The state of a row when it is captured, and the change before COMMIT.
const BEFORE: [&str; 4] = ["clean", "new", "changed", "removed"];
const MEANWHILE: [&str; 6] = ["nothing", "same", "other", "remove", "give", "insert"];

fn its_attribute(db: &World, key: PlayerKey) -> Option<AttributeKey> {
    Some(db.get(key).unwrap().attributes().next()?.0)
}

/// Puts the row into a state, or changes it; the row is a player with an attribute.
fn do_to_row(db: &mut World, sample: &Sample, what: &str, n: i64) {
    let ada = Player::find_by_email(db, "7@example.com").map(|row| row.key());
    match (what, ada) {
        ("new", _) => {
            let key = db.insert(player(7)).unwrap();
            let mut row = db.get_mut(key).unwrap();
            row.add_attribute(attribute("luck")).unwrap();
        }
        ("insert", _) => {
            db.insert(player(100 + n)).unwrap();
        }
        ("changed" | "same", Some(key)) => {
            rename(db, key, &format!("renamed {n}"));
            if let Some(key) = its_attribute(db, key) {
                let name = format!("renamed {n}");
                db.get_mut(key).unwrap().set_internal_name(name);
            }
        }
        ("other", Some(key)) => {
            db.get_mut(key).unwrap().set_year_of_birth(n);
            if let Some(key) = its_attribute(db, key) {
                let value = AttributeValue::Double(n as f64);
                db.get_mut(key).unwrap().set_value(value).unwrap();
            }
        }
        ("removed" | "remove", Some(key)) => db.remove(key).unwrap(),
        ("give", Some(key)) => {
            if let Some(attribute) = its_attribute(db, key) {
                let mut row = db.get_mut(key).unwrap();
                row.give_attribute(attribute, sample.iron).unwrap();
            }
        }
        _ => {}
    }
}

/// Every state of a row, combined with every change that can happen to it in flight, each with success
/// and with failure. After a failure the attempt leaves no trace: a twin database, with the same changes
/// and without the flush, has the same rows, keys, dirty columns and tombstones.
#[test]
fn rows_that_change_between_capture_and_commit() {
    let (file, twin_file) = (refusing_file(), refusing_file());
    let (mut db, gate, _) = gated(&file);
    let mut twin = twin_file.open();
    let sample = flushed(&mut db).of_twins();
    let _ = flushed(&mut twin);
    let cases = BEFORE.iter().flat_map(|before| {
        let pairs = MEANWHILE.iter().flat_map(|a| MEANWHILE.map(|b| (*a, b)));
        pairs.flat_map(move |(a, b)| {
            let cases = [(false, false), (false, true), (true, false), (true, true)];
            cases.map(|(fails, is_prepared)| (before, a, b, fails, is_prepared))
        })
    });
    for (n, (&before, meanwhile, again, fails, is_prepared)) in (0..).step_by(10).zip(cases) {
        let name = format!("{before}, {meanwhile}, {again}, {fails}, {is_prepared}");
        for db in [&mut db, &mut twin] {
            do_to_row(db, &sample, "remove", n);
            if before != "new" {
                do_to_row(db, &sample, "new", n);
            }
            rename(db, sample.bob, &format!("Bob {n}"));
            let _ = db.flush().unwrap();
            do_to_row(db, &sample, before, n + 1);
            rename(db, sample.bob, if fails { REFUSED } else { "Bob" });
        }
        let held = gate.close();
        let first = db.flush_in_background().unwrap();
        held.wait_for_thread();
        let at_first = contents_of(&db);
        do_to_row(&mut db, &sample, meanwhile, n + 2);
        if is_prepared {
            db.prepare_flush(usize::MAX);
            do_to_row(&mut db, &sample, again, n + 3);
        }
        let second = db.flush_in_background().unwrap();
        let at_second = contents_of(&db);
        if !is_prepared {
            do_to_row(&mut db, &sample, again, n + 3);
        }
        let at_last = contents_of(&db);
        assert!(db.poll(first).is_none());
        drop(held);

        do_to_row(&mut twin, &sample, meanwhile, n + 2);
        do_to_row(&mut twin, &sample, again, n + 3);
        if fails {
            refused(db.wait(first));
            refused(db.wait(second));
            assert_eq!(state_of(&db), state_of(&twin), "{name}");
            assert_eq!(file.contents(), twin_file.contents(), "{name}");
            rename(&mut db, sample.bob, "Bob");
            rename(&mut twin, sample.bob, "Bob");
        } else {
            let _ = db.wait(first).unwrap();
            let found = file.contents();
            assert!(found == at_first || found == at_second, "{name}");
            let _ = db.wait(second).unwrap();
            assert_eq!(file.contents(), at_second, "{name}");
        }
        let _ = (db.flush().unwrap(), twin.flush().unwrap());
        assert_eq!(db.check(), [""; 0]);
        if !fails {
            assert_eq!(file.contents(), at_last, "{name}");
        }
        assert_eq!(file.contents(), contents_of(&db), "{name}");
        assert_eq!(state_of(&db), state_of(&twin), "{name}");
    }
    file.reopen(db);
}

/// The same without a batch in flight: whatever was staged before, a flush writes what the twin writes,
/// which stages nothing.
#[test]
fn rows_that_change_after_they_were_copied_ahead() {
    let (file, twin_file) = (refusing_file(), refusing_file());
    let (mut db, mut twin) = (file.open(), twin_file.open());
    let sample = flushed(&mut db).of_twins();
    let _ = flushed(&mut twin);
    let ends = ["background", "refused", "flush", "save"];
    let cases = BEFORE.iter().flat_map(|before| {
        let pairs = MEANWHILE.iter().flat_map(|a| MEANWHILE.map(|b| (*a, b)));
        pairs.flat_map(move |(a, b)| ends.map(|end| (before, a, b, end)))
    });
    for (n, (&before, meanwhile, again, end)) in (0..).step_by(10).zip(cases) {
        let name = format!("{before}, {meanwhile}, {again}, {end}");
        for (db, rows) in [(&mut db, usize::MAX), (&mut twin, 0)] {
            do_to_row(db, &sample, "remove", n);
            if before != "new" {
                do_to_row(db, &sample, "new", n);
            }
            let _ = db.flush().unwrap();
            do_to_row(db, &sample, before, n + 1);
            db.prepare_flush(rows);
            do_to_row(db, &sample, meanwhile, n + 2);
            db.prepare_flush(rows.min(1));
            do_to_row(db, &sample, again, n + 3);
            let bob = if end == "refused" { REFUSED } else { "Bob" };
            rename(db, sample.bob, bob);
        }
        let ended = [&mut db, &mut twin].map(|db| match end {
            "flush" => Some(db.flush().unwrap()),
            "save" => {
                let ada = Player::find_by_email(db, "7@example.com").map(|row| row.key());
                ada.map(|ada| db.save(ada).unwrap())
            }
            _ => {
                let ticket = db.flush_in_background().unwrap();
                match end {
                    "refused" => {
                        refused(db.wait(ticket));
                        None
                    }
                    _ => Some(db.wait(ticket).unwrap()),
                }
            }
        });
        let [report, expected] = ended
            .map(|report| report.map(|report| (report.inserted, report.updated, report.deleted)));
        assert_eq!(report, expected, "{name}");
        if end != "save" || report.is_some() {
            assert_eq!(state_of(&db), state_of(&twin), "{name}");
        }
        assert_eq!(file.contents(), twin_file.contents(), "{name}");
        for db in [&mut db, &mut twin] {
            rename(db, sample.bob, "Bob");
            let _ = db.flush().unwrap();
        }
        assert_eq!(db.check(), [""; 0]);
        assert_eq!(state_of(&db), state_of(&twin), "{name}");
        assert_eq!(file.contents(), contents_of(&db), "{name}");
    }
    file.reopen(db);
}
