//! The patterns: what each is, what its hours are, and what it cannot tell.

use std::fmt;

use serde::Serialize;

/// A way in which cases lose time.
///
/// # Source
///
/// Ping-pong, extra step, slow stay and slow transition, extreme repetition, extreme stay and extreme transition,
/// repeating pattern, rework, high touches and extreme touches are the eleven that \[`ServiceNow2026`\] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Pattern {
    /// A case goes to and fro between two groups, levels, states or persons.
    PingPong,
    /// A group gives a case back to where it came from after a short while.
    HandBack,
    /// A group passes a case on to a third one after a short while.
    Misrouting,
    /// A case stays in a queue longer than the limit.
    WaitingLoop,
    /// A case that had ended goes on.
    Reopening,
    /// A step comes again after another one.
    Rework,
    /// A series of three or more steps comes again at once.
    RepeatingPattern,
    /// A step leads to the next one far more often than in other cases.
    ExtremeRepetition,
    /// Two persons do the same step within minutes.
    DuplicateWork,
    /// Two cases of one caller and one category are open together.
    DuplicateCase,
    /// A caller comes again with the same category soon after the case ended.
    RepeatContact,
    /// A case goes through every level where most of its kind need fewer.
    OverEngineered,
    /// A case goes up a level.
    Escalation,
    /// A caller is put on hold again and again.
    HoldLoop,
    /// A case comes back, after a transfer, to a queue or group that had it before.
    TransferLoop,
    /// A case takes a common route with one step more.
    ExtraStep,
    /// Cases of one value stay longer in a step than the others.
    SlowStay,
    /// Cases of one value take longer from a step to the next than the others.
    SlowTransition,
    /// A stay in a step is far longer than usual.
    ExtremeStay,
    /// The time from a step to the next is far longer than usual.
    ExtremeTransition,
    /// Cases of one value are touched more often in a step than the others.
    HighTouches,
    /// A case is touched far more often in a step than usual.
    ExtremeTouches,
    /// From some day on, stays in a step are longer.
    Drift,
}

impl fmt::Display for Pattern {
    /// Its name in words, such as `waiting loop`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PingPong => "ping-pong",
            Self::HandBack => "hand-back",
            Self::Misrouting => "misrouting",
            Self::WaitingLoop => "waiting loop",
            Self::Reopening => "reopening",
            Self::Rework => "rework",
            Self::RepeatingPattern => "repeating pattern",
            Self::ExtremeRepetition => "extreme repetition",
            Self::DuplicateWork => "duplicate work",
            Self::DuplicateCase => "duplicate case",
            Self::RepeatContact => "repeat contact",
            Self::OverEngineered => "over-engineered path",
            Self::Escalation => "escalation",
            Self::HoldLoop => "hold loop",
            Self::TransferLoop => "transfer loop",
            Self::ExtraStep => "extra step",
            Self::SlowStay => "slow stay",
            Self::SlowTransition => "slow transition",
            Self::ExtremeStay => "extreme stay",
            Self::ExtremeTransition => "extreme transition",
            Self::HighTouches => "high touches",
            Self::ExtremeTouches => "extreme touches",
            Self::Drift => "drift",
        })
    }
}

impl Pattern {
    /// All patterns.
    pub const ALL: [Self; 23] = [
        Self::PingPong,
        Self::HandBack,
        Self::Misrouting,
        Self::WaitingLoop,
        Self::Reopening,
        Self::Rework,
        Self::RepeatingPattern,
        Self::ExtremeRepetition,
        Self::DuplicateWork,
        Self::DuplicateCase,
        Self::RepeatContact,
        Self::OverEngineered,
        Self::Escalation,
        Self::HoldLoop,
        Self::TransferLoop,
        Self::ExtraStep,
        Self::SlowStay,
        Self::SlowTransition,
        Self::ExtremeStay,
        Self::ExtremeTransition,
        Self::HighTouches,
        Self::ExtremeTouches,
        Self::Drift,
    ];

