//! `LIKE` and `GLOB`, as SQLite matches them.

use std::str::Chars;

/// The outcome of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    Yes,
    No,
    /// No, and no wildcard further left can change it: the text has been used up.
    Never,
}

/// Which characters of a pattern mean something else than themselves.
#[derive(Clone, Copy, Debug)]
struct Rules {
    any_number: char,
    any_one: char,
    /// The next character of the pattern means itself.
    escape: Option<char>,
    /// Begins a set of characters.
    set: Option<char>,
    ignores_case: bool,
}

/// Whether a text is `LIKE` a pattern: `%` stands for any characters, `_` for one of them, and the case of ASCII
/// letters makes no difference. The text ends at its first NUL.
pub(super) fn is_like(text: &str, pattern: &str, escape: Option<char>) -> bool {
    let rules = Rules {
        any_number: '%',
        any_one: '_',
        escape,
        set: None,
        ignores_case: true,
    };
    rules.matches(pattern.chars(), up_to_nul(text).chars()) == Match::Yes
}

/// Whether a text is `GLOB` a pattern: `*` stands for any characters, `?` for one of them, `[a-z]` for one of a
/// set and `[^a-z]` for one that is not in it. The text ends at its first NUL.
pub(super) fn is_glob(text: &str, pattern: &str) -> bool {
    let rules = Rules {
        any_number: '*',
        any_one: '?',
        escape: None,
        set: Some('['),
        ignores_case: false,
    };
    rules.matches(pattern.chars(), up_to_nul(text).chars()) == Match::Yes
}

/// A text as SQLite's functions see it, which take it for a string of C.
pub(super) fn up_to_nul(text: &str) -> &str {
    text.split('\0').next().unwrap_or(text)
}

impl Rules {
    fn matches(self, mut pattern: Chars<'_>, mut text: Chars<'_>) -> Match {
        while let Some(next) = pattern.next() {
            if next == self.any_number {
                return self.matches_rest(pattern, text);
            }
            if Some(next) == self.set {
                match text.next() {
                    Some(found) if in_set(found, &mut pattern) => continue,
                    _ => return Match::No,
                }
            }
            let (next, is_escaped) = match self.escape {
                Some(escape) if escape == next => match pattern.next() {
                    Some(next) => (next, true),
                    None => return Match::No,
                },
                _ => (next, false),
            };
            match text.next() {
                Some(found) if self.is_same(next, found) => {}
                Some(_) if next == self.any_one && !is_escaped => {}
                _ => return Match::No,
            }
        }
        match text.next() {
            None => Match::Yes,
            Some(_) => Match::No,
        }
    }

    /// The same after a wildcard for any number of characters.
    fn matches_rest(self, mut pattern: Chars<'_>, mut text: Chars<'_>) -> Match {
        let first = loop {
            match pattern.next() {
                Some(next) if next == self.any_number => {}
                Some(next) if next == self.any_one => {
                    if text.next().is_none() {
                        return Match::Never;
                    }
                }
                None => return Match::Yes,
                Some(next) => break next,
            }
        };
        if Some(first) == self.set {
            loop {
                let mut rest = text.clone();
                match rest.next() {
                    Some(found) => {
                        let mut after_set = pattern.clone();
                        if in_set(found, &mut after_set) {
                            match self.matches(after_set, rest.clone()) {
                                Match::No => {}
                                decided => return decided,
                            }
                        }
                        text = rest;
                    }
                    None => return Match::Never,
                }
            }
        }
        let first = match self.escape {
            Some(escape) if escape == first => match pattern.next() {
                Some(first) => first,
                None => return Match::Never,
            },
            _ => first,
        };
        while let Some(found) = text.next() {
            if self.is_same(first, found) {
                match self.matches(pattern.clone(), text.clone()) {
                    Match::No => {}
                    decided => return decided,
                }
            }
        }
        Match::Never
    }

    fn is_same(self, one: char, other: char) -> bool {
        one == other || self.ignores_case && one.eq_ignore_ascii_case(&other)
    }
}

/// Whether a character is in the set that the pattern goes on with, after the bracket that opens it. Consumes the
/// set. One that is not closed has nothing in it.
fn in_set(found: char, pattern: &mut Chars<'_>) -> bool {
    let mut next = pattern.next();
    let is_inverted = next == Some('^');
    if is_inverted {
        next = pattern.next();
    }
    let mut is_in = false;
    if next == Some(']') {
        is_in = found == ']';
        next = pattern.next();
    }
    let mut before = None;
    while let Some(member) = next
        && member != ']'
    {
        let end = pattern.clone().next().filter(|&end| end != ']');
        match (member, before, end) {
            ('-', Some(start), Some(end)) => {
                pattern.next();
                is_in |= (start..=end).contains(&found);
                before = None;
            }
            _ => {
                is_in |= member == found;
                before = Some(member);
            }
        }
        next = pattern.next();
    }
    next.is_some() && is_in != is_inverted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_ignores_the_case_of_ascii_letters_alone() {
        assert!(is_like("Grün", "gRü_", None));
        assert!(!is_like("GRÜN", "grün", None));
        assert!(is_like("", "%", None) && is_like("", "", None) && !is_like("", "_", None));
        assert!(is_like("50%", "5_\\%", Some('\\')) && !is_like("500", "5_\\%", Some('\\')));
        assert!(!is_like("a", "a\\", Some('\\')));
        assert!(is_like("a\0b", "a", None));
    }

    #[test]
    fn sets_of_glob_have_ranges_and_can_be_inverted() {
        assert!(is_glob("b7", "[a-c][0-9]") && !is_glob("B7", "[a-c][0-9]"));
        assert!(is_glob("d", "[^a-c]") && !is_glob("b", "[^a-c]"));
        assert!(is_glob("]", "[]]") && is_glob("-", "[a-]") && is_glob("-", "[-a]"));
        assert!(!is_glob("a", "[a") && !is_glob("", "[^a]"));
        assert!(is_glob("xxay", "*[ab]?") && !is_glob("xxa", "*[ab]?"));
    }
}
