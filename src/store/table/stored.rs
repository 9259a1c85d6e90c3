//! Maps a row type to its table among the tables of a world.

use super::Table;
use super::dyn_table::DynTable;
use crate::schema::TableId;
use crate::store::row::entity::{Resolve, Row};
use crate::store::tracking::parcel::NameColumns;

/// All tables of one schema. Generated; a [`World`](crate::store::world::World) contains it.
pub trait Tables: Resolve + Default {
    /// The SQL statements that create an empty world file. The store does not read them.
    const DDL: &'static str;

    /// The columns by which a parcel names rows that stay behind, for the tables that have any: see `[parcels]` of
    /// gamedb.toml.
    const PARCEL_NAMES: &'static [NameColumns] = &[];

    /// A table by its position.
    fn table(&self, id: TableId) -> &dyn DynTable<Self>;

    /// A table by its position.
    fn table_mut(&mut self, id: TableId) -> &mut dyn DynTable<Self>;
}

/// All tables of a world, in declaration order.
pub(crate) fn all_tables<T: Tables>() -> impl Iterator<Item = TableId> {
    (0..).take(T::INFO.len()).map(TableId)
}

/// A row type with a table. [`tables!`](crate::tables) implements it.
pub trait Stored: Row<Tables: Tables> {
    /// Its table.
    fn table(tables: &Self::Tables) -> &Table<Self>;
    /// Its table.
    fn table_mut(tables: &mut Self::Tables) -> &mut Table<Self>;
}
