//! Where cases lose time: everything that the bottleneck page shows, worked out once.

mod comparison;
mod page;
mod section;

use chrono::{DateTime, Utc};
use ringback_eventlog::{EventLog, LifecycleUse};
use ringback_mining::{
    ActivityInstances, Automation, Comparison, Detectors, Error, Findings, FirstContact,
    InstanceOptions, Ledger, MapOptions, ProcessMap, ProcessTimes, QuickWin, RootCause,
    SpectrumBand, Stamps, Variants, WaitParts, WaitingCauses, WaitingOptions, automation_potential,
    before_after, case_hours, detect, first_contact, quick_wins, root_causes, throughput_micros,
};
use serde::Serialize;

pub use comparison::comparison_in_words;
pub(crate) use page::calls_section;
pub use page::{bottleneck_page, bottleneck_section};

/// How a log is mined.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct BottleneckOptions {
    instances: InstanceOptions,
    waiting: WaitingOptions,
    detectors: Detectors,
    states: Option<String>,
    change: Option<DateTime<Utc>>,
}

impl BottleneckOptions {
    /// How activity instances are made for the causes of waiting; by default as [`InstanceOptions`] has it, with stamps
    /// that mean completion in a log without states.
    pub fn instances(mut self, options: InstanceOptions) -> Self {
        self.instances = options;
        self
    }

    /// How waits are split.
    pub fn waiting(mut self, options: WaitingOptions) -> Self {
        self.waiting = options;
        self
    }

    /// What is looked for.
    pub fn detectors(mut self, detectors: Detectors) -> Self {
        self.detectors = detectors;
        self
    }

    /// The instant of a change: cases that started before it are compared with those that started from then on.
    pub fn change(mut self, at: DateTime<Utc>) -> Self {
        self.change = Some(at);
        self
    }

    /// The attribute of events that names the state a case is in until its next event, as in ticket logs: the
    /// ledger and the causes of waiting are of these states. By default the ledger is of activities, and a stamp in a log
    /// without starts means that the activity is complete.
    pub fn states(mut self, column: &str) -> Self {
        self.states = Some(column.to_owned());
        self
    }
}

/// A wait between two activities or states, by its causes.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedWait {
    /// What came first; absent at the start of cases.
    pub from: Option<String>,
    /// What was waited for.
    pub to: String,
    /// How often.
    pub count: u64,
    /// The time, by cause.
    pub parts: WaitParts,
}

/// Where the cases of a log lose time.
#[derive(Clone, Debug)]
pub struct Bottlenecks {
    /// Cases of the log.
    pub cases: usize,
    /// Events of the log.
    pub events: usize,
    /// The activities, by the numbers that the other fields use.
    pub activities: Vec<String>,
    /// Neighboring events of a case with the same stamp.
    pub ties: usize,
    /// The mean time from a case's first stamp to its last. Unit: seconds.
    pub throughput_mean_secs: Option<f64>,
    /// Its median. Unit: seconds.
    pub throughput_median_secs: Option<f64>,
    /// What directly follows what, with quantiles and excess.
    pub times: ProcessTimes,
    /// The ways through the process.
    pub variants: Variants,
    /// The process map.
    pub map: ProcessMap,
    /// A smaller one, for a phone.
    pub small_map: ProcessMap,
    /// The steps with the most excess time, over time.
    pub spectrum: Vec<SpectrumBand>,
    /// The throughput time by activity or state.
    pub ledger: Ledger,
    /// The throughput time by work and the causes of waiting.
    pub causes: Ledger,
    /// The waits by what they lie between, the longest in all first.
    pub waits: Vec<NamedWait>,
    /// What was found, the costliest first.
    pub findings: Findings,
    /// What to change first, and what goes along with long cases.
    pub improvements: Improvements,
    /// The share of cases that were solved at the first contact; absent where the log has no terminal state.
    pub first_contact: Option<FirstContact>,
    /// The cases before and after a change that the options name.
    pub comparison: Option<(DateTime<Utc>, Comparison)>,
}

/// What to change first, and what goes along with long cases.
#[derive(Clone, Debug, Serialize)]
pub struct Improvements {
    /// The findings as things to do, most gained for the effort first.
    pub quick_wins: Vec<QuickWin>,
    /// Values of attributes that go with longer cases, the largest first; those within the false discovery rate.
    pub root_causes: Vec<RootCause>,
    /// Categories by what a program could do of them, most hours first.
    pub automation: Vec<Automation>,
    /// What could not be looked for, and why.
    pub lacking: Vec<String>,
}

