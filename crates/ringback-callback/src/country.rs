//! What each country says of calls to its people, by why they are called.
//!
//! A table of defaults to start from, not legal advice: it names what each entry rests on, and every entry can be
//! replaced.

mod table;

use chrono::TimeDelta;
use ringback_calllog::{Zone, terms};
use ringback_features::Country;
use ringback_reach::AttemptKind;
use rustc_hash::FxHashMap;

use crate::{CallingHours, Cap};

terms! {
    /// On what ground a customer is called: rules for advertising do not bind a call that the customer asked for.
    #[derive(Default)]
    CallBasis, InvalidCallBasis, "basis of a call" {
        /// The customer asked for this call.
        #[default]
        Requested = "requested",
        /// The call answers the customer's own call, or serves a contract with them; it sells nothing.
        Service = "service",
        /// The call advertises or sells.
        Marketing = "marketing",
        /// The call collects a debt.
        DebtCollection = "debt_collection",
    }
}

impl CallBasis {
    /// The basis that a kind of attempt has at least; what the source does not say counts as marketing, the strictest.
    pub fn of(kind: AttemptKind) -> Self {
        match kind {
            AttemptKind::RequestedCallback => Self::Requested,
            AttemptKind::AbandonedReturn | AttemptKind::KnownContact => Self::Service,
            AttemptKind::UnknownNumber | AttemptKind::Unknown => Self::Marketing,
        }
    }
}

terms! {
    /// What an entry of the table rests on.
    RuleStatus, InvalidRuleStatus, "status of a rule" {
        /// Hours or caps that a law or regulation sets.
        Statute = "statute",
        /// Hours that a code of conduct of the trade sets, which binds those who signed it.
        CodeOfConduct = "code_of_conduct",
        /// A convention of ours: the law has no hours for such calls, as when the customer asked for them.
        SoftDefault = "soft_default",
        /// No statutory hours were found, which does not mean that there are none; a convention of ours holds instead.
        NoHoursFound = "no_hours_found",
    }
}

/// What holds for calls on one basis in one country.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BasisRules {
    /// When, by the called person's clock.
    pub hours: CallingHours,
    /// How often. Every attempt counts, on whatever basis and with whatever outcome.
    pub caps: Vec<Cap>,
    /// How long a customer is left alone after a refusal; absent for no rule. Unit: days.
    pub refusal_pause_days: Option<u32>,
    /// How long a customer is left alone after a talk; absent for no rule. Unit: days.
    pub talk_pause_days: Option<u32>,
    /// Whether the customer must have consented beforehand.
    pub needs_consent: bool,
    /// What the hours rest on.
    pub status: RuleStatus,
    /// Where the rule is from; empty for a convention of ours.
    pub source: &'static str,
}

impl BasisRules {
    /// Calls at these hours, as a convention: no cap, no pause, no consent.
    pub fn new(hours: CallingHours) -> Self {
        Self {
            hours,
            caps: Vec::new(),
            refusal_pause_days: None,
            talk_pause_days: None,
            needs_consent: false,
            status: RuleStatus::SoftDefault,
            source: "",
        }
    }

    /// Sets the caps. Default: none.
    #[must_use]
    pub fn caps(self, caps: impl IntoIterator<Item = Cap>) -> Self {
        Self { caps: caps.into_iter().collect(), ..self }
    }

    /// Sets the days of rest after a refusal. Default: none.
    #[must_use]
    pub fn refusal_pause_days(self, days: u32) -> Self {
        Self { refusal_pause_days: Some(days), ..self }
    }

    /// Sets the days of rest after a talk. Default: none.
    #[must_use]
    pub fn talk_pause_days(self, days: u32) -> Self {
        Self { talk_pause_days: Some(days), ..self }
    }

    /// Sets whether consent is needed. Default: no.
    #[must_use]
    pub fn needs_consent(self, needs_consent: bool) -> Self {
        Self { needs_consent, ..self }
    }

    /// Sets what the hours rest on. Default: a convention.
    #[must_use]
    pub fn status(self, status: RuleStatus, source: &'static str) -> Self {
        Self { status, source, ..self }
    }

    pub(crate) fn refusal_pause(&self) -> Option<TimeDelta> {
        self.refusal_pause_days.map(|it| TimeDelta::days(it.into()))
    }

    pub(crate) fn talk_pause(&self) -> Option<TimeDelta> {
        self.talk_pause_days.map(|it| TimeDelta::days(it.into()))
    }
}

