//! What the processes of a world have written down, in one account: the attempts to write and what was told of them, each
//! on top of another one, and the openings.

use std::collections::BTreeMap;

use super::events::{Event, History, Promise, State};

/// An attempt to write.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) name: String,
    /// By which function.
    pub(super) way: String,
    /// The attempt whose state it changes.
    pub(super) before: Option<usize>,
    pub(super) digest: u64,
    pub(super) begun: u64,
    pub(super) told: Option<(u64, Promise)>,
    /// The opening that made it.
    pub(super) opening: usize,
    /// Whether its process went on after its outcome was unknown: then it is stored by itself, or together with the next
    /// one.
    pub(super) may_be_merged: bool,
    /// The parcels of players that leave with it, and of those that come.
    pub(super) left: Vec<String>,
    pub(super) came: Vec<String>,
}

/// A world opened by a process.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) begun: u64,
    pub(super) opened: Option<(u64, State)>,
    /// When it was over, in whatever way; a process that was killed did not say.
    pub(super) ended: Option<u64>,
}

/// Everything about one world.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) attempts: Vec<Attempt>,
    /// Their places, by their names.
    pub(super) places: BTreeMap<String, usize>,
    pub(super) openings: Vec<Opening>,
    pub(super) failovers: Vec<u64>,
    /// When, and which opening was told that it is fenced off.
    pub(super) fenced: Vec<(u64, usize)>,
    /// When a server was refused because of its older state.
    pub(super) older: Vec<u64>,
    /// Flushes that the world says that it has had.
    pub(super) stored: Option<u64>,
    pub(super) sent_back: Vec<SentBack>,
    pub(super) faults: Vec<String>,
}

/// How many of what were compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) attempts: usize,
    pub(crate) durable: usize,
    pub(crate) committed: usize,
    pub(crate) not_committed: usize,
    pub(crate) unknown: usize,
    /// Attempts that were told to be fenced off.
    pub(crate) fenced: usize,
    /// Attempts that were refused by an older world.
    pub(crate) older: usize,
    pub(crate) openings: usize,
    /// Saves, and flushes without rows that the server refuses, of those that are stored.
    pub(crate) saves: usize,
    pub(crate) without_refused: usize,
    /// Players that were let in, also if that was not stored.
    pub(crate) walks: usize,
    /// Players that were turned away.
    pub(crate) sent_back: usize,
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.attempts += other.attempts;
        self.durable += other.durable;
        self.committed += other.committed;
        self.not_committed += other.not_committed;
        self.unknown += other.unknown;
        self.fenced += other.fenced;
        self.older += other.older;
        self.openings += other.openings;
        self.saves += other.saves;
        self.without_refused += other.without_refused;
        self.walks += other.walks;
        self.sent_back += other.sent_back;
    }
}

/// A parcel that a world has sent back, or has tried to.
#[derive(Clone, Debug)]
pub(crate) struct SentBack {
    pub(crate) parcel: String,
    pub(crate) begun: u64,
    /// When the program was told that it is away.
    pub(crate) told: Option<u64>,
}

impl World {
    /// Gives each attempt its place, so that one may be on top of any other one.
    pub(super) fn name(&mut self, processes: &[History]) {
        for (_, event) in processes.iter().flatten() {
            if let Event::Begin { attempt, .. } = event {
                let place = self.places.len();
                if self.places.insert(attempt.clone(), place).is_some() {
                    self.faults.push(format!("{attempt} is begun twice"));
                }
            }
        }
    }

