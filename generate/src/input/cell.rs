//! A value of a row, as its source has it.

/// A value of a row, as its source has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'c> {
    /// NULL.
    Null,
    /// The word DEFAULT: the value that the column has without one.
    Default,
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// A number as digits: a decimal, or an integer of more than 64 bits.
    Decimal(&'c str),
    /// Text, which is UTF-8 if its source is sound.
    Text(&'c [u8]),
    /// Bytes.
    Bytes(&'c [u8]),
    /// Bits as digits, the highest first.
    Bits(&'c str),
    /// An expression, which only the source's database can compute.
    Expression(&'c str),
}
