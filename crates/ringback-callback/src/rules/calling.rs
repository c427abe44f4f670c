//! The rules at work: what part of a window is allowed, and why none is.

use std::collections::BTreeMap;
use std::slice;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Customer, Zone};
use ringback_features::{Calendar, Country};
use ringback_reach::Window;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{CallRules, CallingRulesBuilder, Forbidden};
use crate::calling_hours::{HoursOf, OpenTimes, Place, Stretch, stretches};
use crate::caps::{Blocked, Rest, blocked_by, next_block, skip};
use crate::{
    BasisRules, CallBasis, CallbackRequest, CallingHours, Cap, ContactHistory, CountryRules,
    OptOuts, Spacing,
};

/// Who may be called when: hours by country, basis and customer in the called person's zone, holidays, caps, spacing,
/// pauses, consent and opt-outs.
///
/// - **Zone**: the request's; else all zones of its country at once; else the default zone or country; else the call is
///   forbidden, [`Forbidden::UnknownZone`]. A request with a zone and no country has the rules of the country of the
///   zone, or those of elsewhere.
/// - **Hours** are by the wall clock, over changes of clocks too: an hour that the clock skips is not called in, one that
///   it shows twice may be called in twice.
/// - **Caps and spacing** count every call in the history and the request's own last attempt, whatever it was for; a call
///   that is planned counts once it is in the history.
/// - **Deadline**: a call may begin at the deadline and not after it.
///
/// Answers are worked out once for each place and month and then looked up, so that a planner can ask millions of times.
///
/// # Example
///
/// ```
/// use ringback_callback::{CallRules, CallbackRequest, CallingRules, Forbidden, RequestId};
/// use ringback_calllog::{PseudonymKey, Pseudonymizer};
/// use ringback_features::Country;
/// use ringback_reach::Window;
///
/// let customer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "acme").customer("4711");
/// let asked = "2026-05-13T18:00:00Z".parse()?;
/// let mut request = CallbackRequest::new(RequestId::new("a"), customer, asked);
/// request.country = Some(Country::Denmark);
///
/// let rules = CallingRules::builder().build()?;
/// // 20:30 to 21:30 in Copenhagen: calls end at 21.
/// let evening = Window::new("2026-05-13T18:30:00Z".parse()?, "2026-05-13T19:30:00Z".parse()?)?;
/// let allowed = rules.permit(&request, evening, asked).unwrap();
/// assert_eq!(allowed.to_string(), "2026-05-13T18:30:00Z/2026-05-13T19:00:00Z");
/// // The next day is Ascension Day.
/// let next = Window::new("2026-05-14T08:00:00Z".parse()?, "2026-05-14T09:00:00Z".parse()?)?;
/// let reason = rules.permit(&request, next, asked).unwrap_err();
/// assert_eq!(reason, Forbidden::Holiday { name: "Ascension Day".to_owned() });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CallingRules {
    pub(super) default_zone: Option<Zone>,
    pub(super) default_country: Option<Country>,
    pub(super) zone_countries: FxHashMap<Zone, Country>,
    pub(super) countries: BTreeMap<Country, Table>,
    pub(super) elsewhere: Table,
    pub(super) caps: Vec<Cap>,
    pub(super) spacing: Spacing,
    pub(super) expiry: Option<TimeDelta>,
    pub(super) own_hours: Vec<CallingHours>,
    pub(super) own: FxHashMap<Customer, Own>,
    pub(super) history: ContactHistory,
    pub(super) opt_outs: OptOuts,
    pub(super) consents: FxHashSet<Customer>,
    pub(super) open: OpenTimes,
}

/// The rules of a country and its holidays.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) rules: CountryRules,
    pub(super) calendar: Calendar,
}

/// What a customer asked for beyond the rules.
#[derive(Clone, Debug)]
pub(super) struct Own {
    /// The number of their hours.
    pub(super) hours: Option<u32>,
    pub(super) caps: Vec<Cap>,
    /// Unit: minutes.
    pub(super) spacing: u32,
}

impl CallingRules {
    /// Rules with the table's defaults, to be changed.
    pub fn builder() -> CallingRulesBuilder {
        CallingRulesBuilder::default()
    }

    /// The calls that count.
    pub fn history(&self) -> &ContactHistory {
        &self.history
    }

    /// The calls that count, to add those that were made.
    pub fn history_mut(&mut self) -> &mut ContactHistory {
        &mut self.history
    }

    /// Who does not want to be called.
    pub fn opt_outs(&self) -> &OptOuts {
        &self.opt_outs
    }

    /// Who does not want to be called, to add and remove.
    pub fn opt_outs_mut(&mut self) -> &mut OptOuts {
        &mut self.opt_outs
    }

