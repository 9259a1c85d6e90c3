//! Column types of the program's own.

use std::borrow::Cow;
use std::fmt;

use crate::error::ProblemKind;
use crate::schema::value::{ColumnKind, Encoded, Value};
use crate::store::row::entity::Resolve;
use crate::store::row::reader::{ColumnProblem, RowReader};

/// A module for each kind of column that a type of the program's own can be stored in, all with the same functions.
macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        $module:ident: $kind:ident, $stored:ty, $expected:literal, nan $may_be_nan:literal,
            |$value:ident: $from:ty| $encode:expr;
    )*) => {$(
        $(#[$doc])*
        pub mod $module {
            #[allow(clippy::wildcard_imports, reason = "it is this file in parts")]
            use super::*;

            /// The type of the stored value.
            pub const KIND: ColumnKind = ColumnKind::$kind;

            /// The value that is stored.
            pub fn encode<'a>($value: $from) -> Encoded<'a> {
                $encode
            }

            /// Whether the stored value is NaN. Kinds that have no NaN do not look at the value.
            pub fn is_nan<'a>(encoded: impl FnOnce() -> Encoded<'a>) -> bool {
                $may_be_nan && matches!(encoded().as_value(), Value::Real(real) if real.is_nan())
            }

            /// Reads a column.
            ///
            /// # Errors
            /// If the column has another kind of value, or `decode` refuses it, with its reason.
            pub fn load<T: Resolve, F, E: fmt::Display>(
                row: &RowReader<'_, T>,
                columns: &[usize],
                ty: &'static str,
                decode: impl FnOnce($stored) -> Result<F, E>,
            ) -> Result<F, ColumnProblem> {
                row.decode(columns[0], |value| match value {
                    Value::$kind(stored) => decode(stored).map_err(|reason| ProblemKind::Unreadable {
                        expected: ty,
                        found: value.to_string(),
                        reason: reason.to_string(),
                    }),
                    other => Err(other.instead_of($expected)),
                })
            }
        }
    )*};
}

kinds! {
    /// A text.
    text: Text, &str, "a text", nan false,
        |text: impl Into<Cow<'a, str>>| Encoded::text(text);
    /// Bytes.
    blob: Blob, &[u8], "a blob", nan false,
        |bytes: impl Into<Cow<'a, [u8]>>| Encoded::blob(bytes);
    /// A whole number.
    integer: Integer, i64, "an integer", nan false,
        |integer: impl Into<i64>| Encoded::Borrowed(Value::Integer(integer.into()));
    /// A floating-point number.
    real: Real, f64, "a real number", nan true,
        |real: impl Into<f64>| Encoded::Borrowed(Value::Real(real.into()));
}

