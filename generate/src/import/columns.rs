//! The columns of a table that both sides have.

use rusqlite::{Statement, params_from_iter};

use super::queries::quoted;
use super::refusal::Wrong;
use super::report::MisfitKind;
use super::source::{Cell, SourceColumn, SourceTable};
use super::spelling::Spelling;
use super::value::{Converted, ValueKind, shown};
use super::written::{self, Kept, is_text_type};
use crate::schema::{Column, OwnerPair, Table};
use crate::sql::Dialect;

/// The columns of one table that both sides have, in the order of the new table.
#[derive(Debug)]
pub(super) struct CommonColumns<'t> {
    pub(super) table: &'t Table,
    columns: Vec<CommonColumn<'t>>,
    /// The position of the id among them, if the source has it.
    id: Option<usize>,
    /// Which columns of the source are needed; those that would be dropped are, to see whether they have values.
    pub(super) is_wanted: Vec<bool>,
    /// The columns of the source that the new table does not have, each with the number of its values.
    dropped: Vec<(usize, u64)>,
}

/// A column that both sides have.
#[derive(Debug)]
struct CommonColumn<'t> {
    name: &'t str,
    kind: ValueKind,
    spelling: Spelling,
    from: From<'t>,
    /// The number that stands for NULL in the source.
    none: Option<i64>,
    zero: Zero,
    /// How often it was met.
    n_none: u64,
    /// Whether the texts that it comes in are texts, and not the way in which numbers are sent.
    is_text: bool,
    /// The texts whose numbers are written otherwise: the first one, and how many.
    rewritten: (Option<Rewritten>, u64),
}

/// A text that is the same number, and another text.
#[derive(Clone, Debug)]
pub(super) struct Rewritten {
    pub(super) text: String,
    pub(super) number: String,
}

/// Where the value of a column comes from.
#[derive(Debug)]
enum From<'t> {
    /// A cell.
    Cell(usize),
    /// The cell of another column, for an id that is the key of its row in the source. That column reports what is
    /// wrong with it.
    Key(usize),
    /// The id of an owner, if the cell with the kind says that it is in this arm's table.
    Arm {
        pair: &'t OwnerPair,
        arm: usize,
        id: usize,
        kind: usize,
    },
}

impl<'t> From<'t> {
    /// `names` are the columns of the source. `None` if it has no value for this column.
    fn of(column: &Column, table: &'t Table, names: &[&str]) -> Option<Self> {
        let find = |name: &str| {
            names
                .iter()
                .position(|other| other.eq_ignore_ascii_case(name))
        };
        let arm = || {
            table.owner_pairs.iter().find_map(|pair| {
                let arm = pair.arms.iter().position(|arm| arm.column == column.name)?;
                let (id, kind) = (find(&pair.id)?, find(&pair.kind)?);
                Some(From::Arm {
                    pair,
                    arm,
                    id,
                    kind,
                })
            })
        };
        let key = || {
            let key = table.numbered_by().filter(|_| column.primary_key)?;
            table.place_of(table.column(key)?, names).map(From::Key)
        };
        let cell = table.place_of(column, names).map(From::Cell);
        cell.or_else(arm).or_else(key)
    }
}

/// How a number that stands for NULL in the source is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zero {
    /// It becomes NULL.
    Null,
    /// It is the id of a row.
    Stays,
    /// It stays until all rows were read, and becomes NULL if it is not the id of a row by then.
    Later,
}

