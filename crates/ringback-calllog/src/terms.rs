//! How the suite declares field terms and ids, so that each is spelled, read and refused in one way.

/// Declares a closed set of field terms with their spelling in files, and the error of a text that is none of them.
///
/// For the suite's own crates: it needs `serde` and `thiserror` where it is used.
#[doc(hidden)]
#[macro_export]
macro_rules! terms {
    ($(#[$doc:meta])* $name:ident, $invalid:ident, $what:literal {
        $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+
    }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize,
        )]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every term, in the order of the declaration.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The spelling in files.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $invalid;

            fn from_str(text: &str) -> Result<Self, $invalid> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($invalid($crate::Masked::new(text).to_string())),
                }
            }
        }

        #[doc = concat!("A text that is no ", $what, "; what could be a phone number in it is masked.")]
        #[derive(Clone, Debug, PartialEq, Eq, ::thiserror::Error)]
        #[error("{0:?} is no {what}, expected one of {all}", what = $what, all = [$($text),+].join(", "))]
        pub struct $invalid(String);
    };
}

/// Declares an id: a text that is cheap to clone, taken as it is.
///
/// For the suite's own crates: it needs `serde` where it is used.
#[doc(hidden)]
#[macro_export]
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Cheap to clone: the text is shared.
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(::std::sync::Arc<str>);

        impl $name {
            /// The id of a text, taken as it is.
            pub fn new(text: impl Into<::std::sync::Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }
    };
}