/// Makes a column type of any type: one of the program, or of a crate that it uses.
///
/// The type is named in `gamedb.toml`, as `type = "uuid::Uuid"`, and the macro is called once for it,
/// in the crate of the models. The type is followed by the kind of its column, `text`, `blob`, `integer` or
/// `real`, and by the tables of the world. That is enough for a type with `Display` and `FromStr` that is stored as
/// text; for other types, one closure converts a value for the file and one converts it back. The error type of
/// the second has to be `Display`, because its message is part of the error for the row.
///
/// ```
/// # mod models { gamedb::codegen::tables! {
/// #     /// None.
/// #     pub struct Tables from "";
/// # } }
/// # use std::time::Duration;
/// use std::net::IpAddr;
///
/// gamedb::column_type!(IpAddr as text in models::Tables);
/// gamedb::column_type!(Duration as integer in models::Tables,
///     |it| i64::try_from(it.as_millis()).unwrap_or(i64::MAX),
///     |millis| u64::try_from(millis).map(Duration::from_millis));
/// ```
///
/// Generated code names the kind of the column of such a field:
///
/// ```
/// # mod models {
/// # use gamedb::codegen::{Table, entity, tables};
/// # tables! {
/// #     /// All.
/// #     pub struct Tables from "";
/// #     /// Peers.
/// #     peers: Table<Peer>,
/// # }
/// entity! {
///     /// Another computer.
///     pub struct Peer in Tables.peers {
///         /// Where it is.
///         Address address: Option<std::net::IpAddr> as Text = ADDRESS "address";
///     }
///     table "peers", id "id", standalone;
///     types PeerKey, PeerId, PeerColumns(u8), PeerField, PeerRef, PeerMut;
/// }
/// # }
/// gamedb::column_type!(std::net::IpAddr as text in models::Tables);
/// ```
///
/// A type that is stored as another kind does not compile, because the file would refuse its values at each
/// flush:
///
/// ```compile_fail,E0080
/// # mod models {
/// # use gamedb::codegen::{Table, entity, tables};
/// # tables! {
/// #     /// All.
/// #     pub struct Tables from "";
/// #     /// Peers.
/// #     peers: Table<Peer>,
/// # }
/// entity! {
///     /// Another computer.
///     pub struct Peer in Tables.peers {
///         /// Where it is.
///         Address address: Option<std::net::IpAddr> as Blob = ADDRESS "address";
///     }
///     table "peers", id "id", standalone;
///     types PeerKey, PeerId, PeerColumns(u8), PeerField, PeerRef, PeerMut;
/// }
/// # }
/// gamedb::column_type!(std::net::IpAddr as text in models::Tables);
/// ```
///
/// A row is `Clone`, `Debug`, `Default`, `PartialEq`, `Send` and `Sync`, so the types of its fields have to be, too.
/// A type whose columns can be in [indexes](crate::codegen::IndexedField) also has to be `Hash`, with equal hashes
/// for equal values; for a type that is not, write `unindexed` after the tables. A value that is stored and loaded
/// has to be equal to the original.
#[macro_export]
macro_rules! column_type {
    ($ty:ty as text in $tables:ty) => {
        $crate::column_type!($ty as text in $tables,
            |it| ::std::string::ToString::to_string(it),
            |text| <$ty as ::core::str::FromStr>::from_str(text));
    };
    ($ty:ty as text in $tables:ty, unindexed) => {
        $crate::column_type!($ty as text in $tables, unindexed,
            |it| ::std::string::ToString::to_string(it),
            |text| <$ty as ::core::str::FromStr>::from_str(text));
    };
    (
        $ty:ty as $kind:ident in $tables:ty,
        |$this:ident| $store:expr, |$stored:ident| $load:expr $(,)?
    ) => {
        $crate::column_type!($ty as $kind in $tables, unindexed, |$this| $store, |$stored| $load);

        impl $crate::codegen::IndexedField<$tables> for $ty {
            fn hash(&self, state: &mut $crate::codegen::IndexState) -> bool {
                ::core::hash::Hash::hash(self, state);
                true
            }
        }
    };
    (
        $ty:ty as $kind:ident in $tables:ty, unindexed,
        |$this:ident| $store:expr, |$stored:ident| $load:expr $(,)?
    ) => {
        impl $crate::codegen::Field<$tables> for $ty {
            const STORED_AS: Option<$crate::codegen::ColumnKind> =
                Some($crate::codegen::own_type::$kind::KIND);

            fn value<'a>(&'a self, _: usize, _: &'a $tables) -> $crate::codegen::Encoded<'a> {
                let $this = self;
                $crate::codegen::own_type::$kind::encode($store)
            }

            fn load(
                row: &$crate::codegen::RowReader<'_, $tables>,
                columns: &[usize],
            ) -> ::core::result::Result<Self, $crate::codegen::ColumnProblem> {
                $crate::codegen::own_type::$kind::load(row, columns, stringify!($ty), |$stored| $load)
            }

            fn differing(&self, other: &Self) -> u32 {
                u32::from(self != other)
            }

            fn has_nan(&self) -> bool {
                $crate::codegen::own_type::$kind::is_nan(|| {
                    let $this = self;
                    $crate::codegen::own_type::$kind::encode($store)
                })
            }
        }
    };
}
