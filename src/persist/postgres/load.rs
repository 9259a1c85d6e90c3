//! Loading a world from a server into memory, all of it as it is at one moment, or a list of what does not fit.

use tokio_postgres::types::{FromSql, Type};

use crate::error::{FileError, Problem, ProblemKind};
use crate::persist::loading::{TooLarge, reserve_rows, take_over_next_id};
use crate::schema::graph::TableOrder;
use crate::schema::value::{ColumnKind, Value};
use crate::schema::{TableId, TableKind};
use crate::store::row::reader::{Cell, ColumnProblem};
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::binary::{Incoming, Malformed};
use super::error::{Error, Lost};
use super::fence::{self, State};
use super::mail;
use super::schema::{NEXT_IDS, Schema, Table, quoted};
use super::session::Session;

/// A world, and which state of it.
pub(super) struct Loaded<T: Tables> {
    pub(super) world: World<T>,
    pub(super) state: State,
    problems: Vec<Problem>,
    /// What memory has no room for. Nothing more is loaded.
    too_large: Option<TooLarge>,
}

impl<T: Tables> Loaded<T> {
    /// Refuses a world with rows that do not fit.
    pub(super) fn refuse_problems(
        self,
        path: &std::path::Path,
    ) -> Result<(World<T>, State), FileError> {
        let path = path.to_owned();
        if let Some((table, n_rows)) = self.too_large {
            return Err(FileError::TooLarge {
                path,
                table,
                n_rows,
            });
        }
        if !self.problems.is_empty() {
            return Err(FileError::Rows {
                path,
                problems: self.problems,
                blocks: Vec::new(),
            });
        }
        Ok((self.world, self.state))
    }
}

/// Loads a whole world, in a transaction that only reads.
pub(super) fn load<T: Tables>(
    session: &Session,
    schema: &Schema,
    order: &TableOrder,
) -> Result<Loaded<T>, Lost> {
    session.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    let loaded = read(session, schema, order);
    if loaded.is_ok() {
        session.batch("COMMIT")?;
    } else if !session.is_lost() {
        session.batch("ROLLBACK")?;
    }
    loaded
}

fn read<T: Tables>(
    session: &Session,
    schema: &Schema,
    order: &TableOrder,
) -> Result<Loaded<T>, Lost> {
    let mut loaded = Loaded {
        world: World::<T>::new(),
        state: fence::read(session, schema)?,
        problems: Vec::new(),
        too_large: None,
    };
    let counts = estimates(session, schema)?;
    for &id in &order.make_room {
        if let Err(table) = reserve_rows(&mut *loaded.world.tables, id, &counts) {
            loaded.too_large = Some(table);
            return Ok(loaded);
        }
        let tables = &mut *loaded.world.tables;
        session.stream(&select_ids(schema.table(id)), |row| {
            tables.table_mut(id).preallocate(row.try_get(0)?);
            Ok(())
        })?;
    }
    for &id in &order.tables {
        if let Err(table) = reserve_rows(&mut *loaded.world.tables, id, &counts) {
            loaded.too_large = Some(table);
            return Ok(loaded);
        }
        load_table(session, schema.table(id), id, &mut loaded)?;
    }
    load_next_ids(session, schema, &mut *loaded.world.tables)?;
    mail::load(session, schema, &mut loaded.world.mail)?;
    for &id in &order.tables {
        let problems = without_owner::<T>(session, schema, &loaded.world.tables, id)?;
        loaded.problems.extend(problems);
    }
    let cycles = loaded.world.ownership_cycles();
    loaded.problems.extend(cycles);
    Ok(loaded)
}

/// All rows in order of their ids: the id, and the columns. Rows that were changed are anywhere in the server's pages,
/// and neighbouring ids belong to neighbouring rows of memory.
///
/// They come by COPY: what the client does for each row of a query took longer than what memory does with it.
fn copy_all(table: &Table) -> String {
    let columns = [table.info.id].into_iter();
    let columns = columns.chain(table.info.columns.iter().copied());
    let columns: Vec<_> = columns.map(quoted).collect();
    let id = quoted(table.info.id);
    format!(
        "COPY (SELECT {} FROM {} ORDER BY {id}) TO STDOUT (FORMAT binary)",
        columns.join(", "),
        table.name
    )
}

fn select_ids(table: &Table) -> String {
    let id = quoted(table.info.id);
    format!("SELECT {id} FROM {} ORDER BY {id}", table.name)
}

