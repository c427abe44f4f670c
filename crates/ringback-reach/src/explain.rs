//! Why a score is what it is: what the model says as more and more becomes known of the customer.
//!
//! The parts are ordered differences. The model is asked again and again, each time knowing one thing more, and a part is what
//! the answer then changes by; so the parts add up to the score, whatever the model. The order is that in which one would
//! tell it: the segment's hour, the kind of call, the customer's other hours, this hour, their own calls, the last
//! attempts, and what else is known of the moment.

use crate::history::{Context, Event, Person, What};
use crate::rate::{Case, Posterior, RateTable};
use crate::{Ask, AttemptKind, ReachPart, ReachReason};

/// Hours apart at which attempts count as being at this hour.
const NEAR_HOURS: u8 = 1;
/// A part that moves the score by less is told with the next.
const LEAST_EFFECT: f64 = 0.0;

/// What is known at one stage of an explanation.
pub(crate) struct Stage<'a> {
    pub(crate) case: Case<'a>,
    pub(crate) posterior: Posterior,
    /// Whether season, holidays and signals are known.
    pub(crate) knows_moment: bool,
    pub(crate) signals: &'a [f64],
}

/// Explains by asking for the score at each stage.
pub(crate) fn stages(
    table: &RateTable,
    ask: &Ask<'_>,
    score: impl Fn(&Stage<'_>) -> f64,
) -> ReachReason {
    let prior = &table.prior;
    let full = table.case(ask);
    let baseline = prior.rate;
    let mut told = Telling { baseline, last: baseline, parts: Vec::new() };
    let kind = full.context.kind;
    let neutral = Context { streak: 0, gap: 0, kind: 0 };
    let fresh = Posterior::start(prior, full.segment);
    let clock = clock(&full);
    let segment = match full.segment {
        0 => "all customers".to_owned(),
        number => segment_name(table, number),
    };
    told.add(score(&stage(full, None, fresh.clone(), neutral)), format!("{segment} {clock}"));
    if ask.kind != AttemptKind::Unknown {
        let context = Context { kind, ..neutral };
        let reason = format!("kind of call: {}", ask.kind.as_str().replace('_', " "));
        told.add(score(&stage(full, None, fresh.clone(), context)), reason);
    }
    if let Some(person) = full.person {
        for part in history_parts(person, &full) {
            let known = &part.person;
            let posterior =
                Posterior::of(prior, known, full.segment).drifted(prior, full.moment.secs);
            let context = Context { kind, ..neutral };
            told.add(score(&stage(full, Some(known), posterior, context)), part.reason);
        }
        let posterior = table.believed(&full);
        let said = score(&stage(full, Some(person), posterior, full.context));
        told.add(said, recent_reason(person, full.moment.secs));
    }
    let posterior = table.believed(&full);
    let all = Stage { case: full, posterior, knows_moment: true, signals: ask.signals };
    told.finish(score(&all))
}

/// A stage at which season, holidays and signals are not yet known.
fn stage<'a>(
    case: Case<'a>,
    person: Option<&'a Person>,
    posterior: Posterior,
    context: Context,
) -> Stage<'a> {
    Stage { case: Case { person, context, ..case }, posterior, knows_moment: false, signals: &[] }
}

/// Parts as they are told.
struct Telling {
    baseline: f64,
    last: f64,
    parts: Vec<ReachPart>,
}

impl Telling {
    fn add(&mut self, said: f64, reason: String) {
        if (said - self.last).abs() > LEAST_EFFECT {
            self.parts.push(ReachPart { reason, effect: said - self.last });
            self.last = said;
        }
    }

    fn finish(mut self, said: f64) -> ReachReason {
        self.add(said, "season, holidays and signals of the moment".to_owned());
        ReachReason { baseline: self.baseline, parts: self.parts }
    }
}

/// A customer as known so far, and what was added last.
struct HistoryPart {
    person: Person,
    reason: String,
}