/// The rules of a country: for each basis when and how often, and the zones in which its people may be.
///
/// # Source
///
/// [`CountryRules::of`] has, for marketing calls to consumers, as read in the sources named at each entry:
///
/// | country | hours | caps, consent | status |
/// |---|---|---|---|
/// | NO | Mon-Fri 9-21, not on holidays | | statute \[`MarkedsforingslovenNO`\] |
/// | FR | Mon-Fri 10-13, 14-20, not on holidays | 4 in 30 days, 60 days' rest after a refusal; consent \[`LoiFR2025`\] | statute \[`DecretFR2022`\] |
/// | ES | Mon-Fri 9-21, not on holidays | consent | statute, read in the press \[`LlamadasES2023`\], \[`LeyES2022`\] |
/// | IT | Mon-Fri 9-20, Sat and eves of holidays 10-19, not on holidays | | code of conduct \[`GaranteIT2024`\] |
/// | US | 8-21 every day | debt: 7 in 7 days, 7 days of rest after a talk | statute \[`CfrUS64_1200`\], \[`RegF1006_14`\] |
/// | DK | soft | consent \[`ForbrugeraftalelovenDK`\] | no hours found |
/// | DE | soft | consent \[`UwgDE7`\] | no hours found |
/// | AT | soft | consent \[`TkgAT174`\] | no hours found |
/// | GB, GB-EAW | soft | opt-out \[`PecrGB2003`\] | no hours found |
/// | SE, CH, NL, IE, IL | soft | consent, as long as it is not known that none is needed | no hours found |
///
/// *Soft* marketing hours are those that the statutes of Norway and Spain and Italy's code all allow: 9 to 20 on
/// working days. *Soft* hours of other calls are 8 to 21 except on the day of rest (Sunday; in Israel Saturday, and
/// Friday from 14) and on holidays; in the United States every day, as its statute has it. Caps are soft where the
/// table has none: for marketing France's 4 in 30 days, for all others 3 calls in 24 hours, 6 in 7 days and 12 in 30
/// days.
///
/// A callback that the customer asked for is mostly outside the rules for marketing: Norway's and France's texts say
/// so, and the hours of the others are those of unsolicited calls. States, provinces and collective agreements may be
/// stricter (Florida: to 20 o'clock): narrow the hours where your customers are. Nor does the table know registers of
/// people who object (Bloctel, the Telephone Preference Service, the Robinson lists): they are opt-outs.
///
/// # Example
///
/// ```
/// use ringback_callback::{CallBasis, CountryRules, RuleStatus};
/// use ringback_features::Country;
///
/// let france = CountryRules::of(Country::France);
/// let marketing = france.on(CallBasis::Marketing);
/// assert_eq!(marketing.hours.to_string(), "Mon-Fri 10:00-13:00, 14:00-20:00; holidays closed");
/// assert_eq!(marketing.status, RuleStatus::Statute);
/// let requested = france.on(CallBasis::Requested);
/// assert_eq!(requested.hours.to_string(), "Mon-Sat 08:00-21:00; holidays closed");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CountryRules {
    country: Option<Country>,
    zones: Vec<Zone>,
    by_basis: [BasisRules; 4],
}

impl CountryRules {
    /// The rules of the table for a country.
    pub fn of(country: Country) -> Self {
        let by_basis = [
            table::requested(country),
            table::requested(country),
            table::marketing(country),
            table::debt(country),
        ];
        Self { country: Some(country), zones: zones_of(country), by_basis }
    }

    /// The rules where the country is not known, or is none of the table: soft hours without holidays, and consent for
    /// marketing.
    pub fn elsewhere() -> Self {
        let by_basis = [
            table::soft_elsewhere(),
            table::soft_elsewhere(),
            table::soft_marketing(None).needs_consent(true),
            table::soft_elsewhere(),
        ];
        Self { country: None, zones: Vec::new(), by_basis }
    }

    /// Replaces what holds on a basis.
    #[must_use]
    pub fn replace(mut self, basis: CallBasis, rules: BasisRules) -> Self {
        let [requested, service, marketing, debt] = &mut self.by_basis;
        *(match basis {
            CallBasis::Requested => requested,
            CallBasis::Service => service,
            CallBasis::Marketing => marketing,
            CallBasis::DebtCollection => debt,
        }) = rules;
        self
    }

    /// Sets the zones in which its people may be: a customer of whom no zone is known is called when all of them allow
    /// it. Default: all zones of the country whose clocks differ today.
    #[must_use]
    pub fn zones(self, zones: impl IntoIterator<Item = Zone>) -> Self {
        Self { zones: zones.into_iter().collect(), ..self }
    }

    /// The country; absent for the rules of elsewhere.
    pub fn country(&self) -> Option<Country> {
        self.country
    }

    /// The zones in which its people may be.
    pub fn all_zones(&self) -> &[Zone] {
        &self.zones
    }

    /// What holds on a basis.
    pub fn on(&self, basis: CallBasis) -> &BasisRules {
        let [requested, service, marketing, debt] = &self.by_basis;
        match basis {
            CallBasis::Requested => requested,
            CallBasis::Service => service,
            CallBasis::Marketing => marketing,
            CallBasis::DebtCollection => debt,
        }
    }
}

/// The zones of a country whose clocks differ today, from `zone1970.tab` of the IANA data.
fn zones_of(country: Country) -> Vec<Zone> {
    // The names are of the table; a test reads them all.
    table::zone_names(country).iter().filter_map(|it| it.parse().ok()).collect()
}

/// The zones of the table, each with the country in which it lies; of two, the first.
pub(crate) fn countries_of_zones() -> FxHashMap<Zone, Country> {
    let mut found = FxHashMap::default();
    for country in Country::ALL {
        let names = table::zone_names(country).iter().chain(table::more_zone_names(country));
        for zone in names.filter_map(|it| it.parse().ok()) {
            found.entry(zone).or_insert(country);
        }
    }
    found
}
