//! All settings of callbacks as one file.

mod place;

use std::collections::BTreeMap;

use ringback_calllog::{Intent, Zone};
use ringback_features::{Calendar, Country, OpeningHours};
use ringback_forecast::ServiceTarget;
use serde::{Deserialize, Serialize};

use self::place::line_of;
use crate::{
    Announcer, CallbackCost, CallingRules, CallingRulesBuilder, Cap, Chooser, ClockStyle, Error,
    FreeTimeSettings, IntentRule, Language, OfferDesk, OfferRule, Phrases, PreferenceSettings,
    Promotion, RetryPolicy, Rollouts, Spacing, WindowGrid,
};

/// What a site has decided on callbacks. [`Policy::example`] shows every key with its default and what it means.
///
/// # Example
///
/// ```
/// use ringback_callback::Policy;
///
/// let text = r#"
///     zone = "Europe/Copenhagen"
///     country = "DK"
///     rollout.default = { phase = "full" }
///     intents.lost_card = { urgency = "urgent" }
/// "#;
/// let policy = Policy::read(text, "policy.toml")?;
/// assert_eq!(policy.offer.rule()?.offer_above_secs, 180.0);
///
/// let wrong = Policy::read("[offer]\noffer_abov_secs = 240", "policy.toml");
/// assert!(wrong.unwrap_err().to_string().starts_with("policy.toml:2: unknown field `offer_abov_secs`"));
/// # Ok::<(), ringback_callback::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// The zone of the opening hours and of customers without one of their own. Default: UTC.
    pub zone: Zone,
    /// The country whose holidays count, by its code. Default: none.
    pub country: Option<String>,
    /// When the site takes calls. Default: working days from 8 to 18.
    pub opening: OpeningHours,
    /// Whether to offer.
    pub offer: OfferPolicy,
    /// How far callbacks are switched on.
    pub rollout: Rollouts,
    /// What a phase must show before the next.
    pub promotion: Promotion,
    /// The windows that there are.
    pub windows: WindowGrid,
    /// Which of them are read out.
    pub choice: Chooser,
    /// How much of agents' time is kept for callers who wait.
    pub load: LoadPolicy,
    /// What an intent asks for that is not named.
    pub other_intents: IntentRule,
    /// What intents ask for.
    pub intents: BTreeMap<Intent, IntentRule>,
    /// How preferences are learned.
    pub preferences: PreferenceSettings,
    /// What follows a call that nobody answered or nobody made, and when a request expires.
    pub retries: RetryPolicy,
    /// How often a customer may be called.
    pub calling: CallingPolicy,
    /// How windows are said.
    pub announcements: AnnouncementPolicy,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            zone: Zone::UTC,
            country: None,
            opening: working_days(),
            offer: OfferPolicy::default(),
            rollout: Rollouts::default(),
            promotion: Promotion::default(),
            windows: WindowGrid::default(),
            choice: Chooser::default(),
            load: LoadPolicy::default(),
            other_intents: IntentRule::default(),
            intents: BTreeMap::new(),
            preferences: PreferenceSettings::default(),
            retries: RetryPolicy::default(),
            calling: CallingPolicy::default(),
            announcements: AnnouncementPolicy::default(),
        }
    }
}

/// The rule of offering, by thresholds or by costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OfferPolicy {
    /// As [`OfferRule::offer_above_secs`].
    pub offer_above_secs: Option<f64>,
    /// As [`OfferRule::stop_below_secs`]; without it two thirds of the other.
    pub stop_below_secs: Option<f64>,
    /// As [`OfferRule::quantile`].
    pub quantile: Option<f64>,
    /// As [`OfferRule::quiet_before_close_secs`].
    pub quiet_before_close_secs: Option<f64>,
    /// What waiting and calling back cost, in place of the two thresholds.
    pub cost: Option<CallbackCost>,
}

