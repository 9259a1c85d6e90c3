//! Are the promises that were made kept by what was found later? Over what was written down alone.
//!
//! Each attempt to write has a name, which is stored with the state that it writes. So a state that is found says which
//! attempt it is of. That one was made on top of the last one that its process knew to be stored, and so on: a chain.

use std::collections::{BTreeMap, BTreeSet};

use super::account::{Figures, Opening, SentBack, World};
use super::events::{COINS, Event, History, PLAYERS, Promise, State, players, things};

/// What was found out about one world.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) figures: Figures,
    /// Every contradiction.
    pub(crate) faults: Vec<String>,
    /// The parcels that have left the world and that have come, as far as that is stored at the end.
    pub(crate) left: Vec<String>,
    /// With the time when the attempt that has stored it was begun.
    pub(crate) came: Vec<(u64, String)>,
    pub(crate) sent_back: Vec<SentBack>,
}

/// Compares the histories of all processes of one world. The last opening among them is made at the end, when everything
/// is as it will be.
pub(crate) fn check(nemesis: &History, processes: &[History]) -> Checked {
    let mut world = World::default();
    let failovers = nemesis
        .iter()
        .filter(|(_, event)| *event == Event::Failover);
    world.failovers = failovers.map(|(at, _)| *at).collect();
    let mut figures = Figures::default();
    world.name(processes);
    for history in processes {
        world.add(history, &mut figures);
    }
    world.check_openings();
    world.check_fences();
    world.check_refusals();
    world.check_end();
    let (left, came) = world.parcels();
    Checked {
        figures,
        faults: world.faults,
        left,
        came,
        sent_back: world.sent_back,
    }
}

impl World {
    /// Whatever was promised before a world was opened has to be in it, and what was said not to be there is not.
    fn check_openings(&mut self) {
        let mut faults = Vec::new();
        for opening in &self.openings {
            let Some((at, state)) = &opening.opened else {
                continue;
            };
            let named = format!("the world as it was found after {:?}", state.attempt);
            let place = self.places.get(&state.attempt);
            match place.map(|place| &self.attempts[*place]) {
                Some(attempt) if attempt.digest != state.digest() => {
                    faults.push(format!("{named} is not what that has written: {state}"));
                }
                Some(_) => faults.extend(wrong(state).map(|what| format!("{named}: {what}"))),
                None if *state == State::default() => {}
                None => faults.push(format!("{named} was written by nobody: {state}")),
            }
            for (attempt, is_there) in self.attempts.iter().zip(self.chain(state)) {
                let (name, begun) = (&attempt.name, opening.begun);
                match attempt.told {
                    Some((told, Promise::Durable)) if told < begun && !is_there => {
                        faults.push(format!("{named} lacks {name}, which was durable"));
                    }
                    Some((told, Promise::Committed))
                        if told < begun && !is_there && !self.is_failed_over(told, *at) =>
                    {
                        faults.push(format!("{named} lacks {name}, which was committed"));
                    }
                    Some((_, Promise::NotCommitted)) if is_there => {
                        faults.push(format!("{named} has {name}, which was not committed"));
                    }
                    _ => {}
                }
            }
        }
        self.faults.append(&mut faults);
    }

    fn is_failed_over(&self, from: u64, to: u64) -> bool {
        self.failovers.iter().any(|at| (from..to).contains(at))
    }

    /// Nothing is stored of what a process begins after another one has opened its world.
    fn check_fences(&mut self) {
        let mut stored = vec![false; self.attempts.len()];
        for (_, state) in self.openings.iter().filter_map(|one| one.opened.as_ref()) {
            for (stored, is_there) in stored.iter_mut().zip(self.chain(state)) {
                *stored |= is_there;
            }
        }
        let mut faults = Vec::new();
        for (attempt, is_stored) in self.attempts.iter().zip(stored) {
            let (name, told) = (&attempt.name, attempt.told.map(|(_, promise)| promise));
            let is_told = matches!(told, Some(Promise::Committed | Promise::Durable));
            if !is_told && !is_stored {
                continue;
            }
            let opened = self.openings[attempt.opening].opened.as_ref();
            let (opened, _) = opened.expect("only a world that is open is written to");
            let is_fenced = |other: &Opening| {
                let taken = other.opened.as_ref().map(|(at, _)| *at);
                other.begun > *opened && taken.is_some_and(|at| at < attempt.begun)
            };
            if self.openings.iter().any(is_fenced) {
                faults.push(format!(
                    "{name} is stored, and was begun after another process had opened the world"
                ));
            }
        }
        self.faults.append(&mut faults);
    }

