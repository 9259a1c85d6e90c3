//! Foreign keys that are found by a column's name alone: a guess, which never costs a row.

use gamedb_generate::relations::Found;

use crate::World;

// A3
#[test]
fn a_guess_is_not_made_where_the_target_has_a_plain_column_of_that_name() {
    let world = World::new(
        "CREATE TABLE careers (id INTEGER PRIMARY KEY, careerID INT);
         CREATE TABLE x (id INTEGER PRIMARY KEY, careerID INT);
         CREATE TABLE jobs (jobID INTEGER PRIMARY KEY);
         CREATE TABLE y (id INTEGER PRIMARY KEY, jobID INT);",
    );
    assert_eq!(world.relations(Found::Convention), ["y.jobID -> jobs"]);
}

// A3
#[test]
fn a_guess_at_its_own_table_with_a_constant_default_is_not_made() {
    let world = World::new(
        "CREATE TABLE storage (id INTEGER PRIMARY KEY, storage_id INT NOT NULL DEFAULT 1);
         CREATE TABLE rooms (id INTEGER PRIMARY KEY, owner_room_id INT);",
    );
    assert_eq!(
        world.relations(Found::Convention),
        ["rooms.owner_room_id -> rooms"]
    );
}

// A4
#[test]
fn the_table_whose_key_has_that_name_and_that_prefix_is_meant() {
    let world = World::new(
        "CREATE TABLE letters (id INTEGER PRIMARY KEY);
         CREATE TABLE old_letters (letter_id INTEGER PRIMARY KEY);
         CREATE TABLE old_attachments (id INTEGER PRIMARY KEY, letter_id INT);
         CREATE TABLE attachments (id INTEGER PRIMARY KEY, letter_id INT);",
    );
    assert_eq!(
        world.relations(Found::Convention),
        [
            "old_attachments.letter_id -> old_letters",
            "attachments.letter_id -> letters"
        ]
    );
}

// A4
#[test]
fn two_equal_candidates_are_no_guess_and_a_note_with_both_lines() {
    let schema = "CREATE TABLE item (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE items (id INTEGER PRIMARY KEY) STRICT;
         CREATE TABLE drops (id INTEGER PRIMARY KEY, item_id INTEGER) STRICT;";
    let world = World::new(schema);
    assert_eq!(world.relations(Found::Convention), [""; 0]);
    let note = "column drops.item_id: its name fits the tables item and items; `[columns.\"drops.item_id\"] references = \"item\"` \
        or `references = \"items\"` says which one is meant, `references = false` that none is";
    assert_eq!(world.load().0.notes, [note]);
    // What the config says is not ambiguous.
    let world = World::new(schema).with_config("[columns.'drops.item_id']\nreferences = 'items'\n");
    assert_eq!(world.relations(Found::Config), ["drops.item_id -> items"]);
    assert_eq!(world.load().0.notes, [""; 0]);
    // A key of that very name is not as good as the other.
    let world = World::new(&schema.replace("items (id", "items (item_id"));
    assert_eq!(
        world.relations(Found::Convention),
        ["drops.item_id -> items"]
    );
}
