//! Source before it is written through rustfmt to its files.

use std::ops::Range;

use super::code::Code;

/// The source of models, in one file or several. rustfmt puts it in shape, which takes a second for each
/// two megabytes; so what is in shape already can be held back from it, and all files go through it as one
/// text, which is formatted in parts on all processors.
#[derive(Debug)]
pub(crate) struct Source {
    header: String,
    text: String,
    laid_out: Vec<Range<usize>>,
    /// Names of the files after the first one, each of which begins with a [`FILE`] line in the text.
    files: Vec<String>,
}

/// What stands for something held back: a comment, which rustfmt leaves alone.
const HELD_BACK: &str = "//gamedb:";

/// What stands where a file begins.
const FILE: &str = "//gamedb-file";

impl Source {
    /// Nothing yet, under the line that every file begins with.
    pub(crate) fn new(header: String) -> Self {
        Self {
            text: format!("{header}\n\n"),
            header,
            laid_out: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Adds what stands in the file `name`, or in the first one.
    pub(crate) fn add(&mut self, code: Code, name: Option<String>) {
        let (imports, text, laid_out) = code.into_parts();
        if let Some(name) = name {
            self.files.push(name);
            self.text.push_str(&format!("{FILE}\n\n"));
        }
        if !imports.is_empty() {
            let imports = imports.join(", ");
            self.text
                .push_str(&format!("use gamedb::codegen::{{{imports}}};\n\n"));
        }
        if !self.files.is_empty() {
            self.text.push_str("use super::*;\n\n");
        }
        let n_before = self.text.len();
        self.text.push_str(text.trim_end());
        self.text.push_str("\n\n");
        let moved = |range: Range<usize>| range.start + n_before..range.end + n_before;
        self.laid_out.extend(laid_out.into_iter().map(moved));
    }

    /// All of it.
    pub(crate) fn whole(&self) -> &str {
        &self.text
    }

    /// What rustfmt has to do: the rest has a comment in its place.
    pub(crate) fn rough(&self) -> String {
        let mut rough = String::new();
        let mut from = 0;
        for (at, range) in self.laid_out.iter().enumerate() {
            rough.push_str(&self.text[from..range.start]);
            rough.push_str(&format!("{HELD_BACK}{at}\n"));
            from = range.end;
        }
        rough.push_str(&self.text[from..]);
        rough
    }

    /// Puts back into the [rough](Self::rough) text, formatted, what was held back.
    pub(crate) fn restore(&self, formatted: &str) -> String {
        let mut whole = String::with_capacity(self.text.len() + self.text.len() / 4);
        for line in formatted.split_inclusive('\n') {
            let at = line.trim().strip_prefix(HELD_BACK);
            let at = at.and_then(|at| at.parse::<usize>().ok());
            let held_back = at.and_then(|at| self.laid_out.get(at));
            whole.push_str(held_back.map_or(line, |range| &self.text[range.clone()]));
        }
        whole
    }

    /// The files of a formatted text with their names; the first one has none.
    pub(crate) fn split(&self, formatted: &str) -> Vec<(Option<&str>, String)> {
        let names = std::iter::once(None).chain(self.files.iter().map(|name| Some(name.as_str())));
        let marker = format!("{FILE}\n");
        names
            .zip(formatted.split(&marker))
            .map(|(name, text)| match name {
                None => (name, format!("{}\n", text.trim_end())),
                Some(_) => (name, format!("{}\n\n{}\n", self.header, text.trim())),
            })
            .collect()
    }
}
