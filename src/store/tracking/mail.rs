//! The parcels of a world: those that have left it and wait for their delivery, and the names of those that it has accepted.
//! They are written by the flush that writes the rows that left or came with them, or not at all.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::error::ParcelId;
use crate::store::key::AnyKey;
use crate::store::tracking::home::Home;
use crate::store::tracking::parcel::Parcel;

/// A parcel that has left its world and is not known to be anywhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) parcel: Parcel,
    pub(crate) to: Box<str>,
}

/// How a parcel has come into a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// Out of an outbox, which has it until the world has.
    Read,
    /// By a program that carries parcels itself, and may bring it again.
    Carried,
    /// It was the world's own, and has never been anywhere else.
    TakenBack,
}

/// What has happened to a parcel, for the next flush.
#[derive(Clone, Debug)]
pub(crate) enum MailStep {
    /// Rows have left with it.
    Sent { sent: Outgoing, rows: Vec<AnyKey> },
    /// Rows have come with it.
    Accepted {
        id: ParcelId,
        came: Came,
        rows: Vec<AnyKey>,
    },
    /// It was delivered, or has come back. With its place in the outbox, for a rollback.
    Left { posted: Posted, place: usize },
}

impl MailStep {
    fn id(&self) -> ParcelId {
        match self {
            Self::Sent { sent, .. } => sent.parcel.id(),
            Self::Left { posted, .. } => posted.id(),
            Self::Accepted { id, .. } => *id,
        }
    }

    /// The rows that it has to be written with.
    pub(crate) fn rows(&self) -> &[AnyKey] {
        match self {
            Self::Sent { rows, .. } | Self::Accepted { rows, .. } => rows,
            Self::Left { .. } => &[],
        }
    }
}

/// What a flush writes of parcels.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MailWrite<'s> {
    /// A parcel goes into the outbox.
    Post(&'s Outgoing),
    /// A parcel has come in.
    Accept {
        id: ParcelId,
        #[allow(
            dead_code,
            reason = "an engine that keeps the names of all parcels does not ask"
        )]
        came: Came,
    },
    /// A parcel goes out of the outbox.
    Drop(ParcelId),
}

/// The net effect of steps: a parcel that has left the outbox again before it was written is not written.
pub(crate) fn writes(steps: &[MailStep]) -> impl Iterator<Item = MailWrite<'_>> {
    let (mut sent, mut left) = (HashSet::new(), HashSet::new());
    for step in steps {
        match step {
            MailStep::Sent { sent: one, .. } => drop(sent.insert(one.parcel.id())),
            MailStep::Left { posted, .. } => drop(left.insert(posted.id())),
            MailStep::Accepted { .. } => {}
        }
    }
    steps.iter().filter_map(move |step| match step {
        MailStep::Sent { sent, .. } => {
            (!left.contains(&sent.parcel.id())).then_some(MailWrite::Post(sent))
        }
        &MailStep::Accepted { id, came, .. } => Some(MailWrite::Accept { id, came }),
        MailStep::Left { posted, .. } => {
            (!sent.contains(&posted.id())).then(|| MailWrite::Drop(posted.id()))
        }
    })
}

/// How far a step has come into the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    /// In memory alone.
    No,
    /// In a batch.
    InBatch,
    /// In the file, if the flush of this generation is.
    In(u64),
}

/// What a world that was just opened counts as written by: the first flush of this process that is durable makes all
/// durable that was in the file before.
const BEFORE: u64 = 1;

/// A parcel in the outbox.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    outgoing: Outgoing,
    stored: Stored,
    /// Whether another world may find it, whatever `stored` says: because the world was in another file before, or
    /// because it is not known what became of a flush.
    may_be_elsewhere: bool,
}

impl Posted {
    fn id(&self) -> ParcelId {
        self.outgoing.parcel.id()
    }
}

/// A parcel that was accepted.
#[derive(Clone, Copy, Debug)]
struct Received {
    stored: Stored,
    came: Came,
}

/// Whether a world may accept a parcel that goes through outboxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whereabouts<'m> {
    /// An outbox has given it to this world.
    Here,
    /// It is in this world's own outbox, and nowhere else.
    Unwritten,
    /// It has left for the world of this name, which may have accepted it.
    LeftFor(&'m str),
    /// This process has not read it.
    Unknown,
}

/// The outbox and the inbox of a world, with the steps that the next flush has to write.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    home: Home,
    /// What has happened since the last capture, in order.
    steps: Vec<MailStep>,
    outbox: Vec<Posted>,
    inbox: HashMap<ParcelId, Received>,
    /// Parcels that were captured and whose generation is not known yet.
    captured: Vec<ParcelId>,
    /// Parcels that an outbox has given to this world, and that no flush has accepted.
    read: HashSet<ParcelId>,
    sent_back: SentBack,
}

/// How many parcels are remembered that were sent back.
const MOST_SENT_BACK: usize = 1_000;

/// The parcels that this process has sent back last, oldest first. A copy of one that is forgotten is refused all the same,
/// as one that was not read.
#[derive(Debug, Default)]
struct SentBack(VecDeque<ParcelId>);

