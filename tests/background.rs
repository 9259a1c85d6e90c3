//! Flushing in the background: the capture, what happens until COMMIT, and what a failure leaves.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use common::sample::{Sample, attribute, double, fill, flushed, player};
use common::{Statements, TestFile, assert_wrote, contents_of, flush_failure, state_of};
use gamedb::codegen::Entity;
use gamedb::persist::error::{FlushFailure, Outcome};
use gamedb::{Database, Error, FlushReport, Options, Ticket};
use gamedb_models::{AttributeKey, AttributeValue, Player, PlayerKey, World};

/// What the players of [`refusing_file`] may not be called.
const REFUSED: &str = "refuse me";

/// A file that can be made to refuse a flush, by a CHECK that the models know nothing of.
fn refusing_file() -> TestFile {
    let alter = |ddl: String| {
        let start = ddl.find("CREATE TABLE players (").unwrap();
        let end = start + ddl[start..].find("\n) STRICT").unwrap();
        let check = format!("CHECK (full_name <> '{REFUSED}')");
        format!("{},\n    {check}{}", &ddl[..end], &ddl[end..])
    };
    TestFile::by_hand(alter, "")
}

/// Holds the writer thread before each of its transactions, until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<GateState>, Condvar)>);

#[derive(Default)]
struct GateState {
    is_closed: bool,
    /// Whether the thread stands before it.
    is_reached: bool,
}

impl Gate {
    fn close(&self) -> Held {
        self.0.0.lock().unwrap().is_closed = true;
        Held(self.clone())
    }

    fn pass(&self, sql: &str) {
        let is_writer = std::thread::current().name() == Some("gamedb-writer");
        if is_writer && sql.starts_with("BEGIN") {
            let mut state = self.0.0.lock().unwrap();
            state.is_reached = true;
            self.0.1.notify_all();
            let mut state = self.0.1.wait_while(state, |gate| gate.is_closed).unwrap();
            state.is_reached = false;
        }
    }
}

/// The thread is held until this is dropped, also by a test that fails: closing waits for the thread.
struct Held(Gate);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.0.lock().unwrap().is_closed = false;
        self.0.0.1.notify_all();
    }
}

impl Held {
    /// Waits until the thread has begun a batch.
    fn wait_for_thread(&self) {
        let state = self.0.0.0.lock().unwrap();
        drop(
            self.0
                .0
                .1
                .wait_while(state, |gate| !gate.is_reached)
                .unwrap(),
        );
    }
}

/// A database whose writer thread can be held, and whose statements are seen.
fn gated(file: &TestFile) -> (Database<World>, Gate, Statements) {
    let (gate, statements) = (Gate::default(), Statements::default());
    let (its_gate, seen) = (gate.clone(), Arc::clone(&statements.0));
    let options = Options::new()
        .busy_timeout(Duration::from_millis(20))
        .on_statement(move |sql| {
            its_gate.pass(sql);
            seen.lock().unwrap().push(sql.to_owned());
        });
    let db = options.open::<World>(file.path()).unwrap();
    statements.take();
    (db, gate, statements)
}

fn rename(world: &mut World, key: PlayerKey, name: &str) {
    world.get_mut(key).unwrap().set_full_name(name);
}

#[track_caller]
fn waited(db: &mut Database<World>, ticket: Ticket) -> FlushReport {
    db.wait(ticket).unwrap()
}

#[track_caller]
fn refused(result: Result<FlushReport, Error>) {
    let (outcome, cause) = flush_failure(result);
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(matches!(cause, FlushFailure::Refused { .. }), "{cause}");
}

#[test]
fn it_writes_what_a_flush_writes_and_no_statement_more() {
    let file = TestFile::new();
    let _ = flushed(&mut file.open());
    let (mut db, statements) = file.open_watched();
    let players: Vec<_> = db.players.iter_by_id().map(|(key, _)| key).collect();
    let mut constant = None;
    for (rounds, n) in (1..).zip([1, 10, 100]) {
        for n in 0..n {
            db.insert(player(1000 * rounds + n)).unwrap();
        }
        let ticket = db.flush_in_background().unwrap();
        assert_eq!(db.n_dirty(), 0);
        let report = waited(&mut db, ticket);
        assert_wrote(report, (usize::try_from(n).unwrap(), 0, 0));
        let rest = statements.take().len() - usize::try_from(n).unwrap();
        assert_eq!(*constant.get_or_insert(rest), rest);
        assert!(rest <= 5, "BEGIN, version, ids, COMMIT");
    }
    rename(&mut db, players[0], "Ada");
    let ticket = db.flush_in_background().unwrap();
    assert_wrote(waited(&mut db, ticket), (0, 1, 0));
    let update = "UPDATE players SET full_name = 'Ada' WHERE id = 1";
    assert_eq!(statements.take_writes(), [update]);
    file.reopen(db);
}

