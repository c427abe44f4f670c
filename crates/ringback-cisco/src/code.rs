//! Numbered codes of the vendor's tables, each with its meaning; an unknown code keeps its number.

/// Declares a code table: an enum with a variant for each documented code and `Other` for the rest.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($code:literal $variant:ident $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $code, "`: ", $text, ".")] $variant,)+
            /// A code that the table does not have.
            Other(u32),
        }

        impl $name {
            /// The meaning of a code.
            pub fn from_code(code: u32) -> Self {
                match code {
                    $($code => Self::$variant,)+
                    _ => Self::Other(code),
                }
            }

            /// The code.
            pub fn code(self) -> u32 {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Other(code) => code,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$variant => f.write_str($text),)+
                    Self::Other(code) => write!(f, "unknown code {code}"),
                }
            }
        }
    };
}

pub(crate) use codes;
