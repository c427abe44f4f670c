//! Where attempts come from: the outbound calls of a log, and tables of attempts.

mod calls;
mod columns;
mod row;
mod table;

pub use calls::{AttemptsOfCalls, CallAttempts, CallCounts};
pub use columns::{AttemptTableError, SignalNote};
pub use row::CustomerText;
pub use table::{AttemptTable, ReadAttempts};
