//! The two views of an entity.

/// Declares the two views of an entity: what `get` and `get_mut` return. Relations and setters are
/// added to them in `impl` blocks.
#[doc(hidden)]
#[macro_export]
macro_rules! views {
    ($row:ident, $ref:ident, $mut:ident) => {
        impl $crate::codegen::Entity for $row {
            type Ref<'w> = $ref<'w>;
            type Mut<'w> = $mut<'w>;
        }

        #[doc = concat!("A [`", stringify!($row), "`] for reading, with its relations.")]
        #[derive(Clone, Copy, Debug)]
        #[allow(dead_code)]
        pub struct $ref<'w>($crate::codegen::RowRef<'w, $row>);

        $crate::if_serde! {
            impl $crate::codegen::serde::Serialize for $ref<'_> {
                fn serialize<S: $crate::codegen::serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    $crate::codegen::serde::Serialize::serialize(&self.0, serializer)
                }
            }
        }

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

        #[allow(dead_code)]
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

            /// The row itself, borrowed until the world is written to.
            #[inline]
            #[must_use]
            pub fn row(self) -> &'w $row {
                self.0.row()
            }
        }

        #[doc = concat!("A [`", stringify!($row), "`] for writing: setters, and what it owns.")]
        ///
        /// Fields are read as those of the row, and written by their setters only, which is how indexes and the next
        /// flush hear of it. For a field `gold`, `row.gold -= 5` does not compile, and this is how it is done:
        /// `row.set_gold(row.gold - 5)`, with a `?` where the schema can refuse the value.
        #[derive(Debug)]
        #[allow(dead_code)]
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

        #[allow(dead_code)]
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
            /// If a row that stays references one of the removed rows with `RESTRICT`. Nothing has changed then.
            pub fn remove(self) -> ::core::result::Result<(), $crate::Error> {
                self.0.remove()
            }
        }
    };
}
