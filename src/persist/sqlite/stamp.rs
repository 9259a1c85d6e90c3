//! The row of a file that says which world it is, and which state of it: `gamedb_state`. Every transaction writes
//! it, so that file, write-ahead log and lock file can be compared.

use rusqlite::{Connection, OptionalExtension as _};

use crate::error::FlushFailure;
use crate::persist::error::Failed;

/// The name of the table.
pub(super) const TABLE: &str = "gamedb_state";

/// Whether it is there.
pub(super) const EXISTS: &str =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND lower(name) = 'gamedb_state'";

/// One row. `world` begins with [`MAGIC`]; the rest is [`FileState`].
pub(super) const CREATE: &str = "CREATE TABLE gamedb_state (
    id             INTEGER PRIMARY KEY,
    world          BLOB NOT NULL,
    generation     INTEGER NOT NULL,
    stamp          INTEGER NOT NULL,
    previous       INTEGER NOT NULL,
    is_open        INTEGER NOT NULL,
    schema_version INTEGER NOT NULL
) STRICT";

const INSERT: &str =
    "INSERT INTO gamedb_state (id, world, generation, stamp, previous, is_open, schema_version)
    VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)";

const UPDATE: &str =
    "UPDATE OR ABORT gamedb_state SET generation = ?1, stamp = ?2, previous = ?3, is_open = ?4,
    schema_version = ?5 WHERE id = 1";

const SELECT: &str = "SELECT world, generation, stamp, previous, is_open, schema_version
    FROM gamedb_state WHERE id = 1";

/// How the name of every world begins, so that its row is recognized in a page of a log.
pub(super) const MAGIC: &[u8] = b"gamedb";

/// The largest number that SQLite's backup gives a schema, or a few statements: larger ones are ours. A copy that
/// SQLite has made has another number than the one in its row, because `.backup` begins with 1 and VACUUM adds 1.
pub(super) const LARGEST_FOREIGN: i64 = 1 << 16;

/// How often a file may have been rebuilt, or its schema changed, between two states.
const VACUUMS: i64 = 1 << 10;

/// The identity of a world, which all its copies share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WorldId(pub(super) [u8; 16]);

impl WorldId {
    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 16] = bytes.try_into().ok()?;
        bytes.starts_with(MAGIC).then_some(Self(bytes))
    }
}

impl std::fmt::Display for WorldId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0[MAGIC.len()..]
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One state of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Number of transactions that have written rows, since the world began.
    pub(super) generation: i64,
    /// A random number. Two copies of a world that go on apart have other ones for the same generation.
    pub(super) number: i64,
}

impl Stamp {
    /// What the state after this one has as its `previous` if SQLite has rebuilt the file in between.
    fn rebuilt_link(&self, schema_version: i64) -> i64 {
        let mixed = self.number ^ schema_version.wrapping_mul(0x1e37_79b9_7f4a_7c15);
        mixed.rotate_left(23) | 1
    }
}

/// What the row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileState {
    pub(super) world: WorldId,
    pub(super) at: Stamp,
    /// The number of the state that the transaction began with; zero if there was none.
    pub(super) previous: i64,
    /// Whether a database had the file open then. It is cleared when the file is closed, so a file that has it
    /// and no log was copied while it was open, or has lost its log.
    pub(super) is_open: bool,
    /// SQLite's number for the schema then.
    pub(super) schema_version: i64,
}

impl FileState {
    /// The state of a world that begins, or is adopted.
    fn first(file: &Connection) -> rusqlite::Result<Self> {
        let random_bytes: Vec<u8> =
            file.query_row("SELECT randomblob(10)", [], |row| row.get(0))?;
        let world = [MAGIC, &random_bytes].concat().try_into().map(WorldId);
        Ok(Self {
            world: world.expect("six bytes and ten are sixteen"),
            at: Stamp {
                generation: 0,
                number: random(file)?,
            },
            previous: 0,
            is_open: false,
            schema_version: own_schema_version(file)?,
        })
    }

    /// What a transaction that begins with this state has as its `previous`, if the file's schema has this number. One
    /// that is not the state's own says that SQLite has rebuilt the file since, and put rows on other pages.
    pub(super) fn link(&self, schema_version: i64) -> i64 {
        if schema_version == self.schema_version {
            return self.at.number;
        }
        self.at.rebuilt_link(schema_version)
    }

    /// Whether this state comes directly after another one, of which only the stamp is known.
    pub(super) fn directly_follows(&self, before: &Stamp) -> bool {
        let links = [before.number, before.rebuilt_link(self.schema_version)];
        before.generation.checked_add(1) == Some(self.at.generation)
            && links.contains(&self.previous)
    }

    /// Whether another state was begun from a copy of this one that SQLite has made: with any number that `.backup`
    /// gives the schema, or VACUUM INTO.
    pub(super) fn is_copied_before(&self, next: &Self) -> bool {
        let of_backup = 1..=LARGEST_FOREIGN;
        let of_vacuum = (1..=VACUUMS).map(|n| self.schema_version.wrapping_add(n));
        let mut versions = of_backup.chain(of_vacuum);
        next.world == self.world && versions.any(|version| self.link(version) == next.previous)
    }

    fn insert(&self, file: &Connection) -> rusqlite::Result<()> {
        let Self { world, at, .. } = self;
        let parameters = (
            &world.0[..],
            at.generation,
            at.number,
            self.previous,
            self.is_open,
            self.schema_version,
        );
        file.execute(INSERT, parameters).map(|_| ())
    }

