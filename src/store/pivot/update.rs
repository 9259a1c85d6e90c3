//! Rows of a pivot coming, moving and going, and how each step is taken back.

use smallvec::{SmallVec, smallvec};

use super::packed_row::Link;
use super::{OWNED, Pivot, Undo, arm_column, arm_table, bit};
use crate::error::{Problem, ProblemKind};
use crate::store::index::{Parent, Place};
use crate::store::key::AnyKey;
use crate::store::key::RawKey;
use crate::store::row::entity::PivotRow;
use crate::store::row::owner::Owner as _;
use crate::store::tracking::commit_sink::Ledger;
use crate::store::tracking::dirty::{RowState, Tombstone};
use crate::store::tracking::effect::{Effect, Positions};

/// Changing. Whoever calls has made sure that the owner is there and the owned row free.
impl<P: PivotRow> Pivot<P> {
    pub(crate) fn next_id(&self) -> Option<i64> {
        self.counter.next()
    }

    /// Makes `owner` the owner of a row that has none.
    #[inline]
    pub(crate) fn link(
        &mut self,
        id: i64,
        owned: RawKey,
        owner: P::Owner,
        at: Place,
        record: bool,
    ) {
        let next_id = self.counter.next();
        if !record {
            self.shrink_dirty();
        }
        let mut state = RowState::NEW;
        self.dirty.list(owned, &mut state);
        self.counter.use_up(id);
        self.put(owned, Link::new(id, owner, 0, state), at);
        if record {
            self.undo.push(Undo::Link { owned, id, next_id });
        }
    }

    /// Not while a transaction is open: rows that are gone may come back, and count on being listed.
    fn shrink_dirty(&mut self) {
        let links = &self.links;
        self.dirty
            .shrink(links.len(), |key| links.contains_key(key));
    }

    /// Forgets the recorded steps, and tells of each.
    pub(in crate::store) fn settle(&mut self, ledger: &mut Ledger) {
        for step in self.undo.drain(..) {
            let (owned, id) = match step {
                Undo::Link { owned, id, .. } => (owned, id),
                Undo::Unlink { owned, link } | Undo::Move { owned, link } => (owned, link.id()),
                Undo::UseUp { .. } => continue,
            };
            let row = AnyKey {
                table: P::TABLE,
                key: owned,
            };
            ledger.note(row, || {
                let effect = match step {
                    Undo::Link { .. } => Effect::Inserted,
                    Undo::Unlink { .. } => Effect::Removed,
                    Undo::Move { link, .. } => moved(&link, self.links.get(owned)?)?,
                    Undo::UseUp { .. } => return None,
                };
                Some((id, effect))
            });
        }
        self.shrink_dirty();
    }

    /// Gives an owned row to somebody else: one UPDATE, of the arms that change.
    pub(crate) fn give(&mut self, owned: RawKey, owner: P::Owner, record: bool) {
        let Some(old) = self.take(owned) else { return };
        let ((from, _), (to, _)) = (old.arm(), owner.arm());
        let mut state = old.state();
        self.dirty.list(owned, &mut state);
        self.dirty.list_moved(owned, &mut state);
        let dirty = old.dirty() | bit(from) | bit(to);
        let link = Link::new(old.id(), owner, dirty, state);
        self.put(owned, link, Place::ById);
        if record {
            self.undo.push(Undo::Move { owned, link: old });
        }
    }

    #[inline]
    pub(in crate::store) fn put(&mut self, owned: RawKey, link: Link<P>, at: Place) {
        self.links.insert(owned, link);
        let (arm, parent) = link.arm();
        let links = &self.links;
        self.arms[arm].link(parent, link.id(), owned, at, |other| links[other].id());
    }

    fn take(&mut self, owned: RawKey) -> Option<Link<P>> {
        let link = self.links.remove(owned)?;
        let (arm, parent) = link.arm();
        self.arms[arm].unlink(parent, link.id(), owned);
        Some(link)
    }

    pub(in crate::store) fn fill(
        &mut self,
        id: i64,
        owned: RawKey,
        owner: P::Owner,
    ) -> Vec<Problem> {
        self.counter.use_up(id);
        if let Some(link) = self.links.get(owned) {
            let column = P::INFO.foreign_key_column(OWNED).to_owned();
            let kind = ProblemKind::NotUnique {
                existing: link.id(),
            };
            return vec![Problem {
                table: P::INFO.name,
                id,
                column,
                kind,
            }];
        }
        self.put(
            owned,
            Link::new(id, owner, 0, RowState::empty()),
            Place::Last,
        );
        Vec::new()
    }

    /// Takes the row of an owned row away.
    pub(in crate::store) fn take_out(&mut self, key: RawKey) {
        let Some(link) = self.take(key) else { return };
        if !link.is_new() {
            let (arm, parent) = link.arm();
            let belonged_to = match (parent, arm_table::<P>(arm)) {
                (Parent::Row(key), Some(table)) => smallvec![AnyKey { table, key }],
                _ => SmallVec::new(),
            };
            self.dirty.bury(Tombstone {
                id: link.id(),
                key,
                belonged_to,
                has_moved: link.dirty() != 0,
            });
        }
        self.undo.push(Undo::Unlink { owned: key, link });
    }

    /// Makes sure that this id is not given any more, as a step that can be taken back.
    pub(in crate::store) fn use_up_id(&mut self, id: i64) {
        let next_id = self.counter.next();
        self.counter.use_up(id);
        self.undo.push(Undo::UseUp { next_id });
    }

    /// Takes the last recorded step back.
    pub(in crate::store) fn take_back(&mut self) {
        match self.undo.pop() {
            Some(Undo::Link { owned, next_id, .. }) => {
                self.take(owned);
                self.counter.reset(next_id);
            }
            Some(Undo::UseUp { next_id }) => self.counter.reset(next_id),
            Some(Undo::Unlink { owned, link }) => {
                if !link.is_new() {
                    self.dirty.unbury();
                }
                self.put(owned, link, Place::ById);
            }
            Some(Undo::Move { owned, mut link }) => {
                self.take(owned);
                // The lists of dirty rows are never taken back, so the row is still in them.
                link.set_state(link.state() | RowState::LISTED | RowState::MOVED);
                self.put(owned, link, Place::ById);
            }
            None => {}
        }
    }
}

/// What giving a row away has changed, if it was not given back since.
fn moved<P: PivotRow>(from: &Link<P>, to: &Link<P>) -> Option<Effect<Positions>> {
    let (from, to) = (from.arm(), to.arm());
    if from == to {
        return None;
    }
    let column = |(arm, _): (usize, _)| arm_column::<P>(arm) as u16;
    let mut columns = Positions::from_slice(&[column(from), column(to)]);
    columns.sort_unstable();
    columns.dedup();
    Some(Effect::Changed(columns))
}
