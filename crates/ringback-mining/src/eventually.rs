//! What comes at any time after what, how long after, and which cases stray from that.

use ringback_eventlog::EventLog;
use rustc_hash::FxHashMap;

/// One activity at any time after another, in the same case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FollowsRelation {
    /// The earlier activity, as a number of [`EventLog::activities`].
    pub from: u32,
    /// The later one.
    pub to: u32,
    /// Pairs of events, of all cases.
    pub count: u64,
    /// The mean time from the end of the earlier to the start of the later. Unit: seconds.
    pub mean_secs: f64,
    /// The standard deviation, with `count − 1`; 0 for a single pair. Unit: seconds.
    pub deviation_secs: f64,
}

/// The times between all pairs of events of a case, by activities: the eventually-follows relations and the temporal profile.
///
/// A pair counts if the later event starts no earlier than the first ended. Times between activities are seldom spread like a
/// bell: a wait that is long now and then hides others from a rule of standard deviations. So [`TemporalProfile::strays`] is a
/// look at a log, not a test.
///
/// # Example
///
/// ```
/// use ringback_eventlog::EventLogBuilder;
/// use ringback_mining::TemporalProfile;
///
/// let mut log = EventLogBuilder::default();
/// for (name, secs) in [("T-1", 60), ("T-2", 120)] {
///     let case = log.case(name);
///     log.event(case, "open", 0);
///     log.event(case, "work", 30_000_000);
///     log.event(case, "closed", secs * 1_000_000);
/// }
/// let log = log.build();
/// let profile = TemporalProfile::of(&log);
/// let relation = profile.relation(0, 2).unwrap();
/// assert_eq!((relation.count, relation.mean_secs), (2, 90.0));
/// ```
///
/// # Source
///
/// \[`StertzManglerRinderleMa2020`\]
#[derive(Clone, Debug, PartialEq)]
pub struct TemporalProfile {
    relations: Vec<FollowsRelation>,
}

/// A pair of events that lie further from the mean of their relation than allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stray {
    /// The case.
    pub case: usize,
    /// The earlier event, as a place in the log.
    pub first: usize,
    /// The later one.
    pub second: usize,
    /// The time between them. Unit: seconds.
    pub secs: f64,
    /// How many standard deviations from the mean; infinite where the relation has none.
    pub deviations: f64,
}

impl TemporalProfile {
    /// The relations of a log. The work grows with the square of a case's length.
    pub fn of(log: &EventLog) -> Self {
        let mut found: FxHashMap<(u32, u32), Moments> = FxHashMap::default();
        each_pair(log, |pair| {
            found.entry((pair.from, pair.to)).or_default().add(pair.secs);
        });
        let mut relations: Vec<FollowsRelation> = found
            .into_iter()
            .map(|((from, to), it)| FollowsRelation {
                from,
                to,
                count: it.count,
                mean_secs: it.mean,
                deviation_secs: it.deviation(),
            })
            .collect();
        relations.sort_unstable_by_key(|it| (it.from, it.to));
        Self { relations }
    }

    /// The relations, by the number of their first activity, then of their second.
    pub fn relations(&self) -> &[FollowsRelation] {
        &self.relations
    }

    /// How one activity comes after another.
    pub fn relation(&self, from: u32, to: u32) -> Option<&FollowsRelation> {
        let found = self.relations.binary_search_by_key(&(from, to), |it| (it.from, it.to));
        self.relations.get(found.ok()?)
    }

    /// The pairs of a log that lie more than `most` standard deviations from the mean of their relation, in the order of the
    /// log. Pairs of which this profile has no relation are left out.
    pub fn strays(&self, log: &EventLog, most: f64) -> Vec<Stray> {
        let mut strays = Vec::new();
        each_pair(log, |pair| {
            let Some(relation) = self.relation(pair.from, pair.to) else { return };
            let apart = (pair.secs - relation.mean_secs).abs();
            if apart > most * relation.deviation_secs {
                let deviations = apart / relation.deviation_secs;
                let Pair { case, first, second, secs, .. } = pair;
                strays.push(Stray { case, first, second, secs, deviations });
            }
        });
        strays
    }
}

/// Two events of a case.
#[derive(Clone, Copy)]
struct Pair {
    case: usize,
    first: usize,
    second: usize,
    from: u32,
    to: u32,
    secs: f64,
}

fn each_pair(log: &EventLog, mut give: impl FnMut(Pair)) {
    let ends = log.at_micros();
    let begins = log.start_micros().unwrap_or(ends);
    for case in 0..log.cases() {
        let events = log.case_events(case);
        for first in events.clone() {
            for second in first + 1..events.end {
                let (Some(end), Some(begin)) = (ends.get(first), begins.get(second)) else {
                    continue;
                };
                let (Some(from), Some(to)) =
                    (log.activity().get(first), log.activity().get(second))
                else {
                    continue;
                };
                if begin >= end {
                    let secs = (begin - end) as f64 / 1e6;
                    give(Pair { case, first, second, from: *from, to: *to, secs });
                }
            }
        }
    }
}

/// Mean and squared deviations, as numbers come.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// # Source
    ///
    /// \[`Welford1962`\]
    fn add(&mut self, value: f64) {
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
    }

    fn deviation(self) -> f64 {
        if self.count < 2 { 0.0 } else { (self.squares / (self.count - 1) as f64).sqrt() }
    }
}