    /// What counts, what its hours are, and what it cannot tell.
    pub fn description(self) -> Description {
        match self {
            Self::PingPong
            | Self::HandBack
            | Self::Misrouting
            | Self::OverEngineered
            | Self::Escalation
            | Self::HoldLoop
            | Self::TransferLoop => of_hands(self),
            Self::WaitingLoop
            | Self::SlowStay
            | Self::SlowTransition
            | Self::ExtremeStay
            | Self::ExtremeTransition
            | Self::Drift => of_time(self),
            _ => of_steps(self),
        }
    }
}

/// What a pattern is, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Description {
    /// What counts.
    pub definition: &'static str,
    /// What the hours and the excess hours are.
    pub hours: &'static str,
    /// What it cannot tell.
    pub cannot_tell: &'static str,
}

/// Patterns of who has a case.
fn of_hands(pattern: Pattern) -> Description {
    match pattern {
        Pattern::PingPong => Description {
            definition: "Equal neighbors drawn together, a case goes A, B, A, B: three changes between the same two, \
                         without a third in between.",
            hours: "The stays between the first and the last of the run; all of them are excess.",
            cannot_tell: "Whether the two work together by agreement. Who should have kept the case.",
        },
        Pattern::HandBack => Description {
            definition: "A case goes A, B, A, and B had it for less than the hand-back limit.",
            hours: "The stay at B; all of it is excess.",
            cannot_tell: "Whether B answered a short question, which is help and no mistake.",
        },
        Pattern::Misrouting => Description {
            definition: "A case goes A, B, C, all different, B had it for less than the hand-back limit, and it does \
                         not come back to B.",
            hours: "The stay at B; all of it is excess.",
            cannot_tell: "A dispatcher from a wrong address: groups whose task is to pass on show here.",
        },
        Pattern::OverEngineered => Description {
            definition: "A case visits every level of the log, although half or more of its category, and of those \
                         that ended as it did, are solved on fewer.",
            hours: "The time of the case; the excess is what lies beyond the median of its category's simple cases.",
            cannot_tell: "Whether the case was hard: its category and end are all that makes it comparable.",
        },
        Pattern::Escalation => Description {
            definition: "The level of a case rises from one event to the next.",
            hours: "The time from the rise to the end of the stay at the higher level; all of it is excess.",
            cannot_tell: "Whether it was needed. An escalation of a hard case is what levels are for.",
        },
        Pattern::HoldLoop => Description {
            definition: "A contact is put on hold as often as the hold limit says, or more often.",
            hours: "All its time on hold; the excess is what lies beyond its first hold.",
            cannot_tell: "What was looked up, and whom the agent asked.",
        },
        _ => Description {
            definition: "After a transfer a case comes back to a queue or group that had it before the one that it \
                         left.",
            hours: "The time from leaving that queue until it is back; all of it is excess.",
            cannot_tell: "Whether the way around was needed to learn something.",
        },
    }
}

