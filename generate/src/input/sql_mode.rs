//! Statements of MySQL in other modes than the default one, in the words of that one: what reads them later need not
//! know in which mode they were written.

use std::borrow::Cow;

use super::dump::Rules;
use crate::sql::Dialect;

/// The same statement in the default mode: names in backticks instead of `".."`, and a `\` in a string as `\\` where
/// it escapes nothing. Line feeds stay where they are.
pub(super) fn in_default_mode(text: Cow<'_, str>, rules: Rules) -> Cow<'_, str> {
    if rules.dialect != Dialect::MySql || rules == Rules::of(Dialect::MySql) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find(['\'', '"', '`', '-', '#', '/']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match rest.as_bytes()[0] {
            quote @ (b'\'' | b'"' | b'`') => {
                let length = quoted(rest, quote, rules.escapes_in(quote));
                push_quoted(&mut out, &rest[..length], quote, rules);
                rest = &rest[length..];
                continue;
            }
            b'#' => line(rest),
            b'-' if rest.starts_with("-- ") || rest.starts_with("--\t") => line(rest),
            b'/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => 1,
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out.into()
}

fn line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// The length of what is in quotes, with them.
fn quoted(text: &str, quote: u8, escapes: bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if *byte == b'\\' && escapes {
            at += 1;
        } else if *byte == quote {
            if bytes.get(at) != Some(&quote) {
                break;
            }
            at += 1;
        }
    }
    // An escape can be followed by a character of several bytes.
    while !text.is_char_boundary(at.min(text.len())) {
        at += 1;
    }
    at.min(text.len())
}

fn push_quoted(out: &mut String, text: &str, quote: u8, rules: Rules) {
    if quote == b'`' {
        out.push_str(text);
    } else if quote == b'"' && rules.ansi_quotes {
        let inside = text[1..].strip_suffix('"').unwrap_or(&text[1..]);
        let name = inside.replace("\"\"", "\"").replace('`', "``");
        out.extend(["`", &name, "`"]);
    } else if rules.backslash {
        out.push_str(text);
    } else {
        out.push_str(&text.replace('\\', "\\\\"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_means_the_same_in_the_default_mode() {
        let rules = |backslash, ansi_quotes| Rules {
            dialect: Dialect::MySql,
            backslash,
            ansi_quotes,
        };
        let both = |text: &str| in_default_mode(text.into(), rules(false, true)).into_owned();
        assert_eq!(both(r#""a\" = 'b\'"#), r"`a\` = 'b\\'");
        assert_eq!(both(r#""a""b`" = 'it''s\'"#), r#"`a"b``` = 'it''s\\'"#);
        // What is in a comment or in backticks stays as it is.
        let same = "`a\"\\` -- it's \"\n/* ' \" */ # '\n 1 - 2 / 3";
        assert_eq!(both(same), same);
        let ansi = |text: &str| in_default_mode(text.into(), rules(true, true)).into_owned();
        assert_eq!(ansi(r#"'a\'"' "b\""#), r#"'a\'"' `b\`"#);
        // Never beyond the end.
        for cut in ["'", "\"", "'a\\", "'é\\é", "\"é", "`", "/*", "--"] {
            both(cut);
            ansi(cut);
        }
    }
}
