//! Which windows a customer is read out: where agents are free, the customer answers, and the rules allow the call.

mod draw;
mod grid;
mod intent;
mod score;
mod slate;

use chrono::{DateTime, Utc};
use ringback_calllog::Zone;
use ringback_features::Calendar;
use ringback_reach::{ReachModel, Window};
use serde::{Deserialize, Serialize};

use self::draw::Draw;
pub use self::grid::WindowGrid;
pub use self::intent::IntentRule;
use self::score::{Outlook, outlook};
pub use self::slate::Exploration;
use self::slate::Slate;
use crate::{CallRules, CallbackRequest, CountryRules, Error, Forbidden, FreeTime, Preferences};

/// What is known when windows are chosen, the same for every customer of a moment.
#[derive(Clone, Copy, Debug)]
pub struct ChooseContext<'a> {
    /// Who may be called when.
    pub rules: &'a dyn CallRules,
    /// When customers answer.
    pub model: &'a dyn ReachModel,
    /// What agents have free.
    pub free: &'a FreeTime,
    /// What customers like; without it every time is liked alike.
    pub preferences: Option<&'a Preferences>,
    /// The site's days; its zone is that of customers without one of their own.
    pub calendar: &'a Calendar,
}

/// Whose windows are chosen.
#[derive(Clone, Copy, Debug)]
pub struct ChooseCase<'a> {
    /// The request, made or about to be made.
    pub request: &'a CallbackRequest,
    /// What its intent asks for.
    pub intent: &'a IntentRule,
    /// Windows beyond the usual number, for a customer whose callback was missed.
    pub extra_windows: u32,
    /// The moment of choosing.
    pub as_of: DateTime<Utc>,
}

/// How windows are chosen.
///
/// Each candidate is scored by the product of: the probability that a person answers, over four points of the window; the
/// free share of agents' time, squared for long calls, which so go into quiet hours; the customer's preference; and how
/// well the window suits the intent. The best are read out first, one for each half of a day as long as there are others,
/// but for a share of **exploration**: without it nobody can ever tell whether another window would have done better.
/// What was drawn is written down with its exact probability.
///
/// The draw depends on the seed, the request's id and the moment alone: the same case gives the same windows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Chooser {
    /// How many windows are read out. Range: 1 to 5. Default: 3: who listens does not keep more in mind.
    pub at_most: u32,
    /// How many of the best candidates can be drawn at all. Range: 1 to 32. Default: 24.
    pub considered: u32,
    /// How often another than the best is read out.
    pub exploration: Exploration,
    /// The seed of the draws. Default: 0.
    pub seed: u64,
    /// From which handling time on a call is long. Unit: minutes, above 0. Default: 15.
    pub long_call_minutes: f64,
    /// The power of the free share of agents' time in the score. At least 0. Default: 1.
    pub slack_power: f64,
    /// The same for long calls. At least 0. Default: 2.
    pub slack_power_long: f64,
}

impl Default for Chooser {
    fn default() -> Self {
        Self {
            at_most: 3,
            considered: 24,
            exploration: Exploration::default(),
            seed: 0,
            long_call_minutes: 15.0,
            slack_power: 1.0,
            slack_power_long: 2.0,
        }
    }
}

/// A window that is read out, and all that spoke for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfferedWindow {
    /// The window.
    pub window: Window,
    /// The probability that a person answers in it. Range: 0 to 1.
    pub probability: f64,
    /// The lower end of its 80 % credible interval.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// How many calls like this one fit into agents' free time.
    pub slots: u32,
    /// The free share of agents' time. Range: 0 to 1.
    pub slack_share: f64,
    /// By how much the customer's preference multiplies the score.
    pub preference: f64,
    /// By how much the fit of the hour and of the free agents to the intent does. Range: 0 to 1.
    pub fit: f64,
    /// The product of all.
    pub score: f64,
    /// With which probability the window was to be read out first. Over all candidates these add up to 1.
    pub first_propensity: f64,
    /// With which probability it was to be read out at all. Over all candidates these add up to the number read out,
    /// where every draw has as many to draw from.
    pub propensity: f64,
    /// Whether it stands here although another was better.
    pub is_explored: bool,
    /// Why, in words.
    pub reason: String,
}

/// A candidate that cannot be read out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DroppedWindow {
    /// The window.
    pub window: Window,
    /// Why not.
    pub why: DropReason,
}

