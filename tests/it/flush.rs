//! What a flush writes, in which order, and what it does not write, observed through the statements that
//! SQLite executes.

use crate::common::sample::{
    ada, attribute, double, fill, filled_file, flushed, inventory, player, watched,
};
use crate::common::{LOOK, TestFile, assert_wrote, contents_of, new_file};
use gamedb_models::{AttributeOwnerKey, AttributeValue, Item, Player};

#[test]
fn a_pivot_row_has_exactly_one_owner_column() {
    let (file, mut db, _) = filled_file();
    db.add(AttributeOwnerKey::Asset(7), attribute("icon"))
        .unwrap();
    let db = file.reopen(db);
    assert_eq!(db.attribute_owners.len(), 4);
    for (table, n_rows) in [("attribute_owners", 4), ("inventory_owners", 1)] {
        let one = "(mobile_id IS NOT NULL) + (item_id IS NOT NULL) + (asset_id IS NOT NULL)
             + (player_id IS NOT NULL) = 1";
        let sql = format!("SELECT count(*) FROM {table} WHERE {one}");
        assert_eq!(file.query::<i64>(&sql), n_rows, "{table}");
    }
}

#[test]
fn the_file_itself_refuses_two_owners_none_and_a_second_row() {
    let file = TestFile::new();
    let _ = flushed(&mut file.open());
    let writer = file.writer();
    for refused in [
        "UPDATE attribute_owners SET item_id = 1, player_id = 1",
        "UPDATE attribute_owners SET item_id = NULL, player_id = NULL, mobile_id = NULL",
        "INSERT INTO attribute_owners (attribute_id, player_id) VALUES (1, 2)",
        "UPDATE inventory_owners SET asset_id = 1, player_id = NULL",
        "INSERT INTO inventory_owners (inventory_id, player_id) VALUES (1, 2)",
    ] {
        let error = writer.execute(refused, []).unwrap_err();
        assert!(
            error.to_string().contains("constraint"),
            "{refused}: {error}"
        );
    }
}

#[test]
fn a_clean_attribute_is_not_written_with_its_pivot_row() {
    let (_file, mut db, statements) = watched();
    let ada = ada(&db);
    let (luck, _) = db.get(ada).unwrap().attributes().next().unwrap();
    let bob = Player::find_by_email(&db, "2@example.com").unwrap().key();
    db.get_mut(ada).unwrap().give_attribute(luck, bob).unwrap();
    assert_wrote(db.flush().unwrap(), (0, 1, 0));
    assert_eq!(
        statements.take_writes(),
        ["UPDATE attribute_owners SET player_id = 2 WHERE id = 1"]
    );
    // A new attribute of a clean owner writes two rows, and neither the owner nor other attributes.
    db.get_mut(bob)
        .unwrap()
        .add_attribute(attribute("new"))
        .unwrap();
    assert_wrote(db.flush().unwrap(), (2, 0, 0));
    assert_eq!(statements.take_writes().len(), 2);
    assert_wrote(db.flush().unwrap(), (0, 0, 0));
    assert_eq!(statements.take(), [LOOK]);
}

#[test]
fn the_owned_row_is_written_before_its_pivot_row() {
    let file = TestFile::new();
    let (mut db, statements) = file.open_watched();
    let _ = fill(&mut db);
    let _ = db.flush().unwrap();
    let writes = statements.take_writes();
    let place = |table: &str| {
        let insert = format!("INSERT INTO {table} ");
        let places = (0..writes.len()).filter(|&n| writes[n].starts_with(&insert));
        places.collect::<Vec<_>>()
    };
    let before = |first: &str, second: &str| {
        assert!(
            place(first).last() < place(second).first(),
            "{first}, {second}: {writes:#?}"
        );
    };
    before("attributes", "attribute_owners");
    before("inventories", "inventory_owners");
    for owner in ["players", "mobiles", "items"] {
        before(owner, "attribute_owners");
    }
    before("inventories", "inventory_entries");
    assert_eq!(writes.len(), 14);
}

#[test]
fn the_pivot_row_goes_before_the_owned_row() {
    let (_file, mut db, statements) = watched();
    let ada = ada(&db);
    db.remove(ada).unwrap();
    let _ = db.flush().unwrap();
    let writes = statements.take_writes();
    let place = |start: &str| {
        writes
            .iter()
            .position(|sql| sql.starts_with(start))
            .unwrap()
    };
    for (first, second) in [
        ("attribute_owners", "attributes"),
        ("inventory_owners", "inventories"),
        ("inventory_entries", "inventories"),
        ("inventories", "players"),
        ("mobiles", "players"),
    ] {
        let [first, second] = [first, second].map(|table| format!("DELETE FROM {table} "));
        assert!(
            place(&first) < place(&second),
            "{first}, {second}: {writes:#?}"
        );
    }
    assert!(writes.iter().all(|sql| sql.starts_with("DELETE")));
}

#[test]
fn a_flush_is_one_transaction() {
    let file = TestFile::new();
    let (mut db, statements) = file.open_watched();
    let sample = fill(&mut db);
    let _ = db.flush().unwrap();
    db.remove(sample.pet).unwrap();
    db.get_mut(sample.bob).unwrap().set_over_13(true);
    assert_wrote(db.flush().unwrap(), (0, 1, 1));
    for verb in ["BEGIN IMMEDIATE", "COMMIT"] {
        let statements = statements.0.lock().unwrap();
        let n = statements
            .iter()
            .filter(|sql| sql.starts_with(verb))
            .count();
        assert_eq!(n, 2, "{verb}: {statements:#?}");
    }
}