impl SentBack {
    fn record(&mut self, id: ParcelId) {
        self.forget(id);
        if self.0.len() == MOST_SENT_BACK {
            self.0.pop_front();
        }
        self.0.push_back(id);
    }

    fn forget(&mut self, id: ParcelId) {
        self.0.retain(|&other| other != id);
    }

    /// O(1) where nothing was ever sent back.
    fn contains(&self, id: ParcelId) -> bool {
        self.0.contains(&id)
    }
}

impl Stored {
    fn is_in(self, durable: u64) -> bool {
        matches!(self, Self::In(generation) if generation <= durable)
    }
}

impl Mail {
    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    pub(crate) fn set_home(&mut self, home: Home) {
        self.home = home;
    }

    /// Adds what the file has of a parcel that has left.
    pub(crate) fn load_outgoing(&mut self, outgoing: Outgoing) {
        self.outbox.push(Posted {
            outgoing,
            stored: Stored::In(BEFORE),
            may_be_elsewhere: true,
        });
    }

    /// Adds what the file has of a parcel that was accepted.
    pub(crate) fn load_accepted(&mut self, id: ParcelId) {
        // How it came is not stored, and what a program has carried is never forgotten.
        let (stored, came) = (Stored::In(BEFORE), Came::Carried);
        self.inbox.insert(id, Received { stored, came });
    }

    /// Whether there is any parcel that waits until the file is durable.
    pub(crate) fn is_empty(&self) -> bool {
        self.outbox.is_empty() && self.inbox.is_empty()
    }

