//! Inserting, moving and removing pivot rows, and undoing each step.

use smallvec::{SmallVec, smallvec};

use super::packed_row::PackedRow;
use super::{Pivot, Undo, bit};
use crate::error::{Problem, ProblemKind};
use crate::store::index::{InsertAt, Parent};
use crate::store::key::{AnyKey, RawKey};
use crate::store::row::entity::PivotRow;
use crate::store::row::owner::Owner as _;
use crate::store::tracking::commit_sink::CommitSink;
use crate::store::tracking::dirty::RowState;
use crate::store::tracking::effect::{Effect, Positions, position};
use crate::store::tracking::tombstone::Tombstone;

/// Changing rows. The caller has checked that the owner exists and that the owned row has no owner.
impl<P: PivotRow> Pivot<P> {
    pub(crate) fn next_id(&self) -> Option<i64> {
        self.counter.next()
    }

    /// Sets the owner of a row that has no owner.
    #[inline]
    pub(crate) fn insert(
        &mut self,
        id: i64,
        owned: RawKey,
        owner: P::Owner,
        at: InsertAt,
        record: bool,
    ) {
        let next_id = self.counter.next();
        if !record {
            self.shrink_dirty();
        }
        let mut state = RowState::NEW;
        self.dirty.enlist(owned, &mut state);
        self.counter.use_up(id);
        self.put(owned, PackedRow::new(id, owner, 0, state), at);
        if record {
            self.undo.push(Undo::Insert { owned, id, next_id });
        }
    }

    /// Shrinks the dirty lists. Not while a transaction is open: a rollback may restore removed rows,
    /// which have to be in the lists then.
    fn shrink_dirty(&mut self) {
        let rows = &self.rows;
        self.dirty.shrink(rows.len(), |key| rows.contains_key(key));
    }

    /// Clears the undo log, and records each step in the commit sink.
    pub(crate) fn commit(&mut self, sink: &mut CommitSink) {
        for step in self.undo.drain(..) {
            let (owned, id) = match step {
                Undo::Insert { owned, id, .. } => (owned, id),
                Undo::Remove { owned, packed } | Undo::Move { owned, packed } => {
                    (owned, packed.id())
                }
                Undo::UseUp { .. } => continue,
            };
            let row = AnyKey {
                table: P::TABLE,
                key: owned,
            };
            sink.record(row, || {
                let effect = match step {
                    Undo::Insert { .. } => Effect::Inserted,
                    Undo::Remove { .. } => Effect::Removed,
                    Undo::Move { packed, .. } => moved(&packed, self.rows.get(owned)?)?,
                    Undo::UseUp { .. } => return None,
                };
                Some((id, effect))
            });
        }
        self.shrink_dirty();
    }

    /// Moves an owned row to another owner: one UPDATE, of the arms that change.
    pub(crate) fn give(&mut self, owned: RawKey, owner: P::Owner, record: bool) {
        let old = self.take(owned).expect("a row that is given has an owner");
        let ((from, _), (to, _)) = (old.arm(), owner.arm());
        let mut state = old.state();
        self.dirty.enlist(owned, &mut state);
        self.dirty.enlist_moved(owned, &mut state);
        let dirty = old.dirty() | bit(from) | bit(to);
        let packed = PackedRow::new(old.id(), owner, dirty, state);
        self.put(owned, packed, InsertAt::ById);
        if record {
            self.undo.push(Undo::Move { owned, packed: old });
        }
    }

    #[inline]
    pub(crate) fn put(&mut self, owned: RawKey, packed: PackedRow<P>, at: InsertAt) {
        self.rows.insert(owned, packed);
        let (arm, parent) = packed.arm();
        let rows = &self.rows;
        self.arms[arm].insert(parent, packed.id(), owned, at, |other| rows[other].id());
    }

    fn take(&mut self, owned: RawKey) -> Option<PackedRow<P>> {
        let packed = self.rows.remove(owned)?;
        let (arm, parent) = packed.arm();
        self.arms[arm].remove(parent, packed.id(), owned);
        Some(packed)
    }

    pub(crate) fn fill(&mut self, id: i64, owned: RawKey, owner: P::Owner) -> Vec<Problem> {
        self.counter.use_up(id);
        if let Some(packed) = self.rows.get(owned) {
            let column = P::INFO.owned_column().to_owned();
            let kind = ProblemKind::NotUnique {
                existing: packed.id(),
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
            PackedRow::new(id, owner, 0, RowState::empty()),
            InsertAt::Last,
        );
        Vec::new()
    }

    /// Removes the pivot row of an owned row.
    pub(crate) fn remove(&mut self, key: RawKey) {
        let Some(packed) = self.take(key) else { return };
        if !packed.is_new() {
            let (arm, parent) = packed.arm();
            let belonged_to = match (parent, P::INFO.arms()[arm].table) {
                (Parent::Row(key), Some(table)) => smallvec![AnyKey { table, key }],
                _ => SmallVec::new(),
            };
            self.dirty.add_tombstone(Tombstone {
                id: packed.id(),
                key,
                belonged_to,
                has_moved: packed.dirty() != 0,
            });
        }
        self.undo.push(Undo::Remove { owned: key, packed });
    }

    /// Marks an id as used, so that it is not assigned any more, as a step that can be undone.
    pub(crate) fn use_up(&mut self, id: i64) {
        let next_id = self.counter.next();
        self.counter.use_up(id);
        self.undo.push(Undo::UseUp { next_id });
    }

    /// Undoes the last recorded step.
    pub(crate) fn undo(&mut self) {
        let step = self.undo.pop();
        match step.expect("the world's log counts the steps of each table") {
            Undo::Insert { owned, next_id, .. } => {
                self.take(owned);
                self.counter.reset(next_id);
            }
            Undo::UseUp { next_id } => self.counter.reset(next_id),
            Undo::Remove { owned, packed } => {
                if !packed.is_new() {
                    self.dirty.pop_tombstone();
                }
                self.put(owned, packed, InsertAt::ById);
            }
            Undo::Move { owned, mut packed } => {
                self.take(owned);
                // The dirty lists are not part of the undo log, so the row is still in them.
                packed.set_state(packed.state() | RowState::LISTED | RowState::MOVED);
                self.put(owned, packed, InsertAt::ById);
            }
        }
    }
}

/// The effect of moving a row to another owner, unless it was moved back since.
fn moved<P: PivotRow>(from: &PackedRow<P>, to: &PackedRow<P>) -> Option<Effect<Positions>> {
    let (from, to) = (from.arm(), to.arm());
    if from == to {
        return None;
    }
    let column = |(arm, _): (usize, _)| position(P::INFO.arms()[arm].column);
    let mut columns = Positions::from_slice(&[column(from), column(to)]);
    columns.sort_unstable();
    columns.dedup();
    Some(Effect::Changed(columns))
}
