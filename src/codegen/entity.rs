//! The macros that an entity is declared with.

/// Declares the enum of an entity's fields, and implements [`Fields`] with it: what a setter writes.
///
/// Each line has a variant and its type, the field of the row, and its column's flag. An owner and a
/// value of several kinds stand in several columns: `owner [..]` or, if somebody has to own the row,
/// `required_owner [..]`, with one flag for each arm, and `union [..]`, with one for each part.
///
/// ```
/// use gamedb::codegen::{Fields as _, bitflags, fields};
///
/// struct Mobile {
///     name: String,
///     hp: i64,
/// }
///
/// columns! {
///     struct MobileColumns: u8 {
///         const NAME = 0;
///         const HP = 1;
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

        impl $crate::codegen::Fields for $row {
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
        $crate::codegen::owner_flags(&[$($columns::$flag),+], $old, *$new)
    };
    (@differs $columns:ident, $old:expr, $new:ident, required_owner [$($flag:ident),+]) => {
        $crate::codegen::owner_flags(&[$($columns::$flag),+], Some($old), Some(*$new))
    };
    (@differs $columns:ident, $old:expr, $new:ident, union [$($flag:ident),+]) => {
        $crate::codegen::union_flags(
            &[$($columns::$flag),+],
            $crate::codegen::Union::differing(&$old, $new),
        )
    };
    (@differs $columns:ident, $old:expr, $new:ident, $flag:ident) => {
        if $old == *$new { $columns::empty() } else { $columns::$flag }
    };
}

/// Declares the two views of an entity: what `get` and `get_mut` return. Relations and setters are
/// added to them in `impl` blocks.
#[macro_export]
macro_rules! views {
    ($row:ident, $ref:ident, $mut:ident) => {
        impl $crate::codegen::Entity for $row {
            type Ref<'w> = $ref<'w>;
            type Mut<'w> = $mut<'w>;
        }

        #[doc = concat!("A [`", stringify!($row), "`] for reading, with its relations.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $ref<'w>($crate::codegen::RowRef<'w, $row>);

        impl<'w> From<$crate::codegen::RowRef<'w, $row>> for $ref<'w> {
            #[inline]
            fn from(row: $crate::codegen::RowRef<'w, $row>) -> Self {
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
        pub struct $mut<'w>($crate::codegen::RowMut<'w, $row>);

        impl<'w> From<$crate::codegen::RowMut<'w, $row>> for $mut<'w> {
            #[inline]
            fn from(row: $crate::codegen::RowMut<'w, $row>) -> Self {
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
