//! Who owned a row, as far as the inspector has seen it.

use gamedb::Database;
use gamedb_inspect::Settings;
use gamedb_models::{Mobile, World};
use serde_json::Value as Json;

use crate::common::{Page, directed, sample, table};

/// What became of a row, with the id of its owner.
fn events(history: &Json) -> Vec<(&str, Option<&str>)> {
    let events = history["events"].as_array().unwrap().iter();
    let events = events.map(|event| {
        (
            event["event"].as_str().unwrap(),
            event["owner"]["id"].as_str(),
        )
    });
    events.collect()
}

fn owners(page: &Page, table: usize, id: i64) -> Json {
    page.ask(&format!("owners?table={table}&at={id}"))
}

/// Inserts a mobile that the first one owns.
fn insert_owned(db: &mut Database<World>) {
    let owner = db.iter::<Mobile>().next().unwrap().0;
    let owned = Mobile {
        owner: Some(owner.into()),
        ..Mobile::default()
    };
    db.insert(owned).unwrap();
}

#[test]
fn owners_by_a_pivot_are_kept_from_the_first_tick_on() {
    let mut sample = sample(2);
    let first = sample.db.iter::<Mobile>().next().unwrap().0;
    let of_first = sample
        .db
        .get(first)
        .unwrap()
        .attributes()
        .map(|(key, _)| key);
    let given: Vec<_> = of_first.take(2).collect();
    let renamed = given[0];
    let ids: Vec<i64> = given
        .iter()
        .map(|key| sample.db.id(*key).unwrap().get())
        .collect();
    directed(
        &mut sample,
        Settings::new().keep_owners(100),
        |page, tick| {
            assert_eq!(page.ask("schema")["keeps_owners"], true);
            let (attributes, mobiles) = (table(page, "attributes"), table(page, "mobiles"));
            // Through a pivot. The owner of before is known because the row was looked at.
            assert_eq!(
                events(&owners(page, attributes, ids[0])),
                [("seen", Some("1"))]
            );
            tick(Box::new(move |db| {
                let keys: Vec<_> = db.iter::<Mobile>().map(|(key, _)| key).collect();
                for attribute in given {
                    let mut giver = db.get_mut(keys[0]).unwrap();
                    giver.give_attribute(attribute, keys[1]).unwrap();
                }
            }));
            let history = owners(page, attributes, ids[0]);
            assert_eq!(
                events(&history),
                [("seen", Some("1")), ("given", Some("2"))]
            );
            assert_eq!(history["events"][1]["owner"]["table"], mobiles, "{history}");
            assert!(history["since"].as_f64() < history["events"][1]["seconds"].as_f64());
            // This one was not looked at before.
            assert_eq!(
                events(&owners(page, attributes, ids[1])),
                [("given", Some("2"))]
            );
            // Looking again adds nothing, and a write that is no gift does not either.
            tick(Box::new(move |db| {
                db.get_mut(renamed).unwrap().set_internal_name("renamed");
            }));
            assert_eq!(
                owners(page, attributes, ids[0])["events"],
                history["events"]
            );
            tick(Box::new(|db| {
                let key = db.iter::<Mobile>().nth(1).unwrap().0;
                db.remove(key).unwrap();
            }));
            let wanted = [("given", Some("2")), ("removed", None)];
            assert_eq!(events(&owners(page, attributes, ids[1])), wanted);
        },
    );
}

/// A row has columns that name its owner; it is given to nobody, and removed.
#[test]
fn owners_in_columns_of_a_row_are_kept() {
    let mut sample = sample(2);
    directed(
        &mut sample,
        Settings::new().keep_owners(100),
        |page, tick| {
            let mobiles = table(page, "mobiles");
            tick(Box::new(insert_owned));
            assert_eq!(events(&owners(page, mobiles, 5)), [("inserted", Some("1"))]);
            tick(Box::new(|db| {
                let key = db.iter::<Mobile>().last().unwrap().0;
                db.get_mut(key)
                    .unwrap()
                    .set_owner(None::<gamedb_models::MobileOwnerKey>)
                    .unwrap();
            }));
            tick(Box::new(|db| {
                let key = db.iter::<Mobile>().last().unwrap().0;
                db.remove(key).unwrap();
            }));
            let wanted = [("inserted", Some("1")), ("given", None), ("removed", None)];
            assert_eq!(events(&owners(page, mobiles, 5)), wanted);
            // A row that came and went between two looks was never there, and nobody is asked for nonsense.
            assert_eq!(events(&owners(page, mobiles, 99)), []);
            assert_eq!(page.refusal("owners?table=99&at=1").0, 404);
        },
    );
}

#[test]
fn old_changes_make_room_and_the_page_says_since_when_it_knows_all() {
    let mut sample = sample(1);
    directed(&mut sample, Settings::new().keep_owners(3), |page, tick| {
        let mobiles = table(page, "mobiles");
        tick(Box::new(|_| ()));
        let first = owners(page, mobiles, 3)["since"].as_f64().unwrap();
        for _ in 0..5 {
            tick(Box::new(insert_owned));
        }
        // The two oldest changes are gone. What is seen now takes the place of a third.
        let history = owners(page, mobiles, 3);
        assert_eq!(events(&history), [("seen", Some("1"))]);
        assert!(
            history["since"].as_f64().unwrap() > first,
            "{history} {first}"
        );
        assert_eq!(events(&owners(page, mobiles, 7)), [("inserted", Some("1"))]);
    });
}

#[test]
fn nothing_is_kept_unless_the_program_says_so() {
    let mut sample = sample(1);
    directed(&mut sample, Settings::new(), |page, tick| {
        let mobiles = table(page, "mobiles");
        tick(Box::new(insert_owned));
        let history = owners(page, mobiles, 3);
        assert_eq!(events(&history), []);
        assert_eq!(
            (history["is_kept"].clone(), history["since"].clone()),
            (false.into(), Json::Null)
        );
        assert_eq!(page.ask("schema")["keeps_owners"], false);
    });
}