#[test]
fn with_nothing_to_write_the_ticket_is_good_at_once() {
    let file = TestFile::new();
    let (mut db, statements) = file.open_watched();
    let ticket = db.flush_in_background().unwrap();
    assert!(db.poll(ticket).unwrap().is_ok());
    assert_eq!(statements.take(), [""; 0]);
    let _ = flushed(&mut db);
    statements.take();
    let ticket = db.flush_in_background().unwrap();
    assert!(db.poll(ticket).unwrap().is_ok());
    assert_eq!(ticket.generation(), db.committed());
    assert_eq!(statements.take(), [""; 0]);
}

/// What stands in a row when it is captured, and what happens to it before COMMIT.
const BEFORE: [&str; 4] = ["clean", "new", "changed", "removed"];
const MEANWHILE: [&str; 6] = ["nothing", "same", "other", "remove", "give", "insert"];

fn its_attribute(db: &World, key: PlayerKey) -> Option<AttributeKey> {
    Some(db.get(key).unwrap().attributes().next()?.0)
}

/// Does the one or the other; the row is a player with an attribute.
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

/// Every state of a row, and every thing that can happen to it while it is on its way, each with
/// success and with failure. After a failure nobody can tell that it was ever tried: a twin, to whom
/// the same happens and who does not try, has the same rows, keys, dirty columns and removed rows.
#[test]
fn rows_that_change_between_capture_and_commit() {
    let (file, twin_file) = (refusing_file(), refusing_file());
    let (mut db, gate, _) = gated(&file);
    let mut twin = twin_file.open();
    let sample = flushed(&mut db);
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
            let _ = waited(&mut db, first);
            let found = file.contents();
            assert!(found == at_first || found == at_second, "{name}");
            let _ = waited(&mut db, second);
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

/// The same where nothing is on its way: whatever was copied ahead of it, a flush writes what the
/// twin writes, who copies nothing ahead.
#[test]
fn rows_that_change_after_they_were_copied_ahead() {
    let (file, twin_file) = (refusing_file(), refusing_file());
    let (mut db, mut twin) = (file.open(), twin_file.open());
    let sample = flushed(&mut db);
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
                    _ => Some(waited(db, ticket)),
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

#[test]
fn a_part_is_bounded_and_the_rest_is_left() {
    let file = TestFile::new();
    let _ = flushed(&mut file.open());
    let (mut db, statements) = file.open_watched();
    assert_eq!(db.prepare_flush(10), 0);
    for n in 10..30 {
        db.insert(player(n)).unwrap();
    }
    assert_eq!(db.prepare_flush(0), 0);
    assert_eq!(db.prepare_flush(7), 7);
    assert_eq!(db.n_dirty(), 13);
    assert_eq!(db.prepare_flush(usize::MAX), 13);
    let players: Vec<_> = db.players.iter_by_id().map(|(key, _)| key).collect();
    // As often as one likes, it keeps no more copies than there are rows.
    for n in 0..100 {
        for &key in &players {
            rename(&mut db, key, &format!("name {n}"));
        }
        db.prepare_flush(usize::MAX);
    }
    assert_eq!(db.n_dirty(), players.len());
    statements.take();
    let ticket = db.flush_in_background().unwrap();
    assert_eq!(db.n_dirty(), 0);
    assert_wrote(waited(&mut db, ticket), (20, 2, 0));
    let n_written = statements.take_writes().len();
    assert_eq!(n_written, 22, "each row once");
    assert_eq!(file.contents(), contents_of(&db));
    file.reopen(db);
}

#[test]
fn what_was_copied_ahead_is_kept_by_into_world_and_lost_by_drop() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    rename(&mut db, sample.ada, "copied ahead");
    assert_eq!(db.prepare_flush(10), 1);
    let in_file = file.contents();
    let world = db.into_world();
    assert_eq!(world.n_dirty(), 1);
    assert_eq!(file.contents(), in_file);

    let mut db = file.open();
    let ada = Player::find_by_email(&db, "1@example.com").unwrap().key();
    rename(&mut db, ada, "copied ahead");
    assert_eq!(db.prepare_flush(10), 1);
    drop(db);
    assert_eq!(file.contents(), in_file);

    let mut db = file.open();
    let ada = Player::find_by_email(&db, "1@example.com").unwrap().key();
    rename(&mut db, ada, "copied ahead");
    assert_eq!(db.prepare_flush(10), 1);
    assert_wrote(db.close().unwrap(), (0, 1, 0));
    assert_ne!(file.contents(), in_file);
}

/// Two worlds change places while rows are copied ahead: the other one gets nothing of it.
#[test]
fn another_world_gets_nothing_of_what_was_copied_ahead() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    rename(&mut db, sample.ada, "copied ahead");
    assert_eq!(db.prepare_flush(10), 1);
    let loaded = std::mem::take(&mut *db);
    db.insert(player(5)).unwrap();
    assert_eq!(db.prepare_flush(10), 0);
    let (_, cause) = flush_failure(db.flush());
    assert!(matches!(cause, FlushFailure::OtherWorld), "{cause}");
    let (_, cause) = flush_failure(db.flush_in_background());
    assert!(matches!(cause, FlushFailure::OtherWorld), "{cause}");
    assert_eq!(db.n_dirty(), 1);
    *db = loaded;
    assert_wrote(db.flush().unwrap(), (0, 1, 0));
    assert_eq!(file.contents(), contents_of(&db));
    file.reopen(db);
}

