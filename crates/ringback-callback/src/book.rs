//! The memory of what was promised: one open request a customer, every change an event, nothing lost.

mod event;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ringback_calllog::{Customer, Direction, Outcome};
use ringback_features::Calendar;
use ringback_reach::Window;
use serde::{Deserialize, Serialize};

pub use self::event::{
    BookChange, BookEvent, CloseReason, InvalidCloseReason, InvalidMissedBy, MissedBy,
};
use crate::{CallbackRequest, Error, RequestId, RetryPolicy};

/// The requests of all customers, open and closed.
///
/// - One open request a customer: a second one is the first again, with the higher urgency and the newer windows.
/// - The same id twice is one request, however often a message is delivered.
/// - A customer who talks with an agent in the meantime is not called again for it.
/// - A window that was missed raises the urgency if it was the center that missed it, and widens the choice of windows
///   either way.
/// - Open requests and those closed for each reason add up to those opened: [`BookTally`].
///
/// # Example
///
/// ```
/// use ringback_callback::{CallbackBook, CallbackRequest, CloseReason, Opened, RequestId};
/// use ringback_calllog::{Direction, Outcome, PseudonymKey, Pseudonymizer};
///
/// let customer =
///     Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "acme").customer("+4520123456");
/// let (asked, called) = ("2026-05-04T12:00:00Z".parse()?, "2026-05-04T12:30:00Z".parse()?);
/// let request = |id| CallbackRequest::new(RequestId::new(id), customer, asked);
///
/// let mut book = CallbackBook::new();
/// assert_eq!(book.open(request("a")), Opened::New);
/// assert_eq!(book.open(request("b")), Opened::Duplicate { of: RequestId::new("a") });
/// // The customer calls again and gets through: nobody calls them a second time.
/// book.contact(customer, called, Direction::Inbound, Outcome::Answered);
/// assert_eq!(book.open_requests().count(), 0);
/// assert_eq!(book.tally().closed[&CloseReason::ReachedOtherwise], 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallbackBook {
    entries: BTreeMap<RequestId, Entry>,
    open_of: BTreeMap<Customer, RequestId>,
    events: Vec<BookEvent>,
    tally: BookTally,
}

/// A request and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    request: CallbackRequest,
    missed_by_us: u32,
    missed_by_customer: u32,
    closed: Option<CloseReason>,
}

/// How many requests there were, and what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookTally {
    /// Requests that were opened; duplicates are not among them.
    pub opened: u64,
    /// Requests that are open.
    pub open: u64,
    /// Requests that were closed, by reason.
    pub closed: BTreeMap<CloseReason, u64>,
    /// Requests that were one which was open already, or were delivered twice.
    pub duplicates: u64,
}

impl BookTally {
    /// Whether open and closed requests add up to those opened.
    pub fn adds_up(&self) -> bool {
        self.open + self.closed.values().sum::<u64>() == self.opened
    }
}

/// What became of a request that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opened {
    /// It is open.
    New,
    /// It is this one, which was there before.
    Duplicate {
        /// The request that was there; the same id where a message came twice.
        of: RequestId,
    },
}

impl CallbackBook {
    /// An empty book.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a request, unless its id is known or its customer has an open one. The one that is open then takes the higher
    /// urgency of the two, and the windows of the newer where it names any.
    pub fn open(&mut self, request: CallbackRequest) -> Opened {
        let (id, at) = (request.id.clone(), request.requested_at);
        if self.entries.contains_key(&id) {
            self.tally.duplicates += 1;
            self.record(at, &id, BookChange::DeliveredTwice);
            return Opened::Duplicate { of: id };
        }
        if let Some(of) = self.open_of.get(&request.customer).cloned() {
            self.tally.duplicates += 1;
            if let Some(entry) = self.entries.get_mut(&of) {
                entry.request.urgency = entry.request.urgency.max(request.urgency);
                if !request.chosen.is_empty() {
                    entry.request.chosen = request.chosen;
                }
            }
            self.record(at, &of, BookChange::AskedAgain { as_id: Some(id) });
            return Opened::Duplicate { of };
        }
        self.tally.opened += 1;
        self.tally.open += 1;
        self.open_of.insert(request.customer, id.clone());
        let entry = Entry { request, missed_by_us: 0, missed_by_customer: 0, closed: None };
        self.entries.insert(id.clone(), entry);
        self.record(at, &id, BookChange::Opened);
        Opened::New
    }

    /// Notes a call between a customer and the center, and closes the customer's open request if a person answered after
    /// it was made. Returns the request that was closed.
    ///
    /// An outbound call for the request itself belongs to [`CallbackBook::done`] or [`CallbackBook::missed`].
    pub fn contact(
        &mut self,
        customer: Customer,
        at: DateTime<Utc>,
        direction: Direction,
        outcome: Outcome,
    ) -> Option<RequestId> {
        let is_talk = outcome == Outcome::Answered && direction != Direction::Internal;
        let id = self.open_of.get(&customer).filter(|_| is_talk)?.clone();
        if self.entries.get(&id)?.request.requested_at > at {
            return None;
        }
        self.close(at, &id, CloseReason::ReachedOtherwise);
        Some(id)
    }

    /// Notes that a customer has chosen windows, in place of those that they chose before.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRequest`] or [`Error::ClosedRequest`].
    pub fn choose(
        &mut self,
        id: &RequestId,
        at: DateTime<Utc>,
        windows: Vec<Window>,
    ) -> Result<(), Error> {
        self.entry(id)?.request.chosen.clone_from(&windows);
        self.record(at, id, BookChange::Chose { windows });
        Ok(())
    }

