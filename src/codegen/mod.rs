//! What generated models are made of. Generated code imports from here and nowhere else; written by
//! hand, a program needs [`World`], [`Database`](crate::Database), [`Key`], [`Id`] and [`Error`].

mod column_bits;
mod entity;
mod enums;
mod owner;

pub use bitflags::{Flag, Flags};
pub use ecow::EcoString;

pub use crate::error::{Error, ProblemKind};
pub use crate::schema::check_constraint::{Check, Comparison, Operand};
pub use crate::schema::value::{FromValue, Value, enum_from_value};
pub use crate::schema::{ForeignKey, IndexInfo, OnDelete, TableId, TableInfo, TableKind};
pub use crate::store::index::Parent;
pub use crate::store::key::{Id, Key, RawKey};
pub use crate::store::pivot::Pivot;
pub use crate::store::row::composite::{Parts, Union, owner_flags, union_flags};
pub use crate::store::row::entity::{
    Arm, ColumnProblem, Entity, Fields, IndexHasher, Owned, Owner, PivotRow, RowReader, Standalone,
    Tables, id_of, id_of_optional, owner_value,
};
pub use crate::store::table::dyn_table::AnyTable;
pub use crate::store::table::{Rows, Table};
pub use crate::store::world::World;
pub use crate::store::world::join::{FromLeft, FromRight, Join, Linked, Side};
pub use crate::store::world::own::NewOrKept;
pub use crate::store::world::view::{RowMut, RowRef};
pub use crate::{columns, fields, owner_enum, tables, text_enum, views};

pub use column_bits::{ColumnBits, fmt_columns};

/// Declares the tables of a world, each with its position: they are counted from 0, in declaration
/// order.
#[macro_export]
macro_rules! tables {
    (
        $(#[$attribute:meta])*
        pub struct $tables:ident from $ddl:expr;
        $($(#[$doc:meta])* $position:literal => $name:ident: $table:ty,)*
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Default)]
        pub struct $tables {
            $($(#[$doc])* pub $name: $table,)*
        }

        impl $crate::codegen::Tables for $tables {
            const INFO: &'static [&'static $crate::codegen::TableInfo] = &[$(<$table>::INFO,)*];
            const DDL: &'static str = $ddl;

            fn table(&self, id: $crate::codegen::TableId) -> &dyn $crate::codegen::AnyTable<Self> {
                match id.0 {
                    $($position => &self.$name,)*
                    other => panic!("there is no table {other}"),
                }
            }

            fn table_mut(&mut self, id: $crate::codegen::TableId) -> &mut dyn $crate::codegen::AnyTable<Self> {
                match id.0 {
                    $($position => &mut self.$name,)*
                    other => panic!("there is no table {other}"),
                }
            }
        }
    };
}