#[test]
fn rows_just_loaded_are_clean_and_finding_is_not_changing() {
    let (_file, mut db, statements) = watched();
    assert_eq!(db.n_dirty(), 0);
    assert_wrote(db.flush().unwrap(), (0, 0, 0));
    let ada = ada(&db);
    assert_eq!(Player::find_by_what_we_call_you(&db, "call 1").len(), 1);
    let view = db.get(ada).unwrap();
    let _ = (view.attributes().count(), view.inventory_owners().count());
    let _ = view.mobile().map(|mobile| mobile.mobiles().count());
    let _ = db.get_mut(ada).unwrap().key();
    let mut rows = db.iter_mut::<Item>();
    while rows.next().is_some() {}
    assert_eq!(db.n_dirty(), 0);
    // What was seen just now would not be looked at again.
    std::thread::sleep(std::time::Duration::from_millis(10));
    assert_wrote(db.flush().unwrap(), (0, 0, 0));
    assert_eq!(statements.take(), [LOOK; 2], "a look at the file each");
}

#[test]
fn setting_a_column_to_its_value_is_not_a_change() {
    let (_file, mut db, statements) = watched();
    let ada = ada(&db);
    let row = db.get(ada).unwrap().row().clone();
    let mut ada = db.get_mut(ada).unwrap();
    ada.set_full_name(row.full_name);
    ada.set_email(row.email).unwrap();
    ada.set_over_13(row.over_13);
    ada.set_what_we_call_you(row.what_we_call_you);
    let key = ada.key();
    let avatar = db.get(key).unwrap().mobile().unwrap().key();
    let owner = db.get(avatar).unwrap().owner;
    db.get_mut(avatar).unwrap().set_owner(owner).unwrap();
    let (strength, row) = db.get(avatar).unwrap().attributes().next().unwrap();
    let value = row.value.clone();
    db.get_mut(strength).unwrap().set_value(value).unwrap();
    assert_eq!(db.n_dirty(), 0);
    assert_wrote(db.flush().unwrap(), (0, 0, 0));
    assert_eq!(statements.take(), [LOOK]);
}

#[test]
fn an_update_names_changed_columns_only() {
    let (file, mut db, statements) = watched();
    let ada = ada(&db);
    let avatar = db.get(ada).unwrap().mobile().unwrap().key();
    let (strength, _) = db.get(avatar).unwrap().attributes().next().unwrap();
    db.get_mut(ada).unwrap().set_over_13(true);
    db.get_mut(ada)
        .unwrap()
        .set_email("new@example.com")
        .unwrap();
    let vector = AttributeValue::Vector3 {
        x: 1.0,
        y: 2.0,
        z: 3.0,
    };
    db.get_mut(strength).unwrap().set_value(vector).unwrap();
    db.get_mut(avatar).unwrap().set_owner(None).unwrap();
    assert_wrote(db.flush().unwrap(), (0, 3, 0));
    let mut writes = statements.take_writes();
    writes.sort();
    assert_eq!(
        writes,
        [
            "UPDATE attributes SET double_value = NULL, vector3_x = 1.0, vector3_y = 2.0, \
             vector3_z = 3.0 WHERE id = 2",
            "UPDATE mobiles SET owner_player_id = NULL WHERE id = 1",
            "UPDATE players SET over_13 = 1, email = 'new@example.com' WHERE id = 1",
        ]
    );
    let vector = AttributeValue::Vector3 {
        x: 1.0,
        y: 5.0,
        z: 3.0,
    };
    db.get_mut(strength).unwrap().set_value(vector).unwrap();
    let _ = db.flush().unwrap();
    let update = "UPDATE attributes SET vector3_y = 5.0 WHERE id = 2";
    assert_eq!(statements.take_writes(), [update]);
    file.reopen(db);
}

#[test]
fn many_rows_with_the_same_change_share_a_shape_and_keep_their_values() {
    let (file, mut db) = new_file();
    let keys: Vec<_> = (0..300).map(|n| db.insert(player(n)).unwrap()).collect();
    let mut db = {
        let _ = db.flush().unwrap();
        db
    };
    for (n, &key) in keys.iter().enumerate() {
        let mut row = db.get_mut(key).unwrap();
        row.set_year_of_birth(3000 + i64::try_from(n).unwrap());
        if n % 3 == 0 {
            row.set_full_name(format!("renamed {n}"));
        }
    }
    assert_wrote(db.flush().unwrap(), (0, 300, 0));
    file.reopen(db);
}

#[test]
fn inserting_and_removing_writes_no_row() {
    let (file, mut db, statements) = watched();
    let before = contents_of(&db);
    let sample = db.insert(player(7)).unwrap();
    db.get_mut(sample)
        .unwrap()
        .add_inventory(inventory("x"))
        .unwrap();
    db.get_mut(sample)
        .unwrap()
        .add_attribute(double("y", 1.0))
        .unwrap();
    db.remove(sample).unwrap();
    assert_eq!(db.n_dirty(), 0);
    assert_wrote(db.flush().unwrap(), (0, 0, 0));
    assert_eq!(statements.take_writes(), [""; 0]);
    assert_eq!(file.contents(), before);
}