impl OfferPolicy {
    /// The rule.
    ///
    /// # Errors
    ///
    /// As [`OfferRule::checked`] and [`OfferRule::of_costs`], and [`Error::Contradiction`] where costs and thresholds are
    /// both given.
    pub fn rule(&self) -> Result<OfferRule, Error> {
        let mut rule = match self.cost {
            Some(_) if self.offer_above_secs.or(self.stop_below_secs).is_some() => {
                let problem = "offer.cost and a threshold are both given, expected one of them";
                return Err(Error::Contradiction(problem.to_owned()));
            }
            Some(cost) => OfferRule::of_costs(cost)?,
            None => OfferRule::default(),
        };
        if let Some(offer_above_secs) = self.offer_above_secs {
            rule.offer_above_secs = offer_above_secs;
            rule.stop_below_secs = offer_above_secs * 2.0 / 3.0;
        }
        rule.stop_below_secs = self.stop_below_secs.unwrap_or(rule.stop_below_secs);
        rule.quantile = self.quantile.unwrap_or(rule.quantile);
        let quiet = self.quiet_before_close_secs;
        rule.quiet_before_close_secs = quiet.unwrap_or(rule.quiet_before_close_secs);
        rule.checked()
    }
}

/// How much of agents' time is kept for callers who wait: what [`FreeTimeSettings`] takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoadPolicy {
    /// The share of callers who are answered in time. Range: above 0, below 1. Default: 0.8.
    pub answered_share: f64,
    /// What in time is. Unit: seconds, at least 0. Default: 20.
    pub answered_within_secs: f64,
    /// The mean patience of callers. Unit: seconds, above 0. Default: endless.
    pub patience_secs: Option<f64>,
    /// The share of free time that is not planned. Range: 0 to 1. Default: 0.1.
    pub reserve_share: f64,
    /// Agents who are kept for callers in every interval. Default: 0.
    pub reserve_agents: u32,
}

impl Default for LoadPolicy {
    fn default() -> Self {
        Self {
            answered_share: 0.8,
            answered_within_secs: 20.0,
            patience_secs: None,
            reserve_share: 0.1,
            reserve_agents: 0,
        }
    }
}

impl LoadPolicy {
    /// The settings of free time.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a number outside its range.
    pub fn settings(&self) -> Result<FreeTimeSettings, Error> {
        let check = |name, value: f64, holds, expected| {
            if holds { Ok(()) } else { Err(Error::Setting { name, value, expected }) }
        };
        let (share, wait_secs) = (self.answered_share, self.answered_within_secs);
        check("answered_share", share, share > 0.0 && share < 1.0, "above 0 and below 1")?;
        let is_secs = wait_secs.is_finite() && wait_secs >= 0.0;
        check("answered_within_secs", wait_secs, is_secs, "a finite number of at least 0")?;
        let target = ServiceTarget::AnsweredWithin { share, wait_secs };
        let mut settings = FreeTimeSettings::default().target(target);
        if let Some(secs) = self.patience_secs {
            let holds = secs.is_finite() && secs > 0.0;
            check("patience_secs", secs, holds, "a finite number above 0")?;
            settings = settings.patience_secs_mean(secs);
        }
        settings.reserve_agents(self.reserve_agents).reserve_share(self.reserve_share)
    }
}

/// How often a customer may be called, beyond what the law of their country says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallingPolicy {
    /// The caps of the site. Default: none but those of the country.
    pub caps: Vec<Cap>,
}

/// How windows are said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnnouncementPolicy {
    /// The language. Default: English.
    pub language: Language,
    /// The clock. Default: 24 hours.
    pub clock: ClockStyle,
    /// Phrases of one's own, in place of the language's.
    pub phrases: Option<Phrases>,
}

impl AnnouncementPolicy {
    /// What says windows.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`] for phrases that cannot be filled.
    pub fn announcer(&self) -> Result<Announcer, Error> {
        match &self.phrases {
            Some(phrases) => Announcer::with_phrases(phrases.clone(), self.clock),
            None => Ok(Announcer::new(self.language, self.clock)),
        }
    }
}

