//! The process map: as many activities and arcs as a reader can take in, and what was left out.

mod abstraction;
mod times;

use ringback_eventlog::EventLog;

pub use times::ProcessTimes;

/// Where an arc of a map begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stop {
    /// Before the first activity of a case.
    Start,
    /// An activity, by its place in the list of activities.
    Activity(usize),
    /// After the last activity of a case.
    End,
}

/// An activity of a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapActivity {
    /// Its name.
    pub name: String,
    /// How often it happened.
    pub count: u64,
    /// How long it takes on average, in a log of activities with a start and an end. Unit: seconds.
    pub mean_secs: Option<f64>,
    /// The time beyond what it could take, over all times it happened: what its color says. Unit: seconds, at least 0;
    /// 0 in a log of instants.
    pub excess_secs: f64,
}

/// One stop directly after another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapArc {
    /// What came first.
    pub from: Stop,
    /// What came next.
    pub to: Stop,
    /// How often.
    pub count: u64,
    /// The mean time from one to the other. Unit: seconds. Absent at the start and the end of cases.
    pub mean_secs: Option<f64>,
    /// The time beyond what the arc could take, over all its steps: what its color says. Unit: seconds, at least 0.
    pub excess_secs: f64,
}

/// How much of a process a map shows.
///
/// # Example
///
/// ```
/// use ringback_mining::MapOptions;
///
/// let poster = MapOptions::default().max_activities(40).max_arcs(90).share(1.0);
/// # let _ = poster;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapOptions {
    max_activities: usize,
    max_arcs: usize,
    share: f64,
}

impl Default for MapOptions {
    fn default() -> Self {
        Self { max_activities: 15, max_arcs: 25, share: 0.95 }
    }
}

impl MapOptions {
    /// At most so many activities; by default 15.
    #[must_use]
    pub fn max_activities(mut self, activities: usize) -> Self {
        self.max_activities = activities;
        self
    }

    /// At most so many arcs, those from the start and to the end among them; by default 25. Where they are too few to
    /// connect the activities, fewer activities are shown.
    #[must_use]
    pub fn max_arcs(mut self, arcs: usize) -> Self {
        self.max_arcs = arcs;
        self
    }

    /// No more arcs once this share of the steps, and of the excess time, is shown; by default 0.95. Range: a share
    /// above 1 counts as 1.
    #[must_use]
    pub fn share(mut self, share: f64) -> Self {
        self.share = share;
        self
    }
}

/// What a map shows of a process, and what it leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MapCoverage {
    /// Activities of the process.
    pub activities: usize,
    /// Arcs of the process, those from the start and to the end among them.
    pub arcs: usize,
    /// Steps of all cases: the counts of all arcs, added up.
    pub steps: u64,
    /// Of them those along arcs of the map.
    pub steps_shown: u64,
    /// The excess time of all activities and arcs. Unit: seconds.
    pub excess_secs: f64,
    /// Of it that of those on the map. Unit: seconds.
    pub excess_shown_secs: f64,
    /// Cases of the log, and those of which every step is on the map; absent where the log was not at hand.
    pub cases: Option<CasesShown>,
}

/// Cases that a map shows wholly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CasesShown {
    /// Cases of the log that have an event.
    pub cases: u64,
    /// Of them those of which every step is on the map.
    pub shown: u64,
}

impl MapCoverage {
    /// The share of the steps that the map shows; absent for a process without steps. Range: `0.0..=1.0`.
    pub fn steps_share(&self) -> Option<f64> {
        (self.steps > 0).then(|| self.steps_shown as f64 / self.steps as f64)
    }

    /// The share of the excess time that the map shows; absent where there is none. Range: `0.0..=1.0`.
    pub fn excess_share(&self) -> Option<f64> {
        (self.excess_secs > 0.0).then(|| (self.excess_shown_secs / self.excess_secs).min(1.0))
    }

    /// The share of the cases of which every step is on the map. Range: `0.0..=1.0`.
    pub fn cases_share(&self) -> Option<f64> {
        let it = self.cases.filter(|it| it.cases > 0)?;
        Some(it.shown as f64 / it.cases as f64)
    }
}

