//! A world of gamedb as a resource of an ECS. Systems work with components, as they always do; two systems keep the rows
//! and the components equal. Each looks at what has changed and at nothing else: [`to_rows`] with the change detection
//! of the ECS, [`from_rows`] with the change feed of the world.

use std::collections::HashMap;

use bevy_ecs::prelude::*;
use gamedb::{Database, Effect, Key, Subscription};

pub mod models {
    //! The models of `schema.sql`.
    include!(concat!(env!("OUT_DIR"), "/models.rs"));
}

use models::Mobile;

/// The world of rows, with its file.
#[derive(Resource)]
pub struct Rows(pub Database<models::World>);

/// What [`from_rows`] has not seen of the world, and which entity shows which row.
#[derive(Resource)]
pub struct Feed {
    subscription: Subscription,
    entities: HashMap<Key<Mobile>, Entity>,
}

/// The row that an entity shows.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowOf(pub Key<Mobile>);

/// Where an entity is; its row has it too.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
pub struct Position {
    /// Metres to the east.
    pub x: f64,
    /// Metres to the north.
    pub y: f64,
}

/// Where an entity goes; the ECS alone has it.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
pub struct Velocity {
    /// Metres a tick.
    pub x: f64,
}

/// Brings the rows of a world into an ECS.
///
/// # Errors
/// Those of [`gamedb::World::subscribe`].
pub fn show(ecs: &mut World, mut db: Database<models::World>) -> Result<(), gamedb::Error> {
    let subscription = db.subscribe()?;
    let rows: Vec<_> = db
        .iter::<Mobile>()
        .map(|(key, row)| (key, position(row)))
        .collect();
    let entities = rows.into_iter().map(|(key, position)| {
        let entity = ecs.spawn((RowOf(key), position)).id();
        (key, entity)
    });
    let entities = entities.collect();
    ecs.insert_resource(Feed {
        subscription,
        entities,
    });
    ecs.insert_resource(Rows(db));
    Ok(())
}

/// Components that have changed, into the rows. A setter of a value that the row has already does nothing, so what
/// [`from_rows`] has brought does not come back.
pub fn to_rows(
    mut rows: ResMut<'_, Rows>,
    changed: Query<'_, '_, (&RowOf, &Position), Changed<Position>>,
) -> Result<(), BevyError> {
    for (row, position) in &changed {
        // The row may have been removed in this tick; `from_rows` takes its entity away.
        if let Ok(mut mobile) = rows.0.get_mut(row.0) {
            mobile.set_x(position.x)?;
            mobile.set_y(position.y)?;
        }
    }
    Ok(())
}

/// Rows that have changed, into the components: new rows get an entity, and the entities of removed rows go.
pub fn from_rows(
    mut commands: Commands<'_, '_>,
    mut rows: ResMut<'_, Rows>,
    mut feed: ResMut<'_, Feed>,
    mut positions: Query<'_, '_, &mut Position>,
) -> Result<(), BevyError> {
    let Feed {
        subscription,
        entities,
    } = &mut *feed;
    let changes = rows.0.changes(subscription)?;
    let changes: Vec<_> = changes.of::<Mobile>().collect();
    for change in changes {
        if let Effect::Removed = change.effect {
            if let Some(entity) = entities.remove(&change.key) {
                commands.entity(entity).despawn();
            }
            continue;
        }
        let row = position(&*rows.0.get(change.key)?);
        match entities.get(&change.key) {
            Some(&entity) => {
                // What `to_rows` has written is not a change of the component.
                positions.get_mut(entity)?.set_if_neq(row);
            }
            None => {
                let entity = commands.spawn((RowOf(change.key), row)).id();
                entities.insert(change.key, entity);
            }
        }
    }
    Ok(())
}

/// A system of the game, which knows nothing of rows.
pub fn walk(mut walking: Query<'_, '_, (&mut Position, &Velocity)>) {
    for (mut position, velocity) in &mut walking {
        position.x += velocity.x;
    }
}

/// One tick.
#[must_use]
pub fn schedule() -> Schedule {
    let mut schedule = Schedule::default();
    schedule.add_systems((from_rows, walk, to_rows).chain());
    schedule
}

fn position(row: &Mobile) -> Position {
    Position { x: row.x, y: row.y }
}