fn load_table<T: Tables>(
    session: &Session,
    table: &Table,
    id: TableId,
    loaded: &mut Loaded<T>,
) -> Result<(), Error> {
    let tables = &mut *loaded.world.tables;
    let load_row = tables.table(id).loader();
    let problems = &mut loaded.problems;
    let kinds: Vec<ColumnKind> = table.columns.iter().map(|column| column.kind).collect();
    let mut incoming = Incoming::default();
    session.copy(&copy_all(table), |bytes| {
        incoming.rows(bytes, &kinds, |row_id, cells| {
            match not_a_number(cells) {
                // The server has NaN, and memory does not.
                Some(column) => {
                    tables.table_mut(id).preallocate(row_id);
                    let (columns, kind) = (vec![column], ProblemKind::NotANumber);
                    problems.push(ColumnProblem { columns, kind }.of(table.info, row_id));
                }
                None => problems.append(&mut load_row(tables, row_id, cells)),
            }
            Ok(())
        })
    })?;
    if !incoming.is_at_end() {
        return Err(Malformed.into());
    }
    Ok(())
}

fn not_a_number(cells: &[Cell<'_>]) -> Option<usize> {
    let is_nan = |cell: &Cell<'_>| matches!(cell, Cell::Value(Value::Real(real)) if real.is_nan());
    cells.iter().position(is_nan)
}

/// A cell of a row, which borrows from it.
pub(super) struct Stored<'r>(pub(super) Cell<'r>);

impl<'r> FromSql<'r> for Stored<'r> {
    fn from_sql(
        ty: &Type,
        raw: &'r [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Cell::Value(match *ty {
            Type::INT8 => Value::Integer(i64::from_sql(ty, raw)?),
            Type::FLOAT8 => Value::Real(f64::from_sql(ty, raw)?),
            Type::TEXT => match std::str::from_utf8(raw) {
                Ok(text) => Value::Text(text),
                Err(_) => return Ok(Self(Cell::NotUtf8)),
            },
            _ => Value::Blob(raw),
        })))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Cell::Value(Value::Null)))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::FLOAT8 | Type::TEXT | Type::BYTEA)
    }
}

/// About how many rows each table has, as the server has counted them at some time. Memory grows where it was wrong.
fn estimates(session: &Session, schema: &Schema) -> Result<Vec<usize>, Error> {
    let sql = "SELECT c.relname::text, c.reltuples::float8
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'";
    let mut counts = vec![0; schema.tables.len()];
    for row in session.rows(sql, &[&schema.world])? {
        let (name, n_rows): (&str, f64) = (row.try_get(0)?, row.try_get(1)?);
        let place = (schema.tables.iter()).position(|table| table.info.name == name);
        if let Some(place) = place {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it saturates, and -1 means that nothing was counted yet"
            )]
            let n_rows = n_rows as usize;
            counts[place] = n_rows;
        }
    }
    Ok(counts)
}

fn load_next_ids<T: Tables>(
    session: &Session,
    schema: &Schema,
    tables: &mut T,
) -> Result<(), Error> {
    let sql = format!("SELECT table_name, next_id FROM {}", schema.own(NEXT_IDS));
    for row in session.rows(&sql, &[])? {
        let (name, next_id): (&str, i64) = (row.try_get(0)?, row.try_get(1)?);
        take_over_next_id(tables, name, next_id);
    }
    Ok(())
}

/// The rows of an owned table that have no owner. Memory knows whether there are any; which ones, the server says,
/// because a pivot row that does not fit still shows that its owned row is not to blame.
fn without_owner<T: Tables>(
    session: &Session,
    schema: &Schema,
    tables: &T,
    id: TableId,
) -> Result<Vec<Problem>, Error> {
    let info = T::INFO[id.index()];
    let TableKind::Owned { pivot } = info.kind else {
        return Ok(Vec::new());
    };
    if tables.table(id).n_rows() == tables.table(pivot).n_rows() {
        return Ok(Vec::new());
    }
    let (owned, pivot) = (schema.table(id), schema.table(pivot));
    let sql = format!(
        "SELECT o.{id} FROM {} o WHERE NOT EXISTS (SELECT 1 FROM {} p WHERE p.{} = o.{id}) ORDER BY 1",
        owned.name,
        pivot.name,
        quoted(pivot.info.owned_column()),
        id = quoted(info.id),
    );
    let mut problems = Vec::new();
    for row in session.rows(&sql, &[])? {
        let kind = ProblemKind::NoOwner {
            pivot: pivot.info.name,
        };
        problems.push(Problem::of_row(info, row.try_get(0)?, kind));
    }
    Ok(problems)
}