    /// Forgets what the outbox of all worlds has recorded, because the flush of this generation is written, or an
    /// earlier one: the parcels that are where they can be fetched, and the names of those that can be fetched no more.
    /// Returns how many have left, and how many have come.
    #[allow(
        dead_code,
        reason = "for an engine whose outbox is that of all its worlds"
    )]
    pub(crate) fn forget_stored(&mut self, committed: u64) -> (usize, usize) {
        let (n_before, mut n_come) = (self.outbox.len(), 0);
        self.outbox.retain(|posted| !posted.stored.is_in(committed));
        self.inbox.retain(|_, received| {
            let is_over = received.came != Came::Carried && received.stored.is_in(committed);
            n_come += usize::from(is_over && received.came == Came::Read);
            !is_over
        });
        (n_before - self.outbox.len(), n_come)
    }

    pub(crate) fn send(&mut self, sent: Outgoing, rows: Vec<AnyKey>) {
        self.outbox.push(Posted {
            outgoing: sent.clone(),
            stored: Stored::No,
            may_be_elsewhere: false,
        });
        self.steps.push(MailStep::Sent { sent, rows });
    }

    pub(crate) fn accept(&mut self, id: ParcelId, came: Came, rows: Vec<AnyKey>) {
        let stored = Stored::No;
        self.inbox.insert(id, Received { stored, came });
        self.steps.push(MailStep::Accepted { id, came, rows });
    }

    /// Takes a parcel out of the outbox, if it is there.
    pub(crate) fn leave(&mut self, id: ParcelId) {
        let place = self.outbox.iter().position(|posted| posted.id() == id);
        if let Some(place) = place {
            let posted = self.outbox.remove(place);
            self.steps.push(MailStep::Left { posted, place });
        }
    }

    /// Records that an outbox has given a parcel to this world. If it is one of the world's own, it has come back.
    pub(crate) fn note_read(&mut self, id: ParcelId) {
        self.leave(id);
        self.sent_back.forget(id);
        // One that is accepted and still waits there is in a flush that is not over.
        if !self.inbox.contains_key(&id) {
            self.read.insert(id);
        }
    }

    pub(crate) fn note_sent_back(&mut self, id: ParcelId) {
        self.read.remove(&id);
        self.sent_back.record(id);
    }

    pub(crate) fn note_not_sent_back(&mut self, id: ParcelId) {
        self.sent_back.forget(id);
    }

    pub(crate) fn was_sent_back(&self, id: ParcelId) -> bool {
        self.sent_back.contains(id)
    }

    pub(crate) fn has_accepted(&self, id: ParcelId) -> bool {
        self.inbox.contains_key(&id)
    }

    /// Where a parcel is that was handed over through an outbox. O(parcels that have left).
    pub(crate) fn whereabouts(&self, id: ParcelId) -> Whereabouts<'_> {
        if self.read.contains(&id) {
            return Whereabouts::Here;
        }
        match self.outbox.iter().find(|posted| posted.id() == id) {
            None => Whereabouts::Unknown,
            Some(posted) if posted.stored == Stored::No && !posted.may_be_elsewhere => {
                Whereabouts::Unwritten
            }
            Some(posted) => Whereabouts::LeftFor(&posted.outgoing.to),
        }
    }

    /// Whether a parcel was accepted by a flush that is among the durable ones.
    pub(crate) fn has_durably_accepted(&self, id: ParcelId, durable: u64) -> bool {
        let received = self.inbox.get(&id);
        received.is_some_and(|received| received.stored.is_in(durable))
    }

    /// Everything that has left and was not delivered.
    pub(crate) fn outbox(&self) -> impl ExactSizeIterator<Item = &Outgoing> {
        self.outbox.iter().map(|posted| &posted.outgoing)
    }

    /// That of it that is in the file, by a flush that is among the durable ones.
    pub(crate) fn deliverable(&self, durable: u64) -> impl Iterator<Item = &Outgoing> {
        let stored = self.outbox.iter();
        stored
            .filter(move |posted| posted.stored.is_in(durable))
            .map(|posted| &posted.outgoing)
    }

    /// Number of steps that no batch has captured.
    #[inline]
    pub(crate) fn n_steps(&self) -> usize {
        self.steps.len()
    }

    /// Whether rows have left or come since the last capture, and not only parcels were delivered.
    pub(crate) fn has_moved_rows(&self) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| !matches!(step, MailStep::Left { .. }))
    }

    /// Takes back all steps after the first `n`.
    pub(crate) fn undo_to(&mut self, n: usize) {
        for step in self.steps.drain(n.min(self.steps.len())..).rev() {
            match step {
                MailStep::Sent { sent, .. } => {
                    let id = sent.parcel.id();
                    self.outbox.retain(|posted| posted.id() != id);
                }
                MailStep::Accepted { id, .. } => drop(self.inbox.remove(&id)),
                MailStep::Left { posted, place } => self.outbox.insert(place, posted),
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
        self.mark(&steps, Stored::InBatch, false);
        for step in &steps {
            self.captured.push(step.id());
            if let MailStep::Accepted { id, .. } = step {
                self.read.remove(id);
            }
        }
    }

    /// Records by which flush everything is written that was captured.
    pub(crate) fn written_by(&mut self, generation: u64) {
        if self.captured.is_empty() {
            return;
        }
        let written = |stored: &mut Stored| {
            if *stored == Stored::InBatch {
                *stored = Stored::In(generation);
            }
        };
        for posted in &mut self.outbox {
            written(&mut posted.stored);
        }
        for id in self.captured.drain(..) {
            if let Some(received) = self.inbox.get_mut(&id) {
                written(&mut received.stored);
            }
        }
    }

    /// Takes back what a batch had captured that was not written, or of which that is not known. What has happened since
    /// comes after it.
    pub(crate) fn restore(&mut self, steps: &mut Vec<MailStep>, may_be_stored: bool) {
        self.mark(steps, Stored::No, may_be_stored);
        steps.append(&mut self.steps);
        std::mem::swap(steps, &mut self.steps);
    }

    /// Records that it is not known whether what has happened since the last capture is stored.
    pub(crate) fn doubt(&mut self) {
        let steps = std::mem::take(&mut self.steps);
        self.mark(&steps, Stored::No, true);
        self.steps = steps;
    }

    /// Makes everything new, for a file that has nothing of it.
    pub(crate) fn forget_file(&mut self) {
        self.captured.clear();
        self.steps.clear();
        for posted in &mut self.outbox {
            posted.may_be_elsewhere |= posted.stored != Stored::No;
            posted.stored = Stored::No;
            let (sent, rows) = (posted.outgoing.clone(), Vec::new());
            self.steps.push(MailStep::Sent { sent, rows });
        }
        for (&id, received) in &mut self.inbox {
            received.stored = Stored::No;
            let (came, rows) = (received.came, Vec::new());
            self.steps.push(MailStep::Accepted { id, came, rows });
        }
    }

    fn mark(&mut self, steps: &[MailStep], to: Stored, may_be_elsewhere: bool) {
        let mut sent = HashSet::new();
        for step in steps {
            match step {
                MailStep::Sent { sent: one, .. } => drop(sent.insert(one.parcel.id())),
                &MailStep::Accepted { id, came, .. } => {
                    let stored = to;
                    self.inbox.insert(id, Received { stored, came });
                }
                MailStep::Left { .. } => {}
            }
        }
        if sent.is_empty() {
            return;
        }
        for posted in &mut self.outbox {
            if sent.contains(&posted.id()) {
                posted.stored = to;
                posted.may_be_elsewhere |= may_be_elsewhere;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_remembered_that_were_sent_back_as_may_be() {
        let id = |n: usize| {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&n.to_le_bytes());
            ParcelId::from_bytes(bytes)
        };
        let mut mail = Mail::default();
        for n in 0..MOST_SENT_BACK + 2 {
            mail.note_sent_back(id(n));
            // One that goes back and forth is one.
            mail.note_sent_back(id(n));
            mail.note_sent_back(id(1));
        }
        assert_eq!(mail.sent_back.0.len(), MOST_SENT_BACK);
        let forgotten = |n: &usize| !mail.was_sent_back(id(*n));
        let forgotten: Vec<_> = (0..MOST_SENT_BACK + 2).filter(forgotten).collect();
        assert_eq!(forgotten, [0, 2]);
        mail.note_read(id(1));
        assert!(!mail.was_sent_back(id(1)));
    }
}
