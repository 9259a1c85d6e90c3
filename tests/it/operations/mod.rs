//! What an operator does with a world file: verify, back up, restore, and rescue what can be read of a damaged one.

mod backup;
mod rescue;
mod restore;
mod verify;

use std::path::{Path, PathBuf};

use crate::common::sample::{self, flushed_file, player, rename};
use crate::common::{Contents, TestFile, contents_of, contents_of_file, new_file};
use gamedb::{Database, Error, ErrorKind, FileError, Options};
use gamedb_models::World;
use rusqlite::Connection;

fn file_error<R: std::fmt::Debug>(result: Result<R, Error>) -> FileError {
    match result.unwrap_err().into_kind() {
        ErrorKind::File(error) => error,
        other => panic!("{other}"),
    }
}

fn in_file(path: &Path) -> Contents {
    contents_of_file(&Connection::open(path).unwrap())
}

/// All names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The files of a world as a kill would leave them, in a folder of their own.
fn killed(file: &TestFile) -> TestFile {
    let other = TestFile::new();
    for ending in ["", "-wal", "-lock"] {
        let name = format!("world.db{ending}");
        let (from, to) = (file.folder().join(&name), other.folder().join(&name));
        std::fs::copy(from, to).unwrap();
    }
    other
}

/// A file beside the one that is being made of this one.
fn unfinished(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().unwrap().to_string_lossy();
    let own = format!("{name}.unfinished-{}{ending}", std::process::id());
    path.with_file_name(own)
}
