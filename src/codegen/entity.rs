//! The macro that an entity is declared with.

/// Declares an entity: its row, columns, fields and views, and their description for the engine.
///
/// Each field has one line: its variant in the enum of fields, its name and type, and its columns, each with
/// the name of its flag and its name in the file. `-> Target` declares a foreign key, followed by the settings of
/// [`ForeignKey`](crate::codegen::ForeignKey); `default` is followed by the value that `Default` returns. Columns in
/// `unused { .. }` are always NULL. Columns are numbered in the order in which they are declared; if the file has
/// another order, `order { .. }` lists all of them in that order. So no line depends on the number of lines before
/// it.
///
/// After the id stands whether the row is `standalone`, has an id that the game gives (`given_id`), or is `owned` by
/// means of a pivot.
///
/// Each index is an associated constant of the row type, with the index's name; behind a column, `no_case` says that it
/// compares texts by SQLite's collation NOCASE. Each foreign key is one, too,
/// with the name of its column's flag, and each key by value (`value_keys { .. }`) with its own name. A key by value
/// says its columns, the index on them, and the index of the other table that finds the row with these values; `null`
/// is followed by the fields that become `None` when that row is removed, and `root`, in a nest, by the column in which
/// some numbers mean no row, with these numbers.
///
/// ```
/// # mod models {
/// use gamedb::codegen::{Table, entity, tables};
///
/// tables! {
///     /// All tables.
///     pub struct Tables from "";
///     /// A player.
///     players: Table<Player>,
/// }
///
/// entity! {
///     /// A player.
///     pub struct Player in Tables.players {
///         /// The name that other players see.
///         Name name: String = NAME "name";
///         /// Hit points; at least 0.
///         Hp hp: i64 = HP "hp" default 100;
///         /// The player who invited this one.
///         Friend friend: Option<PlayerKey> = FRIEND_ID "friend_id" -> Player.set_null();
///     }
///     table "players", id "id", standalone;
///     types PlayerKey, PlayerId, PlayerColumns(u8), PlayerField, PlayerRef, PlayerMut;
///     indexes { unique BY_NAME [name: NAME]; }
///     checks { "hp >= 0": Column(HP) GreaterOrEqual Integer(0); }
///     conditions { "name NOT LIKE '%admin%'": [NAME] Not(&Like(&Column(NAME as usize), "%admin%", None)); }
/// }
/// # pub fn find(world: &gamedb::World<Tables>, name: &str) -> Option<PlayerKey> {
/// #     world.players.find(Player::BY_NAME, name, |row| row.name == name).keys().next()
/// # }
/// # }
/// use models::{Player, PlayerColumns, Tables};
///
/// let mut world = gamedb::World::<Tables>::new();
/// let ada = world.insert(Player { name: "Ada".into(), ..Player::default() })?;
/// assert_eq!(world.get(ada)?.hp, 100);
/// assert!(world.insert(Player { name: "The Admin".into(), ..Player::default() }).is_err());
/// assert_eq!(PlayerColumns::all() - PlayerColumns::HP, PlayerColumns::NAME | PlayerColumns::FRIEND_ID);
/// # assert_eq!(models::find(&world, "Ada"), Some(ada));
/// # Ok::<(), gamedb::Error>(())
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! entity {
    (
        $(#[$attribute:meta])*
        $vis:vis struct $row:ident in $tables:ident.$table:ident {
            $(
                $(#[$doc:meta])*
                $variant:ident $field:ident: $ty:ty $(as $stored:ident)? =
                    $first:ident $first_column:literal $(-> $first_target:ident $(.$first_action:ident())*)?
                    $(, $flag:ident $column:literal $(-> $target:ident $(.$action:ident())*)?)*
                    $(default $default:expr)?;
            )*
        }
        table $name:literal, id $id_column:literal, $kind:ident $($pivot:ident)?;
        types $key:ident, $id:ident, $columns:ident($bits:ty), $fields:ident, $ref:ident, $mut:ident;
        $(indexes { $($uniqueness:ident $index:ident [$($indexed:ident: $indexed_flag:ident $($no_case:ident)?),+];)+ })?
        $(value_keys {
            $(
                $value_key:ident $value_columns:literal $own_index:ident -> $named:ident $named_index:ident
                    $(.$value_action:ident())* $(null [$($null:ident),+])?
                    $(root $root:ident [$(($root_first:literal, $root_last:literal)),+])?;
            )+
        })?
        $(checks {
            $($sql:literal: $left:ident($($left_value:tt)+) $comparison:ident $right:ident($($right_value:tt)+);)+
        })?
        $(conditions { $($condition:literal: [$($condition_flag:ident),+] $expression:expr;)+ })?
        $(unused { $($unused:ident $unused_column:literal,)+ })?
        $(order { $($ordered:ident $ordered_column:literal,)+ })?
    ) => {
        #[doc = concat!("Handle of a row of `", $name, "` in memory.")]
        #[allow(dead_code)]
        $vis type $key = $crate::Key<$row>;
        #[doc = concat!("`", $name, ".", $id_column, "`")]
        #[allow(dead_code)]
        $vis type $id = $crate::Id<$row>;

        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(dead_code)]
        $vis struct $row {
            $($(#[$doc])* pub $field: $ty,)*
        }

        #[doc = concat!("Columns of `", $name, "`.")]
        #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
        #[allow(dead_code)]
        $vis struct $columns($crate::codegen::ColumnBits<$bits>);

        $crate::column_set!($columns, $bits);

        #[doc = concat!("One field of [`", stringify!($row), "`] with a value for it.")]
        #[allow(dead_code)]
        $vis enum $fields {
            $($(#[$doc])* $variant($ty),)*
        }

        $crate::views!($row, $ref, $mut);
        $crate::entity!(@ownership $row, $kind $($pivot)?);

        // Items have no hygiene, so the private items in this block have names that no table can have.
        const _: () = {
            /// Counts the columns in the order of fields, where the parts of a field stand together.
            #[allow(non_camel_case_types, clippy::upper_case_acronyms, dead_code)]
            enum __Part {
                $($first, $($flag,)*)*
                $($($unused,)+)?
            }

            $crate::entity!(@columns
                [$($($ordered $ordered_column,)+)?]
                [$($first $first_column, $($flag $column,)*)* $($($unused $unused_column,)+)?]
            );

            /// Counts the foreign keys.
            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            enum __ForeignKey {
                $(
                    $(#[cfg_attr(any(), $first_target)] $first,)?
                    $($(#[cfg_attr(any(), $target)] $flag,)?)*
                )*
            }

            /// Counts the indexes.
            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            enum __Index {
                $($($index,)+)?
            }

            /// Counts the keys by value.
            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            enum __ValueKey {
                $($($value_key,)+)?
            }

            #[allow(dead_code)]
            impl $columns {
                $(
                    #[doc = $first_column]
                    pub const $first: Self = Self::at(__Column::$first as usize);
                    $(
                        #[doc = $column]
                        pub const $flag: Self = Self::at(__Column::$flag as usize);
                    )*
                )*
                $($(
                    #[doc = $unused_column]
                    pub const $unused: Self = Self::at(__Column::$unused as usize);
                )+)?

                const fn at(column: usize) -> Self {
                    Self($crate::codegen::ColumnBits::<$bits>::bit(column))
                }
            }

            impl $crate::codegen::Flags for $columns {
                const FLAGS: &'static [$crate::codegen::Flag<Self>] = &{
                    let mut flags =
                        [const { $crate::codegen::Flag::new("", Self::empty()) }; __FLAGS.len()];
                    let mut column = 0;
                    while column < __FLAGS.len() {
                        flags[column] = $crate::codegen::Flag::new(__FLAGS[column], Self::at(column));
                        column += 1;
                    }
                    flags
                };

                type Bits = $crate::codegen::ColumnBits<$bits>;

                #[inline]
                fn all() -> Self {
                    Self::all()
                }

                #[inline]
                fn bits(&self) -> Self::Bits {
                    self.0
                }

                #[inline]
                fn from_bits_retain(bits: Self::Bits) -> Self {
                    Self(bits)
                }
            }

            #[allow(dead_code, reason = "setters and finders use a part of the constants")]
            impl $row {
                $(
                    $(
                        #[cfg_attr(any(), $first_target)]
                        pub(crate) const $first: usize = __ForeignKey::$first as usize;
                    )?
                    $($(
                        #[cfg_attr(any(), $target)]
                        pub(crate) const $flag: usize = __ForeignKey::$flag as usize;
                    )?)*
                )*
                $($(
                    pub(crate) const $index: usize = __Index::$index as usize;
                )+)?
                $($(
                    pub(crate) const $value_key: usize = __ValueKey::$value_key as usize;
                )+)?
            }

            $($(
                const _: () = $crate::codegen::assert_stored_as(
                    <$ty as $crate::codegen::Field<$tables>>::STORED_AS,
                    $crate::codegen::ColumnKind::$stored,
                );
            )?)*

            // Formats the name of the field only. Deriving it, with the other traits that no caller needs, took
            // a tenth of the time in which the compiler checks the models.
            impl ::core::fmt::Debug for $fields {
                #[allow(unreachable_code, reason = "a table may have no fields")]
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    match *self {
                        $($fields::$variant(_) => f.write_str(stringify!($variant)),)*
                    }
                }
            }

            impl Default for $row {
                fn default() -> Self {
                    Self {
                        $($field: $crate::entity!(@default $($default)?),)*
                    }
                }
            }

            impl $crate::codegen::Fields for $row {
                type Columns = $columns;
                type Field = $fields;

                #[inline]
                fn differs(&self, field: &$fields) -> $columns {
                    match *field {
                        $($fields::$variant(ref new) => $columns(
                            $crate::codegen::ColumnBits::<$bits>::parts(
                                &[__Column::$first as usize $(, __Column::$flag as usize)*],
                                $crate::codegen::Field::<$tables>::differing(&self.$field, new),
                            ),
                        ),)*
                    }
                }

                #[inline]
                fn is_nan(field: &$fields) -> bool {
                    match *field {
                        $($fields::$variant(ref new) => {
                            $crate::codegen::Field::<$tables>::has_nan(new)
                        })*
                    }
                }

                #[inline]
                fn replace(&mut self, field: $fields) -> $fields {
                    match field {
                        $($fields::$variant(new) => {
                            $fields::$variant(::core::mem::replace(&mut self.$field, new))
                        })*
                    }
                }
            }

            impl $crate::codegen::Row for $row {
                type Tables = $tables;

                const TABLE: $crate::codegen::TableId = $tables::$table;
                const INFO: &'static $crate::codegen::TableInfo = &$crate::codegen::TableInfo {
                    name: $name,
                    id: $id_column,
                    columns: __COLUMNS,
                    foreign_keys: &[$(
                        $(
                            $crate::codegen::ForeignKey::to(
                                __Column::$first as usize,
                                <$first_target as $crate::codegen::Row>::TABLE,
                            )$(.$first_action())*,
                        )?
                        $($(
                            $crate::codegen::ForeignKey::to(
                                __Column::$flag as usize,
                                <$target as $crate::codegen::Row>::TABLE,
                            )$(.$action())*,
                        )?)*
                    )*],
                    value_keys: &[$($(
                        $crate::codegen::ValueKey::to(
                            $value_columns,
                            __Index::$own_index as usize,
                            <$named as $crate::codegen::Row>::TABLE,
                            $named::$named_index,
                        )$(.$value_action())*$(.nest(__Column::$root as usize, &[$(($root_first, $root_last)),+]))?,
                    )+)?],
                    indexes: &[$($(
                        $crate::codegen::IndexInfo::$uniqueness(&[$(__Column::$indexed_flag as usize),+])
                            .no_case(&[$($(
                                { const _: &str = stringify!($no_case); __Column::$indexed_flag as usize },
                            )?)+]),
                    )+)?],
                    checks: &[$($(
                        $crate::codegen::Check::new(
                            $sql,
                            $crate::entity!(@operand $left $($left_value)+),
                            $crate::codegen::Comparison::$comparison,
                            $crate::entity!(@operand $right $($right_value)+),
                        ),
                    )+)?],
                    conditions: {
                        $(
                            #[allow(unused_imports)]
                            use {
                                $crate::codegen::Comparison::*, $crate::codegen::Expression::*,
                                __Column::*,
                            };
                            const _: &[&str] = &[$($condition),+];
                        )?
                        &[$($(
                            $crate::codegen::Condition {
                                sql: $condition,
                                columns: &[$(__Column::$condition_flag as usize),+],
                                expression: $expression,
                            },
                        )+)?]
                    },
                    kind: $crate::entity!(@kind $kind $($pivot)?),
                };
                const INDEXED: $columns =
                    $columns($crate::codegen::ColumnBits::<$bits>::indexed(<Self as $crate::codegen::Row>::INFO));
                const CHECKED: $columns =
                    $columns($crate::codegen::ColumnBits::<$bits>::checked(<Self as $crate::codegen::Row>::INFO));

                #[inline]
                fn has_nan(&self) -> bool {
                    false $(|| $crate::codegen::Field::<$tables>::has_nan(&self.$field))*
                }

                #[inline]
                fn parent(&self, foreign_key: usize) -> Option<$crate::codegen::RawKey> {
                    $(
                        $(
                            if foreign_key == __ForeignKey::$first as usize {
                                let _: $crate::Key<$first_target>;
                                return $crate::codegen::Field::<$tables>::parent(&self.$field, 0);
                            }
                        )?
                        $($(
                            if foreign_key == __ForeignKey::$flag as usize {
                                let _: $crate::Key<$target>;
                                let part = __Part::$flag as usize - __Part::$first as usize;
                                return $crate::codegen::Field::<$tables>::parent(&self.$field, part);
                            }
                        )?)*
                    )*
                    None
                }

                #[inline]
                fn key_of_another_world(&self, world: $crate::codegen::WorldNumber) -> Option<usize> {
                    $(
                        $(
                            let _: $crate::Key<$first_target>;
                            if $crate::codegen::Field::<$tables>::is_of_another_world(&self.$field, 0, world) {
                                return Some(__Column::$first as usize);
                            }
                        )?
                        $($(
                            let _: $crate::Key<$target>;
                            let part = __Part::$flag as usize - __Part::$first as usize;
                            if $crate::codegen::Field::<$tables>::is_of_another_world(&self.$field, part, world) {
                                return Some(__Column::$flag as usize);
                            }
                        )?)*
                    )*
                    None
                }

                $crate::if_serde! {
                    fn field_names() -> &'static [&'static str] {
                        &[$(stringify!($field)),*]
                    }

                    fn serialize_fields<M: $crate::codegen::serde::ser::SerializeMap>(
                        &self,
                        tables: &$tables,
                        map: &mut M,
                    ) -> ::core::result::Result<(), M::Error> {
                        let _ = (tables, &map);
                        $(
                            map.serialize_entry(
                                $crate::codegen::plain_name(stringify!($field)),
                                &$crate::codegen::FieldOf::new(&self.$field, tables),
                            )?;
                        )*
                        Ok(())
                    }
                }

                fn null_field(foreign_key: usize) -> Option<$fields> {
                    $(
                        $(
                            if foreign_key == __ForeignKey::$first as usize {
                                let _: $crate::Key<$first_target>;
                                return <$ty as $crate::codegen::Field<$tables>>::null().map($fields::$variant);
                            }
                        )?
                        $($(
                            if foreign_key == __ForeignKey::$flag as usize {
                                let _: $crate::Key<$target>;
                                return <$ty as $crate::codegen::Field<$tables>>::null().map($fields::$variant);
                            }
                        )?)*
                    )*
                    None
                }

                $(
                    fn null_fields(value_key: usize) -> ::std::vec::Vec<$fields> {
                        $($(
                            if value_key == __ValueKey::$value_key as usize {
                                return ::std::vec![$($fields::$null(None)),+];
                            }
                        )?)+
                        let _ = value_key;
                        ::std::vec::Vec::new()
                    }
                )?

                fn index_hash(
                    &self,
                    index: usize,
                    hasher: &$crate::codegen::IndexHasher<'_>,
                ) -> Option<u64> {
                    $($(
                        if index == __Index::$index as usize {
                            return hasher.hash(|state| {
                                $($crate::entity!(@hash $tables, &self.$indexed, state $(, $no_case)?))&&+
                            });
                        }
                    )+)?
                    None
                }

                fn index_eq(&self, other: &Self, index: usize) -> bool {
                    $($(
                        if index == __Index::$index as usize {
                            return $($crate::entity!(@same &self.$indexed, &other.$indexed $(, $no_case)?))&&+;
                        }
                    )+)?
                    false
                }

                fn value<'a>(&'a self, column: usize, tables: &'a $tables) -> $crate::codegen::Encoded<'a> {
                    $(
                        if column == __Column::$first as usize {
                            return $crate::codegen::Field::<$tables>::value(&self.$field, 0, tables);
                        }
                        $(
                            if column == __Column::$flag as usize {
                                let part = __Part::$flag as usize - __Part::$first as usize;
                                return $crate::codegen::Field::<$tables>::value(&self.$field, part, tables);
                            }
                        )*
                    )*
                    $crate::codegen::Encoded::NULL
                }

                fn load(
                    row: &$crate::codegen::RowReader<'_, $tables>,
                ) -> ::core::result::Result<Self, $crate::codegen::ColumnProblem> {
                    $($(row.unused(__Column::$unused as usize)?;)+)?
                    Ok(Self {
                        $($field: $crate::codegen::Field::load(
                            row,
                            &[__Column::$first as usize $(, __Column::$flag as usize)*],
                        )?,)*
                    })
                }
            }
        };
    };
    (@columns [] [$($flag:ident $column:literal,)*]) => {
        use __Part as __Column;
        const __COLUMNS: &[&str] = &[$($column),*];
        const __FLAGS: &[&str] = &[$(stringify!($flag)),*];
    };
    (@columns [$($flag:ident $column:literal,)+] [$($in_fields:tt)*]) => {
        /// Counts the columns in the order of declaration.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum __Column {
            $($flag,)+
        }

        const __COLUMNS: &[&str] = &[$($column),*];
        const __FLAGS: &[&str] = &[$(stringify!($flag)),*];
    };
    (@ownership $row:ident, standalone) => {
        impl $crate::codegen::Unowned for $row {}
        impl $crate::codegen::Standalone for $row {}
    };
    (@ownership $row:ident, given_id) => {
        impl $crate::codegen::Unowned for $row {}
    };
    (@ownership $row:ident, owned $pivot:ident) => {
        impl $crate::codegen::Owned for $row {
            type Pivot = $pivot;
        }
    };
    (@kind standalone) => {
        $crate::codegen::TableKind::Entity
    };
    (@kind given_id) => {
        $crate::codegen::TableKind::Entity
    };
    (@kind owned $pivot:ident) => {
        $crate::codegen::TableKind::Owned { pivot: <$pivot as $crate::codegen::PivotRow>::TABLE }
    };
    (@hash $tables:ty, $value:expr, $state:ident) => {
        $crate::codegen::IndexedField::<$tables>::hash($value, $state)
    };
    (@hash $tables:ty, $value:expr, $state:ident, no_case) => {
        $crate::codegen::NoCaseField::hash_no_case($value, $state)
    };
    (@same $one:expr, $other:expr) => {
        ::core::cmp::PartialEq::eq($one, $other)
    };
    (@same $one:expr, $other:expr, no_case) => {
        $crate::codegen::NoCaseField::no_case($one) == $crate::codegen::NoCaseField::no_case($other)
    };
    (@default) => {
        ::core::default::Default::default()
    };
    (@default $default:expr) => {
        $default
    };
    (@operand Column $flag:ident) => {
        $crate::codegen::Operand::Column(__Column::$flag as usize)
    };
    (@operand Length $flag:ident) => {
        $crate::codegen::Operand::Length(__Column::$flag as usize)
    };
    (@operand $constant:ident $($value:tt)+) => {
        $crate::codegen::Operand::$constant($($value)+)
    };
}
