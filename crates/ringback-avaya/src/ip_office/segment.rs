//! One record as far as it is kept until its call is complete.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use ringback_calllog::{AgentId, Customer, Direction, Piece, QueueId, instant_of_secs};

/// What the records of a call have in common: the Call ID, and the server where it is given (a hash of its address;
/// 0 where it is not).
pub(super) type Key = (u64, u32);

/// Who took the call in this segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Nobody,
    /// An extension, with connected time.
    Person,
    /// A voicemail channel: a mailbox or an attendant, the record does not say which.
    Voicemail,
    /// A voicemail channel that is known to be an auto attendant.
    Attendant,
    /// A line to the outside: the call was sent on there.
    Elsewhere,
    /// A device of another kind, or none.
    Unclear,
}

/// Whether more records of the call follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Continuation {
    MoreFollow,
    Last,
}

/// How the segment stands to the others of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Together {
    /// After them or before them.
    InTurn,
    /// At the same time: a party of a conference.
    Conference,
}

/// What the ring time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ringing {
    /// Waiting for a person.
    Wait,
    /// A telephone that rings.
    Phone,
}

/// A record. It holds no number, only what numbers were turned into.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub key: Key,
    /// A hash of the whole line.
    pub line: u64,
    /// Seconds since 1970, UTC.
    pub start: i64,
    pub ring_secs: u32,
    pub talk_secs: u32,
    /// On hold and parked.
    pub hold_secs: u32,
    pub direction: Direction,
    pub continuation: Continuation,
    pub answer: Answer,
    pub together: Together,
    pub ringing: Ringing,
    pub customer: Option<Customer>,
    /// The extension that talked, or that rang.
    pub agent: Option<AgentId>,
    pub queue: Option<QueueId>,
    /// The record time as it reads, in seconds; only its order counts. 0 where there is none.
    pub recorded: i64,
}

impl Segment {
    /// Connected, ring, hold and park time.
    pub(super) fn total_secs(&self) -> i64 {
        [self.ring_secs, self.talk_secs, self.hold_secs].map(i64::from).iter().sum()
    }

    /// When it ended, if nothing of the call came before it.
    pub(super) fn end(&self) -> i64 {
        self.start.saturating_add(self.total_secs())
    }

    /// The order of a call's segments. Segments may share their start; then the last one says so, the record time
    /// tells if there is one, and the first is the one that rang longest.
    pub(super) fn order(&self) -> impl Ord + use<> {
        (self.start, self.continuation, self.recorded, Reverse(self.ring_secs), self.line)
    }
}

impl Piece for Segment {
    type Key = Key;

    fn keys(&self, keys: &mut Vec<Key>) {
        keys.push(self.key);
    }

    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (instant(self.start), instant(self.end()))
    }
}

/// The instant of seconds since 1970; the last one there is for seconds beyond it.
pub(super) fn instant(secs: i64) -> DateTime<Utc> {
    instant_of_secs(secs).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
