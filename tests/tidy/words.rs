//! Terminology: private words that the project once used, with the term to use instead.

use crate::source::{Fault, Source, is_word_char, line_of, places_of};

/// The files and folders that are checked. This test has to contain the words, and the change log reports
/// what changed.
const FOLDERS: &[&str] = &[
    "src",
    "generate/src",
    "cli",
    "inspect",
    "faults",
    "tests",
    "benches",
    "examples",
    "models/src/inventory",
    "models/src/catalogue.rs",
    "generate/README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "README.md",
    "docs",
];
const BUT: &[&str] = &["tests/tidy"];

/// A word, where it is forbidden, and the term to use instead.
struct Word {
    pattern: Pattern,
    instead: &'static str,
    /// Folders and files in which it is forbidden; if empty, all of [`FOLDERS`].
    only: &'static [&'static str],
}

enum Pattern {
    /// A name or a piece of code, matched exactly and as a whole word.
    Code(&'static str),
    /// A phrase, also across lines. `unless` are words before or after it with which the phrase has
    /// another meaning.
    Prose {
        words: &'static str,
        unless: &'static [&'static str],
    },
}

const fn code(pattern: &'static str, instead: &'static str) -> Word {
    Word {
        pattern: Pattern::Code(pattern),
        instead,
        only: &[],
    }
}

const fn prose(words: &'static str, instead: &'static str) -> Word {
    Word {
        pattern: Pattern::Prose { words, unless: &[] },
        instead,
        only: &[],
    }
}

/// A phrase that is forbidden in some folders only.
const fn phrase_in(
    only: &'static [&'static str],
    words: &'static str,
    instead: &'static str,
) -> Word {
    Word {
        pattern: Pattern::Prose { words, unless: &[] },
        instead,
        only,
    }
}

/// A word that is forbidden in the library only.
const fn module(pattern: &'static str, instead: &'static str) -> Word {
    Word {
        pattern: Pattern::Code(pattern),
        instead,
        only: &["src", "ARCHITECTURE.md"],
    }
}

/// Where comments name the thing that acts: not a person, and not a table that "knows".
const IMPERSONAL: &[&str] = &[
    "src/codegen",
    "src/store",
    "src/schema",
    "src/persist",
    "benches",
    "examples",
    "models/src/inventory",
    "tests/BEHAVIOUR.md",
    "tests/README.md",
    "README.md",
    "docs",
    "CHANGELOG.md",
];

const WORDS: &[Word] = &[
    module("mod together", "txn_groups"),
    module("together/", "txn_groups/"),
    code("together::", "txn_groups::"),
    code("ledger", "commit_sink"),
    code("Ledger", "CommitSink"),
    module("fn note", "record"),
    module(".note(", "record"),
    code("Captured", "ChangeSet"),
    module("mod wide", "column_bits"),
    module("mod union", "composite"),
    module("mod ahead", "staged"),
    module("mod unchanged", "verify"),
    module("mod owned", "own"),
    module("mod ownership", "ownership_cycles"),
    module("mod link", "join"),
    module("mod check", "invariants"),
    module("mod constraint", "check_constraint"),
    module("mod cascade", "remove"),
    module("mod capture", "change_set"),
    code("set_checked", "update_indexed"),
    code("insert_checked", "insert_unchecked"),
    module("fn known", "committed"),
    code("island", "ownership_cycle"),
    code("islands", "ownership cycles"),
    code("let_go", "set_null"),
    module("fn orphan", "set_null"),
    code("AnyTable", "DynTable"),
    module("take_out", "remove"),
    module("take_back", "undo"),
    module("reserve_row", "reserve"),
    module("use_up_id", "use_up"),
    module("settle", "the thing that it does: commit, merge"),
    code("loaded: u64", "world_identity"),
    code("untold", "unreported"),
    module("is_told", "is_reported"),
    code("retry_or_tell", "retry_or_report"),
    code("bury", "add_tombstone"),
    code("unbury", "pop_tombstone"),
    code("LoadOrder", "TableOrder"),
    code("gamedb::Cascade", "gamedb::SaveScope"),
    code("enum Cascade", "enum SaveScope"),
    code("Cascade::No", "SaveScope"),
    code(".along", "implied"),
    module("along: usize", "implied"),
    prose("on its way", "in flight"),
    prose("on their way", "in flight"),
    prose(
        "somebody answers for them",
        "the in-flight batch owns these",
    ),
    Word {
        pattern: Pattern::Prose {
            words: "is nothing",
            unless: &["there", "There", "else"],
        },
        instead: "leaves no tombstone",
        only: &[],
    },
    prose("that is none", "what it is not: not valid UTF-8, for one"),
    prose("names nobody", "is NULL"),
    prose("made only here", "built on the failure path only"),
    module("add_that_let_go", "add_former_referrers"),
    module("add_that_left", "add_moved_away"),
    module("left_behind", "dangling_references"),
    module("look_at_all", "validate"),
    module("complain", "report"),
    module("complaints", "differences"),
    phrase_in(IMPERSONAL, "asks the row", "checks the row itself"),
    phrase_in(IMPERSONAL, "came of it", "the outcome, the net effect"),
    phrase_in(IMPERSONAL, "comes of it", "the outcome, the net effect"),
    phrase_in(IMPERSONAL, "looks too seldom", "reads the feed too rarely"),
    phrase_in(IMPERSONAL, "lets go of", "sets to NULL, or releases"),
    phrase_in(IMPERSONAL, "takes along", "includes, or removes with it"),
    phrase_in(IMPERSONAL, "goes along", "is implied"),
    phrase_in(IMPERSONAL, "hang together", "the graph"),
    phrase_in(
        IMPERSONAL,
        "somebody",
        "what it is: an owner, a caller, a program",
    ),
    phrase_in(
        IMPERSONAL,
        "Somebody",
        "what it is: an owner, a caller, a program",
    ),
    phrase_in(
        IMPERSONAL,
        "nobody",
        "what there is none of: no row, no owner",
    ),
    phrase_in(
        IMPERSONAL,
        "Nobody",
        "what there is none of: no row, no owner",
    ),
    phrase_in(IMPERSONAL, "whoever", "the caller, the reader"),
    phrase_in(IMPERSONAL, "Whoever", "the caller, the reader"),
    phrase_in(IMPERSONAL, "given again", "assigned again"),
];

