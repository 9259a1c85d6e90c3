//! World files on a disk in memory.

use gamedb::Database;
use gamedb_faults::{Disk, Image};
use gamedb_models::World;
use rusqlite::Connection;

use super::sample::{ada, fill, rename};

/// The name of the world file on each disk.
pub(crate) const FILE: &str = "world.db";

/// Pages of a log that is due for a checkpoint.
const DUE: u32 = 1_000;

/// A file with the sample world in it, of pages so small that a log of some flushes is due for a checkpoint.
pub(crate) fn closed() -> Image {
    let disk = Disk::new();
    let connection = Connection::open(disk.path(FILE)).unwrap();
    let small = "PRAGMA page_size = 512; VACUUM";
    connection.execute_batch(small).unwrap();
    drop(connection);
    let mut db = Database::<World>::open(disk.path(FILE)).unwrap();
    fill(&mut db);
    let _ = db.close().unwrap();
    disk.image()
}

/// The same file after the death of its process, with a log that is due for a checkpoint at the next flush.
pub(crate) fn killed() -> Image {
    let disk = Disk::with(&closed());
    let mut db = Database::<World>::open(disk.path(FILE)).unwrap();
    let ada = ada(&db);
    let mut before = 0;
    for n in 0.. {
        rename(&mut db, ada, &format!("{n}{}", "x".repeat(500)));
        let pages = db.flush().unwrap().wal_pages;
        if pages + (pages - before) >= DUE {
            break;
        }
        before = pages;
    }
    disk.image()
}

/// A copy of a file that a world has open, as `.backup` makes it, or VACUUM INTO: what is opened next adopts it.
pub(crate) fn copied(by_vacuum: bool) -> Image {
    let disk = Disk::with(&closed());
    let db = Database::<World>::open(disk.path(FILE)).unwrap();
    let connection = Connection::open(disk.path(FILE)).unwrap();
    let copy = disk.path("copy.db");
    if by_vacuum {
        let sql = "VACUUM INTO ?1";
        connection.execute(sql, [copy.to_str().unwrap()]).unwrap();
    } else {
        let progress = None::<fn(rusqlite::backup::Progress)>;
        connection.backup("main", &copy, progress).unwrap();
    }
    drop((connection, db));
    let mut image = disk.image();
    let copy = image.remove("copy.db").unwrap();
    Image::from([(FILE.into(), copy)])
}
