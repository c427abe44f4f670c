//! What follows what: the directly-follows graph of a log, with how often and after how long.

use ringback_eventlog::EventLog;
use rustc_hash::FxHashMap;

use crate::quantile::quantiles;

/// Up to so many activities a table has a cell for every pair of them.
const DENSE_ACTIVITIES: usize = 512;

/// How much of the times between events is worked out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum GraphDetail {
    /// Counts, sums, means, the least and the most: one walk over the log.
    #[default]
    Means,
    /// The exact median, 90 % and 95 % quantiles as well: every time is looked at three times.
    Quantiles,
}

/// Quantiles of the time between two activities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArcQuantiles {
    /// Unit: seconds.
    pub median_secs: f64,
    /// The time that nine of ten do not exceed. Unit: seconds.
    pub p90_secs: f64,
    /// The time that 19 of 20 do not exceed. Unit: seconds.
    pub p95_secs: f64,
}

/// One activity directly after another, in the same case.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowsArc {
    /// The earlier activity, as a number of [`EventLog::activities`].
    pub from: u32,
    /// The later one.
    pub to: u32,
    /// How often.
    pub count: u64,
    /// The time between all of them. Unit: microseconds.
    pub sum_micros: i128,
    /// The shortest. Unit: microseconds.
    pub min_micros: i64,
    /// The longest. Unit: microseconds.
    pub max_micros: i64,
    /// With [`GraphDetail::Quantiles`].
    pub quantiles: Option<ArcQuantiles>,
}

impl FollowsArc {
    /// The time between all of them. Unit: seconds.
    pub fn sum_secs(&self) -> f64 {
        // Whole seconds and the rest apart: a sum of years keeps its microseconds.
        (self.sum_micros / 1_000_000) as f64 + (self.sum_micros % 1_000_000) as f64 / 1e6
    }

    /// The mean time. Unit: seconds.
    pub fn mean_secs(&self) -> f64 {
        self.sum_secs() / self.count as f64
    }
}

/// Which activity directly follows which, how often, and after how long.
///
/// The time from one event to the next of its case is from the end of the first to the start of the second, where the log
/// tells starts, and 0 where the second began before the first ended ([`DirectlyFollows::overlaps`] counts these). In a log
/// of single stamps it is the difference of the stamps.
///
/// # Example
///
/// ```
/// use ringback_eventlog::EventLogBuilder;
/// use ringback_mining::{DirectlyFollows, GraphDetail};
///
/// let mut log = EventLogBuilder::default();
/// let case = log.case("T-1");
/// for (activity, secs) in [("open", 0), ("wait", 10), ("open", 40), ("closed", 100)] {
///     log.event(case, activity, secs * 1_000_000);
/// }
/// let log = log.build();
/// let graph = DirectlyFollows::of(&log, GraphDetail::Quantiles);
/// let arc = graph.arc(1, 0).unwrap();
/// assert_eq!((arc.count, arc.mean_secs()), (1, 30.0));
/// assert_eq!(graph.starts(), [(0, 1)]);
/// assert_eq!(graph.ends(), [(2, 1)]);
/// ```
///
/// # Source
///
/// \[`VanDerAalst2016`\], section 6.2.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectlyFollows {
    arcs: Vec<FollowsArc>,
    starts: Vec<(u32, u64)>,
    ends: Vec<(u32, u64)>,
    counts: Vec<u64>,
    overlaps: u64,
}

impl DirectlyFollows {
    /// The graph of a log.
    pub fn of(log: &EventLog, detail: GraphDetail) -> Self {
        let n = log.activities().len();
        let mut counts = vec![0; n];
        for activity in log.activity() {
            if let Some(count) = counts.get_mut(*activity as usize) {
                *count += 1;
            }
        }
        let (mut starts, mut ends) = (vec![0; n], vec![0; n]);
        for pair in log.case_starts().windows(2) {
            let [start, end] = *pair else { continue };
            let events = log.activity().get(start..end).unwrap_or_default();
            if let (Some(first), Some(last)) = (events.first(), events.last()) {
                starts[*first as usize] += 1;
                ends[*last as usize] += 1;
            }
        }
        let mut cells = Cells::new(n);
        let overlaps = each_step(log, |from, to, micros| cells.add(from, to, micros));
        let mut arcs = cells.arcs();
        if detail == GraphDetail::Quantiles {
            set_quantiles(log, &mut arcs, n);
        }
        Self { arcs, starts: numbered(&starts), ends: numbered(&ends), counts, overlaps }
    }

