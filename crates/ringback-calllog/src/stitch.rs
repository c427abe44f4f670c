//! Stitching: legs in, calls out, in whatever order the legs arrive.

use std::hash::{Hash, Hasher};

use chrono::{DateTime, TimeDelta, Utc};
use rustc_hash::{FxHashMap, FxHasher};

use crate::{
    Call, CallId, CallKey, Completeness, Direction, Leg, LegId, Outcome, Precision, SourceId,
    StageEnd, StageKind,
};

/// What became of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It was new.
    New,
    /// It was the end of a leg that was open until now, which it replaces.
    Completed,
    /// It was there already, word for word.
    Duplicate,
    /// Its id was there already, with other content; the first stays.
    Conflict,
}

/// Makes calls of legs.
///
/// Two legs are of one call if they share a [`CallKey`] and are at most the *window* apart in time; so are two legs
/// that are linked through others. The order of arrival does not matter. A call is given out when nothing of it has
/// happened for the *time-out* ([`flush`](Stitcher::flush)), or at the end ([`finish`](Stitcher::finish)); one with
/// an open leg is then marked as not complete.
///
/// # Example
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use ringback_calllog::{Completeness, Leg, Outcome, Precision, Stitcher};
///
/// let at = |secs| DateTime::from_timestamp(1_000_000 + secs, 0).unwrap();
/// let leg = |id: &str, secs| Leg {
///     call_keys: vec!["call 7".into()],
///     completeness: Completeness::Part,
///     ended_at: Some(at(secs + 10)),
///     ..Leg::whole(id.into(), at(secs), Outcome::Answered)
/// };
/// let mut stitcher = Stitcher::new().window(TimeDelta::minutes(5));
/// stitcher.begin("switch".into(), Precision::SECOND);
/// stitcher.push(leg("second", 60)); // out of order
/// stitcher.push(leg("first", 0));
/// stitcher.push(leg("next day", 86_400)); // the key came round again
/// let calls = stitcher.finish();
/// assert_eq!(calls.iter().map(|it| it.legs).collect::<Vec<_>>(), [2, 1]);
/// ```
#[derive(Clone, Debug)]
pub struct Stitcher {
    window: TimeDelta,
    timeout: TimeDelta,
    source: SourceId,
    precision: Precision,
    /// Fingerprints of the legs seen, and where a leg that is not whole is kept.
    seen: FxHashMap<LegId, Seen>,
    /// Legs that wait for the rest of their call; a free place is `None`.
    pending: Vec<Option<Leg>>,
    free: Vec<usize>,
    /// Which leg each pending leg is united with, up to the root of its call.
    parents: Vec<usize>,
    /// The stretches of time in which a key was in use, each with a leg that used it.
    stretches: FxHashMap<CallKey, Vec<Stretch>>,
    whole: Vec<Call>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    fingerprint: u64,
    open_at: Option<usize>,
    last: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    leg: usize,
}

impl Default for Stitcher {
    fn default() -> Self {
        Self::new()
    }
}

impl Stitcher {
    /// A stitcher with a window of one hour and a time-out of four.
    pub fn new() -> Self {
        Self {
            window: TimeDelta::hours(1),
            timeout: TimeDelta::hours(4),
            source: SourceId::new(""),
            precision: Precision::SECOND,
            seen: FxHashMap::default(),
            pending: Vec::new(),
            free: Vec::new(),
            parents: Vec::new(),
            stretches: FxHashMap::default(),
            whole: Vec::new(),
        }
    }

    /// How far apart two legs with a key in common may be and still be one call: from the end of the one to the
    /// start of the other. Default: one hour. A negative window is taken as none.
    #[must_use]
    pub fn window(mut self, window: TimeDelta) -> Self {
        self.window = window.max(TimeDelta::zero());
        self
    }

    /// How long a call is kept after the last thing known of it. Default: four hours.
    #[must_use]
    pub fn timeout(mut self, timeout: TimeDelta) -> Self {
        self.timeout = timeout.max(TimeDelta::zero());
        self
    }

    /// Says which source the legs come from and how exact its stamps are.
    pub fn begin(&mut self, source: SourceId, precision: Precision) {
        self.source = source;
        self.precision = precision;
    }

