//! A flush without refused rows, where what refuses them is special to SQLite: a trigger that ends the transaction, and a
//! CHECK in a schema that is written by hand.

use crate::common::sample::{attribute, flushed_refusing_file, player, rename};
use crate::common::{TestFile, flush_failure};
use crate::left_out::{LeftOut, left_out};
use gamedb::{Bond, Database, FlushFailure};
use gamedb_models::World;

/// Otherwise the rest of the flush would be committed row by row.
#[test]
fn a_trigger_that_ends_the_transaction_ends_the_flush() {
    let (file, mut db, sample) = flushed_refusing_file();
    for event in ["UPDATE ON players", "DELETE ON mobiles"] {
        drop(db);
        let outsider = file.writer();
        let refuse = format!(
            "CREATE TRIGGER refuse BEFORE {event}
                BEGIN SELECT RAISE(ROLLBACK, 'refused'); END"
        );
        outsider.execute_batch(&refuse).unwrap();
        db = file.open();
        let before = file.contents();
        let ada = crate::common::sample::ada(&db);
        rename(&mut db, ada, "Ada");
        let item = db.items.iter_by_id().next().unwrap().0;
        db.get_mut(item)
            .unwrap()
            .set_internal_name("steel")
            .unwrap();
        let mobiles: Vec<_> = db.mobiles.iter_by_id().map(|(key, _)| key).collect();
        db.remove(mobiles[1]).unwrap();
        for flush in [Database::flush, Database::flush_without_refused] {
            let FlushFailure::Refused { n_rows: 1, .. } = flush_failure(flush(&mut db)).1 else {
                panic!("one row is refused")
            };
            assert_eq!(file.contents(), before);
        }
        outsider.execute_batch("DROP TRIGGER refuse").unwrap();
    }
    file.reopen(db);
    let _ = sample;
}

/// An owned row without its pivot row has no owner, and no such file can be opened.
#[test]
fn a_pivot_row_that_is_refused_takes_its_owned_row_along() {
    let alter = |ddl: String| {
        let check = "CHECK ((mobile_id IS NOT NULL)";
        let start = ddl.find("CREATE TABLE attribute_owners").unwrap();
        let at = start + ddl[start..].find(check).unwrap();
        let refusing = "CHECK (player_id IS NULL OR player_id <> 2), ";
        format!("{}{refusing}{}", &ddl[..at], &ddl[at..])
    };
    let file = TestFile::by_hand(alter, "");
    let open = || {
        gamedb::Options::new()
            .trust_rules_of_file()
            .open(file.path())
    };
    let mut db: Database<World> = open().unwrap();
    let players = [1, 2].map(|n| db.insert(player(n)).unwrap());
    let _ = db.flush().unwrap();
    for player in players {
        let mut player = db.get_mut(player).unwrap();
        let _ = player.add_attribute(attribute("luck")).unwrap();
    }
    let report = db.flush_without_refused().unwrap();
    let expected = [
        (("attributes", 2), Some(Bond::Ownership)),
        (("attribute_owners", 2), None),
    ];
    assert_eq!(left_out(&report), LeftOut::from(expected));
    assert_eq!(report.inserted, 2);
    drop(db);
    let db: Database<World> = open().unwrap();
    assert_eq!((db.attributes.len(), db.attribute_owners.len()), (1, 1));
    assert_eq!(db.check(), [""; 0]);
}
