//! Texts that an index compares as SQLite's collation NOCASE does: the 26 letters of ASCII in upper and lower case are
//! the same, and no other letters are.

use std::hash::{Hash, Hasher};

use ecow::EcoString;

use crate::store::index::IndexState;

/// A text that is equal to others which differ from it in the case of ASCII letters alone.
///
/// SQLite stops to compare at the first NUL and then compares lengths, so what comes after one does not tell texts of
/// one length apart.
#[derive(Clone, Copy, Debug)]
pub struct NoCase<'a>(pub &'a str);

impl<'a> NoCase<'a> {
    /// What SQLite compares letter by letter.
    fn compared(self) -> &'a [u8] {
        let bytes = self.0.as_bytes();
        let nul = bytes.iter().position(|&byte| byte == 0);
        &bytes[..nul.unwrap_or(bytes.len())]
    }
}

impl PartialEq for NoCase<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.compared().eq_ignore_ascii_case(other.compared())
    }
}

impl Eq for NoCase<'_> {}

impl Hash for NoCase<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut folded = [0; 32];
        for part in self.compared().chunks(folded.len()) {
            let folded = &mut folded[..part.len()];
            folded.copy_from_slice(part);
            folded.make_ascii_lowercase();
            state.write(folded);
        }
        self.0.len().hash(state);
    }
}

/// A type of text fields that an index can compare without regard to the case of ASCII letters.
pub trait NoCaseField {
    /// The text; `None` for NULL, which equals no value.
    fn no_case(&self) -> Option<NoCase<'_>>;

    /// Hashes the text as a lookup does. Returns `false` for NULL.
    fn hash_no_case(&self, state: &mut IndexState) -> bool {
        let text = self.no_case();
        if let Some(text) = text {
            text.hash(state);
        }
        text.is_some()
    }
}

impl NoCaseField for String {
    fn no_case(&self) -> Option<NoCase<'_>> {
        Some(NoCase(self))
    }
}

impl NoCaseField for EcoString {
    fn no_case(&self) -> Option<NoCase<'_>> {
        Some(NoCase(self))
    }
}

impl<F: NoCaseField> NoCaseField for Option<F> {
    fn no_case(&self) -> Option<NoCase<'_>> {
        self.as_ref()?.no_case()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::BuildHasher as _;

    #[test]
    fn only_ascii_letters_have_no_case() {
        let hasher = crate::store::index::ValueIndex::default();
        let hash = |text| hasher.hasher().hash_one(NoCase(text));
        for (one, other, is_same) in [
            ("", "", true),
            ("Ada", "aDA", true),
            ("Ada", "Adb", false),
            ("Ada", "Ada ", false),
            ("Ärger", "ärger", false),
            ("straSSe", "STRAsse", true),
            ("@[`{", "`{@[", false),
            ("K", "\u{212a}", false),
            ("a\0b", "A\0c", true),
            ("a\0b", "A\0bc", false),
            ("a\0b", "Axb", false),
            ("ab\0", "AB\0", true),
            (&"x".repeat(100), &"X".repeat(100), true),
        ] {
            assert_eq!(NoCase(one) == NoCase(other), is_same, "{one:?} {other:?}");
            assert_eq!(NoCase(other) == NoCase(one), is_same, "{one:?} {other:?}");
            if is_same {
                assert_eq!(hash(one), hash(other), "{one:?} {other:?}");
            }
        }
    }
}
