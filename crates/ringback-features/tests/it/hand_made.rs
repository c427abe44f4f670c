//! Calls made by hand, in UTC of 4 May 2026 (a Monday) unless said otherwise.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    AgentId, Call, Direction, FeedGap, Observed, Outcome, Precision, Stage, StageEnd, StageKind,
    Zone,
};

/// A source that says everything, in UTC, to the second.
pub(crate) fn says_all() -> Observed {
    Observed {
        abandons: true,
        waits: true,
        agents: true,
        customers: true,
        zone: Zone::UTC,
        precision: Precision::SECOND,
    }
}

/// An RFC 3339 stamp.
pub(crate) fn stamp(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A time of 4 May 2026, such as `09:00:00`.
pub(crate) fn at(time: &str) -> DateTime<Utc> {
    stamp(&format!("2026-05-04T{time}Z"))
}

/// A gap in the feed.
pub(crate) fn gap(from: DateTime<Utc>, to: DateTime<Utc>) -> FeedGap {
    FeedGap { from, to, calls_expected: 9.0, stray_calls: 0 }
}

/// An inbound call that arrives and of which no more is known yet.
pub(crate) fn call(arrived_at: DateTime<Utc>, outcome: Outcome) -> Call {
    Call {
        call_id: "1".into(),
        source: "hand-made".into(),
        direction: Direction::Inbound,
        customer: None,
        queue: None,
        intent: None,
        priority: None,
        arrived_at,
        ended_at: None,
        outcome,
        stages: Vec::new(),
        legs: 1,
        is_complete: true,
        precision: Precision::SECOND,
    }
}

/// Adds a stage that starts where the call's last one ended, or at the arrival.
pub(crate) fn then(mut call: Call, kind: StageKind, secs: i64, end: StageEnd) -> Call {
    let entered_at = call.stages.last().map_or(call.arrived_at, |it| it.left_at.unwrap());
    let left_at = Some(entered_at + TimeDelta::seconds(secs));
    call.stages.push(Stage { kind, queue: None, agent: None, entered_at, left_at, end });
    call
}

/// A call that waits in the queue until a person answers.
pub(crate) fn answered(arrived_at: DateTime<Utc>, wait_secs: i64) -> Call {
    let call = call(arrived_at, Outcome::Answered);
    then(call, StageKind::Queue, wait_secs, StageEnd::Answered)
}

/// A call whose caller hangs up in the queue.
pub(crate) fn abandoned(arrived_at: DateTime<Utc>, wait_secs: i64) -> Call {
    let call = call(arrived_at, Outcome::Abandoned);
    then(call, StageKind::Queue, wait_secs, StageEnd::Abandoned)
}

/// Adds a talk with an agent.
pub(crate) fn talks(call: Call, agent: &str, secs: i64) -> Call {
    works(call, StageKind::Talk, agent, secs)
}

/// Adds a stage of an agent's work.
pub(crate) fn works(call: Call, kind: StageKind, agent: &str, secs: i64) -> Call {
    let mut call = then(call, kind, secs, StageEnd::Completed);
    call.stages.last_mut().unwrap().agent = Some(AgentId::from(agent));
    call
}

/// Numbers that look drawn, the same on every run: the top bits of a linear congruential generator, with the
/// constants of Knuth's MMIX.
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// A number in `0..below`.
    pub(crate) fn below(&mut self, below: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % below
    }
}

/// Calls of all fates over some days, with overlapping work, from a seed.
pub(crate) fn drawn_calls(seed: u64, n: usize) -> Vec<Call> {
    let mut draws = Draws::seeded(seed);
    (0..n).map(|_| drawn_call(&mut draws)).collect()
}

fn drawn_call(draws: &mut Draws) -> Call {
    let arrived_at = at("00:00:00") + TimeDelta::seconds(draws.below(200_000));
    let agent = ["ann", "bob", "cem"][usize::try_from(draws.below(3)).unwrap()];
    let wait_secs = draws.below(90);
    let made = match draws.below(8) {
        0 => call(arrived_at, Outcome::Abandoned),
        1 => abandoned(arrived_at, wait_secs),
        2 => call(arrived_at, Outcome::Voicemail),
        3 => then(
            call(arrived_at, Outcome::Overflowed),
            StageKind::Queue,
            wait_secs,
            StageEnd::Overflowed,
        ),
        4 => {
            then(call(arrived_at, Outcome::Unknown), StageKind::Queue, wait_secs, StageEnd::Unknown)
        }
        5 => talks(call(arrived_at, Outcome::Answered), agent, draws.below(900)),
        _ => {
            let menu = then(
                call(arrived_at, Outcome::Answered),
                StageKind::Ivr,
                draws.below(60),
                StageEnd::Completed,
            );
            let queued = then(menu, StageKind::Queue, wait_secs, StageEnd::Answered);
            let talked = talks(queued, agent, draws.below(5_000));
            works(talked, StageKind::WrapUp, agent, draws.below(60))
        }
    };
    let direction = match draws.below(10) {
        0 => Direction::Internal,
        1 => Direction::Outbound,
        _ => Direction::Inbound,
    };
    Call { direction, ..made }
}
