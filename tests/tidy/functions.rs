//! No function is longer than a screen.

use crate::source::{Fault, Keep, Source, blanked, closed, is_word_char, line_of, places_of};

/// The maximum number of lines of code of a function, from its `fn` to its last brace. Blank lines and
/// comments do not count: writing down a reason must not make a function too long.
const MOST_LINES: usize = 70;

const FOLDERS: &[&str] = &[
    "src",
    "generate/src",
    "cli/src",
    "inspect",
    "models/src",
    "benches",
    "examples",
    "faults",
    "tests",
];

/// Reports functions with more than [`MOST_LINES`] lines.
pub(crate) fn long_functions(sources: &[Source]) -> Vec<Fault> {
    let written = sources
        .iter()
        .filter(|source| source.is_rust() && source.is_below(FOLDERS) && !source.is_generated());
    written.flat_map(in_source).collect()
}

fn in_source(source: &Source) -> Vec<Fault> {
    let code = blanked(&source.text, Keep::Code);
    let counted = blanked(&source.text, Keep::Strings);
    let mut faults = Vec::new();
    for start in places_of(&code, "fn") {
        let signature = &code[start + 2..];
        let name = signature.trim_start();
        if !name.starts_with(|c: char| is_word_char(c) || c == '$') {
            continue; // the type of a function
        }
        let Some(open) = body(signature) else {
            continue;
        };
        let end = closed(&code, start + 2 + open);
        let lines = counted[start..end].lines();
        let n = lines.filter(|line| !line.trim().is_empty()).count();
        if n > MOST_LINES {
            let name = name.split(|c: char| !is_word_char(c) && c != '$').next();
            let name = name.unwrap_or_default();
            let what = format!("`fn {name}` has {n} lines of code, and may have {MOST_LINES}");
            faults.push(Fault::new(source, line_of(&code, start), what));
        }
    }
    faults
}

/// The position of the brace that opens a function's body, or `None` if a trait only declares it.
fn body(signature: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, c) in signature.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(n_lines: usize) -> String {
        let line = "    let _ = [\"}\"; 1]; // {\n\n";
        format!(
            "trait T {{\n    fn declared(&self);\n}}\nfn first() {{}}\npub(crate) fn long(_: fn()) {{\n{}}}\n",
            line.repeat(n_lines - 2)
        )
    }

    #[test]
    fn a_long_function_is_found() {
        let of = |n| long_functions(&[Source::new("src/store/key.rs", &function(n))]);
        assert_eq!(of(70), []);
        let faults = of(71);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(
            (faults[0].path.as_str(), faults[0].line),
            ("src/store/key.rs", 5)
        );
        assert!(
            faults[0].what.contains("`fn long` has 71 lines"),
            "{}",
            faults[0]
        );
    }

    #[test]
    fn generated_code_and_other_folders_may_have_long_ones() {
        let generated = format!("// @generated from `schema.sql`\n{}", function(99));
        let sources = [
            Source::new("models/src/models.rs", &generated),
            Source::new("elsewhere/long.rs", &function(99)),
        ];
        assert_eq!(long_functions(&sources), []);
    }
}
