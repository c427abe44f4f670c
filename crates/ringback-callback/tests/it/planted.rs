//! A model, rules and customers whose answers are known.

use chrono::{DateTime, Timelike, Utc};
use ringback_callback::{CallRules, CallbackRequest, Capacity, Forbidden, FreeTime, RequestId};
use ringback_calllog::{Customer, PseudonymKey, Pseudonymizer};
use ringback_reach::{
    Ask, Evidence, Method, ReachModel, ReachPart, ReachReason, Reachability, Window,
};

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A window of "2026-05-04T12:00:00Z" and so on.
pub(crate) fn window(from: &str, to: &str) -> Window {
    Window::new(at(from), at(to)).unwrap()
}

/// A window of 4 May 2026, a Monday, by the hours of universal time.
pub(crate) fn hours(from: u32, to: u32) -> Window {
    window(&format!("2026-05-04T{from:02}:00:00Z"), &format!("2026-05-04T{to:02}:00:00Z"))
}

pub(crate) fn customer(number: u32) -> Customer {
    let key = PseudonymKey::from_bytes([7; 32]);
    Pseudonymizer::new(&key, "planted").customer(&format!("+4570{number:06}"))
}

pub(crate) fn request(id: &str, number: u32) -> CallbackRequest {
    CallbackRequest::new(RequestId::new(id), customer(number), at("2026-05-04T09:00:00Z"))
}

/// So many slots of five minutes in every hour of the days from 4 May on.
pub(crate) fn flat_time(days: u32, slots: u32) -> FreeTime {
    let rows = (0..days * 24).map(|hour| {
        let from = at("2026-05-04T00:00:00Z") + chrono::TimeDelta::hours(hour.into());
        let window = Window::new(from, from + chrono::TimeDelta::hours(1)).unwrap();
        Capacity { window, slots, skill: None }
    });
    FreeTime::of_capacity(&rows.collect::<Vec<_>>(), 300.0)
}

/// Customers answer with a probability that the hour of universal time decides.
#[derive(Debug)]
pub(crate) struct ByHour(pub(crate) fn(u32) -> f64);

impl ReachModel for ByHour {
    fn name(&self) -> &'static str {
        "planted"
    }

    fn known_until(&self) -> Option<DateTime<Utc>> {
        Some(at("2026-05-03T22:00:00Z"))
    }

    fn reachability(&self, ask: &Ask<'_>) -> Reachability {
        let probability = (self.0)(ask.at.hour());
        let evidence = Evidence { method: Method::RateTable, attempts: 4, reached: 3, inbound: 0 };
        Reachability { probability, lower: probability - 0.1, upper: probability + 0.1, evidence }
    }

    fn explain(&self, ask: &Ask<'_>) -> ReachReason {
        let effect = (self.0)(ask.at.hour()) - 0.5;
        let reason = format!("the hour from {}", ask.at.hour());
        ReachReason { baseline: 0.5, parts: vec![ReachPart { reason, effect }] }
    }
}

/// Everyone may be called whenever.
#[derive(Debug)]
pub(crate) struct Anytime;

impl CallRules for Anytime {
    fn permit(
        &self,
        _: &CallbackRequest,
        window: Window,
        _: DateTime<Utc>,
    ) -> Result<Window, Forbidden> {
        Ok(window)
    }
}

/// Nobody may be called at all, for one reason.
#[derive(Debug)]
pub(crate) struct Never(pub(crate) Forbidden);

impl CallRules for Never {
    fn permit(
        &self,
        _: &CallbackRequest,
        _: Window,
        _: DateTime<Utc>,
    ) -> Result<Window, Forbidden> {
        Err(self.0.clone())
    }
}

/// Calls may begin between two instants.
#[derive(Debug)]
pub(crate) struct Between(pub(crate) Window);

impl CallRules for Between {
    fn permit(
        &self,
        _: &CallbackRequest,
        window: Window,
        _: DateTime<Utc>,
    ) -> Result<Window, Forbidden> {
        let from = window.starts_at().max(self.0.starts_at());
        Window::new(from, window.ends_at().min(self.0.ends_at())).map_err(|_| Forbidden::Past)
    }
}
