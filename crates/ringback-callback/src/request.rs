//! What customers ask for, and what agents have time for.

use chrono::{DateTime, Utc};
use ringback_calllog::{Customer, Intent, QueueId, Zone, id, terms};
use ringback_features::Country;
use ringback_reach::{Segment, Window};
use serde::{Deserialize, Serialize};

use crate::CallBasis;

id! {
    /// A request's name in the user's system.
    RequestId
}

id! {
    /// What an agent can do: `loans`, `danish`.
    Skill
}

terms! {
    /// How much a request presses, lowest first.
    #[derive(Default)]
    Urgency, InvalidUrgency, "urgency" {
        /// It can wait.
        Low = "low",
        /// As most.
        #[default]
        Normal = "normal",
        /// Before others.
        High = "high",
        /// At once: never put off to make room for others.
        Urgent = "urgent",
    }
}

impl Urgency {
    /// One step up; [`Urgency::Urgent`] stays what it is.
    #[must_use]
    pub fn raised(self) -> Self {
        match self {
            Self::Low => Self::Normal,
            Self::Normal => Self::High,
            Self::High | Self::Urgent => Self::Urgent,
        }
    }
}

/// A customer who is to be called back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallbackRequest {
    /// Its name.
    pub id: RequestId,
    /// Whom to call.
    pub customer: Customer,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// The last instant at which the call may begin; absent for none but the policy's expiry.
    pub due_by: Option<DateTime<Utc>>,
    /// What it is about.
    pub intent: Option<Intent>,
    /// The queue in which the customer waited.
    pub queue: Option<QueueId>,
    /// The customer's zone, where known.
    pub zone: Option<Zone>,
    /// The country of the customer's number, where known: its rules hold, and without a zone its zones count.
    #[serde(default)]
    pub country: Option<Country>,
    /// On what ground the customer is called. Default: they asked for it.
    #[serde(default)]
    pub basis: CallBasis,
    /// The customer's segment, where known.
    pub segment: Option<Segment>,
    /// The skill that the call needs; absent where any agent will do.
    pub skill: Option<Skill>,
    /// How much it presses.
    pub urgency: Urgency,
    /// How often the customer has been tried for this request.
    pub attempts: u32,
    /// When the customer was last tried for this request.
    pub last_attempt_at: Option<DateTime<Utc>>,
    /// The windows that the customer has chosen; empty where they left the choice.
    pub chosen: Vec<Window>,
}

impl CallbackRequest {
    /// A request of which only the customer and the time are known; the rest is set by field.
    pub fn new(id: RequestId, customer: Customer, requested_at: DateTime<Utc>) -> Self {
        Self {
            id,
            customer,
            requested_at,
            due_by: None,
            intent: None,
            queue: None,
            zone: None,
            country: None,
            basis: CallBasis::Requested,
            segment: None,
            skill: None,
            urgency: Urgency::Normal,
            attempts: 0,
            last_attempt_at: None,
            chosen: Vec::new(),
        }
    }
}

/// How many callbacks agents have time for in a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// When.
    pub window: Window,
    /// How many calls may be planned in it.
    pub slots: u32,
    /// What these agents can do; absent where they take every request.
    pub skill: Option<Skill>,
}

impl Capacity {
    /// Whether these agents take a request that needs a skill, or none.
    pub fn serves(&self, skill: Option<&Skill>) -> bool {
        self.skill.is_none() || self.skill.as_ref() == skill
    }
}
