//! Changes go both ways, once each.

use bevy_ecs::prelude::*;
use gamedb::{Database, Key};
use gamedb_bevy::models::{self, Mobile};
use gamedb_bevy::{Position, RowOf, Rows, Velocity, schedule, show};

fn game(folder: &tempfile::TempDir) -> (World, Schedule) {
    let db = Database::<models::World>::open(folder.path().join("world.db")).expect("it opens");
    let mut ecs = World::new();
    show(&mut ecs, db).expect("it is shown");
    (ecs, schedule())
}

fn rows(ecs: &mut World) -> Mut<'_, Rows> {
    ecs.resource_mut::<Rows>()
}

fn entity_of(ecs: &mut World, key: Key<Mobile>) -> Option<(Entity, Position)> {
    let mut query = ecs.query::<(Entity, &RowOf, &Position)>();
    let mut found = query.iter(ecs).filter(|(_, row, _)| row.0 == key);
    found
        .next()
        .map(|(entity, _, &position)| (entity, position))
}

fn mobile(ecs: &mut World, x: f64) -> Key<Mobile> {
    let row = Mobile {
        x,
        ..Mobile::default()
    };
    rows(ecs).0.insert(row).expect("it is inserted")
}

#[test]
fn a_new_row_gets_an_entity_and_what_the_entity_does_is_in_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut ecs, mut schedule) = game(&folder);
    let key = mobile(&mut ecs, 2.0);
    schedule.run(&mut ecs);
    let (entity, position) = entity_of(&mut ecs, key).expect("an entity");
    assert_eq!(position, Position { x: 2.0, y: 0.0 });

    ecs.entity_mut(entity).insert(Velocity { x: 0.5 });
    schedule.run(&mut ecs);
    schedule.run(&mut ecs);
    assert_eq!(rows(&mut ecs).0.get(key).expect("a row").x, 3.0);
    let report = rows(&mut ecs).0.flush().expect("it is flushed");
    assert_eq!((report.inserted, report.updated), (1, 0));

    // Nothing moves any more: nothing is written, and nothing goes round in circles.
    ecs.entity_mut(entity).remove::<Velocity>();
    schedule.run(&mut ecs);
    schedule.run(&mut ecs);
    assert_eq!(rows(&mut ecs).0.flush().expect("it is flushed").rows(), 0);

    drop(ecs);
    let (mut ecs, mut schedule) = game(&folder);
    schedule.run(&mut ecs);
    let mut positions = ecs.query::<&Position>();
    let found: Vec<_> = positions.iter(&ecs).copied().collect();
    assert_eq!(found, [Position { x: 3.0, y: 0.0 }]);
}

#[test]
fn a_row_that_is_changed_or_removed_takes_its_entity_along() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut ecs, mut schedule) = game(&folder);
    let (stays, goes) = (mobile(&mut ecs, 1.0), mobile(&mut ecs, 2.0));
    schedule.run(&mut ecs);
    assert!(entity_of(&mut ecs, goes).is_some());

    let mut rows_of = rows(&mut ecs);
    rows_of
        .0
        .get_mut(stays)
        .expect("a row")
        .set_x(9.0)
        .expect("it is set");
    let _ = rows_of.0.remove(goes).expect("it is removed");
    schedule.run(&mut ecs);
    let (_, position) = entity_of(&mut ecs, stays).expect("an entity");
    assert_eq!(position.x, 9.0);
    assert!(entity_of(&mut ecs, goes).is_none());

    // A row that came and went between two looks was never there.
    let brief = mobile(&mut ecs, 3.0);
    let _ = rows(&mut ecs).0.remove(brief).expect("it is removed");
    schedule.run(&mut ecs);
    assert!(entity_of(&mut ecs, brief).is_none());

    // What is rolled back is not shown.
    let failed = rows(&mut ecs).0.transaction(|world| {
        world.get_mut(stays)?.set_x(-1.0)?;
        Err::<(), gamedb::Error>(world.get(goes).map(|_| ()).expect_err("it is gone"))
    });
    assert!(failed.is_err());
    schedule.run(&mut ecs);
    assert_eq!(entity_of(&mut ecs, stays).expect("an entity").1.x, 9.0);
}
