//! Rust names from SQL names: safe whatever the SQL name is, and the same for the same schema.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use unicode_ident::{is_xid_continue, is_xid_start};
use unicode_normalization::UnicodeNormalization as _;

/// Keywords of Rust 2024 that can be written as raw identifiers (`r#type`).
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Keywords that cannot be written as raw identifiers.
const NEVER_RAW: &[&str] = &["self", "super", "crate", "Self", "_"];

/// The longest name in bytes; the rest is cut off, because rustdoc uses type names as file names.
const LONGEST: usize = 200;

/// Type names that generated code needs for something else.
const TAKEN_TYPES: &[&str] = &[
    "World",
    "String",
    "EcoString",
    "Vec",
    "Option",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "Box",
    "Default",
    "Clone",
    "Copy",
    "Debug",
    "Eq",
    "PartialEq",
    "Ord",
    "PartialOrd",
    "Hash",
    "From",
    "Into",
    "TryFrom",
    "TryInto",
    "Iterator",
    "IntoIterator",
    "Send",
    "Sync",
    "Sized",
    "Drop",
    "Fn",
    "FnMut",
    "FnOnce",
    "AsRef",
    "AsMut",
    "ToString",
    "ToOwned",
    "Extend",
    "Error",
    "Entity",
    "Table",
    "Key",
    "Id",
    "Database",
    "Deref",
    "DerefMut",
    "Columns",
    "Row",
    "Self",
];

/// Types that generated code imports, or that it defines for every world; no table's type may have one of
/// these names.
const IMPORTED: &[&str] = &[
    "Error",
    "FromLeft",
    "FromRight",
    "Join",
    "Key",
    "Linked",
    "NewOrKept",
    "Rows",
    "Tables",
    "World",
];

/// Methods that every generated view has; no relation may have one of these names.
const TAKEN_METHODS: &[&str] = &[
    "id",
    "key",
    "row",
    "as_ref",
    "world",
    "columns",
    "get",
    "get_mut",
    "insert",
    "remove",
    "deref",
    "deref_mut",
    "clone",
    "eq",
    "fmt",
    "iter",
    "into",
    "from",
    "borrow",
    "new",
    "default",
];

/// A Rust identifier in snake case. Displayed as code has to write it (`r#type`, `self_`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(String);

impl Ident {
    /// A snake case identifier from any text.
    pub fn new(text: &str) -> Self {
        Self(snake(text))
    }

    /// The bare word, to make other identifiers of: `set_type`, not `set_r#type`.
    pub fn stem(&self) -> &str {
        &self.0
    }

    /// The bare word behind a prefix: `set_1st` for `_1st`.
    pub fn tail(&self) -> &str {
        self.0.trim_start_matches('_')
    }

    /// What the compiler sees: two identifiers clash when these are equal.
    pub(crate) fn seen(&self) -> String {
        let text = self.to_string();
        text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if NEVER_RAW.contains(&self.0.as_str()) {
            write!(f, "{}_", self.0)
        } else if KEYWORDS.contains(&self.0.as_str()) {
            write!(f, "r#{}", self.0)
        } else {
            f.write_str(&self.0)
        }
    }
}

/// The names that are taken in one namespace.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    taken: HashSet<String>,
}

impl Scope {
    /// The scope of the types of one module.
    pub fn types() -> Self {
        Self {
            taken: (TAKEN_TYPES.iter().chain(IMPORTED))
                .map(|name| (*name).to_owned())
                .collect(),
        }
    }

    /// The scope of the methods of one view.
    pub fn methods() -> Self {
        Self {
            taken: TAKEN_METHODS
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
        }
    }

    /// Whether a name is taken.
    pub fn has(&self, name: &str) -> bool {
        self.taken.contains(name)
    }

    /// Reserves a name, even one that is taken already.
    pub fn take(&mut self, name: impl Into<String>) {
        self.taken.insert(name.into());
    }

    /// The first free one of these identifiers; if there is none, the last with a number.
    pub fn ident(&mut self, wanted: &[Ident]) -> Ident {
        self.ident_if(wanted, |_| true)
    }

    /// The same, of those that pass a further test.
    pub fn ident_if(&mut self, wanted: &[Ident], test: impl Fn(&Ident) -> bool) -> Ident {
        let free = |ident: &Ident| !self.has(&ident.seen()) && test(ident);
        let found = wanted.iter().find(|ident| free(ident)).cloned();
        let found = found.unwrap_or_else(|| {
            let last = wanted
                .last()
                .map_or("field", |ident| ident.stem().trim_end_matches('_'));
            (2_u64..)
                .map(|n| Ident(format!("{last}_{n}")))
                .find(free)
                .unwrap_or_else(|| Ident(last.to_owned()))
        });
        self.take(found.seen());
        found
    }

    /// The first free one of these names; if there is none, the last with a number.
    pub fn name(&mut self, wanted: &[String]) -> String {
        self.name_with(wanted, &[""])
    }

    /// The same, where the name must be free with each of these endings too; takes them all.
    pub fn name_with(&mut self, wanted: &[String], endings: &[&str]) -> String {
        let free = |name: &String| {
            !endings
                .iter()
                .any(|ending| self.has(&format!("{name}{ending}")))
        };
        let found = wanted.iter().find(|name| free(name)).cloned();
        let found = found.unwrap_or_else(|| {
            let last = wanted
                .last()
                .map_or("Name", |name| name.trim_end_matches('_'));
            (2_u64..)
                .map(|n| format!("{last}{n}"))
                .find(free)
                .unwrap_or_else(|| last.to_owned())
        });
        for ending in endings {
            self.take(format!("{found}{ending}"));
        }
        found
    }
}

