//! The same changes, written to the same file in three ways: by this library, by tuned SQL, and by
//! typical hand-written SQL.

use std::path::Path;
use std::time::Duration;

use gamedb::Database;
use gamedb_models::{AttributeValue, World};
use rusqlite::{Connection, TransactionBehavior, params};

use super::reference::{Keys, PER_MOBILE, attribute, double};
use super::rows::{AttributeRow, Kind, OwnerRow, SELECT_ATTRIBUTES};
use super::time;

/// A program with a world in memory that keeps a file up to date.
///
/// Attributes are identified by position, initially in id order. The returned times are those of one
/// flush; the changes in memory before it and the checkpoint after it are not included.
pub(crate) trait Flusher: Sized {
    /// Opens its own file.
    fn open(path: &Path) -> Self;
    fn n_attributes(&self) -> usize;
    /// Writes new numbers for attributes.
    fn update(&mut self, changes: &[(usize, f64)]) -> Duration;
    /// Appends a new attribute for each of these mobiles.
    fn insert(&mut self, owners: &[usize]) -> Duration;
    /// Removes attributes; the last ones move to their positions.
    fn remove(&mut self, positions: &[usize]) -> Duration;
}

/// `wal_checkpoint(PASSIVE)` keeps the log file, which the next flush then overwrites.
fn checkpoint(connection: &Connection) {
    let left: i64 = connection
        .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
            Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?)
        })
        .expect("a checkpoint");
    assert_eq!(left, 0, "the checkpoint has moved the whole log");
}

/// Removes the positions from a list, and returns the removed items, in the order of the positions.
fn take<K: Copy>(list: &mut Vec<K>, positions: &[usize]) -> Vec<K> {
    let taken = positions.iter().map(|&position| list[position]).collect();
    let mut positions = positions.to_vec();
    positions.sort_unstable_by(|a, b| b.cmp(a));
    for position in positions {
        list.swap_remove(position);
    }
    taken
}

pub(crate) struct Gamedb {
    pub(crate) db: Database<World>,
    keys: Keys,
    // A second connection, because the library's connection is private.
    checkpoints: Connection,
}

impl Gamedb {
    /// Flushes changes in the background, and waits, untimed, until they are in the file.
    pub(crate) fn capture(&mut self, changes: &[(usize, f64)]) -> Duration {
        set(&mut self.db, &self.keys, changes);
        let (took, ticket) = time(|| self.db.flush_in_background().expect("taken"));
        let report = self.db.wait(ticket).expect("flushed");
        checkpoint(&self.checkpoints);
        assert_eq!(report.rows(), changes.len());
        took
    }

    /// Saves a mobile whose attributes change, while the `changed` attributes of others are dirty, two of
    /// them from each transaction. Those are flushed untimed.
    pub(crate) fn save(
        &mut self,
        mobile: usize,
        attributes: &[(usize, f64)],
        changed: &[(usize, f64)],
    ) -> Duration {
        for changes in changed.chunks(2) {
            let mut transaction = self.db.begin();
            set(&mut transaction, &self.keys, changes);
            transaction.commit();
        }
        set(&mut self.db, &self.keys, attributes);
        let key = self.keys.mobiles[mobile];
        let (took, report) = time(|| self.db.save(key).expect("saved"));
        assert_eq!(report.rows(), attributes.len());
        let (_, rows) = self.flush();
        assert_eq!(rows, changed.len());
        // Waits until the thread has run the checkpoint after that.
        let _ = self.db.flush_durable().expect("synced");
        checkpoint(&self.checkpoints);
        took
    }

    fn flush(&mut self) -> (Duration, usize) {
        let (took, report) = time(|| self.db.flush().expect("flushed"));
        checkpoint(&self.checkpoints);
        (took, report.rows())
    }
}

fn set(world: &mut World, keys: &Keys, changes: &[(usize, f64)]) {
    for &(position, value) in changes {
        let mut row = world.get_mut(keys.attributes[position]).expect("there");
        row.set_value(AttributeValue::Double(value))
            .expect("a number");
    }
}

impl Flusher for Gamedb {
    fn open(path: &Path) -> Self {
        let db = Database::<World>::open(path).expect("a world file");
        let keys = Keys::of(&db);
        let checkpoints = Connection::open(path).expect("a second connection");
        checkpoint(&checkpoints);
        Self {
            db,
            keys,
            checkpoints,
        }
    }

    fn n_attributes(&self) -> usize {
        self.keys.attributes.len()
    }

    fn update(&mut self, changes: &[(usize, f64)]) -> Duration {
        set(&mut self.db, &self.keys, changes);
        let (took, rows) = self.flush();
        assert_eq!(rows, changes.len());
        took
    }

    fn insert(&mut self, owners: &[usize]) -> Duration {
        for (n, &owner) in owners.iter().enumerate() {
            let mut mobile = self.db.get_mut(self.keys.mobiles[owner]).expect("there");
            let key = mobile.add_attribute(attribute(n, 0.5)).expect("added");
            self.keys.attributes.push(key);
        }
        let (took, rows) = self.flush();
        assert_eq!(rows, 2 * owners.len());
        took
    }

