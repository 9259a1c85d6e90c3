//! The copy of a file that is made before it is migrated.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::persist::sqlite::create::left_beside;
use crate::persist::sqlite::error::open_error;
use crate::persist::sqlite::operations::Unfinished;

/// How many pages are copied in one step.
const N_PAGES: i32 = 4096;

/// Copies a file, with what is in its log, to one beside it. A copy that is there already may be the only place of
/// what an earlier migration has dropped, so the new one gets another name.
pub(super) fn copy(
    file: &Connection,
    path: &Path,
    fingerprint: u64,
) -> Result<PathBuf, (PathBuf, io::Error)> {
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".before-{fingerprint:016x}{end}"));
        PathBuf::from(name)
    };
    let mut names = std::iter::once(beside("")).chain((2..).map(|n| beside(&format!("-{n}"))));
    let to = names
        .find(|to| fs::symlink_metadata(to).is_err() && left_beside(to).is_none())
        .expect("a number is free");
    let made = || {
        let unfinished = Unfinished::beside(&to)?;
        copy_pages(file, unfinished.path()).map_err(|source| open_error(&to, source))?;
        unfinished.put(&to)
    };
    match made() {
        Ok(()) => Ok(to),
        Err(error) => Err((to, io::Error::other(error))),
    }
}

fn copy_pages(file: &Connection, to: &Path) -> rusqlite::Result<()> {
    let mut copy = Connection::open(to)?;
    let backup = Backup::new(file, &mut copy)?;
    backup.run_to_completion(N_PAGES, Duration::ZERO, None)?;
    drop(backup);
    copy.close().map_err(|(_, error)| error)
}
