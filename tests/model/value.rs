//! Values: the contents of a column, and the input of an operation.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::file;

/// The value of one column. A foreign key is the id of the referenced row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(Text),
}

impl Cell {
    /// The value after a round trip through a file: SQLite drops the sign of zero.
    pub(crate) fn in_file(self) -> Self {
        match self {
            Cell::Real(real) if file::DROPS_SIGN_OF_ZERO => Cell::Real(real + 0.0),
            other => other,
        }
    }

    /// Bitwise equal; `==` treats -0.0 and 0.0 as equal, as a setter does.
    pub(crate) fn is_exactly(&self, other: &Self) -> bool {
        match (self, other) {
            (Cell::Real(one), Cell::Real(two)) => one.to_bits() == two.to_bits(),
            _ => self == other,
        }
    }
}

/// One of a fixed set of texts, so that a model can be cloned at no cost, and printed in a line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text(&'static str);

/// The number of names: few enough that unique names collide.
pub(crate) const N_NAMES: usize = 20;

/// Names first, followed by unusual texts.
static TEXTS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let names = (0..N_NAMES).map(|n| -> &'static str { format!("name {n}").leak() });
    let long: &str = "long ".repeat(file::LONG).leak();
    let odd = [
        "",
        file::EMBEDDED,
        file::CONTROL,
        "Ünïcödé \u{1F600} \u{202E}",
        "'; DROP TABLE players; --",
        // Two texts that differ only in their last byte.
        &long[..file::LONG],
        &long[..file::LONG - 1],
    ];
    names.chain(odd).collect()
});

static BY_VALUE: LazyLock<HashMap<&'static str, Text>> = LazyLock::new(|| {
    use super::schema::{ATTRIBUTE_TYPES, ITEM_TYPES, MOBILE_TYPES};
    let words = [MOBILE_TYPES, ITEM_TYPES, ATTRIBUTE_TYPES].into_iter();
    let words = words.flatten().chain(&*TEXTS).chain(&[Text::ASIDE.0]);
    words.map(|&text| (text, Text(text))).collect()
});

impl Text {
    /// A name that no operation generates, for swapping values.
    pub(crate) const ASIDE: Self = Self("aside");

    pub(crate) fn n_texts() -> usize {
        TEXTS.len()
    }

    pub(crate) fn nth(n: usize) -> Self {
        Self(TEXTS[n % TEXTS.len()])
    }

    pub(crate) const fn word(word: &'static str) -> Self {
        Self(word)
    }

    /// The text with this value, if it is one that an operation can have written.
    pub(crate) fn find(value: &str) -> Option<Self> {
        BY_VALUE.get(value).copied()
    }

    pub(crate) fn as_str(self) -> &'static str {
        self.0
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.len() {
            0..100 => write!(f, "{:?}", self.0),
            n => write!(f, "<{n} bytes>"),
        }
    }
}

/// A row that an operation refers to, of a table that the context determines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    /// An index into the live rows by id, wrapping around; no row if the table is empty.
    Row(usize),
    /// A removed row: its key is stale.
    Stale(usize),
    /// The null key.
    Null,
}

/// What an operation writes into a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Input {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(Text),
    /// A variant of the field's enum.
    Word(usize),
    Key(Pick),
    OwnedByMobile(Pick),
    OwnedByPlayer(Pick),
    BoolValue(bool),
    DoubleValue(f64),
    VectorValue(f64, f64, f64),
    AssetValue(i64),
}

/// The owner of an owned row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Mobile(Pick),
    Item(Pick),
    Asset(i64),
    Player(Pick),
}