/// Patterns of how long something takes.
fn of_time(pattern: Pattern) -> Description {
    match pattern {
        Pattern::WaitingLoop => Description {
            definition: "A stay in a queue state that is longer than the waiting limit. A case may have several. Each event \
                         begins a stay: a note that is written meanwhile ends one and begins the next.",
            hours: "The whole of these stays; the excess is what lies beyond the limit.",
            cannot_tell: "Why nobody took it: too few people, too late a start, or a queue that nobody reads.",
        },
        Pattern::SlowStay => Description {
            definition: "Cases with one value of an attribute stay longer in a step than all others: a rank test over \
                         cases, one-sided.",
            hours: "The time of these cases in the step; the excess is what lies beyond the mean of the other cases, for \
                    each case.",
            cannot_tell: "Cause from company: the value may stand for another attribute. See root causes.",
        },
        Pattern::SlowTransition => Description {
            definition: "Cases with one value of an attribute take longer from a step to the next than all others: a \
                         rank test over cases, one-sided.",
            hours: "The time of these transitions; the excess is what lies beyond as many of the other cases' mean.",
            cannot_tell: "Cause from company: the value may stand for another attribute. See root causes.",
        },
        Pattern::ExtremeStay => Description {
            definition: "A stay beyond the fence of its step: exp(m + 4 s), m the median of the logarithm and s its \
                         upper quartile less the median, over 0.6745; s is at least 0.3.",
            hours: "The whole of these stays; the excess is what lies beyond the step's median.",
            cannot_tell: "A forgotten case from one that waits for a reason which the log does not name.",
        },
        Pattern::ExtremeTransition => Description {
            definition: "A time from a step to a certain next one beyond the fence of that pair: exp(m + 4 s), as for \
                         extreme stays.",
            hours: "The whole of these times; the excess is what lies beyond the pair's median.",
            cannot_tell: "A forgotten case from one that waits for a reason which the log does not name.",
        },
        _ => Description {
            definition: "The daily medians of the stays in a step rise at some day: Pettitt's test for one change, \
                         one-sided.",
            hours: "The stays from that day on; the excess is what lies beyond as many of the mean before.",
            cannot_tell: "Season from change, in a log of less than two seasons. What changed.",
        },
    }
}

/// Patterns of which steps a case takes.
fn of_steps(pattern: Pattern) -> Description {
    match pattern {
        Pattern::Reopening => Description {
            definition: "A terminal state followed by one that is not.",
            hours: "The time from the reopening until the case ends again, or to the end of the log; all is excess.",
            cannot_tell: "A wrong solution from a second wish on the old ticket.",
        },
        Pattern::Rework => Description {
            definition: "A step that comes again after another one came in between.",
            hours: "The second and later visits to the step; all of it is excess.",
            cannot_tell: "A loop that the process wants, such as asking the customer twice, from a mistake.",
        },
        Pattern::RepeatingPattern => Description {
            definition: "Three or more different steps, in the same order, twice or more without anything between.",
            hours: "The second and later passes; all of it is excess.",
            cannot_tell: "Whether the case holds several items that need one pass each.",
        },
        Pattern::ExtremeRepetition => Description {
            definition: "In one case a step leads to the next one more often than exp(m + 4 s) of the cases that have \
                         this pair at all, m and s as for extreme stays.",
            hours: "All stays before these transitions; the excess is the part beyond the median count.",
            cannot_tell: "A system that writes a line for each view from people who do the work again.",
        },
        Pattern::DuplicateWork => Description {
            definition: "The same step by another person of the same group within the duplicate limit, with nothing \
                         in between.",
            hours: "The second one's stay; all of it is excess.",
            cannot_tell: "A handover within a group from two people at the same thing.",
        },
        Pattern::DuplicateCase => Description {
            definition: "A case opened while another of the same caller and category is open.",
            hours: "The time of the later case; all of it is excess.",
            cannot_tell: "Two matters of one category from one matter told twice.",
        },
        Pattern::RepeatContact => Description {
            definition: "A case opened after another of the same caller and category ended, within the repeat limit.",
            hours: "The time of the later case; all of it is excess.",
            cannot_tell: "A new matter of the same category from the old one unsolved.",
        },
        Pattern::ExtraStep => Description {
            definition: "The case's route is a common one with one step put in that the common one lacks.",
            hours: "The stays in that step; all of it is excess.",
            cannot_tell: "Whether the step is asked for by law or contract.",
        },
        Pattern::HighTouches => Description {
            definition: "Cases with one value of an attribute have more events on a visit to a step than all others: \
                         a rank test over cases, one-sided.",
            hours: "The time of these cases in the step; the excess is the part of the touches beyond the others' \
                    mean.",
            cannot_tell: "Work from lines that a system writes on its own.",
        },
        _ => Description {
            definition: "A visit to a step with more events than exp(m + 4 s), m and s as for extreme stays.",
            hours: "The time of these visits; the excess is the part of the touches beyond the median.",
            cannot_tell: "Work from lines that a system writes on its own.",
        },
    }
}
