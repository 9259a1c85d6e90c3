//! Writes generated text to files: the difference for `--check`, and an atomic write.

pub(crate) mod rustfmt;

use std::io::Write;
use std::path::{Component, Path};

use similar::TextDiff;

use crate::error::Error;

/// The path of `file` as seen from the folder of `out`: what `include_str!` has to say there.
pub(crate) fn seen_from(out: &Path, file: &Path) -> String {
    let (from, to) = (steps(folder(out).unwrap_or(Path::new("."))), steps(file));
    let n_same = from
        .iter()
        .zip(&to)
        .take_while(|(from, to)| from == to)
        .count();
    let up = from[n_same..].iter().map(|_| "..".to_owned());
    up.chain(to[n_same..].iter().cloned())
        .collect::<Vec<_>>()
        .join("/")
}

/// The names on an absolute path, without `.` and `..`.
fn steps(path: &Path) -> Vec<String> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut steps = Vec::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                steps.pop();
            }
            Component::CurDir | Component::RootDir => {}
            name => steps.push(name.as_os_str().to_string_lossy().into_owned()),
        }
    }
    steps
}

/// The folder of a file; `.` for a bare name.
pub(crate) fn folder(file: &Path) -> Option<&Path> {
    let parent = file.parent()?;
    Some(if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    })
}

/// The text of a file; `None` if the file does not exist.
pub(crate) fn read_existing(path: &Path) -> Result<Option<String>, Error> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::ReadFile {
            path: path.to_owned(),
            source,
        }),
    }
}

/// The unified difference between the file as it is and as it has to be.
pub(crate) fn diff(old: &str, new: &str, out: &Path) -> String {
    let name = out.display().to_string();
    TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header(&name, &format!("{name} (as generated)"))
        .to_string()
}

/// Writes a file whole, or not at all.
///
/// # Errors
/// [`Error::WriteFile`].
pub fn write(out: &Path, text: &str) -> Result<(), Error> {
    let failed = |source| Error::WriteFile {
        path: out.to_owned(),
        source,
    };
    let folder = folder(out).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".gamedb-")
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    // A temporary file is private; what replaces a source file must be as open as that was.
    if let Ok(old) = std::fs::metadata(out) {
        // Renaming would not ask.
        if old.permissions().readonly() {
            return Err(failed(std::io::ErrorKind::PermissionDenied.into()));
        }
        file.as_file()
            .set_permissions(old.permissions())
            .map_err(failed)?;
    } else {
        readable(file.as_file()).map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    file.persist(out).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(unix)]
fn readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_file: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
