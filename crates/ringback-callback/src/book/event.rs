//! What happened to a request.

use chrono::{DateTime, Utc};
use ringback_calllog::terms;
use ringback_reach::Window;
use serde::{Deserialize, Serialize};

use crate::{RequestId, Urgency};

terms! {
    /// Why a request is closed.
    CloseReason, InvalidCloseReason, "reason of closing" {
        /// The customer was called back and answered.
        Done = "done",
        /// The customer talked with an agent in another call.
        ReachedOtherwise = "reached_otherwise",
        /// The customer does not want the call any more.
        Withdrawn = "withdrawn",
        /// The deadline has passed.
        Expired = "expired",
        /// All attempts are used up.
        GaveUp = "gave_up",
        /// The customer was erased.
        Forgotten = "forgotten",
    }
}

terms! {
    /// Who missed a promised call.
    MissedBy, InvalidMissedBy, "party who missed" {
        /// The center did not call in the window.
        Us = "us",
        /// The center called and the customer did not answer.
        Customer = "customer",
    }
}

/// One change in the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// The request; absent once its customer was erased.
    pub request: Option<RequestId>,
    /// What changed.
    pub change: BookChange,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BookChange {
    /// A request was opened.
    Opened,
    /// Its customer asked again while it was open.
    AskedAgain {
        /// The id of the second request; absent once its customer was erased.
        as_id: Option<RequestId>,
    },
    /// A request with its id came again.
    DeliveredTwice,
    /// The customer chose windows.
    Chose {
        /// The windows.
        windows: Vec<Window>,
    },
    /// A promised call did not come about.
    Missed {
        /// Who missed it.
        by: MissedBy,
        /// The urgency from now on.
        urgency: Urgency,
    },
    /// The request was closed.
    Closed {
        /// Why.
        reason: CloseReason,
    },
}

impl BookEvent {
    /// Drops what leads to one of these requests.
    pub(super) fn forget(&mut self, requests: &[RequestId]) {
        if !self.request.as_ref().is_some_and(|it| requests.contains(it)) {
            return;
        }
        self.request = None;
        match &mut self.change {
            BookChange::AskedAgain { as_id } => *as_id = None,
            BookChange::Chose { windows } => windows.clear(),
            _ => {}
        }
    }
}