    /// Nobody is told to be fenced off who is not, nor that a world is older that is not.
    fn check_refusals(&mut self) {
        for &(at, opening) in &self.fenced {
            let opened = &self.openings[opening];
            let is_taking = |(n, other): (usize, &Opening)| {
                let is_over = other.ended.is_some_and(|ended| ended < opened.begun);
                n != opening && other.begun < at && !is_over
            };
            if !self.openings.iter().enumerate().any(is_taking) {
                let what =
                    "a process was told to be fenced off, and nobody else has opened its world";
                self.faults.push(what.into());
            }
        }
        for &at in &self.older {
            if !self.failovers.iter().any(|&failover| failover < at) {
                let what = "a world was said to be an older one, and there was no failover";
                self.faults.push(what.into());
            }
        }
    }

    /// The world has counted each flush of its chain once.
    fn check_end(&mut self) {
        let (Some(state), Some(stored)) = (self.last(), self.stored) else {
            self.faults.push("nobody has looked at the end".into());
            return;
        };
        let chain = self.attempts.iter().zip(self.chain(state));
        let (mut n, mut n_merged) = (0, 0);
        for (attempt, _) in chain.filter(|(_, is_there)| *is_there) {
            n += 1;
            n_merged += u64::from(attempt.may_be_merged);
        }
        if !(n - n_merged..=n).contains(&stored) {
            let what = format!("the world counts {stored} flushes, and has {n}");
            self.faults.push(what);
        }
    }
}

/// What is wrong with a state by itself: something is there twice, or belongs to no player.
fn wrong(state: &State) -> impl Iterator<Item = String> {
    let (mut times, mut wrong) = (BTreeMap::<&str, usize>::new(), Vec::new());
    for (thing, owner) in &state.things {
        if !state.coins.contains_key(owner) {
            wrong.push(format!("{thing} belongs to {owner}, who is not there"));
        }
        *times.entry(thing).or_default() += 1;
    }
    let twice = times.into_iter().filter(|(_, n)| *n > 1);
    wrong.extend(twice.map(|(thing, n)| format!("{thing} is there {n} times")));
    wrong.into_iter()
}

/// What is wrong with the last states of all worlds, when nobody is between them: what they have begun with is there once,
/// and nothing else.
pub(crate) fn check_all(worlds: &BTreeMap<String, Vec<History>>) -> Vec<String> {
    let (mut found, mut coins) = (BTreeMap::<String, usize>::new(), 0);
    let mut expected = BTreeMap::new();
    for (world, processes) in worlds {
        let states = processes
            .iter()
            .flatten()
            .filter_map(|(at, event)| match event {
                Event::Opened(state) => Some((at, state)),
                _ => None,
            });
        let last = states.max_by_key(|(at, _)| **at);
        let nothing = State::default();
        let state = last.map_or(&nothing, |(_, state)| state);
        coins += state.coins.values().sum::<i64>();
        let here = state
            .coins
            .keys()
            .chain(state.things.iter().map(|(thing, _)| thing));
        for what in here {
            *found.entry(what.clone()).or_default() += 1;
        }
        expected.extend(players(world).chain(things(world)).map(|what| (what, 1)));
    }
    let names = found.keys().chain(expected.keys()).collect::<BTreeSet<_>>();
    let times = |name: &&String| (found.get(*name), expected.get(*name));
    let wrong = names
        .into_iter()
        .filter(|name| times(name).0 != times(name).1);
    let wrong = wrong.map(|name| {
        let n = found.get(name).copied().unwrap_or(0);
        format!("all worlds have {name} {n} times at the end")
    });
    let mut wrong: Vec<_> = wrong.collect();
    let players = i64::try_from(worlds.len() * PLAYERS).expect("it is small");
    if coins != COINS * players {
        wrong.push(format!(
            "all worlds have {coins} coins at the end, and had {}",
            COINS * players
        ));
    }
    wrong
}
