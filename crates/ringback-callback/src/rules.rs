//! Who may be called when: what every plan and offer asks before it names a window.

mod build;
mod calling;

use std::fmt;

use chrono::{DateTime, Utc};
use ringback_reach::Window;
use serde::{Deserialize, Serialize};

pub use self::build::{CallingRulesBuilder, CustomerRules};
pub use self::calling::CallingRules;
use crate::CallbackRequest;

/// Why a customer may not be called in a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Forbidden {
    /// The customer asked not to be called.
    OptedOut,
    /// The window lies outside the calling hours of the called person's zone.
    OutsideHours {
        /// The local time that was asked for, such as "21:30 in Europe/Oslo".
        local: String,
    },
    /// No calls on this day of the week.
    Weekday {
        /// The day, such as "Sunday".
        weekday: String,
    },
    /// No calls on this holiday.
    Holiday {
        /// Its name.
        name: String,
    },
    /// The customer has been called as often as the rules allow.
    Cap {
        /// Calls so far.
        calls: u32,
        /// Calls allowed.
        allowed: u32,
        /// In how many hours.
        hours: u32,
    },
    /// The last attempt is too recent.
    TooSoon {
        /// The first instant at which the next may begin.
        not_before: DateTime<Utc>,
    },
    /// The window ends before the request was made or before now.
    Past,
    /// The window begins after the request is due.
    AfterDeadline,
    /// It is not known where the customer is, and no zone is assumed.
    UnknownZone,
    /// Such a call needs the customer's consent, which is not known.
    NoConsent,
    /// The customer refused lately.
    Refused {
        /// The first instant at which the next call may begin.
        not_before: DateTime<Utc>,
    },
    /// It is not known which days of the year are holidays, on which no calls are allowed.
    HolidaysUnknown {
        /// The country's code.
        country: String,
        /// The year.
        year: i32,
    },
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OptedOut => f.write_str("the customer asked not to be called"),
            Self::OutsideHours { local } => write!(f, "outside calling hours: {local}"),
            Self::Weekday { weekday } => write!(f, "no calls on a {weekday}"),
            Self::Holiday { name } => write!(f, "no calls on a holiday: {name}"),
            Self::Cap { calls, allowed, hours } => {
                write!(f, "{calls} calls in {hours} hours, {allowed} allowed")
            }
            Self::TooSoon { not_before } => write!(f, "not again before {not_before}"),
            Self::Past => f.write_str("the window is over"),
            Self::AfterDeadline => f.write_str("the window begins after the deadline"),
            Self::UnknownZone => f.write_str("the customer's zone is not known"),
            Self::NoConsent => f.write_str("the customer's consent is needed and not known"),
            Self::Refused { not_before } => {
                write!(f, "the customer refused, not again before {not_before}")
            }
            Self::HolidaysUnknown { country, year } => {
                write!(f, "the holidays of {country} in {year} are not known")
            }
        }
    }
}

/// What says who may be called when.
pub trait CallRules: fmt::Debug + Send + Sync {
    /// The part of a window in which the call may begin: the window itself, or the first stretch of it that is allowed.
    ///
    /// # Errors
    ///
    /// [`Forbidden`], with the reason, if no part of it is.
    fn permit(
        &self,
        request: &CallbackRequest,
        window: Window,
        as_of: DateTime<Utc>,
    ) -> Result<Window, Forbidden>;
}
