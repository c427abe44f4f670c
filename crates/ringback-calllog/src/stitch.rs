//! Stitching: legs in, calls out, in whatever order the legs arrive.

use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash, Hasher};

use chrono::{DateTime, TimeDelta, Utc};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet, FxHasher};

use crate::{
    Call, CallId, CallKey, Completeness, Direction, Gatherer, Leg, LegId, Outcome, Piece,
    Precision, SourceId, Stage,
};

/// What became of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It was new.
    New,
    /// It was the end of a leg that was open until now, which it replaces.
    Completed,
    /// It was there already, word for word; or it tells that a leg is open that is known to have ended.
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
/// let at = |secs: i64| DateTime::from_timestamp(1_000_000 + secs, 0).unwrap();
/// let leg = |id: &str, secs: i64| Leg {
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
    timeout: TimeDelta,
    source: SourceId,
    precision: Precision,
    /// The legs seen.
    seen: FxHashMap<HashedId, Seen>,
    /// Legs that wait for the rest of their call.
    pending: Gatherer<Leg>,
    whole: Vec<Call>,
    /// Memory for the order in which calls are given out.
    order: Vec<(DateTime<Utc>, u32)>,
    /// Memory for the hashes of their ids.
    hashes: FxHashSet<u64>,
    told_twice: u64,
}

/// A leg's id with its hash, so that a growing table does not have to read every id again.
#[derive(Clone, Debug)]
struct HashedId {
    hash: u64,
    id: LegId,
}

impl HashedId {
    fn new(id: &LegId) -> Self {
        let mut hasher = FxHasher::default();
        id.hash(&mut hasher);
        Self { hash: hasher.finish(), id: id.clone() }
    }
}

impl PartialEq for HashedId {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.id == other.id
    }
}

impl Eq for HashedId {}

impl Hash for HashedId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// Where a leg that was seen is now.
#[derive(Clone, Copy, Debug)]
enum Seen {
    /// A call of its own that is still here, by its place.
    Whole(usize),
    /// A leg that waits for the rest of its call, by its place.
    Pending(usize),
    /// A call of its own that was given out: what it said, hashed, and the last thing known of it.
    GivenOut { fingerprint: u64, last: DateTime<Utc> },
}

impl Piece for Leg {
    type Key = CallKey;

