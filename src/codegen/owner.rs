//! Enums of who owns a row.

/// Declares the enum of who owns a row, and implements [`Owner`] for it.
///
/// Each line has the arm's number, counted from 0, its variant and what it holds: the key of a row, or
/// the `i64` id of something that is none. In braces stand the names of its methods, and `from` where a
/// key alone says which arm is meant.
///
/// ```
/// use gamedb::codegen::owner_enum;
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

        impl $crate::codegen::Owner for $name {
            #[inline]
            fn arm(self) -> (usize, $crate::codegen::Parent) {
                match self {
                    $(Self::$variant(held) => ($arm, $crate::codegen::Arm::parent(held)),)*
                }
            }

            #[inline]
            fn from_arm(arm: usize, parent: $crate::codegen::Parent) -> Option<Self> {
                match arm {
                    $($arm => $crate::codegen::Arm::from_parent(parent).map(Self::$variant),)*
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
