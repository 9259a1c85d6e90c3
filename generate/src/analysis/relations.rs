//! Which column points to which table: declared foreign keys first, then names (`player_id` →
//! `players`).

use super::guess::{Guess, guess};
use crate::config::{Config, References};
use crate::error::ModelError;
use crate::schema::{Column, ForeignKey, OnDelete, Schema, Table};

/// How a relation was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// `REFERENCES` or `FOREIGN KEY`.
    Declared,
    /// `gamedb.toml` says so.
    Config,
    /// By the column's name.
    Convention,
}

impl Found {
    /// A word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Config => "config",
            Self::Convention => "convention",
        }
    }
}

/// A column that points to a table's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The table that the column is in.
    pub table: String,
    /// The column.
    pub column: String,
    /// The table it points to.
    pub target: String,
    /// How it was found.
    pub found: Found,
    /// What happens to this row when the other one goes; nothing is allowed to, by convention.
    pub on_delete: OnDelete,
    /// Whether the column is UNIQUE: at most one row points to each.
    pub unique: bool,
    /// Whether the column may be NULL.
    pub nullable: bool,
}

impl Relation {
    /// Whether it points to rows of its own table.
    pub fn is_self_reference(&self) -> bool {
        self.table == self.target
    }
}

/// The relation of one column.
pub fn relation(
    schema: &Schema,
    config: &Config,
    table: &Table,
    column: &Column,
) -> Option<Relation> {
    if column.primary_key {
        return None;
    }
    let (target, found, on_delete) = if table.is_in_key(&column.name) {
        let followed = |key: &&ForeignKey| {
            key.columns.as_slice() == [column.name.as_str()]
                && why_not(schema, table, key).is_none()
        };
        let key = table.foreign_keys.iter().find(followed)?;
        let target = schema.table(&key.table)?;
        (target.name.clone(), Found::Declared, key.on_delete)
    } else {
        let said = config.references(&table.name, &column.name);
        let own = config.column(&table.name, &column.name);
        let is_for_all = own.is_none_or(|section| section.references.is_none());
        match said.map(|references| references.get_ref()) {
            // A line for all tables is not for a column of texts that has the same name.
            Some(_) if is_for_all && !column.is_integer() => return None,
            Some(References::No(_)) => return None,
            Some(References::Table(target)) => (target.clone(), Found::Config, OnDelete::NoAction),
            None => {
                let Guess::One(target) = guess(schema, config, table, column) else {
                    return None;
                };
                (target.name.clone(), Found::Convention, OnDelete::NoAction)
            }
        }
    };
    Some(Relation {
        table: table.name.clone(),
        column: column.name.clone(),
        target,
        found,
        on_delete: config
            .on_delete(&table.name, &column.name)
            .unwrap_or(on_delete),
        unique: table.is_unique(&column.name),
        nullable: !column.not_null,
    })
}

/// The relations of each table, in the order of the tables.
pub(crate) fn by_table(schema: &Schema, config: &Config) -> Vec<Vec<Relation>> {
    let of_table = |table: &Table| {
        let columns = table.columns.iter();
        columns
            .filter_map(|column| relation(schema, config, table, column))
            .collect()
    };
    schema.tables.iter().map(of_table).collect()
}

/// Notes about columns whose names fit several tables, so that none is taken.
pub(crate) fn ambiguous(schema: &Schema, config: &Config) -> Vec<String> {
    let mut notes = Vec::new();
    for table in &schema.tables {
        for column in &table.columns {
            let decided = column.primary_key
                || table.is_in_key(&column.name)
                || config.references(&table.name, &column.name).is_some();
            if decided {
                continue;
            }
            if let Guess::Several(targets) = guess(schema, config, table, column) {
                let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
                let lines = names.iter().map(|name| format!("references = {name:?}`"));
                let lines = lines.collect::<Vec<_>>().join(" or `");
                let place = format!("{}.{}", table.name, column.name);
                notes.push(format!(
                    "column {place}: its name fits the tables {}; `[columns.{place:?}] {} says which one is \
                     meant, `references = false` that none is",
                    names.join(" and "),
                    lines,
                ));
            }
        }
    }
    notes
}

/// The columns of foreign keys that are not followed, where their names look like keys to another table.
pub(crate) fn misleading(schema: &Schema, config: &Config) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for table in &schema.tables {
        for column in &table.columns {
            let is_key = |key: &ForeignKey| key.columns.as_slice() == [column.name.as_str()];
            if table.unfollowed_keys.iter().any(is_key)
                && guess(schema, config, table, column) != Guess::None
            {
                found.push((table.name.clone(), column.name.clone()));
            }
        }
    }
    found
}

/// A NOT NULL column that has to be NULL where it points to no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nullable {
    pub(crate) table: String,
    pub(crate) column: String,
    /// The number that stands for none, if one does.
    pub(crate) none: Option<i64>,
    /// Whether nothing but its name says that it points to a table.
    pub(crate) is_guess: bool,
}