    /// The arcs, by the number of their first activity, then of their second.
    pub fn arcs(&self) -> &[FollowsArc] {
        &self.arcs
    }

    /// The arc from one activity to another.
    pub fn arc(&self, from: u32, to: u32) -> Option<&FollowsArc> {
        let found = self.arcs.binary_search_by_key(&(from, to), |it| (it.from, it.to));
        self.arcs.get(found.ok()?)
    }

    /// The activities with which cases begin, and how many do, by the number of the activity.
    pub fn starts(&self) -> &[(u32, u64)] {
        &self.starts
    }

    /// The activities with which cases end, and how many do.
    pub fn ends(&self) -> &[(u32, u64)] {
        &self.ends
    }

    /// How many events each activity has, by its number.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Steps whose second activity began before the first had ended; they count as 0.
    pub fn overlaps(&self) -> u64 {
        self.overlaps
    }
}

/// How long each case took, from its first start to its last end, in the order of the cases. Unit: microseconds. A case
/// without an event has 0.
pub fn throughput_micros(log: &EventLog) -> Vec<i64> {
    let of_case = |case: usize| span_micros(log, case).map_or(0, |(begin, end)| end - begin);
    (0..log.cases()).map(of_case).collect()
}

/// The first start and the last end of a case; absent without an event.
pub(crate) fn span_micros(log: &EventLog, case: usize) -> Option<(i64, i64)> {
    let events = log.case_events(case);
    let ends = log.at_micros().get(events.clone()).unwrap_or_default();
    let begins = log.start_micros().map_or(ends, |it| it.get(events).unwrap_or_default());
    Some((*begins.iter().min()?, *ends.iter().max()?))
}

/// Calls with every two neighboring activities of a case and the time between them; counts those that overlap.
fn each_step(log: &EventLog, mut step: impl FnMut(u32, u32, i64)) -> u64 {
    let (activity, ends) = (log.activity(), log.at_micros());
    let begins = log.start_micros().unwrap_or(ends);
    let mut overlaps = 0;
    for pair in log.case_starts().windows(2) {
        let [start, end] = *pair else { continue };
        let (Some(activity), Some(ends), Some(begins)) =
            (activity.get(start..end), ends.get(start..end), begins.get(start..end))
        else {
            continue;
        };
        let Some((&first, rest)) = activity.split_first() else { continue };
        let mut from = first;
        for ((to, begin), end) in rest.iter().zip(begins.get(1..).unwrap_or_default()).zip(ends) {
            let micros = begin - end;
            overlaps += u64::from(micros < 0);
            step(from, *to, micros.max(0));
            from = *to;
        }
    }
    overlaps
}

/// What is known of an arc while it is counted.
#[derive(Clone, Copy)]
struct Cell {
    count: u64,
    sum: i128,
    min: i64,
    max: i64,
}

impl Cell {
    const NONE: Self = Self { count: 0, sum: 0, min: i64::MAX, max: i64::MIN };

    #[inline]
    fn add(&mut self, micros: i64) {
        self.count += 1;
        self.sum += i128::from(micros);
        self.min = self.min.min(micros);
        self.max = self.max.max(micros);
    }
}

/// A cell for every pair of activities, or for those that there are.
enum Cells {
    Dense(usize, Vec<Cell>),
    Sparse(FxHashMap<(u32, u32), Cell>),
}

impl Cells {
    fn new(n: usize) -> Self {
        if n <= DENSE_ACTIVITIES {
            Self::Dense(n, vec![Cell::NONE; n * n])
        } else {
            Self::Sparse(FxHashMap::default())
        }
    }

