//! Rust source while it is put together: lines, docs, and what they import.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::model::Scalar;
use crate::names::{self, Ident};

use super::layout;

/// Lines of Rust, and the names that they need from `gamedb::codegen`.
#[derive(Debug, Default)]
pub(crate) struct Code {
    text: String,
    imports: BTreeSet<&'static str>,
    /// What of the text rustfmt would leave as it is, in order.
    laid_out: Vec<Range<usize>>,
}

impl Code {
    /// Adds one line or more, without blanks at their ends: rustfmt refuses those where something is
    /// too long for it.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        for line in text.as_ref().split('\n') {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    /// Adds a doc comment of this crate's own words, which is Markdown.
    pub(crate) fn doc(&mut self, text: impl AsRef<str>) {
        for line in text.as_ref().lines() {
            self.doc_line("", line);
        }
    }

    /// Adds a doc comment of words from the schema, which are prose; `otherwise` if there are none.
    pub(crate) fn prose(&mut self, indent: &str, text: Option<&str>, otherwise: &str) {
        match text.map(prose).filter(|lines| !lines.is_empty()) {
            Some(lines) => {
                for line in lines {
                    self.doc_line(indent, &line);
                }
            }
            None => self.doc_line(indent, otherwise),
        }
    }

    fn doc_line(&mut self, indent: &str, line: &str) {
        self.line(format!("{indent}/// {line}"));
    }

    /// Adds what rustfmt leaves as it is, because it is a macro's.
    pub(crate) fn verbatim(&mut self, write: impl FnOnce(&mut Self)) {
        let start = self.text.len();
        write(self);
        self.hold_back(start);
    }

    /// Adds an item, or a method at depth 1, in its final layout if that is certain.
    pub(crate) fn lay_out(&mut self, depth: usize, write: impl FnOnce(&mut Self)) {
        let start = self.text.len();
        write(self);
        if self.text.len() == start {
            return;
        }
        if let Some(laid_out) = layout::lay_out(&self.text[start..], depth) {
            self.text.truncate(start);
            self.text.push_str(&laid_out);
            self.hold_back(start);
            self.text.push('\n');
        }
    }

    /// All from here on is in its final layout.
    fn hold_back(&mut self, start: usize) {
        let end = self.text.trim_end().len() + 1;
        match self.laid_out.last_mut() {
            Some(last) if &self.text[last.end..start] == "\n" => last.end = end,
            _ => self.laid_out.push(start..end),
        }
    }

    /// Says that the lines use these names of `gamedb::codegen`.
    pub(crate) fn uses(&mut self, names: &[&'static str]) {
        self.imports.extend(names);
    }

    /// Imports those of these types that are not in every program's scope.
    pub(crate) fn uses_types(&mut self, types: impl IntoIterator<Item = Scalar>) {
        if types.into_iter().any(|ty| ty == Scalar::ShortText) {
            self.uses(&[Scalar::ShortText.rust()]);
        }
    }

    /// Adds all of another one.
    pub(crate) fn append(&mut self, other: Code) {
        let n_before = self.text.len();
        self.text.push_str(&other.text);
        self.imports.extend(other.imports);
        let moved = |range: Range<usize>| range.start + n_before..range.end + n_before;
        self.laid_out.extend(other.laid_out.into_iter().map(moved));
    }

    /// What the lines import, the lines, and what of them is in its final layout.
    pub(crate) fn into_parts(self) -> (Vec<&'static str>, String, Vec<Range<usize>>) {
        (self.imports.into_iter().collect(), self.text, self.laid_out)
    }
}

/// A comment of the schema as lines of Markdown that say the same and nothing more: no code to be
/// tested, no link to be followed, no list to be indented right.
fn prose(text: &str) -> Vec<String> {
    let lines = names::doc_lines(text);
    let mut lines: Vec<String> = lines.iter().map(|line| prose_line(line.trim())).collect();
    let n_after = lines
        .iter()
        .rev()
        .take_while(|line| line.is_empty())
        .count();
    lines.truncate(lines.len() - n_after);
    let n_before = lines.iter().take_while(|line| line.is_empty()).count();
    lines.drain(..n_before);
    lines
}

/// The first paragraph of a comment.
pub(crate) fn first_paragraph(text: &str) -> String {
    let lines = names::doc_lines(text.trim());
    let lines: Vec<String> = lines
        .into_iter()
        .take_while(|line| !line.trim().is_empty())
        .collect();
    lines.join("\n")
}

fn prose_line(line: &str) -> String {
    let mut escaped = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if first == '`' {
            let n = rest.len() - rest.trim_start_matches('`').len();
            match code_span(rest, n) {
                Some(end) => {
                    escaped.push_str(&rest[..end]);
                    rest = &rest[end..];
                }
                None => {
                    escaped.push_str(&"\\`".repeat(n));
                    rest = &rest[n..];
                }
            }
            continue;
        }
        let starts_block = escaped.is_empty() && "-*+>#=|~_:".contains(first);
        let numbers = !escaped.is_empty() && escaped.chars().all(|c| c.is_ascii_digit());
        if starts_block || (numbers && ".)".contains(first)) || "[]<\\".contains(first) {
            escaped.push('\\');
        }
        escaped.push(first);
        rest = &rest[first.len_utf8()..];
    }
    escaped
}

/// The end of the code span that a text starts with, if it is one: after as many backticks again.
fn code_span(text: &str, n_ticks: usize) -> Option<usize> {
    let mut at = n_ticks;
    loop {
        let start = at + text[at..].find('`')?;
        at = text.len() - text[start..].trim_start_matches('`').len();
        if at - start == n_ticks && n_ticks < 3 {
            return Some(at);
        }
    }
}

/// A name of the schema, as code in a doc comment.
pub(crate) fn quoted(name: &str) -> String {
    let name = names::doc_lines(name).join(" ");
    if name.contains('`') {
        format!("`` {name} ``")
    } else {
        format!("`{name}`")
    }
}

/// A link to a field; rustdoc does not know raw identifiers.
pub(crate) fn link(row: &str, field: &Ident) -> String {
    let field = field.to_string();
    format!("[`{row}::{}`]", field.trim_start_matches("r#"))
}

/// Several of them.
pub(crate) fn all_quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(quoted).collect::<Vec<_>>().join(", ")
}

/// A name as words: `inventory_entry` → `inventory entry`.
pub(crate) fn words(stem: &str) -> String {
    stem.replace('_', " ").trim().to_owned()
}

/// `a` or `an`.
pub(crate) fn article(word: &str) -> &'static str {
    let first = word.chars().next().map(|c| c.to_ascii_lowercase());
    if first.is_some_and(|c| "aeiou".contains(c)) {
        "an"
    } else {
        "a"
    }
}

/// A method with its doc.
pub(crate) fn method(doc: &str, text: &str) -> String {
    let doc: Vec<String> = doc.lines().map(|line| format!("/// {line}")).collect();
    format!("{}\n{text}\n", doc.join("\n"))
}

/// `from_item` looks like a constructor to clippy, and is a column.
pub(crate) fn allow_convention(name: &Ident) -> &'static str {
    if ["from_", "into_", "as_"]
        .iter()
        .any(|prefix| name.stem().starts_with(prefix))
    {
        "#[allow(clippy::wrong_self_convention, reason = \"named after the schema\")]\n"
    } else {
        ""
    }
}