impl Policy {
    /// Reads a policy; `file` is its name in messages.
    ///
    /// # Errors
    ///
    /// [`Error::Policy`] with the line for a text that is no TOML, an unknown key, a value of another kind or outside its
    /// range, or two settings that cannot both hold.
    pub fn read(text: &str, file: &str) -> Result<Self, Error> {
        let refuse = |line, problem| Error::Policy { file: file.to_owned(), line, problem };
        let policy: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|it| text.get(..it.start));
            let line = before.map(|it| it.matches('\n').count() + 1);
            refuse(line, error.message().trim().to_owned())
        })?;
        match policy.first_problem() {
            None => Ok(policy),
            Some((path, Error::Setting { name, value, expected })) => {
                let key: Vec<&str> = path.iter().map(String::as_str).chain([name]).collect();
                let problem = format!("{} is {value}, expected {expected}", key.join("."));
                Err(refuse(line_of(text, &key), problem))
            }
            Some((path, error)) => {
                let key: Vec<&str> = path.iter().map(String::as_str).collect();
                Err(refuse(line_of(text, &key), format!("{}: {error}", key.join("."))))
            }
        }
    }

    /// A policy file with every key, its default and what it means.
    pub fn example() -> &'static str {
        include_str!("policy/example.toml")
    }

    /// The policy itself, if all its settings lie in their ranges and hold together; for one that was made in code.
    ///
    /// # Errors
    ///
    /// The first setting that does not.
    pub fn checked(self) -> Result<Self, Error> {
        match self.first_problem() {
            None => Ok(self),
            Some((_, error)) => Err(error),
        }
    }

    /// The country whose holidays count.
    fn home(&self) -> Result<Option<Country>, Error> {
        let Some(code) = &self.country else { return Ok(None) };
        let country = code.parse().map_err(|_| {
            let known: Vec<&str> = Country::ALL.iter().map(|it| it.code()).collect();
            let known = known.join(", ");
            Error::Contradiction(format!("{code:?} is no country, expected one of {known}"))
        })?;
        Ok(Some(country))
    }

    /// The site's days.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`] for a code of no country that is known.
    pub fn calendar(&self) -> Result<Calendar, Error> {
        let plain = || Calendar::plain(self.zone);
        Ok(self.home()?.map_or_else(plain, |country| Calendar::new(country, self.zone)))
    }

    /// What says who may be called when, to be completed with the calls that were made, those who opted out, and what
    /// customers asked for: the hours of their countries' law, the site's caps, and the spacing of retries. A customer of
    /// whom neither zone nor country is known is taken to be where the site is.
    ///
    /// # Errors
    ///
    /// As [`Policy::calendar`].
    pub fn calling_rules(&self) -> Result<CallingRulesBuilder, Error> {
        let RetryPolicy { spacing_minutes: minutes, busy_minutes, .. } = self.retries;
        let rules = CallingRules::builder()
            .default_zone(self.zone)
            .caps(self.calling.caps.iter().copied())
            .spacing(Spacing { minutes, busy_minutes });
        let Some(country) = self.home()? else { return Ok(rules) };
        Ok(rules.default_country(country).calendar(country, self.calendar()?))
    }

    /// What decides on offers.
    ///
    /// # Errors
    ///
    /// As [`Policy::checked`].
    pub fn desk(&self) -> Result<OfferDesk, Error> {
        let policy = self.clone().checked()?;
        Ok(OfferDesk {
            rule: policy.offer.rule()?,
            announcer: policy.announcements.announcer()?,
            rollouts: policy.rollout,
            grid: policy.windows,
            hours: policy.opening,
            chooser: policy.choice,
            intents: policy.intents,
            other_intents: policy.other_intents,
        })
    }

    /// The first setting that cannot be, with the section that it stands in.
    fn first_problem(&self) -> Option<(Vec<String>, Error)> {
        let mut checks: Vec<(Vec<String>, Result<(), Error>)> = Vec::new();
        let mut check = |path: &[&str], result: Result<(), Error>| {
            checks.push((path.iter().map(|&it| it.to_owned()).collect(), result));
        };
        check(&["country"], self.calendar().map(drop));
        check(&["offer"], self.offer.rule().map(drop));
        check(&["rollout", "default"], self.rollout.default.checked().map(drop));
        for (queue, phase) in &self.rollout.queues {
            check(&["rollout", "queues", queue.as_str()], phase.checked().map(drop));
        }
        check(&["promotion"], self.promotion.check());
        check(&["windows"], self.windows.checked().map(drop));
        check(&["choice"], self.choice.checked().map(drop));
        check(&["load"], self.load.settings().map(drop));
        check(&["other_intents"], self.other_intents.clone().checked().map(drop));
        for (intent, rule) in &self.intents {
            check(&["intents", intent.as_str()], rule.clone().checked().map(drop));
        }
        check(&["preferences"], self.preferences.check());
        check(&["retries"], self.retries.check());
        let rules = self.calling_rules().and_then(CallingRulesBuilder::build);
        check(&["calling"], rules.map(drop));
        check(&["announcements"], self.announcements.announcer().map(drop));
        checks.into_iter().find_map(|(path, result)| result.err().map(|error| (path, error)))
    }
}

/// Working days from 8 to 18, closed on holidays.
fn working_days() -> OpeningHours {
    "Mon-Fri 08:00-18:00; holidays closed".parse().unwrap_or_else(|_| OpeningHours::closed())
}