    /// Writes the row, inside of the transaction that is open.
    pub(super) fn write(&self, transaction: &Connection) -> Result<(), Failed> {
        let parameters = (
            self.at.generation,
            self.at.number,
            self.previous,
            self.is_open,
            self.schema_version,
        );
        match transaction.prepare_cached(UPDATE)?.execute(parameters)? {
            1 => Ok(()),
            touched => Err(FlushFailure::RowCount {
                table: TABLE,
                id: 1,
                touched,
            }
            .into()),
        }
    }

    /// Reads the row. `None` if there is none, or one that was not written by a database.
    pub(super) fn read(file: &Connection) -> rusqlite::Result<Option<Self>> {
        let state = file.prepare_cached(SELECT)?.query_row([], |row| {
            let world: Vec<u8> = row.get(0)?;
            Ok(WorldId::from_slice(&world).map(|world| {
                (
                    world,
                    row.get(1),
                    row.get(2),
                    row.get(3),
                    row.get(4),
                    row.get(5),
                )
            }))
        });
        let Some((world, generation, number, previous, is_open, schema_version)) =
            state.optional()?.flatten()
        else {
            return Ok(None);
        };
        Ok(Some(Self {
            world,
            at: Stamp {
                generation: generation?,
                number: number?,
            },
            previous: previous?,
            is_open: is_open?,
            schema_version: schema_version?,
        }))
    }
}

impl FileState {
    /// Writes the state after this one, for a transaction that is no flush, and that has changed the schema, which had
    /// this number when it began. The file is closed then.
    pub(super) fn follow(
        &self,
        transaction: &Connection,
        schema_version: i64,
    ) -> rusqlite::Result<()> {
        let (number, own) = (random(transaction)?, own_schema_version(transaction)?);
        let previous = self.link(schema_version);
        transaction.execute(UPDATE, (self.at.generation, number, previous, false, own))?;
        Ok(())
    }
}

/// A number that is not zero, which means none.
pub(super) fn random(file: &Connection) -> rusqlite::Result<i64> {
    file.query_row("SELECT random() | 1", [], |row| row.get(0))
}

pub(super) fn schema_version(file: &Connection) -> rusqlite::Result<i64> {
    file.query_row("PRAGMA schema_version", [], |row| row.get(0))
}

/// SQLite's number for the schema, after it was made one that no copy of SQLite's has. Inside of a transaction.
fn own_schema_version(transaction: &Connection) -> rusqlite::Result<i64> {
    let version = schema_version(transaction)?;
    if version > LARGEST_FOREIGN {
        return Ok(version);
    }
    let sql = "SELECT ?1 + abs(random() % 1000000000)";
    let version: i64 = transaction.query_row(sql, [LARGEST_FOREIGN + 1], |row| row.get(0))?;
    transaction.pragma_update(None, "schema_version", version)?;
    Ok(version)
}

/// Whether the table is there as it is made here. Its row may be read then, whatever else is in the file.
pub(super) fn is_there(file: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1 AND sql = ?2";
    file.query_row(sql, (TABLE, CREATE), |row| row.get(0))
}

/// Creates the table, inside of the transaction that creates a world.
pub(super) fn create(transaction: &Connection) -> rusqlite::Result<()> {
    transaction.execute_batch(CREATE)?;
    FileState::first(transaction)?.insert(transaction)
}

/// The state of a file that does not have to be adopted.
pub(super) fn ready(file: &Connection) -> rusqlite::Result<Option<FileState>> {
    if !is_there(file)? {
        return Ok(None);
    }
    let two = "SELECT count(*) FROM (SELECT 1 FROM gamedb_state LIMIT 2)";
    let n_rows: i64 = file.query_row(two, [], |row| row.get(0))?;
    let version = schema_version(file)?;
    let state = FileState::read(file)?.filter(|_| n_rows == 1);
    Ok(state.filter(|state| version > LARGEST_FOREIGN && state.schema_version == version))
}

/// Makes a copy a file of its own: closed, and in a state that no log has.
pub(super) fn seal(transaction: &Connection) -> rusqlite::Result<FileState> {
    let state = adopt(transaction)?;
    transaction.execute("UPDATE gamedb_state SET is_open = 0 WHERE id = 1", [])?;
    Ok(FileState {
        is_open: false,
        ..state
    })
}

/// Makes a file ready to be written to, inside of a transaction: adopts one without a state, as of an older format,
/// and one that SQLite has copied. Returns its state.
pub(super) fn adopt(transaction: &Connection) -> rusqlite::Result<FileState> {
    let exists: bool = transaction.query_row(EXISTS, [], |row| row.get(0))?;
    let mut found = None;
    if exists {
        let link = schema_version(transaction)?;
        found = FileState::read(transaction)?.map(|found| (found, found.link(link)));
        // It may be written in another way, or have more rows.
        transaction.execute_batch("DROP TABLE gamedb_state")?;
    }
    transaction.execute_batch(CREATE)?;
    let state = match found {
        // It is another state, because its rows may be on other pages.
        Some((found, previous)) => FileState {
            at: Stamp {
                number: random(transaction)?,
                ..found.at
            },
            previous,
            schema_version: own_schema_version(transaction)?,
            ..found
        },
        None => FileState::first(transaction)?,
    };
    state.insert(transaction)?;
    Ok(state)
}
