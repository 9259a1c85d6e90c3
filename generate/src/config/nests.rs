//! `[nests.<table>]`: rows that lie in other rows of their table, by a number that is a row's own among those of one
//! owner.

use std::ops::Range;

use serde::Deserialize;
use serde::de::{self, Deserializer};

use super::Config;
use super::sections::{Name, OnDeleteName, Spanned};
use crate::error::ConfigError;
use crate::schema::{Schema, Table};

/// `[nests.<table>]`: items in items.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NestSection {
    /// The column in which the numbers are counted, as that of a player whose items they are.
    pub within: Name,
    /// The column with the number of the row that a row lies in.
    pub parent: Name,
    /// The column with a row's own number.
    pub child: Name,
    /// The numbers in `parent` that mean no row.
    pub root: Spanned<RootNumbers>,
    /// What happens to a row when the one that it lies in is removed; it goes with it, if nothing is said.
    pub on_delete: Option<Spanned<OnDeleteName>>,
}

/// Numbers, as ranges from the first to the last one: `0`, `"1..=10"`, or a list of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootNumbers(pub Vec<(i64, i64)>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(i64),
    Range(String),
    Several(Vec<One>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum One {
    Number(i64),
    Range(String),
}

/// New numbers are higher than all that mean no row.
const HIGHEST: i64 = 1 << 53;

impl<'de> Deserialize<'de> for RootNumbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let why = "numbers are written as `0`, \"1..=10\" or [0, \"1..=10\"]";
        let written = Written::deserialize(deserializer).map_err(|_| de::Error::custom(why))?;
        let all = match written {
            Written::Number(number) => vec![One::Number(number)],
            Written::Range(range) => vec![One::Range(range)],
            Written::Several(all) => all,
        };
        let range = |one: One| match one {
            One::Number(number) => Some((number, number)),
            One::Range(range) => {
                let (first, last) = range.split_once("..=")?;
                Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
            }
        };
        let ranges: Option<Vec<(i64, i64)>> = all.into_iter().map(range).collect();
        let ranges = ranges.ok_or_else(|| de::Error::custom(why))?;
        let is_right =
            |(first, last): &(i64, i64)| first <= last && *last <= HIGHEST && *first >= -HIGHEST;
        if ranges.is_empty() || !ranges.iter().all(is_right) {
            return Err(de::Error::custom(why));
        }
        Ok(Self(ranges))
    }
}

impl Config {
    /// What the file says of a nest in a table.
    pub(crate) fn nest(&self, table: &str) -> Option<&NestSection> {
        self.sections().nests.get(table)
    }

    /// Whether a table has what its nest needs: one row at most with each number of an owner.
    pub(crate) fn has_unique_numbers(&self, table: &Table) -> bool {
        self.nest(&table.name).is_none_or(|nest| {
            let names = [nest.within.get_ref(), nest.child.get_ref()];
            table.uniques.iter().any(|index| {
                index.columns.len() == 2 && names.iter().all(|name| index.columns.contains(name))
            })
        })
    }

    /// Checks the columns of all nests.
    pub(super) fn verify_nests(&self, schema: &Schema) -> Result<(), ConfigError> {
        for (name, nest) in &self.sections().nests {
            let table = self.known(schema, name, name.get_ref())?;
            let columns = [&nest.within, &nest.parent, &nest.child];
            self.columns(table, columns.into_iter())?;
            for (at, column) in columns.iter().enumerate() {
                if columns[..at]
                    .iter()
                    .any(|other| other.get_ref() == column.get_ref())
                {
                    let what = format!("{:?} is named twice", column.get_ref());
                    return Err(self.impossible(column.span(), what));
                }
            }
            for column in columns {
                self.verify_nested(table, column)?;
            }
            if let Some(action) = &nest.on_delete
                && *action.get_ref() == OnDeleteName::SetNull
            {
                let what = "a row lies in none by a number of `root`, and not by NULL";
                return Err(self.impossible(action.span(), what));
            }
        }
        Ok(())
    }

    fn verify_nested(&self, table: &Table, name: &Name) -> Result<(), ConfigError> {
        let wrong = |span: Range<usize>, what: &str| {
            Err(self.impossible(span, format!("{:?} {what}", name.get_ref())))
        };
        let column = table.column(name.get_ref());
        match column {
            Some(column) if !column.not_null => wrong(
                name.span(),
                "can be NULL, and a nest needs a number in every row; declare it NOT NULL",
            ),
            Some(column) if column.primary_key && table.rowid_key => {
                wrong(name.span(), "is the id, which is no column of a nest")
            }
            _ => Ok(()),
        }
    }
}