/// It was on its way to its new owner when it was removed, and did not arrive: in the file the old
/// owner still has it.
#[test]
fn what_was_given_away_and_removed_is_not_left_with_its_old_owner() {
    for is_prepared in [false, true] {
        let file = refusing_file();
        let mut db = file.open();
        let sample = flushed(&mut db);
        let carol = db.insert(player(3)).unwrap();
        let _ = db.flush().unwrap();
        let mut ada = db.get_mut(sample.ada).unwrap();
        ada.give_attribute(sample.luck, sample.bob).unwrap();
        rename(&mut db, carol, REFUSED);
        if is_prepared {
            db.prepare_flush(usize::MAX);
        }
        let ticket = (!is_prepared).then(|| db.flush_in_background().unwrap());
        db.remove(sample.luck).unwrap();
        if let Some(ticket) = ticket {
            refused(db.wait(ticket));
        }
        rename(&mut db, carol, "Carol");
        assert_wrote(db.save(sample.ada).unwrap(), (0, 0, 2));
        file.reopen(db);
    }
}

#[test]
fn what_comes_and_goes_between_two_captures_leaves_nothing() {
    for fails in [false, true] {
        let file = refusing_file();
        let (mut db, gate, statements) = gated(&file);
        let sample = flushed(&mut db);
        let held = gate.close();
        let short_lived = db.insert(player(7)).unwrap();
        rename(&mut db, sample.bob, if fails { REFUSED } else { "Bob" });
        let inserted = db.flush_in_background().unwrap();
        held.wait_for_thread();
        db.remove(short_lived).unwrap();
        let removed = db.flush_in_background().unwrap();
        statements.take();
        drop(held);
        if fails {
            refused(db.wait(removed));
            refused(db.wait(inserted));
            rename(&mut db, sample.bob, "Bob");
            assert_wrote(db.flush().unwrap(), (0, 1, 0));
            assert!(
                !statements
                    .take_writes()
                    .iter()
                    .any(|sql| sql.starts_with("DELETE"))
            );
        } else {
            assert_wrote(waited(&mut db, removed), (0, 0, 1));
        }
        // Its id is not given again.
        let next = db.insert(player(8)).unwrap();
        assert_eq!(db.id(next).unwrap().get(), 4);
        file.reopen(db);
    }
}

