//! The files that models are written to: what has to stand in each, and which ones have to go.

use std::path::{Path, PathBuf};

use crate::emit;
use crate::error::Error;
use crate::model::Model;
use crate::output::{self, rustfmt};

/// A file that is written.
#[derive(Debug)]
pub(super) struct Output {
    path: PathBuf,
    /// What has to stand in it; `None` for the file of a table that the schema has no more.
    text: Option<String>,
    /// Whether it may only replace what was generated.
    is_models: bool,
}

impl Output {
    pub(super) fn new(path: PathBuf, text: String) -> Self {
        Self {
            path,
            text: Some(text),
            is_models: false,
        }
    }
}

/// Whether models are written to several files.
pub(super) fn is_folder(out: &Path) -> bool {
    !out.is_file() && out.extension().is_none_or(|extension| extension != "rs")
}

/// The models of a schema, formatted, in the file or the folder `out`.
pub(super) fn models(model: &Model, schema: &Path, out: &Path) -> Result<Vec<Output>, Error> {
    if !is_folder(out) {
        let seen = output::seen_from(out, schema);
        let text = rustfmt::format(&emit::one_file(model, &seen)?, out)?;
        return Ok(vec![models_file(out.to_owned(), Some(text))]);
    }
    let root = out.join("mod.rs");
    let source = emit::folder(model, &output::seen_from(&root, schema))?;
    let formatted = rustfmt::format(&source, &root)?;
    let mut outputs: Vec<Output> = (source.split(&formatted).into_iter())
        .map(|(name, text)| {
            let path = name.map_or_else(|| root.clone(), |name| out.join(name));
            models_file(path, Some(text))
        })
        .collect();
    let is_written = |path: &PathBuf| outputs.iter().any(|output| output.path == *path);
    let stale: Vec<PathBuf> = generated(out)?
        .into_iter()
        .filter(|path| !is_written(path))
        .collect();
    outputs.extend(stale.into_iter().map(|path| models_file(path, None)));
    Ok(outputs)
}

fn models_file(path: PathBuf, text: Option<String>) -> Output {
    Output {
        path,
        text,
        is_models: true,
    }
}

/// The generated files in a folder, and the file that the models were in when they were in one: a module
/// cannot be both.
fn generated(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = vec![folder.with_extension("rs")];
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            let entries = entries.filter_map(|entry| Some(entry.ok()?.path()));
            found.extend(entries.filter(|path| path.extension().is_some_and(|e| e == "rs")));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(source) => {
            let path = folder.to_owned();
            return Err(Error::ReadFile { path, source });
        }
    }
    found.sort();
    let mut generated = Vec::new();
    for path in found {
        let text = output::read_existing(&path)?;
        if text.is_some_and(|text| text.starts_with(emit::GENERATED)) {
            generated.push(path);
        }
    }
    Ok(generated)
}

/// The unified differences of all files; empty if nothing has to be written.
pub(super) fn diff(outputs: &[Output]) -> Result<String, Error> {
    let mut diff = String::new();
    for Output { path, text, .. } in outputs {
        let old = output::read_existing(path)?;
        if old != *text {
            let (old, new) = (old.unwrap_or_default(), text.as_deref().unwrap_or_default());
            diff.push_str(&output::diff(&old, new, path));
        }
    }
    Ok(diff)
}

/// Writes what is not there already, in order, and removes what is stale. Returns whether anything was
/// done.
pub(super) fn write(outputs: &[Output], out: &Path) -> Result<bool, Error> {
    let mut old = Vec::new();
    // Before anything is written: it is all of them or none.
    for Output {
        path, is_models, ..
    } in outputs
    {
        let text = output::read_existing(path)?;
        if *is_models && text.as_deref().is_some_and(is_by_hand) {
            let path = path.clone();
            return Err(Error::OverwritesSource { path });
        }
        old.push(text);
    }
    // The folder alone: if the one above it is missing, the path is a mistake.
    if is_folder(out) && !out.is_dir() {
        std::fs::create_dir(out).map_err(|source| Error::WriteFile {
            path: out.to_owned(),
            source,
        })?;
    }
    let mut changed = false;
    for (Output { path, text, .. }, old) in outputs.iter().zip(old) {
        if old == *text {
            continue;
        }
        changed = true;
        match text {
            Some(text) => output::write(path, text)?,
            None => std::fs::remove_file(path).map_err(|source| Error::WriteFile {
                path: path.clone(),
                source,
            })?,
        }
    }
    Ok(changed)
}

/// Whether a file was written by hand, and must not be overwritten.
fn is_by_hand(models: &str) -> bool {
    !models.trim().is_empty() && !models.starts_with(emit::GENERATED)
}
