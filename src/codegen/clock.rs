//! DEFAULTs that are clocks: the time at which a row is made, in the form in which the database would have stored it.

use std::cell::Cell;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::fmt::strtime;

thread_local! {
    static CLOCK: Cell<fn() -> SystemTime> = const { Cell::new(SystemTime::now) };
}

/// Sets the clock that fills DEFAULTs such as `CURRENT_TIMESTAMP` in rows that this thread makes, and returns the one
/// before it. Without this call it is [`SystemTime::now`]. A test, and a game that replays what it recorded, has a clock
/// of its own.
///
/// A row has its time from its `Default`, so `..Player::default()` is where the clock is read.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// let before = gamedb::set_clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(86_400));
/// assert_eq!(gamedb::codegen::now_text("%Y-%m-%d %H:%M:%S"), "1970-01-02 00:00:00");
/// gamedb::set_clock(before);
/// ```
pub fn set_clock(clock: fn() -> SystemTime) -> fn() -> SystemTime {
    CLOCK.replace(clock)
}

/// The time, as far as timestamps go: from the year -9999 to 9999.
fn now() -> Timestamp {
    let now = CLOCK.get()();
    Timestamp::try_from(now).unwrap_or(if now < SystemTime::UNIX_EPOCH {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// The time in UTC, in a format of SQLite's `strftime`: `%Y %m %d %H %M %S`, `%f` for seconds with milliseconds, and
/// `%%`. Generated code calls it for a DEFAULT.
///
/// # Panics
/// For a format with anything else; the generator writes no such format.
#[must_use]
pub fn now_text(format: &str) -> String {
    let format = format.replace("%f", "%S%.3f");
    let text = strtime::format(&format, now());
    text.expect("the format has no other specifiers than those that the generator writes")
}

/// The time in whole seconds since 1970, as SQLite's `unixepoch()`. Generated code calls it for a DEFAULT.
#[must_use]
pub fn now_seconds() -> i64 {
    now().as_second()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_are_written_as_sqlite_writes_them() {
        let clock = || SystemTime::UNIX_EPOCH + Duration::from_millis(1_709_210_096_007);
        set_clock(clock);
        for (format, expected) in [
            ("%Y-%m-%d %H:%M:%S", "2024-02-29 12:34:56"),
            ("%Y-%m-%d", "2024-02-29"),
            ("%H:%M:%S", "12:34:56"),
            ("%Y-%m-%d %H:%M:%f", "2024-02-29 12:34:56.007"),
            ("%Y-%m-%d %H:%M:%S+00", "2024-02-29 12:34:56+00"),
            ("%Y-%m-%dT%H:%M:%fZ 100%%", "2024-02-29T12:34:56.007Z 100%"),
        ] {
            assert_eq!(now_text(format), expected);
        }
        assert_eq!(now_seconds(), 1_709_210_096);
        set_clock(SystemTime::now);
        assert_ne!(now_seconds(), 1_709_210_096);
    }

    #[test]
    fn a_clock_that_is_far_off_has_the_nearest_time() {
        let far = Duration::from_secs(u64::from(u32::MAX) << 10);
        assert!(SystemTime::UNIX_EPOCH.checked_add(far).is_some());
        set_clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(u32::MAX) << 10));
        assert_eq!(now_text("%Y"), "9999");
        set_clock(SystemTime::now);
    }
}
