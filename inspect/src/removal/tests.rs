use std::time::Instant;

use gamedb::Value;

use super::*;
use crate::inspected::ForeignKeySchema;
use crate::search::tests::Sample;

fn world() -> (Sample, Schema) {
    let world = Sample(vec![Value::Null]);
    let mut schema = world.schema();
    schema.tables[0].foreign_keys.push(ForeignKeySchema {
        column: 0,
        table: Some(0),
    });
    (world, schema)
}

/// A removal that has found this many rows of each kind, of which every other is removed itself.
fn found(world: &Sample, n_rows: i64) -> Removal {
    let removal = Removal::new(world, 0, 0).expect("a row");
    let mut removal = removal.expect("a row");
    for at in 0..n_rows {
        let id = at;
        let row = Place { table: 0, at, id };
        let key = KeySchema::Foreign(0);
        let held = Held { row, key, of: row };
        removal.set_null.push(held);
        removal.refusing.push(held);
        if at % 2 == 0 {
            removal.removed.insert((0, at));
        }
    }
    removal
}

/// The shortest time that an answer takes, in seconds.
fn shortest(removal: &Removal, world: &Sample, schema: &Schema) -> f64 {
    let times = (0..20).map(|_| {
        let start = Instant::now();
        let preview = removal.preview(world, schema).expect("a preview");
        assert!(preview.set_null.len() <= FEW && preview.n_set_null > 0);
        start.elapsed()
    });
    times.min().expect("some times").as_secs_f64()
}

#[test]
fn an_answer_does_not_work_through_all_that_was_found() {
    let (world, schema) = world();
    let (mut few, mut many) = (found(&world, 100), found(&world, 50_000));
    for is_done in [false, true] {
        let (short, long) = (
            shortest(&few, &world, &schema),
            shortest(&many, &world, &schema),
        );
        assert!(
            long < 20.0 * short,
            "{long} seconds for 50,000, {short} for 100; done: {is_done}"
        );
        for removal in [&mut few, &mut many] {
            while !removal.step(&world, &schema).expect("rows") {}
        }
    }
}

#[test]
fn what_goes_itself_is_left_out_in_steps_at_the_end() {
    let (world, schema) = world();
    let mut removal = found(&world, 10_000);
    let partial = removal.preview(&world, &schema).expect("a preview");
    assert!(!partial.is_done);
    assert_eq!((partial.n_set_null, partial.n_refusing), (10_000, 10_000));
    assert_eq!(partial.set_null.len(), FEW / 2);
    removal.nulls.insert((0, 1, 0));
    let mut n_steps = 1;
    while !removal.step(&world, &schema).expect("rows") {
        n_steps += 1;
    }
    assert!(n_steps >= 20_000 / SIFTED, "{n_steps}");
    let whole = removal.preview(&world, &schema).expect("a preview");
    assert!(whole.is_done);
    // One of them has become NULL, and refuses nothing.
    assert_eq!((whole.n_set_null, whole.n_refusing), (5_000, 4_999));
    let ids = |rows: &[HeldRow]| rows.iter().map(|row| row.place.id).collect::<Vec<_>>();
    assert_eq!(
        ids(&whole.set_null),
        (1..100).step_by(2).collect::<Vec<_>>()
    );
    assert_eq!(
        ids(&whole.refusing),
        (3..103).step_by(2).collect::<Vec<_>>()
    );
}

/// What is shown of the numbers depends on it: before that they may still grow.
#[test]
fn numbers_are_a_bound_once_all_keys_were_followed() {
    let (world, schema) = world();
    let mut removal = found(&world, 10_000);
    let phases = |removal: &Removal| {
        let preview = removal.preview(&world, &schema).expect("a preview");
        (preview.is_followed, preview.is_done, preview.n_refusing)
    };
    assert_eq!(phases(&removal), (false, false, 10_000));
    while phases(&removal) == (false, false, 10_000) {
        assert!(!removal.step(&world, &schema).expect("rows"));
    }
    assert_eq!(phases(&removal), (true, false, 10_000));
    while !removal.step(&world, &schema).expect("rows") {}
    assert_eq!(phases(&removal), (true, true, 5_000));

    // Where some were not followed, there may be more of them, in the end too.
    let mut removal = found(&world, 100);
    removal.is_cut = true;
    while !removal.step(&world, &schema).expect("rows") {}
    let preview = removal.preview(&world, &schema).expect("a preview");
    assert!(preview.is_cut && preview.is_done && !preview.is_followed);
}
