//! From a waiting caller to a decision.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Intent, QueueId, Zone};
use ringback_features::{Calendar, OpeningHours};
use ringback_reach::Window;
use serde::{Deserialize, Serialize};

use super::{Decision, Done, Known, SpokenWindow};
use crate::choose::zone_of;
use crate::{
    Announcer, CallbackBook, CallbackRequest, Choice, ChooseCase, ChooseContext, Chooser,
    DropReason, Forbidden, FreeTime, IntentRule, KeepReason, Obstacle, OfferCase, OfferGate,
    OfferRule, OfferVerdict, OptOuts, Rollouts, WindowGrid,
};

/// Everything that decides on offers, as a policy sets it.
#[derive(Clone, Debug)]
pub struct OfferDesk {
    /// Whether to offer.
    pub rule: OfferRule,
    /// How far callbacks are switched on.
    pub rollouts: Rollouts,
    /// The windows that there are.
    pub grid: WindowGrid,
    /// The hours in which callbacks are made.
    pub hours: OpeningHours,
    /// Which of them are read out.
    pub chooser: Chooser,
    /// What intents ask for.
    pub intents: BTreeMap<Intent, IntentRule>,
    /// What an intent asks for that is not among them, or not known.
    pub other_intents: IntentRule,
    /// How windows are said.
    pub announcer: Announcer,
}

/// The gates of all queues: the only memory of the desk, so that whoever runs it can save it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferGates {
    /// The gates of queues.
    pub queues: BTreeMap<QueueId, OfferGate>,
    /// The gate of callers whose queue is not known.
    pub unknown: OfferGate,
}

impl OfferGates {
    /// The gate of a queue; closed for one that nobody has called.
    pub fn of(&self, queue: Option<&QueueId>) -> OfferGate {
        match queue {
            Some(queue) => self.queues.get(queue).copied().unwrap_or_default(),
            None => self.unknown,
        }
    }

    fn set(&mut self, queue: Option<&QueueId>, gate: OfferGate) {
        match queue {
            Some(queue) => *self.queues.entry(queue.clone()).or_default() = gate,
            None => self.unknown = gate,
        }
    }
}

/// One caller at one moment.
#[derive(Clone, Debug)]
pub struct OfferMoment<'a> {
    /// The moment.
    pub at: DateTime<Utc>,
    /// The request that the offer would become: id, customer, intent, queue, zone and segment as far as they are known.
    pub request: &'a CallbackRequest,
    /// What is known; the reachability model's and the load's fields are filled in, and the seconds to close where they
    /// are absent.
    pub known: Known,
    /// Who does not want to be called: they are not offered it. The rules alone do not tell, since they take a request for
    /// the customer's own newer wish, and an offer is not that.
    pub opt_outs: Option<&'a OptOuts>,
    /// What else stands against a callback.
    pub obstacles: Vec<Obstacle>,
    /// Windows beyond the usual number.
    pub extra_windows: u32,
}

impl OfferDesk {
    /// What the intent of a request asks for.
    pub fn intent(&self, intent: Option<&Intent>) -> &IntentRule {
        intent.and_then(|it| self.intents.get(it)).unwrap_or(&self.other_intents)
    }

    /// Takes what open requests were promised from agents' free time: each the first of the windows that its customer
    /// chose. Requests whose customers left the choice take nothing: the planner places them where there is time.
    pub fn take_promised(&self, free: &mut FreeTime, book: &CallbackBook) {
        for request in book.open_requests() {
            let Some(&window) = request.chosen.first() else { continue };
            let intent = self.intent(request.intent.as_ref());
            let skill = intent.skill.as_ref().or(request.skill.as_ref());
            free.promise(window, skill, intent.handle_secs());
        }
    }

