//! Fields that are called as something else is in the formats of serde: a plain column `id` of a PRIMARY KEY (realm, id),
//! and a column `owner` of a row that is owned through a pivot.

use gamedb::codegen::{entity, owner_enum, pivot, tables};
use serde_json::json;

tables! {
    /// The tables.
    pub struct Tables from "CREATE TABLE guests (gamedb_id INTEGER PRIMARY KEY, realm INTEGER NOT NULL, id INTEGER NOT NULL) STRICT;";
    /// Guests.
    guests: Table<Guest>,
    /// Keepsakes.
    keepsakes: Table<Keepsake>,
    /// Who has them.
    keepsake_owners: Pivot<KeepsakeOwner>,
}

entity! {
    /// A thing that says whose it was.
    pub struct Keepsake in Tables.keepsakes {
        /// The name on it.
        Owner owner: String = OWNER "owner";
    }
    table "keepsakes", id "id", owned KeepsakeOwner;
    types KeepsakeKey, KeepsakeId, KeepsakeColumns(u8), KeepsakeField, KeepsakeRef, KeepsakeMut;
}

pivot! {
    /// Who has a keepsake.
    pub struct KeepsakeOwner in Tables.keepsake_owners {
        /// The keepsake.
        keepsake: Keepsake = KEEPSAKE_ID.cascade().unique();
        /// Who has it.
        owner: KeepsakeOwnerKey = GUEST_ID -> Guest.cascade(), BANK_ID outside;
    }
    table "keepsake_owners", id "id", KeepsakeOwnerId;
    columns { KEEPSAKE_ID "keepsake_id", GUEST_ID "guest_id", BANK_ID "bank_id", }
    owners { is_guest, is_bank }
}

owner_enum! {
    /// Who has a keepsake.
    pub enum KeepsakeOwnerKey {
        /// `guest_id`
        Guest(GuestKey) { is_guest, as_guest, from },
        /// `bank_id`
        Bank(i64) { is_bank, as_bank },
    }
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

#[test]
fn a_field_called_owner_and_the_owner_of_the_row_have_names_of_their_own() {
    let mut world = gamedb::codegen::World::<Tables>::new();
    let guest = world.insert(Guest { realm: 1, id: 9 }).expect("a row");
    let ring = || Keepsake {
        owner: "Ada".into(),
    };
    let ring_of = world.add(guest, ring()).expect("a row");
    let text = |key| serde_json::to_string(&world.get(key).expect("a row")).expect("JSON");
    let expected = r#"{"id":1,"owner":"Ada","keepsake_owners":{"guest":1}}"#;
    assert_eq!(text(ring_of), expected);
    let in_bank = world
        .add(KeepsakeOwnerKey::Bank(-3), ring())
        .expect("a row");
    let text = serde_json::to_string(&world.get(in_bank).expect("a row")).expect("JSON");
    let expected = r#"{"id":2,"owner":"Ada","keepsake_owners":{"bank":-3}}"#;
    assert_eq!(text, expected);
}
