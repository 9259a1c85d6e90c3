//! Models and library have to be of the same minor version.

/// Does not compile in models that a generator of another minor version has made. The facade of generated code is not
/// part of the public interface, and any minor version may change it.
pub const fn assert_generated_for(major: u64, minor: u64) {
    assert!(
        major == number(env!("CARGO_PKG_VERSION_MAJOR"))
            && minor == number(env!("CARGO_PKG_VERSION_MINOR")),
        concat!(
            "these models were made by another version of gamedb-generate than gamedb ",
            env!("CARGO_PKG_VERSION_MAJOR"),
            ".",
            env!("CARGO_PKG_VERSION_MINOR"),
            ": use the same minor version of both, and run `gamedb generate` again"
        )
    );
}

/// The number of a version in decimal digits.
const fn number(text: &str) -> u64 {
    let digits = text.as_bytes();
    let mut number = 0;
    let mut at = 0;
    while at < digits.len() {
        number = number * 10 + (digits[at] - b'0') as u64;
        at += 1;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_versions_are_read() {
        assert_eq!(["0", "1", "10", "205"].map(number), [0, 1, 10, 205]);
    }
}
