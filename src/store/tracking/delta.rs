//! Deltas: changes that are copied out of one world and applied to its mirror.

use crate::schema::value::Value;
use crate::schema::{TableId, TableInfo};
use crate::store::row::reader::{Cell, Cells};
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};

/// Changes of a world with their values: new rows with all columns, changed rows with the changed
/// columns, removed rows by their ids. A delta has no references into the world, so it can be sent to
/// another thread or serialized.
///
/// Foreign keys are stored as ids, as in a file.
///
/// ```
/// use gamedb_models::{Player, World};
///
/// let (mut world, mut mirror) = (World::new(), World::new());
/// let ada = world.insert(Player { full_name: "Ada".into(), ..Player::default() })?;
/// mirror.apply(&world.snapshot()?)?;
///
/// let mut subscription = world.subscribe()?;
/// world.get_mut(ada)?.set_full_name("Ada Lovelace");
/// mirror.apply(&world.changes(&mut subscription)?.delta())?;
///
/// let mirrored = mirror.key(world.id(ada)?).expect("ids are the same, keys are not");
/// assert_eq!(mirror.get(mirrored)?.full_name, "Ada Lovelace");
/// # Ok::<(), gamedb::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Delta {
    pub(crate) tables: Vec<(&'static TableInfo, ChangeSet)>,
    /// In a snapshot, the last id of each table that must not be assigned again, although its row may
    /// have been removed.
    pub(crate) used_ids: Vec<UsedId>,
}

/// The last id of a table that must not be assigned again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UsedId {
    pub(crate) table: TableId,
    /// The table's name, for the wire.
    #[cfg_attr(
        not(feature = "serde"),
        allow(dead_code, reason = "only what is sent names it")
    )]
    pub(crate) name: &'static str,
    pub(crate) id: i64,
}

impl Delta {
    /// Number of rows that are inserted, changed or removed.
    #[must_use]
    pub fn len(&self) -> usize {
        let of_table =
            |(_, change_set): &(_, ChangeSet)| change_set.rows().len() + change_set.removed().len();
        self.tables.iter().map(of_table).sum()
    }

    /// Whether nothing has changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The changes of each table that has changes, in declaration order.
    pub fn tables(&self) -> impl ExactSizeIterator<Item = (&'static TableInfo, &ChangeSet)> {
        self.tables
            .iter()
            .map(|(info, change_set)| (*info, change_set))
    }
}

/// Two deltas are equal if they have the same changes with the same values, whichever worlds they come
/// from.
impl PartialEq for Delta {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.tables().zip(other.tables());
        self.tables.len() == other.tables.len()
            && pairs.all(|((info, mine), (other_info, others))| {
                info.name == other_info.name && mine.has_same_changes(others)
            })
    }
}

/// The columns of a row after a delta is applied: those in the delta, and the others with their values
/// `before`.
pub(crate) fn overlay<'a>(
    change_set: &'a ChangeSet,
    row: &ChangedRow,
    info: &TableInfo,
    before: impl Fn(usize) -> Value<'a>,
) -> Cells<'a> {
    let value = |column| {
        change_set
            .value(row, column)
            .unwrap_or_else(|| before(column))
    };
    let columns = 0..info.columns.len();
    columns.map(|column| Cell::Value(value(column))).collect()
}
