//! Tables and rows without their row types: for tools that show or edit a world whose schema they do
//! not know when they are compiled.

use crate::schema::value::{Encoded, Value};
use crate::schema::{TableId, TableInfo, TableKind};
use crate::store::index::Parent;
use crate::store::key::{AnyKey, RawKey};
use crate::store::table::dyn_table::RowsFrom;
use crate::store::table::stored::Tables;
use crate::store::tracking::change_set::ChangeSet;
use crate::store::tracking::delta::Delta;
use crate::store::tracking::effect::{Effect, Positions, position};
use crate::store::world::World;
use crate::store::world::remove::Action;

/// A table of a world without its row type, for reading: names, rows as [`Value`]s, what is dirty, and
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

/// A live row of any table, for reading.
#[derive(Clone, Copy)]
pub struct UntypedRow<'w> {
    table: UntypedTable<'w>,
    key: RawKey,
    at: i64,
}

/// A foreign key that references a table, and what happens to its rows when the row that they name is
/// removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncomingReference {
    /// The table that has the foreign key.
    pub table: TableId,
    /// Position of the foreign key in [`TableInfo::foreign_keys`].
    pub foreign_key: usize,
    /// What [`World::remove`] does to a row whose foreign key names a removed row.
    pub on_removal: OnRemoval,
}

/// What happens to a row whose foreign key names a row that is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRemoval {
    /// It is removed too.
    Removed,
    /// It is a pivot's row, and goes with the row that it is about, which this table has: the owned row
    /// is removed, because its owner is.
    RemovedWithOwned(TableId),
    /// The foreign key becomes NULL.
    SetNull,
    /// The removal is refused, unless this row is removed as well.
    Refused,
}

/// A world without its type.
trait Erased {
    fn infos(&self) -> &'static [&'static TableInfo];
    fn n_rows(&self, table: TableId) -> usize;
    fn n_bytes(&self, table: TableId) -> usize;
    fn rows_from(&self, table: TableId, at: i64) -> RowsFrom<'_>;
    fn row_at(&self, table: TableId, at: i64) -> Option<RawKey>;
    fn id_of(&self, row: AnyKey) -> Option<i64>;
    fn value(&self, row: AnyKey, column: usize) -> Option<Encoded<'_>>;
    fn unflushed(&self, row: AnyKey) -> Option<Effect<Positions>>;
    fn listed(&self, table: TableId) -> &[RawKey];
    fn removed(&self, table: TableId) -> Box<dyn ExactSizeIterator<Item = i64> + '_>;
    fn parent(&self, row: AnyKey, foreign_key: usize) -> Option<Parent>;
    fn children(
        &self,
        table: TableId,
        foreign_key: usize,
        parent: RawKey,
    ) -> Box<dyn ExactSizeIterator<Item = RawKey> + '_>;
    fn references(&self, table: TableId) -> Vec<IncomingReference>;
}

