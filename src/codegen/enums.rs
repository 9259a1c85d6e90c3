//! Enums that are stored as text.

/// Declares an enum that is stored as text.
#[doc(hidden)]
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
        #[allow(dead_code)]
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

        #[allow(dead_code)]
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

            /// The variant that is stored as this text, if there is one.
            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                match text {
                    $first_text => Some(Self::$first),
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::UnknownVariant;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                Self::from_text(text).ok_or_else(|| $crate::UnknownVariant {
                    name: stringify!($name),
                    text: text.to_owned(),
                    allowed: &[$first_text, $($text,)*],
                })
            }
        }

        impl ::core::convert::TryFrom<&str> for $name {
            type Error = $crate::UnknownVariant;

            fn try_from(text: &str) -> ::core::result::Result<Self, Self::Error> {
                text.parse()
            }
        }

        $crate::if_serde! {
            impl $crate::codegen::serde::Serialize for $name {
                fn serialize<S: $crate::codegen::serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }

            impl<'de> $crate::codegen::serde::Deserialize<'de> for $name {
                fn deserialize<D: $crate::codegen::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    let text: ::std::string::String =
                        $crate::codegen::serde::Deserialize::deserialize(deserializer)?;
                    text.parse().map_err($crate::codegen::serde::de::Error::custom)
                }
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl<T: $crate::codegen::Resolve> $crate::codegen::Field<T> for $name {
            #[inline]
            fn value<'a>(&'a self, _: usize, _: &'a T) -> $crate::codegen::Encoded<'a> {
                $crate::codegen::Encoded::Borrowed($crate::codegen::Value::Text(self.as_str()))
            }

            #[inline]
            fn load(
                row: &$crate::codegen::RowReader<'_, T>,
                columns: &[usize],
            ) -> ::core::result::Result<Self, $crate::codegen::ColumnProblem> {
                row.text_of(columns[0], stringify!($name), Self::from_text)
            }

            #[inline]
            fn differing(&self, other: &Self) -> u32 {
                u32::from(self != other)
            }
        }

        impl<T: $crate::codegen::Resolve> $crate::codegen::IndexedField<T> for $name {
            #[inline]
            fn hash(&self, state: &mut $crate::codegen::IndexState) -> bool {
                ::core::hash::Hash::hash(self, state);
                true
            }
        }
    };
}
