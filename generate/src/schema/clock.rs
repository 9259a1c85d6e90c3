//! DEFAULTs that are the time at which a row is made.

/// How a column is filled with the time, in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clock {
    /// As a text, in a format of SQLite's `strftime`.
    Text(String),
    /// As seconds since 1970.
    Seconds,
}

/// Formats of SQLite's own functions.
pub(crate) const DATE: &str = "%Y-%m-%d";
pub(crate) const TIME: &str = "%H:%M:%S";
pub(crate) const DATE_AND_TIME: &str = "%Y-%m-%d %H:%M:%S";

impl Clock {
    /// The clock of a DEFAULT in SQLite's words, for a column of texts or of integers.
    pub(crate) fn of(default: &str, is_integer: bool) -> Option<Self> {
        let mut text = default.trim();
        while let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
            text = inner.trim();
        }
        let (name, arguments) = match text.split_once('(') {
            Some((name, rest)) => (name.trim(), rest.strip_suffix(')')?.trim()),
            None => (text, ""),
        };
        let is_now = arguments.is_empty() || arguments.eq_ignore_ascii_case("'now'");
        let format = match name.to_ascii_lowercase().as_str() {
            "current_timestamp" if text == name => DATE_AND_TIME,
            "current_date" if text == name => DATE,
            "current_time" if text == name => TIME,
            "datetime" if is_now => DATE_AND_TIME,
            "date" if is_now => DATE,
            "time" if is_now => TIME,
            "unixepoch" if is_now => "%s",
            "strftime" => {
                let (format, now) = arguments.rsplit_once(',')?;
                let is_now = now.trim().eq_ignore_ascii_case("'now'");
                let format = format.trim().strip_prefix('\'')?.strip_suffix('\'')?;
                Some(format).filter(|format| is_now && !format.contains('\''))?
            }
            _ => return None,
        };
        match (format, is_integer) {
            ("%s", true) => Some(Self::Seconds),
            (format, false) if is_known(format) => Some(Self::Text(format.to_owned())),
            _ => None,
        }
    }
}

/// Whether a format has only parts that the engine writes as SQLite does.
fn is_known(format: &str) -> bool {
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c == '%' && !chars.next().is_some_and(|c| "YmdHMSf%".contains(c)) {
            return false;
        }
    }
    true
}