    /// The rules that hold for a request before the customer's own, with the country that they are of; absent for a
    /// customer of whom it is not known where they are.
    pub fn rules_for(&self, request: &CallbackRequest) -> Option<&BasisRules> {
        let (country, _) = self.whereabouts(request)?;
        Some(self.table(country).rules.on(request.basis))
    }

    fn table(&self, country: Option<Country>) -> &Table {
        country.and_then(|it| self.countries.get(&it)).unwrap_or(&self.elsewhere)
    }

    /// Whose rules hold, and by which clocks.
    fn whereabouts(&self, request: &CallbackRequest) -> Option<(Option<Country>, Place)> {
        let somewhere = |it: Country| (Some(it), Place::SomewhereIn(it));
        let within = |it: Zone| (self.zone_countries.get(&it).copied(), Place::In(it));
        match (request.zone, request.country) {
            (Some(zone), Some(country)) => Some((Some(country), Place::In(zone))),
            (Some(zone), None) => Some(within(zone)),
            (None, Some(country)) => Some(somewhere(country)),
            (None, None) => match (self.default_zone, self.default_country) {
                (Some(zone), Some(country)) => Some((Some(country), Place::In(zone))),
                (Some(zone), None) => Some(within(zone)),
                (None, country) => country.map(somewhere),
            },
        }
    }

    fn zones<'a>(&'a self, place: &'a Place) -> &'a [Zone] {
        match place {
            Place::In(zone) => slice::from_ref(zone),
            Place::SomewhereIn(country) => self.table(Some(*country)).rules.all_zones(),
        }
    }

    /// The hours that hold together: the country's, and the customer's own.
    fn hours(&self, of: HoursOf) -> impl Iterator<Item = &CallingHours> {
        let own = of.own.and_then(|it| self.own_hours.get(usize::try_from(it).ok()?));
        [&self.table(of.country).rules.on(of.basis).hours].into_iter().chain(own)
    }

    fn first_open(
        &self,
        of: HoursOf,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let work_out = |from, to| {
            let hours: Vec<&CallingHours> = self.hours(of).collect();
            stretches(&hours, self.zones(&of.place), &self.table(of.country).calendar, [from, to])
        };
        let Stretch { from: opens, to: closes } = self.open.first(of, from, to, work_out)?;
        let opens = DateTime::from_timestamp(opens, 0)?;
        let closes = DateTime::from_timestamp(closes, 0)?;
        Some((opens.max(from), closes.min(to)))
    }

    /// The times at which the customer is left alone.
    fn blocked(
        &self,
        request: &CallbackRequest,
        rules: &BasisRules,
        own: Option<&Own>,
    ) -> Vec<Blocked> {
        let customer = request.customer;
        let last = request.last_attempt_at;
        let mut calls: Vec<(DateTime<Utc>, bool)> = self.history.calls(customer).collect();
        if let Some(last) = last
            && let Err(place) = calls.binary_search_by_key(&last, |it| it.0)
        {
            calls.insert(place, (last, false));
        }
        let mut found = Vec::new();
        let mut pause = |from: Option<DateTime<Utc>>, length: Option<TimeDelta>, rest| {
            if let (Some(from), Some(length)) = (from, length) {
                let until = from.checked_add_signed(length).unwrap_or(DateTime::<Utc>::MAX_UTC);
                found.push(Blocked { from, until, rest });
            }
        };
        pause(self.history.refused_at(customer), rules.refusal_pause(), Rest::Refusal);
        pause(self.history.talked_at(customer), rules.talk_pause(), Rest::Spacing);
        if calls.is_empty() {
            return found;
        }
        let own_spacing = TimeDelta::minutes(own.map_or(0, |it| it.spacing).into());
        for (at, was_busy) in &calls {
            let spacing = self.spacing.after(*was_busy).max(own_spacing);
            let from = at.checked_sub_signed(spacing).unwrap_or(DateTime::<Utc>::MIN_UTC);
            let until = at.checked_add_signed(spacing).unwrap_or(DateTime::<Utc>::MAX_UTC);
            found.push(Blocked { from, until, rest: Rest::Spacing });
        }
        let times: Vec<DateTime<Utc>> = calls.iter().map(|it| it.0).collect();
        let own_caps = own.map_or(&[][..], |it| &it.caps);
        for cap in rules.caps.iter().chain(&self.caps).chain(own_caps) {
            blocked_by(*cap, &times, &mut found);
        }
        found
    }

