//! The facade of generated code, which imports from here and from nowhere else. Code that is written by hand
//! needs only [`World`], [`Database`](crate::Database), [`Key`], [`Id`] and [`Error`].

pub(crate) mod clock;
mod column_bits;
mod column_set;
mod composite;
mod entity;
mod enums;
pub mod own_type;
mod owner;
mod pivot;
mod version;
mod views;

pub use bitflags::{Flag, Flags};
pub use ecow::EcoString;

pub use crate::error::{Error, ProblemKind};
pub use crate::schema::check_constraint::{Check, Comparison, Operand};
pub use crate::schema::expression::{Condition, Expression};
pub use crate::schema::value::{ColumnKind, Encoded, FromValue, Value};
pub use crate::schema::{ForeignKey, IndexInfo, OnDelete, TableId, TableInfo, TableKind, ValueKey};
pub use crate::store::index::{IndexHasher, IndexState, Parent};
pub use crate::store::key::{Id, Key, RawKey, WorldNumber};
pub use crate::store::pivot::{Pivot, StoredPivot};
pub use crate::store::row::entity::{Fields, PivotRow, Resolve, Row};
pub use crate::store::row::field::{Field, IndexedField, assert_stored_as};
pub use crate::store::row::no_case::{NoCase, NoCaseField};
pub use crate::store::row::owner::{Arm, Owner, arm_parent, differing_arms, owner_value};
pub use crate::store::row::reader::{ColumnProblem, RowReader};
pub use crate::store::table::dyn_table::DynTable;
pub use crate::store::table::stored::{Stored, Tables};
pub use crate::store::table::{Rows, Table};
pub use crate::store::tracking::parcel::NameColumns;
pub use crate::store::world::World;
pub use crate::store::world::entity::{Entity, Owned, Standalone, Unowned};
pub use crate::store::world::join::{FromLeft, FromRight, Join, Linked, Side};
pub use crate::store::world::nests::Nested;
pub use crate::store::world::own::NewOrKept;
pub use crate::store::world::relation_rows::FarRows;
pub use crate::store::world::view::{RowMut, RowRef};

#[cfg(feature = "serde")]
pub use crate::store::row::serialize::{FieldOf, plain_name, serialize_owner, serialize_variant};
#[cfg(feature = "serde")]
pub use serde;

/// What is compiled with the feature `serde` of this crate, whatever features the crate of the models has.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! if_serde {
    ($($code:tt)*) => { $($code)* };
}

/// What is compiled with the feature `serde` of this crate, which is off.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! if_serde {
    ($($code:tt)*) => {};
}

/// The traits of rows and their tables, for a glob import by code that works below the views, such as tests.
pub mod traits {
    pub use crate::store::pivot::StoredPivot as _;
    pub use crate::store::row::entity::{PivotRow as _, Resolve as _, Row as _};
    pub use crate::store::row::owner::Owner as _;
    pub use crate::store::table::dyn_table::DynTable as _;
    pub use crate::store::table::stored::{Stored as _, Tables as _};
}

pub use crate::{composite, entity, owner_enum, pivot, tables, text_enum};
pub use clock::{now_seconds, now_text};
pub use column_bits::ColumnBits;
pub use column_set::fmt_columns;
pub use version::assert_generated_for;

/// Declares the tables of a world in order. The constant with a table's name is its number.
#[doc(hidden)]
#[macro_export]
macro_rules! tables {
    (
        $(#[$attribute:meta])*
        $vis:vis struct $tables:ident from $ddl:expr $(, parcels $names:expr)?;
        $($(#[$doc:meta])* $name:ident: $table:ident<$row:ident>,)*
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Default)]
        #[allow(dead_code)]
        $vis struct $tables {
            $($(#[$doc])* pub $name: $crate::codegen::$table<$row>,)*
        }

        // Items have no hygiene, so the private items in this block have names that no table can have.
        const _: () = {
            /// Counts the tables.
            #[allow(non_camel_case_types)]
            enum __Table {
                $($name,)*
            }

            #[allow(non_upper_case_globals, dead_code)]
            impl $tables {
                $(
                    pub(crate) const $name: $crate::codegen::TableId =
                        $crate::codegen::TableId(__Table::$name as u16);
                )*
            }
        };

        impl $crate::codegen::Resolve for $tables {
            const INFO: &'static [&'static $crate::codegen::TableInfo] =
                &[$(<$crate::codegen::$table<$row>>::INFO,)*];

            #[inline]
            fn id_of(&self, table: $crate::codegen::TableId, key: $crate::codegen::RawKey) -> Option<i64> {
                match table {
                    $(Self::$name => $crate::codegen::DynTable::id_of(&self.$name, key),)*
                    other => panic!("there is no table {}", other.0),
                }
            }

            #[inline]
            fn key_of(&self, table: $crate::codegen::TableId, id: i64) -> Option<$crate::codegen::RawKey> {
                match table {
                    $(Self::$name => $crate::codegen::DynTable::key_of(&self.$name, id),)*
                    other => panic!("there is no table {}", other.0),
                }
            }
        }

        impl $crate::codegen::Tables for $tables {
            const DDL: &'static str = $ddl;
            $(const PARCEL_NAMES: &'static [$crate::codegen::NameColumns] = $names;)?

            fn table(&self, id: $crate::codegen::TableId) -> &dyn $crate::codegen::DynTable<Self> {
                match id {
                    $(Self::$name => &self.$name,)*
                    other => panic!("there is no table {}", other.0),
                }
            }

            fn table_mut(&mut self, id: $crate::codegen::TableId) -> &mut dyn $crate::codegen::DynTable<Self> {
                match id {
                    $(Self::$name => &mut self.$name,)*
                    other => panic!("there is no table {}", other.0),
                }
            }
        }

        $($crate::tables!(@stored $table, $tables, $name, $row);)*
    };
    (@stored Table, $tables:ident, $name:ident, $row:ident) => {
        $crate::tables!(@impl Stored, Table, $tables, $name, $row);
    };
    (@stored Pivot, $tables:ident, $name:ident, $row:ident) => {
        $crate::tables!(@impl StoredPivot, Pivot, $tables, $name, $row);
    };
    (@impl $stored:ident, $table:ident, $tables:ident, $name:ident, $row:ident) => {
        impl $crate::codegen::$stored for $row {
            #[inline]
            fn table(tables: &$tables) -> &$crate::codegen::$table<Self> {
                &tables.$name
            }

            #[inline]
            fn table_mut(tables: &mut $tables) -> &mut $crate::codegen::$table<Self> {
                &mut tables.$name
            }
        }
    };
}
