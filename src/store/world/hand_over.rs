//! Rows that leave a world for another one, and come into it: with all that goes where they go.

use std::collections::{BTreeMap, HashMap, HashSet};

use smallvec::{SmallVec, smallvec};

use crate::error::ParcelId;
use crate::error::{Error, ErrorKind, ParcelError, Problem, ProblemKind};
use crate::schema::graph::ValueReference;
use crate::schema::value::{Encoded, Value};
use crate::schema::{ForeignKey, OnDelete, TableId, TableInfo};
use crate::store::index::Parent;
use crate::store::key::{AnyKey, Id, Key, RawKey};
use crate::store::row::entity::Row;
use crate::store::table::stored::{Tables, all_tables};
use crate::store::tracking::change_set::ChangeSet;
use crate::store::tracking::delta::Delta;
#[cfg(feature = "persist")]
use crate::store::tracking::mail::Outgoing;
use crate::store::tracking::parcel::bytes::{Head, ParcelCell, ParcelName, Reader, Writer};
use crate::store::tracking::parcel::{self, Parcel};
use crate::store::world::World;
use crate::store::world::entity::Entity;
use crate::store::world::remove::Action;
use crate::store::world::value_keys::naming_rows;

/// What has become of the rows of a parcel in the world that it was put into: they have new ids and keys.
#[derive(Clone, Debug)]
pub struct Arrived {
    parcel: ParcelId,
    root: (TableId, i64),
    /// New ids by tables and the ids that the rows had.
    ids: BTreeMap<(TableId, i64), i64>,
}

impl Arrived {
    /// The parcel that they have come with.
    #[must_use]
    pub fn parcel(&self) -> ParcelId {
        self.parcel
    }

    /// The new id of the row that was handed over, if it is a row of this type. [`World::key`] finds its key.
    #[must_use]
    pub fn root<E: Row>(&self) -> Option<Id<E>> {
        let (table, id) = self.root;
        (table == E::TABLE).then(|| Id::new(self.ids[&(table, id)]))
    }

    /// The new id of the row that had this one in the world that it comes from. O(log n).
    #[must_use]
    pub fn id<E: Row>(&self, old: Id<E>) -> Option<Id<E>> {
        self.ids.get(&(E::TABLE, old.get())).copied().map(Id::new)
    }

    /// The old and the new id of all rows of this type, by old ids.
    pub fn ids<E: Row>(&self) -> impl Iterator<Item = (Id<E>, Id<E>)> {
        let of_table = self.ids.range((E::TABLE, i64::MIN)..=(E::TABLE, i64::MAX));
        of_table.map(|(&(_, old), &new)| (Id::new(old), Id::new(new)))
    }

    /// Number of rows, of all tables.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.ids.len()
    }
}

