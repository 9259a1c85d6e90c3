//! The order of integers and reals, exact as that of SQLite.

use std::cmp::Ordering;

/// The first real that is larger than every integer: 2^63.
const ABOVE_ALL: f64 = 9_223_372_036_854_775_808.0;

/// Compares an integer with a real by their exact values; `None` for NaN.
///
/// As a real, 2^53 + 1 would be 2^53. Then it would equal the real 2^53, as the integer 2^53 does, and the two integers
/// would differ all the same: no order of all three.
pub(crate) fn integer_with_real(integer: i64, real: f64) -> Option<Ordering> {
    if real.is_nan() {
        return None;
    }
    if real >= ABOVE_ALL {
        return Some(Ordering::Less);
    }
    if real < -ABOVE_ALL {
        return Some(Ordering::Greater);
    }
    let whole = real.trunc();
    #[allow(
        clippy::cast_possible_truncation,
        reason = "it is whole, and within the integers"
    )]
    let by_whole = integer.cmp(&(whole as i64));
    // A real with a fraction is beyond its whole part, away from zero.
    Some(by_whole.then_with(|| whole.partial_cmp(&real).unwrap_or(Ordering::Equal)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_reals_are_compared_by_their_exact_values() {
        let two_53 = 9_007_199_254_740_992_i64;
        for (integer, real, wanted) in [
            (two_53, 9_007_199_254_740_992.0, Some(Ordering::Equal)),
            (two_53 + 1, 9_007_199_254_740_992.0, Some(Ordering::Greater)),
            (two_53 - 1, 9_007_199_254_740_992.0, Some(Ordering::Less)),
            (i64::MAX, ABOVE_ALL, Some(Ordering::Less)),
            (i64::MIN, -ABOVE_ALL, Some(Ordering::Equal)),
            (i64::MIN, -ABOVE_ALL * 2.0, Some(Ordering::Greater)),
            (i64::MAX, f64::INFINITY, Some(Ordering::Less)),
            (i64::MIN, f64::NEG_INFINITY, Some(Ordering::Greater)),
            (1, 1.5, Some(Ordering::Less)),
            (2, 1.5, Some(Ordering::Greater)),
            (-1, -1.5, Some(Ordering::Greater)),
            (-2, -1.5, Some(Ordering::Less)),
            (0, -0.0, Some(Ordering::Equal)),
            (0, f64::MIN_POSITIVE, Some(Ordering::Less)),
            (0, -f64::MIN_POSITIVE, Some(Ordering::Greater)),
            (0, f64::NAN, None),
        ] {
            assert_eq!(integer_with_real(integer, real), wanted, "{integer} {real}");
        }
    }
}
