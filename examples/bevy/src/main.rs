//! Ten seconds of mobiles that walk, flushed once a second. Run it twice: they go on where they were.

use std::time::Duration;

use bevy_ecs::prelude::*;
use gamedb::Database;
use gamedb_bevy::models::{self, Mobile};
use gamedb_bevy::{Position, RowOf, Rows, Velocity, schedule, show};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds: u32 = std::env::args()
        .nth(1)
        .map_or(Ok(10), |text| text.parse())?;
    let mut db = Database::<models::World>::open("world.db")?;
    if db.is_empty() {
        for n in 0..100 {
            let name = format!("mobile {n}");
            db.insert(Mobile {
                name,
                ..Mobile::default()
            })?;
        }
    }
    let mut ecs = World::new();
    show(&mut ecs, db)?;
    let mut walkers = ecs.query_filtered::<Entity, With<RowOf>>();
    let walkers: Vec<_> = walkers.iter(&ecs).step_by(2).collect();
    for entity in walkers {
        ecs.entity_mut(entity).insert(Velocity { x: 0.1 });
    }
    let mut schedule = schedule();
    for tick in 1..=seconds * 60 {
        schedule.run(&mut ecs);
        if tick % 60 == 0 {
            let report = ecs.resource_mut::<Rows>().0.flush()?;
            println!("{} rows", report.rows());
        }
        std::thread::sleep(Duration::from_millis(16));
    }
    let mut positions = ecs.query::<&Position>();
    let farthest = positions
        .iter(&ecs)
        .map(|position| position.x)
        .fold(0.0, f64::max);
    println!("the farthest one is at {farthest:.1}");
    if let Some(Rows(db)) = ecs.remove_resource::<Rows>() {
        db.close()?;
    }
    Ok(())
}