impl<T: Tables> World<T> {
    /// A number that two worlds have in common if a parcel of the one can be put into the other: it is made of their
    /// tables, columns, keys, UNIQUEs and CHECKs. O(columns).
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        parcel::fingerprint(T::INFO, T::PARCEL_NAMES)
    }

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
        self.pack_rows(key).map(|(parcel, _)| parcel)
    }

    fn pack_rows<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
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
        let packed = self.pack_exactly(root, rows)?;
        if let Some(packed) = packed {
            return Ok(packed);
        }
        let rows = self.rows_that_vanish_with(root)?;
        let packed = self.pack_exactly(root, rows)?;
        Ok(packed.expect("a removal removes the same rows twice"))
    }

    /// Packs these rows and removes them with their root. `None` if a removal removes others; the world is unchanged then.
    fn pack_exactly(
        &mut self,
        root: AnyKey,
        mut rows: Vec<AnyKey>,
    ) -> Result<Option<(Parcel, Vec<AnyKey>)>, Error> {
        rows.sort_by_key(|&row| (row.table, self.id_of_live(row)));
        let parcel = self.parcel_of(root, &rows)?;
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
    fn parcel_of(&self, root: AnyKey, rows: &[AnyKey]) -> Result<Parcel, Error> {
        let inside: HashSet<(TableId, i64)> = rows
            .iter()
            .map(|&row| (row.table, self.id_of_live(row)))
            .collect();
        let head = Head {
            id: ParcelId::random(),
            fingerprint: self.fingerprint(),
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

    /// Puts the rows of a parcel into the world, under new ids and keys: all of them, or none. O(rows).
    ///
    /// The parcel may come from anywhere; whatever its bytes say, the world keeps what its schema promises. It is not
    /// recorded that it has come: [`accept`](Self::accept) does that.
    ///
    /// # Errors
    /// [`ErrorKind::NotApplied`] with all rows that do not fit, by the ids that they had: a UNIQUE value that another
    /// row has, a CHECK, a row of this world that they name and that is not here. In [`ErrorKind::Parcel`]
    /// [`ParcelError::OtherSchema`] and [`ParcelError::Damaged`]. On error the world is unchanged.
    pub fn unpack(&mut self, parcel: &Parcel) -> Result<Arrived, Error> {
        self.unpack_rows(parcel).map(|(arrived, _)| arrived)
    }

    fn unpack_rows(&mut self, parcel: &Parcel) -> Result<(Arrived, Vec<AnyKey>), Error> {
        let world = self.fingerprint();
        if parcel.fingerprint() != world {
            let parcel = parcel.fingerprint();
            return Err(ErrorKind::Parcel(ParcelError::OtherSchema { parcel, world }).into());
        }
        let unpacked = Unpacked::read::<T>(parcel).map_err(ErrorKind::Parcel)?;
        let ids = self.new_ids(&unpacked)?;
        let delta = self.delta_of_parcel(&unpacked, &ids)?;
        self.apply(&delta)
            .map_err(|error| with_old_ids(error, &ids, T::INFO))?;
        let key_of = |(&(table, _), &id): (&(TableId, i64), &i64)| {
            let key = self.tables.table(table).key_of(id);
            // A pivot's row stands beside the owned row, which is among these.
            key.map(|key| AnyKey { table, key })
        };
        let is_found = |row: &(&(TableId, i64), &i64)| {
            !matches!(
                T::INFO[row.0.0.index()].kind,
                crate::schema::TableKind::Pivot { .. }
            )
        };
        let rows = ids.iter().filter(is_found).filter_map(key_of).collect();
        let arrived = Arrived {
            parcel: parcel.id(),
            root: unpacked.root,
            ids,
        };
        Ok((arrived, rows))
    }

    /// The ids that the rows of a parcel get here: the next ones of each table, in the order of the ids that they had.
    fn new_ids(&self, unpacked: &Unpacked<'_>) -> Result<BTreeMap<(TableId, i64), i64>, Error> {
        let mut ids: BTreeMap<(TableId, i64), i64> = unpacked
            .rows
            .iter()
            .map(|row| ((row.table, row.id), 0))
            .collect();
        let mut last: Option<(TableId, i64)> = None;
        for (&(table, _), new) in &mut ids {
            let next = match last {
                Some((of, id)) if of == table => id.checked_add(1).filter(|&id| id < i64::MAX),
                _ => self.tables.table(table).counter().next(),
            };
            let next = next.ok_or_else(|| Error::id_exhausted(T::INFO[table.index()].name))?;
            *new = next;
            last = Some((table, next));
        }
        Ok(ids)
    }

    /// The rows of a parcel as those of a delta.
    fn delta_of_parcel(
        &self,
        unpacked: &Unpacked<'_>,
        ids: &BTreeMap<(TableId, i64), i64>,
    ) -> Result<Delta, Error> {
        let mut by_table: BTreeMap<TableId, ChangeSet> = BTreeMap::new();
        let mut problems = Vec::new();
        let mut found: HashMap<(TableId, Vec<String>), Option<i64>> = HashMap::new();
        for row in &unpacked.rows {
            let info = T::INFO[row.table.index()];
            let mut values: Vec<Value<'_>> = Vec::with_capacity(row.cells.len());
            for (column, cell) in row.cells.iter().enumerate() {
                let target = key_of_column(info, column).map(|(_, target)| target);
                values.push(match (cell, target) {
                    (ParcelCell::Value(value), _) => *value,
                    (ParcelCell::Inside(id), Some(target)) => Value::Integer(ids[&(target, *id)]),
                    (ParcelCell::Outside(name), Some(target)) => {
                        // Debug says all of a value, and Display of a blob only how long it is.
                        let words = (name.iter())
                            .map(|value| format!("{:?}", value.as_value()))
                            .collect();
                        let id = found.entry((target, words));
                        match id.or_insert_with(|| self.named(target, name)) {
                            Some(id) => Value::Integer(*id),
                            None => {
                                problems.push(not_found::<T>(info, row.id, column, target, name));
                                Value::Null
                            }
                        }
                    }
                    (_, None) => unreachable!("only foreign keys name rows: `Unpacked::read`"),
                });
            }
            let change_set = by_table
                .entry(row.table)
                .or_insert_with(|| ChangeSet::new(row.table));
            let shape = change_set.new_shape(info.columns.len());
            let new = ids[&(row.table, row.id)];
            change_set.push(new, RawKey::default(), shape, |column| {
                Encoded::Borrowed(values[column])
            });
        }
        if !problems.is_empty() {
            return Err(ErrorKind::NotApplied { problems }.into());
        }
        let tables = by_table.into_iter();
        Ok(Delta {
            tables: tables
                .map(|(table, set)| (T::INFO[table.index()], set))
                .collect(),
            used_ids: Vec::new(),
        })
    }

    /// The row that has these values in the columns that name the rows of its table in parcels. O(1) for most tables.
    fn named(&self, table: TableId, name: &[Encoded<'_>]) -> Option<i64> {
        let index = name_index::<T>(table)?;
        let of = self.tables.table(table);
        let columns = T::INFO[table.index()].indexes[index].columns;
        if columns.len() != name.len() || name.contains(&Encoded::NULL) {
            return None;
        }
        let is_it = |key: RawKey| {
            let mut pairs = columns.iter().zip(name);
            pairs.all(|(&column, value)| {
                let own = of.row_value(&self.tables, key, column);
                own.is_some_and(|own| own == *value)
            })
        };
        let key = match of.rows_with_values(&self.tables, index, name, &is_it) {
            Some(found) => found.into_iter().next(),
            // The values do not make up a row to be looked up, so each row is asked.
            None => of.rows_by_id().map(|(_, key)| key).find(|&key| is_it(key)),
        };
        of.id_of(key?)
    }
}

#[cfg(feature = "persist")]
impl<T: Tables> World<T> {
    /// Takes a row out of the world, as [`pack`](Self::pack) does, for the world with this name. The parcel is
    /// written by the flush that deletes the rows from the file: so it is in the file if they are not, whatever happens
    /// in between. [`SharedOutbox`](crate::SharedOutbox) delivers it.
    ///
    /// It is a step of the transaction that is open, if one is: a rollback takes the parcel back and leaves the row where
    /// it was. O(rows).
    ///
    /// # Errors
    /// As [`pack`](Self::pack), and [`ParcelError::NoReceiver`]. On error the world is unchanged.
    pub fn hand_over<E: Entity<Tables = T>>(
        &mut self,
        key: Key<E>,
        to: &str,
    ) -> Result<ParcelId, Error> {
        if to.is_empty() || to.contains('\0') {
            let to = to.to_owned();
            return Err(ErrorKind::Parcel(ParcelError::NoReceiver { to }).into());
        }
        self.transaction(|world| {
            let (parcel, rows) = world.pack_rows(key)?;
            let id = parcel.id();
            let to = to.into();
            world.mail.send(Outgoing { parcel, to }, rows);
            Ok(id)
        })
    }

    /// Puts the rows of a parcel into the world, as [`unpack`](Self::unpack) does, and records its name, which the flush
    /// writes that inserts the rows: so it comes in once, however often it is delivered, and whatever happens in between.
    ///
    /// It is a step of the transaction that is open, if one is. O(rows).
    ///
    /// # Errors
    /// As [`unpack`](Self::unpack), and in [`ErrorKind::Parcel`] [`ParcelError::AlreadyAccepted`] and
    /// [`ParcelError::SentBack`]. On error the world is unchanged, and the parcel may be accepted later.
    pub fn accept(&mut self, parcel: &Parcel) -> Result<Arrived, Error> {
        let id = parcel.id();
        if self.mail.has_accepted(id) {
            return Err(ErrorKind::Parcel(ParcelError::AlreadyAccepted { id }).into());
        }
        if self.mail.was_sent_back(id) {
            return Err(ErrorKind::Parcel(ParcelError::SentBack { id }).into());
        }
        self.transaction(|world| {
            let (arrived, rows) = world.unpack_rows(parcel)?;
            world.mail.accept(id, rows);
            // One that has come back is not to be delivered a second time.
            world.mail.leave(id);
            Ok(arrived)
        })
    }

    /// Whether the world has accepted a parcel, also one whose rows are gone again. O(1).
    #[must_use]
    pub fn has_accepted(&self, parcel: ParcelId) -> bool {
        self.mail.has_accepted(parcel)
    }

    /// The parcels that have left this world and are not known to be delivered, oldest first, each with the name of the
    /// world that it is for.
    pub fn outbox(&self) -> impl ExactSizeIterator<Item = (&str, &Parcel)> {
        let outbox = self.mail.outbox();
        outbox.map(|outgoing| (&*outgoing.to, &outgoing.parcel))
    }
}

/// A parcel that has been read, and of which only the values are not known to fit.
struct Unpacked<'p> {
    root: (TableId, i64),
    rows: Vec<UnpackedRow<'p>>,
}

struct UnpackedRow<'p> {
    table: TableId,
    id: i64,
    cells: Vec<ParcelCell<'p>>,
}

impl<'p> Unpacked<'p> {
    fn read<T: Tables>(parcel: &'p Parcel) -> Result<Self, ParcelError> {
        let mut reader = Reader::of_rows(parcel.as_bytes());
        let table_named = |reader: &Reader<'_>, name: &str| {
            let table = all_tables::<T>().find(|table| T::INFO[table.index()].name == name);
            table.ok_or_else(|| reader.damaged("no table has this name"))
        };
        let root_table = reader.text()?;
        let root = (table_named(&reader, root_table)?, reader.id()?);
        let mut rows = Vec::new();
        let mut seen = HashSet::new();
        for _ in 0..reader.count()? {
            let name = reader.text()?;
            let table = table_named(&reader, name)?;
            let n_columns = T::INFO[table.index()].columns.len();
            for _ in 0..reader.count()? {
                let id = reader.id()?;
                if !seen.insert((table, id)) {
                    return Err(reader.damaged("a row is there twice"));
                }
                let cells = (0..n_columns).map(|_| reader.cell());
                let cells = cells.collect::<Result<_, _>>()?;
                rows.push(UnpackedRow { table, id, cells });
            }
        }
        if !reader.is_at_end() {
            return Err(reader.damaged("something comes after the rows"));
        }
        if !seen.contains(&root) {
            return Err(reader.damaged("the row that was handed over is not there"));
        }
        for row in &rows {
            let info = T::INFO[row.table.index()];
            for (column, cell) in row.cells.iter().enumerate() {
                let target = key_of_column(info, column).map(|(_, target)| target);
                let is_right = match (cell, target) {
                    (ParcelCell::Value(Value::Null), _) | (ParcelCell::Value(_), None) => true,
                    // It would name a row of this world that the other one knows nothing of.
                    (ParcelCell::Value(_), Some(_)) => false,
                    (ParcelCell::Inside(id), Some(target)) => seen.contains(&(target, *id)),
                    (ParcelCell::Outside(_), Some(_)) => true,
                    (ParcelCell::Inside(_) | ParcelCell::Outside(_), None) => false,
                };
                if !is_right {
                    return Err(reader.damaged("a column names a row in a way that it cannot"));
                }
            }
        }
        Ok(Self { root, rows })
    }
}

