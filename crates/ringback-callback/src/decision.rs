//! Every decision as a record: what was known, what was decided, what was offered with which probability, and why.

mod desk;
mod explain;

use chrono::{DateTime, Utc};
use ringback_calllog::{Customer, Intent, QueueId, Zone};
use ringback_reach::{Segment, Window};
use serde::{Deserialize, Deserializer, Serialize};

pub use self::desk::{OfferDesk, OfferGates, OfferMoment};
use crate::{
    DroppedWindow, OfferRule, OfferVerdict, OfferedWindow, RequestId, Rollout, Urgency,
    WaitEstimate, WindowOutcome, WindowSeen,
};

/// One decision, whole: it can be explained, counted and evaluated without anything else.
///
/// Written as one line of JSON, it can be read again; of the caller it holds the pseudonym and no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The version of the record: [`Decision::SCHEMA`].
    #[serde(deserialize_with = "known_schema")]
    pub schema: u32,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// The queue in which the caller waits, where known.
    pub queue: Option<QueueId>,
    /// The name of the request that the offer would become.
    pub request: RequestId,
    /// The caller.
    pub customer: Customer,
    /// Their segment, where known.
    pub segment: Option<Segment>,
    /// The zone by whose clock windows are said.
    pub zone: Zone,
    /// What they want, where known.
    pub intent: Option<Intent>,
    /// How much it presses.
    pub urgency: Urgency,
    /// What was known.
    pub known: Known,
    /// How far callbacks were switched on for the queue.
    pub rollout: Rollout,
    /// The rule that held in this phase.
    pub rule: OfferRule,
    /// Whether the queue's callers were being offered callbacks before this one.
    pub gate_was_open: bool,
    /// What was decided.
    pub verdict: OfferVerdict,
    /// What was done.
    pub done: Done,
    /// The windows, in the order in which they are read out; in shadow, as they would have been.
    pub windows: Vec<SpokenWindow>,
    /// What was said to the caller; empty where nothing was.
    pub announcement: String,
    /// With which probability just these windows were to be read out in just this order.
    pub slate_propensity: f64,
    /// How many windows could be drawn.
    pub considered: u32,
    /// The windows that could not, and why.
    pub dropped: Vec<DroppedWindow>,
}

/// What was known when a decision was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// The wait that lay before the caller.
    pub wait: WaitEstimate,
    /// How it was estimated, such as `learned`; absent where nobody said.
    pub wait_method: Option<String>,
    /// The last call that the estimate knows of; absent where nobody said.
    pub wait_known_until: Option<DateTime<Utc>>,
    /// Callers who waited before this one.
    pub queue_length: Option<u32>,
    /// Agents who were free.
    pub agents_free: Option<u32>,
    /// Seconds until the queue closes; absent where it does not, or is closed.
    pub secs_to_close: Option<f64>,
    /// The model of reachability.
    pub reach_model: String,
    /// The last attempt or call that it knows of; absent for one without data.
    pub reach_known_until: Option<DateTime<Utc>>,
    /// Until when the free time of agents is known; absent where none is.
    pub load_known_until: Option<DateTime<Utc>>,
}

impl Known {
    /// A wait, and nothing else.
    pub fn new(wait: WaitEstimate) -> Self {
        Self {
            wait,
            wait_method: None,
            wait_known_until: None,
            queue_length: None,
            agents_free: None,
            secs_to_close: None,
            reach_model: String::new(),
            reach_known_until: None,
            load_known_until: None,
        }
    }
}

/// A window with its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpokenWindow {
    /// What is read out, such as "tomorrow between 9 and 11".
    pub text: String,
    /// The window, and all that spoke for it.
    pub offer: OfferedWindow,
}

/// What a decision led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// The caller goes on to wait, and heard nothing.
    Nothing,
    /// Callbacks are in shadow: the offer was written down, and the caller heard nothing.
    Shadowed,
    /// The windows were read out.
    ReadOut,
}

impl Decision {
    /// The version of the record that this crate writes, and the only one that it reads.
    pub const SCHEMA: u32 = 1;

    /// The windows that the caller is read out: none unless something is said.
    pub fn to_read_out(&self) -> &[SpokenWindow] {
        if self.done == Done::ReadOut { &self.windows } else { &[] }
    }

    /// What a customer's choice tells of their wishes: the window that they chose, and those that they passed over. Nothing
    /// where no window was read out, or another one was chosen.
    pub fn windows_seen(&self, chosen: Window, at: DateTime<Utc>) -> Vec<WindowSeen> {
        let read_out = self.to_read_out();
        if !read_out.iter().any(|it| it.offer.window == chosen) {
            return Vec::new();
        }
        let seen = |window| WindowSeen {
            at,
            customer: self.customer,
            segment: self.segment.clone(),
            zone: self.zone,
            window,
            outcome: if window == chosen {
                WindowOutcome::Chosen
            } else {
                WindowOutcome::PassedOver
            },
        };
        read_out.iter().map(|it| seen(it.offer.window)).collect()
    }
}

fn known_schema<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let schema = u32::deserialize(deserializer)?;
    if schema == Decision::SCHEMA {
        return Ok(schema);
    }
    let expected = Decision::SCHEMA;
    Err(serde::de::Error::custom(format!("schema is {schema}, expected {expected}")))
}
