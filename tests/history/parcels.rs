//! Are the parcels of all worlds where they were said to be?

use std::collections::BTreeMap;

use super::checker::Checked;
use super::events::{Event, History};

/// What is wrong with the parcels of all worlds, when no player is between them: each has left once, and come once.
pub(crate) fn check_parcels(worlds: &[Checked]) -> Vec<String> {
    let mut times = BTreeMap::<&String, (usize, usize)>::new();
    for world in worlds {
        world
            .left
            .iter()
            .for_each(|parcel| times.entry(parcel).or_default().0 += 1);
        world
            .came
            .iter()
            .for_each(|(_, parcel)| times.entry(parcel).or_default().1 += 1);
    }
    let wrong = times.into_iter().filter(|(_, times)| *times != (1, 1));
    let wrong = wrong.map(|(parcel, (left, came))| {
        format!("a player has left {left} times as {parcel}, and come {came} times")
    });
    wrong.collect()
}

/// What has come into a world after that was told that it is away: only a failover brings it back, or the other world.
pub(crate) fn check_sent_back(nemesis: &History, worlds: &[Checked]) -> Vec<String> {
    let failovers = nemesis.iter();
    let failovers = failovers.filter(|(_, event)| *event == Event::Failover);
    let failovers: Vec<u64> = failovers.map(|(at, _)| *at).collect();
    let mut wrong = Vec::new();
    for (n, world) in worlds.iter().enumerate() {
        for (came, parcel) in &world.came {
            let before = world.sent_back.iter().filter(|sent| {
                sent.parcel == *parcel && sent.told.is_some_and(|told| told < *came)
            });
            let Some(last) = before.max_by_key(|sent| sent.begun) else {
                continue;
            };
            let since = last.begun..*came;
            let others = worlds.iter().enumerate().filter(|(other, _)| *other != n);
            let mut others = others.flat_map(|(_, other)| &other.sent_back);
            let is_from_other =
                others.any(|sent| sent.parcel == *parcel && since.contains(&sent.begun));
            if !is_from_other && !failovers.iter().any(|at| since.contains(at)) {
                wrong.push(format!(
                    "{parcel} has come into the world that had sent it back"
                ));
            }
        }
    }
    wrong
}
