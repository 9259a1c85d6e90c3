//! Which column points to which table: declared foreign keys first, then names (`player_id` →
//! `players`).

use crate::config::{Config, References};
use crate::error::ModelError;
use crate::names;
use crate::schema::{Column, OnDelete, Schema, Table};

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
    let (target, found, on_delete) = if let Some(key) = table.foreign_key(&column.name) {
        (key.table.clone(), Found::Declared, key.on_delete)
    } else {
        let said = config
            .column(&table.name, &column.name)
            .and_then(|section| section.references.as_ref());
        match said.map(|references| references.get_ref()) {
            Some(References::Table(target)) => (target.clone(), Found::Config, OnDelete::NoAction),
            Some(References::No(_)) => return None,
            None => {
                let target = by_name(schema, config, column)?;
                (target.name.clone(), Found::Convention, OnDelete::NoAction)
            }
        }
    };
    Some(Relation {
        table: table.name.clone(),
        column: column.name.clone(),
        target,
        found,
        on_delete,
        unique: table.is_unique(&column.name),
        nullable: !column.not_null,
    })
}

/// All relations of the schema, in declaration order.
///
/// # Errors
/// [`ModelError`] for a foreign key that cannot be kept in memory.
pub fn relations(schema: &Schema, config: &Config) -> Result<Vec<Relation>, ModelError> {
    let mut found = Vec::new();
    for table in &schema.tables {
        declared(schema, table)?;
        for column in &table.columns {
            if let Some(relation) = relation(schema, config, table, column) {
                possible(column, &relation)?;
                found.push(relation);
            }
        }
    }
    Ok(found)
}

/// The table that a column's name speaks of. `owner_` before it is no part of the table's name.
fn by_name<'s>(schema: &'s Schema, config: &Config, column: &Column) -> Option<&'s Table> {
    let stem = column.name.strip_suffix("_id")?;
    if stem.is_empty() || !column.is_integer() || column.must_be_null && column.not_null {
        return None;
    }
    let named = |stem: &str| {
        schema.tables.iter().find(|table| {
            table.rowid_key
                && !table.has_surrogate_id()
                && match config.table(&table.name).and_then(|t| t.singular.as_ref()) {
                    Some(singular) => singular.get_ref() == stem,
                    None => {
                        table.name == names::plural(stem)
                            || table.name == stem
                            || names::singular(&table.name) == stem
                    }
                }
        })
    };
    named(stem).or_else(|| stem.strip_prefix("owner_").and_then(named))
}

/// Looks through the declared foreign keys for what cannot be kept.
fn declared(schema: &Schema, table: &Table) -> Result<(), ModelError> {
    for key in &table.foreign_keys {
        let [column] = key.columns.as_slice() else {
            return Err(ModelError::CompositeForeignKey {
                table: table.name.clone(),
                columns: key.columns.clone(),
            });
        };
        let Some(target) = schema.table(&key.table) else {
            return Err(ModelError::NoForeignTable {
                table: table.name.clone(),
                column: column.clone(),
                target: key.table.clone(),
            });
        };
        let to_id = target.rowid_key
            && match (key.target_columns.as_slice(), target.primary_key.as_slice()) {
                ([to], [id]) => to.eq_ignore_ascii_case(id),
                _ => false,
            };
        if !to_id {
            return Err(ModelError::ForeignKeyNotToId {
                table: table.name.clone(),
                column: column.clone(),
                target: target.name.clone(),
                target_column: key.target_columns.join(", "),
            });
        }
        if table.column(column).is_some_and(|own| own.primary_key) {
            return Err(ModelError::IdIsForeignKey {
                table: table.name.clone(),
                column: column.clone(),
            });
        }
        let same = |other: &&crate::schema::ForeignKey| other.columns == key.columns;
        if table.foreign_keys.iter().filter(same).count() > 1 {
            return Err(ModelError::TwoForeignKeys {
                table: table.name.clone(),
                column: column.clone(),
            });
        }
    }
    Ok(())
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