#[test]
fn unique_values_pass_from_row_to_row_across_batches() {
    let file = TestFile::new();
    let (mut db, gate, _) = gated(&file);
    let sample = flushed(&mut db);
    let (ada, bob) = (sample.ada, sample.bob);
    let set = |db: &mut World, key: PlayerKey, email: &str| {
        db.get_mut(key).unwrap().set_email(email).unwrap();
    };
    for _ in 0..2 {
        let held = gate.close();
        set(&mut db, ada, "aside");
        set(&mut db, bob, "1@example.com");
        let _ = db.flush_in_background().unwrap();
        set(&mut db, ada, "2@example.com");
        let _ = db.flush_in_background().unwrap();
        set(&mut db, bob, "aside");
        set(&mut db, ada, "1@example.com");
        set(&mut db, bob, "2@example.com");
        let _ = db.flush_in_background().unwrap();
        drop(held);
        let ticket = db.flush_in_background().unwrap();
        let _ = waited(&mut db, ticket);
        assert_eq!(file.contents(), contents_of(&db));
    }
    file.reopen(db);
}

#[test]
fn a_third_batch_takes_back_the_one_that_waits() {
    let file = TestFile::new();
    let (mut db, gate, statements) = gated(&file);
    let sample = flushed(&mut db);
    statements.take();
    let held = gate.close();
    rename(&mut db, sample.ada, "first");
    let first = db.flush_in_background().unwrap();
    held.wait_for_thread();
    let mut tickets = Vec::new();
    for n in 0..50 {
        rename(&mut db, sample.ada, &format!("name {n}"));
        db.get_mut(sample.bob).unwrap().set_year_of_birth(n);
        tickets.push(db.flush_in_background().unwrap());
    }
    assert!(tickets.is_sorted_by_key(|ticket| ticket.generation()));
    drop(held);
    for &ticket in &tickets {
        let report = waited(&mut db, ticket);
        assert!(report.generation >= ticket.generation());
    }
    assert!(waited(&mut db, first).generation >= first.generation());
    assert_eq!(db.committed(), tickets[49].generation());
    // The first batch and the last one.
    assert_eq!(statements.take_writes().len(), 3);
    file.reopen(db);
}

#[test]
fn a_row_that_is_refused_fails_both_batches_and_the_next_call_says_so() {
    let file = refusing_file();
    let (mut db, gate, _) = gated(&file);
    let sample = flushed(&mut db);
    let (in_file, committed) = (file.contents(), db.committed());
    let held = gate.close();
    rename(&mut db, sample.ada, REFUSED);
    let _ = db.flush_in_background().unwrap();
    held.wait_for_thread();
    rename(&mut db, sample.bob, "Bob");
    let ticket = db.flush_in_background().unwrap();
    drop(held);
    // Nobody asks the tickets.
    let error = loop {
        match db.flush_in_background() {
            Ok(_) => std::thread::yield_now(),
            Err(error) => break error,
        }
    };
    refused(Err(error));
    assert_eq!(db.n_dirty(), 2);
    assert_eq!(file.contents(), in_file);
    assert_eq!(db.committed(), committed);
    refused(db.wait(ticket));
    rename(&mut db, sample.ada, "Ada");
    let again = db.flush_in_background().unwrap();
    assert_wrote(waited(&mut db, again), (0, 2, 0));
    assert!(
        db.poll(ticket).unwrap().is_ok(),
        "its rows are in the file now"
    );
    file.reopen(db);
}

#[test]
fn a_failure_that_a_ticket_has_told_is_not_told_again() {
    let file = refusing_file();
    let mut db = file.open();
    let sample = flushed(&mut db);
    rename(&mut db, sample.ada, REFUSED);
    let ticket = db.flush_in_background().unwrap();
    refused(db.wait(ticket));
    rename(&mut db, sample.ada, "Ada");
    let ticket = db.flush_in_background().unwrap();
    assert_wrote(waited(&mut db, ticket), (0, 1, 0));
    file.reopen(db);
}

