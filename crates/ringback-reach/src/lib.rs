//! When does this customer pick up? Contact attempts, reachability models with an interval and an explanation, and an
//! evaluation that does not flatter them.
//!
//! Files in reading order: `attempt`, `window`; `ask` (what a model is asked and answers).

mod ask;
mod attempt;
mod error;
mod window;

pub use ask::{Ask, Evidence, Method, ReachModel, ReachPart, ReachReason, Reachability};
pub use attempt::{
    Attempt, AttemptKind, AttemptLog, ContactOutcome, InboundContact, InvalidAttemptKind,
    InvalidContactOutcome, Segment,
};
pub use error::Error;
pub use window::{InvalidWindow, Window};
