//! The page in a real browser, without a window. It is skipped where no browser is installed, unless
//! `GAMEDB_BROWSER` is set. The screenshots are in `target/inspect`: they are made to be looked at.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "../common/mod.rs"]
mod common;
mod driver;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gamedb_inspect::Settings;
use gamedb_models::{Player, World};
use serde_json::json;

use common::{HOSTILE, Page, Step, directed, sample};
use driver::Browser;

/// Where screenshots go.
fn pictures() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("inspect");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// One browser at a time: several would wait for each other's processors.
static BROWSER: Mutex<()> = Mutex::new(());

/// A browser, and the right to be the only one; nothing if there is no browser.
fn browser() -> Option<(Browser, MutexGuard<'static, ()>)> {
    let one = BROWSER.lock().unwrap_or_else(PoisonError::into_inner);
    let browser = Browser::start(1280, 860);
    if browser.is_none() {
        assert!(
            std::env::var_os("GAMEDB_BROWSER").is_none(),
            "no chromedriver in the PATH"
        );
        eprintln!("skipped: there is no chromedriver on this machine");
    }
    Some((browser?, one))
}

/// A browser on the page of a game that does what the test says; nothing if there is no browser.
fn browse(settings: Settings, look: impl FnOnce(&View<'_>) + Send) {
    let Some((browser, _one)) = browser() else {
        return;
    };
    let mut sample = sample(40);
    directed(&mut sample, settings, |page, tick| {
        let view = View {
            browser: &browser,
            page,
            tick,
        };
        look(&view);
        let elsewhere = browser.run(
            "return performance.getEntriesByType('resource').map(one => one.name).filter(name => !name.startsWith(location.origin + '/'))",
        );
        assert_eq!(
            elsewhere,
            json!([]),
            "the page has loaded something from elsewhere"
        );
    });
}

/// What a test sees.
struct View<'v> {
    browser: &'v Browser,
    page: &'v Page,
    tick: &'v dyn Fn(Step),
}

impl View<'_> {
    fn open(&self, fragment: &str) {
        let Page { address, path } = self.page;
        self.browser
            .open(&format!("http://{address}{path}{fragment}"));
        self.browser.until("document.querySelector('#tables a')");
    }

    /// Keeps a picture, and requires that nothing sticks out of the window and nothing went wrong.
    #[track_caller]
    fn keep(&self, name: &str) {
        self.browser
            .screenshot(&pictures().join(format!("{name}.png")));
        let width = self
            .browser
            .run("return [document.documentElement.scrollWidth, innerWidth]");
        assert!(
            width[0].as_f64() <= width[1].as_f64(),
            "{name} is wider than the window: {width}"
        );
        assert_eq!(self.browser.complaints(), [""; 0], "{name}");
    }

    fn count(&self, selector: &str) -> u64 {
        let count = self.browser.run(&format!(
            "return document.querySelectorAll({}).length",
            json!(selector)
        ));
        count.as_u64().unwrap()
    }
}

#[test]
fn tables_rows_and_their_trees() {
    browse(Settings::new(), |view| {
        let browser = view.browser;
        view.open("#/");
        browser.until_text("write-ahead log");
        assert_eq!(view.count("#tables a"), 14);
        browser.until("document.querySelector('#tables').innerText.includes('players')");
        view.keep("overview");

        view.open("#/table/players");
        browser.until("document.querySelectorAll('tbody tr').length === 40");
        // Terms are typed, and the page is sorted by a click.
        browser.keys("input[type=search]", "over_13=1 year_of_birth>1960\u{e007}");
        browser.until("location.hash.includes('over_13')");
        browser.until("document.querySelectorAll('tbody tr').length < 40 && document.querySelectorAll('tbody tr').length > 5");
        for arrow in ["↑", "↓"] {
            browser.run("[...document.querySelectorAll('th a')].find(a => a.textContent.startsWith('year_of_birth')).click()");
            browser.until(&format!(
                "document.querySelector('thead').innerText.includes('year_of_birth {arrow}')"
            ));
            browser.until("document.querySelectorAll('tbody tr').length > 5");
        }
        let years = browser.run("return [...document.querySelectorAll('tbody tr')].map(tr => Number(tr.children[5].textContent))");
        let years: Vec<f64> = years
            .as_array()
            .unwrap()
            .iter()
            .map(|year| year.as_f64().unwrap())
            .collect();
        assert!(
            years.iter().all(|&year| year > 1960.0) && years.is_sorted_by(|a, b| a >= b),
            "{years:?}"
        );
        view.keep("search");
        view.open("#/table/players?query=nmae%3D1");
        browser.until_text("no column `nmae`");
        browser.complaints();

        // A row with what it owns, two levels deep.
        view.open("#/row/players/4");
        browser.until_text("Player 3");
        browser.run("document.querySelector('details.node').open = true");
        browser.until("document.querySelectorAll('details.node details.node').length >= 3");
        browser.run("document.querySelector('details.node details.node').open = true");
        browser.until("document.querySelector('details.node details.node .fields')");
        // Everything is shown, so nothing more is offered.
        let offered = "return [...document.querySelectorAll('.more')].filter(one => one.checkVisibility()).length";
        assert_eq!(browser.run(offered), 0);
        view.keep("row");
        browser.run("document.querySelector('details.node details.node a').click()");
        browser.until("location.hash.startsWith('#/row/') && !location.hash.includes('players')");
        browser.until_text("owned by");

        view.open("#/removal/players/4");
        browser.until_text("Would remove");
        view.keep("removal");
        view.open("#/removal/items/4");
        browser.until_text("Would be refused");
        view.keep("refused");
    });
}

