//! Rows are taken out of a world and written into a parcel.

use std::collections::HashSet;

use smallvec::{SmallVec, smallvec};

use crate::error::{Error, ErrorKind, ParcelError, ParcelId};
use crate::schema::graph::ValueReference;
use crate::schema::value::{Encoded, Value};
use crate::schema::{OnDelete, TableId};
use crate::store::index::Parent;
use crate::store::key::{AnyKey, Key};
use crate::store::table::stored::{Tables, all_tables};
use crate::store::tracking::parcel::bytes::{Head, ParcelCell, ParcelName, Way, Writer};
use crate::store::tracking::parcel::{self, Parcel};
use crate::store::world::World;
use crate::store::world::entity::Entity;
use crate::store::world::remove::Action;
use crate::store::world::value_keys::naming_rows;

use super::{key_of_column, name_index};

impl<T: Tables> World<T> {
    /// Takes a row out of the world, as a parcel for another one. What [`remove`](Self::remove) would remove goes with
    /// it: all that it owns, and the rows whose foreign keys are declared `ON DELETE CASCADE`. What stays behind is as
    /// after a removal: keys declared `SET NULL` become NULL. O(rows).
    ///
    /// What the rows name and leave behind, as an item its row of the catalogue, goes into the parcel by the UNIQUE
    /// columns that `[parcels]` of gamedb.toml names for its table; where it names none, and the key is declared `SET NULL`,
    /// it becomes NULL on the way.
    ///
    /// The parcel is in the caller's hands, and nowhere else: [`hand_over`](Self::hand_over) has it written by the next
    /// flush.
    ///
    /// ```
    /// use gamedb_models::{Attribute, Player, World};
    ///
    /// let (mut here, mut there) = (World::new(), World::new());
    /// let ada = here.insert(Player { email: "ada@example.com".into(), ..Player::default() })?;
    /// here.get_mut(ada)?.add_attribute(Attribute::default())?;
    ///
    /// let parcel = here.pack(ada)?;
    /// assert!(here.is_empty());
    /// let arrived = there.unpack(&parcel)?;
    /// let ada = arrived.root().and_then(|id| there.key::<Player>(id)).expect("a player has left");
    /// assert_eq!(there.get(ada)?.attributes().len(), 1);
    /// # Ok::<(), gamedb::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::StaleKey`], [`ErrorKind::StillReferenced`] when a row that stays references one that leaves, and in
    /// [`ErrorKind::Parcel`] [`ParcelError::Unnamed`] and [`ParcelError::TooLarge`]. On error the world is unchanged.
    pub fn pack<E: Entity<Tables = T>>(&mut self, key: Key<E>) -> Result<Parcel, Error> {
        self.pack_rows(key, Way::InHand).map(|(parcel, _)| parcel)
    }