impl Improvements {
    fn of(log: &EventLog, detectors: &Detectors, findings: &Findings) -> Result<Self, Error> {
        let mut lacking = Vec::new();
        let hours = case_hours(log, detectors);
        let mut root_causes = or_lacking(root_causes(log, detectors, &hours), &mut lacking)?;
        root_causes.retain(|it| it.q_value <= findings.false_discovery_rate && it.hours > 0.0);
        let automation = or_lacking(automation_potential(log, detectors), &mut lacking)?;
        Ok(Self { quick_wins: quick_wins(findings), root_causes, automation, lacking })
    }
}

/// What was found, or nothing and the reason, where the log lacks what the question needs.
fn or_lacking<T>(found: Result<Vec<T>, Error>, lacking: &mut Vec<String>) -> Result<Vec<T>, Error> {
    match found {
        Ok(found) => Ok(found),
        Err(error @ Error::Lacking { .. }) => {
            lacking.push(error.to_string());
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

/// Bands of the performance spectrum.
const BANDS: usize = 4;

impl Bottlenecks {
    /// Mines a log; `doing` is told each step before it starts.
    ///
    /// # Errors
    ///
    /// If the log lacks a column that the options name, or a setting is out of its range.
    pub fn of(
        log: &EventLog,
        options: &BottleneckOptions,
        mut doing: impl FnMut(&'static str),
    ) -> Result<Self, Error> {
        doing("counting what follows what");
        let times = ProcessTimes::of(log);
        let small = MapOptions::default().max_activities(6).max_arcs(10);
        doing("splitting waits by their causes");
        let (ledger, causes, waits) = waits(log, options)?;
        doing("looking for patterns");
        let findings = detect(log, &options.detectors)?;
        doing("looking for what to change first");
        let improvements = Improvements::of(log, &options.detectors, &findings)?;
        let first_contact = match first_contact(log, &options.detectors) {
            Err(Error::Lacking { .. }) => None,
            found => Some(found?),
        };
        let compared = |at| Ok((at, before_after(log, &options.detectors, at)?));
        let comparison = options.change.map(compared).transpose()?;
        let (throughput_mean_secs, throughput_median_secs) = mean_and_median_secs(log);
        Ok(Self {
            cases: log.cases(),
            events: log.events(),
            activities: log.activities().iter().map(str::to_owned).collect(),
            ties: log.order().ties,
            throughput_mean_secs,
            throughput_median_secs,
            map: times.map(log, MapOptions::default()),
            small_map: times.map(log, small),
            spectrum: times.spectrum(log, BANDS),
            variants: Variants::of(log),
            times,
            ledger,
            causes,
            waits,
            findings,
            improvements,
            first_contact,
            comparison,
        })
    }
}

/// The mean and the median of how long cases took.
fn mean_and_median_secs(log: &EventLog) -> (Option<f64>, Option<f64>) {
    let mut micros = throughput_micros(log);
    micros.sort_unstable();
    let sum: i128 = micros.iter().map(|it| i128::from(*it)).sum();
    let mean = (!micros.is_empty()).then(|| sum as f64 / micros.len() as f64 / 1e6);
    let middle = micros.len() / 2;
    let below = middle - usize::from(micros.len().is_multiple_of(2) && middle > 0);
    let median = micros.get(below).zip(micros.get(middle));
    (mean, median.map(|(a, b)| f64::midpoint(*a as f64, *b as f64) / 1e6))
}

/// The ledgers, and the waits by what they lie between.
fn waits(
    log: &EventLog,
    options: &BottleneckOptions,
) -> Result<(Ledger, Ledger, Vec<NamedWait>), Error> {
    let by_state = match &options.states {
        Some(column) => Some(log.classified(&[column]).ok_or_else(|| Error::Lacking {
            question: "states",
            lacks: format!("attribute {column:?}"),
        })?),
        None => None,
    };
    let has_pairs = log.start_micros().is_none()
        && log.lifecycle_steps().usable_as() == LifecycleUse::Activities;
    let started = if has_pairs { log.activity_instances() } else { None };
    let (work, options_of) = match (&by_state, &started) {
        (Some(states), _) => (states, options.instances.clone().stamps(Stamps::Entered)),
        (None, Some(started)) => (&started.log, options.instances.clone()),
        (None, None) => (log, options.instances.clone().stamps(Stamps::Completed)),
    };
    let instances = ActivityInstances::of(work, &options_of);
    let causes = WaitingCauses::of(&instances, &options.waiting);
    let name = |it: u32| instances.activities().get(it).unwrap_or_default().to_owned();
    let mut waits: Vec<NamedWait> = causes
        .transitions(&instances)
        .into_iter()
        .map(|it| NamedWait {
            from: it.from.map(name),
            to: name(it.to),
            count: it.count,
            parts: it.parts,
        })
        .collect();
    waits.sort_by(|a, b| {
        let total = |it: &NamedWait| it.parts.total_micros();
        total(b).cmp(&total(a)).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to)))
    });
    let of_causes = Ledger::of_causes(&instances, &causes);
    Ok((Ledger::of_activities(work), of_causes, waits))
}