#[test]
fn each_row_in_turn_fails_a_background_flush() {
    let n_players = 8;
    for k in 0..n_players {
        let file = refusing_file();
        let mut db = file.open();
        let _ = flushed(&mut db);
        for n in 3..9 {
            db.insert(player(n)).unwrap();
        }
        let keys: Vec<_> = db.players.iter_by_id().map(|(key, _)| key).collect();
        for (n, &key) in (0..).zip(&keys) {
            db.get_mut(key).unwrap().set_year_of_birth(n);
        }
        assert_eq!(keys.len(), n_players);
        let key = keys[k];
        rename(&mut db, key, REFUSED);
        let (before, in_file) = (state_of(&db), file.contents());
        for _ in 0..2 {
            let ticket = db.flush_in_background().unwrap();
            let (outcome, cause) = flush_failure(db.wait(ticket));
            assert_eq!(outcome, Outcome::NotCommitted);
            let FlushFailure::Refused { table, id, .. } = cause else {
                panic!("{cause}")
            };
            assert_eq!((table, id), (Player::INFO.name, db.id(key).unwrap().get()));
            assert_eq!(state_of(&db), before);
            assert_eq!(file.contents(), in_file);
        }
        rename(&mut db, key, "mended");
        file.reopen(db);
    }
}

#[test]
fn while_another_program_writes_it_is_busy_and_all_is_dirty_again() {
    let file = TestFile::new();
    let (mut db, ..) = gated(&file);
    let sample = flushed(&mut db);
    rename(&mut db, sample.ada, "Ada");
    db.remove(sample.pet).unwrap();
    let before = state_of(&db);
    let writer = file.writer();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ticket = db.flush_in_background().unwrap();
    let (outcome, cause) = flush_failure(db.wait(ticket));
    assert_eq!(outcome, Outcome::NotCommitted);
    assert!(matches!(cause, FlushFailure::Busy), "{cause}");
    assert_eq!(state_of(&db), before);
    writer.execute_batch("ROLLBACK").unwrap();
    let ticket = db.flush_in_background().unwrap();
    let _ = waited(&mut db, ticket);
    file.reopen(db);
}

#[test]
fn another_programs_write_is_an_error_also_in_the_background() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    let sql = "UPDATE players SET full_name = 'by hand' WHERE id = 2";
    file.writer().execute_batch(sql).unwrap();
    rename(&mut db, sample.ada, "Ada");
    let (before, in_file) = (state_of(&db), file.contents());
    for _ in 0..2 {
        let ticket = db.flush_in_background().unwrap();
        let (outcome, cause) = flush_failure(db.wait(ticket));
        assert_eq!(outcome, Outcome::NotCommitted);
        assert!(matches!(cause, FlushFailure::ForeignWrite), "{cause}");
        assert_eq!(state_of(&db), before);
        assert_eq!(file.contents(), in_file);
    }
}

/// A backup program that brings the log into the file changes nothing.
#[test]
fn another_programs_checkpoint_is_not_taken_for_a_write() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    let touch = |n: i64| {
        // A commit that changes no row of the world, which only a comparison can tell.
        let sql = format!("BEGIN IMMEDIATE; PRAGMA user_version = {n}; COMMIT");
        file.writer().execute_batch(&sql).unwrap();
    };
    for n in 1..4 {
        touch(n);
        rename(&mut db, sample.ada, &format!("asked {n}"));
        let ticket = db.flush_in_background().unwrap();
        assert_wrote(waited(&mut db, ticket), (0, 1, 0));
        assert_eq!(file.contents(), contents_of(&db));
        touch(10 + n);
        rename(&mut db, sample.ada, &format!("not asked {n}"));
        let _ = db.flush_in_background().unwrap();
        let _ = db.flush().unwrap();
        assert_eq!(file.contents(), contents_of(&db));
    }
    touch(100);
    rename(&mut db, sample.ada, "dropped");
    let _ = db.flush_in_background().unwrap();
    drop(db);
    let db = file.open();
    assert_eq!(
        db.get(db.key(gamedb::Id::<Player>::new(1)).unwrap())
            .unwrap()
            .full_name,
        "dropped"
    );
}