    pub(super) fn pack_rows<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        way: Way,
    ) -> Result<(Parcel, Vec<AnyKey>), Error> {
        let table = E::table(&self.tables);
        if !table.contains_key(key) {
            return Err(table.no_row(key));
        }
        let root = AnyKey {
            table: E::TABLE,
            key: key.raw(),
        };
        let rows = self.rows_that_go_with(root);
        let packed = self.pack_exactly(root, rows, way)?;
        if let Some(packed) = packed {
            return Ok(packed);
        }
        let rows = self.rows_that_vanish_with(root)?;
        let packed = self.pack_exactly(root, rows, way)?;
        Ok(packed.expect("a removal removes the same rows twice"))
    }

    /// Packs these rows and removes them with their root. `None` if a removal removes others; the world is unchanged then.
    fn pack_exactly(
        &mut self,
        root: AnyKey,
        mut rows: Vec<AnyKey>,
        way: Way,
    ) -> Result<Option<(Parcel, Vec<AnyKey>)>, Error> {
        rows.sort_by_key(|&row| (row.table, self.id_of_live(row)));
        let parcel = self.parcel_of(root, &rows, way)?;
        let n_rows = self.len();
        let mut transaction = self.begin();
        transaction.remove_all(smallvec![root])?;
        let tables = &transaction.tables;
        let is_gone = |row: &AnyKey| tables.table(row.table).id_of(row.key).is_none();
        if rows.iter().all(is_gone) && transaction.len() + rows.len() == n_rows {
            transaction.commit();
            return Ok(Some((parcel, rows)));
        }
        Ok(None)
    }

    /// The same, by removing them and looking at all rows of the world: where a column that becomes NULL is also one that
    /// names a row by value, what goes with it is known only then. O(rows of the world).
    fn rows_that_vanish_with(&mut self, root: AnyKey) -> Result<Vec<AnyKey>, Error> {
        let mut rows = Vec::with_capacity(self.len());
        for table in all_tables::<T>() {
            let of = self.tables.table(table).rows_by_id();
            rows.extend(of.map(|(_, key)| AnyKey { table, key }));
        }
        let mut transaction = self.begin();
        transaction.remove_all(smallvec![root])?;
        rows.retain(|row| transaction.tables.table(row.table).id_of(row.key).is_none());
        transaction.rollback();
        Ok(rows)
    }

    /// A row with all that a removal removes with it.
    fn rows_that_go_with(&self, root: AnyKey) -> Vec<AnyKey> {
        let mut seen = HashSet::from([root]);
        let mut rows = vec![root];
        let mut at = 0;
        while let Some(&row) = rows.get(at) {
            at += 1;
            for &reference in &self.references[row.table.index()] {
                let by = self.tables.table(reference.table);
                let children = |table| {
                    let children = by.children_of(reference.foreign_key, Parent::Row(row.key));
                    children.map(move |key| AnyKey { table, key })
                };
                let found: SmallVec<[AnyKey; 8]> = match self.action(reference) {
                    Action::RemovePivotRow => {
                        let key = row.key;
                        let table = reference.table;
                        by.id_of(key)
                            .map(|_| AnyKey { table, key })
                            .into_iter()
                            .collect()
                    }
                    Action::Remove(table) => children(table).collect(),
                    Action::SetNull | Action::Refuse => SmallVec::new(),
                };
                rows.extend(found.into_iter().filter(|row| seen.insert(*row)));
            }
            for &reference in &self.value_references[row.table.index()] {
                if self.on_removal_by_value(reference) == OnDelete::Cascade {
                    let ValueReference { table, .. } = reference;
                    let naming = naming_rows(&*self.tables, reference, row.key);
                    let naming = naming.map(|key| AnyKey { table, key });
                    rows.extend(naming.filter(|row| seen.insert(*row)));
                }
            }
        }
        rows
    }

    /// Copies rows, which are sorted by table, into a parcel.
    fn parcel_of(&self, root: AnyKey, rows: &[AnyKey], way: Way) -> Result<Parcel, Error> {
        let inside: HashSet<(TableId, i64)> = rows
            .iter()
            .map(|&row| (row.table, self.id_of_live(row)))
            .collect();
        let head = Head {
            id: ParcelId::random(),
            fingerprint: self.fingerprint(),
            way,
        };
        let n_tables = rows.chunk_by(|a, b| a.table == b.table).count();
        let root_table = T::INFO[root.table.index()].name;
        let mut writer = Writer::new(&head, root_table, self.id_of_live(root), n_tables);
        for rows in rows.chunk_by(|a, b| a.table == b.table) {
            let info = T::INFO[rows[0].table.index()];
            writer.table(info.name, rows.len());
            for &row in rows {
                writer.id(self.id_of_live(row));
                for column in 0..info.columns.len() {
                    let value =
                        self.tables
                            .table(row.table)
                            .row_value(&self.tables, row.key, column);
                    let value = value.expect("a row that is live has its columns");
                    writer.cell(&self.cell_of(row, column, &value, &inside)?);
                }
                parcel::refuse_large(writer.len()).map_err(ErrorKind::Parcel)?;
            }
        }
        Ok(Parcel::from_bytes(writer.finish()).map_err(ErrorKind::Parcel)?)
    }

    /// What a parcel has in place of a value.
    fn cell_of<'a>(
        &'a self,
        row: AnyKey,
        column: usize,
        value: &'a Encoded<'_>,
        inside: &HashSet<(TableId, i64)>,
    ) -> Result<ParcelCell<'a>, Error> {
        let info = T::INFO[row.table.index()];
        let key = key_of_column(info, column);
        let (Some((key, target)), Value::Integer(target_id)) = (key, value.as_value()) else {
            return Ok(ParcelCell::Value(value.as_value()));
        };
        if inside.contains(&(target, target_id)) {
            return Ok(ParcelCell::Inside(target_id));
        }
        match self.name_of(target, target_id) {
            Some(values) => Ok(ParcelCell::Outside(values)),
            None if key.on_delete == OnDelete::SetNull => Ok(ParcelCell::Value(Value::Null)),
            None => Err(ErrorKind::Parcel(ParcelError::Unnamed {
                table: info.name,
                id: self.id_of_live(row),
                column: info.columns[column],
                target: T::INFO[target.index()].name,
                target_id,
            })
            .into()),
        }
    }

    /// The values by which a row is found in another world.
    fn name_of(&self, table: TableId, id: i64) -> Option<ParcelName<'_>> {
        let index = name_index::<T>(table)?;
        let of = self.tables.table(table);
        let key = of.key_of(id)?;
        let columns = T::INFO[table.index()].indexes[index].columns.iter();
        let values = columns.map(|&column| {
            let value = of.row_value(&self.tables, key, column);
            value.filter(|value| value.as_value() != Value::Null)
        });
        values.collect()
    }
}
