//! Loading the file into memory: tables, indexes and ownership, all clean; or a list of what does not fit.

use std::collections::HashSet;

use rusqlite::{Connection, Row};

use crate::error::{Problem, ProblemKind};
use crate::persist::loading::{TooLarge, reserve_rows, take_over_next_id};
use crate::schema::graph::TableOrder;
use crate::schema::{TableId, TableInfo, TableKind};
use crate::store::row::reader::Cell;
use crate::store::table::stored::Tables;
use crate::store::world::World;

use super::content_hash::{Adder, Hashes};
use super::mail;
use super::parallel_load::{self, SMALL};
use super::statements;
use super::value::columns;

/// A row has two bytes for its place in its page, and no fewer than four in it.
const BYTES_OF_ROW: u64 = 6;

/// A world, and what of the file does not fit into it.
pub(super) struct Loaded<T: Tables> {
    pub(super) world: World<T>,
    pub(super) problems: Vec<Problem>,
    /// What can only be if pages of the file are not those of one database.
    pub(super) damage: Vec<String>,
    /// Rows that an index does not have: they are there all the same, and if one does not fit, that says more. And one of
    /// the two tables of parcels, where the other one is there.
    pub(super) uncounted: Vec<String>,
    /// The sums of what was read.
    pub(super) hashes: Hashes,
    /// What memory has no room for. Nothing more is loaded.
    pub(super) too_large: Option<TooLarge>,
}

/// Loads a whole file. It does not write, and stops only at an error of SQLite's. Large tables are read by
/// two threads if there is a `second` connection, which has to see the same snapshot of the file. The file has
/// `n_bytes` with its log: what it says of itself is believed as far as there is room for it.
pub(super) fn load<T: Tables>(
    connection: &Connection,
    mut second: Option<&mut Connection>,
    order: &TableOrder,
    n_bytes: u64,
) -> rusqlite::Result<Loaded<T>> {
    let mut loaded = Loaded {
        world: World::<T>::new(),
        problems: Vec::new(),
        damage: Vec::new(),
        uncounted: Vec::new(),
        hashes: Hashes::new(T::INFO),
        too_large: None,
    };
    let counts = counts::<T>(connection)?;
    loaded.damage.extend(too_many::<T>(&counts, n_bytes));
    if !loaded.damage.is_empty() {
        return Ok(loaded);
    }
    for &id in &order.make_room {
        if let Err(table) = reserve_rows(&mut *loaded.world.tables, id, &counts) {
            loaded.too_large = Some(table);
            return Ok(loaded);
        }
        let tables = &mut *loaded.world.tables;
        let mut statement = connection.prepare(&statements::select_ids(T::INFO[id.index()]))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            tables.table_mut(id).preallocate(row.get(0)?);
        }
    }
    for &id in &order.tables {
        if let Err(table) = reserve_rows(&mut *loaded.world.tables, id, &counts) {
            loaded.too_large = Some(table);
            return Ok(loaded);
        }
        load_table(
            connection,
            second.as_deref_mut(),
            id,
            counts[id.index()],
            &mut loaded,
        )?;
    }
    if !loaded.damage.is_empty() {
        return Ok(loaded);
    }
    let tables = &mut *loaded.world.tables;
    load_next_ids(connection, tables, &mut loaded.hashes)?;
    loaded
        .problems
        .extend(mail::load(connection, &mut loaded.world.mail)?);
    loaded.uncounted.extend(mail::half_lost(connection)?);
    let tables = &mut *loaded.world.tables;
    for &id in &order.tables {
        loaded
            .problems
            .extend(without_owner::<T>(connection, tables, id)?);
    }
    loaded.problems.extend(loaded.world.ownership_cycles());
    if World::<T>::HAS_VALUE_KEYS {
        loaded.problems.extend(dangling_values(&loaded));
    }
    Ok(loaded)
}

/// The rows that name no row by value. A row that cannot be read is in memory without its values, and neither it nor what
/// names it is to blame for that.
fn dangling_values<T: Tables>(loaded: &Loaded<T>) -> Vec<Problem> {
    let problems = loaded.problems.iter();
    let unread: HashSet<&str> = problems.map(|problem| problem.table).collect();
    let is_read = |info: &TableInfo| !unread.contains(info.name);
    loaded
        .world
        .dangling_values(|from, to| is_read(from) && is_read(to))
}

