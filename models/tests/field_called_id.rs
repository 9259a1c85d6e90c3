//! A table whose PRIMARY KEY (realm, id) has a plain column called `id`, in the formats of serde.

use gamedb::codegen::{entity, tables};
use serde_json::json;

tables! {
    /// The tables.
    pub struct Tables from "CREATE TABLE guests (gamedb_id INTEGER PRIMARY KEY, realm INTEGER NOT NULL, id INTEGER NOT NULL) STRICT;";
    /// Guests.
    guests: Table<Guest>,
}

entity! {
    /// A guest, whose number is one of its realm.
    pub struct Guest in Tables.guests {
        /// The realm.
        Realm realm: i64 = REALM "realm";
        /// The number.
        Id id: i64 = ID "id";
    }
    table "guests", id "gamedb_id", standalone;
    types GuestKey, GuestId, GuestColumns(u8), GuestField, GuestRef, GuestMut;
}

#[test]
fn a_field_called_id_and_the_id_of_the_row_have_names_of_their_own() {
    let mut world = gamedb::codegen::World::<Tables>::new();
    let guest = world.insert(Guest { realm: 1, id: 9 }).expect("a row");
    let view = world.get(guest).expect("the row");
    // As text: where a name comes twice, a map keeps the last one.
    let text = serde_json::to_string(&view).expect("JSON");
    assert_eq!(text, r#"{"gamedb_id":1,"realm":1,"id":9}"#);
    let delta = serde_json::to_value(world.snapshot().expect("rows")).expect("JSON");
    let row = &delta["tables"][0]["inserted"][0];
    assert_eq!(*row, json!({"gamedb_id": 1, "realm": 1, "id": 9}));
}
