//! The owner of a row, out of several tables.

use std::fmt::Debug;

use crate::schema::TableId;
use crate::schema::value::Value;
use crate::store::index::Parent;
use crate::store::key::{Key, RawKey, WorldNumber};
use crate::store::row::entity::{Resolve, Row};

/// An owner out of several tables. Generated for pivots, and for the owner columns of a row.
pub trait Owner: Copy + Debug + PartialEq + Send + Sync + 'static {
    /// The table that each arm references.
    const TARGETS: &'static [Option<TableId>];

    /// The name of each arm, as its variant has it.
    const NAMES: &'static [&'static str];

    /// The arm, numbered in column order, and the owner in it.
    fn arm(self) -> (usize, Parent);
    /// Whether the owner's key is known to be one of another world.
    fn is_of_another_world(self, world: WorldNumber) -> bool;
    /// The owner in this arm, if there is such an arm.
    fn from_arm(arm: usize, parent: Parent) -> Option<Self>;
}

/// The owner in an arm of an [`Owner`]: the key of a row, or the id of an owner without a table.
pub trait Arm: Sized {
    /// The table of the row.
    const TABLE: Option<TableId>;

    /// The owner without its type.
    fn parent(self) -> Parent;
    /// Whether it is the key of a row that is known to be one of another world.
    #[inline]
    fn is_of_another_world(self, _world: WorldNumber) -> bool {
        false
    }
    /// The owner with its type, if it is of this type.
    fn from_parent(parent: Parent) -> Option<Self>;
}

impl<E: Row> Arm for Key<E> {
    const TABLE: Option<TableId> = Some(E::TABLE);

    #[inline]
    fn parent(self) -> Parent {
        Parent::Row(self.raw())
    }

    #[inline]
    fn is_of_another_world(self, world: WorldNumber) -> bool {
        Key::is_of_another_world(self, world)
    }

    #[inline]
    fn from_parent(parent: Parent) -> Option<Self> {
        match parent {
            Parent::Row(key) => Some(Self::from_raw(key)),
            Parent::Outside(_) => None,
        }
    }
}

impl Arm for i64 {
    const TABLE: Option<TableId> = None;

    #[inline]
    fn parent(self) -> Parent {
        Parent::Outside(self)
    }

    #[inline]
    fn from_parent(parent: Parent) -> Option<Self> {
        match parent {
            Parent::Outside(id) => Some(id),
            Parent::Row(_) => None,
        }
    }
}

/// The value of an owner column in the file: the owner's id if this is its arm, NULL otherwise.
pub fn owner_value<'a, T: Resolve>(
    owner: impl Owner,
    arm: usize,
    table: Option<TableId>,
    tables: &T,
) -> Value<'a> {
    match owner.arm() {
        (its_arm, parent) if its_arm == arm => match (parent, table) {
            (Parent::Row(key), Some(table)) => tables.id_of(table, key).into(),
            (Parent::Outside(id), _) => Value::Integer(id),
            (Parent::Row(_), None) => Value::Null,
        },
        _ => Value::Null,
    }
}

/// Bit n: arm n changes when the owner does.
#[inline]
pub fn differing_arms<O: Owner>(old: O, new: O) -> u32 {
    if old == new {
        return 0;
    }
    1 << old.arm().0 | 1 << new.arm().0
}

/// The row that an arm references, if the owner is in that arm.
#[inline]
pub fn arm_parent<O: Owner>(owner: O, arm: usize) -> Option<RawKey> {
    match owner.arm() {
        (its_arm, Parent::Row(key)) if its_arm == arm => Some(key),
        _ => None,
    }
}
