//! What generated models are made of. Generated code imports from here and nowhere else; written by
//! hand, a program needs [`World`], [`Database`](crate::Database), [`Key`], [`Id`] and [`Error`].

pub use bitflags::{Flag, Flags, bitflags};
pub use ecow::EcoString;

pub use crate::error::{Error, ProblemKind};
pub use crate::schema::check_constraint::{Check, Comparison, Operand};
pub use crate::schema::value::{FromValue, Value, enum_from_value};
pub use crate::schema::{ForeignKey, IndexInfo, OnDelete, TableId, TableInfo, TableKind};
pub use crate::store::index::{IndexHasher, Parent};
pub use crate::store::key::{Id, Key, RawKey};
pub use crate::store::pivot::Pivot;
pub use crate::store::pivot::StoredPivot;
pub use crate::store::row::composite::{Parts, Union, owner_flags, union_flags};
pub use crate::store::row::entity::{Fields, PivotRow, Resolve, Row, id_of, id_of_optional};
pub use crate::store::row::owner::{Arm, Owner, owner_value};
pub use crate::store::row::reader::{ColumnProblem, RowReader};
pub use crate::store::table::stored::{Stored, Tables};
pub use crate::store::world::entity::{Entity, Owned, Standalone};

pub use crate::store::table::dyn_table::DynTable;
pub use crate::store::table::{Rows, Table};
pub use crate::store::wide::WideBits;
pub use crate::store::world::World;
pub use crate::store::world::join::{FromLeft, FromRight, Join, Linked, Side};
pub use crate::store::world::own::NewOrKept;
pub use crate::store::world::view::{RowMut, RowRef};

/// The traits of rows and their tables, for a glob import: what looks beneath the views, as tests do,
/// reaches their methods and constants.
pub mod traits {
    pub use crate::store::pivot::StoredPivot as _;
    pub use crate::store::row::entity::{PivotRow as _, Resolve as _, Row as _};
    pub use crate::store::row::owner::Owner as _;
    pub use crate::store::table::dyn_table::DynTable as _;
    pub use crate::store::table::stored::{Stored as _, Tables as _};
}

pub use crate::{fields, owner_enum, tables, text_enum, views, wide_columns};

