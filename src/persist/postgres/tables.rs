//! The tables of a world on a server, for programs that have a schema and no models.

use std::path::PathBuf;

use crate::error::{Error, FileError};
use crate::schema::TableInfo;
use crate::schema::graph::TableOrder;
use crate::store::table::stored::Tables;

use super::schema::Schema;

/// The tables that a world of this name has on a PostgreSQL server: what
/// [`Database::connect`](crate::Database::connect) makes, and what it compares with.
///
/// They are made from the same description of the tables that models have, so a program that has read the schema and
/// compiles no models, as the `gamedb` command, gets the same ones.
#[derive(Debug)]
pub struct ServerTables {
    pub(super) schema: Schema,
    pub(super) order: TableOrder,
    /// The same tables in SQLite's dialect.
    pub(super) ddl: String,
}

impl ServerTables {
    /// The tables of a world: their description, and the statements that make them in SQLite.
    ///
    /// # Errors
    /// [`FileError::Unportable`] for names and columns that have no equal on a server, and for statements that SQLite
    /// does not take.
    pub fn new(world: &str, tables: &[&'static TableInfo], ddl: &str) -> Result<Self, Error> {
        Ok(Self::of(world, tables, ddl)?)
    }

    fn of(world: &str, tables: &[&'static TableInfo], ddl: &str) -> Result<Self, FileError> {
        let unportable = |what| FileError::Unportable {
            path: unnamed(world),
            what,
        };
        Ok(Self {
            schema: Schema::of(world, tables, ddl).map_err(unportable)?,
            order: TableOrder::of(tables),
            ddl: ddl.to_owned(),
        })
    }

    /// Leaves room in each page of a table for new versions of its rows (a fill factor of 85), for a table whose rows
    /// change all the time: they stay in their page then, and no index has to learn of them. A world with such tables
    /// is no other world.
    ///
    /// # Errors
    /// [`FileError::Unportable`] if there is no such table.
    pub fn with_room_in(mut self, table: &str) -> Result<Self, Error> {
        let mut tables = self.schema.tables.iter_mut();
        match tables.find(|own| own.info.name == table) {
            Some(own) => own.is_hot = true,
            None => {
                return Err(FileError::Unportable {
                    path: unnamed(&self.schema.world),
                    what: format!("the schema has no table {table} to leave room in"),
                }
                .into());
            }
        }
        Ok(self)
    }

    /// The statements that make an empty world, in their order, each with its semicolon.
    #[must_use]
    pub fn statements(&self) -> String {
        self.schema.statements(&self.order).join(";\n") + ";\n"
    }

    /// What the models say of the tables and the server does not keep, because PostgreSQL would decide otherwise for some
    /// row, or has no equal: each with its table, for people. Memory alone keeps it.
    #[must_use]
    pub fn kept_by_memory(&self) -> Vec<String> {
        let tables = self.schema.tables.iter();
        let all = tables.flat_map(|table| {
            let name = table.info.name;
            let kept = table.kept_by_memory.iter();
            kept.map(move |what| format!("table {name}: {what}"))
        });
        all.collect()
    }
}

/// The tables of these models.
pub(in crate::persist) fn server_tables<T: Tables>(world: &str) -> Result<ServerTables, FileError> {
    ServerTables::of(world, T::INFO, T::DDL)
}

/// The address of a world on no server in particular.
fn unnamed(world: &str) -> PathBuf {
    PathBuf::from(format!("postgres:{world}"))
}
