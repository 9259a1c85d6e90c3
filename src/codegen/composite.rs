//! Enums of values of several kinds, each in columns of its own.

/// Declares a composite: a value of one of several kinds, each of which is stored in nullable columns of
/// its own. A kind has one column, whose name only the macro uses, or a column for each of its fields.
///
/// ```
/// # mod models {
/// use gamedb::codegen::{Table, composite, entity, tables};
/// # tables! {
/// #     /// All tables.
/// #     pub struct Tables from "";
/// #     /// Places.
/// #     places: Table<Place>,
/// # }
///
/// composite! {
///     /// The position of a ship.
///     pub enum Position in Tables {
///         /// `station`
///         Station(name: String),
///         /// `x`, `y`
///         Free {
///             /// `x`
///             x: f64,
///             /// `y`
///             y: f64,
///         },
///     }
/// }
/// # entity! {
/// #     /// A place.
/// #     pub struct Place in Tables.places {
/// #         /// Where.
/// #         Position position: Position = STATION "station", X "x", Y "y";
/// #     }
/// #     table "places", id "id", standalone;
/// #     types PlaceKey, PlaceId, PlaceColumns(u8), PlaceField, PlaceRef, PlaceMut;
/// # }
/// # }
/// use gamedb::codegen::{Fields as _, Row as _};
/// use models::{Place, PlaceColumns, PlaceField, Position};
///
/// let place = Place { position: Position::Free { x: 1.0, y: 2.0 } };
/// let moved = PlaceField::Position(Position::Free { x: 1.0, y: 3.0 });
/// assert_eq!(place.differs(&moved), PlaceColumns::Y);
/// let docked = PlaceField::Position(Position::Station("Mir".into()));
/// assert_eq!(place.differs(&docked), PlaceColumns::all());
/// assert!(Place { position: Position::Free { x: 0.0, y: f64::NAN } }.has_nan());
/// assert_eq!(Place::default().position, Position::Station(String::new()));
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! composite {
    (
        $(#[$attribute:meta])*
        $vis:vis enum $name:ident in $tables:ident {
            $(
                $(#[$doc:meta])*
                $variant:ident $(($value:ident: $ty:ty))? $({
                    $($(#[$field_doc:meta])* $field:ident: $field_ty:ty,)+
                })?,
            )+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(dead_code)]
        $vis enum $name {
            $($(#[$doc])* $variant $(($ty))? $({
                $($(#[$field_doc])* $field: $field_ty,)+
            })?,)+
        }

        // Items have no hygiene, so the private items in this block have names that no other item has.
        const _: () = {
            /// Counts the variants.
            enum __Variant {
                $($variant,)+
            }

            /// How many parts each variant has.
            const __N_PARTS: &[usize] = &[
                $($(<[&str]>::len(&[stringify!($ty)]))? $(<[&str]>::len(&[$(stringify!($field)),+]))?,)+
            ];

            /// The first part of a variant.
            const fn __first(variant: usize) -> usize {
                let (mut first, mut before) = (0, 0);
                while before < variant {
                    first += __N_PARTS[before];
                    before += 1;
                }
                first
            }

            /// The parts of a variant as bits.
            const fn __mask(variant: usize) -> u32 {
                let n = __N_PARTS[variant];
                (((1_u64 << n) - 1) << __first(variant)) as u32
            }

            impl Default for $name {
                #[allow(unreachable_code, reason = "it is the first of them")]
                fn default() -> Self {
                    $(
                        return Self::$variant $((<$ty as Default>::default()))? $({
                            $($field: Default::default(),)+
                        })?;
                    )+
                }
            }

            impl $crate::codegen::Field<$tables> for $name {
                fn value<'a>(&'a self, part: usize, tables: &'a $tables) -> $crate::codegen::Encoded<'a> {
                    match self {
                        $(Self::$variant $(($value))? $({ $($field),+ })? => {
                            let part = part.wrapping_sub(const { __first(__Variant::$variant as usize) });
                            $(
                                if part == 0 {
                                    return $crate::codegen::Field::<$tables>::value($value, 0, tables);
                                }
                            )?
                            $(
                                #[allow(non_camel_case_types)]
                                enum __Field { $($field),+ }
                                $(
                                    if part == __Field::$field as usize {
                                        return $crate::codegen::Field::<$tables>::value($field, 0, tables);
                                    }
                                )+
                            )?
                        })+
                    }
                    $crate::codegen::Encoded::NULL
                }

                fn load(
                    row: &$crate::codegen::RowReader<'_, $tables>,
                    columns: &[usize],
                ) -> ::core::result::Result<Self, $crate::codegen::ColumnProblem> {
                    let used = row.used(columns)?;
                    $(
                        if used == const { __mask(__Variant::$variant as usize) } {
                            let columns = &columns[const { __first(__Variant::$variant as usize) }..];
                            $(
                                #[allow(non_camel_case_types)]
                                enum __Field { $($field),+ }
                            )?
                            return Ok(Self::$variant $((
                                <$ty as $crate::codegen::Field<$tables>>::load(row, columns)?
                            ))? $({
                                $($field: $crate::codegen::Field::load(
                                    row,
                                    &columns[__Field::$field as usize..],
                                )?,)+
                            })?);
                        }
                    )+
                    Err($crate::codegen::ColumnProblem::not_one_of(columns, used))
                }

                $crate::if_serde! {
                    fn serialize<S: $crate::codegen::serde::Serializer>(
                        &self,
                        tables: &$tables,
                        serializer: S,
                    ) -> ::core::result::Result<S::Ok, S::Error> {
                        match self {
                            $(Self::$variant $(($value))? $({ $($field),+ })? => {
                                $(
                                    let held = $crate::codegen::FieldOf::<$ty, _>::new($value, tables);
                                    $crate::codegen::serialize_variant(stringify!($variant), &held, serializer)
                                )?
                                $(
                                    struct __Held<'a> {
                                        __tables: &'a $tables,
                                        $($field: &'a $field_ty,)+
                                    }
                                    impl $crate::codegen::serde::Serialize for __Held<'_> {
                                        fn serialize<S: $crate::codegen::serde::Serializer>(
                                            &self,
                                            serializer: S,
                                        ) -> ::core::result::Result<S::Ok, S::Error> {
                                            use $crate::codegen::serde::ser::SerializeMap as _;
                                            let n = <[&str]>::len(&[$(stringify!($field)),+]);
                                            let mut map = serializer.serialize_map(Some(n))?;
                                            $(
                                                let held = $crate::codegen::FieldOf::new(self.$field, self.__tables);
                                                map.serialize_entry(
                                                    $crate::codegen::plain_name(stringify!($field)),
                                                    &held,
                                                )?;
                                            )+
                                            map.end()
                                        }
                                    }
                                    let held = __Held { __tables: tables, $($field),+ };
                                    $crate::codegen::serialize_variant(stringify!($variant), &held, serializer)
                                )?
                            })+
                        }
                    }
                }

                #[inline]
                fn differing(&self, other: &Self) -> u32 {
                    $(
                        if let Self::$variant $(($value))? $({ $($field),+ })? = self {
                            $(let old = $value;)?
                            $(
                                #[allow(non_camel_case_types)]
                                enum __Field { $($field),+ }
                                struct __Fields<'a> { $($field: &'a $field_ty),+ }
                                let old = __Fields { $($field),+ };
                            )?
                            if let Self::$variant $(($value))? $({ $($field),+ })? = other {
                                let mut parts = 0;
                                $(parts |= <$ty as $crate::codegen::Field<$tables>>::differing(old, $value);)?
                                $($(
                                    parts |= $crate::codegen::Field::<$tables>::differing(old.$field, $field)
                                        << __Field::$field as u32;
                                )+)?
                                return parts << const { __first(__Variant::$variant as usize) };
                            }
                        }
                    )+
                    $crate::codegen::Field::<$tables>::used(self)
                        | $crate::codegen::Field::<$tables>::used(other)
                }

                #[inline]
                fn used(&self) -> u32 {
                    match self {
                        $(Self::$variant { .. } => const { __mask(__Variant::$variant as usize) },)+
                    }
                }

                #[inline]
                fn has_nan(&self) -> bool {
                    match self {
                        $(Self::$variant $(($value))? $({ $($field),+ })? => {
                            $($crate::codegen::Field::<$tables>::has_nan($value))?
                            $(false $(|| $crate::codegen::Field::<$tables>::has_nan($field))+)?
                        })+
                    }
                }
            }
        };
    };
}