impl<'t> CommonColumns<'t> {
    /// `zero` says what a number that stands for NULL becomes in a column.
    pub(super) fn of(
        source: &SourceTable,
        table: &'t Table,
        dialect: Dialect,
        zero: impl Fn(&str) -> Zero,
    ) -> Self {
        let names: Vec<&str> = source.columns.iter().map(|column| &*column.name).collect();
        let mut is_wanted = vec![false; source.columns.len()];
        let mut columns = Vec::new();
        for column in &table.columns {
            let Some(from) = From::of(column, table, &names) else {
                continue;
            };
            let place = match from {
                From::Cell(at) | From::Key(at) => at,
                From::Arm { id, kind, .. } => {
                    is_wanted[kind] = true;
                    id
                }
            };
            is_wanted[place] = true;
            let type_name = source.columns[place].type_name.as_str();
            columns.push(CommonColumn {
                name: &column.name,
                kind: ValueKind::of(column),
                spelling: Spelling::of(dialect, type_name, column),
                from,
                none: column.none,
                zero: match column.none {
                    Some(_) => zero(&column.name),
                    None => Zero::Stays,
                },
                n_none: 0,
                is_text: dialect == Dialect::Sqlite || is_text_type(type_name),
                rewritten: (None, 0),
            });
        }
        let is_dropped = |&at: &usize| !is_wanted[at];
        let dropped = (0..is_wanted.len())
            .filter(is_dropped)
            .map(|at| (at, 0))
            .collect();
        is_wanted.fill(true);
        let is_id = |column: &CommonColumn<'_>| {
            table.rowid_key && table.primary_key.iter().any(|name| name == column.name)
        };
        Self {
            table,
            id: columns.iter().position(is_id),
            columns,
            is_wanted,
            dropped,
        }
    }

    /// Counts the values of a row that the new table has no column for.
    pub(super) fn count_dropped(&mut self, cells: &[Cell<'_>]) {
        for (at, n_values) in &mut self.dropped {
            *n_values += u64::from(!matches!(cells[*at], Cell::Null | Cell::Default));
        }
    }

    /// The columns of the source that the new table does not have, with the number of their values.
    pub(super) fn dropped(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.dropped.iter().copied()
    }

    /// The statement that inserts a row of them. ABORT, whatever the schema declares with ON CONFLICT: a row that does
    /// not fit would be replaced, passed over or given a DEFAULT, and nobody would be told.
    pub(super) fn insert(&self) -> String {
        self.insert_or("ABORT")
    }

    fn insert_or(&self, conflict: &str) -> String {
        let into = quoted(&self.table.name);
        if self.columns.is_empty() {
            return format!("INSERT OR {conflict} INTO {into} DEFAULT VALUES");
        }
        let columns = self.columns.iter().map(|column| quoted(column.name));
        let columns: Vec<String> = columns.collect();
        let marks = vec!["?"; columns.len()].join(", ");
        format!(
            "INSERT OR {conflict} INTO {into} ({}) VALUES ({marks})",
            columns.join(", ")
        )
    }

    /// The statement that inserts a row in the place of those that have its unique values.
    pub(super) fn replace(&self) -> String {
        self.insert_or("REPLACE")
    }

    /// The statement that sets some columns of the row that has its unique values.
    pub(super) fn update(&self, names: &[String]) -> String {
        let is_set = |column: &&CommonColumn<'_>| {
            names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(column.name))
        };
        let set = self.columns.iter().filter(is_set).map(|column| {
            let name = quoted(column.name);
            format!("{name} = excluded.{name}")
        });
        let set: Vec<String> = set.collect();
        let insert = self.insert();
        match set.is_empty() {
            true => format!("{insert} ON CONFLICT DO NOTHING"),
            false => format!("{insert} ON CONFLICT DO UPDATE SET {}", set.join(", ")),
        }
    }

    /// Forgets the numbers that were met.
    pub(super) fn clear(&mut self) {
        for column in &mut self.columns {
            column.n_none = 0;
            column.rewritten = (None, 0);
        }
        for (_, n_values) in &mut self.dropped {
            *n_values = 0;
        }
    }

    /// The values of a row in the types of the new file. Values that do not fit are NULL there, and reported.
    pub(super) fn convert<'c>(&mut self, cells: &[Cell<'c>]) -> (Vec<Converted<'c>>, Vec<Wrong>) {
        let mut values = Vec::with_capacity(self.columns.len());
        let mut wrong = Vec::new();
        for column in &mut self.columns {
            let converted = match column.from {
                From::Key(at) => column.spelling.convert(column.kind, cells[at]),
                From::Cell(at) => column.number(cells[at]),
                From::Arm {
                    pair,
                    arm,
                    id,
                    kind,
                } => arm_of(pair, arm, cells[id], cells[kind]).and_then(|cell| column.number(cell)),
            };
            match (converted, column.none) {
                (Ok(Converted::Integer(value)), Some(number))
                    if value == number && column.zero == Zero::Null =>
                {
                    column.n_none += 1;
                    values.push(Converted::Null);
                }
                (Ok(value), _) => values.push(value),
                (Err(_), _) if matches!(column.from, From::Key(_)) => values.push(Converted::Null),
                (Err(why), _) => {
                    let (From::Cell(at) | From::Key(at) | From::Arm { id: at, .. }) = column.from;
                    wrong.push(Wrong {
                        column: column.name.to_owned(),
                        why,
                        kind: match is_readable(cells[at]) {
                            true => MisfitKind::Conversion,
                            false => MisfitKind::Unreadable,
                        },
                    });
                    values.push(Converted::Null);
                }
            }
        }
        (values, wrong)
    }

    /// The id among the values of a row.
    pub(super) fn id(&self, values: &[Converted<'_>]) -> Option<i64> {
        values[self.id?].integer()
    }

    /// An integer among the values of a row.
    pub(super) fn integer(&self, values: &[Converted<'_>], name: &str) -> Option<i64> {
        let at = self.columns.iter().position(|own| own.name == name)?;
        values[at].integer()
    }

    /// The columns in which a number was met that stands for NULL: the number, and how often.
    pub(super) fn nones(&self) -> impl Iterator<Item = (&'t str, i64, u64)> {
        let met = self.columns.iter().filter(|column| column.n_none > 0);
        met.filter_map(|column| Some((column.name, column.none?, column.n_none)))
    }

    /// The columns with texts whose numbers are written otherwise: the first one, and how many.
    pub(super) fn rewritten(&self) -> impl Iterator<Item = (&'t str, &Rewritten, u64)> {
        let columns = self.columns.iter();
        columns.filter_map(|column| {
            let (first, n) = &column.rewritten;
            Some((column.name, first.as_ref()?, *n))
        })
    }

    /// Sets the numbers to NULL that were to become NULL later, because the row is refused with them. Returns
    /// whether there was one.
    pub(super) fn set_null(&mut self, values: &mut [Converted<'_>]) -> bool {
        let mut is_changed = false;
        for (column, value) in self.columns.iter_mut().zip(values) {
            let is_later = column.zero == Zero::Later && column.none.is_some();
            if is_later && value.integer() == column.none {
                *value = Converted::Null;
                column.n_none += 1;
                is_changed = true;
            }
        }
        is_changed
    }

    pub(super) fn with_names<'v, 'c>(
        &self,
        values: &'v [Converted<'c>],
    ) -> Vec<(&'t str, &'v Converted<'c>)> {
        let names = self.columns.iter().map(|column| column.name);
        names.zip(values).collect()
    }

    /// Inserts a row with its statement.
    pub(super) fn execute(
        statement: &mut Statement<'_>,
        values: &[Converted<'_>],
    ) -> rusqlite::Result<usize> {
        statement.execute(params_from_iter(values))
    }
}

impl CommonColumn<'_> {
    /// The value of a cell, which counts if it is a text that becomes a number.
    ///
    /// # Errors
    /// The reason why it cannot be converted.
    fn number<'c>(&mut self, cell: Cell<'c>) -> Result<Converted<'c>, String> {
        let converted = self.spelling.convert(self.kind, cell)?;
        let Cell::Text(text) = cell else {
            return Ok(converted);
        };
        if !self.is_text || self.kind == ValueKind::Bool {
            return Ok(converted);
        }
        let kept = match converted {
            Converted::Integer(integer) => written::integer(text, integer),
            Converted::Real(real) => written::real(text, real),
            _ => Kept::Text,
        };
        match kept {
            Kept::Text => {}
            Kept::Number => {
                let (first, n) = &mut self.rewritten;
                *n += 1;
                first.get_or_insert_with(|| Rewritten {
                    text: shown(cell),
                    number: converted.shown(),
                });
            }
            Kept::Part => return Err(self.kind.refusal(cell)),
        }
        Ok(converted)
    }
}

