//! The models in the shape that rustfmt gives them.

use std::io::Write;
use std::num::NonZero;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::emit::Source;
use crate::error::Error;
use crate::output;

/// The least that is worth a process of its own, in bytes.
const LEAST_PART: usize = 64 * 1024;

/// The least of which something is held back, in bytes.
const LEAST_HELD_BACK: usize = 4 * LEAST_PART;

/// Formats the models as the file at `out` would be formatted in place.
///
/// It takes rustfmt half a second for each megabyte. So of much source it gets only what the emitter
/// could not lay out itself, unless the user has a style of their own.
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

/// Whether no rustfmt.toml has a say there.
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
/// processors, because each stands for itself.
fn format_text(source: &str, out: &Path) -> Result<String, Error> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    match format_parts(source, processors, LEAST_PART, out)? {
        Some(formatted) => Ok(formatted),
        None => format_whole(source, out),
    }
}

/// The same in several processes; `None` where it cannot be told how the parts go together: with one
/// part, or a rustfmt.toml that changes the lines before the first item.
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
    // Each with the header, which says to rustfmt.toml that this is generated.
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
fn format_whole(source: &str, out: &Path) -> Result<String, Error> {
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

/// rustfmt in the folder of the file, from where it looks for rustfmt.toml.
fn rustfmt(out: &Path) -> Command {
    let mut command = Command::new("rustfmt");
    if let Some(folder) = output::folder(out).filter(|folder| folder.is_dir()) {
        command.current_dir(folder);
    }
    command
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::emit;

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

    /// The source of a schema file's models.
    fn source(schema: &Path) -> Result<Source, Error> {
        let input = crate::Input {
            schema: schema.to_owned(),
            ..crate::Input::default()
        };
        let (schema, config) = crate::read(&input)?;
        let model = crate::resolve::resolve(&schema, &config)?;
        Ok(emit::source(&model, "schema.sql")?)
    }

    /// Holds what is laid out against what rustfmt makes of everything.
    fn check_layout(source: &Source, what: &str) {
        let out = Path::new("models.rs");
        let whole = format_whole(source.whole(), out).expect("rustfmt takes it");
        let rough = format_whole(&source.rough(), out).expect("rustfmt takes the rest");
        let restored = source.restore(&rough);
        assert_same(&restored, &whole, what);
    }

    /// Shows the first line that differs, not all of both.
    fn assert_same(one: &str, other: &str, what: &str) {
        let mut lines = one.lines().zip(other.lines());
        assert_eq!(lines.find(|(one, other)| one != other), None, "{what}");
        assert_eq!(one.len(), other.len(), "{what}");
    }

    /// Files of SQL in a folder and its folders.
    fn schemas(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                schemas(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "sql") {
                found.push(path);
            }
        }
    }

    #[test]
    fn what_is_laid_out_rustfmt_leaves_alone() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut paths = Vec::new();
        schemas(&root.join("tests/cases"), &mut paths);
        schemas(&root.join("../models/src"), &mut paths);
        let shared = root.join("../../shared/schemas");
        if !shared.is_dir() {
            println!("skipped for shared schemas: there are none here");
        }
        schemas(&shared, &mut paths);
        let mut n_checked = 0;
        for path in paths {
            // Some are cases of what is refused.
            if let Ok(source) = source(&path) {
                check_layout(&source, &path.display().to_string());
                n_checked += 1;
            }
        }
        assert!(n_checked > 30, "{n_checked}");
    }

    /// A table of columns whose names are as long as they are.
    fn table(at: usize, columns: &[(usize, usize)]) -> String {
        const TYPES: &[&str] = &[
            "INTEGER NOT NULL",
            "INTEGER UNIQUE",
            "TEXT NOT NULL DEFAULT 'x'",
            "TEXT CHECK (length(#) <= 9)",
            "REAL NOT NULL DEFAULT 0.5",
            "BLOB",
            "TEXT NOT NULL CHECK (# IN ('A', 'B'))",
            "INTEGER NOT NULL DEFAULT 1 CHECK (# IN (0, 1))",
            "INTEGER REFERENCES t0 (id)",
            "INTEGER NOT NULL REFERENCES t0 (id)",
        ];
        let columns = columns.iter().enumerate().map(|(place, (length, ty))| {
            let name = format!("{}{place}", "c".repeat(*length));
            let ty = TYPES[ty % TYPES.len()].replace('#', &name);
            format!(", {name} {ty}")
        });
        let columns: String = columns.collect();
        format!("CREATE TABLE t{at} (id INTEGER PRIMARY KEY{columns});\n")
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(12))]

        #[test]
        fn names_of_any_length_are_laid_out_so(
            tables in proptest::collection::vec(
                proptest::collection::vec((1..70_usize, 0..10_usize), 0..8), 20,
            )
        ) {
            let folder = tempfile::tempdir().expect("a folder is made");
            let path = folder.path().join("schema.sql");
            let tables: String = tables.iter().enumerate().map(|(at, columns)| table(at, columns)).collect();
            std::fs::write(&path, tables).expect("the schema is written");
            check_layout(&source(&path).expect("the schema is resolved"), "random");
        }
    }

    #[test]
    fn a_style_of_ones_own_is_kept_to_in_a_large_file() {
        let folder = tempfile::tempdir().expect("a folder is made");
        let (schema, out) = (folder.path().join("s.sql"), folder.path().join("models.rs"));
        let columns: Vec<(usize, usize)> = (1..30).map(|at| (at, at)).collect();
        let tables: String = (0..30).map(|at| table(at, &columns)).collect();
        std::fs::write(schema.as_path(), tables).expect("the schema is written");
        let source = source(&schema).expect("the schema is resolved");
        assert!(source.whole().len() > LEAST_HELD_BACK);
        let plain = format(&source, &out).expect("rustfmt takes it");
        assert_same(
            &plain,
            &format_whole(source.whole(), &out).expect("rustfmt takes it"),
            "plain",
        );
        let config = folder.path().join("rustfmt.toml");
        std::fs::write(config, "max_width = 70\n").expect("the config is written");
        let narrow = format(&source, &out).expect("rustfmt takes it");
        assert_same(
            &narrow,
            &format_whole(source.whole(), &out).expect("rustfmt takes it"),
            "narrow",
        );
        assert_ne!(narrow, plain);
    }

    #[test]
    fn what_rustfmt_refuses_in_a_part_is_an_error() {
        let source = format!("{}fn broken( {{\n}}\n", items(9));
        let refused = format_parts(&source, 3, 1, Path::new("models.rs"));
        assert!(matches!(refused, Err(Error::RustfmtFailed { .. })));
    }
}
