//! Sets of rows across tables, and the selection of dirty rows to capture.

use crate::schema::TableId;
use crate::store::key::{AnyKey, RawKey};

/// A set of rows of any tables. The rows of one table, and whether the set contains a row, are found in
/// O(log n).
#[derive(Debug)]
pub struct RowSet(Vec<AnyKey>);

impl FromIterator<AnyKey> for RowSet {
    fn from_iter<I: IntoIterator<Item = AnyKey>>(rows: I) -> Self {
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_unstable();
        rows.dedup();
        Self(rows)
    }
}

impl RowSet {
    /// Whether the set contains the row.
    #[must_use]
    pub fn contains(&self, row: AnyKey) -> bool {
        self.0.binary_search(&row).is_ok()
    }

    /// All rows, grouped by table.
    pub fn iter(&self) -> impl Iterator<Item = AnyKey> {
        self.0.iter().copied()
    }

    /// The keys of the rows of one table, in the order in which the rows are stored in memory.
    pub fn keys(&self, table: TableId) -> impl Iterator<Item = RawKey> {
        let start = self.0.partition_point(|row| row.table < table);
        let rows = self.0[start..].iter();
        rows.take_while(move |row| row.table == table)
            .map(|row| row.key)
    }
}

/// Which rows to capture.
#[derive(Clone, Copy, Debug)]
pub enum Selection<'a> {
    /// Every dirty row.
    All,
    /// At most this many dirty rows, from the beginning of the list, and no tombstones.
    Oldest(usize),
    /// The dirty rows and the tombstones of this set.
    Only(&'a RowSet),
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotmap::SlotMap;

    #[test]
    fn rows_of_one_table_are_found_among_those_of_many() {
        let mut keys = SlotMap::<RawKey, ()>::with_key();
        let keys = [(); 3].map(|()| keys.insert(()));
        let row = |table, key: usize| AnyKey {
            table: TableId(table),
            key: keys[key],
        };
        let rows = RowSet::from_iter([row(2, 2), row(0, 1), row(2, 0), row(3, 1), row(2, 2)]);
        assert_eq!(rows.iter().count(), 4);
        assert!(rows.keys(TableId(2)).eq([keys[0], keys[2]]));
        assert!(rows.keys(TableId(0)).eq([keys[1]]));
        assert_eq!(
            rows.keys(TableId(1)).count() + rows.keys(TableId(4)).count(),
            0
        );
        assert!(rows.contains(row(3, 1)) && !rows.contains(row(3, 2)));
    }
}
