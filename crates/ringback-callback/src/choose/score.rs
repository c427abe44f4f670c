//! What speaks for a window.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use ringback_reach::{Ask, AttemptKind, Method, ReachReason, Reachability, Window};

use super::{ChooseCase, ChooseContext, Chooser, DropReason, zone};

/// A window outside the hours that suit the intent, or one in which only agents without the skill are free.
const UNSUITED: f64 = 0.5;
/// At how many points of a window a call may begin.
const POINTS: i32 = 4;

/// A window that can be read out, with its score.
#[derive(Clone, Debug)]
pub(super) struct Outlook {
    pub(super) window: Window,
    pub(super) probability: f64,
    pub(super) lower: f64,
    pub(super) upper: f64,
    pub(super) attempts: u32,
    pub(super) slots: u32,
    pub(super) slack_share: f64,
    pub(super) preference: f64,
    pub(super) fit: f64,
    pub(super) score: f64,
}

/// What speaks for a candidate, or why it cannot be read out.
pub(super) fn outlook(
    chooser: &Chooser,
    context: &ChooseContext<'_>,
    case: &ChooseCase<'_>,
    candidate: Window,
) -> Result<Outlook, DropReason> {
    let allowed = context.rules.permit(case.request, candidate, case.as_of);
    let allowed = allowed.map_err(DropReason::Forbidden)?;
    if allowed != candidate && !can_promise(allowed, candidate) {
        return Err(DropReason::Part { allowed });
    }
    let window = allowed;
    let skill = case.intent.skill.as_ref().or(case.request.skill.as_ref());
    let slack = context.free.within(window, skill);
    let handle_secs = case.intent.handle_secs();
    let slots = slack.slots(handle_secs);
    if slots == 0 {
        return Err(DropReason::NoAgents);
    }
    let own_slots = context.free.own(window, skill).slots(handle_secs);
    let has_skill = skill.is_none() || own_slots > 0;
    let fit = if has_skill { 1.0 } else { UNSUITED } * suits(context, case, window);
    let (probability, lower, upper, attempts) = answers(context, case, window);
    let preference = context.preferences.map_or(1.0, |it| {
        let (customer, segment) = (case.request.customer, case.request.segment.as_ref());
        it.weight(customer, segment, zone(context, case), window)
    });
    let is_long = case.intent.handle_minutes >= chooser.long_call_minutes;
    let power = if is_long { chooser.slack_power_long } else { chooser.slack_power };
    let slack_share = slack.share();
    let score = probability * slack_share.powf(power) * preference * fit;
    // A score that is no number would stand before all others.
    let score = if score.is_finite() { score } else { 0.0 };
    Ok(Outlook {
        window,
        probability,
        lower,
        upper,
        attempts,
        slots,
        slack_share,
        preference,
        fit,
        score,
    })
}

/// Whether the allowed part of a window can be said to a caller: long enough, and with ends on quarters of an hour.
fn can_promise(allowed: Window, candidate: Window) -> bool {
    let is_round = |at: DateTime<Utc>| {
        at.minute().is_multiple_of(15) && at.second() == 0 && at.nanosecond() == 0
    };
    2 * allowed.length().num_seconds() >= candidate.length().num_seconds()
        && is_round(allowed.starts_at())
        && is_round(allowed.ends_at())
}

/// How well the hour suits the intent: 1 where the window lies in its hours.
fn suits(context: &ChooseContext<'_>, case: &ChooseCase<'_>, window: Window) -> f64 {
    let Some(hours) = &case.intent.hours else { return 1.0 };
    // The end itself is no longer in the window.
    let last = window.ends_at() - TimeDelta::seconds(1);
    let is_in = [window.starts_at(), window.middle(), last]
        .into_iter()
        .all(|at| hours.is_open_at(at, context.calendar));
    if is_in { 1.0 } else { UNSUITED }
}

/// The probability that a person answers, with its interval: the mean over points of the window, since the call may begin
/// at any of them.
fn answers(
    context: &ChooseContext<'_>,
    case: &ChooseCase<'_>,
    window: Window,
) -> (f64, f64, f64, u32) {
    let share = 1.0 / f64::from(POINTS);
    let mut sum = (0.0, 0.0, 0.0, 0);
    for point in 0..POINTS {
        let at = window.starts_at() + window.length() * (2 * point + 1) / (2 * POINTS);
        let Reachability { probability, lower, upper, evidence } =
            context.model.reachability(&ask(context, case, at));
        sum.0 += share * probability;
        sum.1 += share * lower;
        sum.2 += share * upper;
        sum.3 = evidence.attempts;
    }
    sum
}

fn ask<'a>(context: &ChooseContext<'_>, case: &ChooseCase<'a>, at: DateTime<Utc>) -> Ask<'a> {
    Ask {
        kind: AttemptKind::RequestedCallback,
        segment: case.request.segment.as_ref(),
        zone: Some(zone(context, case)),
        ..Ask::new(case.request.customer, at)
    }
}

impl Outlook {
    /// What spoke for the window, in words.
    pub(super) fn reason(
        &self,
        context: &ChooseContext<'_>,
        case: &ChooseCase<'_>,
        is_explored: bool,
    ) -> String {
        let percent = |share: f64| (100.0 * share).round();
        let middle = ask(context, case, self.window.middle());
        let answers = if context.model.reachability(&middle).evidence.method == Method::Rules {
            format!(
                "by convention, not from data, {} % of such calls are answered",
                percent(self.probability)
            )
        } else {
            let (lower, upper) = (percent(self.lower), percent(self.upper));
            format!(
                "a person answers {} % of such calls ({lower} to {upper} %, {} attempts known)",
                percent(self.probability),
                self.attempts,
            )
        };
        let mut reason = format!(
            "{answers}, {} more fit and agents are {} % free",
            self.slots,
            percent(self.slack_share),
        );
        let told = context.model.explain(&middle);
        if let Some(part) = strongest(&told) {
            reason = format!("{reason}; {part}");
        }
        if (self.preference - 1.0).abs() >= 0.05 {
            let how = if self.preference > 1.0 { "likes" } else { "does not like" };
            reason = format!("{reason}; the customer {how} this time (x {:.2})", self.preference);
        }
        if self.fit < 1.0 {
            reason.push_str("; the hour or the free agents do not suit the intent best");
        }
        if is_explored {
            reason.push_str("; drawn to learn, another was better");
        }
        reason
    }
}

/// What moves a probability most; none where nothing moves it.
fn strongest(told: &ReachReason) -> Option<&str> {
    let size = |effect: f64| if effect.is_finite() { effect.abs() } else { 0.0 };
    let parts = told.parts.iter().filter(|it| size(it.effect) > 0.0);
    parts.max_by(|a, b| size(a.effect).total_cmp(&size(b.effect))).map(|it| it.reason.as_str())
}
