//! The models on their way to the file: rustfmt, the difference, an atomic write.

use std::io::Write;
use std::num::NonZero;
use std::path::{Component, Path};
use std::process::{Command, Stdio};

use similar::TextDiff;

use crate::error::Error;

/// The least that is worth a process of its own, in bytes.
const LEAST_PART: usize = 64 * 1024;

/// Formats Rust source as the file at `out` would be formatted in place. The source has one line of
/// comment and an empty one first; items are formatted on all processors, because each stands for itself.
pub(crate) fn rustfmt(source: &str, out: &Path) -> Result<String, Error> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    match rustfmt_parts(source, processors, LEAST_PART, out)? {
        Some(formatted) => Ok(formatted),
        None => rustfmt_whole(source, out),
    }
}

/// The same in several processes; `None` where it cannot be told how the parts go together: with one
/// part, or a rustfmt.toml that changes the lines before the first item.
fn rustfmt_parts(
    source: &str,
    n_parts: usize,
    least: usize,
    out: &Path,
) -> Result<Option<String>, Error> {
    let Some((header, items)) = source.split_once("\n\n") else {
        return Ok(None);
    };
    let header = format!("{header}\n\n");
    let parts = parts(items, n_parts.min(items.len() / least));
    if parts.len() < 2 {
        return Ok(None);
    }
    // Each with the header, which says to rustfmt.toml that this is generated.
    let format = |part: &str| rustfmt_whole(&format!("{header}{part}"), out);
    let format = &format;
    let formatted: Vec<Result<String, Error>> = std::thread::scope(|scope| {
        let under_way: Vec<_> = parts
            .iter()
            .map(|part| scope.spawn(move || format(part)))
            .collect();
        let done = under_way.into_iter().map(|part| {
            part.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        done.collect()
    });
    let mut joined = header.clone();
    for (at, part) in formatted.into_iter().enumerate() {
        let part = part?;
        let Some(items) = part.strip_prefix(&header) else {
            return Ok(None);
        };
        if items.starts_with('\n') {
            return Ok(None);
        }
        if at > 0 {
            joined.push('\n');
        }
        joined.push_str(items);
    }
    Ok(Some(joined))
}

/// Cuts items into at most so many parts of about one length, where one ends with an empty line behind a
/// brace at the margin: the next line is not part of any item before.
fn parts(items: &str, n: usize) -> Vec<&str> {
    const END: &str = "\n}\n\n";
    let mut parts = Vec::new();
    let mut rest = items;
    for left in (2..=n).rev() {
        let bytes = rest.as_bytes();
        let ends = bytes.get(rest.len() / left..).unwrap_or_default();
        let Some(end) = ends.windows(END.len()).position(|w| w == END.as_bytes()) else {
            break;
        };
        let (part, after) = rest.split_at(rest.len() / left + end + END.len());
        parts.push(part);
        rest = after;
    }
    if !rest.trim().is_empty() {
        parts.push(rest);
    }
    parts
}

/// Formats a source in one process.
fn rustfmt_whole(source: &str, out: &Path) -> Result<String, Error> {
    let missing = |source| Error::RustfmtMissing { source };
    let mut command = Command::new("rustfmt");
    command.args(["--edition", "2024", "--emit", "stdout"]);
    // rustfmt.toml is looked for from here.
    if let Some(folder) = folder(out).filter(|folder| folder.is_dir()) {
        command.current_dir(folder);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(missing)?;
    // Written by another thread: rustfmt may print before it has read everything.
    let stdin = child.stdin.take();
    let written = std::thread::scope(|scope| {
        let writer = scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(source.as_bytes())));
        let output = child.wait_with_output();
        (output, writer.join())
    });
    let output = written.0.map_err(missing)?;
    if !output.status.success() {
        return Err(Error::RustfmtFailed {
            message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        });
    }
    String::from_utf8(output.stdout).map_err(|error| Error::RustfmtFailed {
        message: error.to_string(),
    })
}

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
fn folder(file: &Path) -> Option<&Path> {
    let parent = file.parent()?;
    Some(if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Items that rustfmt changes, with what a cut could go wrong at.
    fn items(n: usize) -> String {
        let item = |n: usize| {
            format!(
                "/// One.\n#[derive(Debug)] pub struct S{n} {{\npub a:i64,\n}}\n\n\n\
                 impl S{n} {{ // Its own.\nconst A: usize={n};\n}}\n\n\
                 views! {{\n    /// é\n    S{n} =>   kept,\n}}\n\n"
            )
        };
        let items: String = (0..n).map(item).collect();
        format!("// @generated from `s.sql`.\n\nuse b::{{c, a}};\n\n{items}")
    }

    #[test]
    fn parts_are_formatted_as_the_whole_is() {
        let folder = tempfile::tempdir().expect("a folder is made");
        let out = folder.path().join("models.rs");
        for (n_items, n_parts) in [(3, 2), (7, 3), (20, 8), (5, 100)] {
            let source = items(n_items);
            let whole = rustfmt_whole(&source, &out).expect("rustfmt takes it");
            let parts = rustfmt_parts(&source, n_parts, 1, &out).expect("rustfmt takes it");
            assert_eq!(parts.as_deref(), Some(whole.as_str()), "{n_items} items");
        }
    }

    #[test]
    fn a_rustfmt_toml_is_kept_to_in_parts() {
        let folder = tempfile::tempdir().expect("a folder is made");
        let out = folder.path().join("models.rs");
        let config = |text: &str| std::fs::write(folder.path().join("rustfmt.toml"), text);
        let source = items(9);
        for text in ["hard_tabs = true\n", "newline_style = \"Windows\"\n"] {
            config(text).expect("the config is written");
            let whole = rustfmt_whole(&source, &out).expect("rustfmt takes it");
            match rustfmt_parts(&source, 3, 1, &out).expect("rustfmt takes it") {
                Some(parts) => assert_eq!(parts, whole, "{text}"),
                None => assert!(whole.contains("\r\n"), "{text}"),
            }
        }
    }

    #[test]
    fn what_rustfmt_refuses_in_a_part_is_an_error() {
        let source = format!("{}fn broken( {{\n}}\n", items(9));
        let refused = rustfmt_parts(&source, 3, 1, Path::new("models.rs"));
        assert!(matches!(refused, Err(Error::RustfmtFailed { .. })));
    }
}
