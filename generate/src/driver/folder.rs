//! A folder of migrations, read as one text.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::input::{decode, migrations};

/// The files of a folder as one text.
pub(super) struct Folder {
    pub(super) text: String,
    pub(super) n_down: usize,
    pub(super) warnings: Vec<String>,
    /// The files, and how many lines of the text come before each.
    files: Vec<(String, usize)>,
}

/// Reads all files of a folder that end with `.sql`, in the order of their numbers.
///
/// # Errors
/// [`Error::ReadFile`].
pub(super) fn read(folder: &Path) -> Result<Folder, Error> {
    let mut paths = Vec::new();
    list(folder, &mut paths)?;
    let name = |path: &Path| {
        let name = path.strip_prefix(folder).unwrap_or(path);
        name.display().to_string()
    };
    paths.sort_by(|one, other| migrations::order(&name(one), &name(other)));
    let mut found = Folder {
        text: String::new(),
        n_down: 0,
        warnings: Vec::new(),
        files: Vec::new(),
    };
    for path in &paths {
        let file = path.file_name().map(|name| name.to_string_lossy());
        if file.is_some_and(|name| migrations::is_down_file(&name)) {
            found.n_down += 1;
            continue;
        }
        let bytes = std::fs::read(path).map_err(|source| failed(path, source))?;
        let (text, lossy) = decode::decode(&bytes);
        let name = name(path);
        found
            .warnings
            .extend(lossy.map(|warning| format!("{name}: {warning}")));
        found.files.push((name, found.text.matches('\n').count()));
        // A part that takes a step back ends with its file.
        found.text.push_str(&migrations::up_only(&text).text);
        found.n_down += migrations::up_only(&text).n_down;
        found.text.push('\n');
    }
    Ok(found)
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let entries = std::fs::read_dir(folder).map_err(|source| failed(folder, source))?;
    for entry in entries {
        let path = entry.map_err(|source| failed(folder, source))?.path();
        let is_sql = path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("sql"));
        if path.is_dir() {
            list(&path, found)?;
        } else if is_sql {
            found.push(path);
        }
    }
    Ok(())
}

fn failed(path: &Path, source: std::io::Error) -> Error {
    Error::ReadFile {
        path: path.to_owned(),
        source,
    }
}

impl Folder {
    /// The file that a line of the whole text is from, and the line in it.
    pub(super) fn place(&self, line: usize) -> Option<(&str, usize)> {
        let mut files = self.files.iter().rev();
        let (name, before) = files.find(|(_, before)| *before < line)?;
        Some((name, line - before))
    }

    /// Names the file of a warning that starts with a line of the whole text.
    pub(super) fn in_file(&self, warning: &str) -> String {
        let place = warning
            .strip_prefix("line ")
            .and_then(|rest| rest.split_once(':'));
        let found = place.and_then(|(line, what)| {
            let (name, line) = self.place(line.parse().ok()?)?;
            Some(format!("{name} line {line}:{what}"))
        });
        found.unwrap_or_else(|| warning.to_owned())
    }
}