    /// Decides on a caller, and moves the gate of their queue.
    pub fn decide(
        &self,
        gates: &mut OfferGates,
        context: &ChooseContext<'_>,
        moment: OfferMoment<'_>,
    ) -> Decision {
        let request = moment.request;
        let intent = self.intent(request.intent.as_ref());
        let urgency = intent.urgency.max(request.urgency);
        let queue = request.queue.as_ref();
        let rollout = self.rollouts.of(queue);
        let (rule, gate) = (rollout.rule(self.rule), gates.of(queue));
        let known = self.known(context, &moment);
        let mut obstacles = moment.obstacles;
        if moment.opt_outs.is_some_and(|it| it.since(request.customer).is_some()) {
            obstacles.insert(0, Obstacle::OptedOut);
        }
        let case =
            OfferCase { wait: &known.wait, urgency, secs_to_close: known.secs_to_close, obstacles };
        let (mut verdict, next) = rule.decide(&case, gate);
        gates.set(queue, next);
        let mut choice = Choice { slate_propensity: 1.0, ..Choice::default() };
        if verdict == OfferVerdict::Offer {
            let (as_of, extra_windows) = (moment.at, moment.extra_windows);
            let case = ChooseCase { request, intent, extra_windows, as_of };
            let candidates = self.grid.candidates(&self.hours, context.calendar, as_of);
            choice = self.chooser.choose(context, &case, &candidates);
            if choice.offered.is_empty() {
                verdict = OfferVerdict::KeepWaiting(why_none(&choice));
            }
        }
        let done = match verdict {
            OfferVerdict::KeepWaiting(_) => Done::Nothing,
            OfferVerdict::Offer if rollout.speaks() => Done::ReadOut,
            OfferVerdict::Offer => Done::Shadowed,
        };
        let zone = zone_of(request, context.calendar.zone());
        let (windows, announcement) = self.say(&choice, zone, moment.at, done);
        Decision {
            schema: Decision::SCHEMA,
            at: moment.at,
            queue: request.queue.clone(),
            request: request.id.clone(),
            customer: request.customer,
            segment: request.segment.clone(),
            zone,
            intent: request.intent.clone(),
            urgency,
            known,
            rollout,
            rule,
            gate_was_open: gate.is_open,
            verdict,
            done,
            windows,
            announcement,
            slate_propensity: choice.slate_propensity,
            considered: choice.considered,
            dropped: choice.dropped,
        }
    }

    fn known(&self, context: &ChooseContext<'_>, moment: &OfferMoment<'_>) -> Known {
        let secs_to_close = moment.known.secs_to_close;
        Known {
            reach_model: context.model.name().to_owned(),
            reach_known_until: context.model.known_until(),
            load_known_until: context.free.known_until(),
            secs_to_close: secs_to_close
                .or_else(|| secs_to_close_at(&self.hours, context.calendar, moment.at)),
            ..moment.known.clone()
        }
    }

    fn say(
        &self,
        choice: &Choice,
        zone: Zone,
        at: DateTime<Utc>,
        done: Done,
    ) -> (Vec<SpokenWindow>, String) {
        let text = |window| self.announcer.window(window, zone, at);
        let spoken = choice.offered.iter();
        let spoken = spoken.map(|it| SpokenWindow { text: text(it.window), offer: it.clone() });
        let windows: Vec<Window> = choice.offered.iter().map(|it| it.window).collect();
        let announcement = match done {
            Done::ReadOut => self.announcer.menu(&windows, zone, at),
            Done::Nothing | Done::Shadowed => String::new(),
        };
        (spoken.collect(), announcement)
    }
}

/// Why there is no window: the customer's own wish where that is all there is.
fn why_none(choice: &Choice) -> KeepReason {
    let is_opt_out = |why: &DropReason| matches!(why, DropReason::Forbidden(Forbidden::OptedOut));
    let opted_out =
        !choice.dropped.is_empty() && choice.dropped.iter().all(|it| is_opt_out(&it.why));
    if opted_out { KeepReason::Obstacle(Obstacle::OptedOut) } else { KeepReason::NoWindow }
}

/// Seconds until the hours end that hold at an instant; absent outside them.
fn secs_to_close_at(hours: &OpeningHours, calendar: &Calendar, at: DateTime<Utc>) -> Option<f64> {
    let zone = calendar.zone();
    let today = zone.date(at);
    let days = [today.pred_opt(), Some(today)];
    let mut closes_at: Option<DateTime<Utc>> = None;
    for day in days.into_iter().flatten() {
        for range in hours.on_date(day, calendar) {
            let instant = |minute: u16| {
                let midnight = day.and_time(chrono::NaiveTime::MIN);
                let local = midnight.checked_add_signed(TimeDelta::minutes(minute.into()))?;
                Some(zone.at_or_after(local))
            };
            let (Some(opens), Some(closes)) =
                (instant(range.from_minute()), instant(range.to_minute()))
            else {
                continue;
            };
            if opens <= at && at < closes {
                closes_at = closes_at.max(Some(closes));
            }
        }
    }
    closes_at.map(|it| (it - at).as_seconds_f64())
}