/// Singular and plural of words that the rules of English get wrong, or that programs use differently.
const WORDS: &[(&str, &str)] = &[
    ("ache", "aches"),
    ("avalanche", "avalanches"),
    ("cache", "caches"),
    ("corpus", "corpora"),
    ("data", "data"),
    ("guru", "gurus"),
    ("headache", "headaches"),
    ("lens", "lenses"),
    ("metadata", "metadata"),
    ("moustache", "moustaches"),
    ("niche", "niches"),
    ("psyche", "psyches"),
    ("species", "species"),
    ("virus", "viruses"),
];

/// The singular of the last word of a name: `inventory_entries` → `inventory_entry`.
pub fn singular(name: &str) -> String {
    let one = remembered(name, 1);
    // `s` alone is a name, and no ending.
    if one.is_empty() { name.to_owned() } else { one }
}

/// The plural of the last word of a name: `inventory_entry` → `inventory_entries`.
pub fn plural(name: &str) -> String {
    remembered(name, 2)
}

/// The plural of a column's name: that of the word before, where the last one is a letter or a number
/// that tells it from others (`player_a` → `players_a`).
pub(crate) fn plural_of_column(name: &str) -> String {
    match name.rsplit_once('_') {
        Some((before, last))
            if !before.is_empty()
                && (last.chars().count() == 1 || last.chars().all(|c| c.is_ascii_digit())) =>
        {
            format!("{}_{last}", plural(before))
        }
        _ => plural(name),
    }
}

thread_local! {
    /// Inflected names: the name of every column is compared with that of every table.
    static KNOWN: RefCell<HashMap<(String, isize), String>> = RefCell::default();
}

fn remembered(name: &str, n: isize) -> String {
    let key = (name.to_owned(), n);
    if let Some(known) = KNOWN.with_borrow(|known| known.get(&key).cloned()) {
        return known;
    }
    let inflected = on_last_word(name, |word| {
        let known = WORDS
            .iter()
            .find(|(one, many)| word == *one || word == *many);
        match (known, n) {
            (Some((one, _)), 1) => (*one).to_owned(),
            (Some((_, many)), _) => (*many).to_owned(),
            (None, _) => pluralizer::pluralize(word, n, false),
        }
    });
    KNOWN.with_borrow_mut(|known| known.insert(key, inflected.clone()));
    inflected
}

fn on_last_word(name: &str, change: impl Fn(&str) -> String) -> String {
    match name.rsplit_once('_') {
        Some((before, last)) if !last.is_empty() => format!("{before}_{}", change(last)),
        _ => change(name),
    }
}

/// A type name: `inventory_entry` → `InventoryEntry`.
pub fn type_name(text: &str) -> String {
    safe(&normal(text).to_upper_camel_case(), "Unnamed")
}

/// The name of an enum variant for a text: `TRANSLATED_NAME` → `TranslatedName`.
pub fn variant(text: &str) -> String {
    let name = safe(&normal(text).to_upper_camel_case(), "Empty");
    if name == "Self" {
        "Self_".to_owned()
    } else {
        name
    }
}

/// The name of a column's flag: `full_name` → `FULL_NAME`.
pub fn flag(text: &str) -> String {
    safe(&normal(text).to_shouty_snake_case(), "UNNAMED")
}

fn snake(text: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    // The compiler does not accept two underscores in a row as snake case.
    if text.chars().all(plain) && text.chars().any(|c| c != '_') && !text.contains("__") {
        return safe(text, "unnamed");
    }
    safe(&normal(text).to_snake_case(), "unnamed")
}

/// The text in NFC, the form in which the compiler compares identifiers, with compatibility characters
/// replaced: a full-width or superscript letter becomes the plain letter.
fn normal(text: &str) -> String {
    let normal = |c: char| {
        let kept = is_xid_continue(c);
        let letter = kept.then(|| std::iter::once(c).nfkc());
        letter.into_iter().flatten().chain((!kept).then_some(c))
    };
    let letters: String = text.nfc().flat_map(normal).collect();
    letters.nfc().collect()
}

/// Keeps what an identifier may have, and puts `_` before what cannot start one.
fn safe(text: &str, empty: &str) -> String {
    let mut kept: String = text.chars().filter(|c| is_xid_continue(*c)).collect();
    let ends = kept.char_indices().map(|(at, c)| at + c.len_utf8());
    if let Some(end) = ends.take_while(|end| *end <= LONGEST).last() {
        kept.truncate(end);
    }
    match kept.chars().next() {
        None => empty.to_owned(),
        Some(first) if is_xid_start(first) || (first == '_' && kept.len() > 1) => kept,
        Some('_') => empty.to_owned(),
        Some(_) => format!("_{kept}"),
    }
}

/// Whether a name from the config can be written as it is.
pub fn is_plain(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|c| is_xid_start(c) || (c == '_' && name.len() > 1))
        && chars.all(is_xid_continue)
        && !KEYWORDS.contains(&name)
        && !NEVER_RAW.contains(&name)
}

/// A text as lines for `///`: nothing in it can end the comment, or be refused by the compiler.
pub fn doc_lines(text: &str) -> Vec<String> {
    // Text direction marks are refused in comments; a bare CR too.
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}'
                | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.replace("\r\n", "\n")
        .split(['\n', '\r'])
        .map(|line| {
            let line: String = line
                .chars()
                .map(|c| if hidden(c) { ' ' } else { c })
                .collect();
            line.trim_end().to_owned()
        })
        .collect()
}