    fn remove(&mut self, positions: &[usize]) -> Duration {
        for key in take(&mut self.keys.attributes, positions) {
            self.db.remove(key).expect("removed");
        }
        let (took, rows) = self.flush();
        assert_eq!(rows, 2 * positions.len());
        took
    }
}

/// Prepared statements for the changed columns, in id order, on a connection with the library's settings.
pub(crate) struct TunedSql {
    connection: Connection,
    ids: Vec<i64>,
    next_id: i64,
}

impl TunedSql {
    fn in_transaction(&mut self, write: impl FnOnce(&Connection)) -> Duration {
        let (took, ()) = time(|| {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .expect("begun");
            write(&transaction);
            transaction.commit().expect("committed");
        });
        checkpoint(&self.connection);
        took
    }
}

impl Flusher for TunedSql {
    fn open(path: &Path) -> Self {
        let connection = Connection::open(path).expect("a world file");
        connection
            .execute_batch(
                "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
                 PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF;
                 PRAGMA wal_autocheckpoint = 0;",
            )
            .expect("settings");
        let ids = all_ids(&connection);
        let next_id = ids.last().map_or(1, |id| id + 1);
        Self {
            connection,
            ids,
            next_id,
        }
    }

    fn n_attributes(&self) -> usize {
        self.ids.len()
    }

    fn update(&mut self, changes: &[(usize, f64)]) -> Duration {
        let mut changes: Vec<_> = changes
            .iter()
            .map(|&(position, value)| (self.ids[position], value))
            .collect();
        self.in_transaction(|connection| {
            changes.sort_unstable_by_key(|&(id, _)| id);
            let mut update = connection
                .prepare_cached("UPDATE attributes SET double_value = ?1 WHERE id = ?2")
                .expect("SQL");
            for &(id, value) in &changes {
                let touched = update.execute(params![value, id]).expect("updated");
                assert_eq!(touched, 1);
            }
        })
    }

    fn insert(&mut self, owners: &[usize]) -> Duration {
        let rows = new_rows(owners, self.next_id);
        self.next_id += owners.len() as i64;
        self.ids
            .extend(rows.iter().map(|(attribute, _)| attribute.id));
        // The positions are already in id order.
        self.in_transaction(|connection| {
            let mut insert = connection.prepare_cached(INSERT_ATTRIBUTE).expect("SQL");
            for (attribute, _) in &rows {
                insert.execute(columns(attribute)).expect("inserted");
            }
            let mut insert = connection.prepare_cached(INSERT_OWNER).expect("SQL");
            for (_, owner) in &rows {
                insert.execute(owner_columns(owner)).expect("inserted");
            }
        })
    }

    fn remove(&mut self, positions: &[usize]) -> Duration {
        let mut ids = take(&mut self.ids, positions);
        self.in_transaction(|connection| {
            ids.sort_unstable();
            for sql in [
                // In the reference world the pivot row has the same id as the attribute.
                "DELETE FROM attribute_owners WHERE id = ?1",
                "DELETE FROM attributes WHERE id = ?1",
            ] {
                let mut delete = connection.prepare_cached(sql).expect("SQL");
                for id in &ids {
                    let touched = delete.execute([id]).expect("deleted");
                    assert_eq!(touched, 1);
                }
            }
        })
    }
}

/// Typical hand-written SQL: prepared INSERT OR REPLACE of all columns in the order in which the rows
/// changed, WAL, one transaction, otherwise SQLite's defaults, and a full index on every foreign key.
///
/// Foreign keys are off, which is SQLite's default and not rusqlite's: with foreign keys on, REPLACE
/// deletes the pivot row of the attribute.
pub(crate) struct HandWritten {
    connection: Connection,
    rows: Vec<AttributeRow>,
    next_id: i64,
}

impl HandWritten {
    fn in_transaction(&mut self, write: impl FnOnce(&Connection)) -> Duration {
        let (took, ()) = time(|| {
            let transaction = self.connection.transaction().expect("begun");
            write(&transaction);
            transaction.commit().expect("committed");
        });
        checkpoint(&self.connection);
        took
    }
}

impl Flusher for HandWritten {
    fn open(path: &Path) -> Self {
        let connection = Connection::open(path).expect("a world file");
        connection
            .execute_batch(
                "PRAGMA foreign_keys = OFF;
                 DROP INDEX attribute_owners_mobile_id;
                 DROP INDEX attribute_owners_item_id;
                 DROP INDEX attribute_owners_asset_id;
                 DROP INDEX attribute_owners_player_id;
                 CREATE INDEX attribute_owners_mobile_id ON attribute_owners (mobile_id);
                 CREATE INDEX attribute_owners_item_id ON attribute_owners (item_id);
                 CREATE INDEX attribute_owners_asset_id ON attribute_owners (asset_id);
                 CREATE INDEX attribute_owners_player_id ON attribute_owners (player_id);",
            )
            .expect("indexes");
        checkpoint(&connection);
        let rows = all_rows(&connection);
        let next_id = rows.last().map_or(1, |row| row.id + 1);
        Self {
            connection,
            rows,
            next_id,
        }
    }