impl<T: Tables> Erased for World<T> {
    fn infos(&self) -> &'static [&'static TableInfo] {
        T::INFO
    }

    fn n_rows(&self, table: TableId) -> usize {
        self.tables.table(table).n_rows()
    }

    fn n_bytes(&self, table: TableId) -> usize {
        self.tables.table(table).n_bytes()
    }

    fn rows_from(&self, table: TableId, at: i64) -> RowsFrom<'_> {
        self.tables.table(table).rows_from(&self.tables, at)
    }

    fn row_at(&self, table: TableId, at: i64) -> Option<RawKey> {
        let of = match T::INFO[table.index()].kind {
            TableKind::Pivot { owned } => owned,
            _ => table,
        };
        let key = self.tables.table(of).key_of(at)?;
        self.tables.table(table).id_of(key).map(|_| key)
    }

    fn id_of(&self, row: AnyKey) -> Option<i64> {
        self.tables.table(row.table).id_of(row.key)
    }

    fn value(&self, row: AnyKey, column: usize) -> Option<Encoded<'_>> {
        let table = self.tables.table(row.table);
        table.row_value(&self.tables, row.key, column)
    }

    fn unflushed(&self, row: AnyKey) -> Option<Effect<Positions>> {
        self.tables.table(row.table).unflushed(row.key)
    }

    fn listed(&self, table: TableId) -> &[RawKey] {
        self.tables.table(table).dirty().listed()
    }

    fn removed(&self, table: TableId) -> Box<dyn ExactSizeIterator<Item = i64> + '_> {
        let tombstones = self.tables.table(table).dirty().removed().iter();
        Box::new(tombstones.map(|tombstone| tombstone.id))
    }

    fn parent(&self, row: AnyKey, foreign_key: usize) -> Option<Parent> {
        self.tables.table(row.table).parent_of(foreign_key, row.key)
    }

    fn children(
        &self,
        table: TableId,
        foreign_key: usize,
        parent: RawKey,
    ) -> Box<dyn ExactSizeIterator<Item = RawKey> + '_> {
        let by = self.tables.table(table);
        if by.info().is_owned_key(foreign_key) {
            // A pivot's row stands under the key of its owned row.
            let own = by.id_of(parent).map(|_| parent);
            return Box::new(own.into_iter());
        }
        Box::new(by.children_of(foreign_key, Parent::Row(parent)))
    }

    fn references(&self, table: TableId) -> Vec<IncomingReference> {
        let references = self.references[table.index()].iter();
        let described = references.map(|&reference| IncomingReference {
            table: reference.table,
            foreign_key: reference.foreign_key,
            on_removal: match (
                self.action(reference),
                T::INFO[reference.table.index()].kind,
            ) {
                (Action::Remove(owned), TableKind::Pivot { .. }) => {
                    OnRemoval::RemovedWithOwned(owned)
                }
                (Action::Remove(_) | Action::RemovePivotRow, _) => OnRemoval::Removed,
                (Action::SetNull, _) => OnRemoval::SetNull,
                (Action::Refuse, _) => OnRemoval::Refused,
            },
        });
        described.collect()
    }
}

impl<T: Tables> World<T> {
    /// All tables without their row types, in declaration order.
    pub fn untyped_tables(&self) -> impl ExactSizeIterator<Item = UntypedTable<'_>> {
        (0..T::INFO.len()).map(|table| UntypedTable {
            world: self,
            id: TableId(u16::try_from(table).expect("a table's position is a TableId")),
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

    /// The foreign keys that reference this table, with what happens to their rows when a row of this table
    /// is removed.
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

    fn with_key(self, key: RawKey) -> Option<UntypedRow<'w>> {
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

impl<'w> UntypedRow<'w> {
    /// The row's table.
    #[must_use]
    pub fn table(self) -> UntypedTable<'w> {
        self.table
    }

    /// The row's place in the order of its table: its id, and for a pivot's row the id of the owned row,
    /// under which it is stored.
    #[must_use]
    pub fn at(self) -> i64 {
        self.at
    }

    /// The row's id. O(1).
    #[must_use]
    pub fn id(self) -> i64 {
        let id = self.table.world.id_of(self.any_key());
        id.expect("the row is live while the world is borrowed")
    }

    /// The row's key as text, for people: slot and version.
    #[must_use]
    pub fn key_text(self) -> String {
        format!("{:?}", slotmap::Key::data(&self.key))
    }

    /// The value of a column as the file stores it: an enum as text, a foreign key as an id. O(1).
    ///
    /// # Panics
    /// If the table has no column at this position.
    #[must_use]
    pub fn value(self, column: usize) -> Encoded<'w> {
        let value = self.table.world.value(self.any_key(), column);
        value.expect("the row is live while the world is borrowed")
    }

    /// What the next flush does with the row: inserts it, or writes these of its columns. `None` for a
    /// clean row, and for one whose changes are in flight or staged. O(columns).
    #[must_use]
    pub fn unflushed(self) -> Option<Effect<Positions>> {
        self.table.world.unflushed(self.any_key())
    }

    /// The row that the foreign key at this position names; `None` if it is NULL, or names something
    /// outside of the world. O(1).
    ///
    /// # Panics
    /// If the table has no foreign key at this position.
    #[must_use]
    pub fn named_by(self, foreign_key: usize) -> Option<UntypedRow<'w>> {
        let target = self.table.info().foreign_keys[foreign_key].table?;
        match self.table.world.parent(self.any_key(), foreign_key)? {
            Parent::Row(key) => self.table.sibling(target).with_key(key),
            Parent::Outside(_) => None,
        }
    }

