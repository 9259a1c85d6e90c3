//! A row of a table whose row type is not known.

use super::{IncomingReference, ReferenceKey, UntypedTable};
use crate::schema::TableKind;
use crate::schema::value::{Encoded, Value};
use crate::store::index::Parent;
use crate::store::key::{AnyKey, RawKey};
use crate::store::tracking::change_set::ChangeSet;
use crate::store::tracking::delta::Delta;
use crate::store::tracking::effect::{Effect, Positions, position};

/// A live row of any table, for reading.
#[derive(Clone, Copy)]
pub struct UntypedRow<'w> {
    pub(super) table: UntypedTable<'w>,
    pub(super) key: RawKey,
    pub(super) at: i64,
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

    /// The row that the key by value at this position names; `None` if one of its columns is NULL, or in a nest has a
    /// number that means no row. O(1).
    ///
    /// # Panics
    /// If the table has no key by value at this position.
    #[must_use]
    pub fn named_by_value(self, value_key: usize) -> Option<UntypedRow<'w>> {
        let target = self.table.info().value_keys[value_key].table;
        let key = self.table.world.named_by_value(self.any_key(), value_key)?;
        self.table.sibling(target).with_key(key)
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

    /// The rows whose key names this one, in id order; for an arm of a pivot, the pivot's rows. O(1) to start.
    ///
    /// # Panics
    /// If the reference is none of the row's table.
    pub fn naming(
        self,
        reference: IncomingReference,
    ) -> impl ExactSizeIterator<Item = UntypedRow<'w>> {
        self.check_target(reference);
        let by = self.table.sibling(reference.table);
        let world = self.table.world;
        let naming = match reference.key {
            ReferenceKey::Foreign(n) => world.children(by.id, n, self.key),
            ReferenceKey::ByValue(n) => world.naming_by_value(by.id, n, self.key),
        };
        naming.map(move |key| by.indexed(key))
    }

    /// The same from an id on: a row that is named by a million others can be gone through in parts, each of which
    /// begins with the id after the last one. O(log n) to start, however many come before. Their number is that of
    /// [`naming`](Self::naming).
    ///
    /// ```
    /// use gamedb_models::{Mobile, World};
    ///
    /// let mut world = World::new();
    /// let shepherd = world.insert(Mobile::default())?;
    /// for _ in 0..100 {
    ///     world.insert(Mobile { owner: Some(shepherd.into()), ..Mobile::default() })?;
    /// }
    /// let mobiles = world.untyped_table("mobiles").expect("a table");
    /// let shepherd = mobiles.row(1).expect("the shepherd");
    /// let mut references = mobiles.references().into_iter();
    /// let reference = references.find(|reference| reference.table == mobiles.id()).expect("a key");
    /// let ids = shepherd.naming_from(reference, 42).take(3).map(|row| row.id());
    /// assert!(ids.eq([42, 43, 44]));
    /// # Ok::<(), gamedb::Error>(())
    /// ```
    ///
    /// # Panics
    /// If the reference is none of the row's table.
    pub fn naming_from(
        self,
        reference: IncomingReference,
        id: i64,
    ) -> impl Iterator<Item = UntypedRow<'w>> {
        self.check_target(reference);
        let by = self.table.sibling(reference.table);
        let world = self.table.world;
        let naming = world.naming_from(by.id, reference.key, self.key, id);
        naming.map(move |key| by.indexed(key))
    }

    fn check_target(self, reference: IncomingReference) {
        let by = self.table.sibling(reference.table).info();
        let target = match reference.key {
            ReferenceKey::Foreign(n) => by.foreign_keys[n].table,
            ReferenceKey::ByValue(n) => Some(by.value_keys[n].table),
        };
        let own = Some(self.table.id);
        assert_eq!(target, own, "{reference:?} is to another table");
    }

    /// A delta that writes this value to one column of the row. [`World::apply`](crate::World::apply) checks it as it checks
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