#[test]
fn dropped_it_waits_for_what_was_accepted_and_for_nothing_else() {
    let file = TestFile::new();
    let (mut db, gate, _) = gated(&file);
    let sample = flushed(&mut db);
    let held = gate.close();
    rename(&mut db, sample.ada, "at work");
    let _ = db.flush_in_background().unwrap();
    held.wait_for_thread();
    rename(&mut db, sample.bob, "waiting");
    let _ = db.flush_in_background().unwrap();
    let accepted = contents_of(&db);
    rename(&mut db, sample.bob, "not flushed");
    let opener = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        drop(held);
    });
    drop(db);
    opener.join().unwrap();
    assert_eq!(contents_of(&file.open()), accepted);
    // The log is in the file.
    assert!(!file.bytes().contains_key("world.db-wal"));
}

#[test]
fn flush_save_close_and_into_world_wait_for_what_is_on_its_way() {
    for fails in [false, true] {
        for verb in ["flush", "save", "close", "into_world"] {
            let file = refusing_file();
            let (mut db, gate, _) = gated(&file);
            let sample = flushed(&mut db);
            let held = gate.close();
            rename(&mut db, sample.bob, if fails { REFUSED } else { "Bob" });
            let ticket = db.flush_in_background().unwrap();
            rename(&mut db, sample.ada, "Ada");
            let opener = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                drop(held);
            });
            match verb {
                "flush" if fails => {
                    refused(db.flush());
                    rename(&mut db, sample.bob, "Bob");
                    assert_wrote(db.flush().unwrap(), (0, 2, 0));
                    let _ = waited(&mut db, ticket);
                    file.reopen(db);
                }
                "flush" => {
                    assert_wrote(db.flush().unwrap(), (0, 1, 0));
                    let _ = waited(&mut db, ticket);
                    file.reopen(db);
                }
                "save" => {
                    assert_wrote(db.save(sample.ada).unwrap(), (0, 1, 0));
                    assert_eq!(db.n_dirty(), usize::from(fails));
                    if fails {
                        refused(db.wait(ticket));
                        rename(&mut db, sample.bob, "Bob");
                    }
                    file.reopen(db);
                }
                "close" if fails => {
                    let mut db = db.close().unwrap_err().database;
                    assert_eq!(db.n_dirty(), 2);
                    rename(&mut db, sample.bob, "Bob");
                    assert_wrote(db.close().unwrap(), (0, 2, 0));
                }
                "close" => assert_wrote(db.close().unwrap(), (0, 1, 0)),
                "into_world" => {
                    let world = db.into_world();
                    assert_eq!(world.n_dirty(), 1 + usize::from(fails));
                    let name: String = file.query("SELECT full_name FROM players WHERE id = 2");
                    assert_eq!(name, if fails { "player 2" } else { "Bob" });
                }
                other => panic!("{other}"),
            }
            opener.join().unwrap();
        }
    }
}

#[test]
fn rows_that_were_changed_together_still_go_together_after_a_failure() {
    let file = refusing_file();
    let mut db = file.open();
    let sample = flushed(&mut db);
    db.transaction(|world| {
        rename(world, sample.ada, "Ada");
        world.get_mut(sample.entry).unwrap().set_quantity(9.0)
    })
    .unwrap();
    rename(&mut db, sample.bob, REFUSED);
    let ticket = db.flush_in_background().unwrap();
    db.transaction(|world| {
        let mut luck = world.get_mut(sample.luck).unwrap();
        luck.set_internal_name("more luck");
        world.get_mut(sample.entry).unwrap().set_quantity(8.0)
    })
    .unwrap();
    refused(db.wait(ticket));
    let report = db.save(sample.luck).unwrap();
    assert_eq!((report.updated, report.along), (3, 2));
    assert_eq!(db.n_dirty(), 1);
}

#[test]
fn another_world_in_its_place_gets_nothing_of_a_failed_batch() {
    let file = refusing_file();
    let (mut db, gate, _) = gated(&file);
    let sample = flushed(&mut db);
    let held = gate.close();
    rename(&mut db, sample.ada, REFUSED);
    let ticket = db.flush_in_background().unwrap();
    let loaded = std::mem::take(&mut *db);
    drop(held);
    refused(db.wait(ticket));
    let (_, cause) = flush_failure(db.flush_in_background());
    assert!(matches!(cause, FlushFailure::OtherWorld), "{cause}");
    let (_, cause) = flush_failure(db.flush());
    assert!(matches!(cause, FlushFailure::OtherWorld), "{cause}");
    *db = loaded;
    rename(&mut db, sample.ada, "Ada");
    assert_wrote(db.flush().unwrap(), (0, 1, 0));
    file.reopen(db);
}