    /// The time in which a call may begin as far as the request goes: within the window, not before now or the request,
    /// and not after the deadline.
    fn span(
        &self,
        request: &CallbackRequest,
        window: Window,
        as_of: DateTime<Utc>,
    ) -> Result<(DateTime<Utc>, DateTime<Utc>), Forbidden> {
        let from = window.starts_at().max(as_of).max(request.requested_at);
        if from >= window.ends_at() {
            return Err(Forbidden::Past);
        }
        let expires = self.expiry.and_then(|it| request.requested_at.checked_add_signed(it));
        let Some(due_by) = request.due_by.or(expires) else { return Ok((from, window.ends_at())) };
        if from > due_by {
            return Err(Forbidden::AfterDeadline);
        }
        // The deadline itself is allowed: an instant of its own where nothing else is left.
        let end = if from == due_by { due_by + TimeDelta::nanoseconds(1) } else { due_by };
        Ok((from, end.min(window.ends_at())))
    }

    /// Why no call may begin in a time, given what is blocked in it.
    fn reason(
        &self,
        of: HoursOf,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        blocked: &[Blocked],
        calls: impl Fn(DateTime<Utc>, Cap) -> u32,
    ) -> Forbidden {
        let Some((opens, _)) = self.first_open(of, from, to) else {
            return self.reason_of_hours(of, from);
        };
        let not_before = skip(blocked, opens);
        // The block that lasts longest is the one to be told of.
        let covering = blocked.iter().filter(|it| it.contains(opens)).max_by_key(|it| it.until);
        match covering.map(|it| it.rest) {
            Some(Rest::Cap(cap)) => {
                Forbidden::Cap { calls: calls(opens, cap), allowed: cap.allowed, hours: cap.hours }
            }
            Some(Rest::Refusal) => Forbidden::Refused { not_before },
            Some(Rest::Spacing) | None => Forbidden::TooSoon { not_before },
        }
    }

    fn reason_of_hours(&self, of: HoursOf, at: DateTime<Utc>) -> Forbidden {
        let calendar = &self.table(of.country).calendar;
        for &zone in self.zones(&of.place) {
            let local = zone.local(at);
            for hours in self.hours(of) {
                let covers = !hours.ask_for_holidays() || calendar.covers(local.date());
                if !(covers && hours.allows(local, calendar)) {
                    return hours.reason(local, zone, calendar);
                }
            }
        }
        Forbidden::UnknownZone
    }
}

impl CallRules for CallingRules {
    fn permit(
        &self,
        request: &CallbackRequest,
        window: Window,
        as_of: DateTime<Utc>,
    ) -> Result<Window, Forbidden> {
        let is_own_wish =
            |since| request.basis == CallBasis::Requested && request.requested_at > since;
        if self.opt_outs.since(request.customer).is_some_and(|since| !is_own_wish(since)) {
            return Err(Forbidden::OptedOut);
        }
        let (country, place) = self.whereabouts(request).ok_or(Forbidden::UnknownZone)?;
        let rules = self.table(country).rules.on(request.basis);
        if rules.needs_consent && !self.consents.contains(&request.customer) {
            return Err(Forbidden::NoConsent);
        }
        let (from, to) = self.span(request, window, as_of)?;
        let own = self.own.get(&request.customer);
        let own_hours = own.and_then(|it| it.hours);
        let of = HoursOf { country, basis: request.basis, own: own_hours, place };
        let blocked = self.blocked(request, rules, own);
        let mut at = skip(&blocked, from);
        while at < to
            && let Some((opens, closes)) = self.first_open(of, at, to)
        {
            at = skip(&blocked, opens);
            if at == opens {
                let end = next_block(&blocked, opens).map_or(closes, |it| it.min(closes));
                return Window::new(opens, end).map_err(|_| Forbidden::Past);
            }
        }
        let calls = |at: DateTime<Utc>, cap: Cap| self.calls_around(request, at, cap);
        Err(self.reason(of, (from, to), &blocked, calls))
    }
}

impl CallingRules {
    /// Calls that a cap counts against a call at an instant.
    fn calls_around(&self, request: &CallbackRequest, at: DateTime<Utc>, cap: Cap) -> u32 {
        let since = at.checked_sub_signed(cap.period()).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let until = at.checked_add_signed(cap.period()).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let counts = |it: DateTime<Utc>| since < it && it < until;
        let known = self.history.calls(request.customer).map(|it| it.0);
        let is_known = request
            .last_attempt_at
            .is_none_or(|last| self.history.calls(request.customer).any(|it| it.0 == last));
        let last = request.last_attempt_at.filter(|_| !is_known);
        let calls = known.chain(last).filter(|it| counts(*it)).count();
        u32::try_from(calls).unwrap_or(u32::MAX)
    }
}