    fn keys(&self, keys: &mut Vec<CallKey>) {
        keys.extend(self.call_keys.iter().cloned());
    }

    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        span(self.started_at, self.ended_at, &self.stages)
    }
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
            timeout: TimeDelta::hours(4),
            source: SourceId::new(""),
            precision: Precision::SECOND,
            seen: FxHashMap::default(),
            pending: Gatherer::new(TimeDelta::hours(1)),
            whole: Vec::new(),
            order: Vec::new(),
            hashes: FxHashSet::default(),
            told_twice: 0,
        }
    }

    /// How far apart two legs with a key in common may be and still be one call: from the end of the one to the
    /// start of the other. Default: one hour. A negative window is taken as none.
    #[must_use]
    pub fn window(mut self, window: TimeDelta) -> Self {
        self.pending.set_window(window);
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
        match self.seen.entry(HashedId::new(&leg.leg_id)) {
            Entry::Occupied(seen) => {
                let seen = *seen.get();
                self.push_again(leg, seen)
            }
            Entry::Vacant(place) if leg.completeness == Completeness::Whole => {
                place.insert(Seen::Whole(self.whole.len()));
                let call = self.whole_call(leg);
                self.whole.push(call);
                Pushed::New
            }
            Entry::Vacant(place) => {
                place.insert(Seen::Pending(self.pending.push(leg)));
                Pushed::New
            }
        }
    }

    /// Takes a whole leg whose format knows that its id is new: no copy of it can come, so nothing is kept of it.
    pub(crate) fn push_settled(&mut self, leg: Leg) {
        let call = self.whole_call(leg);
        self.whole.push(call);
    }

    /// Takes a leg whose id was seen.
    fn push_again(&mut self, leg: Leg, seen: Seen) -> Pushed {
        let is_known = match seen {
            Seen::Whole(at) => {
                leg.completeness == Completeness::Whole && self.whole[at] == self.whole_call(leg)
            }
            Seen::GivenOut { fingerprint: known, .. } => {
                leg.completeness == Completeness::Whole
                    && fingerprint(&self.whole_call(leg)) == known
            }
            Seen::Pending(at) => match self.pending.get(at) {
                Some(known) if *known == leg => true,
                Some(known) if known.completeness != Completeness::Open => {
                    leg.completeness == Completeness::Open
                }
                _ if leg.completeness != Completeness::Open => {
                    self.pending.replace(at, leg);
                    return Pushed::Completed;
                }
                _ => false,
            },
        };
        if is_known { Pushed::Duplicate } else { Pushed::Conflict }
    }

    /// How far a log is to move on before calls are given out again: what is kept is looked at a few times only.
    pub(crate) fn step(&self) -> TimeDelta {
        self.timeout / 4
    }

    /// The last moment of calls that are given out at another.
    pub(crate) fn until(&self, as_of: DateTime<Utc>) -> DateTime<Utc> {
        as_of.checked_sub_signed(self.timeout).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// Legs that wait for the rest of their call.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Gives out the calls of which nothing has happened for the time-out before `as_of`, and whole ones, ordered by
    /// `arrived_at`, then by `call_id`. A leg of such a call that comes later makes a call of its own, and its ids are
    /// forgotten: memory stays bounded by what happens within the time-out.
    ///
    /// It looks at everything that is kept: call it every few minutes of the log, not after every leg.
    pub fn flush(&mut self, as_of: DateTime<Utc>) -> Vec<Call> {
        let mut calls = Vec::new();
        self.flush_each(as_of, &mut |call| calls.push(call));
        calls
    }

    /// As [`flush`](Self::flush), call by call.
    pub(crate) fn flush_each(&mut self, as_of: DateTime<Utc>, give: &mut dyn FnMut(Call)) {
        let until = self.until(as_of);
        let is_due = |last| last <= until;
        let whole = &self.whole;
        self.seen.retain(|_, seen| match *seen {
            Seen::Pending(_) => true,
            Seen::GivenOut { last, .. } => !is_due(last),
            Seen::Whole(at) => {
                let call = &whole[at];
                let last = span(call.arrived_at, call.ended_at, &call.stages).1;
                *seen = Seen::GivenOut { fingerprint: fingerprint(call), last };
                !is_due(last)
            }
        });
        let mut calls = self.take_calls(Some(until));
        if !self.have_ids_of_their_own(&calls) {
            order_calls(&mut calls);
            self.with_ids_of_their_own(calls).into_iter().for_each(give);
            return;
        }
        // Each call is moved once, and the memory is kept.
        let mut order = std::mem::take(&mut self.order);
        order.extend((0..).zip(&calls).map(|(at, call)| (call.arrived_at, at)));
        order.sort_unstable_by(|a, b| {
            let id = |at: u32| &calls[at as usize].call_id;
            a.0.cmp(&b.0).then_with(|| id(a.1).cmp(id(b.1)))
        });
        let mut calls: Vec<Option<Call>> = calls.into_iter().map(Some).collect();
        for (_, at) in order.drain(..) {
            calls[at as usize].take().into_iter().for_each(&mut *give);
        }
        self.order = order;
        calls.clear();
        self.whole = calls.into_iter().map_while(|it| it).collect();
    }

    /// Gives out every call that is left, ordered by `arrived_at`, then by `call_id`.
    pub fn finish(&mut self) -> Vec<Call> {
        self.seen = FxHashMap::default();
        let mut calls = self.take_calls(None);
        order_calls(&mut calls);
        if self.have_ids_of_their_own(&calls) { calls } else { self.with_ids_of_their_own(calls) }
    }

    /// Takes whole calls, and those of which nothing has happened after `until`.
    fn take_calls(&mut self, until: Option<DateTime<Utc>>) -> Vec<Call> {
        let mut calls = std::mem::take(&mut self.whole);
        let mut pending = std::mem::replace(&mut self.pending, Gatherer::new(TimeDelta::zero()));
        pending.settle(until, |legs| {
            for leg in legs.iter().filter(|_| until.is_some()) {
                self.seen.remove(&HashedId::new(&leg.leg_id));
            }
            calls.extend(self.stitched(std::mem::take(legs)));
        });
        self.pending = pending;
        calls
    }

    /// Whether no two calls have one id, which is nearly always so; by their hashes, so it may be denied in error.
    fn have_ids_of_their_own(&mut self, calls: &[Call]) -> bool {
        self.hashes.clear();
        self.hashes.reserve(calls.len());
        calls.iter().all(|it| self.hashes.insert(FxBuildHasher.hash_one(&it.call_id)))
    }

    /// Calls in order, each with an id of its own. Two with one id that begin together are one call told twice: the one that
    /// says more stays. Otherwise the system's numbers have come round again, and the later call's id gets a number.
    fn with_ids_of_their_own(&mut self, calls: Vec<Call>) -> Vec<Call> {
        let slack = TimeDelta::seconds(1);
        let mut used: FxHashSet<CallId> = calls.iter().map(|it| it.call_id.clone()).collect();
        let mut places: FxHashMap<CallId, usize> = FxHashMap::default();
        let mut kept: Vec<Call> = Vec::with_capacity(calls.len());
        for mut call in calls {
            let Some(&at) = places.get(&call.call_id) else {
                places.insert(call.call_id.clone(), kept.len());
                kept.push(call);
                continue;
            };
            // Calls come in the order of arrival.
            if call.arrived_at.signed_duration_since(kept[at].arrived_at) <= slack {
                self.told_twice += 1;
                if call.stages.len() > kept[at].stages.len() {
                    kept[at] = call;
                }
                continue;
            }
            places.insert(call.call_id.clone(), kept.len());
            let mut again = 2;
            let mut own = CallId::new(format!("{}~{again}", call.call_id));
            while !used.insert(own.clone()) {
                again += 1;
                own = CallId::new(format!("{}~{again}", call.call_id));
            }
            call.call_id = own;
            kept.push(call);
        }
        order_calls(&mut kept);
        kept
    }

    /// Calls so far that were told twice under one id.
    pub(crate) fn told_twice(&self) -> u64 {
        self.told_twice
    }

    /// A call of legs that belong together. Its id is the first key of its first leg with the leg's id: a key may
    /// come round again.
    fn stitched(&self, mut legs: Vec<Leg>) -> Option<Call> {
        legs.sort_by(|a, b| a.started_at.cmp(&b.started_at).then_with(|| a.leg_id.cmp(&b.leg_id)));
        let n_legs = u32::try_from(legs.len()).unwrap_or(u32::MAX);
        let is_complete = legs.iter().all(|it| it.completeness != Completeness::Open);
        let has_ended = is_complete && legs.iter().all(|it| it.ended_at.is_some());
        let ended_at = legs.iter().filter_map(|it| it.ended_at).max().filter(|_| has_ended);
        let mut legs = legs.into_iter();
        let first = legs.next()?;
        let call_id = match first.call_keys.first() {
            Some(key) => CallId::new(format!("{key}~{}", first.leg_id)),
            None => CallId::from(first.leg_id.clone()),
        };
        let mut call =
            Call { call_id, legs: n_legs, is_complete, ended_at, ..self.whole_call(first) };
        for leg in legs {
            add_leg(&mut call, leg);
        }
        order_stages(&mut call.stages);
        Some(call)
    }

    /// The call of a leg that is all there is of it.
    fn whole_call(&self, leg: Leg) -> Call {
        let mut call = Call {
            call_id: CallId::from(leg.leg_id),
            source: self.source.clone(),
            direction: leg.direction,
            customer: leg.customer,
            queue: leg.queue,
            intent: leg.intent,
            priority: leg.priority,
            arrived_at: leg.started_at,
            ended_at: leg.ended_at,
            outcome: leg.outcome,
            stages: leg.stages,
            legs: 1,
            is_complete: true,
            precision: self.precision,
        };
        order_stages(&mut call.stages);
        call
    }
}