    /// Notes that a promised call did not come about.
    ///
    /// Where the center missed it, the urgency goes up a step. Where the customer did, it counts as an attempt. Either way
    /// the windows that are over are dropped, and the customer is read out one more window than before
    /// ([`CallbackBook::extra_windows`]).
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRequest`] or [`Error::ClosedRequest`].
    pub fn missed(&mut self, id: &RequestId, at: DateTime<Utc>, by: MissedBy) -> Result<(), Error> {
        let entry = self.entry(id)?;
        entry.request.chosen.retain(|it| it.ends_at() > at);
        match by {
            MissedBy::Us => {
                entry.missed_by_us = entry.missed_by_us.saturating_add(1);
                entry.request.urgency = entry.request.urgency.raised();
            }
            MissedBy::Customer => {
                entry.missed_by_customer = entry.missed_by_customer.saturating_add(1);
                entry.request.attempts = entry.request.attempts.saturating_add(1);
                entry.request.last_attempt_at = Some(at);
                // Who did not answer in the last window they chose is better called at another time than not at all.
                entry.request.chosen.retain(|it| !it.contains(at));
            }
        }
        let urgency = entry.request.urgency;
        self.record(at, id, BookChange::Missed { by, urgency });
        Ok(())
    }

    /// Closes a request whose customer was called and answered.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRequest`] or [`Error::ClosedRequest`].
    pub fn done(&mut self, id: &RequestId, at: DateTime<Utc>) -> Result<(), Error> {
        let entry = self.entry(id)?;
        entry.request.attempts = entry.request.attempts.saturating_add(1);
        entry.request.last_attempt_at = Some(at);
        self.close(at, id, CloseReason::Done);
        Ok(())
    }

    /// Closes a request for another reason: withdrawn, given up.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRequest`] or [`Error::ClosedRequest`].
    pub fn cancel(
        &mut self,
        id: &RequestId,
        at: DateTime<Utc>,
        reason: CloseReason,
    ) -> Result<(), Error> {
        self.entry(id)?;
        self.close(at, id, reason);
        Ok(())
    }

    /// Closes what is overdue: requests whose deadline has passed, their own or else that of the policy
    /// ([`RetryPolicy::due_by`]). Returns what was closed, in the order of the ids.
    pub fn expire(
        &mut self,
        as_of: DateTime<Utc>,
        retries: &RetryPolicy,
        calendar: &Calendar,
    ) -> Vec<RequestId> {
        let is_over = |request: &CallbackRequest| retries.due_by(request, calendar) < as_of;
        let over = self.open_requests().filter(|it| is_over(it)).map(|it| it.id.clone());
        let over: Vec<RequestId> = over.collect();
        for id in &over {
            self.close(as_of, id, CloseReason::Expired);
        }
        over
    }

    /// Erases a customer: an open request is closed, and neither requests nor events can be traced to them any more. The
    /// counts stay. Returns how many requests were erased.
    pub fn forget(&mut self, customer: Customer, at: DateTime<Utc>) -> usize {
        if let Some(id) = self.open_of.get(&customer).cloned() {
            self.close(at, &id, CloseReason::Forgotten);
        }
        let is_theirs = |it: &&Entry| it.request.customer == customer;
        let theirs = self.entries.values().filter(is_theirs).map(|it| it.request.id.clone());
        let theirs: Vec<RequestId> = theirs.collect();
        for id in &theirs {
            self.entries.remove(id);
        }
        for event in &mut self.events {
            event.forget(&theirs);
        }
        theirs.len()
    }

    /// The open requests, in the order of their ids.
    pub fn open_requests(&self) -> impl Iterator<Item = &CallbackRequest> {
        self.entries.values().filter(|it| it.closed.is_none()).map(|it| &it.request)
    }

    /// The open request of a customer.
    pub fn open_of(&self, customer: Customer) -> Option<&CallbackRequest> {
        self.open_of.get(&customer).and_then(|id| self.request(id))
    }

    /// A request, open or closed.
    pub fn request(&self, id: &RequestId) -> Option<&CallbackRequest> {
        self.entries.get(id).map(|it| &it.request)
    }

    /// Why a request was closed; absent while it is open or where it is not known.
    pub fn closed(&self, id: &RequestId) -> Option<CloseReason> {
        self.entries.get(id).and_then(|it| it.closed)
    }

    /// How many windows more than usual a customer is read out: one for each promise that did not come about.
    pub fn extra_windows(&self, id: &RequestId) -> u32 {
        let missed = |it: &Entry| it.missed_by_us.saturating_add(it.missed_by_customer);
        self.entries.get(id).map_or(0, missed)
    }

    /// Every change, in the order in which they were made.
    pub fn events(&self) -> &[BookEvent] {
        &self.events
    }

    /// How many requests there were, and what became of them.
    pub fn tally(&self) -> &BookTally {
        &self.tally
    }

    /// An open entry.
    fn entry(&mut self, id: &RequestId) -> Result<&mut Entry, Error> {
        let entry = self.entries.get_mut(id).ok_or_else(|| Error::UnknownRequest(id.clone()))?;
        match entry.closed {
            None => Ok(entry),
            Some(reason) => Err(Error::ClosedRequest { id: id.clone(), reason }),
        }
    }

    fn close(&mut self, at: DateTime<Utc>, id: &RequestId, reason: CloseReason) {
        let Some(entry) = self.entries.get_mut(id).filter(|it| it.closed.is_none()) else { return };
        entry.closed = Some(reason);
        self.open_of.remove(&entry.request.customer);
        self.tally.open -= 1;
        *self.tally.closed.entry(reason).or_default() += 1;
        self.record(at, id, BookChange::Closed { reason });
    }

    fn record(&mut self, at: DateTime<Utc>, id: &RequestId, change: BookChange) {
        self.events.push(BookEvent { at, request: Some(id.clone()), change });
    }
}
