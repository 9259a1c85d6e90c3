//! The macro that a pivot is declared with.

/// Declares the row type of a pivot: an owned row and its owner.
///
/// One column references the owned row. Each other column is an arm of the owner: `-> Table`, or `outside` for the
/// id of an owner without a table. Columns without an arm are always NULL.
///
/// ```text
/// pivot! {
///     /// A house and its owner.
///     pub struct HouseOwner in Tables.house_owners {
///         /// The house that is owned: `house_id`.
///         house: House = HOUSE_ID.cascade().unique();
///         /// Who owns it.
///         owner: HouseOwnerKey = PLAYER_ID -> Player.cascade(), BANK_ID outside;
///     }
///     table "house_owners", id "id", HouseOwnerId;
///     columns { HOUSE_ID "house_id", PLAYER_ID "player_id", BANK_ID "bank_id", }
///     owners { is_player, is_bank }
/// }
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! pivot {
    (
        $(#[$attribute:meta])*
        $vis:vis struct $row:ident in $tables:ident.$table:ident {
            $(#[$owned_doc:meta])*
            $owned:ident: $owned_row:ident = $owned_flag:ident $(.$owned_action:ident())*;
            $(#[$owner_doc:meta])*
            $owner:ident: $owner_key:ident =
                $($flag:ident $($outside:ident)? $(-> $target:ident $(.$action:ident())*)?),+;
        }
        table $name:literal, id $id_column:literal, $id:ident;
        columns { $($column:ident $column_name:literal,)+ }
        owners { $($is:ident),+ }
    ) => {
        #[doc = concat!("`", $name, ".", $id_column, "`")]
        #[allow(dead_code)]
        $vis type $id = $crate::Id<$row>;

        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(dead_code)]
        $vis struct $row {
            #[doc = concat!("`", $name, ".", $id_column, "`")]
            pub id: $id,
            $(#[$owned_doc])*
            pub $owned: $crate::Key<$owned_row>,
            $(#[$owner_doc])*
            pub $owner: $owner_key,
        }

        #[allow(dead_code)]
        impl $row {
            $(
                #[doc = concat!("Whether the owner is one: see [`", stringify!($owner_key), "::", stringify!($is), "`].")]
                #[must_use]
                pub const fn $is(&self) -> bool {
                    self.$owner.$is()
                }
            )+
        }

        const _: () = {
            /// Counts the columns.
            #[allow(non_camel_case_types, clippy::upper_case_acronyms, dead_code)]
            enum __Column {
                $($column,)+
            }

            impl $crate::codegen::PivotRow for $row {
                type Tables = $tables;
                type Owned = $owned_row;
                type Owner = $owner_key;

                const TABLE: $crate::codegen::TableId = $tables::$table;
                const INFO: &'static $crate::codegen::TableInfo = &$crate::codegen::TableInfo {
                    name: $name,
                    id: $id_column,
                    columns: &[$($column_name),+],
                    foreign_keys: &[
                        $crate::codegen::ForeignKey::to(
                            __Column::$owned_flag as usize,
                            <$owned_row as $crate::codegen::Row>::TABLE,
                        )$(.$owned_action())*,
                        $($crate::pivot!(@arm $flag $($outside)? $(-> $target $(.$action())*)?),)+
                    ],
                    value_keys: &[],
                    indexes: &[],
                    checks: &[],
                    conditions: &[],
                    kind: $crate::codegen::TableKind::Pivot {
                        owned: <$owned_row as $crate::codegen::Row>::TABLE,
                    },
                };

                #[inline]
                fn new(id: $id, owned: $crate::Key<$owned_row>, owner: $owner_key) -> Self {
                    Self { id, $owned: owned, $owner: owner }
                }

                #[inline]
                fn owned(&self) -> $crate::Key<$owned_row> {
                    self.$owned
                }
            }
        };
    };
    (@arm $flag:ident outside) => {
        $crate::codegen::ForeignKey::arm(__Column::$flag as usize)
    };
    (@arm $flag:ident -> $target:ident $(.$action:ident())*) => {
        $crate::codegen::ForeignKey::to(
            __Column::$flag as usize,
            <$target as $crate::codegen::Row>::TABLE,
        )$(.$action())*
    };
}
