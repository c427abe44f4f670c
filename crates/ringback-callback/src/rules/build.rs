//! How rules are put together, and refused where they contradict each other.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Customer, Zone};
use ringback_features::{Calendar, Country};
use rustc_hash::{FxHashMap, FxHashSet};

use super::CallingRules;
use super::calling::{Own, Table};
use crate::calling_hours::{OpenTimes, stretches};
use crate::contacts::CALLS_KEPT;
use crate::country::countries_of_zones;
use crate::{CallBasis, CallingHours, Cap, ContactHistory, CountryRules, Error, OptOuts, Spacing};

/// What one customer asked for beyond the rules: it narrows them, never widens them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerRules {
    hours: Option<CallingHours>,
    caps: Vec<Cap>,
    spacing_minutes: Option<u32>,
}

impl CustomerRules {
    /// Nothing beyond the rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the only hours at which the customer wants to be called, by their own clock. Default: those of the rules.
    #[must_use]
    pub fn hours(self, hours: CallingHours) -> Self {
        Self { hours: Some(hours), ..self }
    }

    /// Sets caps beside those of the rules. Default: none.
    #[must_use]
    pub fn caps(self, caps: impl IntoIterator<Item = Cap>) -> Self {
        Self { caps: caps.into_iter().collect(), ..self }
    }

    /// Sets the spacing between two calls, where it is longer than that of the rules. Unit: minutes.
    #[must_use]
    pub fn spacing_minutes(self, minutes: u32) -> Self {
        Self { spacing_minutes: Some(minutes), ..self }
    }
}

/// Puts [`CallingRules`] together; [`CallingRules::builder`] begins one.
#[derive(Clone, Debug)]
pub struct CallingRulesBuilder {
    default_zone: Option<Zone>,
    default_country: Option<Country>,
    countries: BTreeMap<Country, CountryRules>,
    elsewhere: CountryRules,
    calendars: BTreeMap<Country, Calendar>,
    caps: Vec<Cap>,
    spacing: Spacing,
    expiry: Option<TimeDelta>,
    customers: BTreeMap<Customer, CustomerRules>,
    history: ContactHistory,
    opt_outs: OptOuts,
    consents: FxHashSet<Customer>,
}

impl Default for CallingRulesBuilder {
    fn default() -> Self {
        Self {
            default_zone: None,
            default_country: None,
            countries: BTreeMap::new(),
            elsewhere: CountryRules::elsewhere(),
            calendars: BTreeMap::new(),
            caps: Vec::new(),
            spacing: Spacing::default(),
            expiry: None,
            customers: BTreeMap::new(),
            history: ContactHistory::new(),
            opt_outs: OptOuts::new(),
            consents: FxHashSet::default(),
        }
    }
}

impl CallingRulesBuilder {
    /// Sets the zone of customers of whom neither zone nor country is known. Default: none, and they are not called.
    #[must_use]
    pub fn default_zone(self, zone: Zone) -> Self {
        Self { default_zone: Some(zone), ..self }
    }

    /// Sets the country of customers of whom neither zone nor country is known. Default: none.
    #[must_use]
    pub fn default_country(self, country: Country) -> Self {
        Self { default_country: Some(country), ..self }
    }

    /// Replaces the rules of a country, or those of elsewhere. Default: the table's, [`CountryRules::of`].
    #[must_use]
    pub fn country(mut self, rules: CountryRules) -> Self {
        match rules.country() {
            Some(country) => {
                self.countries.insert(country, rules);
            }
            None => self.elsewhere = rules,
        }
        self
    }

    /// Replaces the calendar of a country, to add a region's holidays. Default: the public holidays.
    #[must_use]
    pub fn calendar(mut self, country: Country, calendar: Calendar) -> Self {
        self.calendars.insert(country, calendar);
        self
    }

    /// Adds caps for every customer and basis. Default: those of the country alone.
    #[must_use]
    pub fn caps(mut self, caps: impl IntoIterator<Item = Cap>) -> Self {
        self.caps.extend(caps);
        self
    }

