//! Writing changed rows to a file: with query builders over SQLite, with embedded key-value stores, and
//! as a snapshot of everything.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{Criterion, SamplingMode};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use fjall::{Keyspace, KeyspaceCreateOptions, PersistMode};
use gamedb_peers::{
    Attribute, Changes, PER_MOBILE, SCHEMA, Value, attribute, clustered, criterion, fill_sql,
    mobiles, rng, scattered, time,
};
use native_db::{Builder, Models, ToKey as _, native_db};
use native_model::{Model as _, native_model};
use redb::{Database, Durability, TableDefinition};
use serde::{Deserialize, Serialize};
use sqlx::ConnectOptions as _;
use tempfile::TempDir;

fn main() {
    let mut criterion = criterion();
    bench::<Diesel>(&mut criterion, "diesel");
    bench::<Sqlx>(&mut criterion, "sqlx");
    bench::<Redb>(&mut criterion, "redb");
    bench::<NativeDb>(&mut criterion, "native_db");
    bench::<Fjall>(&mut criterion, "fjall");
    bench::<Snapshot>(&mut criterion, "snapshot_postcard");
    criterion.final_summary();
}

/// A program that keeps a file up to date with the attributes in memory.
trait Flusher {
    /// Creates a file with the reference world.
    fn open(folder: &Path) -> Self;
    /// Writes the changes, and returns the time it took.
    fn flush(&mut self, changes: &Changes) -> Duration;
}

fn bench<F: Flusher>(criterion: &mut Criterion, id: &str) {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let all = mobiles() * PER_MOBILE;
    let mut flusher = None;
    type Draw = fn(&mut fastrand::Rng, usize) -> Changes;
    let groups: [(&str, Draw); 2] = [
        ("flush_10k_scattered", scattered),
        ("flush_10k_clustered", clustered),
    ];
    for (name, draw) in groups {
        let mut rng = rng();
        let mut group = criterion.benchmark_group(name);
        group.sampling_mode(SamplingMode::Flat).sample_size(10);
        group.bench_function(id, |bencher| {
            let flusher = flusher.get_or_insert_with(|| F::open(folder.path()));
            bencher.iter_custom(|iterations| {
                let took = flusher.flush(&draw(&mut rng, all));
                #[allow(clippy::cast_precision_loss, reason = "small numbers")]
                took.mul_f64(iterations as f64)
            });
        });
    }
}

/// All attributes of the reference world, in id order.
fn world() -> Vec<Attribute> {
    let mut rng = rng();
    let attribute = |n| attribute(n, rng.f64());
    (0..mobiles() * PER_MOBILE).map(attribute).collect()
}

fn id(position: usize) -> i64 {
    i64::try_from(position + 1).expect("a small number")
}

/// A new SQLite file with the reference world, in WAL mode.
fn sqlite_file(folder: &Path) -> PathBuf {
    let path = folder.join("world.db");
    let mut connection = establish(&path);
    connection.batch_execute(SCHEMA).expect("the schema");
    connection
        .batch_execute(&fill_sql(mobiles()))
        .expect("the reference world");
    path
}

fn establish(path: &Path) -> SqliteConnection {
    let mut connection =
        SqliteConnection::establish(path.to_str().expect("a plain path")).expect("a connection");
    connection
        .batch_execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF;
             PRAGMA wal_autocheckpoint = 0;",
        )
        .expect("settings");
    connection
}

diesel::table! {
    attributes (id) {
        id -> BigInt,
        double_value -> Nullable<Double>,
    }
}

/// Diesel's query builder: an UPDATE of the changed column for each row, in the order of the changes. Its
/// connection caches prepared statements. Checkpoints are not timed.
struct Diesel(SqliteConnection);

impl Flusher for Diesel {
    fn open(folder: &Path) -> Self {
        Self(establish(&sqlite_file(folder)))
    }

    fn flush(&mut self, changes: &Changes) -> Duration {
        let (took, written) = time(|| {
            self.0.transaction(|connection| {
                for &(position, value) in changes {
                    diesel::update(attributes::table.find(id(position)))
                        .set(attributes::double_value.eq(value))
                        .execute(connection)?;
                }
                Ok::<_, diesel::result::Error>(())
            })
        });
        written.expect("written");
        self.0
            .batch_execute("PRAGMA wal_checkpoint(PASSIVE)")
            .expect("a checkpoint");
        took
    }
}

/// The same with sqlx, whose connection runs on its own thread and is awaited for each row.
struct Sqlx {
    runtime: tokio::runtime::Runtime,
    connection: sqlx::SqliteConnection,
}

impl Flusher for Sqlx {
    fn open(folder: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .expect("a runtime");
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(sqlite_file(folder))
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            .synchronous(sqlx::sqlite::SqliteSynchronous::Normal)
            .foreign_keys(false)
            .pragma("wal_autocheckpoint", "0");
        let connection = runtime.block_on(options.connect()).expect("a connection");
        Self {
            runtime,
            connection,
        }
    }

