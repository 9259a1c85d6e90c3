//! Foreign keys to UNIQUE columns that are no id.

use super::draft::{Id, TableDraft, ValueKeyDraft};
use crate::config::Config;
use crate::schema::{ForeignKey, OnDelete};

/// Puts a foreign key that does not point to an id among the keys by value of its table, with the names of the
/// translation. Returns a warning about what is different.
///
/// # Errors
/// Why it is none; `None` if what is known already says it.
pub(super) fn follow(
    tables: &mut [TableDraft],
    at: usize,
    key: &ForeignKey,
    config: &Config,
) -> Result<Option<&'static str>, Option<String>> {
    let draft = draft(tables, at, key, config)?;
    let (draft, warning) = draft;
    if !tables[at].value_keys.contains(&draft) {
        tables[at].value_keys.push(draft);
    }
    Ok(warning)
}

fn draft(
    tables: &[TableDraft],
    at: usize,
    key: &ForeignKey,
    config: &Config,
) -> Result<(ValueKeyDraft, Option<&'static str>), Option<String>> {
    let own = &tables[at];
    let target = tables
        .iter()
        .position(|table| table.name == key.table)
        .ok_or(None)?;
    let to = &tables[target];
    let columns = places(own, &key.columns).ok_or(None)?;
    let target_columns = places(to, &key.target_columns).ok_or(None)?;
    if columns.len() != target_columns.len() {
        return Err(None);
    }
    let is_unique = |set: &Vec<usize>| {
        set.len() == target_columns.len()
            && set.iter().all(|column| target_columns.contains(column))
    };
    if !to.uniques.iter().any(is_unique) {
        let names = to.column_names(&target_columns);
        return Err(Some(format!(
            "{names} is neither the id nor UNIQUE in {}",
            to.name
        )));
    }
    for (&one, &other) in columns.iter().zip(&target_columns) {
        let (one, other) = (&own.columns[one], &to.columns[other]);
        // A date is a text in the file, and names a text.
        if one.kind.sql() != other.kind.sql() {
            return Err(Some(format!(
                "`{}` and `{}.{}` do not hold the same type",
                one.name, to.name, other.name
            )));
        }
    }
    let said = match columns.as_slice() {
        [only] => config.on_delete(&own.name, &own.columns[*only].name),
        _ => None,
    };
    let on_delete = said.unwrap_or(key.on_delete);
    let not_null = columns.iter().any(|column| own.columns[*column].not_null);
    let warning = match on_delete {
        OnDelete::SetDefault => {
            Some("is kept with NO ACTION: ON DELETE SET DEFAULT is not supported")
        }
        OnDelete::SetNull if not_null => {
            Some("is kept with NO ACTION: ON DELETE SET NULL cannot be, a column is NOT NULL")
        }
        _ => None,
    };
    let key = ValueKeyDraft {
        columns,
        table: target,
        target_columns,
        on_delete: warning.map_or(on_delete, |_| OnDelete::NoAction),
    };
    Ok((key, warning))
}

/// The columns with these names; `None` if one is the id of the table, or not there, or named twice.
fn places(table: &TableDraft, names: &[String]) -> Option<Vec<usize>> {
    let mut places = Vec::new();
    for name in names {
        let place = table.position(name)?;
        if matches!(table.id, Id::Column(id) if id == place) || places.contains(&place) {
            return None;
        }
        places.push(place);
    }
    (!places.is_empty()).then_some(places)
}
