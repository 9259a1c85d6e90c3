//! The contents of an SQL schema, whatever text or database it was read from.
//!
//! Everything is in declaration order. Rust names and ownership are not known here; they are derived from
//! this by [`crate::analysis::relations`], [`crate::analysis::pivot`] and [`crate::resolve`].

mod checks;
pub(crate) mod clock;
mod column;
mod comments;
mod comparisons;
mod constraints;
mod expression;
mod expressions;
pub mod sqlite;
mod table;
mod typed;

pub use crate::sql::OnDelete;
pub use clock::Clock;
pub use column::{Allowed, Column, ColumnKind};
pub(crate) use comments::{GIVEN, NUMBERED_BY_KEY, RENAMED, game_number, shared_key};
pub use comments::{NO_KEY, SURROGATE_ID};
pub use constraints::{
    Check, CheckKind, Comparison, ComparisonOperator, ForeignKey, Index, Operand, Partial,
};
pub use expression::{Arithmetic, Expression};
pub use table::{OwnerArm, OwnerPair, SourceName, Table};

/// All tables of one schema.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    /// The tables, in declaration order.
    pub tables: Vec<Table>,
    /// Every statement that a new world file is created with, in order: tables, indexes, views.
    pub statements: Vec<String>,
    /// What was assumed while reading it, and what was passed over.
    pub notes: Vec<String>,
    /// What the translation from another dialect loses, or could not read.
    pub warnings: Vec<String>,
}

impl Schema {
    /// The table of that name. SQL names are not case-sensitive.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables
            .iter()
            .find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// The position of the table that a table of an older file is: of that name, or renamed from it. An old name that
    /// another table has is no rename any more.
    pub(crate) fn position_of(&self, name: &str) -> Option<usize> {
        let is_it = |table: &Table| table.name.eq_ignore_ascii_case(name);
        let was_it = |table: &Table| {
            let old = table.renamed_from();
            old.is_some_and(|old| old.eq_ignore_ascii_case(name))
        };
        let own = self.tables.iter().position(is_it);
        own.or_else(|| self.tables.iter().position(was_it))
    }

    /// A table that is declared as renamed from this name while another one has it, or is renamed from it too: which
    /// of them the rows belong to is not known, unless the source has the table, too. The table, and the other one.
    pub(crate) fn unclear_table(
        &self,
        old: &str,
        is_there: impl Fn(&str) -> bool,
    ) -> Option<(&str, &str)> {
        let tables = self.tables.iter();
        let names = tables.map(|table| (table.name.as_str(), table.renamed_from()));
        unclear(names, old, is_there)
    }

    /// Whether the table and the columns that a foreign key points to are there.
    pub(crate) fn has_target(&self, key: &ForeignKey) -> bool {
        let target = self.table(&key.table);
        target.is_some_and(|target| {
            let mut columns = key.target_columns.iter();
            columns.all(|column| target.column(column).is_some())
        })
    }

    /// A column, by exactly these names.
    pub(crate) fn column_mut(&mut self, table: &str, column: &str) -> Option<&mut Column> {
        let table = self.tables.iter_mut().find(|known| known.name == table)?;
        let mut columns = table.columns.iter_mut();
        columns.find(|known| known.name == column)
    }
}

/// One of several things that is renamed from this name while another one has it, or is renamed from it too: the name of
/// the one, and of the other. `names` are their names, and those that they are renamed from; `is_there` tells whether the
/// source has something of a name. What is there by its new name has been renamed before, unless names are exchanged, which looks
/// the same before and after it.
fn unclear<'n>(
    names: impl Iterator<Item = (&'n str, Option<&'n str>)> + Clone,
    old: &str,
    is_there: impl Fn(&str) -> bool,
) -> Option<(&'n str, &'n str)> {
    let mut renamed = names.clone().filter_map(|(name, from)| {
        let is_it = from.is_some_and(|from| from.eq_ignore_ascii_case(old));
        (is_it && !name.eq_ignore_ascii_case(old)).then_some(name)
    });
    let first = renamed
        .clone()
        .find(|name| !is_there(name) || is_ring(names.clone(), name, old))?;
    let own = names
        .map(|(name, _)| name)
        .find(|name| name.eq_ignore_ascii_case(old));
    let other = own.or_else(|| renamed.find(|name| *name != first));
    Some((first, other?))
}

/// Whether something gets the name `old` of another one that gets its own, directly or through others.
fn is_ring<'n>(
    names: impl Iterator<Item = (&'n str, Option<&'n str>)> + Clone,
    name: &str,
    old: &str,
) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    let mut next = Some(old);
    while let Some(at) = next.filter(|at| !seen.iter().any(|seen| seen.eq_ignore_ascii_case(at))) {
        if at.eq_ignore_ascii_case(name) {
            return true;
        }
        seen.push(at);
        let mut all = names.clone();
        let found = all.find(|(name, _)| name.eq_ignore_ascii_case(at));
        next = found.and_then(|(_, from)| from);
    }
    false
}
