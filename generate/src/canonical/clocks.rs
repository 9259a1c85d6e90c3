//! DEFAULTs that are clocks, in the words of each dialect: the time at which a row is made, in UTC.

use crate::input::types::{DeclaredType, SqlType};
use crate::schema::clock::{Clock, DATE, DATE_AND_TIME};
use crate::sql::Dialect;
use crate::sql::tokens::{Piece, join};

/// What a clock writes.
#[derive(Clone, Copy)]
enum Part {
    Date,
    /// Of the day before a time that is midnight.
    Today,
    Time,
    Moment,
    Seconds,
}

/// A DEFAULT in SQLite that writes the time as the source's database would have written it; `None` if the tokens are no
/// clock, or one of another form.
pub(super) fn clock(
    pieces: &[Piece],
    ty: &DeclaredType,
    kind: &SqlType,
    dialect: Dialect,
) -> Option<String> {
    let written = join(pieces);
    let is_integer = kind.sql() == "INTEGER";
    if dialect == Dialect::Sqlite {
        Clock::of(&written, is_integer)?;
        let is_word = !written.contains('(');
        return Some(if is_word || written.starts_with('(') {
            written
        } else {
            format!("({written})")
        });
    }
    let part = part(&written, dialect)?;
    let base = ty.base.as_str();
    if let Part::Seconds = part {
        return is_integer.then(|| "(unixepoch())".to_owned());
    }
    let strftime = |format: &str| format!("(strftime('{format}', 'now'))");
    // MySQL writes as many digits of a fraction as the type has, PostgreSQL none for whole seconds.
    let n_digits = match ty.arguments.as_slice() {
        [digits] if dialect == Dialect::MySql => digits.parse().unwrap_or(0),
        _ => 0_usize,
    };
    let digits = match n_digits {
        0 => String::new(),
        n => format!(".{}", "0".repeat(n.min(6))),
    };
    let is_zoned = matches!(base, "timestamptz" | "timestamp with time zone");
    match (base, part) {
        ("date", Part::Date | Part::Today | Part::Moment) => Some("CURRENT_DATE".to_owned()),
        ("time" | "time without time zone", Part::Time | Part::Moment) if digits.is_empty() => {
            Some("CURRENT_TIME".to_owned())
        }
        _ if is_zoned => match part {
            Part::Moment => Some(strftime(&format!("{DATE_AND_TIME}+00"))),
            Part::Today => Some(strftime(&format!("{DATE} 00:00:00+00"))),
            _ => None,
        },
        ("datetime" | "timestamp" | "timestamp without time zone", Part::Moment) => {
            Some(match digits.as_str() {
                "" => "CURRENT_TIMESTAMP".to_owned(),
                digits => strftime(&format!("{DATE_AND_TIME}{digits}")),
            })
        }
        ("timestamp" | "timestamp without time zone", Part::Today | Part::Date) => {
            Some(strftime(&format!("{DATE} 00:00:00")))
        }
        _ => None,
    }
}

/// Which clock a text of MySQL or PostgreSQL is.
fn part(written: &str, dialect: Dialect) -> Option<Part> {
    let mut text: String = written.split_whitespace().collect();
    text.make_ascii_lowercase();
    let mut casts = Vec::new();
    loop {
        if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'))
            && is_balanced(inner)
        {
            text = inner.to_owned();
        } else if let Some((before, cast)) = text.rsplit_once("::")
            && cast
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_()".contains(c))
            && is_balanced(before)
        {
            casts.push(cast.to_owned());
            text = before.to_owned();
        } else {
            break;
        }
    }
    let in_utc = ["attimezone'utc'", "attimezone'utc'::text"];
    for zone in in_utc {
        if let Some(inner) = text.strip_suffix(zone) {
            text = inner.trim_matches(|c| c == '(' || c == ')').to_owned();
            // `now()` without its parentheses.
            if text == "now" {
                text.push_str("()");
            }
        }
    }
    if matches!(
        text.as_str(),
        "timezone('utc',now())" | "timezone('utc'::text,now())"
    ) {
        text = "now()".to_owned();
    }
    let name = match text.split_once('(') {
        Some((name, precision)) => {
            let precision = precision.strip_suffix(')')?;
            let is_plain = precision.bytes().all(|byte| byte.is_ascii_digit());
            is_plain.then_some(name)?
        }
        None => text.as_str(),
    };
    let part = match name {
        "now" | "current_timestamp" | "localtimestamp" => Part::Moment,
        "current_date" => Part::Date,
        "current_time" | "localtime" if dialect == Dialect::MySql => Part::Time,
        "curdate" if dialect == Dialect::MySql => Part::Date,
        "curtime" if dialect == Dialect::MySql => Part::Time,
        "unix_timestamp" if dialect == Dialect::MySql => Part::Seconds,
        "transaction_timestamp" | "statement_timestamp" | "clock_timestamp" | "'now'"
            if dialect == Dialect::Postgres =>
        {
            Part::Moment
        }
        "'today'" if dialect == Dialect::Postgres => Part::Today,
        "current_time" | "localtime" => Part::Time,
        _ => return None,
    };
    // A cast to a date takes the time of day away.
    match part {
        Part::Moment if casts.iter().any(|cast| cast == "date") => Some(Part::Date),
        part => Some(part),
    }
}

/// Whether parentheses close only what was opened in the same text.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0_i64;
    text.bytes().all(|byte| {
        depth += i64::from(byte == b'(') - i64::from(byte == b')');
        depth >= 0
    }) && depth == 0
}