    #[inline]
    fn add(&mut self, from: u32, to: u32, micros: i64) {
        match self {
            Self::Dense(n, cells) => {
                if let Some(cell) = cells.get_mut(from as usize * *n + to as usize) {
                    cell.add(micros);
                }
            }
            Self::Sparse(cells) => cells.entry((from, to)).or_insert(Cell::NONE).add(micros),
        }
    }

    /// The arcs that there are, in order.
    fn arcs(self) -> Vec<FollowsArc> {
        let arc = |(from, to), cell: &Cell| FollowsArc {
            from,
            to,
            count: cell.count,
            sum_micros: cell.sum,
            min_micros: cell.min,
            max_micros: cell.max,
            quantiles: None,
        };
        match self {
            Self::Dense(n, cells) => (0_u32..)
                .zip(cells.chunks(n.max(1)))
                .flat_map(|(from, row)| (0_u32..).zip(row).map(move |(to, it)| ((from, to), it)))
                .filter(|(_, cell)| cell.count > 0)
                .map(|(key, cell)| arc(key, cell))
                .collect(),
            Self::Sparse(cells) => {
                let mut cells: Vec<_> = cells.into_iter().collect();
                cells.sort_unstable_by_key(|(key, _)| *key);
                cells.iter().map(|(key, cell)| arc(*key, cell)).collect()
            }
        }
    }
}

/// The number of each arc by its activities.
enum ArcNumbers {
    Dense(usize, Vec<u32>),
    Sparse(FxHashMap<(u32, u32), u32>),
}

impl ArcNumbers {
    fn new(arcs: &[FollowsArc], n: usize) -> Self {
        let numbered = (0_u32..).zip(arcs).map(|(number, it)| ((it.from, it.to), number));
        if n <= DENSE_ACTIVITIES {
            let mut numbers = vec![u32::MAX; n * n];
            for ((from, to), number) in numbered {
                numbers[from as usize * n + to as usize] = number;
            }
            Self::Dense(n, numbers)
        } else {
            Self::Sparse(numbered.collect())
        }
    }

    #[inline]
    fn number(&self, from: u32, to: u32) -> Option<usize> {
        let number = match self {
            Self::Dense(n, numbers) => numbers.get(from as usize * n + to as usize),
            Self::Sparse(numbers) => numbers.get(&(from, to)),
        };
        number.map(|it| *it as usize)
    }
}

/// Sorts the times by arc, by counting, and takes the quantiles of each.
fn set_quantiles(log: &EventLog, arcs: &mut [FollowsArc], n: usize) {
    let numbers = ArcNumbers::new(arcs, n);
    let mut places = Vec::with_capacity(arcs.len() + 1);
    let mut total = 0;
    for arc in arcs.iter() {
        places.push(total);
        total += usize::try_from(arc.count).unwrap_or(usize::MAX);
    }
    let mut times = vec![0_i64; total];
    let mut next = places.clone();
    each_step(log, |from, to, micros| {
        if let Some(place) = numbers.number(from, to).and_then(|it| next.get_mut(it)) {
            if let Some(time) = times.get_mut(*place) {
                *time = micros;
            }
            *place += 1;
        }
    });
    places.push(total);
    for (arc, bounds) in arcs.iter_mut().zip(places.windows(2)) {
        let [start, end] = *bounds else { continue };
        let mut found = [0.0; 3];
        quantiles(&mut times[start..end], &[0.5, 0.9, 0.95], |at, micros| found[at] = micros / 1e6);
        let [median_secs, p90_secs, p95_secs] = found;
        arc.quantiles = Some(ArcQuantiles { median_secs, p90_secs, p95_secs });
    }
}

/// The activities that occur, with their counts.
fn numbered(counts: &[u64]) -> Vec<(u32, u64)> {
    (0_u32..).zip(counts.iter().copied()).filter(|(_, count)| *count > 0).collect()
}