/// Declares the tables of a world, each with its position: they are counted from 0, in declaration
/// order.
#[macro_export]
macro_rules! tables {
    (
        $(#[$attribute:meta])*
        pub struct $tables:ident from $ddl:expr;
        $($(#[$doc:meta])* $position:literal => $name:ident: $table:ident<$row:ident>,)*
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Default)]
        pub struct $tables {
            $($(#[$doc])* pub $name: $table<$row>,)*
        }

        impl $crate::model::Resolve for $tables {
            const INFO: &'static [&'static $crate::model::TableInfo] = &[$(<$table<$row>>::INFO,)*];

            #[inline]
            fn id_of(&self, table: $crate::model::TableId, key: $crate::model::RawKey) -> Option<i64> {
                match table.0 {
                    $($position => $crate::model::DynTable::id_of(&self.$name, key),)*
                    other => panic!("there is no table {other}"),
                }
            }

            #[inline]
            fn key_of(&self, table: $crate::model::TableId, id: i64) -> Option<$crate::model::RawKey> {
                match table.0 {
                    $($position => $crate::model::DynTable::key_of(&self.$name, id),)*
                    other => panic!("there is no table {other}"),
                }
            }
        }

        impl $crate::model::Tables for $tables {
            const DDL: &'static str = $ddl;

            fn table(&self, id: $crate::model::TableId) -> &dyn $crate::model::DynTable<Self> {
                match id.0 {
                    $($position => &self.$name,)*
                    other => panic!("there is no table {other}"),
                }
            }

            fn table_mut(&mut self, id: $crate::model::TableId) -> &mut dyn $crate::model::DynTable<Self> {
                match id.0 {
                    $($position => &mut self.$name,)*
                    other => panic!("there is no table {other}"),
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
        impl $crate::model::$stored for $row {
            #[inline]
            fn table(tables: &$tables) -> &$crate::model::$table<Self> {
                &tables.$name
            }

            #[inline]
            fn table_mut(tables: &mut $tables) -> &mut $crate::model::$table<Self> {
                &mut tables.$name
            }
        }
    };
}

/// Declares an enum that is stored as text.
#[macro_export]
macro_rules! text_enum {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $(#[$first_doc:meta])* $first:ident = $first_text:literal,
            $($(#[$doc:meta])* $variant:ident = $text:literal,)*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            #[default]
            #[doc = concat!("`", $first_text, "`")]
            $(#[$first_doc])*
            $first,
            $(
                #[doc = concat!("`", $text, "`")]
                $(#[$doc])*
                $variant,
            )*
        }

        impl $name {
            /// All of them, in declaration order.
            pub const ALL: &'static [Self] = &[Self::$first, $(Self::$variant,)*];

            /// The text that stands in the file.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::$first => $first_text,
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl From<$name> for $crate::model::Value<'_> {
            fn from(value: $name) -> Self {
                $crate::model::Value::Text(value.as_str())
            }
        }

        impl $crate::model::FromValue for $name {
            fn from_value(
                value: $crate::model::Value<'_>,
            ) -> ::core::result::Result<Self, $crate::model::ProblemKind> {
                $crate::model::enum_from_value(value, stringify!($name), |text| match text {
                    $first_text => Some(Self::$first),
                    $($text => Some(Self::$variant),)*
                    _ => None,
                })
            }
        }
    };
}

/// Declares the enum of an entity's fields, and implements [`Fields`] with it: what a setter writes.
///
/// Each line has a variant and its type, the field of the row, and its column's flag. An owner and a
/// value of several kinds stand in several columns: `owner [..]` or, if somebody has to own the row,
/// `required_owner [..]`, with one flag for each arm, and `union [..]`, with one for each part.
///
/// ```
/// use gamedb::model::{Fields as _, bitflags, fields};
///
/// struct Mobile {
///     name: String,
///     hp: i64,
/// }
///
/// bitflags! {
///     #[derive(Clone, Copy, Debug, PartialEq)]
///     struct MobileColumns: u8 {
///         const NAME = 1 << 0;
///         const HP = 1 << 1;
///     }
/// }
///
/// fields! {
///     enum MobileField for Mobile, MobileColumns {
///         Name: String = name => NAME,
///         Hp: i64 = hp => HP,
///     }
/// }
///
/// let mut mobile = Mobile { name: "Ida".into(), hp: 10 };
/// assert_eq!(mobile.differs(&MobileField::Hp(9)), MobileColumns::HP);
/// assert_eq!(mobile.replace(MobileField::Hp(9)), MobileField::Hp(10));
/// assert_eq!(mobile.name, "Ida");
/// ```
#[macro_export]
macro_rules! fields {
    (
        $vis:vis enum $name:ident for $row:ident, $columns:ident {
            $($variant:ident: $ty:ty = $field:ident => $flag:ident $([$($flags:ident),+])?,)*
        }
    ) => {
        #[doc = concat!("One field of [`", stringify!($row), "`] with a value for it.")]
        #[derive(Clone, Debug, PartialEq)]
        $vis enum $name {
            $(
                #[doc = concat!("`", stringify!($field), "`")]
                $variant($ty),
            )*
        }

        impl $crate::model::Fields for $row {
            type Columns = $columns;
            type Field = $name;

            #[inline]
            fn differs(&self, field: &$name) -> $columns {
                match *field {
                    $($name::$variant(ref new) => {
                        $crate::fields!(@differs $columns, self.$field, new, $flag $([$($flags),+])?)
                    })*
                }
            }

            #[inline]
            fn replace(&mut self, field: $name) -> $name {
                match field {
                    $($name::$variant(new) => {
                        $name::$variant(::core::mem::replace(&mut self.$field, new))
                    })*
                }
            }
        }
    };
    (@differs $columns:ident, $old:expr, $new:ident, owner [$($flag:ident),+]) => {
        $crate::model::owner_flags(&[$($columns::$flag),+], $old, *$new)
    };
    (@differs $columns:ident, $old:expr, $new:ident, required_owner [$($flag:ident),+]) => {
        $crate::model::owner_flags(&[$($columns::$flag),+], Some($old), Some(*$new))
    };
    (@differs $columns:ident, $old:expr, $new:ident, union [$($flag:ident),+]) => {
        $crate::model::union_flags(
            &[$($columns::$flag),+],
            $crate::model::Union::differing(&$old, $new),
        )
    };
    (@differs $columns:ident, $old:expr, $new:ident, $flag:ident) => {
        if $old == *$new { $columns::empty() } else { $columns::$flag }
    };
}

/// Declares the enum of who owns a row, and implements [`Owner`] for it.
///
/// Each line has the arm's number, counted from 0, its variant and what it holds: the key of a row, or
/// the `i64` id of something that is none. In braces stand the names of its methods, and `from` where a
/// key alone says which arm is meant.
///
/// ```
/// use gamedb::model::owner_enum;
///
/// owner_enum! {
///     /// Who owns a house.
///     pub enum HouseOwner {
///         0 => Crown(i64) { is_crown, as_crown },
///         1 => Bank(i64) { is_bank, as_bank, from },
///     }
/// }
///
/// assert!(HouseOwner::Crown(1).is_crown());
/// assert_eq!(HouseOwner::from(2).as_bank(), Some(2));
/// ```
#[macro_export]
macro_rules! owner_enum {
    (
        $(#[$attribute:meta])*
        $vis:vis enum $name:ident {
            $(
                $(#[$doc:meta])*
                $arm:literal => $variant:ident($held:ty) { $is:ident, $as:ident $(, $from:ident)? },
            )*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        $vis enum $name {
            $($(#[$doc])* $variant($held),)*
        }

        impl $name {
            $(
                #[doc = concat!("Whether it is [`Self::", stringify!($variant), "`].")]
                #[must_use]
                pub const fn $is(&self) -> bool {
                    matches!(self, Self::$variant(_))
                }
            )*

            $(
                #[doc = concat!("What [`Self::", stringify!($variant), "`] holds, if it is that.")]
                #[must_use]
                pub const fn $as(self) -> Option<$held> {
                    match self {
                        Self::$variant(held) => Some(held),
                        #[allow(unreachable_patterns, reason = "it may be the only arm")]
                        _ => None,
                    }
                }
            )*
        }

        $($($crate::owner_enum!(@$from $name, $variant, $held);)?)*

        impl $crate::model::Owner for $name {
            #[inline]
            fn arm(self) -> (usize, $crate::model::Parent) {
                match self {
                    $(Self::$variant(held) => ($arm, $crate::model::Arm::parent(held)),)*
                }
            }

            #[inline]
            fn from_arm(arm: usize, parent: $crate::model::Parent) -> Option<Self> {
                match arm {
                    $($arm => $crate::model::Arm::from_parent(parent).map(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
    (@from $name:ident, $variant:ident, $held:ty) => {
        impl From<$held> for $name {
            fn from(held: $held) -> Self {
                Self::$variant(held)
            }
        }
    };
}

/// Declares the two views of an entity: what `get` and `get_mut` return. Relations and setters are
/// added to them in `impl` blocks.
#[macro_export]
macro_rules! views {
    ($row:ident, $ref:ident, $mut:ident) => {
        impl $crate::model::Entity for $row {
            type Ref<'w> = $ref<'w>;
            type Mut<'w> = $mut<'w>;
        }

        #[doc = concat!("A [`", stringify!($row), "`] for reading, with its relations.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $ref<'w>($crate::model::RowRef<'w, $row>);

        impl<'w> From<$crate::model::RowRef<'w, $row>> for $ref<'w> {
            #[inline]
            fn from(row: $crate::model::RowRef<'w, $row>) -> Self {
                Self(row)
            }
        }

        impl ::core::ops::Deref for $ref<'_> {
            type Target = $row;

            #[inline]
            fn deref(&self) -> &$row {
                self.0.row()
            }
        }

        impl<'w> $ref<'w> {
            /// The row's key.
            #[inline]
            #[must_use]
            pub fn key(self) -> $crate::Key<$row> {
                self.0.key()
            }

            /// The row's id. O(1).
            #[inline]
            #[must_use]
            pub fn id(self) -> $crate::Id<$row> {
                self.0.id()
            }

            /// The row itself, for as long as the world is not written to.
            #[inline]
            #[must_use]
            pub fn row(self) -> &'w $row {
                self.0.row()
            }
        }

        #[doc = concat!("A [`", stringify!($row), "`] for writing: setters, and what it owns.")]
        #[derive(Debug)]
        pub struct $mut<'w>($crate::model::RowMut<'w, $row>);

        impl<'w> From<$crate::model::RowMut<'w, $row>> for $mut<'w> {
            #[inline]
            fn from(row: $crate::model::RowMut<'w, $row>) -> Self {
                Self(row)
            }
        }

        impl ::core::ops::Deref for $mut<'_> {
            type Target = $row;

            #[inline]
            fn deref(&self) -> &$row {
                self.0.as_ref().row()
            }
        }

        impl $mut<'_> {
            /// The row's key.
            #[inline]
            #[must_use]
            pub fn key(&self) -> $crate::Key<$row> {
                self.0.key()
            }

            /// The row's id. O(1).
            #[inline]
            #[must_use]
            pub fn id(&self) -> $crate::Id<$row> {
                self.0.as_ref().id()
            }

            /// The same row for reading, with its relations.
            #[inline]
            #[must_use]
            pub fn as_ref(&self) -> $ref<'_> {
                self.0.as_ref().into()
            }

            /// Removes the row with all that it owns: see
            #[doc = concat!("[`World::remove`](", stringify!($crate), "::World::remove).")]
            ///
            /// # Errors
            /// When another row needs one of the removed ones. Nothing was changed then.
            pub fn remove(self) -> ::core::result::Result<(), $crate::Error> {
                self.0.remove()
            }
        }
    };
}
