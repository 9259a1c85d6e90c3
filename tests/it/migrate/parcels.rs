//! Parcels that wait in the outbox of a file that gets another schema.

use gamedb::{Consent, Migration, MigrationError, Safety};
use rusqlite::types::Value::Integer;

use super::SqlFile;

const SCHEMA: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, hp INTEGER) STRICT;";

fn with_parcels(n: i64) -> SqlFile {
    let file = SqlFile::new(&format!(
        "{SCHEMA} INSERT INTO t VALUES (1, 7);
         CREATE TABLE gamedb_outbox (
             number INTEGER PRIMARY KEY, parcel BLOB NOT NULL UNIQUE, receiver TEXT NOT NULL, contents BLOB NOT NULL
         ) STRICT;
         CREATE TABLE gamedb_inbox (parcel BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
         INSERT INTO gamedb_inbox VALUES (x'01');"
    ));
    for number in 1..=n {
        let sql = "INSERT INTO gamedb_outbox VALUES (?1, CAST(?1 AS BLOB), 'north', x'00')";
        file.connection().execute(sql, [number]).unwrap();
    }
    file
}

#[test]
fn parcels_that_wait_are_in_the_way_of_a_new_schema() {
    let schema = SCHEMA.replace("hp INTEGER", "hp INTEGER, mp INTEGER");
    let file = with_parcels(2);
    let expected = "by hand     gamedb_outbox: parcels wait in it, and no world with the new schema accepts them: 2 rows; \
                    let the old programs deliver and accept them first, also those in a shared outbox; or write \
                    `DELETE FROM gamedb_outbox` in a script, and their rows are lost";
    assert_eq!(
        file.steps(&schema),
        ["safe        t.mp: new column INTEGER", expected]
    );
    assert_eq!(file.plan(&schema).safety(), Safety::ByHand);
    let error = file.refused(&schema, &Consent::new().lossy().drop("gamedb_outbox"));
    assert!(
        matches!(&error, MigrationError::NotAllowed { steps } if steps.len() == 1),
        "{error}"
    );
    let script = Consent::new().script("DELETE FROM gamedb_outbox;");
    file.migrate(&schema, &script).unwrap();
    assert_eq!(file.rows("SELECT mp IS NULL FROM t"), [[Integer(1)]]);
    assert_eq!(file.rows("SELECT * FROM gamedb_inbox").len(), 1);
}

#[test]
fn an_empty_outbox_and_what_no_parcel_says_are_in_nobodys_way() {
    let schema = SCHEMA.replace("hp INTEGER", "hp INTEGER, mp INTEGER");
    with_parcels(0).migrate(&schema, &Consent::new()).unwrap();
    let file = with_parcels(1);
    assert_eq!(file.steps(SCHEMA), [""; 0]);
    let index = format!("{SCHEMA} CREATE INDEX by_hp ON t (hp);");
    file.migrate(&index, &Consent::new()).unwrap();
    assert_eq!(file.rows("SELECT * FROM gamedb_outbox").len(), 1);
    // A rule belongs to what a parcel is compared by.
    let check = SCHEMA.replace("hp INTEGER", "hp INTEGER CHECK (hp > 0)");
    assert_eq!(file.plan(&check).safety(), Safety::ByHand);
}

#[test]
fn a_table_that_is_of_no_world_is_dropped_while_parcels_wait() {
    let audit = "CREATE TABLE audit (id INTEGER PRIMARY KEY, said TEXT) STRICT; INSERT INTO audit VALUES (1, 'x');";
    let file = with_parcels(1);
    file.connection().execute_batch(audit).unwrap();
    let consent = Consent::new().drop("audit");
    let plan = Migration::plan_with(file.path(), SCHEMA, &consent).unwrap();
    assert_eq!(plan.safety(), Safety::Destructive, "{plan}");
    plan.run(&consent).unwrap();
    assert_eq!(file.rows("SELECT * FROM gamedb_outbox").len(), 1);
    let tables = "SELECT name FROM sqlite_schema WHERE name = 'audit'";
    assert!(file.rows(tables).is_empty());
    // With what a parcel is compared by, it waits for them.
    let file = with_parcels(1);
    file.connection().execute_batch(audit).unwrap();
    let more = SCHEMA.replace("hp INTEGER", "hp INTEGER, mp INTEGER");
    let plan = Migration::plan_with(file.path(), &more, &consent).unwrap();
    assert_eq!(plan.safety(), Safety::ByHand, "{plan}");
    // So it does where the table has named rows of the world, and so has been part of it.
    let file = with_parcels(1);
    let part = "CREATE TABLE audit (id INTEGER PRIMARY KEY, t_id INTEGER REFERENCES t (id)) STRICT; INSERT INTO audit VALUES (1, 1);";
    file.connection().execute_batch(part).unwrap();
    let plan = Migration::plan_with(file.path(), SCHEMA, &consent).unwrap();
    assert_eq!(plan.safety(), Safety::ByHand, "{plan}");
    let script = consent.script("DELETE FROM gamedb_outbox;");
    file.migrate(SCHEMA, &script).unwrap();
}

#[test]
fn an_index_is_tuned_while_parcels_wait() {
    let file = with_parcels(1);
    file.connection()
        .execute_batch("CREATE INDEX low ON t (hp) WHERE hp < 3;")
        .unwrap();
    let tuned = format!("{SCHEMA} CREATE INDEX low ON t (hp) WHERE hp < 5;");
    file.migrate(&tuned, &Consent::new()).unwrap();
    assert_eq!(file.rows("SELECT * FROM gamedb_outbox").len(), 1);
}
