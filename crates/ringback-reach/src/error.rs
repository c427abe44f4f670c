//! Why attempts cannot be used, or a model cannot be fitted or asked.

/// Why attempts cannot be used, or a model cannot be fitted or asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There are no attempts to learn from, or fewer than are needed.
    #[error("got {got} attempts with a known outcome, expected at least {needed}")]
    TooFewAttempts {
        /// Attempts given.
        got: usize,
        /// Attempts that are needed.
        needed: usize,
    },
    /// An attempt has another number of signals than the log has names for.
    #[error("attempt {attempt} has {got} signals, expected {expected}")]
    Signals {
        /// The attempt's place, from 0.
        attempt: usize,
        /// Its signals.
        got: usize,
        /// The names of the log.
        expected: usize,
    },
    /// A value of an attempt that cannot be used.
    #[error("{what} of attempt {attempt} is {value}, expected {expected}")]
    Value {
        /// What it is.
        what: &'static str,
        /// The attempt's place, from 0.
        attempt: usize,
        /// The value.
        value: f64,
        /// What was expected.
        expected: &'static str,
    },
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
    /// A learner could not be fitted, saved or asked.
    #[error(transparent)]
    Learn(#[from] ringback_learn::Error),
}