/// The part of a process that a reader can take in.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessMap {
    activities: Vec<MapActivity>,
    arcs: Vec<MapArc>,
    coverage: MapCoverage,
}

impl ProcessMap {
    /// The map of activities and of the arcs between them.
    ///
    /// Kept are the most frequent activities, those that a case can reach and leave along kept activities. Each
    /// keeps its strongest arc in and its strongest arc out, and as many more as lead from the start to it and from it
    /// to the end. Then arcs are added, those with the largest share of the steps or of the excess time first, until
    /// both shares are reached or there are as many as may be: what costs most is on the map however rare it is. Of all
    /// numbers of activities, that one is taken with which the arcs show most steps and excess time. Ties go to the
    /// stops that stand first. Arcs of stops that are not in the list are left out.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_mining::{MapActivity, MapArc, MapOptions, ProcessMap, Stop};
    ///
    /// let activities = ["queue", "talk", "fax"].map(|it| MapActivity {
    ///     name: it.into(),
    ///     count: 9,
    ///     ..MapActivity::default()
    /// });
    /// let arc = |from, to, count| MapArc { from, to, count, mean_secs: None, excess_secs: 0.0 };
    /// let (queue, talk, fax) = (Stop::Activity(0), Stop::Activity(1), Stop::Activity(2));
    /// let arcs = [
    ///     arc(Stop::Start, queue, 9),
    ///     arc(queue, talk, 8),
    ///     arc(talk, Stop::End, 8),
    ///     arc(queue, fax, 1),
    ///     arc(fax, Stop::End, 1),
    /// ];
    /// let map = ProcessMap::of(&activities, &arcs, MapOptions::default().max_activities(2));
    /// assert_eq!(map.activities().len(), 2);
    /// assert_eq!(map.coverage().steps_share(), Some(25.0 / 27.0));
    /// ```
    pub fn of(activities: &[MapActivity], arcs: &[MapArc], options: MapOptions) -> Self {
        abstraction::abstracted(activities, arcs, options)
    }

    /// Counts the cases of the log that the map shows wholly. Activities are told by their names.
    #[must_use]
    pub fn explaining(mut self, log: &EventLog) -> Self {
        let place = |number: u32| {
            let name = log.activities().get(number)?;
            self.activities.iter().position(|it| it.name == name)
        };
        let numbers = 0..u32::try_from(log.activities().len()).unwrap_or(u32::MAX);
        let places: Vec<Option<usize>> = numbers.map(place).collect();
        let n = self.activities.len();
        let slot = |stop: Stop| match stop {
            Stop::Start | Stop::End => n,
            Stop::Activity(at) => at,
        };
        let mut has_arc = vec![false; (n + 1) * (n + 1)];
        for arc in &self.arcs {
            has_arc[slot(arc.from) * (n + 1) + slot(arc.to)] = true;
        }
        let mut found = CasesShown { cases: 0, shown: 0 };
        for case in 0..log.cases() {
            let events = log.case_events(case);
            if events.is_empty() {
                continue;
            }
            found.cases += 1;
            let stops = log.activity().get(events).unwrap_or_default().iter();
            let stops = stops.map(|it| places.get(*it as usize).copied().flatten());
            let mut from = n;
            let is_shown = stops.chain([Some(n)]).all(|to| {
                let step = to.is_some_and(|to| has_arc[from * (n + 1) + to]);
                from = to.unwrap_or(n);
                step
            });
            found.shown += u64::from(is_shown);
        }
        self.coverage.cases = Some(found);
        self
    }

    /// The activities, the most frequent first.
    pub fn activities(&self) -> &[MapActivity] {
        &self.activities
    }

    /// The arcs between [`ProcessMap::activities`], by their stops.
    pub fn arcs(&self) -> &[MapArc] {
        &self.arcs
    }

    /// What the map shows, and what it leaves out.
    pub fn coverage(&self) -> &MapCoverage {
        &self.coverage
    }
}
