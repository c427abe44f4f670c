//! What an intent asks of a callback.

use ringback_features::OpeningHours;
use serde::{Deserialize, Serialize};

use crate::{Error, Skill, Urgency};

/// What an intent asks of a callback: how soon, by whom, how long, and when best.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntentRule {
    /// How much it presses; an urgent one is never put off. Default: normal.
    pub urgency: Urgency,
    /// What the agent must be able to do. Agents of this skill are taken before those who take every request. Default:
    /// any agent will do.
    pub skill: Option<Skill>,
    /// How long an agent is busy with the callback, attempts included. Unit: minutes, above 0. Default: 5.
    pub handle_minutes: f64,
    /// The hours that suit it, by the site's clock; windows outside them come after the others. Default: all.
    pub hours: Option<OpeningHours>,
}

impl Default for IntentRule {
    fn default() -> Self {
        Self { urgency: Urgency::Normal, skill: None, handle_minutes: 5.0, hours: None }
    }
}

impl IntentRule {
    /// The rule itself, if its handling time lies in its range.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if it does not.
    pub fn checked(self) -> Result<Self, Error> {
        let value = self.handle_minutes;
        if value.is_finite() && value > 0.0 {
            return Ok(self);
        }
        let expected = "a finite number above 0";
        Err(Error::Setting { name: "handle_minutes", value, expected })
    }

    /// The handling time in seconds.
    pub fn handle_secs(&self) -> f64 {
        60.0 * self.handle_minutes
    }
}