    /// The row that owns this one: through its pivot, or through a foreign key that names its owner. O(foreign
    /// keys).
    #[must_use]
    pub fn owner(self) -> Option<UntypedRow<'w>> {
        let info = self.table.info();
        if let TableKind::Owned { pivot } = info.kind {
            let pivot = self.table.sibling(pivot).with_key(self.key)?;
            let mut arms = 0..pivot.table.info().arms().len();
            return arms.find_map(|arm| pivot.named_by(pivot.table.info().key_of_arm(arm)));
        }
        let mut keys = (0..info.foreign_keys.len()).filter(|&n| info.foreign_keys[n].owns);
        keys.find_map(|foreign_key| self.named_by(foreign_key))
    }

    /// The row that a pivot's row is about; `None` for rows of other tables. O(1).
    #[must_use]
    pub fn owned(self) -> Option<UntypedRow<'w>> {
        let TableKind::Pivot { owned } = self.table.info().kind else {
            return None;
        };
        self.table.sibling(owned).with_key(self.key)
    }

    /// The rows whose foreign key names this one, in id order; for an arm of a pivot, the pivot's rows. O(1) to
    /// start.
    ///
    /// # Panics
    /// If the reference is none of the row's table.
    pub fn naming(
        self,
        reference: IncomingReference,
    ) -> impl ExactSizeIterator<Item = UntypedRow<'w>> {
        let by = self.table.sibling(reference.table);
        let target = by.info().foreign_keys[reference.foreign_key].table;
        assert_eq!(
            target,
            Some(self.table.id),
            "{reference:?} is to another table"
        );
        let world = self.table.world;
        let children = world.children(by.id, reference.foreign_key, self.key);
        children.map(move |key| {
            let row = by.with_key(key);
            row.expect("a row that an index contains is live (invariant 1)")
        })
    }

    /// A delta that writes this value to one column of the row. [`World::apply`] checks it as it checks
    /// every row of another world: types, CHECKs, foreign keys, unique values and ownership.
    ///
    /// ```
    /// use gamedb::Value;
    /// use gamedb_models::{Player, World};
    ///
    /// let mut world = World::new();
    /// let ada = world.insert(Player::default())?;
    /// let row = world.untyped_table("players").and_then(|players| players.row(1)).expect("Ada");
    /// let delta = row.with_value(0, Value::Text("Ada"));
    /// world.apply(&delta)?;
    /// assert_eq!(world.get(ada)?.full_name, "Ada");
    /// # Ok::<(), gamedb::Error>(())
    /// ```
    ///
    /// # Panics
    /// If the table has no column at this position.
    #[must_use]
    pub fn with_value(self, column: usize, value: Value<'_>) -> Delta {
        let info = self.table.info();
        assert!(
            column < info.columns.len(),
            "no column {column} in {}",
            info.name
        );
        let mut columns: Positions = [position(column)].into_iter().collect();
        if let TableKind::Pivot { .. } = info.kind {
            // A delta finds a pivot's row by the row that it is about.
            columns.push(position(info.owned_key().column));
            columns.sort_unstable();
            columns.dedup();
        }
        let mut change_set = ChangeSet::new(self.table.id);
        let shape = change_set.changed_shape(columns);
        change_set.push(self.id(), self.key, shape, |written| {
            if written == column {
                Encoded::Borrowed(value)
            } else {
                self.value(written)
            }
        });
        Delta {
            tables: vec![(info, change_set)],
            used_ids: Vec::new(),
        }
    }

    fn any_key(self) -> AnyKey {
        AnyKey {
            table: self.table.id,
            key: self.key,
        }
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

impl std::fmt::Debug for UntypedRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.table.info().columns;
        let values = (0..columns.len()).map(|column| (columns[column], self.value(column)));
        f.debug_map()
            .entry(&self.table.info().id, &self.id())
            .entries(values.map(|(name, value)| (name, value.to_string())))
            .finish()
    }
}
