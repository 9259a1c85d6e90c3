//! Formats the models with rustfmt.

use std::io::Write;
use std::num::NonZero;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::emit::Source;
use crate::error::Error;
use crate::output;

/// The smallest part that gets a process of its own, in bytes.
const LEAST_PART: usize = 64 * 1024;

/// The smallest source of which rustfmt gets only a part, in bytes.
pub(crate) const LEAST_HELD_BACK: usize = 4 * LEAST_PART;

/// Formats the models as the file at `out` would be formatted in place.
///
/// rustfmt takes half a second for each megabyte. So of a large source it gets only what the emitter could
/// not lay out itself, unless a rustfmt.toml changes the style.
pub(crate) fn format(source: &Source, out: &Path) -> Result<String, Error> {
    if source.whole().len() < LEAST_HELD_BACK {
        return format_text(source.whole(), out);
    }
    let (formatted, is_default) = std::thread::scope(|scope| {
        let is_default = scope.spawn(|| is_default(out));
        let formatted = format_text(&source.rough(), out);
        (formatted, is_default.join().unwrap_or(false))
    });
    if is_default {
        Ok(source.restore(&formatted?))
    } else {
        format_text(source.whole(), out)
    }
}

/// Whether rustfmt's default style applies there, with no rustfmt.toml that changes it.
fn is_default(out: &Path) -> bool {
    let config = |arguments: &[&str]| {
        let printed = rustfmt(out).arg("--print-config").args(arguments).output();
        printed.ok().filter(|printed| printed.status.success())
    };
    // A file in the folder, because the config of a folder is looked for outside of it.
    match (config(&["current", "./models.rs"]), config(&["default"])) {
        (Some(current), Some(default)) => current.stdout == default.stdout,
        _ => false,
    }
}

/// Formats text that has one line of comment and an empty one first. Items are formatted on all
/// processors, because each is independent of the others.
fn format_text(source: &str, out: &Path) -> Result<String, Error> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    match format_parts(source, processors, LEAST_PART, out)? {
        Some(formatted) => Ok(formatted),
        None => format_whole(source, out),
    }
}

/// Formats in several processes; `None` if the parts cannot be put together again: with one part only, or
/// with a rustfmt.toml that changes the lines before the first item.
fn format_parts(
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
    // Each part has the header, by which `format_generated_files` in a rustfmt.toml recognizes it.
    let format = |part: &str| format_whole(&format!("{header}{part}"), out);
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
pub(crate) fn format_whole(source: &str, out: &Path) -> Result<String, Error> {
    let missing = |source| Error::RustfmtMissing { source };
    let mut child = rustfmt(out)
        .args(["--edition", "2024", "--emit", "stdout"])
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

/// rustfmt in the folder of the file, from where it looks for rustfmt.toml; above it, if the folder is
/// still to be made.
fn rustfmt(out: &Path) -> Command {
    let mut command = Command::new("rustfmt");
    let folders = std::iter::successors(output::folder(out), |folder| output::folder(folder));
    if let Some(folder) = folders.take(2).find(|folder| folder.is_dir()) {
        command.current_dir(folder);
    }
    command
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
            let whole = format_whole(&source, &out).expect("rustfmt takes it");
            let parts = format_parts(&source, n_parts, 1, &out).expect("rustfmt takes it");
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
            let whole = format_whole(&source, &out).expect("rustfmt takes it");
            match format_parts(&source, 3, 1, &out).expect("rustfmt takes it") {
                Some(parts) => assert_eq!(parts, whole, "{text}"),
                None => assert!(whole.contains("\r\n"), "{text}"),
            }
        }
    }

    #[test]
    fn what_rustfmt_refuses_in_a_part_is_an_error() {
        let source = format!("{}fn broken( {{\n}}\n", items(9));
        let refused = format_parts(&source, 3, 1, Path::new("models.rs"));
        assert!(matches!(refused, Err(Error::RustfmtFailed { .. })));
    }
}