#[test]
fn values_are_text_whatever_they_say() {
    browse(Settings::new(), |view| {
        for fragment in [
            "#/row/players/2",
            "#/table/players",
            "#/table/players?query=img",
            "#/removal/players/2",
        ] {
            view.open(fragment);
            let shows = if fragment.contains("removal") {
                "Player 1"
            } else {
                HOSTILE
            };
            view.browser.until_text(shows);
            assert_eq!(view.count("main img, main script"), 0, "{fragment}");
            let title = view.browser.run("return document.title");
            assert!(
                title.as_str().unwrap().ends_with("gamedb inspector"),
                "{title}"
            );
        }
        // Nothing of an address becomes an element either.
        view.open("#/table/%3Cimg%20src=x%20onerror=alert(1)%3E");
        view.browser.until_text("There is no table <img");
        assert_eq!(view.count("main img"), 0);
        // If a text became an element all the same, the policy of the page would stop its script.
        let inline = "const script = document.createElement('script'); script.textContent = 'window.owned = 1'; \
                      document.head.append(script); return window.owned === undefined";
        assert_eq!(view.browser.run(inline), true);
    });
}

fn first_player(world: &World) -> gamedb_models::PlayerKey {
    world.iter::<Player>().next().unwrap().0
}

#[test]
fn what_moves_is_seen_moving() {
    browse(Settings::new(), |view| {
        let (browser, tick) = (view.browser, view.tick);
        view.open("#/dirty");
        browser.until_text("Nothing: the file has everything.");
        tick(Box::new(|db| {
            let key = first_player(db);
            db.get_mut(key).unwrap().set_full_name("Ada, renamed");
            for n in 0..5 {
                let email = format!("new{n}@example.com");
                db.insert(Player {
                    full_name: "Somebody new".into(),
                    email,
                    ..Player::default()
                })
                .unwrap();
            }
            let gone = db.iter::<Player>().nth(9).unwrap().0;
            db.remove(gone).unwrap();
        }));
        browser.until_text("Ada, renamed");
        browser.until_text("inserted");
        browser.until_text("removed");
        view.keep("dirty");
        tick(Box::new(|db| drop(db.flush().unwrap())));
        browser.until_text("Nothing: the file has everything.");

        view.open("#/feed?table=players");
        browser.until_text("0 changes since");
        tick(Box::new(|_| ()));
        tick(Box::new(|db| {
            let key = first_player(db);
            db.get_mut(key).unwrap().set_over_13(true);
            db.get_mut(key).unwrap().set_full_name("Ada again");
        }));
        browser.until_text("full_name, over_13");
        view.keep("feed");

        tick(Box::new(|db| drop(db.flush().unwrap())));
        view.open("#/plots");
        browser.until("document.querySelectorAll('.plots svg').length === 6 && document.querySelector('line.bar')");
        view.keep("plots");
        // Sizes come once a second.
        browser.until("document.querySelector('polyline').getAttribute('points').length > 0");
    });
}

#[test]
fn a_value_is_edited_where_the_program_allows_it() {
    browse(Settings::new().allow_edits(), |view| {
        let browser = view.browser;
        view.open("#/row/players/1");
        browser.until("document.querySelectorAll('.fields button').length === 6");
        browser.run("document.querySelectorAll('.fields button')[5].click()");
        browser.run("document.querySelector('.edit textarea').value = ''");
        browser.keys(".edit textarea", "3@example.com\u{e009}\u{e007}");
        browser.until("document.querySelector('.edit .problem')");
        browser.until_text("email");
        browser.screenshot(&pictures().join("edit.png"));
        browser.run("document.querySelector('.edit textarea').value = ''");
        browser.keys(".edit textarea", "ada@lovelace.example\u{e009}\u{e007}");
        browser.until("!document.querySelector('.edit')");
        browser.until_text("ada@lovelace.example");
        browser.until_text("changed since the last flush");
    });
    browse(Settings::new(), |view| {
        view.open("#/row/players/1");
        view.browser.until_text("Player 0");
        assert_eq!(view.count(".fields button"), 0);
    });
}

