//! What to do first: effort against the least that is gained, and what could be left to a program.

mod automation;

use serde::Serialize;

use crate::{Finding, Findings, Pattern};

pub use automation::{Automation, Condition, automation_potential};

/// How much work a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// A setting or a rule: days.
    Small,
    /// A change of who does what, or of a form: weeks.
    Medium,
    /// A change of staffing, system or product: months.
    Large,
}

impl Effort {
    /// How much work against a small change: 1, 4 and 16.
    pub fn weight(self) -> f64 {
        match self {
            Self::Small => 1.0,
            Self::Medium => 4.0,
            Self::Large => 16.0,
        }
    }
}

/// A finding as something to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuickWin {
    /// The place of its finding in the list that was given.
    pub finding: usize,
    /// The pattern.
    pub pattern: Pattern,
    /// What could be done.
    pub measure: &'static str,
    /// How much work it is, by the pattern; who knows the place may know better.
    pub effort: Effort,
    /// The least that it gains if all of its excess goes: the lower end of the interval, at least 0. Unit: hours over the
    /// time of the log.
    pub gain_hours: f64,
    /// The gain over the weight of the effort: what the order is by.
    pub score: f64,
    /// Whether no other gains as much or more with less effort, or more with the same.
    pub is_on_frontier: bool,
    /// What must be true for the gain to be had.
    pub must_be_true: &'static [&'static str],
}

/// The findings as things to do, most gained for the effort first.
///
/// Gains of different findings overlap: a case that goes to and fro also waits. They must not be added up.
pub fn quick_wins(findings: &Findings) -> Vec<QuickWin> {
    quick_wins_with(findings, |it| measure_of(it.pattern).1)
}

/// As [`quick_wins`], with efforts that the caller knows.
pub fn quick_wins_with(findings: &Findings, effort: impl Fn(&Finding) -> Effort) -> Vec<QuickWin> {
    let one = |(place, found): (usize, &Finding)| {
        let (measure, _, must_be_true) = measure_of(found.pattern);
        let effort = effort(found);
        let gain_hours = found.excess_interval.lower.max(0.0);
        QuickWin {
            finding: place,
            pattern: found.pattern,
            measure,
            effort,
            gain_hours,
            score: gain_hours / effort.weight(),
            is_on_frontier: false,
            must_be_true,
        }
    };
    let mut wins: Vec<QuickWin> = findings.findings.iter().enumerate().map(one).collect();
    let best: Vec<(Effort, f64)> = wins.iter().map(|it| (it.effort, it.gain_hours)).collect();
    for win in &mut wins {
        let is_beaten = best.iter().any(|(effort, gain)| {
            (*effort < win.effort && *gain >= win.gain_hours)
                || (*effort == win.effort && *gain > win.gain_hours)
        });
        win.is_on_frontier = win.gain_hours > 0.0 && !is_beaten;
    }
    wins.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.finding.cmp(&b.finding)));
    wins
}

type Measure = (&'static str, Effort, &'static [&'static str]);

/// What could be done about a pattern, how much work it is, and what must be true for it.
fn measure_of(pattern: Pattern) -> Measure {
    use Effort::{Medium, Small};
    match pattern {
        Pattern::PingPong => (
            "name one owner for what goes between these two",
            Medium,
            &["one of the two can solve it", "the time between is waiting and no work on the case"],
        ),
        Pattern::HandBack => (
            "ask for what the receiving group sends back for, before the hand-over",
            Small,
            &["the reason for sending back is known and mostly the same"],
        ),
        Pattern::Misrouting | Pattern::TransferLoop => (
            "route by what is known when the case comes in",
            Medium,
            &[
                "what decides the right group is known at the start",
                "the group that ends the case could have begun it",
            ],
        ),
        Pattern::Reopening | Pattern::RepeatContact => (
            "have the customer confirm before the case is closed",
            Small,
            &["the case came again for the same matter"],
        ),
        Pattern::DuplicateWork | Pattern::DuplicateCase => (
            "show open cases of the caller, and who works on them",
            Small,
            &["the two are about the same matter"],
        ),
        Pattern::ExtraStep => (
            "drop the step, or make it a sample",
            Medium,
            &["no law or contract asks for the step"],
        ),
        Pattern::OverEngineered | Pattern::Escalation => (
            "give the first level the knowledge and rights for these cases",
            Medium,
            &["the cases are of the kind that lower levels solve", "rights can be given"],
        ),
        _ => measure_of_time(pattern),
    }
}

/// The same for patterns of repetition and duration.
fn measure_of_time(pattern: Pattern) -> Measure {
    use Effort::{Large, Medium, Small};
    match pattern {
        Pattern::HoldLoop => (
            "put what is looked up where the agent sees it",
            Medium,
            &["holds are for looking up and not for asking others"],
        ),
        Pattern::Rework | Pattern::RepeatingPattern | Pattern::ExtremeRepetition => (
            "check before the step what sends the case back after it",
            Medium,
            &["what is missing can be known before the step", "the loop is not wanted"],
        ),
        Pattern::WaitingLoop | Pattern::ExtremeStay | Pattern::ExtremeTransition => (
            "alert on the limit, and name who reacts",
            Small,
            &["someone has time to react", "the wait is not on the customer or a supplier"],
        ),
        Pattern::SlowStay | Pattern::SlowTransition => (
            "do there what the others do",
            Large,
            &["the cases are as hard as the others'", "people or hours can be moved"],
        ),
        Pattern::HighTouches | Pattern::ExtremeTouches => (
            "bundle what is asked and written into one touch",
            Medium,
            &["touches are work of people and not lines of a system"],
        ),
        _ => (
            "find what changed on that day, and undo or staff it",
            Large,
            &["the change is not a season", "what changed can be undone"],
        ),
    }
}
