//! Enums that are stored as text.

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

        impl From<$name> for $crate::codegen::Value<'_> {
            fn from(value: $name) -> Self {
                $crate::codegen::Value::Text(value.as_str())
            }
        }

        impl $crate::codegen::FromValue for $name {
            fn from_value(
                value: $crate::codegen::Value<'_>,
            ) -> ::core::result::Result<Self, $crate::codegen::ProblemKind> {
                $crate::codegen::enum_from_value(value, stringify!($name), |text| match text {
                    $first_text => Some(Self::$first),
                    $($text => Some(Self::$variant),)*
                    _ => None,
                })
            }
        }
    };
}
