//! How a build script hears of a file that is not there yet.
//!
//! Cargo takes a missing path for one that has changed, and would run the script again with every build. Of a folder
//! it looks at all that is in it, and in the folder of a package that is `target/`, which every build changes. So
//! the script leaves a folder of its own in `OUT_DIR` with a symbolic link to the missing file. Cargo follows links: while
//! the file is not there, the link's own time counts, which lies long ago; when the file appears, its time counts.

use std::io;
use std::path::{Path, PathBuf};

use filetime::FileTime;

use crate::error::Error;

/// Makes cargo run the build script again when `file` appears, and not before.
///
/// # Errors
/// [`Error::WriteFile`] if `out_dir` cannot be written to.
pub(super) fn rerun_if_it_appears(file: &Path, out_dir: &Path) -> Result<(), Error> {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let watched = out_dir.join("gamedb-watch");
    std::fs::create_dir_all(&watched).map_err(|source| failed(&watched, source))?;
    let link = watched.join(file.file_name().unwrap_or_default());
    if std::fs::read_link(&link).is_ok_and(|target| target == file) || make_link(&file, &link)? {
        // What the script has written itself is newer than its start, and would count as changed.
        let long_ago = FileTime::from_unix_time(1, 0);
        filetime::set_symlink_file_times(&link, long_ago, long_ago)
            .map_err(|source| failed(&link, source))?;
        filetime::set_file_mtime(&watched, long_ago).map_err(|source| failed(&watched, source))?;
        super::build::rerun_if_changed(&watched);
        return Ok(());
    }
    // Without the right to make links, as on some Windows, the folder of the file is looked at, if cargo
    // does not write to it.
    let folder = file.parent().unwrap_or(Path::new("."));
    if !out_dir.starts_with(folder) {
        super::build::rerun_if_changed(folder);
    }
    Ok(())
}

/// Makes a link in the place of what is there; `false` if this user may make none.
fn make_link(file: &Path, link: &Path) -> Result<bool, Error> {
    match std::fs::remove_file(link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(link, error)),
        _ => {}
    }
    #[cfg(unix)]
    let made = std::os::unix::fs::symlink(file, link);
    #[cfg(windows)]
    let made = std::os::windows::fs::symlink_file(file, link);
    #[cfg(not(any(unix, windows)))]
    let made: io::Result<()> = Err(io::ErrorKind::Unsupported.into());
    match made {
        Ok(()) => Ok(true),
        Err(error) if cfg!(unix) => Err(failed(link, error)),
        Err(_) => Ok(false),
    }
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::WriteFile {
        path: PathBuf::from(path),
        source,
    }
}
