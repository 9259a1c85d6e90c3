//! Source files as text, and views of a text in which irrelevant parts are blank.

use std::fmt;
use std::fs;
use std::path::Path;

/// A file of the repository: its path from the root, with slashes, and its text.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether `gamedb generate` has written it.
    pub(crate) fn is_generated(&self) -> bool {
        self.text.starts_with("// @generated")
    }

    pub(crate) fn is_below(&self, folders: &[&str]) -> bool {
        folders
            .iter()
            .any(|folder| is_path_below(&self.path, folder))
    }
}

/// Whether a path is this file, or a file somewhere in this folder.
pub(crate) fn is_path_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A violation of a rule, and its location. Lines are counted from 1.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl Fault {
    pub(crate) fn new(source: &Source, line: usize, what: impl Into<String>) -> Self {
        Self {
            path: source.path.clone(),
            line,
            what: what.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// The line of a position in a text.
pub(crate) fn line_of(text: &str, place: usize) -> usize {
    1 + text[..place].matches('\n').count()
}

pub(crate) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Every position at which a text contains this piece as a whole word.
pub(crate) fn places_of<'t>(text: &'t str, piece: &'t str) -> impl Iterator<Item = usize> + 't {
    let starts_a_word = piece.starts_with(is_word_char);
    let ends_a_word = piece.ends_with(is_word_char);
    text.match_indices(piece)
        .map(|(place, _)| place)
        .filter(move |&place| {
            let before = text[..place].chars().next_back().is_some_and(is_word_char);
            let behind = text[place + piece.len()..].starts_with(is_word_char);
            !(starts_a_word && before || ends_a_word && behind)
        })
}

/// What is kept of a text.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Keep {
    /// Code with its strings, without comments.
    Strings,
    /// Code only: the contents of strings are blank too.
    Code,
}

/// The text with a space for each byte that is not kept. Positions and lines do not change.
pub(crate) fn blanked(text: &str, keep: Keep) -> String {
    let bytes = text.as_bytes();
    let mut kept = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let (end, is_kept) = piece(bytes, at, keep);
        if !is_kept {
            for byte in &mut kept[at..end] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
        at = end;
    }
    String::from_utf8(kept).expect("whole comments and strings are blank, so no character is cut")
}

/// The end of the comment, string or single byte that begins here, and whether it is kept.
fn piece(bytes: &[u8], at: usize, keep: Keep) -> (usize, bool) {
    let rest = &bytes[at..];
    let is_in_a_word = at > 0 && is_word_char(char::from(bytes[at - 1]));
    if rest.starts_with(b"//") {
        let end = rest.iter().position(|&byte| byte == b'\n');
        return (at + end.unwrap_or(rest.len()), false);
    }
    if rest.starts_with(b"/*") {
        return (at + comment(rest), false);
    }
    if !is_in_a_word && let Some(length) = raw_string(rest) {
        return (at + length, keep == Keep::Strings);
    }
    if rest[0] == b'"' {
        return (at + quoted(rest, b'"'), keep == Keep::Strings);
    }
    if rest[0] == b'\'' && is_character(rest) {
        return (at + quoted(rest, b'\''), keep == Keep::Strings);
    }
    (at + 1, true)
}

/// The length of a comment in `/* */`, including nested comments.
fn comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// The length of `r"..."`, `r#"..."#` or `br"..."`, if one begins here.
fn raw_string(rest: &[u8]) -> Option<usize> {
    let prefix = if rest.starts_with(b"br") { 2 } else { 1 };
    if rest.get(prefix - 1) != Some(&b'r') {
        return None;
    }
    let hashes = rest[prefix..].iter().take_while(|&&byte| byte == b'#');
    let hashes = hashes.count();
    let start = prefix + hashes;
    if rest.get(start) != Some(&b'"') {
        return None;
    }
    let end: Vec<u8> = std::iter::once(b'"')
        .chain(std::iter::repeat_n(b'#', hashes))
        .collect();
    let found = rest[start + 1..]
        .windows(end.len())
        .position(|window| window == end);
    Some(found.map_or(rest.len(), |found| start + 1 + found + end.len()))
}

/// The length of the text between two of these quotes, both included.
fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// Whether this is `'c'` and not a lifetime.
fn is_character(rest: &[u8]) -> bool {
    match rest.get(1) {
        None => false,
        Some(b'\\') => true,
        Some(&first) => {
            let length = match first {
                0xF0.. => 4,
                0xE0.. => 3,
                0xC0.. => 2,
                _ => 1,
            };
            rest.get(1 + length) == Some(&b'\'')
        }
    }
}

/// The position after the brace that closes the one at `open`, in code without strings and comments.
pub(crate) fn closed(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    code.len()
}

/// All files of the repository.
pub(crate) fn repository() -> Vec<Source> {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    let mut sources = Vec::new();
    read_folder(Path::new(&root), "", &mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(
        sources.iter().any(|source| source.path == "src/lib.rs"),
        "the root is not that of gamedb"
    );
    sources
}

fn read_folder(folder: &Path, path: &str, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository can be read") {
        let entry = entry.expect("an entry of a folder can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}/{name}")
        };
        let kind = entry.file_type().expect("an entry has a kind");
        if kind.is_dir() {
            if name != "target" && !name.starts_with('.') {
                read_folder(&entry.path(), &path, sources);
            }
        } else {
            let bytes = fs::read(entry.path()).expect("a file of the repository can be read");
            // A file that is not text, a world file for example, counts as empty.
            let text = String::from_utf8(bytes).unwrap_or_default();
            sources.push(Source { path, text });
        }
    }
}

#[test]
fn comments_and_strings_are_blank() {
    let text = "a // b\n\"c\\\"d\" 'e' '\\'' &'f r#\"g\"h\"# /* i /* j */ k */ l é\n";
    let code = "a     \n                &'f                           l é\n";
    let blank = blanked(text, Keep::Code);
    assert_eq!(
        blank.split_whitespace().collect::<Vec<_>>(),
        ["a", "&'f", "l", "é"]
    );
    assert_eq!(blank.len(), text.len());
    assert_eq!(blank.lines().count(), code.lines().count());
    let with_strings = blanked(text, Keep::Strings);
    assert!(with_strings.contains("\"c\\\"d\" 'e' '\\'' &'f r#\"g\"h\"#"));
    assert!(!with_strings.contains('b') && !with_strings.contains('k'));
}

#[test]
fn a_piece_is_found_as_a_whole_word() {
    let found: Vec<_> = places_of("note notes _note note.note", "note").collect();
    assert_eq!(found, [0, 17, 22]);
    assert_eq!(
        places_of("x.along y.along_side", ".along").collect::<Vec<_>>(),
        [1]
    );
}
