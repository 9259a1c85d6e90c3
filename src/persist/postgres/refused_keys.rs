//! Which rows the server refuses for a key, by id or by value: rows that name one that is not there, and rows that are
//! named and go.

use std::collections::BTreeSet;

use crate::error::{BackendError, RefusedRow};
use crate::schema::TableId;

use super::error::Error;
use super::flush::ids_of;
use super::plan::{Group, Verb};
use super::refused::{START, constraint_on, refuse};
use super::schema::{Schema, Table, quoted};
use super::session::Session;

/// A key of a table, by id or by value, as columns that have to be the same.
struct Key<'s> {
    from: &'s Table,
    own: Vec<&'static str>,
    to: &'s Table,
    named: Vec<&'static str>,
}

impl<'s> Key<'s> {
    /// The keys of a table that the server keeps, and that name others by value.
    fn by_value(schema: &'s Schema, from: &'s Table) -> impl Iterator<Item = Self> {
        let keys = from.value_keys.iter().map(move |&n| {
            let key = &from.info.value_keys[n];
            let to = schema.table(key.table);
            let names = |table: &Table, columns: &[usize]| -> Vec<&'static str> {
                let names = columns.iter().map(|&column| table.info.columns[column]);
                names.collect()
            };
            Self {
                from,
                own: names(from, key.own_columns(from.info)),
                to,
                named: names(to, to.info.indexes[key.target_index].columns),
            }
        });
        keys.collect::<Vec<_>>().into_iter()
    }

    /// All keys of a table that the server keeps.
    fn of(schema: &'s Schema, from: &'s Table) -> impl Iterator<Item = Self> {
        let by_id = from.info.foreign_keys.iter().filter_map(move |key| {
            let to = schema.table(key.table?);
            Some(Self {
                from,
                own: vec![from.info.columns[key.column]],
                to,
                named: vec![to.info.id],
            })
        });
        by_id.chain(Self::by_value(schema, from))
    }

    /// That a row `t` of the one table names a row `p` of the other.
    fn is_named(&self) -> String {
        let pairs = self.own.iter().zip(&self.named);
        let same = pairs.map(|(own, named)| format!("p.{} = t.{}", quoted(named), quoted(own)));
        same.collect::<Vec<_>>().join(" AND ")
    }

    /// That a row `t` names a row, and none is there.
    fn dangles(&self) -> String {
        let own = self.own.iter().map(|own| quoted(own));
        let not_null: Vec<_> = own.map(|own| format!("t.{own} IS NOT NULL")).collect();
        format!(
            "{} AND NOT EXISTS (SELECT 1 FROM {} AS p WHERE {})",
            not_null.join(" AND "),
            self.to.name,
            self.is_named()
        )
    }

    fn columns(&self) -> String {
        self.own.join(", ")
    }

    fn rule(&self) -> Option<String> {
        constraint_on(self.from, &format!("FOREIGN KEY ({})", self.columns()))
    }

    fn no_parent(&self) -> BackendError {
        let (columns, table) = (self.columns(), self.to.info.name);
        BackendError::of_server(NoParent { columns, table }, Some("23503".into()))
    }

    fn has_children(&self) -> BackendError {
        let (columns, table) = (self.columns(), self.from.info.name);
        BackendError::of_server(HasChildren { columns, table }, Some("23503".into()))
    }
}

/// The rows that reference a row that is not there.
pub(super) fn without_parents(
    session: &Session,
    schema: &Schema,
    group: &Group<'_>,
    refused: &mut Vec<(TableId, RefusedRow)>,
) -> Result<(), Error> {
    let id = quoted(group.table.info.id);
    for key in Key::of(schema, group.table) {
        let mut written = group.columns();
        if !written.any(|(_, column)| key.own.contains(&column.name)) {
            continue;
        }
        let sql = format!(
            "SELECT t.{id} FROM {} AS t WHERE t.{id} = ANY($1) AND {} ORDER BY 1",
            group.table.name,
            key.dangles()
        );
        refuse(session, group, &sql, key.rule(), refused, |_| {
            key.no_parent()
        })?;
    }
    Ok(())
}

/// The rows that are deleted although others reference them by id, which memory does not have.
pub(super) fn with_children(
    session: &Session,
    schema: &Schema,
    group: &Group<'_>,
    refused: &mut Vec<(TableId, RefusedRow)>,
) -> Result<(), Error> {
    if group.verb != Verb::Delete {
        return Ok(());
    }
    for child in &schema.tables {
        for key in Key::of(schema, child) {
            if key.to.name != group.table.name || key.named != [group.table.info.id] {
                continue;
            }
            let (column, of) = (quoted(key.own[0]), &child.name);
            let sql =
                format!("SELECT DISTINCT {column} FROM {of} WHERE {column} = ANY($1) ORDER BY 1");
            refuse(session, group, &sql, key.rule(), refused, |_| {
                key.has_children()
            })?;
        }
    }
    Ok(())
}

/// The rows that are deleted, or get other values, although rows that memory does not have name them by value. What they
/// were named by is gone by now, so everything is rolled back to see it.
pub(super) fn find_named(
    session: &Session,
    schema: &Schema,
    written: &[Group<'_>],
    refused: &mut Vec<(TableId, RefusedRow)>,
) -> Result<(), Error> {
    let is_gone = |group: &&Group<'_>| matches!(group.verb, Verb::Delete | Verb::StepAside);
    let gone: Vec<_> = written.iter().filter(is_gone).collect();
    let tables: BTreeSet<&str> = gone.iter().map(|group| group.table.name.as_str()).collect();
    let mut dangling = Vec::new();
    for from in &schema.tables {
        for key in Key::by_value(schema, from) {
            if tables.contains(key.to.name.as_str()) {
                let id = quoted(from.info.id);
                let sql = format!(
                    "SELECT t.{id} FROM {} AS t WHERE {} AND t.{id} <> ALL($1) ORDER BY 1",
                    from.name,
                    key.dangles()
                );
                let ids = ids_of(session, &sql, &[])?;
                if !ids.is_empty() {
                    dangling.push((key, ids));
                }
            }
        }
    }
    if dangling.is_empty() {
        return Ok(());
    }
    session.batch(&format!("ROLLBACK TO {START}"))?;
    for (key, ids) in dangling {
        let listed: Vec<_> = ids.iter().map(i64::to_string).collect();
        for group in gone.iter().filter(|group| group.table.name == key.to.name) {
            let sql = format!(
                "SELECT DISTINCT p.{named_id} FROM {} AS p JOIN {} AS t ON {}
                 WHERE p.{named_id} = ANY($1) AND t.{} IN ({}) ORDER BY 1",
                key.to.name,
                key.from.name,
                key.is_named(),
                quoted(key.from.info.id),
                listed.join(", "),
                named_id = quoted(key.to.info.id),
            );
            refuse(session, group, &sql, key.rule(), refused, |_| {
                key.has_children()
            })?;
        }
    }
    Ok(())
}

#[derive(Debug, thiserror::Error)]
#[error("{columns} names a row of {table} that the server does not have")]
struct NoParent {
    columns: String,
    table: &'static str,
}

#[derive(Debug, thiserror::Error)]
#[error(
    "it goes, or gets other values, and a row of {table} that the server has names it in {columns}"
)]
struct HasChildren {
    columns: String,
    table: &'static str,
}