    fn flush(&mut self, changes: &Changes) -> Duration {
        let connection = &mut self.connection;
        let write = async {
            let mut transaction = sqlx::Connection::begin(&mut *connection).await?;
            for &(position, value) in changes {
                sqlx::query("UPDATE attributes SET double_value = ?1 WHERE id = ?2")
                    .bind(value)
                    .bind(id(position))
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await
        };
        let (took, written) = time(|| self.runtime.block_on(write));
        written.expect("written");
        let checkpoint = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(connection);
        self.runtime.block_on(checkpoint).expect("a checkpoint");
        took
    }
}

const ATTRIBUTES: TableDefinition<'_, i64, &[u8]> = TableDefinition::new("attributes");

/// redb, with rows as postcard. A flush is one transaction, which waits for the disk: redb's other
/// durability level keeps a commit in memory, and loses it with the process.
struct Redb {
    database: Database,
    world: Vec<Attribute>,
}

impl Redb {
    fn write(&self, positions: impl Iterator<Item = usize>) -> Result<(), redb::Error> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        {
            let mut table = transaction.open_table(ATTRIBUTES)?;
            for position in positions {
                let row = postcard::to_stdvec(&self.world[position]).expect("a row");
                table.insert(id(position), row.as_slice())?;
            }
        }
        Ok(transaction.commit()?)
    }
}

impl Flusher for Redb {
    fn open(folder: &Path) -> Self {
        let database = Database::create(folder.join("world.redb")).expect("a new file");
        let redb = Self {
            database,
            world: world(),
        };
        redb.write(0..redb.world.len()).expect("written");
        redb
    }

    fn flush(&mut self, changes: &Changes) -> Duration {
        set(&mut self.world, changes);
        let positions = changes.iter().map(|&(position, _)| position);
        let (took, written) = time(|| self.write(positions));
        written.expect("written");
        took
    }
}

fn set(world: &mut [Attribute], changes: &Changes) {
    for &(position, value) in changes {
        world[position].value = Value::Double(value);
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[native_model(id = 1, version = 1)]
#[native_db]
struct Row {
    #[primary_key]
    id: i64,
    attribute: Attribute,
}

/// native_db: typed rows over redb.
struct NativeDb {
    database: native_db::Database<'static>,
    world: Vec<Attribute>,
}

impl NativeDb {
    fn write(
        &self,
        positions: impl Iterator<Item = usize>,
    ) -> Result<(), Box<native_db::db_type::Error>> {
        let transaction = self.database.rw_transaction()?;
        for position in positions {
            transaction.upsert(Row {
                id: id(position),
                attribute: self.world[position].clone(),
            })?;
        }
        Ok(transaction.commit()?)
    }
}

impl Flusher for NativeDb {
    fn open(folder: &Path) -> Self {
        let mut models = Models::new();
        models.define::<Row>().expect("a model");
        // It has to live until the process ends.
        let models: &'static Models = Box::leak(Box::new(models));
        let path = folder.join("world.native_db");
        let database = Builder::new().create(models, path).expect("a new file");
        let native = Self {
            database,
            world: world(),
        };
        native.write(0..native.world.len()).expect("written");
        native
    }

    fn flush(&mut self, changes: &Changes) -> Duration {
        set(&mut self.world, changes);
        let positions = changes.iter().map(|&(position, _)| position);
        let (took, written) = time(|| self.write(positions));
        written.expect("written");
        took
    }
}

/// fjall, with rows as postcard. A flush is one batch, which is appended to the journal, passed to the
/// operating system, and inserted into the table in memory: it survives the death of the process, but not
/// a power cut, as a commit to SQLite's WAL does. Its threads write that table to the disk when it has
/// grown to 64 MiB, which is not timed as part of a flush, as a checkpoint is not.
struct Fjall {
    database: fjall::Database,
    attributes: Keyspace,
    world: Vec<Attribute>,
}

impl Fjall {
    /// Ids as big-endian bytes, so that the rows of one mobile are neighbours.
    fn key(position: usize) -> [u8; 8] {
        id(position).to_be_bytes()
    }

    fn row(&self, position: usize) -> Vec<u8> {
        postcard::to_stdvec(&self.world[position]).expect("a row")
    }

    /// Ingests the whole world bypassing the journal, so that no flush has to write it from memory.
    fn fill(&self) -> fjall::Result<()> {
        let mut rows = self.attributes.start_ingestion()?;
        for position in 0..self.world.len() {
            rows.write(Self::key(position), self.row(position))?;
        }
        rows.finish()
    }

    fn write(&self, positions: impl Iterator<Item = usize>) -> fjall::Result<()> {
        let mut batch = self.database.batch().durability(Some(PersistMode::Buffer));
        for position in positions {
            batch.insert(&self.attributes, Self::key(position), self.row(position));
        }
        batch.commit()
    }
}

impl Flusher for Fjall {
    fn open(folder: &Path) -> Self {
        let database = fjall::Database::builder(folder.join("world.fjall"))
            .open()
            .expect("a new folder");
        let attributes = database
            .keyspace("attributes", KeyspaceCreateOptions::default)
            .expect("a new keyspace");
        let fjall = Self {
            database,
            attributes,
            world: world(),
        };
        fjall.fill().expect("written");
        fjall
    }

    fn flush(&mut self, changes: &Changes) -> Duration {
        set(&mut self.world, changes);
        let positions = changes.iter().map(|&(position, _)| position);
        let (took, written) = time(|| self.write(positions));
        written.expect("written");
        took
    }
}

/// Writes the whole world as postcard to a new file, which then replaces the old one.
struct Snapshot {
    folder: PathBuf,
    world: Vec<Attribute>,
}

impl Flusher for Snapshot {
    fn open(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            world: world(),
        }
    }

    fn flush(&mut self, changes: &Changes) -> Duration {
        set(&mut self.world, changes);
        let (took, ()) = time(|| {
            let bytes = postcard::to_stdvec(&self.world).expect("a world");
            let new = self.folder.join("world.new");
            fs::write(&new, bytes).expect("written");
            fs::rename(new, self.folder.join("world.postcard")).expect("renamed");
        });
        took
    }
}