/// Loads the rows of one table, of which the file says that there are `n_rows`.
fn load_table<T: Tables>(
    connection: &Connection,
    second: Option<&mut Connection>,
    id: TableId,
    n_rows: usize,
    loaded: &mut Loaded<T>,
) -> rusqlite::Result<()> {
    let info = T::INFO[id.index()];
    let tables = &mut *loaded.world.tables;
    let load_row = tables.table(id).loader();
    let (problems, damage) = (&mut loaded.problems, &mut loaded.damage);
    let seeds = loaded.hashes.seeds(id);
    let (mut n_seen, mut last) = (0, None);
    let mut see = |id, columns: &[Cell<'_>]| {
        n_seen += 1;
        match last.replace(id) {
            // Their order is that of the tree that they stand in.
            Some(last) if last >= id => {
                damage.push(format!("{}: row {id} comes after row {last}", info.name));
            }
            // Most rows have none.
            _ => problems.append(&mut load_row(tables, id, columns)),
        }
    };
    let sums = match second {
        Some(second) if n_rows >= SMALL => {
            parallel_load::read(connection, second, info, seeds, n_rows, see)?
        }
        _ => {
            let mut sums = Adder::default();
            let mut statement = connection.prepare(&statements::select_all(info))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let id = row.get(0)?;
                let (columns, hash) = columns(row, id, info, seeds);
                sums.add(id, hash);
                see(id, &columns);
            }
            sums
        }
    };
    loaded.hashes.set(id, sums.finish());
    // SQLite counts the entries of the smallest index, where there is one.
    if n_seen != n_rows {
        let counted = format!(
            "{}: {n_rows} rows are counted, and {n_seen} found",
            info.name
        );
        let is_lost = n_seen < n_rows;
        let list = if is_lost {
            damage
        } else {
            &mut loaded.uncounted
        };
        list.push(counted);
    }
    Ok(())
}

/// The tables that say they have more rows than the file has room for.
fn too_many<T: Tables>(counts: &[usize], n_bytes: u64) -> Vec<String> {
    let most = n_bytes / BYTES_OF_ROW;
    let counted = T::INFO.iter().zip(counts);
    let too_many = counted.filter(|&(_, &n_rows)| n_rows as u64 > most);
    let message = |(info, n_rows): (&&TableInfo, &usize)| {
        format!(
            "{}: {n_rows} rows are counted, and the file has room for {most}",
            info.name
        )
    };
    too_many.map(message).collect()
}

/// Reads the next id of each table, if the file has them.
fn load_next_ids<T: Tables>(
    connection: &Connection,
    tables: &mut T,
    hashes: &mut Hashes,
) -> rusqlite::Result<()> {
    if !connection.query_row(statements::IDS_EXIST, [], |row| row.get(0))? {
        return Ok(());
    }
    let mut statement = connection.prepare(statements::SELECT_IDS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (name, next_id): (String, i64) = (row.get(0)?, row.get(1)?);
        take_over_next_id(tables, &name, next_id);
        hashes.set_next_id(name, next_id);
    }
    Ok(())
}

/// The rows of an owned table that have no owner. Memory knows whether there are any. Which ones, the pivot's table
/// in the file says, because a pivot row that does not fit still shows that its owned row is not to blame; no index
/// is asked, because it may not be that of the table.
fn without_owner<T: Tables>(
    connection: &Connection,
    tables: &T,
    id: TableId,
) -> rusqlite::Result<Vec<Problem>> {
    let info = T::INFO[id.index()];
    let TableKind::Owned { pivot } = info.kind else {
        return Ok(Vec::new());
    };
    if tables.table(id).n_rows() == tables.table(pivot).n_rows() {
        return Ok(Vec::new());
    }
    let pivot = T::INFO[pivot.index()];
    let mut statement = connection.prepare(&statements::select_unowned(info, pivot))?;
    let problem = |row: &Row<'_>| {
        let kind = ProblemKind::NoOwner { pivot: pivot.name };
        Ok(Problem::of_row(info, row.get(0)?, kind))
    };
    statement.query_map([], problem)?.collect()
}

/// The number of rows of each table, as the file says.
fn counts<T: Tables>(connection: &Connection) -> rusqlite::Result<Vec<usize>> {
    let count = |info| {
        let n_rows: i64 = connection.query_row(&statements::count(info), [], |row| row.get(0))?;
        Ok(usize::try_from(n_rows).unwrap_or(usize::MAX))
    };
    T::INFO.iter().map(|info| count(info)).collect()
}