#[test]
fn a_ticket_of_another_database_says_so() {
    let (file, other_file) = (TestFile::new(), TestFile::new());
    let (mut db, mut other) = (file.open(), other_file.open());
    let _ = (fill(&mut db), fill(&mut other));
    let ticket = other.flush_in_background().unwrap();
    let (_, cause) = flush_failure(db.wait(ticket));
    assert!(matches!(cause, FlushFailure::OtherTicket), "{cause}");
    let _ = waited(&mut other, ticket);
}

#[test]
fn durable_follows_committed_when_the_log_is_synced() {
    let file = TestFile::new();
    let mut db = file.open();
    let sample = flushed(&mut db);
    assert!(db.durable() < db.committed());
    let report = db.flush_durable().unwrap();
    assert_eq!(report.rows(), 0);
    assert_eq!(
        (db.durable(), db.committed()),
        (report.generation, report.generation)
    );
    // A reader that keeps the log from being moved does not keep it from being synced.
    let reader = file.reader();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM players")
        .unwrap();
    rename(&mut db, sample.ada, "Ada");
    let ticket = db.flush_in_background().unwrap();
    let pages = waited(&mut db, ticket).wal_pages;
    assert!(db.durable() < db.committed());
    let report = db.flush_durable().unwrap();
    assert!(
        report.wal_pages > pages,
        "something was written, or nothing is synced"
    );
    assert_eq!(db.durable(), db.committed());
    rename(&mut db, sample.bob, "Bob");
    assert_wrote(db.flush_durable().unwrap(), (0, 1, 0));
    assert_eq!(db.durable(), db.committed());
    drop(reader);
    file.reopen(db);
}

/// Writes about 300 pages in each of 60 flushes: without checkpoints that would be 70 MB.
#[test]
fn the_log_stays_bounded_under_a_loop_that_never_stops() {
    for in_background in [true, false] {
        let file = TestFile::new();
        let mut db = file.open();
        let keys: Vec<_> = (0..300)
            .map(|n| {
                let full_name = "x".repeat(3_000);
                let player = Player {
                    full_name,
                    ..player(n)
                };
                db.insert(player).unwrap()
            })
            .collect();
        let mut largest = 0;
        for n in 0..60 {
            for &key in &keys {
                rename(&mut db, key, &format!("{n}{}", "x".repeat(3_000)));
            }
            if in_background {
                let _ = db.flush_in_background().unwrap();
            } else {
                let _ = db.flush().unwrap();
            }
            let log = std::fs::metadata(file.folder().join("world.db-wal"));
            largest = largest.max(log.map_or(0, |log| log.len()));
        }
        assert!(largest < 12 << 20, "{largest}");
        let _ = db.flush().unwrap();
        assert!(db.durable() > gamedb::Generation::default());
        file.reopen(db);
    }
}

#[test]
fn attributes_and_their_owners_are_merged_back_in_order() {
    let file = refusing_file();
    let (mut db, gate, _) = gated(&file);
    let sample = flushed(&mut db);
    let held = gate.close();
    rename(&mut db, sample.bob, REFUSED);
    let mut iron = db.get_mut(sample.iron).unwrap();
    let new = iron.add_attribute(double("new", 1.0)).unwrap();
    iron.give_attribute(sample.purity, sample.ada).unwrap();
    let first = db.flush_in_background().unwrap();
    held.wait_for_thread();
    let mut ada = db.get_mut(sample.ada).unwrap();
    ada.give_attribute(sample.purity, sample.bob).unwrap();
    db.get_mut(sample.iron)
        .unwrap()
        .give_attribute(new, sample.bob)
        .unwrap();
    let second = db.flush_in_background().unwrap();
    db.remove(sample.luck).unwrap();
    drop(held);
    refused(db.wait(first));
    refused(db.wait(second));
    assert_eq!(db.check(), [""; 0]);
    rename(&mut db, sample.bob, "Bob");
    // Bob's name and whose the purity is; the new attribute; luck and whose it was.
    assert_wrote(db.flush().unwrap(), (2, 2, 2));
    file.reopen(db);
}