    /// Sets the spacing between two calls to a customer. Default: 30 minutes, 10 after a busy line.
    #[must_use]
    pub fn spacing(self, spacing: Spacing) -> Self {
        Self { spacing, ..self }
    }

    /// Sets how long a request without a deadline lives; a call must begin before. Range: above 0. Default: no end.
    #[must_use]
    pub fn expiry(self, expiry: TimeDelta) -> Self {
        Self { expiry: Some(expiry), ..self }
    }

    /// Sets what a customer asked for beyond the rules. Default: nothing.
    #[must_use]
    pub fn customer(mut self, customer: Customer, rules: CustomerRules) -> Self {
        self.customers.insert(customer, rules);
        self
    }

    /// Sets the calls that were made. Default: none.
    #[must_use]
    pub fn history(self, history: ContactHistory) -> Self {
        Self { history, ..self }
    }

    /// Sets who does not want to be called. Default: nobody.
    #[must_use]
    pub fn opt_outs(self, opt_outs: OptOuts) -> Self {
        Self { opt_outs, ..self }
    }

    /// Adds customers who consented to marketing calls. Default: none.
    #[must_use]
    pub fn consents(mut self, customers: impl IntoIterator<Item = Customer>) -> Self {
        self.consents.extend(customers);
        self
    }

    /// The rules.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`], with both rules, where two cannot hold together: a cap of no calls beside hours, a cap
    /// over more hours than the history keeps, a spacing longer than the expiry, a customer's hours that share no minute
    /// of the week with those of any country, hours that the zones of a country do not share.
    pub fn build(self) -> Result<CallingRules, Error> {
        self.spacing.check()?;
        self.check_expiry("the spacing of calls", self.spacing.minutes)?;
        for cap in &self.caps {
            self.check_cap(*cap)?;
        }
        for (customer, rules) in &self.customers {
            for cap in &rules.caps {
                self.check_cap(*cap)?;
            }
            let who = format!("the spacing of customer {customer}");
            self.check_expiry(&who, rules.spacing_minutes.unwrap_or_default())?;
        }
        let mut countries = BTreeMap::new();
        for country in Country::ALL {
            let known = self.countries.get(&country).cloned();
            let rules = known.unwrap_or_else(|| CountryRules::of(country));
            let zone = rules.all_zones().first().copied().unwrap_or(Zone::UTC);
            let calendar = self.calendars.get(&country).cloned();
            let calendar = calendar.unwrap_or_else(|| Calendar::new(country, zone));
            countries.insert(country, Table { rules, calendar });
        }
        let elsewhere =
            Table { rules: self.elsewhere.clone(), calendar: Calendar::plain(Zone::UTC) };
        for table in countries.values().chain([&elsewhere]) {
            self.check_table(table)?;
        }
        let (own_hours, own) = self.own();
        for hours in &own_hours {
            check_own(hours, countries.values().chain([&elsewhere]))?;
        }
        Ok(CallingRules {
            default_zone: self.default_zone,
            default_country: self.default_country,
            zone_countries: countries_of_zones(),
            countries,
            elsewhere,
            caps: self.caps,
            spacing: self.spacing,
            expiry: self.expiry,
            own_hours,
            own,
            history: self.history,
            opt_outs: self.opt_outs,
            consents: self.consents,
            open: OpenTimes::default(),
        })
    }

    /// The hours that customers asked for, each once, and all that they asked for.
    fn own(&self) -> (Vec<CallingHours>, FxHashMap<Customer, Own>) {
        let mut hours: Vec<CallingHours> = Vec::new();
        let mut number_of: FxHashMap<&CallingHours, u32> = FxHashMap::default();
        let mut own = FxHashMap::default();
        for (customer, rules) in &self.customers {
            let number = rules.hours.as_ref().map(|wanted| {
                *number_of.entry(wanted).or_insert_with(|| {
                    hours.push(wanted.clone());
                    // More hours than that do not fit into memory.
                    u32::try_from(hours.len() - 1).unwrap_or(u32::MAX)
                })
            });
            let spacing = rules.spacing_minutes.unwrap_or_default();
            own.insert(*customer, Own { hours: number, caps: rules.caps.clone(), spacing });
        }
        (hours, own)
    }