    pub(super) fn add(&mut self, history: &History, figures: &mut Figures) {
        let (mut stored, mut is_unknown) = (None, false);
        // Of the world in memory, until it is stored.
        let (mut left, mut came) = (Vec::new(), Vec::new());
        for (at, event) in history {
            match event {
                Event::Open => self.open(*at),
                Event::Opened(state) => {
                    figures.openings += 1;
                    stored = self.places.get(&state.attempt).copied();
                    is_unknown = false;
                    (left, came) = (Vec::new(), Vec::new());
                    let opening = self.openings.last_mut().expect("it was begun");
                    opening.opened = Some((*at, state.clone()));
                    opening.ended = Some(*at);
                }
                Event::Begin {
                    attempt,
                    way,
                    digest,
                } => {
                    figures.attempts += 1;
                    self.begin(
                        Attempt {
                            name: attempt.clone(),
                            way: way.clone(),
                            before: stored,
                            digest: *digest,
                            begun: *at,
                            told: None,
                            opening: self.openings.len() - 1,
                            may_be_merged: false,
                            left: left.clone(),
                            came: came.clone(),
                        },
                        is_unknown,
                    );
                }
                Event::Told(promise, why) => {
                    let attempt = self.attempts.last_mut().expect("it was begun");
                    attempt.told = Some((*at, *promise));
                    is_unknown = *promise == Promise::Unknown;
                    if *promise != Promise::NotCommitted {
                        stored = Some(self.attempts.len() - 1);
                        (left, came) = (Vec::new(), Vec::new());
                    }
                    let way = self.attempts.last().map_or("", |attempt| &attempt.way);
                    count(figures, way, *promise, why);
                    self.refused(*at, why);
                }
                Event::NotOpened(_) => {
                    let opening = self.openings.last_mut().expect("it was begun");
                    opening.ended = Some(*at);
                }
                Event::Broken(what) => self.faults.push(what.clone()),
                Event::Stored(n) => self.stored = Some(*n),
                Event::Came(parcel) => {
                    figures.walks += 1;
                    came.push(parcel.clone());
                }
                Event::Left(parcel) => left.push(parcel.clone()),
                Event::SendsBack(parcel) => self.send_back(*at, parcel),
                Event::SentBack(_) => {
                    figures.sent_back += 1;
                    let begun = self.sent_back.last_mut().expect("it was begun");
                    begun.told = Some(*at);
                }
                Event::Failover | Event::Fault(_) => {}
            }
        }
    }

    fn open(&mut self, begun: u64) {
        self.openings.push(Opening {
            begun,
            opened: None,
            ended: None,
        });
    }

    fn send_back(&mut self, begun: u64, parcel: &str) {
        self.sent_back.push(SentBack {
            parcel: parcel.into(),
            begun,
            told: None,
        });
    }

    /// An attempt begins; `is_unknown` says whether it is told what came of the one before.
    fn begin(&mut self, attempt: Attempt, is_unknown: bool) {
        if let Some(before) = attempt.before.filter(|_| is_unknown) {
            let before = &mut self.attempts[before];
            before.may_be_merged = before.opening == attempt.opening;
        }
        self.attempts.push(attempt);
    }

    /// Remembers what the opening of the moment was told about others.
    fn refused(&mut self, at: u64, why: &str) {
        if why.starts_with("Fenced") {
            self.fenced.push((at, self.openings.len() - 1));
        } else if why.starts_with("OlderWorld") {
            self.older.push(at);
        }
    }

    /// By place: is it this attempt, or one that it was made on top of?
    pub(super) fn chain(&self, of: &State) -> Vec<bool> {
        let mut chain = vec![false; self.attempts.len()];
        let mut next = self.places.get(&of.attempt).copied();
        while let Some(place) = next {
            if std::mem::replace(&mut chain[place], true) {
                break;
            }
            next = self.attempts[place].before;
        }
        chain
    }

    /// The state that was found last.
    pub(super) fn last(&self) -> Option<&State> {
        let opened = self.openings.iter().filter_map(|one| one.opened.as_ref());
        let last = opened.max_by_key(|(at, _)| *at);
        last.map(|(_, state)| state)
    }

    /// The parcels that have left and come with what is stored at the end.
    pub(super) fn parcels(&self) -> (Vec<String>, Vec<(u64, String)>) {
        let chain = self
            .last()
            .map(|state| self.chain(state))
            .unwrap_or_default();
        let attempts = self.attempts.iter().zip(chain);
        let stored = attempts.filter(|(_, is_there)| *is_there);
        let stored: Vec<_> = stored.map(|(attempt, _)| attempt).collect();
        let left = stored.iter().flat_map(|attempt| attempt.left.clone());
        let came = stored.iter().flat_map(|attempt| {
            let came = attempt.came.iter();
            came.map(|parcel| (attempt.begun, parcel.clone()))
        });
        (left.collect(), came.collect())
    }
}

fn count(figures: &mut Figures, way: &str, promise: Promise, why: &str) {
    if matches!(promise, Promise::Committed | Promise::Durable) {
        figures.saves += usize::from(way == "save");
        figures.without_refused += usize::from(way == "flush_without_refused");
    }
    match promise {
        Promise::Committed => figures.committed += 1,
        Promise::Durable => figures.durable += 1,
        Promise::NotCommitted => figures.not_committed += 1,
        Promise::Unknown => figures.unknown += 1,
    }
    figures.fenced += usize::from(why.starts_with("Fenced"));
    figures.older += usize::from(why.starts_with("OlderWorld"));
}