/// The customer's history in pieces: attempts at other hours, attempts at this hour, own calls.
fn history_parts(person: &Person, case: &Case<'_>) -> Vec<HistoryPart> {
    let is_near = |it: &Event| case.moment.hours_from(it.moment.hour) <= NEAR_HOURS;
    let is_attempt = |it: &Event| it.what != What::Inbound;
    let others: Vec<&Event> =
        person.events.iter().filter(|it| is_attempt(it) && !is_near(it)).collect();
    let near: Vec<&Event> =
        person.events.iter().filter(|it| is_attempt(it) && is_near(it)).collect();
    let calls: Vec<&Event> = person.events.iter().filter(|it| !is_attempt(it)).collect();
    let kept = |pick: &dyn Fn(&Event) -> bool| {
        let events: Vec<Event> = person.events.iter().filter(|it| pick(it)).copied().collect();
        let mut known = Person { events, folded: person.folded.clone(), ..Person::default() };
        known.segment = person.segment;
        count(&mut known);
        known
    };
    let mut parts = Vec::new();
    if !others.is_empty() || person.folded.is_some() {
        let folded = if person.folded.is_some() { " and older ones" } else { "" };
        let (reached, all) = (answers(&others), others.len());
        let reason = format!("answered {reached} of {all} calls at other hours{folded}");
        parts.push(HistoryPart { person: kept(&|it| is_attempt(it) && !is_near(it)), reason });
    }
    if !near.is_empty() {
        let hour = u32::from(case.moment.hour);
        let (from, to) = ((hour + 23) % 24, (hour + 2) % 24);
        let (reached, all) = (answers(&near), near.len());
        let reason = format!("answered {reached} of {all} calls between {from}:00 and {to}:00");
        parts.push(HistoryPart { person: kept(&is_attempt), reason });
    }
    if !calls.is_empty() {
        let all = calls.len();
        let close = calls.iter().filter(|it| is_near(it)).count();
        let reason = format!("called {all} times themselves, {close} of them about this hour");
        parts.push(HistoryPart { person: kept(&|_| true), reason });
    }
    parts
}

fn answers(events: &[&Event]) -> usize {
    events.iter().filter(|it| it.what == What::Reached).count()
}

/// Counts anew what a customer's events come to.
fn count(person: &mut Person) {
    let of = |what: What| {
        u32::try_from(person.events.iter().filter(|it| it.what == what).count()).unwrap_or(u32::MAX)
    };
    let (reached, missed, inbound) = (of(What::Reached), of(What::Missed), of(What::Inbound));
    person.attempts = reached.saturating_add(missed);
    person.reached = reached;
    person.inbound = inbound;
}

fn recent_reason(person: &Person, at_secs: i64) -> String {
    let streak = match person.streak {
        0 => "reached at the last attempt".to_owned(),
        1 => "missed at the last attempt".to_owned(),
        many => format!("missed {many} times in a row"),
    };
    match person.last_attempt_secs {
        None => "no attempt yet".to_owned(),
        Some(last) => {
            let hours = at_secs.saturating_sub(last).max(0) / 3_600;
            let ago =
                if hours < 48 { format!("{hours} h") } else { format!("{} days", hours / 24) };
            format!("{streak}, {ago} ago")
        }
    }
}

fn clock(case: &Case<'_>) -> String {
    const DAYS: [&str; 7] = [
        "on Mondays",
        "on Tuesdays",
        "on Wednesdays",
        "on Thursdays",
        "on Fridays",
        "on Saturdays",
        "on Sundays",
    ];
    let day = DAYS.get(usize::from(case.moment.day)).copied().unwrap_or_default();
    format!("{day} at {}:00", case.moment.hour)
}

fn segment_name(table: &RateTable, number: u16) -> String {
    let named = table.prior.segments.iter().find(|it| *it.1 == number);
    named.map_or_else(|| "all customers".to_owned(), |it| format!("segment {}", it.0))
}