    /// Takes a leg.
    pub fn push(&mut self, leg: Leg) -> Pushed {
        let fingerprint = fingerprint(&leg);
        match self.seen.get(&leg.leg_id).copied() {
            Some(seen) if seen.fingerprint == fingerprint => return Pushed::Duplicate,
            Some(Seen { open_at: Some(at), .. }) if leg.completeness != Completeness::Open => {
                self.complete(at, leg, fingerprint);
                return Pushed::Completed;
            }
            Some(_) => return Pushed::Conflict,
            None => {}
        }
        let mut seen = Seen { fingerprint, open_at: None, last: span(&leg).1 };
        let leg_id = leg.leg_id.clone();
        if leg.completeness == Completeness::Whole {
            self.whole.push(self.call(CallId::from(leg.leg_id.clone()), vec![leg]));
        } else {
            let is_open = leg.completeness == Completeness::Open;
            let at = self.keep(leg);
            seen.open_at = is_open.then_some(at);
        }
        self.seen.insert(leg_id, seen);
        Pushed::New
    }

    /// Legs that wait for the rest of their call.
    pub fn pending(&self) -> usize {
        self.pending.len() - self.free.len()
    }

    /// Gives out the calls of which nothing has happened for the time-out before `as_of`, and whole ones, ordered by
    /// `arrived_at`, then by `call_id`. A leg of such a call that comes later makes a call of its own, and its ids are
    /// forgotten: memory stays bounded by what happens within the time-out.
    pub fn flush(&mut self, as_of: DateTime<Utc>) -> Vec<Call> {
        let timeout = self.timeout;
        let is_due = |last| as_of.signed_duration_since(last) >= timeout;
        let calls = self.give_out(is_due);
        self.seen.retain(|_, seen| !is_due(seen.last) || seen.open_at.is_some());
        calls
    }

    /// Gives out every call that is left, ordered by `arrived_at`, then by `call_id`.
    pub fn finish(&mut self) -> Vec<Call> {
        self.seen.clear();
        self.give_out(|_| true)
    }

    fn complete(&mut self, at: usize, leg: Leg, fingerprint: u64) {
        let seen = Seen { fingerprint, open_at: None, last: span(&leg).1 };
        self.seen.insert(leg.leg_id.clone(), seen);
        self.note_keys(&leg, at);
        self.pending[at] = Some(leg);
    }

    fn keep(&mut self, leg: Leg) -> usize {
        let at = self.free.pop().unwrap_or_else(|| {
            self.pending.push(None);
            self.parents.push(0);
            self.pending.len() - 1
        });
        self.parents[at] = at;
        self.note_keys(&leg, at);
        self.pending[at] = Some(leg);
        at
    }