/// Why a candidate cannot be read out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DropReason {
    /// The customer may not be called in it.
    Forbidden(Forbidden),
    /// The customer may be called in a part of it that is too short to be promised: less than half of it, or one that does
    /// not begin and end on a quarter of an hour.
    Part {
        /// The part.
        allowed: Window,
    },
    /// No agent has time for the call.
    NoAgents,
    /// There are better ones, more than are considered.
    NotConsidered,
}

/// The windows to read out, in that order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The windows.
    pub offered: Vec<OfferedWindow>,
    /// With which probability just these were to be read out in just this order; 1 where there was nothing to draw.
    pub slate_propensity: f64,
    /// How many windows could be drawn.
    pub considered: u32,
    /// The candidates that could not, and why.
    pub dropped: Vec<DroppedWindow>,
}

impl Chooser {
    /// The settings themselves, if their numbers lie in their ranges.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for one that does not.
    pub fn checked(self) -> Result<Self, Error> {
        let check = |name, value: f64, holds, expected| {
            if holds { Ok(()) } else { Err(Error::Setting { name, value, expected }) }
        };
        check("at_most", self.at_most.into(), (1..=5).contains(&self.at_most), "1 to 5")?;
        let is_in = (1..=32).contains(&self.considered);
        check("considered", self.considered.into(), is_in, "1 to 32")?;
        let minutes = self.long_call_minutes;
        check("long_call_minutes", minutes, minutes.is_finite() && minutes > 0.0, "above 0")?;
        for (name, power) in
            [("slack_power", self.slack_power), ("slack_power_long", self.slack_power_long)]
        {
            check(name, power, power.is_finite() && power >= 0.0, "at least 0")?;
        }
        self.exploration.check()?;
        Ok(self)
    }

    /// The windows to read out among candidates, which come in any order.
    pub fn choose(
        &self,
        context: &ChooseContext<'_>,
        case: &ChooseCase<'_>,
        candidates: &[Window],
    ) -> Choice {
        let mut dropped = Vec::new();
        let mut outlooks = Vec::with_capacity(candidates.len());
        for &window in candidates {
            match outlook(self, context, case, window) {
                Ok(it) => outlooks.push(it),
                Err(why) => dropped.push(DroppedWindow { window, why }),
            }
        }
        // Ties go to the earlier window.
        outlooks.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.window.cmp(&b.window)));
        outlooks.dedup_by_key(|it| it.window);
        // Sets of windows are the bits of a word.
        let considered = outlooks.len().min(self.considered.min(32) as usize);
        for it in outlooks.split_off(considered) {
            dropped.push(DroppedWindow { window: it.window, why: DropReason::NotConsidered });
        }
        let zone = zone(context, case);
        let places = self.at_most.saturating_add(case.extra_windows).min(5);
        let slate = Slate::new(&outlooks, zone, self.exploration, places);
        let draw = Draw::new(self.seed, case.request.id.as_str(), case.as_of);
        let picks = slate.draw(draw);
        let (first, within) = (slate.first_places(), slate.within());
        let mut offered = Vec::with_capacity(picks.places.len());
        for pick in &picks.places {
            let Some(it) = outlooks.get(pick.place) else { continue };
            let at = |all: &[f64]| all.get(pick.place).copied().unwrap_or_default();
            let propensities = [at(&first), at(&within)];
            offered.push(offer(context, case, it, propensities, pick.is_explored));
        }
        let considered = u32::try_from(considered).unwrap_or(u32::MAX);
        Choice { offered, slate_propensity: picks.propensity, considered, dropped }
    }
}

/// The zone by whose clock a customer lives: their own, else the only one of their country, else the site's.
pub(crate) fn zone_of(request: &CallbackRequest, site: Zone) -> Zone {
    let of_country = || match CountryRules::of(request.country?).all_zones() {
        [only] => Some(*only),
        _ => None,
    };
    request.zone.or_else(of_country).unwrap_or(site)
}

fn zone(context: &ChooseContext<'_>, case: &ChooseCase<'_>) -> Zone {
    zone_of(case.request, context.calendar.zone())
}

fn offer(
    context: &ChooseContext<'_>,
    case: &ChooseCase<'_>,
    it: &Outlook,
    [first_propensity, propensity]: [f64; 2],
    is_explored: bool,
) -> OfferedWindow {
    OfferedWindow {
        window: it.window,
        probability: it.probability,
        lower: it.lower,
        upper: it.upper,
        slots: it.slots,
        slack_share: it.slack_share,
        preference: it.preference,
        fit: it.fit,
        score: it.score,
        first_propensity,
        propensity,
        is_explored,
        reason: it.reason(context, case, is_explored),
    }
}
