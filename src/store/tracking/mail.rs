//! The parcels of a world: those that have left it and wait for their delivery, and the names of those that it has accepted.
//! They are written by the flush that writes the rows that left or came with them, or not at all.

use std::collections::{HashMap, HashSet};

use crate::store::key::AnyKey;
use crate::store::tracking::parcel::{Parcel, ParcelId};

/// A parcel that has left its world and is not known to be anywhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) parcel: Parcel,
    pub(crate) to: Box<str>,
}

/// What has happened to a parcel, for the next flush.
#[derive(Clone, Debug)]
pub(crate) enum MailStep {
    /// Rows have left with it.
    Sent { sent: Outgoing, rows: Vec<AnyKey> },
    /// Rows have come with it.
    Accepted { id: ParcelId, rows: Vec<AnyKey> },
    /// It was delivered, or has come back.
    Left(Outgoing),
}

impl MailStep {
    fn id(&self) -> ParcelId {
        match self {
            Self::Sent { sent, .. } | Self::Left(sent) => sent.parcel.id(),
            Self::Accepted { id, .. } => *id,
        }
    }

    /// The rows that it has to be written with.
    pub(crate) fn rows(&self) -> &[AnyKey] {
        match self {
            Self::Sent { rows, .. } | Self::Accepted { rows, .. } => rows,
            Self::Left(_) => &[],
        }
    }
}

/// Where a step is on its way into the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    /// In memory alone.
    No,
    /// In a batch.
    Captured,
    /// In the file, if the flush of this generation is.
    In(u64),
}

/// What a world that was just opened counts as written by: the first flush of this process that is durable makes all
/// durable that was in the file before.
const BEFORE: u64 = 1;

#[derive(Debug, Default)]
pub(crate) struct Mail {
    /// The identity of the world, which all its copies share; zero for one that no engine keeps.
    world: [u8; 16],
    /// Who has it, where an engine has names for that.
    #[cfg(feature = "postgres")]
    keeper: Box<str>,
    /// What has happened since the last capture, in order.
    steps: Vec<MailStep>,
    outbox: Vec<(Outgoing, Stored)>,
    inbox: HashMap<ParcelId, Stored>,
    /// Parcels that were captured and whose generation is not known yet.
    captured: Vec<ParcelId>,
    /// Parcels that this process has sent back.
    sent_back: HashSet<ParcelId>,
}

impl Stored {
    fn is_in(self, durable: u64) -> bool {
        matches!(self, Self::In(generation) if generation <= durable)
    }
}

impl Mail {
    pub(crate) fn world(&self) -> [u8; 16] {
        self.world
    }

    pub(crate) fn set_world(&mut self, world: [u8; 16]) {
        self.world = world;
    }

    /// Adds what the file has of a parcel that has left.
    pub(crate) fn load_outgoing(&mut self, outgoing: Outgoing) {
        self.outbox.push((outgoing, Stored::In(BEFORE)));
    }

    /// Adds what the file has of a parcel that was accepted.
    pub(crate) fn load_accepted(&mut self, id: ParcelId) {
        self.inbox.insert(id, Stored::In(BEFORE));
    }

