//! Whether the rows of a file fit a new schema: the value of each column, and the rows that do not fit.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::persist::sqlite::statements::quoted;

use super::layout::{Column, Table};
use super::step::Misfits;

/// How many ids of rows are listed.
const N_LISTED: usize = 5;

/// The values of one table's rows, each as an expression over the table in the file.
#[derive(Debug)]
pub(super) struct Mapping {
    /// The table's name in the file.
    pub(super) old: String,
    /// Columns of the new table with the expression of their values; columns that are not here get their DEFAULT.
    pub(super) values: Vec<(String, String)>,
}

impl Mapping {
    pub(super) fn value(&self, column: &str) -> Option<&str> {
        let mut values = self.values.iter();
        let found = values.find(|(name, _)| name.eq_ignore_ascii_case(column));
        found.map(|(_, value)| value.as_str())
    }

    /// The rows with the names of the new table, read from a table of this name.
    pub(super) fn select_from(&self, table: &str) -> String {
        let values = self.values.iter();
        let values = values.map(|(name, value)| format!("{value} AS {}", quoted(name)));
        let values = values.collect::<Vec<_>>().join(", ");
        format!("SELECT {values} FROM {}", quoted(table))
    }

    /// The rows, as they will be, for which a condition holds. The condition names columns of the new table.
    pub(super) fn misfits(
        &self,
        file: &Connection,
        id: &str,
        condition: &str,
    ) -> rusqlite::Result<Misfits> {
        let rows = self.select_from(&self.old);
        misfits(file, &format!("FROM ({rows}) WHERE {condition}"), id)
    }
}

/// The rows of a FROM clause: how many, and the first ids.
pub(super) fn misfits(file: &Connection, from: &str, id: &str) -> rusqlite::Result<Misfits> {
    let count = format!("SELECT count(*) {from}");
    let n: i64 = file.query_row(&count, [], |row| row.get(0))?;
    let mut first = Vec::new();
    if n > 0 {
        let id = quoted(id);
        let mut statement = file.prepare(&format!(
            "SELECT {id} {from} ORDER BY {id} LIMIT {N_LISTED}"
        ))?;
        let ids = statement.query_map([], |row| row.get(0))?;
        first = ids.collect::<rusqlite::Result<_>>()?;
    }
    Ok(Misfits {
        n: n.unsigned_abs(),
        first,
    })
}

/// The same for a table that may have no id: without one, rows are only counted.
pub(super) fn rows(file: &Connection, from: &str, id: Option<&str>) -> rusqlite::Result<Misfits> {
    if let Some(id) = id {
        return misfits(file, from, id);
    }
    let count = format!("SELECT count(*) {from}");
    let n: i64 = file.query_row(&count, [], |row| row.get(0))?;
    Ok(Misfits {
        n: n.unsigned_abs(),
        first: Vec::new(),
    })
}

/// The value of a column after a change of its type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Conversion {
    /// The new value, as an expression.
    pub(super) value: String,
    /// Holds for a row whose value would become another one; `None` if all values fit.
    pub(super) misfit: Option<String>,
}

/// How the values of a column become those of another type. `None` if no conversion between the two types is
/// certain to mean the same.
pub(super) fn conversion(old: &Column, new: &Column, is_old_strict: bool) -> Option<Conversion> {
    let value = quoted(&old.name);
    let stored = match new.ty.as_str() {
        "INTEGER" => "integer",
        "REAL" => "real",
        "TEXT" => "text",
        "BLOB" => "blob",
        _ => "",
    };
    if old.ty == new.ty && (is_old_strict || stored.is_empty()) || new.ty == "ANY" {
        return Some(Conversion {
            value,
            misfit: None,
        });
    }
    let cast = |ty: &str| format!("CAST({value} AS {ty})");
    if !is_old_strict {
        // A column of a table that is not STRICT holds values of any type, so each value is asked for its own.
        let misfit = match stored {
            // SQLite compares an integer with a float exactly.
            "real" => format!(
                "typeof({value}) NOT IN ('real', 'integer', 'null') \
                 OR typeof({value}) = 'integer' AND NOT ({} = {value})",
                cast("REAL")
            ),
            "" => return None,
            stored => format!("typeof({value}) NOT IN ('{stored}', 'null')"),
        };
        return Some(Conversion {
            misfit: Some(misfit),
            value,
        });
    }
    // BINARY, because the column's own collation may take `7 ` for `7`.
    let differs = |there: &str, back: &str| {
        format!(
            "{value} IS NOT NULL AND CAST(CAST({value} AS {there}) AS {back}) IS NOT {value} COLLATE BINARY"
        )
    };
    let equal = |ty: &str| format!("NOT ({} = {value})", cast(ty));
    let misfit = match (old.ty.as_str(), new.ty.as_str()) {
        // Every integer is one text, and every text one sequence of bytes.
        ("INTEGER", "TEXT") | ("TEXT", "BLOB") => None,
        // SQLite compares an integer with a float exactly.
        ("INTEGER", "REAL") | ("REAL", "INTEGER") => Some(equal(&new.ty)),
        ("REAL", "TEXT") => Some(differs("TEXT", "REAL")),
        ("TEXT", "INTEGER") => Some(differs("INTEGER", "TEXT")),
        ("TEXT", "REAL") => Some(is_no_real(&value)),
        _ => return None,
    };
    Some(Conversion {
        value: cast(&new.ty),
        misfit,
    })
}

