//! One call segment as far as it is kept until its call is complete.

use chrono::{DateTime, Utc};
use ringback_calllog::{AgentId, Customer, Direction, Piece, QueueId, StageEnd, instant_of_secs};

use crate::call_history::disposition::Disposition;

/// What segments of a call have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Ucid(u128),
    /// The ACD and its CALLID.
    CallId(i64, i64),
}

/// On whose side of the call a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The caller's: a trunk, a number, a VDN or an originating agent is named.
    Caller,
    /// Nobody is named who called. Beside a segment of the caller's it is a port that a vector asked.
    Nameless,
    /// The layout says that its split is a machine's.
    Machine,
}

/// Seconds; `start` and `stop` since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub start: i64,
    pub stop: i64,
    pub duration: i64,
    pub acw: i64,
    /// Until the disposition: vector, queue and ring.
    pub disposed: i64,
    pub talk: i64,
    pub hold: i64,
    pub consult: i64,
    /// In a split's queue; older versions do not say.
    pub queued: Option<i64>,
    pub rang: i64,
}

impl Times {
    /// When the caller was gone.
    pub(super) fn end(&self) -> i64 {
        self.start + self.duration
    }

    /// Whether the parts make the whole, as they do in records without a fault.
    pub(super) fn add_up(&self, disposition: Disposition) -> bool {
        let parts = match disposition {
            Disposition::Answered => self.disposed + self.talk + self.hold,
            Disposition::Abandoned => self.disposed,
            _ => return true,
        };
        let queued = self.queued.unwrap_or_default();
        self.duration == parts
            && self.stop - self.start == self.duration + self.acw
            && queued <= self.disposed
    }
}

/// A segment. It holds no number, only what numbers were turned into.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub acd: i64,
    pub call_id: i64,
    /// 0 if there is none.
    pub ucid: u128,
    /// Its place among the segments of its CALLID.
    pub number: i64,
    pub times: Times,
    pub disposition: Disposition,
    pub side: Side,
    pub direction: Direction,
    pub talk_end: StageEnd,
    pub hold_end: StageEnd,
    pub customer: Option<Customer>,
    pub agent: Option<AgentId>,
    pub queue: Option<QueueId>,
}

impl Segment {
    /// The order of a call's segments.
    pub(super) fn order(&self) -> impl Ord + use<> {
        (self.times.start, self.times.stop, self.call_id, self.number, self.acd, self.disposition)
    }
}

impl Piece for Segment {
    type Key = Key;

    fn keys(&self, keys: &mut Vec<Key>) {
        keys.push(Key::CallId(self.acd, self.call_id));
        if self.ucid != 0 {
            keys.push(Key::Ucid(self.ucid));
        }
    }

    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (instant(self.times.start), instant(self.times.stop.max(self.times.end())))
    }
}

/// The instant of seconds since 1970; the last one there is for seconds beyond it.
pub(super) fn instant(secs: i64) -> DateTime<Utc> {
    instant_of_secs(secs).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
