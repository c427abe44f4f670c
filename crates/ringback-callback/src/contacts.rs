//! Whom we called when, and who does not want to be called.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::Customer;
use ringback_reach::{Attempt, ContactOutcome};
use rustc_hash::FxHashMap;

use crate::Error;

/// Calls to one customer that are kept at most: more than any cap allows. The oldest go first.
pub(crate) const CALLS_KEPT: usize = 512;

/// A call that was made, or that is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Contact {
    at: DateTime<Utc>,
    was_busy: bool,
}

/// What is known of one customer.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    /// In order of time.
    calls: Vec<Contact>,
    talked_at: Option<DateTime<Utc>>,
    refused_at: Option<DateTime<Utc>>,
}

/// The calls of the last month, over all requests: what caps, spacing and pauses look at.
///
/// Every attempt counts, whatever it was for and whatever came of it; one at the same instant is the same. Memory is
/// bounded: calls older than the horizon are dropped as newer ones of their customer come, or by
/// [`ContactHistory::forget_before`]; of one customer 512 are kept at most.
///
/// # Example
///
/// ```
/// use ringback_callback::ContactHistory;
/// use ringback_calllog::{PseudonymKey, Pseudonymizer};
/// use ringback_reach::ContactOutcome;
///
/// let customer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "acme").customer("4711");
/// let mut history = ContactHistory::new();
/// history.record(customer, "2026-05-04T12:00:00Z".parse()?, ContactOutcome::NoAnswer);
/// assert_eq!(history.calls_since(customer, "2026-05-04T00:00:00Z".parse()?), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ContactHistory {
    horizon: TimeDelta,
    known: FxHashMap<Customer, Known>,
}

impl Default for ContactHistory {
    fn default() -> Self {
        Self { horizon: TimeDelta::days(31), known: FxHashMap::default() }
    }
}

impl ContactHistory {
    /// A history without calls that keeps 31 days.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how many days are kept. Range: 1 to 3,660. Default: 31.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] outside the range.
    pub fn horizon_days(self, days: u32) -> Result<Self, Error> {
        if !(1..=3660).contains(&days) {
            let (name, expected) = ("horizon of the contact history", "1 to 3660 days");
            return Err(Error::Setting { name, value: days.into(), expected });
        }
        Ok(Self { horizon: TimeDelta::days(days.into()), ..self })
    }

    /// Adds attempts, in any order.
    #[must_use]
    pub fn attempts<'a>(mut self, attempts: impl IntoIterator<Item = &'a Attempt>) -> Self {
        for it in attempts {
            self.record(it.customer, it.attempted_at, it.outcome);
        }
        self
    }

    /// Notes a call and what came of it; of a call that is planned, [`ContactOutcome::Unknown`].
    pub fn record(&mut self, customer: Customer, at: DateTime<Utc>, outcome: ContactOutcome) {
        let known = self.known.entry(customer).or_default();
        if outcome == ContactOutcome::Reached {
            known.talked_at = known.talked_at.max(Some(at));
        }
        let contact = Contact { at, was_busy: outcome == ContactOutcome::Busy };
        let place = known.calls.partition_point(|it| it.at < at);
        match known.calls.get_mut(place) {
            // What is known of a call that was planned takes its place.
            Some(there) if there.at == at => *there = contact,
            _ => known.calls.insert(place, contact),
        }
        let newest = known.calls.last().map_or(at, |it| it.at);
        let oldest = newest.checked_sub_signed(self.horizon).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let old = known.calls.partition_point(|it| it.at < oldest);
        let over = known.calls.len().saturating_sub(CALLS_KEPT);
        known.calls.drain(..old.max(over));
    }

    /// Notes that a customer refused to be called for what they were called for, without opting out for good.
    pub fn refuse(&mut self, customer: Customer, at: DateTime<Utc>) {
        let known = self.known.entry(customer).or_default();
        known.refused_at = known.refused_at.max(Some(at));
    }

    /// Drops calls from before an instant, and customers of whom nothing remains. Refusals and the last talk stay.
    pub fn forget_before(&mut self, instant: DateTime<Utc>) {
        self.known.retain(|_, it| {
            it.calls.retain(|call| call.at >= instant);
            !it.calls.is_empty() || it.refused_at.is_some() || it.talked_at.is_some()
        });
    }

    /// Drops all that is known of a customer.
    pub fn erase(&mut self, customer: Customer) {
        self.known.remove(&customer);
    }

    /// Calls to a customer from an instant on.
    pub fn calls_since(&self, customer: Customer, since: DateTime<Utc>) -> usize {
        let calls = self.known.get(&customer).map_or(&[][..], |it| &it.calls);
        calls.len() - calls.partition_point(|it| it.at < since)
    }

    /// How long calls are kept.
    pub fn horizon(&self) -> TimeDelta {
        self.horizon
    }

    /// The calls to a customer, earliest first, each with whether the line was busy.
    pub(crate) fn calls(
        &self,
        customer: Customer,
    ) -> impl ExactSizeIterator<Item = (DateTime<Utc>, bool)> + '_ {
        let calls = self.known.get(&customer).map_or(&[][..], |it| &it.calls);
        calls.iter().map(|it| (it.at, it.was_busy))
    }

    pub(crate) fn talked_at(&self, customer: Customer) -> Option<DateTime<Utc>> {
        self.known.get(&customer)?.talked_at
    }

    pub(crate) fn refused_at(&self, customer: Customer) -> Option<DateTime<Utc>> {
        self.known.get(&customer)?.refused_at
    }
}

/// Customers who asked not to be called.
///
/// Who opts out is not called on any basis, until they ask for a callback themselves: a request made after the
/// opt-out is their own wish, and holds for that call alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OptOuts {
    since: FxHashMap<Customer, DateTime<Utc>>,
}

impl OptOuts {
    /// Nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that a customer opted out; of two times the later one counts.
    pub fn add(&mut self, customer: Customer, at: DateTime<Utc>) {
        let since = self.since.entry(customer).or_insert(at);
        *since = (*since).max(at);
    }

    /// Notes that a customer may be called again.
    pub fn remove(&mut self, customer: Customer) {
        self.since.remove(&customer);
    }

    /// When a customer opted out; absent for one who did not.
    pub fn since(&self, customer: Customer) -> Option<DateTime<Utc>> {
        self.since.get(&customer).copied()
    }

    /// How many customers opted out.
    pub fn len(&self) -> usize {
        self.since.len()
    }

    /// Whether nobody opted out.
    pub fn is_empty(&self) -> bool {
        self.since.is_empty()
    }
}
