//! A pivot row as stored under the key of the owned row. There are as many pivot rows as owned rows, so
//! they are packed.

use std::fmt;
use std::marker::PhantomData;

use slotmap::{Key as _, KeyData};

use crate::store::index::Parent;
use crate::store::row::entity::PivotRow;
use crate::store::row::owner::Owner;
use crate::store::tracking::dirty::RowState;

/// The maximum number of arms: the flags have no room for more.
pub(crate) const MOST_ARMS: usize = 23;

const ARM: u32 = 23;
const IS_OUTSIDE: u32 = 1 << 28;
const NEW: u32 = 1 << 29;
const LISTED: u32 = 1 << 30;
const MOVED: u32 = 1 << 31;

/// 20 bytes, aligned to four: with the four bytes that a secondary map adds, a row takes 24.
pub(crate) struct PackedRow<P> {
    id: [u8; 8],
    /// The owner's key, or its bare id.
    parent: [u8; 8],
    /// From the lowest bit: the dirty arms, the arm of the owner, and the row states.
    flags: u32,
    row: PhantomData<fn() -> P>,
}

impl<P> Clone for PackedRow<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for PackedRow<P> {}

impl<P: PivotRow> fmt::Debug for PackedRow<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PackedRow")
            .field("id", &self.id())
            .field("owner", &self.owner())
            .field("dirty", &self.dirty())
            .field("state", &self.state())
            .finish()
    }
}

impl<P: PivotRow> PackedRow<P> {
    #[inline]
    pub(crate) fn new(id: i64, owner: P::Owner, dirty: u32, state: RowState) -> Self {
        const {
            assert!(
                P::INFO.arms().len() <= MOST_ARMS,
                "a pivot has 23 owner columns at most"
            );
        }
        let (arm, parent) = owner.arm();
        let (bits, kind) = match parent {
            Parent::Row(key) => (key.data().as_ffi().to_ne_bytes(), 0),
            Parent::Outside(id) => (id.to_ne_bytes(), IS_OUTSIDE),
        };
        let mut packed = Self {
            id: id.to_ne_bytes(),
            parent: bits,
            #[allow(clippy::cast_possible_truncation, reason = "there are 23 at most")]
            flags: dirty | kind | (arm as u32) << ARM,
            row: PhantomData,
        };
        packed.set_state(state);
        packed
    }

    #[inline]
    pub(crate) fn id(&self) -> i64 {
        i64::from_ne_bytes(self.id)
    }

    /// The owner of the row: its arm and its key or id.
    #[inline]
    pub(crate) fn arm(&self) -> (usize, Parent) {
        let parent = if self.flags & IS_OUTSIDE == 0 {
            Parent::Row(KeyData::from_ffi(u64::from_ne_bytes(self.parent)).into())
        } else {
            Parent::Outside(i64::from_ne_bytes(self.parent))
        };
        ((self.flags >> ARM & 0b1_1111) as usize, parent)
    }

    /// The owner with its type.
    #[inline]
    pub(crate) fn owner(&self) -> P::Owner {
        let (arm, parent) = self.arm();
        P::Owner::from_arm(arm, parent).expect("a packed row was built from an owner")
    }

    /// Bit n is set if the column of arm n is dirty.
    #[inline]
    pub(crate) fn dirty(&self) -> u32 {
        self.flags & ((1 << MOST_ARMS) - 1)
    }

    #[inline]
    pub(crate) fn state(&self) -> RowState {
        let mut state = RowState::empty();
        state.set(RowState::NEW, self.flags & NEW != 0);
        state.set(RowState::LISTED, self.flags & LISTED != 0);
        state.set(RowState::MOVED, self.flags & MOVED != 0);
        state
    }

    /// Sets all states but [`RowState::REMOVED`]: a pivot row is removed at once.
    #[inline]
    pub(crate) fn set_state(&mut self, state: RowState) {
        self.flags &= !(NEW | LISTED | MOVED);
        if state.contains(RowState::NEW) {
            self.flags |= NEW;
        }
        if state.contains(RowState::LISTED) {
            self.flags |= LISTED;
        }
        if state.contains(RowState::MOVED) {
            self.flags |= MOVED;
        }
    }

    /// Marks arms as dirty.
    pub(crate) fn touch(&mut self, arms: u32) {
        self.flags |= arms;
    }

    #[inline]
    pub(crate) fn is_new(&self) -> bool {
        self.flags & NEW != 0
    }

    #[inline]
    pub(crate) fn is_dirty(&self) -> bool {
        self.is_new() || self.dirty() != 0
    }

    /// Marks the row as clean: the file has its current values.
    pub(crate) fn clean(&mut self) {
        self.flags &= !(NEW | ((1 << MOST_ARMS) - 1));
    }
}
