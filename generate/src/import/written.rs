//! Texts that become numbers: whether the number is written as the text was, and whether it says as much.

/// What a number keeps of the text that it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// The text, but for zeros behind a fraction.
    Text,
    /// The number, which is written otherwise: `007` is 7.
    Number,
    /// Not all digits.
    Part,
}

/// What an integer keeps of a text that is equal to it.
pub(super) fn integer(text: &[u8], integer: i64) -> Kept {
    match integer.to_string().as_bytes() == text {
        true => Kept::Text,
        false => Kept::Number,
    }
}

/// What a floating-point number keeps of the text that it was read from.
pub(super) fn real(text: &[u8], real: f64) -> Kept {
    let Ok(text) = std::str::from_utf8(text) else {
        return Kept::Part;
    };
    if !real.is_finite() {
        return Kept::Text;
    }
    let own = digits(text.trim());
    let is_shortest = own == digits(&format!("{real:e}"));
    let is_it = || {
        // As C writes it, with 16 or 17 digits, or with all that its bits stand for.
        let written = [format!("{real:.15e}"), format!("{real:.16e}")];
        written.iter().any(|written| digits(written) == own)
            || own.len() > 17 && digits(&format!("{real:.1074}")) == own
    };
    if !is_shortest && !is_it() {
        return Kept::Part;
    }
    let is_plain = |written: String| without_zeros(&written) == without_zeros(text);
    match is_plain(format!("{real}")) || is_plain(format!("{real:?}")) {
        true => Kept::Text,
        false => Kept::Number,
    }
}

/// The significant digits of a number.
fn digits(text: &str) -> String {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits = mantissa.replace(['.', '-', '+'], "");
    digits.trim_matches('0').to_owned()
}

/// A number without the zeros at the end of its fraction.
fn without_zeros(text: &str) -> &str {
    match text.contains('.') && !text.contains(['e', 'E']) {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    }
}

/// Whether a type of a database is one of texts.
pub(super) fn is_text_type(type_name: &str) -> bool {
    let words = ["char", "text", "clob", "enum"];
    let names = ["name", "set", "bpchar"];
    words.iter().any(|word| type_name.contains(word)) || names.contains(&type_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_a_text_or_its_value_or_a_part_of_it() {
        for (text, kept) in [
            ("1.5", Kept::Text),
            ("1.50", Kept::Text),
            ("5", Kept::Text),
            ("5.000", Kept::Text),
            ("-0.125", Kept::Text),
            ("1e300", Kept::Text),
            ("0.30000000000000004", Kept::Text),
            ("100", Kept::Text),
            ("Infinity", Kept::Text),
            ("1e3", Kept::Number),
            ("007", Kept::Number),
            (" 1.5", Kept::Number),
            ("+1.5", Kept::Number),
            ("0.10000000000000001", Kept::Number),
            (
                "0.1000000000000000055511151231257827021181583404541015625",
                Kept::Number,
            ),
            ("0.1000000000000000055", Kept::Part),
            ("3.14159265358979323846", Kept::Part),
            ("12345678901234567890", Kept::Part),
            ("1e-400", Kept::Part),
        ] {
            let number = match text {
                "Infinity" => f64::INFINITY,
                text => text.trim().parse().expect("it is a number"),
            };
            assert_eq!(real(text.as_bytes(), number), kept, "{text}");
        }
        assert_eq!(integer(b"7", 7), Kept::Text);
        for text in ["007", "7 ", "7.0", "7e0", "+7"] {
            assert_eq!(integer(text.as_bytes(), 7), Kept::Number, "{text}");
        }
    }

    #[test]
    fn types_of_texts() {
        for name in [
            "text",
            "varchar",
            "character varying",
            "longtext",
            "bpchar",
            "enum",
        ] {
            assert!(is_text_type(name), "{name}");
        }
        for name in ["", "double", "integer", "numeric", "real", "float8"] {
            assert!(!is_text_type(name), "{name}");
        }
    }
}