    /// Who has the world, for an engine that has names for that.
    #[cfg(feature = "postgres")]
    pub(crate) fn keeper(&self) -> &str {
        &self.keeper
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn set_keeper(&mut self, keeper: &str) {
        self.keeper = keeper.into();
    }

    /// Forgets the parcels that are where they can be fetched, because the flush of this generation is written, or an
    /// earlier one. Returns how many there were.
    #[cfg(feature = "postgres")]
    pub(crate) fn forget_stored(&mut self, committed: u64) -> usize {
        let n_before = self.outbox.len();
        self.outbox.retain(|(_, stored)| !stored.is_in(committed));
        n_before - self.outbox.len()
    }

    pub(crate) fn send(&mut self, sent: Outgoing, rows: Vec<AnyKey>) {
        self.outbox.push((sent.clone(), Stored::No));
        self.steps.push(MailStep::Sent { sent, rows });
    }

    pub(crate) fn accept(&mut self, id: ParcelId, rows: Vec<AnyKey>) {
        self.inbox.insert(id, Stored::No);
        self.steps.push(MailStep::Accepted { id, rows });
    }

    /// Takes a parcel out of the outbox, if it is there.
    pub(crate) fn leave(&mut self, id: ParcelId) {
        let place = self
            .outbox
            .iter()
            .position(|(one, _)| one.parcel.id() == id);
        if let Some(place) = place {
            let (outgoing, _) = self.outbox.remove(place);
            self.steps.push(MailStep::Left(outgoing));
        }
    }

    pub(crate) fn note_sent_back(&mut self, id: ParcelId) {
        self.sent_back.insert(id);
    }

    pub(crate) fn forget_sent_back(&mut self, id: ParcelId) {
        self.sent_back.remove(&id);
    }

    pub(crate) fn was_sent_back(&self, id: ParcelId) -> bool {
        self.sent_back.contains(&id)
    }

    pub(crate) fn has_accepted(&self, id: ParcelId) -> bool {
        self.inbox.contains_key(&id)
    }

    /// Whether a parcel was accepted by a flush that is among the durable ones.
    pub(crate) fn has_durably_accepted(&self, id: ParcelId, durable: u64) -> bool {
        self.inbox
            .get(&id)
            .is_some_and(|stored| stored.is_in(durable))
    }

    /// Everything that has left and was not delivered.
    pub(crate) fn outbox(&self) -> impl ExactSizeIterator<Item = &Outgoing> {
        self.outbox.iter().map(|(outgoing, _)| outgoing)
    }

    /// That of it that is in the file, by a flush that is among the durable ones.
    pub(crate) fn deliverable(&self, durable: u64) -> impl Iterator<Item = &Outgoing> {
        let stored = self.outbox.iter();
        stored
            .filter(move |(_, stored)| stored.is_in(durable))
            .map(|(outgoing, _)| outgoing)
    }

    /// Number of steps that no batch has captured.
    #[inline]
    pub(crate) fn n_steps(&self) -> usize {
        self.steps.len()
    }

    /// Whether rows have left or come since the last capture, and not only parcels were delivered.
    pub(crate) fn has_moved_rows(&self) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| !matches!(step, MailStep::Left(_)))
    }

    /// Takes back all steps after the first `n`.
    pub(crate) fn undo_to(&mut self, n: usize) {
        while self.steps.len() > n {
            match self.steps.pop() {
                Some(MailStep::Sent { sent, .. }) => {
                    self.outbox
                        .retain(|(one, _)| one.parcel.id() != sent.parcel.id());
                }
                Some(MailStep::Accepted { id, .. }) => drop(self.inbox.remove(&id)),
                Some(MailStep::Left(outgoing)) => {
                    let is_pending = self.steps.iter().any(
                        |step| matches!(step, MailStep::Sent { sent, .. } if *sent == outgoing),
                    );
                    let stored = if is_pending {
                        Stored::No
                    } else {
                        Stored::In(BEFORE)
                    };
                    self.outbox.push((outgoing, stored));
                }
                None => {}
            }
        }
    }

    /// A copy of the steps, for a batch.
    pub(crate) fn capture(&self) -> Vec<MailStep> {
        self.steps.clone()
    }

    /// Makes a batch own what it has captured, which was everything.
    pub(crate) fn take_over(&mut self) {
        let steps = std::mem::take(&mut self.steps);
        for step in &steps {
            self.set(step, Stored::Captured);
            self.captured.push(step.id());
        }
    }

    /// Records by which flush everything is written that was captured.
    pub(crate) fn written_by(&mut self, generation: u64) {
        for id in std::mem::take(&mut self.captured) {
            let places = self
                .outbox
                .iter_mut()
                .filter(|(one, _)| one.parcel.id() == id);
            let places = places
                .map(|(_, stored)| stored)
                .chain(self.inbox.get_mut(&id));
            for stored in places.filter(|stored| **stored == Stored::Captured) {
                *stored = Stored::In(generation);
            }
        }
    }

    /// Takes back what a batch had captured that was not written. What has happened since comes after it.
    pub(crate) fn restore(&mut self, steps: &mut Vec<MailStep>) {
        for step in &*steps {
            self.set(step, Stored::No);
        }
        steps.append(&mut self.steps);
        std::mem::swap(steps, &mut self.steps);
    }

    /// Makes everything new, for a file that has nothing of it.
    pub(crate) fn forget_file(&mut self) {
        self.captured.clear();
        self.steps.clear();
        for (sent, stored) in &mut self.outbox {
            *stored = Stored::No;
            let (sent, rows) = (sent.clone(), Vec::new());
            self.steps.push(MailStep::Sent { sent, rows });
        }
        for (&id, stored) in &mut self.inbox {
            *stored = Stored::No;
            let rows = Vec::new();
            self.steps.push(MailStep::Accepted { id, rows });
        }
    }

    fn set(&mut self, step: &MailStep, to: Stored) {
        match step {
            MailStep::Sent { sent, .. } => {
                let mut outbox = self.outbox.iter_mut();
                if let Some((_, stored)) = outbox.find(|(one, _)| one == sent) {
                    *stored = to;
                }
            }
            MailStep::Accepted { id, .. } => drop(self.inbox.insert(*id, to)),
            MailStep::Left(_) => {}
        }
    }
}