/// Whether a value can be read at all, as some type.
fn is_readable(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Expression(_) => false,
        Cell::Text(bytes) => std::str::from_utf8(bytes).is_ok(),
        _ => true,
    }
}

/// The value of one column of an owner, from the two columns of the source. For a kind without a column the
/// first one reports it.
fn arm_of<'c>(
    pair: &OwnerPair,
    arm: usize,
    id: Cell<'c>,
    kind: Cell<'c>,
) -> Result<Cell<'c>, String> {
    let word = match ValueKind::Text.convert(kind)? {
        Converted::Text(word) => word,
        _ => return Ok(Cell::Null),
    };
    if pair.arms[arm].value == word {
        return Ok(id);
    }
    let is_known = pair.arms.iter().any(|arm| arm.value == word);
    if arm > 0 || is_known || id == Cell::Null {
        return Ok(Cell::Null);
    }
    let whole = format!("{} {word}", pair.kind);
    ValueKind::Integer.convert(Cell::Text(whole.as_bytes()))?;
    Ok(Cell::Null)
}

/// The columns of a table as its source has them.
pub(super) fn columns_of(table: &Table) -> Option<Vec<SourceColumn>> {
    if !table.owner_pairs.is_empty() {
        return None;
    }
    let is_surrogate = |column: &Column| column.primary_key && table.has_surrogate_id();
    let is_own = |column: &&Column| !column.generated && !is_surrogate(column);
    let columns = table.columns.iter().filter(is_own).map(|column| {
        let source = column.source_type.as_deref().unwrap_or_default();
        let base = source.split(['(', '[']).next().unwrap_or_default();
        SourceColumn {
            name: column.name.clone(),
            type_name: base.trim_end_matches(" unsigned").to_owned(),
        }
    });
    Some(columns.collect())
}
