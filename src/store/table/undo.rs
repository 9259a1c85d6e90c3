//! The undo log of a table: each step, with what it takes to undo it, until the transaction ends.

use bitflags::Flags as _;

use super::{Table, positions};
use crate::store::index::InsertAt;
use crate::store::key::{AnyKey, RawKey};
use crate::store::row::entity::Row;
use crate::store::tracking::commit_sink::CommitSink;
use crate::store::tracking::dirty::RowState;
use crate::store::tracking::effect::Effect;

/// An entry of the undo log: how to undo one step.
#[derive(Debug)]
pub(super) enum Undo<E: Row> {
    Insert {
        key: RawKey,
    },
    Remove {
        key: RawKey,
    },
    /// A row was reserved: it has no values yet and is in no index.
    Reserve {
        key: RawKey,
        next_id: Option<i64>,
    },
    /// The values of a reserved row were written.
    Fill {
        key: RawKey,
    },
    /// Several fields were written at once.
    Replace {
        key: RawKey,
        old: Box<E>,
        columns: E::Columns,
        dirty: E::Columns,
    },
    Write {
        key: RawKey,
        old: E::Field,
        dirty: E::Columns,
    },
    /// Ids were marked as used that no row has.
    UseUp {
        next_id: Option<i64>,
    },
}

impl<E: Row> Table<E> {
    /// Undoes the last recorded step.
    pub(crate) fn undo(&mut self) {
        let step = self.undo.pop();
        match step.expect("the world's log counts the steps of each table") {
            Undo::Insert { key } => {
                self.unindex_row(key, E::Columns::all());
                let id = self.free(key);
                self.ids.counter_mut().release_last(id);
            }
            Undo::Remove { key } => {
                let slot = &mut self.rows[key];
                slot.state.remove(RowState::REMOVED);
                let is_new = slot.state.contains(RowState::NEW);
                self.ids.put(slot.id, key);
                self.n_live += 1;
                if !is_new {
                    self.dirty.pop_tombstone();
                }
                self.index_row(key, E::Columns::all(), InsertAt::ById);
            }
            Undo::Reserve { key, next_id } => {
                self.free(key);
                self.ids.counter_mut().reset(next_id);
            }
            Undo::UseUp { next_id } => self.ids.counter_mut().reset(next_id),
            Undo::Fill { key } => {
                self.unindex_row(key, E::Columns::all());
                self.rows[key].row = E::default();
            }
            Undo::Replace {
                key,
                old,
                columns,
                dirty,
            } => {
                self.unindex_row(key, columns);
                let slot = &mut self.rows[key];
                slot.row = *old;
                slot.dirty = dirty;
                self.index_row(key, columns, InsertAt::ById);
            }
            Undo::Write { key, old, dirty } => {
                let indexed = self.rows[key].row.differs(&old).intersection(E::INDEXED);
                if !indexed.is_empty() {
                    self.unindex_row(key, indexed);
                }
                let slot = &mut self.rows[key];
                slot.row.replace(old);
                slot.dirty = dirty;
                if !indexed.is_empty() {
                    self.index_row(key, indexed, InsertAt::ById);
                }
            }
        }
    }

    /// Frees the slot of a row that was inserted or reserved in this transaction. Returns the id of the row.
    fn free(&mut self, key: RawKey) -> i64 {
        let slot = self.rows.remove(key);
        let id = slot
            .expect("a row that a step has made is there when the step is undone")
            .id;
        self.n_live -= 1;
        self.ids.remove(id);
        id
    }

    /// Clears the undo log, records each step in the commit sink, and frees the removed rows.
    pub(crate) fn commit(&mut self, sink: &mut CommitSink) {
        for step in self.undo.drain(..) {
            let (Undo::Insert { key }
            | Undo::Remove { key }
            | Undo::Reserve { key, .. }
            | Undo::Fill { key }
            | Undo::Replace { key, .. }
            | Undo::Write { key, .. }) = step
            else {
                continue;
            };
            let row = AnyKey {
                table: E::TABLE,
                key,
            };
            let rows = &self.rows;
            sink.record(row, || {
                let slot = rows.get(key)?;
                let effect = match &step {
                    Undo::Insert { .. } | Undo::Reserve { .. } => Effect::Inserted,
                    Undo::Fill { .. } => return None,
                    Undo::Remove { .. } => Effect::Removed,
                    Undo::Replace { columns, .. } => Effect::Changed(positions::<E>(*columns)),
                    Undo::Write { old, .. } => {
                        let columns = slot.row.differs(old);
                        if columns.is_empty() {
                            return None;
                        }
                        Effect::Changed(positions::<E>(columns))
                    }
                    Undo::UseUp { .. } => return None,
                };
                Some((slot.id, effect))
            });
            if let Undo::Remove { key } = step {
                self.rows.remove(key);
            }
        }
    }

    /// Number of removed rows that a rollback would restore.
    pub(crate) fn n_removed(&self) -> usize {
        let removed = |step: &&Undo<E>| matches!(step, Undo::Remove { .. });
        self.undo.iter().filter(removed).count()
    }
}