    fn n_attributes(&self) -> usize {
        self.rows.len()
    }

    fn update(&mut self, changes: &[(usize, f64)]) -> Duration {
        for &(position, value) in changes {
            self.rows[position].double_value = Some(value);
        }
        let rows = std::mem::take(&mut self.rows);
        let took = self.in_transaction(|connection| {
            let mut replace = connection.prepare_cached(REPLACE_ATTRIBUTE).expect("SQL");
            for &(position, _) in changes {
                replace.execute(columns(&rows[position])).expect("replaced");
            }
        });
        self.rows = rows;
        took
    }

    fn insert(&mut self, owners: &[usize]) -> Duration {
        let rows = new_rows(owners, self.next_id);
        self.next_id += owners.len() as i64;
        let took = self.in_transaction(|connection| {
            let mut attributes = connection.prepare_cached(REPLACE_ATTRIBUTE).expect("SQL");
            let mut owners = connection.prepare_cached(REPLACE_OWNER).expect("SQL");
            for (attribute, owner) in &rows {
                attributes.execute(columns(attribute)).expect("inserted");
                owners.execute(owner_columns(owner)).expect("inserted");
            }
        });
        self.rows
            .extend(rows.into_iter().map(|(attribute, _)| attribute));
        took
    }

    fn remove(&mut self, positions: &[usize]) -> Duration {
        let ids: Vec<_> = positions
            .iter()
            .map(|&position| self.rows[position].id)
            .collect();
        let mut positions = positions.to_vec();
        positions.sort_unstable_by(|a, b| b.cmp(a));
        for position in positions {
            self.rows.swap_remove(position);
        }
        self.in_transaction(|connection| {
            let mut owners = connection
                .prepare_cached("DELETE FROM attribute_owners WHERE attribute_id = ?1")
                .expect("SQL");
            let mut attributes = connection
                .prepare_cached("DELETE FROM attributes WHERE id = ?1")
                .expect("SQL");
            for id in &ids {
                owners.execute([id]).expect("deleted");
                let touched = attributes.execute([id]).expect("deleted");
                assert_eq!(touched, 1);
            }
        })
    }
}

const INSERT_ATTRIBUTE: &str = "INSERT INTO attributes (id, internal_name, visible, attribute_type,
    bool_value, double_value, vector3_x, vector3_y, vector3_z, asset_id)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

const INSERT_OWNER: &str = "INSERT INTO attribute_owners (id, attribute_id, mobile_id, item_id,
    asset_id, player_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

const REPLACE_ATTRIBUTE: &str = "INSERT OR REPLACE INTO attributes (id, internal_name, visible,
    attribute_type, bool_value, double_value, vector3_x, vector3_y, vector3_z, asset_id)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

const REPLACE_OWNER: &str = "INSERT OR REPLACE INTO attribute_owners (id, attribute_id, mobile_id,
    item_id, asset_id, player_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

fn columns(row: &AttributeRow) -> impl rusqlite::Params {
    (
        row.id,
        row.internal_name.as_str(),
        row.visible,
        row.attribute_type,
        row.bool_value,
        row.double_value,
        row.vector3_x,
        row.vector3_y,
        row.vector3_z,
        row.asset_id,
    )
}

fn owner_columns(row: &OwnerRow) -> impl rusqlite::Params {
    (
        row.id,
        row.attribute_id,
        row.mobile_id,
        row.item_id,
        row.asset_id,
        row.player_id,
    )
}

/// Rows of new attributes and their pivot rows, with ids from `next_id` on.
fn new_rows(owners: &[usize], next_id: i64) -> Vec<(AttributeRow, OwnerRow)> {
    let row = |(n, &owner): (usize, &usize)| {
        let new = attribute(n % PER_MOBILE, 0.5);
        let id = next_id + n as i64;
        let attribute = AttributeRow {
            id,
            internal_name: new.internal_name.to_string(),
            visible: new.visible,
            attribute_type: Kind(new.attribute_type),
            bool_value: None,
            double_value: Some(double(&new)),
            vector3_x: None,
            vector3_y: None,
            vector3_z: None,
            asset_id: None,
        };
        let owner = OwnerRow {
            id,
            attribute_id: id,
            mobile_id: Some(owner as i64 + 1),
            item_id: None,
            asset_id: None,
            player_id: None,
        };
        (attribute, owner)
    };
    owners.iter().enumerate().map(row).collect()
}

fn all_ids(connection: &Connection) -> Vec<i64> {
    let mut select = connection
        .prepare("SELECT id FROM attributes ORDER BY id")
        .expect("SQL");
    let ids = select.query_map([], |row| row.get(0)).expect("ids");
    ids.collect::<Result<_, _>>().expect("ids")
}

fn all_rows(connection: &Connection) -> Vec<AttributeRow> {
    let mut select = connection.prepare(SELECT_ATTRIBUTES).expect("SQL");
    let rows = select.query_map([], AttributeRow::by_index).expect("rows");
    rows.collect::<Result<_, _>>().expect("rows")
}
