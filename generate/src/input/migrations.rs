//! Migrations: the parts and files that take a step back are passed over.

use std::borrow::Cow;
use std::cmp::Ordering;

/// A schema text without what takes migrations back.
pub(crate) struct UpOnly<'t> {
    /// The text, in which the lines of Down parts are empty, so that all others keep their numbers.
    pub(crate) text: Cow<'t, str>,
    /// How many Down parts were passed over.
    pub(crate) n_down: usize,
}

/// What a line says to a migration tool: goose, sql-migrate, dbmate, rambler, micrate, Play, node-pg-migrate,
/// MyBatis.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Up,
    Down,
    /// Something else, such as where a statement begins.
    Other,
}

/// Passes over the parts of a text that take a migration back.
pub(crate) fn up_only(source: &str) -> UpOnly<'_> {
    if !source.lines().any(|line| mark(line) == Some(Mark::Down)) {
        return UpOnly {
            text: Cow::Borrowed(source),
            n_down: 0,
        };
    }
    let (mut text, mut n_down, mut is_down) = (String::with_capacity(source.len()), 0, false);
    for line in source.split_inclusive('\n') {
        let mark = mark(line);
        match mark {
            Some(Mark::Up) => is_down = false,
            Some(Mark::Down) => {
                is_down = true;
                n_down += 1;
            }
            Some(Mark::Other) | None => {}
        }
        if !is_down && mark.is_none() {
            text.push_str(line);
        } else if line.ends_with('\n') {
            text.push('\n');
        }
    }
    UpOnly {
        text: Cow::Owned(text),
        n_down,
    }
}

fn mark(line: &str) -> Option<Mark> {
    let line = line.trim();
    let said = line.strip_prefix("--").or_else(|| line.strip_prefix('#'))?;
    let said = said.trim().trim_end_matches(';').to_ascii_lowercase();
    let mut words = said.split_ascii_whitespace();
    match (words.next()?, words.next()) {
        ("+goose" | "+migrate" | "+micrate" | "rambler", Some("up")) => Some(Mark::Up),
        ("+goose" | "+migrate" | "+micrate" | "rambler", Some("down")) => Some(Mark::Down),
        ("+goose" | "+migrate" | "+micrate", _) => Some(Mark::Other),
        ("migrate:up", _) | ("---", Some("!ups")) | ("up", Some("migration")) => Some(Mark::Up),
        ("migrate:down", _) | ("---", Some("!downs")) | ("down", Some("migration")) => {
            Some(Mark::Down)
        }
        ("//@undo", None) => Some(Mark::Down),
        _ => None,
    }
}

/// Whether a file takes a migration back, by its name.
pub(crate) fn is_down_file(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let undo = name
        .strip_prefix('u')
        .and_then(|rest| rest.split_once("__"));
    let is_undo = undo.is_some_and(|(version, _)| {
        let is_version = |c: char| c.is_ascii_digit() || c == '.' || c == '_';
        version.starts_with(|c: char| c.is_ascii_digit()) && version.chars().all(is_version)
    });
    name == "down.sql" || name.ends_with(".down.sql") || name.ends_with("_down.sql") || is_undo
}

/// The order of migrations: numbers by their size, and not by their digits.
pub(crate) fn order(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        let (digits, others) = (digits(one), digits(other));
        if digits > 0 && others > 0 {
            let (a, b) = (&one[..digits], &other[..others]);
            let [short, long] = [a, b].map(|number| number.trim_start_matches('0'));
            let by_size = short.len().cmp(&long.len()).then_with(|| short.cmp(long));
            if by_size != Ordering::Equal {
                return by_size;
            }
            (one, other) = (&one[digits..], &other[others..]);
            continue;
        }
        match (one.chars().next(), other.chars().next()) {
            (Some(a), Some(b)) if a == b => {
                (one, other) = (&one[a.len_utf8()..], &other[b.len_utf8()..]);
            }
            (a, b) => return a.cmp(&b),
        }
    }
}

/// How many digits a text starts with.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}