/// Reports every word of the list.
pub(crate) fn private_words(sources: &[Source]) -> Vec<Fault> {
    let read = sources
        .iter()
        .filter(|source| source.is_below(FOLDERS) && !source.is_below(BUT));
    let read = read.filter(|source| source.is_rust() || source.path.ends_with(".md"));
    read.flat_map(in_source).collect()
}

fn in_source(source: &Source) -> Vec<Fault> {
    let sentence = Sentence::of(&source.text);
    let mut faults = Vec::new();
    for word in WORDS {
        if !word.only.is_empty() && !source.is_below(word.only) {
            continue;
        }
        let (said, lines): (_, Vec<usize>) = match word.pattern {
            Pattern::Code(pattern) => {
                let places = places_of(&source.text, pattern);
                (
                    pattern,
                    places.map(|place| line_of(&source.text, place)).collect(),
                )
            }
            Pattern::Prose { words, unless } => (words, sentence.lines_of(words, unless)),
        };
        let fault = |line| {
            let what = format!("`{said}`: say {} instead", word.instead);
            Fault::new(source, line, what)
        };
        faults.extend(lines.into_iter().map(fault));
    }
    faults
}

/// The sequence of the words of a text, without comment markers and punctuation, each with its line.
struct Sentence<'t>(Vec<(&'t str, usize)>);

impl<'t> Sentence<'t> {
    fn of(text: &'t str) -> Self {
        let mut words = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            let pieces = line.split_whitespace();
            let pieces = pieces.map(|piece| piece.trim_matches(|c| !is_word_char(c)));
            let pieces = pieces.filter(|piece| !piece.is_empty());
            words.extend(pieces.map(|piece| (piece, number)));
        }
        Self(words)
    }

    fn lines_of(&self, phrase: &str, unless: &[&str]) -> Vec<usize> {
        let phrase: Vec<_> = phrase.split(' ').collect();
        let windows = self.0.windows(phrase.len()).enumerate();
        let found = windows.filter(|(n, window)| {
            let before = n.checked_sub(1).map(|n| self.0[n].0);
            let behind = self.0.get(n + phrase.len()).map(|(word, _)| *word);
            let mut others = [before, behind].into_iter().flatten();
            let is_it = window
                .iter()
                .zip(&phrase)
                .all(|((word, _), other)| word == other);
            is_it && !others.any(|other| unless.contains(&other))
        });
        found.map(|(_, window)| window[0].1).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        let faults = private_words(&[Source::new(path, text)]);
        faults
            .into_iter()
            .map(|fault| (fault.line, fault.what))
            .collect()
    }

    #[test]
    fn names_are_found_as_whole_words() {
        let text = "fn hledger() {}\nlet ledger = 1; // the ledgers\nx.notes(); x.note(1);\n";
        let found = found("src/store/row/mod.rs", text);
        assert_eq!(
            found,
            [
                (2, "`ledger`: say commit_sink instead".to_owned()),
                (3, "`.note(`: say record instead".to_owned()),
            ]
        );
    }

    #[test]
    fn phrases_are_found_across_lines_of_a_comment() {
        let text = "/// A batch that is on its\n/// way. There is nothing to do, but a row\n/// that is gone is\n/// nothing. It is nothing else.\n";
        let found = found("src/persist/batch.rs", text);
        let lines: Vec<_> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 3]);
    }

    #[test]
    fn they_count_in_pages_and_tests_but_not_everywhere() {
        assert_eq!(found("README.md", "what is on its way").len(), 1);
        assert_eq!(found("tests/it/save.rs", "// what is on its way").len(), 1);
        assert_eq!(found("CHANGELOG.md", "what is on its way").len(), 0);
        assert_eq!(found("tests/tidy/words.rs", "what is on its way").len(), 0);
        assert_eq!(found("tests/it/main.rs", "mod ownership;").len(), 0);
        let nobody = "//! An owner that nobody has.";
        assert_eq!(found("src/store/world/own.rs", nobody).len(), 1);
        assert_eq!(found("tests/it/ownership.rs", nobody).len(), 0);
    }
}
