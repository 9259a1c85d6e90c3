//! Floating-point numbers out of the texts that servers write for them.

/// A number of 64 bits. NaN has no number in a file.
pub(super) fn double(text: &[u8]) -> Option<f64> {
    let number: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (!number.is_nan()).then_some(number)
}

/// A number of 32 bits, as the shortest decimal number that is no other one of 32 bits: 0.1 stays 0.1, and does not
/// become 0.10000000149011612.
pub(super) fn single(text: &[u8]) -> Option<f64> {
    let number = double(text)? as f32;
    double(number.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_32_bits_is_the_shortest_decimal_one() {
        assert_eq!(single(b"0.10000000149011612"), Some(0.1));
        assert_eq!(single(b"0.1"), Some(0.1));
        assert_eq!(single(b"16777216"), Some(16_777_216.0));
        assert_eq!(single(b"-1e-45"), Some(-1e-45));
        assert_eq!(single(b"Infinity"), Some(f64::INFINITY));
        assert_eq!(single(b"3.4028234663852886e38"), Some(3.4028235e38));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["NaN", "", "x"] {
            assert_eq!(double(text.as_bytes()), None);
            assert_eq!(single(text.as_bytes()), None);
        }
        assert_eq!(double(b"-Infinity"), Some(f64::NEG_INFINITY));
        assert_eq!(double(b"1.7976931348623157e308"), Some(f64::MAX));
    }
}
