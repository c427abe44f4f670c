//! The graph of a log with the time that its steps and activities cost beyond their medians.

use std::collections::BTreeMap;

use ringback_eventlog::EventLog;

use super::{MapActivity, MapArc, MapOptions, ProcessMap, Stop};
use crate::quantile::quantile;
use crate::{DirectlyFollows, FollowsArc, GraphDetail, SpectrumBand};

/// What directly follows what, with the excess of each step and activity: what lies beyond its own median, over all times
/// that it was taken, Σ max(0, d − median).
///
/// Excess adds up, so steps are ranked by what they cost in all: a mean puts a step first that was slow twice.
///
/// # Example
///
/// ```
/// use ringback_eventlog::EventLogBuilder;
/// use ringback_mining::{MapOptions, ProcessTimes};
///
/// let mut log = EventLogBuilder::default();
/// for (name, secs) in [("T-1", 10), ("T-2", 10), ("T-3", 70)] {
///     let case = log.case(name);
///     log.event(case, "opened", 0);
///     log.event(case, "closed", secs * 1_000_000);
/// }
/// let log = log.build();
/// let times = ProcessTimes::of(&log);
/// assert_eq!(times.arc_excess_secs(), [60.0]);
/// assert_eq!(times.map(&log, MapOptions::default()).coverage().cases_share(), Some(1.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessTimes {
    graph: DirectlyFollows,
    arc_excess_secs: Vec<f64>,
    activities: Vec<MapActivity>,
}

impl ProcessTimes {
    /// The times of a log.
    pub fn of(log: &EventLog) -> Self {
        let graph = DirectlyFollows::of(log, GraphDetail::Quantiles);
        let mut micros = vec![0_i128; graph.arcs().len()];
        let medians: Vec<i64> = graph.arcs().iter().map(median_micros).collect();
        each_step(log, |from, to, (start, end)| {
            if let Some(at) = place(&graph, from, to) {
                micros[at] += i128::from((end - start - medians[at]).max(0));
            }
        });
        let arc_excess_secs = micros.into_iter().map(|it| it as f64 / 1e6).collect();
        let activities = activities(log, &graph);
        Self { graph, arc_excess_secs, activities }
    }

    /// What directly follows what, with quantiles.
    pub fn graph(&self) -> &DirectlyFollows {
        &self.graph
    }

    /// The excess of each of the graph's arcs, in their order. Unit: seconds.
    pub fn arc_excess_secs(&self) -> &[f64] {
        &self.arc_excess_secs
    }

    /// The activities, by their numbers, with their mean and excess times in a log that tells starts.
    pub fn activities(&self) -> &[MapActivity] {
        &self.activities
    }

    /// The map of the log, with the cases that it shows wholly.
    pub fn map(&self, log: &EventLog, options: MapOptions) -> ProcessMap {
        let stop = |it: u32| Stop::Activity(it as usize);
        let of_arcs = self.graph.arcs().iter().zip(&self.arc_excess_secs);
        let between = of_arcs.map(|(it, excess_secs)| MapArc {
            from: stop(it.from),
            to: stop(it.to),
            count: it.count,
            mean_secs: Some(it.mean_secs()),
            excess_secs: *excess_secs,
        });
        let edge = |from, to, count| MapArc { from, to, count, mean_secs: None, excess_secs: 0.0 };
        let starts = self.graph.starts().iter().map(|it| edge(Stop::Start, stop(it.0), it.1));
        let ends = self.graph.ends().iter().map(|it| edge(stop(it.0), Stop::End, it.1));
        let arcs: Vec<MapArc> = between.chain(starts).chain(ends).collect();
        ProcessMap::of(&self.activities, &arcs, options).explaining(log)
    }

    /// The steps of the arcs with the most excess, those first; at most so many bands.
    pub fn spectrum(&self, log: &EventLog, bands: usize) -> Vec<SpectrumBand> {
        let mut order: Vec<usize> = (0..self.graph.arcs().len()).collect();
        let excess = |it: usize| self.arc_excess_secs.get(it).copied().unwrap_or(0.0);
        order.retain(|it| excess(*it) > 0.0);
        order.sort_by(|a, b| excess(*b).total_cmp(&excess(*a)).then(a.cmp(b)));
        order.truncate(bands);
        let mut steps: BTreeMap<usize, Vec<(i64, i64)>> =
            order.iter().map(|it| (*it, Vec::new())).collect();
        each_step(log, |from, to, step| {
            if let Some(of_arc) = place(&self.graph, from, to).and_then(|it| steps.get_mut(&it)) {
                of_arc.push(step);
            }
        });
        let name = |it: u32| log.activities().get(it).unwrap_or_default().to_owned();
        let arcs =
            order.iter().filter_map(|it| Some((self.graph.arcs().get(*it)?, steps.remove(it)?)));
        arcs.map(|(it, steps)| SpectrumBand { from: name(it.from), to: name(it.to), steps })
            .collect()
    }
}

/// The place of an arc among the graph's.
fn place(graph: &DirectlyFollows, from: u32, to: u32) -> Option<usize> {
    graph.arcs().binary_search_by_key(&(from, to), |it| (it.from, it.to)).ok()
}

/// The median, to the microsecond.
fn median_micros(arc: &FollowsArc) -> i64 {
    let micros = arc.quantiles.map_or(0.0, |it| (it.median_secs * 1e6).round());
    #[expect(clippy::cast_possible_truncation, reason = "it lies between two times of the log")]
    let micros = micros as i64;
    micros
}

/// Calls with every two neighboring activities of a case and the stretch between them.
fn each_step(log: &EventLog, mut step: impl FnMut(u32, u32, (i64, i64))) {
    let begins = log.start_micros().unwrap_or(log.at_micros());
    for case in 0..log.cases() {
        let events = log.case_events(case);
        let (Some(activity), Some(ends), Some(begins)) = (
            log.activity().get(events.clone()),
            log.at_micros().get(events.clone()),
            begins.get(events),
        ) else {
            continue;
        };
        let pairs = activity.windows(2).zip(ends).zip(begins.iter().skip(1));
        for ((pair, end), begin) in pairs {
            if let [from, to] = *pair {
                step(from, to, (*end, (*begin).max(*end)));
            }
        }
    }
}

/// The activities with their counts, and with their times where the log tells starts.
fn activities(log: &EventLog, graph: &DirectlyFollows) -> Vec<MapActivity> {
    let mut micros: Vec<Vec<i64>> = vec![Vec::new(); log.activities().len()];
    if let Some(starts) = log.start_micros() {
        for ((activity, start), end) in log.activity().iter().zip(starts).zip(log.at_micros()) {
            if let Some(of_activity) = micros.get_mut(*activity as usize) {
                of_activity.push((end - start).max(0));
            }
        }
    }
    let named = log.activities().iter().zip(graph.counts()).zip(micros);
    let activities = named.map(|((name, count), mut micros)| {
        let median = quantile(&mut micros, 0.5).unwrap_or(0.0);
        let sum: i128 = micros.iter().map(|it| i128::from(*it)).sum();
        let mean_secs = (!micros.is_empty()).then(|| sum as f64 / 1e6 / micros.len() as f64);
        let excess_secs = micros.iter().map(|it| (*it as f64 - median).max(0.0)).sum::<f64>() / 1e6;
        MapActivity { name: name.to_owned(), count: *count, mean_secs, excess_secs }
    });
    activities.collect()
}