/// Orders calls by `arrived_at`, then by `call_id`.
fn order_calls(calls: &mut [Call]) {
    // Sorting keys of a few bytes and moving each call once is much faster than moving calls at every step.
    calls.sort_by_cached_key(|it| it.arrived_at);
    for together in calls.chunk_by_mut(|a, b| a.arrived_at == b.arrived_at) {
        if together.len() > 1 {
            together.sort_by(|a, b| a.call_id.cmp(&b.call_id));
        }
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

/// Orders stages by start, then by end with open ones last, then by kind, end, queue and agent; drops a stage that
/// two legs tell of in the same words.
fn order_stages(stages: &mut Vec<Stage>) {
    if stages.windows(2).all(|it| it[0].entered_at < it[1].entered_at) {
        return;
    }
    let left = |it: &Stage| it.left_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
    stages.sort_by(|a, b| {
        (a.entered_at, left(a), a.kind, a.end, &a.queue, &a.agent).cmp(&(
            b.entered_at,
            left(b),
            b.kind,
            b.end,
            &b.queue,
            &b.agent,
        ))
    });
    stages.dedup();
}

/// From the first to the last thing known of a leg or a call.
fn span(
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    stages: &[Stage],
) -> (DateTime<Utc>, DateTime<Utc>) {
    let mut last = started_at.max(ended_at.unwrap_or(started_at));
    for stage in stages {
        last = last.max(stage.left_at.unwrap_or(stage.entered_at).max(stage.entered_at));
    }
    (started_at, last)
}

fn fingerprint(call: &Call) -> u64 {
    let mut hasher = FxHasher::default();
    (call.arrived_at, call.ended_at, call.direction, call.outcome).hash(&mut hasher);
    (call.customer, &call.queue, &call.intent, call.priority).hash(&mut hasher);
    call.stages.hash(&mut hasher);
    hasher.finish()
}
