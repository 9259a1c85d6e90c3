//! Enums of the owners of a row.

/// Declares the enum of the owners of a row, and implements [`Owner`] for it.
///
/// Each line is an arm: its variant, and the type of its owner, which is the key of a row, or `i64` for the id of
/// an owner without a table. The braces contain the names of its methods, and `from` if the key's type determines the
/// arm. With `in Tables` after its name, the enum is the type of a field, with a column for each arm.
///
/// ```
/// use gamedb::codegen::owner_enum;
///
/// owner_enum! {
///     /// Who owns a house.
///     pub enum HouseOwner {
///         Crown(i64) { is_crown, as_crown },
///         Bank(i64) { is_bank, as_bank, from },
///     }
/// }
///
/// assert!(HouseOwner::Crown(1).is_crown());
/// assert_eq!(HouseOwner::from(2).as_bank(), Some(2));
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! owner_enum {
    (
        $(#[$attribute:meta])*
        $vis:vis enum $name:ident $(in $tables:ident)? {
            $(
                $(#[$doc:meta])*
                $variant:ident($held:ty) { $is:ident, $as:ident $(, $from:ident)? },
            )*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(dead_code)]
        $vis enum $name {
            $($(#[$doc])* $variant($held),)*
        }

        #[allow(dead_code)]
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

        const _: () = {
            /// Counts the arms.
            enum __Arm {
                $($variant,)*
            }

            impl $crate::codegen::Owner for $name {
                const TARGETS: &'static [Option<$crate::codegen::TableId>] =
                    &[$(<$held as $crate::codegen::Arm>::TABLE),*];
                const NAMES: &'static [&'static str] = &[$(stringify!($variant)),*];

                #[inline]
                fn arm(self) -> (usize, $crate::codegen::Parent) {
                    match self {
                        $(Self::$variant(held) => {
                            (__Arm::$variant as usize, $crate::codegen::Arm::parent(held))
                        })*
                    }
                }

                #[inline]
                fn is_of_another_world(self, world: $crate::codegen::WorldNumber) -> bool {
                    match self {
                        $(Self::$variant(held) => $crate::codegen::Arm::is_of_another_world(held, world),)*
                    }
                }

                #[inline]
                fn from_arm(arm: usize, parent: $crate::codegen::Parent) -> Option<Self> {
                    $(
                        if arm == __Arm::$variant as usize {
                            return $crate::codegen::Arm::from_parent(parent).map(Self::$variant);
                        }
                    )*
                    None
                }
            }
        };

        $($crate::owner_enum!(@field $name, $tables);)?
    };
    (@field $name:ident, $tables:ident) => {
        impl $crate::codegen::Field<$tables> for $name {
            fn value<'a>(&'a self, part: usize, tables: &'a $tables) -> $crate::codegen::Encoded<'a> {
                let target = <Self as $crate::codegen::Owner>::TARGETS[part];
                let value = $crate::codegen::owner_value(*self, part, target, tables);
                $crate::codegen::Encoded::Borrowed(value)
            }

            fn load(
                row: &$crate::codegen::RowReader<'_, $tables>,
                columns: &[usize],
            ) -> ::core::result::Result<Self, $crate::codegen::ColumnProblem> {
                let targets = <Self as $crate::codegen::Owner>::TARGETS.iter().copied();
                row.owner(columns.iter().copied().zip(targets))
            }

            #[inline]
            fn differing(&self, other: &Self) -> u32 {
                $crate::codegen::differing_arms(*self, *other)
            }

            #[inline]
            fn used(&self) -> u32 {
                1 << $crate::codegen::Owner::arm(*self).0
            }

            $crate::if_serde! {
                fn serialize<S: $crate::codegen::serde::Serializer>(
                    &self,
                    tables: &$tables,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    $crate::codegen::serialize_owner(*self, tables, serializer)
                }
            }

            #[inline]
            fn parent(&self, part: usize) -> Option<$crate::codegen::RawKey> {
                $crate::codegen::arm_parent(*self, part)
            }

            #[inline]
            fn is_of_another_world(&self, part: usize, world: $crate::codegen::WorldNumber) -> bool {
                let owner = *self;
                $crate::codegen::Owner::is_of_another_world(owner, world)
                    && $crate::codegen::Owner::arm(owner).0 == part
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
