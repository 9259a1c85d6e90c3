//! Changes on their way to another world: copied out of one, applied to its mirror.

use crate::schema::value::Value;
use crate::schema::{TableId, TableInfo};
use crate::store::row::reader::{Cell, Cells};
use crate::store::tracking::change_set::{ChangeSet, ChangedRow};

/// Changes of a world with their values: new rows whole, changed ones by the columns that changed,
/// removed ones by their ids. Refers to nothing, so it can go to another thread or be written out.
///
/// Foreign keys are ids in it, as in a file.
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
    /// Of a snapshot: of each table the last id that is not to be given again, though its row may be gone.
    pub(crate) used_ids: Vec<(TableId, i64)>,
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

    /// The changes of each table that has some, in declaration order.
    pub fn tables(&self) -> impl ExactSizeIterator<Item = (&'static TableInfo, &ChangeSet)> {
        self.tables
            .iter()
            .map(|(info, change_set)| (*info, change_set))
    }
}

/// The same changes with the same values, whichever worlds they come from.
impl PartialEq for Delta {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.tables().zip(other.tables());
        self.tables.len() == other.tables.len()
            && pairs.all(|((info, mine), (other_info, others))| {
                info.name == other_info.name && mine.says_the_same(others)
            })
    }
}

/// The columns of a row as a delta makes it: those in it, and the others as they are `before`.
pub(in crate::store) fn overlay<'a>(
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
