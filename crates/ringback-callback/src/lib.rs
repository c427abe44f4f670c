//! Callbacks: when to offer one to a waiting caller, which windows to read out, and who is called when, so that agents
//! have time and nobody is called twice or at a forbidden hour.
//!
//! Files in reading order: `request` (what customers ask for, what agents have time for); `rules` (who may be called).

mod error;
mod request;
mod rules;

pub use error::Error;
pub use request::{CallbackRequest, Capacity, InvalidUrgency, RequestId, Skill, Urgency};
pub use rules::{CallRules, Forbidden};