#[test]
fn an_edit_keeps_the_line_breaks_of_a_text() {
    browse(Settings::new().allow_edits(), |view| {
        let (browser, tick) = (view.browser, view.tick);
        tick(Box::new(|db| {
            let key = first_player(db);
            db.get_mut(key).unwrap().set_full_name("one\ntwo");
        }));
        view.open("#/row/players/1");
        browser.until("document.querySelectorAll('.fields button').length === 6");
        browser.run("document.querySelectorAll('.fields button')[0].click()");
        let value = browser.run("return document.querySelector('.edit textarea').value");
        assert_eq!(value, "one\ntwo");
        browser.keys(".edit textarea", "\u{e007}three\u{e009}\u{e007}");
        browser.until("!document.querySelector('.edit')");
        tick(Box::new(|db| {
            let key = first_player(db);
            assert_eq!(db.get(key).unwrap().full_name, "one\ntwo\nthree");
            // No field of a page gives a carriage return back.
            db.get_mut(key).unwrap().set_full_name("one\r\ntwo");
        }));
        browser.until("document.querySelectorAll('.fields button').length === 6");
        browser.until("document.querySelector('.fields .value').textContent.includes('\\r')");
        browser.run("document.querySelectorAll('.fields button')[0].click()");
        browser
            .until("document.querySelector('.edit').innerText.includes('cannot be edited here')");
        assert_eq!(view.count(".edit textarea"), 0);
        tick(Box::new(|db| {
            let key = first_player(db);
            assert_eq!(db.get(key).unwrap().full_name, "one\r\ntwo");
        }));
    });
}

#[test]
fn an_address_that_is_none_shows_the_overview() {
    browse(Settings::new(), |view| {
        for fragment in ["#/%", "#/constructor", "#/toString/%E0%A4%A", "#/__proto__"] {
            view.open(fragment);
            view.browser.until_text("write-ahead log");
            assert_eq!(view.browser.complaints(), [""; 0], "{fragment}");
        }
    });
}

/// The text of the light at the top, and of what cannot be answered.
const LIGHT: &str = "document.getElementById('status').innerText";
const TROUBLES: &str = "document.getElementById('troubles').innerText";

#[test]
fn a_program_that_was_started_again_is_another_one() {
    let Some((browser, _one)) = browser() else {
        return;
    };
    let sample = sample(3);
    let address = common::show(&sample.db, |page| {
        let Page { address, path } = page;
        browser.open(&format!("http://{address}{path}#/feed"));
        browser.until(&format!("{LIGHT}.includes('live')"));
        *address
    });
    browser.until(&format!("{LIGHT}.includes('no answer')"));
    browser.until(&format!("{TROUBLES}.includes('does not run any more')"));
    let again = gamedb_inspect::Inspector::bind(address).unwrap();
    browser.until(&format!(
        "{TROUBLES}.includes('open the address that it has printed')"
    ));
    browser.until(&format!("{LIGHT}.includes('no answer')"));
    drop(again);
    browser.until(&format!("{TROUBLES}.includes('does not run any more')"));
}

#[cfg(feature = "file")]
#[test]
fn the_page_goes_on_after_answers_that_failed() {
    let Some((browser, _one)) = browser() else {
        return;
    };
    let sample = sample(3);
    let path = sample.folder.path().join("other.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch("CREATE TABLE notes (id INTEGER PRIMARY KEY); INSERT INTO notes VALUES (1)")
        .unwrap();
    let file = gamedb_inspect::WorldFile::open(&path).unwrap();
    common::show(&file, move |page| {
        let Page { address, path: url } = page;
        browser.open(&format!("http://{address}{url}#/row/notes/1"));
        browser.until(&format!("{LIGHT}.includes('live')"));
        let elsewhere = sample.folder.path().join("elsewhere.db");
        std::fs::rename(&path, &elsewhere).unwrap();
        browser.until(&format!("{LIGHT}.includes('cannot answer')"));
        browser.until(&format!("{TROUBLES}.includes('other.db')"));
        std::fs::rename(&elsewhere, &path).unwrap();
        browser.until(&format!("{LIGHT}.includes('live') && {TROUBLES} === ''"));
        other.execute_batch("INSERT INTO notes VALUES (2)").unwrap();
        browser.until("document.querySelector('#tables .count').textContent === '2'");
    });
}

#[test]
fn it_fits_into_a_narrow_window() {
    browse(Settings::new(), |view| {
        view.browser.resize(480, 900);
        for (name, fragment, text) in [
            ("narrow_overview", "#/", "write-ahead log"),
            ("narrow_rows", "#/table/players", "Player 3"),
            ("narrow_row", "#/row/mobiles/1", "Owns"),
            ("narrow_plots", "#/plots", "Memory"),
        ] {
            view.open(fragment);
            view.browser.until_text(text);
            view.keep(name);
        }
    });
}
