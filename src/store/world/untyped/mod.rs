//! Tables and rows without their row types: for tools that show or edit a world whose schema they do
//! not know when they are compiled.

mod erased;
mod row;

use crate::schema::{TableId, TableInfo, TableKind};
use crate::store::key::{AnyKey, RawKey};
use crate::store::table::stored::Tables;
use crate::store::world::World;

use erased::Erased;

pub use row::UntypedRow;

/// A table of a world without its row type, for reading: names, rows as [`Value`](crate::Value)s, what is dirty, and
/// what references it. Returned by [`World::untyped_tables`] and [`World::untyped_table`].
///
/// A program that knows its row types uses [`Table`](crate::Table), which is faster and typed. This is
/// for inspectors, exporters and admin tools:
///
/// ```
/// use gamedb::Value;
/// use gamedb_models::{Player, World};
///
/// let mut world = World::new();
/// world.insert(Player { full_name: "Ada".into(), ..Player::default() })?;
///
/// let players = world.untyped_table("players").expect("the schema has it");
/// let row = players.rows_from(i64::MIN).next().expect("Ada");
/// assert_eq!(players.info().columns[0], "full_name");
/// assert_eq!(row.value(0).as_value(), Value::Text("Ada"));
/// # Ok::<(), gamedb::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct UntypedTable<'w> {
    world: &'w dyn Erased,
    id: TableId,
}

/// A key that references a table, and what happens to its rows when the row that they name is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncomingReference {
    /// The table that has the key.
    pub table: TableId,
    /// Which of its keys it is.
    pub key: ReferenceKey,
    /// What [`World::remove`] does to a row whose key names a removed row.
    pub on_removal: OnRemoval,
}

/// A key of a table, by its position there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceKey {
    /// A foreign key, which names a row by its id: the position in [`TableInfo::foreign_keys`].
    Foreign(usize),
    /// A key by value, which a nest is too: the position in [`TableInfo::value_keys`].
    ByValue(usize),
}

/// What happens to a row whose key names a row that is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRemoval {
    /// It is removed too.
    Removed,
    /// It is a pivot's row, and goes with the row that it is about, which this table has: the owned row
    /// is removed, because its owner is.
    RemovedWithOwned(TableId),
    /// The columns of the key become NULL.
    SetNull,
    /// The removal is refused, unless it removes this row as well, or sets a column of the key to NULL.
    Refused,
}

impl<T: Tables> World<T> {
    pub(in crate::store::world) fn untyped(&self, id: TableId) -> UntypedTable<'_> {
        UntypedTable { world: self, id }
    }

    /// All tables without their row types, in declaration order.
    pub fn untyped_tables(&self) -> impl ExactSizeIterator<Item = UntypedTable<'_>> {
        (0..T::INFO.len()).map(|table| {
            let id = u16::try_from(table).expect("a table's position is a TableId");
            self.untyped(TableId(id))
        })
    }

    /// The table with this name in the schema, without its row type. O(tables).
    #[must_use]
    pub fn untyped_table(&self, name: &str) -> Option<UntypedTable<'_>> {
        self.untyped_tables()
            .find(|table| table.info().name == name)
    }
}

impl<'w> UntypedTable<'w> {
    /// Position of the table among the tables of its world.
    #[must_use]
    pub fn id(self) -> TableId {
        self.id
    }

    /// The schema of the table.
    #[must_use]
    pub fn info(self) -> &'static TableInfo {
        self.world.infos()[self.id.index()]
    }

    /// Another table of the same world.
    ///
    /// # Panics
    /// If the world has no such table; the [`TableId`]s in [`info`](Self::info) and
    /// [`references`](Self::references) are tables of it.
    #[must_use]
    pub fn sibling(self, id: TableId) -> Self {
        assert!(id.index() < self.world.infos().len(), "no table has {id:?}");
        Self { id, ..self }
    }

    /// Number of rows. O(1).
    #[must_use]
    pub fn n_rows(self) -> usize {
        self.world.n_rows(self.id)
    }

    /// Bytes of memory that the table has allocated for its rows, ids and indexes, and for the list of
    /// dirty rows. An estimate from capacities, in O(indexes): texts, blobs, and the lists of parents with more than
    /// eight children are not visited, so they do not count.
    #[must_use]
    pub fn n_bytes(self) -> usize {
        self.world.n_bytes(self.id)
    }

    /// The live rows from a [place](UntypedRow::at) on, in ascending order of their places; `i64::MIN` starts
    /// with the first row. Starting in the middle costs no more than starting at the beginning, so a
    /// long search can go on in another tick.
    pub fn rows_from(self, at: i64) -> impl Iterator<Item = UntypedRow<'w>> {
        let rows = self.world.rows_from(self.id, at);
        rows.map(move |(at, key)| UntypedRow {
            table: self,
            key,
            at,
        })
    }

    /// The row at this [place](UntypedRow::at). O(1).
    #[must_use]
    pub fn row(self, at: i64) -> Option<UntypedRow<'w>> {
        let key = self.world.row_at(self.id, at)?;
        let table = self;
        Some(UntypedRow { table, key, at })
    }

    /// The foreign keys that reference this table, and after them the keys by value, with what happens to their rows
    /// when a row of this table is removed. This is the order in which a removal follows them.
    #[must_use]
    pub fn references(self) -> Vec<IncomingReference> {
        self.world.references(self.id)
    }

    /// The most rows that [`dirty_rows`](Self::dirty_rows) can return: rows that have become clean by a
    /// rollback or a save still count. O(1).
    #[must_use]
    pub fn n_listed(self) -> usize {
        self.world.listed(self.id).len()
    }

    /// The live rows that differ from the file, among these of the [`n_listed`](Self::n_listed) candidates;
    /// those that became dirty last are at the end, unless a flush has been staged. What the next flush does to
    /// each is in [`UntypedRow::unflushed`]. O(1) to start, and for each candidate.
    pub fn dirty_rows(
        self,
        candidates: std::ops::Range<usize>,
    ) -> impl DoubleEndedIterator<Item = UntypedRow<'w>> {
        let listed = self.world.listed(self.id);
        let end = candidates.end.min(listed.len());
        let candidates = &listed[candidates.start.min(end)..end];
        candidates.iter().filter_map(move |&key| {
            let row = self.with_key(key)?;
            row.unflushed().is_some().then_some(row)
        })
    }

    /// Ids of the removed rows that the file still has. O(1) to start.
    #[must_use]
    pub fn removed_ids(self) -> impl ExactSizeIterator<Item = i64> + use<'w> {
        self.world.removed(self.id)
    }

    /// A row that an index of the world contains.
    fn indexed(self, key: RawKey) -> UntypedRow<'w> {
        let row = self.with_key(key);
        row.expect("a row that an index contains is live (invariant 1)")
    }

    pub(in crate::store::world) fn with_key(self, key: RawKey) -> Option<UntypedRow<'w>> {
        let table = self;
        let place = match self.info().kind {
            TableKind::Pivot { owned } => AnyKey { table: owned, key },
            _ => AnyKey {
                table: self.id,
                key,
            },
        };
        // Both are asked: a pivot's row may be gone before the row that it is about.
        self.world.id_of(AnyKey {
            table: self.id,
            key,
        })?;
        let at = self.world.id_of(place)?;
        Some(UntypedRow { table, key, at })
    }
}

impl std::fmt::Debug for UntypedTable<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UntypedTable")
            .field("name", &self.info().name)
            .field("n_rows", &self.n_rows())
            .finish()
    }
}
