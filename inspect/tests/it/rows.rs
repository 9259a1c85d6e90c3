//! Pages of rows, compared with what SQLite finds in the file.

use std::time::Duration;

use gamedb_inspect::Settings;
use gamedb_models::{Attribute, Mobile};
use rusqlite::Connection;
use serde_json::Value as Json;

use crate::common::{Page, encoded, first_attribute, play, sample, show, table};

const TABLES: [&str; 8] = [
    "players",
    "mobiles",
    "items",
    "attributes",
    "attribute_owners",
    "inventories",
    "inventory_owners",
    "inventory_entries",
];

fn ids(page: &Json) -> Vec<i64> {
    let rows = page["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| row["id"].as_str().unwrap().parse().unwrap())
        .collect()
}

fn ids_in_file(file: &Connection, sql: &str) -> Vec<i64> {
    let mut statement = file.prepare(sql).unwrap();
    let ids = statement.query_map([], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

/// All rows of a search, page after page.
fn all(page: &Page, question: &str) -> Vec<i64> {
    let mut found = Vec::new();
    let mut from = String::new();
    loop {
        let (rows, _) = page.ask_to_the_end(&format!("{question}&limit=7{from}"));
        assert!(rows["is_done"].as_bool().unwrap());
        found.extend(ids(&rows));
        let Some(next) = rows["next"].as_str() else {
            return found;
        };
        from = format!("&from={next}");
    }
}

#[test]
fn pages_have_every_row_once() {
    let sample = sample(30);
    let path = sample.db.path().to_owned();
    show(&sample.db, |page| {
        let file = Connection::open(path).unwrap();
        for name in TABLES {
            let n = table(page, name);
            let mut found = all(page, &format!("rows?table={n}"));
            // A pivot's rows come in the order of the owned rows.
            found.sort_unstable();
            assert_eq!(
                found,
                ids_in_file(&file, &format!("SELECT id FROM {name} ORDER BY id")),
                "{name}"
            );
        }
    });
}

#[test]
fn a_search_finds_what_sqlite_finds() {
    let sample = sample(60);
    let path = sample.db.path().to_owned();
    show(&sample.db, |page| {
        let file = Connection::open(path).unwrap();
        for (name, query, sql) in [
            ("players", "what_we_call_you=p3", "what_we_call_you = 'p3'"),
            (
                "players",
                "what_we_call_you!=p3",
                "what_we_call_you <> 'p3'",
            ),
            (
                "players",
                "year_of_birth>1980 over_13=1",
                "year_of_birth > 1980 AND over_13 = 1",
            ),
            ("players", "year_of_birth<=1955", "year_of_birth <= 1955"),
            ("players", "email~@EXAMPLE", "email LIKE '%@EXAMPLE%'"),
            (
                "players",
                "full_name=\"Player 12\"",
                "full_name = 'Player 12'",
            ),
            ("players", "id=17", "id = 17"),
            ("players", "id=17 over_13=0", "id = 17 AND over_13 = 0"),
            ("players", "id>=50", "id >= 50"),
            ("players", "nobody", "FALSE"),
            ("players", "script", "what_we_call_you LIKE '%script%'"),
            ("mobiles", "owner_player_id=NULL", "owner_player_id IS NULL"),
            (
                "mobiles",
                "owner_player_id!=NULL",
                "owner_player_id IS NOT NULL",
            ),
            ("mobiles", "owner_player_id=9", "owner_player_id = 9"),
            (
                "mobiles",
                "owner_mobile_id=17 mobile_type~p",
                "owner_mobile_id = 17 AND mobile_type LIKE '%p%'",
            ),
            ("mobiles", "owner_mobile_id=999", "FALSE"),
            (
                "attributes",
                "double_value>3.25 double_value<=7",
                "double_value > 3.25 AND double_value <= 7",
            ),
            ("attributes", "double_value=5", "double_value = 5.0"),
            ("attributes", "vector3_x<1", "vector3_x < 1"),
            ("attribute_owners", "mobile_id=5", "mobile_id = 5"),
            ("attribute_owners", "id=5", "id = 5"),
            ("attribute_owners", "attribute_id=6", "attribute_id = 6"),
            ("inventory_entries", "item_id=4", "item_id = 4"),
        ] {
            let n = table(page, name);
            let found = all(page, &format!("rows?table={n}&query={}", encoded(query)));
            let wanted = ids_in_file(
                &file,
                &format!("SELECT id FROM {name} WHERE {sql} ORDER BY id"),
            );
            assert_eq!(found, wanted, "{name} {query}");
        }
    });
}

/// Rows of a pivot whose ids are in another order than their places, over several pages.
#[test]
fn the_rows_of_an_owner_are_all_found_after_gifts() {
    let mut sample = sample(10);
    let mobiles: Vec<_> = sample.db.iter::<Mobile>().map(|(key, _)| key).collect();
    let (from, to) = (mobiles[0], mobiles[18]);
    for n in 0..30 {
        let mut owner = sample
            .db
            .get_mut(if n % 3 == 0 { to } else { from })
            .unwrap();
        let attribute = Attribute::default();
        owner.add_attribute(attribute).unwrap();
    }
    let given: Vec<_> = sample
        .db
        .get(from)
        .unwrap()
        .attributes()
        .map(|(key, _)| key)
        .collect();
    for key in given.into_iter().rev().step_by(2) {
        let mut giver = sample.db.get_mut(from).unwrap();
        giver.give_attribute(key, to).unwrap();
    }
    sample.db.flush().unwrap();
    let path = sample.db.path().to_owned();
    let owner = sample.db.id(to).unwrap();
    show(&sample.db, |page| {
        let n = table(page, "attribute_owners");
        let mut found = all(page, &format!("rows?table={n}&query=mobile_id%3D{owner}"));
        found.sort_unstable();
        let file = Connection::open(path).unwrap();
        let sql = format!("SELECT id FROM attribute_owners WHERE mobile_id = {owner} ORDER BY id");
        let wanted = ids_in_file(&file, &sql);
        assert!(wanted.len() > 20);
        assert_eq!(found, wanted);
    });
}

#[test]
fn a_sorted_list_is_in_the_order_of_sqlite() {
    let sample = sample(60);
    let path = sample.db.path().to_owned();
    show(&sample.db, |page| {
        let file = Connection::open(path).unwrap();
        for (name, sort, column) in [
            ("players", "0", "full_name"),
            ("players", "4", "year_of_birth"),
            ("players", "id", "id"),
            ("attributes", "4", "double_value"),
            ("mobiles", "4", "owner_player_id"),
        ] {
            let n = table(page, name);
            for (descending, direction) in [("", "ASC"), ("&descending=1", "DESC")] {
                let mut found = Vec::new();
                for skip in (0..).step_by(50) {
                    let question =
                        format!("rows?table={n}&sort={sort}{descending}&skip={skip}&limit=50");
                    let (rows, _) = page.ask_to_the_end(&question);
                    let part = ids(&rows);
                    if part.is_empty() {
                        break;
                    }
                    found.extend(part);
                }
                let sql = format!("SELECT id FROM {name} ORDER BY {column} {direction}, id");
                assert_eq!(
                    found,
                    ids_in_file(&file, &sql),
                    "{name} {column} {direction}"
                );
            }
        }
        let searched = page
            .ask_to_the_end("rows?table=0&query=over_13%3D1&sort=4&limit=200")
            .0;
        let sql = "SELECT id FROM players WHERE over_13 = 1 ORDER BY year_of_birth, id";
        assert_eq!(ids(&searched), ids_in_file(&file, sql));
    });
}

/// A budget of nothing: one step in each tick, and answers in parts. What is found is the same.
#[test]
fn a_long_search_comes_in_parts_over_many_ticks() {
    let mut sample = sample(1500);
    let path = sample.db.path().to_owned();
    let n_rows = sample.db.attributes.len();
    let mut n_ticks = 0;
    let (found, n_parts) = play(
        &mut sample.db,
        Settings::new(),
        Duration::ZERO,
        |_| {
            n_ticks += 1;
            // A tick of the game: what the inspector took is the rest.
            std::thread::sleep(Duration::from_millis(25));
        },
        |page| {
            let n = table(page, "attributes");
            let (rows, n_parts) =
                page.ask_to_the_end(&format!("rows?table={n}&query=nothing_has_this"));
            assert_eq!(rows["n_scanned"], n_rows);
            assert_eq!(ids(&rows), [0; 0]);
            let (sorted, more) =
                page.ask_to_the_end(&format!("rows?table={n}&sort=4&descending=1&limit=200"));
            (ids(&sorted), n_parts.min(more))
        },
    );
    let file = Connection::open(path).unwrap();
    let sql = "SELECT id FROM attributes ORDER BY double_value DESC, id LIMIT 200";
    assert_eq!(found, ids_in_file(&file, sql));
    assert!(n_parts > 1, "{n_parts}");
    // Both looked at 256 rows in each tick.
    assert!(n_ticks >= 2 * n_rows / 256, "{n_ticks}");
}

#[test]
fn a_search_that_nobody_waits_for_is_given_up() {
    let mut sample = sample(1500);
    play(
        &mut sample.db,
        Settings::new(),
        Duration::ZERO,
        |_| std::thread::sleep(Duration::from_millis(25)),
        |page| {
            let n = table(page, "attributes");
            let question = format!("rows?table={n}&query=nothing_has_this");
            let job = page.ask(&question)["job"].as_u64().unwrap();
            // Sixteen others push it out.
            for _ in 0..16 {
                assert!(page.ask(&question)["job"].is_u64());
            }
            assert_eq!(page.refusal(&format!("continue?job={job}")).0, 410);
        },
    );
}

#[test]
fn a_row_is_shown_with_everything_about_it() {
    let sample = sample(5);
    show(&sample.db, |page| {
        let mobiles = table(page, "mobiles");
        let row = page.ask(&format!("row?table={mobiles}&at=1"));
        assert_eq!(
            row["owner"],
            serde_json::json!({"table": table(page, "players"), "at": "1", "id": "1"})
        );
        let naming = row["naming"].as_array().unwrap();
        let of = |n: usize| {
            let found: Vec<_> = naming
                .iter()
                .filter(|group| group["rows"][0]["place"]["table"] == n)
                .collect();
            assert_eq!(found.len(), 1, "{naming:?}");
            (
                found[0]["n_rows"].as_u64().unwrap(),
                found[0]["on_removal"].as_str().unwrap().to_owned(),
            )
        };
        assert_eq!(
            of(table(page, "attributes")),
            (3, "removed_with_owned".into())
        );
        assert_eq!(
            of(table(page, "inventories")),
            (1, "removed_with_owned".into())
        );
        assert_eq!(of(mobiles), (1, "removed".into()));
        let attributes = table(page, "attributes");
        let at = first_attribute(&row, attributes);
        let attribute = page.ask(&format!("row?table={attributes}&at={at}"));
        assert_eq!(attribute["owner"]["table"], mobiles);
        assert_eq!(attribute["cells"][0]["text"], "a0");
        let pivot = table(page, "attribute_owners");
        let pivot = page.ask(&format!("row?table={pivot}&at={at}"));
        assert_eq!(pivot["owned"], attribute["place"]);
    });
}
