//! An input as a row of numbers.

/// Takes numbers from an input, for as long as it has some.
pub struct Bytes<'i>(pub &'i [u8]);

impl Bytes<'_> {
    /// The next byte; `None` at the end.
    pub fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// A number below `end`, out of three bytes.
    pub fn below(&mut self, end: usize) -> Option<usize> {
        let number = [self.byte()?, self.byte()?, self.byte()?];
        let number = number
            .iter()
            .fold(0, |sum, &byte| sum << 8 | usize::from(byte));
        Some(number % end.max(1))
    }
}
