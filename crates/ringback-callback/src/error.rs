//! Why a rule, a policy or a plan cannot be made.

/// Why a rule, a policy or a plan cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting outside its range.
    #[error("{name} is {value}, expected {expected}")]
    Setting {
        /// The setting's name.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The range that it must lie in.
        expected: &'static str,
    },
    /// Two rules or settings that cannot both hold.
    #[error("contradictory rules: {0}")]
    Contradiction(String),
}