/// The rows as a new table stores and compares them: with the types that its columns convert to, and with their
/// collations.
pub(super) fn stored(mapping: &Mapping, new: &Table) -> String {
    let values = mapping.values.iter().map(|(name, value)| {
        let column = new.column(name);
        // A STRICT table takes a value only if it is of the type, or becomes one without a loss.
        let typed = match column.map_or("", |column| column.ty.as_str()) {
            ty @ ("INTEGER" | "REAL" | "TEXT" | "BLOB") if new.options.contains("STRICT") => {
                format!("CAST({value} AS {ty})")
            }
            _ => value.clone(),
        };
        let collation = column.and_then(Column::collation).unwrap_or("BINARY");
        format!("{typed} COLLATE {collation} AS {}", quoted(name))
    });
    let values = values.collect::<Vec<_>>().join(", ");
    format!("SELECT {values} FROM {}", quoted(&mapping.old))
}

/// Holds for a text that is not the number which it becomes, as a person would write it. The zeros behind a fraction say
/// nothing (`1.50` is 1.5), but those in front do (`007`), as do blanks. Up to 15 digits are those of one number, unless
/// it is infinite, or too small to have them all; up to 17 are if the number gives them back.
fn is_no_real(value: &str) -> String {
    let real = format!("CAST({value} AS REAL)");
    let digits = |text: &str| {
        let mantissa = format!("substr({text}, 1, instr(lower({text}) || 'e', 'e') - 1)");
        format!("trim(replace(replace({mantissa}, '.', ''), '-', ''), '0')")
    };
    let own = digits(value);
    let back = digits(&format!("format('%!.*g', length({own}), {real})"));
    // The first comparison converts a text that is a number, and only such a text; it does not see a NUL.
    let is_kept = [
        format!("{real} = {value}"),
        format!("instr({value}, char(0)) = 0"),
        format!("{value} NOT GLOB '*[^-0-9.eE+]*'"),
        format!("{value} NOT GLOB '+*'"),
        format!("ltrim({value}, '-') NOT GLOB '0[0-9]*'"),
        format!("abs({real}) < 9e999"),
        format!("({own} = '' OR abs({real}) >= {:e})", f64::MIN_POSITIVE),
        format!("(length({own}) <= 15 OR length({own}) <= 17 AND {back} = {own})"),
    ];
    format!("{value} IS NOT NULL AND NOT ({})", is_kept.join(" AND "))
}

/// The condition that a row's values in these columns are those of another row.
pub(super) fn duplicates(mapping: &Mapping, columns: &[(String, String)], id: &str) -> String {
    let rows = mapping.select_from(&mapping.old);
    let collated = |side: &str| {
        let parts = columns
            .iter()
            .map(|(name, collation)| format!("{side}{} COLLATE {collation}", quoted(name)));
        parts.collect::<Vec<_>>().join(", ")
    };
    let not_null = columns
        .iter()
        .map(|(name, _)| format!("{} IS NOT NULL", quoted(name)));
    let not_null = not_null.collect::<Vec<_>>().join(" AND ");
    format!(
        "FROM (SELECT {id}, count(*) OVER (PARTITION BY {}) AS gamedb_n FROM ({rows}) WHERE {not_null}) WHERE gamedb_n > 1",
        collated(""),
        id = quoted(id),
    )
}

/// The rows that have the same value of an expression as rows with another value in a column. Values are compared as
/// SQL writes them, because NULL is one, and 1 is not 1.0.
pub(super) fn merged(table: &str, id: &str, column: &str, expression: &str) -> String {
    let (table, id, column) = (quoted(table), quoted(id), quoted(column));
    format!(
        "FROM (WITH gamedb_values AS MATERIALIZED (
             SELECT {id}, quote({column}) AS gamedb_old, quote(({expression})) AS gamedb_new FROM {table}
         ) SELECT {id} FROM gamedb_values WHERE gamedb_new IN (
             SELECT gamedb_new FROM gamedb_values GROUP BY gamedb_new HAVING min(gamedb_old) <> max(gamedb_old)))"
    )
}

/// Adds the values of a table's columns: kept ones, converted ones, and those of a `fill`.
pub(super) fn mapping(
    new: &Table,
    old: &Table,
    source: impl Fn(&Column) -> Option<String>,
    fills: &BTreeMap<(String, String), String>,
) -> Mapping {
    let mut values = Vec::new();
    for column in new.columns.iter().filter(|column| !column.is_generated) {
        let fill = fills.get(&(new.name.to_lowercase(), column.name.to_lowercase()));
        let value = match fill {
            Some(fill) => Some(format!("({fill})")),
            None => source(column),
        };
        if let Some(value) = value {
            values.push((column.name.clone(), value));
        }
    }
    Mapping {
        old: old.name.clone(),
        values,
    }
}