    /// Unites a leg with those that used one of its keys within the window.
    fn note_keys(&mut self, leg: &Leg, at: usize) {
        let (from, to) = span(leg);
        for key in &leg.call_keys {
            let mut stretch = Stretch { from, to, leg: at };
            let mut near = Vec::new();
            let window = self.window;
            self.stretches.entry(key.clone()).or_default().retain(|other| {
                let is_near = other.from - to <= window && from - other.to <= window;
                if is_near {
                    near.push(*other);
                }
                !is_near
            });
            for other in near {
                stretch.from = stretch.from.min(other.from);
                stretch.to = stretch.to.max(other.to);
                let (one, two) = (self.root(other.leg), self.root(at));
                self.parents[one.max(two)] = one.min(two);
            }
            self.stretches.entry(key.clone()).or_default().push(stretch);
        }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parents[at] != at {
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        at
    }

    fn give_out(&mut self, is_due: impl Fn(DateTime<Utc>) -> bool) -> Vec<Call> {
        let mut groups: std::collections::BTreeMap<usize, Vec<usize>> =
            std::collections::BTreeMap::new();
        for at in 0..self.pending.len() {
            if self.pending[at].is_some() {
                groups.entry(self.root(at)).or_default().push(at);
            }
        }
        let mut calls = std::mem::take(&mut self.whole);
        for group in groups.into_values() {
            let last =
                group.iter().filter_map(|&at| self.pending[at].as_ref()).map(|it| span(it).1).max();
            if last.is_some_and(&is_due) {
                let legs: Vec<Leg> =
                    group.iter().filter_map(|&at| self.pending[at].take()).collect();
                self.forget(&legs, &group);
                calls.push(self.stitched(legs));
            }
        }
        calls.sort_by(|a, b| {
            a.arrived_at.cmp(&b.arrived_at).then_with(|| a.call_id.cmp(&b.call_id))
        });
        calls
    }

    fn forget(&mut self, legs: &[Leg], group: &[usize]) {
        for leg in legs {
            for key in &leg.call_keys {
                if let Some(stretches) = self.stretches.get_mut(key) {
                    stretches.retain(|it| !group.contains(&it.leg));
                    if stretches.is_empty() {
                        self.stretches.remove(key);
                    }
                }
            }
            if let Some(seen) = self.seen.get_mut(&leg.leg_id) {
                seen.open_at = None;
            }
        }
        self.free.extend(group);
    }

    /// A call of legs that belong together. Its id is the first key of its first leg; a key that came round again
    /// is told apart by the leg's id.
    fn stitched(&self, mut legs: Vec<Leg>) -> Call {
        legs.sort_by(|a, b| a.started_at.cmp(&b.started_at).then_with(|| a.leg_id.cmp(&b.leg_id)));
        let first = &legs[0];
        let id = match first.call_keys.first() {
            Some(key) => CallId::new(format!("{key}~{}", first.leg_id)),
            None => CallId::from(first.leg_id.clone()),
        };
        self.call(id, legs)
    }

    fn call(&self, call_id: CallId, legs: Vec<Leg>) -> Call {
        let n_legs = u32::try_from(legs.len()).unwrap_or(u32::MAX);
        let is_complete = legs.iter().all(|it| it.completeness != Completeness::Open);
        let ended_at = legs.iter().map(|it| it.ended_at).collect::<Option<Vec<_>>>();
        let mut legs = legs.into_iter();
        let mut call = Call {
            call_id,
            source: self.source.clone(),
            direction: Direction::Unknown,
            customer: None,
            queue: None,
            intent: None,
            priority: None,
            arrived_at: DateTime::<Utc>::MAX_UTC,
            ended_at: ended_at.and_then(|it| it.into_iter().max()).filter(|_| is_complete),
            outcome: Outcome::Unknown,
            stages: Vec::new(),
            legs: n_legs,
            is_complete,
            precision: self.precision,
        };
        if let Some(first) = legs.next() {
            (call.arrived_at, call.direction, call.customer) =
                (first.started_at, first.direction, first.customer);
            (call.queue, call.intent, call.priority) = (first.queue, first.intent, first.priority);
            (call.outcome, call.stages) = (first.outcome, first.stages);
        }
        for leg in legs {
            add_leg(&mut call, leg);
        }
        order_stages(&mut call);
        call
    }
}

/// Adds a later leg to its call: what is known already stays; an answer beats every other outcome, otherwise the
/// later leg knows better how it ended.
fn add_leg(call: &mut Call, leg: Leg) {
    call.arrived_at = call.arrived_at.min(leg.started_at);
    if call.direction == Direction::Unknown {
        call.direction = leg.direction;
    }
    call.customer = call.customer.or(leg.customer);
    call.queue = call.queue.take().or(leg.queue);
    call.intent = call.intent.take().or(leg.intent);
    call.priority = call.priority.or(leg.priority);
    if call.outcome != Outcome::Answered && leg.outcome != Outcome::Unknown {
        call.outcome = leg.outcome;
    }
    call.stages.extend(leg.stages);
}

/// Orders stages by start, then by end with open ones last, then by kind, queue and agent; drops a stage that two
/// legs tell of in the same words.
fn order_stages(call: &mut Call) {
    let is_ordered = |pair: &[crate::Stage]| pair[0].entered_at < pair[1].entered_at;
    if call.stages.windows(2).all(is_ordered) {
        return;
    }
    let left = |stage: &crate::Stage| stage.left_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
    let kind = |stage: &crate::Stage| -> (StageKind, StageEnd) { (stage.kind, stage.end) };
    call.stages.sort_by(|a, b| {
        (a.entered_at, left(a), kind(a), &a.queue, &a.agent).cmp(&(
            b.entered_at,
            left(b),
            kind(b),
            &b.queue,
            &b.agent,
        ))
    });
    call.stages.dedup();
}

/// From the first to the last thing known of a leg.
fn span(leg: &Leg) -> (DateTime<Utc>, DateTime<Utc>) {
    let stamps = leg.stages.iter().flat_map(|it| [Some(it.entered_at), it.left_at]);
    let last = stamps.chain([leg.ended_at]).flatten().max();
    (leg.started_at, last.map_or(leg.started_at, |it| it.max(leg.started_at)))
}

fn fingerprint(leg: &Leg) -> u64 {
    let mut hasher = FxHasher::default();
    leg.hash(&mut hasher);
    hasher.finish()
}