/// The foreign key on a column, with the table that it names rows of.
fn key_of_column(
    info: &'static TableInfo,
    column: usize,
) -> Option<(&'static ForeignKey, TableId)> {
    let mut keys = info.foreign_keys.iter();
    let key = keys.find(|key| key.column == column)?;
    Some((key, key.table?))
}

/// The unique index whose values name the rows of a table in parcels.
fn name_index<T: Tables>(table: TableId) -> Option<usize> {
    let info = T::INFO[table.index()];
    let mut names = T::PARCEL_NAMES.iter();
    let (_, columns) = names.find(|(name, _)| *name == info.name)?;
    info.indexes.iter().position(|index| {
        let names = index.columns.iter().map(|&column| info.columns[column]);
        index.unique && names.eq(columns.iter().copied())
    })
}

fn not_found<T: Tables>(
    info: &'static TableInfo,
    id: i64,
    column: usize,
    target: TableId,
    name: &[Encoded<'_>],
) -> Problem {
    let target = T::INFO[target.index()];
    let names = T::PARCEL_NAMES
        .iter()
        .find(|(table, _)| *table == target.name);
    let values: Vec<_> = name.iter().map(ToString::to_string).collect();
    Problem {
        table: info.name,
        id,
        column: info.columns[column].to_owned(),
        kind: ProblemKind::NoSuchValue {
            value: values.join(", "),
            target: target.name,
            target_column: names.map_or_else(String::new, |(_, columns)| columns.join(", ")),
        },
    }
}

/// Names the rows that do not fit as the parcel does: the ids that they were to have here, no other program knows.
fn with_old_ids(
    error: Error,
    ids: &BTreeMap<(TableId, i64), i64>,
    infos: &[&'static TableInfo],
) -> Error {
    match error.into_kind() {
        ErrorKind::NotApplied { mut problems } => {
            let old: HashMap<(&str, i64), i64> = ids
                .iter()
                .map(|(&(table, old), &new)| ((infos[table.index()].name, new), old))
                .collect();
            for problem in &mut problems {
                if let Some(&old) = old.get(&(problem.table, problem.id)) {
                    problem.id = old;
                }
            }
            ErrorKind::NotApplied { problems }.into()
        }
        other => other.into(),
    }
}
