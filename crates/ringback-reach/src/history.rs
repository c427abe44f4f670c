//! What is known of each customer, and how new attempts and calls are added to it.

mod event;

use ringback_calllog::{Customer, Zone};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

pub(crate) use event::{
    Context, DAYS, Event, GAPS, HOURS, KINDS, Moment, STREAKS, What, kind_index,
};

/// Events of a customer that are kept one by one; older ones are folded into what was believed before them.
pub(crate) const EVENTS_KEPT: usize = 96;
/// Events that are folded at a time.
pub(crate) const EVENTS_FOLDED: usize = 32;

/// What is known of one customer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Person {
    /// The segment's number in the model; 0 for one that it does not know.
    pub(crate) segment: u16,
    pub(crate) zone: Option<Zone>,
    pub(crate) attempts: u32,
    pub(crate) reached: u32,
    pub(crate) inbound: u32,
    /// Misses since the customer was last reached.
    pub(crate) streak: u32,
    /// When the last attempt was that may have been heard. Unit: seconds since 1970.
    pub(crate) last_attempt_secs: Option<i64>,
    /// Earliest first.
    pub(crate) events: Vec<Event>,
    /// The weights of types after events that are no longer kept, with the time of the last of them.
    pub(crate) folded: Option<Folded>,
}

/// What remains of events that are no longer kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Folded {
    pub(crate) weights: Vec<f32>,
    pub(crate) until_secs: i64,
}

impl Person {
    /// The circumstances that an attempt at a moment would meet.
    pub(crate) fn context(&self, at_secs: i64, kind: u8) -> Context {
        Context::new(self.streak, self.last_attempt_secs, at_secs, kind)
    }

    /// Adds an attempt; one whose outcome does not tell only counts as heard.
    pub(crate) fn add_attempt(&mut self, moment: Moment, kind: u8, is_reached: Option<bool>) {
        if let Some(is_reached) = is_reached {
            let context = self.context(moment.secs, kind);
            let what = if is_reached { What::Reached } else { What::Missed };
            self.events.push(Event { moment, context, what });
            self.attempts = self.attempts.saturating_add(1);
            self.reached = self.reached.saturating_add(u32::from(is_reached));
            self.streak = if is_reached { 0 } else { self.streak.saturating_add(1) };
        }
        let last = self.last_attempt_secs.map_or(moment.secs, |it| it.max(moment.secs));
        self.last_attempt_secs = Some(last);
    }

    /// Adds a call of the customer.
    pub(crate) fn add_inbound(&mut self, moment: Moment) {
        let context = Context { streak: 0, gap: 0, kind: 0 };
        self.events.push(Event { moment, context, what: What::Inbound });
        self.inbound = self.inbound.saturating_add(1);
    }
}

/// Everybody of whom something is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct People {
    /// Places in `all`; looked up only.
    places: FxHashMap<Customer, u32>,
    all: Vec<Person>,
    customers: Vec<Option<Customer>>,
    free: Vec<u32>,
}

impl People {
    pub(crate) fn get(&self, customer: &Customer) -> Option<&Person> {
        self.all.get(usize::try_from(*self.places.get(customer)?).ok()?)
    }

    /// The customer's record, made if there is none.
    pub(crate) fn entry(&mut self, customer: Customer) -> &mut Person {
        let place = match self.places.get(&customer) {
            Some(place) => *place,
            None => self.add(customer),
        };
        &mut self.all[place as usize]
    }

    fn add(&mut self, customer: Customer) -> u32 {
        let place = if let Some(place) = self.free.pop() {
            place
        } else {
            self.all.push(Person::default());
            self.customers.push(None);
            u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX)
        };
        self.all[place as usize] = Person::default();
        self.customers[place as usize] = Some(customer);
        self.places.insert(customer, place);
        place
    }

    /// Erases what is known of a customer, and says whether there was anything.
    pub(crate) fn forget(&mut self, customer: &Customer) -> bool {
        let Some(place) = self.places.remove(customer) else { return false };
        self.all[place as usize] = Person::default();
        self.customers[place as usize] = None;
        self.free.push(place);
        true
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Every customer with what is known of them, in the order in which they were first seen.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Customer, &Person)> {
        let pairs = self.customers.iter().zip(&self.all);
        pairs.filter_map(|(customer, person)| Some((customer.as_ref()?, person)))
    }
}

impl Serialize for People {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for People {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved: Vec<(Customer, Person)> = Vec::deserialize(deserializer)?;
        let mut people = Self::default();
        for (customer, person) in saved {
            *people.entry(customer) = person;
        }
        Ok(people)
    }
}

impl PartialEq for People {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}