    fn check_expiry(&self, what: &str, minutes: u32) -> Result<(), Error> {
        let Some(expiry) = self.expiry else { return Ok(()) };
        if expiry <= TimeDelta::zero() {
            let (name, expected) = ("expiry of requests", "seconds above 0");
            return Err(Error::Setting { name, value: expiry.as_seconds_f64(), expected });
        }
        if TimeDelta::minutes(minutes.into()) >= expiry {
            return Err(Error::Contradiction(format!(
                "{what} is {minutes} minutes and the expiry of requests {} minutes, expected a shorter spacing",
                expiry.num_minutes()
            )));
        }
        Ok(())
    }

    fn check_cap(&self, cap: Cap) -> Result<(), Error> {
        let kept = self.history.horizon();
        if cap.allowed == 0 {
            return Err(Error::Contradiction(format!(
                "a cap of {cap} and calling hours at all: nobody could be called"
            )));
        }
        if usize::try_from(cap.allowed).map_or(true, |it| it > CALLS_KEPT) || cap.hours == 0 {
            let (name, expected) = ("cap", "1 to 512 calls in at least an hour");
            return Err(Error::Setting { name, value: cap.allowed.into(), expected });
        }
        if cap.period() > kept {
            return Err(Error::Contradiction(format!(
                "a cap of {cap} and a history that keeps {} hours: calls would be forgotten",
                kept.num_hours()
            )));
        }
        Ok(())
    }

    /// Checks that calls are allowed at some time of the week on every basis, in all zones at once, and for every
    /// customer with hours of their own.
    fn check_table(&self, table: &Table) -> Result<(), Error> {
        let name = table.rules.country().map_or("elsewhere", Country::code);
        let zones = match table.rules.all_zones() {
            [] => &[Zone::UTC],
            zones => zones,
        };
        for basis in CallBasis::ALL {
            let rules = table.rules.on(*basis);
            for cap in &rules.caps {
                self.check_cap(*cap)?;
            }
            if !is_open_in_week(&[&rules.hours], &zones[..1]) {
                return Err(Error::Contradiction(format!(
                    "{basis} calls in {name} and calling hours {}: no hour of the week is left",
                    rules.hours
                )));
            }
            if !is_open_in_week(&[&rules.hours], zones) {
                return Err(Error::Contradiction(format!(
                    "calling hours {} in all {} zones of {name} at once: no hour of the week is left",
                    rules.hours,
                    zones.len()
                )));
            }
        }
        Ok(())
    }
}

/// Checks that a customer's own hours share some time with the hours of some country.
fn check_own<'a>(
    own: &CallingHours,
    mut tables: impl Iterator<Item = &'a Table>,
) -> Result<(), Error> {
    let shares_with = |table: &Table, basis: CallBasis| {
        is_open_in_week(&[own, &table.rules.on(basis).hours], &[Zone::UTC])
    };
    if tables.any(|table| CallBasis::ALL.iter().any(|basis| shares_with(table, *basis))) {
        return Ok(());
    }
    Err(Error::Contradiction(format!(
        "a customer's own hours {own} and the calling hours of every country: no hour of the week is left"
    )))
}

/// Whether some time of a week without holidays is open in all zones, in winter and in summer.
pub(super) fn is_open_in_week(hours: &[&CallingHours], zones: &[Zone]) -> bool {
    let plain = Calendar::plain(Zone::UTC);
    // Weeks of 2026 in which no clock is about to change.
    ["2026-01-12T00:00:00Z", "2026-07-13T00:00:00Z"].iter().all(|monday| {
        let Ok(monday) = monday.parse::<DateTime<Utc>>() else { return false };
        let from = monday.timestamp();
        !stretches(hours, zones, &plain, [from, from + 7 * 86_400]).is_empty()
    })
}
