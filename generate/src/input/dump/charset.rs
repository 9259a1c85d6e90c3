//! Character sets of texts, by the names that MySQL and PostgreSQL have for them.

use encoding_rs::{self as encodings, Encoding};

/// A character set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    /// UTF-8, or bytes that nothing is said about.
    Utf8,
    /// ISO 8859-1 itself, whose bytes are the first characters of Unicode.
    Latin1,
    Other(&'static Encoding),
}

impl Charset {
    /// The character set of that name; `None` for one that is not known.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace(['-', '_'], "");
        let other = match name.as_str() {
            "utf8" | "utf8mb3" | "utf8mb4" | "unicode" | "ascii" | "sqlascii" | "usascii"
            | "binary" => return Some(Self::Utf8),
            "iso88591" => return Some(Self::Latin1),
            // MySQL's latin1 is Windows-1252.
            "latin1" | "cp1252" | "win1252" => encodings::WINDOWS_1252,
            "latin2" | "iso88592" => encodings::ISO_8859_2,
            "latin3" | "iso88593" => encodings::ISO_8859_3,
            "latin4" | "iso88594" => encodings::ISO_8859_4,
            "latin5" | "iso88599" | "win1254" => encodings::WINDOWS_1254,
            "latin6" => encodings::ISO_8859_10,
            "latin7" | "iso885913" => encodings::ISO_8859_13,
            "latin8" => encodings::ISO_8859_14,
            "latin9" | "iso885915" => encodings::ISO_8859_15,
            "latin10" => encodings::ISO_8859_16,
            "iso88595" => encodings::ISO_8859_5,
            "iso88596" => encodings::ISO_8859_6,
            "greek" | "iso88597" => encodings::ISO_8859_7,
            "hebrew" | "iso88598" => encodings::ISO_8859_8,
            "cp1250" | "win1250" => encodings::WINDOWS_1250,
            "cp1251" | "win1251" | "win" => encodings::WINDOWS_1251,
            "win1253" => encodings::WINDOWS_1253,
            "win1255" => encodings::WINDOWS_1255,
            "cp1256" | "win1256" => encodings::WINDOWS_1256,
            "cp1257" | "win1257" => encodings::WINDOWS_1257,
            "win1258" => encodings::WINDOWS_1258,
            "cp866" | "win866" | "alt" => encodings::IBM866,
            "koi8r" | "koi8" => encodings::KOI8_R,
            "koi8u" => encodings::KOI8_U,
            "macroman" => encodings::MACINTOSH,
            "tis620" | "win874" => encodings::WINDOWS_874,
            "euckr" => encodings::EUC_KR,
            "ujis" | "eucjp" | "eucjpms" => encodings::EUC_JP,
            "gb2312" | "euccn" | "gbk" => encodings::GBK,
            "gb18030" => encodings::GB18030,
            "big5" => encodings::BIG5,
            "sjis" | "cp932" | "shiftjis" => encodings::SHIFT_JIS,
            "utf16" | "ucs2" => encodings::UTF_16BE,
            "utf16le" => encodings::UTF_16LE,
            _ => return None,
        };
        Some(Self::Other(other))
    }

    /// The character set of that name of PostgreSQL, whose LATIN1 is ISO 8859-1.
    pub(crate) fn of_postgres(name: &str) -> Option<Self> {
        match name.eq_ignore_ascii_case("latin1") {
            true => Some(Self::Latin1),
            false => Self::named(name),
        }
    }

    /// Whether a whole text can be in it: a byte of a quote or a `\` is never part of another character.
    pub(crate) fn can_be_scanned(self) -> bool {
        let unsafe_ones = [
            encodings::GBK,
            encodings::GB18030,
            encodings::BIG5,
            encodings::SHIFT_JIS,
            encodings::UTF_16BE,
            encodings::UTF_16LE,
        ];
        !matches!(self, Self::Other(encoding) if unsafe_ones.contains(&encoding))
    }

    /// Adds bytes in this character set as UTF-8. Bytes that it does not have are added unchanged, all of them, so
    /// that they are found not to be UTF-8.
    pub(crate) fn decode(self, bytes: &[u8], to: &mut Vec<u8>) {
        match self {
            Self::Utf8 => to.extend_from_slice(bytes),
            Self::Latin1 => {
                let text = encodings::mem::decode_latin1(bytes);
                to.extend_from_slice(text.as_bytes());
            }
            Self::Other(encoding) => {
                match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
                    Some(text) => to.extend_from_slice(text.as_bytes()),
                    None => to.extend_from_slice(bytes),
                }
            }
        }
    }
}
