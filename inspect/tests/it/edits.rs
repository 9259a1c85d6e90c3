//! Edits: refused unless they are allowed, and checked like any other write.

use std::time::Duration;

use gamedb_inspect::Settings;
use gamedb_models::Player;

use crate::common::{Page, Response, play, sample, show, table};

const OWN: &str = "X-Gamedb-Inspect: 1\r\nContent-Type: application/json\r\n";
const BUDGET: Duration = Duration::from_millis(1);

fn edit(page: &Page, at: i64, column: usize, value: &str) -> Response {
    let body = format!(r#"{{"table":0,"at":"{at}","column":{column},"value":{value}}}"#);
    page.post("api/edit", OWN, &body)
}

#[test]
fn it_is_read_only_unless_the_program_says_otherwise() {
    let mut sample = sample(2);
    play(
        &mut sample.db,
        Settings::new(),
        BUDGET,
        |_| (),
        |page| {
            assert_eq!(page.ask("schema")["may_edit"], false);
            let refused = edit(page, 1, 0, r#"{"text":"Eve"}"#);
            assert_eq!(refused.status, 403);
            assert!(refused.error().contains("allow_edits"), "{}", refused.body);
        },
    );
    // Without `answer_mut` nothing can be written, and that is said too.
    assert_eq!(sample.db.n_dirty(), 0);
    show(&sample.db, |page| {
        assert_eq!(edit(page, 1, 0, r#"{"text":"Eve"}"#).status, 403);
    });
}

#[test]
fn a_value_is_written_and_dirty_or_refused_with_the_reason() {
    let mut sample = sample(3);
    play(
        &mut sample.db,
        Settings::new().allow_edits(),
        BUDGET,
        |_| (),
        |page| {
            assert_eq!(page.ask("schema")["may_edit"], true);
            let written = edit(page, 1, 0, r#"{"text":"<i>Eve</i>"}"#);
            assert_eq!(written.status, 200, "{}", written.body);
            let row = page.ask("row?table=0&at=1");
            assert_eq!(row["cells"][0]["text"], "<i>Eve</i>");
            assert_eq!(row["unflushed"]["changed"][0], 0);
            let dirty = page.ask("dirty");
            let players = &dirty["tables"][table(page, "players")];
            assert_eq!(players["rows"][0]["place"]["id"], "1");
            assert_eq!(players["rows"][0]["cells"][0]["text"], "<i>Eve</i>");
            for (column, value, part) in [
                (5, r#"{"text":"2@example.com"}"#, "email"),
                (3, r#"{"integer":"7"}"#, "over_13"),
                (0, r#"{"null":true}"#, "full_name"),
                (4, r#"{"text":"1999"}"#, "year_of_birth"),
            ] {
                let refused = edit(page, 1, column, value);
                assert_eq!(refused.status, 409, "{}", refused.body);
                assert!(refused.error().contains(part), "{}", refused.body);
            }
            assert_eq!(edit(page, 99, 0, r#"{"text":""}"#).status, 404);
            assert_eq!(edit(page, 1, 99, r#"{"text":""}"#).status, 404);
            assert_eq!(edit(page, 1, 4, r#"{"integer":"1e3"}"#).status, 400);
            let without = page.post(
                "api/edit",
                "",
                r#"{"table":0,"at":"1","column":0,"value":{"text":"x"}}"#,
            );
            assert_eq!(without.status, 403);
        },
    );
    let (_, ada) = sample.db.iter::<Player>().next().unwrap();
    assert_eq!(
        (ada.full_name.as_str(), ada.email.as_str()),
        ("<i>Eve</i>", "0@example.com")
    );
    assert_eq!(sample.db.n_dirty(), 1);
    assert_eq!(sample.db.check(), [""; 0]);
}

/// A game that allows edits and calls `answer` would let them wait for ever.
#[test]
fn edits_need_answer_mut_and_that_is_said() {
    let sample = sample(1);
    let inspector = Settings::new().allow_edits().bind("127.0.0.1:0").unwrap();
    let page = Page::of(&inspector);
    std::thread::scope(|scope| {
        let client = scope.spawn(|| edit(&page, 1, 0, r#"{"text":"Eve"}"#));
        while !client.is_finished() {
            inspector.answer(&sample.db, BUDGET);
            std::thread::sleep(BUDGET);
        }
        let refused = client.join().unwrap();
        assert_eq!(refused.status, 403, "{}", refused.body);
        assert!(
            refused.error().contains("Inspector::answer_mut"),
            "{}",
            refused.body
        );
    });
    assert_eq!(sample.db.n_dirty(), 0);
}

/// An edit that the page was told has failed must not happen later.
#[test]
fn an_edit_that_nobody_waits_for_is_not_written() {
    let mut sample = sample(1);
    let inspector = Settings::new().allow_edits().bind("127.0.0.1:0").unwrap();
    let page = Page::of(&inspector);
    inspector.answer_mut(&mut sample.db, BUDGET);
    std::thread::scope(|scope| {
        let client = scope.spawn(|| edit(&page, 1, 0, r#"{"text":"too late"}"#));
        // This game reads the question, and does not call `answer_mut` any more.
        while !client.is_finished() {
            inspector.answer(&sample.db, BUDGET);
            std::thread::sleep(BUDGET);
        }
        assert_eq!(client.join().unwrap().status, 503);
    });
    inspector.answer_mut(&mut sample.db, BUDGET);
    assert_eq!(sample.db.n_dirty(), 0);
    let (_, player) = sample.db.iter::<Player>().next().unwrap();
    assert_eq!(player.full_name, "Player 0");
}
