//! Why a rule, a policy or a plan cannot be made.

use ringback_reach::Window;

use crate::{CloseReason, RequestId};

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
    /// A load of which free time cannot be made.
    #[error("no free time of this load: {0}")]
    Load(String),
    /// A policy's text that cannot be read, or says what cannot be.
    #[error("{file}{}: {problem}", line.map(|it| format!(":{it}")).unwrap_or_default())]
    Policy {
        /// The file.
        file: String,
        /// The line, where known.
        line: Option<usize>,
        /// The key, what was found and what was expected.
        problem: String,
    },
    /// A request that the book does not hold.
    #[error("request {0} is not in the book")]
    UnknownRequest(RequestId),
    /// A request that is closed already.
    #[error("request {id} is closed ({reason}), expected an open one")]
    ClosedRequest {
        /// The request.
        id: RequestId,
        /// Why it was closed.
        reason: CloseReason,
    },
    /// A request that is in the plan already.
    #[error("request {0} is in the plan already")]
    KnownRequest(RequestId),
    /// A request that the plan does not hold, or holds unplanned where a planned one was expected.
    #[error("request {0} is not in the plan, or not planned")]
    NotInPlan(RequestId),
    /// A window and skill for which the plan has no row of capacity.
    #[error("no row of capacity for {0} and this skill")]
    UnknownCapacity(Window),
    /// A value of an assignment that is too large to compute with, or not one value a cell.
    #[error(
        "value {value} of request {request} in cell {cell}, expected one a cell, each absent or from -{most} to {most}"
    )]
    AssignmentValue {
        /// The request's number.
        request: usize,
        /// The cell's number; that of being left out is the number of cells.
        cell: usize,
        /// The value; NaN if the number of values is not that of the cells.
        value: f64,
        /// The largest value.
        most: f64,
    },
    /// A text that is no calling hours.
    #[error("calling hours: {0}")]
    Hours(String),
}