/// The columns that have to become nullable: those for which the config names a number that means none, and
/// those that point to a table by their names alone and have a number as DEFAULT, such as `guild_id INT NOT NULL
/// DEFAULT 0`, which need not be a row's. Columns of UNIQUE sets are not among the latter, because a
/// row cannot be without its key.
pub(crate) fn nullable(schema: &Schema, config: &Config) -> Vec<Nullable> {
    let of_column = |table: &Table, column: &Column| {
        if !column.not_null {
            return None;
        }
        let made = |none, is_guess| Nullable {
            table: table.name.clone(),
            column: column.name.clone(),
            none,
            is_guess,
        };
        if let Some(none) = config.none(&table.name, &column.name) {
            return Some(made(Some(none), false));
        }
        let default: i64 = column.default.as_deref()?.parse().ok()?;
        let in_key = |name: &String| name.eq_ignore_ascii_case(&column.name);
        let mut uniques = table.uniques.iter();
        let found = relation(schema, config, table, column)?.found;
        if found != Found::Convention || uniques.any(|key| key.columns.iter().any(in_key)) {
            return None;
        }
        Some(made((default == 0).then_some(0), true))
    };
    let columns = schema.tables.iter().flat_map(|table| {
        let columns = table.columns.iter();
        columns.filter_map(move |column| of_column(table, column))
    });
    columns.collect()
}

/// A declared foreign key that is not followed in memory: its columns are plain ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfollowed {
    /// The table that the key is in.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table it points to, whether or not that is there.
    pub target: String,
    /// The columns it points to.
    pub target_columns: Vec<String>,
    /// What should happen to this row when the other one goes.
    pub on_delete: OnDelete,
    /// Why it is not followed.
    pub why: String,
}

/// All relations of the schema, in declaration order, and the declared foreign keys that are not followed.
///
/// # Errors
/// [`ModelError`] for a foreign key that cannot be kept in memory.
pub fn relations(
    schema: &Schema,
    config: &Config,
) -> Result<(Vec<Relation>, Vec<Unfollowed>), ModelError> {
    let mut found = Vec::new();
    let mut unfollowed = Vec::new();
    for table in &schema.tables {
        own_id(table)?;
        for column in &table.columns {
            if let Some(relation) = relation(schema, config, table, column) {
                possible(column, &relation)?;
                found.push(relation);
            }
        }
        let mut followed: Vec<&ForeignKey> = Vec::new();
        for key in table.foreign_keys.iter().chain(&table.unfollowed_keys) {
            let why = why_not(schema, table, key).or_else(|| {
                let other = followed.iter().find(|other| other.columns == key.columns)?;
                (*other != key).then(|| format!("the column points to {} already", other.table))
            });
            match why {
                None => followed.push(key),
                Some(why) => unfollowed.push(Unfollowed {
                    table: table.name.clone(),
                    columns: key.columns.clone(),
                    target: key.table.clone(),
                    target_columns: key.target_columns.clone(),
                    on_delete: key.on_delete,
                    why,
                }),
            }
        }
    }
    Ok((found, unfollowed))
}

/// Why a declared foreign key is not followed in memory; `None` if it is: a single column that points to
/// a table's id.
fn why_not(schema: &Schema, table: &Table, key: &ForeignKey) -> Option<String> {
    let [column] = key.columns.as_slice() else {
        return Some("it has several columns".to_owned());
    };
    let Some(target) = schema.table(&key.table) else {
        return Some(format!("the schema has no table {:?}", key.table));
    };
    let to_id = target.rowid_key
        && match (key.target_columns.as_slice(), target.primary_key.as_slice()) {
            ([to], [id]) => to.eq_ignore_ascii_case(id),
            _ => false,
        };
    if !to_id {
        let to = key.target_columns.join(", ");
        return Some(format!("{}.{to} is not that table's id", target.name));
    }
    let plain = |column: &&Column| column.is_integer() && column.allowed.is_none();
    match table.column(column) {
        Some(column) if !plain(&column) => {
            Some(format!("`{}` does not hold ids", column.declaration))
        }
        _ => None,
    }
}

/// Refuses an id that points to another table.
fn own_id(table: &Table) -> Result<(), ModelError> {
    let is_id = |name: &String| table.column(name).is_some_and(|column| column.primary_key);
    let keys = table.foreign_keys.iter();
    let mut single = keys.filter_map(|key| match key.columns.as_slice() {
        [only] => Some(only),
        _ => None,
    });
    match single.find(|column| is_id(column)) {
        None => Ok(()),
        Some(column) => Err(ModelError::IdIsForeignKey {
            table: table.name.clone(),
            column: column.clone(),
        }),
    }
}

fn possible(column: &Column, relation: &Relation) -> Result<(), ModelError> {
    let bad_action = |why| ModelError::OnDelete {
        table: relation.table.clone(),
        column: relation.column.clone(),
        action: relation.on_delete,
        why,
    };
    if !column.is_integer() || column.allowed.is_some() {
        return Err(ModelError::ForeignKeyType {
            table: relation.table.clone(),
            column: relation.column.clone(),
            declared: column.declaration.clone(),
        });
    }
    match relation.on_delete {
        OnDelete::SetDefault => Err(bad_action("is not supported yet")),
        OnDelete::SetNull if column.not_null => {
            Err(bad_action("cannot be: the column is NOT NULL"))
        }
        _ => Ok(()),
    }
}
